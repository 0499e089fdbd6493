//! Elastic equilibrium of voxels: `-div(sigma) = f`, `sigma = lambda tr(e) I + 2 mu e`, `e` the
//! symmetric gradient of the displacement (small strain).
//!
//! **Discretisation.** One trilinear hexahedron per voxel with its own Young's modulus and
//! Poisson's ratio, integrated exactly; displacements live on voxel corners; spacing may differ
//! between axes. Displacements are second order where stiffness is smooth; the steps of a
//! voxelised surface cost one order. Nodes are held component by
//! component; every other surface, also that of a void (modulus 0), is free of traction. Plain
//! elements do for Poisson's ratios up to about 0.45; nearer 0.5 they lock, and a plate one voxel
//! thick is too stiff in bending.
//!
//! **Solution.** The finest matrix is never stored. Conjugate gradients are preconditioned by
//! one multigrid cycle whose coarse unknowns are the rigid motions of groups of voxel corners:
//! blocks of 3 a side at first, cut where stiffness jumps and at hinges, then joined where they
//! are firmly tied. So a stiff island keeps its own motion on every level. Smoothing is
//! Chebyshev over diagonal blocks; the bound of the spectrum on the finest level is one voxel's,
//! whatever the contrast.
//!
//! Iterations to an error of 1e-6 in the energy norm, spacing 1 : 1 : 1.5, a box of 64 mm turned
//! and pulled by its ends, Poisson's ratio 0.4 in 0.3:
//!
//! | stiff parts | voxels a side | contrast 10 | 100 | 1e3 | 1e4 | 1e5 | void |
//! |---|---|---|---|---|---|---|---|
//! | 4 balls, radius 12-16 mm | 16 | 14 | 13 | 13 | 14 | 15 | 15 |
//! | | 64 | 17 | 17 | 17 | 18 | 19 | 17 |
//! | crossing sheets of 3 mm | 16 | 15 | 21 | 30 | 32 | 66 | 15 |
//! | | 32 | 16 | 19 | 22 | 23 | 23 | 17 |
//! | | 64 | 17 | 16 | 17 | 18 | 18 | 39 |
//! | 40 balls, radius 4-9 mm | 16 | 15 | 16 | 22 | 33 | 59 | 16 |
//! | | 32 | 16 | 18 | 27 | 33 | 37 | 17 |
//! | | 48 | 17 | 17 | 21 | 25 | 28 | 23 |
//! | | 64 | 17 | 17 | 20 | 22 | 23 | 19 |
//!
//! Up to 1e4 counts stay within a fifth where parts are several voxels thick, and double where
//! necks, gaps and sheets are single voxels.

mod aggregate;
mod coarse;
mod dense;
mod element;
mod kernel;
mod problem;
mod rigid;
mod smooth;
mod solver;
mod strain;
mod ties;

pub use problem::{Elasticity, ElasticityError, Held};
pub use solver::{Balanced, ElasticitySolver};
pub use strain::Strain;
