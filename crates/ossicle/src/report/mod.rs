//! The report: one self-contained HTML file made from a run folder.
//!
//! The page is read without a network and without a script, prints on A4, and says in words
//! what each picture shows. Everything on it comes from the folder; nothing of the model is
//! computed here again.
//!
//! | what | where |
//! |---|---|
//! | the parts of the folder, each there or not, with the reason | `source.rs` |
//! | the answer in words, the tables | `answer.rs`, `tables.rs`, `milestones.rs`, `words.rs` |
//! | where the lesion lies, and what is new bone | `lesion.rs` |
//! | the figures | `curves.rs`, `succession.rs`, `slices.rs`, `bones.rs`, `tissue_map.rs`, `zones/` |
//! | how pictures are drawn, whatever they are of | `draw/` |
//! | the page they stand on | `page.rs`, `page.html`, `page.css` |
//!
//! # Adding a figure
//!
//! 1. Write a file with a function from the `Source` (or a part of it) to a
//!    `Piece<Figure>`: the figure, or the sentence that stands in its place where the run has
//!    not written what it needs. A figure never fails the report and is never empty.
//! 2. Draw with `draw/`: numbers go through a `Scale`, places in the patient through a `View`,
//!    colours come from `palette.rs`. Each picture is an SVG that stands by itself, so that it
//!    can be put on a slide: no style sheet reaches into it. A wide one is `figure::WIDE`
//!    units wide, so that words of one size look alike in all. The words that replace a picture
//!    for those who do not see it are the second argument of `picture`; put the figures into
//!    them.
//! 3. Enter it in the list in `page.rs` and place it in `page.html` by its name.
//!
//! A curve against day is less: one entry of `charts` in `curves.rs`. A quantity of the zonal
//! profile is one entry of `QUANTITIES` in `zones/profile.rs`.

mod answer;
mod bones;
mod curves;
mod days;
mod draw;
mod figure;
mod lesion;
mod milestones;
mod page;
mod slices;
mod source;
mod succession;
mod tables;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tissue_map;
pub(crate) mod words;
mod zones;

use std::path::{Path, PathBuf};

use crate::folder::{OpenRunError, Run};
use source::Source;

/// The report of a run folder, whatever state the run is in: what is not there is told in
/// the place where it would stand.
///
/// # Errors
/// If the folder holds no record of a run that can be read.
pub fn html(path: &Path) -> Result<String, OpenRunError> {
    Ok(of(Run::open(path)?))
}

/// The report of an open run.
pub(crate) fn of(run: Run) -> String {
    page::render(&Source::new(run)).expect("the template is part of the program, and tested")
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
/// If the folder holds no record of a run that can be read, or the report cannot be written.
pub fn rewrite(path: &Path) -> Result<PathBuf, ReportError> {
    let report = path.join("report.html");
    crate::write_text(&report, &html(path)?)?;
    Ok(report)
}
