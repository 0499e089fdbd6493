//! Cartilage, capsule and bones of a hip whose femoral head is known.
//!
//! A clinical CT shows neither cartilage nor capsule, and its voxels may be as wide
//! as the joint space. So both are laid where they must be: cartilage in a shell
//! round the head wherever a socket faces it, capsule round head and neck wherever
//! none does, up to the intertrochanteric line in front and a little less behind.

use std::collections::BTreeMap;

use ossicle_field::{Field, Grid};
use ossicle_image::{Connectivity, distance_mm, label_components};

use super::Located;
use super::ball::directions;
use super::canvas::Canvas;
use crate::Tissue;
use crate::anatomy::Side;
use crate::vector::{Vec3, add, along, angle, distance, dot, length, radians, scale, sub, unit};

/// Width of the joint space that is kept open at least, mm.
const JOINT_SPACE_MM: f64 = 3.4;
/// How far outside the head its socket is looked for, mm.
const SOCKET_REACH_MM: f64 = 9.0;
/// Thickness of the capsule with its synovium, mm.
const CAPSULE_MM: f64 = 6.0;
/// Fat in the joint is that of the acetabular fossa; below this, HU.
const FOSSA_FAT_HU: f32 = -30.0;
/// The femoral neck of an average hip: lateral, anterior, superior.
const NECK: Vec3 = [0.77, -0.20, -0.60];

/// What is known of the bones.
pub(super) struct Bones<'a> {
    pub(super) hu: &'a Field<f32>,
    pub(super) bone: &'a Field<bool>,
    /// The femur and the hip bone of the side, where labels tell them.
    pub(super) femur: Option<Field<bool>>,
    pub(super) hip: Option<Field<bool>>,
}

/// The head as a sphere, with the directions that matter.
struct Head {
    centre: Vec3,
    radius: f64,
    neck: Vec3,
    /// Directions all round, and whether a socket faces the head there.
    rays: Vec<(Vec3, bool)>,
}

impl Head {
    fn covered(&self, direction: Vec3) -> bool {
        let nearest =
            self.rays.iter().max_by(|a, b| dot(a.0, direction).total_cmp(&dot(b.0, direction)));
        nearest.is_some_and(|(_, covered)| *covered)
    }
}

/// Paints cartilage, capsule and the two bones; gives landmarks.
pub(super) fn paint(
    canvas: &mut Canvas,
    bones: &Bones<'_>,
    joint: &Located,
    radius: f64,
    notes: &mut Vec<String>,
) -> BTreeMap<String, [f64; 3]> {
    let head = see_head(bones, joint, radius);
    let side = joint.side.name();
    let near = near_head(canvas.tissue.grid(), &head, 2.8 * radius);
    paint_cartilage(canvas, bones, &head, &near, side);
    let femur = match &bones.femur {
        Some(labelled) => Some(with_head(canvas, labelled, &head, &near, side)),
        None => split_femur(canvas, &head, &near, joint.side, notes)
            .inspect(|femur| name_bones(canvas, femur, side)),
    };
    if let Some(femur) = &femur {
        keep_apart(canvas, femur, &near, side);
    }
    let femur = femur.unwrap_or_else(|| canvas.tissue.map(|t| t.is_bone()));
    paint_capsule(canvas, &femur, &head, &near, side);
    landmarks(canvas, &femur, &head, &near, joint.side)
}

fn see_head(bones: &Bones<'_>, joint: &Located, radius: f64) -> Head {
    let centre = joint.centre_mm;
    let expected = usual_neck(joint.side);
    let grid = *bones.bone.grid();
    let other_bone = |p: Vec3| {
        grid.voxel_at(p).is_some_and(|v| match &bones.hip {
            Some(hip) => hip[v],
            None => bones.bone[v],
        })
    };
    let neck = neck_direction(bones, centre, radius, expected);
    let rays = directions(900)
        .into_iter()
        .map(|d| {
            let mut r = radius + 1.5;
            let mut covered = false;
            while r < radius + SOCKET_REACH_MM && !covered {
                covered = other_bone(along(centre, d, r));
                r += 0.75;
            }
            // Without labels the bone outside the head may be its own neck.
            (d, covered && (bones.hip.is_some() || angle(d, neck) > radians(50.0)))
        })
        .collect();
    Head { centre, radius, neck, rays }
}

/// The direction of the neck in an average hip.
pub(super) fn usual_neck(side: Side) -> Vec3 {
    unit([side.lateral_sign() * NECK[0], NECK[1], NECK[2]])
}

/// The mean of the directions near the expected one in which bone goes on without a
/// gap from inside the head to well outside it.
fn neck_direction(bones: &Bones<'_>, centre: Vec3, radius: f64, expected: Vec3) -> Vec3 {
    let grid = *bones.bone.grid();
    let is_femur = |p: Vec3| {
        grid.voxel_at(p).is_some_and(|v| match &bones.femur {
            Some(femur) => femur[v],
            None => bones.bone[v],
        })
    };
    let sum = directions(900)
        .into_iter()
        .filter(|&d| angle(d, expected) < radians(45.0))
        .filter(|&d| (0..14).all(|n| is_femur(along(centre, d, radius - 2.0 + f64::from(n)))))
        .fold([0.0; 3], add);
    // A few chance gaps in a thin neck do not turn it.
    unit(along(sum, expected, 20.0))
}

/// Voxels and their positions from the head's centre.
type Near = [(usize, Vec3)];

/// The voxels within `reach` mm of the head's centre.
fn near_head(grid: &Grid, head: &Head, reach: f64) -> Vec<(usize, Vec3)> {
    (0..grid.len())
        .map(|n| (n, sub(grid.centre(grid.voxel(n)), head.centre)))
        .filter(|(_, d)| length(*d) < reach)
        .collect()
}

fn paint_cartilage(canvas: &mut Canvas, bones: &Bones<'_>, head: &Head, near: &Near, side: &str) {
    let grid = *canvas.tissue.grid();
    let outer = shell_mm(&grid, head);
    let number = canvas.structure(&format!("hip_cartilage_{side}"), Tissue::ArticularCartilage);
    for &(n, d) in near {
        let voxel = grid.voxel(n);
        let in_body = !matches!(canvas.tissue[voxel], Tissue::Outside | Tissue::Metal);
        if length(d) > head.radius + 0.2
            && length(d) < outer
            && in_body
            && bones.hu[voxel] > FOSSA_FAT_HU
            && head.covered(unit(d))
        {
            canvas.paint(n, Tissue::ArticularCartilage, number);
        }
    }
}

/// Outer radius of the joint space, mm: a shell thinner than a voxel would leave
/// femur and hip bone in contact.
fn shell_mm(grid: &Grid, head: &Head) -> f64 {
    let coarsest = grid.spacing_mm().into_iter().fold(0.0, f64::max);
    head.radius + JOINT_SPACE_MM.max(1.05 * coarsest)
}

/// The bone that hangs together with the head, once the joint space is cut out.
fn split_femur(
    canvas: &Canvas,
    head: &Head,
    near: &Near,
    side: Side,
    notes: &mut Vec<String>,
) -> Option<Field<bool>> {
    let grid = *canvas.tissue.grid();
    let mut bone = canvas.tissue.map(|t| t.is_bone());
    let outer = shell_mm(&grid, head);
    for &(n, d) in near {
        // Nothing but the neck leads out of the head.
        if (head.radius + 0.2..outer).contains(&length(d)) && angle(d, head.neck) > radians(52.0) {
            bone[grid.voxel(n)] = false;
        }
    }
    let parts = label_components(&bone, Connectivity::Faces);
    let mut votes = vec![0_usize; parts.sizes.len() + 1];
    for &(n, _) in near.iter().filter(|(_, d)| length(*d) < 0.8 * head.radius) {
        votes[parts.labels[grid.voxel(n)] as usize] += 1;
    }
    let inside: usize = votes.iter().sum();
    let (number, &most) = votes.iter().enumerate().skip(1).max_by_key(|(_, count)| **count)?;
    // Bone far on the inner side of the head belongs to the pelvis.
    let leaks =
        (0..grid.len()).filter(|&n| parts.labels[grid.voxel(n)] as usize == number).any(|n| {
            let d = sub(grid.centre(grid.voxel(n)), head.centre);
            side.lateral_sign() * d[0] < -1.6 * head.radius
        });
    if leaks || 2 * most < inside {
        notes.push(
            "femur and pelvis hang together in the scan; they are one bone in the anatomy"
                .to_owned(),
        );
        return None;
    }
    Some(parts.labels.map(|&l| l as usize == number))
}

/// Names the femur and what faces it.
fn name_bones(canvas: &mut Canvas, femur: &Field<bool>, side: &str) {
    let femur_number = canvas.structure(&format!("femur_{side}"), Tissue::CancellousBone);
    let rest_number = canvas.structure("pelvis", Tissue::CancellousBone);
    for n in 0..femur.len() {
        let voxel = femur.grid().voxel(n);
        let tissue = canvas.tissue[voxel];
        if tissue.is_bone() {
            canvas.paint(n, tissue, if femur[voxel] { femur_number } else { rest_number });
        }
    }
}

/// The labelled femur with all bone inside the ball, which labels may give to the hip
/// bone by a voxel or two.
fn with_head(
    canvas: &mut Canvas,
    labelled: &Field<bool>,
    head: &Head,
    near: &Near,
    side: &str,
) -> Field<bool> {
    let number = canvas.structure(&format!("femur_{side}"), Tissue::CancellousBone);
    let mut femur = labelled.clone();
    for &(n, _) in near.iter().filter(|(_, d)| length(*d) < head.radius + 0.2) {
        let voxel = labelled.grid().voxel(n);
        let tissue = canvas.tissue[voxel];
        if tissue.is_bone() {
            femur[voxel] = true;
            canvas.paint(n, tissue, number);
        }
    }
    femur
}

/// Turns what other bone still shares a face with the femur into cartilage: at the
/// rim of the socket the two may be closer than a voxel.
fn keep_apart(canvas: &mut Canvas, femur: &Field<bool>, near: &Near, side: &str) {
    let grid = *femur.grid();
    let (shape, strides) = (grid.shape(), grid.strides());
    let number = canvas.structure(&format!("hip_cartilage_{side}"), Tissue::ArticularCartilage);
    let is_femur: Vec<bool> =
        canvas.tissue.iter().zip(femur.iter()).map(|(t, &femur)| t.is_bone() && femur).collect();
    for &(n, _) in near {
        let voxel = grid.voxel(n);
        let touches = (0..3).any(|a| {
            (voxel[a] > 0 && is_femur[n - strides[a]])
                || (voxel[a] + 1 < shape[a] && is_femur[n + strides[a]])
        });
        if touches && !is_femur[n] && canvas.tissue[voxel].is_bone() {
            canvas.paint(n, Tissue::ArticularCartilage, number);
        }
    }
}

fn paint_capsule(canvas: &mut Canvas, femur: &Field<bool>, head: &Head, near: &Near, side: &str) {
    let grid = *canvas.tissue.grid();
    let size = head.radius / 23.0;
    let number = canvas.structure(&format!("hip_capsule_{side}"), Tissue::Capsule);
    // Only head and neck carry the capsule.
    let mut carrier = Field::filled(grid, false);
    for &(n, d) in near {
        let voxel = grid.voxel(n);
        let t = dot(d, head.neck);
        let off_axis = length(along(d, head.neck, -t));
        carrier[voxel] = length(d) <= head.radius + 0.2
            || (femur[voxel] && t > 0.0 && t < 50.0 * size && off_axis < 24.0 * size);
    }
    let from_bone = distance_mm(&carrier);
    for &(n, d) in near {
        let voxel = grid.voxel(n);
        let t = dot(d, head.neck);
        let front = d[1] - head.neck[1] * t;
        let end = size * (41.0 + 0.45 * (front / size).clamp(-18.0, 18.0));
        let soft =
            matches!(canvas.tissue[voxel], Tissue::Muscle | Tissue::Fat | Tissue::TendonLigament);
        let outwards = f64::from(from_bone[voxel]);
        let close = outwards > 0.0 && outwards <= CAPSULE_MM * size;
        // Beside the socket's rim, not in its depth.
        if soft && close && t < end && t > -0.35 * length(d) && !head.covered(unit(d)) {
            canvas.paint(n, Tissue::Capsule, number);
        }
    }
}

fn landmarks(
    canvas: &Canvas,
    femur: &Field<bool>,
    head: &Head,
    near: &Near,
    side: Side,
) -> BTreeMap<String, [f64; 3]> {
    let grid = *canvas.tissue.grid();
    let mut found = BTreeMap::from([
        ("hip_centre".to_owned(), head.centre),
        ("femoral_neck".to_owned(), along(head.centre, head.neck, 1.3 * head.radius)),
    ]);
    let sign = side.lateral_sign();
    let trochanter = (0..grid.len())
        .filter(|&n| femur[grid.voxel(n)])
        .map(|n| grid.centre(grid.voxel(n)))
        .filter(|&p| distance(p, head.centre) < 4.0 * head.radius)
        .filter(|p| (p[2] - head.centre[2]).abs() < 2.0 * head.radius)
        .max_by(|a, b| (sign * a[0]).total_cmp(&(sign * b[0])));
    found.extend(trochanter.map(|p| ("greater_trochanter".to_owned(), p)));
    let lateral = [sign, 0.0, 0.0];
    for (name, towards) in [
        ("capsule_anterior", [0.3 * sign, 1.0, -0.2]),
        ("capsule_posterior", [0.3 * sign, -1.0, -0.2]),
        ("capsule_superior", [0.8 * sign, 0.0, 0.6]),
        ("capsule_inferior", [0.2 * sign, 0.0, -1.0]),
        ("capsule_lateral", lateral),
    ] {
        let towards = unit(towards);
        let ideal = add(head.centre, scale(towards, head.radius + 0.5 * CAPSULE_MM));
        let nearest = near
            .iter()
            .filter(|(n, _)| canvas.tissue[grid.voxel(*n)] == Tissue::Capsule)
            .map(|(_, d)| add(head.centre, *d))
            .min_by(|a, b| distance(*a, ideal).total_cmp(&distance(*b, ideal)))
            .filter(|p| angle(sub(*p, head.centre), towards) < radians(35.0));
        found.extend(nearest.map(|p| (name.to_owned(), p)));
    }
    found
}
