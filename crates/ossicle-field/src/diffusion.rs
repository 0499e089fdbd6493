//! Implicit diffusion `u_t = div(D grad u)`, one axis after the other; or, where places hold
//! `u` with different affinity `a`, `u_t = div(D grad(u/a))`, whose equilibrium is `u`
//! proportional to `a`.
//!
//! Each axis is a tridiagonal system per line, cut by closed faces. The scheme along a
//! line is Crank-Nicolson as long as that keeps values non-negative, and as much more
//! implicit as it must be beyond:
//!
//! `(1 + theta dt L) u_new = (1 - (1 - theta) dt L) u`, `theta = max(1/2, 1 - 1/(dt max L_ii))`.
//!
//! Face fluxes are shared by their two voxels, so the total is kept; the right-hand side
//! is non-negative by the choice of `theta` and the matrix is an M-matrix, so `u` stays
//! non-negative. Sweeping x-y-z in one half step and z-y-x in the next is second order in
//! time where `theta = 1/2`.

use rayon::prelude::*;

use crate::{Faces, Grid};

/// The order of the three sweeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweeps {
    /// x, then y, then z.
    Forward,
    /// z, then y, then x.
    Backward,
}

/// Scratch memory for diffusion on one grid; dropping it loses nothing.
#[derive(Clone, Debug)]
pub struct Diffusion {
    shape: [usize; 3],
    per_mm2: [f64; 3],
    /// The field with y and z exchanged, for the sweeps along z.
    turned: Vec<f64>,
    turned_faces: Vec<f64>,
    turned_affinity: Vec<f64>,
}

impl Diffusion {
    /// Scratch memory for a grid.
    #[must_use]
    pub fn new(grid: &Grid) -> Self {
        let n = grid.len();
        Self {
            shape: grid.shape(),
            per_mm2: grid.spacing_mm().map(|h| 1.0 / (h * h)),
            turned: vec![0.0; n],
            turned_faces: vec![0.0; n],
            turned_affinity: Vec::new(),
        }
    }

    /// Advances `u` by `dt_days`, with face coefficients in mm²/day times `scale`.
    pub fn step(&mut self, faces: &Faces, scale: f64, dt_days: f64, sweeps: Sweeps, u: &mut [f64]) {
        self.sweeps(faces, None, scale, dt_days, sweeps, u);
    }

    /// The same where each voxel holds `u` with its own affinity, positive wherever a face is
    /// open; face coefficients are then those of `u/affinity`.
    pub fn step_with_affinity(
        &mut self,
        faces: &Faces,
        affinity: &[f64],
        scale: f64,
        dt_days: f64,
        sweeps: Sweeps,
        u: &mut [f64],
    ) {
        assert_eq!(affinity.len(), u.len());
        self.sweeps(faces, Some(affinity), scale, dt_days, sweeps, u);
    }

    fn sweeps(
        &mut self,
        faces: &Faces,
        affinity: Option<&[f64]>,
        scale: f64,
        dt_days: f64,
        sweeps: Sweeps,
        u: &mut [f64],
    ) {
        assert!(faces.shape() == self.shape && u.len() == self.turned.len());
        let order = match sweeps {
            Sweeps::Forward => [0, 1, 2],
            Sweeps::Backward => [2, 1, 0],
        };
        for axis in order {
            if self.shape[axis] > 1 {
                let r = scale * dt_days * self.per_mm2[axis];
                match affinity {
                    None => self.sweep(axis, faces, Even, r, u),
                    Some(affinity) => self.sweep(axis, faces, Uneven(affinity), r, u),
                }
            }
        }
    }

    /// One axis; `r` times a face coefficient is the dimensionless diffusion number.
    fn sweep<A: Affinity>(
        &mut self,
        axis: usize,
        faces: &Faces,
        affinity: A,
        r: f64,
        u: &mut [f64],
    ) {
        let [nx, ny, nz] = self.shape;
        let across = faces.across(axis);
        if axis < 2 {
            let planes = u.par_chunks_mut(nx * ny).zip(across.par_chunks(nx * ny));
            planes.enumerate().for_each(|(k, (u, g))| {
                let affinity = affinity.from(k * nx * ny);
                if axis == 1 {
                    Line::with_length(ny, nx).solve(u, g, affinity, r);
                    return;
                }
                let mut line = Line::with_length(nx, 1);
                for (j, (u, g)) in u.chunks_exact_mut(nx).zip(g.chunks_exact(nx)).enumerate() {
                    line.solve(u, g, affinity.from(j * nx), r);
                }
            });
            return;
        }
        turn(&mut self.turned, u, [nx, ny, nz]);
        turn(&mut self.turned_faces, across, [nx, ny, nz]);
        let affinity = affinity.turned(&mut self.turned_affinity, [nx, ny, nz]);
        let planes = self.turned.par_chunks_mut(nx * nz).zip(self.turned_faces.par_chunks(nx * nz));
        planes.enumerate().for_each(|(j, (u, g))| {
            Line::with_length(nz, nx).solve(u, g, affinity.from(j * nx * nz), r);
        });
        turn(u, &self.turned, [nx, nz, ny]);
    }
}

/// How much of `u` a voxel holds at equilibrium, relative to others.
trait Affinity: Copy + Sync {
    /// The same with exchanged axes, see [`turn`].
    type Turned<'a>: Affinity;
    fn at(self, voxel: usize) -> f64;
    /// The same, counted from a later voxel on.
    fn from(self, first: usize) -> Self;
    fn turned(self, scratch: &mut Vec<f64>, shape: [usize; 3]) -> Self::Turned<'_>;
}

/// The same everywhere.
#[derive(Clone, Copy)]
struct Even;

impl Affinity for Even {
    type Turned<'a> = Even;
    #[inline(always)]
    fn at(self, _voxel: usize) -> f64 {
        1.0
    }
    fn from(self, _first: usize) -> Self {
        self
    }
    fn turned(self, _scratch: &mut Vec<f64>, _shape: [usize; 3]) -> Even {
        self
    }
}

/// One for each voxel; where it is zero nothing moves and any number will do.
#[derive(Clone, Copy)]
struct Uneven<'s>(&'s [f64]);

impl Affinity for Uneven<'_> {
    type Turned<'a> = Uneven<'a>;
    #[inline(always)]
    fn at(self, voxel: usize) -> f64 {
        let affinity = self.0[voxel];
        if affinity > 0.0 { affinity } else { 1.0 }
    }
    fn from(self, first: usize) -> Self {
        Self(&self.0[first..])
    }
    fn turned(self, scratch: &mut Vec<f64>, shape: [usize; 3]) -> Uneven<'_> {
        scratch.resize(self.0.len(), 0.0);
        turn(scratch, self.0, shape);
        Uneven(scratch)
    }
}

/// Exchanges the second and third axis: `to[x, z, y] = from[x, y, z]`.
fn turn(to: &mut [f64], from: &[f64], [nx, ny, nz]: [usize; 3]) {
    to.par_chunks_mut(nx * nz).enumerate().for_each(|(j, plane)| {
        for (k, row) in plane.chunks_exact_mut(nx).enumerate() {
            row.copy_from_slice(&from[nx * (j + ny * k)..][..nx]);
        }
    });
}

/// `width` lines of `length` points side by side: point `p` of line `l` is at `p*width + l`.
struct Line {
    length: usize,
    width: usize,
    /// Eliminated upper coefficients.
    upper: Vec<f64>,
    /// Per line: the explicit share, the explicit inflow from the point before, and one less
    /// the upper coefficient of the point before.
    explicit: Vec<f64>,
    inflow: Vec<f64>,
    slack: Vec<f64>,
}

impl Line {
    fn with_length(length: usize, width: usize) -> Self {
        Self {
            length,
            width,
            upper: vec![0.0; length * width],
            explicit: vec![0.0; width],
            inflow: vec![0.0; width],
            slack: vec![0.0; width],
        }
    }

    /// Thomas elimination on all lines at once; `g` holds the face above each point.
    ///
    /// Nothing is subtracted but explicit fluxes, so that the total is kept to the last digits
    /// however large the diffusion number.
    fn solve<A: Affinity>(&mut self, u: &mut [f64], g: &[f64], affinity: A, r: f64) {
        let (n, w) = (self.length, self.width);
        self.explicit.fill(0.0);
        for p in 0..n {
            for l in 0..w {
                let below = if p > 0 { g[(p - 1) * w + l] } else { 0.0 };
                let diagonal = r * (below + g[p * w + l]) / affinity.at(p * w + l);
                let largest = &mut self.explicit[l];
                *largest = if diagonal > *largest { diagonal } else { *largest };
            }
        }
        for explicit in &mut self.explicit {
            *explicit = if *explicit > 2.0 { 1.0 / *explicit } else { 0.5 };
        }
        self.inflow.fill(0.0);
        for p in 0..n {
            let at = p * w;
            for l in 0..w {
                let (explicit, implicit) = (self.explicit[l], 1.0 - self.explicit[l]);
                let held = affinity.at(at + l);
                // The explicit flux through the face above, counted once for both its sides.
                let outflow = if p + 1 < n {
                    let next = u[at + w + l] / affinity.at(at + w + l);
                    explicit * r * g[at + l] * (u[at + l] / held - next)
                } else {
                    0.0
                };
                let rhs = u[at + l] - outflow + self.inflow[l];
                self.inflow[l] = outflow;
                let (below, before) =
                    if p > 0 { (implicit * r * g[at - w + l], u[at - w + l]) } else { (0.0, 0.0) };
                let above = implicit * r * g[at + l];
                let rest = held + below * self.slack[l];
                let pivot = 1.0 / (rest + above);
                self.slack[l] = rest * pivot;
                self.upper[at + l] = above * pivot;
                u[at + l] = (rhs + below * before) * pivot;
            }
        }
        // From here on `u` holds `u/affinity`.
        for p in (0..n.saturating_sub(1)).rev() {
            let at = p * w;
            for l in 0..w {
                u[at + l] += self.upper[at + l] * u[at + w + l];
            }
        }
        for (c, u) in u.iter_mut().enumerate() {
            *u *= affinity.at(c);
        }
    }
}
