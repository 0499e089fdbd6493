//! Elastic equilibrium against closed forms.

mod common;

use common::{assert_order, assert_same_bits, centred_cube, in_blobs, length};
use ossicle_field::Grid;
use ossicle_field::elasticity::{Elasticity, ElasticityError, ElasticitySolver, Held};

const TOLERANCE: f64 = 1e-8;

/// Nodes of a grid: world positions (mm).
fn positions(grid: &Grid) -> Vec<[f64; 3]> {
    let [x, y, z] = grid.shape().map(|n| n + 1);
    let at = |n: usize| [n % x, n / x % y, n / (x * y)].map(|i| i as f64 - 0.5);
    (0..x * y * z).map(|n| grid.to_world(at(n))).collect()
}

/// A body with some nodes held at a displacement that depends on position.
struct Case {
    body: Elasticity,
    u: Vec<f64>,
}

impl Case {
    fn new(
        grid: &Grid,
        young: &[f64],
        poisson: &[f64],
        held: impl Fn([f64; 3]) -> Held,
        displacement: impl Fn([f64; 3]) -> [f64; 3],
    ) -> Self {
        let nodes = positions(grid);
        let held: Vec<Held> = nodes.iter().map(|x| held(*x)).collect();
        let body = Elasticity::new(grid, young, poisson, &held).unwrap();
        let mut u = vec![0.0; 3 * nodes.len()];
        for (n, x) in nodes.iter().enumerate() {
            for (c, value) in displacement(*x).into_iter().enumerate() {
                if held[n].holds(c) {
                    u[c * nodes.len() + n] = value;
                }
            }
        }
        Self { body, u }
    }

    fn solve(&mut self) -> usize {
        let mut solver = ElasticitySolver::new(&self.body);
        solver.solve(&self.body, None, TOLERANCE, &mut self.u).unwrap().iterations
    }

    fn displacement(&self, node: usize) -> [f64; 3] {
        std::array::from_fn(|c| self.u[c * self.body.nodes() + node])
    }

    /// Largest distance (mm) from an exact displacement over nodes that count.
    fn worst(
        &self,
        grid: &Grid,
        exact: impl Fn([f64; 3]) -> [f64; 3],
        counts: impl Fn([f64; 3]) -> bool,
    ) -> f64 {
        let nodes = positions(grid);
        let counted = nodes.iter().enumerate().filter(|(_, x)| counts(**x));
        counted
            .map(|(n, x)| {
                let (found, exact) = (self.displacement(n), exact(*x));
                length(std::array::from_fn(|c| found[c] - exact[c]))
            })
            .fold(0.0, f64::max)
    }
}

/// An anisotropic box that starts at the origin.
fn anisotropic(shape: [usize; 3], spacing: [f64; 3]) -> Grid {
    Grid::aligned(shape, spacing, spacing.map(|h| 0.5 * h)).unwrap()
}

fn on_surface(grid: &Grid, x: [f64; 3]) -> bool {
    let (h, n) = (grid.spacing_mm(), grid.shape());
    (0..3).any(|a| x[a] < 0.1 * h[a] || x[a] > (n[a] as f64 - 0.1) * h[a])
}

fn fixed_if(held: bool) -> Held {
    if held { Held::FIXED } else { Held::FREE }
}

#[test]
fn a_linear_displacement_is_reproduced_on_anisotropic_voxels() {
    let grid = anisotropic([9, 12, 7], [0.5, 0.3, 1.1]);
    let linear = |[x, y, z]: [f64; 3]| {
        [0.01 * x - 0.02 * y + 0.3, 0.03 * y + 0.005 * z, -0.01 * x + 0.02 * y - 0.015 * z]
    };
    let n = grid.len();
    let held = |x| fixed_if(on_surface(&grid, x));
    let mut case = Case::new(&grid, &vec![7.0; n], &vec![0.4; n], held, linear);
    case.solve();
    let worst = case.worst(&grid, linear, |_| true);
    assert!(worst < 1e-9, "{worst:e} mm from the linear displacement");
    for voxel in 0..n {
        let strain = case.body.strain(&case.u, voxel);
        for (found, expected) in strain
            .stretch
            .into_iter()
            .chain(strain.shear)
            .zip([0.01, 0.03, -0.015, -0.01, -0.005, 0.0125])
        {
            assert!((found - expected).abs() < 1e-8, "strain {found} against {expected}");
        }
    }
}

#[test]
fn bars_in_series_carry_one_stress() {
    let grid = anisotropic([5, 4, 24], [0.5, 0.8, 0.3]);
    let young_of = |k: usize| [10.0, 2000.0, 0.5][k / 8];
    let young: Vec<f64> = (0..grid.len()).map(|v| young_of(grid.voxel(v)[2])).collect();
    let long = 7.2;
    let ends = |x: [f64; 3]| fixed_if(x[2] < 1e-6 || x[2] > long - 1e-6);
    let pull = |x: [f64; 3]| [0.0, 0.0, 0.01 * x[2]];
    let mut case = Case::new(&grid, &young, &vec![0.0; grid.len()], ends, pull);
    case.solve();
    let stress = 0.01 * long / [10.0, 2000.0, 0.5].iter().map(|e| 2.4 / e).sum::<f64>();
    for voxel in 0..grid.len() {
        let found = case.body.strain(&case.u, voxel).stretch[2] * young[voxel];
        assert!((found / stress - 1.0).abs() < 1e-6, "stress {found}; expected {stress} MPa");
    }
    // What the held end gives is what the section carries.
    let mut forces = case.u.clone();
    case.body.forces(&case.u, &mut forces);
    let n = case.body.nodes();
    let bottom: f64 = forces[2 * n..2 * n + 30].iter().sum();
    let expected = -stress * 2.5 * 3.2;
    assert!((bottom / expected - 1.0).abs() < 1e-6, "{bottom} N; expected {expected} N");
}

#[test]
fn a_bar_hangs_from_its_top_under_its_weight() {
    let grid = anisotropic([3, 3, 20], [0.4, 0.4, 0.25]);
    let (young, weight, long) = (3.0, 1e-3, 5.0);
    let top = |x: [f64; 3]| fixed_if(x[2] > long - 1e-6);
    let n = grid.len();
    let mut case = Case::new(&grid, &vec![young; n], &vec![0.0; n], top, |_| [0.0; 3]);
    let mut load = vec![0.0; case.u.len()];
    case.body.add_body_force(|_| [0.0, 0.0, -weight], &mut load);
    let mut solver = ElasticitySolver::new(&case.body);
    solver.solve(&case.body, Some(&load), TOLERANCE, &mut case.u).unwrap();
    let exact = |[_, _, z]: [f64; 3]| [0.0, 0.0, -weight * (long * long - z * z) / (2.0 * young)];
    let worst = case.worst(&grid, exact, |_| true);
    assert!(worst < 1e-9, "{worst:e} mm from the closed form");
}

#[test]
fn turning_a_body_by_its_end_strains_it_nowhere() {
    let grid = anisotropic([12, 10, 14], [0.7, 0.5, 1.3]);
    let stiff = in_blobs(&grid, 5, 6, [1.0, 2.5]);
    let young: Vec<f64> = stiff.iter().map(|s| if *s { 1e4 } else { 1.0 }).collect();
    let turn =
        |[x, y, z]: [f64; 3]| [0.2 * y - 0.1 * z + 1.0, -0.2 * x + 0.3 * z, 0.1 * x - 0.3 * y];
    let end = |x: [f64; 3]| fixed_if(x[2] < 1e-6);
    let mut case = Case::new(&grid, &young, &vec![0.35; grid.len()], end, turn);
    case.solve();
    let shear = |v| case.body.strain(&case.u, v).octahedral_shear();
    let worst = (0..grid.len()).map(shear).fold(0.0, f64::max);
    assert!(worst < 1e-7, "strain {worst:e} under a rotation by 0.37");
}

/// Thick-walled sphere, inner radius 1, outer radius 2: `u = a r + b / r²`.
fn radial(a: f64, b: f64) -> impl Fn([f64; 3]) -> [f64; 3] {
    move |x| {
        let r = length(x).max(0.5);
        x.map(|x| x * (a + b / (r * r * r)))
    }
}

#[test]
fn lame_sphere_with_both_walls_moved() {
    let exact = radial(0.01, 0.05);
    let errors = [12, 24, 48].map(|n| {
        let grid = centred_cube(n, 4.4);
        let wall = |x| fixed_if(length(x) <= 1.0 || length(x) >= 2.0);
        let mut case =
            Case::new(&grid, &vec![5.0; grid.len()], &vec![0.3; grid.len()], wall, &exact);
        case.solve();
        case.worst(&grid, &exact, |_| true)
    });
    assert_order("Lamé sphere, both walls moved: mm", &errors, 1.7);
}

#[test]
fn lame_sphere_with_a_free_outer_wall() {
    // Free of traction at r = 2: (3 lambda + 2 mu) a = 4 mu b / 8, for nu = 0.3.
    let (lambda, mu) = (0.3 / (1.3 * 0.4), 0.5 / 1.3);
    let b = 0.05;
    let exact = radial(4.0 * mu * b / (8.0 * (3.0 * lambda + 2.0 * mu)), b);
    let errors = [12, 24, 48].map(|n| {
        let grid = centred_cube(n, 4.4);
        let young: Vec<f64> =
            (0..grid.len()).map(|v| f64::from(length(grid.centre(grid.voxel(v))) < 2.0)).collect();
        let wall = |x| fixed_if(length(x) <= 1.0);
        let mut case = Case::new(&grid, &young, &vec![0.3; grid.len()], wall, &exact);
        case.solve();
        // Steps of the wall disturb what is within two voxels of it.
        let h = grid.spacing_mm()[0];
        case.worst(&grid, &exact, |x| length(x) < 2.0 - h.max(0.2)) / 0.05
    });
    assert_order("Lamé sphere, outer wall free: relative", &errors, 0.8);
}

/// A stiff or soft sphere under pure shear at a distance: strain in it is uniform.
fn eshelby(n: usize, contrast: f64) -> (f64, f64) {
    const POISSON: f64 = 0.3;
    let beta = 2.0 * (4.0 - 5.0 * POISSON) / (15.0 * (1.0 - POISSON));
    let inside = 1.0 / (1.0 + beta * (contrast - 1.0));
    let p = (inside - 1.0) / (2.0 - 4.0 * POISSON + 1.2);
    let strain = 0.01;
    let exact = move |[x, y, z]: [f64; 3]| {
        let r = length([x, y, z]).max(1.0);
        let (e, xex) = ([strain * y, strain * x, 0.0], 2.0 * strain * x * y);
        let (r3, r5) = (r * r * r, r * r * r * r * r);
        let q = 0.6 * p;
        std::array::from_fn(|c| {
            let x = [x, y, z][c];
            e[c] * (1.0 + p * (2.0 - 4.0 * POISSON) / r3 + 2.0 * q / r5)
                + x * xex * (3.0 * p / r5 - 5.0 * q / (r5 * r * r))
        })
    };
    let grid = centred_cube(n, 4.0);
    let young: Vec<f64> = (0..grid.len())
        .map(|v| if length(grid.centre(grid.voxel(v))) < 1.0 { contrast } else { 1.0 })
        .collect();
    let rim = |x: [f64; 3]| fixed_if(x.iter().any(|x| x.abs() > 2.0 - 1e-6));
    let mut case = Case::new(&grid, &young, &vec![POISSON; grid.len()], rim, exact);
    case.solve();
    let (mut sum, mut count, mut spread) = (0.0, 0.0, 0.0_f64);
    for voxel in 0..grid.len() {
        if length(grid.centre(grid.voxel(voxel))) < 0.7 {
            let found = case.body.strain(&case.u, voxel).shear[0] / (strain * inside);
            sum += found;
            count += 1.0;
            spread = spread.max((found - 1.0).abs());
        }
    }
    (sum / count - 1.0, spread)
}

#[test]
#[expect(clippy::print_stdout, reason = "the errors are the point")]
fn eshelby_sphere_is_strained_evenly() {
    for (contrast, most) in [(10.0, 0.03), (0.1, 0.03), (1e3, 0.06)] {
        let errors = [16, 32, 48].map(|n| eshelby(n, contrast));
        println!("Eshelby, {contrast} times as stiff: mean and worst relative error {errors:.4?}");
        let (mean, worst) = errors[2];
        assert!(mean.abs() < most, "{contrast}: mean strain off by {mean}");
        assert!(worst < 3.0 * most, "{contrast}: strain off by up to {worst}");
    }
}

#[test]
fn the_matrix_is_symmetric_and_holds_no_rotation() {
    let grid = anisotropic([20, 5, 11], [0.5, 0.9, 1.4]);
    let young: Vec<f64> =
        in_blobs(&grid, 2, 8, [1.0, 3.0]).iter().map(|s| if *s { 1e3 } else { 0.3 }).collect();
    let poisson: Vec<f64> = young.iter().map(|e| if *e > 1.0 { 0.167 } else { 0.45 }).collect();
    let case = Case::new(&grid, &young, &poisson, |x| fixed_if(x[0] < 1e-6), |_| [0.0; 3]);
    let n = case.u.len();
    let random = |seed| -> Vec<f64> {
        (0..n).map(|i| ossicle_field::noise::uniform(seed, 0, i as u64) - 0.5).collect()
    };
    let (a, b) = (random(1), random(2));
    let (mut to_a, mut to_b) = (a.clone(), b.clone());
    case.body.forces(&a, &mut to_a);
    case.body.forces(&b, &mut to_b);
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let (ab, ba, aa) = (dot(&b, &to_a), dot(&a, &to_b), dot(&a, &to_a));
    assert!((ab - ba).abs() < 1e-12 * aa, "{ab} against {ba}");
    // Energy summed by voxels is at least that of the strains at their centres.
    let volume = grid.voxel_volume_mm3();
    let centres: f64 = (0..grid.len())
        .map(|v| volume * case.body.strain(&a, v).energy_density_mpa(young[v], poisson[v]))
        .sum();
    assert!(centres > 0.0 && centres < 0.5 * aa, "{centres} against {}", 0.5 * aa);
}

#[test]
fn energy_of_an_even_strain_is_that_of_the_nodes() {
    let grid = anisotropic([3, 4, 5], [0.5, 0.9, 1.4]);
    let n = grid.len();
    let mut case = Case::new(
        &grid,
        &vec![6.0; n],
        &vec![0.45; n],
        |_| Held::FIXED,
        |[x, y, z]| [0.01 * x + 0.02 * y, 0.03 * z - 0.02 * y, 0.01 * z],
    );
    case.solve();
    let mut forces = case.u.clone();
    case.body.forces(&case.u, &mut forces);
    let work: f64 = 0.5 * forces.iter().zip(&case.u).map(|(f, u)| f * u).sum::<f64>();
    let volume = grid.voxel_volume_mm3() * n as f64;
    let density = case.body.strain(&case.u, 7).energy_density_mpa(6.0, 0.45);
    assert!((work / (volume * density) - 1.0).abs() < 1e-6, "{work} against {}", volume * density);
    // Exx .01, eyy -.02, ezz .01, exy .01, eyz .015.
    let shear = case.body.strain(&case.u, 7).octahedral_shear();
    let expected = 2.0 / 3.0 * libm::sqrt(2.0 * 9e-4 + 6.0 * (1e-4 + 2.25e-4));
    assert!((shear / expected - 1.0).abs() < 1e-9, "{shear}; expected {expected}");
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let grid = anisotropic([24, 20, 18], [0.7, 0.5, 0.9]);
    let stiff = in_blobs(&grid, 5, 12, [1.0, 2.5]);
    let young: Vec<f64> = stiff.iter().map(|s| if *s { 1e3 } else { 1.0 }).collect();
    assert_same_bits(|| {
        let ends = |x: [f64; 3]| fixed_if(x[2] < 1e-6 || x[2] > 16.2 - 1e-6);
        let pull = |x: [f64; 3]| [0.1 * x[2], 0.0, 0.02 * x[2]];
        let mut case = Case::new(&grid, &young, &vec![0.3; grid.len()], ends, pull);
        case.solve();
        case.u
    });
}

#[test]
fn a_good_guess_saves_the_work_and_a_loose_piece_stays() {
    let grid = anisotropic([12, 12, 16], [0.5; 3]);
    let piece = |v: usize| {
        let [i, j, k] = grid.voxel(v);
        [i, j].iter().all(|i| (4..7).contains(i)) && (7..9).contains(&k)
    };
    let gap = |v: usize| {
        let [i, j, k] = grid.voxel(v);
        [i, j].iter().all(|i| (3..8).contains(i)) && (6..10).contains(&k) && !piece(v)
    };
    let young: Vec<f64> = (0..grid.len()).map(|v| if gap(v) { 0.0 } else { 4.0 }).collect();
    let ends = |x: [f64; 3]| fixed_if(x[2] < 1e-6 || x[2] > 8.0 - 1e-6);
    let pull = |x: [f64; 3]| [0.0, 0.0, 0.02 * x[2]];
    let mut case = Case::new(&grid, &young, &vec![0.3; grid.len()], ends, pull);
    assert_eq!(case.body.adrift(), 4 * 4 * 3);
    assert!(case.solve() > 5);
    assert!(case.solve() <= 1);
    let inside = (0..grid.len()).find(|v| piece(*v)).unwrap();
    assert_eq!(case.body.strain(&case.u, inside).octahedral_shear(), 0.0);
    let mut load = vec![0.0; case.u.len()];
    let node = 5 + 13 * (5 + 13 * 8);
    load[node] = 2.0;
    let mut solver = ElasticitySolver::new(&case.body);
    assert_eq!(
        solver.solve(&case.body, Some(&load), TOLERANCE, &mut case.u),
        Err(ElasticityError::LoadOnNothing { node, newtons: 2.0 })
    );
}

#[test]
fn what_cannot_be_is_refused() {
    let grid = anisotropic([2; 3], [1.0; 3]);
    let refused = |young: f64, poisson: f64, held: Held, nodes: usize| {
        Elasticity::new(&grid, &[young; 8], &[poisson; 8], &vec![held; nodes]).unwrap_err()
    };
    assert_eq!(
        refused(1.0, 0.3, Held::FREE, 8),
        ElasticityError::Length { what: "held nodes", found: 8, expected: 27 }
    );
    assert_eq!(
        refused(-1.0, 0.3, Held::FIXED, 27),
        ElasticityError::Modulus { voxel: 0, found: -1.0 }
    );
    assert!(matches!(refused(f64::NAN, 0.3, Held::FIXED, 27), ElasticityError::Modulus { .. }));
    assert_eq!(
        refused(1.0, 0.5, Held::FIXED, 27),
        ElasticityError::Poisson { voxel: 0, found: 0.5 }
    );
    assert_eq!(refused(1.0, 0.3, Held::FREE, 27), ElasticityError::NothingHeld);
    assert_eq!(refused(0.0, 0.3, Held::FIXED, 27), ElasticityError::NothingHeld);
    let sheared =
        Grid::new([2; 3], [[1.0, 0.1, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [0.0; 3]).unwrap();
    let held = [Held::FIXED; 27];
    assert!(matches!(
        Elasticity::new(&sheared, &[1.0; 8], &[0.3; 8], &held),
        Err(ElasticityError::Sheared(_))
    ));
    let mut case =
        Case::new(&grid, &[1.0; 8], &[0.3; 8], |x| fixed_if(x[0] < 0.1), |_| [f64::NAN; 3]);
    let mut solver = ElasticitySolver::new(&case.body);
    assert_eq!(
        solver.solve(&case.body, None, TOLERANCE, &mut case.u),
        Err(ElasticityError::NotFinite)
    );
}
