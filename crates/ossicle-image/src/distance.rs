//! Exact Euclidean distance to a mask.

use ossicle_field::Field;
use rayon::prelude::*;

/// Distance in mm from the centre of every voxel to the nearest voxel centre at
/// which `mask` is true; 0 inside the mask, infinite everywhere if it is empty.
///
/// Exact for any spacing (lower envelope of parabolas, one axis after another;
/// Felzenszwalb and Huttenlocher 2012), to the rounding of `f32`. The axes are
/// taken to be at right angles. The work grows with the number of voxels alone,
/// and every line is computed by itself, so that the result does not depend on
/// the number of threads.
#[must_use]
pub fn distance_mm(mask: &Field<bool>) -> Field<f32> {
    let grid = *mask.grid();
    let [nx, ny, nz] = grid.shape();
    let spacing = grid.spacing_mm();
    let mut squared: Vec<f32> =
        mask.iter().map(|&inside| if inside { 0.0 } else { f32::INFINITY }).collect();

    squared.par_chunks_mut(nx).for_each_init(
        || Envelope::new(nx, spacing[0]),
        |envelope, line| {
            envelope.load(line.iter().copied());
            envelope.store(line.iter_mut());
        },
    );
    squared.par_chunks_mut(nx * ny).for_each_init(
        || Envelope::new(ny, spacing[1]),
        |envelope, slice| {
            for i in 0..nx {
                envelope.load(slice[i..].iter().step_by(nx).copied());
                envelope.store(slice[i..].iter_mut().step_by(nx));
            }
        },
    );
    if nz > 1 {
        squared = along_z(&squared, [nx, ny, nz], spacing[2]);
    }
    squared.par_iter_mut().for_each(|d| *d = d.sqrt());
    Field::from_vec(grid, squared)
}

/// The pass along z. Its lines cross all slices, so each task writes its own
/// x–z sheet, and the sheets are then sorted back into slices.
fn along_z(squared: &[f32], [nx, ny, nz]: [usize; 3], spacing_mm: f64) -> Vec<f32> {
    let mut sheets = vec![0.0_f32; squared.len()];
    sheets.par_chunks_mut(nx * nz).enumerate().for_each_init(
        || Envelope::new(nz, spacing_mm),
        |envelope, (j, sheet)| {
            for (i, line) in sheet.chunks_mut(nz).enumerate() {
                envelope.load(squared[i + nx * j..].iter().step_by(nx * ny).copied());
                envelope.store(line.iter_mut());
            }
        },
    );
    let mut sorted = vec![0.0_f32; squared.len()];
    sorted.par_chunks_mut(nx * ny).enumerate().for_each(|(k, slice)| {
        for (j, row) in slice.chunks_mut(nx).enumerate() {
            let sheet = &sheets[j * nx * nz..(j + 1) * nx * nz];
            for (i, value) in row.iter_mut().enumerate() {
                *value = sheet[i * nz + k];
            }
        }
    });
    sorted
}

/// The lower envelope of the parabolas that stand on the samples of one line.
struct Envelope {
    spacing_mm: f64,
    heights: Vec<f64>,
    /// Positions (sample indices) of the parabolas in the envelope.
    apexes: Vec<usize>,
    /// Where each of them takes over from the one before, in samples.
    starts: Vec<f64>,
}

impl Envelope {
    fn new(length: usize, spacing_mm: f64) -> Self {
        Self {
            spacing_mm,
            heights: Vec::with_capacity(length),
            apexes: Vec::with_capacity(length),
            starts: Vec::with_capacity(length),
        }
    }

    fn load(&mut self, line: impl Iterator<Item = f32>) {
        self.heights.clear();
        self.heights.extend(line.map(f64::from));
        self.apexes.clear();
        self.starts.clear();
        let per_square = 1.0 / (self.spacing_mm * self.spacing_mm);
        for (q, &height) in self.heights.iter().enumerate() {
            if height.is_infinite() {
                continue;
            }
            let mut start = f64::NEG_INFINITY;
            while let Some(&p) = self.apexes.last() {
                // Where the parabolas on p and q cross. Written about their middle,
                // so that no large squares cancel.
                let crossing = 0.5 * (p + q) as f64
                    + (height - self.heights[p]) * per_square / (2.0 * (q - p) as f64);
                if self.starts.last().is_some_and(|&last| crossing <= last) {
                    self.apexes.pop();
                    self.starts.pop();
                } else {
                    start = crossing;
                    break;
                }
            }
            self.apexes.push(q);
            self.starts.push(start);
        }
    }

    fn store<'a>(&self, line: impl Iterator<Item = &'a mut f32>) {
        if self.apexes.is_empty() {
            return line.for_each(|value| *value = f32::INFINITY);
        }
        let mut current = 0;
        for (x, value) in line.enumerate() {
            while self.starts.get(current + 1).is_some_and(|&start| start < x as f64) {
                current += 1;
            }
            let apex = self.apexes[current];
            let offset_mm = x.abs_diff(apex) as f64 * self.spacing_mm;
            *value = (offset_mm * offset_mm + self.heights[apex]) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_index, in_pools, noise};
    use ossicle_field::Grid;

    fn brute_force(mask: &Field<bool>) -> Vec<f64> {
        let grid = mask.grid();
        let targets: Vec<[usize; 3]> =
            mask.iter().enumerate().filter(|(_, m)| **m).map(|(n, _)| grid.voxel(n)).collect();
        let spacing = grid.spacing_mm();
        (0..grid.len())
            .map(|n| {
                let here = grid.voxel(n);
                targets
                    .iter()
                    .map(|t| {
                        (0..3)
                            .map(|a| here[a].abs_diff(t[a]) as f64 * spacing[a])
                            .map(|d| d * d)
                            .sum::<f64>()
                            .sqrt()
                    })
                    .fold(f64::INFINITY, f64::min)
            })
            .collect()
    }

    #[test]
    fn equals_brute_force_on_anisotropic_and_flat_grids() {
        for (case, (shape, spacing)) in [
            ([17, 13, 11], [0.9766, 0.9766, 4.25]),
            ([9, 21, 8], [0.5, 1.0, 2.0]),
            ([1, 30, 1], [3.0, 0.1, 1.0]),
            ([12, 1, 9], [7.3, 1.0, 0.07]),
            ([14, 9, 10], [1.0, 1.0, 1.0]),
        ]
        .into_iter()
        .enumerate()
        {
            let grid = Grid::aligned(shape, spacing, [5.0, -3.0, 2.0]).unwrap();
            for rarity in [2, 40, 400] {
                let mut mask = by_index(grid, |n| noise(case as u64, n).is_multiple_of(rarity));
                mask[shape.map(|n| n / 2)] = true;
                let found = distance_mm(&mask);
                for (&found, expected) in found.iter().zip(brute_force(&mask)) {
                    let error = (f64::from(found) - expected).abs();
                    assert!(error <= 4e-7 * expected, "{shape:?}: {found}, not {expected} mm");
                }
            }
        }
    }

    #[test]
    fn an_empty_mask_is_infinitely_far() {
        let grid = Grid::aligned([4, 3, 2], [1.0; 3], [0.0; 3]).unwrap();
        assert!(distance_mm(&Field::filled(grid, false)).iter().all(|d| *d == f32::INFINITY));
    }

    #[test]
    fn one_thread_and_two_agree_to_the_bit() {
        let grid = Grid::aligned([40, 31, 23], [0.7, 1.1, 2.3], [0.0; 3]).unwrap();
        let mask = by_index(grid, |n| noise(9, n).is_multiple_of(97));
        let [one, two] = in_pools(|| distance_mm(&mask));
        assert!(one == two);
    }
}
