//! The spherical lesion of the radial reference program, as one octant of a ball.
#![allow(dead_code, reason = "every test file uses its own part")]

use ossicle_anatomy::Tissue;
use ossicle_field::maths::soft_step_down;
use ossicle_field::{Grid, reduce};
use ossicle_lesion::exposure::{Exposure, Host, Motion, Programme};
use ossicle_lesion::{
    Activity, Control, Injury, Mechanoregulation, Model, ParameterValues, Problem, Slow, State,
    Stepper,
};

/// A spherical lesion: one octant of a ball of uniform tissue, box faces as mirrors.
#[derive(Clone)]
pub(crate) struct Sphere {
    pub(crate) spacing_mm: f64,
    pub(crate) ball_mm: f64,
    pub(crate) lesion_mm: f64,
    pub(crate) edge_mm: f64,
    pub(crate) severity: f64,
    pub(crate) host: Host,
    pub(crate) values: ParameterValues,
    pub(crate) without: Vec<&'static str>,
    pub(crate) control: Control,
}

impl Default for Sphere {
    /// The reference program's standard lesion, with its ever active tissue.
    fn default() -> Self {
        let mut values = ParameterValues::default();
        values.set("q_m", 0.0).unwrap();
        Self {
            spacing_mm: 1.0,
            ball_mm: 24.0,
            lesion_mm: 9.0,
            edge_mm: 1.0,
            severity: 2.0,
            host: Host::default(),
            values,
            without: Vec::new(),
            control: Control { activity: Activity::Everywhere, ..Control::default() },
        }
    }
}

/// Octants in a sphere.
pub(crate) const OCTANTS: f64 = 8.0;

pub(crate) fn comfortable(share_of_free: f64) -> Exposure {
    moving(Motion::Comfortable { share_of_free })
}

pub(crate) fn moving(motion: Motion) -> Exposure {
    Exposure { motion: Programme::all_day(motion), ..Exposure::default() }
}

impl Sphere {
    pub(crate) fn with(mut self, symbol: &str, value: f64) -> Self {
        self.values.set(symbol, value).unwrap();
        self
    }

    pub(crate) fn problem(&self) -> Problem {
        let n = (self.ball_mm / self.spacing_mm).round() as usize;
        let h = self.spacing_mm;
        let grid = Grid::aligned([n; 3], [h; 3], [h / 2.0; 3]).unwrap();
        let radius: Vec<f64> = (0..grid.len()).map(|c| norm(grid.centre(grid.voxel(c)))).collect();
        let site: Vec<f64> =
            radius.iter().map(|r| soft_step_down(r - self.lesion_mm, self.edge_mm)).collect();
        let inside = |r: &f64| if *r < self.ball_mm { Tissue::Uniform } else { Tissue::Outside };
        let injury = Injury {
            debris: site.iter().map(|s| self.severity * s).collect(),
            site,
            distance_mm: radius.iter().map(|r| r - self.lesion_mm).collect(),
        };
        let model = Model::new(&self.values, &self.without, Mechanoregulation::Strain).unwrap();
        let tissue = radius.iter().map(inside).collect();
        Problem::new(grid, tissue, injury, None, 120.0, self.host, model)
            .unwrap()
            .with_centre([0.0; 3])
    }

    pub(crate) fn start(&self) -> Run {
        let problem = self.problem();
        let mut state = State::at_injury(&problem);
        let mut stepper = Stepper::new(&problem, self.control);
        stepper.prepare(&problem, &mut state, &Exposure::default()).unwrap();
        Run { problem, state, stepper }
    }

    /// Runs to a day under one exposure throughout.
    pub(crate) fn run(&self, day: f64, exposure: Exposure) -> Run {
        let mut run = self.start();
        run.to(day, &|_| exposure);
        run
    }
}

pub(crate) struct Run {
    pub(crate) problem: Problem,
    pub(crate) state: State,
    pub(crate) stepper: Stepper,
}

impl Run {
    /// Advances to a day, checking after every step what must always hold.
    pub(crate) fn to(&mut self, day: f64, exposure: &dyn Fn(f64) -> Exposure) {
        while self.state.day < day {
            self.stepper.step(&self.problem, &mut self.state, day, exposure).unwrap();
        }
        for field in Slow::ALL {
            let lowest = self.state.ledger.lowest[field as usize];
            assert!(lowest >= 0.0, "{field:?} went down to {lowest:e}");
        }
        assert!(self.state.ledger.fullest <= 1.0, "matrix fills {}", self.state.ledger.fullest);
    }

    /// Integral of a field over the whole sphere, in field units times cm³.
    pub(crate) fn total(&self, field: Slow) -> f64 {
        let voxel_cm3 = self.problem.grid().voxel_volume_mm3() / 1000.0;
        OCTANTS * voxel_cm3 * reduce::sum(self.state.field(field))
    }

    pub(crate) fn mineral_cm3(&self) -> f64 {
        self.total(Slow::Mineral)
    }

    /// Mean of a per-voxel quantity in shells of the given thickness.
    pub(crate) fn shells(
        &self,
        values: impl Fn(usize) -> f64,
        thickness_mm: f64,
        reach_mm: f64,
    ) -> Vec<f64> {
        let grid = self.problem.grid();
        let count = (reach_mm / thickness_mm).round() as usize;
        let (mut sum, mut weight) = (vec![0.0; count], vec![0.0; count]);
        for c in 0..grid.len() {
            let shell = (norm(grid.centre(grid.voxel(c))) / thickness_mm) as usize;
            if shell < count {
                sum[shell] += values(c);
                weight[shell] += 1.0;
            }
        }
        sum.iter().zip(&weight).map(|(s, w)| s / w).collect()
    }
}

pub(crate) fn norm(p: [f64; 3]) -> f64 {
    (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt()
}
