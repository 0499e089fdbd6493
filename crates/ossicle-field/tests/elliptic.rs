//! Steady states against closed forms and manufactured solutions.

mod common;

use std::f64::consts::PI;

use common::{
    assert_order, assert_same_bits, at_centres, box_grid, centred_cube, in_blobs, length, rms,
    share_inside, worst,
};
use libm::{cos, cosh, exp, sin, sinh};
use ossicle_field::elliptic::{EllipticError, EllipticSolver, Hierarchy, Solved};
use ossicle_field::{Faces, Grid, noise};

/// `-div(D grad u) + k u = s`, everything per voxel.
struct Equation {
    grid: Grid,
    diffusivity: Vec<f64>,
    screening: Vec<f64>,
    source: Vec<f64>,
}

impl Equation {
    fn solve_from(&self, tolerance: f64, u: &mut [f64]) -> Result<Solved, EllipticError> {
        let faces = Faces::harmonic(self.grid.shape(), &self.diffusivity);
        let hierarchy = Hierarchy::new(&faces, self.grid.spacing_mm());
        let mut solver = EllipticSolver::new(&hierarchy);
        solver.solve(&hierarchy, 1.0, &self.screening, &self.source, tolerance, u)
    }

    fn solve(&self) -> Vec<f64> {
        let mut u = vec![0.0; self.grid.len()];
        self.solve_from(1e-11, &mut u).unwrap();
        u
    }
}

/// Sum of `f` over the mirror images of the middle of a cube with reflecting walls.
fn with_images(side: f64, x: [f64; 3], f: impl Fn(f64) -> f64) -> f64 {
    let shift = |n: usize| side * (n as f64 - 1.0);
    (0..27)
        .map(|n| {
            let image = [shift(n % 3), shift(n / 3 % 3), shift(n / 9)];
            f(length(std::array::from_fn(|a| x[a] - image[a])))
        })
        .sum()
}

#[test]
fn screened_point_source() {
    let (side, d, k) = (24.0, 2.0_f64, 0.5);
    let decay = (d / k).sqrt();
    let error = |n: usize| {
        let grid = centred_cube(n, side);
        let mut source = vec![0.0; grid.len()];
        source[grid.len() / 2] = 1.0 / grid.voxel_volume_mm3();
        let ones = vec![1.0; grid.len()];
        let u = Equation {
            grid,
            diffusivity: ones.iter().map(|v| v * d).collect(),
            screening: ones.iter().map(|v| v * k).collect(),
            source,
        }
        .solve();
        assert!(u.iter().all(|v| *v >= 0.0));
        let ratio =
            at_centres(grid, |x| with_images(side, x, |r| exp(-r / decay) / (4.0 * PI * d * r)))
                .iter()
                .zip(&u)
                .map(|(exact, u)| u / exact)
                .collect::<Vec<f64>>();
        worst(&ratio, &ones, |c| (2.5..8.0).contains(&length(grid.centre(grid.voxel(c)))))
    };
    let errors = [21, 41, 81].map(error);
    assert_order("screened point source, relative", &errors, 1.9);
    assert!(errors[2] < 0.02, "relative error {}", errors[2]);
}

#[test]
fn uniformly_loaded_sphere() {
    let (side, radius, d, k, s) = (28.0, 5.0, 2.0_f64, 0.5, 3.0);
    let decay: f64 = (d / k).sqrt();
    let inside = -(s / k) * (radius + decay) * exp(-radius / decay);
    let outside = (s / k) * (radius * cosh(radius / decay) - decay * sinh(radius / decay));
    let error = |n: usize| {
        let grid = centred_cube(n, side);
        let u = Equation {
            grid,
            diffusivity: vec![d; grid.len()],
            screening: vec![k; grid.len()],
            source: share_inside(&grid, radius).iter().map(|share| s * share).collect(),
        }
        .solve();
        assert!(u.iter().all(|v| *v >= 0.0));
        let exact = at_centres(grid, |x| {
            with_images(side, x, |r| {
                if r < radius {
                    s / k + inside * sinh(r / decay) / r
                } else {
                    outside * exp(-r / decay) / r
                }
            })
        });
        rms(&u, &exact, |_| true) / (s / k)
    };
    let errors = [20, 40, 80].map(error);
    assert_order("loaded sphere", &errors, 1.8);
    assert!(errors[2] < 2e-3, "error {} of the plateau", errors[2]);
}

/// A layer with a uniform source beside one without: `u` and the flux between them.
#[test]
fn two_layer_slab() {
    let (size, k, s, d) = (10.0, 0.5, 2.0, [1.0, 100.0]);
    let decay = d.map(|d: f64| (d / k).sqrt());
    // Two facing walls without flux; value and flux agree at the interface.
    let slab = |edge: f64| {
        let (near, far) = (edge / decay[0], (size - edge) / decay[1]);
        let stiff = [d[0] / decay[0] * sinh(near), d[1] / decay[1] * sinh(far)];
        // a cosh(near) - b cosh(far) = -s/k, a stiff0 + b stiff1 = 0.
        let a = -(s / k) * stiff[1] / (cosh(near) * stiff[1] + cosh(far) * stiff[0]);
        (a, -a * stiff[0] / stiff[1], -a * stiff[0])
    };
    let error = |edge: f64, n: usize| {
        let grid = box_grid([n, 2, 2], [size, 1.0, 1.0]);
        let in_first = at_centres(grid, |[x, ..]| f64::from(x < edge));
        let u = Equation {
            grid,
            diffusivity: in_first.iter().map(|f| d[0] * f + d[1] * (1.0 - f)).collect(),
            screening: vec![k; n * 4],
            source: in_first.iter().map(|f| s * f).collect(),
        }
        .solve();
        let (a, b, flux) = slab(edge);
        let exact = at_centres(grid, |[x, ..]| {
            if x < edge { s / k + a * cosh(x / decay[0]) } else { b * cosh((size - x) / decay[1]) }
        });
        let last = in_first.iter().take(n).filter(|f| **f > 0.0).count() - 1;
        let found =
            2.0 / (1.0 / d[0] + 1.0 / d[1]) * (u[last] - u[last + 1]) / grid.spacing_mm()[0];
        (worst(&u, &exact, |_| true), (found / flux - 1.0).abs())
    };
    let aligned = [32, 64, 128, 256].map(|n| error(size / 2.0, n));
    assert_order("slab, interface on a face: values", &aligned.map(|e| e.0), 1.9);
    assert_order("slab, interface on a face: flux", &aligned.map(|e| e.1), 1.9);
    // A third of the size lies a third of a voxel off the nearest face on every grid.
    let between = [32, 64, 128, 256].map(|n| error(size / 3.0, n));
    assert_order("slab, interface within voxels: values", &between.map(|e| e.0), 0.95);
    assert!(between[3].1 < 0.01, "flux error {}", between[3].1);
}

/// All coefficients smooth, voxels of 0.5 x 1 x 2.
#[test]
fn manufactured_solution_with_smooth_coefficients() {
    let size = [8.0, 12.0, 16.0];
    let w = size.map(|l| PI / l);
    let error = |n: usize| {
        let grid = box_grid([2 * n, 3 * n / 2, n], size);
        let wave = |[x, y, z]: [f64; 3]| [cos(w[0] * x), cos(w[1] * y), cos(w[2] * z)];
        let slope = |[x, y, z]: [f64; 3]| {
            [-w[0] * sin(w[0] * x), -w[1] * sin(w[1] * y), -w[2] * sin(w[2] * z)]
        };
        let u = |p| {
            let [x, y, z] = wave(p);
            2.0 + x * y * z
        };
        let d = |p| {
            let [x, y, z] = wave(p);
            2.0 + x + 0.5 * y * z
        };
        let k = |p| 0.3 + 0.2 * wave(p)[1];
        let source = |p| {
            let ([x, y, z], [dx, dy, dz]) = (wave(p), slope(p));
            let laplace = -(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]) * x * y * z;
            let grad_u = [dx * y * z, x * dy * z, x * y * dz];
            let grad_d = [dx, 0.5 * dy * z, 0.5 * y * dz];
            let along: f64 = (0..3).map(|a| grad_u[a] * grad_d[a]).sum();
            -d(p) * laplace - along + k(p) * u(p)
        };
        let found = Equation {
            grid,
            diffusivity: at_centres(grid, d).into_vec(),
            screening: at_centres(grid, k).into_vec(),
            source: at_centres(grid, source).into_vec(),
        }
        .solve();
        let exact = at_centres(grid, u);
        (rms(&found, &exact, |_| true), worst(&found, &exact, |_| true))
    };
    let errors = [8, 16, 32].map(error);
    assert_order("smooth coefficients, rms", &errors.map(|e| e.0), 1.9);
    assert_order("smooth coefficients, largest", &errors.map(|e| e.1), 1.9);
}

/// `u = (2 + F(x)/D(x)) cos cos` with `F` zero on the interface: value and flux continuous.
#[test]
fn manufactured_solution_across_a_jump_of_1000() {
    let (size, k) = (10.0, 0.2);
    let w = PI / size;
    let error = |edge: f64, n: usize| {
        let grid = box_grid([n; 3], [size; 3]);
        let d = |x: f64| if x < edge { 1.0 } else { 1000.0 };
        let f = |x: f64| 2.0 + (cos(w * x) - cos(w * edge)) / d(x);
        let exact = at_centres(grid, |[x, y, z]| f(x) * cos(w * y) * cos(w * z));
        let source = at_centres(grid, |[x, y, z]| {
            let across = w * w * cos(w * x) + 2.0 * w * w * d(x) * f(x);
            (across + k * f(x)) * cos(w * y) * cos(w * z)
        });
        let found = Equation {
            grid,
            diffusivity: at_centres(grid, |[x, ..]| d(x)).into_vec(),
            screening: vec![k; grid.len()],
            source: source.into_vec(),
        }
        .solve();
        (rms(&found, &exact, |_| true), worst(&found, &exact, |_| true))
    };
    // On a face of every level; on a face of the finest level only (5 of 16 voxels); within.
    for (what, edge, least) in [
        ("on every level's faces", size / 2.0, 1.9),
        ("on faces within coarse voxels", 5.0 / 16.0 * size, 1.9),
        ("within voxels", size / 3.0, 0.98),
    ] {
        // A third of the size lies a third of a voxel above a face of one grid and below one of
        // the next; with two thirds, the pair has the same positions on every grid.
        let errors = [16, 32, 64].map(|n| {
            let (a, b) = (error(edge, n), error(size - edge, n));
            (a.0.max(b.0), a.1.max(b.1))
        });
        assert_order(&format!("1000:1 {what}, rms"), &errors.map(|e| e.0), least);
        assert_order(&format!("1000:1 {what}, largest"), &errors.map(|e| e.1), least);
    }
}

/// A wound of source `j` within a layer of poor conductor, grounded far away.
#[test]
fn potential_of_a_layered_sphere() {
    let (j, wound, layer, ground) = (3.0, 4.0, 6.5, 12.0);
    let conductivity = |r: f64| if (wound..layer).contains(&r) { 0.05 } else { 0.35 };
    let error = |n: usize| {
        let grid = centred_cube(n, 26.0);
        let radius = at_centres(grid, length);
        let u = Equation {
            grid,
            diffusivity: radius.iter().map(|r| conductivity(*r)).collect(),
            screening: radius.iter().map(|r| if *r < ground { 0.0 } else { 1e5 }).collect(),
            source: share_inside(&grid, wound).iter().map(|share| j * share).collect(),
        }
        .solve();
        // The radial field, averaged over the faces across x within shells clear of the jumps.
        let (h, strides) = (grid.spacing_mm()[0], grid.strides());
        [[1.0, 3.5], [4.5, 6.0], [7.0, 10.0]].map(|[from, to]| {
            let (mut found, mut expected) = (0.0, 0.0);
            for c in (0..grid.len()).filter(|c| grid.voxel(*c)[0] + 1 < n) {
                let mut face = grid.centre(grid.voxel(c));
                face[0] += 0.5 * h;
                let r = length(face);
                if (from..to).contains(&r) {
                    let (inner, along) = (r.min(wound), face[0] / r);
                    found += (u[c] - u[c + strides[0]]) / h * along;
                    expected +=
                        j * inner * inner * inner / (3.0 * conductivity(r) * r * r) * along * along;
                }
            }
            (found / expected - 1.0_f64).abs()
        })
    };
    for (n, most) in [(26, 0.03), (52, 5e-3), (104, 1e-3)] {
        let errors = error(n);
        assert!(errors.iter().all(|e| *e < most), "{n} voxels a side: relative errors {errors:?}");
    }
}

/// Oxygen in a ball that uses it at a constant rate, `w0 - q/(6 D) (R^2 - r^2)`: differences
/// of a quadratic are exact, so this holds to the last digits on any grid.
#[test]
fn ball_of_constant_use() {
    let (d, q, radius, w0, hold) = (147.0, 60.0, 1.5, 1.0, 1e6);
    let grid = Grid::aligned([40, 16, 24], [0.15, 0.4, 0.25], [-2.9, -3.1, -2.8]).unwrap();
    let r = at_centres(grid, length).into_vec();
    let exact: Vec<f64> =
        r.iter().map(|r| w0 - q / (6.0 * d) * (radius * radius - r * r)).collect();
    // Beyond the ball the same parabola is held.
    let held: Vec<f64> = r.iter().map(|r| if *r > radius { hold } else { 0.0 }).collect();
    let u = Equation {
        grid,
        diffusivity: vec![d; grid.len()],
        screening: held.clone(),
        source: (0..grid.len()).map(|c| held[c] * exact[c] - q).collect(),
    }
    .solve();
    let off = worst(&u, &exact, |c| r[c] < radius);
    assert!(off < 1e-6, "off by {off}");
}

/// What is supplied is used, in every pocket of its own, and the dead voxels keep their value.
#[test]
fn every_pocket_balances_and_walls_keep_their_value() {
    let grid = centred_cube(40, 40.0);
    let bone = in_blobs(&grid, 4, 20, [3.0, 7.0]);
    // Two shells cut the box into three parts.
    let shell = at_centres(grid, length).into_vec();
    let wall: Vec<bool> = (0..grid.len())
        .map(|c| bone[c] || [8.0, 15.0].iter().any(|r: &f64| (shell[c] - r).abs() < 1.2))
        .collect();
    let living = |c: usize| f64::from(!wall[c]);
    let n = grid.len();
    let equation = Equation {
        grid,
        diffusivity: (0..n).map(living).collect(),
        screening: (0..n).map(|c| living(c) * 0.02).collect(),
        source: (0..n).map(|c| living(c) * noise::uniform(2, 0, c as u64)).collect(),
    };
    let mut u: Vec<f64> = (0..n).map(|c| if wall[c] { -7.0 } else { 0.0 }).collect();
    equation.solve_from(1e-10, &mut u).unwrap();
    assert!((0..n).all(|c| if wall[c] { u[c] == -7.0 } else { u[c] >= 0.0 }));
    for (from, to) in [(0.0, 8.0), (8.0, 15.0), (15.0, 99.0)] {
        let part = |c: &usize| !wall[*c] && (from..to).contains(&shell[*c]);
        let total = |f: &[f64]| (0..n).filter(part).map(|c| f[c]).sum::<f64>();
        let used: Vec<f64> = (0..n).map(|c| equation.screening[c] * u[c]).collect();
        let off = total(&used) / total(&equation.source) - 1.0;
        assert!(off.abs() < 1e-8, "r {from}..{to}: used/supplied - 1 = {off}");
    }
}

/// Without screening anywhere the answer is known up to a constant, if there is one.
#[test]
fn closed_box_without_screening() {
    let error = |n: usize| {
        let grid = box_grid([n, n, n / 2], [8.0, 8.0, 8.0]);
        let w = PI / 8.0;
        let exact = at_centres(grid, |[x, y, z]| cos(w * x) * cos(w * y) * cos(2.0 * w * z));
        let u = Equation {
            grid,
            diffusivity: vec![1.0; grid.len()],
            screening: vec![0.0; grid.len()],
            source: exact.iter().map(|u| 6.0 * w * w * u).collect(),
        }
        .solve();
        let shift = u.iter().sum::<f64>() / u.len() as f64;
        let u: Vec<f64> = u.iter().map(|u| u - shift).collect();
        rms(&u, &exact, |_| true)
    };
    assert_order("pure no-flux", &[16, 32, 64].map(error), 1.9);

    let grid = box_grid([12; 3], [12.0; 3]);
    let n = grid.len();
    let all = |v: f64| vec![v; n];
    let endless = Equation { grid, diffusivity: all(1.0), screening: all(0.0), source: all(1.0) };
    let refused = endless.solve_from(1e-6, &mut all(0.0));
    assert!(
        matches!(refused, Err(EllipticError::NotConverged { .. } | EllipticError::NotFinite)),
        "a source that nothing uses has no steady state, yet {refused:?}"
    );
}

#[test]
fn what_is_not_finite_is_refused() {
    let grid = box_grid([8; 3], [8.0; 3]);
    let n = grid.len();
    let sound = || Equation {
        grid,
        diffusivity: vec![1.0; n],
        screening: vec![0.1; n],
        source: vec![1.0; n],
    };
    for spoil in 0..3 {
        for bad in [f64::NAN, f64::INFINITY] {
            let mut equation = sound();
            [&mut equation.diffusivity, &mut equation.screening, &mut equation.source][spoil]
                [n / 2] = bad;
            let result = equation.solve_from(1e-6, &mut vec![0.0; n]);
            assert_eq!(result, Err(EllipticError::NotFinite), "input {spoil} is {bad}");
        }
    }
}

/// However early the iteration stops, nothing is negative that cannot be.
#[test]
fn no_negative_concentrations_at_loose_tolerance() {
    let grid = centred_cube(33, 33.0);
    let n = grid.len();
    let bone = in_blobs(&grid, 8, 12, [2.0, 6.0]);
    let mut source = vec![0.0; n];
    source[n / 2 + 3] = 1.0;
    let living: Vec<f64> = bone.iter().map(|b| f64::from(!b)).collect();
    let equation = Equation { grid, screening: vec![3.0; n], diffusivity: living, source };
    for tolerance in [0.5, 1e-1, 1e-3, 1e-6] {
        let mut u = vec![0.0; n];
        equation.solve_from(tolerance, &mut u).unwrap();
        assert!(u.iter().all(|v| *v >= 0.0), "tolerance {tolerance}");
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let grid = Grid::aligned([37, 29, 41], [0.5, 1.0, 2.0], [0.0; 3]).unwrap();
    let bone = in_blobs(&grid, 6, 10, [2.0, 6.0]);
    assert_same_bits(|| {
        Equation {
            grid,
            diffusivity: bone.iter().map(|b| if *b { 0.0 } else { 3.0 }).collect(),
            screening: vec![0.05; grid.len()],
            source: (0..grid.len()).map(|c| noise::uniform(1, 1, c as u64)).collect(),
        }
        .solve()
    });
}
