//! Whether a separation can be believed.

use ossicle_anatomy::vector::{along, distance};
use ossicle_anatomy::{Anatomy, JointKind, Tissue, directions};
use ossicle_field::Field;
use ossicle_image::{Connectivity, label_components};

use super::error::{BodiesError, Finding};
use super::separate::{deep_bone, neighbours};
use super::table::needed;
use super::{Bodies, Origin};

/// Radius of the region that is looked at where no ball gives the size of the joint, mm.
const REACH_MM: f64 = 40.0;
/// A piece of a body with more than this share of it near the joint is large.
const LARGE_PIECE: f64 = 0.08;
/// Less metal than this near the joint is a speck, mm³.
const METAL_SPECK_MM3: f64 = 30.0;
/// Less bone than this without a body is a speck, as a share of all bone near the joint.
const UNASSIGNED: f64 = 0.03;
/// Up to this share of the region may be out of view unsaid.
const OUT_OF_VIEW: f64 = 0.02;

/// Share of all bone near the joint that each bone has, least and largest. The development
/// scans and the built-in joints lie well inside.
fn expected_share(name: &str) -> Option<[f64; 2]> {
    match name {
        "femur" => Some([0.40, 0.85]),
        "hip_bone" | "pelvis" => Some([0.15, 0.60]),
        "humerus" => Some([0.30, 0.75]),
        "ulna" => Some([0.15, 0.50]),
        "radius" => Some([0.04, 0.30]),
        _ => None,
    }
}

/// The region of the joint: linear indices within some distance of its centre.
struct Region {
    cells: Vec<usize>,
    within_mm: f64,
}

/// What looks wrong; an error where a bone of the joint is out of view.
pub(super) fn findings(anatomy: &Anatomy, bodies: &Bodies) -> Result<Vec<Finding>, BodiesError> {
    let region = region(anatomy);
    let mut found = volumes(anatomy, bodies, &region)?;
    let headless = bodies.kind() == JointKind::Hip && anatomy.joint().radius_mm.is_none();
    if headless && bodies.origin() == Origin::JointSpace {
        found.push(Finding::NoHead);
    }
    found.extend(pieces(bodies, &region));
    found.extend(fused(bodies));
    found.extend(metal(anatomy, bodies, &region));
    found.extend(cut(anatomy, region.within_mm));
    Ok(found)
}

fn region(anatomy: &Anatomy) -> Region {
    let (grid, joint) = (*anatomy.grid(), anatomy.joint());
    let within_mm = match (joint.kind, joint.radius_mm) {
        (JointKind::Hip, Some(radius)) => 2.0 * radius,
        _ => REACH_MM,
    };
    let near = |n: &usize| distance(grid.centre(grid.voxel(*n)), joint.centre_mm) < within_mm;
    Region { cells: (0..grid.len()).filter(near).collect(), within_mm }
}

fn volumes(
    anatomy: &Anatomy,
    bodies: &Bodies,
    region: &Region,
) -> Result<Vec<Finding>, BodiesError> {
    let grid = *bodies.grid();
    let codes: &[u8] = bodies.codes();
    let bone: &[bool] = &deep_bone(anatomy);
    let mut counts = vec![0_usize; bodies.table().len() + 1];
    let (mut all, mut lost) = (0_usize, 0_usize);
    for &n in &region.cells {
        counts[usize::from(codes[n])] += 1;
        all += usize::from(codes[n] > 0);
        // What touches a body has been taken away to open the joint space.
        let apart = || neighbours(&grid, n).all(|m| codes[m] == 0);
        lost += usize::from(codes[n] == 0 && bone[n] && apart());
    }
    let ml = |count: usize| count as f64 * grid.voxel_volume_mm3() / 1000.0;
    let share = |count: usize| count as f64 / all.max(1) as f64;
    let within_mm = region.within_mm;
    let mut found = Vec::new();
    for body in needed(bodies.kind()).iter().flat_map(|names| names.iter()) {
        let (Some(code), Some(expected)) = (bodies.code(body), expected_share(body)) else {
            continue;
        };
        let count = counts[usize::from(code)];
        if share(count) < 0.2 * expected[0] {
            return Err(BodiesError::NotInView {
                bone: (*body).to_owned(),
                found_ml: ml(count),
                within_mm,
                least_ml: expected[0] * ml(all),
            });
        }
        if !(expected[0]..=expected[1]).contains(&share(count)) {
            found.push(Finding::Share {
                body: (*body).to_owned(),
                found: share(count),
                expected,
                within_mm,
            });
        }
    }
    if lost as f64 > UNASSIGNED * all as f64 {
        found.push(Finding::Unassigned { volume_ml: ml(lost), within_mm });
    }
    Ok(found)
}

fn pieces(bodies: &Bodies, region: &Region) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in needed(bodies.kind()).iter().flat_map(|names| names.iter()) {
        let Some(mask) = bodies.mask(name) else { continue };
        let parts = label_components(&mask, Connectivity::FacesEdgesCorners);
        let labels: &[u32] = &parts.labels;
        let mut near = vec![0_usize; parts.sizes.len() + 1];
        region.cells.iter().for_each(|&n| near[labels[n] as usize] += 1);
        let all: usize = near[1..].iter().sum();
        let large = near[1..].iter().filter(|&&n| n as f64 > LARGE_PIECE * all as f64).count();
        let most = near[1..].iter().copied().max().unwrap_or(0);
        if large > 1 {
            let apart = 1.0 - most as f64 / all as f64;
            found.push(Finding::Pieces { body: (*name).to_owned(), pieces: large, apart });
        }
    }
    found
}

fn names(bodies: &Bodies, codes: [u8; 2]) -> [String; 2] {
    codes.map(|code| bodies.name(code).unwrap_or_default().to_owned())
}

/// Whether one of the two moves against the other in this joint.
fn joint_between(bodies: &Bodies, codes: [u8; 2]) -> bool {
    let names = codes.map(|code| bodies.name(code).unwrap_or_default());
    let rows = needed(bodies.kind());
    let row = |name: &str| rows.iter().position(|names| names.contains(&name));
    matches!((row(names[0]), row(names[1])), (Some(a), Some(b)) if a != b)
}

fn fused(bodies: &Bodies) -> Vec<Finding> {
    let joint = bodies.contacts().iter().filter(|c| joint_between(bodies, c.codes));
    let fused = joint.filter(|contact| contact.is_fused());
    let finding = |contact: &super::Contact| Finding::Fused {
        bodies: names(bodies, contact.codes),
        area_mm2: contact.solid_mm2,
        most_mm2: contact.most_solid_mm2(),
    };
    fused.map(finding).collect()
}

fn metal(anatomy: &Anatomy, bodies: &Bodies, region: &Region) -> Vec<Finding> {
    let grid = *bodies.grid();
    let tissue: &[Tissue] = anatomy.tissue();
    let codes: &[u8] = bodies.codes();
    let metal = anatomy.tissue().map(|&t| t == Tissue::Metal);
    let near = region.cells.iter().filter(|&&n| tissue[n] == Tissue::Metal).count();
    let near_mm3 = near as f64 * grid.voxel_volume_mm3();
    if near_mm3 < METAL_SPECK_MM3 {
        return Vec::new();
    }
    let within_mm = region.within_mm;
    let mut found = vec![Finding::MetalNear { volume_ml: near_mm3 / 1000.0, within_mm }];
    let parts = label_components(&metal, Connectivity::FacesEdgesCorners);
    let labels: &Field<u32> = &parts.labels;
    let mut touched = vec![vec![false; bodies.table().len() + 1]; parts.sizes.len() + 1];
    for (n, &part) in labels.iter().enumerate().filter(|(_, part)| **part > 0) {
        for m in neighbours(&grid, n) {
            touched[part as usize][usize::from(codes[m])] = true;
        }
    }
    for (part, size) in touched[1..].iter().zip(&parts.sizes) {
        let held: Vec<u8> =
            (1..=bodies.table().len()).filter(|&code| part[code]).map(|code| code as u8).collect();
        for (place, &a) in held.iter().enumerate() {
            for &b in held[place + 1..].iter().filter(|&&b| joint_between(bodies, [a, b])) {
                let volume_ml = *size as f64 * grid.voxel_volume_mm3() / 1000.0;
                found.push(Finding::MetalAcross { bodies: names(bodies, [a, b]), volume_ml });
            }
        }
    }
    found
}

fn cut(anatomy: &Anatomy, within_mm: f64) -> Option<Finding> {
    let (grid, centre) = (anatomy.grid(), anatomy.joint().centre_mm);
    let rays = directions(400);
    // Radii of shells of equal volume.
    let radii = (0..8).map(|n| within_mm * libm::cbrt((f64::from(n) + 0.5) / 8.0));
    let places: Vec<[f64; 3]> =
        radii.flat_map(|r| rays.iter().map(move |&d| along(centre, d, r))).collect();
    let outside = places.iter().filter(|&&p| grid.voxel_at(p).is_none()).count();
    let outside = outside as f64 / places.len() as f64;
    (outside > OUT_OF_VIEW).then_some(Finding::Cut { outside, within_mm })
}
