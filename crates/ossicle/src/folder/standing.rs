//! What stands where a run is to be written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::FolderError;
use super::layout::{Owner, RECORD, owner};
use super::lock::has_mark;
use super::run::Header;

/// What stands at a path, if it may become a run's folder.
#[derive(Debug)]
pub(super) enum Standing {
    /// Nothing.
    Nothing,
    /// A folder, by its true path, without a result in it.
    Vacant(PathBuf),
    /// A run, by its true path, and nothing else.
    Run(PathBuf),
}

impl Standing {
    /// Looks at a path. Refuses files, and folders with a file that no run wrote.
    pub(super) fn at(path: &Path) -> Result<Self, FolderError> {
        let fault = FolderError::write(path);
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Nothing),
            Err(error) => return Err(fault(error)),
            Ok(_) => {}
        }
        if !fs::metadata(path).map_err(&fault)?.is_dir() {
            return Err(FolderError::NotAFolder { path: path.to_owned() });
        }
        // A run replaces the folder that a link leads to, not the link.
        let true_path = fs::canonicalize(path).map_err(&fault)?;
        let mut results = false;
        for entry in fs::read_dir(&true_path).map_err(&fault)? {
            let name = entry.map_err(&fault)?.file_name();
            match owner(&name) {
                Owner::Run => results = true,
                Owner::Leftover => {}
                Owner::Stranger => {
                    let found = name.to_string_lossy().into_owned();
                    return Err(FolderError::NotARun { path: path.to_owned(), found });
                }
            }
        }
        if !results {
            return Ok(Self::Vacant(true_path));
        }
        let record = true_path.join(RECORD);
        let is_run = if record.exists() {
            Header::read(&record).is_ok()
        } else {
            // Killed before it wrote its record.
            has_mark(&true_path)
        };
        if is_run {
            Ok(Self::Run(true_path))
        } else {
            let found = "files like those of a run, without its run.json".to_owned();
            Err(FolderError::NotARun { path: path.to_owned(), found })
        }
    }
}
