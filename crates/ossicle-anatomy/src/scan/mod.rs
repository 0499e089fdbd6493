//! Anatomy from a CT, with or without labels.

mod ball;
mod body;
mod bone;
mod canvas;
mod elbow;
mod error;
mod hip;
mod hip_joint;
mod labelled;
mod linear;
mod near_bone;
mod picture;
mod soft;

use std::collections::BTreeMap;

use ossicle_field::{Field, Grid};
use ossicle_image::{LabelSet, Scan, resample_nearest};

use self::bone::Breaks;
use self::canvas::Canvas;
use self::labelled::Labelled;
use self::near_bone::Reach;
use crate::anatomy::{Anatomy, Joint, JointKind, Side};
use crate::labels::LabelMeaning;
use crate::periosteum::add_periosteum;
use crate::vector::{angle, distance, length, radians, sub};

pub use self::ball::{directions, sphere_through};
pub use self::error::ScanError;
pub use self::linear::solve;

/// Which joint to look for.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanRequest {
    /// Hip or elbow.
    pub kind: JointKind,
    /// The side; needed where the scan shows both, or where it cannot be told.
    pub side: Option<Side>,
    /// The joint's centre, mm, world, where it is known better than it can be found.
    pub centre_mm: Option<[f64; 3]>,
}

/// A joint found in a scan.
struct Located {
    side: Side,
    centre_mm: [f64; 3],
    radius_mm: Option<f64>,
    proximal: [f64; 3],
    notes: Vec<String>,
}

/// Largest voxel spacing, mm.
const COARSEST_MM: f64 = 6.0;
/// Least extent of a scan along each axis, mm.
const LEAST_EXTENT_MM: f64 = 40.0;
/// Scans with more voxels than this are cut to the region of the joint.
const WHOLE_VOXELS: usize = 1 << 24;
/// Half the edge of that region, mm.
const REGION_MM: f64 = 180.0;

/// Anatomy from a CT: air, skin, fat, muscle, cancellous and cortical bone by
/// density and shape, metal kept out; names and extents of structures from `labels`
/// where there are any; cartilage and capsule laid round the joint.
///
/// The anatomy stands on the scan's own voxels; a scan of more than 17 million
/// voxels is cut to 36 cm round the joint. What was estimated is said in its notes.
///
/// # Errors
/// [`ScanError`] tells why the scan cannot be used: no CT volume, too coarse or too
/// small, no patient, no bone, the joint or its side not in the field of view.
pub fn from_scan(
    scan: &Scan,
    labels: Option<&LabelSet>,
    request: &ScanRequest,
) -> Result<Anatomy, ScanError> {
    scan.check_volume()?;
    scan.check_hounsfield()?;
    check_grid(scan.image.grid())?;
    let hu = scan.hounsfield();
    let labels = labels.map(|l| Labelled::new(l, hu.grid())).transpose()?;
    let located = locate(&hu, labels.as_ref(), request)?;
    let grid = region(hu.grid(), located.centre_mm)?;
    let mut notes = scan.notes.clone();
    notes.extend(labels.iter().flat_map(|l| l.notes.clone()));
    notes.extend(located.notes.clone());
    if grid == *hu.grid() {
        let padding = scan.image.map(|&v| scan.is_padding(v));
        return build(&hu, &padding, labels.as_ref(), located, request.kind, notes);
    }
    notes.push(format!(
        "the scan is large; the anatomy covers {:.0} mm round the joint each way",
        REGION_MM
    ));
    let hu = resample_nearest(&hu, &grid, -1000.0);
    let padding = resample_nearest(&scan.image, &grid, 0.0).map(|&v| scan.is_padding(v));
    let labels = labels.map(|l| l.on(&grid));
    build(&hu, &padding, labels.as_ref(), located, request.kind, notes)
}

fn check_grid(grid: &Grid) -> Result<(), ScanError> {
    for (axis, found_mm) in grid.spacing_mm().into_iter().enumerate() {
        if found_mm > COARSEST_MM {
            return Err(ScanError::TooCoarse { axis, found_mm, most_mm: COARSEST_MM });
        }
        let extent = found_mm * grid.shape()[axis] as f64;
        if extent < LEAST_EXTENT_MM {
            return Err(ScanError::TooSmall { axis, found_mm: extent, least_mm: LEAST_EXTENT_MM });
        }
    }
    Ok(())
}

fn locate(
    hu: &Field<f32>,
    labels: Option<&Labelled>,
    request: &ScanRequest,
) -> Result<Located, ScanError> {
    if let Some(centre_mm) = request.centre_mm
        && hu.grid().voxel_at(centre_mm).is_none()
    {
        return Err(ScanError::Centre { centre_mm, reason: "which is outside the scan" });
    }
    match request.kind {
        JointKind::Hip => hip::locate(hu, labels, request),
        JointKind::Elbow => elbow::locate(hu, request),
        JointKind::Sphere => Err(ScanError::NoSuchJoint { joint: request.kind.name() }),
    }
}

/// The scan's grid, or for a large scan the part of it round the joint.
fn region(grid: &Grid, centre_mm: [f64; 3]) -> Result<Grid, ScanError> {
    if grid.len() <= WHOLE_VOXELS {
        return Ok(*grid);
    }
    let (middle, spacing, shape) = (grid.to_voxel(centre_mm), grid.spacing_mm(), grid.shape());
    let end = |a: usize, sign: f64| {
        let at = middle[a] + sign * REGION_MM / spacing[a];
        at.round().clamp(0.0, shape[a] as f64 - 1.0) as usize
    };
    let first: [usize; 3] = std::array::from_fn(|a| end(a, -1.0));
    let count = std::array::from_fn(|a| end(a, 1.0) - first[a] + 1);
    Ok(grid.crop(first, count).map_err(crate::AnatomyError::from)?)
}

fn build(
    hu: &Field<f32>,
    padding: &Field<bool>,
    labels: Option<&Labelled>,
    located: Located,
    kind: JointKind,
    mut notes: Vec<String>,
) -> Result<Anatomy, ScanError> {
    let grid = *hu.grid();
    let body = body::find(hu, padding).ok_or(ScanError::NoBody)?;
    let metal = bone::metal(hu);
    let given = bone::Given {
        hu,
        inside: &body.inside,
        metal: &metal,
        known: &known_bone(&body.inside, labels, &located),
        may_fill: &outside_joint_space(&grid, &located),
        breaks: if located.radius_mm.is_some() { Breaks::Wide } else { Breaks::Narrow },
    };
    let found = bone::find(&given);
    notes.extend(found.notes);
    let bone = found.mask;
    if !bone.contains(&true) {
        let densest = hu.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        return Err(ScanError::NoBone { densest });
    }
    let mut canvas = Canvas::new(grid);
    soft::paint(
        &mut canvas,
        &soft::Known { hu, body: &body, bone: &bone, metal: &metal, labels },
        &mut notes,
    );
    let landmarks = paint_joint(&mut canvas, hu, &bone, labels, &located, kind, &mut notes);
    add_periosteum(&mut canvas.tissue);
    let joint = Joint {
        kind,
        side: Some(located.side),
        centre_mm: located.centre_mm,
        radius_mm: located.radius_mm,
        proximal: located.proximal,
        landmarks,
        normal_range_degrees: kind.normal_range_degrees(),
    };
    let Canvas { tissue, structure, structures } = canvas;
    Ok(Anatomy::new(tissue, structure, structures, hu.clone(), joint, notes)?)
}

/// Bone that labels name, and the ball of the joint: it is bone throughout, however
/// thin its trabeculae.
fn known_bone(inside: &Field<bool>, labels: Option<&Labelled>, located: &Located) -> Field<bool> {
    let grid = *inside.grid();
    let shallow = located.radius_mm.map_or(0.0, |radius| radius - 0.5);
    Field::from_fn(grid, |v| {
        let named = labels.is_some_and(|l| l.meaning(l.numbers[v]) == Some(LabelMeaning::Bone));
        named || (inside[v] && distance(grid.centre(v), located.centre_mm) < shallow)
    })
}

/// Where holes in bone are marrow: everywhere but in the joint space round a ball,
/// which ends at the neck.
fn outside_joint_space(grid: &Grid, located: &Located) -> Field<bool> {
    let Some(radius) = located.radius_mm else { return Field::filled(*grid, true) };
    let neck = hip_joint::usual_neck(located.side);
    Field::from_fn(*grid, |v| {
        let d = sub(grid.centre(v), located.centre_mm);
        !(radius + 0.2..radius + 6.0).contains(&length(d)) || angle(d, neck) < radians(45.0)
    })
}

fn paint_joint(
    canvas: &mut Canvas,
    hu: &Field<f32>,
    bone: &Field<bool>,
    labels: Option<&Labelled>,
    located: &Located,
    kind: JointKind,
    notes: &mut Vec<String>,
) -> BTreeMap<String, [f64; 3]> {
    notes.push(
        "a CT shows neither cartilage nor joint capsule; both are laid by the shape of the bones"
            .to_owned(),
    );
    let of_side = |base: &str| labels.and_then(|l| l.mask(base, located.side));
    match (kind, located.radius_mm) {
        (JointKind::Hip, Some(radius)) => {
            let bones = hip_joint::Bones { hu, bone, femur: of_side("femur"), hip: of_side("hip") };
            hip_joint::paint(canvas, &bones, located, radius, notes)
        }
        (JointKind::Hip, None) => {
            let reach = Reach {
                joint: "hip",
                cleft_mm: 5.0,
                radius_mm: 36.0,
                capsule_mm: 36.0,
                thickness_mm: 5.0,
            };
            near_bone::paint(canvas, bone, located, &reach)
        }
        _ => {
            let reach = Reach {
                joint: "elbow",
                cleft_mm: 4.0,
                radius_mm: 34.0,
                capsule_mm: 24.0,
                thickness_mm: 4.0,
            };
            near_bone::paint(canvas, bone, located, &reach)
        }
    }
}
