//! Anatomy made of formulas: at any spacing, on any grid.
//!
//! Each joint is a set of signed distances in millimetres, written for the left
//! and right alike in lateral, anterior and superior coordinates from the joint's
//! centre, and asked at every voxel's centre. So a grid may be as fine, as coarse
//! or as oblique as is wanted, and left and right mirror each other exactly.
//!
//! The world origin is the joint's centre. `scale` multiplies every length: 1 is a
//! middle-sized adult human; [`MOUSE_SCALE`] gives a mouse. Skin, cartilage and
//! joint space scale with it, which makes them a little thinner in a small animal
//! than they are.

mod elbow;
mod hip;
mod scene;
mod sphere;

use std::collections::BTreeMap;

use ossicle_field::{Field, Grid};
use thiserror::Error;

use self::scene::{Drawn, draw};
use crate::anatomy::{Anatomy, AnatomyError, Joint, JointKind, Side, Structure};
use crate::periosteum::add_periosteum;
use crate::vector::Vec3;

pub use self::sphere::SPHERE_MM;

/// Size of a mouse against a human: the ratio of the lengths of the femora, about
/// 15.5 mm in a grown C57BL/6 mouse and 450 mm in a human.
pub const MOUSE_SCALE: f64 = 15.5 / 450.0;

/// A built-in joint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BuiltIn {
    kind: JointKind,
    side: Side,
    scale: f64,
}

/// Why a built-in joint was refused.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum BuiltInError {
    /// The size is no use.
    #[error("the scale of the built-in {kind} is {found}; expected 0.001 to 10 (1 is human)")]
    Scale {
        /// Which joint.
        kind: &'static str,
        /// The scale.
        found: f64,
    },
    /// The voxels are too large to tell the two sides of the joint apart.
    #[error(
        "a spacing of {found_mm:.3} mm is too coarse for the built-in {kind}; \
         expected at most {most_mm:.3} mm, so that its joint space holds a voxel"
    )]
    TooCoarse {
        /// Which joint.
        kind: &'static str,
        /// The largest spacing of the grid, mm.
        found_mm: f64,
        /// The largest allowed, mm.
        most_mm: f64,
    },
    /// The grid does not hold any of the joint.
    #[error(transparent)]
    Anatomy(#[from] AnatomyError),
}

impl BuiltIn {
    /// A ball of one tissue of radius [`SPHERE_MM`] times `scale`, for checks
    /// against the radial reference program.
    ///
    /// # Errors
    /// Refuses a scale outside 0.001 to 10.
    pub fn sphere(scale: f64) -> Result<Self, BuiltInError> {
        Self::new(JointKind::Sphere, Side::Right, scale)
    }

    /// A hip, `scale` times human size.
    ///
    /// # Errors
    /// Refuses a scale outside 0.001 to 10.
    pub fn hip(side: Side, scale: f64) -> Result<Self, BuiltInError> {
        Self::new(JointKind::Hip, side, scale)
    }

    /// A straight, supinated elbow, `scale` times human size.
    ///
    /// # Errors
    /// Refuses a scale outside 0.001 to 10.
    pub fn elbow(side: Side, scale: f64) -> Result<Self, BuiltInError> {
        Self::new(JointKind::Elbow, side, scale)
    }

    fn new(kind: JointKind, side: Side, scale: f64) -> Result<Self, BuiltInError> {
        if !(0.001..=10.0).contains(&scale) {
            return Err(BuiltInError::Scale { kind: kind.name(), found: scale });
        }
        Ok(Self { kind, side, scale })
    }

    /// The region that is modelled in detail: its lower and upper corner, mm, world.
    #[must_use]
    pub fn extent_mm(&self) -> [[f64; 3]; 2] {
        let [low, high] = match self.kind {
            JointKind::Sphere => [[-SPHERE_MM; 3], [SPHERE_MM; 3]],
            JointKind::Hip => [[-130.0, -128.0, -170.0], [112.0, 96.0, 150.0]],
            JointKind::Elbow => [[-52.0, -56.0, -130.0], [66.0, 56.0, 130.0]],
        };
        let [a, b] = [self.to_world(low), self.to_world(high)];
        [std::array::from_fn(|i| a[i].min(b[i])), std::array::from_fn(|i| a[i].max(b[i]))]
    }

    /// Largest spacing (mm) at which the two sides of the joint stay apart.
    #[must_use]
    pub fn coarsest_spacing_mm(&self) -> f64 {
        self.scale
            * match self.kind {
                JointKind::Sphere => SPHERE_MM,
                JointKind::Hip => hip::JOINT_SPACE_MM,
                JointKind::Elbow => elbow::JOINT_SPACE_MM,
            }
    }

    /// The joint on a grid, complete with its periosteum.
    ///
    /// # Errors
    /// Refuses a grid whose largest spacing exceeds
    /// [`BuiltIn::coarsest_spacing_mm`], and one that holds no soft tissue.
    pub fn on(&self, grid: &Grid) -> Result<Anatomy, BuiltInError> {
        let found_mm = grid.spacing_mm().into_iter().fold(0.0, f64::max);
        let most_mm = self.coarsest_spacing_mm();
        if found_mm > most_mm {
            return Err(BuiltInError::TooCoarse { kind: self.kind.name(), found_mm, most_mm });
        }
        Ok(self.draw(grid)?)
    }

    /// The joint on a coarse grid over all of [`BuiltIn::extent_mm`], for finding
    /// muscles and skin; too coarse to compute on.
    ///
    /// # Errors
    /// As [`Anatomy::new`].
    pub fn overview(&self) -> Result<Anatomy, BuiltInError> {
        let [low, high] = self.extent_mm();
        let step = match self.kind {
            JointKind::Sphere => 2.0,
            JointKind::Hip => 3.0,
            JointKind::Elbow => 1.5,
        } * self.scale;
        let shape: [usize; 3] =
            std::array::from_fn(|a| ((high[a] - low[a]) / step).ceil() as usize);
        let origin = std::array::from_fn(|a| {
            0.5 * (low[a] + high[a]) - 0.5 * (shape[a] as f64 - 1.0) * step
        });
        let grid = Grid::aligned(shape, [step; 3], origin).map_err(AnatomyError::from)?;
        Ok(self.draw(&grid)?)
    }

    fn draw(&self, grid: &Grid) -> Result<Anatomy, AnatomyError> {
        let (drawn, structures) = match self.kind {
            JointKind::Sphere => sphere::draw(grid, self.scale),
            JointKind::Hip => self.drawn(&hip::Hip::new(), grid),
            JointKind::Elbow => self.drawn(&elbow::Elbow::new(), grid),
        };
        let Drawn { mut tissue, structure, hu } = drawn;
        add_periosteum(&mut tissue);
        let notes = match self.kind {
            JointKind::Sphere => vec![],
            _ => vec![format!(
                "built-in {} {}, {} times human size; no patient's anatomy",
                self.side.name(),
                self.kind.name(),
                self.scale
            )],
        };
        Anatomy::new(tissue, structure, structures, hu, self.joint(), notes)
    }

    fn drawn(&self, scene: &impl scene::Scene, grid: &Grid) -> (Drawn, Vec<Structure>) {
        (draw(scene, grid, self.side, self.scale), scene.structures(self.side))
    }

    fn joint(&self) -> Joint {
        let landmarks = match self.kind {
            JointKind::Sphere => BTreeMap::from([("centre", [0.0; 3])]),
            JointKind::Hip => hip::landmarks(),
            JointKind::Elbow => elbow::landmarks(),
        };
        Joint {
            kind: self.kind,
            side: (self.kind != JointKind::Sphere).then_some(self.side),
            centre_mm: [0.0; 3],
            radius_mm: (self.kind == JointKind::Hip).then_some(hip::HEAD_MM * self.scale),
            proximal: [0.0, 0.0, 1.0],
            landmarks: landmarks
                .into_iter()
                .map(|(name, p)| (name.to_owned(), self.to_world(p)))
                .collect(),
            normal_range_degrees: self.kind.normal_range_degrees(),
        }
    }

    fn to_world(self, [lateral, anterior, superior]: Vec3) -> Vec3 {
        let sign = self.side.lateral_sign();
        [sign * lateral * self.scale, anterior * self.scale, superior * self.scale]
    }
}
