//! Reading a run.

use std::fs;
use std::path::{Path, PathBuf};

use ossicle_anatomy::Tissue;
use ossicle_field::Field;
use ossicle_image::read_scan;
use serde::Deserialize;

use super::error::OpenRunError;
use super::fields::Fields;
use super::{layout, steps, table};
use crate::history::StepRow;
use crate::png::{self, Size};
use crate::readout::Readout;
use crate::record::{RECORD_FORMAT, Record};

/// What every version of `run.json` begins with.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    format: u64,
    version: String,
}

impl Header {
    /// Reads the header of a `run.json` of any version.
    pub(super) fn read(path: &Path) -> Result<Self, OpenRunError> {
        Self::of(&fs::read(path).map_err(OpenRunError::read(path))?, path)
    }

    fn of(text: &[u8], path: &Path) -> Result<Self, OpenRunError> {
        serde_json::from_slice(text)
            .map_err(|error| OpenRunError::damaged(path, error, "the record of a run"))
    }
}

/// A run folder that is read.
///
/// Its record is read at once, everything else when it is asked for. The run may still be
/// going on, or have stopped early; what it has not written is refused as not there.
#[derive(Clone, Debug)]
pub struct Run {
    path: PathBuf,
    record: Record,
}

impl Run {
    /// Opens the folder of a run.
    ///
    /// # Errors
    /// [`OpenRunError`] for what is no run, and for a run of a later program.
    pub fn open(path: &Path) -> Result<Self, OpenRunError> {
        let not_a_run = |found| Err(OpenRunError::NotARun { path: path.to_owned(), found });
        if !fs::metadata(path).map_err(OpenRunError::read(path))?.is_dir() {
            return not_a_run("is a file");
        }
        let file = path.join(layout::RECORD);
        if !file.is_file() {
            return not_a_run("holds no run.json");
        }
        let text = fs::read(&file).map_err(OpenRunError::read(&file))?;
        let header = Header::of(&text, &file)?;
        if header.format > RECORD_FORMAT.into() {
            return Err(OpenRunError::Newer {
                path: file,
                found: header.format,
                newest: RECORD_FORMAT,
                version: header.version,
            });
        }
        let record = serde_json::from_slice(&text)
            .map_err(|error| OpenRunError::damaged(&file, error, "the record of a run"))?;
        Ok(Self { path: path.to_owned(), record })
    }

    /// The same folder with a record that is about to be written.
    pub(crate) fn with_record(self, record: Record) -> Self {
        Self { record, ..self }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was run, on what, how it went.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The case as given.
    ///
    /// # Errors
    /// [`OpenRunError::Read`].
    pub fn case_text(&self) -> Result<String, OpenRunError> {
        self.text(layout::CASE)
    }

    /// Every value used, as a case file.
    ///
    /// # Errors
    /// [`OpenRunError::Read`].
    pub fn resolved(&self) -> Result<String, OpenRunError> {
        self.text(layout::RESOLVED)
    }

    /// The file of every value used, which is a case file.
    #[must_use]
    pub fn resolved_path(&self) -> PathBuf {
        self.path.join(layout::RESOLVED)
    }

    /// The time series, one row a day.
    ///
    /// # Errors
    /// [`OpenRunError::Read`], and [`OpenRunError::Damaged`] for other columns or what is
    /// no number.
    pub fn timeseries(&self) -> Result<Vec<Readout>, OpenRunError> {
        let path = self.path.join(layout::TIMESERIES_CSV);
        let text = fs::read(&path).map_err(OpenRunError::read(&path))?;
        table::from_csv(&text)
            .map_err(|[found, expected]| OpenRunError::damaged(&path, found, expected))
    }

    /// The step history, one row a step.
    ///
    /// # Errors
    /// [`OpenRunError::Read`], and [`OpenRunError::Damaged`] for what are no steps.
    pub fn steps(&self) -> Result<Vec<StepRow>, OpenRunError> {
        let path = self.path.join(layout::STEPS);
        let text = fs::read(&path).map_err(OpenRunError::read(&path))?;
        steps::from_csv(&text)
            .map_err(|[found, expected]| OpenRunError::damaged(&path, found, expected))
    }

    /// The tissue of each voxel.
    ///
    /// # Errors
    /// [`OpenRunError::Image`], and [`OpenRunError::Damaged`] for a code that no tissue has.
    pub fn anatomy(&self) -> Result<Field<Tissue>, OpenRunError> {
        let path = self.path.join(layout::ANATOMY);
        let labels = read_scan(&path)?.image;
        let tissues = labels.iter().enumerate().map(|(n, &code)| {
            let known = u8::try_from(code as i64).ok().filter(|&c| f32::from(c) == code);
            known.and_then(Tissue::from_code).ok_or_else(|| {
                let found = format!("the label {code} at voxel {:?}", labels.grid().voxel(n));
                OpenRunError::damaged(&path, found, "the code of a tissue")
            })
        });
        let tissues = tissues.collect::<Result<_, _>>()?;
        Ok(Field::from_vec(*labels.grid(), tissues))
    }

    /// The virtual CT of a day in HU.
    ///
    /// # Errors
    /// [`OpenRunError::NoDay`] for a day without one, and [`OpenRunError::Image`].
    pub fn virtual_ct(&self, day: u64) -> Result<Field<f32>, OpenRunError> {
        let folder = self.path.join(layout::VIRTUAL_CT);
        let path = folder.join(layout::virtual_ct_of(day));
        if !path.exists() {
            let known = self.record.virtual_ct_days.clone();
            return Err(OpenRunError::NoDay { path: folder, day, known });
        }
        Ok(read_scan(&path)?.image)
    }

    /// The file of the virtual CT of a day.
    pub(crate) fn virtual_ct_bytes(&self, day: u64) -> Result<Vec<u8>, OpenRunError> {
        let path = self.path.join(layout::VIRTUAL_CT).join(layout::virtual_ct_of(day));
        fs::read(&path).map_err(OpenRunError::read(&path))
    }

    /// The radiograph of a day in a view, a PNG file, and its size.
    pub(crate) fn radiograph(&self, day: f64, view: &str) -> Result<(Vec<u8>, Size), OpenRunError> {
        let name = layout::radiograph_of(day, view);
        self.picture(&self.path.join(layout::RADIOGRAPHS).join(name))
    }

    /// The bones told apart, a PNG file, and its size.
    pub(crate) fn separation(&self) -> Result<(Vec<u8>, Size), OpenRunError> {
        self.picture(&self.path.join(layout::SEPARATION))
    }

    fn picture(&self, path: &Path) -> Result<(Vec<u8>, Size), OpenRunError> {
        let bytes = fs::read(path).map_err(OpenRunError::read(path))?;
        match png::size_of(&bytes) {
            Some(size) => Ok((bytes, size)),
            None => {
                let found = format!("{} bytes that are none", bytes.len());
                Err(OpenRunError::damaged(path, found, "a whole PNG picture"))
            }
        }
    }

    /// The fields.
    ///
    /// # Errors
    /// [`OpenRunError::Read`] where the run has not written them, and
    /// [`OpenRunError::Damaged`].
    pub fn fields(&self) -> Result<Fields, OpenRunError> {
        Fields::open(&self.path.join(layout::FIELDS))
    }

    fn text(&self, name: &str) -> Result<String, OpenRunError> {
        let path = self.path.join(name);
        fs::read_to_string(&path).map_err(OpenRunError::read(&path))
    }
}
