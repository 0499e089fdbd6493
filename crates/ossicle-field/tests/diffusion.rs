//! Diffusion against closed forms: decaying modes, spreading points, walls.

mod common;

use std::f64::consts::PI;

use common::{
    assert_order, assert_same_bits, at_centres, box_grid, centred_cube, in_blobs, length, rms,
    worst,
};
use libm::{cos, exp, sin, tan};
use ossicle_field::diffusion::{Affinity, Diffusion, Sweeps};
use ossicle_field::{Faces, Field, Grid, noise, reduce};

/// Whole steps of `days / steps`, each a forward and a backward half.
fn run(grid: &Grid, diffusivity: &[f64], days: f64, steps: usize, u: &mut [f64]) {
    let faces = Faces::harmonic(grid.shape(), diffusivity);
    let mut diffusion = Diffusion::new(grid);
    let half = 0.5 * days / steps as f64;
    for _ in 0..steps {
        diffusion.step(&faces, 1.0, half, Sweeps::Forward, u);
        diffusion.step(&faces, 1.0, half, Sweeps::Backward, u);
    }
}

/// The root of an increasing function between two points.
fn root(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        *if f(middle) < 0.0 { &mut low } else { &mut high } = middle;
    }
    0.5 * (low + high)
}

/// The first radial mode of a ball with reflecting walls, `sin(kr)/(kr)` with
/// `tan(kR) = kR`, decays at `D k^2`.
#[test]
fn sphere_mode_decays_at_its_rate() {
    let (radius, d, days) = (8.0, 0.5, 10.0);
    let k = root(PI + 0.1, 1.5 * PI - 1e-3, |x| tan(x) - x) / radius;
    let mode = |r: f64| if r < 1e-9 { 1.0 } else { sin(k * r) / (k * r) };
    let error = |n: usize| {
        let grid = centred_cube(n, 2.1 * radius);
        let r = at_centres(grid, length).into_vec();
        let inside: Vec<f64> = r.iter().map(|r| if *r < radius { d } else { 0.0 }).collect();
        let start: Vec<f64> =
            r.iter().map(|r| if *r < radius { 1.0 + mode(*r) } else { 0.0 }).collect();
        let mut u = start.clone();
        run(&grid, &inside, days, n, &mut u);
        assert!(u.iter().all(|v| *v >= 0.0));
        // How much of the mode there is, less the even background.
        let amplitude = |u: &[f64]| {
            let (mut with_mode, mut modes, mut both, mut total, mut voxels) =
                (0.0, 0.0, 0.0, 0.0, 0.0);
            for c in (0..u.len()).filter(|c| r[*c] < radius) {
                let m = mode(r[c]);
                with_mode += u[c] * m;
                modes += m;
                both += m * m;
                total += u[c];
                voxels += 1.0;
            }
            (with_mode - total * modes / voxels) / (both - modes * modes / voxels)
        };
        let rate = -libm::log(amplitude(&u) / amplitude(&start)) / days;
        (rate / (d * k * k) - 1.0).abs()
    };
    let errors = [17, 34, 68].map(error);
    assert_order("rate of the sphere mode, staircase walls", &errors, 0.9);
    assert!(errors[2] < 0.01, "rate off by {}", errors[2]);
}

/// A Gaussian on voxels of 0.5 x 1 x 2 mm: its variance grows by `2 D t` on every axis.
#[test]
fn gaussian_spreads_equally_on_unequal_voxels() {
    let (d, days, start) = (1.5, 4.0, 9.0);
    let size = [60.0, 60.0, 64.0];
    let grid = box_grid([120, 60, 32], size);
    let middle = size.map(|l| l / 2.0);
    let gaussian = |variance: f64| {
        at_centres(grid, |x| {
            let r = length(std::array::from_fn(|a| x[a] - middle[a]));
            exp(-r * r / (2.0 * variance)) / (2.0 * PI * variance * (2.0 * PI * variance).sqrt())
        })
    };
    let mut u = gaussian(start).into_vec();
    let moments = |u: &[f64]| {
        let mass = reduce::sum(u);
        let variance = [0, 1, 2].map(|a| {
            let x = |c| grid.centre(grid.voxel(c))[a] - middle[a];
            reduce::sum_of(u.len(), |c| u[c] * x(c) * x(c)) / mass
        });
        (mass, variance)
    };
    let (mass, before) = moments(&u);
    run(&grid, &vec![d; grid.len()], days, 40, &mut u);
    let (mass_after, after) = moments(&u);
    assert!((mass_after / mass - 1.0).abs() < 1e-12);
    for axis in 0..3 {
        let growth = (after[axis] - before[axis]) / (2.0 * d * days);
        // The differences of x^2 are exact; what is missing has reached the box.
        assert!((growth - 1.0).abs() < 1e-3, "axis {axis}: variance grew by {growth} of 2Dt");
    }
    let exact = gaussian(start + 2.0 * d * days);
    let off = worst(&u, &exact, |_| true) / reduce::extremes(&exact).1;
    assert!(off < 0.02, "off by {off} of the peak");
}

/// From one voxel, at equal distance along an axis and obliquely: the sweeps show no axis.
#[test]
fn splitting_prefers_no_axis() {
    let (spread, days) = (32.0, 8.0);
    let grid = centred_cube(49, 49.0);
    let mut u = vec![0.0; grid.len()];
    u[grid.len() / 2] = 1.0;
    run(&grid, &vec![spread / (4.0 * days); grid.len()], days, 16, &mut u);
    // All at distance 9 of the middle.
    let same = [[9, 0, 0], [0, 9, 0], [0, 0, 9], [7, 4, 4], [4, 4, 7], [6, 3, 6], [1, 4, 8]]
        .map(|[i, j, k]| u[grid.index([24 + i, 24 + j, 24 + k])]);
    let exact = exp(-81.0 / spread) / (PI * spread * (PI * spread).sqrt());
    for value in same {
        assert!((value / exact - 1.0).abs() < 0.03, "{same:?} against {exact}");
    }
    for (a, b) in [(0, 1), (0, 2), (3, 4)] {
        assert!((same[a] / same[b] - 1.0).abs() < 1e-12, "axes differ: {same:?}");
    }
}

/// `cos x + e cos 2x` decays as a whole where `D = (1 + e cos x) / (1 + 4 e cos x)`.
#[test]
fn second_order_in_space_where_the_coefficient_is_smooth() {
    let (e, size, days) = (0.15, 10.0, 15.0);
    let w = PI / size;
    let f = |x: f64| cos(w * x) + e * cos(2.0 * w * x);
    let d = |x: f64| (1.0 + e * cos(w * x)) / (1.0 + 4.0 * e * cos(w * x));
    for axis in 0..3 {
        let error = |n: usize| {
            let mut shape = [2; 3];
            shape[axis] = n;
            let grid = box_grid(shape, [size; 3]);
            let start = at_centres(grid, |x| 2.0 + f(x[axis]));
            let mut u = start.into_vec();
            run(&grid, &at_centres(grid, |x| d(x[axis])), days, n * n / 8, &mut u);
            let exact = at_centres(grid, |x| 2.0 + exp(-w * w * days) * f(x[axis]));
            worst(&u, &exact, |_| true)
        };
        assert_order(&format!("smooth coefficient, axis {axis}"), &[16, 32, 64].map(error), 1.9);
    }
}

/// The slowest mode of two layers whose coefficients differ a thousandfold.
#[test]
fn at_least_first_order_in_space_across_a_jump_of_1000() {
    let (size, d, days) = (10.0, [1.0, 1000.0], 10.0);
    let error = |edge: f64, n: usize| {
        let k = |rate: f64| d.map(|d: f64| (rate / d).sqrt());
        // Value and flux agree at the interface: d0 k0 tan(k0 c) = -d1 k1 tan(k1 (l - c)).
        let mismatch = |rate: f64| {
            let [a, b] = k(rate);
            d[0] * a * tan(a * edge) + d[1] * b * tan(b * (size - edge))
        };
        let first = (PI / 2.0 / edge) * (PI / 2.0 / edge);
        let rate = root(first * 1.0001, 4.0 * first, mismatch);
        let [a, b] = k(rate);
        let beyond = cos(a * edge) / cos(b * (size - edge));
        let mode = |x: f64| if x < edge { cos(a * x) } else { beyond * cos(b * (size - x)) };
        let grid = box_grid([n, 1, 1], [size, 1.0, 1.0]);
        let mut u = at_centres(grid, |[x, ..]| 2.0 + mode(x)).into_vec();
        let layers = at_centres(grid, |[x, ..]| if x < edge { d[0] } else { d[1] });
        run(&grid, &layers, days, 2 * n * n, &mut u);
        let exact = at_centres(grid, |[x, ..]| 2.0 + exp(-rate * days) * mode(x));
        rms(&u, &exact, |_| true)
    };
    let aligned = [16, 32, 64, 128].map(|n| error(5.0, n));
    assert_order("1000:1 on a face", &aligned, 1.9);
    let between = [16, 32, 64, 128].map(|n| error(10.0 / 3.0, n).max(error(20.0 / 3.0, n)));
    assert_order("1000:1 within voxels", &between, 0.95);
}

/// Directions do not commute where there are walls; a forward and a backward sweep in turn
/// make up for it, sweeps in one order only do not.
#[test]
fn second_order_in_time_among_walls() {
    let grid = centred_cube(24, 24.0);
    let bone = in_blobs(&grid, 2, 14, [2.0, 5.0]);
    let tissue: Vec<f64> = (0..grid.len())
        .map(|c| if bone[c] { 0.0 } else { 0.2 + 0.8 * noise::uniform(4, 0, c as u64 / 5) })
        .collect();
    let start: Vec<f64> = (0..grid.len())
        .map(|c| {
            let [x, y, z] = grid.centre(grid.voxel(c));
            if bone[c] { 0.0 } else { exp(-((x - 3.0) * (x - 3.0) + y * y + z * z) / 8.0) }
        })
        .collect();
    let after = |steps: usize, days: f64| {
        let mut u = start.clone();
        run(&grid, &tissue, days, steps, &mut u);
        u
    };
    let days = 8.0;
    let reference = after(512, days);
    let errors = [8, 16, 32].map(|steps| rms(&after(steps, days), &reference, |_| true));
    assert_order("alternating sweeps in time", &errors, 1.9);

    let one_way = |steps: usize| {
        let faces = Faces::harmonic(grid.shape(), &tissue);
        let mut diffusion = Diffusion::new(&grid);
        let mut u = start.clone();
        for _ in 0..2 * steps {
            diffusion.step(&faces, 1.0, 0.5 * days / steps as f64, Sweeps::Forward, &mut u);
        }
        rms(&u, &reference, |_| true)
    };
    let order = libm::log2(one_way(16) / one_way(32));
    assert!(order < 1.3, "sweeps in one order: order {order}; this test could not tell");
}

/// However long the step: nothing negative, nothing beyond the extremes, nothing lost.
#[test]
fn absurd_steps_stay_within_bounds() {
    let grid = Grid::aligned([31, 23, 17], [0.5, 1.0, 2.0], [0.0; 3]).unwrap();
    let bone = in_blobs(&grid, 9, 9, [1.5, 4.0]);
    for days in [0.3, 3.0, 1e2, 1e4, 1e8] {
        let tissue: Vec<f64> =
            bone.iter()
                .enumerate()
                .map(|(c, b)| {
                    if *b {
                        0.0
                    } else {
                        libm::pow(10.0, 4.0 * noise::uniform(3, 1, c as u64) - 2.0)
                    }
                })
                .collect();
        let start = Field::from_fn(grid, |[i, j, k]| f64::from((i / 5 + j / 4 + k / 3) % 2 == 0));
        let mut u = start.clone().into_vec();
        for _ in 0..3 {
            run(&grid, &tissue, days, 1, &mut u);
            let (low, high) = reduce::extremes(&u);
            assert!(low >= 0.0 && high <= 1.0 + 1e-12, "{days} days: from {low} to {high}");
        }
        let kept = reduce::sum(&u) / reduce::sum(&start) - 1.0;
        assert!(kept.abs() < 1e-12, "{days} days: mass changed by {kept}");
    }
}

/// At the very step where the explicit part uses up the whole of a voxel, rounding included.
#[test]
fn the_longest_explicit_step_stays_positive() {
    let n = 9;
    let grid = box_grid([n, 1, 1], [n as f64, 1.0, 1.0]);
    let mut diffusion = Diffusion::new(&grid);
    for trial in 0..4000 {
        let random = |what, c: usize| noise::uniform(7, what, trial * 100 + c as u64);
        let tissue: Vec<f64> = (0..n).map(|c| 0.1 + random(0, c)).collect();
        let faces = Faces::harmonic(grid.shape(), &tissue);
        let across = faces.across(0);
        let diagonal = (1..n).map(|c| across[c - 1] + across[c]).fold(0.0, f64::max);
        // Every other voxel is empty, so that nothing flows in and rounding shows.
        let mut u: Vec<f64> = (0..n).map(|c| if c % 2 == 0 { 0.0 } else { random(1, c) }).collect();
        let days = (2.0 + 30.0 * (trial % 4) as f64) / diagonal;
        diffusion.step(&faces, 1.0, days, Sweeps::Forward, &mut u);
        assert!(u.iter().all(|v| *v >= 0.0), "trial {trial}: {u:?}");
    }
}

/// A chamber behind a wall one voxel thick.
#[test]
fn walls_leak_nothing() {
    let grid = centred_cube(27, 27.0);
    let r = at_centres(grid, length).into_vec();
    let wall = |c: usize| (r[c] - 8.0).abs() < 0.9;
    let tissue: Vec<f64> = (0..grid.len()).map(|c| if wall(c) { 0.0 } else { 2.0 }).collect();
    let mut u: Vec<f64> =
        (0..grid.len()).map(|c| if r[c] < 8.0 && !wall(c) { 3.0 + r[c] } else { 0.0 }).collect();
    let before = reduce::sum(&u);
    run(&grid, &tissue, 50.0, 25, &mut u);
    assert!((reduce::sum(&u) / before - 1.0).abs() < 1e-12);
    assert!((0..grid.len()).all(|c| (r[c] < 8.0 && !wall(c)) || u[c] == 0.0));
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let grid = Grid::aligned([37, 29, 41], [0.5, 1.0, 2.0], [0.0; 3]).unwrap();
    let bone = in_blobs(&grid, 6, 10, [2.0, 6.0]);
    let tissue: Vec<f64> = bone.iter().map(|b| if *b { 0.0 } else { 3.0 }).collect();
    assert_same_bits(|| {
        let mut u: Vec<f64> = (0..grid.len()).map(|c| noise::uniform(1, 1, c as u64)).collect();
        run(&grid, &tissue, 1.0, 4, &mut u);
        u
    });
}

/// Cells that prefer some tissue: whatever the start, `u` settles in proportion to the affinity,
/// across jumps of it and past walls, and none is lost on the way.
#[test]
fn with_affinity_a_field_settles_in_proportion_to_it() {
    let grid = box_grid([12, 10, 8], [6.0, 10.0, 16.0]);
    let open = |[i, j, k]: [usize; 3]| !((3..5).contains(&i) && j > 1 && k < 6);
    let open = Field::from_fn(grid, open).into_vec();
    let affinity: Vec<f64> = (0..grid.len())
        .map(|c| if open[c] { 0.02 + noise::uniform(7, 1, c as u64) } else { 0.0 })
        .collect();
    let conductance: Vec<f64> = affinity.iter().map(|a| 0.8 * a).collect();
    let faces = Faces::harmonic(grid.shape(), &conductance);
    let mut u: Vec<f64> = (0..grid.len())
        .map(|c| if open[c] { noise::uniform(8, 1, c as u64) } else { 0.0 })
        .collect();
    let (before, capacity) = (reduce::sum(&u), reduce::sum(&affinity));
    let mut diffusion = Diffusion::new(&grid);
    let held = Affinity::new(affinity.clone());
    for step in 0..4000 {
        let sweeps = if step % 2 == 0 { Sweeps::Forward } else { Sweeps::Backward };
        diffusion.step_with_affinity(&faces, &held, 1.0, 1.0, sweeps, &mut u);
    }
    assert!((reduce::sum(&u) / before - 1.0).abs() < 1e-12);
    for c in 0..grid.len() {
        let settled = affinity[c] * before / capacity;
        assert!((u[c] - settled).abs() < 1e-9 * settled.max(1.0), "{} for {settled}", u[c]);
    }
}

/// With one affinity everywhere, `u/a` with coefficient `k` is `u` with diffusivity `k/a`.
#[test]
fn with_one_affinity_everywhere_it_is_plain_diffusion() {
    let grid = box_grid([24, 6, 5], [12.0, 6.0, 10.0]);
    let start = at_centres(grid, |p| 2.0 + cos(PI * p[0] / 12.0) + 0.3 * p[1] + 0.1 * p[2]);
    let faces = |d: f64| Faces::harmonic(grid.shape(), &vec![d; grid.len()]);
    let (mut plain, mut held) = (start.clone().into_vec(), start.into_vec());
    let mut diffusion = Diffusion::new(&grid);
    for _ in 0..10 {
        diffusion.step(&faces(0.6), 1.0, 0.4, Sweeps::Forward, &mut plain);
        let affinity = Affinity::new(vec![0.25; grid.len()]);
        diffusion.step_with_affinity(&faces(0.15), &affinity, 1.0, 0.4, Sweeps::Forward, &mut held);
    }
    let apart = plain.iter().zip(&held).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-12, "{apart:e}");
}
