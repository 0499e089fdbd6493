//! The joint of a case: its bones as bodies on the lesion grid, what they impose on the tissue,
//! and how far they move before bone meets bone.

mod marks;
mod motion;
mod radiography;
mod separation;
mod table;

use ossicle_anatomy::builtin::BuiltInError;
use ossicle_anatomy::{Anatomy, Joint, JointKind};
use ossicle_field::{Field, GridError};
use ossicle_image::{GridMismatch, OverlapError};
use ossicle_joint::bodies::{Bodies, BodiesError};
use ossicle_joint::bridge::{BridgeError, BridgeModel};
use ossicle_joint::frame::{FrameError, JointFrame, Line};
use ossicle_joint::motion::{
    Articulation, Heterotopic, RangeError, RangeFinder, Rotation, Solid, SolidError, Tolerance,
};
use ossicle_joint::normal::{self, Sex};
use ossicle_joint::radiograph::RadiographError;
use ossicle_lesion::Holds;
use thiserror::Error;

use separation::Separation;

pub(crate) use marks::ruler_mm;
pub(crate) use motion::summed_up;
pub use motion::{MotionRow, Reach};
pub(crate) use radiography::{Radiography, Subject, VIEWS, lesion_bone, name_of, shadow_mm2};
pub(crate) use separation::island_colours;
pub(crate) use table::{csv, from_arrays, to_arrays};

/// Days between two looks at the range of motion.
pub(crate) const EVERY_DAYS: f64 = 14.0;
/// The movement that a motion programme makes, in either joint.
pub(crate) const PROGRAMMED: &str = "flexion";
/// Room for cartilage between the ball or pulley of a joint and its socket, mm in an adult.
const JOINT_SPACE_MM: f64 = 4.0;
/// Degrees by which a healthy joint may fall short of a normal range without a word.
const EARLY_DEG: f64 = 5.0;
/// Beyond its normal range, how far a movement is followed, degrees.
const BEYOND_DEG: f64 = 20.0;

/// Why a joint has no bodies that move.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum JointError {
    /// The bones cannot be told apart.
    #[error(transparent)]
    Bodies(#[from] BodiesError),
    /// The axes cannot be found.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A body has no surface.
    #[error(transparent)]
    Solid(#[from] SolidError),
    /// A rotation cannot be made.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The lesion stands on another grid than the bones.
    #[error(transparent)]
    Grids(#[from] GridMismatch),
    /// A bridge cannot be measured.
    #[error(transparent)]
    Bridge(#[from] BridgeError),
    /// The shadow cannot be cast.
    #[error(transparent)]
    Radiograph(#[from] RadiographError),
    /// The lesion does not lie in what is projected.
    #[error(transparent)]
    Overlap(#[from] OverlapError),
    /// The joint cannot be drawn.
    #[error(transparent)]
    Anatomy(#[from] BuiltInError),
    /// The joint lies out of view.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// A picture cannot be packed.
    #[error("a picture cannot be packed: {0}")]
    Picture(#[from] std::io::Error),
}

/// A joint that moves.
pub(crate) struct MovingJoint {
    kind: JointKind,
    frame: JointFrame,
    /// On the lesion grid.
    bodies: Bodies,
    /// One for each set of bones that move together.
    groups: Vec<Group>,
    movements: Vec<Movement>,
    bridges: BridgeModel,
    separation: Separation,
    /// What was assumed, estimated or found wrong.
    notes: Vec<String>,
    /// Movements that the bones stop too early in health.
    warnings: Vec<String>,
}

/// Bones that move together against the others.
struct Group {
    moving: Vec<u8>,
    finder: RangeFinder,
}

/// A movement of the joint.
struct Movement {
    name: String,
    group: usize,
    line: Line,
    normal_deg: f64,
    /// Where the joint stands in the scan, in the direction of this movement.
    start_deg: f64,
}

impl MovingJoint {
    /// The joint in `wide`, an anatomy that shows all of it, with its bones on the grid of
    /// `lesion`. Normal ranges are those of someone of that age and sex.
    ///
    /// # Errors
    /// If its bones cannot be told apart, or its axes cannot be found.
    pub(crate) fn new(
        wide: &Anatomy,
        lesion: &Anatomy,
        age_years: f64,
        sex: Sex,
        scale: f64,
    ) -> Result<Self, JointError> {
        let whole = Bodies::of(wide)?;
        let frame = JointFrame::of(&whole, wide.hu(), wide.joint())?;
        let mut notes: Vec<String> = whole.findings().iter().map(ToString::to_string).collect();
        notes.extend(frame.notes.iter().cloned());
        let kind = wide.joint().kind;
        let (mut groups, mut movements): (Vec<Group>, Vec<Movement>) = Default::default();
        let mut unseen = Vec::new();
        for (name, line) in &frame.movements {
            let moving = whole.moving(name);
            let group = match groups.iter().position(|g| g.moving == moving) {
                Some(group) => group,
                None => {
                    let finder = finder(&whole, &moving, &frame, scale)?;
                    groups.push(Group { moving, finder });
                    groups.len() - 1
                }
            };
            let start = start_of(&frame, name);
            if start.is_none() {
                unseen.push(name.replace('_', " "));
            }
            let start_deg = start.unwrap_or(0.0);
            let Some(normal_deg) = normal_range(wide.joint(), name, age_years, sex) else {
                notes.push(format!("{name}: no normal range is known; it is left out"));
                continue;
            };
            let name = name.clone();
            movements.push(Movement { name, group, line: *line, normal_deg, start_deg });
        }
        if !unseen.is_empty() {
            notes.push(format!(
                "the starting pose is not in view and is taken as neutral for {}",
                unseen.join(", ")
            ));
        }
        let reach = film_mm(kind) * scale;
        let separation = Separation::new(&whole, wide.hu(), frame.centre_mm, reach)?;
        let bone = lesion.tissue().map(|t| t.is_bone());
        let (bodies, bridges) = (whole.on(&bone), BridgeModel::default());
        let mut joint = Self {
            separation,
            kind,
            frame,
            bodies,
            groups,
            movements,
            bridges,
            notes,
            warnings: Vec::new(),
        };
        joint.warnings = joint.stopped_early()?;
        Ok(joint)
    }

    /// What a user should know before believing the ranges: a healthy joint whose bones, as they
    /// are drawn or told apart, meet long before the end of a normal range.
    fn stopped_early(&self) -> Result<Vec<String>, JointError> {
        let mut early = Vec::new();
        for (number, group) in self.groups.iter().enumerate() {
            let ranges = group.finder.range(Heterotopic::default(), &self.rotations(number))?;
            let own = self.movements.iter().filter(|m| m.group == number);
            for (movement, excursion) in own.zip(&ranges.excursions) {
                let end_deg = motion::end_of(excursion, movement);
                if end_deg < movement.normal_deg - EARLY_DEG {
                    early.push(format!(
                        "{}: bone meets bone at {end_deg:.0}° before there is a lesion; expected \
                         at least {:.0}°, the normal range: read what is lost, not what is left",
                        movement.name.replace('_', " "),
                        movement.normal_deg
                    ));
                }
            }
        }
        Ok(early)
    }

    /// The rotations of the movements of a group.
    fn rotations(&self, group: usize) -> Vec<Rotation> {
        self.movements.iter().filter(|m| m.group == group).map(rotation).collect()
    }

    /// What each voxel of the lesion grid does in the programmed movement.
    pub(crate) fn holds(&self, lesion: &Anatomy) -> Vec<Holds> {
        let moving = self.bodies.moving(PROGRAMMED);
        let codes = self.bodies.codes().iter().zip(lesion.tissue().iter());
        codes
            .map(|(code, tissue)| match code {
                _ if !tissue.is_bone() => Holds::Nothing,
                code if moving.contains(code) => Holds::Moving,
                _ => Holds::Fixed,
            })
            .collect()
    }

    /// The axis of a movement of the same bones as the programmed one.
    pub(crate) fn axis(&self, movement: &str) -> Option<ossicle_lesion::Rotation> {
        let line = self.frame.movements.get(movement)?;
        let same = self.bodies.moving(movement) == self.bodies.moving(PROGRAMMED);
        let axis = ossicle_lesion::Rotation { point_mm: line.point_mm, direction: line.direction };
        same.then_some(axis)
    }

    /// The names of the movements, in the order of a row's reaches.
    pub(crate) fn movements(&self) -> Vec<&str> {
        self.movements.iter().map(|m| m.name.as_str()).collect()
    }

    /// What a user should know before believing the ranges.
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What was assumed, estimated or found wrong.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// The bones of a group against all others.
fn finder(
    bodies: &Bodies,
    moving: &[u8],
    frame: &JointFrame,
    scale: f64,
) -> Result<RangeFinder, JointError> {
    let mask = |belongs: &dyn Fn(u8) -> bool| -> Field<bool> {
        bodies.codes().map(|&code| code > 0 && belongs(code))
    };
    let fixed = Solid::of_mask(&mask(&|code| !moving.contains(&code)))?;
    let turning = Solid::of_mask(&mask(&|code| moving.contains(&code)))?;
    let radius_mm = frame.radius_mm + JOINT_SPACE_MM * scale;
    let articulation = match frame.kind {
        JointKind::Hip => Articulation::Ball { centre_mm: frame.centre_mm, radius_mm },
        _ => {
            let line = frame.movements.get(PROGRAMMED);
            let direction = line.map_or([0.0, 0.0, 1.0], |line| line.direction);
            Articulation::Cylinder { point_mm: frame.centre_mm, direction, radius_mm }
        }
    };
    Ok(RangeFinder::new(fixed, turning, Tolerance::default())?.with_articulation(articulation)?)
}

/// Where the joint stands in the scan, in the direction of a movement: frames tell it for one of
/// each pair.
fn start_of(frame: &JointFrame, movement: &str) -> Option<f64> {
    let opposite = match movement {
        "extension" => "flexion",
        "adduction" => "abduction",
        "external_rotation" => "internal_rotation",
        "supination" => "pronation",
        _ => return frame.start_degrees.get(movement).copied().flatten(),
    };
    let own = frame.start_degrees.get(movement).copied().flatten();
    own.or_else(|| Some(-frame.start_degrees.get(opposite).copied().flatten()?))
}

/// Normal range of a movement in degrees, for someone of that age and sex or as it is taught;
/// `None` for a movement without one.
pub(crate) fn normal_range(joint: &Joint, movement: &str, age_years: f64, sex: Sex) -> Option<f64> {
    let found = normal::normal(joint.kind, movement, age_years, sex).map(|n| n.norm.mean_deg);
    // Elbows that cannot quite be straightened have no range of extension.
    let found = found.filter(|mean_deg| *mean_deg > 0.0);
    found.or_else(|| joint.normal_range_degrees.get(movement).copied())
}

/// How wide a grid must be to hold the bones that can meet, mm from the centre in an adult.
///
/// The forearm meets far from the elbow, and its axis wants length.
pub(crate) fn reach_mm(kind: JointKind) -> f64 {
    if kind == JointKind::Hip { 85.0 } else { 130.0 }
}

/// Half the width of a picture of the joint, mm in an adult.
pub(crate) fn film_mm(kind: JointKind) -> f64 {
    if kind == JointKind::Hip { 85.0 } else { 65.0 }
}

/// The part of a field that lies in bounds, mm, or is touched by them.
///
/// # Errors
/// If it is no grid of its own.
pub(crate) fn part_within<T: Copy>(
    field: &Field<T>,
    [low, high]: [[f64; 3]; 2],
) -> Result<Field<T>, GridError> {
    let grid = field.grid();
    let (mut first, mut last) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for corner in 0..8_usize {
        let end = |a: usize| if corner >> a & 1 == 0 { low[a] } else { high[a] };
        let voxel = grid.to_voxel(std::array::from_fn(end));
        for a in 0..3 {
            first[a] = first[a].min(voxel[a].round());
            last[a] = last[a].max(voxel[a].round());
        }
    }
    let ends = grid.shape().map(|n| n as f64 - 1.0);
    let from: [usize; 3] = std::array::from_fn(|a| first[a].clamp(0.0, ends[a]) as usize);
    let shape = std::array::from_fn(|a| last[a].clamp(0.0, ends[a]) as usize - from[a] + 1);
    let part = grid.crop(from, shape)?;
    Ok(Field::from_fn(part, |voxel| {
        field[std::array::from_fn::<usize, 3, _>(|a| from[a] + voxel[a])]
    }))
}

/// Whether any voxel is in a mask.
fn any(mask: &Field<bool>) -> bool {
    let values: &[bool] = mask;
    values.contains(&true)
}

/// A rotation of the joint for the range finder.
fn rotation(movement: &Movement) -> Rotation {
    let Line { point_mm, direction } = movement.line;
    let limit_deg = (movement.normal_deg - movement.start_deg + BEYOND_DEG).clamp(1.0, 180.0);
    Rotation { point_mm, direction, limit_deg }
}

#[cfg(test)]
mod tests;
