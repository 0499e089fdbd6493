//! Directed movement against closed forms: transport, rotation, balance with diffusion, walls.

mod common;

use std::f64::consts::PI;

use common::{
    assert_order, assert_same_bits, at_centres, box_grid, centred_cube, in_blobs, length, rms,
};
use libm::{atan2, cos, exp, sin};
use ossicle_field::diffusion::{Diffusion, Sweeps};
use ossicle_field::taxis::{Limiter, Taxis};
use ossicle_field::{Faces, Grid, noise, reduce};

const UNLIMITED: f64 = f64::INFINITY;

/// A line of `n` voxels on which everything moves right at 1 mm/day.
fn drift(n: usize, size: f64, limiter: Limiter) -> (Grid, Taxis) {
    let grid = box_grid([n, 1, 1], [size, 1.0, 1.0]);
    let mut taxis = Taxis::new(&grid, limiter);
    let slope = at_centres(grid, |[x, ..]| x);
    taxis.set_velocity(&Faces::harmonic(grid.shape(), &vec![1.0; n]), &slope, UNLIMITED);
    (grid, taxis)
}

fn mean_error(a: &[f64], b: &[f64]) -> f64 {
    reduce::sum_of(a.len(), |c| (a[c] - b[c]).abs()) / a.len() as f64
}

#[test]
fn a_smooth_profile_travels() {
    let bell = |x: f64| exp(-(x - 6.0) * (x - 6.0) / 2.0);
    let error = |limiter, n| {
        let (grid, mut taxis) = drift(n, 24.0, limiter);
        let mut u = at_centres(grid, |[x, ..]| bell(x)).into_vec();
        taxis.step(8.0, &mut u);
        mean_error(&u, &at_centres(grid, |[x, ..]| bell(x - 8.0)))
    };
    assert_order(
        "travelling bell, limited",
        &[60, 120, 240, 480].map(|n| error(Limiter::VanLeer, n)),
        1.8,
    );
    let upwind = [240, 480, 960].map(|n| error(Limiter::Upwind, n));
    assert_order("travelling bell, upwind", &upwind, 0.85);
    assert!(upwind[1] > 10.0 * error(Limiter::VanLeer, 480));
}

/// Heun's steps, where the flux is smooth: upwind on a fixed grid.
#[test]
fn second_order_in_time() {
    let days = 6.0;
    let after = |steps: usize| {
        let (grid, mut taxis) = drift(96, 24.0, Limiter::Upwind);
        let mut u = at_centres(grid, |[x, ..]| exp(-(x - 7.0) * (x - 7.0))).into_vec();
        let made: usize = (0..steps).map(|_| taxis.step(days / steps as f64, &mut u)).sum();
        assert_eq!(made, steps, "no step may be cut for this test");
        u
    };
    let reference = after(3200);
    let errors = [50, 100, 200].map(|steps| mean_error(&after(steps), &reference));
    assert_order("drift in time", &errors, 1.9);
}

#[test]
fn a_step_keeps_its_bounds_and_its_place() {
    for limiter in [Limiter::Upwind, Limiter::VanLeer] {
        let (grid, mut taxis) = drift(200, 20.0, limiter);
        let mut u = at_centres(grid, |[x, ..]| f64::from((2.0..7.0).contains(&x))).into_vec();
        let before = reduce::sum(&u);
        taxis.step(9.0, &mut u);
        assert!((reduce::sum(&u) / before - 1.0).abs() < 1e-12);
        // Far ahead of the step values are so small that their products underflow.
        let (low, high) = reduce::extremes(&u);
        assert!(low >= 0.0 && high <= 1.0 + 1e-12, "from {low} to {high}");
        let variation: f64 = u.windows(2).map(|w| (w[1] - w[0]).abs()).sum();
        assert!(variation <= 2.0 + 1e-12, "wiggles: total variation {variation}");
        // The edges stand where they should: half height at 11 and 16 mm.
        let at = |x: f64| u[(x / 0.1) as usize];
        assert!(at(10.8) < 0.5 && at(11.2) > 0.5 && at(15.8) > 0.5 && at(16.2) < 0.5);
        let width = u.iter().filter(|v| (0.1..0.9).contains(*v)).count();
        let most = if limiter == Limiter::VanLeer { 14 } else { 60 };
        assert!(width <= most, "{limiter:?}: edges {width} voxels wide");
    }
}

/// Speed `omega r` round the z axis: mobility `omega r^2`, potential the polar angle, whose
/// cut is a wall. A bell makes a third of a turn.
fn rotation(n: usize, forward: bool) -> (Grid, Taxis) {
    let grid = box_grid([n, n, 1], [20.0, 20.0, 1.0]);
    let polar = |[x, y, _]: [f64; 3]| (x - 10.0, y - 10.0);
    let mobility = at_centres(grid, |p| {
        let (x, y) = polar(p);
        if x < 0.0 && y.abs() < 0.5 { 0.0 } else { x * x + y * y }
    });
    let angle = at_centres(grid, |p| {
        let (x, y) = polar(p);
        if forward { atan2(y, x) } else { -atan2(y, x) }
    });
    let mut taxis = Taxis::new(&grid, Limiter::VanLeer);
    taxis.set_velocity(&Faces::harmonic(grid.shape(), &mobility), &angle, UNLIMITED);
    (grid, taxis)
}

/// A bell 5.5 mm from the axis, at an angle.
fn bell_at(grid: Grid, angle: f64) -> Vec<f64> {
    let middle = [10.0 + 5.5 * cos(angle), 10.0 + 5.5 * sin(angle)];
    at_centres(grid, |[x, y, _]| {
        let r = length([x - middle[0], y - middle[1], 0.0]);
        exp(-r * r / 2.0)
    })
    .into_vec()
}

#[test]
fn solid_body_rotation() {
    let error = |n: usize| {
        let (grid, mut taxis) = rotation(n, true);
        let mut u = bell_at(grid, -PI / 3.0);
        let before = reduce::sum(&u);
        taxis.step(2.0 * PI / 3.0, &mut u);
        assert!(u.iter().all(|v| *v >= 0.0));
        assert!((reduce::sum(&u) / before - 1.0).abs() < 1e-12);
        mean_error(&u, &bell_at(grid, PI / 3.0)) * 400.0 / (2.0 * PI)
    };
    let errors = [40, 80, 160].map(error);
    assert_order("third of a turn", &errors, 1.7);
    assert!(errors[2] < 0.03, "error {} of the bell", errors[2]);
}

#[test]
fn turning_back_returns_to_the_start() {
    let n = 160;
    let (grid, mut there) = rotation(n, true);
    let (_, mut back) = rotation(n, false);
    let start = bell_at(grid, -PI / 3.0);
    let mut u = start.clone();
    there.step(2.0 * PI / 3.0, &mut u);
    back.step(2.0 * PI / 3.0, &mut u);
    let error = mean_error(&u, &start) * 400.0 / (2.0 * PI);
    assert!(error < 0.03, "error {error} of the bell");
}

/// Drift up a potential against diffusion settles at `n = exp(chi c / D)`.
#[test]
fn balance_with_diffusion() {
    let (d, chi, size) = (0.5, 0.8, [4.0, 3.0, 4.0]);
    let error = |n: usize| {
        let grid = box_grid([n, n / 2, n / 2], size);
        let c = at_centres(grid, |x| {
            let [a, b, e] = [0, 1, 2].map(|axis| cos(PI * x[axis] / size[axis]));
            0.6 * a * (1.0 + 0.5 * b) + 0.4 * e
        });
        let ones = Faces::harmonic(grid.shape(), &vec![1.0; grid.len()]);
        let mut diffusion = Diffusion::new(&grid);
        let mut taxis = Taxis::new(&grid, Limiter::VanLeer);
        let mobility = Faces::harmonic(grid.shape(), &vec![chi; grid.len()]);
        taxis.set_velocity(&mobility, &c, UNLIMITED);
        let mut u = vec![1.0; grid.len()];
        let dt = 0.5 / n as f64;
        for _ in 0..(60.0 / dt) as usize {
            diffusion.step(&ones, d, dt / 2.0, Sweeps::Forward, &mut u);
            taxis.step(dt, &mut u);
            diffusion.step(&ones, d, dt / 2.0, Sweeps::Backward, &mut u);
        }
        let kept = reduce::sum(&u) / grid.len() as f64 - 1.0;
        assert!(kept.abs() < 1e-11, "mass changed by {kept}");
        let exact: Vec<f64> = c.iter().map(|c| exp(chi * c / d)).collect();
        let scale = grid.len() as f64 / reduce::sum(&exact);
        let exact: Vec<f64> = exact.iter().map(|e| e * scale).collect();
        rms(&u, &exact, |_| true)
    };
    let errors = [10, 20, 40].map(error);
    assert_order("balance with diffusion", &errors, 1.7);
    assert!(errors[2] < 0.02, "rms error {}", errors[2]);
}

/// Steep random potentials among bones: nothing negative, nothing lost, nothing through walls.
#[test]
fn rough_drift_among_walls() {
    let grid = Grid::aligned([31, 23, 17], [0.5, 1.0, 2.0], [0.0; 3]).unwrap();
    let bone = in_blobs(&grid, 9, 9, [1.5, 4.0]);
    let tissue: Vec<f64> = bone.iter().map(|b| if *b { 0.0 } else { 1.0 }).collect();
    let faces = Faces::harmonic(grid.shape(), &tissue);
    let mut u: Vec<f64> = (0..grid.len())
        .map(|c| if noise::uniform(1, 0, c as u64) < 0.3 { 5.0 } else { 0.0 })
        .collect();
    let start = u.clone();
    for limiter in [Limiter::Upwind, Limiter::VanLeer] {
        let mut taxis = Taxis::new(&grid, limiter);
        for round in 0..5 {
            let potential: Vec<f64> =
                (0..grid.len()).map(|c| 20.0 * noise::normal(2, round, c as u64)).collect();
            taxis.set_velocity(&faces, &potential, UNLIMITED);
            taxis.step(0.1, &mut u);
            assert!(u.iter().all(|v| *v >= 0.0));
        }
    }
    assert!((reduce::sum(&u) / reduce::sum(&start) - 1.0).abs() < 1e-12);
    assert!((0..grid.len()).all(|c| !bone[c] || u[c].to_bits() == start[c].to_bits()));
}

/// A closed shell under a strong pull outwards.
#[test]
fn walls_leak_nothing() {
    let grid = centred_cube(27, 27.0);
    let r = at_centres(grid, length).into_vec();
    let wall = |c: usize| (r[c] - 8.0).abs() < 0.9;
    let tissue: Vec<f64> = (0..grid.len()).map(|c| if wall(c) { 0.0 } else { 2.0 }).collect();
    let mut taxis = Taxis::new(&grid, Limiter::VanLeer);
    taxis.set_velocity(&Faces::harmonic(grid.shape(), &tissue), &r, UNLIMITED);
    let within = |c: usize| r[c] < 8.0 && !wall(c);
    let mut u: Vec<f64> = (0..grid.len()).map(|c| if within(c) { 1.0 } else { 0.0 }).collect();
    let before = reduce::sum(&u);
    taxis.step(20.0, &mut u);
    assert!((reduce::sum(&u) / before - 1.0).abs() < 1e-12);
    assert!((0..grid.len()).all(|c| within(c) || u[c] == 0.0));
    // Everything has gone to the rim, nothing is left in the middle.
    let middle = reduce::sum_of(u.len(), |c| if r[c] < 4.0 { u[c] } else { 0.0 });
    assert!(middle < 1e-6 * before, "{middle} left in the middle");
}

/// Speeds above the limit are held to it and counted.
#[test]
fn speeds_are_held_and_counted() {
    let grid = box_grid([100, 1, 1], [100.0, 1.0, 1.0]);
    // A slope of 0.2 with a cliff of 50 between voxels 39 and 40.
    let potential = at_centres(grid, |[x, ..]| 0.2 * x + if x < 40.0 { 0.0 } else { 50.0 });
    let ones = Faces::harmonic(grid.shape(), &[1.0; 100]);
    let mut taxis = Taxis::new(&grid, Limiter::VanLeer);
    assert_eq!(taxis.set_velocity(&ones, &potential, 1.0), 1);
    assert_eq!(taxis.set_velocity(&ones, &potential, 0.1), 99);
    assert_eq!(taxis.set_velocity(&ones, &potential, 51.0), 0);
    // Held at 0.1 mm/day everywhere, a bell moves 2 mm in 20 days.
    taxis.set_velocity(&ones, &potential, 0.1);
    let mut u = at_centres(grid, |[x, ..]| exp(-(x - 38.0) * (x - 38.0) / 18.0)).into_vec();
    let centroid =
        |u: &[f64]| reduce::sum_of(u.len(), |c| u[c] * grid.centre([c, 0, 0])[0]) / reduce::sum(u);
    let from = centroid(&u);
    taxis.step(20.0, &mut u);
    let moved = centroid(&u) - from;
    assert!((moved - 2.0).abs() < 3e-3, "moved {moved} mm");
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let grid = Grid::aligned([37, 29, 41], [0.5, 1.0, 2.0], [0.0; 3]).unwrap();
    let bone = in_blobs(&grid, 6, 10, [2.0, 6.0]);
    let tissue: Vec<f64> = bone.iter().map(|b| if *b { 0.0 } else { 3.0 }).collect();
    assert_same_bits(|| {
        let mut u: Vec<f64> = (0..grid.len()).map(|c| noise::uniform(1, 1, c as u64)).collect();
        let potential: Vec<f64> = (0..grid.len()).map(|c| noise::normal(1, 2, c as u64)).collect();
        let mut taxis = Taxis::new(&grid, Limiter::VanLeer);
        let held = taxis.set_velocity(&Faces::harmonic(grid.shape(), &tissue), &potential, 4.0);
        taxis.step(1.0, &mut u);
        u.push(held as f64);
        u
    });
}
