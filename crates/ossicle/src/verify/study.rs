//! A study of one case: what it will run, the runs, what they say.

use std::ops::ControlFlow;
use std::time::Instant;

use serde::Serialize;

use super::convergence::{Convergence, Level};
use super::error::VerifyError;
use super::levels::{self, USUAL_TOLERANCES};
use super::readouts::{self, Course, KINDS};
use super::words;
use crate::case::{CaseError, CaseFile, LengthMm, Override, Quantity};
use crate::report::words::significant;
use crate::run::{Progress, Watch};
use crate::setting::Setting;

/// What is asked of a study.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Days that are followed; the case's duration where nothing is said.
    pub days: Option<f64>,
    /// Multiples of the case's own spacing; empty for the usual ones.
    pub spacings: Vec<f64>,
    /// Multiples of the case's own tolerance; empty for the usual ones.
    pub tolerances: Vec<f64>,
    /// Multiple of the spacing at which time is refined; the coarsest of them where nothing is
    /// said.
    pub time_spacing: Option<f64>,
}

/// What was refined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refined {
    /// The grid.
    Spacing,
    /// Time: the step goes with the square root of the tolerance.
    Tolerance,
}

impl Refined {
    /// The order that the schemes have on smooth problems, in the spacing and in the length of
    /// the step.
    #[must_use]
    pub fn formal_order(self) -> f64 {
        match self {
            Self::Spacing | Self::Tolerance => 2.0,
        }
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunLevel {
    /// Multiple of the case's own spacing or tolerance.
    pub multiple: f64,
    /// Voxel size, mm.
    pub spacing_mm: [f64; 3],
    /// Tolerance of a step.
    pub tolerance: f64,
    /// Voxels.
    pub voxels: usize,
    /// Steps in time.
    pub steps: usize,
    /// Wall clock, seconds.
    pub seconds: f64,
}

impl RunLevel {
    /// Edge of a cube as large as a voxel, mm.
    #[must_use]
    pub fn size_mm(&self) -> f64 {
        libm::cbrt(self.spacing_mm.iter().product())
    }
}

/// One read-out at every level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// What it is.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Its value at every level; nothing where it never happened.
    pub values: Vec<Option<f64>>,
    /// What they say.
    #[serde(flatten)]
    pub convergence: Convergence,
    /// The same in words.
    pub verdict: String,
}

/// One ladder of runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refinement {
    /// What was refined.
    pub refined: Refined,
    /// The order that is expected.
    pub formal_order: f64,
    /// The runs, from the coarsest on.
    pub levels: Vec<RunLevel>,
    /// Which of them is as the case has it.
    pub own: usize,
    /// The read-outs.
    pub readouts: Vec<Judged>,
}

/// What was found of a case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Study {
    /// The case's title.
    pub title: String,
    /// Days that were followed.
    pub days: f64,
    /// The grid's refinement, then time's.
    pub refinements: Vec<Refinement>,
    /// Wall clock of everything, seconds.
    pub seconds: f64,
}

/// A study that can run: every level has met its anatomy, and memory is enough for each.
pub struct Plan {
    title: String,
    days: f64,
    tolerance: f64,
    spacings: Vec<f64>,
    tolerances: Vec<f64>,
    time_level: usize,
    settings: Vec<Setting>,
}

impl Plan {
    /// Plans a study; `read` reads the case with changes of its own and these after them.
    ///
    /// # Errors
    /// Refuses all that can be refused before anything runs: see [`VerifyError`].
    pub fn new(
        read: &dyn Fn(&[Override]) -> Result<CaseFile, CaseError>,
        wanted: &Wanted,
    ) -> Result<Self, VerifyError> {
        let as_is = |cause| VerifyError::Case { level: "the case as it is".to_owned(), cause };
        let own = read(&[]).map_err(as_is)?;
        let duration = own.case.duration.0;
        let days = wanted.days.unwrap_or(duration);
        if !(1.0..=duration).contains(&days) {
            return Err(VerifyError::Days { found: days, duration });
        }
        let tolerance = own.case.numerics.tolerance;
        let tolerances = tolerances(read, tolerance, &wanted.tolerances)?;
        let usual = if wanted.spacings.is_empty() {
            levels::usual_spacings(&own)
        } else {
            wanted.spacings.clone()
        };
        let spacings = levels::falling("spacing", &usual)?;
        let time_level = match wanted.time_spacing {
            None => 0,
            Some(found) => spacings
                .iter()
                .position(|m| (m / found - 1.0).abs() < SAME_MULTIPLE)
                .ok_or_else(|| VerifyError::TimeSpacing { found, list: levels::list(&spacings) })?,
        };
        let own_spacing = own.case.lesion_box.spacing;
        let settings = spacings
            .iter()
            .map(|multiple| setting(read, own_spacing, *multiple, days))
            .collect::<Result<Vec<_>, _>>()?;
        for pair in settings.windows(2) {
            let [coarse, fine] = [&pair[0], &pair[1]].map(|s| s.grid().spacing_mm());
            let size = |spacing: [f64; 3]| libm::cbrt(spacing.iter().product());
            if size(coarse) < LEAST_RATIO * size(fine) {
                return Err(VerifyError::TooNear {
                    what: "spacing",
                    coarse: words::spacing(coarse),
                    fine: words::spacing(fine),
                    by: "spacings that differ by a tenth at the least, once laid in whole voxels of a scan",
                });
            }
        }
        Ok(Self {
            title: own.case.title,
            days,
            tolerance,
            spacings,
            tolerances,
            time_level,
            settings,
        })
    }

    /// The runs in words, one line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let run = |(level, multiple): &(usize, f64)| {
            let setting = &self.settings[*level];
            let grid = setting.grid();
            format!(
                "{}, tolerance {}: {} voxels",
                words::spacing(grid.spacing_mm()),
                significant(multiple * self.tolerance, 3),
                words::count(grid.len())
            )
        };
        self.runs().iter().map(run).collect()
    }

    /// Every run: its spacing's level and its multiple of the tolerance. The first ones refine the
    /// grid; of those that refine time, one is among them.
    fn runs(&self) -> Vec<(usize, f64)> {
        let grid = (0..self.settings.len()).map(|level| (level, 1.0));
        let time = self.tolerances.iter().filter(|m| **m != 1.0);
        grid.chain(time.map(|multiple| (self.time_level, *multiple))).collect()
    }

    /// Runs it all with the threads of the current pool; `watch` may stop it.
    ///
    /// # Errors
    /// If a step fails, or `watch` stops the study.
    pub fn run(mut self, watch: &mut dyn Watch) -> Result<Study, VerifyError> {
        let clock = Instant::now();
        let runs = self.runs();
        let cost = |(level, multiple): (usize, f64)| {
            self.settings[level].expected_seconds() / multiple.sqrt()
        };
        let costs: Vec<f64> = runs.iter().copied().map(cost).collect();
        let total: f64 = costs.iter().sum();
        let mut done = 0.0;
        let mut courses = Vec::new();
        for (&(level, multiple), cost) in runs.iter().zip(costs) {
            let setting = &mut self.settings[level];
            setting.control.tolerance = multiple * self.tolerance;
            let mut look = |progress: &Progress| -> ControlFlow<()> {
                let share = (done + cost * progress.share) / total;
                watch.look(&Progress { share, ..*progress })
            };
            let course = readouts::follow(setting, &mut look).map_err(|cause| {
                let spacing = words::spacing(setting.grid().spacing_mm());
                let tolerance = significant(setting.control.tolerance, 3);
                let level = format!("{spacing}, tolerance {tolerance}");
                VerifyError::Step { level, cause: Box::new(cause) }
            })?;
            courses.push(course.ok_or(VerifyError::Stopped)?);
            done += cost;
        }
        let level = |run: usize, multiple: f64| {
            let grid = self.settings[runs[run].0].grid();
            RunLevel {
                multiple,
                spacing_mm: grid.spacing_mm(),
                tolerance: runs[run].1 * self.tolerance,
                voxels: grid.len(),
                steps: courses[run].steps,
                seconds: courses[run].seconds,
            }
        };
        let spacing: Vec<_> = self
            .spacings
            .iter()
            .enumerate()
            .map(|(run, multiple)| (level(run, *multiple), &courses[run]))
            .collect();
        let is_run = |multiple: f64| move |run: &(usize, f64)| *run == (self.time_level, multiple);
        let time: Vec<_> = self
            .tolerances
            .iter()
            .filter_map(|multiple| Some((multiple, runs.iter().position(is_run(*multiple))?)))
            .map(|(multiple, run)| (level(run, *multiple), &courses[run]))
            .collect();
        let refinements = vec![
            judge(Refined::Spacing, &spacing, self.days),
            judge(Refined::Tolerance, &time, self.days),
        ];
        let seconds = clock.elapsed().as_secs_f64();
        Ok(Study { title: self.title, days: self.days, refinements, seconds })
    }
}

/// Multiples this near each other are the same: 2/3 is told as 0.667.
const SAME_MULTIPLE: f64 = 1e-3;
/// Neighbouring levels differ by this at the least, in spacing or in the length of the step.
const LEAST_RATIO: f64 = 1.1;

/// Multiples of the tolerance: those asked for, or the usual ones, as coarse as a case may be.
fn tolerances(
    read: &dyn Fn(&[Override]) -> Result<CaseFile, CaseError>,
    own: f64,
    wanted: &[f64],
) -> Result<Vec<f64>, VerifyError> {
    let with = |multiple: f64| read(&[set("numerics.tolerance", &format!("{}", own * multiple))]);
    let multiples = if wanted.is_empty() {
        // A tolerance near the largest that there is leaves no room above it.
        let coarser = USUAL_TOLERANCES.iter().filter(|m| **m > 1.0 && with(**m).is_err()).count();
        let fewer = USUAL_TOLERANCES.map(|m| m / libm::exp2(coarser as f64));
        levels::falling("tolerance", &fewer)?
    } else {
        levels::falling("tolerance", wanted)?
    };
    for multiple in &multiples {
        with(*multiple).map_err(|cause| VerifyError::Case {
            level: format!("at {multiple} times the case's tolerance"),
            cause,
        })?;
    }
    for pair in multiples.windows(2) {
        if (pair[0] / pair[1]).sqrt() < LEAST_RATIO {
            return Err(VerifyError::TooNear {
                what: "tolerance",
                coarse: significant(own * pair[0], 3),
                fine: significant(own * pair[1], 3),
                by: "tolerances that differ by a fifth at the least; two make a step 1.4 times as long",
            });
        }
    }
    Ok(multiples)
}

/// The case at another spacing, met with its anatomy.
fn setting(
    read: &dyn Fn(&[Override]) -> Result<CaseFile, CaseError>,
    own: [LengthMm; 3],
    multiple: f64,
    days: f64,
) -> Result<Setting, VerifyError> {
    let spacing = own.map(|LengthMm(mm)| format!("\"{}\"", LengthMm(mm * multiple).written()));
    let value = match &spacing {
        // Told once where it is refused.
        [x, y, z] if x == y && y == z => x.clone(),
        _ => format!("[{}]", spacing.join(", ")),
    };
    let change = set("anatomy.lesion_box.spacing", &value);
    let named = |cause| VerifyError::Case {
        level: format!("at {} times the case's spacing", significant(multiple, 3)),
        cause,
    };
    let file = read(&[change]).map_err(named)?;
    let mut setting = Setting::new(&file).map_err(named)?;
    setting.duration_days = days;
    Ok(setting)
}

fn set(key: &str, value: &str) -> Override {
    Override::Set(format!("{key}={value}"))
}

/// What a ladder of runs says of every read-out.
fn judge(refined: Refined, runs: &[(RunLevel, &Course)], days: f64) -> Refinement {
    let formal_order = refined.formal_order();
    let levels: Vec<RunLevel> = runs.iter().map(|(level, _)| level.clone()).collect();
    let own = levels.iter().position(|l| l.multiple == 1.0).unwrap_or(0);
    let size = |level: &RunLevel| match refined {
        Refined::Spacing => level.size_mm(),
        Refined::Tolerance => level.tolerance.sqrt(),
    };
    let largest_voxel_mm3 =
        levels.iter().map(|l| l.spacing_mm.iter().product()).fold(0.0, f64::max);
    let readouts = KINDS
        .iter()
        .filter_map(|kind| {
            let of = |(level, course): &(RunLevel, &Course)| Level {
                size: size(level),
                value: (kind.of)(course),
            };
            let found: Vec<Level> = runs.iter().map(of).collect();
            let resolution = (kind.resolution)(largest_voxel_mm3);
            let convergence = Convergence::of(&found, own, formal_order, resolution)?;
            let values: Vec<Option<f64>> = found.iter().map(|l| l.value).collect();
            let verdict = words::verdict(&convergence, values[own], kind.unit, formal_order, days);
            Some(Judged { name: kind.name, unit: kind.unit, values, convergence, verdict })
        })
        .collect();
    Refinement { refined, formal_order, levels, own, readouts }
}
