//! Osteoid: osteoblasts lay down collagen into free space; it matures before it can
//! mineralise.
//!
//! `O1_t = p_O b fr - k_mat O1`, `fr = [1 - Q - O1 - O2]+`; the matured collagen without mineral is `U = O2 - Y`

use ossicle_field::maths::positive;
use ossicle_field::reaction::LANES;

use crate::fields::Slow;
use crate::parameter::parameters;
use crate::process::{Flow, Process, Rates, Tile};

parameters! {
    /// Bone collagen, from secretion to maturity.
    Osteoid of "osteoid" {
        production = "p_O" 0.30 [0.11, 0.44] "1/d per 1e6 cells/mL" CellRate, "osteoid per osteoblast", "Trejo 2019 0.05, Bailon-Plaza 2001 0.2 g/mL/d over 0.45 g/mL; derived";
        maturation = "k_mat" 0.10 [0.05, 0.3] "1/d" CellRate, "collagen maturation", "Komarova 2015 k1";
    }
}

impl Process for Osteoid {
    fn reads(&self) -> &'static [Slow] {
        &[
            Slow::Osteoblasts,
            Slow::CartilageMatrix,
            Slow::ImmatureOsteoid,
            Slow::MatureOsteoid,
            Slow::Mineral,
        ]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::ImmatureOsteoid, Slow::MatureOsteoid]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let (q, b) = (tile.get(Slow::CartilageMatrix), tile.get(Slow::Osteoblasts));
        let bone = &tile.derived.bone;
        for i in 0..LANES {
            let free = positive(1.0 - q[i] - bone[i]);
            rates.gain[Slow::ImmatureOsteoid as usize][i] += self.production * b[i] * free;
            rates.transfer[Flow::Maturation as usize][i] += self.maturation;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close};

    #[test]
    fn osteoid_fills_free_space_and_matures_as_batemans_chain() {
        let process = Osteoid::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(process)])
            .with(Slow::Osteoblasts, 0.5)
            .with(Slow::CartilageMatrix, 0.2);
        let days = 12.0;
        tile.run(days, 0.02);
        // O1 + U = 0.8 (1 - exp(-0.3 x 0.5 t)); maturation 0.1 /d.
        let (open, matured) = (libm::exp(-0.15 * days), libm::exp(-0.1 * days));
        let immature = 0.8 * 0.15 / (0.1 - 0.15) * (open - matured);
        close(tile.get(Slow::ImmatureOsteoid), immature, 1e-5);
        close(tile.get(Slow::MatureOsteoid), 0.8 * (1.0 - open) - immature, 1e-5);
    }
}
