//! Progenitors multiply under TGF-beta and prostaglandin where there is room, pore and
//! oxygen; they are lost slowly, faster in cytokine and without oxygen; the tissue replaces
//! them at its resting rate.
//!
//! `m_t = ... + (1-xi) rho_m (T + a_P PG)/(K_T + T + a_P PG) room pore H(w; K_wm) m + d_m m0 - die m`
//!
//! `die = d_m + d_mI H(I; K_mI)[1 - H(T; K_T)] + d_an [1 - H(w; K_an)]`

use ossicle_field::maths::hill;
use ossicle_field::reaction::LANES;

use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::{Process, Rates, Tile};

parameters! {
    /// Division and loss of progenitors.
    Proliferation of "progenitor_proliferation" {
        division = "rho_m" 0.70 [0.4, 1.0] "1/d" CellRate, "maximal division rate", "Trejo 2019 0.5, Lacroix 2002 0.6, COMMBINI 0.6 /d";
        drive_half_effect = "K_T" 0.35 [0.175, 0.7] "ng/mL" Constant, "drive at half the maximal rate", "calibrated";
        prostaglandin_weight = "a_P" 0.8 [0.4, 1.6] "ng/mL" Constant, "weight of prostaglandin in the drive", "calibrated";
        oxygen_half_effect = "K_wm" 0.05 [0.02, 0.1] "45 mmHg" Constant, "oxygen at half division", "calibrated";
        loss = "d_m" 0.02 [0.01, 0.05] "1/d" CellRate, "loss and resting replacement", "fibroblast apoptosis 0.05 /d (Lacroix 2002); calibrated";
        cytokine_loss = "d_mI" 0.05 [0.0, 0.1] "1/d" CellRate, "extra loss in cytokine without TGF-beta", "calibrated";
        cytokine_half_loss = "K_mI" 1.0 [0.5, 2.0] "ng/mL" Constant, "cytokine at half extra loss", "calibrated";
        anoxic_loss = "d_an" 0.5 [0.1, 1.0] "1/d" CellRate, "loss without oxygen", "calibrated";
        anoxia = "K_an" 0.01 [0.003, 0.03] "45 mmHg" Constant, "oxygen at half that loss", "calibrated";
    }
}

impl Process for Proliferation {
    fn reads(&self) -> &'static [Slow] {
        &[
            Slow::Progenitors,
            Slow::Chondrocytes,
            Slow::Hypertrophic,
            Slow::Osteoblasts,
            Slow::CartilageMatrix,
            Slow::ImmatureOsteoid,
            Slow::MatureOsteoid,
            Slow::Mineral,
        ]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::Progenitors]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::Cytokine, Signal::Tgf, Signal::Oxygen]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let m = tile.get(Slow::Progenitors);
        let [cytokine, tgf, oxygen] =
            [Signal::Cytokine, Signal::Tgf, Signal::Oxygen].map(|s| tile.signal(s));
        let (pg, room, pore) =
            (&tile.derived.prostaglandin, &tile.derived.room, &tile.derived.pore);
        let resident = &tile.tissue.progenitors;
        let dividing = (1.0 - tile.exposure.division_loss) * self.division;
        let f = Slow::Progenitors as usize;
        for i in 0..LANES {
            let drive = tgf[i] + self.prostaglandin_weight * pg[i];
            let rate = dividing * drive / (self.drive_half_effect + drive)
                * room[i]
                * pore[i]
                * hill(oxygen[i], self.oxygen_half_effect, 1);
            rates.gain[f][i] += rate * m[i] + self.loss * resident[i];
            rates.loss[f][i] += self.loss
                + self.cytokine_loss
                    * hill(cytokine[i], self.cytokine_half_loss, 1)
                    * (1.0 - hill(tgf[i], self.drive_half_effect, 1))
                + self.anoxic_loss * (1.0 - hill(oxygen[i], self.anoxia, 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close, given};

    #[test]
    fn without_loss_growth_is_logistic() {
        let defaults = Proliferation::new(&ParameterValues::default());
        let growing = Proliferation { loss: 0.0, cytokine_loss: 0.0, anoxic_loss: 0.0, ..defaults };
        let prostaglandin = given(|d| d.prostaglandin = [0.1; LANES]);
        let mut tile = Alone::new(vec![prostaglandin, Box::new(growing)])
            .with(Slow::Progenitors, 0.05)
            .with(Slow::CartilageMatrix, 0.5)
            .signal(Signal::Tgf, 0.62)
            .signal(Signal::Oxygen, 0.15);
        tile.exposure.division_loss = 0.4;
        let days = 30.0;
        tile.run(days, 0.02);
        // Drive 0.62 + 0.8 x 0.1 = 2 K_T, oxygen at three times its half effect, half the pore,
        // 0.6 of the cells able.
        let rate = 0.6 * 0.70 * 2.0 / 3.0 * 0.75 * 0.5;
        close(tile.get(Slow::Progenitors), 1.0 / (1.0 + 19.0 * libm::exp(-rate * days)), 1e-5);
    }

    #[test]
    fn without_division_they_relax_to_what_replacement_sustains() {
        let defaults = Proliferation::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(Proliferation { division: 0.0, ..defaults })])
            .with(Slow::Progenitors, 0.5)
            .signal(Signal::Cytokine, 0.5)
            .signal(Signal::Tgf, 0.70)
            .signal(Signal::Oxygen, 0.03);
        let days = 8.0;
        tile.run(days, 0.005);
        let dying = 0.02 + 0.05 / 3.0 / 3.0 + 0.5 / 4.0;
        let end = 0.02 * 0.04 / dying;
        close(tile.get(Slow::Progenitors), end + (0.5 - end) * libm::exp(-dying * days), 1e-5);
    }
}
