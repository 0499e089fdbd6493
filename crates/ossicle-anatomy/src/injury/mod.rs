//! Where and how badly tissue is injured.
//!
//! An [`Injury`] is written as one thinks of it: by a landmark, a muscle, a side of
//! the capsule, a surgical approach. [`Injury::place`] finds it in an anatomy and
//! gives an [`Placed`] one, in millimetres; [`injury_map`] then draws all of them on
//! the grid of the lesion. The anatomy for placing must show the whole region (an
//! overview or the scan); the one for drawing may be a small box at its own spacing.

mod ellipsoid;
mod error;
mod map;
mod place;

use crate::anatomy::Joint;
use crate::names::{nearest, suggestion};
use crate::vector::{Vec3, cross, scale, unit};

pub use self::error::InjuryError;
pub use self::map::{InjuryMap, injury_map};
pub use self::place::{Placed, Region};

/// Width of the soft edge unless stated, mm.
pub const DEFAULT_EDGE_MM: f64 = 1.0;
/// Largest severity, in units of debris (one is 5·10⁷ necrotic cells/mL).
pub const MOST_SEVERE: f64 = 4.0;

/// One injury.
#[derive(Clone, Debug, PartialEq)]
pub struct Injury {
    /// What is injured.
    pub kind: InjuryKind,
    /// Debris inside, 0 to [`MOST_SEVERE`]; 1 is a moderate injury.
    pub severity: f64,
    /// Width of the soft edge, mm: across it the debris falls as
    /// `(1 - tanh(d / edge)) / 2`, `d` being the distance outside the surface.
    pub edge_mm: f64,
}

/// What is injured.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InjuryKind {
    /// An ellipsoid.
    Ellipsoid {
        /// Its centre.
        at: Place,
        /// Semi-axes, mm.
        semi_axes_mm: [f64; 3],
        /// Directions of the axes (unit vectors at right angles, world), or the
        /// world axes.
        axes: Option<[[f64; 3]; 3]>,
    },
    /// A bruise inside one muscle: a spindle along it, cut at its surface.
    Contusion {
        /// The muscle, with or without the side (`gluteus_medius_left`, `gluteus_medius`).
        muscle: String,
        /// Its middle; the thickest part of the muscle if not stated.
        at: Option<Place>,
        /// Extent along the muscle, mm.
        length_mm: f64,
        /// Extent across it, mm.
        width_mm: f64,
    },
    /// A tear of the joint capsule over an arc.
    CapsuleTear {
        /// Where the middle of the arc is, seen from the joint's centre.
        towards: Towards,
        /// The whole arc, degrees.
        arc_degrees: f64,
    },
    /// A surgical approach from the skin to the joint.
    Approach {
        /// Which one.
        approach: Approach,
        /// Width across the limb, mm.
        width_mm: f64,
        /// Length along the limb, mm.
        length_mm: f64,
    },
    /// A straight corridor of square section.
    Corridor {
        /// Where it begins.
        entry: Place,
        /// Where it ends.
        target: Place,
        /// Its width, mm.
        width_mm: f64,
    },
}

/// Where something is, seen from the joint's centre.
#[derive(Clone, Debug, PartialEq)]
pub enum Towards {
    /// In a direction of the body.
    Direction(Direction),
    /// In the direction of a point.
    Place(Place),
}

/// A point in the anatomy.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// World coordinates, mm, RAS+.
    Point([f64; 3]),
    /// A landmark of the joint.
    Landmark(String),
}

impl Place {
    /// The point in world coordinates, mm.
    ///
    /// # Errors
    /// Refuses coordinates that are not finite and landmarks that the joint does
    /// not have.
    pub fn point_mm(&self, joint: &Joint) -> Result<[f64; 3], InjuryError> {
        match self {
            Self::Point(p) if p.iter().all(|v| v.is_finite()) => Ok(*p),
            Self::Point(p) => Err(InjuryError::NotFinite { found: *p }),
            Self::Landmark(name) => joint.landmarks.get(name).copied().ok_or_else(|| {
                let known = || joint.landmarks.keys().map(String::as_str);
                let all: Vec<&str> = known().collect();
                InjuryError::UnknownLandmark {
                    found: name.clone(),
                    suggestion: suggestion(
                        &nearest(name, known()),
                        &format!("known are {}", all.join(", ")),
                    ),
                }
            }),
        }
    }
}

/// A direction of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the front.
    Anterior,
    /// To the back.
    Posterior,
    /// Along the limb towards the trunk.
    Proximal,
    /// Along the limb away from the trunk.
    Distal,
    /// Away from the body's midline.
    Lateral,
    /// Towards the body's midline.
    Medial,
}

impl Direction {
    /// The unit vector in the world. Front is the patient's front as scanned, except
    /// that it is kept at right angles to the limb.
    #[must_use]
    pub fn vector(self, joint: &Joint) -> [f64; 3] {
        let [lateral, anterior, proximal] = limb_axes(joint);
        match self {
            Self::Anterior => anterior,
            Self::Posterior => scale(anterior, -1.0),
            Self::Proximal => proximal,
            Self::Distal => scale(proximal, -1.0),
            Self::Lateral => lateral,
            Self::Medial => scale(lateral, -1.0),
        }
    }
}

/// Unit vectors lateral, anterior and proximal at the joint.
fn limb_axes(joint: &Joint) -> [Vec3; 3] {
    let proximal = joint.proximal;
    let outwards = joint.side.map_or(1.0, crate::Side::lateral_sign);
    // A limb that points to the front has its anterior face up.
    let front = if proximal[1].abs() < 0.9 { [0.0, 1.0, 0.0] } else { [0.0, 0.0, 1.0] };
    let lateral = unit(cross(front, scale(proximal, outwards)));
    let anterior = unit(cross(scale(proximal, outwards), lateral));
    [lateral, anterior, proximal]
}

/// Surgical approaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Approach {
    /// Hip, from behind through gluteus maximus and the short rotators; elbow, from
    /// behind through the triceps.
    Posterior,
    /// Hip, through gluteus medius (Hardinge); elbow, between anconeus and the
    /// extensors (Kocher).
    Lateral,
    /// Hip, between gluteus medius and tensor fasciae latae (Watson-Jones).
    Anterolateral,
    /// Hip, between sartorius and tensor fasciae latae (Smith-Petersen); elbow, between
    /// brachioradialis and brachialis (Henry).
    Anterior,
    /// Elbow, in front of the medial epicondyle (Hotchkiss).
    Medial,
}

impl Approach {
    /// Lower-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Posterior => "posterior",
            Self::Lateral => "lateral",
            Self::Anterolateral => "anterolateral",
            Self::Anterior => "anterior",
            Self::Medial => "medial",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{JointKind, Side};
    use std::collections::BTreeMap;

    fn joint(side: Side, proximal: [f64; 3]) -> Joint {
        Joint {
            kind: JointKind::Hip,
            side: Some(side),
            centre_mm: [0.0; 3],
            radius_mm: None,
            proximal,
            landmarks: BTreeMap::from([("greater_trochanter".to_owned(), [60.0, -16.0, -24.0])]),
            normal_range_degrees: BTreeMap::new(),
        }
    }

    #[test]
    fn directions_are_those_of_the_body() {
        let up = [0.0, 0.0, 1.0];
        let (left, right) = (joint(Side::Left, up), joint(Side::Right, up));
        assert_eq!(Direction::Lateral.vector(&left), [-1.0, 0.0, 0.0]);
        assert_eq!(Direction::Lateral.vector(&right), [1.0, 0.0, 0.0]);
        assert_eq!(Direction::Medial.vector(&right), [-1.0, 0.0, 0.0]);
        assert_eq!(Direction::Anterior.vector(&left), [0.0, 1.0, 0.0]);
        assert_eq!(Direction::Posterior.vector(&right), [0.0, -1.0, 0.0]);
        assert_eq!(Direction::Distal.vector(&right), [0.0, 0.0, -1.0]);
    }

    #[test]
    fn an_unknown_landmark_names_the_nearest() {
        let joint = joint(Side::Left, [0.0, 0.0, 1.0]);
        let error = Place::Landmark("greater_trochantor".into()).point_mm(&joint).unwrap_err();
        assert!(error.to_string().contains("did you mean greater_trochanter?"), "{error}");
        let error = Place::Point([0.0, f64::NAN, 0.0]).point_mm(&joint).unwrap_err();
        assert!(error.to_string().contains("NaN"), "{error}");
    }
}
