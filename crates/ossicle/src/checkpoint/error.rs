//! Why a checkpoint was not taken.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a run cannot go on from a checkpoint.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The run has none.
    #[error("{}: holds no checkpoint; expected at least one day-*.ossicle", .path.display())]
    NoCheckpoint {
        /// The folder of the run's checkpoints.
        path: PathBuf,
    },
    /// The operating system did not give the bytes.
    #[error("{}: cannot be read: {cause}", .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// Another kind of file.
    #[error("{}: begins with {found}; expected {expected}, the mark of a checkpoint", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its first bytes, in hexadecimal.
        found: String,
        /// The mark, in hexadecimal.
        expected: String,
    },
    /// A part of the file is missing.
    #[error("{}: found {found} bytes; expected at least {expected}: its end is missing", .path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Its length.
        found: u64,
        /// What it announces.
        expected: u64,
    },
    /// A bit of the file has changed.
    #[error("{}: found content of digest {found}; expected {expected}: it is damaged", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// BLAKE3 of its content.
        found: String,
        /// The digest that stands at its end.
        expected: String,
    },
    /// Written by a later program.
    #[error(
        "{}: found format {found}; expected at most {newest}: this program is older than the \
         checkpoint",
        .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that is read here.
        newest: u32,
    },
    /// Whole, but not what this program keeps of a run.
    #[error("{}: {found}; expected {expected}", .path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// Of another version of the program or of the model, with other results.
    #[error(
        "{}: found a state of {found}; expected one of {expected}, which runs now: go on with the \
         program that began the run, or run the case anew",
        .path.display()
    )]
    Version {
        /// The checkpoint, or the record of the run.
        path: PathBuf,
        /// Which program and model made it.
        found: String,
        /// Which would go on.
        expected: String,
    },
    /// Of another case or other inputs.
    #[error("{}: {what} differs: found {found}; expected {expected}, as in the checkpoint", .path.display())]
    Differs {
        /// The checkpoint.
        path: PathBuf,
        /// What differs.
        what: String,
        /// What would run now.
        found: String,
        /// What the checkpoint was made with.
        expected: String,
    },
    /// The newest checkpoint cannot be used, and the user decides what to do.
    #[error("{newest}; {}", older(.sound.as_ref()))]
    Newest {
        /// Why not.
        newest: Box<CheckpointError>,
        /// The newest of the others that is whole.
        sound: Option<PathBuf>,
    },
}

/// What is offered in place of a checkpoint that cannot be used.
fn older(sound: Option<&PathBuf>) -> String {
    match sound {
        Some(path) => {
            format!("an older one is whole: take it with --resume-from {}", path.display())
        }
        None => "no other one is whole: the run must start anew".to_owned(),
    }
}
