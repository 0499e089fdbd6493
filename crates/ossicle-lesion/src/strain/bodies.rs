//! The bones of a joint on the lesion grid, and how motion turns them.

use ossicle_field::elasticity::ElasticityError;
use ossicle_field::elliptic::EllipticError;
use ossicle_field::{Grid, reduce};
use thiserror::Error;

use super::elastic;
use super::imposed::Imposed;
use crate::problem::{Problem, bears};
use crate::state::State;

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
    pub(super) tissue: Continuum,
    pub(super) holds: Vec<Holds>,
    pub(super) rotations: Vec<Rotation>,
    /// `share = eps gain`, per voxel: what tissue bears over what it feels in health.
    pub(super) gain: Vec<f64>,
}

/// How the tissue between the bones hands displacement on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Continuum {
    /// Each component of the displacement for itself, `div(E grad u_i) = 0`: quick.
    #[default]
    Scalar,
    /// As a linear elastic solid, `div(sigma) = 0`: what the quick way is checked with.
    Elastic,
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
    Healthy(#[from] StrainError),
}

/// Why the strain between bones could not be solved for.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum StrainError {
    /// Component by component.
    #[error(transparent)]
    Scalar(#[from] EllipticError),
    /// As an elastic solid.
    #[error(transparent)]
    Elastic(#[from] ElasticityError),
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
        tissue: Continuum,
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
        let mut bodies = Self { tissue, holds, rotations, gain: vec![0.0; n] };
        let healthy = State::healthy(problem);
        let mut imposed = Imposed::new(problem, tissue);
        let mut displacement = bodies.no_displacement(problem.grid());
        let mut strain = vec![0.0; n];
        imposed.solve(problem, &bodies, &healthy.fields, &mut displacement, &mut strain)?;
        let usual = usual_strain(&problem.zone, &strain);
        for (c, gain) in bodies.gain.iter_mut().enumerate() {
            if problem.tissue[c].is_soft() {
                let most = if strain[c] > usual { strain[c] } else { usual };
                *gain = bears(problem.tissue[c]) / most;
            }
        }
        Ok(bodies)
    }

    /// Displacements to begin with, in mm per radian along the grid's axes: for each rotation three
    /// fields over voxels, or one list over the nodes of an elastic body.
    pub(super) fn no_displacement(&self, grid: &Grid) -> Vec<Vec<f64>> {
        let count = self.rotations.len();
        match self.tissue {
            Continuum::Scalar => vec![vec![0.0; grid.len()]; 3 * count],
            Continuum::Elastic => vec![vec![0.0; 3 * elastic::nodes(grid)]; count],
        }
    }
}

/// Mean strain of the healthy tissue round the injury and in the capsule: of the zone in which
/// motion is felt in full where no bones tell it.
fn usual_strain(zone: &[f64], strain: &[f64]) -> f64 {
    let weight = reduce::sum(zone);
    if weight > 0.0 { reduce::dot(zone, strain) / weight } else { 1.0 }
}

impl Rotation {
    /// What a radian of it does to a point of the world: mm along the axes of a grid.
    pub(super) fn displacement_mm(&self, grid: &Grid, point_mm: [f64; 3]) -> [f64; 3] {
        let [rx, ry, rz]: [f64; 3] = std::array::from_fn(|i| point_mm[i] - self.point_mm[i]);
        let [dx, dy, dz] = self.direction;
        let moved = [dy * rz - dz * ry, dz * rx - dx * rz, dx * ry - dy * rx];
        grid.directions().map(|axis| (0..3).map(|i| axis[i] * moved[i]).sum())
    }
}
