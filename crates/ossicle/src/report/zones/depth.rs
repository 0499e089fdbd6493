//! What counts as the lesion, and how deep a voxel lies in it.

use std::collections::BTreeSet;

use ossicle_field::Field;
use ossicle_image::{Connectivity, distance_mm, label_components};

/// A lesion with everything it encloses, from the voxels of its matrix: soft tissue from
/// which no way through soft tissue leads to the face of the box belongs to it too.
pub(super) fn filled(matrix: &Field<bool>, soft: &Field<bool>) -> Field<bool> {
    let grid = matrix.grid();
    let around = matrix.iter().zip(soft.iter()).map(|(m, s)| *s && !m).collect();
    let parts = label_components(&Field::from_vec(*grid, around), Connectivity::Faces);
    let shape = grid.shape();
    let at_face = |n: usize| {
        let voxel = grid.voxel(n);
        (0..3).any(|a| voxel[a] == 0 || voxel[a] + 1 == shape[a])
    };
    let numbered = parts.labels.iter().copied().enumerate();
    let open: BTreeSet<u32> = numbered.filter(|(n, _)| at_face(*n)).map(|(_, part)| part).collect();
    let enclosed = |part: &u32| *part > 0 && !open.contains(part);
    let inside = matrix.iter().zip(parts.labels.iter()).map(|(m, part)| *m || enclosed(part));
    Field::from_vec(*grid, inside.collect())
}

/// Depth of every voxel's centre below the surface that the lesion has towards soft tissue,
/// mm: negative outside the lesion, infinite where there is no such surface. The surface
/// lies half-way between the centres of neighbours.
pub(super) fn depth_mm(lesion: &Field<bool>, soft: &Field<bool>) -> Field<f32> {
    let grid = lesion.grid();
    let outside = lesion.iter().zip(soft.iter()).map(|(l, s)| *s && !l).collect();
    let inwards = distance_mm(&Field::from_vec(*grid, outside));
    let outwards = distance_mm(lesion);
    let half = (0.5 * libm::cbrt(grid.voxel_volume_mm3())) as f32;
    let depths = lesion.iter().zip(inwards.iter().zip(outwards.iter()));
    let depths =
        depths.map(|(l, (inwards, outwards))| if *l { inwards - half } else { half - outwards });
    Field::from_vec(*grid, depths.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::Grid;

    fn ball(grid: Grid, radius_mm: f64) -> Field<bool> {
        let middle = grid.middle_mm();
        Field::from_fn(grid, |voxel| distance(grid.centre(voxel), middle) < radius_mm)
    }

    fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
        let d: [f64; 3] = std::array::from_fn(|n| a[n] - b[n]);
        (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt()
    }

    #[test]
    fn a_shell_encloses_its_core_and_a_bowl_does_not() {
        let grid = Grid::aligned([21; 3], [1.0; 3], [0.0; 3]).unwrap();
        let soft = Field::filled(grid, true);
        let (outer, inner) = (ball(grid, 8.0), ball(grid, 5.0));
        let shell =
            |open: bool| Field::from_fn(grid, |v| outer[v] && !inner[v] && !(open && v[2] > 10));
        assert_eq!(filled(&shell(false), &soft), outer);
        assert_eq!(filled(&shell(true), &soft), shell(true));
        // A skeleton in the core is no soft tissue, and none of the lesion.
        let core = ball(grid, 3.0);
        let around = core.map(|c| !c);
        let found = filled(&shell(false), &around);
        let expected = outer.iter().zip(core.iter()).map(|(outer, core)| *outer && !core);
        assert!(found.iter().copied().eq(expected));
    }

    #[test]
    fn depth_in_a_ball_is_the_radius_less_the_distance_to_its_middle() {
        let grid = Grid::aligned([41, 41, 41], [0.5; 3], [-10.0; 3]).unwrap();
        let soft = Field::filled(grid, true);
        let depth = depth_mm(&ball(grid, 7.0), &soft);
        for (n, depth) in depth.iter().enumerate() {
            let exact = 7.0 - distance(grid.centre(grid.voxel(n)), [0.0; 3]);
            // The surface of a ball of voxels lies within a voxel of the ball's.
            assert!((f64::from(*depth) - exact).abs() < 0.5, "{depth} for {exact}");
        }
    }

    #[test]
    fn depth_is_counted_from_soft_tissue_only() {
        // Lesion in the first ten voxels, soft tissue to the right of it, bone to the left.
        let grid = Grid::aligned([20, 1, 1], [1.0; 3], [0.0; 3]).unwrap();
        let lesion = Field::from_fn(grid, |[i, ..]| (4..10).contains(&i));
        let soft = Field::from_fn(grid, |[i, ..]| i >= 4);
        let depth = depth_mm(&lesion, &soft);
        assert_eq!(depth[[9, 0, 0]], 0.5);
        assert_eq!(depth[[4, 0, 0]], 5.5);
        assert_eq!(depth[[10, 0, 0]], -0.5);
        let everywhere = Field::filled(grid, true);
        assert!(depth_mm(&everywhere, &everywhere)[[0; 3]].is_infinite());
    }
}
