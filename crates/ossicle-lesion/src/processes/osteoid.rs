//! Osteoid: osteoblasts lay down collagen into free space; it matures before it can
//! mineralise.
//!
//! `O1_t = p_O b fr - k_mat O1`; the matured collagen without mineral is `U = O2 - Y`

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
