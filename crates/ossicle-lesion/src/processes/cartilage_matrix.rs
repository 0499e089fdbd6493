//! Cartilage matrix: made by chondrocytes into free space, broken down where vessels,
//! hypertrophic cells and osteoblasts arrive.
//!
//! `Q_t = p_Q (c + s_h h) fr - d_Qv v [d_Q0 + H(h + b; K_Q)] Q`, `fr = [1 - Q - O1 - O2]+`

use ossicle_field::maths::{hill, positive};
use ossicle_field::reaction::LANES;

use crate::fields::Slow;
use crate::parameter::parameters;
use crate::process::{Process, Rates, Tile};

parameters! {
    /// Cartilage matrix.
    CartilageMatrix of "cartilage_matrix" {
        production = "p_Q" 0.12 [0.1, 0.4] "1/d per 1e6 cells/mL" CellRate, "production", "order of Bailon-Plaza 2001 Pcs";
        hypertrophic_share = "s_h" 0.5 [0.0, 1.0] "1" Constant, "production of a hypertrophic cell relative to a chondrocyte", "calibrated";
        breakdown = "d_Qv" 0.15 [0.05, 0.4] "1/d" CellRate, "breakdown per vessel density", "calibrated";
        unaided_share = "d_Q0" 0.08 [0.0, 0.3] "1" Constant, "share of breakdown that needs no hypertrophic cell or osteoblast", "calibrated";
        cell_half_effect = "K_Q" 0.05 [0.02, 0.2] "1e6 cells/mL" Constant, "cells at half breakdown", "calibrated";
    }
}

impl Process for CartilageMatrix {
    fn reads(&self) -> &'static [Slow] {
        &[
            Slow::Chondrocytes,
            Slow::Hypertrophic,
            Slow::Osteoblasts,
            Slow::Capillaries,
            Slow::CartilageMatrix,
            Slow::ImmatureOsteoid,
            Slow::MatureOsteoid,
            Slow::Mineral,
        ]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::CartilageMatrix]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let [q, c, h, b, v] = [
            Slow::CartilageMatrix,
            Slow::Chondrocytes,
            Slow::Hypertrophic,
            Slow::Osteoblasts,
            Slow::Capillaries,
        ]
        .map(|f| tile.get(f));
        let bone = &tile.derived.bone;
        let f = Slow::CartilageMatrix as usize;
        for i in 0..LANES {
            let free = positive(1.0 - q[i] - bone[i]);
            rates.gain[f][i] += self.production * (c[i] + self.hypertrophic_share * h[i]) * free;
            rates.loss[f][i] += self.breakdown
                * v[i]
                * (self.unaided_share + hill(h[i] + b[i], self.cell_half_effect, 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close};

    #[test]
    fn matrix_fills_what_bone_leaves_until_breakdown_balances() {
        let process = CartilageMatrix::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(process)])
            .with(Slow::Chondrocytes, 0.37)
            .with(Slow::Hypertrophic, 0.06)
            .with(Slow::Osteoblasts, 0.04)
            .with(Slow::Capillaries, 0.5)
            .with(Slow::ImmatureOsteoid, 0.05)
            .with(Slow::MatureOsteoid, 0.05)
            .with(Slow::Mineral, 0.1);
        let days = 10.0;
        tile.run(days, 0.02);
        // Production by 0.37 + 0.06/2 into 0.8 - Q; h + b at twice their half effect.
        let (made, broken) = (0.12 * 0.4, 0.15 * 0.5 * (0.08 + 2.0 / 3.0));
        let rate = made + broken;
        let expected = 0.8 * made / rate * (1.0 - libm::exp(-rate * days));
        close(tile.get(Slow::CartilageMatrix), expected, 1e-6);
    }
}
