//! Drawing injuries on a grid.

use ossicle_field::{Field, maths::soft_step_down};
use ossicle_image::distance_mm;
use rayon::prelude::*;

use super::ellipsoid::signed_distance;
use super::{InjuryError, Placed, Region};
use crate::Tissue;
use crate::anatomy::Anatomy;
use crate::vector::{Vec3, angle, dot, length, sub};

/// The injuries of a case on a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct InjuryMap {
    /// Debris at the start, 0 to 4: the largest severity times weight of any injury;
    /// 0 outside soft tissue.
    pub debris: Field<f64>,
    /// Weight of the injured site, 0 to 1, whatever the severity; 0 outside soft tissue.
    pub site: Field<f64>,
    /// Distance in mm from the surface of the injured regions taken together,
    /// negative inside, in every voxel.
    pub signed_distance_mm: Field<f32>,
}

/// Draws injuries on the grid of `anatomy`.
///
/// # Errors
/// Refuses an empty list and an injury that holds no voxel of soft tissue here.
pub fn injury_map(anatomy: &Anatomy, injuries: &[Placed]) -> Result<InjuryMap, InjuryError> {
    if injuries.is_empty() {
        return Err(InjuryError::None);
    }
    let grid = *anatomy.grid();
    let soft = anatomy.tissue().map(|t| t.is_soft());
    let mut debris = Field::filled(grid, 0.0_f64);
    let mut site = Field::filled(grid, 0.0_f64);
    let mut nearest = Field::filled(grid, f32::INFINITY);
    for injury in injuries {
        let distance = signed_distances(anatomy, &injury.region);
        if !distance.iter().zip(soft.iter()).any(|(&d, &soft)| soft && d < 0.0) {
            let centre_mm = injury.region.centre_mm();
            let here = grid.voxel_at(centre_mm).map_or(Tissue::Outside, |v| anatomy.tissue()[v]);
            return Err(InjuryError::NoSoftTissue {
                injury: injury.region.kind(),
                centre_mm,
                tissue: here.name(),
            });
        }
        for (n, &d) in distance.iter().enumerate() {
            let n = grid.voxel(n);
            nearest[n] = nearest[n].min(d as f32);
            if soft[n] {
                let weight = soft_step_down(d, injury.edge_mm);
                site[n] = site[n].max(weight);
                debris[n] = debris[n].max(injury.severity * weight);
            }
        }
    }
    Ok(InjuryMap { debris, site, signed_distance_mm: nearest })
}

/// Signed distance (mm) of every voxel's centre from the region's surface.
fn signed_distances(anatomy: &Anatomy, region: &Region) -> Field<f64> {
    match region {
        Region::Ellipsoid { centre_mm, semi_axes_mm, axes } => {
            by_point(anatomy, |p| signed_distance(turned(sub(p, *centre_mm), axes), *semi_axes_mm))
        }
        Region::Corridor { centre_mm, half_mm, axes } => {
            by_point(anatomy, |p| box_distance(turned(sub(p, *centre_mm), axes), *half_mm))
        }
        Region::WithinStructure { structure, centre_mm, semi_axes_mm, axes } => {
            let number = anatomy.structure_named(structure);
            let inside = anatomy.structure().map(|&s| Some(s) == number);
            let spindle = by_point(anatomy, |p| {
                signed_distance(turned(sub(p, *centre_mm), axes), *semi_axes_mm)
            });
            larger(spindle, &mask_distance(&inside))
        }
        Region::CapsuleArc { centre_mm, towards, half_angle, .. } => {
            let structures = anatomy.structures();
            let is_capsule = |&s: &u16| structures[usize::from(s)].tissue == Tissue::Capsule;
            let inside = anatomy.structure().map(is_capsule);
            let cone = by_point(anatomy, |p| {
                let d = sub(p, *centre_mm);
                length(d) * libm::sin((angle(d, *towards) - half_angle).min(1.5))
            });
            larger(cone, &mask_distance(&inside))
        }
    }
}

fn by_point(anatomy: &Anatomy, f: impl Fn(Vec3) -> f64 + Sync) -> Field<f64> {
    let grid = *anatomy.grid();
    let values = (0..grid.len()).into_par_iter().map(|n| f(grid.centre(grid.voxel(n)))).collect();
    Field::from_vec(grid, values)
}

fn turned(d: Vec3, axes: &[Vec3; 3]) -> Vec3 {
    axes.map(|axis| dot(d, axis))
}

/// Exact signed distance from the surface of a box about the origin.
fn box_distance(p: Vec3, half: Vec3) -> f64 {
    let q: Vec3 = std::array::from_fn(|a| p[a].abs() - half[a]);
    let outside = length(q.map(|v| v.max(0.0)));
    outside + q[0].max(q[1]).max(q[2]).min(0.0)
}

/// Signed distance from the surface of a mask, taken half a voxel beyond its
/// outermost centres.
fn mask_distance(mask: &Field<bool>) -> Field<f64> {
    let half = mask.grid().spacing_mm().into_iter().fold(f64::INFINITY, f64::min) / 2.0;
    let (out, depth) = (distance_mm(mask), distance_mm(&mask.map(|&m| !m)));
    let signed = out.iter().zip(depth.iter()).map(|(&out, &depth)| {
        if out > 0.0 { f64::from(out) - half } else { half - f64::from(depth) }
    });
    Field::from_vec(*mask.grid(), signed.collect())
}

/// Voxel by voxel the larger: the distance to what both regions share.
fn larger(mut a: Field<f64>, b: &Field<f64>) -> Field<f64> {
    a.iter_mut().zip(b.iter()).for_each(|(a, &b)| *a = a.max(b));
    a
}
