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
    fn reads(&self) -> &'static [Slow] {
        &[
            Slow::Progenitors,
            Slow::Chondrocytes,
            Slow::Hypertrophic,
            Slow::Osteoblasts,
            Slow::Capillaries,
            Slow::CartilageMatrix,
            Slow::ImmatureOsteoid,
            Slow::MatureOsteoid,
            Slow::Mineral,
            Slow::Bmp,
        ]
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close};

    #[test]
    fn division_and_loss_make_a_logistic_curve() {
        let process = Osteoblasts::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(process)])
            .with(Slow::Osteoblasts, 0.5)
            .with(Slow::Capillaries, 0.8)
            .with(Slow::CartilageMatrix, 0.25)
            .with(Slow::Bmp, 1.0);
        let days = 20.0;
        tile.run(days, 0.02);
        // b' = r (1 - b) b - 0.1 b with r = 0.22 x 2/3 x 0.8 x 0.75.
        let (r, net) = (0.088, 0.088 - 0.1);
        let grown = libm::exp(net * days);
        close(
            tile.get(Slow::Osteoblasts),
            0.5 * net * grown / (net + r * 0.5 * (grown - 1.0)),
            1e-6,
        );
    }
}
