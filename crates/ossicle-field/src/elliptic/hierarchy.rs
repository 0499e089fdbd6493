//! The geometry of every multigrid level: shapes, faces, openings. Holds no unknowns.

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
    /// Face conductances in 1/mm² (coefficient over spacing squared on the finest level).
    pub(super) faces: Faces,
    /// Sum of the six conductances of each voxel.
    pub(super) total: Vec<f64>,
    /// Which axes the next level halves.
    pub(super) halved: [bool; 3],
    /// Per voxel and axis, whether the face that points away from the siblings is open.
    pub(super) outward_open: Vec<u8>,
}

impl Hierarchy {
    /// Levels for a relative coefficient on faces (see [`Faces::harmonic`]) and a voxel
    /// spacing in mm.
    #[must_use]
    pub fn new(coefficient: &Faces, spacing_mm: [f64; 3]) -> Self {
        let mut finest = coefficient.clone();
        for (axis, spacing) in spacing_mm.iter().enumerate() {
            for g in finest.across_mut(axis) {
                *g /= spacing * spacing;
            }
        }
        let mut levels = vec![Level::new(finest, spacing_mm)];
        let mut spacing = spacing_mm;
        while let Some(last) = levels.last()
            && last.shape.iter().product::<usize>() > COARSEST
            && last.halved.contains(&true)
        {
            for (axis, halved) in last.halved.iter().enumerate() {
                if *halved {
                    spacing[axis] *= 2.0;
                }
            }
            let next = Level::new(last.coarse_faces(), spacing);
            levels.push(next);
        }
        Self { levels }
    }

    /// Voxels along each axis of the finest level.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.levels[0].shape
    }

    /// Number of levels.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.levels.len()
    }
}

impl Level {
    fn new(faces: Faces, spacing: [f64; 3]) -> Self {
        let shape = faces.shape();
        let [nx, ny, nz] = shape;
        let strides = [1, nx, nx * ny];
        let n = nx * ny * nz;
        let mut total = vec![0.0; n];
        for (axis, stride) in strides.into_iter().enumerate() {
            let g = faces.across(axis);
            for c in 0..n {
                total[c] += g[c] + if c >= stride { g[c - stride] } else { 0.0 };
            }
        }
        // Halve an axis only while it is nearly the finest, so that couplings even out.
        let finest =
            (0..3).filter(|&a| shape[a] > 1).map(|a| spacing[a]).fold(f64::INFINITY, f64::min);
        let halved = std::array::from_fn(|a| shape[a] > 2 && spacing[a] < 1.5 * finest);
        let mut outward_open = vec![0; n];
        for (c, open) in outward_open.iter_mut().enumerate() {
            let at = [c % nx, c / nx % ny, c / (nx * ny)];
            for axis in 0..3 {
                if !halved[axis] {
                    continue;
                }
                let g = faces.across(axis);
                let outward = if at[axis] % 2 == 1 {
                    g[c]
                } else if at[axis] > 0 {
                    g[c - strides[axis]]
                } else {
                    0.0
                };
                if outward > 0.0 {
                    *open |= 1 << axis;
                }
            }
        }
        Self { shape, faces, total, halved, outward_open }
    }

    pub(super) fn coarse_shape(&self) -> [usize; 3] {
        std::array::from_fn(
            |a| if self.halved[a] { self.shape[a].div_ceil(2) } else { self.shape[a] },
        )
    }

    /// Coarse conductances: half a fine cell, the interface and half a fine cell in
    /// series; the parallel paths added.
    fn coarse_faces(&self) -> Faces {
        let shape = self.coarse_shape();
        let mut coarse = Faces::closed(shape);
        let fine_strides = [1, self.shape[0], self.shape[0] * self.shape[1]];
        for axis in 0..3 {
            let fine = self.faces.across(axis);
            let stride = fine_strides[axis];
            let halved = self.halved[axis];
            let (others, target) = (self.others(axis), coarse.across_mut(axis));
            for (c, g) in target.iter_mut().enumerate() {
                let at = [c % shape[0], c / shape[0] % shape[1], c / (shape[0] * shape[1])];
                if at[axis] + 1 >= shape[axis] {
                    continue;
                }
                for offset in &others {
                    let mut cell: [usize; 3] = std::array::from_fn(
                        |a| if self.halved[a] { 2 * at[a] } else { at[a] } + offset[a],
                    );
                    if (0..3).any(|a| a != axis && cell[a] >= self.shape[a]) {
                        continue;
                    }
                    if halved {
                        cell[axis] += 1;
                    }
                    let below = cell[0] * fine_strides[0]
                        + cell[1] * fine_strides[1]
                        + cell[2] * fine_strides[2];
                    let interface = fine[below];
                    if interface == 0.0 {
                        continue;
                    }
                    let mut resistance = 1.0 / interface;
                    if halved {
                        // A wall behind the interface leaves the nearer child alone to stand
                        // for its coarse cell: no further resistance.
                        let beyond = if cell[axis] + 1 < self.shape[axis] {
                            fine[below + stride]
                        } else {
                            0.0
                        };
                        for inner in [fine[below - stride], beyond] {
                            if inner > 0.0 {
                                resistance += 0.5 / inner;
                            }
                        }
                    }
                    *g += 1.0 / resistance;
                }
            }
        }
        coarse
    }

    /// Offsets of the fine cells that share a coarse face across `axis`.
    fn others(&self, axis: usize) -> Vec<[usize; 3]> {
        let range = |a: usize| if a != axis && self.halved[a] { 2 } else { 1 };
        let mut offsets = Vec::new();
        for z in 0..range(2) {
            for y in 0..range(1) {
                for x in 0..range(0) {
                    offsets.push([x, y, z]);
                }
            }
        }
        offsets
    }
}
