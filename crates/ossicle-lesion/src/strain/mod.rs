//! Where motion is felt: a share of the joint's strain for every voxel.
//!
//! With bones that move the share follows from the displacement they impose on the tissue between
//! them ([`imposed`]); a lesion without a joint has a rule in its place ([`shielding`]).

mod imposed;
mod shielding;
mod stiffness;

pub use imposed::{Bodies, BodiesError, Holds, Rotation};
pub(crate) use imposed::{Imposed, ImposedState};
pub use stiffness::Stiffness;

use ossicle_field::elliptic::EllipticError;

use crate::fields::{FIELDS, Slow};
use crate::problem::Problem;

/// Scratch memory of whichever rule is in use; dropping it loses nothing.
pub(crate) struct StrainSolver(Option<Imposed>);

impl StrainSolver {
    pub(crate) fn new(problem: &Problem) -> Self {
        Self(problem.bodies.as_ref().map(|_| Imposed::new(problem)))
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
    ) -> Result<(), EllipticError> {
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
