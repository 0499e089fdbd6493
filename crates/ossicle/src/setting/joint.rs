//! The joint of a case that is told by its bones.

use ossicle_anatomy::{Anatomy, Joint, JointKind, free_grid};
use ossicle_joint::normal::Sex;
use ossicle_lesion::Problem;

use super::body::Body;
use super::unfit;
use crate::case::{self, Case, CaseError, CaseFile, Cause, Mechanics};
use crate::joint::{MovingJoint, PROGRAMMED, normal_range, reach_mm};

/// Spacing at which a built-in joint is drawn to find out how far it moves, mm in an adult.
const BUILT_IN_SPACING_MM: f64 = 1.25;

/// The joint, where the case wants it told by its bones, and the problem with its bones in it.
pub(super) fn of_bones(
    file: &CaseFile,
    body: &Body,
    lesion: &Anatomy,
    problem: Problem,
) -> Result<(Problem, Option<MovingJoint>), CaseError> {
    let case = &file.case;
    if case.model.mechanics == Mechanics::Rule {
        return Ok((problem, None));
    }
    let unusable = |cause: &dyn std::fmt::Display| {
        let expected = "an anatomy that shows both bones of a hip or an elbow, or `rule`";
        unfit(file, Cause::Anatomy, "model.mechanics", cause, expected)
    };
    let (scale, drawn);
    let wide = match body {
        Body::Scan { anatomy, .. } => {
            scale = 1.0;
            anatomy
        }
        Body::BuiltIn { joint, overview, scale: size } => {
            scale = *size;
            let centre = overview.joint().centre_mm;
            let reach = reach_mm(overview.joint().kind) * size;
            let bounds = [centre.map(|v| v - reach), centre.map(|v| v + reach)];
            let grid = free_grid(bounds, joint.extent_mm(), [BUILT_IN_SPACING_MM * size; 3])
                .map_err(|cause| unusable(&cause))?;
            drawn = joint.on(&grid).map_err(|cause| unusable(&cause))?;
            &drawn
        }
    };
    if wide.joint().kind == JointKind::Sphere {
        return Err(unusable(&"a ball of one tissue, which has no joint"));
    }
    let moving = MovingJoint::new(wide, lesion, age_years(case), sex(case), scale)
        .map_err(|cause| unusable(&cause))?;
    let rotations = moving.programmed().into_iter().collect();
    let problem =
        problem.with_bodies(moving.holds(lesion), rotations).map_err(|cause| unusable(&cause))?;
    Ok((problem, Some(moving)))
}

/// The normal range of the movement that stands for all, degrees: as it is taught, or where the
/// bones tell each movement, that of the patient's age and sex.
pub(super) fn rom_deg(case: &Case, joint: &Joint) -> f64 {
    let taught = joint.normal_range_degrees.get(PROGRAMMED).copied().unwrap_or(120.0);
    match case.model.mechanics {
        Mechanics::Rule => taught,
        Mechanics::Bones => {
            let found = normal_range(joint, PROGRAMMED, age_years(case), sex(case));
            found.unwrap_or(taught)
        }
    }
}

fn age_years(case: &Case) -> f64 {
    case.patient.age.0 / 365.25
}

fn sex(case: &Case) -> Sex {
    match case.patient.sex {
        case::Sex::Female => Sex::Female,
        case::Sex::Male => Sex::Male,
    }
}
