//! Chondrogenesis: committed progenitors become chondrocytes, mostly where oxygen is low,
//! held back by cytokine and only if strained; chondrocytes divide where there is room.
//!
//! `kmc = om k_mc HB G [q_0 + H(1 - w; w_h, 3)]/(1 + I/K_Ic)`
//!
//! `c_t = kmc m + rho_c HB room c - d_c c - ...`

use ossicle_field::maths::{hill, positive};
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
            let hypoxic = self.oxygenated_share
                + hill(positive(1.0 - oxygen[i]), self.hypoxia_half_effect, 3);
            rates.transfer[Flow::Chondrogenesis as usize][i] +=
                competence[i] * self.rate * derived.commitment[i] * derived.permission[i] * hypoxic
                    / (1.0 + cytokine[i] / self.cytokine_block);
            rates.gain[f][i] += self.division * derived.commitment[i] * derived.room[i] * c[i];
            rates.loss[f][i] += self.loss;
        }
    }
}
