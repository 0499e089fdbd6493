//! What strain does to tissue: a little permits differentiation, too much tears what is
//! immature; heat makes sprouting vessels bleed.
//!
//! `G = g0 + (1 - g0) H(eps; e_h, 2)`
//!
//! `imm = clip(4 x(1-x) H(V; K_V) + H([m - k m0]+; m_i), 0, 1)`, `x = min(v/v0, 1)`, `soft = 1 - min((O1 + O2)/O_h, 1)`
//!
//! `dam = { k_dam [eps/(e_f (1 - w_imm imm)) - 1]+ + k_bl [dT]+ imm } soft`
//!
//! `v0` and `m0` are those of the healthy tissue. Several sessions a day act in turn; what they do is averaged over the day.

use ossicle_field::maths::{hill, positive};
use ossicle_field::reaction::{LANES, Lanes};

use crate::fields::{Signal, Slow};
use crate::parameter::{ParameterValues, parameters};
use crate::process::{Process, Tile};

parameters! {
    /// Differentiation needs strain.
    Mechanotransduction of "mechanotransduction" {
        unstrained_share = "g0" 0.15 [0.05, 0.3] "1" Constant, "differentiation left without strain", "calibrated (Huber 2020: immobilisation)";
        half_effect = "e_h" 0.05 [0.02, 0.1] "1" Constant, "strain at half effect", "0.0375 scale of Lacroix 2002; calibrated";
    }
}

impl Process for Mechanotransduction {
    fn reads(&self) -> &'static [Slow] {
        &[]
    }

    fn writes(&self) -> &'static [Slow] {
        &[]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::StrainShare]
    }

    fn derive(&self, tile: &mut Tile) {
        let share = tile.signal(Signal::StrainShare);
        let mut permitted = [0.0; LANES];
        for load in tile.loads {
            for i in 0..LANES {
                permitted[i] +=
                    load.share_of_day * hill(load.strain * share[i], self.half_effect, 2);
            }
        }
        for i in 0..LANES {
            tile.derived.permission[i] =
                self.unstrained_share + (1.0 - self.unstrained_share) * permitted[i];
        }
        tile.derived.chondrogenic_permission = tile.derived.permission;
    }
}

parameters! {
    /// Failure of tissue.
    Failure of "mechanical_damage" {
        tearing = "k_dam" 1.0 [0.3, 3.0] "1/d" Constant, "debris per relative excess of strain", "calibrated";
        immature_weakening = "w_imm" 0.4 [0.0, 0.8] "1" Constant, "loss of failure strain in immature tissue", "calibrated";
        bleeding = "k_bl" 0.012 [0.0, 0.03] "1/d/degC" Constant, "bleeding per degree in sprouting tissue", "calibrated";
        crowding = "k_im" 1.5 [1.0, 3.0] "1" Constant, "progenitors, relative to rest, above which tissue counts as immature", "calibrated";
        crowding_half_effect = "m_i" 0.2 [0.1, 0.5] "1e6 cells/mL" Constant, "progenitors above that at half effect", "calibrated";
        hardening = "O_h" 0.3 [0.1, 0.6] "volume fraction" Constant, "bone matrix that cannot be torn", "calibrated";
    }
}

/// Damage by strain and heat.
#[derive(Clone, Copy, Debug)]
pub struct MechanicalDamage {
    own: Failure,
    /// K_V, declared by angiogenesis.
    vegf_half_effect: f64,
}

impl MechanicalDamage {
    /// The process with these values.
    #[must_use]
    pub fn new(values: &ParameterValues) -> Self {
        Self { own: Failure::new(values), vegf_half_effect: values.value("K_V") }
    }

    fn immaturity(&self, tile: &Tile) -> Lanes {
        let (v, m) = (tile.get(Slow::Capillaries), tile.get(Slow::Progenitors));
        let vegf = tile.signal(Signal::Vegf);
        let (resident, vessels) = (&tile.tissue.progenitors, &tile.tissue.vessels);
        std::array::from_fn(|i| {
            // Sprouting is judged by what the tissue has in health.
            let perfused = if v[i] < vessels[i] { v[i] / vessels[i] } else { 1.0 };
            let driven = hill(vegf[i], self.vegf_half_effect, 1);
            let sprouting = 4.0 * perfused * (1.0 - perfused) * driven;
            let crowd = m[i] - self.own.crowding * resident[i];
            let crowded = hill(crowd, self.own.crowding_half_effect, 1);
            let both = sprouting + crowded;
            if both < 1.0 { both } else { 1.0 }
        })
    }
}

impl Process for MechanicalDamage {
    fn reads(&self) -> &'static [Slow] {
        &[
            Slow::Progenitors,
            Slow::Capillaries,
            Slow::ImmatureOsteoid,
            Slow::MatureOsteoid,
            Slow::Mineral,
        ]
    }

    /// Damage is derived here and becomes debris in debris clearance.
    fn writes(&self) -> &'static [Slow] {
        &[]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::StrainShare, Signal::Vegf]
    }

    fn derive(&self, tile: &mut Tile) {
        let immature = self.immaturity(tile);
        let share = tile.signal(Signal::StrainShare);
        let fails_at = &tile.tissue.failure_strain;
        let heat = self.own.bleeding * positive(tile.exposure.warming_c);
        let mut damage: Lanes = std::array::from_fn(|i| heat * immature[i]);
        for load in tile.loads {
            for i in 0..LANES {
                let limit = fails_at[i] * (1.0 - self.own.immature_weakening * immature[i]);
                let excess = load.strain * share[i] / limit - 1.0;
                damage[i] += if limit > 0.0 {
                    load.share_of_day * self.own.tearing * positive(excess)
                } else {
                    0.0
                };
            }
        }
        for i in 0..LANES {
            tile.derived.damage[i] =
                damage[i] * positive(1.0 - tile.derived.bone[i] / self.own.hardening);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::joint::Load;
    use crate::testing::{Alone, close};

    fn all_day(strain: f64) -> Vec<Load> {
        vec![Load { share_of_day: 1.0, strain }]
    }

    fn permission(loads: Vec<Load>, share: f64) -> f64 {
        let process = Mechanotransduction::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(process)]).signal(Signal::StrainShare, share);
        tile.loads = loads;
        tile.derived().permission[0]
    }

    #[test]
    fn strain_permits_half_of_what_it_can_at_its_half_effect() {
        close(permission(Vec::new(), 1.0), 0.15, 1e-14);
        close(permission(all_day(0.05), 1.0), 0.15 + 0.85 / 2.0, 1e-14);
        close(permission(all_day(0.20), 0.5), 0.15 + 0.85 * 0.8, 1e-14);
        // A quarter of the day at half effect, the rest still.
        let session = Load { share_of_day: 0.25, strain: 0.05 };
        let still = Load { share_of_day: 0.75, strain: 0.0 };
        close(permission(vec![session, still], 1.0), 0.15 + 0.85 / 8.0, 1e-14);
    }

    /// A tile of the uniform tissue, which fails at a strain of 0.36 and holds 0.04 progenitors.
    fn strained(strain: f64) -> Alone {
        let process = MechanicalDamage::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![Box::new(process)]).signal(Signal::StrainShare, 1.0);
        tile.loads = all_day(strain);
        tile
    }

    #[test]
    fn damage_starts_at_the_failure_strain_and_grows_with_the_excess() {
        let damage = |tile: Alone| tile.derived().damage[0];
        assert_eq!(damage(strained(0.36)), 0.0);
        close(damage(strained(0.54)), 0.5, 1e-12);
        let mut half_a_day = strained(0.54);
        half_a_day.loads[0].share_of_day = 0.5;
        close(damage(half_a_day), 0.25, 1e-12);
        // A crowd of progenitors, 0.3/(0.3 + 0.2): failure at 0.36 (1 - 0.4 x 0.6).
        let crowded = |strain| strained(strain).with(Slow::Progenitors, 1.5 * 0.04 + 0.3);
        assert_eq!(damage(crowded(0.2735)), 0.0);
        close(damage(crowded(0.5472)), 1.0, 1e-12);
        // Sprouting vessels: 4 x 0.25 x 0.75 x 2/3 = 1/2.
        let sprouting =
            |strain| strained(strain).with(Slow::Capillaries, 0.25).signal(Signal::Vegf, 0.5);
        close(damage(sprouting(0.576)), 1.0, 1e-12);
        // Bone matrix protects in proportion, and from O_h on altogether.
        let bony = |o1: f64| strained(0.54).with(Slow::ImmatureOsteoid, o1);
        close(damage(bony(0.1).with(Slow::Mineral, 0.1)), 0.5 / 3.0, 1e-12);
        assert_eq!(damage(bony(0.3)), 0.0);
    }

    #[test]
    fn heat_makes_sprouting_vessels_bleed_and_cooling_does_not_heal() {
        let mut tile = strained(0.0).with(Slow::Capillaries, 0.5).signal(Signal::Vegf, 0.25);
        tile.exposure.warming_c = 4.0;
        close(tile.derived().damage[0], 0.012 * 4.0 * 0.5, 1e-12);
        tile.exposure.warming_c = -4.0;
        assert_eq!(tile.derived().damage[0], 0.0);
    }
}
