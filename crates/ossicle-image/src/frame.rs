//! Frames of reference: turning one into another, and telling whether two grids
//! are in the same place.

use ossicle_field::Grid;
use thiserror::Error;

/// How two grids that should be one differ.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum GridMismatch {
    /// Other numbers of voxels.
    #[error("{found:?} voxels; expected {expected:?}")]
    Shape {
        /// Voxels along each axis.
        found: [usize; 3],
        /// Voxels along each axis of the other grid.
        expected: [usize; 3],
    },
    /// Another place or direction.
    #[error("its voxels lie up to {apart_mm:.3} mm from where they should")]
    Place {
        /// Largest distance in mm between the same corner of both grids.
        apart_mm: f64,
    },
}

/// Compares two grids that should be one; `None` if they are, to within a
/// hundredth of the smallest voxel spacing.
///
/// Programs that resave an image round its geometry differently, so that grids of
/// a scan and its labels seldom agree to the last bit.
#[must_use]
pub fn grid_mismatch(found: &Grid, expected: &Grid) -> Option<GridMismatch> {
    if found.shape() != expected.shape() {
        return Some(GridMismatch::Shape { found: found.shape(), expected: expected.shape() });
    }
    let apart_mm = largest_distance(found, expected);
    let smallest = expected.spacing_mm().into_iter().fold(f64::INFINITY, f64::min);
    (apart_mm > 0.01 * smallest).then_some(GridMismatch::Place { apart_mm })
}

/// The largest distance in mm between the same corner of two grids of one shape.
pub(crate) fn largest_distance(a: &Grid, b: &Grid) -> f64 {
    corners(a.shape())
        .map(|voxel| {
            let (p, q) = (a.centre(voxel), b.centre(voxel));
            (0..3).map(|r| (p[r] - q[r]) * (p[r] - q[r])).sum::<f64>().sqrt()
        })
        .fold(0.0, f64::max)
}

/// The eight corner voxels of a grid.
pub(crate) fn corners(shape: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..8_usize).map(move |n| std::array::from_fn(|axis| (n >> axis & 1) * (shape[axis] - 1)))
}

/// A vector in LPS (the frame of DICOM, NRRD and MetaImage), told in RAS. Adding 0
/// turns -0 into 0.
pub(crate) fn ras_from_lps([x, y, z]: [f64; 3]) -> [f64; 3] {
    [-x + 0.0, -y + 0.0, z + 0.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_one_place_and_a_shift_is_not() {
        let grid = |x: f64, n: usize| {
            Grid::aligned([n, 200, 60], [0.9766, 0.9766, 3.27], [x, 2.0, 3.0]).unwrap()
        };
        assert_eq!(grid_mismatch(&grid(1.0, 180), &grid(1.0 + 1e-5, 180)), None);
        let shifted = grid_mismatch(&grid(1.5, 180), &grid(1.0, 180)).unwrap();
        assert_eq!(shifted, GridMismatch::Place { apart_mm: 0.5 });
        let cropped = grid_mismatch(&grid(1.0, 179), &grid(1.0, 180)).unwrap();
        assert!(cropped.to_string().contains("[179, 200, 60] voxels; expected [180, 200, 60]"));
    }
}
