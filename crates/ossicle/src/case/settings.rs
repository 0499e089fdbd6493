//! `[model]`, `[numerics]` and `[outputs]`: how the case is computed and what
//! is written.

use std::collections::BTreeSet;

use super::kinds::{Flag, List, number};
use super::measured::{Day, measured};
use super::problem::Cause;
use super::quantity::{DurationDays, Hounsfield, Quantity};
use super::section::Section;
use super::vocabulary::Vocabulary;
use super::words::{Word, named, one_of};
use super::written::Writer;

named! {
    /// What tells how a joint moves and strains its tissue.
    Mechanics {
        /// A rule with one range of motion: strain is felt in full round the injury and in the
        /// capsule, and shielded by bone further out.
        Rule = "rule",
        /// The bones of the anatomy: they move until they meet, and strain the tissue between
        /// them as its stiffness lets them, each component of the displacement for itself.
        Bones = "bones",
        /// The same with tissue as a linear elastic solid: slower, to check `bones` with.
        Elastic = "elastic",
    }
}

named! {
    /// Which hypothesis says what strain permits.
    Mechanoregulation {
        /// The model's own: the more strain, the more cartilage and bone.
        Strain = "strain",
        /// Windows of strain, as in fracture repair (Lacroix & Prendergast 2002).
        LacroixPrendergast = "lacroix_prendergast",
        /// The more elastic energy, the more cartilage and bone (after Rosenberg & Bull 2018).
        StrainEnergy = "strain_energy",
    }
}

named! {
    /// An axis of a joint that motion turns, named by one of its movements.
    Axis {
        /// Flexion and extension.
        Flexion = "flexion",
        /// Abduction and adduction of the hip.
        Abduction = "abduction",
        /// Inward and outward rotation of the hip.
        Rotation = "internal_rotation",
    }
}

/// `[model]`: what of the model is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Processes that are switched off.
    pub without: Vec<String>,
    /// What tells how the joint moves.
    pub mechanics: Mechanics,
    /// The axes that motion turns, where bones tell the mechanics.
    pub axes: Vec<Axis>,
    /// What strain permits.
    pub mechanoregulation: Mechanoregulation,
    /// Whether parameters may leave the range with evidence behind it.
    pub allow_out_of_range: bool,
}

impl Model {
    pub(super) fn read(section: &mut Section<'_>, vocabulary: &Vocabulary) -> Option<Self> {
        let without = section.or(
            "without",
            "Processes that are switched off.",
            List(Word(vocabulary.processes())),
            Vec::new(),
        );
        let mechanics = section.or(
            "mechanics",
            "What tells how the joint moves and strains its tissue.",
            one_of(),
            Mechanics::Rule,
        );
        let axes = section.or(
            "axes",
            "The axes that motion turns, where bones tell the mechanics; tissue feels the root mean \
             square of their strains.",
            List(one_of()),
            vec![Axis::Flexion],
        );
        let mechanoregulation = section.or(
            "mechanoregulation",
            "Which hypothesis says what strain permits.",
            one_of(),
            Mechanoregulation::Strain,
        );
        let allow_out_of_range = section.or(
            "allow_out_of_range",
            "Whether parameters may leave the range with evidence behind it; it is reported.",
            Flag,
            false,
        );
        let mut without = without?;
        without.sort();
        without.dedup();
        Some(Self {
            without,
            mechanics: mechanics?,
            axes: axes?,
            mechanoregulation: mechanoregulation?,
            allow_out_of_range: allow_out_of_range?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.table("[model]");
        writer.key("without", &self.without);
        writer.key("mechanics", &self.mechanics);
        writer.key("axes", &self.axes);
        writer.key("mechanoregulation", &self.mechanoregulation);
        writer.key("allow_out_of_range", &self.allow_out_of_range);
    }
}

/// `[numerics]`: how finely time is cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Numerics {
    /// Largest relative error of one step.
    pub tolerance: f64,
    /// The longest step.
    pub longest_step: DurationDays,
    /// The shortest step; where it does not do, the run fails and says so.
    pub shortest_step: DurationDays,
}

impl Numerics {
    pub(super) fn read(section: &mut Section<'_>) -> Option<Self> {
        let tolerance = section.or(
            "tolerance",
            "Largest relative error of one step.",
            number("a relative error", 1e-8, 0.1),
            1e-2,
        );
        let longest = section.or(
            "longest_step",
            "The longest step in time.",
            measured(1e-4, 30.0),
            DurationDays(8.0),
        );
        let shortest = section.or(
            "shortest_step",
            "The shortest step in time; where it does not do, the run fails and says so.",
            measured(1e-6, 30.0),
            DurationDays(1e-4),
        );
        let (tolerance, longest_step, shortest_step) = (tolerance?, longest?, shortest?);
        if shortest_step > longest_step {
            let found = shortest_step.written();
            let expected = format!("at most the longest step, {}", longest_step.written());
            section.refuse_key(Cause::Conflict, "shortest_step", &found, &expected);
            return None;
        }
        Some(Self { tolerance, longest_step, shortest_step })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.table("[numerics]");
        writer.key("tolerance", &self.tolerance);
        writer.key("longest_step", &self.longest_step);
        writer.key("shortest_step", &self.shortest_step);
    }
}

/// `[outputs]`: what is written, and for which days.
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
    /// Days of which a virtual CT is written, in order.
    pub virtual_ct_days: Vec<u64>,
    /// Noise of the virtual CT, as a standard deviation.
    pub virtual_ct_noise: Hounsfield,
    /// Days of which fields are written, in order.
    pub field_days: Vec<u64>,
    /// The fields that are written, in the order given.
    pub fields: Vec<String>,
    /// Days whose state is kept for good, to branch from, in order.
    pub checkpoint_days: Vec<u64>,
}

/// Days worth looking at, where a case does not say: the start, the onset, the
/// steep part and the plateau.
const USUAL_DAYS: [u64; 8] = [0, 14, 42, 84, 120, 180, 360, 540];

impl Outputs {
    pub(super) fn read(
        section: &mut Section<'_>,
        duration: DurationDays,
        vocabulary: &Vocabulary,
    ) -> Option<Self> {
        // A duration is at most twenty years.
        let last = duration.0.floor() as u32;
        let usual = || {
            let days = USUAL_DAYS.into_iter().filter(|&day| day < u64::from(last));
            days.chain([u64::from(last)]).collect::<Vec<_>>()
        };
        let virtual_ct_days = section.optional(
            "virtual_ct_days",
            "Whole days of which a virtual CT is written: plain numbers, or times with a unit. \
             By default the start, days 14, 42, 84, 120, 180, 360, 540 and the end.",
            List(Day { last }),
        );
        let virtual_ct_noise = section.or(
            "virtual_ct_noise",
            "Noise of the virtual CT, as a standard deviation.",
            measured(0.0, 500.0),
            Hounsfield(0.0),
        );
        let field_days = section.optional(
            "field_days",
            "Whole days of which fields are written; those of the virtual CT by default.",
            List(Day { last }),
        );
        let fields = section.or(
            "fields",
            "The fields that are written to fields.zarr.",
            List(Word(vocabulary.fields())),
            vocabulary.default_fields().to_vec(),
        );
        let checkpoint_days = section.or(
            "checkpoint_days",
            "Whole days whose state is kept for good, to branch from; the two newest states are \
             kept in any case.",
            List(Day { last }),
            Vec::new(),
        );
        let ordered = |mut days: Vec<u64>| {
            days.sort_unstable();
            days.dedup();
            days
        };
        let virtual_ct_days = ordered(virtual_ct_days?.unwrap_or_else(usual));
        let field_days = field_days?.map_or_else(|| virtual_ct_days.clone(), ordered);
        let mut seen = BTreeSet::new();
        let mut fields = fields?;
        fields.retain(|field| seen.insert(field.clone()));
        Some(Self {
            virtual_ct_days,
            virtual_ct_noise: virtual_ct_noise?,
            field_days,
            fields,
            checkpoint_days: ordered(checkpoint_days?),
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.table("[outputs]");
        writer.key("virtual_ct_days", &self.virtual_ct_days);
        writer.key("virtual_ct_noise", &self.virtual_ct_noise);
        writer.key("field_days", &self.field_days);
        writer.key("fields", &self.fields);
        writer.key("checkpoint_days", &self.checkpoint_days);
    }
}
