//! Steady states: `-div(D grad u) + k u = s` on voxels with internal walls.
//!
//! Cell-centred finite volumes; `D` lives on faces (harmonic means), `k` and `s` in
//! voxels; every box face and every closed face is no-flux. The matrix is a
//! symmetric M-matrix, never stored. It is solved by conjugate gradients,
//! preconditioned by one multigrid V-cycle (Chebyshev smoothing, transfers that
//! conserve flux across jumps and walls, coarse faces from resistances in series,
//! coarsening of only the finer axes where spacing is anisotropic).

mod hierarchy;
mod kernels;
mod solver;
mod transfer;
mod v_cycle;

pub use hierarchy::Hierarchy;
pub use solver::{EllipticError, EllipticSolver, Solved};

/// Work for one parallel task, in voxels: large enough to be worth handing out.
const TASK: usize = 16_384;
