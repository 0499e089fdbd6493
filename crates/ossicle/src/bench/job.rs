//! A short run by stage, and how its time grows with voxels.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use ossicle_lesion::{State, Stepper};
use serde::{Deserialize, Serialize};

use super::BenchError;
use crate::books::stage_seconds;
use crate::case::{CaseFile, Override, Template};
use crate::readout::Readout;
use crate::setting::Setting;
use crate::vocabulary;

/// A run, timed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Threads used.
    pub threads: usize,
    /// Steps in time.
    pub steps: usize,
    /// Wall clock of the steps and read-outs, seconds.
    pub seconds: f64,
    /// Where they went; the read-out of every step is one of them.
    pub stages: BTreeMap<String, f64>,
    /// Seconds to set the case up.
    pub setup_seconds: f64,
}

/// What was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobCase {
    /// The case's title.
    pub title: String,
    /// Days.
    pub days: f64,
    /// Voxels of its grid.
    pub voxels: usize,
    /// Those with soft tissue.
    pub soft_voxels: usize,
    /// Resident memory that the run took for each voxel, bytes; nothing where the system does
    /// not tell.
    pub bytes_per_voxel: Option<f64>,
}

/// A step at one number of voxels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Voxels with soft tissue.
    pub soft_voxels: usize,
    /// Mean seconds of a step.
    pub seconds_per_step: f64,
}

/// How the time of a step grows with voxels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// The measurements, rising.
    pub points: Vec<Point>,
    /// Slope of time against voxels, both as logarithms: 1 is proportional.
    pub slope: f64,
}

/// Runs a case for so many days with the threads of the current pool.
pub(super) fn job(file: &CaseFile, days: f64) -> Result<(JobCase, Job), BenchError> {
    let before = resident_bytes();
    let clock = Instant::now();
    let setting = Setting::new(file).map_err(BenchError::Case)?;
    let setup_seconds = clock.elapsed().as_secs_f64();
    let mut run = Run::new(&setting)?;
    let clock = Instant::now();
    let (mut steps, mut reading) = (0, 0.0);
    while run.state.day < days {
        run.step(days)?;
        steps += 1;
        let clock = Instant::now();
        black_box(Readout::of(&setting.problem, &run.state, &setting.tissue_hu));
        reading += clock.elapsed().as_secs_f64();
    }
    let seconds = clock.elapsed().as_secs_f64();
    let mut stages = stage_seconds(run.stepper.seconds());
    stages.insert("read-out".to_owned(), reading);
    let grid = setting.grid_record();
    let voxels = grid.shape.iter().product();
    let taken = before.zip(resident_bytes()).map(|(before, now)| now.saturating_sub(before));
    let case = JobCase {
        title: file.case.title.clone(),
        days,
        voxels,
        soft_voxels: grid.soft_voxels,
        bytes_per_voxel: taken.map(|bytes| bytes as f64 / voxels as f64),
    };
    let threads = rayon::current_num_threads();
    Ok((case, Job { threads, steps, seconds, stages, setup_seconds }))
}

/// Steps of the built-in ball on ever more voxels, from the fewest to the most asked for.
pub(super) fn growth(
    fewest: f64,
    most: f64,
    steps: usize,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<Growth, BenchError> {
    // Two measurements for each power of ten.
    let intervals = (2.0 * libm::log10(most / fewest)).ceil().max(1.0) as usize;
    let mut points = Vec::new();
    for n in 0..=intervals {
        let voxels = fewest * libm::pow(most / fewest, n as f64 / intervals as f64);
        tell(&format!("growth: {voxels:.1e} voxels"));
        let setting = Setting::new(&ball(voxels)?).map_err(BenchError::Case)?;
        let mut run = Run::new(&setting)?;
        let clock = Instant::now();
        for _ in 0..steps {
            run.step(f64::MAX)?;
        }
        let seconds_per_step = clock.elapsed().as_secs_f64() / steps as f64;
        points.push(Point { soft_voxels: setting.grid_record().soft_voxels, seconds_per_step });
    }
    let slope = slope(&points);
    Ok(Growth { points, slope })
}

/// Edge of the built-in ball's box, mm.
const BALL_MM: f64 = 40.0;

/// The built-in ball in a box of about so many voxels.
fn ball(voxels: f64) -> Result<CaseFile, BenchError> {
    let spacing = BALL_MM / libm::cbrt(voxels).round();
    built_in(Template::Sphere, &format!("{spacing} mm"))
}

/// A built-in case at a spacing.
pub(super) fn built_in(template: Template, spacing: &str) -> Result<CaseFile, BenchError> {
    let spacing = Override::Set(format!("anatomy.lesion_box.spacing={spacing}"));
    let text = template.text().as_bytes();
    let folder = std::path::Path::new("");
    CaseFile::from_bytes("built-in", text, folder, &[spacing], &vocabulary())
        .map_err(BenchError::Case)
}

/// A lesion that steps and keeps no record.
struct Run<'a> {
    setting: &'a Setting,
    state: State,
    stepper: Stepper,
}

impl<'a> Run<'a> {
    fn new(setting: &'a Setting) -> Result<Self, BenchError> {
        let mut state = State::at_injury(&setting.problem);
        let mut stepper = Stepper::new(&setting.problem, setting.control);
        stepper.prepare(&setting.problem, &mut state, &setting.plan.exposure(0.0))?;
        Ok(Self { setting, state, stepper })
    }

    /// One step, that ends no later than a day and the next one on which something is due.
    fn step(&mut self, until_day: f64) -> Result<(), BenchError> {
        let Setting { problem, plan, .. } = self.setting;
        let due = self.setting.days_due().into_iter().find(|due| *due > self.state.day);
        let until = due.map_or(until_day, |due| due.min(until_day));
        self.stepper.step(problem, &mut self.state, until, &|day| plan.exposure(day))?;
        Ok(())
    }
}

/// Slope of the line of least squares through the logarithms.
fn slope(points: &[Point]) -> f64 {
    let logs: Vec<(f64, f64)> = points
        .iter()
        .map(|p| (libm::log(p.soft_voxels as f64), libm::log(p.seconds_per_step)))
        .collect();
    let n = logs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let (mut xx, mut xy) = (0.0, 0.0);
    for p in &logs {
        xx += (p.0 - x) * (p.0 - x);
        xy += (p.0 - x) * (p.1 - y);
    }
    xy / xx
}

/// Memory that the program holds now, where the system tells.
fn resident_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|l| l.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_that_of_a_power_law() {
        let at = |soft_voxels: usize| Point {
            soft_voxels,
            seconds_per_step: 3e-7 * libm::pow(soft_voxels as f64, 1.1),
        };
        let found = slope(&[at(1000), at(5000), at(100_000)]);
        assert!((found - 1.1).abs() < 1e-12, "{found}");
    }

    #[test]
    fn a_ball_has_the_voxels_asked_for() {
        let [h, ..] = ball(64_000.0).expect("a case").case.lesion_box.spacing;
        assert_eq!(h.0, 1.0);
    }
}
