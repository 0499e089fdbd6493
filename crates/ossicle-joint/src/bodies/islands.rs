//! Islands of heterotopic bone and the bodies that they are fused to.

use ossicle_field::{Field, Grid};
use ossicle_image::{Connectivity, GridMismatch, grid_mismatch, label_components};

use super::Bodies;
use super::separate::neighbours;

/// Least contact area that fuses an island to a body, mm².
pub const LEAST_FUSION_MM2: f64 = 4.0;

/// What an island is fused to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// To no body.
    Free,
    /// To one body: its code. The island moves with it.
    Fused(u8),
    /// To several bodies: their codes. The island bridges them.
    Bridge(Vec<u8>),
}

/// An island of heterotopic bone.
#[derive(Clone, Debug, PartialEq)]
pub struct Island {
    /// Its volume, mm³.
    pub volume_mm3: f64,
    /// Area that it shares with each body that it touches: code and mm². Faces of voxels are
    /// counted, so that a slanting face is up to 1.7 times too large.
    pub contact_mm2: Vec<(u8, f64)>,
    /// What it is fused to: every body with at least [`LEAST_FUSION_MM2`] of contact.
    pub attachment: Attachment,
}

/// The islands of heterotopic bone on a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Islands {
    /// 0 outside heterotopic bone, else the number of the island, from 1.
    pub labels: Field<u32>,
    /// The islands, the largest first; island `n` is at `n - 1`.
    pub islands: Vec<Island>,
}

impl Islands {
    /// The voxels that move with the body of a code: the islands fused to it alone.
    #[must_use]
    pub fn fused_to(&self, code: u8) -> Field<bool> {
        self.labels.map(|&label| {
            let island = (label as usize).checked_sub(1).and_then(|n| self.islands.get(n));
            island.is_some_and(|island| island.attachment == Attachment::Fused(code))
        })
    }

    /// Numbers of the islands that bridge bodies.
    #[must_use]
    pub fn bridges(&self) -> Vec<u32> {
        let numbered = self.islands.iter().zip(1_u32..);
        let bridges = numbered.filter(|(i, _)| matches!(i.attachment, Attachment::Bridge(_)));
        bridges.map(|(_, number)| number).collect()
    }
}

/// The islands of a mask of heterotopic bone on the bodies' grid; voxels of a body count as
/// that body's.
///
/// Parts hang together over faces alone: bone that meets at an edge or a corner of voxels
/// carries no load, and at the spacing of a lesion it is as likely to be apart.
///
/// # Errors
/// Refuses a mask on another grid.
pub fn islands(bodies: &Bodies, bone: &Field<bool>) -> Result<Islands, GridMismatch> {
    let grid = *bodies.grid();
    if let Some(mismatch) = grid_mismatch(bone.grid(), &grid) {
        return Err(mismatch);
    }
    let free = bone.iter().zip(bodies.codes().iter()).map(|(&bone, &code)| bone && code == 0);
    let parts = label_components(&Field::from_vec(grid, free.collect()), Connectivity::Faces);
    let areas = contact_areas(&grid, &parts.labels, parts.sizes.len(), bodies.codes());
    let island = |(&size, areas): (&usize, Vec<f64>)| {
        let contact_mm2: Vec<(u8, f64)> =
            (0..=u8::MAX).zip(areas).filter(|&(_, area)| area > 0.0).collect();
        let fused = contact_mm2.iter().filter(|(_, area)| *area >= LEAST_FUSION_MM2);
        let fused: Vec<u8> = fused.map(|&(code, _)| code).collect();
        let attachment = match fused.as_slice() {
            [] => Attachment::Free,
            [code] => Attachment::Fused(*code),
            _ => Attachment::Bridge(fused),
        };
        let volume_mm3 = size as f64 * grid.voxel_volume_mm3();
        Island { volume_mm3, contact_mm2, attachment }
    };
    let islands = parts.sizes.iter().zip(areas).map(island).collect();
    Ok(Islands { labels: parts.labels, islands })
}

/// Area in mm² that each part shares with each code.
fn contact_areas(grid: &Grid, labels: &[u32], count: usize, codes: &[u8]) -> Vec<Vec<f64>> {
    let highest = codes.iter().copied().max().unwrap_or(0);
    let mut areas = vec![vec![0.0; usize::from(highest) + 1]; count];
    let face = grid.spacing_mm().map(|s| grid.voxel_volume_mm3() / s);
    let strides = grid.strides();
    for n in (0..grid.len()).filter(|&n| labels[n] > 0) {
        for m in neighbours(grid, n).filter(|&m| codes[m] > 0) {
            let axis = (0..3).find(|&a| n.abs_diff(m) == strides[a]).unwrap_or(0);
            areas[labels[n] as usize - 1][usize::from(codes[m])] += face[axis];
        }
    }
    areas
}
