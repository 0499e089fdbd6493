//! Tissue by density and by label.

use ossicle_field::Field;
use ossicle_image::{Connectivity, distance_mm, label_components};

use super::body::Body;
use super::bone::{BONE_HU, CORTICAL_HU};
use super::canvas::Canvas;
use super::labelled::Labelled;
use super::picture::Slices;
use crate::Tissue;
use crate::labels::LabelMeaning;

/// Below this there is gas, HU.
const GAS_BELOW_HU: f32 = -300.0;
/// Below this there is fat, HU.
const FAT_BELOW_HU: f32 = -30.0;
/// Patches of fat in muscle, or of muscle in fat, up to this size are noise, mm³.
const SPECK_MM3: f64 = 120.0;
/// Thickness of the skin, mm; at least the outermost voxel.
const SKIN_MM: f64 = 2.0;
/// Streaks of metal reach this far, mm.
const STREAK_MM: f32 = 20.0;

/// What is known of a scan's voxels.
pub(super) struct Known<'a> {
    pub(super) hu: &'a Field<f32>,
    pub(super) body: &'a Body,
    pub(super) bone: &'a Field<bool>,
    pub(super) metal: &'a Field<bool>,
    pub(super) labels: Option<&'a Labelled>,
}

/// Paints every voxel: bone, metal, muscle, fat, skin, and what labels name.
pub(super) fn paint(canvas: &mut Canvas, known: &Known<'_>, notes: &mut Vec<String>) {
    let grid = *known.hu.grid();
    let to_air = distance_mm(&known.body.air);
    let to_metal = known.metal.contains(&true).then(|| distance_mm(known.metal));
    let finest = grid.spacing_mm().into_iter().fold(f64::INFINITY, f64::min);
    let skin_mm = SKIN_MM.max(1.01 * finest) as f32;
    let [muscle, fat, skin, bone, metal] = [
        ("muscle", Tissue::Muscle),
        ("fat", Tissue::Fat),
        ("skin", Tissue::Skin),
        ("bone", Tissue::CancellousBone),
        ("metal", Tissue::Metal),
    ]
    .map(|(name, tissue)| canvas.structure(name, tissue));
    let named = label_structures(canvas, known.labels);
    let is_fat = fat_mask(known);
    let mut streaks = 0;
    for n in 0..grid.len() {
        let voxel = grid.voxel(n);
        let hu = known.hu[voxel];
        let label = known.labels.map_or(0, |l| l.numbers[voxel]);
        let near_metal = to_metal.as_ref().is_some_and(|d| d[voxel] < STREAK_MM);
        if known.metal[voxel] {
            canvas.paint(n, Tissue::Metal, metal);
        } else if known.bone[voxel] {
            let tissue =
                if hu >= CORTICAL_HU { Tissue::CorticalBone } else { Tissue::CancellousBone };
            let own = named[usize::from(label)].filter(|(t, _)| t.is_bone()).map(|(_, s)| s);
            canvas.paint(n, tissue, own.unwrap_or(bone));
        } else if known.body.inside[voxel] || near_metal {
            let dark = hu < GAS_BELOW_HU;
            streaks += usize::from(dark && near_metal);
            let (tissue, structure) = match named[usize::from(label)] {
                _ if dark && !near_metal => continue,
                // Fat between the fibres of a muscle is still fat.
                Some((Tissue::Muscle, _)) | None if is_fat[voxel] => (Tissue::Fat, fat),
                Some((tissue, structure)) if !tissue.is_bone() => (tissue, structure),
                _ => (Tissue::Muscle, muscle),
            };
            if to_air[voxel] <= skin_mm {
                canvas.paint(n, Tissue::Skin, skin);
            } else {
                canvas.paint(n, tissue, structure);
            }
        }
    }
    if to_metal.is_some() {
        let count = known.metal.iter().filter(|&&m| m).count();
        let ml = |voxels: usize| voxels as f64 * grid.voxel_volume_mm3() / 1000.0;
        notes.push(format!(
            "metal ({:.2} ml) is kept out of the model; {:.1} ml of black streaks within {} mm of \
             it count as soft tissue, and densities there are uncertain",
            ml(count),
            ml(streaks),
            STREAK_MM
        ));
    }
    if known.labels.is_none() {
        notes.push(
            "without labels muscles have no names and vessels and nerves are not told apart"
                .to_owned(),
        );
    }
}

/// Which voxels of soft tissue are fat. The noise of a low-dose scan would scatter
/// fat through muscle and muscle through fat: densities are smoothed a little within
/// each slice, and specks of either inside the other are dropped.
fn fat_mask(known: &Known<'_>) -> Field<bool> {
    let grid = *known.hu.grid();
    let soft: Vec<bool> = (0..grid.len())
        .map(|n| grid.voxel(n))
        .map(|v| {
            known.body.inside[v] && !known.bone[v] && (GAS_BELOW_HU..BONE_HU).contains(&known.hu[v])
        })
        .collect();
    let smooth = smoothed(known.hu, &soft, &Slices::of(&grid));
    let fat = Field::from_vec(grid, smooth.iter().map(|&v| v < FAT_BELOW_HU).collect());
    let fat = without_specks(&fat, &soft, true);
    without_specks(&fat, &soft, false)
}

/// The mean over a voxel and its soft neighbours within the slice, the voxel itself
/// weighing four times.
fn smoothed(hu: &[f32], soft: &[bool], slices: &Slices) -> Vec<f32> {
    let mut smooth = hu.to_vec();
    let [width, height] = slices.shape;
    for slice in 0..slices.count {
        for cell in 0..width * height {
            let n = slices.index(slice, cell);
            if !soft[n] {
                continue;
            }
            let (i, j) = (cell % width, cell / width);
            let (mut sum, mut weight) = (4.0 * hu[n], 4.0);
            for b in j.saturating_sub(1)..(j + 2).min(height) {
                for a in i.saturating_sub(1)..(i + 2).min(width) {
                    let other = slices.index(slice, a + width * b);
                    if soft[other] && other != n {
                        sum += hu[other];
                        weight += 1.0;
                    }
                }
            }
            smooth[n] = sum / weight;
        }
    }
    smooth
}

/// Turns specks of soft voxels that have `value` in a mask into the other value.
fn without_specks(mask: &Field<bool>, soft: &[bool], value: bool) -> Field<bool> {
    let grid = *mask.grid();
    let of_value = mask.iter().zip(soft).map(|(&m, &soft)| soft && m == value).collect();
    let parts = label_components(&Field::from_vec(grid, of_value), Connectivity::Faces);
    let least = (SPECK_MM3 / grid.voxel_volume_mm3()) as usize;
    let cleared = mask.iter().zip(parts.labels.iter()).map(|(&m, &part)| {
        let speck = part > 0 && parts.sizes[part as usize - 1] <= least;
        if speck { !value } else { m }
    });
    Field::from_vec(grid, cleared.collect())
}

/// For every label number the tissue and structure that it paints, if it names any.
fn label_structures(canvas: &mut Canvas, labels: Option<&Labelled>) -> Vec<Option<(Tissue, u16)>> {
    let mut found = vec![None];
    for name in labels.map_or(&[][..], |l| &l.names) {
        let tissue = match name.meaning() {
            Some(LabelMeaning::Bone) => Some(Tissue::CancellousBone),
            Some(LabelMeaning::Tissue(tissue)) => Some(tissue),
            Some(LabelMeaning::Organ) => Some(Tissue::Muscle),
            Some(LabelMeaning::ByDensity) | None => None,
        };
        found.push(tissue.map(|t| (t, canvas.structure(&name.full(), t))));
    }
    found
}
