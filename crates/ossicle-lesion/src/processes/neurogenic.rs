//! The nerve: sensory fibres grow towards inflammation and release neuropeptides
//! (substance P, CGRP) where they meet debris, cytokine or BMP, more after a lesion of the
//! central nervous system.
//!
//! `n_t = k_n (I + T) H(I; K_n) (1 - n) - d_n (n - n0)`, where `I + T` stands for NGF
//!
//! `S = n [ D + H(I; 1) + H(B; K_nB) + cns ]`

use ossicle_field::maths::{hill, positive};
use ossicle_field::reaction::LANES;

use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::{Process, Rates, Tile};

parameters! {
    /// Sensory fibres and neuropeptides.
    Neurogenic of "neurogenic" {
        growth = "k_n" 0.05 [0.0, 0.2] "mL/ng/d" CellRate, "growth of fibres per NGF", "calibrated";
        growth_half_effect = "K_n" 0.5 [0.2, 1.0] "ng/mL" Constant, "cytokine at half growth", "calibrated";
        recovery = "d_n" 0.01 [0.003, 0.03] "1/d" CellRate, "return to resting density", "calibrated";
        gain = "a_S" 1.0 [0.3, 2.0] "1" Constant, "gain that neuropeptides give to PG and BMP", "calibrated to substance P knock-out (Kan 2011)";
        cytokine_half_release = "K_nI" 1.0 [0.5, 2.0] "ng/mL" Constant, "cytokine at half release", "calibrated";
        bmp_half_release = "K_nB" 0.5 [0.2, 1.0] "1" Constant, "BMP at half release", "calibrated (Salisbury 2011: BMP-driven, TRPV1-dependent)";
    }
}

impl Process for Neurogenic {
    fn reads(&self) -> &'static [Slow] {
        &[Slow::Debris, Slow::Fibres, Slow::Bmp]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::Fibres]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::Cytokine, Signal::Tgf]
    }

    fn derive(&self, tile: &mut Tile) {
        let [n, d, b] = [Slow::Fibres, Slow::Debris, Slow::Bmp].map(|f| tile.get(f));
        let cytokine = tile.signal(Signal::Cytokine);
        let central = tile.host.central_nervous_lesion;
        for i in 0..LANES {
            let stimulus = d[i]
                + hill(cytokine[i], self.cytokine_half_release, 1)
                + hill(b[i], self.bmp_half_release, 1)
                + central;
            tile.derived.neuropeptide[i] = n[i] * stimulus;
            tile.derived.neural_gain[i] = 1.0 + self.gain * n[i] * stimulus;
        }
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let (cytokine, tgf) = (tile.signal(Signal::Cytokine), tile.signal(Signal::Tgf));
        let resting = &tile.tissue.fibres;
        let f = Slow::Fibres as usize;
        for i in 0..LANES {
            // Growth is limited to (1 - n): written as a gain and a loss of the same size.
            let growth = self.growth
                * positive(cytokine[i] + tgf[i])
                * hill(cytokine[i], self.growth_half_effect, 1);
            rates.gain[f][i] += growth + self.recovery * resting[i];
            rates.loss[f][i] += growth + self.recovery;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close, with};

    #[test]
    fn fibres_relax_to_where_growth_meets_their_return_to_rest() {
        let nerve = Neurogenic::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(nerve)])
            .with(Slow::Fibres, 0.3)
            .signal(Signal::Cytokine, 1.0)
            .signal(Signal::Tgf, 0.5);
        let days = 15.0;
        tile.run(days, 0.02);
        // Growth 0.05 x 1.5 x 2/3, return 0.01 to the resting 0.3.
        let end = (0.05 + 0.01 * 0.3) / 0.06;
        close(tile.get(Slow::Fibres), end + (0.3 - end) * libm::exp(-0.06 * days), 1e-6);
    }

    #[test]
    fn each_stimulus_adds_to_the_release_of_each_fibre() {
        let nerve = Neurogenic::new(&with("a_S", 2.0));
        let derived = Alone::new(vec![Box::new(nerve)])
            .with(Slow::Fibres, 0.6)
            .with(Slow::Debris, 0.5)
            .with(Slow::Bmp, 1.0)
            .signal(Signal::Cytokine, 2.0)
            .central_nervous_lesion(1.0)
            .derived();
        let released = 0.6 * (0.5 + 2.0 / 3.0 + 2.0 / 3.0 + 1.0);
        close(derived.neuropeptide[0], released, 1e-14);
        close(derived.neural_gain[0], 1.0 + 2.0 * released, 1e-14);
    }
}
