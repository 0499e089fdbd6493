//! The read-outs whose convergence is judged, and the run that finds them.

use std::ops::ControlFlow;
use std::time::Instant;

use ossicle_field::reduce;
use ossicle_lesion::State;

use crate::readout::{Readout, VISIBLE_HU, added_hu};
use crate::run::{Progress, RunError, Simulation};
use crate::setting::Setting;

/// A read-out of a whole run.
pub(super) struct Kind {
    /// What it is.
    pub(super) name: &'static str,
    /// Its unit.
    pub(super) unit: &'static str,
    /// How finely it tells, given the volume of a voxel in mm³.
    pub(super) resolution: fn(f64) -> f64,
    /// What it is of a run.
    pub(super) of: fn(&Course) -> Option<f64>,
}

/// Every read-out.
pub(super) const KINDS: [Kind; 7] = [
    Kind {
        name: "bone volume",
        unit: "mm³",
        // Whole voxels are counted.
        resolution: |voxel_mm3| voxel_mm3,
        of: |course| course.rows.last().map(|r| r.bone_volume_mm3),
    },
    Kind {
        name: "mineral",
        unit: "mg",
        resolution: |_| 0.0,
        of: |course| course.rows.last().map(|r| r.mineral_mg),
    },
    Kind {
        name: "first visible",
        unit: "d",
        resolution: |_| 0.0,
        of: |course| course.first_visible_day,
    },
    Kind { name: "plateau", unit: "d", resolution: |_| 0.0, of: |course| plateau(&course.rows) },
    Kind {
        name: "ALP at its peak",
        unit: "× normal",
        resolution: |_| 0.0,
        of: |course| course.rows.iter().map(|r| r.alp_rel).reduce(f64::max),
    },
    Kind {
        name: "densest voxel",
        unit: "HU",
        resolution: |_| 0.0,
        of: |course| course.rows.last().map(|r| r.max_hu).filter(|hu| hu.is_finite()),
    },
    Kind {
        name: "most contracture",
        unit: "°",
        resolution: |_| 0.0,
        of: |course| course.rows.iter().map(|r| r.contracture_deg).reduce(f64::max),
    },
];

/// What a run was.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    /// One row a day.
    pub(super) rows: Vec<Readout>,
    /// When the lesion first added 100 HU to a voxel, between the steps.
    pub(super) first_visible_day: Option<f64>,
    /// Steps that were made.
    pub(super) steps: usize,
    /// Wall clock, seconds.
    pub(super) seconds: f64,
}

/// Follows a setting to the end of its duration, writing nothing. `None` where `watch` stops it.
///
/// # Errors
/// If a step fails.
pub(super) fn follow(
    setting: &Setting,
    watch: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Option<Course>, RunError> {
    let clock = Instant::now();
    let mut simulation = Simulation::new(setting);
    simulation.prepare()?;
    let mut course = Course::default();
    let mut before = (simulation.state.day, largest_added_hu(setting, &simulation.state));
    for day in setting.days_due() {
        while simulation.state.day < day {
            simulation.step(day)?;
            course.steps += 1;
            if course.first_visible_day.is_none() {
                let now = (simulation.state.day, largest_added_hu(setting, &simulation.state));
                course.first_visible_day = crossing(before, now, VISIBLE_HU);
                before = now;
            }
            if watch(&simulation.progress()).is_break() {
                return Ok(None);
            }
        }
        simulation.look_at_motion(day)?;
    }
    course.rows = simulation.rows;
    course.seconds = clock.elapsed().as_secs_f64();
    Ok(Some(course))
}

/// What the lesion adds to its densest voxel, HU.
fn largest_added_hu(setting: &Setting, state: &State) -> f64 {
    let tissue = setting.problem.tissue();
    reduce::largest_of(tissue.len(), |c| if tissue[c].is_soft() { added_hu(state, c) } else { 0.0 })
}

/// Where the line between two points, each a day and a value, first reaches a value.
fn crossing(before: (f64, f64), after: (f64, f64), wanted: f64) -> Option<f64> {
    if before.1 >= wanted {
        return Some(before.0);
    }
    (after.1 >= wanted).then(|| {
        let share = (wanted - before.1) / (after.1 - before.1);
        before.0 + share * (after.0 - before.0)
    })
}

/// Share of the largest bone volume at which the plateau begins.
const PLATEAU: f64 = 0.95;
/// A plateau begins before this share of a run, or has not been reached.
const LATEST_PLATEAU: f64 = 0.75;

/// The day on which bone volume first reached 95 % of its largest, if that was in the first three
/// quarters of the run: in one that ends while bone still grows, no plateau is reached.
fn plateau(rows: &[Readout]) -> Option<f64> {
    let largest = rows.iter().map(|r| r.bone_volume_mm3).fold(0.0, f64::max);
    let wanted = PLATEAU * largest;
    let point = |r: &Readout| (r.day, r.bone_volume_mm3);
    let last = rows.last()?.day;
    let day = rows.windows(2).find_map(|r| crossing(point(&r[0]), point(&r[1]), wanted))?;
    (largest > 0.0 && day <= LATEST_PLATEAU * last).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred days of bone volume.
    fn rows(bone: impl Fn(f64) -> f64) -> Vec<Readout> {
        let row = |d: u32| {
            let day = f64::from(d);
            Readout { day, bone_volume_mm3: bone(day), ..Readout::default() }
        };
        (0..=100).map(row).collect()
    }

    #[test]
    fn days_lie_between_the_steps() {
        assert_eq!(crossing((10.0, 0.0), (14.0, 200.0), 100.0), Some(12.0));
        assert_eq!(crossing((10.0, 0.0), (14.0, 99.0), 100.0), None);
        assert_eq!(crossing((10.0, 100.0), (14.0, 100.0), 100.0), Some(10.0));
    }

    #[test]
    fn a_plateau_is_reached_or_not() {
        // 1000 at most, from day 20 on a line that takes 50 days: 950 on day 67.5.
        let line = |day: f64| (20.0 * (day - 20.0)).clamp(0.0, 1000.0);
        assert_eq!(plateau(&rows(line)), Some(67.5));
        assert_eq!(plateau(&rows(|day| day)), None, "still growing");
        assert_eq!(plateau(&rows(|_| 0.0)), None, "no bone");
        assert_eq!(plateau(&[]), None);
    }

    #[test]
    fn every_read_out_is_read_from_the_course() {
        let mut course = Course { rows: rows(|day| day), ..Course::default() };
        course.rows[30].alp_rel = 1.5;
        course.rows[100].mineral_mg = 3.0;
        course.rows[60].contracture_deg = 12.0;
        course.first_visible_day = Some(41.25);
        let found = KINDS.map(|kind| (kind.of)(&course));
        let expected =
            [Some(100.0), Some(3.0), Some(41.25), None, Some(1.5), Some(0.0), Some(12.0)];
        assert_eq!(found, expected);
        assert_eq!((KINDS[0].resolution)(3.375), 3.375);
    }
}
