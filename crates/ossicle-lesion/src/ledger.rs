//! The books of a run: every step, what was gained, lost and moved must explain what changed.

use crate::fields::{FIELDS, SIGNALS, Slow};
use crate::state::Part;

/// What a run's books say so far. Worst values are kept over all steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// Per field: gained, lost, arrived from and left for other fields since the injury, in
    /// field units times mm³.
    pub flows: [Flows; FIELDS],
    /// Smallest value ever seen in each field.
    pub lowest: [f64; FIELDS],
    /// Largest relative gap between change and explanation of any field in any step.
    pub worst_reaction_gap: f64,
    /// Largest relative change of a total by movement, which should change none.
    pub worst_transport_gap: f64,
    /// Largest relative difference between oxygen supplied and used.
    pub worst_oxygen_gap: f64,
    /// Largest sum of cartilage and bone matrix in a voxel; at most 1.
    pub fullest: f64,
    /// Cell speeds held to their limit.
    pub speeds_clamped: u64,
    /// Steps tried again with a shorter length.
    pub steps_rejected: u64,
    /// Voxels in which something could react, summed over the steps.
    pub voxels_awake: u64,
    /// Conjugate-gradient iterations of each signal's solves, in total.
    pub solver_iterations: [u64; SIGNALS],
    /// Solves of each signal.
    pub solves: [u64; SIGNALS],
}

/// What happened to one field's total.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flows {
    /// Made without a donor.
    pub gained: f64,
    /// Lost without a receiver.
    pub lost: f64,
    /// Arrived from other fields.
    pub arrived: f64,
    /// Left for other fields.
    pub left: f64,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            flows: [Flows::default(); FIELDS],
            lowest: [0.0; FIELDS],
            worst_reaction_gap: 0.0,
            worst_transport_gap: 0.0,
            worst_oxygen_gap: 0.0,
            fullest: 0.0,
            speeds_clamped: 0,
            steps_rejected: 0,
            voxels_awake: 0,
            solver_iterations: [0; SIGNALS],
            solves: [0; SIGNALS],
        }
    }
}

impl Ledger {
    /// Net change of a field's total since the injury, in field units times mm³.
    #[must_use]
    pub fn net(&self, field: Slow) -> f64 {
        let Flows { gained, lost, arrived, left } = self.flows[field as usize];
        gained - lost + arrived - left
    }

    /// Every number of the books by a name of its own, in place.
    pub(crate) fn parts(&mut self) -> Vec<(String, Part<'_>)> {
        let Self {
            flows,
            lowest,
            worst_reaction_gap,
            worst_transport_gap,
            worst_oxygen_gap,
            fullest,
            speeds_clamped,
            steps_rejected,
            voxels_awake,
            solver_iterations,
            solves,
        } = self;
        let mut parts = Vec::new();
        for (field, flows) in Slow::ALL.iter().zip(flows) {
            let Flows { gained, lost, arrived, left } = flows;
            let flows = [("gained", gained), ("lost", lost), ("arrived", arrived), ("left", left)];
            let field = field.describe().name;
            parts.extend(flows.map(|(flow, v)| (format!("ledger.{field}.{flow}"), Part::real(v))));
        }
        let rest = [
            ("lowest", Part::Reals(lowest.as_mut_slice())),
            ("worst_reaction_gap", Part::real(worst_reaction_gap)),
            ("worst_transport_gap", Part::real(worst_transport_gap)),
            ("worst_oxygen_gap", Part::real(worst_oxygen_gap)),
            ("fullest", Part::real(fullest)),
            ("speeds_clamped", Part::Counts(std::slice::from_mut(speeds_clamped))),
            ("steps_rejected", Part::Counts(std::slice::from_mut(steps_rejected))),
            ("voxels_awake", Part::Counts(std::slice::from_mut(voxels_awake))),
            ("solver_iterations", Part::Counts(solver_iterations.as_mut_slice())),
            ("solves", Part::Counts(solves.as_mut_slice())),
        ];
        parts.extend(rest.map(|(name, part)| (format!("ledger.{name}"), part)));
        parts
    }
}
