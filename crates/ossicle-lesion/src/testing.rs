//! Processes on their own: on one tile through the model's own step, or along a line of
//! voxels through its own movement and chemistry. Each process's verification case stands on
//! these.

use ossicle_anatomy::Tissue;
use ossicle_field::diffusion::Sweeps;
use ossicle_field::reaction::{LANES, Lanes, Network};
use ossicle_field::{Grid, noise, reduce};

use crate::activity::{Activity, Awake};
use crate::chemistry::{Chemistry, OxygenUptake};
use crate::exposure::{Exposure, Host};
use crate::fields::{FIELDS, SIGNALS, Signal, Slow, TRANSFERS};
use crate::joint::{Averages, Load};
use crate::lanes::Loaded;
use crate::ledger::Ledger;
use crate::model::{Model, SWITCHES};
use crate::movement::Movement;
use crate::parameter::ParameterValues;
use crate::problem::{Injury, Problem};
use crate::process::{Derived, Process, Rates, Tile, TissueLanes};
use crate::processes::mechanoregulation::Mechanoregulation;
use crate::reactions::{self, Setting, Stage, space};

/// Fails unless two numbers agree to a relative gap.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64, relative: f64) {
    let gap = (found - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
    assert!(gap <= relative, "{found} against {expected}, {gap:.1e} apart");
}

/// Default values but for one parameter.
pub(crate) fn with(symbol: &str, value: f64) -> ParameterValues {
    let mut values = ParameterValues::default();
    values.set(symbol, value).unwrap();
    values
}

/// The default model with nothing but the named processes.
pub(crate) fn model_of(on: &[&str]) -> Model {
    let off: Vec<&str> = SWITCHES.iter().map(|s| s.name).filter(|n| !on.contains(n)).collect();
    Model::new(&ParameterValues::default(), &off, Mechanoregulation::Strain).unwrap()
}

/// Distance to the injured region far inside of it.
const DEEP_INSIDE_MM: f64 = -100.0;

/// A line of voxels along x, all of them a debris-free injury at the given distance.
pub(crate) fn line(
    tissue: Vec<Tissue>,
    spacing_mm: f64,
    distance_mm: f64,
    model: Model,
) -> Problem {
    let n = tissue.len();
    let grid = Grid::aligned([n, 1, 1], [spacing_mm; 3], [0.0; 3]).unwrap();
    let distance_mm = vec![distance_mm; n];
    let injury = Injury { debris: vec![0.0; n], site: vec![1.0; n], distance_mm };
    Problem::new(grid, tissue, injury, None, 120.0, Host::default(), model).unwrap()
}

/// Stands for the processes before: sets the quantities that they would derive.
pub(crate) fn given(set: impl Fn(&mut Derived) + Send + Sync + 'static) -> Box<dyn Process> {
    Box::new(Given(set))
}

struct Given<F>(F);

impl<F: Fn(&mut Derived) + Send + Sync> Process for Given<F> {
    fn reads(&self) -> &'static [Slow] {
        &[]
    }

    fn writes(&self) -> &'static [Slow] {
        &[]
    }

    fn derive(&self, tile: &mut Tile) {
        (self.0)(&mut tile.derived);
    }
}

/// Chosen processes alone on one tile of equal voxels, all fields zero unless set.
pub(crate) struct Alone {
    problem: Problem,
    network: Network<FIELDS, TRANSFERS>,
    fields: [Vec<f64>; FIELDS],
    signals: [Vec<f64>; SIGNALS],
    pub(crate) exposure: Exposure,
    pub(crate) loads: Vec<Load>,
    awake: Awake,
}

impl Alone {
    /// In the uniform tissue, without care, nerve lesion or motion.
    pub(crate) fn new(processes: Vec<Box<dyn Process>>) -> Self {
        Self::inside(Tissue::Uniform, processes)
    }

    /// In a tissue of the test's choice.
    pub(crate) fn inside(tissue: Tissue, processes: Vec<Box<dyn Process>>) -> Self {
        let mut model = model_of(&[]);
        model.pointwise = processes;
        let problem = line(vec![tissue; LANES], 1.0, DEEP_INSIDE_MM, model);
        Self {
            network: reactions::network(&problem).unwrap(),
            awake: Awake::new(problem.grid(), Activity::Everywhere),
            problem,
            fields: std::array::from_fn(|_| vec![0.0; LANES]),
            signals: std::array::from_fn(|_| vec![0.0; LANES]),
            exposure: Exposure::default(),
            loads: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, field: Slow, value: f64) -> Self {
        self.fields[field as usize].fill(value);
        self
    }

    pub(crate) fn signal(mut self, signal: Signal, value: f64) -> Self {
        self.signals[signal as usize].fill(value);
        self
    }

    pub(crate) fn central_nervous_lesion(mut self, severity: f64) -> Self {
        self.problem.host.central_nervous_lesion = severity;
        self
    }

    /// The VEGF that the tissue has in health.
    pub(crate) fn resting_vegf(mut self, value: f64) -> Self {
        self.problem.resting_vegf.fill(value);
        self
    }

    /// The value of a field, the same in every lane.
    #[track_caller]
    pub(crate) fn get(&self, field: Slow) -> f64 {
        let lanes = &self.fields[field as usize];
        assert!(lanes.iter().all(|v| *v == lanes[0]), "equal voxels went apart: {lanes:?}");
        lanes[0]
    }

    fn setting(&self) -> Setting<'_> {
        Setting {
            problem: &self.problem,
            network: &self.network,
            signals: &self.signals,
            exposure: &self.exposure,
            loads: &self.loads,
            awake: &self.awake,
        }
    }

    /// What the present state says of the lesion as a whole.
    pub(crate) fn averages(&self) -> Averages {
        let start = self.fields.each_ref().map(Vec::as_slice);
        let predict = Stage::Predict { start: &start };
        let pass = reactions::advance(&self.setting(), predict, 0.0, &mut self.fields.clone());
        pass.averages(&self.problem)
    }

    /// Advances by whole steps of (at most) `step_days`.
    pub(crate) fn run(&mut self, days: f64, step_days: f64) {
        let steps = (days / step_days).ceil();
        let dt = days / steps;
        let (mut fields, mut middle) = (self.fields.clone(), self.fields.clone());
        for _ in 0..steps as usize {
            let start = fields.each_ref().map(Vec::as_slice);
            let predict = Stage::Predict { start: &start };
            reactions::advance(&self.setting(), predict, 0.5 * dt, &mut middle);
            let correct = Stage::Correct { start: &[None; FIELDS], middle: &middle };
            reactions::advance(&self.setting(), correct, dt, &mut fields);
        }
        self.fields = fields;
    }

    /// What the processes derive from the present state.
    pub(crate) fn derived(&self) -> Derived {
        self.look(|tile| tile.derived.clone())
    }

    /// The rates of the present state.
    pub(crate) fn rates(&self) -> Rates {
        self.look(|tile| {
            let mut rates = Rates::default();
            for process in &self.problem.model.pointwise {
                process.rates(tile, &mut rates);
            }
            rates
        })
    }

    fn look<R>(&self, at: impl FnOnce(&Tile) -> R) -> R {
        let mut loaded = Loaded::default();
        loaded.tissue(&self.problem, 0, LANES);
        loaded.fields(&self.fields, &Slow::ALL, 0, LANES);
        for (to, from) in loaded.signals.iter_mut().zip(&self.signals) {
            to.copy_from_slice(from);
        }
        let mut tile = Tile {
            fields: &loaded.fields,
            signals: &loaded.signals,
            tissue: &loaded.tissue,
            host: &self.problem.host,
            exposure: &self.exposure,
            loads: &self.loads,
            derived: space(&loaded.fields),
        };
        for process in &self.problem.model.pointwise {
            process.derive(&mut tile);
        }
        at(&tile)
    }
}

/// Voxels along a line, with the movement and the signals of chosen processes.
pub(crate) struct Strip {
    pub(crate) problem: Problem,
    pub(crate) exposure: Exposure,
    pub(crate) ledger: Ledger,
    fields: [Vec<f64>; FIELDS],
    signals: [Vec<f64>; SIGNALS],
    spacing_mm: f64,
}

impl Strip {
    pub(crate) fn new(tissue: Vec<Tissue>, spacing_mm: f64, model: Model) -> Self {
        let n = tissue.len();
        Self {
            problem: line(tissue, spacing_mm, DEEP_INSIDE_MM, model),
            exposure: Exposure::default(),
            ledger: Ledger::default(),
            fields: std::array::from_fn(|_| vec![0.0; n]),
            signals: std::array::from_fn(|_| vec![0.0; n]),
            spacing_mm,
        }
    }

    /// Fills a field with a function of the distance along the line in mm.
    pub(crate) fn with(mut self, field: Slow, value: impl Fn(f64) -> f64) -> Self {
        self.fill(|s| &mut s.fields[field as usize], value);
        self
    }

    /// Fills a signal with a function of the distance along the line in mm.
    pub(crate) fn signal(mut self, signal: Signal, value: impl Fn(f64) -> f64) -> Self {
        self.fill(|s| &mut s.signals[signal as usize], value);
        self
    }

    fn fill(&mut self, which: impl Fn(&mut Self) -> &mut Vec<f64>, value: impl Fn(f64) -> f64) {
        let h = self.spacing_mm;
        for (c, v) in which(self).iter_mut().enumerate() {
            *v = value((c as f64 + 0.5) * h);
        }
    }

    /// Random and directed movement for `days`, in steps of `step_days`.
    pub(crate) fn moved(mut self, days: f64, step_days: f64) -> Self {
        let mut movement = Movement::new(&self.problem);
        for _ in 0..(days / step_days).round() as usize {
            let Self { problem, fields, signals, ledger, .. } = &mut self;
            let moved = movement
                .diffuse(problem, None, fields, step_days, Sweeps::Forward, ledger)
                .and_then(|()| movement.drift(problem, fields, signals, step_days, ledger));
            assert!(moved.is_ok(), "movement changed a total");
        }
        self
    }

    /// Mean place and variance of a field, in mm and mm².
    pub(crate) fn moments(&self, field: Slow) -> (f64, f64) {
        let u = &self.fields[field as usize];
        let x = |c: usize| (c as f64 + 0.5) * self.spacing_mm;
        let total = reduce::sum(u);
        let mean = reduce::sum_of(u.len(), |c| u[c] * x(c)) / total;
        (mean, reduce::sum_of(u.len(), |c| u[c] * (x(c) - mean) * (x(c) - mean)) / total)
    }

    /// Solves the model's signals and returns one.
    pub(crate) fn solved(&mut self, signal: Signal) -> Vec<f64> {
        let Self { problem, exposure, ledger, fields, signals, .. } = self;
        Chemistry::new(problem, OxygenUptake::Converged)
            .solve(problem, fields, exposure, signals, ledger)
            .unwrap();
        self.signals[signal as usize].clone()
    }
}

/// A narrow bell round `middle`, in mm.
pub(crate) fn bell(middle: f64) -> impl Fn(f64) -> f64 {
    move |x| libm::exp(-(x - middle) * (x - middle) / 2.0)
}

/// Ratio of neighbouring voxels where a signal decays along a line without sources: the root
/// of `D/h^2 (z - 2 + 1/z) = k` below 1.
pub(crate) fn screened_ratio(diffusivity: f64, decay: f64, spacing_mm: f64) -> f64 {
    let half = 0.5 * decay * spacing_mm * spacing_mm / diffusivity;
    1.0 + half - (half * (half + 2.0)).sqrt()
}

/// A tile with arbitrary contents, care and motion, addressed by a number.
pub(crate) struct Arbitrary {
    number: u64,
    fields: [Lanes; FIELDS],
    signals: [Lanes; SIGNALS],
    tissue: TissueLanes,
    host: Host,
    exposure: Exposure,
    loads: [Load; 2],
    /// What processes before might have derived.
    given: Derived,
}

impl Arbitrary {
    /// The tile of a number: fields from none to more than fits, zero in the first lane, which
    /// stands outside the body.
    pub(crate) fn number(number: u64) -> Self {
        let lanes = |what: u64, most: f64| -> Lanes {
            std::array::from_fn(|l| most * draw(number, what, l as u64))
        };
        let share = |what: u64| draw(number, what, 0);
        let inside = |what: u64, most: f64| {
            let mut lanes = lanes(what, most);
            lanes[0] = 0.0;
            lanes
        };
        let (zero, given) = ([0.0; LANES], 100);
        let session =
            |what| Load { share_of_day: 0.5 * share(what), strain: 0.8 * share(what + 1) };
        Self {
            number,
            fields: std::array::from_fn(|f| inside(f as u64, 0.6)),
            signals: std::array::from_fn(|s| lanes(50 + s as u64, 1.5)),
            tissue: TissueLanes {
                competence: inside(60, 1.0),
                progenitors: inside(61, 0.1),
                fibres: inside(62, 1.0),
                vessel_growth: inside(63, 1.0),
                vessels: inside(65, 1.0),
                resting_vegf: inside(66, 0.1),
                failure_strain: inside(64, 0.5),
                modulus_mpa: inside(67, 5.0),
            },
            host: Host { central_nervous_lesion: 2.0 * share(70) },
            exposure: Exposure {
                cox_inhibition: share(71),
                etidronate: share(72),
                warming_c: 5.0 * share(73),
                division_loss: share(74),
                ..Exposure::default()
            },
            loads: [session(80), session(82)],
            given: Derived {
                neuropeptide: lanes(given, 2.0),
                neural_gain: lanes(given + 1, 3.0),
                prostaglandin: lanes(given + 2, 1.5),
                permission: lanes(given + 3, 1.0),
                chondrogenic_permission: lanes(given + 6, 1.0),
                damage: lanes(given + 4, 1.0),
                commitment: lanes(given + 5, 1.0),
                room: zero,
                pore: zero,
                bone: zero,
            },
        }
    }

    /// Other contents of one field.
    pub(crate) fn replace_field(&mut self, field: Slow) {
        let other = |l: usize| 0.6 * draw(self.number, 200 + field as u64, l as u64);
        self.fields[field as usize] = std::array::from_fn(other);
    }

    /// Other contents of one signal.
    pub(crate) fn replace_signal(&mut self, signal: Signal) {
        let other = |l: usize| 1.5 * draw(self.number, 300 + signal as u64, l as u64);
        self.signals[signal as usize] = std::array::from_fn(other);
    }

    /// Other quantities derived by processes before.
    pub(crate) fn replace_given(&mut self) {
        self.given = Self::number(self.number + 1_000_000).given;
    }

    pub(crate) fn tile(&self) -> Tile<'_> {
        let Derived { room, pore, bone, .. } = space(&self.fields);
        Tile {
            fields: &self.fields,
            signals: &self.signals,
            tissue: &self.tissue,
            host: &self.host,
            exposure: &self.exposure,
            loads: &self.loads,
            derived: Derived { room, pore, bone, ..self.given.clone() },
        }
    }
}

/// Uniform between 0 and 1, a pure function of its three addresses.
fn draw(tile: u64, what: u64, lane: u64) -> f64 {
    noise::uniform(tile, what, lane)
}
