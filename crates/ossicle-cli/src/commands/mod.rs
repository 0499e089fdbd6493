//! The commands, each of which asks the library and tells what it says.

mod check;
mod new;
mod params;
mod run;

use std::path::Path;

use ossicle::case::{CaseFile, Override, Style};
use ossicle::vocabulary;

pub(crate) use check::check;
pub(crate) use new::new;
pub(crate) use params::params;
pub(crate) use run::{report, run};

use crate::arguments::CaseArguments;
use crate::exit::{DONE, Failure};
use crate::say;

/// `ossicle schema`.
pub(crate) fn schema() -> Result<u8, Failure> {
    say::result(format_args!("{:#}\n", ossicle::case::schema(&vocabulary())))?;
    Ok(DONE)
}

/// Reads a case with its changes, and tells its warnings.
fn read(arguments: &CaseArguments) -> Result<CaseFile, Failure> {
    let set = arguments.set.iter().cloned().map(Override::Set);
    let without = arguments.without.iter().cloned().map(Override::Without);
    let changes: Vec<Override> = set.chain(without).collect();
    let file = CaseFile::read(&arguments.case, &changes, &vocabulary())
        .map_err(|error| Failure::case(&error, arguments.json))?;
    for warning in &file.warnings {
        say::message(warning.render_as_warning(Style::Plain).trim_end());
    }
    Ok(file)
}

/// The changes of the command line, as they were given.
fn changes(arguments: &CaseArguments) -> Vec<String> {
    let set = arguments.set.iter().map(|s| format!("--set {s}"));
    set.chain(arguments.without.iter().map(|w| format!("--without {w}"))).collect()
}

/// A path without its extension, for naming a run after its case.
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "run".to_owned(), |s| s.to_string_lossy().into_owned())
}
