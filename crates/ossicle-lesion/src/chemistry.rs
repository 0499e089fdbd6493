//! The fast chemistry: every signal as the steady state of the present tissue.

use ossicle_field::elliptic::{EllipticError, EllipticSolver, Hierarchy};
use ossicle_field::maths::positive;
use ossicle_field::reaction::{LANES, Lanes, for_tiles};
use ossicle_field::{Faces, reduce};
use rayon::prelude::*;

use crate::exposure::Exposure;
use crate::fields::{FIELDS, SIGNALS, Signal};
use crate::lanes::{Loaded, copy};
use crate::ledger::Ledger;
use crate::problem::Problem;
use crate::process::{Derived, Tile};
use crate::signals::{Domain, SteadySignal};
use crate::state::State;

/// Share of its typical value below which a signal does nothing to any process.
const NEGLIGIBLE: f64 = 1e-6;
/// Change of oxygen (1 = 45 mmHg) below which its saturating uptake counts as solved.
const OXYGEN_TOLERANCE: f64 = 2e-5;
/// Change of oxygen from which its uptake is followed by tangents rather than chords: they
/// square the error, but only near the answer.
const NEAR: f64 = 0.05;
/// Most linearisations of the uptake before the solve counts as failed.
const MOST_LINEARISATIONS: usize = 60;

/// How the saturating uptake of oxygen is solved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OxygenUptake {
    /// Until it changes no more.
    #[default]
    Converged,
    /// A fixed number of linearisations, from normal oxygen on: the setting of the radial
    /// reference program, kept so that the two can be compared on equal terms.
    FromNormal {
        /// How many.
        linearisations: usize,
    },
}

/// Scratch memory of the chemistry; dropping it loses nothing.
pub(crate) struct Chemistry {
    interstitium: Hierarchy,
    body: Hierarchy,
    conductor: Hierarchy,
    solver: EllipticSolver,
    decay: Vec<f64>,
    source: Vec<f64>,
    before: Vec<f64>,
    screening: Vec<f64>,
    constant: Vec<f64>,
    oxygen_uptake: OxygenUptake,
}

/// VEGF of the healthy tissue: where it is short of oxygen by nature, VEGF keeps what vessels it
/// has and makes no new ones.
///
/// # Errors
/// If a signal cannot be solved for.
pub(crate) fn resting_vegf(problem: &Problem) -> Result<Vec<f64>, (Signal, EllipticError)> {
    let State { fields, mut signals, .. } = State::healthy(problem);
    let mut chemistry = Chemistry::new(problem, OxygenUptake::Converged);
    chemistry.solve(
        problem,
        &fields,
        &Exposure::default(),
        &mut signals,
        &mut Ledger::default(),
    )?;
    Ok(std::mem::take(&mut signals[Signal::Vegf as usize]))
}

impl Chemistry {
    pub(crate) fn new(problem: &Problem, oxygen_uptake: OxygenUptake) -> Self {
        let grid = problem.grid();
        let (shape, spacing, n) = (grid.shape(), grid.spacing_mm(), grid.len());
        let on = |value: &dyn Fn(usize) -> f64| {
            let coefficient: Vec<f64> = (0..n).map(value).collect();
            Hierarchy::new(&Faces::harmonic(shape, &coefficient), spacing)
        };
        let tissue = &problem.tissue;
        let interstitium = on(&|c| f64::from(u8::from(tissue[c].admits_signals())));
        let body = on(&|c| f64::from(u8::from(tissue[c].admits_oxygen())));
        let conductor = on(&|c| problem.classes[usize::from(tissue[c].code())].conductivity);
        let zeros = || vec![0.0; n];
        Self {
            solver: EllipticSolver::new(&body),
            interstitium,
            body,
            conductor,
            decay: zeros(),
            source: zeros(),
            before: zeros(),
            screening: zeros(),
            constant: zeros(),
            oxygen_uptake,
        }
    }

    /// Solves every signal in use for the given fields; `signals` holds the first guesses.
    ///
    /// # Errors
    /// If a solve does not converge, with the signal's name.
    pub(crate) fn solve(
        &mut self,
        problem: &Problem,
        fields: &[Vec<f64>; FIELDS],
        exposure: &Exposure,
        signals: &mut [Vec<f64>; SIGNALS],
        ledger: &mut Ledger,
    ) -> Result<(), (Signal, EllipticError)> {
        for signal in &problem.model.signals {
            let which = signal.signal();
            self.fill(problem, signal.as_ref(), fields, exposure, signals);
            let answer = &mut signals[which as usize];
            let iterations = if which == Signal::Oxygen {
                self.oxygen(problem, signal.as_ref(), answer, ledger)
            } else {
                let hierarchy = match signal.domain() {
                    Domain::Interstitium => &self.interstitium,
                    Domain::Body => &self.body,
                    Domain::Conductor => &self.conductor,
                };
                let tolerance = self.tolerance(signal.as_ref());
                let (decay, source) = (&self.decay, &self.source);
                self.solver
                    .solve(hierarchy, signal.diffusivity(), decay, source, tolerance, answer)
                    .map(|solved| solved.iterations)
            }
            .map_err(|cause| (which, cause))?;
            ledger.solver_iterations[which as usize] += iterations as u64;
            ledger.solves[which as usize] += 1;
        }
        Ok(())
    }

    /// The relative residual to ask for: once a signal has all but died away, what is left of it
    /// need not be known to more digits than matter.
    fn tolerance(&self, signal: &dyn SteadySignal) -> f64 {
        let source = reduce::dot(&self.source, &self.source).sqrt();
        let decay = reduce::dot(&self.decay, &self.decay).sqrt();
        let negligible = NEGLIGIBLE * signal.signal().describe().typical * decay;
        let least = signal.tolerance();
        if source > 0.0 { least.max(negligible / source) } else { least }
    }

    /// Fills decay and source of one signal in every voxel.
    fn fill(
        &mut self,
        problem: &Problem,
        signal: &dyn SteadySignal,
        fields: &[Vec<f64>; FIELDS],
        exposure: &Exposure,
        signals: &[Vec<f64>; SIGNALS],
    ) {
        let background = ossicle_anatomy::Tissue::ALL.map(|t| self.outside(signal, t));
        for_tiles(
            [&mut self.decay, &mut self.source],
            &|first, [decay, source]| {
                let mut loaded = Loaded::default();
                let (mut k, mut s): (Lanes, Lanes) = ([0.0; LANES], [0.0; LANES]);
                for (t, (decay, source)) in
                    decay.chunks_mut(LANES).zip(source.chunks_mut(LANES)).enumerate()
                {
                    let (at, count) = (first + t * LANES, decay.len());
                    loaded.tissue(problem, at, count);
                    if loaded.any_soft {
                        loaded.fields(fields, signal.reads(), at, count);
                        for read in signal.reads_signals() {
                            copy(
                                &signals[*read as usize],
                                at,
                                count,
                                &mut loaded.signals[*read as usize],
                            );
                        }
                        let tile = Tile {
                            fields: &loaded.fields,
                            signals: &loaded.signals,
                            tissue: &loaded.tissue,
                            host: &problem.host,
                            exposure,
                            loads: &[],
                            derived: Derived::default(),
                        };
                        signal.coefficients(&tile, &mut k, &mut s);
                    }
                    for l in 0..count {
                        let (rest_k, rest_s) =
                            background[usize::from(problem.tissue[at + l].code())];
                        let soft = loaded.soft[l] > 0.0;
                        decay[l] = if soft { k[l] } else { rest_k };
                        source[l] = if soft { s[l] } else { rest_s };
                    }
                }
            },
            &|(), ()| (),
        );
    }

    /// The background of a tissue, zero where the signal cannot go.
    fn outside(&self, signal: &dyn SteadySignal, tissue: ossicle_anatomy::Tissue) -> (f64, f64) {
        let admitted = match signal.domain() {
            Domain::Interstitium => tissue.admits_signals(),
            Domain::Body => tissue.admits_oxygen(),
            Domain::Conductor => tissue.admits_current(),
        };
        if admitted { signal.background(tissue) } else { (0.0, 0.0) }
    }

    /// Oxygen, by repeated linearisation of its uptake `demand w/(w + K)`: by its chord from zero
    /// through the last iterate, which keeps every iterate within 0 and 1, and near the answer by
    /// its tangent.
    fn oxygen(
        &mut self,
        problem: &Problem,
        signal: &dyn SteadySignal,
        w: &mut [f64],
        ledger: &mut Ledger,
    ) -> Result<usize, EllipticError> {
        let (diffusivity, tolerance) = (signal.diffusivity(), signal.tolerance());
        let half_use = problem.model.oxygen_half_use;
        let (supply, demand) = (&self.decay, &self.source);
        let fixed = match self.oxygen_uptake {
            OxygenUptake::Converged => None,
            OxygenUptake::FromNormal { linearisations } => {
                w.par_iter_mut()
                    .zip(&problem.tissue)
                    .for_each(|(w, t)| *w = f64::from(u8::from(t.admits_oxygen())));
                Some(linearisations)
            }
        };
        let mut iterations = 0;
        let mut change = f64::INFINITY;
        for round in 1..=fixed.unwrap_or(MOST_LINEARISATIONS) {
            self.before.copy_from_slice(w);
            let before = &self.before;
            let tangent = fixed.is_none() && change <= NEAR;
            (self.screening.par_iter_mut(), self.constant.par_iter_mut(), supply, demand, before)
                .into_par_iter()
                .for_each(|(screening, constant, s, d, w)| {
                    let chord = d / (w + half_use);
                    let slope = if tangent { chord * half_use / (w + half_use) } else { chord };
                    *screening = s + slope;
                    *constant = s - (chord - slope) * w;
                });
            let (screening, constant) = (&self.screening, &self.constant);
            let solved =
                self.solver.solve(&self.body, diffusivity, screening, constant, tolerance, w)?;
            iterations += solved.iterations;
            if tangent {
                // A tangent may overshoot below zero, where the answer never is.
                w.par_iter_mut().for_each(|w| *w = positive(*w));
            }
            change = reduce::largest_of(w.len(), |c| (w[c] - before[c]).abs());
            let settled =
                if tangent { change * change / half_use } else { change } <= OXYGEN_TOLERANCE;
            if fixed.is_none() && settled {
                break;
            }
            if fixed.is_none() && round == MOST_LINEARISATIONS {
                return Err(EllipticError::NotConverged {
                    iterations,
                    residual: change,
                    tolerance: OXYGEN_TOLERANCE,
                });
            }
        }
        let w = &*w;
        let supplied = reduce::sum_of(w.len(), |c| supply[c] * (1.0 - w[c]));
        let used = reduce::sum_of(w.len(), |c| demand[c] * w[c] / (w[c] + half_use));
        if fixed.is_none() && supplied > 0.0 {
            ledger.worst_oxygen_gap =
                ledger.worst_oxygen_gap.max((supplied - used).abs() / supplied);
        }
        Ok(iterations)
    }
}
