//! What a killed process left beside a run that it was to replace.
//!
//! A replacement is written to `NAME.new-PROCESS`; when it is complete, the old run moves to
//! `NAME.old-PROCESS`, the new one takes its place, and the old one is deleted. A kill leaves one
//! or both of them behind, with the lock of the process in it; one that ends by itself, stopped or
//! failed, takes its lock away, and its folder stays.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::FolderError;
use super::layout::LOCK;
use super::lock::{Lock, signed_by};
use super::run::Run;
use super::standing::Standing;
use crate::record::Status;

/// What a folder beside a run was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The run that was to take the place.
    New,
    /// The run that was replaced.
    Old,
}

/// Ends what a process began that was killed while it replaced a run: puts a run into the place
/// that is empty because of it, the complete new one or else the old one, and removes what was
/// replaced. Where nothing of the kind is there, nothing happens.
///
/// # Errors
/// If it cannot be renamed or removed.
pub fn recover(path: &Path) -> Result<(), FolderError> {
    // A link leads to the folder beside which the others are.
    let true_path = fs::canonicalize(path);
    let destination = true_path.as_deref().unwrap_or(path);
    let left = beside(destination);
    if fs::symlink_metadata(destination).is_err_and(|e| e.kind() == io::ErrorKind::NotFound) {
        let complete =
            |path: &Path| Run::open(path).is_ok_and(|run| run.record().status == Status::Complete);
        let new = left.iter().find(|(kind, path)| *kind == Kind::New && complete(path));
        let old = left.iter().find(|(kind, _)| *kind == Kind::Old);
        // The old run is moved away for no other reason than a complete new one.
        let Some((_, path)) = old.and(new).or(old) else { return Ok(()) };
        Lock::acquire(path)?.release();
        fs::rename(path, destination).map_err(FolderError::write(path))?;
    }
    remove(destination, Kind::Old)
}

/// Removes the replacements that killed processes did not finish: another one is complete.
///
/// # Errors
/// If one cannot be removed.
pub(super) fn remove_unfinished_replacements(destination: &Path) -> Result<(), FolderError> {
    remove(destination, Kind::New)
}

fn remove(destination: &Path, wanted: Kind) -> Result<(), FolderError> {
    for (_, path) in beside(destination).into_iter().filter(|(kind, _)| *kind == wanted) {
        remove_run(&path).map_err(FolderError::write(&path))?;
    }
    Ok(())
}

/// Removes a run, the lock last: should that be broken off, what is left is known by it.
pub(super) fn remove_run(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name() == LOCK {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_dir_all(path)
}

/// The folders that killed processes left beside a run, in the order of their names.
fn beside(destination: &Path) -> Vec<(Kind, PathBuf)> {
    let Some(name) = destination.file_name() else { return Vec::new() };
    let parent = destination.parent().filter(|p| !p.as_os_str().is_empty());
    let entries = fs::read_dir(parent.unwrap_or(Path::new(".")));
    let mut found: Vec<(Kind, PathBuf)> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let (kind, process) = meaning(&entry.file_name(), name)?;
            let path = destination.with_file_name(entry.file_name());
            is_left_by(process, &path).then_some((kind, path))
        })
        .collect();
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found
}

/// What `NAME.new-PROCESS`, `NAME.old-PROCESS` and the like, with a serial number, stand for.
fn meaning(found: &OsStr, name: &OsStr) -> Option<(Kind, u32)> {
    let rest = found.to_str()?.strip_prefix(name.to_str()?)?;
    let (kind, rest) = match (rest.strip_prefix(".new-"), rest.strip_prefix(".old-")) {
        (Some(rest), _) => (Kind::New, rest),
        (_, Some(rest)) => (Kind::Old, rest),
        _ => return None,
    };
    let (process, serial) = rest.split_once('-').unwrap_or((rest, "0"));
    serial.parse::<u32>().ok()?;
    Some((kind, process.parse().ok()?))
}

/// Whether a folder is a run that still bears the lock of a process that is no more, or was to
/// become one.
fn is_left_by(process: u32, path: &Path) -> bool {
    let empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    let dead = process != std::process::id()
        && !(cfg!(target_os = "linux") && Path::new("/proc").join(process.to_string()).exists());
    let is_run = || matches!(Standing::at(path), Ok(Standing::Run(_) | Standing::Vacant(_)));
    let signed = || signed_by(path) == Some(process) && is_run() && !Lock::is_held(path);
    dead && (signed() || empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_others() {
        let meaning = |found: &str| meaning(OsStr::new(found), OsStr::new("out"));
        assert_eq!(meaning("out.new-71"), Some((Kind::New, 71)));
        assert_eq!(meaning("out.old-71-2"), Some((Kind::Old, 71)));
        for other in ["out", "out.new", "out.new-", "out.new-7a", "out2.new-71", "out.new-7-b"] {
            assert_eq!(meaning(other), None, "{other}");
        }
    }
}
