//! The surface of a body as a net of small quadrangles (naive surface nets, Gibson 1998).

use ossicle_field::Field;
use rayon::prelude::*;

/// No vertex in a cell.
const NONE: u32 = u32::MAX;

/// The surface on which the share of bone is one half.
///
/// Every cell between eight voxel centres through which the surface runs holds a vertex: the
/// middle of the places where the surface crosses the cell's edges. Every edge that it crosses
/// holds a quadrangle between the four cells round it. Flat surfaces are met exactly; the steps
/// of a mask are smoothed; sharp edges lose up to a third of a voxel.
#[derive(Debug)]
pub(super) struct Net {
    /// Vertices, mm, world.
    pub(super) vertices_mm: Vec<[f64; 3]>,
    /// Quadrangles, by slice.
    pub(super) quads: Vec<Quad>,
}

/// One quadrangle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quad {
    /// Its corners, in order round it, as indices of vertices.
    pub(super) corners: [u32; 4],
    /// The first voxel of the edge that it crosses; quadrangles are ordered by its slice.
    pub(super) voxel: [usize; 3],
}

impl Net {
    pub(super) fn new(share: &Field<f32>) -> Self {
        let [nx, ny, nz] = share.grid().shape();
        let slices: Vec<Vec<([usize; 3], [f64; 3])>> = (0..nz.saturating_sub(1))
            .into_par_iter()
            .map(|k| {
                let cells = (0..ny.saturating_sub(1))
                    .flat_map(|j| (0..nx.saturating_sub(1)).map(move |i| [i, j, k]));
                cells.filter_map(|cell| Some((cell, middle(share, cell)?))).collect()
            })
            .collect();
        let mut number = vec![NONE; share.len()];
        let mut vertices_mm = Vec::new();
        for (cell, vertex) in slices.into_iter().flatten() {
            number[share.grid().index(cell)] = vertices_mm.len() as u32;
            vertices_mm.push(vertex);
        }
        let quads: Vec<Vec<Quad>> =
            (0..nz).into_par_iter().map(|k| quads_of_slice(share, &number, k)).collect();
        Self { vertices_mm, quads: quads.concat() }
    }
}

/// The middle of the places where the surface crosses the edges of a cell, if it does.
fn middle(share: &Field<f32>, cell: [usize; 3]) -> Option<[f64; 3]> {
    let corner = |n: usize| {
        let voxel = [cell[0] + (n & 1), cell[1] + (n >> 1 & 1), cell[2] + (n >> 2)];
        f64::from(share[voxel])
    };
    let shares: [f64; 8] = std::array::from_fn(corner);
    let first = shares[0] >= 0.5;
    if shares.iter().all(|&s| (s >= 0.5) == first) {
        return None;
    }
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for a in 0..3 {
        let bit = 1 << a;
        for n in (0..8).filter(|n| n & bit == 0) {
            let (from, to) = (shares[n], shares[n | bit]);
            if (from >= 0.5) != (to >= 0.5) {
                let mut at = [(n & 1) as f64, (n >> 1 & 1) as f64, (n >> 2) as f64];
                at[a] = (from - 0.5) / (from - to);
                (0..3).for_each(|b| sum[b] += at[b]);
                count += 1.0;
            }
        }
    }
    Some(share.grid().to_world(std::array::from_fn(|a| cell[a] as f64 + sum[a] / count)))
}

fn quads_of_slice(share: &Field<f32>, number: &[u32], k: usize) -> Vec<Quad> {
    let grid = share.grid();
    let [nx, ny, _] = grid.shape();
    let strides = grid.strides();
    let shares: &[f32] = share;
    let mut found = Vec::new();
    for voxel in (0..ny).flat_map(|j| (0..nx).map(move |i| [i, j, k])) {
        let here = grid.index(voxel);
        for a in 0..3 {
            let (b, c) = ((a + 1) % 3, (a + 2) % 3);
            // Shares are nothing at the border: no surface is there.
            if voxel[a] + 1 == grid.shape()[a] || voxel[b] == 0 || voxel[c] == 0 {
                continue;
            }
            if (share[voxel] >= 0.5) == (shares[here + strides[a]] >= 0.5) {
                continue;
            }
            let (sb, sc) = (strides[b], strides[c]);
            let corners = [here, here - sb, here - sb - sc, here - sc].map(|n| number[n]);
            if !corners.contains(&NONE) {
                found.push(Quad { corners, voxel });
            }
        }
    }
    found
}

/// Square of the distance from a point to a triangle (the regions of its corners, edges and
/// inside, as in Ericson, *Real-Time Collision Detection*, 2005, 5.1.5).
pub(super) fn triangle_distance_squared(p: [f64; 3], [a, b, c]: [[f64; 3]; 3]) -> f64 {
    let (ab, ac, ap) = (minus(b, a), minus(c, a), minus(p, a));
    let (d1, d2) = (dot(ab, ap), dot(ac, ap));
    let to = |along_b: f64, along_c: f64| {
        let rest: [f64; 3] = std::array::from_fn(|r| ap[r] - along_b * ab[r] - along_c * ac[r]);
        dot(rest, rest)
    };
    if d1 <= 0.0 && d2 <= 0.0 {
        return to(0.0, 0.0);
    }
    let bp = minus(p, b);
    let (d3, d4) = (dot(ab, bp), dot(ac, bp));
    if d3 >= 0.0 && d4 <= d3 {
        return to(1.0, 0.0);
    }
    let vc = d1 * d4 - d3 * d2;
    if vc <= 0.0 && d1 >= 0.0 && d3 <= 0.0 {
        return to(d1 / (d1 - d3), 0.0);
    }
    let cp = minus(p, c);
    let (d5, d6) = (dot(ab, cp), dot(ac, cp));
    if d6 >= 0.0 && d5 <= d6 {
        return to(0.0, 1.0);
    }
    let vb = d5 * d2 - d1 * d6;
    if vb <= 0.0 && d2 >= 0.0 && d6 <= 0.0 {
        return to(0.0, d2 / (d2 - d6));
    }
    let va = d3 * d6 - d5 * d4;
    if va <= 0.0 && d4 - d3 >= 0.0 && d5 - d6 >= 0.0 {
        let along = (d4 - d3) / ((d4 - d3) + (d5 - d6));
        return to(1.0 - along, along);
    }
    let whole = va + vb + vc;
    if whole > 0.0 { to(vb / whole, vc / whole) } else { to(0.0, 0.0) }
}

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
