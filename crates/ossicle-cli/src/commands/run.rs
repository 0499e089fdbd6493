//! `ossicle run` and `ossicle report`.

use std::path::{Path, PathBuf};

use ossicle::case::CaseFile;
use ossicle::checkpoint::Checkpoint;
use ossicle::folder::{Run as OpenRun, RunFolder, check_space, recover};
use ossicle::record::Status;
use ossicle::setting::Setting;
use ossicle::{report as reports, run as runs, start};

use super::finish::{announce, schedule, tell};
use super::{changes, pool, read, stem};
use crate::arguments::{Report, Run};
use crate::exit::{DONE, Failure};
use crate::progress::Bar;
use crate::{say, tables};

/// Runs a case, or goes on with a run of it.
pub(crate) fn run(arguments: &Run) -> Result<u8, Failure> {
    let (case, going) = (&arguments.case, &arguments.going);
    let file = read(case)?;
    let path =
        arguments.output.clone().unwrap_or_else(|| PathBuf::from("runs").join(stem(&case.case)));
    let resumes = arguments.resume || arguments.resume_from.is_some();
    if resumes && let Some(code) = already_complete(&file, &path)? {
        return Ok(code);
    }
    let pool = pool(going.threads)?;
    let setting =
        pool.install(|| Setting::new(&file)).map_err(|error| Failure::case(&error, case.json))?;
    let (told, threads) = (changes(case), pool.current_num_threads());
    let record =
        start::record(&file, &setting, &case.case, told, threads).map_err(Failure::refused)?;
    check_space(&path, setting.least_result_bytes).map_err(Failure::refused)?;
    let (folder, checkpoint) = if resumes {
        let folder = RunFolder::reopen(&path).map_err(Failure::refused)?;
        let checkpoint = match &arguments.resume_from {
            Some(file) => Checkpoint::read(file),
            None => Checkpoint::newest(&path),
        };
        (folder, Some(checkpoint.map_err(Failure::refused)?))
    } else {
        (RunFolder::create(&path, arguments.force).map_err(Failure::refused)?, None)
    };
    announce(&file.case.title, &setting, threads);
    let (schedule, mut bar) = (schedule(going), Bar::new(going.quiet));
    let finished = pool.install(|| match checkpoint {
        None => runs::run(&file, &setting, folder, record, schedule, &mut bar),
        Some(from) => runs::resume(&file, &setting, folder, record, from, schedule, &mut bar),
    });
    bar.finish();
    tell(finished, &setting, case.json)
}

/// Says that there is nothing to go on with, where that is so.
fn already_complete(file: &CaseFile, path: &Path) -> Result<Option<u8>, Failure> {
    recover(path).map_err(Failure::refused)?;
    let run = OpenRun::open(path).map_err(Failure::refused)?;
    if run.record().status != Status::Complete {
        return Ok(None);
    }
    if run.resolved().map_err(Failure::refused)? != file.case.resolved() {
        return Err(Failure::refused(format!(
            "{}: found a complete run of another case; expected one of this case to go on with; \
             `ossicle branch` begins another future of a run",
            path.display()
        )));
    }
    say::message(format_args!("{}: the run is complete; nothing to do", path.display()));
    say::result(format_args!("{}\n{}", run.record().title, tables::summary(run.record())))?;
    Ok(Some(DONE))
}

/// Writes a report anew.
pub(crate) fn report(arguments: &Report) -> Result<u8, Failure> {
    let path = reports::rewrite(&arguments.run).map_err(Failure::refused)?;
    say::result(format_args!("{}\n", path.display()))?;
    Ok(DONE)
}
