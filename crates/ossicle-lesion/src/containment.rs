//! The choke point behind every pass of reactions: values that are no numbers, and values beyond
//! all bounds, stop the run with their cause.

use ossicle_field::reaction::LANES;

use crate::control::StepError;
use crate::fields::{FIELDS, Slow};
use crate::lanes::Loaded;
use crate::problem::Problem;
use crate::process::{Rates, Tile};
use crate::reactions::{Pass, Setting, space};

/// How many times its typical value a field may reach.
const RUNAWAY: f64 = 1e4;

/// What made a value that cannot be, when it was not a process.
const GIVEN: &str = "nothing in this step: it was given so";
const ELSEWHERE: &str = "movement or a signal";

/// Refuses what a pass made of `start` with the rates of `middle`, if any of it cannot be.
pub(crate) fn contain(
    setting: &Setting,
    start: &[Vec<f64>; FIELDS],
    middle: &[Vec<f64>; FIELDS],
    end: &[Vec<f64>; FIELDS],
    pass: &Pass,
    day: f64,
) -> Result<(), StepError> {
    let problem = setting.problem;
    if let Some((voxel, field, value)) = pass.not_finite {
        let given = Slow::ALL.into_iter().find_map(|field| {
            let values = &start[field as usize];
            let at = values.iter().position(|v| !v.is_finite())?;
            Some((at, field, values[at]))
        });
        let (at, field, value, process) = match given {
            Some((at, field, value)) => (at, field, value, GIVEN),
            None => (voxel, field, value, culprit(setting, middle, voxel, field)),
        };
        return Err(StepError::NotFinite {
            process,
            field: field.describe().name,
            value,
            voxel: problem.grid().voxel(at),
            tissue: problem.tissue[at].name(),
            day,
        });
    }
    for (f, field) in Slow::ALL.into_iter().enumerate() {
        let limit = RUNAWAY * field.describe().typical;
        if pass.highest[f] <= limit {
            continue;
        }
        let at = end[f].iter().position(|v| *v > limit).unwrap_or(0);
        let given = start[f][at] > limit;
        return Err(StepError::Runaway {
            process: if given { GIVEN } else { culprit(setting, middle, at, field) },
            field: field.describe().name,
            value: end[f][at],
            limit,
            voxel: problem.grid().voxel(at),
            tissue: problem.tissue[at].name(),
            day,
        });
    }
    Ok(())
}

/// The process that does most to a field in one voxel, or the first whose rates are no numbers.
fn culprit(
    setting: &Setting,
    fields: &[Vec<f64>; FIELDS],
    voxel: usize,
    field: Slow,
) -> &'static str {
    let problem: &Problem = setting.problem;
    let mut loaded = Loaded::default();
    let first = voxel / LANES * LANES;
    let (lane, count) = (voxel - first, LANES.min(problem.grid().len() - first));
    loaded.tissue(problem, first, count);
    loaded.fields(fields, &Slow::ALL, first, count);
    for (to, from) in loaded.signals.iter_mut().zip(setting.signals) {
        crate::lanes::copy(from, first, count, to);
    }
    let mut tile = Tile {
        fields: &loaded.fields,
        signals: &loaded.signals,
        tissue: &loaded.tissue,
        host: &problem.host,
        exposure: setting.exposure,
        loads: setting.loads,
        derived: space(&loaded.fields),
    };
    for process in &problem.model.pointwise {
        process.derive(&mut tile);
    }
    let (mut worst, mut most) = (ELSEWHERE, 0.0);
    for (process, name) in problem.model.pointwise.iter().zip(&problem.model.pointwise_names) {
        let mut rates = Rates::default();
        process.rates(&tile, &mut rates);
        let all = rates.gain.iter().chain(&rates.loss).chain(&rates.transfer);
        if all.into_iter().any(|lanes| !lanes[lane].is_finite()) {
            return name;
        }
        let gain = rates.gain[field as usize][lane];
        if gain > most {
            (worst, most) = (name, gain);
        }
    }
    worst
}
