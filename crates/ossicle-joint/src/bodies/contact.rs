//! Where bodies touch in a scan.

use std::collections::BTreeMap;

use ossicle_anatomy::{Anatomy, Tissue};
use ossicle_field::Field;

use super::separate::{coded, neighbours, next_layer};

/// What is as dense as this may be bone between bodies, HU.
const DENSE_HU: f32 = 200.0;
/// Bone that is denser than this on both sides, HU, …
const SOLID_HU: f32 = 300.0;
/// … in a valley no deeper than this is bone that runs through, HU.
const SOLID_VALLEY_HU: f32 = 40.0;
/// How far bodies reach into dense voxels between them, mm.
const REACH_MM: f64 = 2.2;
/// Bodies with a joint space between them show no more of it than a share of their contact, …
const MOST_SOLID_SHARE: f64 = 0.25;
/// … or than the first of these where that is more, and than the second in any case, mm². The
/// development scans have 150 to 260 mm² in 1700 to 2900 mm² of contact.
const MOST_SOLID_MM2: [f64; 2] = [100.0, 400.0];

/// Contact of two bodies.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Codes of the two, the lower first.
    pub codes: [u8; 2],
    /// Area over which bone touches bone at the threshold of density, mm². Staircases count
    /// in full: a slanting face is up to 1.7 times too large.
    pub area_mm2: f64,
    /// The part of it with no sign of a joint space, mm².
    pub solid_mm2: f64,
}

impl Contact {
    /// Whether bone runs through from one body into the other over more than a joint with a
    /// joint space shows.
    #[must_use]
    pub fn is_fused(&self) -> bool {
        self.solid_mm2 > self.most_solid_mm2()
    }

    /// The largest solid area that is expected of bodies with a joint space, mm².
    pub(super) fn most_solid_mm2(&self) -> f64 {
        (MOST_SOLID_SHARE * self.area_mm2).clamp(MOST_SOLID_MM2[0], MOST_SOLID_MM2[1])
    }
}

/// The contacts of bodies, dense voxels between them taken for bone.
pub(super) fn contacts(anatomy: &Anatomy, codes: &Field<u8>, depth: &Field<f32>) -> Vec<Contact> {
    let grid = *codes.grid();
    let (hu, tissue): (&[f32], &[Tissue]) = (anatomy.hu(), anatomy.tissue());
    let mut grown = codes.clone();
    let spacing = grid.spacing_mm();
    let finest = spacing.into_iter().fold(f64::INFINITY, f64::min);
    let mut front: Vec<usize> = coded(codes);
    for _ in 0..((REACH_MM / finest) as usize).max(1) {
        let dense = |n: usize| hu[n] >= DENSE_HU && tissue[n] != Tissue::Metal;
        front = next_layer(&mut grown, &front, dense);
    }
    let (cells, depth): (&[u8], &[f32]) = (&grown, depth);
    let volume = grid.voxel_volume_mm3();
    let mut found: BTreeMap<[u8; 2], [f64; 2]> = BTreeMap::new();
    for n in (0..grid.len()).filter(|&n| cells[n] > 0) {
        for m in neighbours(&grid, n).filter(|&m| m > n && cells[m] > 0 && cells[m] != cells[n]) {
            let axis = (0..3).find(|&a| m - n == grid.strides()[a]).unwrap_or(0);
            let area = volume / spacing[axis];
            // The border may lie beside the valley: two voxels to either side are looked at.
            let stride = grid.strides()[axis];
            let place = grid.voxel(n)[axis];
            let first = n - place.min(2) * stride;
            let last = m + (grid.shape()[axis] - 2 - place).min(2) * stride;
            let solid = (first..=last)
                .step_by(stride)
                .all(|i| hu[i] >= SOLID_HU && depth[i] <= SOLID_VALLEY_HU);
            let pair = [cells[n].min(cells[m]), cells[n].max(cells[m])];
            let sums = found.entry(pair).or_default();
            sums[0] += area;
            sums[1] += if solid { area } else { 0.0 };
        }
    }
    let contact = |(codes, [area_mm2, solid_mm2]): ([u8; 2], [f64; 2])| Contact {
        codes,
        area_mm2,
        solid_mm2,
    };
    found.into_iter().map(contact).collect()
}
