//! Where motion is felt: a share of the joint's strain for every voxel.
//!
//! With bones that move the share follows from the displacement they impose on the tissue between
//! them ([`imposed`]), component by component ([`scalar`]) or as an elastic solid ([`elastic`]); a lesion without a joint has a rule in its place ([`shielding`]).

mod bodies;
mod elastic;
mod imposed;
mod scalar;
mod shielding;
mod stiffness;

pub use bodies::{Bodies, BodiesError, Continuum, Holds, Rotation, StrainError};
pub(crate) use imposed::{Imposed, ImposedState};
pub use stiffness::Stiffness;

use crate::fields::{FIELDS, Slow};
use crate::problem::Problem;

/// Scratch memory of whichever rule is in use; dropping it loses nothing.
pub(crate) struct StrainSolver(Option<Imposed>);

impl StrainSolver {
    pub(crate) fn new(problem: &Problem) -> Self {
        Self(problem.bodies.as_ref().map(|bodies| Imposed::new(problem, bodies.tissue)))
    }

    /// Fills `share` for the tissue that `fields` hold on `day`.
    ///
    /// # Errors
    /// If the displacements cannot be solved for.
    pub(crate) fn share(
        &mut self,
        problem: &Problem,
        day: f64,
        fields: &[Vec<f64>; FIELDS],
        state: &mut ImposedState,
        share: &mut [f64],
    ) -> Result<(), StrainError> {
        match (&mut self.0, &problem.bodies) {
            (Some(imposed), Some(bodies)) => {
                imposed.share(problem, bodies, day, fields, state, share)
            }
            _ if problem.model.stiffens => {
                shielding::share_of_strain(problem, &fields[Slow::Mineral as usize], share);
                Ok(())
            }
            _ => {
                share.copy_from_slice(&problem.zone);
                Ok(())
            }
        }
    }
}
