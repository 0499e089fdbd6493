//! The run: the time loop, and what it leaves in the run folder.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use ossicle_lesion::{State, StepError, Stepper};
use thiserror::Error;

use crate::case::CaseFile;
use crate::folder::{FolderError, OpenRunError, Run, RunFolder, machine, utc_now};
use crate::outputs::Outputs;
use crate::readout::{Readout, Summary, VISIBLE_HU, added_hu};
use crate::record::{Record, Status, Steps};
use crate::setting::Setting;

/// Who looks on while a run advances, and may stop it.
pub trait Watch {
    /// Called after every step; `Break` stops the run, with all that was found so far kept.
    fn look(&mut self, progress: &Progress) -> ControlFlow<()>;
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Simulated day.
    pub day: f64,
    /// Last day.
    pub duration_days: f64,
    /// Share of the work that is done, 0 to 1.
    pub share: f64,
    /// Bone so far, mm³.
    pub bone_volume_mm3: f64,
}

/// Why a run ended before its time.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// The step failed.
    #[error(transparent)]
    Step(#[from] StepError),
    /// A result could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// What was written cannot be read back for the report.
    #[error(transparent)]
    Report(#[from] OpenRunError),
}

/// What a run left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// How it went.
    pub record: Record,
    /// Where its folder is.
    pub path: PathBuf,
}

/// Runs a case to its end into a folder that was made for it, with the threads of the current
/// pool.
///
/// The record in the folder says how it went, whatever way the run ends.
///
/// # Errors
/// If a step fails or a result cannot be written.
pub fn run(
    file: &CaseFile,
    setting: &Setting,
    folder: RunFolder,
    mut record: Record,
    watch: &mut dyn Watch,
) -> Result<Finished, RunError> {
    folder.case_text(file.text())?;
    folder.resolved(&file.case.resolved())?;
    folder.record(&record)?;
    let clock = Instant::now();
    let mut simulation = Simulation::new(setting);
    simulation.warnings.clone_from(&record.warnings);
    let result = advance(setting, &mut simulation, &folder, &mut record, watch, &clock);
    simulation.enter(&mut record, &clock);
    record.status = match &result {
        Ok(ControlFlow::Continue(())) => Status::Complete,
        Ok(ControlFlow::Break(())) => Status::Stopped,
        Err(error) => Status::Failed(error.to_string()),
    };
    let written = folder.timeseries(&simulation.rows).map_err(RunError::from);
    // The report first: a run that says it is complete has one.
    let reported = written.and_then(|()| {
        let run = Run::open(folder.path())?.with_record(record.clone());
        Ok(folder.report(&crate::report::of(run))?)
    });
    // The first cause is the one to tell.
    let failed = result.err().or(reported.err());
    if let Some(error) = &failed {
        record.status = Status::Failed(error.to_string());
    }
    let recorded = folder.record(&record);
    if let Some(error) = failed {
        return Err(error);
    }
    recorded?;
    let path = match record.status {
        Status::Complete => folder.complete()?,
        _ => folder.path().to_owned(),
    };
    Ok(Finished { record, path })
}

/// The time loop: to every day on which something is due, step by step.
fn advance(
    setting: &Setting,
    simulation: &mut Simulation,
    folder: &RunFolder,
    record: &mut Record,
    watch: &mut dyn Watch,
    clock: &Instant,
) -> Result<ControlFlow<()>, RunError> {
    let mut outputs = Outputs::open(setting, folder)?;
    simulation.prepare()?;
    for day in setting.days_due() {
        while simulation.state.day < day {
            simulation.step(day)?;
            if watch.look(&simulation.progress()).is_break() {
                outputs.close()?;
                return Ok(ControlFlow::Break(()));
            }
        }
        outputs.write(day, simulation, record)?;
        simulation.enter(record, clock);
        folder.timeseries(&simulation.rows)?;
        folder.record(record)?;
    }
    outputs.close()?;
    Ok(ControlFlow::Continue(()))
}

/// One lesion advancing: its state, and what was read out of it day by day.
pub struct Simulation<'a> {
    setting: &'a Setting,
    /// The state.
    pub state: State,
    stepper: Stepper,
    last: Readout,
    /// One row a day.
    pub rows: Vec<Readout>,
    first_visible_day: Option<f64>,
    steps: Steps,
    at_start: Vec<f64>,
    /// What was to be warned of before the first step.
    warnings: Vec<String>,
}

impl<'a> Simulation<'a> {
    /// The moment of injury.
    #[must_use]
    pub fn new(setting: &'a Setting) -> Self {
        let problem = &setting.problem;
        let state = State::at_injury(problem);
        let last = Readout::of(problem, &state, &setting.tissue_hu);
        Self {
            stepper: Stepper::new(problem, setting.control),
            last,
            rows: vec![last],
            first_visible_day: None,
            steps: Steps::default(),
            at_start: crate::books::totals(problem, &state),
            warnings: Vec::new(),
            setting,
            state,
        }
    }

    /// Solves the signals of the start.
    ///
    /// # Errors
    /// If one cannot be solved for.
    pub fn prepare(&mut self) -> Result<(), StepError> {
        let exposure = self.setting.plan.exposure(self.state.day);
        self.stepper.prepare(&self.setting.problem, &mut self.state, &exposure)
    }

    /// Advances by one step that ends no later than a day, and reads the lesion out.
    ///
    /// # Errors
    /// If the step fails; the state is then as it was.
    pub fn step(&mut self, until_day: f64) -> Result<(), StepError> {
        let setting = self.setting;
        let plan = &setting.plan;
        let stepped = self
            .stepper
            .step(&setting.problem, &mut self.state, until_day, &|day| plan.exposure(day))?;
        self.steps.shortest_days = match self.steps.accepted {
            0 => stepped.days,
            _ => self.steps.shortest_days.min(stepped.days),
        };
        self.steps.accepted += 1;
        self.steps.longest_days = self.steps.longest_days.max(stepped.days);
        let now = Readout::of(&setting.problem, &self.state, &setting.tissue_hu);
        // A step may pass several midnights; their rows lie between the two read-outs.
        let next = self.rows.len();
        for day in (next..).map(|d| d as f64).take_while(|d| *d <= now.day) {
            self.rows.push(Readout::between(&self.last, &now, day));
        }
        if self.first_visible_day.is_none() && self.is_visible() {
            self.first_visible_day = Some(now.day);
        }
        self.last = now;
        Ok(())
    }

    fn is_visible(&self) -> bool {
        let tissue = self.setting.problem.tissue();
        (0..tissue.len()).any(|c| tissue[c].is_soft() && added_hu(&self.state, c) >= VISIBLE_HU)
    }

    /// How far the run is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let duration_days = self.setting.duration_days;
        Progress {
            day: self.state.day,
            duration_days,
            share: expected_steps(self.state.day) / expected_steps(duration_days),
            bone_volume_mm3: self.last.bone_volume_mm3,
        }
    }

    /// A field or signal of the present moment by name.
    ///
    /// # Errors
    /// If a signal cannot be solved for.
    pub fn signals_now(&mut self) -> Result<Vec<Vec<f64>>, StepError> {
        let exposure = self.setting.plan.exposure(self.state.day);
        let signals = self.stepper.signals_now(&self.setting.problem, &self.state, &exposure)?;
        Ok(signals.into())
    }

    /// Enters what is known by now into the record.
    fn enter(&self, record: &mut Record, clock: &Instant) {
        let ledger = &self.state.ledger;
        record.day = self.state.day;
        record.updated = utc_now();
        record.wall_seconds = clock.elapsed().as_secs_f64();
        record.stage_seconds = crate::books::stage_seconds(self.stepper.seconds());
        record.steps = Steps { rejected: ledger.steps_rejected, ..self.steps };
        record.solver_iterations = ossicle_lesion::mean_iterations(ledger)
            .into_iter()
            .map(|(name, mean)| (name.to_owned(), mean))
            .collect();
        record.budgets = crate::books::budgets(&self.setting.problem, &self.state, &self.at_start);
        record.summary = Summary::of(&self.rows, self.first_visible_day);
        record.state_digest = Some(crate::books::digest(&self.state));
        record.warnings.clone_from(&self.warnings);
        record.warnings.extend(crate::books::warnings(&self.setting.problem, &self.state));
        record.machine = machine(record.machine.threads);
    }
}

/// Steps up to a day, by experience: short ones in the first two months, long ones after.
pub(crate) fn expected_steps(day: f64) -> f64 {
    1.8 * day.min(60.0) + 0.28 * (day - 60.0).max(0.0)
}
