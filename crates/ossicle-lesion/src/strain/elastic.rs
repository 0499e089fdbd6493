//! Tissue as a linear elastic solid: `div(sigma) = 0`, corners of voxels held on the bones.
//!
//! `sigma = lambda tr(e) I + 2 mu e` from the same modulus as the scalar way and one Poisson's ratio;
//! strain is that at the centres of voxels.

use ossicle_field::Grid;
use ossicle_field::elasticity::{Elasticity, ElasticityError, ElasticitySolver, Held};
use rayon::prelude::*;

use super::bodies::{Bodies, Holds, Rotation};

/// Relative error of the displacements, in the energy norm.
const TOLERANCE: f64 = 1e-3;

/// Corners of the voxels of a grid.
pub(super) fn nodes(grid: &Grid) -> usize {
    grid.shape().iter().map(|n| n + 1).product()
}

/// The solid of the last solve.
#[derive(Default)]
pub(super) struct Elastic(Option<Elasticity>);

impl Elastic {
    /// Displacements of every rotation, from those that are there.
    pub(super) fn solve(
        &mut self,
        grid: &Grid,
        bodies: &Bodies,
        modulus_mpa: &[f64],
        poisson: f64,
        displacement_mm: &mut [Vec<f64>],
    ) -> Result<(), ElasticityError> {
        let holds: Vec<Holds> =
            (0..nodes(grid)).into_par_iter().map(|n| holds(grid, bodies, n)).collect();
        let held: Vec<Held> = holds
            .iter()
            .map(|h| if *h == Holds::Nothing { Held::FREE } else { Held::FIXED })
            .collect();
        let body = Elasticity::new(grid, modulus_mpa, &vec![poisson; grid.len()], &held)?;
        let mut solver = ElasticitySolver::new(&body);
        for (rotation, u) in bodies.rotations.iter().zip(displacement_mm) {
            impose(grid, &holds, rotation, u);
            solver.solve(&body, None, TOLERANCE, u)?;
        }
        self.0 = Some(body);
        Ok(())
    }

    /// Octahedral shear strain of voxel `c` per radian of a rotation that displaces by `u`.
    pub(super) fn shear(&self, u: &[f64], c: usize) -> f64 {
        self.0.as_ref().map_or(0.0, |body| body.strain(u, c).octahedral_shear())
    }
}

/// Which bone holds a node: one of the voxels round it. Where both bones meet, the fixed one.
fn holds(grid: &Grid, bodies: &Bodies, node: usize) -> Holds {
    let shape = grid.shape();
    let at = node_at(grid, node);
    let mut found = Holds::Nothing;
    for corner in 0..8 {
        let voxel: [usize; 3] =
            std::array::from_fn(|a| at[a].wrapping_sub(1).wrapping_add(corner >> a & 1));
        if (0..3).all(|a| voxel[a] < shape[a]) {
            match bodies.holds[grid.index(voxel)] {
                Holds::Fixed => return Holds::Fixed,
                Holds::Moving => found = Holds::Moving,
                Holds::Nothing => {}
            }
        }
    }
    found
}

/// Sets the displacements of the nodes that bones hold.
fn impose(grid: &Grid, holds: &[Holds], rotation: &Rotation, u: &mut [f64]) {
    let n = holds.len();
    for (node, holds) in holds.iter().enumerate() {
        let moved = match holds {
            Holds::Nothing => continue,
            Holds::Fixed => [0.0; 3],
            Holds::Moving => {
                let corner = node_at(grid, node).map(|v| v as f64 - 0.5);
                rotation.displacement_mm(grid, grid.to_world(corner))
            }
        };
        for (a, moved) in moved.into_iter().enumerate() {
            u[a * n + node] = moved;
        }
    }
}

fn node_at(grid: &Grid, node: usize) -> [usize; 3] {
    let [x, y, _] = grid.shape().map(|n| n + 1);
    [node % x, node / x % y, node / (x * y)]
}
