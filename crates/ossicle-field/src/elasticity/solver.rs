//! Flexible conjugate gradients with one multigrid cycle as preconditioner.

use rayon::prelude::*;

use super::aggregate::Groups;
use super::coarse::{self, Level};
use super::dense;
use super::element::Element;
use super::problem::{Elasticity, ElasticityError};
use super::rigid::{Coarsening, Motion};
use super::smooth::Chebyshev;
use crate::reduce;

/// Most iterations before a solve counts as failed.
const MOST_ITERATIONS: usize = 300;

/// What rounding leaves of a displacement that should do no work, in the energy norm.
const ROUNDING: f64 = 1e-14;

/// How a solve went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Balanced {
    /// Conjugate-gradient iterations (one multigrid cycle each); 0 if the first guess was good
    /// enough.
    pub iterations: usize,
    /// Estimated error relative to the answer, both in the energy norm: the square root of the
    /// work that the error would do over that of the answer.
    pub error: f64,
}

/// Multigrid levels and scratch memory for one [`Elasticity`]; to be made anew when stiffness
/// or the held nodes change.
#[derive(Clone, Debug)]
pub struct ElasticitySolver {
    /// Inverse diagonal blocks (xx, yy, zz, xy, xz, yz); zero for what is not solved for.
    inverse: Vec<[f32; 6]>,
    smoother: Chebyshev,
    coarsening: Coarsening,
    levels: Vec<Level>,
    b: Vec<f32>,
    x: Vec<f32>,
    d: Vec<f32>,
    f: Vec<f32>,
    p: Vec<f64>,
    q: Vec<f64>,
    r: Vec<f64>,
}

impl ElasticitySolver {
    /// Builds the levels for a body.
    #[must_use]
    pub fn new(body: &Elasticity) -> Self {
        let element = Element::new(body.spacing_mm);
        let [x, y, _] = body.node_shape();
        let position = |node: usize| {
            let at = [node % x, node / x % y, node / (x * y)];
            std::array::from_fn(|a| at[a] as f64 * body.spacing_mm[a])
        };
        let coarsening = Coarsening::new(Groups::of_nodes(body), position);
        let levels = coarse::levels(body, &element, &coarsening);
        let n = body.nodes();
        let [b, x, d, f] = [0; 4].map(|_| vec![0.0; 3 * n]);
        let [p, q, r] = [0; 3].map(|_| vec![0.0; 3 * n]);
        let smoother = Chebyshev::new(element.bound(ratios(body)) as f32);
        let inverse = inverse_diagonal(body, &element);
        Self { inverse, smoother, coarsening, levels, b, x, d, f, p, q, r }
    }

    /// Finds the displacement (mm) in equilibrium with a load (N on nodes; `None` for no load).
    ///
    /// `displacement_mm` holds the prescribed values where nodes are held and the first guess
    /// elsewhere, and receives the answer. The tolerance is the estimated error relative to the
    /// answer in the energy norm, that is of strains weighted by stiffness.
    ///
    /// # Errors
    /// If a value is not finite, a load acts where nothing resists it, or the tolerance is not
    /// reached.
    ///
    /// # Panics
    /// If a slice is not three times the number of nodes long, or the body has other nodes than
    /// the one that this solver was made for.
    pub fn solve(
        &mut self,
        body: &Elasticity,
        load: Option<&[f64]>,
        tolerance: f64,
        displacement_mm: &mut [f64],
    ) -> Result<Balanced, ElasticityError> {
        let n = body.nodes();
        let u = displacement_mm;
        assert!(u.len() == 3 * n && self.inverse.len() == n);
        body.apply(u, &mut self.q);
        let load = load.inspect(|load| assert_eq!(load.len(), 3 * n));
        if let Some(load) = load {
            check_load(body, load)?;
        }
        let external = |i: usize| load.map_or(0.0, |load| load[i]);
        self.r.par_iter_mut().zip(&self.q).enumerate().for_each(|(i, (r, q))| *r = external(i) - q);
        let rounding = ROUNDING * ROUNDING * body.magnitude(u);
        let mut last: Option<f64> = None;
        for iterations in 0..=MOST_ITERATIONS {
            self.precondition(body);
            let Self { x: z, p, q, r, .. } = self;
            let (r_all, u_all) = (&*r, &*u);
            let work = reduce::plain_sum_of(3 * n, |i| f64::from(z[i]) * r_all[i]);
            // The work of the displacement, held nodes included, whose residual is the reaction.
            let energy =
                reduce::plain_sum_of(3 * n, |i| u_all[i] * (external(i) - r_all[i])).max(0.0);
            let error = (work.max(0.0) / energy.max(f64::MIN_POSITIVE)).sqrt();
            if !(work.is_finite() && energy.is_finite()) {
                return Err(ElasticityError::NotFinite);
            }
            if work <= tolerance * tolerance * energy || work <= rounding {
                let error = if energy > 0.0 { error } else { 0.0 };
                return Ok(Balanced { iterations, error });
            }
            if iterations == MOST_ITERATIONS {
                return Err(ElasticityError::NotConverged { iterations, error, tolerance });
            }
            // Conjugate to the last direction, whatever the preconditioner did since.
            let beta = match last {
                Some(pq) => {
                    let q = &*q;
                    -reduce::plain_sum_of(3 * n, |i| f64::from(z[i]) * q[i]) / pq
                }
                None => 0.0,
            };
            p.par_iter_mut().zip(&*z).for_each(|(p, z)| *p = f64::from(*z) + beta * *p);
            body.apply(p, q);
            let pq = reduce::dot(p, q);
            let alpha = reduce::dot(p, r) / pq;
            last = Some(pq);
            (u.par_iter_mut(), r.par_iter_mut(), &*p, &*q).into_par_iter().for_each(
                |(u, r, p, q)| {
                    *u += alpha * p;
                    *r -= alpha * q;
                },
            );
        }
        unreachable!("the loop returns at its last iteration")
    }

    /// `x = M^-1 r` on the finest level, zero for what is not solved for.
    fn precondition(&mut self, body: &Elasticity) {
        let n = body.nodes();
        let Self { inverse, smoother, coarsening, levels, b, x, d, f, r, .. } = self;
        // To size one, so that single precision holds it however small the unit.
        let size = reduce::largest_of(3 * n, |i| {
            if body.free[i % n] >> (i / n) & 1 == 1 { r[i].abs() } else { 0.0 }
        });
        let (unit, back) = if size > 0.0 { (1.0 / size, size as f32) } else { (0.0, 0.0) };
        b.par_iter_mut().zip(&*r).for_each(|(b, r)| *b = (unit * r) as f32);
        for (step, relaxation) in smoother.steps().enumerate() {
            if step > 0 {
                body.apply(x, f);
            }
            relax(inverse, b, (step > 0).then_some(&**f), relaxation, x, d);
        }
        body.apply(x, f);
        let (free, force) = (&body.free, &*f);
        let load = &*b;
        let left = |node: usize| -> Motion {
            std::array::from_fn(|c| match c {
                0..3 if free[node] >> c & 1 == 1 => load[c * n + node] - force[c * n + node],
                _ => 0.0,
            })
        };
        coarsening.restrict(left, &mut levels[0].b);
        coarse::solve(levels);
        let motions = &levels[0].x;
        for (c, x) in x.chunks_exact_mut(n).enumerate() {
            x.par_iter_mut().enumerate().for_each(|(node, x)| {
                if free[node] >> c & 1 == 1 {
                    *x += coarsening.motion(node, motions)[c];
                }
            });
        }
        for relaxation in smoother.steps() {
            body.apply(x, f);
            relax(inverse, b, Some(f), relaxation, x, d);
        }
        x.par_iter_mut().for_each(|x| *x *= back);
    }
}

/// One smoothing step: `d = momentum d + weight D^-1 (b - force)`, `x += d`. Without a force it
/// is the first one, from zero.
fn relax(
    inverse: &[[f32; 6]],
    b: &[f32],
    force: Option<&[f32]>,
    [momentum, weight]: [f32; 2],
    x: &mut [f32],
    d: &mut [f32],
) {
    let n = inverse.len();
    let (x0, rest) = x.split_at_mut(n);
    let (x1, x2) = rest.split_at_mut(n);
    let (d0, rest) = d.split_at_mut(n);
    let (d1, d2) = rest.split_at_mut(n);
    let x = (x0.par_iter_mut(), x1.par_iter_mut(), x2.par_iter_mut()).into_par_iter();
    let d = (d0.par_iter_mut(), d1.par_iter_mut(), d2.par_iter_mut()).into_par_iter();
    x.zip(d).zip(inverse).enumerate().for_each(|(i, ((x, d), m))| {
        let r: [f32; 3] =
            std::array::from_fn(|c| b[c * n + i] - force.map_or(0.0, |force| force[c * n + i]));
        let change = [
            m[0] * r[0] + m[3] * r[1] + m[4] * r[2],
            m[3] * r[0] + m[1] * r[1] + m[5] * r[2],
            m[4] * r[0] + m[5] * r[1] + m[2] * r[2],
        ];
        for ((x, d), change) in [x.0, x.1, x.2].into_iter().zip([d.0, d.1, d.2]).zip(change) {
            if force.is_none() {
                *d = weight * change;
                *x = *d;
            } else {
                *d = momentum * *d + weight * change;
                *x += *d;
            }
        }
    });
}

/// Smallest and largest `lambda/mu` of a body.
fn ratios(body: &Elasticity) -> [f64; 2] {
    let stiff = body.lambda.iter().zip(&body.mu).filter(|(_, mu)| **mu > 0.0);
    stiff.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], (lambda, mu)| {
        let ratio = f64::from(*lambda) / f64::from(*mu);
        [low.min(ratio), high.max(ratio)]
    })
}

fn inverse_diagonal(body: &Elasticity, element: &Element) -> Vec<[f32; 6]> {
    let of = |node: usize| {
        let mut block = [[0.0; 3]; 3];
        for (corner, voxel) in body.around(node).into_iter().enumerate() {
            if let Some(voxel) = voxel {
                element.add(body, voxel, [corner, corner], &mut block);
            }
        }
        coarse::mask(&mut block, body.free[node], body.free[node]);
        let i = dense::inverse(&block);
        [i[0][0], i[1][1], i[2][2], i[0][1], i[0][2], i[1][2]].map(|v| v as f32)
    };
    (0..body.nodes()).into_par_iter().map(of).collect()
}

/// Refuses forces that are not finite or that nothing resists.
fn check_load(body: &Elasticity, load: &[f64]) -> Result<(), ElasticityError> {
    if !load.iter().all(|f| f.is_finite()) {
        return Err(ElasticityError::NotFinite);
    }
    let n = body.nodes();
    for node in (0..n).filter(|&node| body.is_unsupported(node)) {
        let newtons = (0..3)
            .map(|c| load[c * n + node])
            .fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
        if newtons != 0.0 {
            return Err(ElasticityError::LoadOnNothing { node, newtons });
        }
    }
    Ok(())
}
