//! The long axis of a shaft.

use ossicle_anatomy::moments::{mean, principal_axes};
use ossicle_anatomy::vector::{Vec3, add, along, cross, dot, length, scale, sub, unit};

/// A straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// A point on it, mm, world.
    pub point_mm: Vec3,
    /// Unit direction; turning about the line is positive by the right hand.
    pub direction: Vec3,
}

impl Line {
    /// How far a place lies along the line from its point, mm.
    #[must_use]
    pub fn place(&self, p_mm: Vec3) -> f64 {
        dot(sub(p_mm, self.point_mm), self.direction)
    }

    /// The point at a distance along the line, mm.
    #[must_use]
    pub fn at(&self, mm: f64) -> Vec3 {
        along(self.point_mm, self.direction, mm)
    }
}

/// Thickness of the sections whose middles tell the axis, mm.
const SECTION_MM: f64 = 5.0;
/// Fewest sections.
const LEAST_SECTIONS: usize = 4;
/// Sections at either end that do not count where there are enough.
const CUT_SECTIONS: usize = 3;
/// Fewest points of a section.
const LEAST_POINTS: usize = 6;

/// The axis of a shaft: the line through the middles of its sections, directed as `towards`.
/// `None` for less than four sections of 5 mm.
fn shaft_axis(points: &[Vec3], towards: Vec3) -> Option<Line> {
    let mut direction = unit(towards);
    let mut middles = Vec::new();
    // Sections across a better axis have better middles.
    for _ in 0..3 {
        middles = section_middles(points, direction);
        if middles.len() < LEAST_SECTIONS {
            return None;
        }
        let first = principal_axes(&middles)[0];
        direction = if dot(first, direction) < 0.0 { scale(first, -1.0) } else { first };
    }
    Some(Line { point_mm: mean(&middles), direction })
}

/// The axis of the shaft that begins and ends at distances from a joint, mm along itself;
/// `towards` leads from the joint into the shaft.
pub(super) fn shaft_beyond(
    points: &[Vec3],
    joint_mm: Vec3,
    towards: Vec3,
    [begins, ends]: [f64; 2],
) -> Option<Line> {
    let mut direction = unit(towards);
    let mut found = None;
    // A shaft cut off askew has no middle there: it is cut again across the axis found.
    for _ in 0..4 {
        let on = |p: &&Vec3| (begins..ends).contains(&dot(sub(**p, joint_mm), direction));
        let shaft: Vec<Vec3> = points.iter().filter(on).copied().collect();
        let line = shaft_axis(&shaft, direction)?;
        direction = line.direction;
        found = Some(line);
    }
    found
}

fn section_middles(points: &[Vec3], direction: Vec3) -> Vec<Vec3> {
    let low = points.iter().map(|&p| dot(p, direction)).fold(f64::INFINITY, f64::min);
    let mut sections: Vec<Vec<Vec3>> = Vec::new();
    for &p in points {
        let place = ((dot(p, direction) - low) / SECTION_MM) as usize;
        if place >= sections.len() {
            sections.resize(place + 1, Vec::new());
        }
        sections[place].push(p);
    }
    let full: Vec<&Vec<Vec3>> = sections.iter().filter(|s| s.len() >= LEAST_POINTS).collect();
    // The first and the last are cut askew by whatever ends the shaft.
    let ends = full.len().saturating_sub(LEAST_SECTIONS).min(2 * CUT_SECTIONS) / 2;
    let whole = &full[ends..full.len() - ends];
    whole.iter().map(|section| middle_of_section(section, direction)).collect()
}

/// The middle of a section: the mean over directions, each counting alike however many points
/// it holds.
fn middle_of_section(section: &[Vec3], direction: Vec3) -> Vec3 {
    let mut middle = mean(section);
    for _ in 0..3 {
        let reference = perpendicular(section, middle, direction);
        let other = cross(direction, reference);
        let mut sums = [(0_usize, [0.0; 3]); SECTORS];
        for &p in section {
            let d = sub(p, middle);
            let turn = libm::atan2(dot(d, other), dot(d, reference)) / std::f64::consts::TAU;
            // The reference lies in the middle of a sector: mirror images have the same ones.
            let sector = ((turn + 1.0) * SECTORS as f64 + 0.5) as usize % SECTORS;
            sums[sector].0 += 1;
            sums[sector].1 = add(sums[sector].1, p);
        }
        let means: Vec<Vec3> = sums
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, sum)| scale(*sum, 1.0 / *count as f64))
            .collect();
        middle = mean(&means);
    }
    middle
}

/// Directions that count alike.
const SECTORS: usize = 16;

/// A direction across the axis that the section itself gives: towards its point farthest out.
fn perpendicular(section: &[Vec3], middle: Vec3, direction: Vec3) -> Vec3 {
    let across = |p: Vec3| {
        let d = sub(p, middle);
        along(d, direction, -dot(d, direction))
    };
    let farthest = section
        .iter()
        .map(|&p| across(p))
        .max_by(|a, b| length(*a).total_cmp(&length(*b)))
        .unwrap_or_default();
    unit(farthest)
}
