//! The injuries of a case, placed in the body and drawn on the lesion grid.

use ossicle_anatomy::injury::{
    Approach, Direction, Injury, InjuryError, InjuryKind, Place, Placed, Towards, injury_map,
};
use ossicle_anatomy::{Anatomy, Joint};
use ossicle_field::Grid;

use super::body::Body;
use super::{injured_volume_mm3, refused, unfit};
use crate::case::{
    self, AngleDeg, ApproachPath, CaseError, CaseFile, Cause, InjuryShape, LengthMm, Position,
    Refusal, TearPlace, nearest,
};
use crate::record::InjuryRecord;

/// Injuries on the lesion grid.
pub(super) struct Drawn {
    pub(super) injury: ossicle_lesion::Injury,
    pub(super) records: Vec<InjuryRecord>,
    pub(super) notes: Vec<String>,
}

/// Thinnest edge that a voxel grid can carry, as a share of its spacing.
const LEAST_EDGE_SHARE: f64 = 0.25;

/// Places every injury in the body.
pub(super) fn place(file: &CaseFile, body: &Body) -> Result<Vec<Placed>, CaseError> {
    let finest = file.case.lesion_box.spacing.iter().map(|s| s.0).fold(f64::INFINITY, f64::min);
    let mut placed = Vec::new();
    for (i, injury) in file.case.injuries.iter().enumerate() {
        let key = format!("injury[{i}]");
        let kind = kind(file, body.joint(), &injury.shape, &key)?;
        let edge_mm = injury.edge.0.max(LEAST_EDGE_SHARE * finest);
        let wanted = Injury { kind, severity: injury.severity, edge_mm };
        let injury = wanted.place(body.overview()).map_err(|cause| told(file, i, &cause))?;
        if !body.shows(&injury) {
            return Err(out_of_view(file, i, &injury));
        }
        placed.push(injury);
    }
    Ok(placed)
}

/// Draws placed injuries on the lesion grid.
pub(super) fn draw(
    file: &CaseFile,
    anatomy: &Anatomy,
    placed: &[Placed],
) -> Result<Drawn, CaseError> {
    let grid = anatomy.grid();
    if placed.is_empty() {
        return Ok(unharmed(anatomy));
    }
    let mut records = Vec::new();
    for (i, (injury, asked)) in placed.iter().zip(&file.case.injuries).enumerate() {
        let alone = injury_map(anatomy, std::slice::from_ref(injury))
            .map_err(|cause| missed(file, i, grid, injury, &cause))?;
        records.push(InjuryRecord {
            name: asked.name.clone(),
            kind: asked.shape.kind().to_owned(),
            severity: asked.severity,
            volume_mm3: injured_volume_mm3(grid, &alone.site),
        });
    }
    let map = injury_map(anatomy, placed).map_err(|cause| told(file, 0, &cause))?;
    let injury = ossicle_lesion::Injury {
        debris: map.debris.into_vec(),
        site: map.site.into_vec(),
        distance_mm: map.signed_distance_mm.iter().map(|d| f64::from(*d)).collect(),
    };
    Ok(Drawn { injury, records, notes: Vec::new() })
}

/// Without an injury the joint's averages are taken over a ball of soft tissue in the middle of
/// the box.
fn unharmed(anatomy: &Anatomy) -> Drawn {
    let grid = anatomy.grid();
    let (middle, spacing, shape) = (grid.middle_mm(), grid.spacing_mm(), grid.shape());
    let radius = (0..3).map(|a| spacing[a] * shape[a] as f64 / 4.0).fold(f64::INFINITY, f64::min);
    let distance_mm: Vec<f64> = (0..grid.len())
        .map(|c| {
            let p = grid.centre(grid.voxel(c));
            (0..3).map(|a| (p[a] - middle[a]) * (p[a] - middle[a])).sum::<f64>().sqrt() - radius
        })
        .collect();
    let site = distance_mm.iter().map(|d| if *d < 0.0 { 1.0 } else { 0.0 }).collect();
    let injury = ossicle_lesion::Injury { debris: vec![0.0; grid.len()], site, distance_mm };
    let note = format!(
        "no injury: swelling, pain and strain are reckoned over a ball of {radius:.1} mm in the middle of the box"
    );
    Drawn { injury, records: Vec::new(), notes: vec![note] }
}

fn kind(
    file: &CaseFile,
    joint: &Joint,
    shape: &InjuryShape,
    key: &str,
) -> Result<InjuryKind, CaseError> {
    let point = |position: &Position, name: &str| {
        point_mm(file, joint, position, &format!("{key}.{name}")).map(Place::Point)
    };
    Ok(match shape {
        InjuryShape::Ellipsoid { position, radii, rotation } => InjuryKind::Ellipsoid {
            at: point(position, "position")?,
            semi_axes_mm: radii.map(|LengthMm(mm)| mm),
            axes: Some(turned_axes(*rotation)),
        },
        InjuryShape::Contusion { muscle, position, radius } => InjuryKind::Contusion {
            muscle: muscle.clone(),
            at: position.as_ref().map(|p| point(p, "position")).transpose()?,
            length_mm: 2.0 * radius.0,
            width_mm: 2.0 * radius.0,
        },
        InjuryShape::CapsuleTear { place, arc } => InjuryKind::CapsuleTear {
            towards: match place {
                TearPlace::Direction(direction) => Towards::Direction(direction_of(*direction)),
                TearPlace::Towards(position) => Towards::Place(point(position, "position")?),
            },
            arc_degrees: arc.0,
        },
        InjuryShape::SurgicalApproach { path: ApproachPath::Named(approach), width } => {
            InjuryKind::Approach {
                approach: approach_of(*approach),
                width_mm: width.0,
                length_mm: INCISION_SHARE * width.0,
            }
        }
        InjuryShape::SurgicalApproach { path: ApproachPath::Straight { entry, target }, width } => {
            InjuryKind::Corridor {
                entry: point(entry, "entry")?,
                target: point(target, "target")?,
                width_mm: width.0,
            }
        }
    })
}

/// Length of an approach along the limb, relative to its width across it.
const INCISION_SHARE: f64 = 2.0;

/// A position as a point in mm, RAS+.
pub(super) fn point_mm(
    file: &CaseFile,
    joint: &Joint,
    position: &Position,
    key: &str,
) -> Result<[f64; 3], CaseError> {
    match position {
        Position::Point(ras) => Ok(ras.map(|LengthMm(mm)| mm)),
        Position::Landmark { name, offset } => {
            let known = || joint.landmarks.keys().map(String::as_str);
            let wanted = name.trim().to_lowercase().replace([' ', '-'], "_");
            let Some(at) = joint.landmarks.get(&wanted) else {
                let key = format!("{key}.landmark");
                let all: Vec<&str> = known().collect();
                let expected =
                    format!("a landmark of the {}: {}", joint.kind.name(), all.join(", "));
                let mut problem =
                    file.problem(Cause::UnknownName, &key, &format!("{name:?}"), &expected);
                problem.nearest = nearest(&wanted, known()).map(str::to_owned);
                return Err(CaseError::Refused(Refusal { problems: vec![problem], left_out: 0 }));
            };
            Ok(std::array::from_fn(|a| at[a] + offset[a].0))
        }
    }
}

/// The key that says where an injury is.
pub(super) fn place_key(file: &CaseFile, number: usize) -> String {
    let key = match file.case.injuries.get(number).map(|injury| &injury.shape) {
        Some(InjuryShape::Ellipsoid { .. }) => ".position",
        Some(InjuryShape::Contusion { position: Some(_), .. }) => ".position",
        Some(InjuryShape::Contusion { position: None, .. }) => ".muscle",
        Some(InjuryShape::CapsuleTear { place: TearPlace::Direction(_), .. }) => ".direction",
        Some(InjuryShape::CapsuleTear { place: TearPlace::Towards(_), .. }) => ".position",
        Some(InjuryShape::SurgicalApproach { path: ApproachPath::Named(_), .. }) => ".approach",
        Some(InjuryShape::SurgicalApproach { .. }) => ".target",
        None => "",
    };
    format!("injury[{number}]{key}")
}

/// What an injury is called in a message.
fn called(file: &CaseFile, number: usize) -> String {
    let kind = file.case.injuries.get(number).map_or("injury", |injury| injury.shape.kind());
    format!("the {}", kind.replace('_', " "))
}

fn told(file: &CaseFile, number: usize, cause: &InjuryError) -> CaseError {
    let key = format!("injury[{number}]");
    match cause {
        InjuryError::NoSoftTissue { centre_mm, tissue, .. } => {
            let [x, y, z] = centre_mm;
            let lies = match *tissue {
                "outside" => "outside the body".to_owned(),
                tissue => format!("in {}", tissue.replace('_', " ")),
            };
            let found = format!(
                "{} holds no soft tissue; its middle, ras = [{x:.1}, {y:.1}, {z:.1}] mm, lies {lies}",
                called(file, number)
            );
            let expected = "a place in muscle, tendon, capsule or fat";
            refused(file, Cause::Anatomy, &place_key(file, number), &found, expected)
        }
        InjuryError::UnknownMuscle { found, suggestion } => {
            let expected = format!("a muscle of this anatomy; {suggestion}");
            let key = format!("{key}.muscle");
            refused(file, Cause::UnknownName, &key, &format!("{found:?}"), &expected)
        }
        InjuryError::Approach { .. } => {
            unfit(file, Cause::Anatomy, &format!("{key}.approach"), cause, "another approach")
        }
        InjuryError::NoCapsule => {
            let expected = "a joint with a capsule, hip or elbow, or an injury of another kind";
            unfit(file, Cause::Anatomy, &format!("{key}.kind"), cause, expected)
        }
        _ => unfit(file, Cause::Anatomy, &key, cause, "an injury of this anatomy"),
    }
}

/// An injury that lies in none of the body that is known.
fn out_of_view(file: &CaseFile, number: usize, injury: &Placed) -> CaseError {
    let [x, y, z] = injury.region.centre_mm();
    let found = format!(
        "{} lies outside the field of view: its middle is at ras = [{x:.1}, {y:.1}, {z:.1}] mm",
        called(file, number)
    );
    let expected = "a place in the part of the body that the anatomy shows";
    refused(file, Cause::Anatomy, &place_key(file, number), &found, expected)
}

/// An injury that could be placed but not drawn in the lesion box.
fn missed(
    file: &CaseFile,
    number: usize,
    grid: &Grid,
    injury: &Placed,
    cause: &InjuryError,
) -> CaseError {
    let middle = injury.region.centre_mm();
    if !matches!(cause, InjuryError::NoSoftTissue { .. }) || grid.voxel_at(middle).is_some() {
        return told(file, number, cause);
    }
    let [x, y, z] = middle;
    let found = format!(
        "{} lies outside the lesion box: its middle is at ras = [{x:.1}, {y:.1}, {z:.1}] mm",
        called(file, number)
    );
    let expected =
        "a place in the box, or anatomy.lesion_box.margin, which fits the box to the injuries";
    refused(file, Cause::Anatomy, &place_key(file, number), &found, expected)
}

fn direction_of(direction: case::Direction) -> Direction {
    match direction {
        case::Direction::Anterior => Direction::Anterior,
        case::Direction::Posterior => Direction::Posterior,
        case::Direction::Superior => Direction::Proximal,
        case::Direction::Inferior => Direction::Distal,
        case::Direction::Medial => Direction::Medial,
        case::Direction::Lateral => Direction::Lateral,
    }
}

fn approach_of(approach: case::Approach) -> Approach {
    match approach {
        case::Approach::Anterior => Approach::Anterior,
        case::Approach::Anterolateral => Approach::Anterolateral,
        case::Approach::Lateral => Approach::Lateral,
        case::Approach::Posterior => Approach::Posterior,
        case::Approach::Medial => Approach::Medial,
    }
}

/// Axes turned about the axis to the right, then to the front, then to the head.
fn turned_axes(rotation: [AngleDeg; 3]) -> [[f64; 3]; 3] {
    let mut axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for (about, AngleDeg(degrees)) in rotation.into_iter().enumerate() {
        let (sin, cos) = (libm::sin(degrees.to_radians()), libm::cos(degrees.to_radians()));
        let (b, c) = ((about + 1) % 3, (about + 2) % 3);
        for axis in &mut axes {
            let (x, y) = (axis[b], axis[c]);
            axis[b] = cos * x - sin * y;
            axis[c] = sin * x + cos * y;
        }
    }
    axes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_about_the_head_axis_takes_right_to_front() {
        let axes = turned_axes([AngleDeg(0.0), AngleDeg(0.0), AngleDeg(90.0)]);
        for (found, expected) in axes[0].iter().zip([0.0, 1.0, 0.0]) {
            assert!((found - expected).abs() < 1e-15, "{axes:?}");
        }
    }
}
