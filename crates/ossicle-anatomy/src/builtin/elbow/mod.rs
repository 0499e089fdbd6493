//! An elbow made of formulas.

mod bones;
mod soft;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::bones::{
    CAPITELLUM, CAPITELLUM_MM, CARTILAGE_MM, RADIAL_HEAD_MM, RADIOULNAR_MM, SPACE_MM, forearm_axis,
};
use super::scene::{BONE_GAP_MM, Paired, Part, Roster, Sample, Scene, Soft, SoftTissue};
use crate::Tissue;
use crate::anatomy::{Side, Structure};
use crate::solid::Solid;
use crate::vector::{Vec3, along, dot, length, sub};

/// Between the bones of the joint, mm.
pub(crate) const JOINT_SPACE_MM: f64 = RADIOULNAR_MM;

/// Structures that are neither muscle nor cord.
#[derive(Clone, Copy)]
enum Fixed {
    Humerus,
    Ulna,
    Radius,
    Cartilage,
    Fluid,
    Capsule,
    AnnularLigament,
    Fat,
    Skin,
}

const FIXED: [(&str, Tissue, Paired); 9] = [
    ("humerus", Tissue::CancellousBone, Paired::Yes),
    ("ulna", Tissue::CancellousBone, Paired::Yes),
    ("radius", Tissue::CancellousBone, Paired::Yes),
    ("elbow_cartilage", Tissue::ArticularCartilage, Paired::Yes),
    ("elbow_joint_fluid", Tissue::JointFluid, Paired::Yes),
    ("elbow_capsule", Tissue::Capsule, Paired::Yes),
    ("annular_ligament", Tissue::TendonLigament, Paired::Yes),
    ("fat", Tissue::Fat, Paired::No),
    ("skin", Tissue::Skin, Paired::No),
];

/// Thickness of the capsule, mm.
const CAPSULE_MM: f64 = 2.2;
/// Width of the film of fluid round the cartilage, mm.
const FLUID_MM: f64 = 0.7;

pub(crate) struct Elbow {
    humerus: Part,
    ulna: Part,
    radius: Part,
    condyles: Solid,
    /// Down the axis on which the radius turns.
    forearm_axis: Vec3,
    /// What the capsule encloses.
    cavity: Solid,
    soft: SoftTissue,
    roster: Arc<Roster>,
}

impl Elbow {
    pub(crate) fn new() -> Self {
        let bone = |name, solid| Part::new(name, Tissue::CancellousBone, solid);
        let soft = soft::soft_tissue();
        let parts = soft.cords.iter().chain(&soft.muscles);
        let named = parts.map(|part| (part.name, part.tissue, Paired::Yes));
        let roster = Arc::new(Roster::new(FIXED.into_iter().chain(named).collect()));
        Self {
            humerus: bone("humerus", bones::humerus()),
            ulna: bone("ulna", bones::ulna()),
            radius: bone("radius", bones::radius()),
            condyles: bones::condyles(0.0),
            forearm_axis: forearm_axis(),
            cavity: cavity(),
            soft,
            roster,
        }
    }

    fn bone(&self, p: Vec3) -> Option<Found> {
        let shaft = |along_mm: f64| ((along_mm - 35.0) / 35.0).clamp(0.0, 1.0);
        let texture = |mid: f64, end_hu: f64| (1.3 + 2.7 * mid, end_hu * (1.0 - mid) - 30.0 * mid);
        let humerus = self.humerus.distance_within(p, 0.0);
        if humerus < 0.0 {
            return Some(Found::bone(Fixed::Humerus, -humerus, texture(shaft(p[2]), 220.0)));
        }
        let ulna = self.ulna.distance_within(p, 0.0);
        if ulna < 0.0 {
            return Some(Found::bone(Fixed::Ulna, -ulna, texture(shaft(-p[2] - 10.0), 260.0)));
        }
        let radius = self.radius.distance_within(p, 0.0);
        (radius < 0.0)
            .then(|| Found::bone(Fixed::Radius, -radius, texture(shaft(-p[2] + 5.0), 220.0)))
    }

    /// Cartilage, fluid, annular ligament, fat pads and capsule, or `None`.
    fn joint(&self, p: Vec3) -> Option<Found> {
        let enclosed = self.cavity.distance(p);
        if enclosed > CAPSULE_MM {
            return None;
        }
        let cartilage = Some(Found::plain(Fixed::Cartilage, Tissue::ArticularCartilage));
        let fluid = Some(Found::plain(Fixed::Fluid, Tissue::JointFluid));
        let from_condyles = self.condyles.distance(p);
        let [ulna, radius] = [&self.ulna, &self.radius].map(|b| b.distance_within(p, SPACE_MM));
        if from_condyles < SPACE_MM {
            // The capitellum has cartilage in front and below, the trochlea all round.
            let covered = p[2] < 9.0 && p[0] > -17.0 && (p[0] < 6.0 || p[1] > -7.0);
            let faced = ulna.min(radius) < CARTILAGE_MM;
            if from_condyles < CARTILAGE_MM && covered {
                return cartilage;
            }
            if from_condyles > SPACE_MM - CARTILAGE_MM && faced {
                return cartilage;
            }
            if covered && (ulna.min(radius) < SPACE_MM || from_condyles < CARTILAGE_MM + FLUID_MM) {
                return fluid;
            }
        }
        // Round the radial head: cartilage towards the ulna, ligament elsewhere.
        let d = sub(p, CAPITELLUM);
        let down = dot(d, self.forearm_axis);
        let out = length(along(d, self.forearm_axis, -down)) - RADIAL_HEAD_MM;
        if (12.0..22.5).contains(&down) && out < RADIOULNAR_MM + 1.2 {
            return match out {
                out if out < RADIOULNAR_MM && ulna < RADIOULNAR_MM => cartilage,
                out if out < 0.9 => cartilage.filter(|_| out > 0.0 && radius < 1.2).or(fluid),
                _ => Some(Found::plain(Fixed::AnnularLigament, Tissue::TendonLigament)),
            };
        }
        if enclosed > 0.0 {
            return Some(Found::plain(Fixed::Capsule, Tissue::Capsule));
        }
        // The fat pads of the fossae lie inside the capsule.
        Some(Found::plain(Fixed::Fat, Tissue::Fat))
    }

    /// Distance to the nearest bone or to the capsule, for muscles to fill up to.
    fn gap_to_bone(&self, p: Vec3) -> f64 {
        let bones = [&self.humerus, &self.ulna, &self.radius];
        let nearest = bones.map(|b| b.distance_within(p, BONE_GAP_MM));
        let capsule = self.cavity.distance(p) - CAPSULE_MM;
        nearest.into_iter().fold(capsule, f64::min).max(0.0)
    }

    fn find(&self, p: Vec3) -> Option<Found> {
        if let Some(found) = self.bone(p).or_else(|| self.joint(p)) {
            return Some(found);
        }
        match self.soft.at(p, || self.gap_to_bone(p)) {
            Soft::Outside => None,
            Soft::Skin => Some(Found::plain(Fixed::Skin, Tissue::Skin)),
            Soft::Fat => Some(Found::plain(Fixed::Fat, Tissue::Fat)),
            Soft::Part(part) => Some(Found {
                entry: FIXED.len() + part.number,
                tissue: part.tissue,
                hu: part.tissue.properties().radiodensity_hu.value,
            }),
        }
    }
}

struct Found {
    entry: usize,
    tissue: Tissue,
    hu: f64,
}

impl Found {
    fn plain(entry: Fixed, tissue: Tissue) -> Self {
        Self { entry: entry as usize, tissue, hu: tissue.properties().radiodensity_hu.value }
    }

    fn bone(entry: Fixed, depth_mm: f64, (cortex_mm, inside_hu): (f64, f64)) -> Self {
        if depth_mm < cortex_mm {
            Self::plain(entry, Tissue::CorticalBone)
        } else {
            Self { entry: entry as usize, tissue: Tissue::CancellousBone, hu: inside_hu }
        }
    }
}

/// What the capsule encloses: condyles, fossae with their fat pads, radial head.
fn cavity() -> Solid {
    let on_axis = |down: f64, r: f64| {
        let [l, a, s] = along(CAPITELLUM, forearm_axis(), down);
        [l, a, s, r]
    };
    Solid::union(
        [
            Solid::Lathe {
                foot: [0.0; 3],
                axis: [1.0, 0.0, 0.0],
                profile: vec![
                    [-20.5, 8.0],
                    [-19.5, 13.0],
                    [-15.0, 15.4],
                    [2.0, 14.2],
                    [15.0, 13.2],
                ],
            },
            Solid::ball(CAPITELLUM, CAPITELLUM_MM + 2.8),
            // In front, over the coronoid and radial fossae.
            Solid::strand(&[
                [-11.0, 3.8, 15.0, 7.8],
                [0.0, 4.6, 18.0, 7.6],
                [15.0, 3.8, 14.5, 7.8],
            ]),
            // Behind, over the olecranon fossa.
            Solid::strand(&[
                [-12.0, -13.4, 15.0, 6.4],
                [-4.0, -14.2, 21.0, 6.8],
                [6.0, -13.4, 15.0, 6.4],
            ]),
            // Round the radial head down to its neck.
            Solid::strand(&[on_axis(8.0, 14.0), on_axis(18.0, 13.6), on_axis(25.0, 9.5)]),
        ],
        5.0,
    )
}

impl Scene for Elbow {
    fn structures(&self, side: Side) -> Vec<Structure> {
        self.roster.structures(side)
    }

    fn near(&self, centre: Vec3, radius: f64) -> Self {
        Self {
            humerus: self.humerus.near(centre, radius, BONE_GAP_MM),
            ulna: self.ulna.near(centre, radius, BONE_GAP_MM),
            radius: self.radius.near(centre, radius, BONE_GAP_MM),
            condyles: self.condyles.near(centre, radius),
            forearm_axis: self.forearm_axis,
            cavity: self.cavity.near(centre, radius),
            soft: self.soft.near(centre, radius),
            roster: Arc::clone(&self.roster),
        }
    }

    fn at(&self, p: Vec3) -> Sample {
        match self.find(p) {
            Some(found) => Sample {
                tissue: found.tissue,
                structure: self.roster.number(found.entry, false),
                hu: found.hu as f32,
            },
            None => Sample::OUTSIDE,
        }
    }
}

/// Landmarks in the frame of the elbow, mm.
pub(crate) fn landmarks() -> BTreeMap<&'static str, Vec3> {
    BTreeMap::from([
        ("elbow_centre", [0.0; 3]),
        ("olecranon_tip", [-5.5, -19.0, 19.0]),
        ("medial_epicondyle", [-32.0, -6.0, 5.0]),
        ("lateral_epicondyle", [28.0, -2.5, 5.0]),
        ("capitellum", CAPITELLUM),
        ("radial_head", along(CAPITELLUM, forearm_axis(), 17.0)),
        ("radial_tuberosity", [8.0, -2.5, -42.0]),
        ("coronoid_tip", [-8.0, 9.5, -11.5]),
        ("capsule_anterior", [2.0, 13.0, 14.0]),
        ("capsule_posterior", [8.0, -19.0, 20.0]),
    ])
}
