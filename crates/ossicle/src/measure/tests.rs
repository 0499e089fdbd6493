//! Bodies made of formulas, whose figures are known.

use ossicle_field::{Field, Grid};
use ossicle_image::{LabelSet, Scan, ScanFormat};
use ossicle_joint::grade::Brooker;

use super::*;

const MUSCLE: f32 = 50.0;
const BONE: f32 = 900.0;

/// A thigh of 84 mm across, 60 mm long, with a shaft of 27 ml on the axis x = 25, y = 45.
fn grid() -> Grid {
    Grid::aligned([91, 91, 60], [1.0; 3], [-10.0, 5.0, 100.0]).unwrap()
}

fn distance(v: [usize; 3], centre: [f64; 3]) -> f64 {
    (0..3).map(|a| (v[a] as f64 - centre[a]) * (v[a] as f64 - centre[a])).sum::<f64>().sqrt()
}

fn shaft([i, j, _]: [usize; 3]) -> bool {
    distance([i, j, 0], [25.0, 45.0, 0.0]) <= 12.0
}

/// The thigh with what `extra` puts into it.
fn thigh(extra: impl Fn([usize; 3]) -> Option<f32>) -> Subject {
    let image = Field::from_fn(grid(), |v| {
        let outside = distance([v[0], v[1], 0], [45.0, 45.0, 0.0]) > 42.0;
        extra(v).unwrap_or(if shaft(v) {
            BONE
        } else if outside {
            -1000.0
        } else {
            MUSCLE
        })
    });
    subject(image)
}

fn subject(image: Field<f32>) -> Subject {
    let (format, notes) = (ScanFormat::Nifti, Vec::new());
    let scan = Scan { image, format, modality: None, padding: None, notes };
    Subject { scan_path: "ct.nii".into(), scan, labels: None, within: None }
}

fn labels(names: &[&str], number: impl FnMut([usize; 3]) -> u16) -> LabelSet {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    LabelSet { names, labels: Field::from_fn(grid(), number), notes: Vec::new() }
}

fn ball(v: [usize; 3], centre: [f64; 3], radius: f64, hu: f32) -> Option<f32> {
    (distance(v, centre) <= radius).then_some(hu)
}

fn usual(subject: &Subject) -> Measurement {
    measure(subject, &Settings::default()).unwrap()
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found}; expected {expected} ± {tolerance}");
}

#[test]
fn a_ball_has_its_volume_density_place_and_distance() {
    let found = usual(&thigh(|v| ball(v, [60.0, 45.0, 30.0], 8.0, 600.0)));
    assert_eq!(found.foci.len(), 1);
    let focus = &found.foci[0];
    let ball_ml = |r: f64| 4.0 / 3.0 * std::f64::consts::PI * r * r * r / 1000.0;
    assert!(focus.volume_ml > ball_ml(7.5) && focus.volume_ml < ball_ml(8.5));
    near(focus.volume_ml, ball_ml(8.0), 0.02 * ball_ml(8.0));
    assert_eq!((focus.mean_hu, focus.max_hu), (600.0, 600.0));
    assert_eq!(focus.extent_mm, [17.0; 3]);
    for (found, expected) in focus.centroid_ras_mm.iter().zip([50.0, 50.0, 130.0]) {
        near(*found, expected, 1e-9);
    }
    // From x = 37, the outermost voxel of the shaft, to x = 52 of the ball.
    assert_eq!(focus.bone_distance_mm, Some(15.0));
    // HU = 50 + 1350 Y; a ml of Y = 1 holds 1150 mg.
    near(focus.mineral_mg, 1150.0 * 550.0 / 1350.0 * focus.volume_ml, 1e-9);
    assert_eq!(focus.shell.index, Some(1.0));
    assert!(!focus.cut_by_the_scan);
    near(found.apart_ml, focus.volume_ml, 1e-12);
    let shaft_ml = (0..grid().len()).filter(|&n| shaft(grid().voxel(n))).count() as f64 / 1000.0;
    near(found.mineral_ml, focus.volume_ml + shaft_ml, 1e-9);
    assert_eq!(found.grades.len(), 0);
    assert!(found.no_grade[0].contains("no labels"));
}

#[test]
fn a_hollow_ball_is_a_shell_over_its_core() {
    let centre = [60.0, 45.0, 30.0];
    let mut without_index = 0;
    for (inner, outer, core) in [
        (6.0, 10.0, 100.0),
        (6.0, 10.0, 400.0),
        (7.0, 9.0, 100.0),
        // Fat, as in mature bone, under a thin shell.
        (8.5, 10.0, -100.0),
    ] {
        let found = usual(&thigh(|v| match distance(v, centre) {
            d if d <= inner => Some(core),
            d if d <= outer => Some(800.0),
            _ => None,
        }));
        // Deeper is what has no voxel outside the ball within 2 mm.
        let is_deep = |v: [usize; 3]| {
            (0..125).all(|c| {
                let step = [c % 5, c / 5 % 5, c / 25];
                let other = std::array::from_fn(|a| v[a] + step[a] - 2);
                distance(other, v.map(|x| x as f64)) > 2.0 || distance(other, centre) <= outer
            })
        };
        let ball = (0..grid().len()).map(|n| grid().voxel(n));
        let ball = ball.filter(|&v| distance(v, centre) <= outer && is_deep(v));
        let hu = ball.map(|v| if distance(v, centre) <= inner { f64::from(core) } else { 800.0 });
        let (count, sum) = hu.fold((0.0, 0.0), |(count, sum), hu| (count + 1.0, sum + hu));
        let shell = found.foci[0].shell;
        assert_eq!(shell.outer_hu, Some(800.0));
        near(shell.deeper_hu.unwrap(), sum / count, 1e-9);
        match shell.index {
            Some(index) => near(index, 800.0 * count / sum, 1e-9),
            None => without_index += i32::from(sum < 0.0),
        }
        // Only a core that is mineral itself counts for the density of the focus.
        assert_eq!(found.foci[0].mean_hu == 800.0, core < 200.0);
    }
    assert_eq!(without_index, 1, "over fat a ratio means nothing");
}

#[test]
fn a_thin_focus_has_no_core() {
    let found = usual(&thigh(|[i, j, k]| {
        ((60..64).contains(&i) && (40..50).contains(&j) && (20..30).contains(&k)).then_some(500.0)
    }));
    let shell = found.foci[0].shell;
    assert_eq!((shell.outer_hu, shell.deeper_hu, shell.index), (Some(500.0), None, None));
    near(found.foci[0].volume_ml, 0.4, 1e-12);
}

#[test]
fn metal_is_left_out_with_its_blur_and_said() {
    let centre = [60.0, 45.0, 30.0];
    let found = usual(&thigh(|v| match distance(v, centre) {
        d if d <= 4.0 => Some(3000.0),
        d if d <= 4.9 => Some(2000.0),
        _ => ball(v, [60.0, 70.0, 30.0], 4.0, 1900.0),
    }));
    assert_eq!(found.foci.len(), 1, "the dense focus away from metal stays");
    near(found.foci[0].centroid_ras_mm[1], 75.0, 1e-9);
    assert!(found.notes.iter().any(|n| n.contains("metal")), "{:?}", found.notes);
    let clean = usual(&thigh(|v| ball(v, [60.0, 70.0, 30.0], 4.0, 1900.0)));
    assert!(!clean.notes.iter().any(|n| n.contains("metal")));
    assert_eq!(clean.apart_ml, found.apart_ml);
}

#[test]
fn foci_are_ordered_and_the_least_volume_holds() {
    let spots = |v| {
        ball(v, [60.0, 30.0, 30.0], 3.0, 400.0)
            .or(ball(v, [60.0, 60.0, 30.0], 5.0, 300.0))
            .or(ball(v, [60.0, 45.0, 30.0], 1.0, 300.0))
    };
    let found = usual(&thigh(spots));
    assert_eq!(found.foci.iter().map(|f| f.mean_hu).collect::<Vec<_>>(), [300.0, 400.0]);
    near(found.apart_ml - found.total.volume_ml, 0.007, 1e-9);
    let numbered = |n: u16| found.foci_field.iter().filter(|&&f| f == n).count() as f64 / 1000.0;
    near(numbered(1), found.foci[0].volume_ml, 1e-12);
    near(numbered(2), found.foci[1].volume_ml, 1e-12);
    let all = Settings { least_ml: 0.0, ..Settings::default() };
    assert_eq!(measure(&thigh(spots), &all).unwrap().foci.len(), 3);
    let dense = Settings { threshold_hu: 350.0, ..Settings::default() };
    assert_eq!(measure(&thigh(spots), &dense).unwrap().foci.len(), 1);
}

#[test]
fn a_contour_gives_both_figures() {
    let mut thigh = thigh(|v| ball(v, [60.0, 45.0, 30.0], 5.0, 600.0));
    let half = labels(&["mass"], |[_, _, k]| u16::from(k >= 30));
    thigh.within = Some(("mask.nii".into(), half));
    let found = usual(&thigh);
    let count = |in_it: &dyn Fn([usize; 3]) -> bool| {
        (0..grid().len()).map(|n| grid().voxel(n)).filter(|&v| v[2] >= 30 && in_it(v)).count()
            as f64
            / 1000.0
    };
    let ball_ml = count(&|v| distance(v, [60.0, 45.0, 30.0]) <= 5.0);
    near(found.apart_ml, ball_ml, 1e-12);
    near(found.mineral_ml, ball_ml + count(&shaft), 1e-9);
}

/// A femur (the shaft) and a hip bone (a plate at x = 65..80) with `extra` between them.
fn hip(extra: impl Fn([usize; 3]) -> bool) -> Subject {
    let plate = |[i, j, _]: [usize; 3]| (65..80).contains(&i) && (35..55).contains(&j);
    let mut hip =
        thigh(|v| if plate(v) { Some(BONE) } else { (!shaft(v) && extra(v)).then_some(500.0) });
    let set =
        labels(&["femur_left", "Left Hip"], |v| if shaft(v) { 1 } else { 2 * u16::from(plate(v)) });
    hip.labels = Some(("labels".into(), set));
    hip
}

#[test]
fn the_grade_follows_islands_spurs_and_bridges() {
    let rod = |from: usize, to: usize| {
        move |[i, j, k]: [usize; 3]| {
            (from..to).contains(&i) && (43..48).contains(&j) && (28..33).contains(&k)
        }
    };
    for (extra, grade, gap, distance) in [
        (rod(0, 0), Brooker::None, None, None),
        // 37 is the last voxel of the shaft: 40 lies beyond its rim of 2 mm.
        (rod(45, 55), Brooker::I, None, Some(8.0)),
        (rod(40, 55), Brooker::I, None, Some(3.0)),
        (rod(38, 55), Brooker::II, Some(11.0), Some(0.0)),
        (rod(38, 56), Brooker::II, Some(10.0), Some(0.0)),
        (rod(38, 57), Brooker::III, Some(9.0), Some(0.0)),
        (rod(55, 65), Brooker::II, None, Some(0.0)),
        (rod(38, 65), Brooker::IV, None, Some(0.0)),
    ] {
        let found = usual(&hip(extra));
        assert_eq!(found.grades.len(), 1, "only the left is labelled");
        assert_eq!((found.grades[0].side, found.grades[0].grade), ("left", grade));
        if let Some(gap) = gap {
            near(found.grades[0].gap_mm.unwrap(), gap, 1e-5);
        }
        assert_eq!(found.foci.first().and_then(|f| f.bone_distance_mm), distance);
    }
    // Two spurs that face each other leave the gap between them.
    let found = usual(&hip(|v| rod(38, 48)(v) || rod(54, 65)(v)));
    assert_eq!(found.grades[0].grade, Brooker::III);
    near(found.grades[0].gap_mm.unwrap(), 7.0, 1e-5);
    // Specks lie within the error of labels, and metal makes bridges of its own.
    let speck = |[i, j, k]: [usize; 3]| (50..54).contains(&i) && j == 45 && (20..26).contains(&k);
    assert_eq!(usual(&hip(speck)).grades[0].grade, Brooker::None);
    let mut screw = hip(rod(38, 65));
    screw.scan.image[[50, 30, 30]] = 3000.0;
    let found = usual(&screw);
    assert!(found.grades.is_empty() && found.no_grade[0].contains("left: 0.00 ml of metal"));
    let right = Settings { side: Some(Side::Right), ..Settings::default() };
    let found = measure(&hip(rod(45, 55)), &right).unwrap();
    assert!(found.no_grade[0].contains("right"));
}

#[test]
fn labels_in_another_order_of_rows_are_the_same_and_others_are_refused() {
    let mut flipped = hip(|v| ball(v, [52.0, 45.0, 30.0], 4.0, 500.0).is_some());
    let expected = usual(&flipped);
    let (_, set) = flipped.labels.clone().unwrap();
    let turned = Grid::new(
        grid().shape(),
        [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]],
        grid().centre([0, 90, 0]),
    );
    let turned = Field::from_fn(turned.unwrap(), |[i, j, k]| set.labels[[i, 90 - j, k]]);
    flipped.labels = Some(("labels".into(), LabelSet { labels: turned, ..set.clone() }));
    let found = usual(&flipped);
    assert!(found.foci_field == expected.foci_field && found.apart_ml > 0.0);

    let moved = Grid::aligned(grid().shape(), [1.0; 3], [-9.5, 5.0, 100.0]).unwrap();
    let labels = Field::from_vec(moved, set.labels.to_vec());
    flipped.labels = Some(("labels".into(), LabelSet { labels, ..set }));
    let error = measure(&flipped, &Settings::default()).unwrap_err().to_string();
    assert!(error.contains("labels: ") && error.contains("0.500 mm"), "{error}");
}

#[test]
fn what_cannot_be_measured_is_refused_with_found_and_expected() {
    let refusal = |subject: &Subject, settings: &Settings| {
        measure(subject, settings).unwrap_err().to_string()
    };
    let usual = Settings::default();
    let ball = thigh(|v| ball(v, [60.0, 45.0, 30.0], 5.0, 600.0));
    for (threshold_hu, told) in [(99.0, "99"), (1000.5, "1000.5"), (f64::NAN, "NaN")] {
        let error = refusal(&ball, &Settings { threshold_hu, ..usual });
        assert!(error.contains(told) && error.contains("100 to 1000 HU"), "{error}");
    }
    let error = refusal(&ball, &Settings { least_ml: -1.0, ..usual });
    assert!(error.contains("-1 ml"), "{error}");
    let soft = thigh(|v| shaft(v).then_some(65.0));
    let error = refusal(&soft, &usual);
    assert!(error.contains("densest voxel of the body has 65 HU"), "{error}");
    assert!(error.contains("at least 200 HU"), "{error}");
    let grey = subject(Field::from_fn(grid(), |[i, ..]| i as f32));
    assert!(refusal(&grey, &usual).contains("8-bit"));
    let couch = subject(Field::from_fn(grid(), |[i, ..]| if i == 9 { 300.0 } else { -1000.0 }));
    assert!(refusal(&couch, &usual).contains("no body"));
    // 496 860 voxels of 32 bytes.
    let error = ball.check_memory(Some(15 << 20)).unwrap_err().to_string();
    assert!(error.contains("needs 15 MiB") && error.contains("ct.nii"), "{error}");
    assert!(ball.check_memory(Some(16 << 20)).is_ok() && ball.check_memory(None).is_ok());
    let mut labelled = ball.clone();
    labelled.labels = Some(("labels".into(), labels(&["fat"], |_| 1)));
    let error = refusal(&labelled, &usual);
    assert!(error.contains("found fat") && error.contains("femur_left"), "{error}");
}
