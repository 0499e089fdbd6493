//! Prostaglandin E2: made by COX-2 where there is cytokine, more where nerves release
//! neuropeptides; cut by NSAIDs. It follows within hours.
//!
//! `PG = cox (1 - e_N) H(I; K_P) (1 + a_S S)/(1 + s_P a_S)`

use ossicle_field::maths::hill;
use ossicle_field::reaction::LANES;

use crate::fields::{Signal, Slow};
use crate::parameter::{ParameterValues, parameters};
use crate::process::{Process, Tile};

parameters! {
    /// Prostaglandin synthesis.
    Synthesis of "prostaglandin" {
        cox = "cox" 1.0 [0.0, 2.0] "1" Constant, "COX-2 activity, relative to the adult", "definition of the unit";
        half_effect = "K_P" 0.5 [0.2, 1.0] "ng/mL" Constant, "cytokine at half induction of COX-2", "calibrated";
        reference_release = "s_P" 0.3 [0.1, 1.0] "1" Constant, "neuropeptide release at which PG = H(I; K_P)", "calibrated: resting fibre density";
    }
}

/// Prostaglandin E2.
#[derive(Clone, Copy, Debug)]
pub struct Prostaglandin {
    own: Synthesis,
    /// a_S, declared by the nerve.
    neuropeptide_gain: f64,
}

impl Prostaglandin {
    /// The process with these values.
    #[must_use]
    pub fn new(values: &ParameterValues) -> Self {
        Self { own: Synthesis::new(values), neuropeptide_gain: values.value("a_S") }
    }
}

impl Process for Prostaglandin {
    fn reads(&self) -> &'static [Slow] {
        &[]
    }

    fn writes(&self) -> &'static [Slow] {
        &[]
    }

    fn reads_signals(&self) -> &'static [Signal] {
        &[Signal::Cytokine]
    }

    fn derive(&self, tile: &mut Tile) {
        let cytokine = tile.signal(Signal::Cytokine);
        let scale = self.own.cox * (1.0 - tile.exposure.cox_inhibition)
            / (1.0 + self.own.reference_release * self.neuropeptide_gain);
        for i in 0..LANES {
            tile.derived.prostaglandin[i] =
                scale * hill(cytokine[i], self.own.half_effect, 1) * tile.derived.neural_gain[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Alone, close, given, with};

    #[test]
    fn at_the_reference_release_it_is_the_hill_function_of_cytokine_and_nsaids_cut_it() {
        // a_S = 2 and S = 0.3 give a gain of 1.6, which the scale 1/(1 + 0.3 a_S) undoes.
        let nerve = given(|d| d.neural_gain = [1.6; LANES]);
        let values = with("a_S", 2.0);
        let mut tile = Alone::new(vec![nerve, Box::new(Prostaglandin::new(&values))])
            .signal(Signal::Cytokine, 1.0);
        close(tile.derived().prostaglandin[0], 1.0 / 1.5, 1e-14);
        tile.exposure.cox_inhibition = 0.75;
        close(tile.derived().prostaglandin[0], 0.25 / 1.5, 1e-14);
    }
}
