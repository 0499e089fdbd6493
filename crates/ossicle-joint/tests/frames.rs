//! Joint centres and axes of built-in joints and of bone surfaces.

mod frame_meshes;

use frame_meshes::{mesh, sampled};
use ossicle_anatomy::builtin::BuiltIn;
use ossicle_anatomy::vector::{
    Vec3, add, along, angle, cross, distance, dot, length, scale, sub, unit,
};
use ossicle_anatomy::{JointKind, Side};
use ossicle_field::Grid;
use ossicle_field::noise::uniform;
use ossicle_joint::bodies::Bodies;
use ossicle_joint::frame::{
    ElbowBones, FrameError, HipBones, JointFrame, Line, elbow_frame, hip_frame,
};

/// A point turned about a line by an angle in radians.
fn turned(line: &Line, by: f64, p: Vec3) -> Vec3 {
    let (d, k) = (sub(p, line.point_mm), line.direction);
    let (c, s) = (libm::cos(by), libm::sin(by));
    let across = add(scale(d, c), scale(cross(k, d), s));
    add(line.point_mm, along(across, k, dot(k, d) * (1.0 - c)))
}

fn built_in(kind: JointKind, side: Side, grid: &Grid) -> JointFrame {
    let joint = match kind {
        JointKind::Hip => BuiltIn::hip(side, 1.0).unwrap(),
        _ => BuiltIn::elbow(side, 1.0).unwrap(),
    };
    let anatomy = joint.on(grid).unwrap();
    let bodies = Bodies::of(&anatomy).unwrap();
    JointFrame::of(&bodies, anatomy.hu(), anatomy.joint()).unwrap()
}

/// Long in z, symmetric in x.
fn long_grid(spacing: f64, low: f64, high: f64) -> Grid {
    let n = (2.0 * 62.0 / spacing) as usize;
    let half = 0.5 * (n as f64 - 1.0) * spacing;
    let nz = ((high - low) / spacing) as usize;
    Grid::aligned([n, n, nz], [spacing; 3], [-half, -half, low]).unwrap()
}

fn about(found: f64, expected: f64, within: f64, what: &str) {
    assert!((found - expected).abs() < within, "{what}: {found} against {expected}");
}

#[test]
#[expect(clippy::print_stdout, reason = "figures for the record")]
fn the_built_in_hip_has_its_centre_radius_and_shaft() {
    for side in [Side::Right, Side::Left] {
        let frame = built_in(JointKind::Hip, side, &long_grid(1.4, -170.0, 50.0));
        println!("{side:?}: {:?} {:?} {:?}", frame.centre_mm, frame.fit, frame.start_degrees);
        assert!(length(frame.centre_mm) < 0.25, "{:?}", frame.centre_mm);
        // Sampled at points, the cortex passes 200 HU most of a voxel outside of its voxels.
        about(frame.radius_mm, 23.0, 0.6, "radius");
        assert!(frame.fit.rms_mm < 0.5 && frame.fit.points > 1000, "{:?}", frame.fit);
        // The shaft leans inwards by 6 degrees from 38 mm outwards and 11 mm behind the head:
        // the knee lies 1 mm inwards of the head and 11 mm behind, 411 mm below.
        about(frame.start_degrees["flexion"].unwrap(), -1.6, 1.0, "flexion");
        about(frame.start_degrees["abduction"].unwrap(), -0.1, 1.0, "abduction");
        assert_eq!(frame.start_degrees["internal_rotation"], None);
        // Each movement carries knee and toes where it should.
        let s = side.lateral_sign();
        let knee = [0.0, 0.0, -400.0];
        let toes = [0.0, 150.0, -400.0];
        let gain = |name: &str, p: Vec3| sub(turned(&frame.movements[name], 0.1, p), p);
        assert!(gain("flexion", knee)[1] > 35.0 && gain("extension", knee)[1] < -35.0);
        assert!(s * gain("abduction", knee)[0] > 35.0 && s * gain("adduction", knee)[0] < -35.0);
        let inwards =
            -s * (gain("internal_rotation", toes)[0] - gain("internal_rotation", knee)[0]);
        assert!(inwards > 12.0, "{inwards}");
        assert_eq!(
            frame.movements.keys().collect::<Vec<_>>(),
            JointKind::Hip.normal_range_degrees().keys().collect::<Vec<_>>()
        );
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "figures for the record")]
fn the_built_in_elbow_turns_about_its_condyles() {
    for side in [Side::Right, Side::Left] {
        let frame = built_in(JointKind::Elbow, side, &long_grid(1.0, -120.0, 110.0));
        println!(
            "{side:?}: {:?} r {:.2} {:?} {:?} {:?}",
            frame.centre_mm, frame.radius_mm, frame.fit, frame.start_degrees, frame.fixed
        );
        let off = angle(frame.fixed.right, [1.0, 0.0, 0.0]).to_degrees();
        assert!(off < 1.5, "axis {off} degrees off");
        let c = frame.centre_mm;
        assert!((c[1] * c[1] + c[2] * c[2]).sqrt() < 0.6, "{c:?}");
        assert!(frame.fit.rms_mm < 1.0, "{:?}", frame.fit);
        // The line of the ulna ends 13 mm behind the radial head, 230 mm below it.
        about(frame.start_degrees["flexion"].unwrap(), -3.3, 1.5, "flexion");
        assert_eq!(frame.start_degrees["pronation"], None);
        // The line of the forearm passes through the middle of the radial head, which stands on
        // the line from the capitellum to the head of the ulna.
        let s = side.lateral_sign();
        let line = &frame.movements["pronation"];
        let head = [s * 14.9, -0.5, -16.9];
        let miss = distance(line.at(line.place(head)), head);
        assert!(miss < 1.0, "{miss}");
        let hand = [0.0, 0.0, -250.0];
        let thumb = [s * 60.0, 0.0, -250.0];
        let gain = |name: &str, p: Vec3| sub(turned(&frame.movements[name], 0.1, p), p);
        assert!(gain("flexion", hand)[1] > 20.0 && gain("extension", hand)[1] < -20.0);
        // Pronation brings the thumb of a supinated hand to the front.
        let forward = gain("pronation", thumb)[1] - gain("pronation", hand)[1];
        assert!(forward > 4.0, "{forward}");
        assert_eq!(
            frame.movements.keys().collect::<Vec<_>>(),
            JointKind::Elbow.normal_range_degrees().keys().collect::<Vec<_>>()
        );
    }
}

fn mirrored(p: Vec3) -> Vec3 {
    [-p[0], p[1], p[2]]
}

/// Right-pointing axes and the axes of turning mirror as what they turn does.
fn assert_mirror(a: &JointFrame, b: &JointFrame, within: f64) {
    let same = |x: Vec3, y: Vec3, what: &str| {
        assert!(distance(mirrored(x), y) < within, "{what}: {x:?} and {y:?}");
    };
    same(a.centre_mm, b.centre_mm, "centre");
    about(a.radius_mm, b.radius_mm, within, "radius");
    same(a.fixed.anterior, b.fixed.anterior, "anterior");
    same(a.fixed.proximal, b.fixed.proximal, "proximal");
    same(a.moving.proximal, b.moving.proximal, "moving proximal");
    for (name, line) in &a.movements {
        let other = &b.movements[name];
        same(line.point_mm, other.point_mm, name);
        let probe = along(add(line.point_mm, [11.0, -7.0, 5.0]), line.direction, 3.0);
        same(turned(line, 0.3, probe), turned(other, 0.3, mirrored(probe)), name);
    }
    for (name, angle) in &a.start_degrees {
        match (angle, b.start_degrees[name]) {
            (Some(x), Some(y)) => about(*x, y, 10.0 * within, name),
            (x, y) => assert_eq!(*x, y),
        }
    }
}

#[test]
fn left_and_right_mirror_each_other() {
    for kind in [JointKind::Hip, JointKind::Elbow] {
        let grid = long_grid(1.7, -150.0, 90.0);
        let [right, left] = [Side::Right, Side::Left].map(|side| built_in(kind, side, &grid));
        // A mirrored scan comes in another order, so that sums round differently.
        assert_mirror(&right, &left, 1e-6);
    }
    let Some(bones) = opensim_elbow() else { return };
    let [humerus, ulna, radius] = &bones;
    let flipped = bones.clone().map(|b| b.into_iter().map(mirrored).collect::<Vec<_>>());
    let frame = elbow_frame(&elbow_bones(&[humerus, ulna, radius]), Side::Right).unwrap();
    let other = elbow_frame(&elbow_bones(&[&flipped[0], &flipped[1], &flipped[2]]), Side::Left);
    assert_mirror(&frame, &other.unwrap(), 1e-9);
    let wrong = elbow_frame(&elbow_bones(&[humerus, ulna, radius]), Side::Left);
    assert!(matches!(wrong, Err(FrameError::WrongSide { .. })), "{wrong:?}");
}

#[test]
fn an_oblique_scan_changes_nothing_but_interpolation() {
    for (kind, low, high) in [(JointKind::Hip, -170.0, 60.0), (JointKind::Elbow, -110.0, 110.0)] {
        let straight = built_in(kind, Side::Right, &long_grid(1.5, low, high));
        // Turned by 25 degrees about an oblique axis, anisotropic, left-handed.
        let turn = Line { point_mm: [0.0; 3], direction: unit([0.5, 0.3, 0.8]) };
        let steps = [[-1.3, 0.0, 0.0], [0.0, 1.4, 0.0], [0.0, 0.0, 2.2]];
        let steps = steps.map(|s| turned(&turn, 0.44, s));
        let shape = [115, 107, 105];
        let corner = (0..3).fold([0.0, 0.0, 0.5 * (low + high)], |p, a| {
            along(p, steps[a], -0.5 * (shape[a] as f64 - 1.0))
        });
        let oblique = built_in(kind, Side::Right, &Grid::new(shape, steps, corner).unwrap());
        let apart = distance(straight.centre_mm, oblique.centre_mm);
        // Along its axis the middle of an elbow is no sharp point.
        assert!(apart < 1.0, "{kind:?}: centre {apart} mm");
        about(straight.radius_mm, oblique.radius_mm, 0.3, "radius");
        for (name, line) in &straight.movements {
            let off = angle(line.direction, oblique.movements[name].direction).to_degrees();
            assert!(off < 2.0, "{kind:?} {name}: {off} degrees");
        }
    }
}

/// Humerus, ulna and radius of the OpenSim arm, straight, as surfaces in mm, RAS+.
fn opensim_elbow() -> Option<[Vec<Vec3>; 3]> {
    // Places of the joints in the model's arm, m, and from its axes (front, up, right).
    let elbow = [0.0061, -0.2904, -0.0123];
    let radioulnar = add(elbow, [0.0004, -0.011503, 0.019999]);
    let bone = |name: &str, origin: Vec3| {
        let mesh = mesh(&format!("opensim/{name}.vtp"))?;
        let world = |p: Vec3| {
            let [front, up, right] = add(p, origin).map(|v| 1000.0 * v);
            [right, front, up]
        };
        Some(sampled(&mesh, world, 1.0))
    };
    Some([bone("humerus_rv", [0.0; 3])?, bone("ulna_rv", elbow)?, bone("radius_rv", radioulnar)?])
}

fn elbow_bones<'a>(bones: &[&'a [Vec3]; 3]) -> ElbowBones<'a> {
    let [humerus, ulna, radius] = *bones;
    ElbowBones { humerus, ulna, radius, size: 1.0, normals_mm: 4.0 }
}

#[test]
#[expect(clippy::print_stdout, reason = "figures for the record")]
fn the_arm_of_opensim_has_the_axis_that_its_model_gives() {
    let Some(bones) = opensim_elbow() else { return };
    let [humerus, ulna, radius] = &bones;
    let frame = elbow_frame(&elbow_bones(&[humerus, ulna, radius]), Side::Right).unwrap();
    // The model's hinge, about (0.0494, 0.0366, 0.9981) in front, up, right.
    let off = angle(frame.fixed.right, unit([0.99810825, 0.04940001, 0.03660001])).to_degrees();
    let apart = distance(frame.centre_mm, [-12.3, 6.1, -290.4]);
    println!(
        "{:?} axis {off:.1} degrees and {apart:.1} mm from the model's; rms {:.2} mm of {} points, \
         radius {:.1} mm, {:?}, {:?}",
        frame.fixed.right,
        frame.fit.rms_mm,
        frame.fit.points,
        frame.radius_mm,
        frame.start_degrees,
        frame.notes
    );
    assert!(off < 8.0, "{off}");
    assert!(apart < 12.0, "{apart}");
    assert!(frame.fit.rms_mm < 2.0);
    assert!((6.0..14.0).contains(&frame.radius_mm), "{}", frame.radius_mm);
    assert!(frame.start_degrees["pronation"].is_some());
}

#[test]
#[expect(clippy::print_stdout, reason = "figures for the record")]
fn femoral_heads_of_meshes_are_spheres() {
    // Name, scale to mm, and RAS+ from the file's axes.
    type World = fn(Vec3) -> Vec3;
    let cases: [(&str, World, Side, [f64; 2], f64); 3] = [
        ("gfxmorph/femur.stl", |p| p, Side::Right, [18.0, 27.0], 0.8),
        (
            "opensim/femur_r.vtp",
            |p| [1000.0 * p[2], 1000.0 * p[0], 1000.0 * p[1]],
            Side::Right,
            [18.0, 28.0],
            1.2,
        ),
        (
            "proximal_femur_ply/femur_01.ply",
            // Stands on its head in the file.
            |p| [p[0], -p[1], -p[2]],
            Side::Right,
            [18.0, 28.0],
            0.8,
        ),
    ];
    for (name, world, side, radii, most_mm) in cases {
        let Some(mesh) = mesh(name) else { return };
        let femur = sampled(&mesh, world, 1.0);
        let bones = HipBones { femur: &femur, pelvis: &[], head_mm: None, radius_mm: None };
        let frame = hip_frame(&bones, side).unwrap();
        println!(
            "{name}: centre {:.1?}, radius {:.2} mm, rms {:.2} mm of {} points, {:?}",
            frame.centre_mm,
            frame.radius_mm,
            frame.fit.rms_mm,
            frame.fit.points,
            frame.start_degrees
        );
        assert!((radii[0]..radii[1]).contains(&frame.radius_mm), "{name} {}", frame.radius_mm);
        assert!(frame.fit.rms_mm < most_mm, "{name} {:?}", frame.fit);
        let other: Vec<Vec3> = femur.iter().copied().map(mirrored).collect();
        let bones = HipBones { femur: &other, ..bones };
        assert_mirror(&frame, &hip_frame(&bones, side.opposite()).unwrap(), 1e-9);
    }
}

#[test]
fn bad_surfaces_are_refused() {
    let place = |n: u64, a: u64| 60.0 * (uniform(3, n, a) - 0.5);
    let cloud: Vec<Vec3> = (0..3000).map(|n| [place(n, 0), place(n, 1), place(n, 2)]).collect();
    let few =
        HipBones { femur: &cloud[..30], pelvis: &[], head_mm: Some([0.0; 3]), radius_mm: None };
    assert!(
        matches!(hip_frame(&few, Side::Left), Err(FrameError::TooFew { found, .. }) if found <= 30)
    );
    let bones = HipBones { femur: &cloud, ..few };
    let error = hip_frame(&bones, Side::Left).unwrap_err();
    assert!(matches!(error, FrameError::NoBall { .. } | FrameError::BadFit { .. }), "{error}");
    let apart = ElbowBones {
        humerus: &cloud,
        ulna: &cloud.iter().map(|p| add(*p, [190.0, 0.0, 0.0])).collect::<Vec<_>>(),
        radius: &[],
        size: 1.0,
        normals_mm: 4.0,
    };
    let error = elbow_frame(&apart, Side::Left).unwrap_err();
    assert!(error.to_string().contains("expected at least 30"), "{error}");
}
