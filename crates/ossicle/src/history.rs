//! How time was cut: one row a step, and what they amount to.

use std::collections::BTreeMap;

use ossicle_lesion::fields::{FIELDS, SIGNALS};
use ossicle_lesion::{Ledger, Signal, Slow, State, Stepped};

use crate::record::Steps;

/// One accepted step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepRow {
    /// Days since the injury at its end.
    pub end_day: f64,
    /// Its length in days.
    pub length_days: f64,
    /// Its relative error, that of the worst field; at most the case's tolerance.
    pub relative_error: f64,
    /// The field with that error.
    pub worst_field: Slow,
    /// Longer steps that were tried before it and taken back.
    pub rejected_tries: u64,
    /// Iterations of each signal's solves, those of the rejected tries included.
    pub iterations: [u64; SIGNALS],
}

impl StepRow {
    /// The step that led to a state from one with the given books.
    pub(crate) fn of(stepped: Stepped, before: [u64; SIGNALS], state: &State) -> Self {
        let Ledger { solver_iterations: after, .. } = state.ledger;
        Self {
            end_day: state.day,
            length_days: stepped.days,
            relative_error: stepped.error,
            worst_field: stepped.worst,
            rejected_tries: stepped.rejected,
            iterations: std::array::from_fn(|s| after[s] - before[s]),
        }
    }

    /// The signals that are solved for, whose iterations a row tells.
    pub(crate) fn signals() -> impl Iterator<Item = Signal> {
        Signal::ALL.into_iter().filter(|s| *s != Signal::StrainShare)
    }
}

/// What the steps of a run amount to; `rejected` are all that were taken back, those after the
/// last accepted one included.
pub(crate) fn summed_up(rows: &[StepRow], rejected: u64) -> Steps {
    let lengths = || rows.iter().map(|row| row.length_days);
    let mut counts = [0_u64; FIELDS];
    rows.iter().for_each(|row| counts[row.worst_field as usize] += 1);
    let limiting = Slow::ALL.into_iter().filter(|f| counts[*f as usize] > 0);
    let limited_by: BTreeMap<String, u64> =
        limiting.map(|f| (f.describe().name.to_owned(), counts[f as usize])).collect();
    Steps {
        accepted: rows.len() as u64,
        rejected,
        shortest_days: lengths().reduce(f64::min).unwrap_or(0.0),
        longest_days: lengths().fold(0.0, f64::max),
        largest_error: rows.iter().map(|row| row.relative_error).fold(0.0, f64::max),
        limited_by,
    }
}

/// Measures of a row, in a checkpoint.
const REALS: usize = 3;
/// Counts of a row, in a checkpoint.
const COUNTS: usize = 2 + SIGNALS;

/// The rows as measures and counts, for a checkpoint.
pub(crate) fn to_arrays(rows: &[StepRow]) -> (Vec<f64>, Vec<u64>) {
    let reals = rows.iter().flat_map(|r| [r.end_day, r.length_days, r.relative_error]);
    let counts = rows
        .iter()
        .flat_map(|r| [r.worst_field as u64, r.rejected_tries].into_iter().chain(r.iterations));
    (reals.collect(), counts.collect())
}

/// The rows again; `None` for arrays that are not those of rows.
pub(crate) fn from_arrays(reals: &[f64], counts: &[u64]) -> Option<Vec<StepRow>> {
    let ((reals, []), (counts, [])) = (reals.as_chunks::<REALS>(), counts.as_chunks::<COUNTS>())
    else {
        return None;
    };
    if reals.len() != counts.len() {
        return None;
    }
    let row =
        |(&[end_day, length_days, relative_error], counts): (&[f64; REALS], &[u64; COUNTS])| {
            let [field, rejected_tries, iterations @ ..] = *counts;
            let worst_field = *Slow::ALL.get(usize::try_from(field).ok()?)?;
            Some(StepRow {
                end_day,
                length_days,
                relative_error,
                worst_field,
                rejected_tries,
                iterations,
            })
        };
    reals.iter().zip(counts).map(row).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use ossicle_field::noise;

    /// Rows of steps with numbers of all sizes, one after the other.
    pub(crate) fn history(count: u64) -> Vec<StepRow> {
        let mut end_day = 0.0;
        let row = |n: u64| {
            let length_days = libm::exp(3.0 * noise::normal(1, 0, n));
            end_day += length_days;
            StepRow {
                end_day,
                length_days,
                relative_error: libm::exp(-5.0 + 8.0 * noise::normal(1, 1, n)),
                worst_field: Slow::ALL[n as usize % Slow::ALL.len()],
                rejected_tries: n % 3,
                iterations: std::array::from_fn(|s| {
                    let solved = s != Signal::StrainShare as usize;
                    if solved { noise::bits(2, s as u64, n) >> (8 * s + 8) } else { 0 }
                }),
            }
        };
        (0..count).map(row).collect()
    }

    #[test]
    fn rows_come_back_from_arrays_and_others_are_refused() {
        let rows = history(40);
        let (reals, counts) = to_arrays(&rows);
        assert_eq!(from_arrays(&reals, &counts), Some(rows));
        assert_eq!(from_arrays(&[], &[]), Some(Vec::new()));
        assert_eq!(from_arrays(&reals[1..], &counts), None);
        assert_eq!(from_arrays(&reals[REALS..], &counts), None);
        let mut foreign = counts;
        foreign[0] = 99;
        assert_eq!(from_arrays(&reals, &foreign), None);
    }

    #[test]
    fn steps_are_summed_up() {
        let mut rows = history(3);
        for (row, (length, error)) in rows.iter_mut().zip([(0.5, 1e-3), (0.25, 9e-3), (2.0, 0.0)]) {
            (row.length_days, row.relative_error) = (length, error);
        }
        rows[2].worst_field = rows[0].worst_field;
        let steps = summed_up(&rows, 7);
        assert_eq!((steps.accepted, steps.rejected), (3, 7));
        assert_eq!((steps.shortest_days, steps.longest_days), (0.25, 2.0));
        assert_eq!(steps.largest_error, 9e-3);
        let names: Vec<(&str, u64)> =
            steps.limited_by.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        let mut expected = [(rows[0].worst_field, 2), (rows[1].worst_field, 1)]
            .map(|(field, n)| (field.describe().name, n));
        expected.sort_unstable();
        assert_eq!(names, expected);
        assert_eq!(summed_up(&[], 0), Steps::default());
    }
}
