//! Directed movement `u_t = -div(u a grad psi)`: conservative upwind differences with
//! van Leer's limiter and two-stage (Heun) time steps, as many as positivity needs.

use rayon::prelude::*;

use crate::{Faces, Grid};

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
    start: Vec<f64>,
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
            start: zeros(),
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

    /// Moves `u` for `dt_days` with the velocities set before. Returns the number of steps.
    pub fn step(&mut self, dt_days: f64, u: &mut [f64]) -> usize {
        let fastest = self.largest_outflow();
        if fastest == 0.0 || dt_days == 0.0 {
            return 0;
        }
        // Outflow of at most a half per stage keeps limited values non-negative.
        let steps = (fastest * dt_days / 0.5).ceil().max(1.0) as usize;
        let dt = dt_days / steps as f64;
        for _ in 0..steps {
            self.start.copy_from_slice(u);
            self.euler(dt, &self.start, u);
            self.stage.copy_from_slice(u);
            self.euler(dt, &self.stage, u);
            u.par_iter_mut().zip(&self.start).for_each(|(u, start)| *u = 0.5 * (*u + start));
        }
        steps
    }

    /// Largest share of a voxel's content that leaves it per day.
    fn largest_outflow(&self) -> f64 {
        let [nx, ny, _] = self.shape;
        let plane = nx * ny;
        let strides = [1, nx, plane];
        (0..self.shape[2])
            .into_par_iter()
            .map(|k| {
                (k * plane..(k + 1) * plane).fold(0.0_f64, |most, c| {
                    let out: f64 = (0..3)
                        .map(|a| {
                            let up = self.velocity[a][c].max(0.0);
                            let down = if c >= strides[a] {
                                (-self.velocity[a][c - strides[a]]).max(0.0)
                            } else {
                                0.0
                            };
                            up + down
                        })
                        .sum();
                    most.max(out)
                })
            })
            .collect::<Vec<f64>>()
            .into_iter()
            .fold(0.0, f64::max)
    }

    /// `to = from - dt div(flux(from))`.
    fn euler(&self, dt: f64, from: &[f64], to: &mut [f64]) {
        let [nx, ny, _] = self.shape;
        let plane = nx * ny;
        let strides = [1, nx, plane];
        to.par_chunks_mut(plane).enumerate().for_each(|(k, to)| {
            for (c, to) in to.iter_mut().enumerate() {
                let c = k * plane + c;
                let mut change = 0.0;
                for (axis, stride) in strides.into_iter().enumerate() {
                    change -= self.flux(axis, stride, c, from);
                    if c >= stride {
                        change += self.flux(axis, stride, c - stride, from);
                    }
                }
                *to = from[c] + dt * change;
            }
        });
    }

    /// Flux through the upper face of voxel `c`, as a rate of change of its value.
    #[inline(always)]
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
        let (rear, front) = (upwind - behind, ahead - upwind);
        // Half van Leer's harmonic slope, zero at an extreme; no product that could underflow,
        // so that it is never steeper than either side.
        let half = if rear * front > 0.0 { front * (rear / (rear + front)) } else { 0.0 };
        velocity * (upwind + half)
    }
}
