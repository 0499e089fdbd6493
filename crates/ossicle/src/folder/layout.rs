//! What a run folder holds, by name.

use std::ffi::OsStr;

pub(super) const CASE: &str = "case.toml";
pub(super) const RESOLVED: &str = "resolved.toml";
pub(super) const RECORD: &str = "run.json";
pub(super) const TIMESERIES_CSV: &str = "timeseries.csv";
pub(super) const TIMESERIES_PARQUET: &str = "timeseries.parquet";
pub(super) const COLUMNS: &str = "columns.csv";
pub(super) const STEPS: &str = "steps.csv";
pub(super) const MOTION: &str = "motion.csv";
pub(super) const ANATOMY: &str = "anatomy.nii.gz";
pub(super) const ANATOMY_COLOURS: &str = "anatomy.csv";
pub(super) const ANATOMY_ITK_SNAP: &str = "anatomy.label";
pub(super) const VIRTUAL_CT: &str = "virtual_ct";
pub(super) const RADIOGRAPHS: &str = "radiographs";
pub(super) const SEPARATION: &str = "separation.png";
pub(super) const FIELDS: &str = "fields.zarr";
pub(super) const REPORT: &str = "report.html";
/// The folder of the checkpoints.
pub(crate) const CHECKPOINTS: &str = "checkpoint";
pub(super) const LOCK: &str = ".lock";

const RESULTS: [&str; 17] = [
    CASE,
    RESOLVED,
    RECORD,
    TIMESERIES_CSV,
    TIMESERIES_PARQUET,
    COLUMNS,
    STEPS,
    MOTION,
    ANATOMY,
    ANATOMY_COLOURS,
    ANATOMY_ITK_SNAP,
    VIRTUAL_CT,
    RADIOGRAPHS,
    SEPARATION,
    FIELDS,
    REPORT,
    CHECKPOINTS,
];

/// Whose an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A result of a run.
    Run,
    /// A lock, or a file that a killed run did not finish.
    Leftover,
    /// The user's, or another program's.
    Stranger,
}

/// Whose the entry of that name is.
pub(super) fn owner(name: &OsStr) -> Owner {
    let Some(name) = name.to_str() else { return Owner::Stranger };
    if RESULTS.contains(&name) {
        return Owner::Run;
    }
    // Unfinished files are hidden: `.NAME.PROCESS.part` and the like.
    let unfinished = name
        .strip_prefix('.')
        .and_then(|rest| rest.strip_suffix(".part"))
        .is_some_and(|rest| RESULTS.iter().any(|result| rest.starts_with(result)));
    if unfinished || name == LOCK { Owner::Leftover } else { Owner::Stranger }
}

/// The file of a day's virtual CT, beneath [`VIRTUAL_CT`].
pub(super) fn virtual_ct_of(day: u64) -> String {
    format!("day_{day:04}.nii.gz")
}

/// The file of a day's radiograph in a view, beneath [`RADIOGRAPHS`]; a run may end between two
/// midnights.
pub(super) fn radiograph_of(day: f64, view: &str) -> String {
    if day.fract() == 0.0 {
        format!("day_{day:04}_{view}.png")
    } else {
        format!("day_{day:09.4}_{view}.png")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_leftovers_and_strangers_are_told_apart() {
        for (name, expected) in [
            ("run.json", Owner::Run),
            ("fields.zarr", Owner::Run),
            (".lock", Owner::Leftover),
            (".run.json.4711-0.part", Owner::Leftover),
            (".fields.zarr.4711.part", Owner::Leftover),
            ("notes.txt", Owner::Stranger),
            (".git", Owner::Stranger),
            (".thesis.part", Owner::Stranger),
            ("run.json.bak", Owner::Stranger),
        ] {
            assert_eq!(owner(OsStr::new(name)), expected, "{name}");
        }
        assert_eq!(virtual_ct_of(42), "day_0042.nii.gz");
        assert_eq!(virtual_ct_of(12_345), "day_12345.nii.gz");
        assert_eq!(radiograph_of(42.0, "ap"), "day_0042_ap.png");
        assert_eq!(radiograph_of(5.5, "lateral"), "day_0005.5000_lateral.png");
    }
}
