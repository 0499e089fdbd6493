//! Reading tiles out of fields.

use ossicle_field::reaction::{LANES, Lanes};

use crate::fields::{FIELDS, SIGNALS, Slow};
use crate::problem::Problem;
use crate::process::TissueLanes;

/// One tile's copies of what its voxels hold; kept by a task from tile to tile.
pub(crate) struct Loaded {
    pub(crate) fields: [Lanes; FIELDS],
    pub(crate) signals: [Lanes; SIGNALS],
    pub(crate) tissue: TissueLanes,
    /// 1 in soft tissue, 0 elsewhere.
    pub(crate) soft: Lanes,
    pub(crate) any_soft: bool,
}

impl Default for Loaded {
    fn default() -> Self {
        let zero = [0.0; LANES];
        Self {
            fields: [zero; FIELDS],
            signals: [zero; SIGNALS],
            tissue: TissueLanes {
                competence: zero,
                progenitors: zero,
                fibres: zero,
                vessel_growth: zero,
                vessels: zero,
                resting_vegf: zero,
                failure_strain: zero,
                modulus_mpa: zero,
            },
            soft: zero,
            any_soft: false,
        }
    }
}

impl Loaded {
    /// Loads the tissue of the `count` voxels from `first` on.
    pub(crate) fn tissue(&mut self, problem: &Problem, first: usize, count: usize) {
        self.any_soft = false;
        copy(&problem.resting_vegf, first, count, &mut self.tissue.resting_vegf);
        for l in 0..LANES {
            // Lanes beyond the last voxel stand outside the body.
            let tissue = if l < count {
                problem.tissue[first + l]
            } else {
                ossicle_anatomy::Tissue::Outside
            };
            let healthy = &problem.classes[usize::from(tissue.code())];
            let soft = tissue.is_soft();
            self.any_soft |= soft;
            self.soft[l] = if soft { 1.0 } else { 0.0 };
            self.tissue.competence[l] = healthy.competence;
            self.tissue.progenitors[l] = healthy.progenitors;
            self.tissue.fibres[l] = healthy.fibres;
            self.tissue.vessel_growth[l] = healthy.vessel_growth;
            self.tissue.vessels[l] = healthy.vessels;
            self.tissue.failure_strain[l] = healthy.failure_strain;
            self.tissue.modulus_mpa[l] = healthy.modulus_mpa;
        }
    }

    /// Loads some slow fields of the `count` voxels from `first` on.
    pub(crate) fn fields(
        &mut self,
        from: &[impl AsRef<[f64]>; FIELDS],
        which: &[Slow],
        first: usize,
        count: usize,
    ) {
        for field in which {
            let from = from[*field as usize].as_ref();
            copy(from, first, count, &mut self.fields[*field as usize]);
        }
    }
}

/// Copies `count` values from `first` on, zeros after them.
#[inline(always)]
pub(crate) fn copy(from: &[f64], first: usize, count: usize, to: &mut Lanes) {
    if count == LANES {
        to.copy_from_slice(&from[first..first + LANES]);
    } else {
        to[..count].copy_from_slice(&from[first..first + count]);
        to[count..].fill(0.0);
    }
}
