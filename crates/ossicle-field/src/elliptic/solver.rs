//! Conjugate gradients with a multigrid V-cycle as preconditioner.

use rayon::prelude::*;
use thiserror::Error;

use super::hierarchy::{Hierarchy, Level};
use super::kernels::{self, Real};
use super::v_cycle::VCycle;
use crate::reduce;

/// Scratch memory for solves on one [`Hierarchy`], or on another of the same shape; dropping it
/// loses nothing.
#[derive(Clone, Debug)]
pub struct EllipticSolver {
    preconditioner: Preconditioner,
    /// Search direction, its image, and the residual.
    p: Vec<f64>,
    q: Vec<f64>,
    r: Vec<f64>,
}

/// The V-cycle, in single precision, for corrections need few digits; or in double, where the
/// coefficient jumps so far that differences within a stiff body drown in single precision.
#[derive(Clone, Debug)]
enum Preconditioner {
    Single(VCycle<f32>),
    Double(VCycle<f64>),
}

/// How a solve went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solved {
    /// Conjugate-gradient iterations (one V-cycle each); 0 if the first guess was good enough.
    pub iterations: usize,
    /// Final residual relative to the right-hand side, in the Euclidean norm.
    pub residual: f64,
}

/// Why a solve failed.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum EllipticError {
    /// The tolerance was not reached.
    #[error(
        "the residual stands at {residual:.1e} after {iterations} iterations; expected at most {tolerance:.1e}"
    )]
    NotConverged {
        /// Iterations made.
        iterations: usize,
        /// Relative residual reached.
        residual: f64,
        /// Relative residual asked for.
        tolerance: f64,
    },
    /// The coefficients or the source hold NaN or infinity.
    #[error("the equation holds a coefficient or source that is not finite")]
    NotFinite,
}

/// Ratio of the largest to the least coefficient from which the V-cycle is in double precision.
const WIDE_CONTRAST: f64 = 1e3;

/// Most iterations before a solve counts as failed.
const MOST_ITERATIONS: usize = 200;

impl EllipticSolver {
    /// Scratch memory for a hierarchy, whose contrast decides the precision of corrections.
    #[must_use]
    pub fn new(hierarchy: &Hierarchy) -> Self {
        let preconditioner = if hierarchy.contrast() < WIDE_CONTRAST {
            Preconditioner::Single(VCycle::new(hierarchy))
        } else {
            Preconditioner::Double(VCycle::new(hierarchy))
        };
        let zeros = || vec![0.0; hierarchy.levels[0].total.len()];
        Self { preconditioner, p: zeros(), q: zeros(), r: zeros() }
    }

    /// Solves `-div(scale*c grad u) + screening*u = source` to a relative residual.
    ///
    /// `scale` multiplies the hierarchy's coefficient `c` (mm²/day for a diffusivity),
    /// `screening` is per voxel (1/day, not negative), `source` per voxel (unit of `u`
    /// per day). `u` holds the first guess and receives the answer; voxels without an
    /// open face and without screening keep their value.
    ///
    /// The matrix is an M-matrix: where the source is nowhere negative neither is the
    /// exact answer, so the last iterate is projected onto `u >= 0`, which can only
    /// bring it nearer to the answer.
    ///
    /// # Errors
    /// If an input is not finite or the tolerance is not reached.
    pub fn solve(
        &mut self,
        hierarchy: &Hierarchy,
        scale: f64,
        screening: &[f64],
        source: &[f64],
        tolerance: f64,
        u: &mut [f64],
    ) -> Result<Solved, EllipticError> {
        let finest = &hierarchy.levels[0];
        assert!(
            screening.len() == finest.total.len()
                && source.len() == screening.len()
                && u.len() == source.len()
        );
        let norm = reduce::dot(source, source).sqrt();
        if norm == 0.0 {
            fill_where_solved(finest, screening, u);
            return Ok(Solved { iterations: 0, residual: 0.0 });
        }
        if !norm.is_finite() {
            return Err(EllipticError::NotFinite);
        }
        let equation = SteadyState { hierarchy, scale, screening, source, tolerance, norm };
        let Self { preconditioner, p, q, r } = self;
        match preconditioner {
            Preconditioner::Single(cycle) => equation.solve(cycle, [p, q, r], u),
            Preconditioner::Double(cycle) => equation.solve(cycle, [p, q, r], u),
        }
    }
}

/// One equation, as it is solved.
struct SteadyState<'a> {
    hierarchy: &'a Hierarchy,
    scale: f64,
    screening: &'a [f64],
    source: &'a [f64],
    tolerance: f64,
    /// Of the source.
    norm: f64,
}

impl SteadyState<'_> {
    fn solve<T: Real>(
        &self,
        cycle: &mut VCycle<T>,
        [p, q, r]: [&mut Vec<f64>; 3],
        u: &mut [f64],
    ) -> Result<Solved, EllipticError> {
        let Self { hierarchy, scale, screening, source, .. } = *self;
        cycle.set_up(hierarchy, scale, screening)?;
        kernels::residual(&hierarchy.levels[0], scale, screening, source, u, r);
        // Nothing to find where there is no equation.
        r.par_iter_mut().enumerate().for_each(|(c, r)| {
            if !cycle.has_equation(c) {
                *r = 0.0;
            }
        });
        let solved = self.iterate(cycle, [p, q, r], u)?;
        if reduce::extremes(source).0 >= 0.0 {
            u.par_iter_mut().enumerate().for_each(|(c, v)| {
                if *v < 0.0 && cycle.has_equation(c) {
                    *v = 0.0;
                }
            });
        }
        Ok(solved)
    }

    fn iterate<T: Real>(
        &self,
        cycle: &mut VCycle<T>,
        [p, q, r]: [&mut Vec<f64>; 3],
        u: &mut [f64],
    ) -> Result<Solved, EllipticError> {
        let Self { hierarchy, scale, screening, tolerance, norm, .. } = *self;
        let finest = &hierarchy.levels[0];
        let mut previous = 0.0;
        for iterations in 0..=MOST_ITERATIONS {
            let size = reduce::dot(r, r).sqrt();
            let residual = size / norm;
            if !residual.is_finite() {
                return Err(EllipticError::NotFinite);
            }
            if residual <= tolerance {
                return Ok(Solved { iterations, residual });
            }
            if iterations == MOST_ITERATIONS {
                return Err(EllipticError::NotConverged { iterations, residual, tolerance });
            }
            // To size one, so that single precision holds it however small the unit.
            let z = cycle.apply(hierarchy, r, 1.0 / size);
            let rz = reduce::dot(r, z);
            let beta = if iterations == 0 { 0.0 } else { rz / previous };
            previous = rz;
            p.par_iter_mut().zip(z).for_each(|(p, z)| *p = (*z).into() + beta * *p);
            kernels::apply(finest, scale, screening, p, q);
            let alpha = rz / reduce::dot(p, q);
            (u.par_iter_mut(), r.par_iter_mut(), &**p, &**q).into_par_iter().for_each(
                |(u, r, p, q)| {
                    *u += alpha * p;
                    *r -= alpha * q;
                },
            );
        }
        unreachable!("the loop returns at its last iteration")
    }
}

/// With no source anywhere the answer is zero wherever there is screening.
fn fill_where_solved(level: &Level, screening: &[f64], u: &mut [f64]) {
    for ((u, k), g) in u.iter_mut().zip(screening).zip(&level.total) {
        if k + f64::from(*g) > 0.0 {
            *u = 0.0;
        }
    }
}
