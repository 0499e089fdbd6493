//! The pointwise reactions of every process, fused into one pass over memory: a tile of
//! voxels is read, every process adds its rates, the tile is advanced and written.

use ossicle_field::maths::{hill, positive};
use ossicle_field::reaction::{Budget, LANES, Lanes, Network, NetworkError, for_tiles};

use crate::activity::Awake;
use crate::exposure::Exposure;
use crate::fields::{FIELDS, SIGNALS, Signal, Slow, TRANSFERS};
use crate::joint::{Averages, Load};
use crate::lanes::{Loaded, copy};
use crate::problem::Problem;
use crate::process::{Derived, Flow, Rates, Tile};

/// What a pass found, summed over voxels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pass {
    pub(crate) budget: Budget<FIELDS>,
    /// Per field: sum of the new values, of the start values, and of the differences between
    /// the second-order result and the first-order prediction.
    pub(crate) total: [f64; FIELDS],
    pub(crate) started: [f64; FIELDS],
    pub(crate) error: [f64; FIELDS],
    pub(crate) lowest: [f64; FIELDS],
    pub(crate) highest: [f64; FIELDS],
    pub(crate) fullest: f64,
    pub(crate) averages: Averages,
    /// Mineral laid down per day, weighted by perfusion.
    pub(crate) uptake: f64,
    /// The first new value that is NaN or infinite: its voxel, its field and itself.
    pub(crate) not_finite: Option<(usize, Slow, f64)>,
}

impl Default for Pass {
    fn default() -> Self {
        Self {
            budget: Budget::default(),
            total: [0.0; FIELDS],
            started: [0.0; FIELDS],
            error: [0.0; FIELDS],
            lowest: [0.0; FIELDS],
            highest: [0.0; FIELDS],
            fullest: 0.0,
            averages: Averages::default(),
            uptake: 0.0,
            not_finite: None,
        }
    }
}

/// Which values a pass starts from and evaluates its rates with.
#[derive(Clone, Copy)]
pub(crate) enum Stage<'a> {
    /// Half a step from the start, with the rates of the start.
    Predict { start: &'a [&'a [f64]; FIELDS] },
    /// A whole step from the start, or from what the result holds where there is none, with the
    /// rates of the middle.
    Correct { start: &'a [Option<&'a [f64]>; FIELDS], middle: &'a [Vec<f64>; FIELDS] },
}

/// What stays the same over a pass.
pub(crate) struct Setting<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) network: &'a Network<FIELDS, TRANSFERS>,
    pub(crate) signals: &'a [Vec<f64>; SIGNALS],
    pub(crate) exposure: &'a Exposure,
    pub(crate) loads: &'a [Load],
    pub(crate) awake: &'a Awake,
}

/// The transfers of the model's network.
pub(crate) fn network(problem: &Problem) -> Result<Network<FIELDS, TRANSFERS>, NetworkError> {
    Network::new(Flow::transfers(problem.model.surviving_share))
}

/// Advances every voxel by `dt_days`. `fields` receives the result.
pub(crate) fn advance(
    setting: &Setting,
    stage: Stage,
    dt_days: f64,
    fields: &mut [Vec<f64>; FIELDS],
) -> Pass {
    let slices = fields.each_mut().map(Vec::as_mut_slice);
    for_tiles(
        slices,
        &|first, mut fields| {
            let mut work = Work::default();
            let mut pass = Pass::default();
            let count = fields[0].len();
            for at in (0..count).step_by(LANES) {
                let lanes = LANES.min(count - at);
                work.tile(setting, stage, dt_days, first + at, lanes, &mut fields, at, &mut pass);
            }
            pass
        },
        &Pass::plus,
    )
}

/// Scratch memory of one task.
struct Work {
    loaded: Loaded,
    rates: Rates,
    start: [Lanes; FIELDS],
    end: [Lanes; FIELDS],
}

impl Default for Work {
    fn default() -> Self {
        let nothing = [[0.0; LANES]; FIELDS];
        Self { loaded: Loaded::default(), rates: Rates::default(), start: nothing, end: nothing }
    }
}

impl Work {
    #[expect(
        clippy::too_many_arguments,
        reason = "one tile of a pass: where it lies in two addressings"
    )]
    fn tile(
        &mut self,
        setting: &Setting,
        stage: Stage,
        dt_days: f64,
        voxel: usize,
        lanes: usize,
        fields: &mut [&mut [f64]; FIELDS],
        at: usize,
        pass: &mut Pass,
    ) {
        let problem = setting.problem;
        match stage {
            Stage::Predict { start } => self.loaded.fields(start, &Slow::ALL, voxel, lanes),
            Stage::Correct { start, .. } => {
                for ((from, field), to) in start.iter().zip(&*fields).zip(self.start.iter_mut()) {
                    match from {
                        Some(from) => copy(from, voxel, lanes, to),
                        None => copy(field, at, lanes, to),
                    }
                }
            }
        }
        self.loaded.tissue(problem, voxel, lanes);
        let awake = self.loaded.any_soft && setting.awake.run(voxel);
        if !awake {
            // Nothing reacts here; the values are carried over.
            let start = match stage {
                Stage::Predict { .. } => &self.loaded.fields,
                Stage::Correct { .. } => &self.start,
            };
            for (field, from) in fields.iter_mut().zip(start) {
                field[at..at + lanes].copy_from_slice(&from[..lanes]);
            }
            pass.look_for_not_finite(start, voxel);
            if problem.site[voxel..voxel + lanes].iter().all(|site| *site == 0.0) {
                return;
            }
        }
        if let Stage::Correct { middle, .. } = stage {
            self.loaded.fields(middle, &Slow::ALL, voxel, lanes);
        }
        for (to, from) in self.loaded.signals.iter_mut().zip(setting.signals) {
            copy(from, voxel, lanes, to);
        }
        let mut tile = Tile {
            fields: &self.loaded.fields,
            signals: &self.loaded.signals,
            tissue: &self.loaded.tissue,
            host: &problem.host,
            exposure: setting.exposure,
            loads: setting.loads,
            derived: space(&self.loaded.fields),
        };
        for process in &problem.model.pointwise {
            process.derive(&mut tile);
        }
        self.rates.clear();
        if !awake {
            // The joint feels the injured region even where it rests.
            pass.enter(setting, &tile, &self.rates, &self.loaded.soft, voxel);
            return;
        }
        for process in &problem.model.pointwise {
            process.rates(&tile, &mut self.rates);
        }
        self.rates.scale(&self.loaded.soft);
        let (start, middle) = match stage {
            Stage::Predict { .. } => (&self.loaded.fields, None),
            Stage::Correct { .. } => (&self.start, Some(&self.loaded.fields)),
        };
        setting.network.advance(
            start,
            middle,
            &self.rates,
            dt_days,
            &mut self.end,
            &mut pass.budget,
        );
        for (field, end) in fields.iter_mut().zip(self.end.iter()) {
            field[at..at + lanes].copy_from_slice(&end[..lanes]);
        }
        pass.look_for_not_finite(&self.end, voxel);
        pass.enter(setting, &tile, &self.rates, &self.loaded.soft, voxel);
        if let Some(middle) = middle {
            pass.compare(start, middle, &self.end);
        }
    }
}

/// Room, pore and bone, which follow from the fields alone.
pub(crate) fn space(fields: &[Lanes; FIELDS]) -> Derived {
    let mut derived = Derived::default();
    let f = |field: Slow| &fields[field as usize];
    let [m, c, h, b] =
        [Slow::Progenitors, Slow::Chondrocytes, Slow::Hypertrophic, Slow::Osteoblasts].map(f);
    let [q, o1, u, y] =
        [Slow::CartilageMatrix, Slow::ImmatureOsteoid, Slow::MatureOsteoid, Slow::Mineral].map(f);
    for i in 0..LANES {
        derived.room[i] = positive(1.0 - (m[i] + c[i] + h[i] + b[i]));
        derived.bone[i] = o1[i] + u[i] + y[i];
        derived.pore[i] = positive(1.0 - (q[i] + derived.bone[i]));
    }
    derived
}

impl Pass {
    /// Notes where the first value that is not finite stands.
    fn look_for_not_finite(&mut self, end: &[Lanes; FIELDS], voxel: usize) {
        if self.not_finite.is_some() {
            return;
        }
        for (field, lanes) in Slow::ALL.into_iter().zip(end) {
            // One product with zero tells for all lanes, without a branch for each.
            let (blocks, _) = lanes.as_chunks::<8>();
            let mut zeros = [0.0; 8];
            for block in blocks {
                for l in 0..8 {
                    zeros[l] += 0.0 * block[l];
                }
            }
            if zeros.iter().any(|z| z.is_nan())
                && let Some(l) = lanes.iter().position(|v| !v.is_finite())
            {
                self.not_finite = Some((voxel + l, field, lanes[l]));
                return;
            }
        }
    }

    /// Adds what the state at which rates were evaluated says about the lesion as a whole.
    fn enter(&mut self, setting: &Setting, tile: &Tile, rates: &Rates, soft: &Lanes, voxel: usize) {
        let problem = setting.problem;
        let joint = &problem.model.joint;
        let cytokine = tile.signal(Signal::Cytokine);
        let [b, h, u, y, v] = [
            Slow::Osteoblasts,
            Slow::Hypertrophic,
            Slow::MatureOsteoid,
            Slow::Mineral,
            Slow::Capillaries,
        ]
        .map(|f| tile.get(f));
        let site = &problem.site[voxel..problem.site.len().min(voxel + LANES)];
        for (i, site) in site.iter().enumerate() {
            if *site > 0.0 {
                self.averages.inflamed += site * hill(cytokine[i], joint.swelling_half_effect, 1);
                self.averages.neuropeptide += site * tile.derived.neuropeptide[i];
            }
        }
        let mineralisation = &rates.transfer[Flow::Mineralisation as usize];
        for i in 0..LANES {
            self.averages.mineral_share += soft[i] * y[i];
            self.averages.phosphatase_cells_1e6 +=
                soft[i] * (b[i] + joint.alp_hypertrophic_share * h[i]);
            self.uptake += mineralisation[i] * u[i] * v[i];
        }
    }

    /// Adds totals, extremes and the difference to the first-order prediction.
    fn compare(
        &mut self,
        start: &[Lanes; FIELDS],
        middle: &[Lanes; FIELDS],
        end: &[Lanes; FIELDS],
    ) {
        for f in 0..FIELDS {
            let (start, middle, end) = (&start[f], &middle[f], &end[f]);
            let (mut total, mut started, mut error) = ([0.0; 8], [0.0; 8], [0.0; 8]);
            let (mut lowest, mut highest) = ([0.0_f64; 8], [0.0_f64; 8]);
            for block in 0..LANES / 8 {
                for l in 0..8 {
                    let i = 8 * block + l;
                    total[l] += end[i];
                    started[l] += start[i];
                    error[l] += (end[i] - (2.0 * middle[i] - start[i])).abs();
                    lowest[l] = if end[i] < lowest[l] { end[i] } else { lowest[l] };
                    highest[l] = if end[i] > highest[l] { end[i] } else { highest[l] };
                }
            }
            self.total[f] += total.iter().sum::<f64>();
            self.started[f] += started.iter().sum::<f64>();
            self.error[f] += error.iter().sum::<f64>();
            self.lowest[f] = lowest.iter().fold(self.lowest[f], |low, v| low.min(*v));
            self.highest[f] = highest.iter().fold(self.highest[f], |high, v| high.max(*v));
        }
        let f = |field: Slow| &end[field as usize];
        let [q, o1, u, y] =
            [Slow::CartilageMatrix, Slow::ImmatureOsteoid, Slow::MatureOsteoid, Slow::Mineral]
                .map(f);
        for i in 0..LANES {
            let full = q[i] + o1[i] + u[i] + y[i];
            self.fullest = if full > self.fullest { full } else { self.fullest };
        }
    }

    fn plus(mut self, other: Self) -> Self {
        self.budget = self.budget.plus(other.budget);
        for f in 0..FIELDS {
            self.total[f] += other.total[f];
            self.started[f] += other.started[f];
            self.error[f] += other.error[f];
            self.lowest[f] = self.lowest[f].min(other.lowest[f]);
            self.highest[f] = self.highest[f].max(other.highest[f]);
        }
        self.fullest = self.fullest.max(other.fullest);
        self.averages.inflamed += other.averages.inflamed;
        self.averages.neuropeptide += other.averages.neuropeptide;
        self.averages.mineral_share += other.averages.mineral_share;
        self.averages.phosphatase_cells_1e6 += other.averages.phosphatase_cells_1e6;
        self.uptake += other.uptake;
        // Passes are joined in the order of their voxels.
        self.not_finite = self.not_finite.or(other.not_finite);
        self
    }

    /// Turns sums over voxels into averages and volumes.
    pub(crate) fn averages(&self, problem: &Problem) -> Averages {
        let voxel_mm3 = problem.grid().voxel_volume_mm3();
        let site_voxels = problem.site_volume_mm3 / voxel_mm3;
        Averages {
            inflamed: self.averages.inflamed / site_voxels,
            neuropeptide: self.averages.neuropeptide / site_voxels,
            mineral_share: self.averages.mineral_share / site_voxels,
            phosphatase_cells_1e6: self.averages.phosphatase_cells_1e6 * voxel_mm3 / 1000.0,
        }
    }
}
