//! The books of a run in the form of its record.

use std::collections::BTreeMap;

use ossicle_field::reduce;
use ossicle_lesion::{Problem, Slow, StageSeconds, State};

use crate::record::{BudgetLine, Budgets};

/// Total of every field, in field units times mm³.
#[must_use]
pub fn totals(problem: &Problem, state: &State) -> Vec<f64> {
    let voxel_mm3 = problem.grid().voxel_volume_mm3();
    Slow::ALL.map(|f| voxel_mm3 * reduce::sum(state.field(f))).to_vec()
}

/// The books of a state that began with the given totals.
#[must_use]
pub fn budgets(problem: &Problem, state: &State, at_start: &[f64]) -> Budgets {
    let ledger = &state.ledger;
    let fields = Slow::ALL
        .into_iter()
        .zip(totals(problem, state))
        .zip(at_start)
        .map(|((field, at_end), &at_start)| {
            let flows = ledger.flows[field as usize];
            let turnover =
                at_start + at_end + flows.gained + flows.lost + flows.arrived + flows.left;
            let unexplained = at_end - at_start - ledger.net(field);
            BudgetLine {
                field: field.describe().name.to_owned(),
                unit: format!("{} x mm3", field.describe().unit),
                gained: flows.gained,
                lost: flows.lost,
                arrived: flows.arrived,
                left: flows.left,
                at_start,
                at_end,
                gap: if turnover > 0.0 { unexplained.abs() / turnover } else { 0.0 },
            }
        })
        .collect();
    Budgets {
        fields,
        worst_reaction_gap: ledger.worst_reaction_gap,
        worst_transport_gap: ledger.worst_transport_gap,
        worst_oxygen_gap: ledger.worst_oxygen_gap,
        lowest_value: ledger.lowest.into_iter().fold(0.0, f64::min),
        fullest_voxel: ledger.fullest,
        speeds_clamped: ledger.speeds_clamped,
    }
}

/// Seconds by stage, by name.
#[must_use]
pub fn stage_seconds(seconds: StageSeconds) -> BTreeMap<String, f64> {
    let StageSeconds { diffusion, drift, reactions, strain, chemistry } = seconds;
    [
        ("diffusion", diffusion),
        ("drift", drift),
        ("reactions", reactions),
        ("strain", strain),
        ("chemistry", chemistry),
    ]
    .into_iter()
    .map(|(name, s)| (name.to_owned(), s))
    .collect()
}

/// BLAKE3 of the bits of every slow field and of the joint: equal for equal runs.
#[must_use]
pub fn digest(state: &State) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut bytes = Vec::new();
    for field in Slow::ALL {
        bytes.clear();
        bytes.extend(state.field(field).iter().flat_map(|v| v.to_le_bytes()));
        hasher.update(&bytes);
    }
    let joint = &state.joint;
    let whole = [
        state.day,
        joint.swelling,
        joint.reversible_deg,
        joint.fixed_deg,
        joint.myogenic_deg,
        joint.alp_rel,
        joint.bony_deg,
    ];
    whole.iter().for_each(|v| {
        hasher.update(&v.to_le_bytes());
    });
    hasher.finalize().to_hex().to_string()
}

/// Matrix above this near the face of the box has reached it.
const REACHED: f64 = 0.02;

/// What a user should know of a result before believing it.
#[must_use]
pub fn warnings(problem: &Problem, state: &State) -> Vec<String> {
    let grid = problem.grid();
    let shape = grid.shape();
    let matrix = [Slow::CartilageMatrix, Slow::ImmatureOsteoid, Slow::MatureOsteoid, Slow::Mineral];
    let mut warnings = Vec::new();
    let at_face = |c: usize| {
        let voxel = grid.voxel(c);
        (0..3).any(|a| shape[a] > 4 && (voxel[a] < 2 || voxel[a] + 2 >= shape[a]))
    };
    let reached = (0..grid.len())
        .any(|c| matrix.iter().map(|f| state.field(*f)[c]).sum::<f64>() > REACHED && at_face(c));
    if reached {
        warnings.push(
            "the lesion has reached the face of its box, which stops it there: enlarge \
             anatomy.lesion_box.margin or size"
                .to_owned(),
        );
    }
    if state.ledger.speeds_clamped > 0 {
        warnings.push(format!(
            "cells would have moved faster than 1 mm/day through {} voxel faces (counted over all steps) and were held to it",
            state.ledger.speeds_clamped
        ));
    }
    warnings
}
