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
    fn reads(&self) -> &'static [Slow] {
        &[]
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close, given};

    #[test]
    fn unstrained_uncommitted_progenitors_turn_to_fat_exponentially() {
        let given = given(|d| {
            d.permission = [0.4; LANES];
            d.commitment = [0.25; LANES];
        });
        let process = Adipogenesis::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![given, Box::new(process)]).with(Slow::Progenitors, 0.3);
        let days = 30.0;
        tile.run(days, 0.05);
        let left = libm::exp(-0.05 * 0.6 * 0.75 * days);
        close(tile.get(Slow::Progenitors), 0.3 * left, 1e-6);
        close(tile.get(Slow::Adipose), 0.3 * (1.0 - left), 1e-5);
    }
}
