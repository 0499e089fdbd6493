//! The surface of a body between voxels.

use ossicle_anatomy::vector::Vec3;
use ossicle_field::Field;

/// Density at which bone begins, HU.
const BONE_HU: f32 = 200.0;

/// Points on the surface of the body of a code, mm, world: one on each face between a voxel of
/// the body and one of no body, where the density passes 200 HU between their centres, else
/// half-way. Faces at the border of the grid and towards other bodies are no surface.
#[must_use]
pub fn surface_points(codes: &Field<u8>, code: u8, hu: &Field<f32>) -> Vec<Vec3> {
    let grid = *codes.grid();
    let (shape, strides) = (grid.shape(), grid.strides());
    let (cells, hu): (&[u8], &[f32]) = (codes, hu);
    let mut found = Vec::new();
    for n in (0..grid.len()).filter(|&n| cells[n] == code) {
        let voxel = grid.voxel(n);
        for a in 0..3 {
            for (inside, other, sign) in [
                (voxel[a] > 0, n.wrapping_sub(strides[a]), -1.0),
                (voxel[a] + 1 < shape[a], n + strides[a], 1.0),
            ] {
                if inside && cells[other] == 0 {
                    let mut at = voxel.map(|v| v as f64);
                    at[a] += sign * crossing(hu[n], hu[other]);
                    found.push(grid.to_world(at));
                }
            }
        }
    }
    found
}

/// Where between a bone voxel (0) and its neighbour (1) bone ends.
fn crossing(inside: f32, outside: f32) -> f64 {
    if inside > BONE_HU && outside < BONE_HU {
        f64::from((inside - BONE_HU) / (inside - outside))
    } else {
        0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::Grid;

    #[test]
    fn a_plane_between_voxels_is_found_and_cut_faces_are_none() {
        let grid = Grid::aligned([6, 3, 3], [2.0, 1.0, 1.0], [0.0; 3]).unwrap();
        let hu = Field::from_fn(grid, |[i, _, _]| [800.0, 800.0, 600.0, 100.0, 0.0, 0.0][i]);
        let codes = Field::from_fn(grid, |[i, _, _]| u8::from(i < 3));
        let found = surface_points(&codes, 1, &hu);
        assert_eq!(found.len(), 9);
        assert!(found.iter().all(|p| (p[0] - 2.0 * 2.8).abs() < 1e-6), "{found:?}");
        let touching = Field::from_fn(grid, |[i, _, _]| if i < 3 { 1 } else { 2 });
        assert!(surface_points(&touching, 1, &hu).is_empty());
    }
}
