//! Shapes with known distances, laid on any grid.

#![allow(dead_code, reason = "each test file uses some of the shapes")]

use ossicle_field::{Field, Grid};

pub(crate) type Point = [f64; 3];

/// Signed distance to a shape, mm, negative inside.
pub(crate) type Shape<'a> = &'a dyn Fn(Point) -> f64;

pub(crate) fn norm(p: Point) -> f64 {
    (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt()
}

pub(crate) fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(crate) fn ball(p: Point, centre: Point, radius: f64) -> f64 {
    norm(minus(p, centre)) - radius
}

/// A box with sides along the axes.
pub(crate) fn cuboid(p: Point, low: Point, high: Point) -> f64 {
    let over: Point = std::array::from_fn(|a| (low[a] - p[a]).max(p[a] - high[a]));
    let outside = norm(over.map(|v| v.max(0.0)));
    outside + over[0].max(over[1]).max(over[2]).min(0.0)
}

/// The columns of a rotation matrix.
#[derive(Clone, Copy)]
pub(crate) struct Turn(pub(crate) [Point; 3]);

pub(crate) const STRAIGHT: Turn = Turn([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

impl Turn {
    /// About a unit vector, by an angle in degrees.
    pub(crate) fn about(u: Point, degrees: f64) -> Self {
        let (s, c) = libm::sincos(degrees.to_radians());
        let column = |a: usize| {
            let mut e = [0.0; 3];
            e[a] = 1.0;
            let along = u[a] * (1.0 - c);
            let cross =
                [u[1] * e[2] - u[2] * e[1], u[2] * e[0] - u[0] * e[2], u[0] * e[1] - u[1] * e[0]];
            std::array::from_fn(|r| c * e[r] + s * cross[r] + along * u[r])
        };
        Self([column(0), column(1), column(2)])
    }

    pub(crate) fn apply(&self, p: Point) -> Point {
        std::array::from_fn(|r| (0..3).map(|c| self.0[c][r] * p[c]).sum())
    }

    pub(crate) fn undo(&self, p: Point) -> Point {
        std::array::from_fn(|c| (0..3).map(|r| self.0[c][r] * p[r]).sum())
    }
}

/// A cube of voxels of that spacing about the origin, its axes turned.
pub(crate) fn grid_about(half_mm: f64, spacing_mm: Point, axes: Turn) -> Grid {
    let shape = spacing_mm.map(|h| (2.0 * half_mm / h).ceil() as usize + 1);
    let steps = std::array::from_fn(|a| axes.0[a].map(|v| v * spacing_mm[a]));
    // A little off the shape's own symmetry.
    let first: Point = std::array::from_fn(|a| -0.5 * spacing_mm[a] * (shape[a] as f64 - 1.0));
    let origin = axes.apply(first);
    Grid::new(shape, steps, std::array::from_fn(|a| origin[a] + 0.137 * spacing_mm[a])).unwrap()
}

/// Voxels whose centres lie in the shape.
pub(crate) fn mask(grid: Grid, shape: Shape) -> Field<bool> {
    Field::from_fn(grid, |v| shape(grid.centre(v)) <= 0.0)
}

/// Shares as partial volume gives them where the surface is flat within a voxel.
pub(crate) fn share(grid: Grid, shape: Shape) -> Field<f32> {
    let h = grid.spacing_mm().into_iter().fold(0.0, f64::max);
    Field::from_fn(grid, |v| (0.5 - shape(grid.centre(v)) / h).clamp(0.0, 1.0) as f32)
}

/// The slope of log error over log size by least squares.
pub(crate) fn order(sizes: &[f64], errors: &[f64]) -> f64 {
    let points: Vec<(f64, f64)> =
        sizes.iter().zip(errors).map(|(h, e)| (libm::log(*h), libm::log(*e))).collect();
    let n = points.len() as f64;
    let mean = |f: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
    let (mx, my) = (mean(&|p| p.0), mean(&|p| p.1));
    let xy: f64 = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum();
    let xx: f64 = points.iter().map(|p| (p.0 - mx) * (p.0 - mx)).sum();
    xy / xx
}
