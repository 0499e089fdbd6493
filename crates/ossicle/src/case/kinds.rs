//! The kinds of value a key can take. Each reads a value, says what it expects,
//! and describes itself to editors, so that these three cannot drift apart.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::document::{Node, Value};
use super::log::Log;
use super::problem::Cause;
use super::written::Written;

/// A kind of value.
pub(super) trait Kind {
    /// What it becomes once read.
    type Value: Written;

    /// What a message says is expected, with its article.
    fn expected(&self) -> String;

    /// The JSON Schema of a value as written.
    fn schema(&self) -> Json;

    /// Reads the value of `key`; says in `log` why it cannot.
    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<Self::Value>;
}

/// A range of numbers, ends included, and why it is that.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) reason: Option<String>,
}

impl Bounds {
    pub(super) fn new(low: f64, high: f64) -> Self {
        Self { low, high, reason: None }
    }

    pub(super) fn contain(&self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }

    /// "a share from 0 to 1: the reason".
    pub(super) fn told(&self, what: &str, show: impl Fn(f64) -> String) -> String {
        let reason = self.reason.as_ref().map(|r| format!(": {r}")).unwrap_or_default();
        format!("{what} from {} to {}{reason}", show(self.low), show(self.high))
    }
}

/// The number of a node, where it is one.
pub(super) fn plain_number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Float(text) => text.parse().ok(),
        Value::Integer { digits, radix: 10 } => digits.parse().ok(),
        Value::Integer { digits, radix } => {
            u64::from_str_radix(digits, *radix).ok().map(|number| number as f64)
        }
        _ => None,
    }
}

/// A number without a dimension.
pub(super) struct Number {
    what: &'static str,
    bounds: Bounds,
}

/// A number called `what`, from `low` to `high`.
pub(super) fn number(what: &'static str, low: f64, high: f64) -> Number {
    Number { what, bounds: Bounds::new(low, high) }
}

impl Kind for Number {
    type Value = f64;

    fn expected(&self) -> String {
        self.bounds.told(self.what, |number| number.to_string())
    }

    fn schema(&self) -> Json {
        json!({ "type": "number", "minimum": self.bounds.low, "maximum": self.bounds.high })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<f64> {
        let Some(number) = plain_number(node) else {
            log.refuse(Cause::WrongType, key, node, &self.expected());
            return None;
        };
        if self.bounds.contain(number) {
            return Some(number);
        }
        let cause = if number.is_finite() { Cause::OutOfRange } else { Cause::NotANumber };
        log.refuse(cause, key, node, &self.expected());
        None
    }
}

/// A whole number from `low` to `high`.
pub(super) struct Whole {
    pub(super) low: u64,
    pub(super) high: u64,
}

impl Kind for Whole {
    type Value = u64;

    fn expected(&self) -> String {
        format!("a whole number from {} to {}", self.low, self.high)
    }

    fn schema(&self) -> Json {
        json!({ "type": "integer", "minimum": self.low, "maximum": self.high })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<u64> {
        let cause = match &node.value {
            Value::Integer { digits, radix } => {
                let number = u64::from_str_radix(digits, *radix).ok();
                match number.filter(|number| (self.low..=self.high).contains(number)) {
                    Some(number) => return Some(number),
                    None => Cause::OutOfRange,
                }
            }
            _ => Cause::WrongType,
        };
        log.refuse(cause, key, node, &self.expected());
        None
    }
}

/// True or false.
pub(super) struct Flag;

impl Kind for Flag {
    type Value = bool;

    fn expected(&self) -> String {
        "true or false".to_owned()
    }

    fn schema(&self) -> Json {
        json!({ "type": "boolean" })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<bool> {
        if let Value::Flag(flag) = node.value {
            return Some(flag);
        }
        log.refuse(Cause::WrongType, key, node, &self.expected());
        None
    }
}

/// Any text that is not empty; `what` with its article.
pub(super) struct Text(pub(super) &'static str);

impl Kind for Text {
    type Value = String;

    fn expected(&self) -> String {
        format!("{} in quotes", self.0)
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "minLength": 1 })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<String> {
        match &node.value {
            Value::Text(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => {
                log.refuse(Cause::WrongType, key, node, &self.expected());
                None
            }
        }
    }
}

/// A file or folder, relative to `folder`.
pub(super) struct FilePath<'a> {
    pub(super) what: &'static str,
    pub(super) folder: &'a Path,
}

impl Kind for FilePath<'_> {
    type Value = PathBuf;

    fn expected(&self) -> String {
        format!("{} in quotes, relative to the case file", self.what)
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "minLength": 1 })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<PathBuf> {
        match &node.value {
            Value::Text(text) if !text.trim().is_empty() && !text.contains('\0') => {
                Some(self.folder.join(text))
            }
            _ => {
                log.refuse(Cause::WrongType, key, node, &self.expected());
                None
            }
        }
    }
}

/// A list of values of one kind.
pub(super) struct List<K>(pub(super) K);

impl<K: Kind> Kind for List<K> {
    type Value = Vec<K::Value>;

    fn expected(&self) -> String {
        format!("a list, each item {}", self.0.expected())
    }

    fn schema(&self) -> Json {
        json!({ "type": "array", "items": self.0.schema() })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<Self::Value> {
        let Value::List(items) = &node.value else {
            log.refuse(Cause::WrongType, key, node, &self.expected());
            return None;
        };
        // Every item is read, so that every wrong one is reported.
        let read: Vec<Option<K::Value>> = items
            .iter()
            .enumerate()
            .map(|(i, item)| self.0.read(item, &format!("{key}[{i}]"), log))
            .collect();
        read.into_iter().collect()
    }
}

/// Three values, one for each axis.
pub(super) struct PerAxis<K>(pub(super) K);

impl<K: Kind> Kind for PerAxis<K> {
    type Value = [K::Value; 3];

    fn expected(&self) -> String {
        format!("a list of three, each {}", self.0.expected())
    }

    fn schema(&self) -> Json {
        json!({ "type": "array", "items": self.0.schema(), "minItems": 3, "maxItems": 3 })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<Self::Value> {
        let Value::List(items) = &node.value else {
            log.refuse(Cause::WrongType, key, node, &self.expected());
            return None;
        };
        let [x, y, z] = items.as_slice() else {
            log.refuse(Cause::WrongType, key, node, &self.expected());
            return None;
        };
        let mut read = |item, axis| self.0.read(item, &format!("{key}[{axis}]"), log);
        let (x, y, z) = (read(x, 0), read(y, 1), read(z, 2));
        Some([x?, y?, z?])
    }
}

/// Three values, one for each axis, or one for all of them.
pub(super) struct OneOrPerAxis<K>(pub(super) K);

impl<K> Kind for OneOrPerAxis<K>
where
    K: Kind,
    K::Value: Clone,
{
    type Value = [K::Value; 3];

    fn expected(&self) -> String {
        format!("{}, or a list of three", self.0.expected())
    }

    fn schema(&self) -> Json {
        let one = self.0.schema();
        json!({ "oneOf": [
            one,
            { "type": "array", "items": one, "minItems": 3, "maxItems": 3 },
        ]})
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<Self::Value> {
        let Value::List(items) = &node.value else {
            let one = self.0.read(node, key, log)?;
            return Some([one.clone(), one.clone(), one]);
        };
        let [x, y, z] = items.as_slice() else {
            log.refuse(Cause::WrongType, key, node, &self.expected());
            return None;
        };
        let mut read = |item, axis| self.0.read(item, &format!("{key}[{axis}]"), log);
        let (x, y, z) = (read(x, 0), read(y, 1), read(z, 2));
        Some([x?, y?, z?])
    }
}
