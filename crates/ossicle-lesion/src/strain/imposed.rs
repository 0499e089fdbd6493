//! Strain that moving bones impose on the tissue between them, without a rule for shielding.
//!
//! `div(E grad u_i) = 0`, `u` = the rotation's displacement per radian on the bone that moves, 0
//! on the bone that does not, no traction on walls
//!
//! `eps = rms over rotations of 2/3 sqrt((e11-e22)^2 + (e22-e33)^2 + (e33-e11)^2 + 6(e12^2+e13^2+e23^2))`
//!
//! `share = bears eps / max(eps_healthy, eps_usual)`: tissue is made for its joint, so in health
//! none feels more than it bears; `eps_usual` is the mean over the healthy capsule and the injured
//! region. Stiff bone then shields its inside and strains its border.
//!
//! The three components are coupled through their common bones alone. Displacements are refreshed
//! once the stiffness of a block of tissue has changed by a twentieth, and at least every week.

use ossicle_anatomy::Tissue;
use ossicle_field::elliptic::{EllipticError, EllipticSolver, Hierarchy};
use ossicle_field::{Faces, Grid, reduce};
use rayon::prelude::*;
use thiserror::Error;

use super::stiffness::Stiffness;
use crate::fields::FIELDS;
use crate::problem::{Problem, bears};
use crate::state::State;

/// Change of the logarithm of a block's stiffness that calls for fresh displacements.
const CHANGED: f64 = 0.05;
/// Days after which they are refreshed in any case.
const AT_LEAST_EVERY_DAYS: f64 = 7.0;
/// Voxels along the edge of a block.
const BLOCK: usize = 8;
/// Relative residual of the displacements.
const TOLERANCE: f64 = 1e-4;

/// What a bone does to the voxels that it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Nothing: there is no bone here.
    Nothing,
    /// It stays where it is.
    Fixed,
    /// It turns with the limb.
    Moving,
}

/// A rotation of the moving bone: about a line through `point_mm` (world, mm) along the unit
/// vector `direction`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    /// A point of the axis.
    pub point_mm: [f64; 3],
    /// Along it.
    pub direction: [f64; 3],
}

/// The bones of a joint on the lesion grid, and the rotations that motion makes.
#[derive(Clone, Debug)]
pub struct Bodies {
    holds: Vec<Holds>,
    rotations: Vec<Rotation>,
    /// `share = eps gain`, per voxel: what tissue bears over what it feels in health.
    gain: Vec<f64>,
}

/// Why bones were refused.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum BodiesError {
    /// The map has another size than the grid.
    #[error("the map of bones holds {found} values; expected one for each of {expected} voxels")]
    Size {
        /// Values found.
        found: usize,
        /// Voxels of the grid.
        expected: usize,
    },
    /// No bone of one kind touches the tissue.
    #[error("no {which} bone is in the lesion box; expected both sides of the joint")]
    Missing {
        /// `fixed` or `moving`.
        which: &'static str,
    },
    /// There is nothing to turn about.
    #[error("no rotation is given, or its axis is not a unit vector; expected at least one")]
    NoRotation,
    /// Displacements of the healthy tissue cannot be solved for.
    #[error("the strain of the healthy joint cannot be solved for: {0}")]
    Healthy(#[from] EllipticError),
}

/// What must be kept from step to step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ImposedState {
    /// Displacement per radian in mm along the grid's axes: three fields for each rotation.
    pub(crate) displacement_mm: Vec<Vec<f64>>,
    /// Mean logarithm of the stiffness of every block when they were solved for.
    pub(crate) blocks: Vec<f64>,
    /// When that was; before the first time, long ago.
    pub(crate) solved_day: f64,
}

impl ImposedState {
    /// Room for the bodies of a problem.
    pub(crate) fn new(problem: &Problem) -> Self {
        let Some(bodies) = &problem.bodies else { return Self::default() };
        let n = problem.grid().len();
        Self {
            displacement_mm: vec![vec![0.0; n]; 3 * bodies.rotations.len()],
            blocks: vec![0.0; block_count(problem.grid())],
            solved_day: f64::MIN,
        }
    }
}

impl Bodies {
    /// Bones on the grid of a problem, one value of `holds` for each voxel, and the rotations that
    /// stand for motion. Solves for the strain of the healthy joint.
    ///
    /// # Errors
    /// Refuses maps of the wrong size, a joint with one side only, and rotations about nothing.
    pub(crate) fn new(
        problem: &Problem,
        holds: Vec<Holds>,
        rotations: Vec<Rotation>,
    ) -> Result<Self, BodiesError> {
        let n = problem.grid().len();
        if holds.len() != n {
            return Err(BodiesError::Size { found: holds.len(), expected: n });
        }
        for (which, side) in [("fixed", Holds::Fixed), ("moving", Holds::Moving)] {
            if !holds.contains(&side) {
                return Err(BodiesError::Missing { which });
            }
        }
        let unit = |r: &Rotation| (reduce::dot(&r.direction, &r.direction) - 1.0).abs() < 1e-6;
        if rotations.is_empty() || !rotations.iter().all(unit) {
            return Err(BodiesError::NoRotation);
        }
        let mut bodies = Self { holds, rotations, gain: vec![0.0; n] };
        let healthy = State::healthy(problem);
        let mut imposed = Imposed::new(problem);
        let mut displacement = vec![vec![0.0; n]; 3 * bodies.rotations.len()];
        imposed.stiffen(problem, &healthy.fields);
        imposed.solve(problem, &bodies, &mut displacement)?;
        let mut strain = vec![0.0; n];
        imposed.strain(problem, &bodies, &displacement, &mut strain);
        let usual = usual_strain(&problem.zone, &strain);
        for (c, gain) in bodies.gain.iter_mut().enumerate() {
            if problem.tissue[c].is_soft() {
                let most = if strain[c] > usual { strain[c] } else { usual };
                *gain = bears(problem.tissue[c]) / most;
            }
        }
        Ok(bodies)
    }
}

/// Mean strain of the healthy tissue round the injury and in the capsule: of the zone in which
/// motion is felt in full where no bones tell it.
fn usual_strain(zone: &[f64], strain: &[f64]) -> f64 {
    let weight = reduce::sum(zone);
    if weight > 0.0 { reduce::dot(zone, strain) / weight } else { 1.0 }
}

/// Scratch memory for displacements; dropping it loses nothing.
pub(crate) struct Imposed {
    model: Stiffness,
    modulus: Vec<f64>,
    blocks: Vec<f64>,
    faces: Faces,
    screening: Vec<f64>,
    source: Vec<f64>,
}

impl Imposed {
    pub(crate) fn new(problem: &Problem) -> Self {
        let (grid, n) = (problem.grid(), problem.grid().len());
        Self {
            model: Stiffness::new(problem.model.values()),
            modulus: vec![0.0; n],
            blocks: vec![0.0; block_count(grid)],
            faces: Faces::closed(grid.shape()),
            screening: vec![0.0; n],
            source: vec![0.0; n],
        }
    }

    /// Fills `share`, with fresh displacements where the tissue has stiffened.
    pub(super) fn share(
        &mut self,
        problem: &Problem,
        bodies: &Bodies,
        day: f64,
        fields: &[Vec<f64>; FIELDS],
        state: &mut ImposedState,
        share: &mut [f64],
    ) -> Result<(), EllipticError> {
        self.stiffen(problem, fields);
        let changed = self.blocks.iter().zip(&state.blocks).any(|(a, b)| (a - b).abs() > CHANGED);
        if !changed && day - state.solved_day < AT_LEAST_EVERY_DAYS {
            return Ok(());
        }
        self.solve(problem, bodies, &mut state.displacement_mm)?;
        self.strain(problem, bodies, &state.displacement_mm, share);
        share.par_iter_mut().zip(&bodies.gain).for_each(|(share, gain)| *share *= gain);
        state.blocks.copy_from_slice(&self.blocks);
        state.solved_day = day;
        Ok(())
    }

    /// Stiffness of every voxel that is free to move, 0 elsewhere, and of every block.
    fn stiffen(&mut self, problem: &Problem, fields: &[Vec<f64>; FIELDS]) {
        let model = &self.model;
        self.modulus.par_iter_mut().enumerate().for_each(|(c, modulus)| {
            *modulus = if yields(problem.tissue[c]) { model.at(problem, fields, c) } else { 0.0 };
        });
        let [nx, ny, nz] = problem.grid().shape();
        let [bx, by, _] = blocks_along(problem.grid());
        let modulus = &self.modulus;
        self.blocks.par_iter_mut().enumerate().for_each(|(b, mean)| {
            let first = [b % bx, b / bx % by, b / (bx * by)].map(|v| v * BLOCK);
            let (mut sum, mut count) = (0.0, 0.0);
            for k in first[2]..(first[2] + BLOCK).min(nz) {
                for j in first[1]..(first[1] + BLOCK).min(ny) {
                    for i in first[0]..(first[0] + BLOCK).min(nx) {
                        let found = modulus[i + nx * (j + ny * k)];
                        if found > 0.0 {
                            sum += libm::log(found);
                            count += 1.0;
                        }
                    }
                }
            }
            *mean = if count > 0.0 { sum / count } else { 0.0 };
        });
    }

    /// Displacements of every rotation, from those that are there.
    fn solve(
        &mut self,
        problem: &Problem,
        bodies: &Bodies,
        displacement_mm: &mut [Vec<f64>],
    ) -> Result<(), EllipticError> {
        let grid = problem.grid();
        self.faces.set_harmonic(&self.modulus, [1.0; 3]);
        let hierarchy = Hierarchy::new(&self.faces, grid.spacing_mm());
        let mut solver = EllipticSolver::new(&hierarchy);
        let Self { modulus, screening, source, .. } = self;
        for (which, u) in displacement_mm.iter_mut().enumerate() {
            let (rotation, along) = (&bodies.rotations[which / 3], which % 3);
            (screening.par_iter_mut(), source.par_iter_mut(), &*modulus)
                .into_par_iter()
                .enumerate()
                .for_each(|(c, (screening, source, modulus))| {
                    (*screening, *source) = (0.0, 0.0);
                    if *modulus > 0.0 {
                        for held in bodies.held(grid, c) {
                            let pull = 2.0 * modulus / (held.spacing_mm * held.spacing_mm);
                            *screening += pull;
                            *source += pull * held.displacement(grid, rotation)[along];
                        }
                    }
                });
            solver.solve(&hierarchy, 1.0, screening, source, TOLERANCE, u)?;
        }
        Ok(())
    }

    /// Octahedral shear strain per radian, root mean square over the rotations.
    fn strain(
        &self,
        problem: &Problem,
        bodies: &Bodies,
        displacement_mm: &[Vec<f64>],
        strain: &mut [f64],
    ) {
        let grid = problem.grid();
        let count = bodies.rotations.len() as f64;
        strain.par_iter_mut().enumerate().for_each(|(c, strain)| {
            *strain = 0.0;
            if self.modulus[c] > 0.0 {
                for (rotation, u) in bodies.rotations.iter().zip(displacement_mm.chunks_exact(3)) {
                    let shear = octahedral(self.gradient(grid, bodies, rotation, u, c));
                    *strain += shear * shear / count;
                }
                *strain = strain.sqrt();
            }
        });
    }

    /// `gradient[i][a]`: change of component `i` of the displacement along axis `a` within voxel
    /// `c`, the mean of what its two faces see of it.
    fn gradient(
        &self,
        grid: &Grid,
        bodies: &Bodies,
        rotation: &Rotation,
        u: &[Vec<f64>],
        c: usize,
    ) -> [[f64; 3]; 3] {
        let (spacing, strides) = (grid.spacing_mm(), grid.strides());
        let own = self.modulus[c];
        let mut gradient = [[0.0; 3]; 3];
        for (a, h) in spacing.into_iter().enumerate() {
            for (upper, n) in neighbours(grid, c, a).into_iter().enumerate() {
                let Some(n) = n else { continue };
                let side = if upper == 1 { 1.0 } else { -1.0 };
                if bodies.holds[n] != Holds::Nothing {
                    let held =
                        Held { from: c, axis: a, side, spacing_mm: h, holds: bodies.holds[n] };
                    let there = held.displacement(grid, rotation);
                    for i in 0..3 {
                        gradient[i][a] += 0.5 * side * (there[i] - u[i][c]) / (0.5 * h);
                    }
                    continue;
                }
                let lower = if upper == 1 { c } else { c - strides[a] };
                let share = self.faces.across(a)[lower] / own;
                for i in 0..3 {
                    gradient[i][a] += 0.5 * side * share * (u[i][n] - u[i][c]) / h;
                }
            }
        }
        gradient
    }
}

/// A face of a free voxel on a bone.
struct Held {
    from: usize,
    axis: usize,
    side: f64,
    spacing_mm: f64,
    holds: Holds,
}

impl Held {
    /// Displacement of the bone at the face, mm per radian along the grid's axes.
    fn displacement(&self, grid: &Grid, rotation: &Rotation) -> [f64; 3] {
        if self.holds == Holds::Fixed {
            return [0.0; 3];
        }
        let mut at = grid.voxel(self.from).map(|v| v as f64);
        at[self.axis] += 0.5 * self.side;
        let x = grid.to_world(at);
        let [rx, ry, rz]: [f64; 3] = std::array::from_fn(|i| x[i] - rotation.point_mm[i]);
        let [dx, dy, dz] = rotation.direction;
        let moved = [dy * rz - dz * ry, dz * rx - dx * rz, dx * ry - dy * rx];
        grid.directions().map(|axis| (0..3).map(|i| axis[i] * moved[i]).sum())
    }
}

impl Bodies {
    /// The faces of voxel `c` on bone.
    fn held<'a>(&'a self, grid: &'a Grid, c: usize) -> impl Iterator<Item = Held> + 'a {
        let spacing = grid.spacing_mm();
        (0..3).flat_map(move |axis| {
            let sides = neighbours(grid, c, axis).into_iter().zip([-1.0, 1.0]);
            sides.filter_map(move |(n, side)| {
                let holds = self.holds[n?];
                let spacing_mm = spacing[axis];
                (holds != Holds::Nothing).then_some(Held { from: c, axis, side, spacing_mm, holds })
            })
        })
    }
}

/// The neighbours of voxel `c` below and above along an axis.
fn neighbours(grid: &Grid, c: usize, axis: usize) -> [Option<usize>; 2] {
    let (at, stride) = (grid.voxel(c)[axis], grid.strides()[axis]);
    [(at > 0).then(|| c - stride), (at + 1 < grid.shape()[axis]).then(|| c + stride)]
}

/// Octahedral shear of the symmetric part of a gradient.
fn octahedral(g: [[f64; 3]; 3]) -> f64 {
    let square = |v: f64| v * v;
    let normal = square(g[0][0] - g[1][1]) + square(g[1][1] - g[2][2]) + square(g[2][2] - g[0][0]);
    let shear = |i: usize, j: usize| square(0.5 * (g[i][j] + g[j][i]));
    2.0 / 3.0 * (normal + 6.0 * (shear(0, 1) + shear(0, 2) + shear(1, 2))).sqrt()
}

/// Whether a tissue gives way: not bone and metal, which do not, nor what is outside.
fn yields(tissue: Tissue) -> bool {
    !tissue.is_bone() && !tissue.is_outside() && tissue != Tissue::Metal
}

fn blocks_along(grid: &Grid) -> [usize; 3] {
    grid.shape().map(|n| n.div_ceil(BLOCK))
}

fn block_count(grid: &Grid) -> usize {
    blocks_along(grid).into_iter().product()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposure::Host;
    use crate::fields::Slow;
    use crate::problem::Injury;
    use crate::testing::{close, model_of};

    /// Bone at both ends along the first axis, tissue in between, voxels of 1 mm; the upper bone
    /// turns about an axis so far away that it is drawn off along the first axis.
    const ARM_MM: f64 = 1e6;

    struct Stretched {
        problem: Problem,
        imposed: Imposed,
        displacement: Vec<Vec<f64>>,
    }

    impl Stretched {
        fn new(
            shape: [usize; 3],
            processes: &[&str],
            between: impl Fn([usize; 3]) -> Tissue,
        ) -> Self {
            let grid = Grid::aligned(shape, [1.0; 3], [0.0; 3]).unwrap();
            let n = grid.len();
            let at_end = |c: usize| grid.voxel(c)[0] == 0 || grid.voxel(c)[0] + 1 == shape[0];
            let tissue = (0..n)
                .map(|c| if at_end(c) { Tissue::CorticalBone } else { between(grid.voxel(c)) });
            let injury =
                Injury { debris: vec![0.0; n], site: vec![1.0; n], distance_mm: vec![-1.0; n] };
            let model = model_of(processes);
            let tissue = tissue.collect();
            let problem =
                Problem::new(grid, tissue, injury, None, 120.0, Host::default(), model).unwrap();
            let holds = (0..n).map(|c| match grid.voxel(c)[0] {
                0 => Holds::Fixed,
                i if i + 1 == shape[0] => Holds::Moving,
                _ => Holds::Nothing,
            });
            let rotation = Rotation { point_mm: [0.0, ARM_MM, 0.0], direction: [0.0, 0.0, 1.0] };
            let problem = problem.with_bodies(holds.collect(), vec![rotation]).unwrap();
            Self { imposed: Imposed::new(&problem), displacement: vec![vec![0.0; n]; 3], problem }
        }

        /// Octahedral shear strain over that of a bar of the whole length in pure stretch.
        fn strain(&mut self, fields: &[Vec<f64>; FIELDS]) -> Vec<f64> {
            let Self { problem, imposed, displacement } = self;
            let bodies = problem.bodies.as_ref().unwrap();
            imposed.stiffen(problem, fields);
            imposed.solve(problem, bodies, displacement).unwrap();
            let mut strain = vec![0.0; problem.grid().len()];
            imposed.strain(problem, bodies, displacement, &mut strain);
            let length = problem.grid().shape()[0] as f64 - 2.0;
            let whole = 2.0 / 3.0 * 2.0_f64.sqrt() * ARM_MM / length;
            strain.into_iter().map(|s| s / whole).collect()
        }
    }

    #[test]
    fn tissues_in_series_share_a_stretch_by_their_compliance() {
        // 10 mm of fat (0.02 MPa) and 20 mm of muscle (0.2 MPa).
        let mut bar = Stretched::new([32, 3, 3], &["stiffness"], |v| {
            if v[0] <= 10 { Tissue::Fat } else { Tissue::Muscle }
        });
        let healthy = State::healthy(&bar.problem);
        let strain = bar.strain(&healthy.fields);
        let stress = 30.0 / (10.0 / 0.02 + 20.0 / 0.2);
        let at = |i: usize| strain[bar.problem.grid().index([i, 1, 1])];
        for (i, modulus) in [(1, 0.02), (5, 0.02), (10, 0.02), (11, 0.2), (20, 0.2), (30, 0.2)] {
            close(at(i), stress / modulus, 5e-3);
        }
    }

    #[test]
    fn a_bone_in_the_tissue_is_spared_and_strains_what_lies_before_it() {
        // In a long block the field of a ball fifty times stiffer is 3/(2 + 50) inside of it.
        let mut block = Stretched::new([42, 40, 40], &["stiffness"], |_| Tissue::Muscle);
        let mut fields = State::healthy(&block.problem).fields;
        let grid = *block.problem.grid();
        let radius = |c: usize| {
            let [x, y, z] = grid.centre(grid.voxel(c));
            let from = [x - 20.5, y - 19.5, z - 19.5];
            reduce::dot(&from, &from).sqrt()
        };
        for c in 0..grid.len() {
            fields[Slow::Mineral as usize][c] = if radius(c) < 8.0 { 0.5 } else { 0.0 };
        }
        let strain = block.strain(&fields);
        let inside = strain[grid.index([20, 20, 20])];
        assert!((inside / (3.0 / 52.0) - 1.0).abs() < 0.15, "{inside} of the stretch");
        // At the pole the gradient is 3 k/(k + 2) of the far one.
        let pole = strain[grid.index([12, 20, 20])];
        assert!(pole > 2.0 && pole < 3.0, "{pole} of the stretch");
        // A model whose bone stays soft feels none of it.
        let mut soft = Stretched::new([42, 40, 40], &[], |_| Tissue::Muscle);
        assert!(soft.strain(&fields).iter().all(|s| *s < 1.01));
    }

    #[test]
    fn in_health_no_tissue_feels_more_than_it_bears() {
        let block = Stretched::new([22, 9, 9], &[], |v| match v[1] {
            0..3 => Tissue::Fat,
            3..5 => Tissue::Capsule,
            _ => Tissue::Muscle,
        });
        let problem = &block.problem;
        let (mut share, mut kept) = (vec![0.0; problem.grid().len()], ImposedState::new(problem));
        let healthy = State::healthy(problem);
        let mut imposed = block.imposed;
        let bodies = problem.bodies.as_ref().unwrap();
        imposed.share(problem, bodies, 0.0, &healthy.fields, &mut kept, &mut share).unwrap();
        for (c, share) in share.iter().enumerate() {
            let tissue = problem.tissue[c];
            let bears = if tissue.is_soft() { bears(tissue) } else { 0.0 };
            assert!(*share >= 0.0 && *share <= 1.001 * bears, "{tissue}: {share} of {bears}");
        }
        assert_eq!(kept.solved_day, 0.0);
        // Nothing has changed: nothing is solved again until a week has passed.
        share.fill(7.0);
        imposed.share(problem, bodies, 6.9, &healthy.fields, &mut kept, &mut share).unwrap();
        assert!(share.iter().all(|s| *s == 7.0) && kept.solved_day == 0.0);
        imposed.share(problem, bodies, 7.0, &healthy.fields, &mut kept, &mut share).unwrap();
        assert_eq!(kept.solved_day, 7.0);
    }

    #[test]
    fn bones_that_make_no_joint_are_refused() {
        let block = Stretched::new([6, 3, 3], &[], |_| Tissue::Muscle);
        let n = block.problem.grid().len();
        let rotation = Rotation { point_mm: [0.0; 3], direction: [1.0, 0.0, 0.0] };
        let refused = |holds, rotations| Bodies::new(&block.problem, holds, rotations).unwrap_err();
        let told = refused(vec![Holds::Fixed; n], vec![rotation]).to_string();
        assert_eq!(told, "no moving bone is in the lesion box; expected both sides of the joint");
        assert_eq!(
            refused(vec![Holds::Fixed; n - 1], vec![rotation]),
            BodiesError::Size { found: n - 1, expected: n }
        );
        let mut both = vec![Holds::Fixed; n];
        both[0] = Holds::Moving;
        assert_eq!(refused(both.clone(), Vec::new()), BodiesError::NoRotation);
        let long = Rotation { direction: [1.0, 1.0, 0.0], ..rotation };
        assert_eq!(refused(both, vec![long]), BodiesError::NoRotation);
    }
}
