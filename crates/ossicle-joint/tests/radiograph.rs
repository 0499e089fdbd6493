//! Radiographs of shapes whose path lengths are known in closed form.

#![expect(clippy::print_stdout, reason = "measured figures are shown")]

mod shapes;

use ossicle_field::{Field, Grid};
use ossicle_joint::radiograph::{
    Beam, Radiograph, RadiographError, Setting, View, projected_area_mm2,
};
use shapes::{Point, STRAIGHT, Turn, ball, cuboid, grid_about, mask, order, share};

/// Bone of that radiodensity in air.
fn in_air(grid: Grid, hu: f32, shape: &dyn Fn(Point) -> f64) -> Field<f32> {
    share(grid, shape).map(|&s| s * (hu + 1000.0) - 1000.0)
}

/// The pixel whose ray passes nearest to a point, of a parallel beam.
fn pixel(picture: &Radiograph, at: Point) -> f64 {
    let along = |axis: usize| {
        let way: f64 = (0..3).map(|r| (at[r] - picture.first_mm[r]) * picture.axes[axis][r]).sum();
        (way / picture.pixel_mm).round() as usize
    };
    f64::from(picture.attenuation[along(0) + picture.shape[0] * along(1)])
}

#[test]
fn a_slab_attenuates_by_its_thickness() {
    // 20 mm of bone of 1000 HU: twice water's attenuation.
    for axes in [STRAIGHT, Turn::about([0.6, 0.0, 0.8], 33.0)] {
        let grid = grid_about(30.0, [0.8, 1.1, 1.7], axes);
        let bone = |p: Point| cuboid(p, [-25.0, -10.0, -25.0], [25.0, 10.0, 25.0]);
        let picture = Radiograph::new(
            &in_air(grid, 1000.0, &bone),
            &Setting::parallel(View::AnteroPosterior, 0.5),
        )
        .unwrap();
        for at in [[0.0; 3], [12.0, 0.0, -9.0], [-15.0, 0.0, 14.0]] {
            let found = pixel(&picture, at);
            assert!((found - 0.04 * 20.0).abs() < 0.004, "{found} at {at:?}");
        }
    }
}

#[test]
fn a_ball_attenuates_by_its_chords_in_both_views() {
    let sizes = [2.0, 1.4, 1.0];
    let errors = sizes.map(|h| {
        let grid = grid_about(24.0, [h, 1.3 * h, 0.8 * h], Turn::about([0.0, 0.6, 0.8], 25.0));
        let hu = in_air(grid, 0.0, &|p| ball(p, [2.0, -1.0, 3.0], 15.0));
        let mut worst = 0.0_f64;
        for (view, aside) in [(View::AnteroPosterior, 0), (View::Lateral, 1)] {
            let picture = Radiograph::new(&hu, &Setting::parallel(view, 0.25)).unwrap();
            for off in [0.0, 4.0, 8.0, 11.0] {
                let mut at = [2.0, -1.0, 3.0];
                at[aside] += off;
                at[2] += 0.5 * off;
                let square = 225.0 - 1.25 * off * off;
                let expected = 0.02 * 2.0 * f64::sqrt(square);
                worst = worst.max((pixel(&picture, at) - expected).abs());
            }
        }
        worst
    });
    let order = order(&sizes, &errors);
    println!("order {order:.2}, errors {errors:.5?}");
    assert!(order > 1.0, "{order}");
    assert!(errors[2] < 0.02 * 0.5, "half a millimetre of water at most: {errors:?}");
}

#[test]
fn right_is_left_and_up_is_up() {
    let grid = Grid::aligned([20, 20, 20], [1.0; 3], [-9.5; 3]).unwrap();
    // Bone at the patient's right, in front and above.
    let hu = in_air(grid, 1000.0, &|p| cuboid(p, [5.0, 5.0, 5.0], [9.0, 9.0, 9.0]));
    for view in [View::AnteroPosterior, View::Lateral] {
        let picture = Radiograph::new(&hu, &Setting::parallel(view, 1.0)).unwrap();
        let grey = picture.grey(picture.window());
        let brightest = grey.iter().enumerate().max_by_key(|(_, g)| **g).unwrap().0;
        let (column, row) = (brightest % picture.shape[0], brightest / picture.shape[0]);
        assert!(column < 8 && row < 8, "{view:?}: brightest at {column}, {row}");
        assert_eq!((grey[brightest], grey[grey.len() - 1]), (255, 0));
    }
}

#[test]
fn a_point_source_enlarges_by_its_distances() {
    let grid = grid_about(20.0, [0.5; 3], STRAIGHT);
    let middle = grid.middle_mm();
    let hu = in_air(grid, 1000.0, &|p| ball(p, middle, 10.0));
    let beam = Beam::Point { to_middle_mm: 500.0, to_picture_mm: 750.0 };
    let setting = Setting { beam, ..Setting::parallel(View::AnteroPosterior, 0.25) };
    let picture = Radiograph::new(&hu, &setting).unwrap();
    let shadow = picture.attenuation.iter().filter(|a| **a > 0.1).count() as f64 * 0.0625;
    let radius = f64::sqrt(shadow / std::f64::consts::PI);
    assert!((radius / 15.0 - 1.0).abs() < 0.02, "{radius} mm, enlarged 1.5 times from 10");
}

#[test]
fn shadows_have_their_area() {
    let grid = grid_about(20.0, [0.5, 0.7, 0.6], Turn::about([0.6, 0.0, 0.8], 33.0));
    for view in [View::AnteroPosterior, View::Lateral] {
        // Two balls, one behind the other in neither view, and one shadow in part.
        let bone = mask(grid, &|p| ball(p, [0.0; 3], 9.0).min(ball(p, [0.0, 0.0, 14.0], 4.0)));
        let area = projected_area_mm2(&bone, view, 0.25).unwrap();
        let expected = std::f64::consts::PI * (81.0 + 16.0);
        assert!((area / expected - 1.0).abs() < 0.05, "{area} against {expected} mm2");
    }
}

#[test]
fn bad_settings_are_refused() {
    let hu = Field::filled(Grid::aligned([10; 3], [1.0; 3], [0.0; 3]).unwrap(), 0.0_f32);
    let setting = Setting::parallel(View::Lateral, 1.0);
    let refused = |setting: Setting| Radiograph::new(&hu, &setting).unwrap_err();
    assert!(matches!(
        refused(Setting { pixel_mm: 0.0, ..setting }),
        RadiographError::Positive { found: 0.0, .. }
    ));
    assert!(matches!(
        refused(Setting { pixel_mm: 1e-5, ..setting }),
        RadiographError::TooLarge(..)
    ));
    let beam = Beam::Point { to_middle_mm: 3.0, to_picture_mm: 100.0 };
    assert!(matches!(refused(Setting { beam, ..setting }), RadiographError::Source { .. }));
}
