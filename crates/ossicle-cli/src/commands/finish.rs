//! What `run` and `branch` share: the schedule of checkpoints, and what is told at the end.

use ossicle::checkpoint::{Checkpoint, Schedule};
use ossicle::command;
use ossicle::record::Status;
use ossicle::run::{Finished, RunError};
use ossicle::setting::Setting;

use crate::arguments::GoingArguments;
use crate::exit::{DONE, Failure, STOPPED};
use crate::{say, tables};

/// When the state is kept.
pub(super) fn schedule(arguments: &GoingArguments) -> Schedule {
    arguments.checkpoint_every.map_or(Schedule::Usual, Schedule::Every)
}

/// Says what is about to run.
pub(super) fn announce(title: &str, setting: &Setting, threads: usize) {
    for warning in &setting.warnings {
        say::message(format_args!("warning: {warning}"));
    }
    let [nx, ny, nz] = setting.grid().shape();
    say::message(format_args!(
        "{title}: {}, {nx} x {ny} x {nz} voxels, {threads} threads",
        setting.anatomy_line,
    ));
}

/// Tells how a run ended, and gives the exit code.
pub(super) fn tell(
    finished: Result<Finished, RunError>,
    setting: &Setting,
    json: bool,
) -> Result<u8, Failure> {
    let finished = match finished {
        Ok(finished) => finished,
        Err(error @ RunError::Checkpoint(_)) => return Err(Failure::refused(error)),
        Err(error) => return Err(Failure::failed(error)),
    };
    for warning in finished.record.warnings.iter().filter(|w| !setting.warnings.contains(w)) {
        say::message(format_args!("warning: {warning}"));
    }
    if json {
        let record = serde_json::to_value(&finished.record).map_err(Failure::failed)?;
        let told = serde_json::json!({ "path": finished.path, "run": record });
        say::result(format_args!("{told:#}\n"))?;
    } else {
        let (title, table) = (&finished.record.title, tables::summary(&finished.record));
        let report = finished.path.join("report.html");
        say::result(format_args!("{title}\n{table}  report: {}\n", report.display()))?;
    }
    if finished.record.status != Status::Stopped {
        return Ok(DONE);
    }
    if let Some((_, day)) = Checkpoint::newest_name(&finished.path) {
        say::message(format_args!(
            "stopped on day {:.4}; go on from day {day} with: {}",
            finished.record.day,
            command::resume(&finished.record, &finished.path)
        ));
    }
    Ok(STOPPED)
}
