//! From a level to the next coarser one, one axis at a time.
//!
//! Along a line, two cells become one coarse cell whose value stands at the face between
//! them. A fine cell lies between that face and the same face of the next pair; its value
//! is interpolated so that the flux is the same on both sides, which is linear
//! interpolation where the coefficient is smooth and keeps to the own side of a jump or a
//! wall. Restriction is the exact transpose.

use rayon::prelude::*;

use super::TASK;
use super::kernels::Real;
use crate::Faces;

/// One axis halved.
#[derive(Clone, Debug)]
pub(super) struct Halving {
    axis: usize,
    fine: [usize; 3],
    coarse: [usize; 3],
    /// Per fine cell, the weight of the coarse cell on the side away from its sibling; the
    /// rest is the weight of its own coarse cell.
    outward: Vec<f32>,
}

impl Halving {
    /// Halves an axis; returns the faces between the coarse cells too.
    pub(super) fn new(axis: usize, faces: &Faces) -> (Self, Faces) {
        let fine = faces.shape();
        let mut coarse = fine;
        coarse[axis] = fine[axis].div_ceil(2);
        let (outward, along) = Self::along_axis(axis, faces, coarse);
        let halving = Self { axis, fine, coarse, outward };
        let mut between = Faces::closed(coarse);
        between.across_mut(axis).copy_from_slice(&along);
        for other in (0..3).filter(|other| *other != axis) {
            halving.faces_beside(faces, other, between.across_mut(other));
        }
        (halving, between)
    }

    pub(super) fn coarse_shape(&self) -> [usize; 3] {
        self.coarse
    }

    /// Interpolation weights, and the coarse faces across the axis: from centre to centre in
    /// series, parallel lines added.
    fn along_axis(axis: usize, faces: &Faces, coarse: [usize; 3]) -> (Vec<f32>, Vec<f64>) {
        let fine = faces.shape();
        let (stride, n) = ([1, fine[0], fine[0] * fine[1]][axis], fine[axis]);
        let across = faces.across(axis);
        let open = open_cells(faces);
        // Resistance between a cell and the face it shares with its sibling: none if the
        // sibling is missing or walled in (the coarse value stands at the cell itself),
        // infinite if there is a wall between two that live.
        let inner = |lower: usize, sibling: usize, present: bool| {
            if present && open[sibling] { 0.5 / across[lower] } else { 0.0 }
        };
        let mut outward = vec![0.0; across.len()];
        let mut along = vec![0.0; coarse.iter().product()];
        for (c, between) in along.iter_mut().enumerate() {
            let at = [c % coarse[0], c / coarse[0] % coarse[1], c / (coarse[0] * coarse[1])];
            let mut first = at;
            first[axis] *= 2;
            // The upper cell of this pair and the lower cell of the next.
            let below = first[0] + fine[0] * (first[1] + fine[1] * first[2]) + stride;
            if first[axis] + 2 >= n || across[below] == 0.0 {
                continue;
            }
            let above = below + stride;
            let own = inner(below - stride, below - stride, true);
            let next = inner(above, above + stride, first[axis] + 3 < n);
            let whole = own + 1.0 / across[below] + next;
            match (own.is_finite(), next.is_finite()) {
                (true, true) => {
                    outward[below] = (own / whole) as f32;
                    outward[above] = (next / whole) as f32;
                    *between = 1.0 / whole;
                }
                // Walled off from its sibling, a cell belongs to the coarse cell beyond.
                (false, true) => outward[below] = 1.0,
                (true, false) => outward[above] = 1.0,
                (false, false) => *between = across[below],
            }
        }
        (outward, along)
    }

    /// Coarse faces across another axis: the fine ones, shared out as their cells are.
    fn faces_beside(&self, faces: &Faces, other: usize, coarse: &mut [f64]) {
        let stride = [1, self.fine[0], self.fine[0] * self.fine[1]][other];
        // Where its two cells are shared out differently, a face is by their mean.
        let beside = |c: usize| self.outward.get(c + stride).unwrap_or(&0.0);
        let mean: Vec<f32> =
            self.outward.iter().enumerate().map(|(c, w)| 0.5 * (w + beside(c))).collect();
        self.gather(faces.across(other), &mean, coarse);
    }

    /// `coarse = P^T fine`.
    pub(super) fn restrict<T: Real>(&self, fine: &[T], coarse: &mut [T]) {
        self.gather(fine, &self.outward, coarse);
    }

    /// Shares fine values out to the coarse cells: `outward` of each to the coarse cell beyond,
    /// the rest to its own.
    fn gather<T: Real>(&self, fine: &[T], outward: &[f32], coarse: &mut [T]) {
        let ([nx, ny, _], [cx, cy, _]) = (self.fine, self.coarse);
        let n = self.fine[self.axis];
        let rows = (TASK / cx).max(1);
        let (one, none) = (T::from(1.0), T::from(0.0));
        coarse.par_chunks_mut(cx * rows).enumerate().for_each(|(task, chunk)| {
            for (r, row) in chunk.chunks_exact_mut(cx).enumerate() {
                let (j, k) = ((task * rows + r) % cy, (task * rows + r) / cy);
                if self.axis == 0 {
                    let at = nx * (j + ny * k);
                    let (fine, outward) = (&fine[at..at + nx], &outward[at..at + nx]);
                    let away = |i: usize| T::from(outward[i]) * fine[i];
                    for (i, sum) in row.iter_mut().enumerate() {
                        let own = |i: usize| (one - T::from(outward[i])) * fine[i];
                        *sum = own(2 * i) + if 2 * i + 1 < n { own(2 * i + 1) } else { none };
                        *sum = *sum + if i > 0 { away(2 * i - 1) } else { none };
                        *sum = *sum + if 2 * i + 2 < n { away(2 * i + 2) } else { none };
                    }
                    continue;
                }
                row.fill(none);
                let middle = 2 * if self.axis == 1 { j } else { k };
                for p in middle.saturating_sub(1)..(middle + 3).min(n) {
                    let at = nx * if self.axis == 1 { p + ny * k } else { j + ny * p };
                    let parts = fine[at..at + nx].iter().zip(&outward[at..at + nx]);
                    if p / 2 == middle / 2 {
                        for (sum, (value, away)) in row.iter_mut().zip(parts) {
                            *sum = *sum + (one - T::from(*away)) * *value;
                        }
                    } else {
                        for (sum, (value, away)) in row.iter_mut().zip(parts) {
                            *sum = *sum + T::from(*away) * *value;
                        }
                    }
                }
            }
        });
    }

    /// `fine = P coarse`, or added to what is there.
    pub(super) fn prolong<T: Real>(&self, coarse: &[T], fine: &mut [T], add: bool) {
        let ([nx, ny, _], [cx, cy, _]) = (self.fine, self.coarse);
        let last = self.coarse[self.axis] - 1;
        // The coarse neighbour on the side away from the sibling.
        let beyond = |p: usize| if p % 2 == 1 { (p / 2 + 1).min(last) } else { (p / 2).max(1) - 1 };
        let rows = (TASK / nx).max(1);
        let chunks = fine.par_chunks_mut(nx * rows).zip(self.outward.par_chunks(nx * rows));
        chunks.enumerate().for_each(|(task, (chunk, outward))| {
            let lines = chunk.chunks_exact_mut(nx).zip(outward.chunks_exact(nx));
            for (r, (row, outward)) in lines.enumerate() {
                let (j, k) = ((task * rows + r) % ny, (task * rows + r) / ny);
                let (own, next) = match self.axis {
                    0 => (j + cy * k, j + cy * k),
                    1 => (j / 2 + cy * k, beyond(j) + cy * k),
                    _ => (j + cy * (k / 2), j + cy * beyond(k)),
                };
                let (own, next) = (&coarse[cx * own..][..cx], &coarse[cx * next..][..cx]);
                if self.axis == 0 {
                    for (i, (value, weight)) in row.iter_mut().zip(outward).enumerate() {
                        let (own, next) = (own[i / 2], next[beyond(i)]);
                        let kept = if add { *value } else { T::from(0.0) };
                        *value = kept + (own + T::from(*weight) * (next - own));
                    }
                    continue;
                }
                let parts = row.iter_mut().zip(outward).zip(own.iter().zip(next));
                if add {
                    for ((value, weight), (own, next)) in parts {
                        *value = *value + (*own + T::from(*weight) * (*next - *own));
                    }
                } else {
                    for ((value, weight), (own, next)) in parts {
                        *value = *own + T::from(*weight) * (*next - *own);
                    }
                }
            }
        });
    }
}

/// Which cells have an open face.
fn open_cells(faces: &Faces) -> Vec<bool> {
    let [nx, ny, nz] = faces.shape();
    let mut open = vec![false; nx * ny * nz];
    for (axis, stride) in [1, nx, nx * ny].into_iter().enumerate() {
        for (c, g) in faces.across(axis).iter().enumerate() {
            if *g > 0.0 {
                open[c] = true;
                open[c + stride] = true;
            }
        }
    }
    open
}
