//! The multigrid V-cycle that preconditions the solver.

use rayon::prelude::*;

use super::hierarchy::{COARSEST, Hierarchy, Level};
use super::kernels::{self, Equation, Real, Relaxation};
use super::{EllipticError, TASK};
use crate::reduce;

/// Scratch memory of the V-cycle, its numbers of type `T`.
#[derive(Clone, Debug)]
pub(super) struct VCycle<T> {
    levels: Vec<Work<T>>,
    /// How many levels the present equation needs.
    depth: usize,
    scale: T,
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

/// One level.
#[derive(Clone, Debug)]
struct Work<T> {
    screening: Vec<T>,
    inverse: Vec<T>,
    b: Vec<T>,
    x: Vec<T>,
    y: Vec<T>,
    /// Scratch for the grids between this level and the next.
    between: Vec<Vec<T>>,
    /// Bounds of the spectrum of `D^-1 A` that smoothing aims at.
    high: f64,
    low: f64,
}

/// Smallest diagonal that can be inverted. A coarse cell with less holds next to nothing of any
/// fine one and is left to its neighbours.
const LEAST: f64 = 1e-30;

impl<T: Real> VCycle<T> {
    pub(super) fn new(hierarchy: &Hierarchy) -> Self {
        let levels = hierarchy
            .levels
            .iter()
            .map(|level| {
                let n = level.total.len();
                let [screening, inverse, b, x, y] = [0; 5].map(|_| vec![T::from(0.0); n]);
                let between = level.between();
                Work { screening, inverse, b, x, y, between, high: 2.0, low: 0.5 }
            })
            .collect();
        Self { levels, depth: 1, scale: T::from(1.0), direct: Direct::default() }
    }

    /// Whether voxel `c` has an equation.
    pub(super) fn has_equation(&self, c: usize) -> bool {
        self.levels[0].inverse[c] > T::from(0.0)
    }

    /// `M^-1 (unit r)`.
    pub(super) fn apply(&mut self, hierarchy: &Hierarchy, r: &[f64], unit: f64) -> &[T] {
        let Self { levels, depth, scale, direct } = self;
        let b = levels[0].b.par_iter_mut();
        b.zip(r).for_each(|(b, r)| *b = T::narrow(unit * r));
        v_cycle(&hierarchy.levels[..*depth], &mut levels[..*depth], *scale, direct);
        &levels[0].x
    }

    /// Diagonals of every level, as many as this equation needs.
    pub(super) fn set_up(
        &mut self,
        hierarchy: &Hierarchy,
        scale: f64,
        screening: &[f64],
    ) -> Result<(), EllipticError> {
        self.scale = T::narrow(scale);
        self.direct.factor.clear();
        let finest = self.levels[0].screening.par_iter_mut();
        finest.zip(screening).for_each(|(to, from)| *to = T::narrow(*from));
        for (depth, level) in hierarchy.levels.iter().enumerate() {
            self.depth = depth + 1;
            let work = &mut self.levels[depth];
            // Gershgorin: the spectrum of D^-1 A lies within 1 +- (neighbours/diagonal).
            let chunks = work.inverse.par_chunks_mut(TASK).zip(work.screening.par_chunks(TASK));
            #[expect(
                clippy::disallowed_methods,
                reason = "the larger of two is the same in any order"
            )]
            let widest = chunks
                .zip(level.total.par_chunks(TASK))
                .map(|((inverse, screening), total)| {
                    let mut widest = 0.0;
                    for ((inverse, k), g) in inverse.iter_mut().zip(screening).zip(total) {
                        let neighbours = T::narrow(scale) * T::from(*g);
                        let diagonal: f64 = (*k + neighbours).into();
                        let one_over = if diagonal >= LEAST { 1.0 / diagonal } else { 0.0 };
                        *inverse = T::narrow(one_over);
                        let share = neighbours.into() * one_over;
                        let sliver = (diagonal < LEAST) & (diagonal != 0.0) & (depth == 0);
                        let wrong = sliver | (diagonal < 0.0) | !diagonal.is_finite();
                        widest = reduce::larger(widest, if wrong { f64::NAN } else { share });
                    }
                    widest
                })
                .reduce(|| 0.0, reduce::larger);
            if !widest.is_finite() {
                return Err(EllipticError::NotFinite);
            }
            let slowest = 1.0 - widest;
            work.high = 1.0 + widest;
            work.low = (work.high / 4.0).max(slowest);
            // Strong screening everywhere: smoothing alone is the solver.
            if slowest > 0.3 {
                return Ok(());
            }
            if depth + 1 < hierarchy.levels.len() {
                let (above, below) = self.levels.split_at_mut(depth + 1);
                let here = &mut above[depth];
                level.restrict(&here.screening, &mut here.between, &mut below[0].screening);
            }
        }
        let coarsest = &hierarchy.levels[self.depth - 1];
        if coarsest.total.len() <= 2 * COARSEST {
            self.direct.factorise(coarsest, scale, &self.levels[self.depth - 1].screening);
        }
        Ok(())
    }
}

/// One V-cycle: `x = M^-1 b` on the first of the given levels.
fn v_cycle<T: Real>(levels: &[Level], work: &mut [Work<T>], scale: T, direct: &mut Direct) {
    let (level, coarser) = levels.split_first().expect("at least one level");
    let (here, below) = work.split_first_mut().expect("as many works as levels");
    if coarser.is_empty() && !direct.factor.is_empty() {
        direct.solve(&here.b, &mut here.x);
        return;
    }
    let (theta, delta) = (0.5 * (here.high + here.low), 0.5 * (here.high - here.low));
    let sigma = theta / delta;
    let rho = 1.0 / (2.0 * sigma - 1.0 / sigma);
    let relaxation = |momentum: f64, weight: f64| Relaxation {
        momentum: T::narrow(momentum),
        weight: T::narrow(weight),
    };
    let first = relaxation(0.0, 1.0 / theta);
    let second = relaxation(rho / sigma, 2.0 * rho / delta);
    let Work { screening, inverse, b, x, y, between, .. } = here;
    // From zero, the first step needs no stencil; `y` is the iterate before `x`, zero.
    (x.par_iter_mut(), y.par_iter_mut(), &*b, &*inverse).into_par_iter().for_each(
        |(x, y, b, inverse)| {
            *x = first.weight * (*b * *inverse);
            *y = T::from(0.0);
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

impl Direct {
    /// Factorises a level. A cell without an equation, or the last of a pocket whose matrix is
    /// singular, is pinned to zero.
    fn factorise<T: Real>(&mut self, level: &Level, scale: f64, screening: &[T]) {
        let Self { factor, diagonal, .. } = self;
        let n = screening.len();
        let strides = [1, level.shape[0], level.shape[0] * level.shape[1]];
        factor.clear();
        factor.resize(n * n, 0.0);
        diagonal.clear();
        diagonal.extend(screening.iter().map(|k| -> f64 { (*k).into() }));
        for (across, stride) in level.across.iter().zip(strides) {
            for c in 0..n {
                let g = scale * f64::from(across[c]);
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

    fn solve<T: Real>(&mut self, b: &[T], x: &mut [T]) {
        let Self { factor, solution: v, .. } = self;
        let n = x.len();
        v.clear();
        v.extend(b.iter().map(|b| -> f64 { (*b).into() }));
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
            *x = T::narrow(*v);
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
        let mut cycle = VCycle::<f32>::new(&hierarchy);
        assert_eq!(cycle.set_up(&hierarchy, 1.0, &screening), Ok(()));
        assert_eq!(cycle.depth, 2);
        assert_eq!(cycle.levels[1].inverse[0], 0.0);
        assert!(cycle.levels[1].inverse[1..].iter().all(|i| *i > 0.0 && i.is_finite()));
    }
}
