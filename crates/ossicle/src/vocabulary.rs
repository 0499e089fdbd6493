//! The names a case may use, taken from the model itself.

use ossicle_lesion::fields::{Signal, Slow};
use ossicle_lesion::model::{SWITCHES, parameters};
use ossicle_lesion::parameter::Kind;

use crate::case::{ParameterRecord, Vocabulary};

/// Fields written unless a case says otherwise.
const USUAL_FIELDS: [&str; 9] = [
    "debris",
    "progenitors",
    "chondrocytes",
    "osteoblasts",
    "capillaries",
    "cartilage_matrix",
    "immature_osteoid",
    "mineral",
    "oxygen",
];

/// The parameters, processes and fields of the model.
///
/// # Panics
/// Never: the model's names are tested to be a vocabulary.
#[must_use]
pub fn vocabulary() -> Vocabulary {
    let records = parameters()
        .map(|p| ParameterRecord {
            key: p.symbol.to_owned(),
            symbol: p.symbol.to_owned(),
            unit: p.unit.to_owned(),
            default: p.default,
            low: p.range.0,
            high: p.range.1,
            whole: p.kind == Kind::Exponent,
            meaning: p.meaning.to_owned(),
            source: p.source.to_owned(),
        })
        .collect();
    let processes = SWITCHES.iter().map(|s| s.name.to_owned()).collect();
    let slow = Slow::ALL.into_iter().map(|f| f.describe().name.to_owned());
    let signals = Signal::ALL.into_iter().map(|s| s.describe().name.to_owned());
    let usual = USUAL_FIELDS.map(str::to_owned).to_vec();
    Vocabulary::new(records, processes, slow.chain(signals).collect(), usual)
        .expect("the model's names are a vocabulary")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_models_names_are_a_vocabulary() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.fields().len(), 23);
        assert!(vocabulary.parameters().len() > 100);
        assert_eq!(vocabulary.default_fields().len(), USUAL_FIELDS.len());
    }
}
