//! The elbow: the axis of trochlea and capitellum, and that of the forearm.

use std::collections::BTreeMap;

use ossicle_anatomy::moments::mean;
use ossicle_anatomy::vector::{Vec3, along, cross, distance, dot, length, scale, sub, unit};
use ossicle_anatomy::{JointKind, Side, solve};

use super::revolution::Neighbourhood;
use super::shaft::shaft_beyond;
use super::{
    Axes, Fit, FrameError, JointFrame, Line, Revolution, across, pair, with_normals, within,
};

/// Surfaces of the bones of an elbow.
#[derive(Clone, Copy, Debug)]
pub struct ElbowBones<'a> {
    /// Surface of the humerus, as far as in view, mm, world.
    pub humerus: &'a [Vec3],
    /// Surface of the ulna.
    pub ulna: &'a [Vec3],
    /// Surface of the radius.
    pub radius: &'a [Vec3],
    /// Size of the elbow: 1 for an adult human.
    pub size: f64,
    /// Points within this distance give a point its normal, mm: a few millimetres, and more
    /// than the distance of voxels.
    pub normals_mm: f64,
}

// Lengths below are in mm of an adult's elbow.

/// Joint surfaces face the other bone within this.
const FACING_MM: f64 = 7.0;
/// Fewest points of a joint surface.
const LEAST_POINTS: usize = 30;
/// From the joint to where shafts begin, and end.
const SHAFT_MM: [f64; 2] = [42.0, 170.0];
/// Least length of shaft for its direction.
const LEAST_SHAFT_MM: f64 = 10.0;
/// A shaft in view over less than this is as wide as it is long, and tells no axis of its own.
const LONG_SHAFT_MM: f64 = 45.0;
/// Trochlea and capitellum lie within this of their axis, …
const CONDYLE_MM: f64 = 15.0;
/// … within this of their middle along it, …
const HALF_WIDTH_MM: f64 = 19.0;
/// … and below the axis by more than this: higher up are epicondyles and fossae.
const BELOW_MM: f64 = 4.0;
/// Worst fit of the axis.
const WORST_MM: f64 = 3.5;
/// The side of the radial head, from its upper end.
const RADIAL_HEAD_MM: [f64; 2] = [3.0, 9.0];
/// A forearm bone that reaches this far from the elbow is whole.
const WHOLE_MM: f64 = 190.0;
/// From the elbow to the head of the ulna.
const ULNA_MM: f64 = 240.0;
/// Length of the ends of bones whose middles are taken.
const END_MM: f64 = 9.0;

/// The frame of an elbow from the surfaces of its bones, whatever its pose in the scan.
///
/// Flexion is about the axis on which trochlea and capitellum slip along themselves, pronation
/// about the line from the middle of the radial head to the head of the ulna. Where the wrist
/// is out of view the ulna's shaft is continued.
///
/// # Errors
/// [`FrameError`]: joint surfaces or shafts not in view, an axis that does not fit, or bones
/// of the other side.
pub fn elbow_frame(bones: &ElbowBones<'_>, side: Side) -> Result<JointFrame, FrameError> {
    let mut notes = Vec::new();
    let middle = joint_middle(bones)?;
    let humeral = shaft(bones.humerus, "humerus", middle, bones.size, &mut notes)?.direction;
    let axis = flexion_axis(bones, middle, humeral)?;
    let ulna = shaft(bones.ulna, "ulna", middle, bones.size, &mut notes)?;
    let radius = shaft(bones.radius, "radius", middle, bones.size, &mut notes)?;
    let head = radial_head(bones, &radius)?;
    let wrist = ulnar_head(bones, &ulna, middle, &mut notes);

    // The radius lies on the outer side of the ulna, however the forearm is turned.
    let ulnar = mean(&within(bones.ulna, axis.centre_mm, 30.0 * bones.size));
    let outwards = dot(sub(head, ulnar), axis.line.direction).signum();
    let right = scale(axis.line.direction, outwards * side.lateral_sign());
    let proximal = unit(across(humeral, right));
    let fixed = Axes { anterior: cross(proximal, right), proximal, right };
    check_side(bones, &ulna, axis.centre_mm, &fixed, side)?;

    let forearm = unit(sub(head, wrist));
    let forearm_right = unit(across(right, forearm));
    let moving =
        Axes { anterior: cross(forearm, forearm_right), proximal: forearm, right: forearm_right };
    let mut movements = BTreeMap::new();
    pair(&mut movements, ["flexion", "extension"], axis.centre_mm, right);
    let sign = side.lateral_sign();
    pair(&mut movements, ["pronation", "supination"], head, scale(forearm, sign));
    let [down, distal] = [proximal, forearm].map(|v| scale(across(v, right), -1.0));
    let flexion = libm::atan2(dot(cross(down, distal), right), dot(down, distal));
    let pronation = radial_end(bones, &radius, middle).map(|radial| {
        let out = across(sub(radial, wrist), forearm);
        let front = moving.anterior;
        sign * libm::atan2(dot(cross(front, out), forearm), dot(front, out)).to_degrees()
    });
    if pronation.is_none() {
        notes.push(
            "the wrist is not in view; how far the forearm is turned in the scan is not known"
                .to_owned(),
        );
    }
    Ok(JointFrame {
        kind: JointKind::Elbow,
        side,
        centre_mm: axis.centre_mm,
        radius_mm: axis.radius_mm,
        fit: axis.fit,
        fixed,
        moving,
        movements,
        start_degrees: BTreeMap::from([
            ("flexion".to_owned(), Some(flexion.to_degrees())),
            ("pronation".to_owned(), pronation),
        ]),
        notes,
    })
}

/// Points of the humerus that face the forearm.
fn facing(bones: &ElbowBones<'_>) -> Vec<Vec3> {
    let forearm: Vec<Vec3> = bones.ulna.iter().chain(bones.radius).copied().collect();
    let near = Neighbourhood::new(&forearm, FACING_MM * bones.size);
    bones.humerus.iter().copied().filter(|&p| near.any(p)).collect()
}

fn joint_middle(bones: &ElbowBones<'_>) -> Result<Vec3, FrameError> {
    let facing = facing(bones);
    if facing.len() < LEAST_POINTS {
        return Err(FrameError::TooFew {
            surface: "joint surface of the humerus that faces the forearm",
            found: facing.len(),
            least: LEAST_POINTS,
        });
    }
    Ok(mean(&facing))
}

/// The axis of a shaft, away from the joint.
fn shaft(
    points: &[Vec3],
    bone: &'static str,
    middle: Vec3,
    size: f64,
    notes: &mut Vec<String>,
) -> Result<Line, FrameError> {
    let [begins, ends] = SHAFT_MM.map(|mm| mm * size);
    let on: Vec<Vec3> =
        points.iter().copied().filter(|&p| (begins..ends).contains(&distance(p, middle))).collect();
    let least_mm = LEAST_SHAFT_MM * size;
    let reach = on.iter().map(|&p| distance(p, middle)).fold(0.0, f64::max);
    if reach < begins + least_mm {
        return Err(FrameError::NoShaft { bone, least_mm });
    }
    let towards = sub(mean(&on), middle);
    let long = reach >= begins + LONG_SHAFT_MM * size;
    let line = long.then(|| shaft_beyond(points, middle, towards, [begins, ends])).flatten();
    Ok(line.unwrap_or_else(|| {
        notes.push(format!(
            "the {bone} is in view for {reach:.0} mm only; its direction is that from the joint \
             to the middle of its shaft, good to about 10 degrees"
        ));
        Line { point_mm: mean(&on), direction: unit(towards) }
    }))
}

/// The axis of trochlea and capitellum.
struct FlexionAxis {
    line: Line,
    centre_mm: Vec3,
    radius_mm: f64,
    fit: Fit,
}

fn flexion_axis(bones: &ElbowBones<'_>, middle: Vec3, up: Vec3) -> Result<FlexionAxis, FrameError> {
    let size = bones.size;
    let near = within(bones.humerus, middle, 45.0 * size);
    let surface = "joint surface of trochlea and capitellum";
    let few = |found| FrameError::TooFew { surface, found, least: LEAST_POINTS };
    let first = with_normals(&facing(bones), &near, bones.normals_mm);
    let mut axis = Revolution::through(&first).ok_or(few(first.len()))?;
    let mut centre = axis.nearest_to(middle);
    let mut on = Vec::new();
    // What faces the forearm in this pose is part of the surface; the axis tells the rest.
    for _ in 0..3 {
        let condyles: Vec<Vec3> = near
            .iter()
            .copied()
            .filter(|&p| {
                let d = sub(p, centre);
                length(across(d, axis.direction)) < CONDYLE_MM * size
                    && dot(d, axis.direction).abs() < HALF_WIDTH_MM * size
                    && dot(d, up) < -BELOW_MM * size
            })
            .collect();
        on = with_normals(&condyles, &near, bones.normals_mm);
        axis = Revolution::through(&on).ok_or(few(on.len()))?;
        centre = axis.nearest_to(middle);
    }
    let most_mm = WORST_MM * size;
    if axis.rms_mm > most_mm {
        let shape = "a surface of revolution";
        return Err(FrameError::BadFit { surface, shape, rms_mm: axis.rms_mm, most_mm });
    }
    let radii = on.iter().map(|p| length(across(sub(p.at_mm, centre), axis.direction)));
    let radius_mm = radii.sum::<f64>() / on.len() as f64;
    Ok(FlexionAxis {
        line: Line { point_mm: centre, direction: axis.direction },
        centre_mm: centre,
        radius_mm,
        fit: Fit { rms_mm: axis.rms_mm, points: axis.points },
    })
}

/// The middle of the radial head: of the circle through its side, at its upper end.
fn radial_head(bones: &ElbowBones<'_>, shaft: &Line) -> Result<Vec3, FrameError> {
    let down = |p: &Vec3| shaft.place(*p);
    let top = bones.radius.iter().map(down).fold(f64::INFINITY, f64::min);
    let [from, to] = RADIAL_HEAD_MM.map(|mm| top + mm * bones.size);
    let rim: Vec<Vec3> =
        bones.radius.iter().copied().filter(|p| (from..to).contains(&down(p))).collect();
    let middle = mean(&rim);
    let few =
        FrameError::TooFew { surface: "side of the radial head", found: rim.len(), least: 12 };
    if rim.len() < 12 {
        return Err(few);
    }
    // Two directions across the shaft; the fit is the same for any two.
    let u = unit(cross(shaft.direction, least_along(shaft.direction)));
    let v = cross(shaft.direction, u);
    let (mut matrix, mut right) = ([[0.0; 3]; 3], [0.0; 3]);
    for &p in &rim {
        let d = sub(p, middle);
        let (x, y) = (dot(d, u), dot(d, v));
        let row = [2.0 * x, 2.0 * y, 1.0];
        for i in 0..3 {
            right[i] += row[i] * (x * x + y * y);
            for j in 0..3 {
                matrix[i][j] += row[i] * row[j];
            }
        }
    }
    let [x, y, _] = solve(matrix, right).ok_or(few)?;
    Ok(along(along(middle, u, x), v, y))
}

/// The world axis most nearly at right angles to a direction.
fn least_along(direction: Vec3) -> Vec3 {
    let axis = (0..3).min_by(|&a, &b| direction[a].abs().total_cmp(&direction[b].abs()));
    std::array::from_fn(|a| if Some(a) == axis { 1.0 } else { 0.0 })
}

/// The middle of the lower end of a bone, if it is in view.
fn lower_end(points: &[Vec3], shaft: &Line, middle: Vec3, size: f64) -> Option<Vec3> {
    let down = |p: &Vec3| shaft.place(*p);
    let end = points.iter().map(down).fold(f64::NEG_INFINITY, f64::max);
    if end - shaft.place(middle) < WHOLE_MM * size {
        return None;
    }
    let last = |p: &Vec3| down(p) > end - END_MM * size;
    Some(mean(&points.iter().copied().filter(last).collect::<Vec<_>>()))
}

fn ulnar_head(bones: &ElbowBones<'_>, shaft: &Line, middle: Vec3, notes: &mut Vec<String>) -> Vec3 {
    lower_end(bones.ulna, shaft, middle, bones.size).unwrap_or_else(|| {
        let down = ULNA_MM * bones.size;
        notes.push(format!(
            "the head of the ulna is not in view; it is taken to lie on the line of the ulna's \
             shaft, {down:.0} mm from the elbow"
        ));
        shaft.at(shaft.place(middle) + down)
    })
}

fn radial_end(bones: &ElbowBones<'_>, shaft: &Line, middle: Vec3) -> Option<Vec3> {
    lower_end(bones.radius, shaft, middle, bones.size)
}

/// The olecranon lies behind the axis in every pose.
fn check_side(
    bones: &ElbowBones<'_>,
    ulna: &Line,
    centre: Vec3,
    humerus: &Axes,
    side: Side,
) -> Result<(), FrameError> {
    let up = |p: &Vec3| -ulna.place(*p);
    let top = bones.ulna.iter().map(up).fold(f64::NEG_INFINITY, f64::max);
    let highest = bones.ulna.iter().copied().filter(|p| up(p) > top - 6.0 * bones.size);
    let tip = mean(&highest.collect::<Vec<_>>());
    if dot(sub(tip, centre), humerus.anterior) > 3.0 * bones.size {
        return Err(FrameError::WrongSide {
            joint: "elbow",
            expected: side.name(),
            found: side.opposite().name(),
            reason: "seen with the radius on the outer side, the olecranon lies in front",
        });
    }
    Ok(())
}
