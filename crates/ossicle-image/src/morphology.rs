//! Growing and shrinking of masks by a distance in mm.
//!
//! All four work on true distances between voxel centres, so a ball stays a ball
//! on anisotropic grids. What lies outside the grid never eats into a mask: a
//! structure that the field of view cuts keeps its cut face.

use ossicle_field::Field;

use crate::distance_mm;

/// Distances are `f32`; a voxel exactly on the radius belongs to the ball.
const ROUNDING: f64 = 1.0 + 1e-6;

/// All voxels whose centre lies within `radius_mm` (mm, from 0) of a voxel of `mask`.
#[must_use]
pub fn dilate(mask: &Field<bool>, radius_mm: f64) -> Field<bool> {
    let reach = (radius_mm * ROUNDING) as f32;
    distance_mm(mask).map(|&distance| distance <= reach)
}

/// All voxels of `mask` further than `radius_mm` (mm, from 0) from every voxel outside it.
#[must_use]
pub fn erode(mask: &Field<bool>, radius_mm: f64) -> Field<bool> {
    let reach = (radius_mm * ROUNDING) as f32;
    distance_mm(&mask.map(|&inside| !inside)).map(|&distance| distance > reach)
}

/// `mask` with gaps and holes narrower than twice `radius_mm` (mm) filled.
#[must_use]
pub fn close(mask: &Field<bool>, radius_mm: f64) -> Field<bool> {
    erode(&dilate(mask, radius_mm), radius_mm)
}

/// `mask` without parts and bridges narrower than twice `radius_mm` (mm).
#[must_use]
pub fn open(mask: &Field<bool>, radius_mm: f64) -> Field<bool> {
    dilate(&erode(mask, radius_mm), radius_mm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::Grid;

    fn ball(grid: Grid, centre_mm: [f64; 3], radius_mm: f64) -> Field<bool> {
        Field::from_fn(grid, |v| {
            let p = grid.centre(v);
            (0..3).map(|a| (p[a] - centre_mm[a]) * (p[a] - centre_mm[a])).sum::<f64>()
                <= radius_mm * radius_mm
        })
    }

    fn count(mask: &Field<bool>) -> usize {
        mask.iter().filter(|inside| **inside).count()
    }

    #[test]
    fn dilating_a_point_gives_the_ball_of_that_radius() {
        let grid = Grid::aligned([31, 31, 15], [0.3, 0.3, 0.7], [0.0; 3]).unwrap();
        let centre = grid.centre([15, 15, 7]);
        let point = ball(grid, centre, 0.01);
        assert_eq!(count(&point), 1);
        assert!(dilate(&point, 3.0) == ball(grid, centre, 3.0 + 1e-9));
    }

    #[test]
    fn closing_fills_a_slit_and_opening_cuts_a_bridge() {
        let grid = Grid::aligned([20, 20, 20], [1.0; 3], [0.0; 3]).unwrap();
        let slit = Field::from_fn(grid, |[i, ..]| i != 10);
        assert_eq!(count(&close(&slit, 1.0)), grid.len());
        let blocks_and_bridge =
            Field::from_fn(grid, |[i, j, k]| !(8..12).contains(&i) || (j == 10 && k == 10));
        let blocks = Field::from_fn(grid, |[i, ..]| !(8..12).contains(&i));
        assert!(open(&blocks_and_bridge, 1.5) == blocks);
    }

    #[test]
    fn the_edge_of_the_grid_does_not_erode() {
        let grid = Grid::aligned([6, 6, 6], [1.0; 3], [0.0; 3]).unwrap();
        assert_eq!(count(&erode(&Field::filled(grid, true), 2.0)), 216);
        let half = Field::from_fn(grid, |[i, ..]| i < 4);
        assert!(erode(&half, 1.0) == Field::from_fn(grid, |[i, ..]| i < 3));
    }
}
