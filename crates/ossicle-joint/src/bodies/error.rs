//! Why bones could not be told apart, and what looks wrong where they were.

use std::fmt;

use thiserror::Error;

/// Why the bones of a joint could not be told apart.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum BodiesError {
    /// The joint has no bones.
    #[error("a {kind} has no bones to tell apart; expected a hip or an elbow")]
    NoBones {
        /// Which joint.
        kind: &'static str,
    },
    /// The side of the joint is not known.
    #[error("the side of the {kind} is not known; expected left or right")]
    NoSide {
        /// Which joint.
        kind: &'static str,
    },
    /// A bone of the joint is not there.
    #[error("the {kind} has no {expected}; the bones named here are {found}")]
    Missing {
        /// Which joint.
        kind: &'static str,
        /// The bone, or the bones of which one is needed.
        expected: String,
        /// The bones that are there.
        found: String,
    },
    /// Too little of a bone near the joint.
    #[error(
        "only {found_ml:.1} ml of {bone} lie within {within_mm:.0} mm of the joint's centre; \
         expected at least {least_ml:.1} ml, so the joint is not in view or its centre is wrong"
    )]
    NotInView {
        /// Which bone.
        bone: String,
        /// Its volume near the joint, ml.
        found_ml: f64,
        /// How far was looked, mm.
        within_mm: f64,
        /// The least expected, ml.
        least_ml: f64,
    },
    /// The shafts that a separation starts from were not found.
    #[error(
        "{found} separate bone shafts cross the distances of 35 to 70 mm from the elbow's centre; \
         expected 3 (humerus, ulna, radius). Give the joint's centre, or labels of the bones"
    )]
    Shafts {
        /// Shafts that were found.
        found: usize,
    },
}

/// What looks wrong with a separation; each says what was found and what was expected.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// A body falls into several large pieces.
    Pieces {
        /// Which body.
        body: String,
        /// Large pieces.
        pieces: usize,
        /// Share of the body outside its largest piece, 0 to 1.
        apart: f64,
    },
    /// A body is too small or too large beside the others.
    Share {
        /// Which body.
        body: String,
        /// Its share of all bone near the joint, 0 to 1.
        found: f64,
        /// Least and largest expected.
        expected: [f64; 2],
        /// How far from the joint's centre is near, mm.
        within_mm: f64,
    },
    /// Bone runs from one body into the other without a joint space.
    Fused {
        /// The two bodies.
        bodies: [String; 2],
        /// Area without a joint space, mm².
        area_mm2: f64,
        /// The largest expected, mm².
        most_mm2: f64,
    },
    /// Metal holds two bodies together.
    MetalAcross {
        /// The two bodies.
        bodies: [String; 2],
        /// Volume of that metal, ml.
        volume_ml: f64,
    },
    /// Metal lies near the joint, whose streaks may mislead.
    MetalNear {
        /// Its volume, ml.
        volume_ml: f64,
        /// How far from the joint's centre is near, mm.
        within_mm: f64,
    },
    /// The field of view cuts the joint.
    Cut {
        /// Share of the joint's region outside the field of view, 0 to 1.
        outside: f64,
        /// Radius of that region, mm.
        within_mm: f64,
    },
    /// No femoral head was fitted: the separation starts from the centre alone.
    NoHead,
    /// Bone near the joint that belongs to no body.
    Unassigned {
        /// Its volume, ml.
        volume_ml: f64,
        /// How far from the joint's centre is near, mm.
        within_mm: f64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pieces { body, pieces, apart } => write!(
                f,
                "the {body} is in {pieces} large pieces, {:.0} % of it outside the largest; \
                 expected one piece",
                100.0 * apart
            ),
            Self::Share { body, found, expected: [least, most], within_mm } => write!(
                f,
                "the {body} has {:.0} % of the bone within {within_mm:.0} mm of the joint's \
                 centre; expected {:.0} to {:.0} %",
                100.0 * found,
                100.0 * least,
                100.0 * most
            ),
            Self::Fused { bodies: [a, b], area_mm2, most_mm2 } => write!(
                f,
                "{a} and {b} are joined by bone over {area_mm2:.0} mm² without a joint space; \
                 expected at most {most_mm2:.0} mm². They may be fused already"
            ),
            Self::MetalAcross { bodies: [a, b], volume_ml } => {
                write!(f, "{volume_ml:.1} ml of metal touch both {a} and {b}; expected none")
            }
            Self::MetalNear { volume_ml, within_mm } => write!(
                f,
                "{volume_ml:.1} ml of metal lie within {within_mm:.0} mm of the joint's centre; \
                 its streaks may mislead the separation"
            ),
            Self::Cut { outside, within_mm } => write!(
                f,
                "{:.0} % of the {within_mm:.0} mm round the joint's centre are out of view; \
                 expected all of it in view",
                100.0 * outside
            ),
            Self::NoHead => write!(
                f,
                "no femoral head was fitted in the scan; the joint was cut round its centre with \
                 the head of an adult"
            ),
            Self::Unassigned { volume_ml, within_mm } => write!(
                f,
                "{volume_ml:.1} ml of bone within {within_mm:.0} mm of the joint's centre belong \
                 to no bone of the joint"
            ),
        }
    }
}
