//! Ranges of bodies whose contact angle is known in closed form.

#![expect(clippy::print_stdout, reason = "measured figures are shown")]

mod shapes;

use ossicle_field::{Field, Grid};
use ossicle_joint::motion::{
    Articulation, Heterotopic, Part, RangeFinder, Rotation, Solid, SolidError, Tolerance,
};
use shapes::{Point, STRAIGHT, Shape, Turn, ball, cuboid, grid_about, mask, norm, order, share};

/// A ball with a bump, and the cup that it turns in: the bump, a ball of 6 mm at 25 mm from the
/// centre, meets the flat rim when its own centre is 6 mm above it.
const BUMP_AT: f64 = 25.0;
const BUMP: f64 = 6.0;
const START_DEG: f64 = 30.0;

/// No space is made where the shapes have none.
const EXACT: Tolerance = Tolerance { depth_voxels: 0.5, contact_voxels: 0.5, joint_space_mm: 0.0 };

fn bumpy_ball(p: Point) -> f64 {
    let (s, c) = libm::sincos(START_DEG.to_radians());
    ball(p, [0.0; 3], 20.0).min(ball(p, [0.0, BUMP_AT * s, BUMP_AT * c], BUMP))
}

fn cup(p: Point) -> f64 {
    ball(p, [0.0; 3], 40.0).max(-ball(p, [0.0; 3], 22.0)).max(p[2])
}

/// The angle at which the bump meets the rim.
fn closed_form() -> f64 {
    libm::acos(BUMP / BUMP_AT).to_degrees() - START_DEG
}

fn towards_rim(turn: Turn) -> Rotation {
    // From z to y.
    Rotation { point_mm: [0.0; 3], direction: turn.apply([-1.0, 0.0, 0.0]), limit_deg: 120.0 }
}

fn cup_on(grid: Grid, turn: Turn, exact_shares: bool) -> RangeFinder {
    let solid = |shape: &dyn Fn(Point) -> f64| {
        let turned = |p: Point| shape(turn.undo(p));
        if exact_shares {
            Solid::of_fraction(&share(grid, &turned))
        } else {
            Solid::of_mask(&mask(grid, &turned))
        }
        .unwrap()
    };
    RangeFinder::new(solid(&cup), solid(&bumpy_ball), EXACT).unwrap()
}

fn turns() -> [Turn; 4] {
    [
        STRAIGHT,
        Turn::about([0.6, 0.0, 0.8], 37.0),
        Turn::about([0.0, 0.6, 0.8], -64.0),
        Turn::about([2.0 / 3.0, 1.0 / 3.0, -2.0 / 3.0], 111.0),
    ]
}

/// Mean and largest error in degrees at each voxel size, over orientations of the shapes and
/// places of the grid.
fn errors(exact_shares: bool, sizes: &[f64]) -> Vec<(f64, f64)> {
    let error = |h: f64, turn: Turn, off: f64| {
        let centred = grid_about(42.0, [h; 3], STRAIGHT);
        let origin = centred.origin_mm().map(|v| v + off * h);
        let grid = Grid::new(centred.shape(), centred.steps_mm(), origin).unwrap();
        let finder = cup_on(grid, turn, exact_shares);
        let found = finder.range(Heterotopic::default(), &[towards_rim(turn)]).unwrap();
        (found.excursions[0].angle_deg - closed_form()).abs()
    };
    let over = |&h: &f64| {
        let all: Vec<f64> =
            turns().into_iter().flat_map(|t| [0.0, 0.4].map(|off| error(h, t, off))).collect();
        (all.iter().sum::<f64>() / 8.0, all.into_iter().fold(0.0, f64::max))
    };
    sizes.iter().map(over).collect()
}

#[test]
fn the_bump_meets_the_rim_at_first_order_in_the_voxel() {
    let sizes = [2.8, 2.0, 1.4, 1.0];
    for (exact_shares, least_order, share_of_a_voxel) in [(false, 0.7, 1.2), (true, 1.0, 0.5)] {
        let errors = errors(exact_shares, &sizes);
        let means: Vec<f64> = errors.iter().map(|e| e.0).collect();
        let order = order(&sizes, &means);
        println!("exact shares {exact_shares}: order {order:.2}, mean and largest {errors:.3?}");
        assert!(order > least_order, "order {order}");
        for (h, (_, largest)) in sizes.iter().zip(errors) {
            // The angle by which the bump passes the rim's plane by a voxel.
            let voxel_deg = (h / BUMP_AT).to_degrees();
            assert!(largest < share_of_a_voxel * voxel_deg, "{largest} degrees at {h} mm");
        }
    }
}

#[test]
fn anisotropic_voxels_and_turned_grids_change_no_more_than_a_voxel() {
    for (spacing, axes, allowed_deg) in [
        ([0.8, 0.8, 1.6], STRAIGHT, 1.0),
        ([1.5, 0.75, 1.0], STRAIGHT, 1.0),
        ([1.0; 3], Turn::about([0.48, 0.6, 0.64], 52.0), 0.5),
    ] {
        let finder = cup_on(grid_about(42.0, spacing, axes), STRAIGHT, true);
        let found = finder.range(Heterotopic::default(), &[towards_rim(STRAIGHT)]).unwrap();
        let error = found.excursions[0].angle_deg - closed_form();
        println!("{spacing:?}: {error}");
        assert!(error.abs() < allowed_deg, "{error} degrees with voxels of {spacing:?} mm");
    }
}

/// An arm of 40 mm on a hinge in its middle line, and a wall 25 mm up: its upper far corner
/// meets it.
#[test]
fn an_arm_on_a_hinge_meets_a_wall_where_its_corner_does() {
    let grid = Grid::aligned([120, 90, 40], [0.5; 3], [-4.75, -9.75, -9.75]).unwrap();
    let arm = mask(grid, &|p| cuboid(p, [0.0, -5.0, -6.0], [40.0, 5.0, 6.0]));
    let wall = mask(grid, &|p| cuboid(p, [10.0, 25.0, -8.0], [50.0, 30.0, 8.0]));
    let hinge = Rotation { point_mm: [0.0; 3], direction: [0.0, 0.0, 1.0], limit_deg: 90.0 };
    let finder =
        RangeFinder::new(Solid::of_mask(&wall).unwrap(), Solid::of_mask(&arm).unwrap(), EXACT)
            .unwrap();
    let found = finder.range(Heterotopic::default(), &[hinge, hinge.reversed()]).unwrap();
    let expected =
        (libm::asin(25.0 / libm::hypot(40.0, 5.0)) - libm::atan2(5.0, 40.0)).to_degrees();
    let up = found.excursions[0];
    assert!((up.angle_deg - expected).abs() < 0.5, "{} against {expected}", up.angle_deg);
    let collision = up.collision.unwrap();
    assert!((collision.at_mm[1] - 25.0).abs() < 0.6, "{collision:?}");
    assert!((collision.on_moving_mm[0] - 40.0).abs() < 0.6, "{collision:?}");
    assert!((collision.on_moving_mm[1] - 5.0).abs() < 0.6, "{collision:?}");
    assert!(collision.normal[1] < -0.9, "{collision:?}");
    assert!((collision.depth_mm - 0.25).abs() < 0.05, "{collision:?}");
    assert_eq!((collision.moving, collision.fixed), (Part::Bone, Part::Bone));
    assert!(collision.confirmed_deg > up.angle_deg);
    assert!(found.start.gap_mm > 12.0 && found.start.gap_mm <= 20.0, "{:?}", found.start);
    let down = found.excursions[1];
    assert_eq!((down.angle_deg, down.collision), (90.0, None));
}

/// Two flat faces that close like a book, from gaps that are no whole number of voxels.
#[test]
fn gaps_of_part_of_a_voxel_are_told_apart() {
    for gap in [1.6, 1.9, 2.3, 2.45] {
        let grid = Grid::aligned([60, 40, 24], [1.0; 3], [-10.0, -20.0, -12.0]).unwrap();
        let lower = |p: Point| cuboid(p, [10.0, -15.0, -8.0], [45.0, -gap, 8.0]);
        let upper = |p: Point| cuboid(p, [10.0, 0.0, -10.0], [30.0, 12.0, 10.0]);
        let solid = |shape: &dyn Fn(Point) -> f64| Solid::of_fraction(&share(grid, shape)).unwrap();
        let finder = RangeFinder::new(solid(&lower), solid(&upper), EXACT).unwrap();
        let closing = Rotation { point_mm: [0.0; 3], direction: [0.0, 0.0, -1.0], limit_deg: 45.0 };
        let found = finder.range(Heterotopic::default(), &[closing]).unwrap();
        // The far lower edge of the upper face goes down to -gap.
        let expected = libm::asin(gap / 30.0).to_degrees();
        let error = found.excursions[0].angle_deg - expected;
        println!("gap {gap}: {expected} {error} {:?}", found.start);
        assert!(error.abs() < 0.5, "{error} degrees with a gap of {gap} mm");
        assert!((found.start.gap_mm - gap).abs() < 0.3, "{:?}", found.start);
    }
}

/// Neither body's surface points need fall on the tip of a thin spike on the other.
#[test]
fn a_spike_as_thin_as_a_voxel_is_not_stepped_over() {
    let grid = Grid::aligned([120, 90, 40], [0.5; 3], [-4.75, -9.75, -9.75]).unwrap();
    let paddle = |p: Point| cuboid(p, [5.0, -3.0, -6.0], [52.0, 0.0, 6.0]);
    let spike = |p: Point| cuboid(p, [39.8, 20.0, -0.3], [40.4, 32.0, 0.3]);
    let hinge = Rotation { point_mm: [0.0; 3], direction: [0.0, 0.0, 1.0], limit_deg: 90.0 };
    // The spike's near or far lower edge against the paddle's face.
    let expected = libm::atan2(20.0, 40.1).to_degrees();
    let ways: [(Shape, Shape, Rotation); 2] =
        [(&spike, &paddle, hinge), (&paddle, &spike, hinge.reversed())];
    for (fixed, moving, rotation) in ways {
        let solid = |shape: &dyn Fn(Point) -> f64| Solid::of_mask(&mask(grid, shape)).unwrap();
        let finder = RangeFinder::new(solid(fixed), solid(moving), EXACT).unwrap();
        let found = finder.range(Heterotopic::default(), &[rotation]).unwrap().excursions[0];
        assert!((found.angle_deg - expected).abs() < 1.0, "{found:?} against {expected}");
    }
}

#[test]
fn the_mirror_image_moves_as_far() {
    let turn = Turn::about([0.6, 0.0, 0.8], 37.0);
    let grid = Grid::aligned([85; 3], [1.0; 3], [-42.0; 3]).unwrap();
    let one = |shape: fn(Point) -> f64| mask(grid, &|p: Point| shape(turn.undo(p)));
    let flipped = |field: &Field<bool>| Field::from_fn(grid, |[i, j, k]| field[[84 - i, j, k]]);
    let rotation = towards_rim(turn);
    // A mirror at x = 0 turns an axis round, but for its x.
    let [x, y, z] = rotation.direction;
    let mirrored = Rotation { direction: [x, -y, -z], ..rotation };
    let angle = |fixed: &Field<bool>, moving: &Field<bool>, rotation: Rotation| {
        let solid = |mask| Solid::of_mask(mask).unwrap();
        let finder = RangeFinder::new(solid(fixed), solid(moving), EXACT).unwrap();
        finder.range(Heterotopic::default(), &[rotation]).unwrap().excursions[0].angle_deg
    };
    let (fixed, moving) = (one(cup), one(bumpy_ball));
    let here = angle(&fixed, &moving, rotation);
    let there = angle(&flipped(&fixed), &flipped(&moving), mirrored);
    assert!((here - there).abs() <= 2.0 / 64.0, "{here} and {there} degrees");
}

/// Heterotopic bone on a grid of its own blocks earlier than the bones do, and is named.
#[test]
fn heterotopic_bone_on_a_finer_grid_ends_the_range_early() {
    let finder = cup_on(grid_about(42.0, [1.5; 3], STRAIGHT), STRAIGHT, true);
    let rotation = towards_rim(STRAIGHT);
    let bare = finder.range(Heterotopic::default(), &[rotation]).unwrap();
    // A knob of 4 mm on the rim, 30 mm from the centre, in the way of the bump.
    let fine = Grid::aligned([25, 25, 25], [0.5; 3], [-6.0, 24.0, -4.0]).unwrap();
    let knob = |p: Point| ball(p, [0.0, 30.0, 2.0], 4.0);
    let solid = Solid::of_fraction(&share(fine, &knob)).unwrap();
    let day = Heterotopic { on_fixed: Some(&solid), on_moving: None };
    let ranges = finder.range(day, &[rotation]).unwrap();
    let found = ranges.excursions[0];
    // The knob against the ball's bump at the start.
    let (s, c) = libm::sincos(START_DEG.to_radians());
    let apart = norm([0.0, 30.0 - BUMP_AT * s, 2.0 - BUMP_AT * c]) - BUMP - 4.0;
    let ball_apart = norm([0.0, 30.0, 2.0]) - 20.0 - 4.0;
    let gap = ranges.start.heterotopic_gap_mm.unwrap();
    assert!((gap - apart.min(ball_apart)).abs() < 0.8, "{gap} mm");
    // The centre of the bump, on its circle, comes within 10 mm of the knob's centre.
    let (s, c) = libm::sincos(found.angle_deg.to_radians() + START_DEG.to_radians());
    let between = norm([0.0, BUMP_AT * s - 30.0, BUMP_AT * c - 2.0]);
    assert!((between - 10.0).abs() < 0.4, "{between} mm");
    assert!(found.angle_deg < bare.excursions[0].angle_deg - 5.0);
    assert_eq!(bare.start.heterotopic_gap_mm, None);
    let collision = found.collision.unwrap();
    assert_eq!((collision.moving, collision.fixed), (Part::Bone, Part::Heterotopic));
    // One grown onto the ball, 8 mm above the rim, moves with it.
    let fine = Grid::aligned([25, 25, 25], [0.5; 3], [-6.0, 24.0, 2.0]).unwrap();
    let knob = |p: Point| ball(p, [0.0, 30.0, 8.0], 4.0);
    let solid = Solid::of_fraction(&share(fine, &knob)).unwrap();
    let day = Heterotopic { on_fixed: None, on_moving: Some(&solid) };
    let found = finder.range(day, &[rotation]).unwrap().excursions[0];
    let away = libm::hypot(30.0, 8.0);
    let expected = (libm::acos(4.0 / away) - libm::acos(8.0 / away)).to_degrees();
    assert!((found.angle_deg - expected).abs() < 0.5, "{} against {expected}", found.angle_deg);
    let collision = found.collision.unwrap();
    assert_eq!((collision.moving, collision.fixed), (Part::Heterotopic, Part::Bone));
}

#[test]
fn one_thread_and_two_agree_to_the_bit() {
    let finder = cup_on(grid_about(42.0, [1.0; 3], STRAIGHT), turns()[1], false);
    let rotations = [towards_rim(turns()[1]), towards_rim(turns()[1]).reversed()];
    let [one, two] = [1, 2].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| finder.range(Heterotopic::default(), &rotations).unwrap())
    });
    assert_eq!(one, two);
    assert!(one.excursions[0].collision.is_some());
}

/// Bodies that voxels make overlap turn on each other, and the overlap is told.
#[test]
fn an_overlap_at_the_start_is_given_way_to_and_said() {
    let grid = grid_about(30.0, [1.0; 3], STRAIGHT);
    let head = |p: Point| ball(p, [0.0; 3], 15.4);
    let socket = |p: Point| ball(p, [0.0; 3], 28.0).max(-ball(p, [0.0; 3], 15.0)).max(p[2] - 1.0);
    let finder = RangeFinder::new(
        Solid::of_fraction(&share(grid, &socket)).unwrap(),
        Solid::of_fraction(&share(grid, &head)).unwrap(),
        EXACT,
    )
    .unwrap();
    let turn = Rotation { point_mm: [0.0; 3], direction: [0.6, 0.0, 0.8], limit_deg: 150.0 };
    let found = finder.range(Heterotopic::default(), &[turn]).unwrap();
    assert_eq!(found.excursions[0].collision, None);
    assert!((found.start.overlap_mm - 0.4).abs() < 0.3, "{:?}", found.start);
}

/// Labels of a head that fills its socket, each with lumps of a millimetre: joint space is made.
#[test]
fn lumpy_labels_without_a_joint_space_still_move() {
    let grid = grid_about(30.0, [1.0; 3], STRAIGHT);
    let lumps = |p: Point| {
        let [x, y, z] = p.map(|v| libm::sin(0.9 * v));
        x * y * z
    };
    let head = |p: Point| ball(p, [0.0; 3], 15.0) + lumps(p);
    let socket = |p: Point| ball(p, [0.0; 3], 26.0).max(-head(p)).max(p[2] - 1.0);
    let solid = |shape: Shape| Solid::of_fraction(&share(grid, shape)).unwrap();
    let turn = Rotation { point_mm: [0.0; 3], direction: [0.6, 0.0, 0.8], limit_deg: 150.0 };
    let angle = |tolerance, articulation: Option<Articulation>| {
        let finder = RangeFinder::new(solid(&socket), solid(&head), tolerance).unwrap();
        let finder = match articulation {
            Some(articulation) => finder.with_articulation(articulation).unwrap(),
            None => finder,
        };
        finder.range(Heterotopic::default(), &[turn]).unwrap().excursions[0].angle_deg
    };
    let blocked = angle(EXACT, None);
    assert!(blocked < 20.0, "{blocked}");
    assert_eq!(angle(Tolerance::default(), None), 150.0);
    let ball = Articulation::Ball { centre_mm: [0.0; 3], radius_mm: 17.0 };
    assert_eq!(angle(EXACT, Some(ball)), 150.0);
}

/// What juts out of the articulation meets the rim where it did.
#[test]
fn an_articulation_leaves_out_nothing_but_itself() {
    let plain = || cup_on(grid_about(42.0, [1.5; 3], STRAIGHT), STRAIGHT, true);
    let range = |finder: RangeFinder| {
        finder.range(Heterotopic::default(), &[towards_rim(STRAIGHT)]).unwrap().excursions[0]
    };
    let whole = range(plain());
    let ball = Articulation::Ball { centre_mm: [0.0; 3], radius_mm: 22.5 };
    let cylinder =
        |direction| Articulation::Cylinder { point_mm: [0.0; 3], direction, radius_mm: 22.5 };
    assert_eq!(range(plain().with_articulation(ball).unwrap()), whole);
    assert_eq!(range(plain().with_articulation(cylinder([1.0, 0.0, 0.0])).unwrap()), whole);
    // Along the way that the bump takes there is no bone left.
    let gone = range(plain().with_articulation(cylinder([0.0, 1.0, 0.0])).unwrap());
    assert!(gone.angle_deg > whole.angle_deg + 10.0, "{gone:?}");
}

#[test]
fn bad_input_is_refused() {
    let grid = grid_about(5.0, [1.0; 3], STRAIGHT);
    let empty = Solid::of_mask(&Field::filled(grid, false));
    assert_eq!(empty.unwrap_err(), SolidError::Empty { voxels: grid.len() });
    let half = Solid::of_fraction(&Field::filled(grid, 1.5));
    assert!(matches!(half, Err(SolidError::Fraction { voxel: [0, 0, 0], .. })));
    let steps = [[1.0, 0.0, 0.0], [0.2, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let sheared = Grid::new([9; 3], steps, [0.0; 3]).unwrap();
    let sheared = Solid::of_mask(&Field::filled(sheared, true));
    assert!(matches!(sheared, Err(SolidError::Sheared { .. })));
    let solid = || Solid::of_mask(&mask(grid, &|p| ball(p, [0.0; 3], 3.0))).unwrap();
    let rough = Tolerance { depth_voxels: 0.0, ..EXACT };
    assert!(RangeFinder::new(solid(), solid(), rough).is_err());
    let finder = RangeFinder::new(solid(), solid(), EXACT).unwrap();
    let flat = Articulation::Ball { centre_mm: [0.0; 3], radius_mm: 0.0 };
    assert!(finder.clone().with_articulation(flat).is_err());
    let good = towards_rim(STRAIGHT);
    for bad in [
        Rotation { limit_deg: 181.0, ..good },
        Rotation { limit_deg: f64::NAN, ..good },
        Rotation { direction: [0.0; 3], ..good },
        Rotation { point_mm: [f64::NAN, 0.0, 0.0], ..good },
    ] {
        let error = finder.range(Heterotopic::default(), &[good, bad]).unwrap_err();
        assert!(error.to_string().contains("rotation 2"), "{error}");
    }
}
