//! Images whose voxel axes are not at right angles, as a tilted gantry gives.

use ossicle_field::{Field, Grid};

use crate::error::ScanFault;
use crate::frame::corners;
use crate::raw::checked_shape;

/// Largest |cosine| between axes that is kept as it is. Scanners round their
/// directions to six digits; distances are off by half of this at most.
const KEPT: f64 = 1e-3;
/// Largest |cosine| between axes that is resampled: gantries tilt by 30 degrees.
const LIMIT: f64 = 0.6;

/// The grid that `grid` is to be resampled onto, or `None` where its axes are at
/// right angles already. The first axis keeps its direction, the second is made
/// perpendicular to it, the third to both; the new grid covers all of the old one.
/// A stack of slices thus keeps its slices, and each is shifted within its plane.
pub(crate) fn straightened(grid: &Grid, max_voxels: usize) -> Result<Option<Grid>, ScanFault> {
    let shear = grid.shear();
    if shear <= KEPT {
        return Ok(None);
    }
    if shear > LIMIT {
        return Err(ScanFault::Sheared {
            degrees: angle_degrees(shear),
            limit_degrees: angle_degrees(LIMIT),
        });
    }
    let [a, b, c] = grid.steps_mm();
    let b = without(b, a);
    let c = without(without(c, a), b);
    let lattice = Grid::new([1; 3], [a, b, c], grid.origin_mm())?;

    let mut low = [f64::INFINITY; 3];
    let mut high = [f64::NEG_INFINITY; 3];
    for voxel in corners(grid.shape()) {
        let at = lattice.to_voxel(grid.centre(voxel));
        for axis in 0..3 {
            low[axis] = low[axis].min((at[axis] + 1e-6).floor());
            high[axis] = high[axis].max((at[axis] - 1e-6).ceil());
        }
    }
    let dimensions = std::array::from_fn(|axis| (high[axis] - low[axis]) as u64 + 1);
    let shape = checked_shape(dimensions, max_voxels)?;
    Ok(Some(Grid::new(shape, [a, b, c], lattice.to_world(low))?))
}

/// What a user is told about an image brought onto a straightened grid.
pub(crate) fn straightening_note(from: &Grid, onto: &Grid) -> String {
    let ([a, b, c], [d, e, f]) = (from.shape(), onto.shape());
    format!(
        "the voxel axes are {:.2} degrees off a right angle (a tilted gantry, or a sheared \
         affine): resampled from {a}x{b}x{c} to {d}x{e}x{f} voxels at right angles",
        angle_degrees(from.shear()),
    )
}

/// The angle in degrees whose sine is given.
fn angle_degrees(sine: f64) -> f64 {
    libm::asin(sine.min(1.0)).to_degrees()
}

/// `v` without its part along `axis`.
fn without(v: [f64; 3], axis: [f64; 3]) -> [f64; 3] {
    let dot = |p: [f64; 3], q: [f64; 3]| p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
    let part = dot(v, axis) / dot(axis, axis);
    std::array::from_fn(|r| v[r] - part * axis[r])
}

/// An image on a straightened grid, `outside` where the old one did not reach.
pub(crate) fn straighten(
    image: Field<f32>,
    max_voxels: usize,
    outside: f32,
    notes: &mut Vec<String>,
) -> Result<Field<f32>, ScanFault> {
    let Some(onto) = straightened(image.grid(), max_voxels)? else { return Ok(image) };
    notes.push(straightening_note(image.grid(), &onto));
    Ok(crate::resample_trilinear(&image, &onto, outside))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_trilinear;

    fn tilted() -> Grid {
        // Rows turned by 14 degrees about x, slices stacked along z.
        let (sine, cosine) = (0.241_921_895_599_7, 0.970_295_726_276);
        Grid::new(
            [30, 40, 9],
            [[0.8, 0.0, 0.0], [0.0, 0.8 * cosine, -0.8 * sine], [0.0, 0.0, 5.0]],
            [-12.0, 7.0, 100.0],
        )
        .unwrap()
    }

    #[test]
    fn a_tilted_stack_becomes_rectangular_and_keeps_what_lies_where() {
        let grid = tilted();
        let plane = |p: [f64; 3]| (3.0 + 2.0 * p[0] - p[1] + 0.5 * p[2]) as f32;
        let image = Field::from_fn(grid, |v| plane(grid.centre(v)));
        let mut notes = Vec::new();
        let straight = straighten(image.clone(), 1 << 30, f32::NAN, &mut notes).unwrap();
        assert!(straight.grid().shear() < 1e-15);
        assert!(notes[0].contains("14.00 degrees"), "{notes:?}");
        assert!(
            (straight.grid().spacing_mm()[2] - 5.0 * 0.970_295_726_276).abs() < 1e-9,
            "slices are nearer along their normal"
        );
        let mut compared = 0;
        for n in 0..straight.grid().len() {
            let v = straight.grid().voxel(n);
            let p = straight.grid().centre(v);
            if !straight[v].is_nan() {
                assert_eq!(sample_trilinear(&image, p).map(|x| x as f32), Some(straight[v]));
                let inside = grid.to_voxel(p)[1];
                if (0.0..=39.0).contains(&inside) {
                    assert!((straight[v] - plane(p)).abs() < 1e-3);
                    compared += 1;
                }
            }
        }
        assert!(compared > grid.len() * 9 / 10, "{compared} of {}", grid.len());
    }

    #[test]
    fn dust_is_kept_and_nonsense_refused() {
        let with = |x: f64| {
            Grid::new([4; 3], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [x, 0.0, 1.0]], [0.0; 3]).unwrap()
        };
        assert_eq!(straightened(&with(9e-4), 1000).unwrap(), None);
        assert!(straightened(&with(2e-3), 1000).unwrap().is_some());
        let error = straightened(&with(1.0), 1000).unwrap_err();
        assert!(error.to_string().contains("45.00 degrees"), "{error}");
        assert!(straightened(&with(0.3), 64).is_err(), "needs more voxels than allowed");
    }
}
