//! Endochondral ossification: chondrocytes in their matrix become hypertrophic; vessels
//! invade and replace them; a share lives on as osteoblasts.
//!
//! `c -> h` at `k_ch H(Q; Q_h, 2)`, `h -> b` at `k_hv v` with yield `f_hb`

use ossicle_field::maths::hill;
use ossicle_field::reaction::LANES;

use crate::fields::Slow;
use crate::parameter::parameters;
use crate::process::{Flow, Process, Rates, Tile};

parameters! {
    /// Hypertrophy of cartilage and its replacement.
    Endochondral of "endochondral_ossification" {
        hypertrophy = "k_ch" 0.08 [0.05, 0.2] "1/d" CellRate, "chondrocytes to hypertrophy", "10-20 d; to be checked";
        matrix_half_effect = "Q_h" 0.15 [0.05, 0.3] "volume fraction" Constant, "cartilage matrix at half that rate", "calibrated: cartilage must be complete before it is replaced";
        replacement = "k_hv" 0.10 [0.05, 0.3] "1/d" CellRate, "replacement per vessel density", "calibrated";
        surviving_share = "f_hb" 0.7 [0.3, 1.0] "1" Constant, "replaced cells that live on as osteoblasts", "calibrated";
    }
}

impl Process for Endochondral {
    fn reads(&self) -> &'static [Slow] {
        &[Slow::Capillaries, Slow::CartilageMatrix]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::Chondrocytes, Slow::Hypertrophic, Slow::Osteoblasts]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let (q, v) = (tile.get(Slow::CartilageMatrix), tile.get(Slow::Capillaries));
        for i in 0..LANES {
            rates.transfer[Flow::Hypertrophy as usize][i] +=
                self.hypertrophy * hill(q[i], self.matrix_half_effect, 2);
            rates.transfer[Flow::Replacement as usize][i] += self.replacement * v[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close};

    #[test]
    fn chondrocytes_mature_and_are_replaced_as_batemans_chain_with_a_yield() {
        let process = Endochondral::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(process)])
            .with(Slow::Chondrocytes, 0.6)
            .with(Slow::CartilageMatrix, 0.30)
            .with(Slow::Capillaries, 0.5);
        let days = 25.0;
        tile.run(days, 0.05);
        // Matrix at twice its half effect: 0.064 /d; half the vessels: 0.05 /d.
        let (cartilage, invaded) = (libm::exp(-0.064 * days), libm::exp(-0.05 * days));
        let hypertrophic = 0.064 / (0.05 - 0.064) * (cartilage - invaded);
        close(tile.get(Slow::Chondrocytes), 0.6 * cartilage, 1e-5);
        close(tile.get(Slow::Hypertrophic), 0.6 * hypertrophic, 1e-5);
        let replaced = 1.0 - cartilage - hypertrophic;
        close(tile.get(Slow::Osteoblasts), 0.6 * 0.7 * replaced, 1e-5);
    }
}
