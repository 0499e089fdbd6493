//! Between a level and the next coarser one: trilinear interpolation whose weights
//! stay on this side of walls, and its exact transpose.

use rayon::prelude::*;

use super::hierarchy::Level;

/// Weight of the neighbouring coarse cell along one axis, trilinear at cell centres.
const OUTWARD: f64 = 0.25;

/// Where a fine index lies on the coarse axis: its parent, and the coarse neighbour
/// on the outward side (the parent itself where the axis is not halved).
#[inline(always)]
fn parents(fine: usize, halved: bool, coarse_len: usize) -> (usize, usize) {
    if !halved {
        return (fine, fine);
    }
    let own = fine / 2;
    let outward = if fine % 2 == 1 { (own + 1).min(coarse_len - 1) } else { own.saturating_sub(1) };
    (own, outward)
}

#[inline(always)]
fn outward_weight(open: u8, axis: usize) -> f64 {
    if open >> axis & 1 == 1 { OUTWARD } else { 0.0 }
}

/// `fine += P coarse`.
pub(super) fn prolong_add(level: &Level, coarse: &[f64], fine: &mut [f64]) {
    let [nx, ny, _] = level.shape;
    let [cx, cy, cz] = level.coarse_shape();
    fine.par_chunks_mut(nx * ny).enumerate().for_each(|(k, plane)| {
        let (z0, z1) = parents(k, level.halved[2], cz);
        for j in 0..ny {
            let (y0, y1) = parents(j, level.halved[1], cy);
            let rows = [(y0, z0), (y1, z0), (y0, z1), (y1, z1)]
                .map(|(y, z)| &coarse[cx * (y + cy * z)..][..cx]);
            let open = &level.outward_open[nx * (j + ny * k)..][..nx];
            for (i, value) in plane[nx * j..nx * (j + 1)].iter_mut().enumerate() {
                let (x0, x1) = parents(i, level.halved[0], cx);
                let [wx, wy, wz] = [0, 1, 2].map(|a| outward_weight(open[i], a));
                let along = |row: &[f64]| (1.0 - wx) * row[x0] + wx * row[x1];
                *value += (1.0 - wz) * ((1.0 - wy) * along(rows[0]) + wy * along(rows[1]))
                    + wz * ((1.0 - wy) * along(rows[2]) + wy * along(rows[3]));
            }
        }
    });
}

/// `coarse = P^T fine`.
pub(super) fn restrict(level: &Level, fine: &[f64], coarse: &mut [f64]) {
    let [nx, ny, nz] = level.shape;
    let [cx, cy, cz] = level.coarse_shape();
    coarse.par_chunks_mut(cx * cy).enumerate().for_each(|(kc, plane)| {
        plane.fill(0.0);
        let (first, last) = if level.halved[2] {
            ((2 * kc).saturating_sub(1), (2 * kc + 2).min(nz - 1))
        } else {
            (kc, kc)
        };
        for k in first..=last {
            let (own, outward) = parents(k, level.halved[2], cz);
            for j in 0..ny {
                let (y0, y1) = parents(j, level.halved[1], cy);
                let at = nx * (j + ny * k);
                for i in 0..nx {
                    let open = level.outward_open[at + i];
                    let [wx, wy, wz] = [0, 1, 2].map(|a| outward_weight(open, a));
                    let share = if own == kc { 1.0 - wz } else { 0.0 }
                        + if outward == kc { wz } else { 0.0 };
                    if share == 0.0 {
                        continue;
                    }
                    let (x0, x1) = parents(i, level.halved[0], cx);
                    let value = share * fine[at + i];
                    plane[cx * y0 + x0] += (1.0 - wy) * (1.0 - wx) * value;
                    plane[cx * y0 + x1] += (1.0 - wy) * wx * value;
                    plane[cx * y1 + x0] += wy * (1.0 - wx) * value;
                    plane[cx * y1 + x1] += wy * wx * value;
                }
            }
        }
    });
}

/// Sums a per-voxel coefficient over the children of each coarse cell.
pub(super) fn sum_children(level: &Level, fine: &[f64], coarse: &mut [f64]) {
    let [nx, ny, nz] = level.shape;
    let [cx, cy, _] = level.coarse_shape();
    let reach = level.halved.map(|h| if h { 2 } else { 1 });
    coarse.par_chunks_mut(cx * cy).enumerate().for_each(|(kc, plane)| {
        plane.fill(0.0);
        for k in (reach[2] * kc)..(reach[2] * (kc + 1)).min(nz) {
            for j in 0..ny {
                let row = &fine[nx * (j + ny * k)..][..nx];
                let target = &mut plane[cx * (j / reach[1])..][..cx];
                for (i, value) in row.iter().enumerate() {
                    target[i / reach[0]] += value;
                }
            }
        }
    });
}
