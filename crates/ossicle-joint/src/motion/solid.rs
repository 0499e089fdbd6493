//! A rigid body as the collision test sees it: a signed distance to its surface, and points on
//! that surface.

use ossicle_field::{Field, Grid};
use thiserror::Error;

use super::distance::SignedDistance;
use super::surface::Net;

/// Largest |cosine| between grid axes that still counts as at right angles.
const SHEAR_LIMIT: f64 = 1e-3;

/// Distance to which the neighbourhood of a body is kept, mm: as far as gaps are graded, and on.
const MARGIN_MM: f64 = 12.0;

/// Why a field is not a body.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SolidError {
    /// The axes of the grid are not at right angles.
    #[error(
        "the grid's axes meet at a cosine of {cosine:.4}; expected right angles (at most {SHEAR_LIMIT})"
    )]
    Sheared {
        /// Largest |cosine| between two axes.
        cosine: f64,
    },
    /// A fraction is no fraction.
    #[error("the share of bone at voxel {voxel:?} is {found}; expected 0 to 1")]
    Fraction {
        /// The voxel.
        voxel: [usize; 3],
        /// Its value.
        found: f32,
    },
    /// No voxel is at least half full.
    #[error("the body is empty: no voxel of {voxels} is at least half bone")]
    Empty {
        /// Voxels looked at.
        voxels: usize,
    },
}

/// A rigid body in its starting pose.
#[derive(Clone, Debug)]
pub struct Solid {
    distance: SignedDistance,
    points_mm: Vec<[f64; 3]>,
}

impl Solid {
    /// The body of the voxels of a mask. Its surface runs halfway between voxel centres, so it
    /// is known to half a voxel.
    ///
    /// # Errors
    /// Refuses sheared grids and an empty mask.
    pub fn of_mask(mask: &Field<bool>) -> Result<Self, SolidError> {
        Self::of_fraction(&mask.map(|&inside| if inside { 1.0 } else { 0.0 }))
    }

    /// The body of which every voxel holds a share, from 0 to 1: its surface runs where the
    /// share, linear between voxel centres, is one half. Shares from partial volume (in CT:
    /// radiodensity between soft tissue and bone) place it to a fraction of a voxel.
    ///
    /// A body that reaches the border of its grid is closed there.
    ///
    /// # Errors
    /// Refuses sheared grids, values beyond 0 to 1 and a body without a voxel at least half full.
    pub fn of_fraction(share: &Field<f32>) -> Result<Self, SolidError> {
        let grid = share.grid();
        if grid.shear() > SHEAR_LIMIT {
            return Err(SolidError::Sheared { cosine: grid.shear() });
        }
        if let Some((n, &found)) = share.iter().enumerate().find(|(_, v)| !(0.0..=1.0).contains(*v))
        {
            return Err(SolidError::Fraction { voxel: grid.voxel(n), found });
        }
        let share = cropped(share).ok_or(SolidError::Empty { voxels: grid.len() })?;
        let net = Net::new(&share);
        let distance = SignedDistance::new(&share, &net);
        Ok(Self { distance, points_mm: net.vertices_mm })
    }

    /// The signed distance to the body's surface, in its starting pose.
    #[must_use]
    pub fn distance(&self) -> &SignedDistance {
        &self.distance
    }

    /// Points on the surface, mm, world, in the starting pose: one in every cell between eight
    /// voxel centres through which it runs, so that none is further than about a voxel from the
    /// next.
    #[must_use]
    pub fn points_mm(&self) -> &[[f64; 3]] {
        &self.points_mm
    }

    /// Edge of the body's voxels in mm, the longest of the three.
    #[must_use]
    pub fn voxel_mm(&self) -> f64 {
        self.distance.grid().spacing_mm().into_iter().fold(0.0, f64::max)
    }

    /// The smallest distance in mm from this body's surface to that of `other`, negative where
    /// they overlap. Beyond two voxels it is known to about half a voxel, beyond 12 mm it is a
    /// lower bound.
    #[must_use]
    pub fn gap_mm(&self, other: &Self) -> f64 {
        let one_way = |points: &[[f64; 3]], body: &SignedDistance| {
            points.iter().map(|&p| body.at(p)).fold(f64::INFINITY, f64::min)
        };
        one_way(&self.points_mm, &other.distance).min(one_way(&other.points_mm, &self.distance))
    }
}

/// The part of the field that holds the body, with [`MARGIN_MM`] of nothing all round.
fn cropped(share: &Field<f32>) -> Option<Field<f32>> {
    let grid = share.grid();
    let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
    for (n, _) in share.iter().enumerate().filter(|(_, s)| **s >= 0.5) {
        let voxel = grid.voxel(n);
        for a in 0..3 {
            low[a] = low[a].min(voxel[a]);
            high[a] = high[a].max(voxel[a]);
        }
    }
    if low[0] == usize::MAX {
        return None;
    }
    let margin = grid.spacing_mm().map(|mm| (MARGIN_MM / mm).ceil() as usize);
    let shape = std::array::from_fn(|a| high[a] + 1 - low[a] + 2 * margin[a]);
    let first = grid.to_world(std::array::from_fn(|a| low[a] as f64 - margin[a] as f64));
    let part = Grid::new(shape, grid.steps_mm(), first).ok()?;
    Some(Field::from_fn(part, |v| {
        let from: [usize; 3] = std::array::from_fn(|a| (v[a] + low[a]).wrapping_sub(margin[a]));
        let there = (0..3).all(|a| from[a] < grid.shape()[a]);
        if there { share[from] } else { 0.0 }
    }))
}
