//! Ranges between the bones of the built-in hip.

#![expect(clippy::print_stdout, reason = "measured figures are shown")]

mod shapes;

use std::time::Instant;

use ossicle_anatomy::builtin::BuiltIn;
use ossicle_anatomy::{Anatomy, Side};
use ossicle_field::{Field, Grid};
use ossicle_joint::motion::{Heterotopic, Part, RangeFinder, Rotation, Solid, Tolerance};
use shapes::{Point, ball, minus, norm, share};

/// The movements of a right hip, by world axes through its centre.
const MOVEMENTS: [(&str, Point, f64); 6] = [
    ("flexion", [1.0, 0.0, 0.0], 140.0),
    ("extension", [-1.0, 0.0, 0.0], 60.0),
    ("abduction", [0.0, -1.0, 0.0], 80.0),
    ("adduction", [0.0, 1.0, 0.0], 60.0),
    ("internal_rotation", [0.0, 0.0, 1.0], 90.0),
    ("external_rotation", [0.0, 0.0, -1.0], 90.0),
];

fn rotations(side: Side) -> Vec<Rotation> {
    let rotation = |&(_, [x, y, z], limit_deg): &(&str, Point, f64)| {
        let direction = match side {
            Side::Right => [x, y, z],
            Side::Left => [x, -y, -z],
        };
        Rotation { point_mm: [0.0; 3], direction, limit_deg }
    };
    MOVEMENTS.iter().map(rotation).collect()
}

fn solid(anatomy: &Anatomy, name: &str) -> Solid {
    let is_it = |s: &str| s == name;
    let wanted: Vec<bool> = anatomy.structures().iter().map(|s| is_it(&s.name)).collect();
    let mask: Field<bool> = anatomy.structure().map(|&s| wanted[usize::from(s)]);
    Solid::of_mask(&mask).unwrap()
}

fn hip(side: Side, spacing_mm: f64) -> RangeFinder {
    let built_in = BuiltIn::hip(side, 1.0).unwrap();
    let [low, high] = built_in.extent_mm();
    let shape: [usize; 3] = std::array::from_fn(|a| ((high[a] - low[a]) / spacing_mm) as usize + 1);
    // Mirrored about x = 0 for the two sides.
    let x = match side {
        Side::Right => low[0],
        Side::Left => high[0] - spacing_mm * (shape[0] - 1) as f64,
    };
    let grid = Grid::aligned(shape, [spacing_mm; 3], [x, low[1], low[2]]).unwrap();
    let anatomy = built_in.on(&grid).unwrap();
    let bone = |name: &str| solid(&anatomy, &format!("{name}_{}", side.name()));
    RangeFinder::new(bone("hip"), bone("femur"), Tolerance::default()).unwrap()
}

#[test]
fn bones_allow_what_a_hip_does_alike_on_both_sides() {
    let [right, left] = [Side::Right, Side::Left].map(|side| {
        let finder = hip(side, 2.0);
        let before = Instant::now();
        let found = finder.range(Heterotopic::default(), &rotations(side)).unwrap();
        println!("{} hip, 2 mm: six ranges in {:?}", side.name(), before.elapsed());
        found
    });
    assert!((right.start.gap_mm - left.start.gap_mm).abs() < 1e-4);
    for (n, (name, _, limit_deg)) in MOVEMENTS.iter().enumerate() {
        let [r, l] = [&right, &left].map(|found| found.excursions[n].angle_deg);
        println!("{name}: {r} and {l} degrees");
        assert!((r - l).abs() <= 2.0 / 64.0, "{name}: {r} right, {l} left");
        // Bone leaves at least what soft tissue leaves, give or take a voxel.
        let normal = ossicle_anatomy::JointKind::Hip.normal_range_degrees()[*name];
        assert!(r > normal - 4.0 && r <= *limit_deg, "{name}: {r}, normally {normal}");
    }
}

#[test]
fn a_ball_of_bone_before_the_joint_ends_flexion_and_leaves_extension() {
    let finder = hip(Side::Right, 2.0);
    let rotations = rotations(Side::Right);
    let bare = finder.range(Heterotopic::default(), &rotations).unwrap();
    let grid = Grid::aligned([80; 3], [1.0; 3], [0.0, -20.0, -20.0]).unwrap();
    let bone = |p: Point| ball(p, [40.0, 20.0, 20.0], 15.0);
    let bone = Solid::of_fraction(&share(grid, &bone)).unwrap();
    let day = Heterotopic { on_fixed: Some(&bone), on_moving: None };
    let found = finder.range(day, &rotations).unwrap();
    let (flexion, extension) = (found.excursions[0], found.excursions[1]);
    assert!(flexion.angle_deg < bare.excursions[0].angle_deg - 30.0, "{flexion:?}");
    let collision = flexion.collision.unwrap();
    assert_eq!((collision.moving, collision.fixed), (Part::Bone, Part::Heterotopic));
    assert!((norm(minus(collision.at_mm, [40.0, 20.0, 20.0])) - 15.0).abs() < 2.0);
    assert_eq!(extension, bare.excursions[1]);
}
