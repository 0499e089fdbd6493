//! What a patient's traits change in the model.
//!
//! | trait | effect | standing |
//! |---|---|---|
//! | spinal-cord or brain injury | central nervous lesion 1.0 | scenario; multiplies neuropeptide and BMP release, creates nothing by itself |
//! | stroke | central nervous lesion 0.5 | scenario: HO is rarer after stroke |
//! | FOP-like sensitivity `s` | `K_B` times `1 - 0.75 s` | 0.8 falls to 0.2: a minor injury ossifies fully |
//! | previous HO | `K_B` times 0.85 | assumption: recurrence is commoner, by how much is not known |
//! | mouse | cells and matrix turn over 2.5 times as fast | calibrated |
//! | age, sex | none | recorded; the model has no term for them yet |

use ossicle_lesion::ParameterValues;
use ossicle_lesion::exposure::Host;

use crate::case::{NeurologicalInjury, Patient, Species};

/// How much faster a mouse's cells and matrix turn over than a human's.
pub const MOUSE_RATE_FACTOR: f64 = 2.5;
/// What full FOP-like sensitivity takes off the BMP threshold.
const FOP_SHARE: f64 = 0.75;
/// What earlier heterotopic ossification leaves of the BMP threshold.
const PREVIOUS_HO_FACTOR: f64 = 0.85;

/// A parameter that a trait changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Trait {
    /// The parameter.
    pub symbol: &'static str,
    /// What its value is multiplied by.
    pub factor: f64,
    /// The trait, in words.
    pub because: String,
}

/// The central nervous lesion that an injury stands for.
#[must_use]
pub fn host(patient: &Patient) -> Host {
    let central_nervous_lesion = match patient.neurological_injury {
        NeurologicalInjury::None => 0.0,
        NeurologicalInjury::Stroke => 0.5,
        NeurologicalInjury::SpinalCord | NeurologicalInjury::Brain => 1.0,
    };
    Host { central_nervous_lesion }
}

/// The parameters that a patient's traits change.
#[must_use]
pub fn traits(patient: &Patient) -> Vec<Trait> {
    let mut traits = Vec::new();
    if patient.fop_like_sensitivity > 0.0 {
        traits.push(Trait {
            symbol: "K_B",
            factor: 1.0 - FOP_SHARE * patient.fop_like_sensitivity,
            because: format!("FOP-like sensitivity {}", patient.fop_like_sensitivity),
        });
    }
    if patient.previous_ho {
        let because = "previous heterotopic ossification".to_owned();
        traits.push(Trait { symbol: "K_B", factor: PREVIOUS_HO_FACTOR, because });
    }
    traits
}

/// Values for a species: a mouse's cell rates are faster.
#[must_use]
pub fn for_species(values: ParameterValues, species: Species) -> ParameterValues {
    match species {
        Species::Human => values,
        Species::Mouse => values.with_species_rate_factor(MOUSE_RATE_FACTOR),
    }
}
