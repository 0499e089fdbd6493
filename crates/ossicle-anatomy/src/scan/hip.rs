//! Finding the hip in a scan.

use ossicle_field::Field;
use ossicle_image::{distance_mm, sample_trilinear};

use super::ball::{Ball, HEAD_RADII_MM, candidates, femoral_head, sphere_through, trimmed};
use super::bone::BONE_HU;
use super::error::GIVE_CENTRE;
use super::labelled::Labelled;
use super::{Located, ScanError, ScanRequest};
use crate::anatomy::Side;
use crate::vector::{Vec3, add, distance};

/// Least and greatest distance between the two hip centres, mm.
const BETWEEN_HIPS_MM: [f64; 2] = [110.0, 260.0];

/// Finds the femoral head: at the place given, by the labels, or by its shape.
pub(super) fn locate(
    hu: &Field<f32>,
    labels: Option<&Labelled>,
    request: &ScanRequest,
) -> Result<Located, ScanError> {
    if let Some(centre) = request.centre_mm {
        return given(hu, centre, request.side);
    }
    if let Some(found) = labels.map(|l| by_labels(hu, l, request.side)).transpose()?.flatten() {
        return Ok(found);
    }
    by_shape(hu, request.side)
}

fn located(side: Side, centre: Vec3, radius: Option<f64>, note: String) -> Located {
    Located {
        side,
        centre_mm: centre,
        radius_mm: radius,
        proximal: [0.0, 0.0, 1.0],
        notes: vec![note],
    }
}

fn given(hu: &Field<f32>, centre: Vec3, asked: Option<Side>) -> Result<Located, ScanError> {
    let ball = femoral_head(hu, centre).filter(|b| distance(b.centre, centre) < 8.0);
    let side = asked
        .or_else(|| ball.and_then(|b| side_of(hu, b.centre, b.radius)).map(|(side, _)| side))
        .ok_or(ScanError::SideNeeded {
            joint: "hip",
            reason: "the side of the hip at the centre given cannot be told from its shape",
        })?;
    let note = match ball {
        Some(b) => format!(
            "the hip's centre is as given; a femoral head of radius {:.1} mm lies there",
            b.radius
        ),
        None => "the hip's centre is as given; no femoral head could be fitted there, so that \
                 cartilage and capsule are estimated by distance from bone"
            .to_owned(),
    };
    Ok(located(side, centre, ball.map(|b| b.radius), note))
}

/// A sphere through the part of the femur's surface that faces the hip bone.
fn by_labels(
    hu: &Field<f32>,
    labels: &Labelled,
    asked: Option<Side>,
) -> Result<Option<Located>, ScanError> {
    let both =
        [Side::Left, Side::Right].map(|s| labels.mask("femur", s).zip(labels.mask("hip", s)));
    let heads: Vec<(Side, Option<Ball>)> = [Side::Left, Side::Right]
        .into_iter()
        .zip(both)
        .filter_map(|(side, masks)| masks.map(|(femur, hip)| (side, label_ball(hu, &femur, &hip))))
        .collect();
    let found = match (heads.as_slice(), asked) {
        ([], _) => return Ok(None),
        ([only], None) => only,
        (_, None) => {
            return Err(ScanError::SideNeeded {
                joint: "hip",
                reason: "the labels show both hips",
            });
        }
        (_, Some(asked)) => match heads.iter().find(|(side, _)| *side == asked) {
            Some(found) => found,
            None => {
                return Err(ScanError::SideAbsent {
                    joint: "hip",
                    asked: asked.name(),
                    found: asked.opposite().name(),
                });
            }
        },
    };
    let (side, ball) = found;
    let ball = ball.ok_or_else(|| ScanError::NotInView {
        joint: format!("{} hip", side.name()),
        reason: "the labels of femur and hip bone are there, but no femoral head of 18 to 30 mm \
                 radius between them"
            .to_owned(),
        advice: GIVE_CENTRE,
    })?;
    let note = format!("the femoral head was found from the labels: radius {:.1} mm", ball.radius);
    Ok(Some(located(*side, ball.centre, Some(ball.radius), note)))
}

fn label_ball(hu: &Field<f32>, femur: &Field<bool>, hip: &Field<bool>) -> Option<Ball> {
    let grid = *femur.grid();
    let (shape, strides) = (grid.shape(), grid.strides());
    let to_hip = distance_mm(hip);
    let (femur, to_hip): (&[bool], &[f32]) = (femur, &to_hip);
    let mut facing = Vec::new();
    let mut surface = Vec::new();
    for n in (0..grid.len()).filter(|&n| femur[n]) {
        let voxel = grid.voxel(n);
        for a in 0..3 {
            // The surface runs between a voxel of the femur and its neighbour outside.
            for (inside, neighbour, half) in [
                (voxel[a] > 0, n.wrapping_sub(strides[a]), -0.5),
                (voxel[a] + 1 < shape[a], n + strides[a], 0.5),
            ] {
                if inside && !femur[neighbour] {
                    let mut at = voxel.map(|v| v as f64);
                    at[a] += half;
                    surface.push(grid.to_world(at));
                    if to_hip[n] < 8.0 {
                        facing.push(grid.to_world(at));
                    }
                }
            }
        }
    }
    let (centre, radius) = sphere_through(&facing)?;
    let (centre, radius) = trimmed(&facing, centre, radius)?;
    let (centre, radius) = trimmed(&surface, centre, radius)?;
    if !(HEAD_RADII_MM[0]..=HEAD_RADII_MM[1]).contains(&radius) {
        return None;
    }
    // Where the density shows the same head, it is the better measure.
    let by_density = femoral_head(hu, centre).filter(|b| distance(b.centre, centre) < 4.0);
    Some(by_density.unwrap_or(Ball::known(centre, radius)))
}

fn by_shape(hu: &Field<f32>, asked: Option<Side>) -> Result<Located, ScanError> {
    let heads: Vec<Ball> =
        candidates(hu).into_iter().filter_map(|start| femoral_head(hu, start)).collect();
    let first = heads.first().ok_or_else(|| ScanError::NotInView {
        joint: asked.map_or_else(|| "hip".to_owned(), |s| format!("{} hip", s.name())),
        reason: "no ball of bone of 18 to 30 mm radius in a socket was found".to_owned(),
        advice: GIVE_CENTRE,
    })?;
    let pair = heads.iter().skip(1).find(|b| {
        let apart = distance(b.centre, first.centre);
        (BETWEEN_HIPS_MM[0]..BETWEEN_HIPS_MM[1]).contains(&apart)
    });
    let (side, ball) = match (pair, asked) {
        (Some(_), None) => {
            return Err(ScanError::SideNeeded { joint: "hip", reason: "the scan shows both hips" });
        }
        (Some(second), Some(asked)) => {
            let first_is_right = first.centre[0] > second.centre[0];
            let ball = if first_is_right == (asked == Side::Right) { first } else { second };
            (asked, ball)
        }
        (None, asked) => (alone(hu, first, asked)?, first),
    };
    let note = format!(
        "the femoral head was found by its shape: radius {:.1} mm, its surface seen in {:.0} % of \
         all directions",
        ball.radius,
        100.0 * ball.surface
    );
    Ok(located(side, ball.centre, Some(ball.radius), note))
}

/// The side of the only hip in view.
fn alone(hu: &Field<f32>, ball: &Ball, asked: Option<Side>) -> Result<Side, ScanError> {
    match (side_of(hu, ball.centre, ball.radius), asked) {
        (Some((found, true)), Some(asked)) if found != asked => {
            Err(ScanError::SideAbsent { joint: "hip", asked: asked.name(), found: found.name() })
        }
        (_, Some(asked)) => Ok(asked),
        (Some((found, _)), None) => Ok(found),
        (None, None) => Err(ScanError::SideNeeded {
            joint: "hip",
            reason: "the side of the hip cannot be told from its shape",
        }),
    }
}

/// The side, from where the trochanter and the shaft are, and whether that is beyond
/// doubt; `None` if neither is in view.
fn side_of(hu: &Field<f32>, centre: Vec3, radius: f64) -> Option<(Side, bool)> {
    // A block lateral of the head and a little below, in radii of the head. On the
    // inner side the obturator foramen lies there, between pubis and ischium.
    const LOW: Vec3 = [1.7, -1.6, -2.0];
    const HIGH: Vec3 = [3.2, 0.9, -0.1];
    const STEPS: [usize; 3] = [8, 12, 9];
    let bone = |outwards: f64| {
        let at = |n: usize| {
            let cell = [n % STEPS[0], n / STEPS[0] % STEPS[1], n / (STEPS[0] * STEPS[1])];
            let share: Vec3 = std::array::from_fn(|a| (cell[a] as f64 + 0.5) / STEPS[a] as f64);
            let d: Vec3 = std::array::from_fn(|a| LOW[a] + share[a] * (HIGH[a] - LOW[a]));
            add(centre, [outwards * d[0] * radius, d[1] * radius, d[2] * radius])
        };
        let count = STEPS.iter().product();
        let values: Vec<f64> = (0..count).filter_map(|n| sample_trilinear(hu, at(n))).collect();
        let dense = values.iter().filter(|&&v| v >= f64::from(BONE_HU)).count();
        (5 * values.len() > count).then(|| dense as f64 / values.len() as f64)
    };
    let (left, right) = (bone(-1.0)?, bone(1.0)?);
    let (side, most, least) =
        if left > right { (Side::Left, left, right) } else { (Side::Right, right, left) };
    // On the development scans the outer block holds 1.9 times the bone or more.
    (most > 0.06 && most > 1.4 * least).then_some((side, most > 1.8 * least))
}
