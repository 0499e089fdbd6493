//! Kinds of value that carry a unit.

use std::marker::PhantomData;

use serde_json::{Value as Json, json};

use super::document::{Node, Value, clipped, quoted};
use super::kinds::{Bounds, Kind, plain_number};
use super::log::{Log, Note};
use super::nearest::nearest;
use super::problem::Cause;
use super::quantity::{DurationDays, Quantity};
use super::units::{Amount, Unit, names_like, with_unit};
use super::written::Written;

/// Why a text is not the amount that is due.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Misread {
    pub(super) cause: Cause,
    /// The amount that was probably meant, as a case file writes it.
    pub(super) nearest: Option<String>,
    /// What to add to what is expected.
    pub(super) hint: &'static str,
}

/// Reads `"0.7 /d"` as a number of `unit`s; `calendar` lets months and years in.
pub(super) fn read_amount(text: &str, unit: &str, calendar: bool) -> Result<f64, Misread> {
    let misread = |cause, nearest| Misread { cause, nearest, hint: "" };
    let Some(amount) = Amount::split(text) else {
        return Err(misread(Cause::NotANumber, None));
    };
    if amount.unit.starts_with(',') {
        let nearest = Some(quoted(&text.trim().replacen(',', ".", 1)));
        let hint = "; the decimal sign is a point";
        return Err(Misread { cause: Cause::NotANumber, nearest, hint });
    }
    let with = |unit: &str| Some(quoted(&with_unit(amount.number, unit)));
    if amount.unit.is_empty() {
        return Err(misread(Cause::MissingUnit, with(unit)));
    }
    let Some(target) = Unit::parse(unit) else {
        return Err(misread(Cause::UnknownUnit, None));
    };
    let Some(given) = Unit::parse_after_number(amount.unit) else {
        let known = names_like(&target, calendar);
        let near = nearest(amount.unit, [unit]).or_else(|| nearest(amount.unit, known));
        return Err(misread(Cause::UnknownUnit, near.and_then(with)));
    };
    if !given.measures_like(&target) {
        return Err(misread(Cause::WrongUnit, None));
    }
    let number = amount.convert(&given, &target);
    if !number.is_finite() {
        return Err(misread(Cause::NotANumber, None));
    }
    if given.is_calendar() && !calendar {
        let nearest = Some(quoted(&with_unit(&number.round().to_string(), unit)));
        let hint = "; months and years have no fixed length";
        return Err(Misread { cause: Cause::WrongUnit, nearest, hint });
    }
    Ok(number)
}

/// A quantity within bounds.
pub(super) struct Measured<Q> {
    bounds: Bounds,
    quantity: PhantomData<Q>,
}

/// A quantity from `low` to `high` of its own units, ends included.
pub(super) fn measured<Q: Quantity + Written>(low: f64, high: f64) -> Measured<Q> {
    Measured { bounds: Bounds::new(low, high), quantity: PhantomData }
}

impl<Q: Quantity> Measured<Q> {
    /// Adds why the bounds are what they are.
    pub(super) fn because(mut self, reason: &str) -> Self {
        self.bounds.reason = Some(reason.to_owned());
        self
    }

    fn range(&self) -> String {
        self.bounds.told(Q::WHAT, |number| Q::from_number(number).written())
    }

    fn form(&self) -> String {
        format!("{} with its unit, such as {}", Q::WHAT, quoted(Q::EXAMPLE))
    }
}

impl<Q: Quantity + Written> Kind for Measured<Q> {
    type Value = Q;

    fn expected(&self) -> String {
        self.form()
    }

    fn schema(&self) -> Json {
        json!({
            "type": "string",
            "pattern": amount_pattern(Q::UNIT, Q::CALENDAR),
            "description": self.range(),
            "examples": [Q::EXAMPLE],
        })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<Q> {
        let text = match &node.value {
            Value::Text(text) => text,
            Value::Integer { .. } | Value::Float(_) => {
                let number = clipped(log.sources().slice(node.span));
                let unit = Amount::split(Q::EXAMPLE).map_or("", |example| example.unit);
                let note = Note::new(Cause::MissingUnit, key, node.span, &self.form());
                log.add(Note {
                    nearest: Some(quoted(&format!("{number} {unit}"))),
                    found: format!("{number} without a unit"),
                    ..note
                });
                return None;
            }
            _ => {
                log.refuse(Cause::WrongType, key, node, &self.form());
                return None;
            }
        };
        match read_amount(text, Q::UNIT, Q::CALENDAR) {
            Ok(number) if self.bounds.contain(number) => Some(Q::from_number(number)),
            Ok(_) => {
                log.refuse(Cause::OutOfRange, key, node, &self.range());
                None
            }
            Err(Misread { cause, nearest, hint }) => {
                let expected = format!("{}{hint}", self.form());
                let note = Note::new(cause, key, node.span, &expected);
                log.add(Note { found: quoted(text), nearest, ..note });
                None
            }
        }
    }
}

/// A regular expression for a number and a unit: one of the names that measure
/// what `unit` does where it is one word, any unit at all where it is not.
pub(super) fn amount_pattern(unit: &str, calendar: bool) -> String {
    let names = Unit::parse(unit).map(|unit| names_like(&unit, calendar)).unwrap_or_default();
    let units = if names.contains(&unit) { names.join("|") } else { "\\S.*".to_owned() };
    format!("^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*({units})\\s*$")
}

/// A whole day of the case: a plain number, the key's name giving the unit, or
/// a time with its own unit.
pub(super) struct Day {
    /// The last day of the case.
    pub(super) last: u32,
}

impl Kind for Day {
    type Value = u64;

    fn expected(&self) -> String {
        format!("a whole day from 0 to {}, the end of the case", self.last)
    }

    fn schema(&self) -> Json {
        json!({ "oneOf": [
            { "type": "integer", "minimum": 0 },
            {
                "type": "string",
                "pattern": amount_pattern(DurationDays::UNIT, false),
                "examples": ["6 weeks"],
            },
        ]})
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<u64> {
        let day = match &node.value {
            Value::Text(_) => measured::<DurationDays>(f64::MIN, f64::MAX).read(node, key, log)?.0,
            _ => match plain_number(node) {
                Some(number) => number,
                None => {
                    log.refuse(Cause::WrongType, key, node, &self.expected());
                    return None;
                }
            },
        };
        if day.fract() == 0.0 && (0.0..=f64::from(self.last)).contains(&day) {
            return Some(day as u64);
        }
        let cause = if day.is_finite() { Cause::OutOfRange } else { Cause::NotANumber };
        log.refuse(cause, key, node, &self.expected());
        None
    }
}
