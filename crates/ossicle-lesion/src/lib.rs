//! The lesion model: what heterotopic ossification is made of and how it advances.
//!
//! * what is kept per voxel: [`fields`]
//! * the processes, one file each, with equations and parameters: [`processes`], [`signals`],
//!   [`joint`]
//! * what is simulated ([`Problem`]), what advances ([`State`]), how ([`Stepper`])
//!
//! The crate knows tissues and cells; it knows no files and no user.

mod activity;
mod chemistry;
mod containment;
mod control;
pub mod exposure;
pub mod fields;
pub mod joint;
mod lanes;
mod ledger;
pub mod model;
mod movement;
pub mod parameter;
mod problem;
pub mod process;
pub mod processes;
pub mod published;
mod reactions;
pub mod signals;
mod state;
mod stepper;
mod strain;
#[cfg(test)]
mod testing;

pub use activity::Activity;
pub use chemistry::OxygenUptake;
pub use control::{Control, StepError};
pub use fields::{Signal, Slow};
pub use ledger::{Flows, Ledger};
pub use model::Model;
pub use parameter::{Parameter, ParameterError, ParameterValues};
pub use problem::{Injury, Problem, ProblemError};
pub use processes::mechanoregulation::Mechanoregulation;
pub use state::{Part, State};
pub use stepper::{StageSeconds, Stepped, Stepper, mean_iterations};
pub use strain::{Bodies, BodiesError, Continuum, Holds, Rotation, Stiffness, StrainError};
