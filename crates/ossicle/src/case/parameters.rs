//! `[parameters]`: the numbers of the model, each with its evidence.

use serde_json::{Value as Json, json};

use super::document::{Node, Value, clipped, quoted};
use super::kinds::{Kind, plain_number};
use super::log::{Log, Note};
use super::measured::{Misread, amount_pattern, read_amount};
use super::problem::Cause;
use super::section::Section;
use super::units::with_unit;
use super::vocabulary::{ParameterRecord, Vocabulary};
use super::written::{Writer, Written};

/// A parameter with the value a case uses.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// What is known of it.
    pub record: ParameterRecord,
    /// The value used, in the record's unit.
    pub value: f64,
}

impl Parameter {
    /// Whether the case uses another value than the default.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.value != self.record.default
    }
}

impl Written for Parameter {
    fn written(&self) -> Json {
        if self.record.whole {
            Json::from(self.value as i64)
        } else if self.record.is_pure_number() {
            Json::from(self.value)
        } else {
            Json::from(self.record.shown(self.value))
        }
    }
}

/// All parameters, those of the case in place of their defaults.
pub(super) fn read(
    section: &mut Section<'_>,
    vocabulary: &Vocabulary,
    allow_out_of_range: bool,
) -> Option<Vec<Parameter>> {
    // Every parameter is read, so that every wrong one is reported.
    let parameters: Vec<Option<Parameter>> = vocabulary
        .parameters()
        .iter()
        .map(|record| {
            let default = Parameter { record: record.clone(), value: record.default };
            let kind = ParameterKind { record, allow_out_of_range };
            section.or(&record.key, &record.meaning, kind, default)
        })
        .collect();
    parameters.into_iter().collect()
}

/// Every parameter with its value, what it is and where it comes from.
pub(super) fn write(parameters: &[Parameter], writer: &mut Writer) {
    writer.table("[parameters]");
    for parameter in parameters {
        let ParameterRecord { key, default, low, high, meaning, source, .. } = &parameter.record;
        let origin = if parameter.is_changed() {
            format!("set by the case; default {default}, source: {source}")
        } else {
            format!("source: {source}")
        };
        let comment = format!("{meaning} [{low} to {high}]; {origin}");
        writer.key_with_comment(key, parameter, &comment);
    }
}

/// One parameter: a plain number, or an amount where it has a unit.
struct ParameterKind<'a> {
    record: &'a ParameterRecord,
    allow_out_of_range: bool,
}

impl ParameterKind<'_> {
    fn range(&self) -> String {
        let ParameterRecord { low, high, source, .. } = self.record;
        let (low, high) = (self.record.shown(*low), self.record.shown(*high));
        format!("{low} to {high}, the range with evidence behind it (source: {source})")
    }

    /// The number, or what is wrong with how it is written.
    fn number(&self, node: &Node, log: &Log) -> Result<f64, Misread> {
        let ParameterRecord { unit, whole, .. } = self.record;
        let misread = |cause, nearest| Err(Misread { cause, nearest, hint: "" });
        let number = match (&node.value, plain_number(node)) {
            (_, Some(number)) if self.record.is_pure_number() => number,
            (Value::Text(text), _) if !self.record.is_pure_number() => {
                read_amount(text, unit, false)?
            }
            (_, Some(_)) => {
                let number = clipped(log.sources().slice(node.span));
                return misread(Cause::MissingUnit, Some(quoted(&with_unit(&number, unit))));
            }
            _ => return misread(Cause::WrongType, None),
        };
        match number.is_finite() && (!whole || number.fract() == 0.0) {
            true => Ok(number),
            false => misread(Cause::NotANumber, None),
        }
    }
}

impl Kind for ParameterKind<'_> {
    type Value = Parameter;

    fn expected(&self) -> String {
        let number = if self.record.whole { "a whole number" } else { "a number" };
        let example = self.record.shown(self.record.default);
        if self.record.is_pure_number() {
            format!("{number} without a unit, such as {example}")
        } else {
            format!("{number} with its unit, such as {}", quoted(&example))
        }
    }

    fn schema(&self) -> Json {
        if self.record.is_pure_number() {
            let number = if self.record.whole { "integer" } else { "number" };
            json!({ "type": number, "description": self.range() })
        } else {
            json!({
                "type": "string",
                "pattern": amount_pattern(&self.record.unit, false),
                "description": self.range(),
            })
        }
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<Parameter> {
        let ParameterRecord { low, high, .. } = *self.record;
        let value = match self.number(node, log) {
            Ok(number) => number,
            Err(Misread { cause, nearest, hint }) => {
                let expected = format!("{}{hint}", self.expected());
                let note = Note::new(cause, key, node.span, &expected);
                let without = if cause == Cause::MissingUnit { " without a unit" } else { "" };
                let found = node.shown(log.sources()) + without;
                log.add(Note { found, nearest, ..note });
                return None;
            }
        };
        if !(low..=high).contains(&value) {
            let found = node.shown(log.sources());
            let note = Note::new(Cause::OutOfRange, key, node.span, &self.range());
            let note = Note { found, ..note };
            // A negative rate is not a hypothesis but another equation.
            if low >= 0.0 && value < 0.0 {
                log.add(note);
                return None;
            }
            if !self.allow_out_of_range {
                let allow = "; model.allow_out_of_range = true lets others in";
                log.add(Note { expected: note.expected.clone() + allow, ..note });
                return None;
            }
            log.warn(note);
        }
        Some(Parameter { record: self.record.clone(), value })
    }
}
