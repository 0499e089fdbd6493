//! The hip: the sphere of the femoral head, pelvis and femur.

use std::collections::BTreeMap;

use ossicle_anatomy::moments::mean;
use ossicle_anatomy::vector::{Vec3, add, cross, distance, dot, length, radians, scale, sub, unit};
use ossicle_anatomy::{JointKind, Side};

use super::shaft::shaft_beyond;
use super::{Axes, Fit, FrameError, JointFrame, Sphere, across, pair, within};

/// Surfaces of the bones of a hip.
#[derive(Clone, Copy, Debug)]
pub struct HipBones<'a> {
    /// Surface of the femur, as far as in view, mm, world.
    pub femur: &'a [Vec3],
    /// Surface of the pelvis, both sides where they are in view; may be empty.
    pub pelvis: &'a [Vec3],
    /// About where the head's centre is; `None` to look for it at the upper inner end.
    pub head_mm: Option<Vec3>,
    /// About what the head's radius is, mm; `None` for that of an adult.
    pub radius_mm: Option<f64>,
}

/// Radius of the femoral head of an adult, mm.
const ADULT_HEAD_MM: f64 = 23.0;
/// Worst fit of a head, in shares of its radius.
const WORST_FIT: f64 = 0.08;
/// Fewest points of a head.
const LEAST_POINTS: usize = 40;
/// Lengths below are in radii of the head. From the head down the shaft begins …
const SHAFT_BEGINS: f64 = 3.3;
/// … and widens to the knee;
const SHAFT_ENDS: f64 = 11.0;
/// what reaches as far as this shows the epicondyles;
const WHOLE_FEMUR: f64 = 16.0;
/// the middle of the knee of an average femur is this far from the head's centre.
const KNEE: f64 = 18.0;
/// Least length of shaft that tells its direction.
const LEAST_SHAFT: f64 = 1.6;

/// The frame of a hip from the surfaces of its bones.
///
/// Abduction is about the floating axis of Grood and Suntay in the present pose, rotation
/// about the femur's mechanical axis. The pelvis frame has its right axis through both
/// anterior superior iliac spines; its front is the patient's front, since clinical angles
/// count from the neutral position, not from the tilt of the pelvis.
///
/// # Errors
/// [`FrameError`]: no head to fit, or a femur of the other side.
pub fn hip_frame(bones: &HipBones<'_>, side: Side) -> Result<JointFrame, FrameError> {
    let mut notes = Vec::new();
    let head = head(bones, side)?;
    let (centre, radius) = (head.centre_mm, head.radius_mm);
    check_side(bones.femur, &head, side)?;
    let pelvis = pelvis_axes(bones.pelvis, &head, side, &mut notes);
    let femur = femur_axis(bones.femur, &head, &mut notes);
    let proximal = femur.map_or(pelvis.proximal, |femur| unit(sub(centre, femur.knee_mm)));
    let floating = unit(cross(proximal, pelvis.right));
    let right = femur.and_then(|femur| femur.right).unwrap_or(pelvis.right);
    let right = unit(across(right, proximal));
    let moving = Axes { anterior: cross(proximal, right), proximal, right };
    let sign = side.lateral_sign();
    let mut movements = BTreeMap::new();
    pair(&mut movements, ["flexion", "extension"], centre, pelvis.right);
    pair(&mut movements, ["abduction", "adduction"], centre, scale(floating, -sign));
    pair(&mut movements, ["internal_rotation", "external_rotation"], centre, scale(proximal, sign));
    let degrees = |radians: f64| radians.to_degrees();
    let flexion = libm::atan2(dot(floating, pelvis.proximal), dot(floating, pelvis.anterior));
    let abduction = libm::asin((-sign * dot(proximal, pelvis.right)).clamp(-1.0, 1.0));
    let front = moving.anterior;
    let rotation = libm::atan2(dot(cross(floating, front), proximal), dot(floating, front));
    let turned = femur.and_then(|femur| femur.right).map(|_| degrees(sign * rotation));
    let start_degrees = BTreeMap::from([
        ("flexion".to_owned(), femur.map(|_| degrees(flexion))),
        ("abduction".to_owned(), femur.map(|_| degrees(abduction))),
        ("internal_rotation".to_owned(), turned),
    ]);
    Ok(JointFrame {
        kind: JointKind::Hip,
        side,
        centre_mm: centre,
        radius_mm: radius,
        fit: Fit { rms_mm: head.rms_mm, points: head.points },
        fixed: pelvis,
        moving,
        movements,
        start_degrees,
        notes,
    })
}

fn head(bones: &HipBones<'_>, side: Side) -> Result<Sphere, FrameError> {
    let radius = bones.radius_mm.unwrap_or(ADULT_HEAD_MM);
    let start = match bones.head_mm {
        Some(centre) => centre,
        None => upper_inner_end(bones.femur, radius, side),
    };
    let near = within(bones.femur, start, 1.6 * radius);
    let few =
        FrameError::TooFew { surface: "femoral head", found: near.len(), least: LEAST_POINTS };
    if near.len() < LEAST_POINTS {
        return Err(few);
    }
    let first = Sphere::trimmed(&near, start, radius).ok_or(few.clone())?;
    let near = within(bones.femur, first.centre_mm, 1.3 * first.radius_mm);
    let found = Sphere::trimmed(&near, first.centre_mm, first.radius_mm)
        .filter(|sphere| sphere.points >= LEAST_POINTS)
        .ok_or(few)?;
    let most_mm = WORST_FIT * found.radius_mm;
    if found.rms_mm > most_mm || distance(found.centre_mm, start) > radius {
        let rms_mm = found.rms_mm;
        let surface = "femoral head";
        return Err(FrameError::BadFit { surface, shape: "a sphere", rms_mm, most_mm });
    }
    let inner = 0.9 * found.radius_mm;
    let inside = near.iter().filter(|&&p| distance(p, found.centre_mm) < inner).count();
    if inside > found.points {
        return Err(FrameError::NoBall { inside, on: found.points });
    }
    Ok(found)
}

/// Where the centre of the head is about: outwards of the point furthest in near the top.
fn upper_inner_end(femur: &[Vec3], radius: f64, side: Side) -> Vec3 {
    let top = femur.iter().map(|p| p[2]).fold(f64::NEG_INFINITY, f64::max);
    let outwards = side.lateral_sign();
    let upper = femur.iter().filter(|p| p[2] > top - 3.0 * radius);
    let inmost = upper.min_by(|a, b| (outwards * a[0]).total_cmp(&(outwards * b[0])));
    inmost.map_or([0.0; 3], |&p| add(p, [outwards * radius, 0.0, 0.0]))
}

/// Neck and trochanters lie outwards of the head.
fn check_side(femur: &[Vec3], head: &Sphere, side: Side) -> Result<(), FrameError> {
    let radius = head.radius_mm;
    let beside = |p: &&Vec3| (1.3 * radius..3.5 * radius).contains(&distance(**p, head.centre_mm));
    let beside: Vec<Vec3> = femur.iter().filter(beside).copied().collect();
    let outwards = side.lateral_sign() * (mean(&beside)[0] - head.centre_mm[0]);
    if !beside.is_empty() && outwards < -0.4 * radius {
        return Err(FrameError::WrongSide {
            joint: "hip",
            expected: side.name(),
            found: side.opposite().name(),
            reason: "neck and trochanter lie on the inner side of the head",
        });
    }
    Ok(())
}

/// Right through both anterior superior iliac spines where they are in view, else the
/// patient's right; front the patient's front.
fn pelvis_axes(pelvis: &[Vec3], head: &Sphere, side: Side, notes: &mut Vec<String>) -> Axes {
    let spines = spines(pelvis, head, side);
    let right = match spines {
        Some(right) => right,
        None => {
            notes.push(
                "the anterior superior iliac spines are not both in view; the pelvis is taken to \
                 lie along the patient's axes"
                    .to_owned(),
            );
            [1.0, 0.0, 0.0]
        }
    };
    let anterior = unit(across([0.0, 1.0, 0.0], right));
    Axes { anterior, proximal: cross(right, anterior), right }
}

/// The direction from the left to the right anterior superior iliac spine: the points furthest
/// in front on the ilium.
fn spines(pelvis: &[Vec3], head: &Sphere, side: Side) -> Option<Vec3> {
    let (centre, r) = (head.centre_mm, head.radius_mm);
    let inwards = -side.lateral_sign();
    let foremost = |inside: std::ops::Range<f64>, height: std::ops::Range<f64>| {
        let there = pelvis.iter().filter(|&&p| {
            let d = scale(sub(p, centre), 1.0 / r);
            inside.contains(&(inwards * d[0])) && height.contains(&d[2])
        });
        there.max_by(|a, b| a[1].total_cmp(&b[1])).copied()
    };
    let own = foremost(-2.5..1.0, 2.2..6.0)?;
    let height = (own[2] - centre[2]) / r;
    let other = foremost(6.0..11.5, height - 1.5..height + 1.5)?;
    // A spine that the field of view cuts off would lie at its upper border.
    let top = pelvis.iter().map(|p| p[2]).fold(f64::NEG_INFINITY, f64::max);
    let in_view = own[2].max(other[2]) < top - 0.4 * r;
    let right = unit(scale(sub(own, other), -inwards));
    let level = right[0] > libm::cos(radians(20.0));
    let forward = own[1].min(other[1]) > centre[1] + 0.8 * r;
    (in_view && level && forward).then_some(right)
}

/// What is known of the femur below the head.
#[derive(Clone, Copy)]
struct Femur {
    /// Middle of the knee.
    knee_mm: Vec3,
    /// Across the epicondyles to the patient's right, where they are in view.
    right: Option<Vec3>,
}

fn femur_axis(femur: &[Vec3], head: &Sphere, notes: &mut Vec<String>) -> Option<Femur> {
    let (centre, r) = (head.centre_mm, head.radius_mm);
    let between = |p: &&Vec3| {
        let d = distance(**p, centre);
        (SHAFT_BEGINS * r..SHAFT_ENDS * r).contains(&d)
    };
    let shaft: Vec<Vec3> = femur.iter().filter(between).copied().collect();
    let towards = sub(mean(&shaft), centre);
    let reach = shaft.iter().map(|&p| distance(p, centre)).fold(0.0, f64::max);
    let axis = shaft_beyond(femur, centre, towards, [SHAFT_BEGINS * r, SHAFT_ENDS * r])
        .filter(|_| reach >= (SHAFT_BEGINS + LEAST_SHAFT) * r);
    let Some(line) = axis else {
        notes.push(
            "the femoral shaft is not in view; the thigh is taken to lie along the patient's \
             axes, and the starting pose is not known"
                .to_owned(),
        );
        return None;
    };
    let from_head = |p: Vec3| line.place(p) - line.place(centre);
    let end = femur.iter().map(|&p| from_head(p)).fold(f64::NEG_INFINITY, f64::max);
    if end > WHOLE_FEMUR * r {
        // Condyles without the posterior ends of their joint surfaces.
        let low: Vec<Vec3> = femur
            .iter()
            .copied()
            .filter(|&p| (end - 2.0 * r..end - 0.7 * r).contains(&from_head(p)))
            .collect();
        if let Some([left, right]) = epicondyles(&low, line.direction) {
            let knee_mm = scale(add(left, right), 0.5);
            return Some(Femur { knee_mm, right: Some(sub(right, left)) });
        }
    }
    let off = across(sub(centre, line.point_mm), line.direction);
    let down = KNEE * r;
    let along_shaft = (down * down - dot(off, off)).max(0.0).sqrt();
    notes.push(format!(
        "the knee is not in view; it is taken to lie on the line of the shaft, {down:.0} mm from \
         the head's centre, and the rotation of the femur is not known"
    ));
    Some(Femur { knee_mm: line.at(line.place(centre) + along_shaft), right: None })
}

/// The two points furthest apart across the shaft, the left one first.
fn epicondyles(low: &[Vec3], shaft: Vec3) -> Option<[Vec3; 2]> {
    let mut towards = unit(across([1.0, 0.0, 0.0], shaft));
    let mut found = None;
    for _ in 0..10 {
        let at = |p: &Vec3| dot(*p, towards);
        let left = *low.iter().min_by(|a, b| at(a).total_cmp(&at(b)))?;
        let right = *low.iter().max_by(|a, b| at(a).total_cmp(&at(b)))?;
        let next = across(sub(right, left), shaft);
        if length(next) == 0.0 {
            return None;
        }
        towards = unit(next);
        found = Some([left, right]);
    }
    found
}
