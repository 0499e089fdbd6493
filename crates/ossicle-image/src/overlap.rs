//! Conservative transfer between parallel grids of different spacing.

use ossicle_field::{Field, Grid, GridError};
use thiserror::Error;

/// How the voxels of one grid share the volume of another's.
///
/// Both grids must have the same axis directions. The values of the first are
/// taken as constant in each voxel and their integral is shared out by true
/// overlap, so that nothing is lost or gained where the second grid covers the
/// first. Results stand on [`Overlap::target`], the part of the second grid that
/// the first one reaches, so that a small box in a large scan stays cheap.
#[derive(Clone, Debug)]
pub struct Overlap {
    from: Grid,
    target: Grid,
    first: [usize; 3],
    /// For each axis and each voxel of `from`: its shares.
    shares: [Vec<Vec<Share>>; 3],
}

/// The part of a source voxel's length that lies in one target voxel.
#[derive(Clone, Copy, Debug)]
struct Share {
    target: usize,
    fraction: f64,
}

/// Why no overlap could be set up.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum OverlapError {
    /// An axis of one grid is turned against that of the other.
    #[error(
        "axis {axis} of the two grids differs by {degrees:.4} degrees; \
         expected grids with the same axis directions"
    )]
    NotParallel {
        /// Which axis, 0 to 2.
        axis: usize,
        /// The angle between the two axes in degrees.
        degrees: f64,
    },
    /// The grids do not meet.
    #[error("the two grids have no volume in common (along axis {axis})")]
    Apart {
        /// An axis along which they are apart, 0 to 2.
        axis: usize,
    },
    /// The shared part is no valid grid.
    #[error(transparent)]
    Grid(#[from] GridError),
}

impl Overlap {
    /// The overlap of the voxels of `from` with those of `onto`.
    ///
    /// # Errors
    /// Refuses grids whose axes differ in direction by more than 1e-6 (the sine of
    /// the angle), and grids that lie apart.
    pub fn new(from: &Grid, onto: &Grid) -> Result<Self, OverlapError> {
        let (a, b) = (from.directions(), onto.directions());
        for axis in 0..3 {
            let chord = (0..3).map(|r| a[axis][r] - b[axis][r]).map(|d| d * d).sum::<f64>().sqrt();
            if chord > 1e-6 {
                let degrees = (2.0 * libm::asin((chord / 2.0).min(1.0))).to_degrees();
                return Err(OverlapError::NotParallel { axis, degrees });
            }
        }
        let offset = onto.to_voxel(from.origin_mm());
        let (from_mm, onto_mm) = (from.spacing_mm(), onto.spacing_mm());
        let mut first = [0; 3];
        let mut shape = [0; 3];
        let mut shares: [Vec<Vec<Share>>; 3] = Default::default();
        for axis in 0..3 {
            let ratio = from_mm[axis] / onto_mm[axis];
            let count = onto.shape()[axis];
            shares[axis] = axis_shares(from.shape()[axis], offset[axis], ratio, count);
            let reached = || shares[axis].iter().flatten().map(|share| share.target);
            let (Some(low), Some(high)) = (reached().min(), reached().max()) else {
                return Err(OverlapError::Apart { axis });
            };
            first[axis] = low;
            shape[axis] = high - low + 1;
            shares[axis].iter_mut().flatten().for_each(|share| share.target -= low);
        }
        Ok(Self { from: *from, target: onto.crop(first, shape)?, first, shares })
    }

    /// The part of the second grid that the first one reaches.
    #[must_use]
    pub fn target(&self) -> &Grid {
        &self.target
    }

    /// The voxel of the second grid at which [`Overlap::target`] begins.
    #[must_use]
    pub fn first(&self) -> [usize; 3] {
        self.first
    }

    /// The integral of `field` (its unit times mm³) over each target voxel; beyond
    /// `field` it counts as 0.
    ///
    /// # Panics
    /// If `field` does not stand on the first grid.
    #[must_use]
    pub fn integrals<T: Copy + Into<f64>>(&self, field: &Field<T>) -> Field<f64> {
        assert_eq!(*field.grid(), self.from, "the field stands on the first grid");
        let volume = self.from.voxel_volume_mm3();
        let values = field.iter().map(|&value| value.into() * volume).collect();
        self.shared_out(values)
    }

    /// The fraction (0 to 1) of each target voxel that the first grid covers.
    #[must_use]
    pub fn coverage(&self) -> Field<f64> {
        let part = self.from.voxel_volume_mm3() / self.target.voxel_volume_mm3();
        self.shared_out(vec![part; self.from.len()])
    }

    /// The mean of `field` over the covered part of each target voxel, and
    /// `outside` where a target voxel is not covered at all.
    ///
    /// # Panics
    /// If `field` does not stand on the first grid.
    #[must_use]
    pub fn means<T: Copy + Into<f64>>(&self, field: &Field<T>, outside: f64) -> Field<f64> {
        let mut means = self.integrals(field);
        let volume = self.target.voxel_volume_mm3();
        for (mean, &covered) in means.iter_mut().zip(self.coverage().iter()) {
            *mean = if covered > 0.0 { *mean / (covered * volume) } else { outside };
        }
        means
    }

    /// Amounts per source voxel, handed on to the target voxels axis by axis.
    fn shared_out(&self, mut amounts: Vec<f64>) -> Field<f64> {
        let mut shape = self.from.shape();
        for axis in 0..3 {
            let count = self.target.shape()[axis];
            let inner: usize = shape[..axis].iter().product();
            let length = shape[axis];
            shape[axis] = count;
            let mut next = vec![0.0; shape.iter().product()];
            for (block, out) in amounts.chunks(inner * length).zip(next.chunks_mut(inner * count)) {
                for (slab, shares) in block.chunks(inner).zip(&self.shares[axis]) {
                    for share in shares {
                        let to = &mut out[share.target * inner..][..inner];
                        to.iter_mut().zip(slab).for_each(|(t, s)| *t += share.fraction * s);
                    }
                }
            }
            amounts = next;
        }
        Field::from_vec(self.target, amounts)
    }
}

/// Shares of `length` source voxels of width `ratio` (in target voxels), the first
/// one's centre at `offset`, in `count` target voxels.
fn axis_shares(length: usize, offset: f64, ratio: f64, count: usize) -> Vec<Vec<Share>> {
    // One number per border between source voxels, so that neighbours meet exactly;
    // shifted by half a voxel, so that target voxel t spans t to t + 1.
    let border = |n: usize| {
        let at = offset + 0.5 + (n as f64 - 0.5) * ratio;
        let whole = at.round();
        if (at - whole).abs() < 1e-9 { whole } else { at }
    };
    (0..length)
        .map(|n| {
            let (low, high) = (border(n), border(n + 1));
            let first = low.floor().max(0.0) as usize;
            let end = high.ceil().clamp(0.0, count as f64) as usize;
            (first..end)
                .filter_map(|target| {
                    let covered = high.min((target + 1) as f64) - low.max(target as f64);
                    (covered > 0.0).then(|| Share { target, fraction: covered / (high - low) })
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_index, noise};

    fn scan() -> Grid {
        Grid::new(
            [30, 28, 9],
            [
                [0.9766 * 0.6, 0.9766 * 0.8, 0.0],
                [-0.9766 * 0.8, 0.9766 * 0.6, 0.0],
                [0.0, 0.0, 4.25],
            ],
            [-120.0, 40.0, -846.25],
        )
        .unwrap()
    }

    fn fine_box(scale: [f64; 3], start: [f64; 3], shape: [usize; 3]) -> Grid {
        let scan = scan();
        let steps = scan.steps_mm();
        let steps = std::array::from_fn(|a| steps[a].map(|s| s * scale[a]));
        Grid::new(shape, steps, scan.to_world(start)).unwrap()
    }

    fn noisy(grid: Grid) -> Field<f64> {
        by_index(grid, |n| (noise(3, n) % 1000) as f64 / 1000.0)
    }

    #[test]
    fn the_integral_is_kept_to_1e_12_for_any_ratio_and_offset() {
        for (scale, start, shape) in [
            ([0.51, 0.51, 0.117], [3.2, 4.9, 1.7], [25, 31, 40]),
            ([1.0, 0.5, 0.25], [5.0, 4.75, 1.625], [10, 14, 16]),
            ([1.7, 2.3, 1.9], [4.0, 4.0, 1.5], [9, 7, 3]),
        ] {
            let fine = noisy(fine_box(scale, start, shape));
            let overlap = Overlap::new(fine.grid(), &scan()).unwrap();
            let given: f64 = fine.iter().sum::<f64>() * fine.grid().voxel_volume_mm3();
            let taken: f64 = overlap.integrals(&fine).iter().sum();
            assert!((taken - given).abs() <= 1e-12 * given, "{taken} against {given} mm3");
        }
    }

    #[test]
    fn shares_equal_a_count_of_sub_voxels() {
        // A grid twice as fine, shifted by half a fine voxel: every border of the
        // second grid cuts fine voxels in the middle of quarters.
        let from = Grid::aligned([8, 6, 4], [0.5; 3], [0.25, 0.25, 0.25]).unwrap();
        let onto = Grid::aligned([3, 3, 3], [1.5, 1.0, 2.0], [0.5, 0.75, 0.5]).unwrap();
        let field = noisy(from);
        let overlap = Overlap::new(&from, &onto).unwrap();
        let found = overlap.integrals(&field);
        let tiny = Grid::aligned([32, 24, 16], [0.125; 3], [0.0625; 3]).unwrap();
        let mut expected = Field::filled(onto, 0.0);
        for n in 0..tiny.len() {
            let p = tiny.centre(tiny.voxel(n));
            if let (Some(v), Some(value)) = (onto.voxel_at(p), crate::sample_nearest(&field, p)) {
                expected[v] += value * tiny.voxel_volume_mm3();
            }
        }
        for (n, found) in found.iter().enumerate() {
            let local = overlap.target().voxel(n);
            let v = std::array::from_fn(|a| local[a] + overlap.first()[a]);
            assert!((found - expected[v]).abs() < 1e-12, "{found} {}", expected[v]);
        }
        let total: f64 = expected.iter().sum();
        assert!((found.iter().sum::<f64>() - total).abs() < 1e-12 * total);
    }

    #[test]
    fn means_of_a_constant_are_that_constant_and_coverage_is_the_volume() {
        let fine = fine_box([0.4, 0.4, 0.1], [-2.0, 20.3, 6.1], [30, 30, 40]);
        let overlap = Overlap::new(&fine, &scan()).unwrap();
        let means = overlap.means(&Field::filled(fine, 7.5_f32), f64::NAN);
        assert!(means.iter().all(|m| (m - 7.5).abs() < 1e-12));
        let coverage = overlap.coverage();
        assert!(coverage.iter().all(|c| *c > 0.0 && *c <= 1.0 + 1e-12));
        // The box reaches from voxel -2.2 to 9.8, 20.1 to 32.1 and 6.05 to 10.05; the
        // scan ends at voxel borders -0.5, 27.5 and 8.5.
        let expected = (9.8 + 0.5) * (27.5 - 20.1) * (8.5 - 6.05);
        assert!((coverage.iter().sum::<f64>() - expected).abs() < 1e-9);
    }

    #[test]
    fn turned_and_distant_grids_are_refused() {
        let a = Grid::aligned([4; 3], [1.0; 3], [0.0; 3]).unwrap();
        let turned =
            Grid::new([4; 3], [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], [0.0; 3])
                .unwrap();
        let error = Overlap::new(&a, &turned).unwrap_err();
        assert!(error.to_string().contains("90.0000 degrees"), "{error}");
        let apart = Grid::aligned([4; 3], [1.0; 3], [0.0, 9.0, 0.0]).unwrap();
        assert_eq!(Overlap::new(&a, &apart).unwrap_err(), OverlapError::Apart { axis: 1 });
    }
}
