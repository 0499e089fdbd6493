//! Checkpoints: the exact state of a run, from which it goes on to the last bit.
//!
//! A checkpoint is one file of `RUN/checkpoint/`. It appears whole or not at all, holds the state
//! of the lesion with all that a run has gathered and written so far, and ends in a digest of
//! itself. The two newest stay, and those of the days that a case asks for. It is exact and
//! therefore of one version of the program: what is to last is in the other files of the run.
//!
//! Keeping a state never changes the run: no step ends for its sake.

mod branch;
mod container;
mod error;
mod identity;
mod keeper;
mod schedule;
mod shelf;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::golden::model_version;
use crate::record::Record;
use container::Sound;
pub(crate) use container::{Arrays, Values};
pub(crate) use keeper::Keeper;
pub(crate) use shelf::{AT_ONCE, Shelf};

pub use branch::{Branch, BranchError, Reached};
pub use error::CheckpointError;
pub use identity::Identity;
pub use schedule::Schedule;

/// What a checkpoint says besides its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct About {
    identity: Identity,
    record: Record,
}

/// What is asked first, whatever version wrote it.
#[derive(Deserialize)]
struct Origin {
    identity: OriginIdentity,
}

#[derive(Deserialize)]
struct OriginIdentity {
    program: String,
    /// Not told by the first checkpoints.
    #[serde(default)]
    model: String,
}

/// Refuses what another program or another version of the model wrote: its run cannot go on to the
/// last bit.
fn refuse_another_version(path: &Path, program: &str, model: &str) -> Result<(), CheckpointError> {
    let told = |program: &str, model: &str| {
        let model = if model.is_empty() { "that is not told" } else { model };
        format!("Ossicle {program} with model {model}")
    };
    let ours = (env!("CARGO_PKG_VERSION"), &*model_version());
    if (program, model) == ours {
        return Ok(());
    }
    Err(CheckpointError::Version {
        path: path.to_owned(),
        found: told(program, model),
        expected: told(ours.0, ours.1),
    })
}

/// The state of a run, read back.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    path: PathBuf,
    about: About,
    arrays: Arrays,
}

impl Checkpoint {
    /// Reads a file, every byte of which is checked.
    ///
    /// # Errors
    /// [`CheckpointError`] tells what is foreign, cut short, damaged, or of another version.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        let sound = Sound::open(path)?;
        let OriginIdentity { program, model } = sound.about::<Origin>()?.identity;
        refuse_another_version(path, &program, &model)?;
        let about = sound.about()?;
        Ok(Self { path: path.to_owned(), about, arrays: sound.arrays()? })
    }

    /// The newest checkpoint of a run.
    ///
    /// # Errors
    /// [`CheckpointError::NoCheckpoint`], and [`CheckpointError::Newest`] where it cannot be
    /// used, with the newest of the others that is whole.
    pub fn newest(run: &Path) -> Result<Self, CheckpointError> {
        let shelf = Shelf::of(run);
        let found = shelf.list()?;
        let Some((newest, others)) = found.split_first() else {
            return Err(CheckpointError::NoCheckpoint { path: shelf.path().to_owned() });
        };
        Self::read(&newest.path).map_err(|error| {
            if matches!(error, CheckpointError::Version { .. }) {
                return error;
            }
            let sound = others.iter().find(|other| Self::read(&other.path).is_ok());
            let sound = sound.map(|other| other.path.clone());
            CheckpointError::Newest { newest: Box::new(error), sound }
        })
    }

    /// The newest checkpoint of a run at or before a day that can be used, and why newer ones
    /// cannot.
    ///
    /// # Errors
    /// If the folder of the checkpoints cannot be read.
    fn at_or_before(
        run: &Path,
        day: f64,
    ) -> Result<(Option<Self>, Vec<CheckpointError>), CheckpointError> {
        let mut refused = Vec::new();
        for named in Shelf::of(run).list()? {
            // Names round.
            if named.day > day + 1e-4 {
                continue;
            }
            match Self::read(&named.path) {
                Ok(checkpoint) if checkpoint.day() <= day => {
                    return Ok((Some(checkpoint), refused));
                }
                Ok(_) => {}
                Err(error) => refused.push(error),
            }
        }
        Ok((None, refused))
    }

    /// The file and day of the newest checkpoint of a run, as its name tells them.
    #[must_use]
    pub fn newest_name(run: &Path) -> Option<(PathBuf, f64)> {
        let newest = Shelf::of(run).list().ok()?.into_iter().next()?;
        Some((newest.path, newest.day))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its day.
    #[must_use]
    pub fn day(&self) -> f64 {
        self.about.record.day
    }

    /// Refuses a case that is not the one it was made with.
    ///
    /// # Errors
    /// [`CheckpointError::Differs`] with the first difference.
    pub fn check(&self, identity: &Identity) -> Result<(), CheckpointError> {
        match identity.difference(&self.about.identity) {
            None => Ok(()),
            Some([what, found, expected]) => {
                Err(CheckpointError::Differs { path: self.path.clone(), what, found, expected })
            }
        }
    }

    /// The record of the run as it was, and the arrays.
    pub(crate) fn into_parts(self) -> (PathBuf, Record, Arrays) {
        (self.path, self.about.record, self.arrays)
    }
}
