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

/// Scratch memory for taxis on one grid; dropping it loses nothing.
#[derive(Clone, Debug)]
pub struct Taxis {
    shape: [usize; 3],
    spacing_mm: [f64; 3],
    limiter: Limiter,
    /// Courant numbers of a one-day step through each face.
    velocity: [Vec<f64>; 3],
    stage: Vec<f64>,
}

/// What a movement did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Steps that the interval was cut into.
    pub steps: usize,
    /// Faces whose speed was above the limit and held to it.
    pub clamped: usize,
}

impl Taxis {
    /// Scratch memory for a grid.
    #[must_use]
    pub fn new(grid: &Grid, limiter: Limiter) -> Self {
        let zeros = || vec![0.0; grid.len()];
        Self {
            shape: grid.shape(),
            spacing_mm: grid.spacing_mm(),
            limiter,
            velocity: [zeros(), zeros(), zeros()],
            stage: zeros(),
        }
    }

    /// Sets face velocities to `mobility * grad(potential)`, mobility on faces (mm²/day per
    /// unit of potential), speeds held below `fastest_mm_per_day`. Returns how many were held.
    pub fn set_velocity(
        &mut self,
        mobility: &Faces,
        potential: &[f64],
        fastest_mm_per_day: f64,
    ) -> usize {
        let [nx, ny, nz] = self.shape;
        let plane = nx * ny;
        let mut clamped = 0;
        for (axis, stride) in [1, nx, plane].into_iter().enumerate() {
            let (h, across) = (self.spacing_mm[axis], mobility.across(axis));
            clamped += self.velocity[axis]
                .par_chunks_mut(plane)
                .enumerate()
                .map(|(k, velocity)| {
                    let at = k * plane;
                    let mut held = 0;
                    if axis == 2 && k + 1 == nz {
                        velocity.fill(0.0);
                        return held;
                    }
                    for (c, v) in velocity.iter_mut().enumerate() {
                        let mobility = across[at + c];
                        // Closed faces include those on the box, whose upper voxel does not exist.
                        if mobility == 0.0 {
                            *v = 0.0;
                            continue;
                        }
                        let speed = mobility * (potential[at + c + stride] - potential[at + c]) / h;
                        if speed.abs() > fastest_mm_per_day {
                            held += 1;
                        }
                        *v = speed.clamp(-fastest_mm_per_day, fastest_mm_per_day) / h;
                    }
                    held
                })
                .collect::<Vec<usize>>()
                .into_iter()
                .sum::<usize>();
        }
        clamped
    }

    /// Moves `u` for `dt_days` with the velocities set before. Returns the number of steps: none
    /// where no voxel would lose more than a billionth of what it holds.
    pub fn step(&mut self, dt_days: f64, u: &mut [f64]) -> usize {
        let fastest = self.largest_outflow();
        if fastest * dt_days < 1e-9 {
            return 0;
        }
        // Outflow of at most a half per stage keeps limited values non-negative.
        let steps = (fastest * dt_days / 0.5).ceil().max(1.0) as usize;
        let dt = dt_days / steps as f64;
        let mut stage = std::mem::take(&mut self.stage);
        for _ in 0..steps {
            self.euler(dt, u, &mut stage, |_, new| new);
            self.euler(dt, &stage, u, |start, new| 0.5 * (start + new));
        }
        self.stage = stage;
        steps
    }

    /// Distances between linear indices of neighbours along each axis.
    fn strides(&self) -> [usize; 3] {
        [1, self.shape[0], self.shape[0] * self.shape[1]]
    }

    /// Largest share of a voxel's content that leaves it per day.
    fn largest_outflow(&self) -> f64 {
        let strides = self.strides();
        reduce::largest_of(self.stage.len(), |c| {
            let leaving = |a: usize| {
                let up = positive(self.velocity[a][c]);
                let down =
                    if c >= strides[a] { positive(-self.velocity[a][c - strides[a]]) } else { 0.0 };
                up + down
            };
            leaving(0) + leaving(1) + leaving(2)
        })
    }

    /// `to = keep(to, from - dt div(flux(from)))`.
    fn euler(&self, dt: f64, from: &[f64], to: &mut [f64], keep: impl Fn(f64, f64) -> f64 + Sync) {
        let [_, row, plane] = self.strides();
        to.par_chunks_mut(plane).enumerate().for_each(|(k, to)| {
            let first = k * plane;
            // Fluxes through the upper faces of this plane's voxels, and of those below.
            let mut fluxes = vec![0.0; 4 * plane];
            let (x, rest) = fluxes.split_at_mut(plane);
            let (y, rest) = rest.split_at_mut(plane);
            let (z, below) = rest.split_at_mut(plane);
            self.fluxes(0, first, from, x);
            self.fluxes(1, first, from, y);
            self.fluxes(2, first, from, z);
            if k > 0 {
                self.fluxes(2, first - plane, from, below);
            }
            let from = &from[first..first + plane];
            for c in 0..plane {
                // Faces at the end of a row and of a plane are closed: their flux is zero.
                let into_x = if c > 0 { x[c - 1] } else { 0.0 };
                let into_y = if c >= row { y[c - row] } else { 0.0 };
                let change = (into_x - x[c]) + (into_y - y[c]) + (below[c] - z[c]);
                to[c] = keep(to[c], from[c] + dt * change);
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

/// Flux by the upwind value and half of van Leer's harmonic slope, which is zero at an extreme;
/// no product that could underflow, so that it is never steeper than either side.
#[inline(always)]
fn limited(velocity: f64, behind: f64, upwind: f64, ahead: f64) -> f64 {
    let (rear, front) = (upwind - behind, ahead - upwind);
    let slope = front * (rear / (rear + front));
    let half = if rear * front > 0.0 { slope } else { 0.0 };
    velocity * (upwind + half)
}
