//! Rotations about a line in space.

use super::advance::degrees;

/// A rotation that is asked for: about a line, from the starting pose to a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    /// A point on the axis, mm, world.
    pub point_mm: [f64; 3],
    /// Unit vector of the axis; positive angles turn by the right-hand rule.
    pub direction: [f64; 3],
    /// Angle in degrees at which to stop where nothing collides, above 0 and at most 180.
    pub limit_deg: f64,
}

impl Rotation {
    /// The same rotation the other way round.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { direction: self.direction.map(|v| -v), ..self }
    }

    /// Where a point (mm, world) goes when turned by an angle in degrees.
    #[must_use]
    pub fn turned(&self, point_mm: [f64; 3], degrees: f64) -> [f64; 3] {
        let (sin, cos) = libm::sincos(degrees.to_radians());
        Orbit::new(self, point_mm).at(sin, cos)
    }
}

/// The circle on which a rotation carries a point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orbit {
    centre: [f64; 3],
    spoke: [f64; 3],
    across: [f64; 3],
    radius_mm: f64,
}

impl Orbit {
    pub(super) fn new(rotation: &Rotation, point_mm: [f64; 3]) -> Self {
        let u = rotation.direction;
        let d: [f64; 3] = std::array::from_fn(|a| point_mm[a] - rotation.point_mm[a]);
        let along = d[0] * u[0] + d[1] * u[1] + d[2] * u[2];
        let spoke: [f64; 3] = std::array::from_fn(|a| d[a] - along * u[a]);
        let across = [
            u[1] * spoke[2] - u[2] * spoke[1],
            u[2] * spoke[0] - u[0] * spoke[2],
            u[0] * spoke[1] - u[1] * spoke[0],
        ];
        let radius_mm = (spoke[0] * spoke[0] + spoke[1] * spoke[1] + spoke[2] * spoke[2]).sqrt();
        let centre = std::array::from_fn(|a| rotation.point_mm[a] + along * u[a]);
        Self { centre, spoke, across, radius_mm }
    }

    /// How far the point moves from one angle to the next, mm.
    pub(super) fn mm_per_tick(&self) -> f64 {
        degrees(1).to_radians() * self.radius_mm
    }

    /// The point turned by the angle of that sine and cosine.
    pub(super) fn at(&self, sin: f64, cos: f64) -> [f64; 3] {
        std::array::from_fn(|a| self.centre[a] + cos * self.spoke[a] + sin * self.across[a])
    }
}
