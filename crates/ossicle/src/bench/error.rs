//! Why nothing was measured.

use std::path::PathBuf;

use ossicle_field::GridError;
use ossicle_field::elliptic::EllipticError;
use ossicle_lesion::StepError;
use thiserror::Error;

use crate::case::CaseError;

/// Why nothing was measured, or nothing can be compared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BenchError {
    /// Growth cannot be followed so far.
    #[error("growth of time: found {found:e} voxels; expected {low:e} to {high:e}")]
    Voxels {
        /// What was asked for.
        found: f64,
        /// The fewest.
        low: f64,
        /// The most.
        high: f64,
    },
    /// No such length of a job.
    #[error("found {found} days; expected more than 0, at most {duration}, the case's duration")]
    Days {
        /// What was asked for.
        found: f64,
        /// The case's duration in days.
        duration: f64,
    },
    /// The case cannot be set up.
    #[error(transparent)]
    Case(CaseError),
    /// A step failed.
    #[error(transparent)]
    Step(#[from] StepError),
    /// A kernel's grid cannot be.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// An elliptic problem was not solved.
    #[error(transparent)]
    Elliptic(#[from] EllipticError),
    /// Threads cannot be had.
    #[error("threads cannot be had: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A baseline cannot be read.
    #[error("{}: {cause}; expected what `ossicle bench --save` writes", .path.display())]
    Baseline {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// A baseline of another kind of run.
    #[error("the baseline shares no figure with this run; expected one of the same program")]
    NothingShared,
    /// The figures cannot be written.
    #[error(transparent)]
    Write(#[from] ossicle_image::WriteError),
}
