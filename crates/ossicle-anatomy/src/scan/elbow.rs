//! Finding the elbow in a scan.
//!
//! An arm scanned along its length has one bone above the elbow and two below. The
//! joint lies where one becomes two, at the widest place of the bones.

use ossicle_field::Field;
use ossicle_image::resample_trilinear;

use super::body;
use super::bone::BONE_HU;
use super::error::GIVE_CENTRE;
use super::picture::{Region, Slices, regions};
use super::{Located, ScanError, ScanRequest};
use crate::anatomy::Side;
use crate::moments::mean;
use crate::vector::{Vec3, add, along, distance, scale, sub, unit};

/// Cross sections larger than this are a trunk, not an arm, mm².
const ARM_MM2: f64 = 20_000.0;
/// Smallest cross section of an arm, mm².
const LEAST_ARM_MM2: f64 = 800.0;
/// Smallest cross section of a bone, mm².
const LEAST_BONE_MM2: f64 = 30.0;
/// Widths across the epicondyles that an adult or a child has, mm.
const WIDTHS_MM: [f64; 2] = [35.0, 80.0];
/// Widest that ulna and radius are below the elbow, mm; the tibia is wider.
const FOREARM_BONE_MM: f64 = 25.0;
/// Slices this near to the joint count neither as one bone nor as two, mm.
const TRANSITION_MM: f64 = 14.0;
/// From the epicondyles down to the axis of flexion, mm.
const BELOW_EPICONDYLES_MM: f64 = 6.0;
/// Spacing at which a large scan is searched, mm.
const SEARCH_MM: f64 = 2.0;
/// Voxels above which it is.
const SEARCH_VOXELS: usize = 1 << 24;

/// One arm in one slice.
struct Section {
    /// Middle of each bone, world.
    bones: Vec<Vec3>,
    /// Middle of all bone, world.
    middle: Vec3,
    /// Largest extent of the bones together across the slice, mm.
    width: f64,
    /// Largest extent of a single bone, mm.
    widest_bone: f64,
}

/// Finds the elbow: at the place given, or by counting bones along the arm.
pub(super) fn locate(hu: &Field<f32>, request: &ScanRequest) -> Result<Located, ScanError> {
    let fine = *hu.grid();
    if hu.len() > SEARCH_VOXELS {
        let ratio = fine.spacing_mm().map(|s| (SEARCH_MM / s).max(1.0));
        let shape = std::array::from_fn(|a| (fine.shape()[a] as f64 / ratio[a]).ceil() as usize);
        let steps = fine.steps_mm();
        let steps = std::array::from_fn(|a| scale(steps[a], ratio[a]));
        if let Ok(coarse) = ossicle_field::Grid::new(shape, steps, fine.origin_mm()) {
            return search(&resample_trilinear(hu, &coarse, -1000.0), request);
        }
    }
    search(hu, request)
}

fn search(hu: &Field<f32>, request: &ScanRequest) -> Result<Located, ScanError> {
    let nothing = Field::filled(*hu.grid(), false);
    let body = body::find(hu, &nothing).ok_or(ScanError::NoBody)?;
    let (arms, midline) = arms(hu, &body.inside);
    let not_found = |reason: &str| ScanError::NotInView {
        joint: request.side.map_or_else(|| "elbow".to_owned(), |s| format!("{} elbow", s.name())),
        reason: reason.to_owned(),
        advice: GIVE_CENTRE,
    };
    let asked = request.side;
    let on_side = |section: &Section, side: Side| {
        midline.is_none_or(|x| (section.middle[0] - x) * side.lateral_sign() > 0.0)
    };
    let sides: Vec<Side> = match (asked, request.centre_mm, midline) {
        (Some(side), ..) => vec![side],
        (None, Some(centre), Some(x)) if centre[0] > x => vec![Side::Right],
        (None, Some(_), Some(_)) => vec![Side::Left],
        (None, _, Some(_)) => vec![Side::Left, Side::Right],
        (None, _, None) => {
            return Err(ScanError::SideNeeded {
                joint: "elbow",
                reason: "the scan shows an arm alone, from which the side cannot be told",
            });
        }
    };
    let mut found = Vec::new();
    for side in sides {
        let column: Vec<Option<&Section>> = arms
            .iter()
            .map(|slice| {
                let here = slice.iter().filter(|s| on_side(s, side));
                // The arm with the most bone; a hand beside it has less.
                here.max_by(|a, b| a.width.total_cmp(&b.width))
            })
            .collect();
        if let Some(centre) = request.centre_mm {
            return given(centre, side, &column);
        }
        found.extend(joint_along(&column, hu).map(|(centre, proximal)| (side, centre, proximal)));
    }
    match found.as_slice() {
        [] => Err(not_found(
            "no place was found where one bone of an arm becomes two at the width of an elbow",
        )),
        [(side, centre_mm, proximal)] => {
            let mut notes = vec![
                "the elbow was found where one bone becomes two; its centre is good to about \
                 5 mm"
                    .to_owned(),
            ];
            if midline.is_none() {
                notes.push(format!(
                    "the scan shows an arm alone; that it is the {} one is taken as said",
                    side.name()
                ));
            }
            let (side, centre_mm, proximal) = (*side, *centre_mm, *proximal);
            Ok(Located { side, centre_mm, radius_mm: None, proximal, notes })
        }
        _ => Err(ScanError::SideNeeded { joint: "elbow", reason: "the scan shows both elbows" }),
    }
}

/// The elbow at a centre that the user gives: only the direction is looked for.
fn given(centre_mm: Vec3, side: Side, column: &[Option<&Section>]) -> Result<Located, ScanError> {
    let sections = column.iter().flatten();
    let near: Vec<&&Section> =
        sections.clone().filter(|s| distance(s.middle, centre_mm) < 150.0).collect();
    if !near.iter().any(|s| distance(s.middle, centre_mm) < 35.0) {
        return Err(ScanError::Centre { centre_mm, reason: "where no arm bone is within 35 mm" });
    }
    // One bone lies towards the shoulder, two lie towards the hand.
    let towards = |count: usize| -> Vec<Vec3> {
        near.iter().filter(|s| s.bones.len() == count).map(|s| s.middle).collect()
    };
    let (upper, lower) = (towards(1), towards(2));
    let proximal = match (upper.is_empty(), lower.is_empty()) {
        (false, false) => unit(sub(mean(&upper), mean(&lower))),
        (false, true) => unit(sub(mean(&upper), centre_mm)),
        (true, false) => unit(sub(centre_mm, mean(&lower))),
        (true, true) => [0.0, 0.0, 1.0],
    };
    let notes = vec!["the elbow's centre is as given".to_owned()];
    Ok(Located { side, centre_mm, radius_mm: None, proximal, notes })
}

/// The arms of every slice, and the x of the trunk's middle if there is a trunk.
fn arms(hu: &Field<f32>, inside: &Field<bool>) -> (Vec<Vec<Section>>, Option<f64>) {
    let grid = *hu.grid();
    let slices = Slices::of(&grid);
    let (density, inside): (&[f32], &[bool]) = (hu, inside);
    let mut trunk = Vec::new();
    let mut all = Vec::with_capacity(slices.count);
    for slice in 0..slices.count {
        let place = |cell: usize| grid.centre(grid.voxel(slices.index(slice, cell)));
        let area = |region: &Region| region.cells.len() as f64 * slices.cell_mm2;
        let mut sections = Vec::new();
        for region in regions(&slices.picture(inside, slice), slices.shape[0]) {
            if area(&region) > ARM_MM2 {
                trunk.push(mean(&region.cells.iter().map(|&c| place(c)).collect::<Vec<_>>())[0]);
            } else if area(&region) >= LEAST_ARM_MM2 {
                let mut picture = vec![false; slices.shape[0] * slices.shape[1]];
                for &cell in &region.cells {
                    picture[cell] = density[slices.index(slice, cell)] >= BONE_HU + 50.0;
                }
                let bones: Vec<Vec<Vec3>> = regions(&picture, slices.shape[0])
                    .into_iter()
                    .filter(|bone| area(bone) >= LEAST_BONE_MM2)
                    .map(|bone| bone.cells.iter().map(|&c| place(c)).collect())
                    .collect();
                if !bones.is_empty() {
                    let every: Vec<Vec3> = bones.iter().flatten().copied().collect();
                    sections.push(Section {
                        middle: mean(&every),
                        width: extent(&every),
                        widest_bone: bones.iter().map(|b| extent(b)).fold(0.0, f64::max),
                        bones: bones.iter().map(|b| mean(b)).collect(),
                    });
                }
            }
        }
        all.push(sections);
    }
    let midline = (!trunk.is_empty()).then(|| trunk.iter().sum::<f64>() / trunk.len() as f64);
    (all, midline)
}

/// Largest extent of points across an axial slice, in steps of 10 degrees.
fn extent(points: &[Vec3]) -> f64 {
    (0..18)
        .map(|n| {
            let angle = std::f64::consts::PI * f64::from(n) / 18.0;
            let (c, s) = (libm::cos(angle), libm::sin(angle));
            let along = points.iter().map(|p| c * p[0] + s * p[1]);
            let (low, high) =
                along.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
            high - low
        })
        .fold(0.0, f64::max)
}

/// The joint's centre and the direction towards the shoulder.
fn joint_along(column: &[Option<&Section>], hu: &Field<f32>) -> Option<(Vec3, Vec3)> {
    let grid = hu.grid();
    let axial = body::axial_axis(grid);
    let slice_mm = grid.spacing_mm()[axial];
    let count = |k: usize| column[k].map_or(0, |s| s.bones.len());
    // Best place to split the column: one bone on one side of it, two on the other.
    let window = (TRANSITION_MM / slice_mm).ceil() as usize;
    let mut best = (0_i64, None);
    for split in 0..column.len() {
        for one_first in [true, false] {
            let (mut score, mut agree) = (0_i64, [0_usize; 2]);
            for k in (0..column.len()).filter(|k| k.abs_diff(split) > window && count(*k) > 0) {
                let upper = (k < split) == one_first;
                let fits = count(k) == if upper { 1 } else { 2 };
                score += if fits { 1 } else { -2 };
                agree[usize::from(upper)] += usize::from(fits);
            }
            let enough = agree.iter().all(|&n| n as f64 * slice_mm >= 12.0);
            if enough && score > best.0 {
                best = (score, Some((split, one_first)));
            }
        }
    }
    let (split, one_first) = best.1?;
    let near = split.saturating_sub(2 * window)..(split + 2 * window + 1).min(column.len());
    let (widest, section) = near
        .filter_map(|k| column[k].map(|s| (k, s)))
        .max_by(|a, b| a.1.width.total_cmp(&b.1.width))?;
    if !(WIDTHS_MM[0]..=WIDTHS_MM[1]).contains(&section.width) {
        return None;
    }
    let upper = |k: usize| (k < split) == one_first;
    let mut forearm: Vec<f64> = (0..column.len())
        .filter(|&k| !upper(k) && k.abs_diff(split) > window && count(k) == 2)
        .filter_map(|k| column[k].map(|s| s.widest_bone))
        .collect();
    forearm.sort_by(f64::total_cmp);
    // The knee too has one bone above and two below.
    if forearm.get(forearm.len() / 2).is_none_or(|&median| median > FOREARM_BONE_MM) {
        return None;
    }
    let middles = |want_upper: bool, bones: usize| -> Vec<Vec3> {
        (0..column.len())
            .filter(|&k| upper(k) == want_upper && k.abs_diff(widest) > window)
            .filter_map(|k| column[k])
            .filter(|s| s.bones.len() == bones)
            .map(|s| s.middle)
            .collect()
    };
    let proximal = unit(sub(mean(&middles(true, 1)), section.middle));
    let distal = unit(sub(mean(&middles(false, 2)), section.middle));
    let centre = along(section.middle, distal, BELOW_EPICONDYLES_MM);
    // Middle of the bone at that height, which is nearer the axis than the line is.
    let level = (0..column.len())
        .filter_map(|k| column[k])
        .min_by(|a, b| {
            let off = |s: &Section| (s.middle[2] - centre[2]).abs();
            off(a).total_cmp(&off(b))
        })
        .map_or(centre, |s| scale(add(s.middle, centre), 0.5));
    Some((level, proximal))
}
