//! How fast the kernels are, beside what the memory of the same machine moves in the same run.
//!
//! `cargo bench -p ossicle-field` prints a table for one thread and for all. *Bytes* is what a
//! kernel must move per voxel at the least, every array read or written once per sweep; *of
//! triad* is the bandwidth that this amounts to, relative to `a[i] = b[i] + s c[i]`.

use std::hint::black_box;
use std::time::Instant;

use ossicle_field::diffusion::{Affinity, Diffusion, Sweeps};
use ossicle_field::elliptic::{EllipticSolver, Hierarchy};
use ossicle_field::taxis::{Limiter, Taxis};
use ossicle_field::{Faces, Grid, noise};
use rayon::prelude::*;

/// Voxels of the kernels' grid, 0.5 mm.
const SHAPE: [usize; 3] = [128, 100, 80];

#[expect(clippy::print_stdout, reason = "a benchmark prints")]
fn main() {
    let all = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for threads in if all > 1 { vec![1, all] } else { vec![1] } {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let triad = triad();
            println!("\n{threads} thread(s); triad {:.1} GB/s", triad / 1e9);
            println!(
                "{:<44} {:>9} {:>7} {:>9}",
                "kernel, 128 x 100 x 80", "M voxel/s", "bytes", "of triad"
            );
            for (name, bytes, seconds) in kernels() {
                let rate = SHAPE.iter().product::<usize>() as f64 / seconds;
                let share = rate * f64::from(bytes) / triad;
                println!("{name:<44} {:>9.0} {bytes:>7} {:>8.0}%", rate / 1e6, 100.0 * share);
            }
            println!(
                "\n{:<44} {:>10} {:>8} {:>8}",
                "elliptic solve to 1e-6", "iterations", "cold ms", "warm ms"
            );
            for n in [32, 64, 100, 128] {
                for decay_mm in [0.45, 1.4, 10.0] {
                    let (iterations, cold, warm) = elliptic(n, decay_mm);
                    let name = format!("{n}^3, walls, decay over {decay_mm} mm");
                    println!("{name:<44} {iterations:>10} {:>8.1} {:>8.1}", cold * 1e3, warm * 1e3);
                }
            }
        });
    }
}

/// The least time of several runs, after one to warm up.
fn seconds(runs: usize, mut work: impl FnMut()) -> f64 {
    work();
    let timed = (0..runs).map(|_| {
        let clock = Instant::now();
        work();
        clock.elapsed().as_secs_f64()
    });
    timed.fold(f64::INFINITY, f64::min)
}

/// Bytes a second of `a = b + s c` on arrays far larger than the caches.
fn triad() -> f64 {
    let n = 1 << 24;
    let (b, c) = (vec![1.0; n], vec![2.0; n]);
    let mut a = vec![0.0; n];
    let chunk = n / rayon::current_num_threads();
    let took = seconds(5, || {
        a.par_chunks_mut(chunk).zip(b.par_chunks(chunk)).zip(c.par_chunks(chunk)).for_each(
            |((a, b), c)| {
                for i in 0..a.len() {
                    a[i] = b[i] + 3.0 * c[i];
                }
            },
        );
        black_box(&mut a);
    });
    24.0 * n as f64 / took
}

/// Soft tissue with bone in it: a tenth of the voxels are walls, in lumps.
fn tissue(shape: [usize; 3]) -> Vec<f64> {
    let n = shape.iter().product();
    let lump = |c: usize| {
        let (i, j, k) = (c % shape[0], c / shape[0] % shape[1], c / (shape[0] * shape[1]));
        noise::uniform(1, 0, ((i / 8) + 1000 * ((j / 8) + 1000 * (k / 8))) as u64)
    };
    (0..n).map(|c| if lump(c) < 0.1 { 0.0 } else { 0.2 + lump(c) }).collect()
}

fn kernels() -> Vec<(&'static str, u32, f64)> {
    let grid = Grid::aligned(SHAPE, [0.5; 3], [0.0; 3]).unwrap();
    let coefficient = tissue(SHAPE);
    let n = grid.len();
    let faces = Faces::harmonic(SHAPE, &coefficient);
    let start: Vec<f64> = (0..n)
        .map(|c| if coefficient[c] > 0.0 { noise::uniform(2, 0, c as u64) } else { 0.0 })
        .collect();
    let mut u = start.clone();
    let affinity = Affinity::new(coefficient.clone());
    let mut diffusion = Diffusion::new(&grid);
    let mut taxis = Taxis::new(&grid, Limiter::VanLeer);
    let potential: Vec<f64> = (0..n).map(|c| 0.02 * noise::uniform(3, 0, c as u64)).collect();
    taxis.set_velocity(&faces, &potential, 1.0);
    let mut own = Faces::closed(SHAPE);
    // Each of three sweeps reads the field and a face coefficient and writes the field.
    let diffuse = seconds(10, || diffusion.step(&faces, 0.1, 0.5, Sweeps::Forward, &mut u));
    let held = seconds(10, || {
        diffusion.step_with_affinity(&faces, &affinity, 0.1, 0.5, Sweeps::Forward, &mut u);
    });
    let set_faces = seconds(10, || own.set_harmonic(&coefficient, [1.0; 3]));
    let mut passes = 0;
    u.copy_from_slice(&start);
    let drift = seconds(10, || passes = taxis.step(0.05, &mut u));
    let drift = drift / f64::from(u32::try_from(passes.max(1)).unwrap_or(1));
    vec![
        ("diffusion, three axes, own faces", 72, diffuse),
        ("the same with affinity", 96, held),
        ("harmonic faces", 32, set_faces),
        ("taxis, one step of two stages", 96, drift),
    ]
}

/// Iterations, and seconds from nothing and from an answer one hundredth off.
fn elliptic(n: usize, decay_mm: f64) -> (usize, f64, f64) {
    let shape = [n; 3];
    let coefficient = tissue(shape);
    let hierarchy = Hierarchy::new(&Faces::harmonic(shape, &coefficient), [0.5; 3]);
    let mut solver = EllipticSolver::new(&hierarchy);
    let size = coefficient.len();
    let screening: Vec<f64> = coefficient
        .iter()
        .map(|d| if *d > 0.0 { 1.0 / (decay_mm * decay_mm) } else { 0.0 })
        .collect();
    let source: Vec<f64> = (0..size)
        .map(|c| if coefficient[c] > 0.0 { noise::uniform(4, 0, c as u64) } else { 0.0 })
        .collect();
    let mut u = vec![0.0; size];
    let mut iterations = 0;
    let cold = seconds(2, || {
        u.fill(0.0);
        let solved = solver.solve(&hierarchy, 1.0, &screening, &source, 1e-6, &mut u);
        iterations = solved.map_or(0, |s| s.iterations);
    });
    let answer = u.clone();
    let warm = seconds(2, || {
        for (c, (u, answer)) in u.iter_mut().zip(&answer).enumerate() {
            *u = answer * (1.0 + 0.01 * noise::uniform(5, 0, c as u64));
        }
        let solved = solver.solve(&hierarchy, 1.0, &screening, &source, 1e-6, &mut u);
        black_box(solved.is_ok());
    });
    (iterations, cold, warm)
}
