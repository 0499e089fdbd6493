//! `run.json`: what was run, on what, how it went.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::pattern::Pattern;
use crate::readout::Summary;

/// Version of the layout of `run.json`.
pub const RECORD_FORMAT: u32 = 1;

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum Status {
    /// Still advancing, or broken off without a word.
    Running,
    /// Came to its end.
    Complete,
    /// Stopped by the user.
    Stopped,
    /// Stopped by an error.
    Failed {
        /// What went wrong: process, field, voxel, tissue and day, as far as they are known.
        cause: String,
        /// From where it can go on; absent where no state was kept.
        #[serde(default)]
        last_state: Option<LastState>,
    },
}

/// The last state that was kept of a run that failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastState {
    /// Its day.
    pub day: f64,
    /// Its checkpoint.
    pub file: String,
    /// The command that goes on from it: the same run where the cause lies outside of it, as a
    /// full disk does; a branch with a changed case where the run would fail again.
    pub command: String,
}

impl std::fmt::Display for LastState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { day, file, command } = self;
        write!(
            f,
            "the last state that was kept is of day {day}: {file}\ngo on from it with: {command}"
        )
    }
}

/// An input file by its content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// What it is: `case`, `scan`, `labels`.
    pub role: String,
    /// Its path as given.
    pub path: String,
    /// BLAKE3 of its bytes; of a folder, of its files' digests in order of their names.
    pub blake3: String,
    /// Bytes.
    pub bytes: u64,
}

/// The machine and how it was used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Processor model.
    pub processor: String,
    /// Cores that the system offers.
    pub cores: usize,
    /// Threads used.
    pub threads: usize,
    /// Largest resident memory, bytes; 0 where the system does not tell.
    pub peak_memory_bytes: u64,
}

/// The grid that the lesion was computed on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GridRecord {
    /// Voxels along each axis.
    pub shape: [usize; 3],
    /// Spacing in mm.
    pub spacing_mm: [f64; 3],
    /// Voxels of soft tissue, in which the lesion can grow.
    pub soft_voxels: usize,
}

/// A parameter that a run changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedParameter {
    /// Its symbol.
    pub symbol: String,
    /// What it means.
    pub meaning: String,
    /// Its unit.
    pub unit: String,
    /// The model's own value.
    pub default: f64,
    /// The value used.
    pub value: f64,
    /// Why it differs: `case` or the patient's trait that changes it.
    pub because: String,
}

/// What happened to one field's total since the injury, in field units times mm³.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BudgetLine {
    /// The field.
    pub field: String,
    /// Unit of one cubic millimetre of it.
    pub unit: String,
    /// Made without a donor.
    pub gained: f64,
    /// Lost without a receiver.
    pub lost: f64,
    /// Arrived from other fields.
    pub arrived: f64,
    /// Left for other fields.
    pub left: f64,
    /// Total at the start.
    pub at_start: f64,
    /// Total at the end.
    pub at_end: f64,
    /// What the lines above do not explain, relative to the larger total.
    pub gap: f64,
}

/// The books of a run: worst values over all steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Budgets {
    /// One line a field.
    pub fields: Vec<BudgetLine>,
    /// Largest relative gap of any field in any step's reactions.
    pub worst_reaction_gap: f64,
    /// Largest relative change of a total by movement.
    pub worst_transport_gap: f64,
    /// Largest relative difference between oxygen supplied and used.
    pub worst_oxygen_gap: f64,
    /// Smallest value of any field.
    pub lowest_value: f64,
    /// Largest sum of cartilage and bone matrix in a voxel.
    pub fullest_voxel: f64,
    /// Cell speeds held to their limit.
    pub speeds_clamped: u64,
}

/// How time was cut.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    /// Steps made.
    pub accepted: u64,
    /// Steps tried again shorter.
    pub rejected: u64,
    /// Shortest step, days.
    pub shortest_days: f64,
    /// Longest step, days.
    pub longest_days: f64,
    /// Largest relative error of a step that was made.
    #[serde(default)]
    pub largest_error: f64,
    /// Steps by the field whose error set their length.
    #[serde(default)]
    pub limited_by: BTreeMap<String, u64>,
}

/// One injury as it lies on the grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InjuryRecord {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its severity.
    pub severity: f64,
    /// Soft tissue injured, mm³.
    pub volume_mm3: f64,
}

/// A run that went on after it was interrupted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resumption {
    /// Day of the checkpoint that it went on from.
    pub day: f64,
    /// When, UTC, RFC 3339.
    pub resumed: String,
    /// How the run had ended; `running` where it was broken off without a word.
    pub after: Status,
}

/// The run and day that a branch began from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BranchRecord {
    /// The folder of that run.
    pub path: String,
    /// BLAKE3 of its program's version, case and inputs.
    pub blake3: String,
    /// Day that was asked for; absent where the program did not tell yet.
    #[serde(default)]
    pub at: Option<f64>,
    /// Day of the state that the branch began with: later ones are its own.
    pub day: f64,
    /// BLAKE3 of that state's bits.
    pub state_digest: String,
}

/// Everything about a run but its results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_FORMAT`].
    pub format: u32,
    /// Version of the program.
    pub version: String,
    /// Version of the model, see [`golden`](crate::golden): equal versions give equal bits. Empty
    /// where the program did not tell yet.
    #[serde(default)]
    pub model: String,
    /// How the run stands.
    pub status: Status,
    /// Title of the case.
    pub title: String,
    /// When it began, UTC, RFC 3339.
    pub started: String,
    /// When this record was last written, UTC, RFC 3339.
    pub updated: String,
    /// Day reached.
    pub day: f64,
    /// Day of the end.
    pub duration_days: f64,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Changes made on the command line.
    pub changes: Vec<String>,
    /// Input files.
    pub inputs: Vec<Input>,
    /// Anatomy in one line: what joint, which side, from where.
    pub anatomy: String,
    /// Patient in one line.
    pub patient: String,
    /// The injuries.
    pub injuries: Vec<InjuryRecord>,
    /// Motion programme, one line a span.
    pub motion: Vec<String>,
    /// Processes switched off.
    pub without: Vec<String>,
    /// Parameters that differ from the model's own.
    pub parameters_changed: Vec<ChangedParameter>,
    /// The lesion grid.
    pub grid: GridRecord,
    /// The machine.
    pub machine: Machine,
    /// Seconds of wall clock in all.
    pub wall_seconds: f64,
    /// Seconds by stage.
    pub stage_seconds: BTreeMap<String, f64>,
    /// How time was cut.
    pub steps: Steps,
    /// Mean conjugate-gradient iterations per solve of each signal.
    pub solver_iterations: BTreeMap<String, f64>,
    /// The books.
    pub budgets: Budgets,
    /// What a user should know before believing the result.
    pub warnings: Vec<String>,
    /// What was assumed, estimated or left out on the way.
    pub notes: Vec<String>,
    /// The figures that sum the run up; absent before the first row.
    pub summary: Option<Summary>,
    /// What the joint can do, where its bones tell; absent before the first look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint: Option<JointRecord>,
    /// How the bones were told apart, where they tell; absent before the first picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separation: Option<SeparationRecord>,
    /// Where the bone lies; absent without bone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
    /// What was radiographed, day by day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub radiographs: Vec<RadiographRecord>,
    /// BLAKE3 of the final state's bits: the same case, seed and version give the same.
    pub state_digest: Option<String>,
    /// Days with a virtual CT.
    pub virtual_ct_days: Vec<u64>,
    /// Days with fields.
    pub field_days: Vec<u64>,
    /// Where the run went on after it was interrupted.
    #[serde(default)]
    pub resumptions: Vec<Resumption>,
    /// What the run branched from, if it did.
    #[serde(default)]
    pub branched_from: Option<BranchRecord>,
}

/// What the picture of the bones that were told apart shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeparationRecord {
    /// What told them apart: `names`, or `the joint space`.
    pub told_by: String,
    /// The bones that move as one each.
    pub bodies: Vec<BodyRecord>,
    /// Islands of the lesion's bone on the last day that was pictured.
    pub islands: usize,
    /// The largest of them, the largest first.
    pub largest_islands: Vec<IslandRecord>,
    /// What looks wrong.
    pub findings: Vec<String>,
}

/// A bone that moves as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BodyRecord {
    /// Its name.
    pub name: String,
    /// Its colour in the picture, `#rrggbb`.
    pub colour: String,
    /// Its volume as far as it is in view, mm³.
    pub volume_mm3: f64,
}

/// An island of the lesion's bone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IslandRecord {
    /// Its volume, mm³.
    pub volume_mm3: f64,
    /// The bones that it is fused to: none, one, or those that it bridges.
    pub fused_to: Vec<String>,
}

/// The radiographs of a day, and what can be told of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RadiographRecord {
    /// The day.
    pub day: f64,
    /// Shadow of the heterotopic bone seen from the front, mm².
    pub frontal_mm2: f64,
    /// Its shadow seen from the side, mm².
    pub lateral_mm2: f64,
    /// How it would be graded, where the bones tell and were looked at on the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graded: Option<GradeRecord>,
}

/// How heterotopic bone is graded on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradeRecord {
    /// Brooker's grade of a hip, Hastings' and Graham's class of an elbow.
    pub grade: String,
    /// Whether bone has grown from one side of the joint to the other.
    pub bridge: bool,
    /// Smallest distance across the joint with heterotopic bone on one side at least, mm.
    pub gap_mm: Option<f64>,
}

/// The range of motion and the grade of the bone at the end of what was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JointRecord {
    /// Brooker's grade of a hip, Hastings' and Graham's class of an elbow.
    pub grade: String,
    /// Whether bone has grown from one side of the joint to the other.
    pub bridge: bool,
    /// Smallest distance across the joint with heterotopic bone on one side at least, mm.
    pub gap_mm: Option<f64>,
    /// Shadow of the heterotopic bone on a frontal radiograph, mm².
    pub shadow_mm2: f64,
    /// Every movement.
    pub movements: Vec<MovementRecord>,
}

/// How far one movement went, degrees from the neutral position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MovementRecord {
    /// Its name.
    pub movement: String,
    /// The normal range of someone of that age and sex.
    pub normal_deg: f64,
    /// The range at the first look.
    pub start_deg: f64,
    /// The smallest range, and the day it was found on.
    pub least_deg: f64,
    /// See `least_deg`.
    pub least_day: f64,
    /// The range at the last look.
    pub end_deg: f64,
    /// Where bone met bone at the last look; absent where it did not.
    pub bony_deg: Option<f64>,
}
