//! `ossicle run` and `ossicle report`.

use std::path::PathBuf;

use ossicle::folder::{RunFolder, check_space};
use ossicle::record::Status;
use ossicle::setting::Setting;
use ossicle::{report as reports, run as runs, start};

use super::{changes, read, stem};
use crate::arguments::{Report, Run};
use crate::exit::{DONE, Failure, STOPPED};
use crate::progress::Bar;
use crate::{say, tables};

/// Runs a case.
pub(crate) fn run(arguments: &Run) -> Result<u8, Failure> {
    let file = read(&arguments.case)?;
    let threads = arguments.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Failure::refused(format!("{threads} threads cannot be had: {error}")))?;
    let setting = pool
        .install(|| Setting::new(&file))
        .map_err(|error| Failure::case(&error, arguments.case.json))?;
    let path = arguments
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from("runs").join(stem(&arguments.case.case)));
    let record = start::record(
        &file,
        &setting,
        &arguments.case.case,
        changes(&arguments.case),
        pool.current_num_threads(),
    )
    .map_err(Failure::refused)?;
    check_space(&path, setting.least_result_bytes).map_err(Failure::refused)?;
    let folder = RunFolder::create(&path, arguments.force).map_err(Failure::refused)?;
    for warning in &setting.warnings {
        say::message(format_args!("warning: {warning}"));
    }
    let [nx, ny, nz] = setting.grid().shape();
    say::message(format_args!(
        "{}: {}, {nx} x {ny} x {nz} voxels, {} threads",
        file.case.title,
        setting.anatomy_line,
        pool.current_num_threads()
    ));
    let mut bar = Bar::new(arguments.quiet);
    let finished = pool.install(|| runs::run(&file, &setting, folder, record, &mut bar));
    bar.finish();
    let finished = finished.map_err(Failure::failed)?;
    for warning in finished.record.warnings.iter().filter(|w| !setting.warnings.contains(w)) {
        say::message(format_args!("warning: {warning}"));
    }
    if arguments.case.json {
        let record = serde_json::to_value(&finished.record).map_err(Failure::failed)?;
        let told = serde_json::json!({ "path": finished.path, "run": record });
        say::result(format_args!("{told:#}\n"))?;
    } else {
        let (title, table) = (&file.case.title, tables::summary(&finished.record));
        let report = finished.path.join("report.html");
        say::result(format_args!("{title}\n{table}  report: {}\n", report.display()))?;
    }
    Ok(if finished.record.status == Status::Stopped { STOPPED } else { DONE })
}

/// Writes a report anew.
pub(crate) fn report(arguments: &Report) -> Result<u8, Failure> {
    let path = reports::rewrite(&arguments.run).map_err(Failure::refused)?;
    say::result(format_args!("{}\n", path.display()))?;
    Ok(DONE)
}
