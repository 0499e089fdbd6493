//! The same bodies on another grid.

use ossicle_field::{Field, Grid};
use ossicle_image::sample_nearest;

use super::Bodies;
use super::separate::neighbours;

/// Voxels of bone that no body is found at are given the body of a neighbour, so many times
/// over: grids of different spacing place the surface of a bone differently.
const ROUNDS: usize = 4;

impl Bodies {
    /// These bodies on the grid of `bone`, its voxels of bone: each belongs to the body that is
    /// there or, at the surface, to that of a neighbour. Bone that is far from any body belongs
    /// to none.
    #[must_use]
    pub fn on(&self, bone: &Field<bool>) -> Self {
        let grid = *bone.grid();
        let bone: &[bool] = bone;
        let mut codes: Vec<u8> = bone
            .iter()
            .enumerate()
            .map(|(n, &is_bone)| {
                let there = || sample_nearest(&self.codes, grid.centre(grid.voxel(n)));
                if is_bone { there().unwrap_or(0) } else { 0 }
            })
            .collect();
        for _ in 0..ROUNDS {
            let found: Vec<(usize, u8)> = (0..codes.len())
                .filter(|&n| bone[n] && codes[n] == 0)
                .filter_map(|n| Some((n, most_among_neighbours(&grid, &codes, n)?)))
                .collect();
            if found.is_empty() {
                break;
            }
            found.into_iter().for_each(|(n, code)| codes[n] = code);
        }
        Self { codes: Field::from_vec(grid, codes), ..self.clone() }
    }
}

/// The code that most neighbours have; the lowest of several.
fn most_among_neighbours(grid: &Grid, codes: &[u8], n: usize) -> Option<u8> {
    let around: Vec<u8> = neighbours(grid, n).map(|m| codes[m]).filter(|c| *c > 0).collect();
    let count = |code: u8| around.iter().filter(|c| **c == code).count();
    around.iter().copied().max_by_key(|&code| (count(code), std::cmp::Reverse(code)))
}
