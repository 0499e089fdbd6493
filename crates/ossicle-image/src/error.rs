//! Why an image was not read.

use std::fmt;
use std::path::{Path, PathBuf};

use ossicle_field::GridError;
use thiserror::Error;

/// A scan that was not read: which file, and what is the matter with it.
#[derive(Debug, Error)]
#[error("{}: {fault}", .path.display())]
#[non_exhaustive]
pub struct ReadScanError {
    /// The file or folder the fault was found in.
    pub path: PathBuf,
    /// What is the matter.
    pub fault: ScanFault,
}

/// What is the matter with a scan that was not read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScanFault {
    /// The operating system did not give the bytes.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The content belongs to no format that is read here.
    #[error(
        "is no image that is read here ({found}); expected NIfTI (.nii, .nii.gz), \
         DICOM (a file or the folder of a series), NRRD or MetaImage (.mha, .mhd)"
    )]
    UnknownFormat {
        /// What the content looks like.
        found: String,
    },
    /// A known format, or a known part of one, that is not read here.
    #[error("{what} is not read here; {advice}")]
    Unsupported {
        /// What was met.
        what: String,
        /// What to do about it.
        advice: String,
    },
    /// A header entry has a value that makes no sense.
    #[error("{entry} is {found}; expected {expected}")]
    Header {
        /// Which entry.
        entry: String,
        /// Its value.
        found: String,
        /// What it may be.
        expected: String,
    },
    /// A header entry that is needed is not there.
    #[error("{entry} is missing: {consequence}")]
    Missing {
        /// Which entry.
        entry: String,
        /// What cannot be known without it.
        consequence: String,
    },
    /// The file ends too early.
    #[error("cut short: {what} has {found} bytes; expected {expected}")]
    Truncated {
        /// Which part ends too early.
        what: String,
        /// Bytes found.
        found: u64,
        /// Bytes that the header asks for.
        expected: u64,
    },
    /// Compressed data that do not decompress.
    #[error("damaged: {what}: {detail}")]
    Damaged {
        /// Which part.
        what: String,
        /// What the decoder says.
        detail: String,
    },
    /// More voxels than allowed.
    #[error("{dimensions} voxels; expected at most {limit} in all", dimensions = Dimensions(.dimensions))]
    TooLarge {
        /// Voxels along each axis.
        dimensions: Vec<u64>,
        /// The most that may be read.
        limit: u64,
    },
    /// Not one three-dimensional image.
    #[error(
        "{count}-D image of {dimensions} voxels; expected one volume in three dimensions",
        count = .dimensions.len(), dimensions = Dimensions(.dimensions)
    )]
    NotOneVolume {
        /// Voxels along each axis.
        dimensions: Vec<u64>,
    },
    /// The geometry makes no grid.
    #[error(transparent)]
    Geometry(#[from] GridError),
    /// Axes too far from right angles.
    #[error(
        "the voxel axes are {degrees:.2} degrees off a right angle; \
         expected at most {limit_degrees:.0} (a tilted gantry)"
    )]
    Sheared {
        /// Largest deviation from a right angle, in degrees.
        degrees: f64,
        /// The most that is resampled, in degrees.
        limit_degrees: f64,
    },
    /// Voxels that hold no number.
    #[error(
        "{count} of {total} voxels are not finite (the first at {first:?}); \
         expected a number in every voxel"
    )]
    NotFinite {
        /// How many voxels are NaN or infinite.
        count: usize,
        /// How many voxels there are.
        total: usize,
        /// Indices of the first of them.
        first: [usize; 3],
    },
    /// A folder without an image series.
    #[error(
        "no image series found; expected DICOM slices{left_out}",
        left_out = Listed("; left out:", .left_out)
    )]
    NoSeries {
        /// What was there instead, and why it does not count.
        left_out: Vec<String>,
    },
    /// Several image series and no choice between them.
    #[error(
        "{} image series; expected one, so put the slices of one into a folder of their own. There are{}",
        .series.len(),
        Listed("", .series)
    )]
    SeveralSeries {
        /// What there is to choose from.
        series: Vec<SeriesSummary>,
    },
    /// The series asked for is not there.
    #[error("no image series {choice:?}; there are{}", Listed("", .series))]
    UnknownSeries {
        /// What was asked for.
        choice: String,
        /// What there is to choose from.
        series: Vec<SeriesSummary>,
    },
    /// Two slices in one place.
    #[error(
        "{first} and {second} lie at the same place ({position_mm:.3} mm along the slice normal); \
         expected one slice at each position"
    )]
    CoincidentSlices {
        /// File name of one slice.
        first: String,
        /// File name of the other.
        second: String,
        /// Where they lie along the slice normal, in mm.
        position_mm: f64,
    },
    /// Slices that are not evenly spaced.
    #[error(
        "from {before} to {after} is a step of {found_mm:.3} mm; expected {expected_mm:.3} mm \
         like the other slices (a slice is missing or out of place; \
         gaps are interpolated only when asked for)"
    )]
    UnequalSteps {
        /// File name of the slice before the step.
        before: String,
        /// File name of the slice after it.
        after: String,
        /// The step in mm along the slice normal.
        found_mm: f64,
        /// The usual step of the series in mm.
        expected_mm: f64,
    },
    /// Slices shifted sideways against each other.
    #[error(
        "{slice} is shifted sideways by {shift_mm:.3} mm from the line of the other slices; \
         expected at most {limit_mm:.3} mm"
    )]
    SidewaysSlice {
        /// File name of the slice.
        slice: String,
        /// Its shift in mm.
        shift_mm: f64,
        /// The most that is taken for rounding, in mm.
        limit_mm: f64,
    },
}

impl ScanFault {
    /// The fault, and where it is.
    pub(crate) fn at(self, path: &Path) -> ReadScanError {
        ReadScanError { path: path.to_owned(), fault: self }
    }

    pub(crate) fn header(
        entry: impl Into<String>,
        found: impl fmt::Display,
        expected: impl Into<String>,
    ) -> Self {
        Self::Header { entry: entry.into(), found: found.to_string(), expected: expected.into() }
    }

    pub(crate) fn missing(entry: impl Into<String>, consequence: impl Into<String>) -> Self {
        Self::Missing { entry: entry.into(), consequence: consequence.into() }
    }

    pub(crate) fn unsupported(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into(), advice: advice.into() }
    }

    pub(crate) fn damaged(what: impl Into<String>, detail: impl fmt::Display) -> Self {
        Self::Damaged { what: what.into(), detail: detail.to_string() }
    }
}

/// One image series of a folder, told so that a user can choose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesSummary {
    /// What chooses this series: its Series Instance UID, followed by `#2`, `#3`, …
    /// where slices of one UID differ in orientation or size and stand apart.
    pub id: String,
    /// Modality (`CT`, `MR`, …), empty where there is none.
    pub modality: String,
    /// Series Description, empty where there is none.
    pub description: String,
    /// Number of slices.
    pub slices: usize,
    /// Columns and rows of each slice.
    pub size: [usize; 2],
}

impl fmt::Display for SeriesSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, modality, description, slices, size: [columns, rows] } = self;
        let plural = if *slices == 1 { "" } else { "s" };
        write!(f, "{id} {modality} \"{description}\" ({slices} slice{plural} of {columns}x{rows})")
    }
}

/// Voxel counts written `512x512x60`.
struct Dimensions<'a>(&'a [u64]);

impl fmt::Display for Dimensions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (axis, count) in self.0.iter().enumerate() {
            write!(f, "{}{count}", if axis > 0 { "x" } else { "" })?;
        }
        Ok(())
    }
}

/// Items one to a line under a heading; nothing without items.
struct Listed<'a, T>(&'a str, &'a [T]);

impl<T: fmt::Display> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.1.is_empty() {
            f.write_str(self.0)?;
        }
        self.1.iter().try_for_each(|item| write!(f, "\n  {item}"))
    }
}
