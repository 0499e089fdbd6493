//! Angiogenesis: capillaries grow under VEGF, hardly into cartilage, and are lost in debris;
//! they spread by sprouting and follow VEGF. Tissue that health keeps sparsely perfused prunes
//! the surplus: up to its resting VEGF (`V0`) it keeps the vessels it has (`v0`).
//!
//! `v_t = div(D_v om_v v0 grad(v/v0)) - div(om_v f_v chi_v v grad(V - V0)) + r_v om_v v {H(V; K_V)[1 - a_c H(c; K_vc)](1 - v) - H(min(V, V0); K_V)(1 - v0)} - d_v H(D; K_vD) v`

use ossicle_field::maths::{hill, positive};
use ossicle_field::reaction::LANES;

use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::{Process, Rates, Tile};

parameters! {
    /// Growth, spread and loss of perfused capillaries.
    Angiogenesis of "angiogenesis" {
        growth = "r_v" 0.12 [0.0, 0.5] "1/d" CellRate, "capillary growth", "calibrated: front about 0.1 mm/d";
        vegf_half_effect = "K_V" 0.25 [0.1, 0.5] "ng/mL" Constant, "VEGF at half effect", "tip activation above 0.5 ng/mL (Qutub & Popel 2009); calibrated";
        cartilage_block = "a_c" 0.8 [0.0, 1.0] "1" Constant, "share of growth that cartilage holds back", "calibrated (chondromodulin)";
        cartilage_half_block = "K_vc" 0.2 [0.05, 0.5] "1e6 cells/mL" Constant, "chondrocytes at half that block", "calibrated";
        debris_loss = "d_v" 0.01 [0.0, 0.05] "1/d" CellRate, "loss in debris", "calibrated";
        debris_half_loss = "K_vD" 0.5 [0.2, 1.0] "5e7 cells/mL" Constant, "debris at half that loss", "calibrated";
        sprouting_mm2_per_day = "D_v" 0.02 [0.0, 0.1] "mm2/d" CellRate, "spread by sprouting", "calibrated";
        taxis_mm2_per_day = "chi_v" 0.03 [0.01, 0.1] "mm2/d per ng/mL" CellRate, "movement up VEGF", "calibrated";
        taxis_share = "f_v" 0.2 [0.0, 1.0] "1" Constant, "share of vessels that are moving tips", "calibrated";
    }
}

impl Process for Angiogenesis {
    fn reads(&self) -> &'static [Slow] {
        &[Slow::Debris, Slow::Chondrocytes, Slow::Capillaries]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::Capillaries]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::Vegf]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let [v, c, d] = [Slow::Capillaries, Slow::Chondrocytes, Slow::Debris].map(|f| tile.get(f));
        let vegf = tile.signal(Signal::Vegf);
        let (ability, vessels) = (&tile.tissue.vessel_growth, &tile.tissue.vessels);
        let resting = &tile.tissue.resting_vegf;
        let f = Slow::Capillaries as usize;
        for i in 0..LANES {
            let able = self.growth * ability[i];
            let growth = able
                * hill(vegf[i], self.vegf_half_effect, 1)
                * (1.0 - self.cartilage_block * hill(c[i], self.cartilage_half_block, 1));
            let usual = if vegf[i] < resting[i] { vegf[i] } else { resting[i] };
            let pruning = able * hill(usual, self.vegf_half_effect, 1) * positive(1.0 - vessels[i]);
            rates.gain[f][i] += growth * v[i];
            rates.loss[f][i] +=
                growth * v[i] + pruning + self.debris_loss * hill(d[i], self.debris_half_loss, 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use ossicle_anatomy::Tissue;

    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, Strip, bell, close, model_of};

    #[test]
    fn capillaries_grow_logistically_in_vegf_and_less_in_cartilage() {
        let process = Angiogenesis::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(process)])
            .with(Slow::Capillaries, 0.1)
            .with(Slow::Chondrocytes, 0.1)
            .signal(Signal::Vegf, 0.5);
        let days = 60.0;
        tile.run(days, 0.05);
        // VEGF at twice its half effect, cartilage holds back 0.8/3.
        let rate = 0.12 * 2.0 / 3.0 * (1.0 - 0.8 / 3.0);
        close(tile.get(Slow::Capillaries), 1.0 / (1.0 + 9.0 * libm::exp(-rate * days)), 1e-5);
    }

    /// Sparsely perfused tissue prunes a surplus down to what it has in health.
    #[test]
    fn resting_vegf_keeps_the_vessels_of_health() {
        let kept = Tissue::TendonLigament.properties().vessel_density.value;
        let days = 60.0;
        // Less VEGF than at rest slows growth and pruning alike.
        for (vegf, half_effect) in [(0.25, 0.5), (0.1, 0.1 / 0.35)] {
            let after = |start: f64| {
                let process = Angiogenesis::new(&ParameterValues::default());
                let mut tile = Alone::inside(Tissue::TendonLigament, vec![Box::new(process)])
                    .resting_vegf(0.25)
                    .signal(Signal::Vegf, vegf)
                    .with(Slow::Capillaries, start);
                tile.run(days, 0.05);
                tile.get(Slow::Capillaries)
            };
            for start in [3.0 * kept, kept, 0.5 * kept] {
                // A logistic towards v0 at the rate r_v om_v H(V) v0; om_v = 0.7 in tendon.
                let rate = 0.12 * 0.7 * half_effect * kept;
                let exact = kept / (1.0 - (1.0 - kept / start) * libm::exp(-rate * days));
                close(after(start), exact, 1e-5);
            }
            assert!(after(3.0 * kept) < 2.5 * kept, "nothing was pruned");
        }
    }

    #[test]
    fn capillaries_decay_in_debris() {
        let process = Angiogenesis::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(process)])
            .with(Slow::Capillaries, 0.8)
            .with(Slow::Debris, 1.0);
        tile.run(100.0, 0.5);
        close(tile.get(Slow::Capillaries), 0.8 * libm::exp(-0.01 * 2.0 / 3.0 * 100.0), 1e-5);
    }

    #[test]
    fn vessels_spread_and_their_tips_follow_vegf() {
        let strip = |tissue| {
            Strip::new(vec![tissue; 160], 0.25, model_of(&["angiogenesis"]))
                .with(Slow::Capillaries, bell(20.0))
        };
        let still = strip(Tissue::TendonLigament);
        let (_, before) = still.moments(Slow::Capillaries);
        let (_, after) = still.moved(40.0, 0.5).moments(Slow::Capillaries);
        close(after - before, 0.7 * 2.0 * 0.02 * 40.0, 1e-6);
        let pulled = strip(Tissue::Uniform).signal(Signal::Vegf, |x| 4.0 * x).moved(40.0, 0.5);
        close(pulled.moments(Slow::Capillaries).0 - 20.0, 0.2 * 0.03 * 4.0 * 40.0, 2e-3);
    }
}
