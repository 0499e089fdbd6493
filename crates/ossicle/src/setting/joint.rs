//! The joint of a case that is told by its bones.

use std::collections::BTreeSet;

use ossicle_anatomy::builtin::BuiltIn;
use ossicle_anatomy::{Anatomy, Joint, JointKind, LesionGridError, free_grid};
use ossicle_field::Grid;
use ossicle_joint::normal::Sex;
use ossicle_lesion::{Continuum, Problem, Rotation};

use super::body::Body;
use super::{refused, unfit};
use crate::case::{self, Case, CaseError, CaseFile, Cause, Mechanics, Named};
use crate::joint::{
    MovingJoint, PROGRAMMED, Subject, film_mm, normal_range, part_within, reach_mm,
};

/// Spacing at which a built-in joint is drawn to find out how far it moves, mm in an adult.
const BUILT_IN_SPACING_MM: f64 = 1.25;
/// The same for being radiographed.
const FILM_SPACING_MM: f64 = 1.6;

/// Bounds so far from the joint's centre, mm in an adult.
fn around_mm(body: &Body, reach_mm: f64) -> [[f64; 3]; 2] {
    let (joint, reach) = (body.joint(), reach_mm * body.scale());
    [joint.centre_mm.map(|v| v - reach), joint.centre_mm.map(|v| v + reach)]
}

/// The grid that a built-in joint is drawn on within bounds, mm.
fn drawing_grid(
    joint: &BuiltIn,
    bounds_mm: [[f64; 3]; 2],
    spacing_mm: f64,
) -> Result<Grid, LesionGridError> {
    free_grid(bounds_mm, joint.extent_mm(), [spacing_mm; 3])
}

/// What is radiographed: the joint, and the lesion wherever it lies; nothing without bones.
pub(super) fn radiographed(
    file: &CaseFile,
    body: &Body,
    lesion: &Grid,
) -> Result<Option<Subject>, CaseError> {
    let Joint { kind, side, .. } = *body.joint();
    if kind == JointKind::Sphere {
        return Ok(None);
    }
    let [mut low, mut high] = around_mm(body, film_mm(kind));
    for corner in 0..8_usize {
        let end =
            |a: usize| if corner >> a & 1 == 0 { -0.5 } else { lesion.shape()[a] as f64 - 0.5 };
        let world = lesion.to_world(std::array::from_fn(end));
        for a in 0..3 {
            low[a] = low[a].min(world[a]);
            high[a] = high[a].max(world[a]);
        }
    }
    let unusable = |cause: &dyn std::fmt::Display| {
        unfit(file, Cause::Anatomy, "anatomy", cause, "an anatomy that can be projected")
    };
    let subject = match body {
        Body::BuiltIn { joint, scale, .. } => {
            let grid = drawing_grid(joint, [low, high], FILM_SPACING_MM * scale)
                .map_err(|c| unusable(&c))?;
            Subject::built_in(*joint, grid, side)
        }
        Body::Scan { hu, .. } => {
            Subject::known(part_within(hu, [low, high]).map_err(|c| unusable(&c))?, side)
        }
    };
    Ok(Some(subject))
}

/// The joint, where the case wants it told by its bones, and the problem with its bones in it.
pub(super) fn of_bones(
    file: &CaseFile,
    body: &Body,
    lesion: &Anatomy,
    problem: Problem,
) -> Result<(Problem, Option<MovingJoint>), CaseError> {
    let case = &file.case;
    let tissue = match case.model.mechanics {
        Mechanics::Rule => return Ok((problem, None)),
        Mechanics::Bones => Continuum::Scalar,
        Mechanics::Elastic => Continuum::Elastic,
    };
    let unusable = |cause: &dyn std::fmt::Display| {
        let expected = "an anatomy that shows both bones of a hip or an elbow, or `rule`";
        unfit(file, Cause::Anatomy, "model.mechanics", cause, expected)
    };
    let drawn;
    let wide = match body {
        Body::Scan { anatomy, .. } => anatomy,
        Body::BuiltIn { joint, scale, .. } => {
            let bounds = around_mm(body, reach_mm(body.joint().kind));
            let grid = drawing_grid(joint, bounds, BUILT_IN_SPACING_MM * scale)
                .map_err(|c| unusable(&c))?;
            drawn = joint.on(&grid).map_err(|cause| unusable(&cause))?;
            &drawn
        }
    };
    if wide.joint().kind == JointKind::Sphere {
        return Err(unusable(&"a ball of one tissue, which has no joint"));
    }
    let scale = body.scale();
    let moving = MovingJoint::new(wide, lesion, age_years(case), sex(case), scale)
        .map_err(|cause| unusable(&cause))?;
    let rotations = axes(file, &moving)?;
    let problem = problem
        .with_bodies(moving.holds(lesion), rotations, tissue)
        .map_err(|cause| unusable(&cause))?;
    Ok((problem, Some(moving)))
}

/// The rotations that motion makes, each axis once.
fn axes(file: &CaseFile, joint: &MovingJoint) -> Result<Vec<Rotation>, CaseError> {
    let asked: BTreeSet<&str> = file.case.model.axes.iter().map(|a| a.name()).collect();
    let refuse = |found: &str| {
        let expected = "axes of the bones that flexion turns, at least one";
        refused(file, Cause::Anatomy, "model.axes", found, expected)
    };
    if asked.is_empty() {
        return Err(refuse("an empty list"));
    }
    let found = |name: &&str| joint.axis(name).ok_or_else(|| refuse(name));
    asked.iter().map(found).collect()
}

/// The normal range of the movement that stands for all, degrees: as it is taught, or where the
/// bones tell each movement, that of the patient's age and sex.
pub(super) fn rom_deg(case: &Case, joint: &Joint) -> f64 {
    let taught = joint.normal_range_degrees.get(PROGRAMMED).copied().unwrap_or(120.0);
    match case.model.mechanics {
        Mechanics::Rule => taught,
        Mechanics::Bones | Mechanics::Elastic => {
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
