//! The virtual CT: what a scanner would show of the joint with its lesion.
//!
//! `HU = HU of the tissue + 1350 Y + 40 Q`, averaged over each voxel of the scan by exact
//! overlap with the lesion's voxels (partial volume), plus noise where asked for.

use ossicle_field::{Field, noise};
use ossicle_image::{Overlap, OverlapError};
use ossicle_lesion::State;
use rayon::prelude::*;

use crate::readout::added_hu;

/// The tissue's HU on the grid of the scan, and how the lesion's grid lies on it.
pub struct Scanner {
    tissue_hu: Field<f32>,
    overlap: Overlap,
    noise_hu: f64,
    seed: u64,
}

impl Scanner {
    /// A scanner that shows `tissue_hu` with the lesion of a grid laid over it, with noise of the
    /// given standard deviation (HU).
    ///
    /// # Errors
    /// If the two grids do not share their axes.
    pub fn new(
        tissue_hu: Field<f32>,
        lesion: &ossicle_field::Grid,
        noise_hu: f64,
        seed: u64,
    ) -> Result<Self, OverlapError> {
        let overlap = Overlap::new(lesion, tissue_hu.grid())?;
        Ok(Self { tissue_hu, overlap, noise_hu, seed })
    }

    /// What a state adds to the tissue's HU, on the part of the scan that the lesion's grid meets.
    #[must_use]
    pub fn added(&self, state: &State, lesion: &ossicle_field::Grid) -> Field<f32> {
        let added = (0..lesion.len()).map(|c| added_hu(state, c)).collect();
        let added = Field::from_vec(*lesion, added);
        let voxel_mm3 = self.tissue_hu.grid().voxel_volume_mm3();
        self.overlap.integrals(&added).map(|integral| (integral / voxel_mm3) as f32)
    }

    /// The HU volume of a state, on the grid of the scan.
    #[must_use]
    pub fn scan(&self, state: &State, lesion: &ossicle_field::Grid) -> Field<f32> {
        let added = self.added(state, lesion);
        let first = self.overlap.first();
        let mut hu = self.tissue_hu.clone();
        for (n, more) in added.iter().enumerate() {
            let within = added.grid().voxel(n);
            let voxel = std::array::from_fn(|a| first[a] + within[a]);
            hu[voxel] += more;
        }
        if self.noise_hu > 0.0 {
            // Each day is a new acquisition.
            let stream = state.day.to_bits();
            hu.par_iter_mut().enumerate().for_each(|(n, hu)| {
                *hu += (self.noise_hu * noise::normal(self.seed, stream, n as u64)) as f32;
            });
        }
        hu
    }
}
