//! Coefficients on the faces between voxels, and the walls they make.

use rayon::prelude::*;

use crate::reduce;

/// One coefficient per face between a voxel and its upper neighbour on each axis,
/// stored at the lower voxel. Zero is a wall; the faces on the box boundary are walls.
#[derive(Clone, Debug, PartialEq)]
pub struct Faces {
    shape: [usize; 3],
    across: [Vec<f64>; 3],
    /// Largest coefficient on each axis.
    largest: [f64; 3],
}

impl Faces {
    /// No face open.
    #[must_use]
    pub fn closed(shape: [usize; 3]) -> Self {
        let n = shape.iter().product();
        Self { shape, across: std::array::from_fn(|_| vec![0.0; n]), largest: [0.0; 3] }
    }

    /// Harmonic means of a coefficient given per voxel: the flux through two half
    /// voxels in series. A voxel of coefficient 0 is walled off.
    #[must_use]
    pub fn harmonic(shape: [usize; 3], coefficient: &[f64]) -> Self {
        let mut faces = Self::closed(shape);
        faces.set_harmonic(coefficient, [1.0; 3]);
        faces
    }

    /// Sets every face to the harmonic mean of its two voxels times the weight of its axis.
    pub fn set_harmonic(&mut self, coefficient: &[f64], weight: [f64; 3]) {
        self.set(
            coefficient,
            // NaN is no wall: it passes through, for the solver to refuse.
            |a, b| if a <= 0.0 || b <= 0.0 { 0.0 } else { 2.0 * a * b / (a + b) },
            weight,
        );
    }

    fn set(&mut self, c: &[f64], mean: impl Fn(f64, f64) -> f64 + Sync, weight: [f64; 3]) {
        let [nx, ny, nz] = self.shape;
        assert_eq!(c.len(), nx * ny * nz, "one coefficient per voxel");
        let plane = nx * ny;
        for (axis, across) in self.across.iter_mut().enumerate() {
            let w = weight[axis];
            across.par_chunks_mut(plane).enumerate().for_each(|(k, faces)| {
                let here = &c[k * plane..(k + 1) * plane];
                match axis {
                    0 => {
                        for (row, values) in faces.chunks_mut(nx).zip(here.chunks(nx)) {
                            for i in 0..nx - 1 {
                                row[i] = w * mean(values[i], values[i + 1]);
                            }
                            row[nx - 1] = 0.0;
                        }
                    }
                    1 => {
                        for i in 0..plane - nx {
                            faces[i] = w * mean(here[i], here[i + nx]);
                        }
                        faces[plane - nx..].fill(0.0);
                    }
                    _ if k + 1 < nz => {
                        let above = &c[(k + 1) * plane..(k + 2) * plane];
                        for i in 0..plane {
                            faces[i] = w * mean(here[i], above[i]);
                        }
                    }
                    _ => faces.fill(0.0),
                }
            });
            self.largest[axis] = reduce::largest_of(across.len(), |c| across[c]);
        }
    }

    /// Voxels along each axis.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The faces across one axis, stored at their lower voxel.
    #[must_use]
    pub fn across(&self, axis: usize) -> &[f64] {
        &self.across[axis]
    }

    /// The largest coefficient across one axis; NaN if any is.
    #[must_use]
    pub fn largest(&self, axis: usize) -> f64 {
        self.largest[axis]
    }

    pub(crate) fn across_mut(&mut self, axis: usize) -> &mut [f64] {
        &mut self.across[axis]
    }
}
