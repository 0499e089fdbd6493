//! The geometry of every multigrid level: shapes, faces, how one leads to the next. Holds no
//! unknowns.

use super::kernels::Real;
use super::transfer::Halving;
use crate::Faces;

/// Coarsening stops at this many voxels; the rest is solved directly.
pub(super) const COARSEST: usize = 96;

/// Faces and their coarse counterparts, built once per geometry and shared by every
/// equation on it.
#[derive(Clone, Debug)]
pub struct Hierarchy {
    pub(super) levels: Vec<Level>,
}

#[derive(Clone, Debug)]
pub(super) struct Level {
    pub(super) shape: [usize; 3],
    /// Face conductances in 1/mm² (coefficient over spacing squared on the finest level), at
    /// their lower voxel.
    pub(super) across: [Vec<f32>; 3],
    /// Sum of the six conductances of each voxel.
    pub(super) total: Vec<f32>,
    /// The way to the next level: one to three axes halved in turn; empty on the last.
    halvings: Vec<Halving>,
}

impl Hierarchy {
    /// Levels for a relative coefficient on faces (see [`Faces::harmonic`]) and a voxel
    /// spacing in mm.
    #[must_use]
    pub fn new(coefficient: &Faces, spacing_mm: [f64; 3]) -> Self {
        let mut faces = coefficient.clone();
        for (axis, spacing) in spacing_mm.iter().enumerate() {
            for g in faces.across_mut(axis) {
                *g /= spacing * spacing;
            }
        }
        let mut levels = Vec::new();
        let mut spacing = spacing_mm;
        loop {
            let shape = faces.shape();
            let mut level = Level::new(&faces);
            // Halve an axis only while it is nearly the finest, so that couplings even out.
            let finest =
                (0..3).filter(|&a| shape[a] > 1).map(|a| spacing[a]).fold(f64::INFINITY, f64::min);
            if shape.iter().product::<usize>() > COARSEST {
                // The last axis first: its rows are long and contiguous, and the first axis,
                // whose are not, is left with the fewest cells.
                for axis in [2, 1, 0] {
                    if shape[axis] > 1 && spacing[axis] < 1.5 * finest {
                        let halving;
                        (halving, faces) = Halving::new(axis, &faces);
                        level.halvings.push(halving);
                        spacing[axis] *= 2.0;
                    }
                }
            }
            let last = level.halvings.is_empty();
            levels.push(level);
            if last {
                return Self { levels };
            }
        }
    }

    /// Voxels along each axis of the finest level.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.levels[0].shape
    }

    /// Largest over least coefficient of open faces, spacing included; 1 without an open face.
    #[must_use]
    pub fn contrast(&self) -> f64 {
        let faces = self.levels[0].across.iter().flatten().filter(|g| **g > 0.0);
        let (least, most) =
            faces.fold((f32::INFINITY, 0.0_f32), |(low, high), g| (low.min(*g), high.max(*g)));
        if most > 0.0 { f64::from(most) / f64::from(least) } else { 1.0 }
    }

    /// Number of levels.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.levels.len()
    }
}

impl Level {
    fn new(faces: &Faces) -> Self {
        let shape = faces.shape();
        let [nx, ny, nz] = shape;
        let n = nx * ny * nz;
        let across = [0, 1, 2]
            .map(|axis| -> Vec<f32> { faces.across(axis).iter().map(|g| *g as f32).collect() });
        let mut total = vec![0.0; n];
        for (g, stride) in across.iter().zip([1, nx, nx * ny]) {
            for c in 0..n {
                total[c] += g[c] + if c >= stride { g[c - stride] } else { 0.0 };
            }
        }
        Self { shape, across, total, halvings: Vec::new() }
    }

    /// Scratch memory for the grids between this level and the next.
    pub(super) fn between<T: Real>(&self) -> Vec<Vec<T>> {
        let all_but_last = self.halvings.iter().rev().skip(1).rev();
        all_but_last.map(|h| vec![T::from(0.0); h.coarse_shape().iter().product()]).collect()
    }

    /// `coarse = P^T fine`.
    pub(super) fn restrict<T: Real>(&self, fine: &[T], between: &mut [Vec<T>], coarse: &mut [T]) {
        let mut from = fine;
        let (last, others) = self.halvings.split_last().expect("only the last level has none");
        for (halving, to) in others.iter().zip(between) {
            halving.restrict(from, to);
            from = to;
        }
        last.restrict(from, coarse);
    }

    /// `fine += P coarse`.
    pub(super) fn prolong_add<T: Real>(
        &self,
        coarse: &[T],
        between: &mut [Vec<T>],
        fine: &mut [T],
    ) {
        let mut from = coarse;
        let (first, others) = self.halvings.split_first().expect("only the last level has none");
        for (halving, to) in others.iter().zip(between).rev() {
            halving.prolong(from, to, false);
            from = to;
        }
        first.prolong(from, fine, true);
    }
}
