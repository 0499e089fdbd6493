//! Strain that moving bones impose on the tissue between them, without a rule for shielding.
//!
//! `eps = rms over rotations of 2/3 sqrt((e11-e22)^2 + (e22-e33)^2 + (e33-e11)^2 + 6(e12^2+e13^2+e23^2))`
//!
//! `share = bears eps / max(eps_healthy, eps_usual)`: tissue is made for its joint, so in health
//! none feels more than it bears; `eps_usual` is the mean over the healthy capsule and the injured
//! region. Stiff bone then shields its inside and strains its border.
//!
//! Displacements are refreshed once the stiffness of a block of tissue has changed by a twentieth,
//! and at least every week.

use ossicle_anatomy::Tissue;
use ossicle_field::Grid;
use rayon::prelude::*;

use super::bodies::{Bodies, Continuum, StrainError};
use super::elastic::Elastic;
use super::scalar::Scalar;
use super::stiffness::Stiffness;
use crate::fields::FIELDS;
use crate::problem::Problem;

/// Change of the logarithm of a block's stiffness that calls for fresh displacements.
const CHANGED: f64 = 0.05;
/// Days after which they are refreshed in any case.
const AT_LEAST_EVERY_DAYS: f64 = 7.0;
/// Voxels along the edge of a block.
const BLOCK: usize = 8;

/// What must be kept from step to step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ImposedState {
    /// Displacement per radian in mm along the grid's axes (`Bodies::no_displacement`).
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
        Self {
            displacement_mm: bodies.no_displacement(problem.grid()),
            blocks: vec![0.0; block_count(problem.grid())],
            solved_day: f64::MIN,
        }
    }
}

/// Scratch memory for displacements; dropping it loses nothing.
pub(crate) struct Imposed {
    model: Stiffness,
    modulus: Vec<f64>,
    blocks: Vec<f64>,
    tissue: Solid,
}

enum Solid {
    Scalar(Scalar),
    Elastic(Elastic),
}

impl Imposed {
    pub(super) fn new(problem: &Problem, tissue: Continuum) -> Self {
        let grid = problem.grid();
        Self {
            model: Stiffness::new(problem.model.values()),
            modulus: vec![0.0; grid.len()],
            blocks: vec![0.0; block_count(grid)],
            tissue: match tissue {
                Continuum::Scalar => Solid::Scalar(Scalar::new(grid)),
                Continuum::Elastic => Solid::Elastic(Elastic::default()),
            },
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
    ) -> Result<(), StrainError> {
        self.stiffen(problem, fields);
        let changed = self.blocks.iter().zip(&state.blocks).any(|(a, b)| (a - b).abs() > CHANGED);
        if !changed && day - state.solved_day < AT_LEAST_EVERY_DAYS {
            return Ok(());
        }
        self.strain(problem, bodies, &mut state.displacement_mm, share)?;
        share.par_iter_mut().zip(&bodies.gain).for_each(|(share, gain)| *share *= gain);
        state.blocks.copy_from_slice(&self.blocks);
        state.solved_day = day;
        Ok(())
    }

    /// Solves for what `fields` hold, from the displacements that are there, and fills `strain`.
    pub(super) fn solve(
        &mut self,
        problem: &Problem,
        bodies: &Bodies,
        fields: &[Vec<f64>; FIELDS],
        displacement_mm: &mut [Vec<f64>],
        strain: &mut [f64],
    ) -> Result<(), StrainError> {
        self.stiffen(problem, fields);
        self.strain(problem, bodies, displacement_mm, strain)
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

    /// Octahedral shear strain per radian, root mean square over the rotations.
    fn strain(
        &mut self,
        problem: &Problem,
        bodies: &Bodies,
        displacement_mm: &mut [Vec<f64>],
        strain: &mut [f64],
    ) -> Result<(), StrainError> {
        let (grid, modulus) = (problem.grid(), &self.modulus);
        let rotations = &bodies.rotations;
        let mean_square = |shear: &(dyn Fn(usize, usize) -> f64 + Sync), strain: &mut [f64]| {
            strain.par_iter_mut().enumerate().for_each(|(c, strain)| {
                *strain = 0.0;
                if modulus[c] > 0.0 {
                    for r in 0..rotations.len() {
                        let shear = shear(r, c);
                        *strain += shear * shear / rotations.len() as f64;
                    }
                    *strain = strain.sqrt();
                }
            });
        };
        match &mut self.tissue {
            Solid::Scalar(scalar) => {
                scalar.solve(grid, bodies, modulus, displacement_mm)?;
                let shear = |r: usize, c: usize| {
                    let u = &displacement_mm[3 * r..3 * r + 3];
                    scalar.shear(grid, bodies, modulus, &rotations[r], u, c)
                };
                mean_square(&shear, strain);
            }
            Solid::Elastic(elastic) => {
                let poisson = self.model.poisson;
                elastic.solve(grid, bodies, modulus, poisson, displacement_mm)?;
                mean_square(&|r, c| elastic.shear(&displacement_mm[r], c), strain);
            }
        }
        Ok(())
    }
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
    use ossicle_field::reduce;

    use super::super::bodies::{BodiesError, Holds, Rotation};
    use super::*;
    use crate::exposure::Host;
    use crate::fields::Slow;
    use crate::problem::{Injury, bears};
    use crate::state::State;
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
            continuum: Continuum,
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
            let problem = problem.with_bodies(holds.collect(), vec![rotation], continuum).unwrap();
            let displacement = problem.bodies.as_ref().unwrap().no_displacement(problem.grid());
            Self { imposed: Imposed::new(&problem, continuum), displacement, problem }
        }

        /// Octahedral shear strain over that of a bar of the whole length in pure stretch.
        fn strain(&mut self, fields: &[Vec<f64>; FIELDS]) -> Vec<f64> {
            let Self { problem, imposed, displacement } = self;
            let bodies = problem.bodies.as_ref().unwrap();
            let mut strain = vec![0.0; problem.grid().len()];
            imposed.solve(problem, bodies, fields, displacement, &mut strain).unwrap();
            let length = problem.grid().shape()[0] as f64 - 2.0;
            let whole = 2.0 / 3.0 * 2.0_f64.sqrt() * ARM_MM / length;
            strain.into_iter().map(|s| s / whole).collect()
        }
    }

    #[test]
    fn tissues_in_series_share_a_stretch_by_their_compliance() {
        // 10 mm of fat (0.02 MPa) and 20 mm of muscle (0.2 MPa).
        let mut bar = Stretched::new([32, 3, 3], &["stiffness"], Continuum::Scalar, |v| {
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
    fn an_elastic_bar_shares_a_stretch_in_the_same_way_and_thins() {
        let mut bar = Stretched::new([62, 3, 3], &["stiffness"], Continuum::Elastic, |v| {
            if v[0] <= 30 { Tissue::Fat } else { Tissue::Muscle }
        });
        let healthy = State::healthy(&bar.problem);
        let strain = bar.strain(&healthy.fields);
        let stress = 60.0 / (30.0 / 0.02 + 30.0 / 0.2);
        let at = |i: usize| strain[bar.problem.grid().index([i, 1, 1])];
        // Away from the ends the bar thins by Poisson's ratio, 0.4, which adds to the shear.
        for (i, modulus) in [(15, 0.02), (46, 0.2)] {
            close(at(i), 1.4 * stress / modulus, 0.03);
        }
    }

    /// The quick way has no such property: its free surfaces resist turning.
    #[test]
    fn an_elastic_solid_that_only_turns_with_its_bone_is_not_strained() {
        let mut block = Stretched::new([16, 6, 6], &[], Continuum::Elastic, |v| {
            if v[0] == 7 { Tissue::Outside } else { Tissue::Muscle }
        });
        let bodies = block.problem.bodies.as_mut().unwrap();
        bodies.rotations[0] = Rotation { point_mm: [2.0, 3.0, 4.0], direction: [0.6, 0.0, 0.8] };
        let fields = State::healthy(&block.problem).fields;
        let whole = 2.0 / 3.0 * 2.0_f64.sqrt() * ARM_MM / 14.0;
        let most = block.strain(&fields).iter().fold(0.0_f64, |most, s| most.max(s * whole));
        assert!(most < 1e-3, "{most} per radian");
    }

    /// Bent, twisted and stretched layers with a bone in them: the quick way finds the mean, and
    /// roughly where strain is.
    #[test]
    fn the_quick_way_strains_much_the_same_tissue_as_an_elastic_solid() {
        let strains = [Continuum::Scalar, Continuum::Elastic].map(|continuum| {
            let mut block =
                Stretched::new([26, 24, 24], &["stiffness"], continuum, |v| match v[1] {
                    0..6 => Tissue::Fat,
                    6..9 => Tissue::Capsule,
                    _ => Tissue::Muscle,
                });
            // Bending and twisting as well as stretch.
            let bodies = block.problem.bodies.as_mut().unwrap();
            bodies.rotations[0] =
                Rotation { point_mm: [12.0, -8.0, 4.0], direction: [0.0, 0.6, 0.8] };
            let mut fields = State::healthy(&block.problem).fields;
            let grid = *block.problem.grid();
            for c in 0..grid.len() {
                let [x, y, z] = grid.centre(grid.voxel(c));
                let from = [x - 12.5, y - 13.0, z - 11.5];
                if reduce::dot(&from, &from).sqrt() < 5.0 {
                    fields[Slow::Mineral as usize][c] = 0.5;
                }
            }
            let strain = block.strain(&fields);
            let soft = (0..grid.len()).filter(|c| block.problem.tissue[*c].is_soft());
            soft.map(|c| strain[c]).collect::<Vec<f64>>()
        });
        let mean = strains.each_ref().map(|s| reduce::sum(s) / s.len() as f64);
        let off = |which: usize| strains[which].iter().map(|s| s - mean[which]).collect::<Vec<_>>();
        let (quick, solid) = (off(0), off(1));
        let correlation = reduce::dot(&quick, &solid)
            / (reduce::dot(&quick, &quick) * reduce::dot(&solid, &solid)).sqrt();
        let ratio = mean[0] / mean[1];
        assert!((0.9..1.1).contains(&ratio) && correlation > 0.6, "{ratio}, {correlation}");
    }

    #[test]
    fn a_bone_in_the_tissue_is_spared_and_strains_what_lies_before_it() {
        // In a long block the field of a ball fifty times stiffer is 3/(2 + 50) inside of it.
        let mut block =
            Stretched::new([42, 40, 40], &["stiffness"], Continuum::Scalar, |_| Tissue::Muscle);
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
        let mut soft = Stretched::new([42, 40, 40], &[], Continuum::Scalar, |_| Tissue::Muscle);
        assert!(soft.strain(&fields).iter().all(|s| *s < 1.01));
    }

    #[test]
    fn in_health_no_tissue_feels_more_than_it_bears() {
        let block = Stretched::new([22, 9, 9], &[], Continuum::Scalar, |v| match v[1] {
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
        let block = Stretched::new([6, 3, 3], &[], Continuum::Scalar, |_| Tissue::Muscle);
        let n = block.problem.grid().len();
        let rotation = Rotation { point_mm: [0.0; 3], direction: [1.0, 0.0, 0.0] };
        let refused = |holds, rotations| {
            Bodies::new(&block.problem, holds, rotations, Continuum::Scalar).unwrap_err()
        };
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
