//! Why no anatomy could be made from a scan.

use ossicle_image::UnfitScan;
use thiserror::Error;

use crate::anatomy::AnatomyError;

/// Why no anatomy could be made from a scan.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ScanError {
    /// The image is no CT volume.
    #[error(transparent)]
    Unfit(#[from] UnfitScan),
    /// There is no such joint in a patient.
    #[error("a scan has no joint called {joint}; expected hip or elbow")]
    NoSuchJoint {
        /// The joint asked for.
        joint: &'static str,
    },
    /// The voxels are too large.
    #[error(
        "the voxel spacing along axis {axis} is {found_mm:.2} mm; expected at most {most_mm} mm, \
         since a coarser scan does not show a joint"
    )]
    TooCoarse {
        /// Which axis, 0 to 2.
        axis: usize,
        /// Its spacing, mm.
        found_mm: f64,
        /// The largest allowed, mm.
        most_mm: f64,
    },
    /// The field of view is too small.
    #[error(
        "the scan is only {found_mm:.0} mm long along axis {axis}; expected at least \
         {least_mm:.0} mm, so that a joint fits in"
    )]
    TooSmall {
        /// Which axis, 0 to 2.
        axis: usize,
        /// Its length, mm.
        found_mm: f64,
        /// The least allowed, mm.
        least_mm: f64,
    },
    /// Nothing but air.
    #[error("no patient in the scan: nothing thicker than a couch is denser than -400 HU")]
    NoBody,
    /// No bone.
    #[error(
        "no bone in the scan: no piece of at least 0.2 ml reaches 200 HU; densest is {densest} HU"
    )]
    NoBone {
        /// Highest radiodensity, HU.
        densest: f32,
    },
    /// The labels belong to another scan.
    #[error("the labels have no voxel in common with the scan; are they of another scan?")]
    LabelsApart,
    /// The joint is not there.
    #[error("the {joint} is not in the field of view: {reason}. {advice}")]
    NotInView {
        /// Which joint.
        joint: String,
        /// What was looked for.
        reason: String,
        /// What can be done.
        advice: &'static str,
    },
    /// Only the other side is there.
    #[error("the scan shows the {found} {joint} only; asked for the {asked} one")]
    SideAbsent {
        /// Which joint.
        joint: &'static str,
        /// The side asked for.
        asked: &'static str,
        /// The side that is there.
        found: &'static str,
    },
    /// Both sides are there, or it cannot be told which.
    #[error("{reason}; say which {joint} is meant: left or right")]
    SideNeeded {
        /// Which joint.
        joint: &'static str,
        /// Why it must be said.
        reason: &'static str,
    },
    /// The joint's centre as given lies outside the scan or far from bone.
    #[error("the joint's centre is given as {centre_mm:?} mm, {reason}")]
    Centre {
        /// The centre, mm.
        centre_mm: [f64; 3],
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The parts do not make an anatomy.
    #[error(transparent)]
    Anatomy(#[from] AnatomyError),
}

/// What a user can do about a joint that was not found.
pub(super) const GIVE_CENTRE: &str =
    "Give the joint's centre in mm, or labels of the bones, if it is there";
