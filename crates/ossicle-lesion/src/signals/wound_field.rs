//! The wound's electric field: injured tissue drives a current; progenitors drift up the
//! potential, into the wound.
//!
//! `-div(sigma grad phi) + leak phi = j_w min(D, 1)`, sigma relative to muscle

use ossicle_anatomy::Tissue;
use ossicle_field::reaction::{LANES, Lanes};

use super::{Domain, SteadySignal};
use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::Tile;

parameters! {
    /// Injury current and what it moves.
    WoundField of "wound_field" {
        source = "j_w" 3.0 [0.0, 10.0] "mV/mm2" Constant, "source of debris", "about 9 mV/mm at a 9 mm rim, a tenth of skin wounds; derived";
        mobility_mm2_per_mv_day = "mu_e" 0.004 [0.0, 0.01] "mm2/mV/d" CellRate, "drift of progenitors up the potential", "order of 10 um/h at 100 mV/mm; to be checked";
        leak = "l_phi" 1e-3 [1e-5, 1e-2] "1/mm2" Constant, "leak of current to the rest of the body", "radial reference program";
    }
}

impl SteadySignal for WoundField {
    fn signal(&self) -> Signal {
        Signal::Potential
    }

    fn domain(&self) -> Domain {
        Domain::Conductor
    }

    fn diffusivity(&self) -> f64 {
        1.0
    }

    /// Only its gradient acts, and weakly.
    fn tolerance(&self) -> f64 {
        1e-4
    }

    fn reads(&self) -> &'static [Slow] {
        &[Slow::Debris]
    }

    fn coefficients(&self, tile: &Tile, decay: &mut Lanes, source: &mut Lanes) {
        let d = tile.get(Slow::Debris);
        for i in 0..LANES {
            decay[i] = self.leak;
            source[i] = self.source * if d[i] < 1.0 { d[i] } else { 1.0 };
        }
    }

    fn background(&self, _tissue: Tissue) -> (f64, f64) {
        (self.leak, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Strip, close, model_of, screened_ratio};

    fn strip(tissue: Vec<Tissue>) -> Strip {
        Strip::new(tissue, 1.0, model_of(&[WoundField::NAME]))
    }

    #[test]
    fn the_source_saturates_where_debris_is_full() {
        for (debris, potential) in [(0.5, 1500.0), (1.0, 3000.0), (4.0, 3000.0)] {
            let mut strip = strip(vec![Tissue::Uniform; 8]).with(Slow::Debris, |_| debris);
            close(strip.solved(Signal::Potential)[3], potential, 1e-6);
        }
    }

    #[test]
    fn beyond_the_wound_the_potential_leaks_away_over_its_length() {
        let wound = |x: f64| if x < 9.0 { 1.0 } else { 0.0 };
        let phi =
            strip(vec![Tissue::Uniform; 400]).with(Slow::Debris, wound).solved(Signal::Potential);
        let ratio = screened_ratio(1.0, 1e-3, 1.0);
        for i in 9..60 {
            close(phi[i + 1] / phi[i], ratio, 1e-4);
        }
        // All current that is made leaks away, to the residual asked for.
        let leaked = 1e-3 * phi.iter().sum::<f64>();
        close(leaked, 3.0 * 9.0, 1e-4);
    }

    #[test]
    fn the_field_across_a_boundary_is_inverse_to_conductivity() {
        // Wound in muscle, fat beyond, an end that only leaks: the current is all but constant
        // over a few voxels either side of the boundary.
        let mut tissue = vec![Tissue::Muscle; 30];
        tissue[20..].fill(Tissue::Fat);
        let wound = |x: f64| if x < 9.0 { 1.0 } else { 0.0 };
        let phi = strip(tissue).with(Slow::Debris, wound).solved(Signal::Potential);
        let leaks = |range: std::ops::Range<usize>| 1e-3 * phi[range].iter().sum::<f64>();
        let (muscle, fat) = (phi[17] - phi[18], (phi[21] - phi[22]) * 0.04 / 0.35);
        close(muscle, leaks(18..30), 1e-4);
        close(fat, leaks(22..30), 1e-4);
    }
}
