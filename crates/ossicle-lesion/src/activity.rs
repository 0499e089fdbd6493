//! Where work is done: healthy tissue far from the lesion stays as it is.
//!
//! A voxel is stirred where
//!
//! `D + M + R + [|m - m0| - m0/2]+ + c + h + b + Q + O1 + U + Y > 1e-4`, or `B > 1e-3`,
//!
//! and where the joint strains it beyond what it bears. Tissue within 3 mm of a stirred voxel is
//! awake; elsewhere nothing reacts. Movement takes place everywhere, so that what arrives in
//! sleeping tissue is kept, and wakes it.

use ossicle_field::Grid;
use ossicle_field::reaction::LANES;
use rayon::prelude::*;

use crate::fields::{FIELDS, Slow};
use crate::joint::Load;
use crate::problem::Problem;

/// Cells and matrix together above which a voxel is stirred.
const STIRRED: f64 = 1e-4;
/// BMP above which it is.
const STIRRED_BMP: f64 = 1e-3;
/// Deviation of progenitors, relative to rest, that counts as none.
const USUAL_DEVIATION: f64 = 0.5;
/// Distance from a stirred voxel within which tissue is awake.
const REACH_MM: f64 = 3.0;
/// Voxels along the edge of a block.
const BLOCK: usize = 4;

/// Which tissue reacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activity {
    /// That in and round the lesion.
    #[default]
    RoundTheLesion,
    /// All of it, as in the radial reference program.
    Everywhere,
}

/// The awake voxels of a step, as runs of [`LANES`] in the order of the grid.
pub(crate) struct Awake {
    activity: Activity,
    along: [usize; 3],
    stirred: Vec<bool>,
    spread: Vec<bool>,
    runs: Vec<bool>,
}

impl Awake {
    pub(crate) fn new(grid: &Grid, activity: Activity) -> Self {
        let along = grid.shape().map(|n| n.div_ceil(BLOCK));
        let blocks = along.iter().product();
        Self {
            activity,
            along,
            stirred: vec![true; blocks],
            spread: vec![true; blocks],
            runs: vec![true; grid.len().div_ceil(LANES)],
        }
    }

    /// Whether something may react in the run of [`LANES`] voxels that begins at `first`.
    pub(crate) fn run(&self, first: usize) -> bool {
        self.runs[first / LANES]
    }

    /// Voxels in which something may react.
    pub(crate) fn voxels(&self, grid: &Grid) -> u64 {
        let runs = self.runs.iter().filter(|run| **run).count();
        (runs * LANES).min(grid.len()) as u64
    }

    /// Looks for what is stirred in `fields` under `loads`, of which a voxel feels `strain_share`.
    pub(crate) fn look(
        &mut self,
        problem: &Problem,
        fields: &[Vec<f64>; FIELDS],
        strain_share: &[f64],
        loads: &[Load],
    ) {
        if self.activity == Activity::Everywhere {
            return;
        }
        let grid = problem.grid();
        let [nx, ny, nz] = grid.shape();
        let [bx, by, _] = self.along;
        let strain = loads.iter().fold(0.0_f64, |most, load| most.max(load.strain));
        self.stirred.par_iter_mut().enumerate().for_each(|(b, stirred)| {
            let [x, y, z] = [b % bx, b / bx % by, b / (bx * by)].map(|v| v * BLOCK);
            *stirred = (z..(z + BLOCK).min(nz)).any(|k| {
                (y..(y + BLOCK).min(ny)).any(|j| {
                    let row = nx * (j + ny * k);
                    (row + x..row + (x + BLOCK).min(nx))
                        .any(|c| is_stirred(problem, fields, strain * strain_share[c], c))
                })
            });
        });
        for (axis, spacing) in grid.spacing_mm().into_iter().enumerate() {
            let reach = (REACH_MM / (spacing * BLOCK as f64)).ceil() as usize;
            self.widen(axis, reach);
        }
        let (along, awake) = (self.along, &self.stirred);
        self.runs.par_iter_mut().enumerate().for_each(|(run, any)| {
            let (mut c, end) = (run * LANES, ((run + 1) * LANES).min(grid.len()));
            *any = false;
            while c < end && !*any {
                let [i, j, k] = grid.voxel(c);
                *any = awake[i / BLOCK + along[0] * (j / BLOCK + along[1] * (k / BLOCK))];
                c += (BLOCK - i % BLOCK).min(nx - i);
            }
        });
    }

    /// Stirs every block within `reach` blocks of a stirred one along an axis.
    fn widen(&mut self, axis: usize, reach: usize) {
        let stride = self.along[..axis].iter().product::<usize>();
        let (n, stirred) = (self.along[axis], &self.stirred);
        self.spread.par_iter_mut().enumerate().for_each(|(b, spread)| {
            let at = b / stride % n;
            let first = b - at.min(reach) * stride;
            let last = b + (n - 1 - at).min(reach) * stride;
            *spread = (first..=last).step_by(stride).any(|near| stirred[near]);
        });
        std::mem::swap(&mut self.stirred, &mut self.spread);
    }
}

fn is_stirred(problem: &Problem, fields: &[Vec<f64>; FIELDS], strain: f64, c: usize) -> bool {
    let tissue = problem.tissue[c];
    if !tissue.is_soft() {
        return false;
    }
    let healthy = &problem.classes[usize::from(tissue.code())];
    let f = |field: Slow| fields[field as usize][c];
    let resident = healthy.progenitors;
    let deviation = (f(Slow::Progenitors) - resident).abs() - USUAL_DEVIATION * resident;
    let new = f(Slow::Debris)
        + f(Slow::InflammatoryMacrophages)
        + f(Slow::ReparativeMacrophages)
        + deviation.max(0.0)
        + f(Slow::Chondrocytes)
        + f(Slow::Hypertrophic)
        + f(Slow::Osteoblasts)
        + f(Slow::CartilageMatrix)
        + f(Slow::ImmatureOsteoid)
        + f(Slow::MatureOsteoid)
        + f(Slow::Mineral);
    // Not a number is stirred as well: where nothing looks, nothing finds it.
    let still = new <= STIRRED && f(Slow::Bmp) <= STIRRED_BMP;
    let torn = healthy.failure_strain > 0.0 && strain > healthy.failure_strain;
    !still || torn
}

#[cfg(test)]
mod tests {
    use ossicle_anatomy::Tissue;

    use super::*;
    use crate::exposure::Host;
    use crate::problem::Injury;
    use crate::state::State;
    use crate::testing::model_of;

    /// Muscle in a box of 64 x 24 x 24 voxels of 1 x 1 x 2 mm.
    fn muscle() -> Problem {
        let grid = Grid::aligned([64, 24, 24], [1.0, 1.0, 2.0], [0.0; 3]).unwrap();
        let n = grid.len();
        let injury = Injury { debris: vec![0.0; n], site: vec![1.0; n], distance_mm: vec![1.0; n] };
        let tissue = vec![Tissue::Muscle; n];
        Problem::new(grid, tissue, injury, None, 120.0, Host::default(), model_of(&[])).unwrap()
    }

    fn awake(problem: &Problem, state: &State, strain: f64) -> Awake {
        let mut awake = Awake::new(problem.grid(), Activity::RoundTheLesion);
        let share: Vec<f64> = (0..problem.grid().len()).map(|c| 1.0 / (1.0 + c as f64)).collect();
        awake.look(problem, &state.fields, &share, &[Load { share_of_day: 0.1, strain }]);
        awake
    }

    #[test]
    fn what_is_stirred_wakes_what_lies_within_reach_and_little_more() {
        let problem = muscle();
        let grid = *problem.grid();
        let healthy = State::healthy(&problem);
        assert_eq!(awake(&problem, &healthy, 0.0).voxels(&grid), 0);
        let stirrings = [
            (Slow::Debris, 2e-4),
            (Slow::Osteoblasts, 2e-4),
            (Slow::Mineral, f64::NAN),
            (Slow::Bmp, 2e-3),
            (Slow::Progenitors, 1.0),
        ];
        for (field, value) in stirrings {
            let mut state = healthy.clone();
            let at = grid.index([33, 10, 10]);
            state.fields[field as usize][at] = value;
            let awake = awake(&problem, &state, 0.0);
            let centre = grid.centre([33, 10, 10]);
            for c in 0..grid.len() {
                let away = grid.centre(grid.voxel(c));
                let off: [f64; 3] = std::array::from_fn(|a| (away[a] - centre[a]).abs());
                let reached = off.iter().all(|off| *off <= REACH_MM);
                assert!(awake.run(c / LANES * LANES) || !reached, "{:?} sleeps", grid.voxel(c));
                // Across the runs, a block further at most.
                let beyond = off[1] > 2.0 * BLOCK as f64 || off[2] > 2.0 * 2.0 * BLOCK as f64;
                assert!(!(awake.run(c / LANES * LANES) && beyond), "{:?} wakes", grid.voxel(c));
            }
        }
    }

    #[test]
    fn strain_beyond_what_tissue_bears_wakes_it() {
        let problem = muscle();
        let healthy = State::healthy(&problem);
        let bears = problem.classes[usize::from(Tissue::Muscle.code())].failure_strain;
        // The first voxel alone feels all of it.
        assert_eq!(awake(&problem, &healthy, 0.99 * bears).voxels(problem.grid()), 0);
        let torn = awake(&problem, &healthy, 1.01 * bears);
        assert!(torn.run(0) && torn.voxels(problem.grid()) > 0);
        let all = Awake::new(problem.grid(), Activity::Everywhere);
        assert_eq!(all.voxels(problem.grid()), problem.grid().len() as u64);
    }
}
