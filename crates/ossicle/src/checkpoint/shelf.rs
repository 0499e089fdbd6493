//! The checkpoints of one run: which there are, and which stay.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::CheckpointError;

/// How many of the newest stay.
const NEWEST: usize = 2;
/// Checkpoints that are there at once, beside those kept for good: the newest, and the one that
/// is being written.
pub(crate) const AT_ONCE: usize = NEWEST + 1;

/// The folder of a run's checkpoints.
#[derive(Clone, Debug)]
pub(crate) struct Shelf(PathBuf);

/// A checkpoint by its name: `day-0123.4500.ossicle`, or `day-0123.4500.kept.ossicle` where the
/// case asked for it to stay.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Named {
    /// The file.
    pub(crate) path: PathBuf,
    /// Its day, to the digits of the name.
    pub(crate) day: f64,
    /// Whether it stays however many newer there are.
    stays: bool,
}

impl Named {
    fn read(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_prefix("day-")?.strip_suffix(".ossicle")?;
        let (day, stays) = name.strip_suffix(".kept").map_or((name, false), |day| (day, true));
        let day = day.parse().ok().filter(|day: &f64| day.is_finite())?;
        Some(Self { path, day, stays })
    }
}

impl Shelf {
    /// The checkpoints of the run in a folder.
    pub(crate) fn of(run: &Path) -> Self {
        Self(run.join(crate::folder::CHECKPOINTS))
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The file for the state of a day.
    pub(crate) fn file(&self, day: f64, stays: bool) -> PathBuf {
        let kept = if stays { ".kept" } else { "" };
        self.0.join(format!("day-{day:09.4}{kept}.ossicle"))
    }

    /// What is there, the newest first; nothing where there is no folder.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub(crate) fn list(&self) -> Result<Vec<Named>, CheckpointError> {
        let fault = |cause| CheckpointError::Read { path: self.0.clone(), cause };
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(fault)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            found.extend(Named::read(entry.map_err(fault)?.path()));
        }
        found.sort_by(|a, b| b.day.total_cmp(&a.day).then_with(|| a.path.cmp(&b.path)));
        Ok(found)
    }

    /// Makes the folder.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn make(&self) -> io::Result<()> {
        fs::create_dir_all(&self.0)
    }

    /// Removes all but the newest and those that are to stay. What cannot be removed stays.
    pub(crate) fn prune(&self) {
        let old = self.list().unwrap_or_default().into_iter().filter(|named| !named.stays);
        old.skip(NEWEST).for_each(|named| remove(&named.path));
    }

    /// Removes what lies after a day, which a run that goes on from there makes anew.
    pub(crate) fn forget_after(&self, day: f64) {
        // As the name tells it.
        let day = Named::read(self.file(day, false)).map_or(day, |named| named.day);
        let later = self.list().unwrap_or_default().into_iter().filter(|named| named.day > day);
        later.for_each(|named| remove(&named.path));
    }
}

/// Removes a file that is not needed any more; one that stays does no harm.
pub(super) fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_day_and_strangers_are_left_alone() {
        let home = std::env::temp_dir().join(format!("ossicle-{}-shelf", std::process::id()));
        let shelf = Shelf::of(&home);
        assert_eq!(shelf.list().unwrap(), []);
        shelf.make().unwrap();
        let days = [0.0, 2.25, 10.5, 99.0, 123.45, 10_000.0];
        for day in days {
            fs::write(shelf.file(day, false), "").unwrap();
        }
        fs::write(shelf.file(60.0, true), "").unwrap();
        for stranger in ["notes.txt", "day-x.ossicle", "day-nan.ossicle"] {
            fs::write(shelf.path().join(stranger), "").unwrap();
        }
        assert!(shelf.file(123.45, false).ends_with("day-0123.4500.ossicle"));
        let found = || -> Vec<f64> { shelf.list().unwrap().iter().map(|n| n.day).collect() };
        assert_eq!(found(), [10_000.0, 123.45, 99.0, 60.0, 10.5, 2.25, 0.0]);
        shelf.forget_after(123.449_99);
        assert_eq!(found(), [123.45, 99.0, 60.0, 10.5, 2.25, 0.0]);
        shelf.prune();
        assert_eq!(found(), [123.45, 99.0, 60.0]);
        assert_eq!(fs::read_dir(shelf.path()).unwrap().count(), 6, "the strangers are there");
        fs::remove_dir_all(home).unwrap();
    }
}
