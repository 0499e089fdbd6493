//! Where motion is felt: a scalar rule until the joint's strain is solved for.
//!
//! `share = zone / (1 + y_own Y) / (1 + y_out (Y_outer - Y))`, with `Y_outer` the most
//! mineral on the ray from the middle of the lesion outwards: a stiff shell shields the core.

use rayon::prelude::*;

use crate::problem::Problem;

/// Mineral below this shields nothing.
const TRACE: f64 = 1e-6;

/// Fills `share` from the mineral field.
pub(crate) fn share_of_strain(problem: &Problem, mineral: &[f64], share: &mut [f64]) {
    let grid = problem.grid();
    let [nx, ny, _] = grid.shape();
    let plane = nx * ny;
    let spacing = grid.spacing_mm();
    let model = &problem.model.joint;
    let from_centre = |c: usize| -> [f64; 3] {
        let voxel = grid.voxel(c);
        std::array::from_fn(|a| (voxel[a] as f64 - problem.centre[a]) * spacing[a])
    };
    let furthest = ossicle_field::reduce::largest_of(mineral.len(), |c| {
        if mineral[c] > TRACE { norm(from_centre(c)) } else { 0.0 }
    });
    let step = spacing.into_iter().fold(f64::INFINITY, f64::min);
    share.par_chunks_mut(plane).enumerate().for_each(|(k, share)| {
        for (i, share) in share.iter_mut().enumerate() {
            let c = k * plane + i;
            let zone = problem.zone[c];
            if zone == 0.0 {
                *share = 0.0;
                continue;
            }
            let own = mineral[c];
            let from = from_centre(c);
            let radius = norm(from);
            let mut outer = own;
            let marches =
                if radius < furthest { ((furthest - radius) / step).ceil() as usize } else { 0 };
            // In the very middle every direction is outwards; one stands for all.
            let direction =
                if radius > 0.5 * step { from.map(|v| v / radius) } else { [1.0, 0.0, 0.0] };
            let voxel = grid.voxel(c);
            for n in 1..=marches {
                let at: [f64; 3] = std::array::from_fn(|a| {
                    voxel[a] as f64 + n as f64 * step * direction[a] / spacing[a] + 0.5
                });
                if (0..3).any(|a| at[a] < 0.0 || at[a] >= grid.shape()[a] as f64) {
                    break;
                }
                // Not below zero: what is cut off is what rounding down takes.
                let found = mineral[grid.index(at.map(|v| v as usize))];
                outer = if found > outer { found } else { outer };
            }
            *share =
                zone / (1.0 + model.shield_own * own) / (1.0 + model.shield_outer * (outer - own));
        }
    });
}

fn norm(v: [f64; 3]) -> f64 {
    (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt()
}

#[cfg(test)]
mod tests {
    use ossicle_anatomy::Tissue;

    use super::*;
    use crate::testing::{close, line, model_of};

    fn share(distance_mm: f64, mineral: &[f64]) -> Vec<f64> {
        let problem = line(vec![Tissue::Uniform; mineral.len()], 0.5, distance_mm, model_of(&[]));
        let mut share = vec![f64::NAN; mineral.len()];
        share_of_strain(&problem, mineral, &mut share);
        share
    }

    #[test]
    fn the_strained_zone_ends_softly_beyond_its_reach() {
        for (distance_mm, zone) in [(-100.0, 1.0), (2.0, 0.5), (3.0, 0.5 - 0.5 * libm::tanh(0.5))] {
            close(share(distance_mm, &[0.0; 9])[4], zone, 1e-12);
        }
    }

    #[test]
    fn bone_stiffens_itself_and_shields_what_lies_inside_of_it() {
        // The middle is voxel 20; bone at 25 and, densest, at 30 to 33.
        let mut mineral = [0.0; 41];
        mineral[25] = 0.1;
        mineral[30..34].fill(0.5);
        let share = share(-100.0, &mineral);
        close(share[22], 1.0 / (1.0 + 3.0 * 0.5), 1e-12);
        close(share[25], 1.0 / (1.0 + 8.0 * 0.1) / (1.0 + 3.0 * 0.4), 1e-12);
        close(share[31], 1.0 / (1.0 + 8.0 * 0.5), 1e-12);
        assert_eq!([share[36], share[10]], [1.0, 1.0], "outside and on the other side");
    }
}
