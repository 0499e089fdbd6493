//! Parameters are records: value, unit, range and source, declared beside the process
//! that uses them.

use std::collections::BTreeMap;

use thiserror::Error;

/// How a parameter follows the species and what values it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A rate of cells or matrix, multiplied by the species factor kappa.
    CellRate,
    /// A constant: a solute's rate, a threshold, a ratio.
    Constant,
    /// A whole-number exponent.
    Exponent,
}

/// One parameter of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its symbol in the equations, which is also its key in case files.
    pub symbol: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Its unit; `1` for a pure number.
    pub unit: &'static str,
    /// The value used unless a case says otherwise.
    pub default: f64,
    /// Least and greatest value accepted.
    pub range: (f64, f64),
    /// How it scales and what values it takes.
    pub kind: Kind,
    /// Where the value comes from; `calibrated` marks a value chosen for the behaviour it gives.
    pub source: &'static str,
    /// The process that declares it.
    pub process: &'static str,
}

/// Why a parameter value was refused.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ParameterError {
    /// No process declares this symbol.
    #[error("no parameter is called `{symbol}`")]
    Unknown {
        /// What was asked for.
        symbol: String,
    },
    /// The value lies outside the declared range.
    #[error("`{symbol}` is {value} {unit}; expected {low} to {high} {unit}")]
    OutOfRange {
        /// The parameter.
        symbol: &'static str,
        /// The value found.
        value: f64,
        /// Its unit.
        unit: &'static str,
        /// Least value accepted.
        low: f64,
        /// Greatest value accepted.
        high: f64,
    },
    /// An exponent that is not whole.
    #[error("`{symbol}` is {value}; expected a whole number")]
    NotWhole {
        /// The parameter.
        symbol: &'static str,
        /// The value found.
        value: f64,
    },
}

/// A value for every parameter, and the species factor.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterValues {
    values: BTreeMap<&'static str, f64>,
    species_rate_factor: f64,
}

impl Default for ParameterValues {
    fn default() -> Self {
        let values = crate::model::parameters().map(|p| (p.symbol, p.default)).collect();
        Self { values, species_rate_factor: 1.0 }
    }
}

impl ParameterValues {
    /// Changes one parameter.
    ///
    /// # Errors
    /// Refuses unknown symbols, values outside the range, and exponents that are not whole.
    pub fn set(&mut self, symbol: &str, value: f64) -> Result<(), ParameterError> {
        let p = record(symbol)?;
        let (low, high) = p.range;
        if !(low..=high).contains(&value) {
            let (symbol, unit) = (p.symbol, p.unit);
            return Err(ParameterError::OutOfRange { symbol, value, unit, low, high });
        }
        self.put(p, value)
    }

    /// Changes one parameter whatever its range, for cases that say so and for patients whose
    /// traits take a value beyond what is usual.
    ///
    /// # Errors
    /// Refuses unknown symbols, values that are not finite or change sign, and exponents that are
    /// not whole.
    pub fn set_beyond_range(&mut self, symbol: &str, value: f64) -> Result<(), ParameterError> {
        let p = record(symbol)?;
        let (low, high) = p.range;
        if !value.is_finite() || (low >= 0.0 && value < 0.0) {
            let (symbol, unit) = (p.symbol, p.unit);
            return Err(ParameterError::OutOfRange { symbol, value, unit, low, high });
        }
        self.put(p, value)
    }

    fn put(&mut self, p: &Parameter, value: f64) -> Result<(), ParameterError> {
        if p.kind == Kind::Exponent && value.fract() != 0.0 {
            return Err(ParameterError::NotWhole { symbol: p.symbol, value });
        }
        self.values.insert(p.symbol, value);
        Ok(())
    }

    /// The same values for a species whose cells and matrix turn over `kappa` times as fast.
    #[must_use]
    pub fn with_species_rate_factor(mut self, kappa: f64) -> Self {
        self.species_rate_factor = kappa;
        self
    }

    /// The species factor kappa.
    #[must_use]
    pub fn species_rate_factor(&self) -> f64 {
        self.species_rate_factor
    }

    /// A parameter's value before the species factor, in its declared unit.
    ///
    /// # Panics
    /// If no process declares the symbol.
    #[must_use]
    pub fn value(&self, symbol: &str) -> f64 {
        self.values[symbol]
    }

    /// The value that the equations use: cell rates times the species factor.
    pub(crate) fn effective(&self, p: &Parameter) -> f64 {
        let factor = if p.kind == Kind::CellRate { self.species_rate_factor } else { 1.0 };
        self.values[p.symbol] * factor
    }

    /// The parameters that differ from their default, with the value in use.
    pub fn changed(&self) -> impl Iterator<Item = (&'static Parameter, f64)> + '_ {
        crate::model::parameters()
            .map(|p| (p, self.values[p.symbol]))
            .filter(|(p, v)| p.default != *v)
    }
}

/// The record of a symbol.
fn record(symbol: &str) -> Result<&'static Parameter, ParameterError> {
    let found = crate::model::parameters().find(|p| p.symbol == symbol);
    found.ok_or_else(|| ParameterError::Unknown { symbol: symbol.to_owned() })
}

/// Declares a process's parameters: a struct with one `f64` per parameter, its records, and
/// how to fill it from [`ParameterValues`].
///
/// Each line reads `field = "symbol" value [low, high] "unit" Kind, "meaning", "source";`
macro_rules! parameters {
    ($(#[$doc:meta])* $name:ident of $process:literal {
        $($field:ident = $symbol:literal $value:literal [$low:literal, $high:literal] $unit:literal $kind:ident,
          $meaning:literal, $source:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name { $(#[doc = $meaning] pub $field: f64,)* }

        impl $name {
            /// The name that switches this process off.
            pub const NAME: &'static str = $process;

            /// The records of its parameters.
            pub const PARAMETERS: &'static [$crate::parameter::Parameter] = &[$(
                $crate::parameter::Parameter {
                    symbol: $symbol, meaning: $meaning, unit: $unit, default: $value,
                    range: ($low, $high), kind: $crate::parameter::Kind::$kind,
                    source: $source, process: $process,
                },
            )*];

            /// The process with these values.
            #[must_use]
            pub fn new(values: &$crate::parameter::ParameterValues) -> Self {
                let mut records = Self::PARAMETERS.iter();
                $(let $field = values.effective(records.next().expect("one record per field"));)*
                Self { $($field,)* }
            }
        }
    };
}
pub(crate) use parameters;
