//! Cartilage and capsule of a joint whose bones are not told apart.

use std::collections::BTreeMap;

use ossicle_field::Field;
use ossicle_image::{close, distance_mm};

use super::Located;
use super::canvas::Canvas;
use crate::Tissue;
use crate::vector::{Vec3, along, distance, dot, length, sub};

/// How far from the joint's centre its parts are looked for.
pub(super) struct Reach {
    /// Name of the joint.
    pub(super) joint: &'static str,
    /// Cleft between bones that is taken for joint space, mm.
    pub(super) cleft_mm: f64,
    /// Radius within which it is, mm.
    pub(super) radius_mm: f64,
    /// Extent of the capsule along the limb, mm each way.
    pub(super) capsule_mm: f64,
    /// Thickness of the capsule with its synovium, mm.
    pub(super) thickness_mm: f64,
}

/// Paints narrow clefts between bones as cartilage and the soft tissue next to bone
/// as capsule, near the joint's centre; gives landmarks.
pub(super) fn paint(
    canvas: &mut Canvas,
    bone: &Field<bool>,
    joint: &Located,
    reach: &Reach,
) -> BTreeMap<String, [f64; 3]> {
    let grid = *bone.grid();
    let side = joint.side.name();
    let from_centre = |n: usize| sub(grid.centre(grid.voxel(n)), joint.centre_mm);
    let closed = close(bone, 0.5 * reach.cleft_mm);
    let cartilage =
        canvas.structure(&format!("{}_cartilage_{side}", reach.joint), Tissue::ArticularCartilage);
    for n in 0..grid.len() {
        let voxel = grid.voxel(n);
        if closed[voxel]
            && !bone[voxel]
            && canvas.tissue[voxel].is_soft()
            && length(from_centre(n)) < reach.radius_mm
        {
            canvas.paint(n, Tissue::ArticularCartilage, cartilage);
        }
    }
    let from_bone = distance_mm(&closed);
    let capsule = canvas.structure(&format!("{}_capsule_{side}", reach.joint), Tissue::Capsule);
    for n in 0..grid.len() {
        let (voxel, d) = (grid.voxel(n), from_centre(n));
        let soft = matches!(canvas.tissue[voxel], Tissue::Muscle | Tissue::Fat);
        if soft
            && f64::from(from_bone[voxel]) <= reach.thickness_mm
            && length(d) < reach.radius_mm + reach.thickness_mm
            && dot(d, joint.proximal).abs() < reach.capsule_mm
        {
            canvas.paint(n, Tissue::Capsule, capsule);
        }
    }
    landmarks(canvas, joint, reach)
}

fn landmarks(canvas: &Canvas, joint: &Located, reach: &Reach) -> BTreeMap<String, [f64; 3]> {
    let grid = *canvas.tissue.grid();
    let mut found = BTreeMap::from([(format!("{}_centre", reach.joint), joint.centre_mm)]);
    let capsule: Vec<Vec3> = (0..grid.len())
        .filter(|&n| canvas.tissue[grid.voxel(n)] == Tissue::Capsule)
        .map(|n| grid.centre(grid.voxel(n)))
        .collect();
    for (name, towards) in
        [("capsule_anterior", [0.0, 1.0, 0.0]), ("capsule_posterior", [0.0, -1.0, 0.0])]
    {
        let ideal = along(joint.centre_mm, towards, reach.radius_mm);
        let nearest =
            capsule.iter().min_by(|a, b| distance(**a, ideal).total_cmp(&distance(**b, ideal)));
        found.extend(nearest.map(|p| (name.to_owned(), *p)));
    }
    found
}
