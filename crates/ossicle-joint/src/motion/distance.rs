//! Signed distance to the surface of a body.

use ossicle_field::{Field, Grid};
use ossicle_image::distance_mm;
use rayon::prelude::*;

use super::surface::{Net, Quad, triangle_distance_squared};

/// Voxels on each side of a surface edge whose distance is taken from the surface itself.
const NEAR: usize = 2;

/// Distance in mm to the surface of a body, negative inside, at any point of the world.
///
/// At voxel centres within two voxels of the surface it is the exact distance to a net of
/// quadrangles on it; further away the exact distance between voxel centres less half a voxel,
/// never wrong by more than [`SignedDistance::far_error_mm`]. Between voxel centres it is
/// linear; beyond the grid, a lower bound.
#[derive(Clone, Debug)]
pub struct SignedDistance {
    field: Field<f32>,
    /// Rows that turn millimetres from the first voxel's centre into voxel indices.
    rows: [[f64; 3]; 3],
    near_mm: f64,
    far_error_mm: f64,
}

impl SignedDistance {
    pub(super) fn new(share: &Field<f32>, net: &Net) -> Self {
        let grid = *share.grid();
        let spacing = grid.spacing_mm();
        let least = spacing.into_iter().fold(f64::INFINITY, f64::min);
        let diagonal = spacing.iter().map(|v| v * v).sum::<f64>().sqrt();
        let near_mm = NEAR as f64 * least;
        let far = far_mm(share, 0.5 * least);
        let mut field = near(&grid, net);
        field.par_iter_mut().zip(far.par_iter()).zip(share.par_iter()).for_each(
            |((near, &far), &share)| {
                let distance =
                    if *near <= near_mm as f32 { *near } else { far.max(near_mm as f32) };
                *near = if share >= 0.5 { -distance } else { distance };
            },
        );
        let origin = grid.to_voxel([0.0; 3]);
        let column = |a: usize| {
            let mut unit = [0.0; 3];
            unit[a] = 1.0;
            let at = grid.to_voxel(unit);
            std::array::from_fn::<f64, 3, _>(|r| at[r] - origin[r])
        };
        let columns = [column(0), column(1), column(2)];
        let rows = std::array::from_fn(|r| std::array::from_fn(|a| columns[a][r]));
        Self { field, rows, near_mm, far_error_mm: diagonal }
    }

    /// The grid that the distance is kept on: that of the body, cut to hold it.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        self.field.grid()
    }

    /// Up to which distance it is taken from the surface itself, mm.
    #[must_use]
    pub fn near_mm(&self) -> f64 {
        self.near_mm
    }

    /// The most by which it can exceed the true distance further away, mm.
    #[must_use]
    pub fn far_error_mm(&self) -> f64 {
        self.far_error_mm
    }

    /// The distance at a world point (mm, RAS+), in mm.
    #[must_use]
    pub fn at(&self, world_mm: [f64; 3]) -> f64 {
        let grid = self.field.grid();
        let (origin, spacing, shape) = (grid.origin_mm(), grid.spacing_mm(), grid.shape());
        let strides = grid.strides();
        let d = [world_mm[0] - origin[0], world_mm[1] - origin[1], world_mm[2] - origin[2]];
        let (mut base, mut beyond) = (0, 0.0);
        let (mut fraction, mut step) = ([0.0_f32; 3], [0; 3]);
        for a in 0..3 {
            let row = self.rows[a];
            let at = row[0] * d[0] + row[1] * d[1] + row[2] * d[2];
            let last = (shape[a] - 1) as f64;
            let x = at.clamp(0.0, last);
            let off_mm = (at - x) * spacing[a];
            beyond += off_mm * off_mm;
            let whole = (x as usize).min(shape[a].saturating_sub(2));
            base += whole * strides[a];
            fraction[a] = (x - whole as f64) as f32;
            step[a] = if shape[a] > 1 { strides[a] } else { 0 };
        }
        let values: &[f32] = &self.field;
        let along_x = |n: usize| values[n] + fraction[0] * (values[n + step[0]] - values[n]);
        let along_y = |n: usize| {
            let (low, high) = (along_x(n), along_x(n + step[1]));
            low + fraction[1] * (high - low)
        };
        let (low, high) = (along_y(base), along_y(base + step[2]));
        let inside = f64::from(low + fraction[2] * (high - low));
        if beyond > 0.0 {
            // The grid is convex and holds the body: the way to the body is at least the
            // hypotenuse of the way to the grid and the way on from there.
            let on = inside.max(0.0);
            return (beyond + on * on).sqrt();
        }
        inside
    }

    /// Unit vector in which the distance grows fastest at a world point, by differences over
    /// half a voxel; zero where it does not change.
    #[must_use]
    pub fn outward(&self, world_mm: [f64; 3]) -> [f64; 3] {
        let reach = 0.25 * self.near_mm;
        let slope: [f64; 3] = std::array::from_fn(|a| {
            let (mut ahead, mut behind) = (world_mm, world_mm);
            ahead[a] += reach;
            behind[a] -= reach;
            self.at(ahead) - self.at(behind)
        });
        let length = slope.iter().map(|v| v * v).sum::<f64>().sqrt();
        if length > 0.0 { slope.map(|v| v / length) } else { slope }
    }
}

/// Distance without sign from every voxel centre to the voxels on the other side of the
/// surface, less `half_mm`.
fn far_mm(share: &Field<f32>, half_mm: f64) -> Field<f32> {
    let inside = share.map(|&s| s >= 0.5);
    let outside = inside.map(|&i| !i);
    let mut to_body = distance_mm(&inside);
    let to_nothing = distance_mm(&outside);
    let half = half_mm as f32;
    to_body.par_iter_mut().zip(to_nothing.par_iter()).for_each(|(a, &b)| {
        *a = (a.max(b) - half).max(0.0);
    });
    to_body
}

/// Distance without sign to the nearest quadrangle whose edge lies within [`NEAR`] voxels along
/// every axis, infinite elsewhere.
fn near(grid: &Grid, net: &Net) -> Field<f32> {
    let [nx, ny, nz] = grid.shape();
    let fans: Vec<Fan> = net.quads.par_iter().map(|quad| Fan::new(net, quad)).collect();
    let starts: Vec<usize> =
        (0..=nz).map(|k| net.quads.partition_point(|q| q.voxel[2] < k)).collect();
    let mut squared = vec![f32::INFINITY; grid.len()];
    squared.par_chunks_mut(nx * ny).enumerate().for_each(|(k, plane)| {
        let some = starts[k.saturating_sub(NEAR + 1)]..starts[(k + NEAR + 1).min(nz)];
        for (quad, fan) in net.quads[some.clone()].iter().zip(&fans[some]) {
            let [i, j, _] = quad.voxel;
            for y in j.saturating_sub(NEAR)..(j + NEAR + 2).min(ny) {
                for x in i.saturating_sub(NEAR)..(i + NEAR + 2).min(nx) {
                    let best = &mut plane[y * nx + x];
                    fan.lower(grid.centre([x, y, k]), best);
                }
            }
        }
    });
    squared.par_iter_mut().for_each(|d| *d = d.sqrt());
    Field::from_vec(*grid, squared)
}

/// A quadrangle as four triangles round its middle.
struct Fan {
    middle: [f64; 3],
    corners: [[f64; 3]; 4],
    radius: f64,
}

impl Fan {
    fn new(net: &Net, quad: &Quad) -> Self {
        let corners = quad.corners.map(|n| net.vertices_mm[n as usize]);
        let middle = std::array::from_fn(|a| corners.iter().map(|c| c[a]).sum::<f64>() / 4.0);
        let radius = corners.iter().map(|&c| square(c, middle)).fold(0.0, f64::max).sqrt();
        Self { middle, corners, radius }
    }

    /// Lowers `best`, a distance squared, to that of `point`, if that is smaller.
    fn lower(&self, point: [f64; 3], best: &mut f32) {
        // No triangle of the fan is nearer than its middle less its radius.
        let reach = f64::from(*best).sqrt() + self.radius;
        if square(point, self.middle) >= reach * reach {
            return;
        }
        for n in 0..4 {
            let triangle = [self.middle, self.corners[n], self.corners[(n + 1) % 4]];
            *best = best.min(triangle_distance_squared(point, triangle) as f32);
        }
    }
}

fn square(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|r| (a[r] - b[r]) * (a[r] - b[r])).sum()
}
