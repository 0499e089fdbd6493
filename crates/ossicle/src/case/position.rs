//! Where something is: at a landmark, or at millimetres of the scan.

use serde_json::{Value as Json, json};

use super::document::{Node, Value};
use super::kinds::{Kind, PerAxis, Text};
use super::log::Log;
use super::measured::{Measured, measured};
use super::problem::Cause;
use super::quantity::LengthMm;
use super::schema;
use super::section::Section;
use super::written::Written;

/// A place in the body.
#[derive(Clone, Debug, PartialEq)]
pub enum Position {
    /// At a named landmark of the anatomy, moved by an offset.
    Landmark {
        /// The landmark's name.
        name: String,
        /// How far from it: to the right, to the front, to the head.
        offset: [LengthMm; 3],
    },
    /// At a point of the scan, in RAS+ coordinates: x to the right, y to the
    /// front, z to the head. (A case may also give LPS, as DICOM does.)
    Point([LengthMm; 3]),
}

impl Written for Position {
    fn written(&self) -> Json {
        match self {
            Self::Landmark { name, offset } => {
                json!({ "landmark": name, "offset": offset.written() })
            }
            Self::Point(ras) => json!({ "ras": ras.written() }),
        }
    }
}

/// Reads `{ landmark = "…", offset = […] }`, `{ ras = […] }` or `{ lps = […] }`.
pub(super) struct PositionKind;

/// No scan is larger than this.
fn coordinate() -> PerAxis<Measured<LengthMm>> {
    PerAxis(measured(-10_000.0, 10_000.0))
}

const EXAMPLE: &str =
    "{ landmark = \"greater_trochanter\" } or { ras = [\"12 mm\", \"-30 mm\", \"5 mm\"] }";

impl Position {
    fn read(section: &mut Section<'_>) -> Option<Self> {
        let landmark = section.optional(
            "landmark",
            "A landmark of the anatomy.",
            Text("the name of a landmark"),
        );
        let offset = section.optional(
            "offset",
            "How far from the landmark: to the right, to the front, to the head.",
            coordinate(),
        );
        let ras = section.optional(
            "ras",
            "A point of the scan: to the right, to the front, to the head, as NIfTI has it.",
            coordinate(),
        );
        let lps = section.optional(
            "lps",
            "A point of the scan: to the left, to the back, to the head, as DICOM has it.",
            coordinate(),
        );
        if !section.exactly_one(&["landmark", "ras", "lps"], EXAMPLE) {
            return None;
        }
        if section.has("offset") && !section.has("landmark") {
            let expected = "an offset only from a landmark; add it to the point";
            section.refuse_key(Cause::Conflict, "offset", "an offset from a point", expected);
            return None;
        }
        match (landmark?, offset?, ras?, lps?) {
            (Some(name), offset, ..) => {
                Some(Self::Landmark { name, offset: offset.unwrap_or([LengthMm(0.0); 3]) })
            }
            (_, _, Some(ras), _) => Some(Self::Point(ras)),
            // From zero, so that no negative zero comes out.
            (_, _, _, Some([LengthMm(left), LengthMm(back), up])) => {
                Some(Self::Point([LengthMm(0.0 - left), LengthMm(0.0 - back), up]))
            }
            _ => None,
        }
    }
}

impl Kind for PositionKind {
    type Value = Position;

    fn expected(&self) -> String {
        format!("a position, such as {EXAMPLE}")
    }

    fn schema(&self) -> Json {
        Json::Object(schema::table(&Section::keys_of(Position::read)))
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<Position> {
        let Value::Table(table) = &node.value else {
            log.refuse(Cause::WrongType, key, node, &self.expected());
            return None;
        };
        let mut section = Section::new(Some(table), node.span, key.to_owned(), log);
        let position = Position::read(&mut section);
        if section.refuse_unknown() { None } else { position }
    }
}
