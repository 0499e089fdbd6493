//! What is mineral: dense enough, inside the body, and no metal.

use std::path::Path;

use ossicle_field::Field;
use ossicle_image::{Connectivity, dilate, label_components, open};

use super::{MeasureError, REACH_MM, grown, voxel_ml};

/// Below this there is air or foam, HU.
const AIR_BELOW_HU: f32 = -400.0;
/// Half the thickness below which something is a couch or a cushion, mm.
const COUCH_MM: f64 = 5.0;
/// How far the body comes back at the corners that opening takes, mm.
const CORNER_MM: f64 = 3.0;
/// A part this many times smaller than the largest is no part of the patient.
const LEAST_SHARE: usize = 50;
/// What reaches this is metal, HU; no bone does.
const METAL_HU: f32 = 2500.0;
/// What lies within 2 mm of metal and reaches this is metal too, HU.
const METAL_RIM_HU: f32 = 1800.0;

/// Mineral of a scan.
pub(super) struct Mineral {
    /// Voxels of the body that reach the threshold and are no metal.
    pub(super) mask: Field<bool>,
    /// Implants, with the voxels that they blur into.
    pub(super) metal: Field<bool>,
}

/// Finds mineral.
pub(super) fn find(
    hu: &Field<f32>,
    threshold_hu: f64,
    path: &Path,
    notes: &mut Vec<String>,
) -> Result<Mineral, MeasureError> {
    let body = body(hu).ok_or_else(|| MeasureError::NoBody { path: path.to_owned() })?;
    let metal = metal(hu);
    let (values, inside, implant): (&[f32], &[bool], &[bool]) = (hu, &body, &metal);
    let tissue = |n: usize| inside[n] && !implant[n];
    let mask = (0..hu.len()).map(|n| tissue(n) && f64::from(values[n]) >= threshold_hu).collect();
    let mask = Field::from_vec(*hu.grid(), mask);
    if !mask.contains(&true) {
        let values = (0..hu.len()).filter(|&n| tissue(n)).map(|n| values[n]);
        let densest_hu = f64::from(values.fold(f32::NEG_INFINITY, f32::max));
        return Err(MeasureError::NoBone { path: path.to_owned(), densest_hu, threshold_hu });
    }
    let metal_voxels = metal.iter().filter(|m| **m).count();
    if metal_voxels > 0 {
        notes.push(format!(
            "metal was left out: {:.2} ml of {METAL_HU} HU or more, or of {METAL_RIM_HU} HU or \
             more within {REACH_MM} mm of it; its streaks may pass for mineral, and hide it",
            metal_voxels as f64 * voxel_ml(hu.grid())
        ));
    }
    Ok(Mineral { mask, metal })
}

/// The patient without the couch: what is left when thin shells are taken away.
fn body(hu: &Field<f32>) -> Option<Field<bool>> {
    let dense = hu.map(|&v| v > AIR_BELOW_HU);
    let thick = label_components(&open(&dense, COUCH_MM), Connectivity::Faces);
    let largest = *thick.sizes.first()?;
    let kept = thick.sizes.iter().take_while(|&&size| size * LEAST_SHARE >= largest).count();
    let near = dilate(&thick.labels.map(|&l| l > 0 && l as usize <= kept), CORNER_MM);
    let body = near.iter().zip(dense.iter()).map(|(&near, &dense)| near && dense).collect();
    Some(Field::from_vec(*hu.grid(), body))
}

fn metal(hu: &Field<f32>) -> Field<bool> {
    let seed = hu.map(|&v| v >= METAL_HU);
    if !seed.contains(&true) {
        return seed;
    }
    let near = grown(&seed);
    let metal = near.iter().zip(hu.iter()).map(|(&near, &v)| near && v >= METAL_RIM_HU).collect();
    Field::from_vec(*hu.grid(), metal)
}
