//! The figures of a focus, and of all together.

use ossicle_anatomy::Tissue;
use ossicle_field::{Field, Grid};
use serde::Serialize;

use super::mineral::Mineral;
use super::shell::{Layers, Shell};
use super::skeleton::Skeleton;
use super::{faces, voxel_ml};
use crate::readout::{HU_PER_MINERAL, MINERAL_MG_PER_MM3};

/// A piece of mineral apart from the skeleton.
#[derive(Clone, Debug, Serialize)]
pub struct Focus {
    /// Its number, from 1 by decreasing volume.
    pub number: u16,
    /// Volume, ml.
    pub volume_ml: f64,
    /// Mean density, HU.
    pub mean_hu: f64,
    /// Greatest density, HU.
    pub max_hu: f64,
    /// Hydroxyapatite, mg, by the mixing rule of the virtual CT over muscle.
    pub mineral_mg: f64,
    /// Its centroid, mm, RAS.
    pub centroid_ras_mm: [f64; 3],
    /// Its extent along the axes of the scan, mm.
    pub extent_mm: [f64; 3],
    /// Least distance between centres of its voxels and of the skeleton's, mm; 0 where it is
    /// joined to a labelled bone; absent without a skeleton.
    pub bone_distance_mm: Option<f64>,
    /// Its outer layer and its core.
    pub shell: Shell,
    /// Whether it reaches the border of the scan, so that its volume is a lower bound.
    pub cut_by_the_scan: bool,
    #[serde(skip)]
    layers: Layers,
}

/// All foci together.
#[derive(Clone, Debug, Serialize)]
pub struct Total {
    /// Volume, ml.
    pub volume_ml: f64,
    /// Mean density, HU; absent without foci.
    pub mean_hu: Option<f64>,
    /// Greatest density, HU; absent without foci.
    pub max_hu: Option<f64>,
    /// Hydroxyapatite, mg.
    pub mineral_mg: f64,
    /// The outer layers and cores of all foci.
    pub shell: Shell,
}

impl Total {
    pub(super) fn of(foci: &[Focus]) -> Self {
        let volume_ml = foci.iter().map(|f| f.volume_ml).sum::<f64>() + 0.0;
        let weighted: f64 = foci.iter().map(|f| f.mean_hu * f.volume_ml).sum();
        Self {
            volume_ml,
            mean_hu: (!foci.is_empty()).then(|| weighted / volume_ml),
            max_hu: foci.iter().map(|f| f.max_hu).reduce(f64::max),
            mineral_mg: foci.iter().map(|f| f.mineral_mg).sum::<f64>() + 0.0,
            shell: foci.iter().fold(Layers::default(), |sum, f| sum.and(f.layers)).shell(),
        }
    }
}

/// What foci lie in.
pub(super) struct Scene<'a> {
    pub(super) hu: &'a Field<f32>,
    pub(super) mineral: &'a Mineral,
    pub(super) skeleton: &'a Skeleton,
    pub(super) to_bone: Option<&'a Field<f32>>,
}

impl Scene<'_> {
    /// The figures of the focus of these voxels, of which there is at least one.
    pub(super) fn focus(&self, number: u16, voxels: &[usize]) -> Focus {
        let grid = self.hu.grid();
        let count = voxels.len() as f64;
        let (mut sum_hu, mut max_hu, mut indices) = (0.0, f64::NEG_INFINITY, [0_usize; 3]);
        for &n in voxels {
            let voxel = grid.voxel(n);
            let hu = f64::from(self.hu[voxel]);
            sum_hu += hu;
            max_hu = max_hu.max(hu);
            indices = std::array::from_fn(|a| indices[a] + voxel[a]);
        }
        let volume_ml = count * voxel_ml(grid);
        let mean_hu = sum_hu / count;
        let (low, high) = bounds(grid, voxels);
        let spacing = grid.spacing_mm();
        let (metal, left_out): (&[bool], &[bool]) = (&self.mineral.metal, &self.skeleton.left_out);
        let other = |n: usize| metal[n] || left_out[n];
        let layers = Layers::of(self.hu, voxels, other);
        Focus {
            number,
            volume_ml,
            mean_hu,
            max_hu,
            mineral_mg: mineral_mg(mean_hu, volume_ml),
            centroid_ras_mm: grid.to_world(indices.map(|sum| sum as f64 / count)),
            extent_mm: std::array::from_fn(|a| (high[a] - low[a] + 1) as f64 * spacing[a]),
            bone_distance_mm: self.to_bone.map(|to_bone| {
                if self.is_joined(voxels) {
                    return 0.0;
                }
                f64::from(least(to_bone, voxels))
            }),
            shell: layers.shell(),
            cut_by_the_scan: (0..3).any(|a| low[a] == 0 || high[a] + 1 == grid.shape()[a]),
            layers,
        }
    }

    /// Whether mineral goes on from these voxels into the rim of a bone.
    fn is_joined(&self, voxels: &[usize]) -> bool {
        self.skeleton.has_rim
            && touches(self.hu.grid(), &self.mineral.mask, voxels, &self.skeleton.left_out)
    }
}

/// Whether mineral goes on from `voxels` into `rim`.
pub(super) fn touches(grid: &Grid, mineral: &[bool], voxels: &[usize], rim: &[bool]) -> bool {
    voxels.iter().any(|&n| faces(grid, n).any(|m| mineral[m] && rim[m]))
}

/// The least value at these voxels.
pub(super) fn least(values: &[f32], voxels: &[usize]) -> f32 {
    voxels.iter().map(|&n| values[n]).fold(f32::INFINITY, f32::min)
}

/// Hydroxyapatite of so much tissue: `HU = HU of muscle + 1350 Y`, 1.15 mg/mm³ where Y is 1.
fn mineral_mg(mean_hu: f64, volume_ml: f64) -> f64 {
    let muscle_hu = Tissue::Muscle.properties().radiodensity_hu.value;
    MINERAL_MG_PER_MM3 * (mean_hu - muscle_hu) / HU_PER_MINERAL * 1000.0 * volume_ml
}

/// The lowest and the highest index along each axis.
pub(super) fn bounds(grid: &Grid, voxels: &[usize]) -> ([usize; 3], [usize; 3]) {
    voxels.iter().fold(([usize::MAX; 3], [0; 3]), |(low, high), &n| {
        let v = grid.voxel(n);
        (std::array::from_fn(|a| low[a].min(v[a])), std::array::from_fn(|a| high[a].max(v[a])))
    })
}

/// What may mislead about the foci.
pub(super) fn warnings(
    foci: &[Focus],
    some_are_small: bool,
    apart_ml: f64,
    least_ml: f64,
) -> Vec<String> {
    let mut notes = Vec::new();
    let cut = foci.iter().filter(|f| f.cut_by_the_scan).count();
    if cut > 0 {
        notes.push(format!(
            "the border of the scan cuts {cut} of the foci, whose volumes are lower bounds"
        ));
    }
    if some_are_small {
        let left: f64 = foci.iter().map(|f| f.volume_ml).sum();
        notes.push(format!(
            "{:.2} ml in pieces below {least_ml} ml are no foci",
            (apart_ml - left).max(0.0)
        ));
    }
    if !foci.is_empty() {
        notes.push(
            "hydroxyapatite is estimated as if mineral lay in muscle, by the scale of the virtual \
             CT; without a calibration phantom it compares scans of one scanner only"
                .to_owned(),
        );
    }
    notes
}
