//! The random walker: each voxel goes to the seed that a walk from it reaches first.
//!
//! L. Grady, *Random walks for image segmentation*, IEEE TPAMI 28 (2006). Its borders lie
//! where the way is narrow or hard, so that a leak of a few voxels through a joint space does
//! not carry one bone into the other.

use ossicle_field::Field;
use ossicle_field::reduce::dot;

/// Relative residual at which the solution is good enough for a comparison.
const TOLERANCE: f64 = 1e-5;
/// Most iterations.
const MOST_ITERATIONS: usize = 4000;
/// No place.
const NOWHERE: u32 = u32::MAX;

/// Voxels of a region, and how easily a walk goes from each to the next along each axis.
struct Graph {
    /// Voxel of each node.
    voxels: Vec<usize>,
    /// The node before and after along each axis, or [`NOWHERE`].
    neighbours: Vec<[u32; 6]>,
    /// The ease of the way there.
    ease: Vec<[f64; 6]>,
}

impl Graph {
    fn new(region: &Field<bool>, ease: impl Fn(usize, usize, usize) -> f64) -> Self {
        let grid = *region.grid();
        let (shape, strides) = (grid.shape(), grid.strides());
        let cells: &[bool] = region;
        let mut node = vec![NOWHERE; grid.len()];
        let voxels: Vec<usize> = (0..grid.len()).filter(|&n| cells[n]).collect();
        voxels.iter().zip(0_u32..).for_each(|(&n, place)| node[n] = place);
        let mut graph = Self { neighbours: Vec::new(), ease: Vec::new(), voxels };
        for &n in &graph.voxels {
            let voxel = grid.voxel(n);
            let (mut there, mut how) = ([NOWHERE; 6], [0.0; 6]);
            for a in 0..3 {
                if voxel[a] > 0 && cells[n - strides[a]] {
                    there[2 * a] = node[n - strides[a]];
                    how[2 * a] = ease(a, n - strides[a], n);
                }
                if voxel[a] + 1 < shape[a] && cells[n + strides[a]] {
                    there[2 * a + 1] = node[n + strides[a]];
                    how[2 * a + 1] = ease(a, n, n + strides[a]);
                }
            }
            graph.neighbours.push(there);
            graph.ease.push(how);
        }
        graph
    }

    /// `out = L x` on the nodes that are free; fixed ones count as 0.
    fn apply(&self, free: &[bool], x: &[f64], out: &mut [f64]) {
        for i in 0..x.len() {
            let mut sum = 0.0;
            if free[i] {
                for (&j, &w) in self.neighbours[i].iter().zip(&self.ease[i]) {
                    if j != NOWHERE {
                        sum += w * (x[i] - if free[j as usize] { x[j as usize] } else { 0.0 });
                    }
                }
            }
            out[i] = sum;
        }
    }

    /// Chance that a walk from each free node ends in a node where `goal` holds.
    fn chances(&self, free: &[bool], goal: &[bool]) -> Vec<f64> {
        let n = self.voxels.len();
        let mut right = vec![0.0; n];
        let mut diagonal = vec![1.0; n];
        for i in (0..n).filter(|&i| free[i]) {
            let total: f64 = self.ease[i].iter().sum();
            diagonal[i] = if total > 0.0 { total } else { 1.0 };
            for (&j, &w) in self.neighbours[i].iter().zip(&self.ease[i]) {
                if j != NOWHERE && goal[j as usize] {
                    right[i] += w;
                }
            }
        }
        // Conjugate gradients, scaled by the diagonal.
        let mut x = vec![0.0; n];
        let mut residual = right.clone();
        let mut scaled: Vec<f64> = residual.iter().zip(&diagonal).map(|(r, d)| r / d).collect();
        let mut direction = scaled.clone();
        let mut image = vec![0.0; n];
        let mut energy = dot(&residual, &scaled);
        let least = TOLERANCE * TOLERANCE * energy;
        for _ in 0..MOST_ITERATIONS {
            if energy <= least {
                break;
            }
            self.apply(free, &direction, &mut image);
            let step = energy / dot(&direction, &image);
            for i in 0..n {
                x[i] += step * direction[i];
                residual[i] -= step * image[i];
                scaled[i] = residual[i] / diagonal[i];
            }
            let next = dot(&residual, &scaled);
            let turn = next / energy;
            energy = next;
            for i in 0..n {
                direction[i] = scaled[i] + turn * direction[i];
            }
        }
        x
    }
}

/// The seed (from 1) that a walk from each voxel of `region` reaches first most often; 0
/// outside the region and where no seed can be reached.
///
/// `seeds` holds 0 for what is free. `ease(axis, lower, upper)` is how easily a walk passes
/// between two neighbouring voxels, at least 0.
pub(super) fn nearest_seed(
    region: &Field<bool>,
    seeds: &Field<u8>,
    ease: impl Fn(usize, usize, usize) -> f64,
) -> Field<u8> {
    let graph = Graph::new(region, ease);
    let (cells, all): (&[u8], usize) = (seeds, graph.voxels.len());
    let seed: Vec<u8> = graph.voxels.iter().map(|&n| cells[n]).collect();
    let free: Vec<bool> = seed.iter().map(|&s| s == 0).collect();
    let mut best = vec![(0.0, 0_u8); all];
    for number in 1..=seed.iter().copied().max().unwrap_or(0) {
        let goal: Vec<bool> = seed.iter().map(|&s| s == number).collect();
        for (best, chance) in best.iter_mut().zip(graph.chances(&free, &goal)) {
            if chance > best.0 {
                *best = (chance, number);
            }
        }
    }
    let mut found = Field::filled(*region.grid(), 0_u8);
    let out: &mut [u8] = &mut found;
    for i in 0..all {
        out[graph.voxels[i]] = if free[i] { best[i].1 } else { seed[i] };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::Grid;

    #[test]
    fn chances_along_a_bar_fall_by_the_resistance_behind() {
        // Resistances 1, 1, 4, 1: from the left end to the right one.
        let grid = Grid::aligned([5, 1, 1], [1.0; 3], [0.0; 3]).unwrap();
        let region = Field::filled(grid, true);
        let ease = |_: usize, low: usize, _: usize| [1.0, 1.0, 0.25, 1.0][low];
        let graph = Graph::new(&region, ease);
        let free = [false, true, true, true, false];
        let found = graph.chances(&free, &[true, false, false, false, false]);
        for (i, expected) in [(1, 6.0 / 7.0), (2, 5.0 / 7.0), (3, 1.0 / 7.0)] {
            assert!((found[i] - expected).abs() < 1e-4, "{i}: {}", found[i]);
        }
        let seeds = Field::from_vec(grid, vec![1, 0, 0, 0, 2]);
        assert_eq!(nearest_seed(&region, &seeds, ease).into_vec(), [1, 1, 1, 2, 2]);
    }

    #[test]
    fn a_border_lies_in_the_neck_and_what_no_seed_reaches_stays_free() {
        let grid = Grid::aligned([21, 9, 1], [1.0; 3], [0.0; 3]).unwrap();
        // Two rooms, a door of one voxel at i = 12, and a closed room at i = 20.
        let region = Field::from_fn(grid, |[i, j, _]| i != 19 && (i != 12 || j == 4));
        let mut seeds = Field::filled(grid, 0_u8);
        seeds[[0, 4, 0]] = 1;
        seeds[[18, 4, 0]] = 2;
        let found = nearest_seed(&region, &seeds, |_, _, _| 1.0);
        for j in 0..9 {
            assert_eq!((found[[11, j, 0]], found[[13, j, 0]], found[[20, j, 0]]), (1, 2, 0));
        }
    }
}
