//! Why a run folder was not written, or not read.

use std::io;
use std::path::{Path, PathBuf};

use ossicle_image::{ReadScanError, WriteError, WriteNiftiError};
use thiserror::Error;

use crate::record::Status;

/// Why a run folder was not created, written or completed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The path is that of a file.
    #[error("{}: is a file; expected a folder, or a name that is not in use", .path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// The path ends in no name, such as `/` or `..`.
    #[error("{}: does not end in a name; expected the name of a folder", .path.display())]
    NoName {
        /// The path.
        path: PathBuf,
    },
    /// There is a run already.
    #[error(
        "{}: holds a run already; choose another folder, or replace the run with --force",
        .path.display()
    )]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds what no run wrote; it is never replaced, not even by force.
    #[error("{}: holds {found}, which no run wrote; expected a new or empty folder", .path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        found: String,
    },
    /// There is no run to go on with.
    #[error("{}: holds no run; expected the folder of a run that was stopped or broken off", .path.display())]
    NoRun {
        /// The folder.
        path: PathBuf,
    },
    /// What a run had written is not there any more.
    #[error("{}: found {found}; expected {expected}, as the run had written by its checkpoint", .path.display())]
    Lost {
        /// The file or folder.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// Another process writes to the folder.
    #[error("{}: {holder} is writing a run to it; choose another folder", .path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
        /// Who, as far as is known.
        holder: String,
    },
    /// The disk is too full for the run.
    #[error(
        "{}: the disk has {free_bytes} bytes free; expected at least {needed_bytes} for the results",
        .path.display()
    )]
    NoSpace {
        /// The folder.
        path: PathBuf,
        /// Bytes free.
        free_bytes: u64,
        /// Bytes that the run is expected to write.
        needed_bytes: u64,
    },
    /// The operating system refused: no permission, no space left, and so on.
    #[error("{}: cannot be written: {cause}", .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// An input file could not be read.
    #[error("{}: cannot be read: {cause}", .path.display())]
    ReadInput {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// A grid that NIfTI cannot hold.
    #[error(transparent)]
    Nifti(WriteNiftiError),
    /// A voxel without a number.
    #[error("{}: {what} is {found} at voxel {voxel:?}; expected a finite number", .path.display())]
    NotFinite {
        /// The file that was to be written.
        path: PathBuf,
        /// Which quantity.
        what: String,
        /// The voxel.
        voxel: [usize; 3],
        /// The value.
        found: f64,
    },
    /// A record that would not read back, because it holds a number that is not finite.
    #[error("{}: the record would not read back: {problem}", .path.display())]
    Record {
        /// The file that was to be written.
        path: PathBuf,
        /// What is the matter.
        problem: String,
    },
    /// Values that do not fit what was announced.
    #[error("{}: {what}: found {found}; expected {expected}", .path.display())]
    Mismatch {
        /// The file that was to be written.
        path: PathBuf,
        /// Which property.
        what: &'static str,
        /// Its value.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// A run that did not come to its end must not pass for a complete one.
    #[error("{}: the run is {status:?}; expected Complete before it takes its place", .path.display())]
    NotComplete {
        /// The folder.
        path: PathBuf,
        /// How the run stands.
        status: Status,
    },
    /// The record on the disk cannot be read back.
    #[error(transparent)]
    ReadBack(#[from] OpenRunError),
    /// The complete run could not take the place of the old one; both are there.
    #[error(
        "{}: cannot be replaced: {cause}; it is kept, and the new run is complete in {}",
        .old.display(), .new.display()
    )]
    Swap {
        /// The old run.
        old: PathBuf,
        /// The new one.
        new: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// The new run is in place, but the one that it replaced could not be deleted.
    #[error(
        "{}: cannot be deleted: {cause}; it is the run that was replaced by {}, which is complete",
        .old.display(), .new.display()
    )]
    OldLeft {
        /// Where the old run is now.
        old: PathBuf,
        /// The new one.
        new: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
}

impl FolderError {
    /// Makes an error of what the system says of a path.
    pub(super) fn write(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |cause| Self::Write { path: path.to_owned(), cause }
    }
}

impl From<WriteError> for FolderError {
    fn from(WriteError { path, cause, .. }: WriteError) -> Self {
        Self::Write { path, cause }
    }
}

impl From<WriteNiftiError> for FolderError {
    fn from(error: WriteNiftiError) -> Self {
        match error {
            WriteNiftiError::Write(error) => error.into(),
            other => Self::Nifti(other),
        }
    }
}

/// Why a run, or a part of one, was not read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenRunError {
    /// Not the folder of a run.
    #[error("{}: {found}; expected the folder of a run, which holds a run.json", .path.display())]
    NotARun {
        /// The path.
        path: PathBuf,
        /// What is there instead.
        found: &'static str,
    },
    /// A run of a later program.
    #[error(
        "{}: found format {found}, written by version {version}; \
         expected at most format {newest}: this program is older than the run",
        .path.display()
    )]
    Newer {
        /// The run's `run.json`.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// The newest format that is read here.
        newest: u32,
        /// The program that wrote it.
        version: String,
    },
    /// The operating system did not give the bytes; also for what the run has not written.
    #[error("{}: cannot be read: {cause}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// The content is not what a run writes.
    #[error("{}: {found}; expected {expected}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// An image that cannot be read.
    #[error(transparent)]
    Image(#[from] ReadScanError),
    /// A field that was not written.
    #[error("{}: has no field {name}; expected one of {known}", .path.display())]
    NoField {
        /// The fields.
        path: PathBuf,
        /// The name asked for.
        name: String,
        /// The names that are there.
        known: String,
    },
    /// A day that was not written.
    #[error("{}: has nothing of day {day}; expected one of {known:?}", .path.display())]
    NoDay {
        /// The fields, or the folder of virtual CTs.
        path: PathBuf,
        /// The day asked for.
        day: u64,
        /// The days that are there.
        known: Vec<u64>,
    },
}

impl OpenRunError {
    /// Makes an error of what the system says of a path.
    pub(super) fn read(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |cause| Self::Read { path: path.to_owned(), cause }
    }

    /// Makes an error of content that is not as it should be.
    pub(super) fn damaged(path: &Path, found: impl ToString, expected: impl ToString) -> Self {
        let (found, expected) = (found.to_string(), expected.to_string());
        Self::Damaged { path: path.to_owned(), found, expected }
    }
}
