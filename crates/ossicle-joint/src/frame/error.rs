//! Why no axes were found.

use thiserror::Error;

/// Why no joint centre or axes were found.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FrameError {
    /// A bone is not there.
    #[error("there is no {bone} to find the joint's axes from")]
    NoBone {
        /// Which bone.
        bone: &'static str,
    },
    /// A surface shows too little.
    #[error("the {surface} shows {found} points; expected at least {least} to fit it")]
    TooFew {
        /// Which surface.
        surface: &'static str,
        /// Points found.
        found: usize,
        /// The least needed.
        least: usize,
    },
    /// A surface is not of the shape that it should be.
    #[error(
        "the {surface} fits {shape} only to {rms_mm:.2} mm; expected at most {most_mm:.2} mm. \
         Are the bones told apart rightly?"
    )]
    BadFit {
        /// Which surface.
        surface: &'static str,
        /// Which shape was fitted.
        shape: &'static str,
        /// Root mean square distance, mm.
        rms_mm: f64,
        /// The most allowed, mm.
        most_mm: f64,
    },
    /// What looks like a ball is full of points.
    #[error(
        "{inside} points lie inside the sphere of the femoral head and {on} on it; expected most \
         on it. Is the head there, and is it bone throughout?"
    )]
    NoBall {
        /// Points inside.
        inside: usize,
        /// Points on the sphere.
        on: usize,
    },
    /// A shaft is too short.
    #[error("the shaft of the {bone} is in view over less than {least_mm:.0} mm")]
    NoShaft {
        /// Which bone.
        bone: &'static str,
        /// Least length needed, mm.
        least_mm: f64,
    },
    /// The bones are of the other side.
    #[error("the bones are said to be of the {expected} {joint}, but {reason}: they are {found}")]
    WrongSide {
        /// Which joint.
        joint: &'static str,
        /// The side that was said.
        expected: &'static str,
        /// The side that the shape tells.
        found: &'static str,
        /// What tells it.
        reason: &'static str,
    },
}
