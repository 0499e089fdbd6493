//! Adipogenesis: progenitors that are neither strained nor committed turn to fat.
//!
//! `A_t = k_mA (1 - G)(1 - HB) m`

use ossicle_field::reaction::LANES;

use crate::fields::Slow;
use crate::parameter::parameters;
use crate::process::{Flow, Process, Rates, Tile};

parameters! {
    /// Fat from unstrained progenitors.
    Adipogenesis of "adipogenesis" {
        rate = "k_mA" 0.05 [0.0, 0.1] "1/d" CellRate, "fat when unstrained", "calibrated (Huber 2020: immobilised tissue turns to fat)";
    }
}

impl Process for Adipogenesis {
    fn writes(&self) -> &'static [Slow] {
        &[Slow::Progenitors, Slow::Adipose]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let (permission, commitment) = (&tile.derived.permission, &tile.derived.commitment);
        for i in 0..LANES {
            rates.transfer[Flow::Adipogenesis as usize][i] +=
                self.rate * (1.0 - permission[i]) * (1.0 - commitment[i]);
        }
    }
}
