//! Femur and pelvis, cut round the femoral head.

use ossicle_anatomy::vector::{Vec3, angle, length, radians, sub, unit};
use ossicle_anatomy::{Anatomy, Side};
use ossicle_field::Field;

use super::super::table::{Body, Role};
use super::Cut;

/// The femoral neck of an average hip: lateral, anterior, superior.
const NECK: Vec3 = [0.77, -0.20, -0.60];
/// Radius of the femoral head of an adult, where none was fitted, mm.
const ADULT_HEAD_MM: f64 = 23.0;
/// Half the opening of the cone round the neck through which femur leaves the head, degrees.
const NECK_CONE_DEGREES: f64 = 52.0;
/// Core of the head, as a share of its radius: well inside even if it is not where it is said.
const CORE: f64 = 0.65;
/// Off the neck by more than this lies nothing but pelvis, degrees.
const PELVIS_CONE_DEGREES: f64 = 95.0;
/// From the head's surface to the middle of the joint space, mm.
const HALF_SPACE_MM: f64 = 1.5;
/// How much less a walk passes the head's surface off the neck.
const THROUGH_HEAD: f64 = 0.02;

/// Codes: 1 femur, 2 pelvis.
pub(super) fn bodies(
    anatomy: &Anatomy,
    bone: &Field<bool>,
    side: Side,
    depth: &Field<f32>,
) -> (Field<u8>, Vec<Body>) {
    let grid = *bone.grid();
    let joint = anatomy.joint();
    let radius = joint.radius_mm.unwrap_or(ADULT_HEAD_MM);
    let usual = unit([side.lateral_sign() * NECK[0], NECK[1], NECK[2]]);
    let neck = match joint.landmarks.get("femoral_neck") {
        Some(&p) => unit(sub(p, joint.centre_mm)),
        None => usual,
    };
    let from_head = |n: usize| sub(grid.centre(grid.voxel(n)), joint.centre_mm);
    let (cone, pelvis) = (radians(NECK_CONE_DEGREES), radians(PELVIS_CONE_DEGREES));
    let seeds = (0..grid.len()).map(|n| {
        let d = from_head(n);
        let r = length(d);
        if r < CORE * radius {
            1
        } else if r > radius + 6.0 && r < 2.0 * radius && angle(d, neck) > pelvis {
            2
        } else {
            0
        }
    });
    let seeds = Field::from_vec(grid, seeds.collect());
    let cut = Cut { bone, depth, middle_mm: joint.centre_mm, reach_mm: 2.8 * radius };
    let codes = cut.run(&seeds, |low, high| {
        let (a, b) = (from_head(low), from_head(high));
        let inside = |d: Vec3| length(d) < radius + HALF_SPACE_MM;
        let through = inside(a) != inside(b) && angle(a, neck).min(angle(b, neck)) > cone;
        if through && joint.radius_mm.is_some() { THROUGH_HEAD } else { 1.0 }
    });
    let table = vec![Body::new("femur", Role::Moves), Body::new("pelvis", Role::Fixed)];
    (codes, table)
}
