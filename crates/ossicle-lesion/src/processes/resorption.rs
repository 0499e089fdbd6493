//! Resorption: osteoclasts, quasi-steady, remove perfused and unstrained bone; etidronate
//! slows them.
//!
//! `res = k_oc v 4 [1 - O2]+ [1 - G/G_r]+ / (1 + Et/E50)`, a loss `res H(Y; Y_r)` of `O2` and of `Y`

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
    fn reads(&self) -> &'static [Slow] {
        &[Slow::Capillaries, Slow::MatureOsteoid, Slow::Mineral]
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Signal;
    use crate::process::Process;
    use crate::processes::mechanics::Mechanotransduction;
    use crate::testing::{Alone, close, with};

    /// Bone at rest: permission 0.15, of which 0.6 would spare it altogether.
    fn resting_bone(unmineralised: f64, mineral: f64) -> Alone {
        let values = with("k_oc", 0.003);
        let still: Box<dyn Process> = Box::new(Mechanotransduction::new(&values));
        let mut tile = Alone::new(vec![still, Box::new(Resorption::new(&values))])
            .with(Slow::MatureOsteoid, unmineralised)
            .with(Slow::Mineral, mineral)
            .with(Slow::Capillaries, 0.8)
            .signal(Signal::StrainShare, 1.0);
        tile.exposure.etidronate = 0.12;
        tile
    }

    #[test]
    fn mineral_falls_along_its_implicit_solution() {
        // Y' = -a (1 - Y) Y^2/(Y + 0.1), a = 4 k_oc v (1 - G/0.6)/2.
        let a = 4.0 * 0.003 * 0.8 * 0.75 / 2.0;
        let measure = |y: f64| 1.1 * libm::log(y / (1.0 - y)) - 0.1 / y;
        let mut tile = resting_bone(0.0, 0.6);
        for _ in 0..3 {
            let before = measure(tile.get(Slow::Mineral));
            tile.run(300.0, 0.5);
            close(before - measure(tile.get(Slow::Mineral)), a * 300.0, 1e-5);
        }
    }

    #[test]
    fn collagen_goes_with_its_mineral() {
        let mut tile = resting_bone(0.2, 0.4);
        tile.run(300.0, 0.5);
        assert!(tile.get(Slow::Mineral) < 0.35);
        close(tile.get(Slow::MatureOsteoid) / tile.get(Slow::Mineral), 0.5, 1e-12);
    }

    #[test]
    fn enough_strain_spares_bone() {
        let mut tile = resting_bone(0.2, 0.4);
        tile.loads = vec![crate::joint::Load { share_of_day: 1.0, strain: 0.05 }];
        // Permission 0.15 + 0.85/2 leaves 1 - 0.575/0.6; twice the strain leaves nothing.
        let expected = 4.0 * 0.003 * 0.8 * 0.4 * (1.0 - 0.575 / 0.6) * 0.8 / 2.0;
        close(tile.rates().loss[Slow::Mineral as usize][0], expected, 1e-12);
        tile.loads[0].strain = 0.10;
        assert_eq!(tile.rates().loss[Slow::Mineral as usize][0], 0.0);
    }
}
