//! Fibrosis: progenitors under TGF-beta lay down fibrous collagen.
//!
//! `F_t = p_F H(T; K_F) m [1 - F]+ - d_F F`

use ossicle_field::maths::{hill, positive};
use ossicle_field::reaction::LANES;

use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::{Process, Rates, Tile};

parameters! {
    /// Fibrous collagen.
    Fibrosis of "fibrosis" {
        production = "p_F" 0.05 [0.02, 0.1] "1/d per 1e6 cells/mL" CellRate, "production", "calibrated";
        tgf_half_effect = "K_F" 0.5 [0.2, 1.0] "ng/mL" Constant, "TGF-beta at half production", "calibrated";
        loss = "d_F" 0.01 [0.003, 0.03] "1/d" CellRate, "breakdown", "calibrated";
    }
}

impl Process for Fibrosis {
    fn reads(&self) -> &'static [Slow] {
        &[Slow::Progenitors, Slow::FibrousCollagen]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::FibrousCollagen]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::Tgf]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let (collagen, m) = (tile.get(Slow::FibrousCollagen), tile.get(Slow::Progenitors));
        let tgf = tile.signal(Signal::Tgf);
        let f = Slow::FibrousCollagen as usize;
        for i in 0..LANES {
            rates.gain[f][i] += self.production
                * hill(tgf[i], self.tgf_half_effect, 1)
                * m[i]
                * positive(1.0 - collagen[i]);
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
    fn collagen_relaxes_to_where_production_meets_breakdown() {
        let process = Fibrosis::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(process)])
            .with(Slow::Progenitors, 0.6)
            .signal(Signal::Tgf, 1.0);
        let days = 30.0;
        tile.run(days, 0.05);
        // 0.05 x 2/3 x 0.6 (1 - F) - 0.01 F
        let expected = 2.0 / 3.0 * (1.0 - libm::exp(-0.03 * days));
        close(tile.get(Slow::FibrousCollagen), expected, 1e-6);
    }
}
