//! `ossicle verify`: the same case on finer grids and with shorter steps.

use ossicle::case::{CaseFile, Override};
use ossicle::verify::{Plan, VerifyError, Wanted};
use ossicle::vocabulary;

use super::{overrides, pool, read, refuse_existing};
use crate::arguments::Verify;
use crate::exit::{DONE, Failure, STOPPED};
use crate::progress::Bar;
use crate::say;

/// Verifies a case.
pub(crate) fn verify(arguments: &Verify) -> Result<u8, Failure> {
    let (case, json) = (&arguments.case.case, arguments.case.json);
    if let Some(path) = &arguments.output {
        refuse_existing(path, arguments.force)?;
    }
    // For its warnings, which are then told once.
    read(&arguments.case)?;
    let pool = pool(arguments.threads)?;
    let reread = |changes: &[Override]| {
        let changes = [overrides(&arguments.case).as_slice(), changes].concat();
        CaseFile::read(case, &changes, &vocabulary())
    };
    let wanted = Wanted {
        days: arguments.days,
        spacings: arguments.spacings.clone(),
        tolerances: arguments.tolerances.clone(),
        time_spacing: arguments.time_spacing,
    };
    let plan =
        pool.install(|| Plan::new(&reread, &wanted)).map_err(|error| failure(&error, json))?;
    let lines = plan.lines();
    say::message(format_args!("{} runs, {} threads:", lines.len(), pool.current_num_threads()));
    for line in lines {
        say::message(format_args!("  {line}"));
    }
    let mut bar = Bar::new(arguments.quiet);
    let study = pool.install(|| plan.run(&mut bar));
    bar.finish();
    let study = match study {
        Err(stopped @ VerifyError::Stopped) => {
            say::message(stopped);
            return Ok(STOPPED);
        }
        study => study.map_err(|error| failure(&error, json))?,
    };
    let text = study.markdown();
    if let Some(path) = &arguments.output {
        ossicle::write_text(path, &text).map_err(Failure::failed)?;
    }
    if json {
        let told = serde_json::to_value(&study).map_err(Failure::failed)?;
        say::result(format_args!("{told:#}\n"))?;
    } else {
        say::result(text)?;
    }
    Ok(DONE)
}

/// What went wrong, with its exit code.
fn failure(error: &VerifyError, json: bool) -> Failure {
    match error {
        VerifyError::Case { level, cause } => {
            say::message(format_args!("{level}:"));
            Failure::case(cause, json)
        }
        VerifyError::Step { .. } => Failure::failed(error),
        _ => Failure::refused(error),
    }
}
