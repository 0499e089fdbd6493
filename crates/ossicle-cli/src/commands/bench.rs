//! `ossicle bench`: how fast this machine is.

use ossicle::bench::{Bench as Measured, BenchError, Ratio, Sizes, usual_case};
use ossicle::case::CaseFile;
use ossicle::vocabulary;

use super::refuse_existing;
use crate::arguments::Bench;
use crate::exit::{DONE, Failure};
use crate::say;

/// Days of a case that are timed where nothing else is asked for.
const USUAL_DAYS: f64 = 60.0;

/// Measures.
pub(crate) fn bench(arguments: &Bench) -> Result<u8, Failure> {
    let failed = |error: BenchError| failure(&error, arguments.json);
    if let Some(path) = &arguments.save {
        refuse_existing(path, arguments.force)?;
    }
    let baseline = arguments.baseline.as_deref().map(Measured::read).transpose().map_err(failed)?;
    let file = match &arguments.case {
        None => usual_case().map_err(failed)?,
        Some(path) => CaseFile::read(path, &[], &vocabulary())
            .map_err(|error| Failure::case(&error, arguments.json))?,
    };
    let days = arguments.days.unwrap_or(USUAL_DAYS.min(file.case.duration.0));
    let sizes = Sizes::usual(days, arguments.largest);
    let measured = Measured::run(&file, &sizes, &mut |next| say::message(next)).map_err(failed)?;
    if let Some(path) = &arguments.save {
        measured.save(path).map_err(failed)?;
    }
    let ratios = baseline.map(|earlier| measured.against(&earlier)).transpose().map_err(failed)?;
    if arguments.json {
        let told = serde_json::json!({ "bench": measured, "against_baseline": ratios });
        return say::result(format_args!("{told:#}\n")).map(|()| DONE);
    }
    let compared = ratios.map(|ratios| Ratio::table(&ratios)).unwrap_or_default();
    say::result(format_args!("{}{compared}", measured.text()))?;
    Ok(DONE)
}

/// What went wrong, with its exit code.
fn failure(error: &BenchError, json: bool) -> Failure {
    match error {
        BenchError::Case(cause) => Failure::case(cause, json),
        BenchError::Step(_) | BenchError::Elliptic(_) | BenchError::Write(_) => {
            Failure::failed(error)
        }
        _ => Failure::refused(error),
    }
}
