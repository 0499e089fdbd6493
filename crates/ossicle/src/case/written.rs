//! Values as a case file writes them: for defaults in the schema and for
//! `resolved.toml`.

use serde_json::Value as Json;

use super::quantity::Quantity;

/// A value that a case file can hold.
pub(super) trait Written {
    /// The value as JSON, whose types are those of TOML.
    fn written(&self) -> Json;
}

impl Written for f64 {
    fn written(&self) -> Json {
        Json::from(*self)
    }
}

impl Written for u64 {
    fn written(&self) -> Json {
        Json::from(*self)
    }
}

impl Written for bool {
    fn written(&self) -> Json {
        Json::from(*self)
    }
}

impl Written for String {
    fn written(&self) -> Json {
        Json::from(self.as_str())
    }
}

impl Written for std::path::PathBuf {
    /// A path that is no text cannot stand in TOML; what is not shows as `�`.
    fn written(&self) -> Json {
        Json::from(self.to_string_lossy())
    }
}

impl<T: Written> Written for Vec<T> {
    fn written(&self) -> Json {
        self.iter().map(T::written).collect()
    }
}

impl<T: Written> Written for [T; 3] {
    fn written(&self) -> Json {
        self.iter().map(T::written).collect()
    }
}

macro_rules! written_quantities {
    ($($name:ident),+) => {$(
        impl Written for super::quantity::$name {
            fn written(&self) -> Json {
                Json::from(Quantity::written(*self))
            }
        }
    )+};
}
written_quantities!(LengthMm, DurationDays, AgeDays, AngleDeg, Hounsfield);

/// A JSON value in TOML, on one line. Nulls, which TOML lacks, are left out.
pub(super) fn toml(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => number.to_string(),
        // JSON leaves the delete character as it is, TOML does not allow it.
        Json::String(text) => Json::from(text.as_str()).to_string().replace('\u{7f}', "\\u007f"),
        Json::Array(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        Json::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

/// Writes the sections of a case one after the other.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
}

impl Writer {
    /// A line of comment; an empty one for an empty text.
    pub(super) fn comment(&mut self, text: &str) {
        self.text.push_str(format!("# {text}").trim_end());
        self.text.push('\n');
    }

    /// Opens a table; `header` has its brackets.
    pub(super) fn table(&mut self, header: &str) {
        self.text.push('\n');
        self.text.push_str(header);
        self.text.push('\n');
    }

    pub(super) fn key(&mut self, key: &str, value: &impl Written) {
        self.key_with_comment(key, value, "");
    }

    /// A key that is written only where it has a value.
    pub(super) fn optional(&mut self, key: &str, value: Option<&impl Written>) {
        if let Some(value) = value {
            self.key(key, value);
        }
    }

    pub(super) fn key_with_comment(&mut self, key: &str, value: &impl Written, comment: &str) {
        self.text.push_str(&format!("{key} = {}", toml(&value.written())));
        if !comment.is_empty() {
            // A line break would end the comment.
            self.text.push_str(&format!("  # {}", comment.replace(char::is_control, " ")));
        }
        self.text.push('\n');
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}
