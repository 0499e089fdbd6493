//! The program as its users meet it: the built binary, started in an empty folder, judged by what
//! it prints, what it leaves and the code it exits with.
#![allow(clippy::print_stderr, reason = "a test says what it skips")]

mod bad_scans;
mod bench;
mod branches;
mod failures;
mod golden;
mod help;
mod interrupted;
mod measure;
mod mechanics;
mod output_folder;
mod real_scans;
mod refusals;
mod resumed;
mod runs;
mod support;
mod templates;
mod verify;
