//! What is solved: voxels with a stiffness, nodes that are held, and the forces they give.

use rayon::prelude::*;
use thiserror::Error;

use super::kernel::{RUN, Real, Scratch, Slopes};
use crate::{Grid, reduce};

/// Planes of nodes that one task works out. The plane of voxels below is worked out twice.
const PLANES: usize = 8;

/// Largest |cosine| between grid axes that still counts as perpendicular.
const SQUARE: f64 = 1e-3;

/// Marks a node that has stiffness and is connected to a held one.
const SUPPORTED: u8 = 8;

/// Along which grid axes a node's displacement is prescribed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held(u8);

impl Held {
    /// Moves as its surroundings let it.
    pub const FREE: Self = Self(0);
    /// Prescribed along all three axes.
    pub const FIXED: Self = Self(7);

    /// Prescribed along some axes, as on a plane of symmetry.
    #[must_use]
    pub fn along(axes: [bool; 3]) -> Self {
        Self((0..3).map(|a| u8::from(axes[a]) << a).sum())
    }

    /// Whether the displacement along an axis is prescribed.
    #[must_use]
    pub fn holds(self, axis: usize) -> bool {
        self.0 >> axis & 1 == 1
    }
}

/// Why an elastic problem was refused.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ElasticityError {
    /// A list does not fit the grid.
    #[error("{what}: {found} values; expected {expected}")]
    Length {
        /// Which list.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that fits.
        expected: usize,
    },
    /// The voxel axes are not perpendicular.
    #[error("the cosine between two grid axes is {0:.4}; expected at most 0.001")]
    Sheared(f64),
    /// Young's modulus is negative, not finite, or beyond what single precision holds.
    #[error("Young's modulus of voxel {voxel} is {found} MPa; expected 0 to 1e12")]
    Modulus {
        /// Linear index of the voxel.
        voxel: usize,
        /// Its modulus in MPa.
        found: f64,
    },
    /// Poisson's ratio is out of range.
    #[error("Poisson's ratio of voxel {voxel} is {found}; expected more than -1 and less than 0.5")]
    Poisson {
        /// Linear index of the voxel.
        voxel: usize,
        /// Its Poisson's ratio.
        found: f64,
    },
    /// No node with stiffness is held, so that any rigid motion is an answer.
    #[error("no node of a voxel with stiffness is held; expected at least one")]
    NothingHeld,
    /// A force on a node that no held node resists.
    #[error("{newtons} N act on node {node}, which nothing holds")]
    LoadOnNothing {
        /// Linear index of the node.
        node: usize,
        /// The largest component of the force.
        newtons: f64,
    },
    /// A displacement or a load is NaN or infinite, or became so.
    #[error("a displacement or a load is not finite")]
    NotFinite,
    /// The tolerance was not reached.
    #[error(
        "the error stands at {error:.1e} of the answer after {iterations} iterations; expected at most {tolerance:.1e}"
    )]
    NotConverged {
        /// Iterations made.
        iterations: usize,
        /// Estimated relative error reached, in the energy norm.
        error: f64,
        /// The same, as asked for.
        tolerance: f64,
    },
}

/// A body of voxels, its nodes at voxel corners.
///
/// Vectors over nodes (displacements in mm, forces in N) hold the component along the first
/// grid axis of all nodes, then the second, then the third; node `(i, j, k)`, the corner of
/// voxel `(i, j, k)` nearest the grid's first, stands at `i + (nx+1)*(j + (ny+1)*k)` in each.
/// Components are along the *grid's* axes ([`Grid::directions`]), not the world's.
#[derive(Clone, Debug)]
pub struct Elasticity {
    pub(super) voxels: [usize; 3],
    pub(super) spacing_mm: [f64; 3],
    /// Lamé constants times voxel volume over 64 (MPa mm³), as the kernel wants them.
    pub(super) lambda: Vec<f32>,
    pub(super) mu: Vec<f32>,
    /// Components to be solved for, a bit each: neither held, nor void, nor adrift; and
    /// [`SUPPORTED`].
    pub(super) free: Vec<u8>,
    adrift: usize,
}

impl Elasticity {
    /// A body from Young's modulus (MPa, 0 in voids) and Poisson's ratio of every voxel, and
    /// how every node is held ([`Self::node_shape`]).
    ///
    /// Nodes without stiffness, and pieces that no held node touches, are left as they are.
    ///
    /// # Errors
    /// Refuses lists that do not fit, sheared grids, impossible moduli, and a body that nothing
    /// holds.
    pub fn new(
        grid: &Grid,
        young_mpa: &[f64],
        poisson: &[f64],
        held: &[Held],
    ) -> Result<Self, ElasticityError> {
        let nodes = grid.shape().map(|n| n + 1);
        for (what, found, expected) in [
            ("Young's modulus", young_mpa.len(), grid.len()),
            ("Poisson's ratio", poisson.len(), grid.len()),
            ("held nodes", held.len(), nodes.iter().product()),
        ] {
            if found != expected {
                return Err(ElasticityError::Length { what, found, expected });
            }
        }
        if grid.shear() > SQUARE {
            return Err(ElasticityError::Sheared(grid.shear()));
        }
        let scale = grid.spacing_mm().iter().product::<f64>() / 64.0;
        let (mut lambda, mut mu) = (Vec::with_capacity(grid.len()), Vec::with_capacity(grid.len()));
        for (voxel, (&e, &nu)) in young_mpa.iter().zip(poisson).enumerate() {
            if !(0.0..=1e12).contains(&e) {
                return Err(ElasticityError::Modulus { voxel, found: e });
            }
            if !(nu > -1.0 && nu < 0.5) {
                return Err(ElasticityError::Poisson { voxel, found: nu });
            }
            lambda.push((scale * e * nu / ((1.0 + nu) * (1.0 - 2.0 * nu))) as f32);
            mu.push((scale * e / (2.0 * (1.0 + nu))) as f32);
        }
        let spacing_mm = grid.spacing_mm();
        let mut body =
            Self { voxels: grid.shape(), spacing_mm, lambda, mu, free: Vec::new(), adrift: 0 };
        body.free = body.components_to_solve(held)?;
        Ok(body)
    }

    /// Nodes along each axis: one more than voxels.
    #[must_use]
    pub fn node_shape(&self) -> [usize; 3] {
        self.voxels.map(|n| n + 1)
    }

    /// Number of nodes, a third of the length of a displacement.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.free.len()
    }

    /// Nodes with stiffness in pieces that no held node touches: they keep their first guess.
    #[must_use]
    pub fn adrift(&self) -> usize {
        self.adrift
    }

    /// Forces in N that hold a displacement in equilibrium: `forces = A u`, on every node, also
    /// where it is held (the reactions).
    ///
    /// # Panics
    /// If a slice is not three times the number of nodes long.
    pub fn forces(&self, displacement_mm: &[f64], forces: &mut [f64]) {
        self.apply(displacement_mm, forces);
    }

    /// Adds to a load (N on nodes) a force per volume (N/mm³, along the grid's axes), `f` of
    /// each voxel's linear index.
    ///
    /// # Panics
    /// If the load is not three times the number of nodes long.
    pub fn add_body_force(&self, f: impl Fn(usize) -> [f64; 3], load: &mut [f64]) {
        assert_eq!(load.len(), 3 * self.nodes());
        let corner_volume = self.spacing_mm.iter().product::<f64>() / 8.0;
        for voxel in 0..self.mu.len() {
            let force = f(voxel);
            for node in self.corners(voxel) {
                for (c, force) in force.iter().enumerate() {
                    load[c * self.nodes() + node] += force * corner_volume;
                }
            }
        }
    }

    /// The eight nodes of a voxel, the first axis fastest.
    pub(super) fn corners(&self, voxel: usize) -> [usize; 8] {
        let [nx, ny, _] = self.voxels;
        let [i, j, k] = [voxel % nx, voxel / nx % ny, voxel / (nx * ny)];
        let [x, y, _] = self.node_shape();
        std::array::from_fn(|n| (i + (n & 1)) + x * ((j + (n >> 1 & 1)) + y * (k + (n >> 2))))
    }

    /// The (up to eight) voxels round a node: `around[n]` has the node as its corner `n`.
    pub(super) fn around(&self, node: usize) -> [Option<usize>; 8] {
        let [nx, ny, nz] = self.voxels;
        let [x, y, _] = self.node_shape();
        let at = [node % x, node / x % y, node / (x * y)];
        std::array::from_fn(|n| {
            let [i, j, k]: [usize; 3] = std::array::from_fn(|a| at[a].wrapping_sub(n >> a & 1));
            (i < nx && j < ny && k < nz).then(|| i + nx * (j + ny * k))
        })
    }

    /// Bits of the components that are neither held nor without resistance.
    fn components_to_solve(&mut self, held: &[Held]) -> Result<Vec<u8>, ElasticityError> {
        let mut free: Vec<u8> = held.iter().map(|h| Held::FIXED.0 & !h.0).collect();
        let mut front: Vec<usize> = (0..held.len()).filter(|&n| held[n] != Held::FREE).collect();
        for &node in &front {
            free[node] |= SUPPORTED;
        }
        let mut stiff_and_held = false;
        while let Some(node) = front.pop() {
            for voxel in self.around(node).into_iter().flatten().filter(|&v| self.mu[v] > 0.0) {
                stiff_and_held = true;
                for corner in self.corners(voxel) {
                    if free[corner] & SUPPORTED == 0 {
                        free[corner] |= SUPPORTED;
                        front.push(corner);
                    }
                }
            }
        }
        if !stiff_and_held {
            return Err(ElasticityError::NothingHeld);
        }
        for node in 0..free.len() {
            let resists = self.around(node).into_iter().flatten().any(|v| self.mu[v] > 0.0);
            let reached = free[node] & SUPPORTED > 0;
            self.adrift += usize::from(resists && !reached);
            if !(resists && reached) {
                free[node] = 0;
            }
        }
        Ok(free)
    }

    /// `out = A u` in either precision. Each task adds up its own planes of nodes, voxel by
    /// voxel in the same order whatever the number of threads.
    pub(super) fn apply<T: Real>(&self, u: &[T], out: &mut [T]) {
        let [nx, ny, nz] = self.voxels;
        let (row, plane, n) = (nx + 1, (nx + 1) * (ny + 1), self.nodes());
        assert!(u.len() == 3 * n && out.len() == 3 * n);
        let slopes = Slopes::new(self.spacing_mm);
        let (out_x, rest) = out.split_at_mut(n);
        let (out_y, out_z) = rest.split_at_mut(n);
        let slabs = [out_x, out_y, out_z].map(|o| o.par_chunks_mut(plane * PLANES));
        let [x, y, z] = slabs;
        x.zip(y).zip(z).enumerate().for_each(|(task, ((x, y), z))| {
            let mut out = [x, y, z];
            for out in &mut out {
                out.fill(T::from(0.0));
            }
            let first = task * PLANES;
            let last = first + out[0].len() / plane;
            let mut scratch = Scratch::new();
            for k in first.saturating_sub(1)..last.min(nz) {
                for j in 0..ny {
                    for i in (0..nx).step_by(RUN) {
                        let count = RUN.min(nx - i);
                        let voxel = i + nx * (j + ny * k);
                        if self.mu[voxel..voxel + count].iter().all(|m| *m == 0.0) {
                            continue;
                        }
                        let node = i + row * (j + (ny + 1) * k);
                        let rows = [node, node + row, node + plane, node + plane + row];
                        self.run_forces(u, voxel, count, rows, &slopes, &mut scratch);
                        for (c, out) in out.iter_mut().enumerate() {
                            for (r, node) in rows.into_iter().enumerate() {
                                let above = k + (r >> 1);
                                if above < first || above >= last {
                                    continue;
                                }
                                let at = node - first * plane;
                                let out = &mut out[at..=at + count];
                                let (lower, upper) =
                                    (&scratch.lower[4 * c + r], &scratch.upper[4 * c + r]);
                                for (out, force) in out.iter_mut().zip(&lower[..count]) {
                                    *out += *force;
                                }
                                for (out, force) in out[1..].iter_mut().zip(&upper[..count]) {
                                    *out += *force;
                                }
                            }
                        }
                    }
                }
            }
        });
    }

    #[inline]
    fn run_forces<T: Real>(
        &self,
        u: &[T],
        voxel: usize,
        count: usize,
        rows: [usize; 4],
        slopes: &Slopes<T>,
        scratch: &mut Scratch<T>,
    ) {
        let n = self.nodes();
        let (mut lambda, mut mu) = ([T::from(0.0); RUN], [T::from(0.0); RUN]);
        for i in 0..count {
            lambda[i] = T::from(self.lambda[voxel + i]);
            mu[i] = T::from(self.mu[voxel + i]);
        }
        for c in 0..3 {
            for (r, node) in rows.into_iter().enumerate() {
                let from = c * n + node;
                scratch.corners[4 * c + r][..=count].copy_from_slice(&u[from..=from + count]);
            }
        }
        scratch.forces(&lambda, &mu, slopes);
    }

    /// The size of `u' A u` if all displacements were independent: what rounding is measured by.
    pub(super) fn magnitude(&self, u: &[f64]) -> f64 {
        let n = self.nodes();
        let slope: f64 = self.spacing_mm.iter().map(|h| 4.0 / (h * h)).sum();
        reduce::plain_sum_of(self.mu.len(), |voxel| {
            let stiffness = f64::from(self.lambda[voxel]).abs() + 2.0 * f64::from(self.mu[voxel]);
            if stiffness == 0.0 {
                return 0.0;
            }
            let squares = |node: usize| -> f64 {
                [u[node], u[n + node], u[2 * n + node]].iter().map(|u| u * u).sum()
            };
            stiffness * slope * self.corners(voxel).into_iter().map(squares).sum::<f64>()
        })
    }

    /// Whether no held node resists a force on a node: it is void or adrift.
    pub(super) fn is_unsupported(&self, node: usize) -> bool {
        self.free[node] & SUPPORTED == 0
    }

    /// Whether any component of a node is solved for.
    pub(super) fn is_free(&self, node: usize) -> bool {
        self.free[node] & Held::FIXED.0 > 0
    }

    /// The stiffness that coarsening goes by.
    pub(super) fn stiffness(&self, voxel: usize) -> f64 {
        f64::from(self.mu[voxel])
    }
}
