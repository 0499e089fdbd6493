//! Exit codes, and what is said on the way out.

use std::fmt::Display;
use std::io::IsTerminal;

use ossicle::case::{CaseError, Style};

/// Done.
pub(crate) const DONE: u8 = 0;
/// Failed while running.
pub(crate) const FAILED: u8 = 1;
/// Refused: bad input or arguments.
pub(crate) const REFUSED: u8 = 2;
/// Stopped by the user.
pub(crate) const STOPPED: u8 = 130;

/// Why a command did not do what was asked.
pub(crate) struct Failure {
    code: u8,
    message: String,
    /// The same for programs.
    json: Option<serde_json::Value>,
}

impl Failure {
    /// Something asked for cannot be done.
    pub(crate) fn refused(message: impl Display) -> Self {
        Self { code: REFUSED, message: format!("error: {message}"), json: None }
    }

    /// Something went wrong while running.
    pub(crate) fn failed(message: impl Display) -> Self {
        Self { code: FAILED, message: format!("error: {message}"), json: None }
    }

    /// A case that cannot be run; with `json`, told for programs.
    pub(crate) fn case(error: &CaseError, json: bool) -> Self {
        let style = if std::io::stderr().is_terminal() { Style::Terminal } else { Style::Plain };
        let json = json.then(|| error.to_json());
        Self { code: REFUSED, message: error.render(style), json }
    }

    /// Says what is to be said and gives the exit code.
    pub(crate) fn tell(self) -> u8 {
        if let Some(json) = self.json {
            // What is wrong is told on standard error whatever becomes of this.
            let _ = crate::say::result(format_args!("{json:#}\n"));
        }
        crate::say::message(self.message.trim_end());
        self.code
    }
}
