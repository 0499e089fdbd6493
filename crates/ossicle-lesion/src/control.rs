//! How long a step may be, and why one is refused.

use ossicle_field::elliptic::EllipticError;
use thiserror::Error;

use crate::activity::Activity;
use crate::chemistry::OxygenUptake;
use crate::exposure::{Exposure, Unfit};
use crate::fields::Slow;
use crate::problem::Problem;
use crate::reactions::Pass;
use crate::strain::StrainError;

/// How time is cut into steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Control {
    /// Relative difference between a step and its first-order prediction that is accepted, of
    /// any field's total.
    pub tolerance: f64,
    /// Shortest step in days; a step that fails at this length stops the run.
    pub shortest_days: f64,
    /// Longest step in days.
    pub longest_days: f64,
    /// How the saturating uptake of oxygen is solved.
    pub oxygen_uptake: OxygenUptake,
    /// Which tissue reacts.
    pub activity: Activity,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            tolerance: 0.01,
            shortest_days: 1e-4,
            longest_days: 8.0,
            oxygen_uptake: OxygenUptake::Converged,
            activity: Activity::RoundTheLesion,
        }
    }
}

/// Why a step could not be made. The state is as it was before, but for its books and for its
/// signals, which may be better first guesses.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum StepError {
    /// A value is NaN or infinite.
    #[error("{field} is {value} at voxel {voxel:?} ({tissue}) on day {day:.4}; made by {process}")]
    NotFinite {
        /// The process that made it.
        process: &'static str,
        /// The field.
        field: &'static str,
        /// The value.
        value: f64,
        /// Where.
        voxel: [usize; 3],
        /// The tissue there.
        tissue: &'static str,
        /// When.
        day: f64,
    },
    /// A value is beyond all bounds.
    #[error(
        "{field} is {value:.3e} at voxel {voxel:?} ({tissue}) on day {day:.4}, expected at most {limit:.0e}; made by {process}"
    )]
    Runaway {
        /// The process that does most to it.
        process: &'static str,
        /// The field.
        field: &'static str,
        /// The value.
        value: f64,
        /// The most that can be.
        limit: f64,
        /// Where.
        voxel: [usize; 3],
        /// The tissue there.
        tissue: &'static str,
        /// When.
        day: f64,
    },
    /// A signal could not be solved for.
    #[error("{signal} cannot be solved on day {day:.4}: {cause}")]
    Signal {
        /// The signal.
        signal: &'static str,
        /// When.
        day: f64,
        /// Why.
        cause: EllipticError,
    },
    /// The strain between the bones could not be solved for.
    #[error("the strain between the bones cannot be solved on day {day:.4}: {cause}")]
    Strain {
        /// When.
        day: f64,
        /// Why.
        cause: StrainError,
    },
    /// The tolerance cannot be met.
    #[error(
        "on day {day:.4} the error of {field} is {error:.2e} with the shortest step, {step_days:e} d; expected at most {tolerance:e}"
    )]
    Tolerance {
        /// The field with the largest error.
        field: &'static str,
        /// Its relative error.
        error: f64,
        /// The tolerance.
        tolerance: f64,
        /// The step's length in days.
        step_days: f64,
        /// When.
        day: f64,
    },
    /// Cartilage and bone would fill more than a voxel.
    #[error("matrix would fill {fullest} of a voxel on day {day:.4}; expected at most 1")]
    Overfull {
        /// Sum of cartilage and bone matrix.
        fullest: f64,
        /// When.
        day: f64,
    },
    /// The step control is no use.
    #[error(
        "the step control is {control:?}; expected a tolerance above 0 and 0 < shortest <= longest"
    )]
    Control {
        /// The control.
        control: Control,
    },
    /// The day to step to does not lie ahead.
    #[error("a step from day {day} to day {until_day}; expected a later day")]
    NotAhead {
        /// The day of the state.
        day: f64,
        /// The day asked for.
        until_day: f64,
    },
    /// Care or motion that cannot be.
    #[error("on day {day:.4} {unfit}")]
    Exposure {
        /// What is wrong with it.
        unfit: Unfit,
        /// When.
        day: f64,
    },
    /// The books do not close.
    #[error(
        "the books of {field} are open by {gap:.1e} on day {day:.4}; expected less than {limit:.0e}"
    )]
    Books {
        /// The field.
        field: &'static str,
        /// Relative gap.
        gap: f64,
        /// Largest gap accepted.
        limit: f64,
        /// When.
        day: f64,
    },
}

/// Largest relative gap of the books that rounding can explain.
pub(crate) const BOOKS: f64 = 1e-10;

/// Share of the injured region whose filling with the typical value of a field counts as a trace
/// of it: a field with less is measured against the trace.
const TRACE: f64 = 0.05;

impl Control {
    /// Refuses lengths and tolerances that cannot be.
    pub(crate) fn check(&self) -> Result<(), StepError> {
        let Self { tolerance, shortest_days, longest_days, .. } = *self;
        let fits = tolerance > 0.0
            && shortest_days > 0.0
            && shortest_days <= longest_days
            && longest_days.is_finite();
        if fits { Ok(()) } else { Err(StepError::Control { control: *self }) }
    }

    /// How much longer the next step may be after an error, which grows with the square of the
    /// length.
    pub(crate) fn factor(&self, error: f64) -> f64 {
        (0.85 * (self.tolerance / error.max(1e-12)).sqrt()).clamp(0.2, 1.6)
    }

    /// Refuses a step for its error or for a voxel that it overfills; `None` if it is good.
    pub(crate) fn refuse(
        &self,
        problem: &Problem,
        pass: &Pass,
        day: f64,
        step_days: f64,
    ) -> Option<StepError> {
        if pass.fullest > 1.0 + 1e-9 {
            return Some(StepError::Overfull { fullest: pass.fullest, day });
        }
        let (field, error) = worst(problem, pass);
        let (field, tolerance) = (field.describe().name, self.tolerance);
        (error > tolerance).then_some(StepError::Tolerance {
            field,
            error,
            tolerance,
            step_days,
            day,
        })
    }
}

/// Refuses care and motion that cannot be.
pub(crate) fn fit(exposure: Exposure, day: f64) -> Result<Exposure, StepError> {
    exposure.check().map(|()| exposure).map_err(|unfit| StepError::Exposure { unfit, day })
}

/// The field with the largest error relative to its total, and that error.
pub(crate) fn worst(problem: &Problem, pass: &Pass) -> (Slow, f64) {
    let trace = TRACE * problem.site_volume_mm3() / problem.grid().voxel_volume_mm3();
    let mut worst = (Slow::Debris, 0.0);
    for (f, field) in Slow::ALL.into_iter().enumerate() {
        let error = pass.error[f] / (pass.total[f] + trace * field.describe().typical);
        if error > worst.1 {
            worst = (field, error);
        }
    }
    worst
}
