//! The case file: what is simulated, in TOML, checked before anything runs.
//!
//! [`CaseFile::read`] turns a file into a [`Case`], in which every default is
//! filled in and every quantity has one known unit, or into a [`CaseError`]
//! that tells everything wrong with it at once, each with its line, the value
//! found, what was expected, and the nearest right name.
//!
//! Every quantity carries its unit as text (`"1 mm"`, `"540 d"`); a bare number
//! where a unit is due is refused. Numbers without a dimension are plain.
//!
//! Each table of the format has one file here, which states every key once: its
//! name, meaning, kind, bounds and default. The reader, the messages and the
//! JSON Schema ([`schema()`]) all follow from that statement.
//!
//! ```
//! use ossicle::case::{CaseFile, LengthMm, Override, Style, Template, Vocabulary};
//! use std::path::Path;
//!
//! let text = Template::Hip.text();
//! let read = |changes: &[Override]| {
//!     let vocabulary = Vocabulary::default();
//!     CaseFile::from_bytes("hip.toml", text.as_bytes(), Path::new(""), changes, &vocabulary)
//! };
//! let spacing = |value: &str| Override::Set(format!("anatomy.lesion_box.spacing={value}"));
//!
//! let file = read(&[spacing("500 um")]).unwrap();
//! assert_eq!(file.case.lesion_box.spacing, [LengthMm(0.5); 3]);
//!
//! let refused = read(&[spacing("0.5")]).unwrap_err();
//! assert_eq!(
//!     refused.to_string(),
//!     "--set:1:28: anatomy.lesion_box.spacing: found 0.5 without a unit; expected a length with \
//!      its unit, such as \"1 mm\"; did you mean \"0.5 mm\"?"
//! );
//! assert!(refused.render(Style::Plain).contains("^^^"));
//! ```

mod anatomy;
mod document;
mod file;
mod injury;
mod keys;
mod kinds;
mod log;
mod measured;
mod motion;
mod nearest;
mod overrides;
mod parameters;
mod patient;
mod position;
mod problem;
mod quantity;
mod render;
mod schema;
mod section;
mod settings;
mod template;
mod units;
mod vocabulary;
mod words;
mod written;

#[cfg(test)]
mod tests;

pub use anatomy::{Anatomy, BoxExtent, Builtin, Joint, LesionBox, ScanAnatomy, Side};
pub use file::{CaseFile, LARGEST_FILE_BYTES};
pub use injury::{Approach, ApproachPath, Direction, Injury, InjuryShape, TearPlace};
pub use motion::{Motion, MotionMode, USUAL_MOTION};
pub use nearest::nearest;
pub use overrides::Override;
pub use parameters::Parameter;
pub use patient::{NeurologicalInjury, Patient, Sex, Species};
pub use position::Position;
pub use problem::{CaseError, Cause, Place, Problem, Refusal};
pub use quantity::{AgeDays, AngleDeg, DurationDays, Hounsfield, LengthMm, Quantity};
pub use render::Style;
pub use schema::schema;
pub use settings::{Axis, Mechanics, Mechanoregulation, Model, Numerics, Outputs};
pub use template::{Template, TemplateScan};
pub use vocabulary::{ParameterRecord, Vocabulary, VocabularyError};
pub use words::Named;

use std::path::Path;

use serde_json::{Value as Json, json};

use document::Node;
use kinds::{Kind, Text, Whole, plain_number};
use log::Log;
use measured::measured;
use section::Section;
use written::Writer;

/// The version of the format this program reads and writes.
pub const FORMAT: u64 = 1;

/// The largest seed: every tool reads it back exactly, JavaScript too.
const LARGEST_SEED: u64 = (1 << 53) - 1;

/// What is simulated: checked, every default filled in, every unit known.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What reports call it.
    pub title: String,
    /// How long the lesion is followed.
    pub duration: DurationDays,
    /// What all random numbers follow from.
    pub seed: u64,
    /// The body the lesion grows in.
    pub anatomy: Anatomy,
    /// The box the lesion is computed on.
    pub lesion_box: LesionBox,
    /// Who is injured.
    pub patient: Patient,
    /// What is damaged on day 0.
    pub injuries: Vec<Injury>,
    /// What is done with the joint, in order of time, without a gap.
    pub motion: Vec<Motion>,
    /// Every parameter of the model with the value used.
    pub parameters: Vec<Parameter>,
    /// What of the model is used.
    pub model: Model,
    /// How finely time is cut.
    pub numerics: Numerics,
    /// What is written.
    pub outputs: Outputs,
}

impl Case {
    /// The value of a parameter in its record's unit; `None` where the
    /// vocabulary has no such parameter.
    #[must_use]
    pub fn parameter(&self, key: &str) -> Option<f64> {
        self.parameters.iter().find(|p| p.record.key == key).map(|p| p.value)
    }

    /// Every value used, with its unit and, for parameters, its source: a case
    /// file that reads back as this very case.
    #[must_use]
    pub fn resolved(&self) -> String {
        let mut writer = Writer::default();
        writer.comment("Every value this case uses, defaults included.");
        writer.key("format", &FORMAT);
        writer.key("title", &self.title);
        writer.key("duration", &self.duration);
        writer.key("seed", &self.seed);
        self.anatomy.write(&mut writer);
        self.lesion_box.write(&mut writer);
        self.patient.write(&mut writer);
        for injury in &self.injuries {
            injury.write(&mut writer);
        }
        for motion in &self.motion {
            motion.write(&mut writer);
        }
        self.model.write(&mut writer);
        self.numerics.write(&mut writer);
        self.outputs.write(&mut writer);
        parameters::write(&self.parameters, &mut writer);
        writer.finish()
    }

    /// Reads the whole case.
    fn read(section: &mut Section<'_>, reading: &Reading<'_>) -> Option<Self> {
        let Reading { vocabulary, folder } = *reading;
        let format = section.required("format", "The version of this format.", Format);
        let title = section.or(
            "title",
            "What reports call the case.",
            Text("a title"),
            "Untitled case".to_owned(),
        );
        let duration = section.required(
            "duration",
            "How long the lesion is followed.",
            measured(1.0, motion::LATEST_DAY),
        );
        let seed = section.or(
            "seed",
            "What all random numbers follow from.",
            Whole { low: 0, high: LARGEST_SEED },
            1,
        );
        let patient = section.table("patient", "Who is injured.", Patient::read);
        // What depends on a value that is wrong is read as for the usual one.
        let species = patient.as_ref().map_or(Species::Human, |patient| patient.species);
        let end = duration.unwrap_or(DurationDays(motion::LATEST_DAY));

        let body = section.table("anatomy", "The body the lesion grows in.", |section| {
            let anatomy = Anatomy::read(section, folder);
            let lesion_box = section.table(
                "lesion_box",
                "The box the lesion is computed on, at its own spacing.",
                |section| LesionBox::read(section, species),
            );
            Some((anatomy, lesion_box))
        });
        let (anatomy, lesion_box) = body.unwrap_or_default();
        let injuries = section.tables("injury", "What is damaged on day 0.", |section| {
            Injury::read(section, species, anatomy.as_ref())
        });
        let spans = section.tables(
            "motion",
            "What is done with the joint; comfortable motion through 0.6 of the free range \
             wherever nothing else is said.",
            |section| Motion::read(section, end),
        );
        let motion = spans.and_then(|spans| {
            let items = section.items("motion");
            motion::programme(spans, items, end, section.log())
        });
        let model = section.table("model", "What of the model is used.", |section| {
            Model::read(section, vocabulary)
        });
        let allow = model.as_ref().is_some_and(|model| model.allow_out_of_range);
        let parameters = section.table(
            "parameters",
            "Values in place of the model's own; `ossicle params` lists them all.",
            |section| parameters::read(section, vocabulary, allow),
        );
        let numerics = section.table("numerics", "How finely time is cut.", Numerics::read);
        let outputs = section.table("outputs", "What is written.", |section| {
            Outputs::read(section, end, vocabulary)
        });

        refuse_box_round_nothing(section, injuries.as_deref(), lesion_box.as_ref());
        format?;
        Some(Self {
            title: title?,
            duration: duration?,
            seed: seed?,
            anatomy: anatomy?,
            lesion_box: lesion_box?,
            patient: patient?,
            injuries: injuries?,
            motion: motion?,
            parameters: parameters?,
            model: model?,
            numerics: numerics?,
            outputs: outputs?,
        })
    }
}

/// What reading a case needs besides its text.
#[derive(Clone, Copy)]
struct Reading<'a> {
    vocabulary: &'a Vocabulary,
    /// Where relative paths start.
    folder: &'a Path,
}

/// Without an injury there is nothing a margin could lie round.
fn refuse_box_round_nothing(
    section: &mut Section<'_>,
    injuries: Option<&[Injury]>,
    lesion_box: Option<&LesionBox>,
) {
    if let (Some([]), Some(LesionBox { extent: BoxExtent::Margin(_), .. })) = (injuries, lesion_box)
    {
        section.refuse_key(
            Cause::MissingKey,
            "injury",
            "no injury for the lesion box to lie round",
            "an [[injury]], or anatomy.lesion_box.size to compute without one",
        );
    }
}

/// The version of the format.
struct Format;

impl Format {
    /// Whether this is the number of another version.
    fn is_other_version(node: &Node) -> bool {
        plain_number(node).is_some_and(|version| version != FORMAT as f64)
    }
}

impl Kind for Format {
    type Value = u64;

    fn expected(&self) -> String {
        format!("format = {FORMAT}, the version of the format of case files")
    }

    fn schema(&self) -> Json {
        json!({ "const": FORMAT })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<u64> {
        match plain_number(node) {
            Some(version) if version == FORMAT as f64 => return Some(FORMAT),
            Some(version) if version > FORMAT as f64 => {
                let expected = format!("{FORMAT}: this program is older than the case file");
                log.refuse(Cause::Version, key, node, &expected);
            }
            Some(_) => {
                let expected = format!("{FORMAT}: there is no such version");
                log.refuse(Cause::Version, key, node, &expected);
            }
            None => log.refuse(Cause::WrongType, key, node, &self.expected()),
        }
        None
    }
}
