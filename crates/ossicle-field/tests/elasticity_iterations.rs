//! How many iterations elastic equilibrium takes, whatever the grid and the contrast.
//! `--nocapture` prints the table; `--ignored` the times.

#![expect(clippy::print_stdout, reason = "the tables are the point")]

use std::ops::Range;

mod common;

use common::in_blobs;
use ossicle_field::Grid;
use ossicle_field::elasticity::{Elasticity, ElasticitySolver, Held};

const SIDE_MM: f64 = 64.0;
const TOLERANCE: f64 = 1e-6;
const SIZES: [usize; 4] = [16, 32, 48, 64];

/// A cube whose voxels are half as long again along the third axis.
fn cube(n: usize) -> Grid {
    let h = SIDE_MM / n as f64;
    Grid::aligned([n, n, (n * 2).div_ceil(3)], [h, h, 1.5 * h], [0.0; 3]).unwrap()
}

/// A sheet of 3 mm across the box, waved, and the same crossing it.
fn in_sheets(grid: &Grid) -> Vec<bool> {
    (0..grid.len())
        .map(|c| {
            let [x, y, z] = grid.centre(grid.voxel(c));
            let wave = 4.0 * libm::sin(0.2 * x) + 3.0 * libm::sin(0.15 * y);
            (z - 32.0 - wave).abs() < 1.5 || (x - 20.0 - 0.3 * y).abs() < 1.5
        })
        .collect()
}

/// Everything held at the first and last plane along the third axis; the last is turned and
/// pulled.
fn moved(grid: &Grid) -> (Vec<Held>, Vec<f64>) {
    let [x, y, z] = grid.shape().map(|n| n + 1);
    let h = grid.spacing_mm();
    let n = x * y * z;
    let (mut held, mut u) = (vec![Held::FREE; n], vec![0.0; 3 * n]);
    for node in 0..n {
        let k = node / (x * y);
        if k == 0 || k + 1 == z {
            held[node] = Held::FIXED;
        }
        if k + 1 == z {
            let at = [(node % x) as f64 * h[0] - 32.0, (node / x % y) as f64 * h[1] - 32.0];
            u[node] = -0.05 * at[1];
            u[n + node] = 0.05 * at[0];
            u[2 * n + node] = 1.0;
        }
    }
    (held, u)
}

fn body(grid: &Grid, inside: &[bool], young_inside: f64) -> (Elasticity, Vec<f64>) {
    let young: Vec<f64> = inside.iter().map(|i| if *i { young_inside } else { 0.2 }).collect();
    let poisson: Vec<f64> = inside.iter().map(|i| if *i { 0.3 } else { 0.4 }).collect();
    let (held, u) = moved(grid);
    (Elasticity::new(grid, &young, &poisson, &held).unwrap(), u)
}

fn iterations(grid: &Grid, inside: &[bool], young_inside: f64) -> usize {
    let (body, mut u) = body(grid, inside, young_inside);
    ElasticitySolver::new(&body).solve(&body, None, TOLERANCE, &mut u).unwrap().iterations
}

/// What is in the way, where it is, and for each size how many times more iterations a contrast
/// of 1e4 may cost than one of 10. Bodies four voxels thick cost a fifth at most; where necks and
/// gaps are single voxels, groups cannot follow every way in which the pieces move.
type Obstacle = (&'static str, fn(&Grid) -> Vec<bool>, &'static [f64]);

const OBSTACLES: [Obstacle; 4] = [
    ("4 bodies", |g| in_blobs(g, 3, 4, [12.0, 16.0]), &[1.2, 1.2, 1.2, 1.2]),
    ("sheets", in_sheets, &[2.2, 1.5, 1.2, 1.2]),
    ("40 bodies", |g| in_blobs(g, 3, 40, [4.0, 9.0]), &[2.3, 2.2, 1.5, 1.3]),
    ("100 islands", |g| in_blobs(g, 7, 100, [2.0, 5.0]), &[2.3, 1.8]),
];

#[test]
fn counts_hardly_grow_with_contrast_where_bodies_are_resolved() {
    table(0..3);
}

#[test]
#[ignore = "half a minute"]
fn counts_hardly_grow_with_contrast_on_the_finest_grid() {
    table(3..4);
}

/// Prints and checks the iterations of some of the sizes.
fn table(sizes: Range<usize>) {
    println!("what        voxels     10   1e2   1e3   1e4   1e5  void");
    for (what, inside, most) in OBSTACLES {
        for (n, most) in SIZES.into_iter().zip(most).skip(sizes.start).take(sizes.len()) {
            let grid = cube(n);
            let inside = inside(&grid);
            let counts = [10.0, 1e2, 1e3, 1e4, 1e5, 0.0]
                .map(|contrast| iterations(&grid, &inside, 0.2 * contrast));
            println!("{what:12} {n:5}  {counts:5?}");
            let expected = most * counts[0] as f64;
            assert!(
                counts[..4].iter().all(|c| *c as f64 <= expected),
                "{what} on {n} voxels: {counts:?}; expected at most {expected} up to 1e4"
            );
        }
    }
}

#[test]
#[ignore = "prints times"]
fn seconds_and_memory() {
    for n in [64, 100] {
        let h = SIDE_MM / n as f64;
        let grid = Grid::aligned([n; 3], [h; 3], [0.0; 3]).unwrap();
        let inside = in_blobs(&grid, 3, 12, [6.0, 14.0]);
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let start = std::time::Instant::now();
                let (body, mut u) = body(&grid, &inside, 200.0);
                let made = start.elapsed().as_secs_f64();
                let mut solver = ElasticitySolver::new(&body);
                let set_up = start.elapsed().as_secs_f64() - made;
                let solved = solver.solve(&body, None, TOLERANCE, &mut u).unwrap();
                let cold = start.elapsed().as_secs_f64() - made - set_up;
                u.iter_mut().zip(moved(&grid).1).for_each(|(u, m)| *u += 0.01 * m);
                let warm = solver.solve(&body, None, TOLERANCE, &mut u).unwrap();
                println!(
                    "{n}^3 on {threads}: body {made:.2} s, levels {set_up:.2} s, solve {cold:.2} s \
                     ({} iterations), motion 1 % further {} iterations; {}",
                    solved.iterations,
                    warm.iterations,
                    peak_memory()
                );
            });
        }
    }
}

/// The most memory this process held so far, where the system tells.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("peak unknown").to_owned()
}
