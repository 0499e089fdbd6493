//! The stencil passes of the solver, row by row so that the compiler vectorises them.

use rayon::prelude::*;

use super::TASK;
use super::hierarchy::Level;

/// Visits every voxel with the sum over its neighbours of conductance times value.
///
/// For each row, `begin(first index)` returns the closure applied along it as
/// `(offset in row, neighbour sum, u, out)`.
#[inline(always)]
fn stencil<F>(level: &Level, u: &[f64], out: &mut [f64], begin: impl Fn(usize) -> F + Sync)
where
    F: Fn(usize, f64, f64, &mut f64),
{
    let [nx, ny, nz] = level.shape;
    let plane = nx * ny;
    let planes = (TASK / plane).max(1);
    let [gx, gy, gz] = [0, 1, 2].map(|axis| level.faces.across(axis));
    out.par_chunks_mut(plane * planes).enumerate().for_each(|(task, chunk)| {
        for (r, out) in chunk.chunks_exact_mut(nx).enumerate() {
            let (j, k) = (r % ny, task * planes + r / ny);
            let at = nx * (j + ny * k);
            // Beyond the box the row itself stands in, with conductance zero.
            let (low_y, open_y) = if j > 0 { (at - nx, 1.0) } else { (at, 0.0) };
            let (low_z, open_z) = if k > 0 { (at - plane, 1.0) } else { (at, 0.0) };
            let high_y = if j + 1 < ny { at + nx } else { at };
            let high_z = if k + 1 < nz { at + plane } else { at };
            let (u0, uy0, uy1) = (&u[at..][..nx], &u[low_y..][..nx], &u[high_y..][..nx]);
            let (uz0, uz1) = (&u[low_z..][..nx], &u[high_z..][..nx]);
            let (gx, gy0, gy1) = (&gx[at..][..nx], &gy[low_y..][..nx], &gy[at..][..nx]);
            let (gz0, gz1) = (&gz[low_z..][..nx], &gz[at..][..nx]);
            let visit = begin(at);
            let across = |i: usize| {
                (open_y * gy0[i] * uy0[i] + gy1[i] * uy1[i])
                    + (open_z * gz0[i] * uz0[i] + gz1[i] * uz1[i])
            };
            let last = nx - 1;
            if last == 0 {
                visit(0, across(0), u0[0], &mut out[0]);
                continue;
            }
            visit(0, across(0) + gx[0] * u0[1], u0[0], &mut out[0]);
            for i in 1..last {
                let along = gx[i - 1] * u0[i - 1] + gx[i] * u0[i + 1];
                visit(i, across(i) + along, u0[i], &mut out[i]);
            }
            visit(last, across(last) + gx[last - 1] * u0[last - 1], u0[last], &mut out[last]);
        }
    });
}

/// `out = A u`, with `A = diagonal - scale * (neighbours)`.
pub(super) fn apply(level: &Level, scale: f64, diagonal: &[f64], u: &[f64], out: &mut [f64]) {
    let nx = level.shape[0];
    stencil(level, u, out, |at| {
        let diagonal = &diagonal[at..at + nx];
        move |i, sum, u, out| *out = diagonal[i] * u - scale * sum
    });
}

/// `out = b - A u`.
pub(super) fn residual(
    level: &Level,
    scale: f64,
    diagonal: &[f64],
    b: &[f64],
    u: &[f64],
    out: &mut [f64],
) {
    let nx = level.shape[0];
    stencil(level, u, out, |at| {
        let (diagonal, b) = (&diagonal[at..at + nx], &b[at..at + nx]);
        move |i, sum, u, out| *out = b[i] - (diagonal[i] * u - scale * sum)
    });
}

/// Coefficients of one Chebyshev step.
#[derive(Clone, Copy)]
pub(super) struct Relaxation {
    pub(super) momentum: f64,
    pub(super) weight: f64,
}

/// One Chebyshev step: `prev <- u + momentum*(u - prev) + weight * (b - A u)/diagonal`.
/// Where `inverse_diagonal` is 0 there is no equation and the iterate is 0.
pub(super) fn relax(
    level: &Level,
    scale: f64,
    inverse_diagonal: &[f64],
    b: &[f64],
    u: &[f64],
    prev: &mut [f64],
    Relaxation { momentum, weight }: Relaxation,
) {
    let nx = level.shape[0];
    stencil(level, u, prev, |at| {
        let (inverse, b) = (&inverse_diagonal[at..at + nx], &b[at..at + nx]);
        move |i, sum, u, prev| {
            let jacobi = (b[i] + scale * sum) * inverse[i];
            let relaxed = u + momentum * (u - *prev) + weight * (jacobi - u);
            *prev = if inverse[i] > 0.0 { relaxed } else { 0.0 };
        }
    });
}
