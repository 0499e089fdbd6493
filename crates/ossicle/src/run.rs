//! The run: the time loop, and what it leaves in the run folder.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ossicle_lesion::StepError;
use thiserror::Error;

use crate::case::CaseFile;
use crate::checkpoint::{Checkpoint, CheckpointError, Identity, Keeper, Schedule};
use crate::command;
use crate::folder::{FieldsWritten, FolderError, OpenRunError, Run, RunFolder, utc_now};
use crate::joint::JointError;
use crate::outputs::Outputs;
use crate::record::{BranchRecord, LastState, Record, Resumption, Status};
use crate::setting::Setting;
pub use crate::simulation::Simulation;
use crate::simulation::{Spent, reals};

/// Who looks on while a run advances, and may stop it.
pub trait Watch {
    /// Called after every step; `Break` stops the run, with its state and all that was found so
    /// far kept.
    fn look(&mut self, progress: &Progress) -> ControlFlow<()>;
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Simulated day.
    pub day: f64,
    /// Last day.
    pub duration_days: f64,
    /// Share of the work that is done, 0 to 1.
    pub share: f64,
    /// Bone so far, mm³.
    pub bone_volume_mm3: f64,
}

/// Why a run ended before its time.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// The step failed.
    #[error("{}{}", .0, way_out(.0))]
    Step(#[from] StepError),
    /// The lesion's bone makes no body that can be turned.
    #[error("the range of motion cannot be found: {0}")]
    Motion(#[from] JointError),
    /// A result could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// What was written cannot be read back for the report.
    #[error(transparent)]
    Report(#[from] OpenRunError),
    /// The checkpoint is not one of this case; nothing was written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The run had come some way, from where it can go on.
    #[error("{cause}\n{last_state}")]
    Underway {
        /// What went wrong.
        cause: Box<RunError>,
        /// The last state that was kept.
        last_state: LastState,
    },
}

/// What the user can do about a step that failed.
fn way_out(error: &StepError) -> &'static str {
    match error {
        StepError::Tolerance { .. } => {
            ": the tolerance cannot be met; raise numerics.tolerance or lower \
             numerics.shortest_step"
        }
        _ => "",
    }
}

/// What a run left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// How it went.
    pub record: Record,
    /// Where its folder is.
    pub path: PathBuf,
}

/// Runs a case to its end into a folder that was made for it, with the threads of the current
/// pool.
///
/// The record in the folder says how it went, whatever way the run ends.
///
/// # Errors
/// If a step fails or a result cannot be written. A checkpoint that cannot be written stops
/// nothing; the record warns of it.
pub fn run(
    file: &CaseFile,
    setting: &Setting,
    folder: RunFolder,
    record: Record,
    schedule: Schedule,
    watch: &mut dyn Watch,
) -> Result<Finished, RunError> {
    begin(file, folder, record, Simulation::new(setting), None, schedule, watch)
}

/// Goes on with a run that was stopped, broken off or failed, from a checkpoint of it: the end is
/// that of a run that was never interrupted, to the last bit.
///
/// `record` is that of a run about to begin, see [`start::record`](crate::start::record).
///
/// # Errors
/// As [`run`], and [`RunError::Checkpoint`] for one that was made with another case, other inputs
/// or another version.
pub fn resume(
    file: &CaseFile,
    setting: &Setting,
    folder: RunFolder,
    fresh: Record,
    checkpoint: Checkpoint,
    schedule: Schedule,
    watch: &mut dyn Watch,
) -> Result<Finished, RunError> {
    let identity = Identity::of(file, &fresh.inputs);
    checkpoint.check(&identity)?;
    let interrupted = Run::open(folder.path())?.record().clone();
    let (path, mut record, mut arrays) = checkpoint.into_parts();
    let mut simulation = Simulation::restore(setting, &path, &mut arrays)?;
    let ranges = reals(&mut arrays, FIELD_RANGES, &path, |n| n.is_multiple_of(2))?;
    let ranges = ranges.as_chunks::<2>().0.to_vec();
    let written = FieldsWritten { days: record.field_days.clone(), ranges };

    record.status = Status::Running;
    record.machine = fresh.machine;
    record.resumptions = interrupted.resumptions;
    record.resumptions.push(Resumption {
        day: record.day,
        resumed: utc_now(),
        after: interrupted.status,
    });
    simulation.warnings = fresh.warnings;
    simulation.earlier =
        Spent { wall_seconds: record.wall_seconds, stage_seconds: record.stage_seconds.clone() };
    let mut keeper = Keeper::new(folder.path(), identity, schedule, &setting.checkpoint_days);
    keeper.go_on_from(path, record.day);
    folder.record(&record)?;
    write_tables(&folder, &simulation)?;
    carry_out(folder, record, simulation, Before::Fields(written), keeper, watch)
}

/// Runs the future of a branch into a folder that was made for it, from the state that
/// [`Branch::reach`](crate::checkpoint::Branch::reach) gave.
///
/// # Errors
/// As [`run`].
pub fn branch(
    file: &CaseFile,
    folder: RunFolder,
    mut record: Record,
    simulation: Simulation,
    from: BranchRecord,
    schedule: Schedule,
    watch: &mut dyn Watch,
) -> Result<Finished, RunError> {
    let parent = Run::open(Path::new(&from.path))?;
    record.notes.push(format!(
        "rows and steps up to day {:.4} are those of {}, and so are the virtual CTs and fields of \
         earlier days",
        from.day, from.path
    ));
    record.branched_from = Some(from);
    begin(file, folder, record, simulation, Some(parent), schedule, watch)
}

/// Begins a folder, with the past of `parent` if it is a branch.
fn begin(
    file: &CaseFile,
    folder: RunFolder,
    record: Record,
    mut simulation: Simulation,
    parent: Option<Run>,
    schedule: Schedule,
    watch: &mut dyn Watch,
) -> Result<Finished, RunError> {
    folder.case_text(file.text())?;
    folder.resolved(&file.case.resolved())?;
    folder.record(&record)?;
    simulation.warnings.clone_from(&record.warnings);
    let identity = Identity::of(file, &record.inputs);
    let days = &simulation.setting().checkpoint_days;
    let keeper = Keeper::new(folder.path(), identity, schedule, days);
    let before = Before::Nothing(parent.map(Box::new));
    carry_out(folder, record, simulation, before, keeper, watch)
}

/// What a folder holds before the run advances.
enum Before {
    /// Nothing; what a parent has written of earlier days is to be taken over.
    Nothing(Option<Box<Run>>),
    /// Everything up to the day, fields among it.
    Fields(FieldsWritten),
}

/// Runs to the end and writes how it went.
fn carry_out(
    folder: RunFolder,
    mut record: Record,
    mut simulation: Simulation,
    before: Before,
    mut keeper: Keeper,
    watch: &mut dyn Watch,
) -> Result<Finished, RunError> {
    let clock = Instant::now();
    let (begins, parent, written) = match before {
        Before::Nothing(parent) => (true, parent, None),
        Before::Fields(written) => (false, None, Some(written)),
    };
    let result = Outputs::open(simulation.setting(), &folder, written).and_then(|mut outputs| {
        if let Some(parent) = &parent {
            outputs.take_over(parent, simulation.state.day, &mut record)?;
        }
        let mut scene = Scene { folder: &folder, keeper: &mut keeper, clock: &clock, begins };
        let went = scene.advance(&mut simulation, &mut outputs, &mut record, watch);
        // What was written is there whatever way the run ends.
        let closed = outputs.close();
        went.and_then(|went| closed.map(|()| went))
    });
    simulation.enter(&mut record, &clock);
    record.status = match &result {
        Ok(ControlFlow::Continue(())) => Status::Complete,
        Ok(ControlFlow::Break(())) => Status::Stopped,
        Err(error) => failed(error, &folder, &keeper, &record),
    };
    let written = write_tables(&folder, &simulation).map_err(RunError::from);
    // The report first: a run that says it is complete has one.
    let reported = written.and_then(|()| {
        let run = Run::open(folder.path())?.with_record(record.clone());
        Ok(folder.report(&crate::report::of(run))?)
    });
    if let Some(error) = result.err().or(reported.err()) {
        let status = failed(&error, &folder, &keeper, &record);
        record.status = status.clone();
        // The first cause is the one to tell, whether or not there is room to record it.
        let _ = folder.record(&record);
        return Err(match status {
            Status::Failed { last_state: Some(last_state), .. } => {
                RunError::Underway { cause: Box::new(error), last_state }
            }
            _ => error,
        });
    }
    folder.record(&record)?;
    let path = match record.status {
        Status::Complete => folder.complete()?,
        _ => folder.path().to_owned(),
    };
    Ok(Finished { record, path })
}

/// How a run stands that was stopped by an error.
fn failed(error: &RunError, folder: &RunFolder, keeper: &Keeper, record: &Record) -> Status {
    let last_state = keeper.last().map(|(path, day)| LastState {
        day,
        file: command::shown(path),
        command: match error {
            // The same step fails again, whatever it is made with.
            RunError::Step(StepError::Tolerance { .. }) => {
                command::branch(folder.path(), day, "numerics.tolerance")
            }
            RunError::Step(_) => command::branch(folder.path(), day, "KEY"),
            _ => command::resume(record, folder.path()),
        },
    });
    Status::Failed { cause: error.to_string(), last_state }
}

/// Writes the rows of the days and of the steps so far.
fn write_tables(folder: &RunFolder, simulation: &Simulation) -> Result<(), FolderError> {
    folder.timeseries(&simulation.rows, &simulation.columns())?;
    folder.motion(&simulation.motion)?;
    folder.steps(&simulation.steps)
}

/// What a run advances in.
struct Scene<'a> {
    folder: &'a RunFolder,
    keeper: &'a mut Keeper,
    clock: &'a Instant,
    /// Whether the folder is new.
    begins: bool,
}

impl Scene<'_> {
    /// The time loop: to every day on which something is due, step by step.
    fn advance(
        &mut self,
        simulation: &mut Simulation,
        outputs: &mut Outputs,
        record: &mut Record,
        watch: &mut dyn Watch,
    ) -> Result<ControlFlow<()>, RunError> {
        simulation.prepare()?;
        if self.begins {
            // A run that is broken off early has something to go on from, too.
            self.keep(simulation, outputs, record);
        }
        let setting = simulation.setting();
        let from = simulation.state.day;
        for day in setting.days_due().into_iter().filter(|day| *day >= from) {
            while simulation.state.day < day {
                simulation.step(day)?;
                let stop = watch.look(&simulation.progress()).is_break();
                let state = &simulation.state;
                let ended = state.day >= setting.duration_days;
                if stop || ended || self.keeper.is_due(state.day, state.next_step_days) {
                    self.keep(simulation, outputs, record);
                }
                if stop {
                    return Ok(ControlFlow::Break(()));
                }
            }
            simulation.look_at_motion(day)?;
            outputs.write(day, simulation, record)?;
            simulation.enter(record, self.clock);
            write_tables(self.folder, simulation)?;
            self.folder.record(record)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Keeps the state. A run need not end because that fails, but it says so.
    fn keep(&mut self, simulation: &mut Simulation, outputs: &Outputs, record: &mut Record) {
        simulation.unkept = None;
        simulation.enter(record, self.clock);
        let next_step_days = simulation.state.next_step_days;
        let mut arrays = simulation.values();
        arrays.push((FIELD_RANGES.to_owned(), outputs.ranges().into()));
        let kept = self.keeper.keep(record, next_step_days, &arrays);
        simulation.unkept = kept
            .err()
            .map(|error| format!("the state of day {:.4} was not kept: {error}", record.day));
    }
}

/// The array of the fields' ranges in a checkpoint.
const FIELD_RANGES: &str = "outputs.field_ranges";
