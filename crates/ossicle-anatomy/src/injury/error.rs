//! Why an injury was refused.

use thiserror::Error;

/// Why an injury was refused.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum InjuryError {
    /// The severity is out of range.
    #[error("the severity of the injury is {found}; expected 0 to 4 (1 is moderate)")]
    Severity {
        /// The severity.
        found: f64,
    },
    /// A length or an angle is out of range.
    #[error("the {what} of the injury is {found} {unit}; expected {least} to {most} {unit}")]
    Size {
        /// Which one.
        what: &'static str,
        /// Its value.
        found: f64,
        /// Least allowed.
        least: f64,
        /// Greatest allowed.
        most: f64,
        /// Unit.
        unit: &'static str,
    },
    /// A coordinate is not a number.
    #[error("the injury is placed at {found:?} mm; expected finite coordinates")]
    NotFinite {
        /// The point.
        found: [f64; 3],
    },
    /// A tear is placed towards the very centre of the joint.
    #[error(
        "the tear lies towards {found:?} mm, the joint's centre; expected a point away from it"
    )]
    AtCentre {
        /// The point.
        found: [f64; 3],
    },
    /// The axes of an ellipsoid are not at right angles.
    #[error("the axes of the ellipsoid are {found:?}; expected three unit vectors at right angles")]
    Axes {
        /// The axes.
        found: [[f64; 3]; 3],
    },
    /// The joint has no such landmark.
    #[error("unknown landmark {found:?}; {suggestion}")]
    UnknownLandmark {
        /// The name.
        found: String,
        /// What may have been meant.
        suggestion: String,
    },
    /// The anatomy has no such muscle.
    #[error("unknown muscle {found:?}; {suggestion}")]
    UnknownMuscle {
        /// The name.
        found: String,
        /// What may have been meant.
        suggestion: String,
    },
    /// There is no joint capsule.
    #[error("the anatomy has no joint capsule that could tear")]
    NoCapsule,
    /// The approach belongs to another joint.
    #[error("there is no {approach} approach to the {joint}; expected {expected}")]
    Approach {
        /// The approach.
        approach: &'static str,
        /// The joint.
        joint: &'static str,
        /// The approaches there are.
        expected: &'static str,
    },
    /// The injury meets no soft tissue.
    #[error(
        "the {injury} holds no voxel of soft tissue (its middle is at {centre_mm:?} mm, in \
         {tissue}); place it in muscle, tendon, capsule or fat"
    )]
    NoSoftTissue {
        /// What kind of injury.
        injury: &'static str,
        /// Its middle, mm.
        centre_mm: [f64; 3],
        /// What is there.
        tissue: &'static str,
    },
    /// No injury was given.
    #[error("no injury to draw; expected at least one")]
    None,
}
