//! Why a case is not verified.

use crate::run::RunError;
use thiserror::Error;

use crate::case::CaseError;

/// Why a case is not verified. All but [`VerifyError::Step`] and [`VerifyError::Stopped`] are
/// told before anything runs.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// An order needs three levels.
    #[error("{found} levels of {what}, {list}; expected at least 3: two differences make an order")]
    TooFew {
        /// What is refined.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// Which.
        list: String,
    },
    /// A multiple is no positive number.
    #[error("the multiple {found} of the {what}; expected a positive number")]
    NoMultiple {
        /// What is refined.
        what: &'static str,
        /// The multiple.
        found: f64,
    },
    /// The case itself is not among the levels.
    #[error("the multiples {list} of the {what}; expected 1, the case's own, among them")]
    OwnMissing {
        /// What is refined.
        what: &'static str,
        /// The multiples.
        list: String,
    },
    /// Two levels are nearly the same.
    #[error(
        "levels of {what} of {coarse} and {fine}, too near each other to tell an order from; \
         expected {by}"
    )]
    TooNear {
        /// What is refined.
        what: &'static str,
        /// The coarser, with its unit.
        coarse: String,
        /// The finer.
        fine: String,
        /// By how much they should differ.
        by: &'static str,
    },
    /// The time refinement is asked for at a spacing that is no level.
    #[error("time refinement at {found} times the case's own spacing; expected one of {list}")]
    TimeSpacing {
        /// The multiple asked for.
        found: f64,
        /// The multiples that are run.
        list: String,
    },
    /// No such length of a run.
    #[error("{found} days; expected 1 to {duration}, the case's duration in days")]
    Days {
        /// What was asked for.
        found: f64,
        /// The case's duration.
        duration: f64,
    },
    /// The case cannot be read or set up at a level.
    #[error("{level}: {cause}")]
    Case {
        /// The level.
        level: String,
        /// Why not.
        cause: CaseError,
    },
    /// A run failed.
    #[error("the run at {level}: {cause}")]
    Step {
        /// Its spacing and tolerance.
        level: String,
        /// Why.
        cause: Box<RunError>,
    },
    /// The user stopped it.
    #[error("stopped; nothing is kept of a study that is not whole")]
    Stopped,
}
