//! Bone and metal by density and shape.

use ossicle_field::Field;
use ossicle_image::{Connectivity, close, dilate, label_components};

use super::picture::{Slices, regions};

/// Least density of bone, HU.
pub(super) const BONE_HU: f32 = 200.0;
/// Above this bone counts as cortical, HU. Lower than dense bone, because a cortex
/// thinner than a voxel shares it with its surroundings.
pub(super) const CORTICAL_HU: f32 = 600.0;
/// What reaches this is metal, HU; no bone does.
const METAL_HU: f32 = 2500.0;
/// What touches metal and reaches this is metal too, HU.
const METAL_RIM_HU: f32 = 1800.0;
/// Least volume of a piece of bone, mm³; what is smaller counts as a calcification.
const LEAST_BONE_MM3: f64 = 200.0;
/// A piece that nowhere reaches this is contrast medium in bowel, bladder or vessel, HU.
const CONTRAST_BELOW_HU: f32 = 450.0;
/// Largest marrow space to be filled in one slice, mm².
const MARROW_MM2: f64 = 3000.0;
/// Half the width of breaks in a cortex that are overlooked, mm.
const BREAK_MM: f64 = 2.4;
/// A hole less dense than this is no marrow, HU.
const MARROW_ABOVE_HU: f64 = -200.0;

/// The same for a hole that the border of the image cuts, HU.
const CUT_MARROW_ABOVE_HU: f64 = 80.0;

/// Bone and what was left out.
pub(super) struct Bone {
    /// Bone with its marrow.
    pub(super) mask: Field<bool>,
    /// Sentences about pieces left out.
    pub(super) notes: Vec<String>,
}

/// Metal: implants and the voxels that they blur into.
pub(super) fn metal(hu: &Field<f32>) -> Field<bool> {
    let seed = hu.map(|&v| v >= METAL_HU);
    if !seed.contains(&true) {
        return seed;
    }
    let reach = 1.01 * hu.grid().spacing_mm().into_iter().fold(0.0, f64::max);
    let near = dilate(&seed, reach);
    let metal = near.iter().zip(hu.iter()).map(|(&near, &v)| near && v >= METAL_RIM_HU);
    Field::from_vec(*hu.grid(), metal.collect())
}

/// Which breaks in a cortex are overlooked when marrow is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breaks {
    /// Those of one voxel: where the joint space itself could pass for marrow.
    Narrow,
    /// Those of a few millimetres: where the joint space is known and left out.
    Wide,
}

/// What is known before bone is looked for.
pub(super) struct Given<'a> {
    pub(super) hu: &'a Field<f32>,
    /// The patient.
    pub(super) inside: &'a Field<bool>,
    pub(super) metal: &'a Field<bool>,
    /// Bone known from elsewhere: labels, the ball of the joint.
    pub(super) known: &'a Field<bool>,
    /// Where holes in bone may be marrow.
    pub(super) may_fill: &'a Field<bool>,
    pub(super) breaks: Breaks,
}

/// Bone by density, in large dense pieces, and known bone, with the marrow inside.
pub(super) fn find(given: &Given<'_>) -> Bone {
    let Given { hu, inside, metal, known, may_fill, breaks } = *given;
    let grid = *hu.grid();
    let dense = hu.iter().zip(inside.iter()).zip(metal.iter());
    let dense = dense.map(|((&v, &inside), &metal)| inside && (v >= BONE_HU || metal)).collect();
    let parts = label_components(&Field::from_vec(grid, dense), Connectivity::FacesEdgesCorners);
    let mut densest = vec![f32::NEG_INFINITY; parts.sizes.len() + 1];
    for (&l, &v) in parts.labels.iter().zip(hu.iter()) {
        densest[l as usize] = densest[l as usize].max(v);
    }
    let volume = |n: usize| parts.sizes[n] as f64 * grid.voxel_volume_mm3();
    let kept: Vec<bool> = (0..parts.sizes.len())
        .map(|n| volume(n) >= LEAST_BONE_MM3 && densest[n + 1] >= CONTRAST_BELOW_HU)
        .collect();
    let mut notes = Vec::new();
    let left_out = |choose: &dyn Fn(usize) -> bool| {
        let chosen = (0..kept.len()).filter(|&n| !kept[n] && choose(n));
        chosen.fold((0, 0.0), |(count, ml), n| (count + 1, ml + volume(n) / 1000.0))
    };
    let (count, ml) = left_out(&|n| volume(n) >= LEAST_BONE_MM3);
    if count > 0 {
        notes.push(format!(
            "{count} dense regions ({ml:.1} ml) nowhere reach {CONTRAST_BELOW_HU} HU; they are \
             taken for contrast medium, not bone"
        ));
    }
    let (count, ml) = left_out(&|n| volume(n) < LEAST_BONE_MM3);
    if count > 0 {
        notes.push(format!(
            "{count} calcified specks below 0.2 ml ({ml:.2} ml together) count as soft tissue"
        ));
    }
    let by_density = parts.labels.iter().map(|&l| l > 0 && kept[l as usize - 1]);
    let bone = by_density.zip(known.iter()).map(|(bone, &known)| bone || known);
    let bone = Field::from_vec(grid, bone.collect());
    Bone { mask: with_marrow(&bone, hu, may_fill, breaks), notes }
}

/// Fills the holes of a mask in each axial slice, where they are as small and as
/// dense as marrow spaces are. Thin cortices are broken: holes are looked for in the
/// mask as it is, then with small breaks closed, then with wider ones.
fn with_marrow(
    bone: &Field<bool>,
    hu: &Field<f32>,
    may_fill: &Field<bool>,
    breaks: Breaks,
) -> Field<bool> {
    let slices = Slices::of(bone.grid());
    let mut filled = bone.clone();
    fill(&mut filled, &bone.map(|&b| !b), hu, may_fill);
    let wide = (breaks == Breaks::Wide).then_some(BREAK_MM);
    for half_width in [1.01 * slices.spacing_mm].into_iter().chain(wide) {
        let open = close(&filled, half_width).map(|&closed| !closed);
        fill(&mut filled, &open, hu, may_fill);
    }
    if breaks == Breaks::Wide {
        fill_single_slices(&mut filled, may_fill);
    }
    filled
}

/// Sets voxels between bone in the slice above and bone in the slice below: marrow
/// in a slice whose cortex is broken too widely, between slices where it is not.
fn fill_single_slices(mask: &mut Field<bool>, may_fill: &Field<bool>) {
    let slices = Slices::of(mask.grid());
    let (before, may_fill): (&[bool], &[bool]) = (&mask.clone(), may_fill);
    let voxels: &mut [bool] = mask;
    for slice in 1..slices.count.saturating_sub(1) {
        for cell in 0..slices.shape[0] * slices.shape[1] {
            let at = |s: usize| slices.index(s, cell);
            let n = at(slice);
            voxels[n] |= may_fill[n] && before[at(slice - 1)] && before[at(slice + 1)];
        }
    }
}

/// Sets those regions of `open` in `mask` that nothing but marrow can be.
fn fill(mask: &mut Field<bool>, open: &Field<bool>, hu: &Field<f32>, may_fill: &Field<bool>) {
    let slices = Slices::of(mask.grid());
    let (hu, may_fill): (&[f32], &[bool]) = (hu, may_fill);
    let voxels: &mut [bool] = mask;
    for slice in 0..slices.count {
        for region in regions(&slices.picture(open, slice), slices.shape[0]) {
            let hole = region.cells.iter().map(|&cell| slices.index(slice, cell));
            let count = region.cells.len() as f64;
            let sum: f64 = hole.clone().map(|n| f64::from(hu[n])).sum();
            // What the border of the image cuts open is marrow only if it is as dense as
            // trabecular bone: muscle between a bone and the border is not.
            let least = if region.at_border { CUT_MARROW_ABOVE_HU } else { MARROW_ABOVE_HU };
            if count * slices.cell_mm2 <= MARROW_MM2 && sum / count >= least {
                hole.filter(|&n| may_fill[n]).for_each(|n| voxels[n] = true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::Grid;

    #[test]
    fn a_shaft_is_filled_and_a_pelvic_ring_is_not() {
        let grid = Grid::aligned([120, 120, 3], [1.0, 1.0, 4.0], [0.0; 3]).unwrap();
        let tube = |v: [usize; 3], centre: [f64; 2], inner: f64, outer: f64| {
            let (x, y) = (v[0] as f64 - centre[0], v[1] as f64 - centre[1]);
            let r = (x * x + y * y).sqrt();
            (r < outer).then_some(r >= inner)
        };
        let hu = Field::from_fn(grid, |v| {
            match (tube(v, [16.0, 16.0], 8.0, 13.0), tube(v, [72.0, 72.0], 38.0, 43.0)) {
                (Some(true), _) | (_, Some(true)) => 1200.0,
                (Some(false), _) => -60.0,
                _ => 40.0,
            }
        });
        let everywhere = Field::filled(grid, true);
        let nowhere = Field::filled(grid, false);
        let (hu, known, metal) = (&hu, &nowhere, &nowhere);
        let may = |may_fill| {
            find(&Given { hu, inside: &everywhere, metal, known, may_fill, breaks: Breaks::Wide })
        };
        let bone = may(&everywhere);
        assert!(bone.mask[[16, 16, 1]] && bone.mask[[72, 32, 1]]);
        assert!(!bone.mask[[72, 72, 1]] && !bone.mask[[2, 2, 1]]);
        assert!(bone.notes.is_empty());
        let forbidden = may(&nowhere);
        assert!(!forbidden.mask[[16, 16, 1]]);
    }

    #[test]
    fn metal_takes_its_blurred_rim_and_contrast_and_specks_are_no_bone() {
        let grid = Grid::aligned([40, 40, 10], [1.0; 3], [0.0; 3]).unwrap();
        let hu = Field::from_fn(grid, |[i, j, k]| match (i, j, k) {
            (20, 20, 5) => 3000.0,
            (21, 20, 5) | (23, 20, 5) => 2000.0,
            (30..36, 30..36, 2..8) => 320.0,
            (5, 5, 5) => 700.0,
            (10..17, 10..17, 2..8) => 700.0,
            _ => 40.0,
        });
        let metal = metal(&hu);
        assert!(metal[[20, 20, 5]] && metal[[21, 20, 5]] && !metal[[23, 20, 5]]);
        let inside = Field::filled(grid, true);
        let known = Field::filled(grid, false);
        let (hu, metal, known) = (&hu, &metal, &known);
        let breaks = Breaks::Narrow;
        let given = Given { hu, inside: &inside, metal, known, may_fill: &inside, breaks };
        let bone = find(&given);
        assert!(bone.mask[[12, 12, 5]]);
        assert!(!bone.mask[[32, 32, 5]] && !bone.mask[[5, 5, 5]]);
        assert_eq!(bone.notes.len(), 2, "{:?}", bone.notes);
        assert!(bone.notes[0].contains("1 dense regions (0.2 ml)"), "{:?}", bone.notes);
    }
}
