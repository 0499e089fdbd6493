//! The joint of a case: its bones as bodies on the lesion grid, what they impose on the tissue,
//! and how far they move before bone meets bone.

mod motion;
mod table;

use ossicle_anatomy::{Anatomy, Joint, JointKind};
use ossicle_field::Field;
use ossicle_image::GridMismatch;
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

pub(crate) use motion::summed_up;
pub use motion::{MotionRow, Reach};
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
        let bone = lesion.tissue().map(|t| t.is_bone());
        let (bodies, bridges) = (whole.on(&bone), BridgeModel::default());
        let warnings = Vec::new();
        let mut joint = Self { kind, frame, bodies, groups, movements, bridges, notes, warnings };
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

    /// The axis of the programmed movement.
    pub(crate) fn programmed(&self) -> Option<ossicle_lesion::Rotation> {
        let line = self.frame.movements.get(PROGRAMMED)?;
        Some(ossicle_lesion::Rotation { point_mm: line.point_mm, direction: line.direction })
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
pub(crate) fn reach_mm(kind: JointKind) -> f64 {
    if kind == JointKind::Hip { 85.0 } else { 65.0 }
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
mod tests {
    use ossicle_lesion::{Slow, State};

    use super::*;
    use crate::case::{CaseFile, Override};
    use crate::setting::Setting;

    const CASE: &str = r#"format = 1
duration = "30 d"

[anatomy]
builtin = "hip"

[anatomy.lesion_box]
spacing = "1.5 mm"
margin = "6 mm"

[[injury]]
kind = "capsule_tear"
position = { landmark = "capsule_superior" }
arc = "80 deg"

[model]
mechanics = "bones"
"#;

    fn setting(changes: &[&str]) -> Result<Setting, String> {
        let overrides: Vec<Override> =
            changes.iter().map(|c| Override::Set((*c).to_owned())).collect();
        let (folder, vocabulary) = (std::path::Path::new(""), crate::vocabulary());
        let file = CaseFile::from_bytes("case", CASE.as_bytes(), folder, &overrides, &vocabulary);
        file.and_then(|file| Setting::new(&file)).map_err(|refused| refused.to_string())
    }

    fn row(setting: &Setting, state: &State) -> MotionRow {
        let joint = setting.joint.as_ref().expect("a joint");
        joint.motion(&setting.problem, state, &setting.tissue_hu).expect("a row")
    }

    /// Dense bone in the soft tissue of those voxels.
    fn ossified(setting: &Setting, belongs: impl Fn([f64; 3]) -> bool) -> State {
        let mut state = State::at_injury(&setting.problem);
        let grid = *setting.grid();
        for c in 0..grid.len() {
            let x = grid.centre(grid.voxel(c));
            if setting.problem.tissue()[c].is_soft() && belongs(x) {
                state.field_mut(Slow::Mineral)[c] = 0.5;
            }
        }
        state
    }

    #[test]
    fn a_healthy_hip_moves_as_far_as_normal_and_bone_takes_from_it_until_it_is_fused() {
        let setting = setting(&[]).unwrap();
        let healthy = row(&setting, &State::at_injury(&setting.problem));
        assert!(setting.joint.as_ref().expect("a joint").warnings().is_empty());
        assert_eq!((healthy.grade.as_str(), healthy.bridge, healthy.shadow_mm2), ("0", false, 0.0));
        let names: Vec<&str> = healthy.reaches.iter().map(|r| r.movement.as_str()).collect();
        let expected = [
            "abduction",
            "adduction",
            "extension",
            "external_rotation",
            "flexion",
            "internal_rotation",
        ];
        assert_eq!(names, expected);
        // Where nothing stops flexion the lesion is told how far it was followed, not that nobody looked.
        let mut open = healthy.clone();
        let flexion = open.reaches.iter_mut().find(|r| r.movement == PROGRAMMED).unwrap();
        flexion.bony_deg = f64::INFINITY;
        let followed_deg = flexion.normal_deg + BEYOND_DEG;
        assert_eq!(open.programmed_bony_deg(), followed_deg);
        for r in &healthy.reaches {
            assert_eq!(r.soft_deg, r.normal_deg);
            // No more than a few degrees are lost to the shape of the bones alone.
            assert!(r.free_deg > r.normal_deg - 5.0 && r.free_deg <= r.normal_deg, "{r:?}");
        }

        // Bone above the head, from the rim of the socket outwards, stops abduction early.
        let centre = setting.anatomy.joint().centre_mm;
        let from = move |x: [f64; 3]| -> [f64; 3] { std::array::from_fn(|a| x[a] - centre[a]) };
        let spur = ossified(&setting, |x| {
            let [x, y, z] = from(x);
            x > 20.0 && x < 42.0 && y.abs() < 12.0 && z > 14.0
        });
        let blocked = row(&setting, &spur);
        let abduction = |row: &MotionRow| row.reaches[0].free_deg;
        assert!(abduction(&blocked) < abduction(&healthy) - 5.0 && !blocked.bridge, "{blocked:?}");
        assert!(blocked.shadow_mm2 > 100.0 && blocked.gap_mm < 20.0);
        assert!(["II", "III"].contains(&blocked.grade.as_str()), "{}", blocked.grade);

        // All soft tissue turned to bone fuses the joint.
        let fused = row(&setting, &ossified(&setting, |_| true));
        assert!(fused.bridge && fused.grade == "IV", "{fused:?}");
        assert!(fused.reaches.iter().all(|r| r.free_deg == 0.0), "{fused:?}");
    }

    #[test]
    fn bones_that_meet_too_early_in_health_are_warned_of() {
        let elbow = CASE
            .replace("\"hip\"", "\"elbow\"")
            .replace("capsule_superior", "capsule_anterior")
            .replace("\"6 mm\"", "\"20 mm\"");
        let (folder, vocabulary) = (std::path::Path::new(""), crate::vocabulary());
        let file = CaseFile::from_bytes("case", elbow.as_bytes(), folder, &[], &vocabulary);
        let setting = file.and_then(|file| Setting::new(&file)).map_err(|e| e.to_string()).unwrap();
        let row = row(&setting, &State::at_injury(&setting.problem));
        for reach in &row.reaches {
            let early = reach.bony_deg < reach.normal_deg - EARLY_DEG;
            let told = setting.warnings.iter().any(|w| w.starts_with(&reach.movement));
            assert_eq!(told, early, "{reach:?}: {:?}", setting.warnings);
        }
        assert!(setting.warnings.iter().any(|w| w.contains("read what is lost")));
    }

    #[test]
    fn what_has_no_joint_of_bones_is_refused() {
        let ball = r#"format = 1
duration = "30 d"

[anatomy]
builtin = "sphere"

[[injury]]
kind = "ellipsoid"
position = { ras = ["0 mm", "0 mm", "0 mm"] }
radii = "4 mm"

[model]
mechanics = "bones"
"#;
        let (folder, vocabulary) = (std::path::Path::new(""), crate::vocabulary());
        let file = CaseFile::from_bytes("case", ball.as_bytes(), folder, &[], &vocabulary);
        let told = file.and_then(|file| Setting::new(&file)).err().expect("refused").to_string();
        for part in ["model.mechanics", "no joint", "expected an anatomy that shows both bones"] {
            assert!(told.contains(part), "no {part:?} in {told}");
        }
    }
}
