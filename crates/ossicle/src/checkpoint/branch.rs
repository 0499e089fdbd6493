//! Another future of a run: its past up to a day, then a changed case.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ossicle_lesion::StepError;
use thiserror::Error;

use super::{Checkpoint, CheckpointError, Identity, refuse_another_version};
use crate::case::{Case, CaseError, CaseFile, Override};
use crate::folder::{FolderError, OpenRunError, Run};
use crate::record::{BranchRecord, Record};
use crate::run::{Simulation, Watch};
use crate::setting::Setting;
use crate::start;

/// Why a run was not branched.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BranchError {
    /// No run to branch from.
    #[error(transparent)]
    Run(#[from] OpenRunError),
    /// The changed case cannot be run.
    #[error("the changed case is refused")]
    Case(#[from] CaseError),
    /// An input cannot be read.
    #[error(transparent)]
    Input(#[from] FolderError),
    /// The run is of another version, or its inputs have changed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The way to the day of the branch failed.
    #[error(transparent)]
    Step(#[from] StepError),
    /// How far the joint moves cannot be found on the way.
    #[error("the range of motion cannot be found: {0}")]
    Motion(#[from] crate::joint::JointError),
    /// A day that the run does not have.
    #[error("{}: found --at {found}; expected a day from 0 to {last}, the run's end", .path.display())]
    Day {
        /// The run.
        path: PathBuf,
        /// The day asked for.
        found: f64,
        /// Its last day.
        last: f64,
    },
    /// A case that ends before it begins.
    #[error("found a duration of {found} d; expected at least {day} d, the day of the branch")]
    Ended {
        /// The duration.
        found: f64,
        /// The day of the branch.
        day: f64,
    },
    /// A change of what is past.
    #[error(
        "found a change of {key}; expected one of parameters, motion, model, numerics, duration, \
         outputs or title: {reason}"
    )]
    Past {
        /// What would change.
        key: &'static str,
        /// Why it cannot.
        reason: &'static str,
    },
}

/// A run's case and its change on a day.
pub struct Branch {
    run: PathBuf,
    day: f64,
    old: CaseFile,
    /// The changed case.
    pub file: CaseFile,
    identity: Identity,
    /// Whether something changes that acts on the lesion.
    acts: bool,
}

/// Where the way to the day of a branch led.
pub enum Reached<'a> {
    /// To the day: the state there, under the changed case.
    Day(Box<Simulation<'a>>, BranchRecord),
    /// The user stopped it on the way.
    Stopped,
}

impl Branch {
    /// Reads the case of a run, applies changes to it, and refuses those that the state of the
    /// day would not fit.
    ///
    /// # Errors
    /// [`BranchError`] for what is no run, a case that is refused, a day that the run does not
    /// have, and a change of what is past.
    pub fn read(run: &Path, day: f64, changes: &[Override]) -> Result<Self, BranchError> {
        let opened = Run::open(run)?;
        let Record { version, model, .. } = opened.record();
        // Its past would be another one.
        refuse_another_version(run, version, model)?;
        let resolved = opened.resolved_path();
        let read = |changes: &[Override]| CaseFile::read(&resolved, changes, &crate::vocabulary());
        let (old, file) = (read(&[])?, read(changes)?);
        let last = old.case.duration.0;
        if !(0.0..=last).contains(&day) {
            return Err(BranchError::Day { path: run.to_owned(), found: day, last });
        }
        refuse_another_past(&old.case, &file.case)?;
        let found = file.case.duration.0;
        if found < day {
            return Err(BranchError::Ended { found, day });
        }
        let identity = Identity::of(&old, &start::inputs(&old, &resolved)?);
        let acts = acts(&old.case, &file.case);
        Ok(Self { run: opened.path().to_owned(), day, old, file, identity, acts })
    }

    /// The case file that is changed: the run's own, with every value.
    ///
    /// # Errors
    /// If there is no run any more.
    pub fn case_path(&self) -> Result<PathBuf, BranchError> {
        Ok(Run::open(&self.run)?.resolved_path())
    }

    /// Goes to the day of the branch from the newest checkpoint before it, or else from the
    /// injury, under the run's own case. `tell` hears of checkpoints that cannot be used and of a
    /// past that must be computed anew.
    ///
    /// Where something changes that acts on the lesion, a step ends on the day, as on every day
    /// on which something changes. Where nothing does, no step is cut, and the branch begins with
    /// the checkpoint.
    ///
    /// # Errors
    /// [`BranchError`] for a run of another version or whose inputs have changed, and where a
    /// step fails.
    pub fn reach<'a>(
        &self,
        setting: &'a Setting,
        watch: &mut dyn Watch,
        tell: &mut dyn FnMut(String),
    ) -> Result<Reached<'a>, BranchError> {
        let (checkpoint, refused) = Checkpoint::at_or_before(&self.run, self.day)?;
        refused.iter().for_each(|error| tell(format!("{error}; taking an older one")));
        if let Some(checkpoint) = &checkpoint {
            checkpoint.check(&self.identity)?;
        } else {
            let day = self.day;
            tell(format!("no checkpoint at or before day {day}: computing the past anew"));
        }
        let before = checkpoint.as_ref().map_or(0.0, Checkpoint::day);
        let simulation = if self.acts && before < self.day {
            let old = Setting::new(&self.old)?;
            let mut simulation = begin(&old, checkpoint)?;
            if simulation.go_to(self.day, watch)?.is_break() {
                return Ok(Reached::Stopped);
            }
            simulation.under(setting)
        } else {
            begin(setting, checkpoint)?
        };
        let record = BranchRecord {
            path: self.run.display().to_string(),
            blake3: self.identity.digest(),
            at: Some(self.day),
            day: simulation.state.day,
            state_digest: crate::books::digest(&simulation.state),
        };
        Ok(Reached::Day(Box::new(simulation), record))
    }
}

fn begin(setting: &Setting, from: Option<Checkpoint>) -> Result<Simulation<'_>, BranchError> {
    match from {
        Some(checkpoint) => {
            let (path, _, mut arrays) = checkpoint.into_parts();
            Ok(Simulation::restore(setting, &path, &mut arrays)?)
        }
        None => {
            let mut simulation = Simulation::new(setting);
            simulation.prepare()?;
            Ok(simulation)
        }
    }
}

/// Refuses changes that would have given another state.
fn refuse_another_past(old: &Case, new: &Case) -> Result<(), BranchError> {
    let (was, is) = (&old.model, &new.model);
    let moves = "how the joint has moved and strained its tissue is part of the state";
    let past = [
        ("anatomy", old.anatomy != new.anatomy, "the lesion has grown in this one"),
        ("anatomy.lesion_box", old.lesion_box != new.lesion_box, "the state lies on its grid"),
        ("patient", old.patient != new.patient, "who is injured is settled on day 0"),
        ("injury", old.injuries != new.injuries, "it happened on day 0"),
        ("model.mechanics", was.mechanics != is.mechanics, moves),
        ("model.axes", was.axes != is.axes, moves),
        ("seed", old.seed != new.seed, "branches share their random numbers"),
    ];
    match past.into_iter().find(|(_, differs, _)| *differs) {
        Some((key, _, reason)) => Err(BranchError::Past { key, reason }),
        None => Ok(()),
    }
}

/// Whether the changed case acts on the lesion in another way.
fn acts(old: &Case, new: &Case) -> bool {
    old.motion != new.motion
        || old.parameters != new.parameters
        || old.model != new.model
        || old.numerics != new.numerics
}

impl Simulation<'_> {
    /// Goes to a day as a run does, without writing anything, and ends a step there.
    fn go_to(&mut self, day: f64, watch: &mut dyn Watch) -> Result<ControlFlow<()>, BranchError> {
        let due = self.setting().days_due();
        for due in due.into_iter().filter(|due| *due < day).chain([day]) {
            while self.state.day < due {
                self.step(due)?;
                if watch.look(&self.progress()).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            // On the day itself the branch looks, under its own case.
            if due < day {
                self.look_at_motion(due)?;
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
