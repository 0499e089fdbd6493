//! What the report is made from: the parts of a run folder, each there or not.

use std::io::ErrorKind;

use ossicle_anatomy::Tissue;
use ossicle_field::Field;
use ossicle_image::ScanFault;

use crate::folder::{Fields, OpenRunError, Run};
use crate::png::Size;
use crate::readout::Readout;
use crate::record::Record;

/// Something the report shows, or why it does not.
pub(super) type Piece<T> = Result<T, Absent>;

/// Why something is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Absent {
    /// A sentence that a reader understands.
    pub(super) why: String,
    /// Whether a file that should be sound is not.
    pub(super) damaged: bool,
}

impl Absent {
    /// What is not there for a good reason.
    pub(super) fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), damaged: false }
    }
}

/// A run folder, with what every section needs of it.
pub(super) struct Source {
    run: Run,
    /// The time series, one row a day.
    pub(super) rows: Piece<Vec<Readout>>,
    /// The tissue of each voxel of the lesion grid.
    pub(super) anatomy: Piece<Field<Tissue>>,
    /// The fields.
    pub(super) fields: Piece<Fields>,
}

impl Source {
    /// Reads what is there.
    pub(super) fn new(run: Run) -> Self {
        let rows = run.timeseries().map_err(|e| absent(&run, &e, "The time series"));
        let anatomy = run.anatomy().map_err(|e| absent(&run, &e, "The anatomy"));
        let fields = if run.record().field_days.is_empty() {
            Err(Absent::because("The run has written no fields."))
        } else {
            run.fields().map_err(|e| absent(&run, &e, "The fields"))
        };
        Self { rows, anatomy, fields, run }
    }

    /// The record.
    pub(super) fn record(&self) -> &Record {
        self.run.record()
    }

    /// The virtual CT of a day.
    pub(super) fn virtual_ct(&self, day: u64) -> Piece<Field<f32>> {
        let what = format!("The virtual CT of day {day}");
        self.run.virtual_ct(day).map_err(|e| absent(&self.run, &e, &what))
    }

    /// The radiograph of a day in a view, a PNG file, and its size.
    pub(super) fn radiograph(&self, day: f64, view: &str) -> Piece<(Vec<u8>, Size)> {
        let what = format!("The radiograph of day {day}");
        self.run.radiograph(day, view).map_err(|e| absent(&self.run, &e, &what))
    }

    /// The picture of the bones told apart, a PNG file, and its size.
    pub(super) fn separation(&self) -> Piece<(Vec<u8>, Size)> {
        let what = "The picture of the bones told apart";
        self.run.separation().map_err(|e| absent(&self.run, &e, what))
    }

    /// A field on a day.
    pub(super) fn field(&self, name: &str, day: u64) -> Piece<Field<f32>> {
        let fields = self.fields.as_ref().map_err(Absent::clone)?;
        let what = format!("The field {name} of day {day}");
        fields.read(name, day).map_err(|e| absent(&self.run, &e, &what))
    }
}

/// Tells what was not read, with the place in the folder.
fn absent(run: &Run, error: &OpenRunError, what: &str) -> Absent {
    let missing = match error {
        OpenRunError::Read { cause, .. } => cause.kind() == ErrorKind::NotFound,
        OpenRunError::NoDay { .. } | OpenRunError::NoField { .. } => true,
        OpenRunError::Image(error) => {
            matches!(&error.fault, ScanFault::Io(cause) if cause.kind() == ErrorKind::NotFound)
        }
        _ => false,
    };
    if missing {
        return Absent::because(format!("{what}: not written."));
    }
    // Where the folder lies is nobody's business but its owner's.
    let folder = format!("{}{}", run.path().display(), std::path::MAIN_SEPARATOR);
    let why = format!("{what} cannot be read: {}.", error.to_string().replace(&folder, ""));
    Absent { why, damaged: true }
}
