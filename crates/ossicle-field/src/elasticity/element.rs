//! The stiffness matrix of one voxel: for diagonals, coarse matrices and bounds.

use super::dense::{self, Block3};
use super::kernel::{RUN, Scratch, Slopes};
use super::problem::Elasticity;

/// Blocks between the eight corners of a voxel, for the first and the second Lamé constant.
pub(super) struct Element {
    lambda: Box<[[Block3; 8]; 8]>,
    mu: Box<[[Block3; 8]; 8]>,
}

impl Element {
    /// For a voxel spacing in mm and Lamé constants as [`Elasticity`] keeps them.
    pub(super) fn new(spacing_mm: [f64; 3]) -> Self {
        let slopes = Slopes::new(spacing_mm);
        let unit = |lambda: f64, mu: f64| {
            let mut blocks = Box::new([[[[0.0; 3]; 3]; 8]; 8]);
            let first =
                |value| std::array::from_fn::<f64, RUN, _>(|i| if i == 0 { value } else { 0.0 });
            for from in 0..8 {
                for c in 0..3 {
                    let mut scratch = Scratch::<f64>::new();
                    scratch.corners[4 * c + (from >> 1)][from & 1] = 1.0;
                    scratch.forces(&first(lambda), &first(mu), &slopes);
                    for to in 0..8 {
                        let ends = if to & 1 == 0 { &scratch.lower } else { &scratch.upper };
                        for r in 0..3 {
                            blocks[to][from][r][c] = ends[4 * r + (to >> 1)][0];
                        }
                    }
                }
            }
            blocks
        };
        Self { lambda: unit(1.0, 0.0), mu: unit(0.0, 1.0) }
    }

    /// Adds the block of one voxel between two of its corners.
    #[inline]
    pub(super) fn add(
        &self,
        body: &Elasticity,
        voxel: usize,
        [to, from]: [usize; 2],
        sum: &mut Block3,
    ) {
        let (lambda, mu) = (f64::from(body.lambda[voxel]), f64::from(body.mu[voxel]));
        let (of_lambda, of_mu) = (&self.lambda[to][from], &self.mu[to][from]);
        for r in 0..3 {
            for c in 0..3 {
                sum[r][c] += lambda * of_lambda[r][c] + mu * of_mu[r][c];
            }
        }
    }

    /// The block between two corners of a voxel whose Lamé constants are one.
    pub(super) fn unit_block(&self, to: usize, from: usize) -> Block3 {
        let (lambda, mu) = (&self.lambda[to][from], &self.mu[to][from]);
        std::array::from_fn(|r| std::array::from_fn(|c| lambda[r][c] + mu[r][c]))
    }

    /// Bound of the spectrum of `D^-1 A`, `D` the diagonal blocks, for any mixture of voxels
    /// whose ratio `lambda/mu` lies between two values.
    ///
    /// `A` and `D` are sums over voxels, so the largest quotient of one voxel bounds them all;
    /// that quotient is quasiconvex in the ratio, so its ends bound what lies between.
    pub(super) fn bound(&self, ratios: [f64; 2]) -> f64 {
        ratios.map(|ratio| self.largest_quotient(ratio)).into_iter().fold(0.0, f64::max)
    }

    fn largest_quotient(&self, lambda: f64) -> f64 {
        let block = |to: usize, from: usize| -> Block3 {
            std::array::from_fn(|r| {
                std::array::from_fn(|c| {
                    lambda * self.lambda[to][from][r][c] + self.mu[to][from][r][c]
                })
            })
        };
        let inverse: [Block3; 8] = std::array::from_fn(|n| dense::inverse(&block(n, n)));
        let mut x: [[f64; 3]; 8] =
            std::array::from_fn(|n| std::array::from_fn(|c| 1.0 + ((5 * n + 3 * c) % 7) as f64));
        let mut largest = 0.0;
        for _ in 0..300 {
            let mut y = [[0.0; 3]; 8];
            for to in 0..8 {
                let mut sum = [0.0; 3];
                for from in 0..8 {
                    dense::multiply_add(&block(to, from), &x[from], &mut sum);
                }
                dense::multiply_add(&inverse[to], &sum, &mut y[to]);
            }
            largest = y.as_flattened().iter().map(|v| v.abs()).fold(0.0, f64::max);
            x = y.map(|y| y.map(|y| y / largest));
        }
        1.001 * largest
    }
}
