//! VEGF: from cells short of oxygen and from hypertrophic cartilage; taken up by vessels.
//!
//! `0 = D_V lap V - (d_V + u_V v) V + s_Vw [1 - H(w; K_HIF, 3)](V_r + m + c + R) + s_Vh h`

use ossicle_anatomy::Tissue;
use ossicle_field::maths::hill;
use ossicle_field::reaction::{LANES, Lanes};

use super::{Domain, SteadySignal};
use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::Tile;

parameters! {
    /// VEGF.
    Vegf of "vegf" {
        diffusivity_mm2_per_day = "D_V" 3.0 [2.5, 9.0] "mm2/d" Constant, "diffusivity", "2.9e-7 cm2/s (Anderson & Chaplain 1998), 4.2e-7 (Mocafe)";
        decay = "d_V" 11.0 [5.0, 20.0] "1/d" Constant, "decay", "half-life about 90 min; to be checked";
        uptake = "u_V" 4.0 [1.0, 10.0] "1/d" Constant, "uptake by resting muscle's capillaries", "calibrated";
        by_hypoxia = "s_Vw" 16.0 [8.0, 32.0] "ng/mL/d" Constant, "release per 1e6 hypoxic cells/mL", "calibrated";
        hypoxia = "K_HIF" 0.4 [0.2, 0.6] "45 mmHg" Constant, "oxygen at half HIF", "calibrated";
        resting_cells = "V_r" 0.05 [0.0, 0.2] "1e6 cells/mL" Constant, "release by the tissue's own cells, as progenitors", "calibrated";
        by_hypertrophic = "s_Vh" 25.0 [12.5, 50.0] "ng/mL/d" Constant, "release per 1e6 hypertrophic chondrocytes/mL", "calibrated";
    }
}

impl SteadySignal for Vegf {
    fn signal(&self) -> Signal {
        Signal::Vegf
    }

    fn domain(&self) -> Domain {
        Domain::Interstitium
    }

    fn diffusivity(&self) -> f64 {
        self.diffusivity_mm2_per_day
    }

    fn reads(&self) -> &'static [Slow] {
        &[
            Slow::ReparativeMacrophages,
            Slow::Progenitors,
            Slow::Chondrocytes,
            Slow::Hypertrophic,
            Slow::Capillaries,
        ]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::Oxygen]
    }

    fn coefficients(&self, tile: &Tile, decay: &mut Lanes, source: &mut Lanes) {
        let [r, m, c, h, v] = [
            Slow::ReparativeMacrophages,
            Slow::Progenitors,
            Slow::Chondrocytes,
            Slow::Hypertrophic,
            Slow::Capillaries,
        ]
        .map(|f| tile.get(f));
        let oxygen = tile.signal(Signal::Oxygen);
        for i in 0..LANES {
            decay[i] = self.decay + self.uptake * v[i];
            let hypoxic = 1.0 - hill(oxygen[i], self.hypoxia, 3);
            source[i] = self.by_hypoxia * hypoxic * (self.resting_cells + m[i] + c[i] + r[i])
                + self.by_hypertrophic * h[i];
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

    fn strip(voxels: usize, spacing_mm: f64, vessels: f64) -> Strip {
        Strip::new(vec![Tissue::Uniform; voxels], spacing_mm, model_of(&[Vegf::NAME]))
            .with(Slow::Capillaries, move |_| vessels)
    }

    #[test]
    fn hypoxic_and_hypertrophic_cells_meet_decay_and_uptake() {
        let mut strip = strip(8, 1.0, 0.25)
            .with(Slow::Progenitors, |_| 0.1)
            .with(Slow::Chondrocytes, |_| 0.2)
            .with(Slow::ReparativeMacrophages, |_| 0.15)
            .with(Slow::Hypertrophic, |_| 0.08)
            .signal(Signal::Oxygen, |_| 0.8);
        // Oxygen at twice half HIF; uptake 4 x 0.25.
        let expected = (16.0 / 9.0 * (0.05 + 0.1 + 0.2 + 0.15) + 25.0 * 0.08) / (11.0 + 1.0);
        close(strip.solved(Signal::Vegf)[3], expected, 1e-6);
    }

    #[test]
    fn beyond_its_source_it_decays_over_its_screening_length() {
        let mut strip = strip(200, 0.1, 1.0)
            .with(Slow::Hypertrophic, |x| if x < 10.0 { 0.3 } else { 0.0 })
            // Far above K_HIF: no cell is short of oxygen.
            .signal(Signal::Oxygen, |_| 1e6);
        let vegf = strip.solved(Signal::Vegf);
        let ratio = screened_ratio(3.0, 11.0 + 4.0, 0.1);
        close(-0.1 / libm::log(ratio), (3.0_f64 / 15.0).sqrt(), 0.01);
        for i in 100..112 {
            close(vegf[i + 1] / vegf[i], ratio, 1e-4);
        }
    }
}
