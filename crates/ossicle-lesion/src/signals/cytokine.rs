//! Inflammatory cytokine (IL-1, IL-6, TNF): from debris and inflammatory macrophages, braked
//! by reparative ones.
//!
//! `0 = D_I lap I - d_I I + (s_ID D + s_IM M)/(1 + R/K_IR)`

use ossicle_anatomy::Tissue;
use ossicle_field::reaction::{LANES, Lanes};

use super::{Domain, SteadySignal};
use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::Tile;

parameters! {
    /// Inflammatory cytokine.
    Cytokine of "cytokine" {
        diffusivity_mm2_per_day = "D_I" 2.6 [0.26, 2.6] "mm2/d" Constant, "diffusivity", "COMMBINI 1800 um2/min";
        decay = "d_I" 12.8 [9.0, 55.0] "1/d" Constant, "decay", "Trejo 2019 12.79 /d";
        by_debris = "s_ID" 10.0 [2.5, 25.0] "ng/mL/d" Constant, "release per debris", "Trejo 2019 25 ng/mL/d; range from COMMBINI";
        by_macrophages = "s_IM" 30.0 [4.0, 40.0] "ng/mL/d" Constant, "release per 1e6 macrophages/mL", "Trejo 2019 8.3; calibrated";
        brake = "K_IR" 0.15 [0.05, 0.5] "1e6 cells/mL" Constant, "reparative macrophages that halve release", "calibrated";
    }
}

impl SteadySignal for Cytokine {
    fn signal(&self) -> Signal {
        Signal::Cytokine
    }

    fn domain(&self) -> Domain {
        Domain::Interstitium
    }

    fn diffusivity(&self) -> f64 {
        self.diffusivity_mm2_per_day
    }

    fn reads(&self) -> &'static [Slow] {
        &[Slow::Debris, Slow::InflammatoryMacrophages, Slow::ReparativeMacrophages]
    }

    fn coefficients(&self, tile: &Tile, decay: &mut Lanes, source: &mut Lanes) {
        let [d, m, r] = [Slow::Debris, Slow::InflammatoryMacrophages, Slow::ReparativeMacrophages]
            .map(|f| tile.get(f));
        for i in 0..LANES {
            decay[i] = self.decay;
            source[i] =
                (self.by_debris * d[i] + self.by_macrophages * m[i]) / (1.0 + r[i] / self.brake);
        }
    }

    fn background(&self, _tissue: Tissue) -> (f64, f64) {
        (self.decay, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Strip, close, model_of, screened_ratio};

    fn strip(voxels: usize, spacing_mm: f64) -> Strip {
        Strip::new(vec![Tissue::Uniform; voxels], spacing_mm, model_of(&[Cytokine::NAME]))
    }

    #[test]
    fn uniform_sources_meet_decay_under_the_brake() {
        let mut strip = strip(8, 1.0)
            .with(Slow::Debris, |_| 0.5)
            .with(Slow::InflammatoryMacrophages, |_| 0.2)
            .with(Slow::ReparativeMacrophages, |_| 0.15);
        let expected = (10.0 * 0.5 + 30.0 * 0.2) / 2.0 / 12.8;
        close(strip.solved(Signal::Cytokine)[3], expected, 1e-6);
    }

    #[test]
    fn beyond_its_source_it_decays_over_its_screening_length() {
        let left = |x: f64| if x < 10.0 { 1.0 } else { 0.0 };
        let cytokine = strip(200, 0.1).with(Slow::Debris, left).solved(Signal::Cytokine);
        let ratio = screened_ratio(2.6, 12.8, 0.1);
        close(-0.1 / libm::log(ratio), (2.6_f64 / 12.8).sqrt(), 0.01);
        for i in 100..115 {
            close(cytokine[i + 1] / cytokine[i], ratio, 1e-4);
        }
        // Either side of the edge mirrors the other about half the plateau.
        close(cytokine[99] + cytokine[100], 10.0 / 12.8, 1e-5);
    }
}
