//! Active TGF-beta and activin: from reparative macrophages, debris and inflammatory
//! macrophages.
//!
//! `0 = D_T lap T - d_T T + s_TR R + s_TD D + s_TM M`

use ossicle_anatomy::Tissue;
use ossicle_field::reaction::{LANES, Lanes};

use super::{Domain, SteadySignal};
use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::Tile;

parameters! {
    /// TGF-beta and activin.
    Tgf of "tgf_beta" {
        diffusivity_mm2_per_day = "D_T" 2.25 [0.2, 2.3] "mm2/d" Constant, "diffusivity", "COMMBINI 1560 um2/min";
        decay = "d_T" 4.6 [2.5, 17.0] "1/d" Constant, "decay", "Trejo 2019 4.632 /d";
        by_reparative = "s_TR" 9.0 [2.0, 18.0] "ng/mL/d" Constant, "release per 1e6 reparative macrophages/mL", "order of Trejo 2019 k2, k3; calibrated";
        by_debris = "s_TD" 3.0 [0.5, 6.0] "ng/mL/d" Constant, "release from damaged matrix and platelets", "calibrated";
        by_inflammatory = "s_TM" 3.0 [0.5, 6.0] "ng/mL/d" Constant, "release per 1e6 inflammatory macrophages/mL", "calibrated";
    }
}

impl SteadySignal for Tgf {
    fn signal(&self) -> Signal {
        Signal::Tgf
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
                self.by_reparative * r[i] + self.by_debris * d[i] + self.by_inflammatory * m[i];
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
        Strip::new(vec![Tissue::Uniform; voxels], spacing_mm, model_of(&[Tgf::NAME]))
    }

    #[test]
    fn uniform_sources_meet_decay() {
        let mut strip = strip(8, 1.0)
            .with(Slow::Debris, |_| 0.5)
            .with(Slow::InflammatoryMacrophages, |_| 0.1)
            .with(Slow::ReparativeMacrophages, |_| 0.2);
        close(strip.solved(Signal::Tgf)[3], (9.0 * 0.2 + 3.0 * 0.5 + 3.0 * 0.1) / 4.6, 1e-6);
    }

    #[test]
    fn beyond_its_source_it_decays_over_its_screening_length() {
        let left = |x: f64| if x < 10.0 { 0.2 } else { 0.0 };
        let tgf = strip(200, 0.1).with(Slow::ReparativeMacrophages, left).solved(Signal::Tgf);
        let ratio = screened_ratio(2.25, 4.6, 0.1);
        close(-0.1 / libm::log(ratio), (2.25_f64 / 4.6).sqrt(), 0.01);
        for i in 100..115 {
            close(tgf[i + 1] / tgf[i], ratio, 1e-4);
        }
    }

    #[test]
    fn it_enters_cartilage_and_stops_at_bone() {
        let mut tissue = vec![Tissue::Uniform; 40];
        tissue[20..24].fill(Tissue::ArticularCartilage);
        tissue[24..28].fill(Tissue::CorticalBone);
        let tgf = Strip::new(tissue, 0.25, model_of(&[Tgf::NAME]))
            .with(Slow::ReparativeMacrophages, |x| if x < 5.0 { 0.2 } else { 0.0 })
            .solved(Signal::Tgf);
        assert!(tgf[23] > 0.01);
        assert_eq!(tgf[24..], [0.0; 16], "nothing passes bone");
    }
}
