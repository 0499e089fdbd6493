//! The kernels of the solvers, each alone, on soft tissue with bone in it.

use std::hint::black_box;
use std::time::Instant;

use ossicle_field::diffusion::{Affinity, Diffusion, Sweeps};
use ossicle_field::elliptic::{EllipticSolver, Hierarchy};
use ossicle_field::taxis::{Limiter, Taxis};
use ossicle_field::{Faces, Grid, noise};
use ossicle_lesion::{Signal, Slow};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{BenchError, Job, JobCase};

/// How fast a kernel is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kernel {
    /// What it does.
    pub name: String,
    /// Voxel updates a second, in millions.
    pub m_voxels_per_s: f64,
    /// Bytes that it must move for each voxel, every array read or written once a sweep.
    pub bytes_per_voxel: u32,
    /// The bandwidth that this amounts to, relative to the triad's.
    pub of_triad: f64,
}

/// How fast an elliptic problem is solved to a relative residual of 1e-6.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Solve {
    /// Voxels along each side.
    pub side: usize,
    /// The length over which the signal decays, mm; voxels have 0.5.
    pub decay_mm: f64,
    /// Iterations from nothing.
    pub iterations: usize,
    /// Milliseconds from nothing.
    pub cold_ms: f64,
    /// Milliseconds from an answer one hundredth off.
    pub warm_ms: f64,
}

/// Edge of the voxels, mm.
const SPACING_MM: f64 = 0.5;
/// Lengths of decay that are solved for, mm.
const DECAYS_MM: [f64; 3] = [0.45, 1.4, 10.0];
/// Relative residual at which a solve ends.
const TOLERANCE: f64 = 1e-6;

/// The least time of several runs in seconds, after one to warm up.
fn seconds(runs: usize, mut work: impl FnMut()) -> f64 {
    work();
    let timed = (0..runs).map(|_| {
        let clock = Instant::now();
        work();
        clock.elapsed().as_secs_f64()
    });
    timed.fold(f64::INFINITY, f64::min)
}

/// Bytes a second of `a = b + s c` on arrays of `n` numbers, with the threads of the current pool.
pub(super) fn triad(n: usize, repeats: usize) -> f64 {
    let (b, c) = (vec![1.0; n], vec![2.0; n]);
    let mut a = vec![0.0; n];
    let chunk = n.div_ceil(rayon::current_num_threads());
    let took = seconds(repeats, || {
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

/// Conductivity of soft tissue with bone in it: a tenth of the voxels are walls, in lumps.
fn tissue(shape: [usize; 3]) -> Vec<f64> {
    let n = shape.iter().product();
    let lump = |c: usize| {
        let (i, j, k) = (c % shape[0], c / shape[0] % shape[1], c / (shape[0] * shape[1]));
        noise::uniform(1, 0, ((i / 8) + 1000 * ((j / 8) + 1000 * (k / 8))) as u64)
    };
    (0..n).map(|c| if lump(c) < 0.1 { 0.0 } else { 0.2 + lump(c) }).collect()
}

/// Noise in soft tissue, nothing in walls.
fn in_tissue(coefficient: &[f64], stream: u64) -> Vec<f64> {
    let value = |(c, d): (usize, &f64)| {
        if *d > 0.0 { noise::uniform(stream, 0, c as u64) } else { 0.0 }
    };
    coefficient.iter().enumerate().map(value).collect()
}

/// Every kernel on a grid of the given shape, beside a triad of so many bytes a second.
pub(super) fn kernels(
    shape: [usize; 3],
    repeats: usize,
    triad: f64,
) -> Result<Vec<Kernel>, BenchError> {
    let grid = Grid::aligned(shape, [SPACING_MM; 3], [0.0; 3])?;
    let coefficient = tissue(shape);
    let n = grid.len();
    let faces = Faces::harmonic(shape, &coefficient);
    let start = in_tissue(&coefficient, 2);
    let mut u = start.clone();
    let affinity = Affinity::new(coefficient.clone());
    let mut diffusion = Diffusion::new(&grid);
    let mut taxis = Taxis::new(&grid, Limiter::VanLeer);
    let potential: Vec<f64> = (0..n).map(|c| 0.02 * noise::uniform(3, 0, c as u64)).collect();
    taxis.set_velocity(&faces, &potential, 1.0);
    let mut own = Faces::closed(shape);
    let diffuse = seconds(repeats, || diffusion.step(&faces, 0.1, 0.5, Sweeps::Forward, &mut u));
    let held = seconds(repeats, || {
        diffusion.step_with_affinity(&faces, &affinity, 0.1, 0.5, Sweeps::Forward, &mut u);
    });
    let set_faces = seconds(repeats, || own.set_harmonic(&coefficient, [1.0; 3]));
    let mut passes = 0;
    u.copy_from_slice(&start);
    let drift = seconds(repeats, || passes = taxis.step(0.05, &mut u)) / passes.max(1) as f64;
    // Each of three sweeps reads the field and a face coefficient and writes the field.
    let measured = [
        ("diffusion, three axes, own faces", 72, diffuse),
        ("the same with affinity", 96, held),
        ("harmonic faces", 32, set_faces),
        ("taxis, one step of two stages", 96, drift),
    ];
    let kernel = |(name, bytes, seconds)| Kernel::new(name, bytes, n as f64 / seconds, triad);
    Ok(measured.map(kernel).to_vec())
}

/// The reactions of all processes in one pass, as the job's two passes a step took on average.
pub(super) fn reactions(case: &JobCase, job: &Job, triad: f64) -> Kernel {
    let (fields, signals) = (Slow::ALL.len(), Signal::ALL.len());
    // The prediction reads fields and signals and writes fields; the step itself reads the
    // middle too.
    let numbers = (fields + signals + fields) + (2 * fields + signals + fields);
    let seconds = job.stages.get("reactions").copied().unwrap_or(f64::NAN);
    let rate = 2.0 * (job.steps * case.soft_voxels) as f64 / seconds;
    Kernel::new("reactions, every field, a pass", 4 * numbers as u32, rate, triad)
}

impl Kernel {
    /// A kernel that updates `rate` voxels a second.
    fn new(name: &str, bytes_per_voxel: u32, rate: f64, triad: f64) -> Self {
        Self {
            name: name.to_owned(),
            m_voxels_per_s: rate / 1e6,
            bytes_per_voxel,
            of_triad: rate * f64::from(bytes_per_voxel) / triad,
        }
    }
}

/// Elliptic solves on cubes of so many voxels a side.
pub(super) fn solves(sides: &[usize], repeats: usize) -> Result<Vec<Solve>, BenchError> {
    let pairs = sides.iter().flat_map(|side| DECAYS_MM.map(|decay_mm| (*side, decay_mm)));
    pairs.map(|(side, decay_mm)| solve(side, decay_mm, repeats)).collect()
}

fn solve(side: usize, decay_mm: f64, repeats: usize) -> Result<Solve, BenchError> {
    let shape = [side; 3];
    let coefficient = tissue(shape);
    let hierarchy = Hierarchy::new(&Faces::harmonic(shape, &coefficient), [SPACING_MM; 3]);
    let mut solver = EllipticSolver::new(&hierarchy);
    let decay = |d: &f64| if *d > 0.0 { 1.0 / (decay_mm * decay_mm) } else { 0.0 };
    let screening: Vec<f64> = coefficient.iter().map(decay).collect();
    let source = in_tissue(&coefficient, 4);
    let mut u = vec![0.0; coefficient.len()];
    let mut solve = |u: &mut [f64]| {
        let solved = solver.solve(&hierarchy, 1.0, &screening, &source, TOLERANCE, u);
        solved.map(|s| s.iterations)
    };
    let mut cold = Ok(0);
    let cold_seconds = seconds(repeats, || {
        u.fill(0.0);
        cold = solve(&mut u);
    });
    let iterations = cold?;
    let answer = u.clone();
    let mut warm = Ok(0);
    let warm_seconds = seconds(repeats, || {
        for (c, (u, answer)) in u.iter_mut().zip(&answer).enumerate() {
            *u = answer * (1.0 + 0.01 * noise::uniform(5, 0, c as u64));
        }
        warm = solve(&mut u);
    });
    warm?;
    Ok(Solve {
        side,
        decay_mm,
        iterations,
        cold_ms: 1e3 * cold_seconds,
        warm_ms: 1e3 * warm_seconds,
    })
}
