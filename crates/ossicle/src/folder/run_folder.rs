//! Writing a run.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ossicle_anatomy::Anatomy;
use ossicle_field::{Field, Grid};
use ossicle_image::{VoxelMeaning, write_atomically, write_nifti};

use super::error::FolderError;
use super::fields::{Channel, FieldsWriter, FieldsWritten};
use super::layout::Owner;
use super::lock::Lock;
use super::run::Run;
use super::standing::Standing;
use super::{labels, layout, leftover, steps, table};
use crate::history::StepRow;
use crate::joint::MotionRow;
use crate::readout::{Column, Readout};
use crate::record::{Record, Status};

/// A run folder that is being written, by this process alone.
///
/// Every file appears whole or not at all. A run that replaces another is written
/// beside it, into `NAME.new-PROCESS`, and takes its place by [`RunFolder::complete`]
/// only; until then the old run stays, and if the new one stops early both do.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    destination: PathBuf,
    /// Whether the folder was not there before.
    made: bool,
    lock: Lock,
    /// Holds others off the run that is to be replaced.
    old: Option<Lock>,
}

impl RunFolder {
    /// Makes the folder of a new run, and the folders it is to be in.
    ///
    /// An empty folder is taken as it is. Another run is replaced only by `force`, and
    /// no sooner than the new one is complete; a folder with anything in it that no run
    /// wrote is never replaced.
    ///
    /// # Errors
    /// [`FolderError`] when the path is in use, by files or by another process, or cannot
    /// be written to. What stood there stays as it was.
    pub fn create(path: &Path, force: bool) -> Result<Self, FolderError> {
        leftover::recover(path)?;
        match Standing::at(path)? {
            Standing::Nothing => Self::vacant(make_folder(path)?, true),
            Standing::Vacant(path) => Self::vacant(path, false),
            Standing::Run(path) if force => Self::beside(path),
            Standing::Run(path) => Err(FolderError::Exists { path }),
        }
    }

    /// A run in a folder without a result.
    fn vacant(path: PathBuf, made: bool) -> Result<Self, FolderError> {
        let lock = Lock::acquire(&path).inspect_err(|_| remove_if(made, &path))?;
        let folder = Self { destination: path.clone(), path, made, lock, old: None };
        // Another run may have come and gone since the folder was looked at.
        match Standing::at(&folder.path)? {
            Standing::Run(path) => Err(FolderError::Exists { path }),
            _ => remove_leftovers(&folder.path).map(|()| folder),
        }
    }

    /// A run that is to replace the one at `destination`.
    fn beside(destination: PathBuf) -> Result<Self, FolderError> {
        let old = Lock::acquire(&destination)?;
        let path = free_sibling(&destination, "new")?;
        fs::create_dir(&path).map_err(FolderError::write(&path))?;
        let lock = Lock::acquire(&path).inspect_err(|_| remove_if(true, &path))?;
        Ok(Self { path, destination, made: true, lock, old: Some(old) })
    }

    /// Takes up the folder of a run that came to no end, to go on writing to it.
    ///
    /// # Errors
    /// [`FolderError::NoRun`] where there is none, [`FolderError::InUse`] while a process
    /// writes to it, and what [`RunFolder::create`] refuses.
    pub fn reopen(path: &Path) -> Result<Self, FolderError> {
        leftover::recover(path)?;
        let Standing::Run(true_path) = Standing::at(path)? else {
            return Err(FolderError::NoRun { path: path.to_owned() });
        };
        let lock = Lock::acquire(&true_path)?;
        for folder in ["", layout::VIRTUAL_CT, layout::RADIOGRAPHS, layout::CHECKPOINTS] {
            remove_unfinished(&true_path.join(folder))?;
        }
        Ok(Self { destination: true_path.clone(), path: true_path, made: false, lock, old: None })
    }

    /// Where the run is written: beside [`RunFolder::destination`] while it replaces another.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the run will be when it is complete.
    #[must_use]
    pub fn destination(&self) -> &Path {
        &self.destination
    }

    /// Writes `case.toml`, the case as given.
    ///
    /// # Errors
    /// [`FolderError::Write`], as for every file here.
    pub fn case_text(&self, text: &str) -> Result<(), FolderError> {
        self.write(layout::CASE, text.as_bytes())
    }

    /// Writes `resolved.toml`, every value used.
    ///
    /// # Errors
    /// [`FolderError::Write`].
    pub fn resolved(&self, text: &str) -> Result<(), FolderError> {
        self.write(layout::RESOLVED, text.as_bytes())
    }

    /// Writes `report.html`.
    ///
    /// # Errors
    /// [`FolderError::Write`].
    pub fn report(&self, html: &str) -> Result<(), FolderError> {
        self.write(layout::REPORT, html.as_bytes())
    }

    /// Writes `run.json` anew.
    ///
    /// # Errors
    /// [`FolderError::Write`], and [`FolderError::Record`] for numbers that JSON does not
    /// have (NaN, infinite).
    pub fn record(&self, record: &Record) -> Result<(), FolderError> {
        let not_read_back =
            |problem: String| FolderError::Record { path: self.path.join(layout::RECORD), problem };
        let mut text = serde_json::to_string_pretty(record)
            .map_err(|error| not_read_back(error.to_string()))?;
        let read: Record = serde_json::from_str(&text).map_err(|error| {
            let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
            not_read_back(format!("{error}: {}", line.trim()))
        })?;
        if read != *record {
            return Err(not_read_back("it holds a number that is not finite".to_owned()));
        }
        text.push('\n');
        self.write(layout::RECORD, text.as_bytes())
    }

    /// Writes the time series, one row a day, as `timeseries.csv` and
    /// `timeseries.parquet`, and what its columns mean as `columns.csv`. The columns are those of
    /// [`columns`](crate::readout::columns).
    ///
    /// # Errors
    /// [`FolderError::Write`].
    pub fn timeseries(
        &self,
        rows: &[Readout],
        columns: &[&'static Column],
    ) -> Result<(), FolderError> {
        for (name, content) in [
            (layout::TIMESERIES_CSV, table::csv(rows, columns)),
            (layout::TIMESERIES_PARQUET, table::parquet(rows, columns)),
            (layout::COLUMNS, table::dictionary(columns)),
        ] {
            let content = content.map_err(FolderError::write(&self.path.join(name)))?;
            self.write(name, &content)?;
        }
        Ok(())
    }

    /// Writes the step history, one row a step, as `steps.csv`.
    ///
    /// # Errors
    /// [`FolderError::Write`].
    pub fn steps(&self, rows: &[StepRow]) -> Result<(), FolderError> {
        let content =
            steps::csv(rows).map_err(FolderError::write(&self.path.join(layout::STEPS)))?;
        self.write(layout::STEPS, &content)
    }

    /// Writes the range of motion, one row a look, as `motion.csv`; nothing without rows.
    ///
    /// # Errors
    /// [`FolderError::Write`].
    pub fn motion(&self, rows: &[MotionRow]) -> Result<(), FolderError> {
        if rows.is_empty() {
            return Ok(());
        }
        let path = self.path.join(layout::MOTION);
        let content = crate::joint::csv(rows).map_err(FolderError::write(&path))?;
        self.write(layout::MOTION, &content)
    }

    /// Writes the tissue of each voxel as `anatomy.nii.gz` (unsigned bytes, marked as
    /// labels), and the names and colours of the codes as `anatomy.csv`, which 3D Slicer
    /// reads from version 5.8 on, and `anatomy.label`, which ITK-SNAP reads.
    ///
    /// # Errors
    /// [`FolderError::Write`], and [`FolderError::Nifti`] for a grid too large for NIfTI.
    pub fn anatomy(&self, anatomy: &Anatomy) -> Result<(), FolderError> {
        let codes = anatomy.tissue().map(|tissue| tissue.code());
        write_nifti(&self.path.join(layout::ANATOMY), &codes, VoxelMeaning::Labels)?;
        self.write(layout::ANATOMY_COLOURS, labels::slicer_table().as_bytes())?;
        self.write(layout::ANATOMY_ITK_SNAP, labels::itk_snap_table().as_bytes())
    }

    /// Writes `virtual_ct/day_DDDD.nii.gz` from radiodensities in HU: rounded to whole
    /// numbers, held to what 16 bits take, on the grid of `hu`. Gives the number of voxels
    /// that had to be held.
    ///
    /// # Errors
    /// [`FolderError::Write`], [`FolderError::NotFinite`] for a voxel without a number, and
    /// [`FolderError::Nifti`] for a grid too large for NIfTI.
    pub fn virtual_ct(&self, day: u64, hu: &Field<f32>) -> Result<usize, FolderError> {
        let folder = self.path.join(layout::VIRTUAL_CT);
        let path = folder.join(layout::virtual_ct_of(day));
        if let Some((n, &found)) = hu.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(FolderError::NotFinite {
                path,
                what: "the radiodensity".to_owned(),
                voxel: hu.grid().voxel(n),
                found: found.into(),
            });
        }
        fs::create_dir_all(&folder).map_err(FolderError::write(&folder))?;
        let limits = f32::from(i16::MIN)..=f32::from(i16::MAX);
        let held = hu.iter().filter(|hu| !limits.contains(&hu.round())).count();
        // The conversion keeps to the limits by itself.
        write_nifti(&path, &hu.map(|hu| hu.round() as i16), VoxelMeaning::Values)?;
        Ok(held)
    }

    /// Writes the virtual CT of a day as it was written for another run.
    pub(crate) fn virtual_ct_again(&self, day: u64, bytes: &[u8]) -> Result<(), FolderError> {
        let folder = self.path.join(layout::VIRTUAL_CT);
        fs::create_dir_all(&folder).map_err(FolderError::write(&folder))?;
        let path = folder.join(layout::virtual_ct_of(day));
        Ok(write_atomically(&path, |file| file.write_all(bytes))?)
    }

    /// Writes `radiographs/day_DDDD_VIEW.png`, a picture as it is given.
    ///
    /// # Errors
    /// [`FolderError::Write`].
    pub(crate) fn radiograph(&self, day: f64, view: &str, png: &[u8]) -> Result<(), FolderError> {
        let folder = self.path.join(layout::RADIOGRAPHS);
        fs::create_dir_all(&folder).map_err(FolderError::write(&folder))?;
        let path = folder.join(layout::radiograph_of(day, view));
        Ok(write_atomically(&path, |file| file.write_all(png))?)
    }

    /// Writes `separation.png`, a picture as it is given.
    ///
    /// # Errors
    /// [`FolderError::Write`].
    pub(crate) fn separation(&self, png: &[u8]) -> Result<(), FolderError> {
        self.write(layout::SEPARATION, png)
    }

    /// Begins `fields.zarr`: the given channels on `grid` for each of `days`, which rise.
    /// It appears when the writer is finished.
    ///
    /// # Errors
    /// [`FolderError::Write`], and [`FolderError::Mismatch`] without a channel or a day, for
    /// days that do not rise and for a second writer.
    pub fn fields(
        &self,
        grid: &Grid,
        channels: &[Channel],
        days: &[u64],
    ) -> Result<FieldsWriter<'_>, FolderError> {
        FieldsWriter::begin(&self.path, grid, channels, days)
    }

    /// Takes up the fields of a run that was broken off after some of `days` were written, as
    /// `written` tells. What was written after them is dropped.
    ///
    /// # Errors
    /// As [`RunFolder::fields`], and [`FolderError::Lost`] where they are not there.
    pub fn fields_again(
        &self,
        grid: &Grid,
        channels: &[Channel],
        days: &[u64],
        written: FieldsWritten,
    ) -> Result<FieldsWriter<'_>, FolderError> {
        FieldsWriter::again(&self.path, grid, channels, days, written)
    }

    /// Ends the writing of a run whose record says that it is complete, puts it into the
    /// place of the one it replaces, if it does, and gives its path.
    ///
    /// # Errors
    /// [`FolderError::NotComplete`] for a record that says otherwise; then, and where the
    /// old run cannot be moved ([`FolderError::Swap`]), both stay. [`FolderError::OldLeft`]
    /// where only the deletion of the old run fails.
    pub fn complete(mut self) -> Result<PathBuf, FolderError> {
        let status = Run::open(&self.path)?.record().status.clone();
        if status != Status::Complete {
            return Err(FolderError::NotComplete { path: self.path.clone(), status });
        }
        if self.old.is_some() {
            self.swap()?;
        }
        Ok(self.destination.clone())
    }

    /// Moves the old run away, this one into its place, and deletes the old one.
    fn swap(&mut self) -> Result<(), FolderError> {
        let (old, new) = (self.destination.clone(), self.path.clone());
        let aside = free_sibling(&old, "old")?;
        let moved = fs::rename(&old, &aside).and_then(|()| {
            fs::rename(&new, &old).inspect_err(|_| {
                // It stood there a moment ago, so it can stand there again.
                let _ = fs::rename(&aside, &old);
            })
        });
        moved.map_err(|cause| FolderError::Swap { old: old.clone(), new, cause })?;
        self.path.clone_from(&old);
        self.lock.moved_to(&old);
        sync_parent(&old)
            .and_then(|()| leftover::remove_run(&aside))
            .map_err(|cause| FolderError::OldLeft { old: aside, new: old.clone(), cause })?;
        leftover::remove_unfinished_replacements(&old)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        Ok(write_atomically(&self.path.join(name), |file| file.write_all(bytes))?)
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        self.lock.release();
        remove_if(self.made, &self.path);
    }
}

/// Makes a folder and those it is in, and gives its true path.
fn make_folder(path: &Path) -> Result<PathBuf, FolderError> {
    if path.file_name().is_none() {
        return Err(FolderError::NoName { path: path.to_owned() });
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(FolderError::write(parent))?;
    }
    fs::create_dir(path).and_then(|()| fs::canonicalize(path)).map_err(FolderError::write(path))
}

/// Removes a folder that was made for nothing: only an empty one can be removed so.
fn remove_if(made: bool, path: &Path) {
    if made {
        let _ = fs::remove_dir(path);
    }
}

/// Removes what a killed process did not finish.
fn remove_leftovers(folder: &Path) -> Result<(), FolderError> {
    for entry in fs::read_dir(folder).map_err(FolderError::write(folder))? {
        let entry = entry.map_err(FolderError::write(folder))?;
        let (path, name) = (entry.path(), entry.file_name());
        if layout::owner(&name) == Owner::Leftover && name != layout::LOCK {
            let removed =
                if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(FolderError::write(&path))?;
        }
    }
    Ok(())
}

/// Removes the files that a killed process did not finish; a folder of fields stays, to be taken
/// up.
fn remove_unfinished(folder: &Path) -> Result<(), FolderError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(FolderError::write(folder))?,
    };
    for entry in entries {
        let path = entry.map_err(FolderError::write(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') && name.ends_with(".part") && path.is_file() {
            fs::remove_file(&path).map_err(FolderError::write(&path))?;
        }
    }
    Ok(())
}

/// A name beside a folder that is not in use: `NAME.KIND-PROCESS`, with a number if need be.
fn free_sibling(folder: &Path, kind: &str) -> Result<PathBuf, FolderError> {
    let Some(name) = folder.file_name() else {
        return Err(FolderError::NoName { path: folder.to_owned() });
    };
    let mut sibling = name.to_owned();
    sibling.push(format!(".{kind}-{}", std::process::id()));
    for serial in 2_u32.. {
        let path = folder.with_file_name(&sibling);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(path),
            Err(error) => return Err(FolderError::write(&path)(error)),
            Ok(_) => {}
        }
        sibling = name.to_owned();
        sibling.push(format!(".{kind}-{}-{serial}", std::process::id()));
    }
    Err(FolderError::Exists { path: folder.to_owned() })
}

/// Brings new names in the folder above to the disk; folders can be opened on Unix only.
pub(super) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if cfg!(unix) => fs::File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}
