//! Grids, fields and the solvers that work on them.
//!
//! This crate knows numbers on regular grids and nothing else: no tissue, no
//! cell, no file. World coordinates are millimetres in the RAS+ frame (x to the
//! patient's right, y to the front, z to the head), the frame of NIfTI.
//!
//! | module | equation | scheme |
//! |---|---|---|
//! | [`elliptic`] | `-div(D grad u) + k u = s` | finite volumes, multigrid-preconditioned conjugate gradients |
//! | [`elasticity`] | `-div(stress(u)) = f` | trilinear hexahedra, multigrid-preconditioned conjugate gradients |
//! | [`diffusion`] | `u_t = div(D grad u)` | one axis at a time, Crank-Nicolson where that stays positive |
//! | [`taxis`] | `u_t = -div(u a grad psi)` | limited upwind, Heun |
//! | [`reaction`] | `u_t = gain - loss u`, transfers | modified Patankar, second order |
//!
//! Results are bitwise the same for any number of threads: parallel tasks write
//! disjoint slabs, and every sum goes through [`reduce`].

pub mod diffusion;
pub mod elasticity;
pub mod elliptic;
mod faces;
mod field;
mod grid;
pub mod maths;
pub mod noise;
pub mod reaction;
pub mod reduce;
pub mod taxis;

pub use faces::Faces;
pub use field::Field;
pub use grid::{Grid, GridError};
