//! Conjugate gradients with a multigrid V-cycle as preconditioner.

use rayon::prelude::*;
use thiserror::Error;

use super::hierarchy::{COARSEST, Hierarchy, Level};
use super::kernels::{self, Equation, Relaxation};
use crate::reduce;

/// Scratch memory for solves on one [`Hierarchy`]; dropping it loses nothing.
#[derive(Clone, Debug)]
pub struct EllipticSolver {
    levels: Vec<Work>,
    /// Search direction, its image, and the residual, in full precision.
    p: Vec<f64>,
    q: Vec<f64>,
    r: Vec<f64>,
    direct: Direct,
}

/// The coarsest level, solved directly.
#[derive(Clone, Debug, Default)]
struct Direct {
    /// Cholesky factor, row-major lower triangle; empty where smoothing suffices.
    factor: Vec<f64>,
    diagonal: Vec<f64>,
    solution: Vec<f64>,
}

/// One level of the preconditioner, in single precision: corrections need few digits.
#[derive(Clone, Debug)]
struct Work {
    screening: Vec<f32>,
    inverse: Vec<f32>,
    b: Vec<f32>,
    x: Vec<f32>,
    y: Vec<f32>,
    /// Scratch for the grids between this level and the next.
    between: Vec<Vec<f32>>,
    /// Bounds of the spectrum of `D^-1 A` that smoothing aims at.
    high: f32,
    low: f32,
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

/// Smallest diagonal that can be inverted. A coarse cell with less holds next to nothing of any
/// fine one and is left to its neighbours.
const LEAST: f32 = 1e-30;

/// Most iterations before a solve counts as failed.
const MOST_ITERATIONS: usize = 200;

impl EllipticSolver {
    /// Scratch memory for a hierarchy.
    #[must_use]
    pub fn new(hierarchy: &Hierarchy) -> Self {
        let zeros = |n| vec![0.0; n];
        let levels: Vec<Work> = hierarchy
            .levels
            .iter()
            .map(|level| {
                let n = level.total.len();
                let [screening, inverse, b, x, y] = [0; 5].map(|_| vec![0.0; n]);
                let between = level.between();
                Work { screening, inverse, b, x, y, between, high: 2.0, low: 0.5 }
            })
            .collect();
        let n = hierarchy.levels[0].total.len();
        Self { levels, p: zeros(n), q: zeros(n), r: zeros(n), direct: Direct::default() }
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
        let depth = self.set_up(hierarchy, scale, screening)?;
        kernels::residual(finest, scale, screening, source, u, &mut self.r);
        // Nothing to find where there is no equation.
        self.r.par_iter_mut().zip(&self.levels[0].inverse).for_each(|(r, inverse)| {
            if *inverse == 0.0 {
                *r = 0.0;
            }
        });
        let solved = self.iterate(hierarchy, depth, scale, screening, tolerance, norm, u)?;
        if reduce::extremes(source).0 >= 0.0 {
            u.par_iter_mut().zip(&self.levels[0].inverse).for_each(|(v, inverse)| {
                if *v < 0.0 && *inverse > 0.0 {
                    *v = 0.0;
                }
            });
        }
        Ok(solved)
    }

    #[expect(clippy::too_many_arguments, reason = "the loop of solve")]
    fn iterate(
        &mut self,
        hierarchy: &Hierarchy,
        depth: usize,
        scale: f64,
        screening: &[f64],
        tolerance: f64,
        norm: f64,
        u: &mut [f64],
    ) -> Result<Solved, EllipticError> {
        let finest = &hierarchy.levels[0];
        let Self { levels, p, q, r, direct } = self;
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
            let unit = 1.0 / size;
            levels[0].b.par_iter_mut().zip(&*r).for_each(|(b, r)| *b = (unit * r) as f32);
            v_cycle(&hierarchy.levels[..depth], &mut levels[..depth], scale as f32, direct);
            let z = &levels[0].x;
            let rz = reduce::plain_sum_of(r.len(), |c| r[c] * f64::from(z[c]));
            let beta = if iterations == 0 { 0.0 } else { rz / previous };
            previous = rz;
            p.par_iter_mut().zip(z).for_each(|(p, z)| *p = f64::from(*z) + beta * *p);
            kernels::apply(finest, scale, screening, p, q);
            let alpha = rz / reduce::dot(p, q);
            (u.par_iter_mut(), r.par_iter_mut(), &*p, &*q).into_par_iter().for_each(
                |(u, r, p, q)| {
                    *u += alpha * p;
                    *r -= alpha * q;
                },
            );
        }
        unreachable!("the loop returns at its last iteration")
    }

    /// Diagonals of every level; returns how many levels this equation needs.
    fn set_up(
        &mut self,
        hierarchy: &Hierarchy,
        scale: f64,
        screening: &[f64],
    ) -> Result<usize, EllipticError> {
        let scale = scale as f32;
        let finest = self.levels[0].screening.par_iter_mut();
        finest.zip(screening).for_each(|(to, from)| *to = *from as f32);
        for (depth, level) in hierarchy.levels.iter().enumerate() {
            let work = &mut self.levels[depth];
            (work.inverse.par_iter_mut(), &work.screening, &level.total).into_par_iter().for_each(
                |(inverse, k, g)| {
                    *inverse = match k + scale * g {
                        d if d >= LEAST && d.is_finite() => 1.0 / d,
                        d if d == 0.0 || (depth > 0 && d > 0.0) => 0.0,
                        _ => f32::NAN,
                    };
                },
            );
            // Gershgorin: the spectrum of D^-1 A lies within 1 +- (neighbours/diagonal).
            let share = |c: usize| f64::from(scale * level.total[c] * work.inverse[c]);
            let widest = reduce::largest_of(work.inverse.len(), share) as f32;
            if !widest.is_finite() {
                return Err(EllipticError::NotFinite);
            }
            let slowest = 1.0 - widest;
            work.high = 1.0 + widest;
            work.low = (work.high / 4.0).max(slowest);
            // Strong screening everywhere: smoothing alone is the solver.
            if slowest > 0.3 {
                self.direct.factor.clear();
                return Ok(depth + 1);
            }
            if depth + 1 < hierarchy.levels.len() {
                let (above, below) = self.levels.split_at_mut(depth + 1);
                let here = &mut above[depth];
                level.restrict(&here.screening, &mut here.between, &mut below[0].screening);
            }
        }
        let last = hierarchy.levels.len() - 1;
        let coarsest = &hierarchy.levels[last];
        if coarsest.total.len() <= 2 * COARSEST {
            self.direct.factorise(coarsest, scale, &self.levels[last].screening);
        } else {
            self.direct.factor.clear();
        }
        Ok(last + 1)
    }
}

/// One V-cycle: `x = M^-1 b` on the first of the given levels.
fn v_cycle(levels: &[Level], work: &mut [Work], scale: f32, direct: &mut Direct) {
    let (level, coarser) = levels.split_first().expect("at least one level");
    let (here, below) = work.split_first_mut().expect("as many works as levels");
    if coarser.is_empty() && !direct.factor.is_empty() {
        direct.solve(&here.b, &mut here.x);
        return;
    }
    let (theta, delta) = (0.5 * (here.high + here.low), 0.5 * (here.high - here.low));
    let sigma = theta / delta;
    let rho = 1.0 / (2.0 * sigma - 1.0 / sigma);
    let first = Relaxation { momentum: 0.0, weight: 1.0 / theta };
    let second = Relaxation { momentum: rho / sigma, weight: 2.0 * rho / delta };
    let Work { screening, inverse, b, x, y, between, .. } = here;
    // From zero, the first step needs no stencil; `y` is the iterate before `x`, zero.
    (x.par_iter_mut(), y.par_iter_mut(), &*b, &*inverse).into_par_iter().for_each(
        |(x, y, b, inverse)| {
            *x = first.weight * (b * inverse);
            *y = 0.0;
        },
    );
    let equation = Equation { scale, screening, inverse, b };
    kernels::relax(level, &equation, x, y, second);
    std::mem::swap(x, y);
    if let Some(next) = below.first_mut() {
        kernels::residual(level, scale, screening, b, x, y);
        level.restrict(y, between, &mut next.b);
        v_cycle(coarser, below, scale, direct);
        level.prolong_add(&below[0].x, between, x);
    }
    kernels::relax(level, &equation, x, y, first);
    std::mem::swap(x, y);
    kernels::relax(level, &equation, x, y, second);
    std::mem::swap(x, y);
}

/// With no source anywhere the answer is zero wherever there is screening.
fn fill_where_solved(level: &Level, screening: &[f64], u: &mut [f64]) {
    for ((u, k), g) in u.iter_mut().zip(screening).zip(&level.total) {
        if k + f64::from(*g) > 0.0 {
            *u = 0.0;
        }
    }
}

impl Direct {
    /// Factorises a level. A cell without an equation, or the last of a pocket whose matrix is
    /// singular, is pinned to zero.
    fn factorise(&mut self, level: &Level, scale: f32, screening: &[f32]) {
        let Self { factor, diagonal, .. } = self;
        let n = screening.len();
        let strides = [1, level.shape[0], level.shape[0] * level.shape[1]];
        factor.clear();
        factor.resize(n * n, 0.0);
        diagonal.clear();
        diagonal.extend(screening.iter().map(|k| f64::from(*k)));
        for (across, stride) in level.across.iter().zip(strides) {
            for c in 0..n {
                let g = f64::from(scale * across[c]);
                if g > 0.0 {
                    factor[(c + stride) * n + c] = -g;
                    diagonal[c] += g;
                    diagonal[c + stride] += g;
                }
            }
        }
        for c in 0..n {
            factor[c * n + c] = diagonal[c];
        }
        for row in 0..n {
            for column in 0..=row {
                let (upper, lower) = factor.split_at(row * n);
                let row_values = &lower[..=row];
                let other = if column < row {
                    &upper[column * n..=column * n + column]
                } else {
                    row_values
                };
                let product: f64 = (0..column).map(|k| row_values[k] * other[k]).sum();
                let rest = row_values[column] - product;
                let value = if column < row {
                    if other[column] > 0.0 { rest / other[column] } else { 0.0 }
                } else if rest > 1e-12 * diagonal[row] {
                    rest.sqrt()
                } else {
                    0.0
                };
                factor[row * n + column] = value;
            }
        }
    }

    fn solve(&mut self, b: &[f32], x: &mut [f32]) {
        let Self { factor, solution: v, .. } = self;
        let n = x.len();
        v.clear();
        v.extend(b.iter().map(|b| f64::from(*b)));
        for row in 0..n {
            let known: f64 = (0..row).map(|k| factor[row * n + k] * v[k]).sum();
            let pivot = factor[row * n + row];
            v[row] = if pivot > 0.0 { (v[row] - known) / pivot } else { 0.0 };
        }
        for row in (0..n).rev() {
            let known: f64 = (row + 1..n).map(|k| factor[k * n + row] * v[k]).sum();
            let pivot = factor[row * n + row];
            v[row] = if pivot > 0.0 { (v[row] - known) / pivot } else { 0.0 };
        }
        for (x, v) in x.iter_mut().zip(&*v) {
            *x = *v as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Faces;

    /// Among walls a coarse cell may be left with next to nothing of any fine one.
    #[test]
    fn a_coarse_cell_too_small_to_invert_is_left_to_its_neighbours() {
        let shape = [8; 3];
        let mut hierarchy = Hierarchy::new(&Faces::harmonic(shape, &[1.0; 512]), [1.0; 3]);
        let sliver = &mut hierarchy.levels[1];
        sliver.across.iter_mut().for_each(|across| across[0] *= 1e-40);
        sliver.total[0] = 3e-40;
        let mut screening = [0.0; 512];
        screening[511] = 1.0;
        let mut solver = EllipticSolver::new(&hierarchy);
        assert_eq!(solver.set_up(&hierarchy, 1.0, &screening), Ok(2));
        assert_eq!(solver.levels[1].inverse[0], 0.0);
        assert!(solver.levels[1].inverse[1..].iter().all(|i| *i > 0.0 && i.is_finite()));
    }
}
