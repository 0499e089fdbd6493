//! The names a case may use that come from elsewhere: the model's parameters
//! and processes, and the fields that can be written.

use std::collections::BTreeSet;

use thiserror::Error;

use super::units::{Unit, is_pure, with_unit};

/// A parameter of the model, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterRecord {
    /// The key in a case file: `rho_m`.
    pub key: String,
    /// How equations write it: `ρ_m`.
    pub symbol: String,
    /// Its unit as a case file writes it: `/d`; `1` for a pure number.
    pub unit: String,
    /// The value used where a case gives none, in `unit`.
    pub default: f64,
    /// The lowest value with evidence behind it, in `unit`.
    pub low: f64,
    /// The highest value with evidence behind it, in `unit`.
    pub high: f64,
    /// Whether only whole numbers make sense: an exponent.
    pub whole: bool,
    /// What it is.
    pub meaning: String,
    /// Where the value comes from.
    pub source: String,
}

impl ParameterRecord {
    /// Whether it is a pure number, which a case writes without a unit.
    #[must_use]
    pub fn is_pure_number(&self) -> bool {
        is_pure(&self.unit)
    }

    /// A value as a case file writes it, without quotes: `0.7 /d`.
    #[must_use]
    pub fn shown(&self, value: f64) -> String {
        with_unit(&value.to_string(), &self.unit)
    }
}

/// Everything a case may name, checked to be usable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vocabulary {
    parameters: Vec<ParameterRecord>,
    processes: Vec<String>,
    fields: Vec<String>,
    default_fields: Vec<String>,
}

/// Why a vocabulary was refused. These are faults of the program, not of a case.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum VocabularyError {
    /// A name cannot be written as a key.
    #[error("{name:?} cannot be a key; expected letters, digits and _")]
    BadKey {
        /// The name.
        name: String,
    },
    /// Two things have one name.
    #[error("{name} is named twice")]
    Repeated {
        /// The name.
        name: String,
    },
    /// A parameter's unit is not understood.
    #[error("the parameter {key} has the unit {unit:?}, which is not known")]
    UnknownUnit {
        /// The parameter.
        key: String,
        /// Its unit.
        unit: String,
    },
    /// A parameter's numbers are out of order or not finite.
    #[error("the parameter {key} is {default} in [{low}, {high}]; expected low <= value <= high")]
    BadRange {
        /// The parameter.
        key: String,
        /// Its default.
        default: f64,
        /// Its lowest value.
        low: f64,
        /// Its highest value.
        high: f64,
    },
    /// A field is written by default that does not exist.
    #[error("the default field {name} is not among the fields")]
    UnknownDefault {
        /// The field.
        name: String,
    },
}

impl Vocabulary {
    /// Takes the records of all parameters, the names of all processes that can
    /// be switched off, the names of all fields that can be written, and those
    /// that are written where a case does not say.
    ///
    /// # Errors
    /// Refuses names that cannot be keys or stand twice, units that cannot be
    /// read, and ranges that do not hold their default.
    pub fn new(
        parameters: Vec<ParameterRecord>,
        processes: Vec<String>,
        fields: Vec<String>,
        default_fields: Vec<String>,
    ) -> Result<Self, VocabularyError> {
        let keys: Vec<String> = parameters.iter().map(|record| record.key.clone()).collect();
        for names in [&keys, &processes, &fields] {
            let mut seen = BTreeSet::new();
            for name in names {
                let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
                if name.is_empty() || !name.chars().all(fits) {
                    return Err(VocabularyError::BadKey { name: name.clone() });
                }
                if !seen.insert(name) {
                    return Err(VocabularyError::Repeated { name: name.clone() });
                }
            }
        }
        for ParameterRecord { key, unit, default, low, high, .. } in &parameters {
            let (default, low, high) = (*default, *low, *high);
            if Unit::parse(unit).is_none() {
                return Err(VocabularyError::UnknownUnit { key: key.clone(), unit: unit.clone() });
            }
            let finite = low.is_finite() && high.is_finite();
            if !finite || !(low..=high).contains(&default) {
                return Err(VocabularyError::BadRange { key: key.clone(), default, low, high });
            }
        }
        if let Some(name) = default_fields.iter().find(|name| !fields.contains(name)) {
            return Err(VocabularyError::UnknownDefault { name: name.clone() });
        }
        Ok(Self { parameters, processes, fields, default_fields })
    }

    /// The parameters.
    #[must_use]
    pub fn parameters(&self) -> &[ParameterRecord] {
        &self.parameters
    }

    /// The processes that can be switched off.
    #[must_use]
    pub fn processes(&self) -> &[String] {
        &self.processes
    }

    /// The fields that can be written.
    #[must_use]
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The fields written where a case does not say which.
    #[must_use]
    pub fn default_fields(&self) -> &[String] {
        &self.default_fields
    }
}
