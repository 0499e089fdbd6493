//! Joint centre and clinical axes, found from the bones.
//!
//! Frames follow the recommendations of the International Society of Biomechanics: hip, G. Wu
//! et al., J. Biomech. 35 (2002) 543–548; elbow and forearm, G. Wu et al., J. Biomech. 38
//! (2005) 981–992; angles as in E. S. Grood, W. J. Suntay, J. Biomech. Eng. 105 (1983)
//! 136–144. Where a landmark is out of view, what stands in for it is said in the notes.
//!
//! The hip turns about the centre of the sphere through the femoral head; the elbow about the
//! axis on which trochlea and capitellum slip along themselves; the forearm about the line
//! from the radial head to the head of the ulna.

mod elbow;
mod error;
mod hip;
mod revolution;
mod shaft;
mod sphere;
mod surface;

use std::collections::BTreeMap;

use ossicle_anatomy::vector::{Vec3, along, distance, dot, scale, sub};
use ossicle_anatomy::{Joint, JointKind, Side};
use ossicle_field::Field;

pub use self::elbow::{ElbowBones, elbow_frame};
pub use self::error::FrameError;
pub use self::hip::{HipBones, hip_frame};
pub use self::revolution::{Revolution, SurfacePoint, with_normals};
pub use self::shaft::Line;
pub use self::sphere::Sphere;
pub use self::surface::surface_points;

use crate::bodies::Bodies;

/// Three directions at right angles, right-handed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axes {
    /// X of the ISB frame: to the front.
    pub anterior: Vec3,
    /// Y: towards the head along the segment.
    pub proximal: Vec3,
    /// Z: to the patient's right, for both sides.
    pub right: Vec3,
}

/// What a joint turns about was fitted to, and how well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Root mean square distance, mm.
    pub rms_mm: f64,
    /// Points fitted to.
    pub points: usize,
}

/// A joint's centre and axes in the pose of the scan.
#[derive(Clone, Debug, PartialEq)]
pub struct JointFrame {
    /// Which joint.
    pub kind: JointKind,
    /// Which side.
    pub side: Side,
    /// Centre of rotation, mm, world.
    pub centre_mm: Vec3,
    /// Radius of the femoral head, or of the capitellum and trochlea about their axis, mm.
    pub radius_mm: f64,
    /// Sphere of the femoral head, or axis of trochlea and capitellum: how well it fits.
    pub fit: Fit,
    /// Frame of the fixed segment: pelvis or humerus.
    pub fixed: Axes,
    /// Frame of the moving segment: femur or forearm.
    pub moving: Axes,
    /// For each movement, named as in [`JointKind::normal_range_degrees`], the line about which
    /// turning the moving bodies by a positive angle is that movement.
    pub movements: BTreeMap<String, Line>,
    /// Pose in the scan, degrees: for each pair of movements the angle in the direction of the
    /// named one, such as `flexion` (negative for extension); `None` where the landmarks that
    /// tell it are not in view.
    pub start_degrees: BTreeMap<String, Option<f64>>,
    /// What was estimated or taken from elsewhere, one sentence each.
    pub notes: Vec<String>,
}

impl JointFrame {
    /// Centre and axes of the joint of separated bodies; radiodensity (HU, same grid) places
    /// their surfaces between voxels, `joint` says about where the joint is.
    ///
    /// # Errors
    /// [`FrameError`]: a bone too small or too ill-shaped to fit, or of the other side.
    pub fn of(bodies: &Bodies, hu: &Field<f32>, joint: &Joint) -> Result<Self, FrameError> {
        let surface =
            |name: &str| bodies.code(name).map(|code| surface_points(bodies.codes(), code, hu));
        let needed = |bone: &'static str| surface(bone).ok_or(FrameError::NoBone { bone });
        match bodies.kind() {
            JointKind::Sphere => Err(FrameError::NoBone { bone: "femur" }),
            JointKind::Hip => {
                let femur = needed("femur")?;
                let other = format!("hip_{}", bodies.side().opposite().name());
                let names = ["pelvis", "hip_bone", &other];
                let pelvis: Vec<Vec3> = names.into_iter().filter_map(surface).flatten().collect();
                let bones = HipBones {
                    femur: &femur,
                    pelvis: &pelvis,
                    head_mm: Some(joint.centre_mm),
                    radius_mm: joint.radius_mm,
                };
                hip_frame(&bones, bodies.side())
            }
            JointKind::Elbow => {
                let size = elbow_size(joint);
                let coarsest = bodies.grid().spacing_mm().into_iter().fold(0.0, f64::max);
                let bones = ElbowBones {
                    humerus: &needed("humerus")?,
                    ulna: &needed("ulna")?,
                    radius: &needed("radius")?,
                    size,
                    normals_mm: (4.0 * size).max(1.5 * coarsest),
                };
                elbow_frame(&bones, bodies.side())
            }
        }
    }
}

/// Distance between the epicondyles of an adult, mm.
const EPICONDYLES_MM: f64 = 60.0;

/// Size of an elbow against an adult's, by its epicondyles where they are marked, else 1.
fn elbow_size(joint: &Joint) -> f64 {
    let mark = |name: &str| joint.landmarks.get(name).copied();
    match (mark("medial_epicondyle"), mark("lateral_epicondyle")) {
        (Some(a), Some(b)) => distance(a, b) / EPICONDYLES_MM,
        _ => 1.0,
    }
}

/// Movement `name` about an axis and its opposite about the reversed one.
fn pair(
    movements: &mut BTreeMap<String, Line>,
    [name, opposite]: [&str; 2],
    point_mm: Vec3,
    direction: Vec3,
) {
    movements.insert(name.to_owned(), Line { point_mm, direction });
    movements.insert(opposite.to_owned(), Line { point_mm, direction: scale(direction, -1.0) });
}

/// The points of `all` within a distance of a place.
fn within(all: &[Vec3], place_mm: Vec3, reach_mm: f64) -> Vec<Vec3> {
    let near = |p: &Vec3| {
        let d = sub(*p, place_mm);
        dot(d, d) <= reach_mm * reach_mm
    };
    all.iter().copied().filter(near).collect()
}

/// The direction `a` without its part along the unit vector `axis`.
fn across(a: Vec3, axis: Vec3) -> Vec3 {
    along(a, axis, -dot(a, axis))
}
