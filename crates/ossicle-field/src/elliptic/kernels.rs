//! The stencil passes of the solver, row by row so that the compiler vectorises them.

use rayon::prelude::*;

use super::TASK;
use super::hierarchy::Level;

/// The two precisions of the solver: answers are found in `f64`, corrections in either.
pub(super) trait Real:
    Copy
    + Send
    + Sync
    + From<f32>
    + Into<f64>
    + PartialOrd
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
{
    /// The nearest number of this precision.
    fn narrow(value: f64) -> Self;
}

impl Real for f32 {
    fn narrow(value: f64) -> Self {
        value as f32
    }
}

impl Real for f64 {
    fn narrow(value: f64) -> Self {
        value
    }
}

/// Voxels of a row that are worked through together: their inflow stays in the nearest cache.
const RUN: usize = 128;

/// Visits every voxel with what flows into it from its neighbours, the sum of conductance times
/// difference. In this form a constant flows nowhere, to the last bit.
///
/// Runs of voxels along the first axis are handed to `visit` as `(first index, inflow, u, out)`,
/// slices of equal length: plain loops, which the compiler vectorises.
#[inline(always)]
fn stencil<T: Real>(
    level: &Level,
    u: &[T],
    out: &mut [T],
    visit: impl Fn(usize, &[T], &[T], &mut [T]) + Sync,
) {
    let [nx, ny, nz] = level.shape;
    let plane = nx * ny;
    let planes = (TASK / plane).max(1);
    let [gx, gy, gz] = &level.across;
    out.par_chunks_mut(plane * planes).enumerate().for_each(|(task, chunk)| {
        let mut inflow = [T::from(0.0); RUN];
        for (r, row) in chunk.chunks_exact_mut(nx).enumerate() {
            let (j, k) = (r % ny, task * planes + r / ny);
            let start = nx * (j + ny * k);
            for (run, out) in row.chunks_mut(RUN).enumerate() {
                let (at, n) = (start + run * RUN, out.len());
                let here = &u[at..at + n];
                let inflow = &mut inflow[..n];
                inflow.fill(T::from(0.0));
                let mut add = |from: usize, to: usize, g: &[f32], neighbours: &[T]| {
                    let (inflow, here) = (&mut inflow[from..to], &here[from..to]);
                    let n = inflow.len();
                    let (g, neighbours, here) = (&g[..n], &neighbours[..n], &here[..n]);
                    for i in 0..n {
                        inflow[i] = inflow[i] + T::from(g[i]) * (neighbours[i] - here[i]);
                    }
                };
                let (first, last) = (at == start, at + n == start + nx);
                if first {
                    add(1, n, &gx[at..], &u[at..]);
                } else {
                    add(0, n, &gx[at - 1..], &u[at - 1..]);
                }
                add(0, n - usize::from(last), &gx[at..], &u[at + 1..]);
                if j > 0 {
                    add(0, n, &gy[at - nx..], &u[at - nx..]);
                }
                if j + 1 < ny {
                    add(0, n, &gy[at..], &u[at + nx..]);
                }
                if k > 0 {
                    add(0, n, &gz[at - plane..], &u[at - plane..]);
                }
                if k + 1 < nz {
                    add(0, n, &gz[at..], &u[at + plane..]);
                }
                visit(at, inflow, here, out);
            }
        }
    });
}

/// `out = A u`, with `A u = screening u - scale * inflow(u)`.
pub(super) fn apply(level: &Level, scale: f64, screening: &[f64], u: &[f64], out: &mut [f64]) {
    stencil(level, u, out, |at, inflow, u, out| {
        let n = out.len();
        let (screening, inflow, u) = (&screening[at..at + n], &inflow[..n], &u[..n]);
        for i in 0..n {
            out[i] = screening[i] * u[i] - scale * inflow[i];
        }
    });
}

/// `out = b - A u`.
pub(super) fn residual<T: Real>(
    level: &Level,
    scale: T,
    screening: &[T],
    b: &[T],
    u: &[T],
    out: &mut [T],
) {
    stencil(level, u, out, |at, inflow, u, out| {
        let n = out.len();
        let (screening, b) = (&screening[at..at + n], &b[at..at + n]);
        let (inflow, u) = (&inflow[..n], &u[..n]);
        for i in 0..n {
            out[i] = b[i] - screening[i] * u[i] + scale * inflow[i];
        }
    });
}

/// Coefficients of one Chebyshev step.
#[derive(Clone, Copy)]
pub(super) struct Relaxation<T> {
    pub(super) momentum: T,
    pub(super) weight: T,
}

/// What smoothing needs to know of an equation on one level.
pub(super) struct Equation<'a, T> {
    pub(super) scale: T,
    pub(super) screening: &'a [T],
    /// One over the diagonal of `A`; zero where there is no equation.
    pub(super) inverse: &'a [T],
    pub(super) b: &'a [T],
}

/// One Chebyshev step: `prev <- u + momentum*(u - prev) + weight * (b - A u)/diagonal`.
/// Where there is no equation the iterate is 0.
pub(super) fn relax<T: Real>(
    level: &Level,
    equation: &Equation<T>,
    u: &[T],
    prev: &mut [T],
    Relaxation { momentum, weight }: Relaxation<T>,
) {
    let Equation { scale, screening, inverse, b } = *equation;
    let none = T::from(0.0);
    stencil(level, u, prev, |at, inflow, u, prev| {
        let n = prev.len();
        let (screening, inverse) = (&screening[at..at + n], &inverse[at..at + n]);
        let (b, inflow, u) = (&b[at..at + n], &inflow[..n], &u[..n]);
        for i in 0..n {
            let residual = b[i] - screening[i] * u[i] + scale * inflow[i];
            let relaxed = u[i] + momentum * (u[i] - prev[i]) + weight * (residual * inverse[i]);
            prev[i] = if inverse[i] > none { relaxed } else { none };
        }
    });
}
