//! A hip made of formulas.

mod bones;
mod soft;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use self::bones::HEAD_MM;
use self::bones::{DIRECTIONS, MIDLINE_MM, NECK_MM, SOCKET_MM, head_and_neck, shaft_top};
use super::scene::{BONE_GAP_MM, Paired, Part, Roster, Sample, Scene, Soft, SoftTissue};
use crate::Tissue;
use crate::anatomy::{Side, Structure};
use crate::solid::Solid;
use crate::vector::{Vec3, along, angle, dot, length, radians, scale};

/// Outer radius of the cartilage on the head, mm.
const HEAD_CARTILAGE_MM: f64 = 24.7;
/// Inner radius of the cartilage in the socket, mm. A film of fluid lies between.
const SOCKET_CARTILAGE_MM: f64 = 25.2;

/// Between the bony head and the bony socket, mm.
pub(crate) const JOINT_SPACE_MM: f64 = SOCKET_MM - HEAD_MM;

/// Structures that are neither muscle, cord nor organ.
#[derive(Clone, Copy)]
enum Fixed {
    Femur,
    HipBone,
    Sacrum,
    Cartilage,
    Fluid,
    Capsule,
    Labrum,
    HeadLigament,
    Symphysis,
    Fat,
    Skin,
}

const FIXED: [(&str, Tissue, Paired); 11] = [
    ("femur", Tissue::CancellousBone, Paired::Yes),
    ("hip", Tissue::CancellousBone, Paired::Yes),
    ("sacrum", Tissue::CancellousBone, Paired::No),
    ("hip_cartilage", Tissue::ArticularCartilage, Paired::Yes),
    ("hip_joint_fluid", Tissue::JointFluid, Paired::Yes),
    ("hip_capsule", Tissue::Capsule, Paired::Yes),
    ("acetabular_labrum", Tissue::TendonLigament, Paired::Yes),
    ("ligament_of_femoral_head", Tissue::TendonLigament, Paired::Yes),
    ("pubic_symphysis", Tissue::TendonLigament, Paired::No),
    ("fat", Tissue::Fat, Paired::No),
    ("skin", Tissue::Skin, Paired::No),
];

pub(crate) struct Hip {
    femur: Part,
    head_and_neck: Solid,
    hip_bone: Part,
    sacrum: Part,
    head_ligament: Solid,
    organs: Vec<Part>,
    first_organ: usize,
    soft: SoftTissue,
    roster: Arc<Roster>,
}

/// What a point is, before it is known on which side of the midline.
struct Found {
    entry: usize,
    tissue: Tissue,
    hu: f64,
}

impl Found {
    fn fixed(entry: Fixed, tissue: Tissue, hu: f64) -> Self {
        Self { entry: entry as usize, tissue, hu }
    }

    fn plain(entry: Fixed, tissue: Tissue) -> Self {
        Self::fixed(entry, tissue, tissue.properties().radiodensity_hu.value)
    }
}

impl Hip {
    pub(crate) fn new() -> Self {
        let bone = |name, solid| Part::new(name, Tissue::CancellousBone, solid);
        let d = &*DIRECTIONS;
        let fovea = scale(d.fovea, HEAD_MM);
        let head_ligament = Solid::strand(&[
            [fovea[0], fovea[1], fovea[2], 3.0],
            [-19.0, -1.0, -18.0, 2.2],
            [-13.0, 0.0, -27.0, 2.4],
        ]);
        let soft = soft::soft_tissue();
        let organs = Part::numbered(soft::organs());
        let paired = |part: &Part| (part.name, part.tissue, Paired::Yes);
        let single = |part: &Part| (part.name, part.tissue, Paired::No);
        let roster = Roster::new(
            FIXED
                .into_iter()
                .chain(soft.cords.iter().chain(&soft.muscles).map(paired))
                .chain(organs.iter().map(single))
                .collect(),
        );
        Self {
            femur: bone("femur", bones::femur()),
            head_and_neck: head_and_neck(),
            hip_bone: bone("hip", bones::hip_bone()),
            sacrum: bone("sacrum", bones::sacrum()),
            head_ligament,
            first_organ: FIXED.len() + soft.cords.len() + soft.muscles.len(),
            organs,
            soft,
            roster: Arc::new(roster),
        }
    }

    /// Bone, or `None`.
    fn bone(&self, p: Vec3) -> Option<Found> {
        let femur = self.femur.distance_within(p, 0.0);
        if femur < 0.0 {
            let (cortex_mm, inside_hu) = femur_texture(p);
            return Some(bone_at(Fixed::Femur, -femur, cortex_mm, inside_hu));
        }
        let hip = self.hip_bone.distance_within(p, SACROILIAC_MM);
        // The symphysis is a disc, the bone ends beside it.
        if hip < 0.0 {
            if p[0] < -MIDLINE_MM + 2.5 {
                return Some(Found::plain(Fixed::Symphysis, Tissue::TendonLigament));
            }
            let subchondral = length(p) < SOCKET_MM + 8.0;
            let cortex_mm = if subchondral { 2.0 } else { 1.4 };
            return Some(bone_at(Fixed::HipBone, -hip, cortex_mm, 230.0));
        }
        let sacrum = self.sacrum.distance_within(p, 0.0);
        if sacrum < 0.0 {
            if hip < SACROILIAC_MM {
                return Some(Found::plain(Fixed::Cartilage, Tissue::ArticularCartilage));
            }
            return Some(bone_at(Fixed::Sacrum, -sacrum, 1.2, 180.0));
        }
        None
    }

    /// The inside of the joint and its capsule, or `None`.
    fn joint(&self, p: Vec3) -> Option<Found> {
        let d = &*DIRECTIONS;
        let r = length(p);
        if r > 75.0 {
            return None;
        }
        let outwards = dot(p, d.socket);
        let off_neck = angle(p, d.neck).to_degrees();
        let cover = ((off_neck - 56.0) / 16.0).clamp(0.0, 1.0);
        let fovea = angle(p, d.fovea) < radians(11.0);
        if r < HEAD_MM + cover * (HEAD_CARTILAGE_MM - HEAD_MM) && !fovea {
            return (r > HEAD_MM - 0.5 && cover > 0.0)
                .then(|| Found::plain(Fixed::Cartilage, Tissue::ArticularCartilage));
        }
        if self.head_ligament.distance(p) < 0.0 {
            return Some(Found::plain(Fixed::HeadLigament, Tissue::TendonLigament));
        }
        let hollow = angle(p, d.fossa) < radians(38.0);
        if outwards < -2.0 && r < SOCKET_MM + 4.0 {
            if r < SOCKET_CARTILAGE_MM {
                return Some(Found::plain(Fixed::Fluid, Tissue::JointFluid));
            }
            if r < SOCKET_MM && !hollow {
                return Some(Found::plain(Fixed::Cartilage, Tissue::ArticularCartilage));
            }
            // The fossa and the notch below it are filled with fat.
            return Some(Found::plain(Fixed::Fat, Tissue::Fat));
        }
        if labrum_distance(p) < 0.0 && r > SOCKET_CARTILAGE_MM {
            return Some(Found::plain(Fixed::Labrum, Tissue::TendonLigament));
        }
        self.capsule(p, outwards, cover)
    }

    /// Capsule and what it holds beside the head and the neck.
    fn capsule(&self, p: Vec3, outwards: f64, cover: f64) -> Option<Found> {
        let d = &*DIRECTIONS;
        let t = dot(p, d.neck);
        let front = p[1] - d.neck[1] * t;
        // It reaches the intertrochanteric line in front and ends short of the crest behind.
        if t > 41.0 + 0.45 * front.clamp(-18.0, 18.0) || outwards < -5.0 {
            return None;
        }
        let from_bone = self.head_and_neck.distance(p);
        let inner = 1.0 + 1.4 * cover;
        let thickness = capsule_thickness_mm(front / (1.0 + length(along(p, d.neck, -t))));
        if from_bone < inner {
            Some(Found::plain(Fixed::Fluid, Tissue::JointFluid))
        } else if from_bone < inner + thickness {
            Some(Found::plain(Fixed::Capsule, Tissue::Capsule))
        } else {
            None
        }
    }

    /// Distance to the nearest bone or to the capsule, for muscles to fill up to.
    fn gap_to_bone(&self, p: Vec3) -> f64 {
        let bones = [&self.femur, &self.hip_bone].map(|b| b.distance_within(p, BONE_GAP_MM));
        let near_joint = length(p) < HEAD_MM + NECK_MM;
        let capsule =
            if near_joint { self.head_and_neck.distance(p) - CAPSULE_MM } else { f64::INFINITY };
        bones[0].min(bones[1]).min(capsule).max(0.0)
    }

    fn find(&self, p: Vec3) -> Option<Found> {
        if let Some(found) = self.bone(p).or_else(|| self.joint(p)) {
            return Some(found);
        }
        for organ in &self.organs {
            let depth = -organ.distance_within(p, 0.0);
            if depth > 0.0 {
                let entry = self.first_organ + organ.number;
                let hu = if depth > ORGAN_WALL_MM { 12.0 } else { 40.0 };
                return Some(Found { entry, tissue: organ.tissue, hu });
            }
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

/// Middle distance of the capsule's outside from the bone, mm.
const CAPSULE_MM: f64 = 5.0;
/// Width of the sacroiliac joint, mm.
const SACROILIAC_MM: f64 = 2.5;
/// Thickness of the wall of bladder and bowel, mm.
const ORGAN_WALL_MM: f64 = 3.0;

fn bone_at(entry: Fixed, depth_mm: f64, cortex_mm: f64, inside_hu: f64) -> Found {
    if depth_mm < cortex_mm {
        Found::plain(entry, Tissue::CorticalBone)
    } else {
        Found::fixed(entry, Tissue::CancellousBone, inside_hu)
    }
}

/// Thickness of the femur's cortex (mm) and radiodensity inside it (HU).
fn femur_texture(p: Vec3) -> (f64, f64) {
    let d = &*DIRECTIONS;
    let down = dot(along(p, shaft_top(), -1.0), d.shaft);
    if length(p) < HEAD_MM + 1.0 {
        // The head is densest where the pressure trabeculae fan out.
        return (1.2, 300.0 + 4.0 * (p[2] + HEAD_MM));
    }
    let shaft = ((down - 5.0) / 70.0).clamp(0.0, 1.0);
    let medial = p[0] < shaft_top()[0] + down * d.shaft[0];
    // The calcar: thick below and medial of the neck.
    let calcar = if medial && p[2] < -12.0 { 2.0 } else { 0.0 };
    let marrow = ((down - 25.0) / 30.0).clamp(0.0, 1.0);
    (1.6 + 5.4 * shaft + calcar * (1.0 - shaft), 170.0 * (1.0 - marrow) - 40.0 * marrow)
}

/// Distance to the labrum, a ring of three-sided section on the rim of the socket.
fn labrum_distance(p: Vec3) -> f64 {
    let axis = DIRECTIONS.socket;
    let height = dot(p, axis);
    let radius = length(along(p, axis, -height));
    let (dr, dh) = (radius - 27.6, height - 1.0);
    // Narrows towards its free edge.
    (dr * dr + dh * dh * 0.36).sqrt() - (2.6 - 0.25 * dh.max(0.0))
}

/// Thickness of the capsule in mm; `front` goes from −1 behind the neck to 1 in
/// front, where the iliofemoral ligament strengthens it.
fn capsule_thickness_mm(front: f64) -> f64 {
    3.6 + 1.4 * front.clamp(-1.0, 1.0)
}

/// Beyond the midline stands the mirror image: the point to look at, and whether
/// it lies there.
fn folded(p: Vec3) -> (Vec3, bool) {
    let beyond = p[0] < -MIDLINE_MM;
    (if beyond { [-2.0 * MIDLINE_MM - p[0], p[1], p[2]] } else { p }, beyond)
}

impl Scene for Hip {
    fn structures(&self, side: Side) -> Vec<Structure> {
        self.roster.structures(side)
    }

    fn near(&self, centre: Vec3, radius: f64) -> Self {
        let (centre, _) = folded(centre);
        Self {
            femur: self.femur.near(centre, radius, BONE_GAP_MM),
            head_and_neck: self.head_and_neck.near(centre, radius),
            hip_bone: self.hip_bone.near(centre, radius, BONE_GAP_MM),
            sacrum: self.sacrum.near(centre, radius, 0.0),
            head_ligament: self.head_ligament.clone(),
            organs: Part::all_near(&self.organs, centre, radius, 0.0),
            first_organ: self.first_organ,
            soft: self.soft.near(centre, radius),
            roster: Arc::clone(&self.roster),
        }
    }

    fn at(&self, p: Vec3) -> Sample {
        let (p, beyond) = folded(p);
        match self.find(p) {
            Some(found) => Sample {
                tissue: found.tissue,
                structure: self.roster.number(found.entry, beyond),
                hu: found.hu as f32,
            },
            None => Sample::OUTSIDE,
        }
    }
}

/// Landmarks in the frame of the hip, mm.
pub(crate) fn landmarks() -> BTreeMap<&'static str, Vec3> {
    let d = &*DIRECTIONS;
    BTreeMap::from([
        ("hip_centre", [0.0; 3]),
        ("greater_trochanter", [60.0, -16.0, -24.0]),
        ("greater_trochanter_tip", [48.0, -23.0, 3.0]),
        ("lesser_trochanter", [22.0, -29.0, -57.0]),
        ("femoral_neck", scale(d.neck, 0.55 * NECK_MM)),
        ("anterior_superior_iliac_spine", [36.0, 52.0, 80.0]),
        ("anterior_inferior_iliac_spine", [14.0, 36.0, 40.0]),
        ("ischial_tuberosity", [-27.0, -42.0, -66.0]),
        ("acetabular_rim_lateral", [17.0, 2.0, 26.0]),
        ("capsule_anterior", [16.8, 16.8, -11.2]),
        ("capsule_posterior", [11.0, -21.9, -5.5]),
        ("capsule_superior", [21.7, -3.9, 15.8]),
        ("capsule_inferior", [6.1, 0.0, -31.9]),
    ])
}
