//! One macro-step, and how long it may be.
//!
//! The step is symmetric about its middle, so that it is of second order:
//!
//! 1. half of random movement;
//! 2. a prediction of the middle: reactions and drift for half a step;
//! 3. joint and strain, then the fast chemistry, both of the middle;
//! 4. half of directed movement, in the signals of the middle;
//! 5. all reactions for the whole step, with the rates of the middle;
//! 6. half of directed movement, half of random movement, in reverse order;
//! 7. the joint for the whole step, the books.
//!
//! The difference between the reactions and their first-order prediction measures the error;
//! a step whose error is above the tolerance is taken back and tried shorter.

use std::time::Instant;

use crate::activity::Awake;
use crate::chemistry::Chemistry;
use crate::containment::contain;
use crate::control::{BOOKS, Control, StepError, fit, worst};
use crate::exposure::Exposure;
use crate::fields::{FIELDS, SIGNALS, Signal, Slow, TRANSFERS};
use crate::joint::{Averages, Demand, Joint};
use crate::ledger::Ledger;
use crate::movement::{Leak, MOVED, Movement};
use crate::problem::Problem;
use crate::reactions::{self, Pass, Setting, Stage};
use crate::state::State;
use crate::strain::{ImposedState, StrainSolver};
use ossicle_field::diffusion::Sweeps;
use ossicle_field::elliptic::EllipticError;
use ossicle_field::reaction::Network;

/// What one accepted step was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stepped {
    /// Its length in days.
    pub days: f64,
    /// Its relative error, that of the worst field.
    pub error: f64,
    /// The field with that error.
    pub worst: Slow,
    /// Longer steps that were tried before it and taken back.
    pub rejected: u64,
}

/// Where the time of a run went, in seconds of wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StageSeconds {
    /// Random movement.
    pub diffusion: f64,
    /// Directed movement.
    pub drift: f64,
    /// Reactions, both stages.
    pub reactions: f64,
    /// Strain.
    pub strain: f64,
    /// Signals.
    pub chemistry: f64,
}

/// Runs `work` and adds its time to `seconds`.
fn timed<T>(seconds: &mut f64, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    *seconds += start.elapsed().as_secs_f64();
    result
}

/// Scratch memory of the step; dropping it loses nothing.
pub struct Stepper {
    control: Control,
    network: Network<FIELDS, TRANSFERS>,
    chemistry: Chemistry,
    strain: StrainSolver,
    movement: Movement,
    awake: Awake,
    work: [Vec<f64>; FIELDS],
    middle: [Vec<f64>; FIELDS],
    seconds: StageSeconds,
}

impl Stepper {
    /// Scratch memory for a problem.
    #[must_use]
    pub fn new(problem: &Problem, control: Control) -> Self {
        let n = problem.grid().len();
        Self {
            control,
            network: reactions::network(problem).expect("the model's transfers go upwards"),
            chemistry: Chemistry::new(problem, control.oxygen_uptake),
            strain: StrainSolver::new(problem),
            movement: Movement::new(problem),
            awake: Awake::new(problem.grid(), control.activity),
            work: std::array::from_fn(|_| vec![0.0; n]),
            middle: std::array::from_fn(|_| vec![0.0; n]),
            seconds: StageSeconds::default(),
        }
    }

    /// Solves the signals of a fresh state, with which its first step predicts.
    ///
    /// # Errors
    /// If a signal cannot be solved for.
    pub fn prepare(
        &mut self,
        problem: &Problem,
        state: &mut State,
        exposure: &Exposure,
    ) -> Result<(), StepError> {
        let State { fields, signals, imposed, day, .. } = state;
        self.solve_signals(problem, *day, fields, exposure, imposed, signals)
    }

    /// The signals of the present state, for looking at: those in the state belong to the
    /// middle of the last step.
    ///
    /// # Errors
    /// If a signal cannot be solved for.
    pub fn signals_now(
        &mut self,
        problem: &Problem,
        state: &State,
        exposure: &Exposure,
    ) -> Result<[Vec<f64>; SIGNALS], StepError> {
        let (mut signals, mut imposed) = (state.signals.clone(), state.imposed.clone());
        let State { fields, day, .. } = state;
        self.solve_signals(problem, *day, fields, exposure, &mut imposed, &mut signals)?;
        Ok(signals)
    }

    fn solve_signals(
        &mut self,
        problem: &Problem,
        day: f64,
        fields: &[Vec<f64>; FIELDS],
        exposure: &Exposure,
        imposed: &mut ImposedState,
        signals: &mut [Vec<f64>; SIGNALS],
    ) -> Result<(), StepError> {
        let failed = |(signal, cause)| unsolved(signal, day, cause);
        let share = &mut signals[Signal::StrainShare as usize];
        self.strain
            .share(problem, day, fields, imposed, share)
            .map_err(|cause| StepError::Strain { day, cause })?;
        // These solves are not part of the run's books.
        self.chemistry
            .solve(problem, fields, exposure, signals, &mut Ledger::default())
            .map_err(failed)
    }

    /// Advances the state by one step that ends no later than `until_day`, with the exposure as a
    /// function of the day.
    ///
    /// # Errors
    /// If a value stops being a number, a signal cannot be solved for, the tolerance cannot be
    /// met, or the books do not close.
    pub fn step(
        &mut self,
        problem: &Problem,
        state: &mut State,
        until_day: f64,
        exposure: &dyn Fn(f64) -> Exposure,
    ) -> Result<Stepped, StepError> {
        let control = self.control;
        control.check()?;
        if !(until_day > state.day && until_day.is_finite()) {
            return Err(StepError::NotAhead { day: state.day, until_day });
        }
        let mut dt = state.next_step_days.clamp(control.shortest_days, control.longest_days);
        let mut rejected = 0;
        loop {
            let remaining = until_day - state.day;
            // A step that would leave a sliver is stretched or halved instead.
            let (days, last) = if dt >= remaining * 0.999_999 {
                (remaining, true)
            } else if dt > 0.5 * remaining {
                (0.5 * remaining, false)
            } else {
                (dt, false)
            };
            let attempt = self.attempt(problem, state, days, exposure)?;
            let (worst, error) = worst(problem, &attempt.pass);
            if let Some(refused) = control.refuse(problem, &attempt.pass, state.day, days) {
                if days <= control.shortest_days {
                    return Err(refused);
                }
                state.ledger.steps_rejected += 1;
                rejected += 1;
                dt = (days * control.factor(error).min(0.7)).max(control.shortest_days);
                continue;
            }
            // The length that the error allows; a step cut short by an event says nothing against
            // the longer one planned before.
            let allowed = days * control.factor(error);
            state.next_step_days =
                if days < dt { allowed.max(dt) } else { allowed }.min(control.longest_days);
            let end = if last { until_day } else { state.day + days };
            self.accept(problem, state, attempt, end)?;
            return Ok(Stepped { days, error, worst, rejected });
        }
    }

    /// Makes a step in scratch memory; of the state, only signals and books change.
    fn attempt(
        &mut self,
        problem: &Problem,
        state: &mut State,
        dt: f64,
        exposure: &dyn Fn(f64) -> Exposure,
    ) -> Result<Attempt, StepError> {
        let model = &problem.model;
        let State { fields, signals, imposed, ledger, joint, averages, day, .. } = state;
        let Self { network, chemistry, strain, movement, awake, work, middle, seconds, .. } = self;
        for moved in MOVED {
            work[moved as usize].copy_from_slice(&fields[moved as usize]);
        }
        let leaking = |leak| leak_found(leak, *day);
        timed(&mut seconds.diffusion, || {
            movement.diffuse(problem, Some(fields), work, 0.5 * dt, Sweeps::Forward, ledger)
        })
        .map_err(leaking)?;

        let now = fit(exposure(*day), *day)?;
        let demand_now = demand(problem, joint, averages.mineral_share, &now);
        let loads = demand_now.loads();
        timed(&mut seconds.reactions, || {
            awake.look(problem, fields, &signals[Signal::StrainShare as usize], loads);
        });
        let setting = Setting { problem, network, signals, exposure: &now, loads, awake };
        let start: [&[f64]; FIELDS] = Slow::ALL.map(|field| {
            let from = if MOVED.contains(&field) { &*work } else { &*fields };
            from[field as usize].as_slice()
        });
        let predict = Stage::Predict { start: &start };
        let predicted = timed(&mut seconds.reactions, || {
            reactions::advance(&setting, predict, 0.5 * dt, middle)
        });
        contain(&setting, fields, fields, middle, &predicted, *day)?;
        let averages_now = predicted.averages(problem);
        let joint_middle =
            model.joint.advance(joint, joint, &averages_now, demand_now.use_share, 0.5 * dt);
        timed(&mut seconds.drift, || movement.drift(problem, middle, signals, 0.5 * dt, ledger))
            .map_err(leaking)?;

        let then = fit(exposure(*day + 0.5 * dt), *day)?;
        let mineral = &middle[Slow::Mineral as usize];
        let mineral_share = problem.share_of_site(mineral);
        let share = &mut signals[Signal::StrainShare as usize];
        let failed = |(signal, cause)| unsolved(signal, *day, cause);
        timed(&mut seconds.strain, || strain.share(problem, *day, middle, imposed, share))
            .map_err(|cause| StepError::Strain { day: *day, cause })?;
        timed(&mut seconds.chemistry, || chemistry.solve(problem, middle, &then, signals, ledger))
            .map_err(failed)?;

        timed(&mut seconds.drift, || movement.drift(problem, work, signals, 0.5 * dt, ledger))
            .map_err(leaking)?;
        let demand_then = demand(problem, &joint_middle, mineral_share, &then);
        let loads = demand_then.loads();
        let setting = Setting { problem, network, signals, exposure: &then, loads, awake };
        // What moved starts from where it is.
        let start: [Option<&[f64]>; FIELDS] = Slow::ALL
            .map(|field| (!MOVED.contains(&field)).then(|| fields[field as usize].as_slice()));
        let correct = Stage::Correct { start: &start, middle };
        let pass =
            timed(&mut seconds.reactions, || reactions::advance(&setting, correct, dt, work));
        contain(&setting, fields, middle, work, &pass, *day)?;
        timed(&mut seconds.drift, || movement.drift(problem, work, signals, 0.5 * dt, ledger))
            .map_err(leaking)?;
        timed(&mut seconds.diffusion, || {
            movement.diffuse(problem, None, work, 0.5 * dt, Sweeps::Backward, ledger)
        })
        .map_err(leaking)?;

        let averages = pass.averages(problem);
        let joint = model.joint.advance(joint, &joint_middle, &averages, demand_then.use_share, dt);
        Ok(Attempt { pass, averages, joint })
    }

    /// Where the time went so far.
    #[must_use]
    pub fn seconds(&self) -> StageSeconds {
        self.seconds
    }

    /// Takes a step over into the state and enters it in the books.
    fn accept(
        &mut self,
        problem: &Problem,
        state: &mut State,
        attempt: Attempt,
        end_day: f64,
    ) -> Result<(), StepError> {
        let Attempt { pass, averages, joint } = attempt;
        let voxel_mm3 = problem.grid().voxel_volume_mm3();
        for (f, field) in Slow::ALL.into_iter().enumerate() {
            let budget = &pass.budget;
            let explained = budget.gained[f] - budget.lost[f] + budget.arrived[f] - budget.left[f];
            let turnover = budget.gained[f] + budget.lost[f] + budget.arrived[f] + budget.left[f];
            let size = pass.total[f] + pass.started[f] + turnover;
            let gap = (pass.total[f] - pass.started[f] - explained).abs() / size.max(1e-30);
            state.ledger.worst_reaction_gap = state.ledger.worst_reaction_gap.max(gap);
            if gap > BOOKS {
                let field = field.describe().name;
                return Err(StepError::Books { field, gap, limit: BOOKS, day: end_day });
            }
            let flows = &mut state.ledger.flows[f];
            flows.gained += voxel_mm3 * budget.gained[f];
            flows.lost += voxel_mm3 * budget.lost[f];
            flows.arrived += voxel_mm3 * budget.arrived[f];
            flows.left += voxel_mm3 * budget.left[f];
            state.ledger.lowest[f] = state.ledger.lowest[f].min(pass.lowest[f]);
        }
        state.ledger.fullest = state.ledger.fullest.max(pass.fullest);
        std::mem::swap(&mut state.fields, &mut self.work);
        if problem.model.joint_moves {
            state.joint = joint;
        } else {
            state.joint.alp_rel = joint.alp_rel;
        }
        state.averages = averages;
        state.uptake_mm3_per_day = pass.uptake * voxel_mm3;
        state.day = end_day;
        state.steps += 1;
        state.ledger.voxels_awake += self.awake.voxels(problem.grid());
        Ok(())
    }
}

fn unsolved(signal: Signal, day: f64, cause: EllipticError) -> StepError {
    StepError::Signal { signal: signal.describe().name, day, cause }
}

fn leak_found(Leak { field, gap }: Leak, day: f64) -> StepError {
    StepError::Books { field: field.describe().name, gap, limit: BOOKS, day }
}

/// What the day asks of the tissue; a joint that is switched off stays free.
fn demand(problem: &Problem, joint: &Joint, mineral_share: f64, exposure: &Exposure) -> Demand {
    let model = &problem.model;
    let (joint, share) =
        if model.joint_moves { (*joint, mineral_share) } else { (Joint::default(), 0.0) };
    model.joint.demand(&joint, share, problem.rom_deg, &exposure.motion)
}

/// A step in scratch memory.
struct Attempt {
    pass: Pass,
    averages: Averages,
    joint: Joint,
}

/// The iteration counts per solve of every signal that was solved for.
#[must_use]
pub fn mean_iterations(ledger: &Ledger) -> Vec<(&'static str, f64)> {
    Signal::ALL
        .into_iter()
        .filter(|s| ledger.solves[*s as usize] > 0)
        .map(|s| {
            let solves = ledger.solves[s as usize] as f64;
            (s.describe().name, ledger.solver_iterations[s as usize] as f64 / solves)
        })
        .collect()
}
