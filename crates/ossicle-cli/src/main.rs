//! The `ossicle` program: arguments in, messages and results out. No logic of its own.
//!
//! Messages go to standard error, results to standard output. Exit codes: 0 done, 1 failed
//! while running, 2 refused (bad input or arguments), 130 stopped by the user.

mod arguments;
mod commands;
mod exit;
mod progress;
mod say;
mod tables;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // clap prints help to standard output and mistakes to standard error.
            let _ = error.print();
            return if error.use_stderr() { exit::REFUSED.into() } else { exit::DONE.into() };
        }
    };
    let result = match arguments.command {
        Command::New(new) => commands::new(&new),
        Command::Check(check) => commands::check(&check),
        Command::Run(run) => commands::run(&run),
        Command::Branch(branch) => commands::branch(&branch),
        Command::Verify(verify) => commands::verify(&verify),
        Command::Bench(bench) => commands::bench(&bench),
        Command::Measure(measure) => commands::measure(&measure),
        Command::Params(params) => commands::params(&params),
        Command::Schema => commands::schema(),
        Command::Report(report) => commands::report(&report),
    };
    match result {
        Ok(code) => code.into(),
        Err(failure) => failure.tell().into(),
    }
}
