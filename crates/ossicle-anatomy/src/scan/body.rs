//! Telling the patient from the air, the couch and the scanner's padding.

use ossicle_field::Field;
use ossicle_image::{Connectivity, dilate, erode, label_components};

/// Below this there is air or foam, HU.
const AIR_BELOW_HU: f32 = -400.0;
/// Half the thickness below which something is a couch or a cushion, mm.
const COUCH_MM: f64 = 5.0;
/// A part this many times smaller than the largest is no part of the patient.
const LEAST_SHARE: usize = 50;

/// Where the patient is.
pub(super) struct Body {
    /// The patient, with gas inside left out.
    pub(super) inside: Field<bool>,
    /// Air round the patient; not the gas inside, and not padding.
    pub(super) air: Field<bool>,
}

/// Finds the patient, or `None` where nothing is dense enough.
///
/// Couches, cushions and cables are thin shells: they vanish when everything is
/// shrunk by a few millimetres, and the patient is what grows back.
pub(super) fn find(hu: &Field<f32>, padding: &Field<bool>) -> Option<Body> {
    let dense = hu.map(|&v| v > AIR_BELOW_HU);
    let cores = label_components(&erode(&dense, COUCH_MM), Connectivity::Faces);
    let largest = *cores.sizes.first()?;
    let kept = cores.sizes.iter().take_while(|&&size| size * LEAST_SHARE >= largest).count();
    let core = cores.labels.map(|&l| l > 0 && l as usize <= kept);
    // A little further than it was shrunk, so that corners come back too.
    let grown = dilate(&core, 1.3 * COUCH_MM);
    let both = |a: &Field<bool>, b: &Field<bool>, f: fn(bool, bool) -> bool| {
        Field::from_vec(*a.grid(), a.iter().zip(b.iter()).map(|(&a, &b)| f(a, b)).collect())
    };
    let inside = both(&grown, &dense, |grown, dense| grown && dense);
    let outside = both(&inside, padding, |inside, padding| !inside && !padding);
    Some(Body { air: reaching_the_side(&outside), inside })
}

/// The components of a mask that reach the border of an axial slice: the top and
/// bottom slices do not count, since they cut through gas in the bowel.
fn reaching_the_side(mask: &Field<bool>) -> Field<bool> {
    let parts = label_components(mask, Connectivity::Faces);
    let grid = *mask.grid();
    let (shape, axial) = (grid.shape(), axial_axis(&grid));
    let mut reaches = vec![false; parts.sizes.len() + 1];
    for n in 0..grid.len() {
        let voxel = grid.voxel(n);
        let at_side = (0..3).any(|a| a != axial && (voxel[a] == 0 || voxel[a] + 1 == shape[a]));
        if at_side {
            reaches[parts.labels[voxel] as usize] = true;
        }
    }
    reaches[0] = false;
    parts.labels.map(|&l| reaches[l as usize])
}

/// The grid axis that runs most nearly from foot to head.
pub(super) fn axial_axis(grid: &ossicle_field::Grid) -> usize {
    let directions = grid.directions();
    (0..3).max_by(|&a, &b| directions[a][2].abs().total_cmp(&directions[b][2].abs())).unwrap_or(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::Grid;

    #[test]
    fn the_couch_goes_and_gas_inside_is_no_air_outside() {
        let grid = Grid::aligned([90, 90, 12], [2.0, 2.0, 4.0], [0.0; 3]).unwrap();
        let in_disc = |i: usize, j: usize, r: f64| {
            let (x, y) = (i as f64 - 45.0, j as f64 - 50.0);
            x * x + y * y < r * r
        };
        let hu = Field::from_fn(grid, |[i, j, _]| match () {
            () if in_disc(i, j, 6.0) => -900.0,
            () if in_disc(i, j, 30.0) => 40.0,
            // A shell 6 mm thick that the patient lies on.
            () if (17..20).contains(&j) => -100.0,
            () => -1000.0,
        });
        let padding = Field::from_fn(grid, |[i, j, _]| i < 3 && j < 3);
        let body = find(&hu, &padding).unwrap();
        assert!(body.inside[[45, 70, 6]] && body.inside[[16, 50, 0]]);
        assert!(!body.inside[[45, 50, 6]] && !body.air[[45, 50, 6]], "gas");
        assert!(!body.inside[[10, 18, 6]], "couch");
        assert!(body.air[[80, 80, 6]] && !body.air[[0, 0, 6]]);
        assert!(find(&Field::filled(grid, -1000.0), &padding).is_none());
    }
}
