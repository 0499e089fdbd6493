//! `ossicle branch`.

use ossicle::checkpoint::{Branch as Parting, BranchError, Reached};
use ossicle::folder::{RunFolder, check_space};
use ossicle::setting::Setting;
use ossicle::{run as runs, start};

use super::finish::{announce, schedule, tell};
use super::{changes, overrides, pool, tell_warnings};
use crate::arguments::{Branch, CaseArguments};
use crate::exit::{Failure, STOPPED};
use crate::progress::Bar;
use crate::say;

/// Begins another future of a run.
pub(crate) fn branch(arguments: &Branch) -> Result<u8, Failure> {
    let refused = |error: BranchError| match error {
        BranchError::Case(error) => Failure::case(&error, arguments.json),
        BranchError::Step(error) => Failure::failed(error),
        other => Failure::refused(other),
    };
    let (set, without) = (arguments.set.clone(), arguments.without.clone());
    let changed = CaseArguments { case: arguments.run.clone(), set, without, json: arguments.json };
    let parting =
        Parting::read(&changed.case, arguments.at, &overrides(&changed)).map_err(refused)?;
    let file = &parting.file;
    tell_warnings(file);
    let pool = pool(arguments.going.threads)?;
    let setting = pool
        .install(|| Setting::new(file))
        .map_err(|error| Failure::case(&error, arguments.json))?;
    let case_path = parting.case_path().map_err(refused)?;
    let threads = pool.current_num_threads();
    let record = start::record(file, &setting, &case_path, changes(&changed), threads)
        .map_err(Failure::refused)?;
    check_space(&arguments.output, setting.least_result_bytes).map_err(Failure::refused)?;
    let folder = RunFolder::create(&arguments.output, arguments.force).map_err(Failure::refused)?;
    announce(&file.case.title, &setting, threads);
    let mut bar = Bar::new(arguments.going.quiet);
    let mut told = |text: String| say::message(text);
    let reached = pool.install(|| parting.reach(&setting, &mut bar, &mut told)).map_err(refused)?;
    let Reached::Day(simulation, from) = reached else {
        bar.finish();
        say::message("stopped before the day of the branch; nothing was written");
        return Ok(STOPPED);
    };
    let schedule = schedule(&arguments.going);
    let finished =
        pool.install(|| runs::branch(file, folder, record, *simulation, from, schedule, &mut bar));
    bar.finish();
    tell(finished, &setting, arguments.json)
}
