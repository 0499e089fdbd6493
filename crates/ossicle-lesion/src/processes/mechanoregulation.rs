//! Other hypotheses of what strain permits, to be run beside mechanotransduction.
//!
//! They contradict it on purpose: by the rule of fracture repair stillness favours bone, while
//! immobilised mice make less heterotopic bone than those that move (Huber 2020).

use ossicle_field::maths::hill;
use ossicle_field::reaction::LANES;

use super::mechanics::Mechanotransduction;
use crate::fields::{Signal, Slow};
use crate::parameter::{ParameterValues, parameters};
use crate::process::{Process, Tile};
use crate::strain::Stiffness;

/// Which hypothesis says what strain permits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mechanoregulation {
    /// The model's own: the more strain, the more cartilage and bone.
    #[default]
    Strain,
    /// Windows of strain, as in fracture repair.
    LacroixPrendergast,
    /// The more elastic energy, the more cartilage and bone.
    StrainEnergy,
}

impl Mechanoregulation {
    pub(crate) fn process(self, values: &ParameterValues) -> Box<dyn Process> {
        match self {
            Self::Strain => Box::new(Mechanotransduction::new(values)),
            Self::LacroixPrendergast => Box::new(LacroixPrendergast::new(values)),
            Self::StrainEnergy => Box::new(StrainEnergy::new(values)),
        }
    }
}

parameters! {
    /// `S = eps/g`, of the day's largest strain; without the flow of fluid, which is not solved for.
    /// Bone is permitted for `S_r < S <= S_b`, cartilage for `S_b < S <= S_f`.
    LacroixPrendergast of "mechanoregulation" {
        scale = "g_LP" 0.0375 [0.02, 0.075] "1" Constant, "octahedral shear strain of a stimulus of 1", "Lacroix & Prendergast 2002";
        resorbed = "S_r" 0.01 [0.005, 0.02] "1" Constant, "stimulus up to which there is no bone", "Lacroix & Prendergast 2002";
        bone = "S_b" 1.0 [0.5, 2.0] "1" Constant, "stimulus up to which there is bone", "Lacroix & Prendergast 2002";
        cartilage = "S_f" 3.0 [2.0, 6.0] "1" Constant, "stimulus up to which there is cartilage, and beyond it fibrous tissue", "Lacroix & Prendergast 2002";
    }
}

impl Process for LacroixPrendergast {
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
        let sessions = tile.loads.iter().filter(|load| load.share_of_day > 0.0);
        let strain = sessions.fold(0.0_f64, |most, load| most.max(load.strain));
        for i in 0..LANES {
            let stimulus = strain * share[i] / self.scale;
            let within = |low: f64, high: f64| f64::from(stimulus > low && stimulus <= high);
            tile.derived.permission[i] = within(self.resorbed, self.bone);
            tile.derived.chondrogenic_permission[i] = within(self.bone, self.cartilage);
        }
    }
}

parameters! {
    /// `G = g0 + (1 - g0) H(W; 1)`, `W = (E/E_m)(eps/e_h)^2`: elastic energy over that of muscle at
    /// the strain of half effect, where both rules agree.
    Energy of "mechanoregulation" {
        muscle_mpa = "E_m" 0.2 [0.05, 1.0] "MPa" Constant, "modulus of the tissue in which strain and strain energy permit the same", "granulation tissue, Lacroix & Prendergast 2002";
    }
}

/// Permission by strain-energy density (after Rosenberg & Bull 2018).
#[derive(Clone, Copy, Debug)]
pub struct StrainEnergy {
    own: Energy,
    by_strain: Mechanotransduction,
    stiffness: Stiffness,
}

impl StrainEnergy {
    /// The process with these values.
    #[must_use]
    pub fn new(values: &ParameterValues) -> Self {
        Self {
            own: Energy::new(values),
            by_strain: Mechanotransduction::new(values),
            stiffness: Stiffness::new(values),
        }
    }
}

impl Process for StrainEnergy {
    fn reads(&self) -> &'static [Slow] {
        &[Slow::CartilageMatrix, Slow::ImmatureOsteoid, Slow::MatureOsteoid, Slow::Mineral]
    }

    fn writes(&self) -> &'static [Slow] {
        &[]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::StrainShare]
    }

    fn derive(&self, tile: &mut Tile) {
        let share = tile.signal(Signal::StrainShare);
        let [q, o1, u, y] =
            [Slow::CartilageMatrix, Slow::ImmatureOsteoid, Slow::MatureOsteoid, Slow::Mineral]
                .map(|f| tile.get(f));
        let Mechanotransduction { unstrained_share: least, half_effect } = self.by_strain;
        let mut permitted = [0.0; LANES];
        for i in 0..LANES {
            let modulus = self.stiffness.of(tile.tissue.modulus_mpa[i], q[i], o1[i] + u[i], y[i]);
            for load in tile.loads {
                let relative = load.strain * share[i] / half_effect;
                let energy = modulus / self.own.muscle_mpa * relative * relative;
                permitted[i] += load.share_of_day * hill(energy, 1.0, 1);
            }
        }
        for i in 0..LANES {
            tile.derived.permission[i] = least + (1.0 - least) * permitted[i];
        }
        tile.derived.chondrogenic_permission = tile.derived.permission;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::joint::Load;
    use crate::testing::{Alone, close};

    /// What a rule permits of bone and of cartilage under the sessions of a day.
    fn permits(
        rule: Mechanoregulation,
        loads: &[(f64, f64)],
        contents: &[(Slow, f64)],
    ) -> [f64; 2] {
        let process = rule.process(&ParameterValues::default());
        let mut tile = Alone::new(vec![process]).signal(Signal::StrainShare, 0.5);
        for (field, value) in contents {
            tile = tile.with(*field, *value);
        }
        let load = |&(share_of_day, strain)| Load { share_of_day, strain: 2.0 * strain };
        tile.loads = loads.iter().map(load).collect();
        let derived = tile.derived();
        [derived.permission[0], derived.chondrogenic_permission[0]]
    }

    #[test]
    fn fracture_repair_has_windows_of_the_days_largest_strain() {
        let rule = Mechanoregulation::LacroixPrendergast;
        for (strain, expected) in [
            (0.0, [0.0, 0.0]),
            (0.000_3, [0.0, 0.0]),
            (0.000_5, [1.0, 0.0]),
            (0.037, [1.0, 0.0]),
            (0.038, [0.0, 1.0]),
            (0.112, [0.0, 1.0]),
            (0.113, [0.0, 0.0]),
        ] {
            assert_eq!(permits(rule, &[(0.1, strain), (0.9, 0.0)], &[]), expected, "{strain}");
            // What lasts no time is not felt.
            assert_eq!(permits(rule, &[(0.1, strain), (0.0, 9.0)], &[]), expected, "{strain}");
        }
    }

    #[test]
    fn energy_agrees_with_strain_in_muscle_and_exceeds_it_in_what_is_stiffer() {
        let loads = [(0.25, 0.05), (0.75, 0.02)];
        let of = |rule, contents: &[(Slow, f64)]| permits(rule, &loads, contents);
        // The uniform tissue is as stiff as muscle.
        let [bone, cartilage] = of(Mechanoregulation::StrainEnergy, &[]);
        let [by_strain, _] = of(Mechanoregulation::Strain, &[]);
        close(bone, by_strain, 1e-12);
        assert_eq!(bone, cartilage);
        // Half cartilage: 0.5 x 0.2 + 0.5 x 10 MPa, 25.5 times the energy at the same strain.
        let [stiff, _] = of(Mechanoregulation::StrainEnergy, &[(Slow::CartilageMatrix, 0.5)]);
        let permitted = |w: f64| 25.5 * w / (1.0 + 25.5 * w);
        close(stiff, 0.15 + 0.85 * (0.25 * permitted(1.0) + 0.75 * permitted(0.16)), 1e-12);
    }
}
