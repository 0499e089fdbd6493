//! How fast the kernels and a short run are, beside what the memory of the same machine moves.
//!
//! `cargo bench -p ossicle` prints what `ossicle bench` prints; see [`ossicle::bench`].

use std::process::ExitCode;

use ossicle::bench::{Bench, Sizes, usual_case};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints")]
fn main() -> ExitCode {
    let sizes = Sizes::usual(60.0, 1e6);
    let found =
        usual_case().and_then(|case| Bench::run(&case, &sizes, &mut |next| eprintln!("{next}")));
    match found {
        Ok(found) => {
            println!("{}", found.text());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
