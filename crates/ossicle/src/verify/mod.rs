//! How far a case's own read-outs are from those of an ever finer grid and ever shorter steps.
//!
//! [`Plan::new`] lays a case on several grids and refuses what cannot be run; [`Plan::run`] runs
//! it on each, and on one of them with several tolerances, and judges every read-out by the
//! [`Convergence`] of its values. Nothing is written. What the figures mean is told in
//! `docs/numerics/verification.md`.

mod convergence;
mod error;
mod levels;
mod readouts;
mod study;
mod words;

pub use convergence::{Behaviour, Convergence, Level};
pub use error::VerifyError;
pub use study::{Judged, Plan, Refined, Refinement, RunLevel, Study, Wanted};
