//! Osteoblasts divide under BMP where they are perfused and have room and pore; they are
//! lost at a steady rate.
//!
//! `b_t = ... + rho_b H(B; K_Bb) v room pore b - d_b b`

use ossicle_field::maths::hill;
use ossicle_field::reaction::LANES;

use crate::fields::Slow;
use crate::parameter::parameters;
use crate::process::{Process, Rates, Tile};

parameters! {
    /// Division and loss of osteoblasts.
    Osteoblasts of "osteoblast_turnover" {
        division = "rho_b" 0.22 [0.2, 0.3] "1/d" CellRate, "division", "Trejo 2019 0.2202 /d";
        bmp_half_effect = "K_Bb" 0.5 [0.2, 1.0] "1" Constant, "BMP at half division", "calibrated";
        loss = "d_b" 0.10 [0.05, 0.19] "1/d" CellRate, "loss", "Bailon-Plaza 2001 0.1, Trejo 2019 0.15, Lemaire 2004 0.189 /d";
    }
}

impl Process for Osteoblasts {
    fn writes(&self) -> &'static [Slow] {
        &[Slow::Osteoblasts]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let [b, v, bmp] = [Slow::Osteoblasts, Slow::Capillaries, Slow::Bmp].map(|f| tile.get(f));
        let (room, pore) = (&tile.derived.room, &tile.derived.pore);
        let f = Slow::Osteoblasts as usize;
        for i in 0..LANES {
            rates.gain[f][i] += self.division
                * hill(bmp[i], self.bmp_half_effect, 1)
                * v[i]
                * room[i]
                * pore[i]
                * b[i];
            rates.loss[f][i] += self.loss;
        }
    }
}
