//! Why ectopic bone was not measured.

use std::path::PathBuf;

use ossicle_image::{
    GridMismatch, ReadLabelsError, ReadScanError, UnfitScan, WriteError, WriteNiftiError,
};
use thiserror::Error;

/// Why ectopic bone was not measured, or its folder not written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MeasureError {
    /// The scan could not be read.
    #[error(transparent)]
    Scan(#[from] ReadScanError),
    /// Labels or contour could not be read.
    #[error(transparent)]
    Labels(#[from] ReadLabelsError),
    /// The image is no CT volume.
    #[error("{}: {cause}", .path.display())]
    Unfit {
        /// The scan.
        path: PathBuf,
        /// What it is instead.
        cause: UnfitScan,
    },
    /// Labels or contour do not lie on the voxels of the scan.
    #[error("{}: not on the voxels of the scan: {mismatch}; expected the grid of {}", .path.display(), .scan.display())]
    OtherGrid {
        /// The labels or the contour.
        path: PathBuf,
        /// The scan.
        scan: PathBuf,
        /// How they differ.
        mismatch: GridMismatch,
    },
    /// Nothing of a patient.
    #[error("{}: no body in the scan; expected tissue at least 10 mm thick above -400 HU", .path.display())]
    NoBody {
        /// The scan.
        path: PathBuf,
    },
    /// Nothing reaches the threshold.
    #[error("{}: no bone in the scan: the densest voxel of the body has {densest_hu:.0} HU; expected at least {threshold_hu} HU", .path.display())]
    NoBone {
        /// The scan.
        path: PathBuf,
        /// The densest voxel of the body, metal aside, HU.
        densest_hu: f64,
        /// The threshold, HU.
        threshold_hu: f64,
    },
    /// No label is that of a bone.
    #[error("{}: no label is a bone: found {found}; expected names such as femur_left or hip_left", .path.display())]
    NoBoneLabel {
        /// The labels.
        path: PathBuf,
        /// Their names.
        found: String,
    },
    /// A threshold that separates nothing.
    #[error("a threshold of {found_hu} HU; expected 100 to 1000 HU")]
    Threshold {
        /// The threshold, HU.
        found_hu: f64,
    },
    /// A least volume that is none.
    #[error("a least volume of {found_ml} ml; expected 0 or more")]
    Least {
        /// The volume, ml.
        found_ml: f64,
    },
    /// More foci than a label file numbers.
    #[error("{found} foci; expected at most {most}: raise the threshold or the least volume")]
    TooManyFoci {
        /// How many there are.
        found: usize,
        /// How many can be told apart.
        most: usize,
    },
    /// The scan is too large for the machine.
    #[error("{}: needs {needed} of memory; found {available}: cut the scan to the joint", .path.display())]
    Memory {
        /// The scan.
        path: PathBuf,
        /// What it takes.
        needed: String,
        /// What can be had.
        available: String,
    },
    /// The folder is there already, or cannot be there.
    #[error("{}: {found}; expected a new folder in one that exists", .path.display())]
    Folder {
        /// The folder that was to be made.
        path: PathBuf,
        /// What is in the way.
        found: &'static str,
    },
    /// The operating system did not take a file.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The label volume could not be written.
    #[error(transparent)]
    Nifti(#[from] WriteNiftiError),
    /// The folder could not be made.
    #[error("{}: cannot be written: {cause}", .path.display())]
    Make {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        cause: std::io::Error,
    },
}

impl MeasureError {
    /// Whether the operating system failed; all else is refused input.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Write(_) | Self::Nifti(_) | Self::Make { .. })
    }
}
