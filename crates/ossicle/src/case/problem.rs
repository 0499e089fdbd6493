//! What can be wrong with a case, told so that it can be put right.

use std::fmt;
use std::io;

use serde::Serialize;
use thiserror::Error;

use super::render::{self, Style};

/// Where in the case file, or in a command-line argument, a value stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, or the argument such as `--set`.
    pub source: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The text of that line, cut round the place where it is very long.
    #[serde(skip)]
    pub(super) text: String,
    /// The part of `text` the place covers, in bytes, on character boundaries.
    #[serde(skip)]
    pub(super) marked: std::ops::Range<usize>,
}

/// The kind of a [`Problem`], the most basic first; problems are reported in
/// this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Cause {
    /// The text is not TOML.
    Syntax,
    /// A key stands twice in one table.
    DuplicateKey,
    /// The file is of a format this program does not read.
    Version,
    /// An argument of the command line cannot be applied.
    Argument,
    /// No key has this name.
    UnknownKey,
    /// The key exists, but not beside the other keys given.
    MisplacedKey,
    /// A key that has no default is not there.
    MissingKey,
    /// A number where text is due, and the like.
    WrongType,
    /// A bare number where a quantity with its unit is due.
    MissingUnit,
    /// A unit nobody knows.
    UnknownUnit,
    /// A unit of something else: days for a length.
    WrongUnit,
    /// NaN, infinite, or no number at all.
    NotANumber,
    /// A number below or above what is allowed.
    OutOfRange,
    /// A word that is none of the words allowed.
    UnknownName,
    /// Two values that cannot both hold.
    Conflict,
    /// A scan or its labels cannot be read or used.
    Scan,
    /// The anatomy does not have, or does not bear, what is asked of it.
    Anatomy,
    /// More memory than there is.
    Memory,
    /// Only a warning: a value that has no effect.
    NoEffect,
}

/// One thing wrong with a case, complete in itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind of thing is wrong.
    pub cause: Cause,
    /// The key, as `anatomy.lesion_box.spacing` or `injury[0].severity`
    /// (counted from 0); empty where the whole text is meant.
    pub key: String,
    /// Where it stands.
    pub place: Place,
    /// What stands there.
    pub found: String,
    /// What should stand there.
    pub expected: String,
    /// The nearest right name or value, where there is one.
    pub nearest: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { source, line, column, .. } = &self.place;
        write!(f, "{source}:{line}:{column}: ")?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}; expected {}", self.finding(), self.expected)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean {nearest}?"),
            None => Ok(()),
        }
    }
}

impl Problem {
    /// What was found, for a message. A scan or an anatomy says in a sentence of its own what is
    /// wrong with it.
    pub(super) fn finding(&self) -> String {
        match self.cause {
            Cause::Scan | Cause::Anatomy => self.found.clone(),
            _ => format!("found {}", self.found),
        }
    }

    /// The problem with the line it stands in and a mark under the place.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        render::problem(self, style)
    }

    /// The same as a warning.
    #[must_use]
    pub fn render_as_warning(&self, style: Style) -> String {
        render::warning(self, style)
    }
}

/// Everything found wrong with a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The problems, the most basic first, then in the order of the file.
    pub problems: Vec<Problem>,
    /// How many more there are than are listed.
    pub left_out: usize,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        match self.left_out {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

/// Why a case was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CaseError {
    /// The file could not be opened or read.
    #[error("{file}: cannot be read: {source}; expected a case file (`ossicle new` writes one)")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A folder where a file is due.
    #[error("{file}: found a folder; expected a case file, such as {file}/case.toml")]
    Folder {
        /// The folder.
        file: String,
    },
    /// Far larger than any case.
    #[error("{file}: found more than {limit_bytes} bytes; expected a case file, text of a few kB")]
    TooLarge {
        /// The file.
        file: String,
        /// The largest size that is read.
        limit_bytes: u64,
    },
    /// Not UTF-8, the encoding of TOML.
    #[error("{file}:{line}:{column}: found the byte {byte:#04x}; expected text in UTF-8")]
    NotText {
        /// The file.
        file: String,
        /// Line of the first bad byte, counted from 1.
        line: usize,
        /// Its column in characters, counted from 1.
        column: usize,
        /// The byte.
        byte: u8,
    },
    /// Nothing but spaces and comments.
    #[error("{file}: found no key at all; expected a case (`ossicle new` writes one)")]
    Empty {
        /// The file.
        file: String,
    },
    /// The case was read and is wrong.
    #[error("{0}")]
    Refused(Refusal),
}

impl CaseError {
    /// For people: every problem with its line and a mark under the place.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        match self {
            Self::Refused(refusal) => render::refusal(refusal, style),
            other => render::message(&other.to_string(), style),
        }
    }

    /// For programs: `{"message", "problems": [{"cause", "key", "place",
    /// "found", "expected", "nearest"}], "left_out"}`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let (problems, left_out) = match self {
            Self::Refused(refusal) => (refusal.problems.as_slice(), refusal.left_out),
            _ => (&[][..], 0),
        };
        serde_json::json!({
            "message": self.to_string(),
            "problems": problems,
            "left_out": left_out,
        })
    }
}
