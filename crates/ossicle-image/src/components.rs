//! Connected components of a mask.

use ossicle_field::Field;

/// Which voxels count as neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connectivity {
    /// The 6 voxels that share a face.
    Faces,
    /// The 26 voxels that share a face, an edge or a corner.
    FacesEdgesCorners,
}

/// The connected parts of a mask.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// 0 outside the mask; inside, the number of the part, from 1 by decreasing
    /// size (equal sizes in the order of their first voxel).
    pub labels: Field<u32>,
    /// Voxels in each part; part `n` is at `n - 1`.
    pub sizes: Vec<usize>,
}

impl Components {
    /// The voxels of part `number` (from 1), as a mask.
    #[must_use]
    pub fn mask(&self, number: u32) -> Field<bool> {
        self.labels.map(|&label| label == number)
    }
}

/// Unbroken stretch of mask voxels along x.
struct Run {
    start: usize,
    end: usize,
}

/// The connected parts of `mask`, the largest first.
///
/// # Panics
/// If the mask falls into more than `u32::MAX` stretches along x, which takes a
/// mask of at least 2³³ voxels.
#[must_use]
pub fn label_components(mask: &Field<bool>, connectivity: Connectivity) -> Components {
    let grid = *mask.grid();
    let [nx, ny, nz] = grid.shape();

    // Runs of every line, with the index of each line's first run.
    let mut runs: Vec<Run> = Vec::new();
    let mut first_run = Vec::with_capacity(ny * nz + 1);
    for line in mask.chunks(nx) {
        first_run.push(runs.len());
        let mut i = 0;
        while i < nx {
            if line[i] {
                let start = i;
                while i < nx && line[i] {
                    i += 1;
                }
                runs.push(Run { start, end: i });
            } else {
                i += 1;
            }
        }
    }
    first_run.push(runs.len());

    // Join runs that touch runs of the lines already seen.
    let count = u32::try_from(runs.len()).expect("fewer than 2^32 runs");
    let mut parent: Vec<u32> = (0..count).collect();
    let (earlier, reach): (&[(isize, isize)], usize) = match connectivity {
        Connectivity::Faces => (&[(-1, 0), (0, -1)], 0),
        Connectivity::FacesEdgesCorners => (&[(-1, 0), (-1, -1), (0, -1), (1, -1)], 1),
    };
    for k in 0..nz {
        for j in 0..ny {
            let here = first_run[j + ny * k]..first_run[j + ny * k + 1];
            for &(dj, dk) in earlier {
                let (Some(j), Some(k)) = (j.checked_add_signed(dj), k.checked_add_signed(dk))
                else {
                    continue;
                };
                if j >= ny {
                    continue;
                }
                let there = first_run[j + ny * k]..first_run[j + ny * k + 1];
                join_touching(&runs, here.clone(), there, reach, &mut parent);
            }
        }
    }

    number_by_size(mask, &runs, &first_run, &mut parent)
}

/// Joins every run of one line with the runs of another that touch it along x.
fn join_touching(
    runs: &[Run],
    here: std::ops::Range<usize>,
    there: std::ops::Range<usize>,
    reach: usize,
    parent: &mut [u32],
) {
    let mut other = there.start;
    for run in here {
        // Runs that end before this one begins cannot touch a later one either.
        while other < there.end && runs[other].end + reach <= runs[run].start {
            other += 1;
        }
        let mut touching = other;
        while touching < there.end && runs[touching].start < runs[run].end + reach {
            let (a, b) = (root(parent, run as u32), root(parent, touching as u32));
            // The earlier run stays the root: roots are first in voxel order.
            parent[a.max(b) as usize] = a.min(b);
            touching += 1;
        }
    }
}

fn root(parent: &mut [u32], mut run: u32) -> u32 {
    while parent[run as usize] != run {
        let above = parent[parent[run as usize] as usize];
        parent[run as usize] = above;
        run = above;
    }
    run
}

fn number_by_size(
    mask: &Field<bool>,
    runs: &[Run],
    first_run: &[usize],
    parent: &mut [u32],
) -> Components {
    let mut size_of_root = vec![0_usize; runs.len()];
    for (run, extent) in runs.iter().enumerate() {
        size_of_root[root(parent, run as u32) as usize] += extent.end - extent.start;
    }
    let mut order: Vec<usize> = (0..runs.len()).filter(|&run| size_of_root[run] > 0).collect();
    order.sort_by_key(|&run| std::cmp::Reverse(size_of_root[run]));
    let mut number_of_root = vec![0_u32; runs.len()];
    for (rank, &run) in order.iter().enumerate() {
        number_of_root[run] = rank as u32 + 1;
    }

    let nx = mask.grid().shape()[0];
    let mut labels = Field::filled(*mask.grid(), 0_u32);
    for (line, row) in labels.chunks_mut(nx).enumerate() {
        for run in first_run[line]..first_run[line + 1] {
            let number = number_of_root[root(parent, run as u32) as usize];
            row[runs[run].start..runs[run].end].fill(number);
        }
    }
    Components { labels, sizes: order.iter().map(|&run| size_of_root[run]).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_index, noise};
    use ossicle_field::Grid;

    /// Plain flood fill, then sorted by size and first voxel.
    fn flood(mask: &Field<bool>, connectivity: Connectivity) -> Components {
        let grid = *mask.grid();
        let shape = grid.shape();
        let mask: &[bool] = mask;
        let mut label = vec![0_u32; grid.len()];
        let mut sizes = Vec::new();
        for seed in 0..grid.len() {
            if !mask[seed] || label[seed] != 0 {
                continue;
            }
            sizes.push(0);
            let number = sizes.len() as u32;
            let mut stack = vec![seed];
            label[seed] = number;
            while let Some(n) = stack.pop() {
                sizes[number as usize - 1] += 1;
                let v = grid.voxel(n);
                for code in 0..27_usize {
                    let step = [code % 3, code / 3 % 3, code / 9].map(|s| s as isize - 1);
                    let moved = step.iter().filter(|s| **s != 0).count();
                    if moved == 0 || (connectivity == Connectivity::Faces && moved > 1) {
                        continue;
                    }
                    let w: [usize; 3] = std::array::from_fn(|a| v[a].wrapping_add_signed(step[a]));
                    if (0..3).all(|a| w[a] < shape[a]) {
                        let m = grid.index(w);
                        if mask[m] && label[m] == 0 {
                            label[m] = number;
                            stack.push(m);
                        }
                    }
                }
            }
        }
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by_key(|&n| std::cmp::Reverse(sizes[n]));
        let mut rank = vec![0; sizes.len() + 1];
        order.iter().enumerate().for_each(|(r, &n)| rank[n + 1] = r as u32 + 1);
        Components {
            labels: Field::from_vec(grid, label.iter().map(|&l| rank[l as usize]).collect()),
            sizes: order.iter().map(|&n| sizes[n]).collect(),
        }
    }

    #[test]
    fn equals_a_flood_fill_for_sparse_to_dense_noise() {
        for shape in [[23, 17, 11], [1, 40, 9], [50, 1, 1], [6, 6, 40]] {
            let grid = Grid::aligned(shape, [1.0; 3], [0.0; 3]).unwrap();
            for percent in [0, 5, 12, 30, 50, 90, 100] {
                let mask = by_index(grid, |n| noise(percent, n) % 100 < percent);
                for connectivity in [Connectivity::Faces, Connectivity::FacesEdgesCorners] {
                    let found = label_components(&mask, connectivity);
                    let expected = flood(&mask, connectivity);
                    assert!(found == expected, "{shape:?}, {percent} % filled, {connectivity:?}");
                }
            }
        }
    }

    #[test]
    fn the_largest_part_is_number_one_and_corners_join_only_when_asked() {
        let grid = Grid::aligned([6, 6, 6], [1.0; 3], [0.0; 3]).unwrap();
        let small = Field::from_fn(grid, |v| v.iter().all(|&x| x < 2));
        let large = Field::from_fn(grid, |v| v.iter().all(|&x| (2..5).contains(&x)));
        let mask = Field::from_fn(grid, |v| small[v] || large[v]);
        let apart = label_components(&mask, Connectivity::Faces);
        assert_eq!(apart.sizes, [27, 8]);
        assert!(apart.mask(1) == large);
        assert!(apart.mask(2) == small);
        assert_eq!(label_components(&mask, Connectivity::FacesEdgesCorners).sizes, [35]);
    }
}
