//! Bridges of known cross-section.

#![expect(clippy::print_stdout, reason = "measured figures are shown")]

mod shapes;

use ossicle_field::{Field, Grid};
use ossicle_joint::bridge::{Bridge, BridgeError, BridgeModel};
use shapes::{Point, STRAIGHT, Turn, grid_about, mask};

/// A bar along x between two plates 30 mm apart.
fn bar(grid: Grid, turn: Turn, mineral: f32, section: &dyn Fn(f64, f64, f64) -> bool) -> Bridge {
    measure(grid, turn, mineral, section).unwrap().unwrap()
}

fn measure(
    grid: Grid,
    turn: Turn,
    mineral: f32,
    section: &dyn Fn(f64, f64, f64) -> bool,
) -> Result<Option<Bridge>, BridgeError> {
    let local = |p: Point| turn.undo(p);
    let along = |p: Point| local(p)[0];
    let fixed = mask(grid, &|p| (along(p) + 15.0).max(-19.0 - along(p)));
    let moving = mask(grid, &|p| (15.0 - along(p)).max(along(p) - 19.0));
    let bone = Field::from_fn(grid, |v| {
        let [x, y, z] = local(grid.centre(v));
        if section(x, y, z) { mineral } else { 0.0 }
    });
    BridgeModel::default().measure(&bone, &fixed, &moving)
}

fn square(side: f64) -> impl Fn(f64, f64, f64) -> bool {
    move |_, y, z| y.abs() <= side / 2.0 && z.abs() <= side / 2.0
}

#[test]
fn a_bar_along_an_axis_has_its_exact_area() {
    let grid = Grid::aligned([40, 25, 25], [1.0; 3], [-19.5, -12.0, -12.0]).unwrap();
    for side in [1.0, 2.0, 5.0, 9.0] {
        // Voxel centres within half a side of the middle.
        let voxels = 2.0 * f64::floor(side / 2.0) + 1.0;
        let bridge = bar(grid, STRAIGHT, 1.0, &square(side));
        let area = bridge.area_mm2 / (voxels * voxels);
        assert!((area - 1.0).abs() < 1e-3, "{} of {voxels} squared", bridge.area_mm2);
        assert!((bridge.rigidity_n / (17_000.0 * bridge.area_mm2) - 1.0).abs() < 1e-3);
        assert!((bridge.length_mm - 30.0).abs() < 1.1, "{} mm", bridge.length_mm);
        assert!(bridge.neck_mm[1].abs() < 0.6 && bridge.neck_mm[2].abs() < 0.6);
    }
}

#[test]
fn a_bar_that_lies_aslant_has_nearly_its_area() {
    for (axis, degrees, allowed) in [
        ([0.0, 0.0, 1.0], 45.0, 0.08),
        ([0.0, 0.0, 1.0], 22.5, 0.08),
        ([0.0, 0.6, 0.8], 37.0, 0.08),
        ([0.0, std::f64::consts::FRAC_1_SQRT_2, -std::f64::consts::FRAC_1_SQRT_2], 54.7356, 0.08),
    ] {
        let turn = Turn::about(axis, degrees);
        let grid = grid_about(26.0, [1.0; 3], STRAIGHT);
        let bridge = bar(grid, turn, 1.0, &square(10.0));
        let error = bridge.area_mm2 / 100.0 - 1.0;
        println!("{degrees} degrees: area {:+.1} %, {:.1} mm", 100.0 * error, bridge.length_mm);
        assert!(error.abs() < allowed, "{error} at {degrees} degrees");
        assert!((bridge.length_mm / 30.0 - 1.0).abs() < 0.12, "{} mm", bridge.length_mm);
    }
}

#[test]
fn voxels_of_unequal_edges_change_little() {
    let grid = Grid::aligned([80, 50, 25], [0.5, 0.5, 1.0], [-19.75, -12.25, -12.0]).unwrap();
    let area = bar(grid, STRAIGHT, 1.0, &square(9.9)).area_mm2;
    // 20 voxels of 0.5 mm by 9 of 1 mm.
    assert!((area / 90.0 - 1.0).abs() < 0.05, "{area}");
}

#[test]
fn the_neck_of_a_bridge_decides() {
    let grid = Grid::aligned([40, 25, 25], [1.0; 3], [-19.5, -12.0, -12.0]).unwrap();
    let waist = |x: f64, y: f64, z: f64| {
        let half = if (4.0..8.0).contains(&x) { 2.2 } else { 8.2 };
        y.abs() <= half && z.abs() <= half
    };
    let bridge = bar(grid, STRAIGHT, 0.5, &waist);
    assert!((bridge.area_mm2 / 25.0 - 1.0).abs() < 0.05, "{}", bridge.area_mm2);
    assert!((bridge.neck_mm[0] - 6.0).abs() < 2.6, "{:?}", bridge.neck_mm);
    assert!((bridge.rigidity_n / (0.25 * 17_000.0 * bridge.area_mm2) - 1.0).abs() < 0.01);
    assert!((bridge.lever_mm([0.0, 0.0, 40.0], [0.0, 1.0, 0.0]) - 40.4).abs() < 1.0);
}

#[test]
fn a_crack_of_one_voxel_carries_nothing_and_soft_bone_little() {
    let grid = Grid::aligned([40, 25, 25], [1.0; 3], [-19.5, -12.0, -12.0]).unwrap();
    let cracked = |x: f64, y: f64, z: f64| square(9.0)(x, y, z) && !(0.0..1.0).contains(&x);
    assert_eq!(measure(grid, STRAIGHT, 1.0, &cracked).unwrap(), None);
    // A layer of a tenth of the mineral has a hundredth of the stiffness.
    let is_layer = |x: f64| (0.0..1.0).contains(&x);
    let fixed = mask(grid, &|p| p[0] + 15.0);
    let moving = mask(grid, &|p| 15.0 - p[0]);
    let layered = Field::from_fn(grid, |v| {
        let [x, y, z] = grid.centre(v);
        match square(9.0)(x, y, z) {
            true if is_layer(x) => 0.1,
            true => 1.0,
            false => 0.0,
        }
    });
    let bridge = BridgeModel::default().measure(&layered, &fixed, &moving).unwrap().unwrap();
    let share = bridge.rigidity_n / (17_000.0 * 81.0);
    println!("a soft layer leaves {share:.4} of the rigidity");
    assert!(share > 0.009 && share < 0.021, "{share}");
    assert!((bridge.area_mm2 / 81.0 - 1.0).abs() < 1e-3);
}

#[test]
fn a_bridge_that_thickens_and_hardens_fuses_the_joint() {
    let model = BridgeModel::default();
    let grid = Grid::aligned([40, 25, 25], [1.0; 3], [-19.5, -12.0, -12.0]).unwrap();
    let ranges = |steps: &[(f64, f32)]| -> Vec<f64> {
        let range =
            |&(side, mineral): &(f64, f32)| match measure(grid, STRAIGHT, mineral, &square(side))
                .unwrap()
            {
                None => 110.0,
                Some(b) => model.range_deg(110.0, b.stiffness_n_per_mm(), 40.0),
            };
        steps.iter().map(range).collect()
    };
    let thicker =
        ranges(&[(1.0, 0.01), (1.0, 0.06), (3.0, 0.06), (5.0, 0.06), (9.0, 0.06), (17.0, 0.06)]);
    let harder = ranges(&[(5.0, 0.01), (5.0, 0.06), (5.0, 0.08), (5.0, 0.12), (5.0, 1.0)]);
    println!("{thicker:.1?} {harder:.1?}");
    for ranges in [&thicker, &harder] {
        assert!(ranges.windows(2).all(|w| w[1] <= w[0]), "{ranges:?}");
        assert_eq!((ranges[0], ranges[ranges.len() - 1]), (110.0, 0.0));
        assert!(ranges.iter().any(|r| *r > 0.0 && *r < 110.0), "{ranges:?}");
    }
    // E A / L by hand: 17000 0.06^2 25/30 N/mm at 40 mm under 20 N m.
    let by_hand = (20_000.0_f64 / (17_000.0 * 0.0036 * 25.0 / 30.0 * 1600.0)).to_degrees();
    assert!((thicker[3] / by_hand - 1.0).abs() < 0.05, "{} against {by_hand}", thicker[3]);
}

#[test]
fn large_bridges_are_cut_on_coarser_voxels() {
    let grid = Grid::aligned([160, 90, 90], [0.25; 3], [-19.875, -11.125, -11.125]).unwrap();
    let bridge = bar(grid, STRAIGHT, 1.0, &square(18.0));
    assert!(bridge.voxel_mm > 0.4, "{}", bridge.voxel_mm);
    assert!((bridge.area_mm2 / 324.0 - 1.0).abs() < 0.03, "{}", bridge.area_mm2);
}

#[test]
fn bad_input_is_refused() {
    let grid = Grid::aligned([4; 3], [1.0; 3], [0.0; 3]).unwrap();
    let other = Grid::aligned([5; 3], [1.0; 3], [0.0; 3]).unwrap();
    let model = BridgeModel::default();
    let (none, all) = (Field::filled(grid, false), Field::filled(grid, true));
    let mineral = Field::filled(grid, 0.5_f32);
    assert_eq!(model.measure(&mineral, &none, &all), Err(BridgeError::NoBody { body: "fixed" }));
    assert_eq!(
        model.measure(&mineral, &all, &Field::filled(other, true)),
        Err(BridgeError::Grids { body: "moving" })
    );
    let found = model.measure(&Field::filled(grid, -1.0), &all, &all);
    assert!(matches!(found, Err(BridgeError::Mineral { voxel: [0, 0, 0], .. })));
}
