//! Directed movement `u_t = -div(u a grad psi)`: conservative upwind differences with
//! van Leer's limiter and two-stage (Heun) time steps, as many as positivity needs.

use rayon::prelude::*;

use crate::maths::positive;
use crate::{Faces, Grid, reduce};

/// How face values are found from the upwind side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limiter {
    /// First order: the upwind voxel's own value.
    Upwind,
    /// Second order where the profile is smooth, first order at extremes.
    VanLeer,
}

/// Planes that one task works through.
const PLANES: usize = 8;

/// Scratch memory for taxis on one grid; dropping it loses nothing.
#[derive(Clone, Debug)]
pub struct Taxis {
    shape: [usize; 3],
    spacing_mm: [f64; 3],
    limiter: Limiter,
    /// Courant numbers of a one-day step through each face.
    velocity: [Vec<f64>; 3],
    /// Largest share of a voxel's content that leaves it per day.
    largest_outflow: f64,
    stage: Vec<f64>,
    /// For each task, the fluxes of one plane.
    fluxes: Vec<f64>,
}

impl Taxis {
    /// Scratch memory for a grid.
    #[must_use]
    pub fn new(grid: &Grid, limiter: Limiter) -> Self {
        let zeros = || vec![0.0; grid.len()];
        let shape = grid.shape();
        Self {
            shape,
            spacing_mm: grid.spacing_mm(),
            limiter,
            velocity: [zeros(), zeros(), zeros()],
            largest_outflow: 0.0,
            stage: zeros(),
            fluxes: vec![0.0; shape[2].div_ceil(PLANES) * Fluxes::length(shape)],
        }
    }

    /// Sets face velocities to `mobility * grad(potential)`, mobility on faces (mm²/day per
    /// unit of potential), speeds held below `fastest_mm_per_day`. Returns how many were held.
    #[expect(clippy::disallowed_methods, reason = "whole numbers have one sum in any order")]
    pub fn set_velocity(
        &mut self,
        mobility: &Faces,
        potential: &[f64],
        fastest_mm_per_day: f64,
    ) -> usize {
        let plane = self.shape[0] * self.shape[1];
        let mut clamped = 0;
        for (axis, stride) in self.strides().into_iter().enumerate() {
            let per_mm = 1.0 / self.spacing_mm[axis];
            let limit = fastest_mm_per_day * per_mm;
            let across = mobility.across(axis);
            let velocity = self.velocity[axis].par_chunks_mut(plane);
            clamped += velocity
                .enumerate()
                .map(|(k, velocity)| {
                    let at = k * plane;
                    // The last faces are closed, and have no upper voxel.
                    let n = potential.len().saturating_sub(at + stride).min(plane);
                    let (open, closed) = velocity.split_at_mut(n);
                    closed.fill(0.0);
                    let (mobility, here) = (&across[at..at + n], &potential[at..at + n]);
                    let next = &potential[at + stride..][..n];
                    let mut held = 0;
                    for i in 0..n {
                        let v = mobility[i] * (next[i] - here[i]) * (per_mm * per_mm);
                        held += usize::from(v > limit) + usize::from(v < -limit);
                        let v = if v > limit { limit } else { v };
                        open[i] = if v < -limit { -limit } else { v };
                    }
                    held
                })
                .sum::<usize>();
        }
        self.largest_outflow = self.find_largest_outflow();
        clamped
    }

    /// Moves `u` for `dt_days` with the velocities set before. Returns the number of steps: none
    /// where no voxel would lose more than a billionth of what it holds.
    pub fn step(&mut self, dt_days: f64, u: &mut [f64]) -> usize {
        if self.largest_outflow * dt_days < 1e-9 {
            return 0;
        }
        // Outflow of at most a half per stage keeps limited values non-negative.
        let steps = (self.largest_outflow * dt_days / 0.5).ceil().max(1.0) as usize;
        let dt = dt_days / steps as f64;
        let mut stage = std::mem::take(&mut self.stage);
        let mut fluxes = std::mem::take(&mut self.fluxes);
        for _ in 0..steps {
            self.euler(dt, u, &mut stage, &mut fluxes, |_, new| new);
            self.euler(dt, &stage, u, &mut fluxes, |start, new| 0.5 * (start + new));
        }
        (self.stage, self.fluxes) = (stage, fluxes);
        steps
    }

    /// Distances between linear indices of neighbours along each axis.
    fn strides(&self) -> [usize; 3] {
        [1, self.shape[0], self.shape[0] * self.shape[1]]
    }

    fn find_largest_outflow(&self) -> f64 {
        let [x, y, z] = &self.velocity;
        let [_, row, plane] = self.strides();
        let outflow = |c: usize, left: f64, front: f64, below: f64| {
            let up = positive(x[c]) + positive(y[c]) + positive(z[c]);
            up + (positive(-left) + positive(-front) + positive(-below))
        };
        let first = reduce::largest_of(plane.min(x.len()), |c| {
            let left = if c > 0 { x[c - 1] } else { 0.0 };
            outflow(c, left, if c >= row { y[c - row] } else { 0.0 }, 0.0)
        });
        let rest = reduce::largest_of(x.len().saturating_sub(plane), |c| {
            let c = c + plane;
            outflow(c, x[c - 1], y[c - row], z[c - plane])
        });
        if first > rest || first.is_nan() { first } else { rest }
    }

    /// `to = keep(to, from - dt div(flux(from)))`.
    fn euler(
        &self,
        dt: f64,
        from: &[f64],
        to: &mut [f64],
        fluxes: &mut [f64],
        keep: impl Fn(f64, f64) -> f64 + Sync,
    ) {
        let [_, row, plane] = self.strides();
        let tasks = to.par_chunks_mut(PLANES * plane);
        let tasks = tasks.zip(fluxes.par_chunks_mut(Fluxes::length(self.shape))).enumerate();
        tasks.for_each(|(task, (to, scratch))| {
            let mut fluxes = Fluxes::within(scratch, row, plane);
            let start = task * PLANES * plane;
            match start.checked_sub(plane) {
                Some(below) => self.fluxes(2, below, from, fluxes.z),
                None => fluxes.z.fill(0.0),
            }
            for (p, to) in to.chunks_exact_mut(plane).enumerate() {
                let first = start + p * plane;
                std::mem::swap(&mut fluxes.z, &mut fluxes.below);
                self.fluxes(0, first, from, &mut fluxes.x[1..]);
                self.fluxes(1, first, from, &mut fluxes.y[row..]);
                self.fluxes(2, first, from, fluxes.z);
                let from = &from[first..first + plane];
                // Faces at the end of a row and of a plane are closed: their flux is zero.
                let (into_x, out_x) = (&fluxes.x[..plane], &fluxes.x[1..][..plane]);
                let (into_y, out_y) = (&fluxes.y[..plane], &fluxes.y[row..][..plane]);
                let (into_z, out_z) = (&fluxes.below[..plane], &fluxes.z[..plane]);
                for c in 0..plane {
                    let change =
                        (into_x[c] - out_x[c]) + (into_y[c] - out_y[c]) + (into_z[c] - out_z[c]);
                    to[c] = keep(to[c], from[c] + dt * change);
                }
            }
        });
    }

    /// Fluxes through the upper faces of the voxels from `first` on, as rates of change.
    fn fluxes(&self, axis: usize, first: usize, u: &[f64], out: &mut [f64]) {
        let (s, n, velocity) = (self.strides()[axis], u.len(), &self.velocity[axis]);
        let end = first + out.len();
        // Where all four voxels of the stencil exist.
        let (low, high) = (first.max(s), end.min(n.saturating_sub(2 * s)));
        for c in (first..end).filter(|c| !(low..high).contains(c)) {
            out[c - first] = self.flux(axis, s, c, u);
        }
        if low >= high {
            return;
        }
        let out = &mut out[low - first..high - first];
        let count = out.len();
        if self.limiter == Limiter::Upwind {
            for (c, out) in out.iter_mut().enumerate().map(|(i, out)| (low + i, out)) {
                *out = self.flux(axis, s, c, u);
            }
            return;
        }
        let values = |from: usize| &u[from..from + count];
        let speeds = |from: usize| &velocity[from..from + count];
        let (u0, u1, u2, u3) = (values(low - s), values(low), values(low + s), values(low + 2 * s));
        let (v0, v1, v2) = (speeds(low - s), speeds(low), speeds(low + s));
        for i in 0..count {
            let up = v1[i] > 0.0;
            let open = if up { v0[i] } else { v2[i] } != 0.0;
            let (upwind, ahead) = if up { (u1[i], u2[i]) } else { (u2[i], u1[i]) };
            let beyond = if up { u0[i] } else { u3[i] };
            out[i] = limited(v1[i], if open { beyond } else { upwind }, upwind, ahead);
        }
    }

    /// Flux through the upper face of voxel `c`, as a rate of change of its value.
    fn flux(&self, axis: usize, stride: usize, c: usize, u: &[f64]) -> f64 {
        let velocity = self.velocity[axis][c];
        if velocity == 0.0 {
            return 0.0;
        }
        let (here, next) = (u[c], u[c + stride]);
        let (upwind, ahead) = if velocity > 0.0 { (here, next) } else { (next, here) };
        if self.limiter == Limiter::Upwind {
            return velocity * upwind;
        }
        // The voxel behind the upwind one; itself where a wall or the box is in between.
        let behind = if velocity > 0.0 {
            if c >= stride && self.velocity[axis][c - stride] != 0.0 {
                u[c - stride]
            } else {
                upwind
            }
        } else if self.velocity[axis][c + stride] != 0.0 {
            u[c + 2 * stride]
        } else {
            upwind
        };
        limited(velocity, behind, upwind, ahead)
    }
}

/// Fluxes through the upper faces of the voxels of one plane.
struct Fluxes<'a> {
    /// After one closed face.
    x: &'a mut [f64],
    /// After a row of closed faces.
    y: &'a mut [f64],
    z: &'a mut [f64],
    /// Those of the plane below.
    below: &'a mut [f64],
}

impl<'a> Fluxes<'a> {
    fn length(shape: [usize; 3]) -> usize {
        let [nx, ny, _] = shape;
        4 * nx * ny + nx + 1
    }

    fn within(scratch: &'a mut [f64], row: usize, plane: usize) -> Self {
        let (x, rest) = scratch.split_at_mut(1 + plane);
        let (y, rest) = rest.split_at_mut(row + plane);
        let (z, below) = rest.split_at_mut(plane);
        x[0] = 0.0;
        y[..row].fill(0.0);
        Self { x, y, z, below }
    }
}

/// Flux by the upwind value and half of van Leer's harmonic slope, which is zero at an extreme;
/// no product that could underflow, so that it is never steeper than either side.
#[inline(always)]
fn limited(velocity: f64, behind: f64, upwind: f64, ahead: f64) -> f64 {
    let (rear, front) = (upwind - behind, ahead - upwind);
    let slope = front * (rear / (rear + front));
    let half = if rear * front > 0.0 { slope } else { 0.0 };
    velocity * (upwind + half)
}
