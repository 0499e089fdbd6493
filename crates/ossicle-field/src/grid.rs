//! Where voxels are.

use thiserror::Error;

/// A regular grid of voxels in the patient, in millimetres, RAS+.
///
/// The world position of voxel `(i, j, k)`'s centre is
/// `origin + i*steps[0] + j*steps[1] + k*steps[2]`. The step vectors are kept as
/// they came from the scan, never split into spacing and direction and put
/// together again, so that geometry survives a round trip to the last bit.
/// Linear index: `i + nx*(j + ny*k)`, the first axis fastest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    shape: [usize; 3],
    steps_mm: [[f64; 3]; 3],
    origin_mm: [f64; 3],
}

/// Why a grid was refused.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum GridError {
    /// An axis holds no voxel.
    #[error("the grid is {0}x{1}x{2} voxels; every axis needs at least one")]
    EmptyAxis(usize, usize, usize),
    /// More voxels than an index can count.
    #[error("the grid is {0}x{1}x{2} voxels, more than can be indexed")]
    TooLarge(usize, usize, usize),
    /// A step vector or the origin is NaN or infinite.
    #[error("the grid's geometry holds a value that is not finite")]
    NotFinite,
    /// A step vector has no length.
    #[error("the voxel spacing along axis {axis} is {spacing_mm} mm; expected more than 0")]
    ZeroSpacing {
        /// Which axis, 0 to 2.
        axis: usize,
        /// Its spacing in mm.
        spacing_mm: f64,
    },
    /// The three axes lie in one plane.
    #[error("the three grid axes lie in one plane; expected three independent directions")]
    Degenerate,
}

impl Grid {
    /// A grid from its shape (voxels), step vectors (mm, world RAS+) and the
    /// world position (mm) of the first voxel's centre.
    ///
    /// # Errors
    /// Refuses empty axes, non-finite numbers, zero spacing and coplanar axes.
    pub fn new(
        shape: [usize; 3],
        steps_mm: [[f64; 3]; 3],
        origin_mm: [f64; 3],
    ) -> Result<Self, GridError> {
        let [nx, ny, nz] = shape;
        if nx == 0 || ny == 0 || nz == 0 {
            return Err(GridError::EmptyAxis(nx, ny, nz));
        }
        if nx
            .checked_mul(ny)
            .and_then(|n| n.checked_mul(nz))
            .is_none_or(|n| n > isize::MAX as usize / 8)
        {
            return Err(GridError::TooLarge(nx, ny, nz));
        }
        if !steps_mm.iter().flatten().chain(&origin_mm).all(|v| v.is_finite()) {
            return Err(GridError::NotFinite);
        }
        let grid = Self { shape, steps_mm, origin_mm };
        let spacing = grid.spacing_mm();
        for (axis, &spacing_mm) in spacing.iter().enumerate() {
            // A square that underflows is no spacing either.
            if spacing_mm <= 1e-9 || !spacing_mm.is_finite() {
                return Err(GridError::ZeroSpacing { axis, spacing_mm });
            }
        }
        if grid.voxel_volume_mm3() < 1e-6 * spacing[0] * spacing[1] * spacing[2] {
            return Err(GridError::Degenerate);
        }
        Ok(grid)
    }

    /// A grid whose axes are the world axes.
    ///
    /// # Errors
    /// As [`Grid::new`].
    pub fn aligned(
        shape: [usize; 3],
        spacing_mm: [f64; 3],
        origin_mm: [f64; 3],
    ) -> Result<Self, GridError> {
        let [dx, dy, dz] = spacing_mm;
        Self::new(shape, [[dx, 0.0, 0.0], [0.0, dy, 0.0], [0.0, 0.0, dz]], origin_mm)
    }

    /// Voxels along each axis.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// World displacement (mm, RAS+) of one step along each index axis.
    #[must_use]
    pub fn steps_mm(&self) -> [[f64; 3]; 3] {
        self.steps_mm
    }

    /// World position (mm, RAS+) of the centre of voxel `(0, 0, 0)`.
    #[must_use]
    pub fn origin_mm(&self) -> [f64; 3] {
        self.origin_mm
    }

    /// Distance in mm between neighbouring voxel centres along each axis.
    #[must_use]
    pub fn spacing_mm(&self) -> [f64; 3] {
        self.steps_mm.map(|s| dot(s, s).sqrt())
    }

    /// Unit vectors of the index axes in the world frame.
    #[must_use]
    pub fn directions(&self) -> [[f64; 3]; 3] {
        self.steps_mm.map(|s| {
            let length = dot(s, s).sqrt();
            s.map(|v| v / length)
        })
    }

    /// Number of voxels.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a grid is never empty")]
    pub fn len(&self) -> usize {
        self.shape[0] * self.shape[1] * self.shape[2]
    }

    /// Volume of one voxel in mm³.
    #[must_use]
    pub fn voxel_volume_mm3(&self) -> f64 {
        let [a, b, c] = self.steps_mm;
        dot(a, cross(b, c)).abs()
    }

    /// Linear index of a voxel.
    #[inline]
    #[must_use]
    pub fn index(&self, [i, j, k]: [usize; 3]) -> usize {
        debug_assert!(i < self.shape[0] && j < self.shape[1] && k < self.shape[2]);
        i + self.shape[0] * (j + self.shape[1] * k)
    }

    /// The voxel of a linear index.
    #[inline]
    #[must_use]
    pub fn voxel(&self, index: usize) -> [usize; 3] {
        let [nx, ny, _] = self.shape;
        [index % nx, index / nx % ny, index / (nx * ny)]
    }

    /// Distance between linear indices of neighbours along each axis.
    #[must_use]
    pub fn strides(&self) -> [usize; 3] {
        [1, self.shape[0], self.shape[0] * self.shape[1]]
    }

    /// World position (mm, RAS+) of a point given in (fractional) voxel indices.
    #[must_use]
    pub fn to_world(&self, voxel: [f64; 3]) -> [f64; 3] {
        let s = self.steps_mm;
        std::array::from_fn(|r| {
            self.origin_mm[r] + voxel[0] * s[0][r] + voxel[1] * s[1][r] + voxel[2] * s[2][r]
        })
    }

    /// World position (mm, RAS+) of a voxel's centre.
    #[must_use]
    pub fn centre(&self, voxel: [usize; 3]) -> [f64; 3] {
        self.to_world(voxel.map(|v| v as f64))
    }

    /// Fractional voxel indices of a world position (mm, RAS+).
    #[must_use]
    pub fn to_voxel(&self, world_mm: [f64; 3]) -> [f64; 3] {
        let [a, b, c] = self.steps_mm;
        let d: [f64; 3] = std::array::from_fn(|r| world_mm[r] - self.origin_mm[r]);
        let det = dot(a, cross(b, c));
        [dot(d, cross(b, c)) / det, dot(d, cross(c, a)) / det, dot(d, cross(a, b)) / det]
    }

    /// The voxel that holds a world position, or `None` outside the grid.
    #[must_use]
    pub fn voxel_at(&self, world_mm: [f64; 3]) -> Option<[usize; 3]> {
        let v = self.to_voxel(world_mm).map(|x| (x + 0.5).floor());
        let inside = (0..3).all(|a| v[a] >= 0.0 && v[a] < self.shape[a] as f64);
        inside.then(|| v.map(|x| x as usize))
    }

    /// World position (mm, RAS+) of the middle of the grid.
    #[must_use]
    pub fn middle_mm(&self) -> [f64; 3] {
        self.to_world(self.shape.map(|n| (n as f64 - 1.0) / 2.0))
    }

    /// Largest |cosine| between two different axes: 0 for a grid without shear.
    #[must_use]
    pub fn shear(&self) -> f64 {
        let [a, b, c] = self.directions();
        dot(a, b).abs().max(dot(b, c).abs()).max(dot(c, a).abs())
    }

    /// Whether the axes are mirrored, that is left-handed.
    #[must_use]
    pub fn is_left_handed(&self) -> bool {
        let [a, b, c] = self.steps_mm;
        dot(a, cross(b, c)) < 0.0
    }

    /// The part of this grid that starts at `first` and is `shape` voxels large.
    ///
    /// # Errors
    /// Refuses an empty part.
    ///
    /// # Panics
    /// If the part reaches outside this grid.
    pub fn crop(&self, first: [usize; 3], shape: [usize; 3]) -> Result<Self, GridError> {
        assert!((0..3).all(|a| first[a] + shape[a] <= self.shape[a]), "crop outside the grid");
        Self::new(shape, self.steps_mm, self.centre(first))
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn world_and_voxel_are_inverse_on_an_oblique_mirrored_grid() {
        let grid = Grid::new(
            [7, 5, 3],
            [[-0.8, 0.6, 0.0], [0.9, 1.2, 0.1], [0.02, -0.1, 2.5]],
            [12.0, -30.5, 4.0],
        )
        .unwrap();
        let world = grid.to_world([3.25, 1.5, 0.75]);
        let back = grid.to_voxel(world);
        for (found, expected) in back.iter().zip([3.25, 1.5, 0.75]) {
            assert!((found - expected).abs() < 1e-12, "{found} against {expected}");
        }
        assert!(grid.is_left_handed());
        assert_eq!(grid.voxel(grid.index([4, 2, 1])), [4, 2, 1]);
    }

    #[test]
    fn bad_geometry_is_refused_with_its_cause() {
        let one = [1.0, 1.0, 1.0];
        let zero = [0.0; 3];
        assert_eq!(Grid::aligned([2, 0, 2], one, zero), Err(GridError::EmptyAxis(2, 0, 2)));
        assert_eq!(
            Grid::aligned([2, 2, 2], [1.0, 0.0, 1.0], zero),
            Err(GridError::ZeroSpacing { axis: 1, spacing_mm: 0.0 })
        );
        assert_eq!(Grid::aligned([2, 2, 2], [f64::NAN, 1.0, 1.0], zero), Err(GridError::NotFinite));
        assert_eq!(
            Grid::new([2, 2, 2], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]], zero),
            Err(GridError::Degenerate)
        );
        assert!(matches!(
            Grid::aligned([usize::MAX, 2, 2], one, zero),
            Err(GridError::TooLarge(..))
        ));
    }
}
