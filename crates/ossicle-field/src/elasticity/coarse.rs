//! The coarse levels: stiffness between rigid motions of groups, stored block by block.

use rayon::prelude::*;

use super::aggregate::{Groups, Hold, NONE};
use super::dense::{self, Block3};
use super::element::Element;
use super::problem::Elasticity;
use super::rigid::{self, Coarsening, Motion, Row};
use super::smooth::Chebyshev;
use super::ties::{self, Ties};
use crate::{noise, reduce};

/// Coarsening stops at this many groups; they are solved for directly.
const COARSEST: usize = 64;

/// Up to this many groups may be solved for directly where grouping hardly shrinks a level.
const MOST_DIRECT: usize = 200;

/// One level below the finest.
#[derive(Clone, Debug)]
pub(super) struct Level {
    first: Vec<usize>,
    column: Vec<u32>,
    /// Columns of each block.
    block: Vec<[Motion; 6]>,
    inverse: Vec<[Motion; 6]>,
    smoother: Chebyshev,
    below: Below,
    pub(super) b: Vec<Motion>,
    pub(super) x: Vec<Motion>,
    r: Vec<Motion>,
    d: Vec<Motion>,
    first_step: [Vec<Motion>; 2],
    second_step: [Vec<Motion>; 2],
}

/// What comes below a level.
#[derive(Clone, Debug)]
enum Below {
    Coarser(Coarsening),
    /// A Cholesky factor and room for the solution.
    Direct(Vec<f64>, Vec<f64>),
}

/// All levels below the finest.
pub(super) fn levels(body: &Elasticity, element: &Element, coarsening: &Coarsening) -> Vec<Level> {
    let mut rows = from_nodes(body, element, coarsening);
    let mut ties = Ties::of_nodes(body, element, coarsening);
    let mut centres = coarsening.centres.clone();
    let mut levels = Vec::new();
    loop {
        let coarsening = (rows.len() > COARSEST).then(|| {
            let holds: Vec<Hold> =
                rows.iter().enumerate().map(|(a, row)| ties::hold(a, row)).collect();
            let groups = Groups::of_matrix(&ties.couplings(&rows, &centres), &holds);
            Coarsening::new(groups, |a| centres[a])
        });
        let coarsening = coarsening.filter(|c| {
            let shrinks = 4 * c.groups() < 3 * rows.len();
            shrinks || rows.len() > MOST_DIRECT && c.groups() < rows.len()
        });
        levels.push(Level::new(&rows, coarsening.as_ref()));
        let Some(coarsening) = coarsening else { return levels };
        rows = from_motions(&rows, &coarsening);
        ties = ties.coarser(&coarsening);
        centres = coarsening.centres;
    }
}

/// The matrix of the first coarse level, from the voxels.
fn from_nodes(body: &Elasticity, element: &Element, coarsening: &Coarsening) -> Vec<Row> {
    let row = |group: usize| {
        let mut row: Row = Vec::with_capacity(32);
        for &node in coarsening.members(group) {
            let node = node as usize;
            let around = body.around(node);
            for (to, voxel) in around.into_iter().enumerate() {
                let Some(voxel) = voxel.filter(|&v| body.mu[v] > 0.0) else { continue };
                for (from, other) in body.corners(voxel).into_iter().enumerate() {
                    let column = coarsening.of[other];
                    if column == NONE {
                        continue;
                    }
                    let mut block = [[0.0; 3]; 3];
                    element.add(body, voxel, [to, from], &mut block);
                    mask(&mut block, body.free[node], body.free[other]);
                    let offsets = (coarsening.offset[node], coarsening.offset[other]);
                    rigid::add_nodes(&block, offsets.0, offsets.1, rigid::entry(&mut row, column));
                }
            }
        }
        row.sort_unstable_by_key(|(column, _)| *column);
        row
    };
    (0..coarsening.groups()).into_par_iter().map(row).collect()
}

/// The matrix of the next coarser level.
fn from_motions(rows: &[Row], coarsening: &Coarsening) -> Vec<Row> {
    let row = |group: usize| {
        let mut row: Row = Vec::with_capacity(32);
        for &member in coarsening.members(group) {
            let to = coarsening.offset[member as usize];
            for (other, block) in &rows[member as usize] {
                let column = coarsening.of[*other as usize];
                if column != NONE {
                    let from = coarsening.offset[*other as usize];
                    rigid::add_motions(block, to, from, rigid::entry(&mut row, column));
                }
            }
        }
        row.sort_unstable_by_key(|(column, _)| *column);
        row
    };
    (0..coarsening.groups()).into_par_iter().map(row).collect()
}

/// Leaves only the components that are solved for.
pub(super) fn mask(block: &mut Block3, rows: u8, columns: u8) {
    for (r, row) in block.iter_mut().enumerate() {
        for (c, value) in row.iter_mut().enumerate() {
            if rows >> r & 1 == 0 || columns >> c & 1 == 0 {
                *value = 0.0;
            }
        }
    }
}

impl Level {
    fn new(rows: &[Row], coarsening: Option<&Coarsening>) -> Self {
        let n = rows.len();
        let mut first = vec![0];
        let (mut column, mut block) = (Vec::new(), Vec::new());
        let mut inverse = vec![[[0.0; 6]; 6]; n];
        for (a, row) in rows.iter().enumerate() {
            for (b, value) in row {
                column.push(*b);
                block.push(std::array::from_fn(|c| std::array::from_fn(|r| value[r][c] as f32)));
                if *b as usize == a {
                    inverse[a] = dense::inverse(value).map(|row| row.map(|v| v as f32));
                }
            }
            first.push(column.len());
        }
        let below = match coarsening {
            Some(coarsening) => Below::Coarser(coarsening.clone()),
            None => Below::Direct(dense_factor(rows), vec![0.0; 6 * n]),
        };
        let zeros = || vec![[0.0; 6]; n];
        let pair = || [zeros(), zeros()];
        let mut level = Self {
            first,
            column,
            block,
            inverse,
            smoother: Chebyshev::new(1.0),
            below,
            b: zeros(),
            x: zeros(),
            r: zeros(),
            d: zeros(),
            first_step: pair(),
            second_step: pair(),
        };
        level.smoother = Chebyshev::new(level.bound());
        level
    }

    /// Bound of the spectrum of `D^-1 A`, from power iterations.
    fn bound(&mut self) -> f32 {
        let draw = |a: usize, c: usize| noise::uniform(1, a as u64, c as u64) as f32 - 0.5;
        for (a, x) in self.x.iter_mut().enumerate() {
            *x = std::array::from_fn(|c| draw(a, c));
        }
        let mut bound = 1.0;
        for _ in 0..20 {
            apply(&self.first, &self.column, &self.block, &self.x, &mut self.r);
            let size = norm(&self.x);
            self.x.par_iter_mut().zip(&self.r).zip(&self.inverse).for_each(|((x, r), inverse)| {
                *x = multiply(inverse, r);
            });
            let grown = norm(&self.x);
            if grown == 0.0 || size == 0.0 {
                return 1.0;
            }
            bound = grown / size;
            self.x.par_iter_mut().for_each(|x| *x = x.map(|v| v / grown as f32));
        }
        (1.1 * bound) as f32
    }
}

fn norm(x: &[Motion]) -> f64 {
    dot(x, x).sqrt()
}

fn dot(a: &[Motion], b: &[Motion]) -> f64 {
    reduce::plain_sum_of(a.len(), |i| {
        a[i].iter().zip(&b[i]).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    })
}

fn dense_factor(rows: &[Row]) -> Vec<f64> {
    let n = 6 * rows.len();
    let mut factor = vec![0.0; n * n];
    for (a, row) in rows.iter().enumerate() {
        for (b, block) in row {
            for (r, values) in block.iter().enumerate() {
                let at = (6 * a + r) * n + 6 * *b as usize;
                factor[at..at + 6].copy_from_slice(values);
            }
        }
    }
    dense::factorise(&mut factor, n);
    factor
}

/// Product of a block, given by its columns, and a motion.
#[inline]
fn multiply(columns: &[Motion; 6], x: &Motion) -> Motion {
    let mut y = [0.0; 6];
    for (column, x) in columns.iter().zip(x) {
        for (y, a) in y.iter_mut().zip(column) {
            *y += a * x;
        }
    }
    y
}

fn apply(first: &[usize], column: &[u32], block: &[[Motion; 6]], x: &[Motion], y: &mut [Motion]) {
    y.par_iter_mut().enumerate().with_min_len(64).for_each(|(a, y)| {
        let mut sum = [0.0; 6];
        for at in first[a]..first[a + 1] {
            let product = multiply(&block[at], &x[column[at] as usize]);
            for (sum, p) in sum.iter_mut().zip(product) {
                *sum += p;
            }
        }
        *y = sum;
    });
}

/// Solves `A x = b` on the first of some levels, roughly: at most two steps of conjugate
/// gradients, each preconditioned by smoothing and the level below (a K-cycle). The steps give
/// back the length that motions lose when they are made piecewise rigid.
pub(super) fn solve(levels: &mut [Level]) {
    let (level, coarser) = levels.split_first_mut().expect("at least one level");
    if let Below::Direct(factor, solution) = &mut level.below {
        for (v, b) in solution.iter_mut().zip(level.b.as_flattened()) {
            *v = f64::from(*b);
        }
        dense::substitute(factor, solution);
        for (x, v) in level.x.as_flattened_mut().iter_mut().zip(&*solution) {
            *x = *v as f32;
        }
        return;
    }
    level.precondition(coarser);
    let Level { first, column, block, b, x, first_step: [c, v], .. } = &mut *level;
    c.copy_from_slice(x);
    apply(first, column, block, c, v);
    let (energy, along) = (dot(c, v), dot(c, b));
    if energy <= 0.0 {
        return;
    }
    let step = along / energy;
    subtract(b, step, v);
    level.precondition(coarser);
    let Level { first, column, block, b, x, first_step: [c, v], second_step: [e, w], .. } = level;
    e.copy_from_slice(x);
    apply(first, column, block, e, w);
    let (mixed, own, left) = (dot(e, v), dot(e, w), dot(e, b));
    let rest = own - mixed * mixed / energy;
    let second = if rest > 1e-6 * own { left / rest } else { 0.0 };
    let initial = (step - second * mixed / energy) as f32;
    let second = second as f32;
    (x.par_iter_mut(), &*c, &*e).into_par_iter().for_each(|(x, c, e)| {
        *x = std::array::from_fn(|i| initial * c[i] + second * e[i]);
    });
}

fn subtract(b: &mut [Motion], step: f64, v: &[Motion]) {
    let step = step as f32;
    b.par_iter_mut().zip(v).for_each(|(b, v)| {
        for (b, v) in b.iter_mut().zip(v) {
            *b -= step * v;
        }
    });
}

impl Level {
    /// `x = M^-1 b`: smoothing, the level below, smoothing.
    fn precondition(&mut self, coarser: &mut [Self]) {
        let Self { first, column, block, inverse, smoother, below, b, x, r, d, .. } = self;
        let Below::Coarser(coarsening) = below else { unreachable!("solved directly") };
        for (step, [momentum, weight]) in smoother.steps().enumerate() {
            if step > 0 {
                residual(first, column, block, b, x, r);
            }
            let r = if step == 0 { &*b } else { &*r };
            (x.par_iter_mut(), d.par_iter_mut(), r, &*inverse).into_par_iter().for_each(
                |(x, d, r, inverse)| {
                    let change = multiply(inverse, r);
                    for c in 0..6 {
                        let before = if step == 0 { 0.0 } else { momentum * d[c] };
                        d[c] = before + weight * change[c];
                        x[c] = if step == 0 { d[c] } else { x[c] + d[c] };
                    }
                },
            );
        }
        residual(first, column, block, b, x, r);
        coarsening.restrict(|a| r[a], &mut coarser[0].b);
        solve(coarser);
        let motions = &coarser[0].x;
        x.par_iter_mut().enumerate().for_each(|(a, x)| {
            for (x, m) in x.iter_mut().zip(coarsening.motion(a, motions)) {
                *x += m;
            }
        });
        for [momentum, weight] in smoother.steps() {
            residual(first, column, block, b, x, r);
            (x.par_iter_mut(), d.par_iter_mut(), &*r, &*inverse).into_par_iter().for_each(
                |(x, d, r, inverse)| {
                    let change = multiply(inverse, r);
                    for c in 0..6 {
                        d[c] = momentum * d[c] + weight * change[c];
                        x[c] += d[c];
                    }
                },
            );
        }
    }
}

fn residual(
    first: &[usize],
    column: &[u32],
    block: &[[Motion; 6]],
    b: &[Motion],
    x: &[Motion],
    r: &mut [Motion],
) {
    apply(first, column, block, x, r);
    r.par_iter_mut().zip(b).for_each(|(r, b)| {
        for (r, b) in r.iter_mut().zip(b) {
            *r = b - *r;
        }
    });
}
