//! Chondrogenesis: committed progenitors become chondrocytes, mostly where oxygen is low,
//! held back by cytokine and only if strained; chondrocytes divide where there is room.
//!
//! `kmc = om k_mc HB G [q_0 + H(1 - w; w_h, 3)]/(1 + I/K_Ic)`
//!
//! `c_t = kmc m + rho_c HB room c - d_c c - ...`

use ossicle_field::maths::hill;
use ossicle_field::reaction::LANES;

use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::{Flow, Process, Rates, Tile};

parameters! {
    /// Commitment to cartilage, division and loss of chondrocytes.
    Chondrogenesis of "chondrogenesis" {
        rate = "k_mc" 0.50 [0.2, 1.0] "1/d" CellRate, "chondrogenic rate", "differentiation 0.3 /d (Lacroix 2002); calibrated";
        oxygenated_share = "q_0" 0.15 [0.0, 0.5] "1" Constant, "share of that rate in full oxygen", "calibrated";
        hypoxia_half_effect = "w_h" 0.35 [0.2, 50.0] "45 mmHg" Constant, "lack of oxygen (1 - w) at half effect; 50 switches hypoxia off", "calibrated within Carlier 2015";
        cytokine_block = "K_Ic" 0.6 [0.1, 1.0] "ng/mL" Constant, "cytokine that halves commitment", "Trejo 2019 asb1 0.1; calibrated";
        division = "rho_c" 0.20 [0.1, 0.3] "1/d" CellRate, "division of chondrocytes", "Lacroix 2002 0.2 /d";
        loss = "d_c" 0.02 [0.01, 0.1] "1/d" CellRate, "loss of chondrocytes", "Lacroix 2002 0.1 /d; calibrated";
    }
}

impl Process for Chondrogenesis {
    fn reads(&self) -> &'static [Slow] {
        &[Slow::Progenitors, Slow::Chondrocytes, Slow::Hypertrophic, Slow::Osteoblasts]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::Progenitors, Slow::Chondrocytes]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::Cytokine, Signal::Oxygen]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let c = tile.get(Slow::Chondrocytes);
        let (cytokine, oxygen) = (tile.signal(Signal::Cytokine), tile.signal(Signal::Oxygen));
        let derived = &tile.derived;
        let competence = &tile.tissue.competence;
        let f = Slow::Chondrocytes as usize;
        for i in 0..LANES {
            let hypoxic =
                self.oxygenated_share + hill(1.0 - oxygen[i], self.hypoxia_half_effect, 3);
            rates.transfer[Flow::Chondrogenesis as usize][i] += competence[i]
                * self.rate
                * derived.commitment[i]
                * derived.chondrogenic_permission[i]
                * hypoxic
                / (1.0 + cytokine[i] / self.cytokine_block);
            rates.gain[f][i] += self.division * derived.commitment[i] * derived.room[i] * c[i];
            rates.loss[f][i] += self.loss;
        }
    }
}

#[cfg(test)]
mod tests {
    use ossicle_anatomy::Tissue;

    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close, given};

    #[test]
    fn committed_progenitors_turn_and_are_lost_as_batemans_chain() {
        let defaults = Chondrogenesis::new(&ParameterValues::default());
        let committed = given(|d| {
            d.commitment = [0.5; LANES];
            d.chondrogenic_permission = [0.8; LANES];
        });
        let process = Chondrogenesis { division: 0.0, ..defaults };
        let mut tile = Alone::inside(Tissue::Fat, vec![committed, Box::new(process)])
            .with(Slow::Progenitors, 0.4)
            .signal(Signal::Oxygen, 0.30)
            .signal(Signal::Cytokine, 1.2);
        let days = 20.0;
        tile.run(days, 0.05);
        // Competence 0.4; lack of oxygen at twice its half effect, 0.15 + 8/9; cytokine leaves a
        // third.
        let turning = 0.4 * 0.50 * 0.5 * 0.8 * (0.15 + 8.0 / 9.0) / 3.0;
        let (left, fading) = (libm::exp(-turning * days), libm::exp(-0.02 * days));
        close(tile.get(Slow::Progenitors), 0.4 * left, 1e-6);
        let chondrocytes = 0.4 * turning / (0.02 - turning) * (left - fading);
        close(tile.get(Slow::Chondrocytes), chondrocytes, 1e-6);
    }

    #[test]
    fn chondrocytes_divide_logistically_in_bmp() {
        let committed = given(|d| d.commitment = [0.5; LANES]);
        let process = Chondrogenesis::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![committed, Box::new(process)])
            .with(Slow::Chondrocytes, 0.1)
            .signal(Signal::Oxygen, 1.0);
        let days = 40.0;
        tile.run(days, 0.05);
        // 0.2/2 (1 - c) c - 0.02 c: logistic at 0.08 /d towards 0.8.
        let expected = 0.8 / (1.0 + 7.0 * libm::exp(-0.08 * days));
        close(tile.get(Slow::Chondrocytes), expected, 1e-5);
    }

    #[test]
    fn full_oxygen_leaves_the_oxygenated_share() {
        let committed = given(|d| d.commitment = [1.0; LANES]);
        let process = Chondrogenesis::new(&ParameterValues::default());
        let tile = Alone::new(vec![committed, Box::new(process)]).signal(Signal::Oxygen, 1.0);
        close(tile.rates().transfer[Flow::Chondrogenesis as usize][0], 0.50 * 0.15, 1e-14);
    }
}
