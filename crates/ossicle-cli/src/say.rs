//! Results to standard output, messages to standard error.
//!
//! `println!` panics where nobody reads on, as behind `ossicle params | head`; a run must outlive
//! the terminal it was started from.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use crate::exit::Failure;

/// Writes results, as they are. Whoever stops reading has read enough.
///
/// # Errors
/// If they cannot be written, for a full disk.
pub(crate) fn result(text: impl Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a message and ends its line; where nobody listens, to no one.
pub(crate) fn message(text: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}
