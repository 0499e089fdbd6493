//! Ranges between the bones of the built-in elbow.

#![expect(clippy::print_stdout, reason = "measured figures are shown")]

mod shapes;

use std::collections::BTreeMap;

use ossicle_anatomy::builtin::BuiltIn;
use ossicle_anatomy::{Anatomy, JointKind, Side};
use ossicle_field::{Field, Grid};
use ossicle_joint::bodies::Bodies;
use ossicle_joint::frame::JointFrame;
use ossicle_joint::motion::{
    Articulation, Collision, Excursion, Heterotopic, RangeFinder, Rotation, Solid, Tolerance,
};
use ossicle_joint::normal::NORMS;
use shapes::{Point, minus, norm};

/// The movements against each other's bones: flexion moves both bones of the forearm, pronation
/// the radius alone.
const GROUPS: [[&str; 2]; 2] = [["flexion", "extension"], ["pronation", "supination"]];

/// A box that holds the bones as far as they are drawn: lateral, anterior and proximal, mm.
const BONES_MM: [Point; 2] = [[-42.0, -38.0, -130.0], [58.0, 24.0, 130.0]];

/// An elbow, its axes and how far each movement goes from the pose in which it is drawn.
struct Elbow {
    anatomy: Anatomy,
    frame: JointFrame,
    excursions: BTreeMap<&'static str, Excursion>,
}

impl Elbow {
    fn new(side: Side, spacing_mm: f64) -> Self {
        let built_in = BuiltIn::elbow(side, 1.0).unwrap();
        let [low, high] = BONES_MM;
        let shape: [usize; 3] =
            std::array::from_fn(|a| ((high[a] - low[a]) / spacing_mm) as usize + 1);
        // Mirrored about x = 0 for the two sides.
        let x = match side {
            Side::Right => low[0],
            Side::Left => -low[0] - spacing_mm * (shape[0] - 1) as f64,
        };
        let grid = Grid::aligned(shape, [spacing_mm; 3], [x, low[1], low[2]]).unwrap();
        let anatomy = built_in.on(&grid).unwrap();
        let bodies = Bodies::of(&anatomy).unwrap();
        let frame = JointFrame::of(&bodies, anatomy.hu(), anatomy.joint()).unwrap();
        let mut excursions = BTreeMap::new();
        for group in GROUPS {
            let found = ranges(&bodies, &frame, group);
            excursions.extend(group.into_iter().zip(found));
        }
        Self { anatomy, frame, excursions }
    }

    /// Where a movement ends, degrees from the neutral position; where the frame does not tell
    /// how the forearm is turned, from the pose in which it is drawn.
    fn end_deg(&self, movement: &str) -> f64 {
        let start = self.frame.start_degrees["flexion"].unwrap();
        let from = match movement {
            "flexion" => start,
            "extension" => -start,
            _ => 0.0,
        };
        from + self.excursions[movement].angle_deg
    }

    fn collision(&self, movement: &str) -> Collision {
        self.excursions[movement].collision.expect("bone ends it")
    }

    /// A point in lateral, anterior and proximal coordinates.
    fn local(&self, [x, y, z]: Point) -> Point {
        [self.frame.side.lateral_sign() * x, y, z]
    }

    fn landmark(&self, name: &str) -> Point {
        self.local(self.anatomy.joint().landmarks[name])
    }
}

/// The excursions of two movements of the same bones, told as a case tells them.
fn ranges(bodies: &Bodies, frame: &JointFrame, group: [&str; 2]) -> Vec<Excursion> {
    let moving = bodies.moving(group[0]);
    let solid = |turns: bool| {
        let mask: Field<bool> = bodies.codes().map(|c| *c > 0 && moving.contains(c) == turns);
        Solid::of_mask(&mask).unwrap()
    };
    let articulation = Articulation::Cylinder {
        point_mm: frame.centre_mm,
        direction: frame.movements["flexion"].direction,
        radius_mm: frame.radius_mm + 4.0,
    };
    let finder = RangeFinder::new(solid(false), solid(true), Tolerance::default()).unwrap();
    let finder = finder.with_articulation(articulation).unwrap();
    let rotations = group.map(|name| {
        let line = &frame.movements[name];
        Rotation { point_mm: line.point_mm, direction: line.direction, limit_deg: 180.0 }
    });
    let found = finder.range(Heterotopic::default(), &rotations).unwrap();
    assert!(found.start.gap_mm > 0.8, "the bones of {group:?} are {} mm apart", found.start.gap_mm);
    found.excursions
}

/// The largest of the means of adults.
fn largest_norm_deg(movement: &str) -> f64 {
    let adult = |n: &&ossicle_joint::normal::Norm| n.joint == JointKind::Elbow && n.ages.0 >= 20.0;
    let own = NORMS.iter().filter(adult).filter(|n| n.movement == movement);
    own.map(|n| n.mean_deg).fold(f64::NEG_INFINITY, f64::max)
}

/// Bone must end each movement where it does in people: beyond the normal range, but not far.
fn assert_normal(elbow: &Elbow, spacing_mm: f64) {
    let side = elbow.frame.side;
    for movement in GROUPS.concat() {
        let (end, normal) = (elbow.end_deg(movement), largest_norm_deg(movement));
        let at = elbow.local(elbow.collision(movement).on_moving_mm);
        println!(
            "{side:?}, {spacing_mm} mm, {movement}: {end:.1} degrees, by {at:.1?} mm of the moving \
             bone; normally up to {normal}"
        );
        assert!(end >= normal, "{movement}: {end}, normally {normal}");
    }
    assert!(elbow.end_deg("flexion") < 160.0 && elbow.end_deg("extension") < 15.0);

    // The coronoid's lip ends flexion in its fossa, the olecranon extension in its own.
    let flexion = elbow.collision("flexion");
    let lip = elbow.local(flexion.on_moving_mm);
    assert!(norm(minus(lip, elbow.landmark("coronoid_tip"))) < 5.0, "{lip:?}");
    let [lateral, anterior, proximal] = elbow.local(flexion.at_mm);
    assert!((-15.0..0.0).contains(&lateral) && anterior.abs() < 5.0 && proximal > 12.0);
    let [_, anterior, proximal] = elbow.local(elbow.collision("extension").at_mm);
    assert!(anterior < -5.0 && proximal > 15.0, "{anterior} {proximal}");

    // Drawn supinated, the radius can turn to full pronation; shaft meets shaft in mid-forearm.
    let taught = JointKind::Elbow.normal_range_degrees();
    let arc = taught["pronation"] + taught["supination"];
    assert!(elbow.excursions["pronation"].angle_deg >= arc, "less than {arc}");
    for movement in GROUPS[1] {
        let [_, _, height] = elbow.local(elbow.collision(movement).at_mm);
        assert!((-130.0..-70.0).contains(&height), "{movement}: {height}");
    }
}

/// The axes against those that the bones are drawn about.
fn assert_axes(elbow: &Elbow, spacing_mm: f64) {
    let frame = &elbow.frame;
    let off_deg = |u: Point, v: Point| {
        let cos: f64 = (0..3).map(|a| u[a] * v[a]).sum::<f64>() / norm(u) / norm(v);
        libm::acos(cos.clamp(-1.0, 1.0)).to_degrees()
    };
    let hinge = off_deg(frame.fixed.right, [1.0, 0.0, 0.0]);
    let [_, y, z] = frame.centre_mm;
    let forearm = elbow.local(frame.moving.proximal);
    let drawn = minus(elbow.landmark("capitellum"), [40.0, -7.0, -246.0]);
    let turning = off_deg(forearm, drawn);
    let line = &frame.movements["pronation"];
    let head = minus(elbow.landmark("radial_head"), elbow.local(line.point_mm));
    let along: f64 = (0..3).map(|a| head[a] * forearm[a]).sum();
    let miss = norm(std::array::from_fn(|a| head[a] - along * forearm[a]));
    println!(
        "{spacing_mm} mm: hinge {hinge:.2} degrees and {:.2} mm off, rms {:.2} mm of {} points; \
         forearm {turning:.2} degrees and {miss:.2} mm off",
        libm::hypot(y, z),
        frame.fit.rms_mm,
        frame.fit.points
    );
    assert!(hinge < 0.6 * spacing_mm, "{hinge} degrees");
    assert!(libm::hypot(y, z) < 0.1 * spacing_mm, "{:?}", frame.centre_mm);
    assert!(frame.fit.rms_mm < 0.35 * spacing_mm, "{:?}", frame.fit);
    assert!(turning < 1.5 && miss < 0.8, "{turning} degrees, {miss} mm");
}

#[test]
fn bones_allow_what_an_elbow_does_alike_on_both_sides() {
    let [right, left] = [Side::Right, Side::Left].map(|side| Elbow::new(side, 1.0));
    for elbow in [&right, &left] {
        assert_normal(elbow, 1.0);
        assert_axes(elbow, 1.0);
    }
    for (movement, r) in &right.excursions {
        let l = left.excursions[movement].angle_deg;
        assert!((r.angle_deg - l).abs() <= 2.0 / 64.0, "{movement}: {} and {l}", r.angle_deg);
    }
}

#[test]
fn finer_voxels_tell_the_same_range_of_the_elbow() {
    let [fine, coarse] = [0.5, 1.0].map(|spacing_mm| Elbow::new(Side::Right, spacing_mm));
    assert_normal(&fine, 0.5);
    assert_axes(&fine, 0.5);
    for (movement, f) in &fine.excursions {
        let c = coarse.excursions[movement].angle_deg;
        assert!((f.angle_deg - c).abs() < 3.0, "{movement}: {} and {c}", f.angle_deg);
    }
}
