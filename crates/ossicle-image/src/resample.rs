//! Values of a field at world points, and on other grids.

use ossicle_field::{Field, Grid};
use rayon::prelude::*;

/// Voxel coordinates this near to a voxel centre are on it: what is left over
/// from turning indices into millimetres and back.
const ON_CENTRE: f64 = 1e-9;

/// A real number that fields hold and interpolation may mix.
pub trait Real: Copy + Send + Sync {
    /// The same number in double precision.
    fn to_f64(self) -> f64;
    /// The nearest number of this type.
    fn from_f64(value: f64) -> Self;
}

impl Real for f32 {
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn from_f64(value: f64) -> Self {
        value as Self
    }
}

impl Real for f64 {
    fn to_f64(self) -> f64 {
        self
    }
    fn from_f64(value: f64) -> Self {
        value
    }
}

/// The value of the voxel that holds a world point (mm, RAS+), or `None` outside the grid.
#[must_use]
pub fn sample_nearest<T: Copy>(field: &Field<T>, world_mm: [f64; 3]) -> Option<T> {
    field.grid().voxel_at(world_mm).map(|voxel| field[voxel])
}

/// The value at a world point (mm, RAS+), linear between voxel centres, or `None`
/// outside the grid. In the outer half of the border voxels, beyond the last
/// centres, the border's value holds.
#[must_use]
pub fn sample_trilinear<T: Real>(field: &Field<T>, world_mm: [f64; 3]) -> Option<f64> {
    trilinear(field, field.grid().to_voxel(world_mm))
}

/// `field` on another grid: each voxel takes the value of the voxel its centre
/// lies in, or `outside` beyond the field. For labels and masks.
#[must_use]
pub fn resample_nearest<T: Copy + Send + Sync>(
    field: &Field<T>,
    onto: &Grid,
    outside: T,
) -> Field<T> {
    let shape = field.grid().shape();
    resample(field.grid(), onto, outside, |at| {
        let voxel = at.map(|x| (x + 0.5).floor());
        (0..3)
            .all(|a| voxel[a] >= 0.0 && voxel[a] < shape[a] as f64)
            .then(|| field[voxel.map(|x| x as usize)])
    })
}

/// `field` on another grid, linear between its voxel centres; `outside` beyond
/// the field. For intensities and concentrations; see [`sample_trilinear`].
#[must_use]
pub fn resample_trilinear<T: Real>(field: &Field<T>, onto: &Grid, outside: T) -> Field<T> {
    resample(field.grid(), onto, outside, |at| trilinear(field, at).map(T::from_f64))
}

/// `value` at the voxel coordinates in `from` of every voxel of `onto`.
fn resample<T: Copy + Send + Sync>(
    from: &Grid,
    onto: &Grid,
    outside: T,
    value: impl Fn([f64; 3]) -> Option<T> + Sync,
) -> Field<T> {
    let [nx, ny, _] = onto.shape();
    let mut data = vec![outside; onto.len()];
    data.par_chunks_mut(nx).enumerate().for_each(|(line, row)| {
        for (i, target) in row.iter_mut().enumerate() {
            let at = from.to_voxel(onto.centre([i, line % ny, line / ny])).map(snapped);
            *target = value(at).unwrap_or(outside);
        }
    });
    Field::from_vec(*onto, data)
}

fn snapped(x: f64) -> f64 {
    let whole = x.round();
    if (x - whole).abs() < ON_CENTRE { whole } else { x }
}

fn trilinear<T: Real>(field: &Field<T>, at: [f64; 3]) -> Option<f64> {
    let shape = field.grid().shape();
    let strides = field.grid().strides();
    let mut base = 0;
    let mut fraction = [0.0; 3];
    let mut step = [0; 3];
    for a in 0..3 {
        let last = (shape[a] - 1) as f64;
        if !(at[a] >= -0.5 && at[a] <= last + 0.5) {
            return None;
        }
        let x = at[a].clamp(0.0, last);
        base += x as usize * strides[a];
        fraction[a] = x.fract();
        // A point on a centre needs no further neighbour; the last has none.
        step[a] = if fraction[a] > 0.0 { strides[a] } else { 0 };
    }
    let values: &[T] = field;
    let value = |offset: usize| values[base + offset].to_f64();
    let along_x = |offset: usize| mix(value(offset), value(offset + step[0]), fraction[0]);
    let along_y = |offset: usize| mix(along_x(offset), along_x(offset + step[1]), fraction[1]);
    Some(mix(along_y(0), along_y(step[2]), fraction[2]))
}

/// Between `a` at 0 and `b` at 1; exactly `a` where both are equal.
fn mix(a: f64, b: f64, fraction: f64) -> f64 {
    if fraction == 0.0 { a } else { a + fraction * (b - a) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_index, in_pools, noise};

    fn oblique() -> Grid {
        // Columns of a rotation, scaled to 0.7, 1.3 and 2.1 mm.
        Grid::new(
            [14, 12, 10],
            [[0.7 * 0.6, 0.7 * 0.8, 0.0], [-1.3 * 0.8, 1.3 * 0.6, 0.0], [0.0, 0.0, -2.1]],
            [3.0, -8.0, 11.0],
        )
        .unwrap()
    }

    fn plane(p: [f64; 3]) -> f64 {
        4.0 - 1.5 * p[0] + 0.25 * p[1] + 2.0 * p[2]
    }

    #[test]
    fn a_linear_field_is_reproduced_between_centres() {
        let grid = oblique();
        let field = Field::from_fn(grid, |v| plane(grid.centre(v)));
        for n in 0..500 {
            let voxel: [f64; 3] = std::array::from_fn(|a| {
                (noise(a as u64, n) % 10_000) as f64 / 10_000.0 * (grid.shape()[a] - 1) as f64
            });
            let world = grid.to_world(voxel);
            let found = sample_trilinear(&field, world).unwrap();
            assert!((found - plane(world)).abs() < 1e-11, "{found} against {}", plane(world));
        }
    }

    #[test]
    fn the_same_grid_gives_back_the_same_bits() {
        let grid = oblique();
        let field = by_index(grid, |n| (noise(5, n) % 4000) as f32 / 7.0 - 1000.0);
        assert!(resample_trilinear(&field, &grid, f32::NAN) == field);
        assert!(resample_nearest(&field, &grid, f32::NAN) == field);
    }

    #[test]
    fn nearest_takes_the_voxel_that_holds_the_point_and_outside_is_none() {
        let coarse = Grid::aligned([2, 2, 2], [2.0; 3], [1.0; 3]).unwrap();
        let labels = Field::from_fn(coarse, |[i, j, k]| (i + 2 * j + 4 * k) as u16 + 1);
        let fine = Grid::aligned([8, 8, 8], [1.0; 3], [-1.5; 3]).unwrap();
        let found = resample_nearest(&labels, &fine, 0);
        for (n, &found) in found.iter().enumerate() {
            let p = fine.centre(fine.voxel(n));
            let inside = p.iter().all(|x| (0.0..4.0).contains(x));
            let expected = if inside {
                let [i, j, k] = p.map(|x| (x / 2.0) as u16);
                i + 2 * j + 4 * k + 1
            } else {
                0
            };
            assert_eq!(found, expected, "at {p:?}");
        }
        assert_eq!(sample_nearest(&labels, [-0.01, 1.0, 1.0]), None);
        let real = labels.map(|&l| f64::from(l));
        assert_eq!(sample_trilinear(&real, [0.01, 1.0, 1.0]), Some(1.0), "border holds");
        assert_eq!(sample_trilinear(&real, [4.01, 1.0, 1.0]), None);
        assert_eq!(sample_trilinear(&real, [f64::NAN, 1.0, 1.0]), None);
    }

    #[test]
    fn one_thread_and_two_agree_to_the_bit() {
        let from = oblique();
        let field = by_index(from, |n| (noise(6, n) % 4000) as f32);
        let onto = Grid::aligned([21, 20, 19], [0.9; 3], [-8.0, -7.0, -9.0]).unwrap();
        let [one, two] = in_pools(|| resample_trilinear(&field, &onto, -1000.0));
        assert!(one == two);
    }
}
