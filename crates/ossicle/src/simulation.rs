//! One lesion advancing: its state, and what was read out of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use ossicle_lesion::{Part, State, StepError, Stepper};

use crate::checkpoint::{Arrays, CheckpointError, Values};
use crate::folder::{machine, utc_now};
use crate::history::{self, StepRow};
use crate::joint::{self, EVERY_DAYS, MotionRow};
use crate::pattern::Pattern;
use crate::readout::{self, COLUMNS, Column, MOVEMENTS, Readout, Summary, VISIBLE_HU, added_hu};
use crate::record::Record;
use crate::run::Progress;
use crate::setting::Setting;

/// One lesion advancing: its state, and what was read out of it day by day.
pub struct Simulation<'a> {
    setting: &'a Setting,
    /// The state.
    pub state: State,
    stepper: Stepper,
    /// Whether the signals of the start are solved for.
    prepared: bool,
    last: Readout,
    /// One row a day.
    pub rows: Vec<Readout>,
    first_visible_day: Option<f64>,
    /// One row a step.
    pub steps: Vec<StepRow>,
    /// The range of motion every other week, where bones tell it.
    pub motion: Vec<MotionRow>,
    at_start: Vec<f64>,
    /// What was to be warned of before the first step.
    pub(crate) warnings: Vec<String>,
    /// Why the state could not be kept the last time.
    pub(crate) unkept: Option<String>,
    /// What the run took before it was interrupted.
    pub(crate) earlier: Spent,
}

/// Time spent, in seconds of wall clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Spent {
    pub(crate) wall_seconds: f64,
    pub(crate) stage_seconds: BTreeMap<String, f64>,
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
            prepared: false,
            last,
            rows: vec![last],
            first_visible_day: None,
            steps: Vec::new(),
            motion: Vec::new(),
            at_start: crate::books::totals(problem, &state),
            warnings: Vec::new(),
            unkept: None,
            earlier: Spent::default(),
            setting,
            state,
        }
    }

    /// The same lesion under another case from now on.
    pub(crate) fn under(self, setting: &Setting) -> Simulation<'_> {
        let stepper = Stepper::new(&setting.problem, setting.control);
        Simulation { setting, stepper, ..self }
    }

    /// What is simulated.
    pub(crate) fn setting(&self) -> &'a Setting {
        self.setting
    }

    /// Solves the signals of the start, unless that is done.
    ///
    /// # Errors
    /// If one cannot be solved for.
    pub fn prepare(&mut self) -> Result<(), StepError> {
        if !self.prepared {
            let exposure = self.setting.plan.exposure(self.state.day);
            self.stepper.prepare(&self.setting.problem, &mut self.state, &exposure)?;
            self.prepared = true;
        }
        Ok(())
    }

    /// Advances by one step that ends no later than a day, and reads the lesion out.
    ///
    /// # Errors
    /// If the step fails; the state is then as it was.
    pub fn step(&mut self, until_day: f64) -> Result<(), StepError> {
        let setting = self.setting;
        let plan = &setting.plan;
        let iterations = self.state.ledger.solver_iterations;
        let stepped = self
            .stepper
            .step(&setting.problem, &mut self.state, until_day, &|day| plan.exposure(day))?;
        self.steps.push(StepRow::of(stepped, iterations, &self.state));
        let now = self.read_out();
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

    /// Looks how far the joint moves, where its bones tell and a look is due on `day`; the lesion
    /// feels what it finds from then on.
    ///
    /// # Errors
    /// If the lesion's bone makes no body that can be turned.
    pub(crate) fn look_at_motion(&mut self, day: f64) -> Result<(), joint::JointError> {
        let setting = self.setting;
        let Some(moving) = &setting.joint else { return Ok(()) };
        let is_due = day % EVERY_DAYS == 0.0 || day == setting.duration_days;
        if !is_due || self.motion.last().is_some_and(|row| row.day >= day) {
            return Ok(());
        }
        let row = moving.motion(&setting.problem, &self.state, &setting.tissue_hu)?;
        self.state.joint.bony_deg = row.programmed_bony_deg();
        self.motion.push(row);
        // The row of the day tells what was found on it.
        self.last = self.read_out();
        if let Some(row) = self.rows.last_mut().filter(|row| row.day == self.last.day) {
            *row = self.last;
        }
        Ok(())
    }

    /// The present state read out, with what bone at the last look and the soft tissue of now leave
    /// of each movement.
    fn read_out(&self) -> Readout {
        let setting = self.setting;
        let mut row = Readout::of(&setting.problem, &self.state, &setting.tissue_hu);
        if let (Some(joint), Some(look)) = (&setting.joint, self.motion.last()) {
            for reach in joint.reaches_since(look, &setting.problem, &self.state) {
                if let Some(column) = Column::of_movement(&reach.movement) {
                    column.put(&mut row, reach.free_deg);
                }
            }
        }
        row
    }

    /// The columns of its rows.
    pub(crate) fn columns(&self) -> Vec<&'static Column> {
        let joint = self.setting.joint.as_ref();
        readout::columns(&joint.map(joint::MovingJoint::movements).unwrap_or_default())
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

    /// Every number that the run needs to go on, by name.
    pub(crate) fn values(&mut self) -> Vec<(String, Values<'_>)> {
        let row = |row: &Readout| every_column().map(|c| c.of(row)).collect::<Vec<f64>>();
        let rows: Vec<f64> = self.rows.iter().flat_map(row).collect();
        let (steps, step_counts) = history::to_arrays(&self.steps);
        let (motion, motion_counts) = joint::to_arrays(&self.motion);
        let own: [(&str, Values<'_>); 8] = [
            (LAST, row(&self.last).into()),
            (ROWS, rows.into()),
            (FIRST_VISIBLE_DAY, Vec::from_iter(self.first_visible_day).into()),
            (STEPS, steps.into()),
            (STEP_COUNTS, step_counts.into()),
            (MOTION, motion.into()),
            (MOTION_COUNTS, motion_counts.into()),
            (AT_START, self.at_start.clone().into()),
        ];
        let own = own.map(|(name, values)| (name.to_owned(), values));
        let state = self.state.parts().into_iter().map(|(name, part)| {
            let values = match part {
                Part::Reals(values) => Values::Reals((&*values).into()),
                Part::Counts(counts) => Values::Counts((&*counts).into()),
            };
            (format!("{STATE}{name}"), values)
        });
        own.into_iter().chain(state).collect()
    }

    /// Puts a run together again from what [`Simulation::values`] gave, which it takes out of
    /// `arrays`; `path` is the file that they are from.
    ///
    /// # Errors
    /// [`CheckpointError::Unfit`] for arrays that are missing or of another length.
    pub(crate) fn restore(
        setting: &'a Setting,
        path: &Path,
        arrays: &mut Arrays,
    ) -> Result<Self, CheckpointError> {
        let mut new = Self { prepared: true, ..Self::new(setting) };
        let width = every_column().count();
        new.last = row_of(&reals(arrays, LAST, path, |n| n == width)?);
        let rows = reals(arrays, ROWS, path, |n| n > 0 && n.is_multiple_of(width))?;
        new.rows = rows.chunks(width).map(row_of).collect();
        let first = reals(arrays, FIRST_VISIBLE_DAY, path, |n| n <= 1)?;
        new.first_visible_day = first.first().copied();
        let steps = reals(arrays, STEPS, path, |_| true)?;
        let step_counts = counts(arrays, STEP_COUNTS, path, |_| true)?;
        new.steps = history::from_arrays(&steps, &step_counts)
            .ok_or_else(|| unfit(path, STEPS, Some(&Values::from(steps))))?;
        let motion = reals(arrays, MOTION, path, |_| true)?;
        let motion_counts = counts(arrays, MOTION_COUNTS, path, |_| true)?;
        let movements = setting.joint.as_ref().map(joint::MovingJoint::movements);
        new.motion = joint::from_arrays(&movements.unwrap_or_default(), &motion, &motion_counts)
            .ok_or_else(|| unfit(path, MOTION, Some(&Values::from(motion))))?;
        let fields = new.at_start.len();
        new.at_start = reals(arrays, AT_START, path, |n| n == fields)?;
        for (name, part) in new.state.parts() {
            let name = format!("{STATE}{name}");
            match part {
                Part::Reals(values) => {
                    let length = values.len();
                    values.copy_from_slice(&reals(arrays, &name, path, |n| n == length)?);
                }
                Part::Counts(values) => {
                    let length = values.len();
                    values.copy_from_slice(&counts(arrays, &name, path, |n| n == length)?);
                }
            }
        }
        Ok(new)
    }

    /// Enters what is known by now into the record.
    pub(crate) fn enter(&self, record: &mut Record, clock: &Instant) {
        let ledger = &self.state.ledger;
        record.day = self.state.day;
        record.updated = utc_now();
        record.wall_seconds = self.earlier.wall_seconds + clock.elapsed().as_secs_f64();
        record.stage_seconds = crate::books::stage_seconds(self.stepper.seconds());
        for (stage, seconds) in &self.earlier.stage_seconds {
            *record.stage_seconds.entry(stage.clone()).or_default() += seconds;
        }
        record.steps = history::summed_up(&self.steps, ledger.steps_rejected);
        record.solver_iterations = ossicle_lesion::mean_iterations(ledger)
            .into_iter()
            .map(|(name, mean)| (name.to_owned(), mean))
            .collect();
        record.budgets = crate::books::budgets(&self.setting.problem, &self.state, &self.at_start);
        record.summary = Summary::of(&self.rows, self.first_visible_day);
        record.joint = joint::summed_up(&self.motion);
        record.pattern = Pattern::of(&self.setting.problem, &self.state, &self.setting.tissue_hu);
        record.state_digest = Some(crate::books::digest(&self.state));
        record.warnings.clone_from(&self.warnings);
        record.warnings.extend(crate::books::warnings(&self.setting.problem, &self.state));
        record.warnings.extend(self.unkept.clone());
        record.machine = machine(record.machine.threads);
    }
}

// Names of arrays in a checkpoint.
const LAST: &str = "run.last";
const ROWS: &str = "run.rows";
const FIRST_VISIBLE_DAY: &str = "run.first_visible_day";
const STEPS: &str = "run.steps";
const STEP_COUNTS: &str = "run.step_counts";
const MOTION: &str = "run.motion";
const MOTION_COUNTS: &str = "run.motion_counts";
const AT_START: &str = "run.at_start";
const STATE: &str = "state.";

/// The columns of any run.
fn every_column() -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().chain(MOVEMENTS)
}

/// A row of its columns' values.
fn row_of(values: &[f64]) -> Readout {
    let mut row = Readout::default();
    every_column().zip(values).for_each(|(column, value)| column.put(&mut row, *value));
    row
}

/// Takes measures out of what was read.
pub(crate) fn reals(
    arrays: &mut Arrays,
    name: &str,
    path: &Path,
    fits: impl Fn(usize) -> bool,
) -> Result<Vec<f64>, CheckpointError> {
    match arrays.remove(name) {
        Some(Values::Reals(values)) if fits(values.len()) => Ok(values.into_owned()),
        other => Err(unfit(path, name, other.as_ref())),
    }
}

/// Takes counts out of what was read.
fn counts(
    arrays: &mut Arrays,
    name: &str,
    path: &Path,
    fits: impl Fn(usize) -> bool,
) -> Result<Vec<u64>, CheckpointError> {
    match arrays.remove(name) {
        Some(Values::Counts(values)) if fits(values.len()) => Ok(values.into_owned()),
        other => Err(unfit(path, name, other.as_ref())),
    }
}

fn unfit(path: &Path, name: &str, found: Option<&Values<'_>>) -> CheckpointError {
    let found = match found {
        None => format!("nothing called {name}"),
        Some(values) => format!("{} values of {name}", values.len()),
    };
    let expected = "the arrays of a run of this case".to_owned();
    CheckpointError::Unfit { path: path.to_owned(), found, expected }
}

/// Steps up to a day, by experience: short ones in the first two months, long ones after.
pub(crate) fn expected_steps(day: f64) -> f64 {
    1.8 * day.min(60.0) + 0.28 * (day - 60.0).max(0.0)
}
