//! Implicit diffusion `u_t = div(D grad u)`, one axis after the other; or, where places hold
//! `u` with different affinity `a`, `u_t = div(D grad(u/a))`, whose equilibrium is `u`
//! proportional to `a`.
//!
//! Each axis is a tridiagonal system per line, cut by closed faces. The scheme along a
//! line is Crank-Nicolson as long as that keeps values non-negative, and as much more
//! implicit as it must be beyond:
//!
//! `(1 + theta dt L) u_new = (1 - (1 - theta) dt L) u`, `theta = max(1/2, 1 - 1/(dt max L_ii))`.
//!
//! Face fluxes are shared by their two voxels, so the total is kept; the right-hand side
//! is non-negative by the choice of `theta` and the matrix is an M-matrix, so `u` stays
//! non-negative. Sweeping x-y-z in one half step and z-y-x in the next is second order in
//! time where `theta = 1/2`.

mod lines;

use ndarray::parallel::prelude::*;
use ndarray::{ArrayViewMut3, Axis};
use rayon::prelude::ParallelSliceMut;

use crate::{Faces, Grid};
use lines::{Even, Flat, Lines, Scratch, Shared, Strided, Uneven};

/// The order of the three sweeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweeps {
    /// x, then y, then z.
    Forward,
    /// z, then y, then x.
    Backward,
}

/// How much of a field each voxel holds at equilibrium, relative to others; zero where nothing
/// can be.
#[derive(Clone, Debug)]
pub struct Affinity {
    /// One where it is zero: nothing moves there and any number will do.
    value: Vec<f64>,
    inverse: Vec<f64>,
    largest_inverse: f64,
}

impl Affinity {
    /// From one number per voxel, positive wherever a face is open.
    #[must_use]
    pub fn new(mut value: Vec<f64>) -> Self {
        for a in &mut value {
            *a = if *a > 0.0 { *a } else { 1.0 };
        }
        let inverse: Vec<f64> = value.iter().map(|a| 1.0 / a).collect();
        let largest_inverse = inverse.iter().copied().fold(0.0, f64::max);
        Self { value, inverse, largest_inverse }
    }
}

/// Lines along x that are solved side by side.
const ABREAST: usize = 16;

/// Scratch memory for diffusion on one grid; dropping it loses nothing.
#[derive(Clone, Debug)]
pub struct Diffusion {
    shape: [usize; 3],
    per_mm2: [f64; 3],
    /// Eliminated upper coefficients.
    upper: Vec<f64>,
    /// What each task remembers of its lines from one point to the next.
    memory: Vec<f64>,
    /// Lines along x turned so that they lie side by side, for each task.
    turned: Vec<f64>,
}

impl Diffusion {
    /// Scratch memory for a grid.
    #[must_use]
    pub fn new(grid: &Grid) -> Self {
        let [nx, ny, nz] = grid.shape();
        Self {
            shape: grid.shape(),
            per_mm2: grid.spacing_mm().map(|h| 1.0 / (h * h)),
            upper: vec![0.0; nx * nz * ny.max(ABREAST)],
            memory: vec![0.0; Scratch::MEMORY * nx.max(ABREAST) * ny.max(nz)],
            turned: vec![0.0; 4 * ABREAST * nx * nz],
        }
    }

    /// Advances `u` by `dt_days`, with face coefficients in mm²/day times `scale`.
    pub fn step(&mut self, faces: &Faces, scale: f64, dt_days: f64, sweeps: Sweeps, u: &mut [f64]) {
        self.sweeps(faces, None, scale, dt_days, sweeps, u);
    }

    /// The same where each voxel holds `u` with its own affinity; face coefficients are then
    /// those of `u/affinity`.
    pub fn step_with_affinity(
        &mut self,
        faces: &Faces,
        affinity: &Affinity,
        scale: f64,
        dt_days: f64,
        sweeps: Sweeps,
        u: &mut [f64],
    ) {
        assert_eq!(affinity.value.len(), u.len());
        self.sweeps(faces, Some(affinity), scale, dt_days, sweeps, u);
    }

    fn sweeps(
        &mut self,
        faces: &Faces,
        affinity: Option<&Affinity>,
        scale: f64,
        dt_days: f64,
        sweeps: Sweeps,
        u: &mut [f64],
    ) {
        assert!(faces.shape() == self.shape && u.len() == self.shape.iter().product::<usize>());
        let order = match sweeps {
            Sweeps::Forward => [0, 1, 2],
            Sweeps::Backward => [2, 1, 0],
        };
        for axis in order {
            if self.shape[axis] > 1 {
                let r = scale * dt_days * self.per_mm2[axis];
                let steepest = affinity.map_or(1.0, |a| a.largest_inverse);
                let number = Number { r, mild: 2.0 * r * faces.largest(axis) * steepest <= 2.0 };
                self.sweep(axis, faces.across(axis), affinity, number, u);
            }
        }
    }

    /// One axis.
    fn sweep(
        &mut self,
        axis: usize,
        g: &[f64],
        affinity: Option<&Affinity>,
        number: Number,
        u: &mut [f64],
    ) {
        let [nx, ny, nz] = self.shape;
        let plane = nx * ny;
        let memory = Scratch::MEMORY * nx.max(ABREAST);
        let scratch = self.memory.par_chunks_mut(memory);
        match axis {
            0 => {
                let upper = self.upper.par_chunks_mut(nx * ny.max(ABREAST));
                let turned = self.turned.par_chunks_mut(4 * ABREAST * nx);
                let tasks = u.par_chunks_mut(plane).zip(upper).zip(turned).zip(scratch);
                tasks.enumerate().for_each(|(k, (((u, upper), turned), memory))| {
                    for (block, u) in u.chunks_mut(ABREAST * nx).enumerate() {
                        let at = k * plane + block * ABREAST * nx;
                        along_x(nx, u, g, affinity, at, number, turned, Scratch { upper, memory });
                    }
                });
            }
            1 => {
                let upper = self.upper.par_chunks_mut(nx * ny.max(ABREAST));
                let tasks = u.par_chunks_mut(plane).zip(upper).zip(scratch);
                tasks.enumerate().for_each(|(k, ((u, upper), memory))| {
                    let shared = |values| Shared { values, start: k * plane, stride: nx };
                    let mut rows = Flat { values: u, width: nx };
                    let lines = Lines { length: ny, width: nx };
                    let scratch = Scratch { upper, memory };
                    match affinity {
                        None => lines.solve(&mut rows, shared(g), Even, number, scratch),
                        Some(a) => {
                            let a = Uneven { value: shared(&a.value), inverse: shared(&a.inverse) };
                            lines.solve(&mut rows, shared(g), a, number, scratch);
                        }
                    }
                });
            }
            _ => {
                let mut u = ArrayViewMut3::from_shape((nz, ny, nx), u).expect("as asserted");
                let upper = self.upper.par_chunks_mut(nx * nz);
                let slabs = u.axis_iter_mut(Axis(1)).into_par_iter();
                slabs.zip(upper).zip(scratch).enumerate().for_each(|(j, ((u, upper), memory))| {
                    let shared = |values| Shared { values, start: j * nx, stride: plane };
                    let mut rows = Strided(u);
                    let lines = Lines { length: nz, width: nx };
                    let scratch = Scratch { upper, memory };
                    match affinity {
                        None => lines.solve(&mut rows, shared(g), Even, number, scratch),
                        Some(a) => {
                            let a = Uneven { value: shared(&a.value), inverse: shared(&a.inverse) };
                            lines.solve(&mut rows, shared(g), a, number, scratch);
                        }
                    }
                });
            }
        }
    }
}

/// The diffusion number of one axis.
#[derive(Clone, Copy)]
struct Number {
    /// What makes a face coefficient dimensionless: time over spacing squared.
    r: f64,
    /// Whether no diagonal exceeds 2, so that every line may be half explicit.
    mild: bool,
}

/// A few rows along x: turned to lie side by side, solved, turned back.
#[expect(clippy::too_many_arguments, reason = "the parts of one task")]
fn along_x(
    nx: usize,
    u: &mut [f64],
    g: &[f64],
    affinity: Option<&Affinity>,
    at: usize,
    number: Number,
    turned: &mut [f64],
    scratch: Scratch,
) {
    let (width, n) = (u.len() / nx, u.len());
    let mut parts = turned.chunks_exact_mut(ABREAST * nx);
    let mut part = |from: &[f64]| -> &mut [f64] {
        let to = &mut parts.next().expect("four parts")[..n];
        turn(from, to, nx, width);
        to
    };
    let lines = Lines { length: nx, width };
    let shared = |values| Shared { values, start: 0, stride: width };
    let (values, faces) = (part(u), part(&g[at..at + n]));
    let mut rows = Flat { values, width };
    match affinity {
        None => lines.solve(&mut rows, shared(faces), Even, number, scratch),
        Some(a) => {
            let (value, inverse) = (part(&a.value[at..at + n]), part(&a.inverse[at..at + n]));
            let a = Uneven { value: shared(value), inverse: shared(inverse) };
            lines.solve(&mut rows, shared(faces), a, number, scratch);
        }
    }
    turn(values, u, width, nx);
}

/// Transposes rows of `length`, of which there are `width`.
fn turn(from: &[f64], to: &mut [f64], length: usize, width: usize) {
    for (l, row) in from.chunks_exact(length).enumerate() {
        for (value, column) in row.iter().zip(to.chunks_exact_mut(width)) {
            column[l] = *value;
        }
    }
}
