//! Cartilage matrix: made by chondrocytes into free space, broken down where vessels,
//! hypertrophic cells and osteoblasts arrive.
//!
//! `Q_t = p_Q (c + s_h h) fr - d_Qv v [d_Q0 + H(h + b; K_Q)] Q`, `fr = 1 - Q - O1 - O2`

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
