//! How far the density dips below what lies on both sides of it.

use ossicle_field::Field;
use rayon::prelude::*;

/// Half the widest dip that is filled, mm: a joint space is narrower than twice this.
const HALF_WIDTH_MM: f64 = 2.6;
/// Densities beyond these tell nothing about a joint space, HU.
const RANGE_HU: [f32; 2] = [-200.0, 1200.0];

/// Depth of the valley that each voxel lies in, HU, at least 0: the closing of the density
/// by a box of 5 mm, or of three voxels where they are larger, less the density itself.
pub(crate) fn valley_depth(hu: &Field<f32>) -> Field<f32> {
    let clamped = hu.map(|v| v.clamp(RANGE_HU[0], RANGE_HU[1]));
    let raised = extremes(&clamped, f32::max);
    let closed = extremes(&raised, f32::min);
    let depth = closed.iter().zip(clamped.iter()).map(|(closed, here)| closed - here);
    Field::from_vec(*hu.grid(), depth.collect())
}

/// The extreme value in a box round each voxel, axis after axis.
fn extremes(field: &Field<f32>, of: fn(f32, f32) -> f32) -> Field<f32> {
    let grid = *field.grid();
    let (shape, strides, spacing) = (grid.shape(), grid.strides(), grid.spacing_mm());
    let mut from: Vec<f32> = field.to_vec();
    for a in 0..3 {
        let reach = ((HALF_WIDTH_MM / spacing[a]) as usize).max(1);
        let source = from;
        from = (0..source.len())
            .into_par_iter()
            .map(|n| {
                let at = n / strides[a] % shape[a];
                let first = n - at.min(reach) * strides[a];
                let last = n + (shape[a] - 1 - at).min(reach) * strides[a];
                (first..=last).step_by(strides[a]).map(|m| source[m]).fold(source[n], of)
            })
            .collect();
    }
    Field::from_vec(grid, from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::Grid;

    #[test]
    fn a_cleft_is_as_deep_as_its_lower_wall_and_a_step_is_no_valley() {
        let grid = Grid::aligned([30, 8, 8], [1.0; 3], [0.0; 3]).unwrap();
        let hu = Field::from_fn(grid, |[i, _, _]| match i {
            0..10 => 700.0,
            10..12 => 150.0,
            12..20 => 500.0,
            _ => 40.0,
        });
        let depth = valley_depth(&hu);
        for (i, expected) in [(5, 0.0), (10, 350.0), (11, 350.0), (15, 0.0), (25, 0.0)] {
            assert_eq!(depth[[i, 4, 4]], expected, "{i}");
        }
    }
}
