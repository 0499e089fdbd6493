//! The commands, each of which asks the library and tells what it says.

mod bench;
mod branch;
mod check;
mod finish;
mod measure;
mod new;
mod params;
mod run;
mod verify;

use std::path::Path;

use ossicle::case::{CaseFile, Override, Style};
use ossicle::vocabulary;

pub(crate) use bench::bench;
pub(crate) use branch::branch;
pub(crate) use check::check;
pub(crate) use measure::measure;
pub(crate) use new::new;
pub(crate) use params::params;
pub(crate) use run::{report, run};
pub(crate) use verify::verify;

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
    let file = CaseFile::read(&arguments.case, &overrides(arguments), &vocabulary())
        .map_err(|error| Failure::case(&error, arguments.json))?;
    tell_warnings(&file);
    Ok(file)
}

/// Tells what is right in a case but probably not meant.
fn tell_warnings(file: &CaseFile) {
    for warning in &file.warnings {
        say::message(warning.render_as_warning(Style::Plain).trim_end());
    }
}

/// The changes of the command line.
fn overrides(arguments: &CaseArguments) -> Vec<Override> {
    let set = arguments.set.iter().cloned().map(Override::Set);
    set.chain(arguments.without.iter().cloned().map(Override::Without)).collect()
}

/// The changes of the command line, as they were given.
fn changes(arguments: &CaseArguments) -> Vec<String> {
    let set = arguments.set.iter().map(|s| format!("--set {s}"));
    set.chain(arguments.without.iter().map(|w| format!("--without {w}"))).collect()
}

/// Refuses a file that is there already, unless it is to be replaced, and one in no folder.
fn refuse_existing(path: &Path, force: bool) -> Result<(), Failure> {
    if path.exists() && !force {
        return Err(Failure::refused(format!(
            "{} exists; expected a new file, or --force to replace it",
            path.display()
        )));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(Failure::refused(format!(
                "{} cannot be written: there is no folder {}; expected one that exists",
                path.display(),
                folder.display()
            )))
        }
        _ => Ok(()),
    }
}

/// A pool of so many threads; one for each core where nothing is said.
fn pool(threads: Option<u16>) -> Result<rayon::ThreadPool, Failure> {
    let threads = threads.map_or(0, usize::from);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Failure::refused(format!("{threads} threads cannot be had: {error}")))
}

/// A path without its extension, for naming a run after its case.
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "run".to_owned(), |s| s.to_string_lossy().into_owned())
}
