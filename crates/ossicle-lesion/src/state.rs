//! All that advances in time, and nothing else: what a run needs to go on.

use crate::fields::{FIELDS, SIGNALS, Signal, Slow};
use crate::joint::{Averages, Joint};
use crate::ledger::Ledger;
use crate::problem::Problem;

/// The state of a lesion at one instant.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Days since the injury.
    pub day: f64,
    /// The slow fields, one value per voxel each, in the order of [`Slow::ALL`].
    pub(crate) fields: [Vec<f64>; FIELDS],
    /// The signals of the middle of the last step: the next step predicts with them and its
    /// solves start from them.
    pub(crate) signals: [Vec<f64>; SIGNALS],
    /// Swelling, contracture, serum markers.
    pub joint: Joint,
    /// Averages of the middle of the last step.
    pub averages: Averages,
    /// Mineral laid down per day, weighted by perfusion, in mm³ of dense bone per day: what a
    /// bone-scan tracer follows.
    pub uptake_mm3_per_day: f64,
    /// Length of the step to try next, in days.
    pub next_step_days: f64,
    /// Steps made.
    pub steps: u64,
    /// The books: what was gained, lost and moved, and how well they close.
    pub ledger: Ledger,
}

impl State {
    /// The tissue at the moment of injury.
    #[must_use]
    pub fn at_injury(problem: &Problem) -> Self {
        Self::with_debris(problem, &problem.debris)
    }

    /// The tissue before the injury.
    #[must_use]
    pub fn healthy(problem: &Problem) -> Self {
        Self::with_debris(problem, &vec![0.0; problem.grid().len()])
    }

    fn with_debris(problem: &Problem, debris: &[f64]) -> Self {
        let n = problem.grid().len();
        let mut fields: [Vec<f64>; FIELDS] = std::array::from_fn(|_| vec![0.0; n]);
        let set = &problem.start;
        for c in 0..n {
            let tissue = problem.tissue[c];
            if !tissue.is_soft() {
                continue;
            }
            let healthy = &problem.classes[usize::from(tissue.code())];
            let debris = debris[c];
            let dead = debris.min(1.0);
            fields[Slow::Debris as usize][c] = debris;
            fields[Slow::Progenitors as usize][c] =
                healthy.progenitors * (1.0 - set.progenitors_lost * dead);
            fields[Slow::Capillaries as usize][c] =
                healthy.vessels * (1.0 - set.vessels_lost * dead);
            fields[Slow::Fibres as usize][c] = healthy.fibres;
        }
        let mut signals: [Vec<f64>; SIGNALS] = std::array::from_fn(|_| vec![0.0; n]);
        for c in 0..n {
            if problem.tissue[c].admits_oxygen() {
                signals[Signal::Oxygen as usize][c] = 1.0;
            }
        }
        Self {
            day: 0.0,
            fields,
            signals,
            joint: Joint::default(),
            averages: Averages::default(),
            uptake_mm3_per_day: 0.0,
            next_step_days: 0.02,
            steps: 0,
            ledger: Ledger::default(),
        }
    }

    /// A slow field, one value per voxel.
    #[must_use]
    pub fn field(&self, field: Slow) -> &[f64] {
        &self.fields[field as usize]
    }

    /// A slow field to change between steps, as an operation or radiation does. Values must be
    /// finite and at least 0, and 0 outside soft tissue.
    #[must_use]
    pub fn field_mut(&mut self, field: Slow) -> &mut [f64] {
        &mut self.fields[field as usize]
    }

    /// A signal, one value per voxel.
    #[must_use]
    pub fn signal(&self, signal: Signal) -> &[f64] {
        &self.signals[signal as usize]
    }
}
