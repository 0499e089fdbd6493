//! Intramembranous ossification: committed, strained, perfused progenitors become
//! osteoblasts directly; and existing bone surfaces, while strained and perfused, recruit
//! more.
//!
//! `kmb = om k_mb HB G H(w; w_b, 2)/(1 + I/K_Ic) + k_ms 4 O[1-O]+ H(O; O_s, 3) [G - g0]+ v`

use ossicle_field::maths::{hill, positive};
use ossicle_field::reaction::LANES;

use crate::fields::{Signal, Slow};
use crate::parameter::{ParameterValues, parameters};
use crate::process::{Flow, Process, Rates, Tile};

parameters! {
    /// Direct commitment to bone.
    Direct of "intramembranous_ossification" {
        rate = "k_mb" 0.25 [0.05, 0.5] "1/d" CellRate, "intramembranous rate", "calibrated";
        oxygen_half_effect = "w_b" 0.35 [0.1, 0.6] "45 mmHg" Constant, "oxygen at half effect", "calibrated within Carlier 2015";
        surface_rate = "k_ms" 0.015 [0.0, 0.03] "1/d" CellRate, "formation on bone surfaces", "calibrated: near neutral balance with resorption";
        surface_onset = "O_s" 0.15 [0.05, 0.3] "volume fraction" Constant, "bone matrix that counts as half a surface", "calibrated";
    }
}

/// Intramembranous ossification.
#[derive(Clone, Copy, Debug)]
pub struct Osteogenesis {
    own: Direct,
    /// K_Ic, declared by chondrogenesis.
    cytokine_block: f64,
    /// g0, declared by mechanotransduction.
    unstrained_share: f64,
}

impl Osteogenesis {
    /// The process with these values.
    #[must_use]
    pub fn new(values: &ParameterValues) -> Self {
        Self {
            own: Direct::new(values),
            cytokine_block: values.value("K_Ic"),
            unstrained_share: values.value("g0"),
        }
    }
}

impl Process for Osteogenesis {
    fn reads(&self) -> &'static [Slow] {
        &[Slow::Capillaries, Slow::ImmatureOsteoid, Slow::MatureOsteoid, Slow::Mineral]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::Progenitors, Slow::Osteoblasts]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::Cytokine, Signal::Oxygen]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let v = tile.get(Slow::Capillaries);
        let (cytokine, oxygen) = (tile.signal(Signal::Cytokine), tile.signal(Signal::Oxygen));
        let derived = &tile.derived;
        let (own, competence) = (&self.own, &tile.tissue.competence);
        for i in 0..LANES {
            let direct = competence[i]
                * own.rate
                * derived.commitment[i]
                * derived.permission[i]
                * hill(oxygen[i], own.oxygen_half_effect, 2)
                / (1.0 + cytokine[i] / self.cytokine_block);
            let bone = derived.bone[i];
            let surface = own.surface_rate
                * 4.0
                * bone
                * positive(1.0 - bone)
                * hill(bone, own.surface_onset, 3)
                * positive(derived.permission[i] - self.unstrained_share)
                * v[i];
            rates.transfer[Flow::Osteogenesis as usize][i] += direct + surface;
        }
    }
}

#[cfg(test)]
mod tests {
    use ossicle_anatomy::Tissue;

    use super::*;
    use crate::testing::{Alone, close, given};

    #[test]
    fn committed_perfused_progenitors_become_osteoblasts_one_for_one() {
        let committed = given(|d| {
            d.commitment = [0.5; LANES];
            d.permission = [0.8; LANES];
        });
        let process = Osteogenesis::new(&ParameterValues::default());
        let mut tile = Alone::inside(Tissue::Muscle, vec![committed, Box::new(process)])
            .with(Slow::Progenitors, 0.4)
            .signal(Signal::Oxygen, 0.70)
            .signal(Signal::Cytokine, 1.2);
        let days = 20.0;
        tile.run(days, 0.05);
        // Competence 0.8; oxygen at twice its half effect; cytokine leaves a third.
        let left = libm::exp(-0.8 * 0.25 * 0.5 * 0.8 * 0.8 / 3.0 * days);
        close(tile.get(Slow::Progenitors), 0.4 * left, 1e-6);
        close(tile.get(Slow::Osteoblasts), 0.4 * (1.0 - left), 1e-5);
    }

    #[test]
    fn strained_perfused_bone_surfaces_recruit_without_bmp() {
        let permission = |g: f64| given(move |d| d.permission = [g; LANES]);
        let rate = |g| {
            let process = Osteogenesis::new(&ParameterValues::default());
            let tile = Alone::new(vec![permission(g), Box::new(process)])
                .with(Slow::ImmatureOsteoid, 0.06)
                .with(Slow::MatureOsteoid, 0.08)
                .with(Slow::Mineral, 0.16)
                .with(Slow::Capillaries, 0.4);
            tile.rates().transfer[Flow::Osteogenesis as usize][0]
        };
        // O = 0.3, twice what counts as half a surface.
        close(rate(0.65), 0.015 * 4.0 * 0.3 * 0.7 * 8.0 / 9.0 * 0.5 * 0.4, 1e-12);
        assert_eq!(rate(0.15), 0.0, "still bone recruits nothing");
    }
}
