//! How far bones turn before bone meets bone.
//!
//! Two rigid bodies, each a bone with the heterotopic bone that has grown onto it: one stands,
//! the other turns about given axes. Each is a signed distance to its surface and points on
//! that surface ([`Solid`]). The points of either body are carried through the other by
//! conservative advancement: a point that is `d` mm away from everything and sits `r` mm off
//! the axis may turn by `d/r` without a look in between, so that no obstacle is stepped over
//! however thin. The first point to lie deeper than half a voxel ends the range. What is told
//! as its end is where that point began to touch, at most a voxel of its way earlier: a voxel's
//! depth tells contact from noise, and does not count as motion.
//!
//! Voxels say where a surface runs to half a voxel only, and the starting pose of a joint with
//! a narrow gap overlaps in them; labels drawn at clinical resolution often leave no gap at all.
//! So the standing bone gives way where the turning one stood at the start, and round it as far
//! as a joint space is wide: cartilage is what was there. Heterotopic bone gives way by half a
//! voxel alone. How near the bodies were, or how deep they overlapped, is reported ([`Start`]).
//!
//! An island of bone that has grown onto neither body is not part of either: it lies in soft
//! tissue, is pushed aside and blocks nothing.

mod advance;
mod distance;
mod pair;
mod rotation;
mod solid;
mod surface;

use thiserror::Error;

use crate::record::{Checked, Record};

use pair::Pair;

pub use distance::SignedDistance;
pub use rotation::Rotation;
pub use solid::{Solid, SolidError};

/// What kind of bone met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The bone itself.
    Bone,
    /// Heterotopic bone that has grown onto it.
    Heterotopic,
}

impl Part {
    /// `bone` or `heterotopic bone`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bone => "bone",
            Self::Heterotopic => "heterotopic bone",
        }
    }
}

/// The space that cartilage holds open between two bones.
pub const JOINT_SPACE: Record = Record {
    symbol: "s_j",
    meaning: "width of the joint space to which bones that touch at the start give way",
    unit: "mm",
    value: 3.0,
    range: (0.0, 5.0),
    source: "3 to 5 mm in normal adult hips on radiographs, 2 to 3 mm in elbows; assumed for both",
    checked: Checked::No,
};

/// How bodies that voxels know to half a voxel are told to collide. Voxels are the longest edge
/// of the coarser of the two bodies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// How deep a surface point must lie in the other body to end the range, voxels.
    pub depth_voxels: f64,
    /// How far round the turning body's starting pose the standing one gives way, voxels.
    pub contact_voxels: f64,
    /// The same between the bones themselves, if that is more, mm.
    pub joint_space_mm: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { depth_voxels: 0.5, contact_voxels: 0.5, joint_space_mm: JOINT_SPACE.value }
    }
}

/// Where joint surfaces glide on each other: a body of revolution about the centre or axis of
/// the joint. What lies in it when the joint is turned lies in it before, so that nothing but
/// the joint surfaces themselves is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Articulation {
    /// A ball, as of a hip.
    Ball {
        /// Its centre, mm, world.
        centre_mm: [f64; 3],
        /// Its radius, mm.
        radius_mm: f64,
    },
    /// A cylinder, as of a hinge.
    Cylinder {
        /// A point on its axis, mm, world.
        point_mm: [f64; 3],
        /// Unit vector along the axis.
        direction: [f64; 3],
        /// Its radius, mm.
        radius_mm: f64,
    },
}

impl Articulation {
    /// How deep in it a point lies, mm; negative outside.
    fn depth_mm(&self, at_mm: [f64; 3]) -> f64 {
        let (from, radius_mm) = match self {
            Self::Ball { centre_mm, radius_mm } => (centre_mm, radius_mm),
            Self::Cylinder { point_mm, radius_mm, .. } => (point_mm, radius_mm),
        };
        let d: [f64; 3] = std::array::from_fn(|a| at_mm[a] - from[a]);
        let along = match self {
            Self::Ball { .. } => 0.0,
            Self::Cylinder { direction: u, .. } => d[0] * u[0] + d[1] * u[1] + d[2] * u[2],
        };
        let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] - along * along;
        radius_mm - square.max(0.0).sqrt()
    }
}

/// Heterotopic bone on a day, by the body it has grown onto.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heterotopic<'a> {
    /// Grown onto the standing bone.
    pub on_fixed: Option<&'a Solid>,
    /// Grown onto the turning bone.
    pub on_moving: Option<&'a Solid>,
}

/// The two bodies in their starting pose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Start {
    /// The smallest distance between the two bodies' surfaces, mm; negative where they overlap.
    pub gap_mm: f64,
    /// The deepest overlap that was given way to, mm; 0 without one.
    pub overlap_mm: f64,
    /// The smallest distance across the joint with heterotopic bone on one side at least, mm;
    /// `None` without any. Beyond 12 mm a lower bound.
    pub heterotopic_gap_mm: Option<f64>,
}

/// What ended a rotation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Collision {
    /// The angle in degrees at which the contact was deep enough to be one.
    pub confirmed_deg: f64,
    /// Where the bodies collide, mm, world, at the confirmed angle.
    pub at_mm: [f64; 3],
    /// The same place on the turning body, mm, world, in its starting pose.
    pub on_moving_mm: [f64; 3],
    /// Unit vector out of the body that was run into, world.
    pub normal: [f64; 3],
    /// How deep the bodies are in each other there, mm.
    pub depth_mm: f64,
    /// What of the turning body collides.
    pub moving: Part,
    /// What of the standing body it meets.
    pub fixed: Part,
}

/// How far one rotation goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Excursion {
    /// Degrees from the starting pose: to the collision, or the limit that was asked for.
    pub angle_deg: f64,
    /// What ended it; `None` where the limit was reached.
    pub collision: Option<Collision>,
}

/// The ranges of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges {
    /// One for each rotation that was asked for, in their order.
    pub excursions: Vec<Excursion>,
    /// The pose they started from.
    pub start: Start,
}

/// Why ranges could not be found.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum RangeError {
    /// An axis is no axis.
    #[error(
        "rotation {number} has the axis {direction:?} through {point_mm:?} mm; expected finite numbers and a direction of length 1"
    )]
    Axis {
        /// Which rotation, from 1.
        number: usize,
        /// The direction.
        direction: [f64; 3],
        /// The point.
        point_mm: [f64; 3],
    },
    /// A limit is out of range.
    #[error(
        "rotation {number} has a limit of {limit_deg} degrees; expected more than 0, at most 180"
    )]
    Limit {
        /// Which rotation, from 1.
        number: usize,
        /// The limit.
        limit_deg: f64,
    },
    /// The articulation is no body of revolution.
    #[error(
        "the articulation is {found:?}; expected finite numbers, a radius above 0 and a direction \
         of length 1"
    )]
    Articulation {
        /// As given.
        found: Articulation,
    },
    /// A tolerance is out of range.
    #[error(
        "the tolerance is {depth} voxels deep, {contact} voxels and {space_mm} mm round the start; \
         expected more than 0 to 4, 0 to 4, and 0 to 10"
    )]
    Tolerance {
        /// Depth in voxels.
        depth: f64,
        /// Contact in voxels.
        contact: f64,
        /// Joint space in mm.
        space_mm: f64,
    },
}

/// The two bones of a joint, ready to be turned against each other on any day.
#[derive(Clone, Debug)]
pub struct RangeFinder {
    fixed: Solid,
    moving: Solid,
    tolerance: Tolerance,
    articulation: Option<Articulation>,
    gap_mm: f64,
}

impl RangeFinder {
    /// A joint of two bones in their starting pose. Their grids may differ.
    ///
    /// # Errors
    /// Refuses a depth of nothing or more than 4 voxels, more than 4 voxels of contact and more
    /// than 10 mm of joint space.
    pub fn new(fixed: Solid, moving: Solid, tolerance: Tolerance) -> Result<Self, RangeError> {
        let Tolerance { depth_voxels: depth, contact_voxels: contact, joint_space_mm } = tolerance;
        let space_mm = joint_space_mm;
        let are_sound = depth > 0.0
            && depth <= 4.0
            && (0.0..=4.0).contains(&contact)
            && (0.0..=10.0).contains(&space_mm);
        if !are_sound {
            return Err(RangeError::Tolerance { depth, contact, space_mm });
        }
        let gap_mm = fixed.gap_mm(&moving);
        Ok(Self { fixed, moving, tolerance, articulation: None, gap_mm })
    }

    /// The same joint, in which bone does not block bone within the articulation. For labels
    /// and scans in which the joint surfaces are lumpy, touch or overlap; radius: that of the
    /// bone's own surface and the joint space.
    ///
    /// # Errors
    /// Refuses numbers that are not finite, a radius that is not above 0 and a direction that is
    /// no unit vector.
    pub fn with_articulation(self, articulation: Articulation) -> Result<Self, RangeError> {
        let (at, along, radius_mm) = match articulation {
            Articulation::Ball { centre_mm, radius_mm } => (centre_mm, [0.0, 0.0, 1.0], radius_mm),
            Articulation::Cylinder { point_mm, direction, radius_mm } => {
                (point_mm, direction, radius_mm)
            }
        };
        let is_sound = at.iter().all(|v| v.is_finite()) && radius_mm > 0.0 && is_unit(along);
        if !(is_sound && radius_mm.is_finite()) {
            return Err(RangeError::Articulation { found: articulation });
        }
        Ok(Self { articulation: Some(articulation), ..self })
    }

    /// The bone that stands.
    #[must_use]
    pub fn fixed(&self) -> &Solid {
        &self.fixed
    }

    /// The bone that turns.
    #[must_use]
    pub fn moving(&self) -> &Solid {
        &self.moving
    }

    /// How far the turning bone goes along each of `rotations`, each from the starting pose,
    /// with the heterotopic bone of a day. The same for any number of threads.
    ///
    /// # Errors
    /// Refuses axes that are not unit vectors and limits beyond 180°.
    pub fn range(
        &self,
        heterotopic: Heterotopic,
        rotations: &[Rotation],
    ) -> Result<Ranges, RangeError> {
        for (n, rotation) in rotations.iter().enumerate() {
            check(n + 1, rotation)?;
        }
        let limit_deg = rotations.iter().map(|r| r.limit_deg).fold(0.0, f64::max);
        let pair = Pair::new(
            (&self.fixed, heterotopic.on_fixed),
            (&self.moving, heterotopic.on_moving),
            (self.tolerance, self.articulation),
            limit_deg,
        );
        let heterotopic_gap_mm = pair.heterotopic_gap_mm();
        let gap_mm = heterotopic_gap_mm.map_or(self.gap_mm, |gap| gap.min(self.gap_mm));
        Ok(Ranges {
            excursions: rotations.iter().map(|rotation| pair.excursion(rotation)).collect(),
            start: Start { gap_mm, overlap_mm: (-gap_mm).max(0.0), heterotopic_gap_mm },
        })
    }
}

fn check(number: usize, rotation: &Rotation) -> Result<(), RangeError> {
    let &Rotation { point_mm, direction, limit_deg } = rotation;
    if !(is_unit(direction) && point_mm.iter().all(|v| v.is_finite())) {
        return Err(RangeError::Axis { number, direction, point_mm });
    }
    if !(limit_deg > 0.0 && limit_deg <= 180.0) {
        return Err(RangeError::Limit { number, limit_deg });
    }
    Ok(())
}

fn is_unit(direction: [f64; 3]) -> bool {
    let square: f64 = direction.iter().map(|v| v * v).sum();
    (square - 1.0).abs() < 1e-6
}
