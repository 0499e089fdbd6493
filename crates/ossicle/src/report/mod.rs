//! The report: one self-contained HTML file made from a run folder.

use std::path::Path;

use crate::folder::{OpenRunError, Run};

/// The report of a run folder.
///
/// # Errors
/// If the folder cannot be read.
pub fn html(path: &Path) -> Result<String, OpenRunError> {
    let run = Run::open(path)?;
    Ok(format!("<!doctype html><title>{}</title>", run.record().title))
}

/// Why a report could not be written anew.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The folder cannot be read.
    #[error(transparent)]
    Open(#[from] OpenRunError),
    /// The report cannot be written.
    #[error(transparent)]
    Write(#[from] ossicle_image::WriteError),
}

/// Writes the report of a run folder anew and gives its path.
///
/// # Errors
/// If the folder cannot be read or the report cannot be written.
pub fn rewrite(path: &Path) -> Result<std::path::PathBuf, ReportError> {
    let report = path.join("report.html");
    crate::write_text(&report, &html(path)?)?;
    Ok(report)
}
