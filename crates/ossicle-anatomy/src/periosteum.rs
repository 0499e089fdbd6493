//! The soft tissue that touches bone.

use ossicle_field::Field;

use crate::Tissue;

/// Turns muscle, tendon, capsule and fat that shares a face with bone into
/// periosteum: a layer one voxel thick.
pub(crate) fn add_periosteum(tissue: &mut Field<Tissue>) {
    let grid = *tissue.grid();
    let (shape, strides) = (grid.shape(), grid.strides());
    let tissue: &mut [Tissue] = tissue;
    let touches_bone = |n: usize| {
        let voxel = grid.voxel(n);
        (0..3).any(|a| {
            (voxel[a] > 0 && tissue[n - strides[a]].is_bone())
                || (voxel[a] + 1 < shape[a] && tissue[n + strides[a]].is_bone())
        })
    };
    let layer: Vec<usize> = (0..tissue.len())
        .filter(|&n| {
            matches!(
                tissue[n],
                Tissue::Muscle | Tissue::TendonLigament | Tissue::Capsule | Tissue::Fat
            ) && touches_bone(n)
        })
        .collect();
    for n in layer {
        tissue[n] = Tissue::Periosteum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::Grid;

    #[test]
    fn it_is_one_voxel_of_soft_tissue_round_bone_and_nothing_else() {
        let grid = Grid::aligned([7, 7, 7], [1.0; 3], [0.0; 3]).unwrap();
        let mut tissue = Field::filled(grid, Tissue::Muscle);
        tissue[[3, 3, 3]] = Tissue::CorticalBone;
        tissue[[3, 3, 4]] = Tissue::ArticularCartilage;
        tissue[[2, 3, 3]] = Tissue::Fat;
        tissue[[3, 2, 3]] = Tissue::Nerve;
        add_periosteum(&mut tissue);
        let count = |t: Tissue| tissue.iter().filter(|&&found| found == t).count();
        assert_eq!(count(Tissue::Periosteum), 4);
        assert_eq!(tissue[[2, 3, 3]], Tissue::Periosteum);
        assert_eq!(tissue[[3, 2, 3]], Tissue::Nerve);
        assert_eq!(tissue[[3, 3, 4]], Tissue::ArticularCartilage);
        assert_eq!(tissue[[2, 2, 3]], Tissue::Muscle);
    }
}
