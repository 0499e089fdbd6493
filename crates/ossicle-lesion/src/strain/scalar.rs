//! Tissue that hands on each component of the displacement for itself.
//!
//! `div(E grad u_i) = 0`, `u` = the rotation's displacement per radian on the bone that moves, 0
//! on the bone that does not, no traction on walls. The three components are coupled through
//! their common bones alone.

use ossicle_field::elliptic::{EllipticError, EllipticSolver, Hierarchy};
use ossicle_field::{Faces, Grid};
use rayon::prelude::*;

use super::bodies::{Bodies, Holds, Rotation};

/// Relative residual of the displacements.
const TOLERANCE: f64 = 1e-4;

/// Scratch memory; dropping it loses nothing.
pub(super) struct Scalar {
    faces: Faces,
    screening: Vec<f64>,
    source: Vec<f64>,
}

impl Scalar {
    pub(super) fn new(grid: &Grid) -> Self {
        let zeros = || vec![0.0; grid.len()];
        Self { faces: Faces::closed(grid.shape()), screening: zeros(), source: zeros() }
    }

    /// Displacements of every rotation, from those that are there.
    pub(super) fn solve(
        &mut self,
        grid: &Grid,
        bodies: &Bodies,
        modulus: &[f64],
        displacement_mm: &mut [Vec<f64>],
    ) -> Result<(), EllipticError> {
        self.faces.set_harmonic(modulus, [1.0; 3]);
        let hierarchy = Hierarchy::new(&self.faces, grid.spacing_mm());
        let mut solver = EllipticSolver::new(&hierarchy);
        let Self { screening, source, .. } = self;
        for (which, u) in displacement_mm.iter_mut().enumerate() {
            let (rotation, along) = (&bodies.rotations[which / 3], which % 3);
            (screening.par_iter_mut(), source.par_iter_mut(), modulus)
                .into_par_iter()
                .enumerate()
                .for_each(|(c, (screening, source, modulus))| {
                    (*screening, *source) = (0.0, 0.0);
                    if *modulus > 0.0 {
                        for held in bodies.held(grid, c) {
                            let pull = 2.0 * modulus / (held.spacing_mm * held.spacing_mm);
                            *screening += pull;
                            *source += pull * held.displacement(grid, rotation)[along];
                        }
                    }
                });
            solver.solve(&hierarchy, 1.0, screening, source, TOLERANCE, u)?;
        }
        Ok(())
    }

    /// Octahedral shear strain of voxel `c` per radian of a rotation.
    pub(super) fn shear(
        &self,
        grid: &Grid,
        bodies: &Bodies,
        modulus: &[f64],
        rotation: &Rotation,
        u: &[Vec<f64>],
        c: usize,
    ) -> f64 {
        octahedral(self.gradient(grid, bodies, modulus[c], rotation, u, c))
    }

    /// `gradient[i][a]`: change of component `i` of the displacement along axis `a` within voxel
    /// `c`, the mean of what its two faces see of it.
    fn gradient(
        &self,
        grid: &Grid,
        bodies: &Bodies,
        own: f64,
        rotation: &Rotation,
        u: &[Vec<f64>],
        c: usize,
    ) -> [[f64; 3]; 3] {
        let (spacing, strides) = (grid.spacing_mm(), grid.strides());
        let mut gradient = [[0.0; 3]; 3];
        for (a, h) in spacing.into_iter().enumerate() {
            for (upper, n) in neighbours(grid, c, a).into_iter().enumerate() {
                let Some(n) = n else { continue };
                let side = if upper == 1 { 1.0 } else { -1.0 };
                if bodies.holds[n] != Holds::Nothing {
                    let held =
                        Held { from: c, axis: a, side, spacing_mm: h, holds: bodies.holds[n] };
                    let there = held.displacement(grid, rotation);
                    for i in 0..3 {
                        gradient[i][a] += 0.5 * side * (there[i] - u[i][c]) / (0.5 * h);
                    }
                    continue;
                }
                let lower = if upper == 1 { c } else { c - strides[a] };
                let share = self.faces.across(a)[lower] / own;
                for i in 0..3 {
                    gradient[i][a] += 0.5 * side * share * (u[i][n] - u[i][c]) / h;
                }
            }
        }
        gradient
    }
}

/// A face of a free voxel on a bone.
struct Held {
    from: usize,
    axis: usize,
    side: f64,
    spacing_mm: f64,
    holds: Holds,
}

impl Held {
    /// Displacement of the bone at the face, mm per radian along the grid's axes.
    fn displacement(&self, grid: &Grid, rotation: &Rotation) -> [f64; 3] {
        if self.holds == Holds::Fixed {
            return [0.0; 3];
        }
        let mut at = grid.voxel(self.from).map(|v| v as f64);
        at[self.axis] += 0.5 * self.side;
        rotation.displacement_mm(grid, grid.to_world(at))
    }
}

impl Bodies {
    /// The faces of voxel `c` on bone.
    fn held<'a>(&'a self, grid: &'a Grid, c: usize) -> impl Iterator<Item = Held> + 'a {
        let spacing = grid.spacing_mm();
        (0..3).flat_map(move |axis| {
            let sides = neighbours(grid, c, axis).into_iter().zip([-1.0, 1.0]);
            sides.filter_map(move |(n, side)| {
                let holds = self.holds[n?];
                let spacing_mm = spacing[axis];
                (holds != Holds::Nothing).then_some(Held { from: c, axis, side, spacing_mm, holds })
            })
        })
    }
}

/// The neighbours of voxel `c` below and above along an axis.
fn neighbours(grid: &Grid, c: usize, axis: usize) -> [Option<usize>; 2] {
    let (at, stride) = (grid.voxel(c)[axis], grid.strides()[axis]);
    [(at > 0).then(|| c - stride), (at + 1 < grid.shape()[axis]).then(|| c + stride)]
}

/// Octahedral shear of the symmetric part of a gradient.
fn octahedral(g: [[f64; 3]; 3]) -> f64 {
    let square = |v: f64| v * v;
    let normal = square(g[0][0] - g[1][1]) + square(g[1][1] - g[2][2]) + square(g[2][2] - g[0][0]);
    let shear = |i: usize, j: usize| square(0.5 * (g[i][j] + g[j][i]));
    2.0 / 3.0 * (normal + 6.0 * (shear(0, 1) + shear(0, 2) + shear(1, 2))).sqrt()
}
