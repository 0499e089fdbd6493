//! An executable three-dimensional model of heterotopic ossification.
//!
//! | step | module |
//! |---|---|
//! | what is asked: a checked case file | [`case`] |
//! | what is simulated: anatomy, injury, patient, plan | [`setting`], [`patient`], [`plan`] |
//! | the time loop | [`run`] |
//! | exact states to go on and branch from | [`checkpoint`] |
//! | what is read out | [`readout`], [`virtual_ct`] |
//! | which model gave the results | [`golden`] |
//! | how far a case's own figures are from finer ones | [`verify`] |
//! | how fast this machine is | [`mod@bench`] |
//! | ectopic bone in a scan of a patient | [`measure`] |
//! | everything to look at, rerun and audit | [`folder`], [`record`], [`history`], [`report`] |

pub mod bench;
pub mod books;
pub mod case;
pub mod checkpoint;
pub mod command;
pub mod folder;
pub mod golden;
pub mod history;
pub mod joint;
pub mod measure;
pub mod memory;
mod outputs;
pub mod parameters;
pub mod patient;
pub mod pattern;
pub mod plan;
mod png;
pub mod readout;
pub mod record;
pub mod report;
pub mod run;
pub mod setting;
mod simulation;
pub mod start;
pub mod templates;
pub mod verify;
pub mod virtual_ct;
mod vocabulary;

pub use vocabulary::vocabulary;

/// Writes a text file whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn write_text(path: &std::path::Path, text: &str) -> Result<(), ossicle_image::WriteError> {
    use std::io::Write as _;
    ossicle_image::write_atomically(path, |file| file.write_all(text.as_bytes()))
}
