//! Resorption: osteoclasts, quasi-steady, remove perfused and unstrained bone; etidronate
//! slows them.
//!
//! `res = k_oc v 4 (1 - O2)[1 - G/G_r]+ / (1 + Et/E50)`, a loss `res H(Y; Y_r)` of `O2` and of `Y`

use ossicle_field::maths::{hill, positive};
use ossicle_field::reaction::LANES;

use crate::fields::Slow;
use crate::parameter::{ParameterValues, parameters};
use crate::process::{Process, Rates, Tile};

parameters! {
    /// Osteoclasts.
    Osteoclasts of "resorption" {
        rate = "k_oc" 0.001 [0.0, 0.003] "1/d" CellRate, "resorption", "calibrated: near neutral balance with surface formation";
        sparing_permission = "G_r" 0.6 [0.3, 1.0] "1" Constant, "strain permission above which nothing is resorbed", "calibrated";
        mineral_half_effect = "Y_r" 0.1 [0.03, 0.3] "volume fraction" Constant, "mineral at half effect: osteoclasts need mineralised bone", "calibrated";
    }
}

/// Resorption of bone.
#[derive(Clone, Copy, Debug)]
pub struct Resorption {
    own: Osteoclasts,
    /// E50, declared by mineralisation.
    etidronate_half_effect: f64,
}

impl Resorption {
    /// The process with these values.
    #[must_use]
    pub fn new(values: &ParameterValues) -> Self {
        Self { own: Osteoclasts::new(values), etidronate_half_effect: values.value("E50") }
    }
}

impl Process for Resorption {
    fn writes(&self) -> &'static [Slow] {
        &[Slow::MatureOsteoid, Slow::Mineral]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let [v, unmineralised, mineral] =
            [Slow::Capillaries, Slow::MatureOsteoid, Slow::Mineral].map(|f| tile.get(f));
        let (own, permission) = (&self.own, &tile.derived.permission);
        let drug = 1.0 + tile.exposure.etidronate / self.etidronate_half_effect;
        for i in 0..LANES {
            let mature = unmineralised[i] + mineral[i];
            let rate = own.rate
                * v[i]
                * 4.0
                * positive(1.0 - mature)
                * positive(1.0 - permission[i] / own.sparing_permission)
                * hill(mineral[i], own.mineral_half_effect, 1)
                / drug;
            rates.loss[Slow::MatureOsteoid as usize][i] += rate;
            rates.loss[Slow::Mineral as usize][i] += rate;
        }
    }
}
