//! All that advances in time, and nothing else: what a run needs to go on.

use crate::fields::{FIELDS, SIGNALS, Signal, Slow};
use crate::joint::{Averages, Joint};
use crate::ledger::Ledger;
use crate::problem::Problem;
use crate::strain::ImposedState;

/// Numbers of a state, in place.
#[derive(Debug, PartialEq)]
pub enum Part<'a> {
    /// Measures.
    Reals(&'a mut [f64]),
    /// Counts.
    Counts(&'a mut [u64]),
}

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
    /// What the bones of a joint impose on the tissue.
    pub(crate) imposed: ImposedState,
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
            imposed: ImposedState::new(problem),
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

    /// Every number of the state by a name of its own: the same for every state of a problem, and
    /// all that is needed to go on to the last bit. They are given in place, so that one list
    /// serves for keeping a state and for putting it back.
    pub fn parts(&mut self) -> Vec<(String, Part<'_>)> {
        // Taken apart by name: a new member that is forgotten here does not compile.
        let Self {
            day,
            fields,
            signals,
            imposed,
            joint,
            averages,
            uptake_mm3_per_day,
            next_step_days,
            steps,
            ledger,
        } = self;
        let Joint { swelling, reversible_deg, fixed_deg, myogenic_deg, alp_rel, bony_deg } = joint;
        let Averages { inflamed, neuropeptide, mineral_share, phosphatase_cells_1e6 } = averages;
        let mut parts = Vec::new();
        for (field, values) in Slow::ALL.iter().zip(fields) {
            let name = format!("field.{}", field.describe().name);
            parts.push((name, Part::Reals(values.as_mut_slice())));
        }
        for (signal, values) in Signal::ALL.iter().zip(signals) {
            let name = format!("signal.{}", signal.describe().name);
            parts.push((name, Part::Reals(values.as_mut_slice())));
        }
        let ImposedState { displacement_mm, blocks, solved_day } = imposed;
        for (n, values) in displacement_mm.iter_mut().enumerate() {
            let name = format!("strain.displacement_mm.{n}");
            parts.push((name, Part::Reals(values.as_mut_slice())));
        }
        parts.push(("strain.blocks".to_owned(), Part::Reals(blocks.as_mut_slice())));
        let reals = [
            ("strain.solved_day", solved_day),
            ("day", day),
            ("joint.swelling", swelling),
            ("joint.reversible_deg", reversible_deg),
            ("joint.fixed_deg", fixed_deg),
            ("joint.myogenic_deg", myogenic_deg),
            ("joint.alp_rel", alp_rel),
            ("joint.bony_deg", bony_deg),
            ("averages.inflamed", inflamed),
            ("averages.neuropeptide", neuropeptide),
            ("averages.mineral_share", mineral_share),
            ("averages.phosphatase_cells_1e6", phosphatase_cells_1e6),
            ("uptake_mm3_per_day", uptake_mm3_per_day),
            ("next_step_days", next_step_days),
        ];
        parts.extend(reals.map(|(name, value)| (name.to_owned(), Part::real(value))));
        parts.push(("steps".to_owned(), Part::Counts(std::slice::from_mut(steps))));
        parts.extend(ledger.parts());
        parts
    }
}

impl<'a> Part<'a> {
    /// One measure.
    pub(crate) fn real(value: &'a mut f64) -> Self {
        Self::Reals(std::slice::from_mut(value))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::{line, model_of};

    #[test]
    fn a_state_is_its_parts() {
        let tissue = vec![ossicle_anatomy::Tissue::Muscle; 3];
        let problem = &line(tissue, 1.0, -1.0, model_of(&[]));
        // No two numbers alike, so that no part can stand for another.
        let mut state = State::at_injury(problem);
        let mut next = 0_u64;
        let mut serial = || {
            next += 1;
            next
        };
        for (_, part) in state.parts() {
            match part {
                Part::Reals(values) => values.iter_mut().for_each(|v| *v = serial() as f64),
                Part::Counts(counts) => counts.iter_mut().for_each(|c| *c = serial()),
            }
        }
        let mut copy = State::healthy(problem);
        assert_ne!(copy, state);
        for ((name, from), (same, to)) in state.parts().into_iter().zip(copy.parts()) {
            assert_eq!(name, same);
            match (from, to) {
                (Part::Reals(from), Part::Reals(to)) => to.copy_from_slice(from),
                (Part::Counts(from), Part::Counts(to)) => to.copy_from_slice(from),
                (from, to) => panic!("{name}: {from:?} and {to:?}"),
            }
        }
        assert_eq!(copy, state);
        let names: BTreeSet<String> = state.parts().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), state.parts().len(), "each name once");
    }
}
