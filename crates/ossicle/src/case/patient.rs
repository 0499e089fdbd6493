//! `[patient]`: who is injured.

use serde_json::{Value as Json, json};

use super::document::{Node, Value};
use super::kinds::{Flag, Kind, number};
use super::log::Log;
use super::measured::measured;
use super::quantity::{AgeDays, Quantity};
use super::section::Section;
use super::words::{named, one_of};
use super::written::Writer;

named! {
    /// The kind of body; it sets sizes and the pace of cells.
    Species {
        /// A person.
        Human = "human",
        /// A laboratory mouse: smaller, and cells about 2.5 times as fast.
        Mouse = "mouse",
    }
}

named! {
    /// Biological sex.
    Sex {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
    }
}

named! {
    /// An injury of the central nervous system, which amplifies ossification.
    NeurologicalInjury {
        /// No such injury.
        None = "none",
        /// Of the spinal cord.
        SpinalCord = "spinal cord",
        /// Traumatic, of the brain.
        Brain = "brain",
        /// A stroke.
        Stroke = "stroke",
    }
}

/// Who is injured.
#[derive(Clone, Debug, PartialEq)]
pub struct Patient {
    /// Human or mouse.
    pub species: Species,
    /// Age at the injury.
    pub age: AgeDays,
    /// Female or male.
    pub sex: Sex,
    /// Injury of the central nervous system, if any.
    pub neurological_injury: NeurologicalInjury,
    /// Whether heterotopic bone formed before.
    pub previous_ho: bool,
    /// How sensitive to BMP, from 0 (as most people) to 1 (as in
    /// fibrodysplasia ossificans progressiva).
    pub fop_like_sensitivity: f64,
}

impl Patient {
    pub(super) fn read(section: &mut Section<'_>) -> Option<Self> {
        let species = section.or(
            "species",
            "The kind of body; it sets sizes and the pace of cells.",
            one_of(),
            Species::Human,
        );
        let (oldest, typical) = match species {
            Some(Species::Mouse) => (4.0, AgeDays(84.0)),
            _ => (120.0, AgeDays::from_years(35.0)),
        };
        let age = section.or(
            "age",
            "Age at the injury. For a mouse the default is 12 weeks.",
            measured(0.0, AgeDays::from_years(oldest).number()),
            typical,
        );
        let sex = section.or("sex", "Biological sex.", one_of(), Sex::Male);
        let neurological_injury = section.or(
            "neurological_injury",
            "Injury of the central nervous system, which amplifies ossification.",
            one_of(),
            NeurologicalInjury::None,
        );
        let previous_ho =
            section.or("previous_ho", "Whether heterotopic bone formed before.", Flag, false);
        let fop_like_sensitivity = section.or(
            "fop_like_sensitivity",
            "Sensitivity to BMP: false or 0 as most people, true or 1 as in fibrodysplasia \
             ossificans progressiva.",
            FlagOrShare,
            0.0,
        );
        Some(Self {
            species: species?,
            age: age?,
            sex: sex?,
            neurological_injury: neurological_injury?,
            previous_ho: previous_ho?,
            fop_like_sensitivity: fop_like_sensitivity?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.table("[patient]");
        writer.key("species", &self.species);
        writer.key("age", &self.age);
        writer.key("sex", &self.sex);
        writer.key("neurological_injury", &self.neurological_injury);
        writer.key("previous_ho", &self.previous_ho);
        writer.key("fop_like_sensitivity", &self.fop_like_sensitivity);
    }
}

/// A share from 0 to 1, or false and true for its ends.
struct FlagOrShare;

impl Kind for FlagOrShare {
    type Value = f64;

    fn expected(&self) -> String {
        "true, false or a share from 0 to 1".to_owned()
    }

    fn schema(&self) -> Json {
        json!({ "oneOf": [Flag.schema(), number("a share", 0.0, 1.0).schema()] })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<f64> {
        match node.value {
            Value::Flag(flag) => Some(f64::from(u8::from(flag))),
            _ => number("true, false or a share", 0.0, 1.0).read(node, key, log),
        }
    }
}
