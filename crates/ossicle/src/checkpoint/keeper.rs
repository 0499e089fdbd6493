//! Keeps the state of a run while it advances.

use std::path::{Path, PathBuf};

use super::About;
use super::container::{self, Values};
use super::identity::Identity;
use super::schedule::{Clock, Schedule};
use super::shelf::{Shelf, remove};
use crate::folder::FolderError;
use crate::record::Record;

/// Keeps the state of a run by a schedule, and for good on the days that its case asks for.
pub(crate) struct Keeper {
    shelf: Shelf,
    identity: Identity,
    clock: Clock,
    days: Vec<u64>,
    /// The last checkpoint that is to stay, and the day that it is for.
    stays: Option<(u64, PathBuf)>,
    /// The last checkpoint of all, and its day.
    last: Option<(PathBuf, f64)>,
}

/// Steps are stretched by so little where a sliver would be left.
const STRETCH: f64 = 1.0 + 1e-5;

impl Keeper {
    /// For the run in a folder; `days` are those that are kept for good.
    pub(crate) fn new(run: &Path, identity: Identity, schedule: Schedule, days: &[u64]) -> Self {
        let clock = Clock::new(schedule);
        Self {
            shelf: Shelf::of(run),
            identity,
            clock,
            days: days.to_vec(),
            stays: None,
            last: None,
        }
    }

    /// Goes on from a checkpoint: drops what lies after its day.
    pub(crate) fn go_on_from(&mut self, checkpoint: PathBuf, day: f64) {
        self.shelf.forget_after(day);
        self.last = Some((checkpoint, day));
    }

    /// The last checkpoint and its day.
    pub(crate) fn last(&self) -> Option<(&Path, f64)> {
        self.last.as_ref().map(|(path, day)| (path.as_path(), *day))
    }

    /// Whether the state of a day is to be kept, the next step being at most so long.
    pub(crate) fn is_due(&self, day: f64, next_step_days: f64) -> bool {
        self.clock.is_due() || self.day_for(day, next_step_days).is_some()
    }

    /// The day to be kept of which this state may be the last at or before it.
    fn day_for(&self, day: f64, next_step_days: f64) -> Option<u64> {
        let next = day + next_step_days * STRETCH;
        self.days.iter().copied().find(|asked| {
            let asked = *asked as f64;
            day <= asked && asked < next
        })
    }

    /// Keeps a state, then removes what it makes superfluous. If it cannot be kept, the older
    /// ones stay.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn keep(
        &mut self,
        record: &Record,
        next_step_days: f64,
        arrays: &[(String, Values<'_>)],
    ) -> Result<(), FolderError> {
        let asked = self.day_for(record.day, next_step_days);
        let path = self.shelf.file(record.day, asked.is_some());
        let about = About { identity: self.identity.clone(), record: record.clone() };
        self.clock.timed(|| -> Result<(), FolderError> {
            self.shelf.make().map_err(|cause| FolderError::Write {
                path: self.shelf.path().to_owned(),
                cause,
            })?;
            Ok(container::write(&path, &about, arrays)?)
        })?;
        self.last = Some((path.clone(), record.day));
        if let Some(asked) = asked {
            match self.stays.replace((asked, path.clone())) {
                // The step after it was cut short of the day.
                Some((same, earlier)) if same == asked && earlier != path => remove(&earlier),
                _ => {}
            }
        }
        self.shelf.prune();
        Ok(())
    }
}
