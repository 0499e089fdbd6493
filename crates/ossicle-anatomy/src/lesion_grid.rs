//! The box that the lesion is computed on.

use ossicle_field::{Grid, GridError};
use thiserror::Error;

use crate::injury::Placed;

/// Why no grid could be laid.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum LesionGridError {
    /// A spacing is no use.
    #[error(
        "the lesion spacing along axis {axis} is {found} mm; expected more than 0, up to 50 mm"
    )]
    Spacing {
        /// Which axis, 0 to 2.
        axis: usize,
        /// The spacing, mm.
        found: f64,
    },
    /// The box lies outside the field of view.
    #[error(
        "the lesion box reaches from {low:?} to {high:?} mm, all of it outside the field of view"
    )]
    OutOfView {
        /// Lower corner, mm.
        low: [f64; 3],
        /// Upper corner, mm.
        high: [f64; 3],
    },
    /// The grid cannot be.
    #[error(transparent)]
    Grid(#[from] GridError),
}

/// The box along the world axes that holds all injuries and a margin: lower and
/// upper corner, mm. For none, an empty box from +∞ to −∞.
#[must_use]
pub fn injured_bounds_mm(injuries: &[Placed], margin_mm: f64) -> [[f64; 3]; 2] {
    let mut bounds = [[f64::INFINITY; 3], [f64::NEG_INFINITY; 3]];
    for injury in injuries {
        let [low, high] = injury.region.bounds_mm();
        for a in 0..3 {
            bounds[0][a] = bounds[0][a].min(low[a] - margin_mm);
            bounds[1][a] = bounds[1][a].max(high[a] + margin_mm);
        }
    }
    bounds
}

/// A grid along the world axes with the spacing asked for (mm per axis), over the
/// part of `bounds_mm` inside `extent_mm`, centred on it: for built-in anatomy.
///
/// # Errors
/// Refuses spacings that are not positive, a box outside the extent, and grids with
/// more voxels than can be indexed.
pub fn free_grid(
    bounds_mm: [[f64; 3]; 2],
    extent_mm: [[f64; 3]; 2],
    spacing_mm: [f64; 3],
) -> Result<Grid, LesionGridError> {
    check(spacing_mm)?;
    let low: [f64; 3] = std::array::from_fn(|a| bounds_mm[0][a].max(extent_mm[0][a]));
    let high: [f64; 3] = std::array::from_fn(|a| bounds_mm[1][a].min(extent_mm[1][a]));
    // Written so that a NaN is refused too.
    if !(0..3).all(|a| low[a] < high[a]) {
        return Err(LesionGridError::OutOfView { low: bounds_mm[0], high: bounds_mm[1] });
    }
    let shape: [usize; 3] = std::array::from_fn(|a| {
        // What rounding adds to an exact number of voxels is no further voxel.
        ((high[a] - low[a]) / spacing_mm[a] - 1e-9).ceil().max(1.0) as usize
    });
    let origin = std::array::from_fn(|a| {
        0.5 * (low[a] + high[a]) - 0.5 * (shape[a] as f64 - 1.0) * spacing_mm[a]
    });
    Ok(Grid::aligned(shape, spacing_mm, origin)?)
}

/// A grid nested in the voxels of a scan: over the scan's voxels that `bounds_mm`
/// touches, each cut into (or joined to) a whole number of lesion voxels, so that
/// the two overlay exactly. The spacing along each of the scan's axes comes as near
/// to the one asked for (mm) as that allows; the box ends at the field of view.
///
/// # Errors
/// As [`free_grid`].
pub fn nested_grid(
    bounds_mm: [[f64; 3]; 2],
    scan: &Grid,
    spacing_mm: [f64; 3],
) -> Result<Grid, LesionGridError> {
    check(spacing_mm)?;
    let out_of_view = || LesionGridError::OutOfView { low: bounds_mm[0], high: bounds_mm[1] };
    if !(0..3).all(|a| bounds_mm[0][a] < bounds_mm[1][a]) {
        return Err(out_of_view());
    }
    let mut low = [f64::INFINITY; 3];
    let mut high = [f64::NEG_INFINITY; 3];
    for corner in 0..8_usize {
        let world = std::array::from_fn(|a| bounds_mm[corner >> a & 1][a]);
        let voxel = scan.to_voxel(world);
        for a in 0..3 {
            low[a] = low[a].min(voxel[a]);
            high[a] = high[a].max(voxel[a]);
        }
    }
    let (scan_mm, scan_shape) = (scan.spacing_mm(), scan.shape());
    let mut shape = [0; 3];
    let mut steps = scan.steps_mm();
    let mut first_centre = [0.0; 3];
    for a in 0..3 {
        let last_voxel = scan_shape[a] as f64 - 1.0;
        let (first, last) =
            ((low[a] + 0.5).floor().max(0.0), (high[a] + 0.5).floor().min(last_voxel));
        if first > last_voxel || last < 0.0 {
            return Err(out_of_view());
        }
        let count = (last - first) as usize + 1;
        let cut = (scan_mm[a] / spacing_mm[a]).round().max(1.0);
        let joined = (spacing_mm[a] / scan_mm[a]).round().clamp(1.0, count as f64);
        let step = joined / cut;
        shape[a] = ((count as f64 * cut) / joined).floor() as usize;
        steps[a] = steps[a].map(|s| s * step);
        first_centre[a] = first - 0.5 + 0.5 * step;
    }
    Ok(Grid::new(shape, steps, scan.to_world(first_centre))?)
}

fn check(spacing_mm: [f64; 3]) -> Result<(), LesionGridError> {
    let bad = (0..3).find(|&a| !(spacing_mm[a] > 0.0 && spacing_mm[a] <= 50.0));
    bad.map_or(Ok(()), |axis| Err(LesionGridError::Spacing { axis, found: spacing_mm[axis] }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_grid_is_centred_on_its_box_and_stays_in_the_extent() {
        let extent = [[-24.0; 3], [24.0; 3]];
        let grid = free_grid(extent, extent, [1.0, 0.5, 2.0]).unwrap();
        assert_eq!(grid.shape(), [48, 96, 24]);
        assert_eq!(grid.origin_mm(), [-23.5, -23.75, -23.0]);
        assert_eq!(grid.middle_mm(), [0.0; 3]);
        let clipped = free_grid([[10.0, -5.0, -5.0], [60.0, 5.0, 5.0]], extent, [1.0; 3]).unwrap();
        assert_eq!(clipped.shape(), [14, 10, 10]);
        assert!(matches!(
            free_grid([[30.0; 3], [60.0; 3]], extent, [1.0; 3]),
            Err(LesionGridError::OutOfView { .. })
        ));
        assert_eq!(
            free_grid(extent, extent, [1.0, 0.0, 1.0]),
            Err(LesionGridError::Spacing { axis: 1, found: 0.0 })
        );
    }

    #[test]
    fn a_nested_grid_cuts_and_joins_whole_voxels_of_an_oblique_scan() {
        let (s, c) = (0.6, 0.8);
        let scan = Grid::new(
            [40, 50, 20],
            [[-0.5 * c, -0.5 * s, 0.0], [-0.5 * s, 0.5 * c, 0.0], [0.0, 0.0, 3.0]],
            [5.0, -4.0, 100.0],
        )
        .unwrap();
        let middle = scan.centre([20, 25, 10]);
        let bounds = [middle.map(|v| v - 3.0), middle.map(|v| v + 3.0)];
        let grid = nested_grid(bounds, &scan, [1.0, 0.5, 1.0]).unwrap();
        let spacing = grid.spacing_mm();
        for (found, expected) in spacing.into_iter().zip([1.0, 0.5, 1.0]) {
            assert!((found - expected).abs() < 1e-12, "{spacing:?}");
        }
        // Every lesion voxel's centre lies where whole shares of scan voxels put it.
        for voxel in [[0, 0, 0], [3, 5, 4]] {
            let at = scan.to_voxel(grid.centre(voxel));
            let fraction = |v: f64| (v - v.floor() + 1e-9) % 1.0;
            assert!((fraction(at[0]) - 0.5).abs() < 1e-6, "two joined: {at:?}");
            assert!(fraction(at[1]) < 1e-6, "as it is: {at:?}");
            assert!((0.0..1.0).contains(&(at[2] + 0.5)) || at[2] > 0.0);
            let thirds = (at[2] + 0.5) * 3.0 - 0.5;
            assert!((thirds - thirds.round()).abs() < 1e-6, "a third: {at:?}");
        }
        let far = [[900.0; 3], [910.0; 3]];
        assert!(matches!(
            nested_grid(far, &scan, [1.0; 3]),
            Err(LesionGridError::OutOfView { .. })
        ));
    }

    #[test]
    fn a_nested_grid_ends_at_the_field_of_view() {
        let scan = Grid::aligned([10, 10, 10], [2.0; 3], [0.0; 3]).unwrap();
        let grid = nested_grid([[-50.0; 3], [50.0; 3]], &scan, [1.0; 3]).unwrap();
        assert_eq!(grid.shape(), [20, 20, 20]);
        assert_eq!(grid.centre([0, 0, 0]), [-0.5; 3]);
    }
}
