//! Ectopic bone measured in scans of people and in scans made here.

use crate::support::nifti::{Made, Nifti};
use crate::support::{Desk, human_ct};

/// A thigh with a shaft of 29 ml and a cube of 10 mm of mineral, 12 mm from it; in metal's stead
/// of `hu`.
fn thigh([i, j, k]: [usize; 3], hu: f32) -> f32 {
    let (x, y) = (i as f32 - 20.0, j as f32 - 20.0);
    let cube = (28..33).contains(&i) && (18..23).contains(&j) && (10..15).contains(&k);
    match ((x + 4.0) * (x + 4.0) + y * y, x * x + y * y) {
        (shaft, _) if shaft <= 36.5 => 900.0,
        _ if cube => hu,
        (_, body) if body < 330.0 => 50.0,
        _ => -1000.0,
    }
}

#[test]
fn contours_of_people_give_the_figures_that_came_with_them() {
    // Mineral above 200 HU inside the contour, ml, and what of it is apart from large bone.
    for (folder, inside_ml, apart_ml) in [
        ("sts_045_thigh_mineralised", 2.60, Some(1.03)),
        ("sts_044_hip_mineralised", 0.23, None),
        ("sts_028_knee_leg_mineralised", 0.51, Some(0.51)),
        ("sts_036_hip_control", 0.0, Some(0.0)),
        ("sts_001_hip_control", 0.0, Some(0.0)),
        ("sts_051_knee_control", 0.0, Some(0.0)),
        ("sts_008_shoulder", 0.01, None),
    ] {
        let Some(mask) = human_ct(&format!("{folder}/CT_mask.nii.gz")) else { return };
        let series = ["sts_045", "sts_001"].iter().any(|name| folder.starts_with(name));
        let image = if series { "dicom_ct" } else { "CT_image.nii.gz" };
        let Some(scan) = human_ct(&format!("{folder}/{image}")) else { return };
        let desk = Desk::new();
        let found = |threshold: &str| {
            let arguments =
                ["measure", &scan, "--within", &mask, "--threshold-hu", threshold, "--json"];
            let found = desk.ossicle(&arguments).ok().json();
            ["mineral_ml", "apart_ml"].map(|key| found["measurement"][key].as_f64().expect(key))
        };
        // Densities are whole numbers: above 200 is from 200.5 on.
        let [inside, apart] = found("200.5");
        assert!((inside - inside_ml).abs() < 0.005, "{folder}: {inside}; expected {inside_ml}");
        if let Some(apart_ml) = apart_ml {
            assert!((apart - apart_ml).abs() < 0.005, "{folder}: {apart}; expected {apart_ml}");
        }
        let [from_200, _] = found("200");
        assert!(from_200 >= inside && from_200 < inside_ml + 0.05, "{folder}: {from_200}");
    }
}

#[test]
fn a_hip_with_screws_is_not_graded_and_the_other_is_clean() {
    let (Some(scan), Some(labels)) =
        (human_ct("totalseg_pelvis_3mm/ct.nii.gz"), human_ct("totalseg_pelvis_3mm/labels"))
    else {
        return;
    };
    let desk = Desk::new();
    let done = desk.ossicle(&["measure", &scan, "--labels", &labels, "--json"]).ok();
    assert!(done.stderr.contains("metal was left out"), "{}", done.stderr);
    let found = done.json();
    let found = &found["measurement"];
    assert_eq!(found["grades"].as_array().map(Vec::len), Some(1), "{}", found["grades"]);
    assert_eq!(found["grades"][0]["side"], "right");
    assert_eq!(found["grades"][0]["grade"], "0");
    assert_eq!(found["grades"][0]["scale"], "Brooker-like, from CT");
    assert!(found["no_grade"][0].as_str().is_some_and(|why| why.starts_with("left: ")));
}

#[test]
fn the_folder_holds_everything_and_overlays_the_scan() {
    let desk = Desk::new();
    desk.write("ct.nii", Made::default().bytes(|v| thigh(v, 600.0)));
    let done = desk.ossicle(&["measure", "ct.nii", "-o", "out"]).ok();
    assert_eq!(desk.names("."), ["ct.nii", "out"]);
    assert_eq!(desk.names("out"), ["foci.csv", "foci.nii.gz", "measure.json", "summary.txt"]);
    // 125 voxels of 8 mm³; HU = 50 + 1350 Y, 1150 mg/ml.
    let told: serde_json::Value =
        serde_json::from_str(&desk.read("out/measure.json")).expect("JSON");
    let focus = &told["measurement"]["foci"][0];
    let number = |key: &str| focus[key].as_f64().expect("a number");
    assert!((number("volume_ml") - 1.0).abs() < 1e-9);
    assert!((number("mineral_mg") - 1150.0 * 550.0 / 1350.0).abs() < 1e-9);
    // The shaft ends at voxel 22, the cube begins at 28.
    assert!((number("bone_distance_mm") - 12.0).abs() < 1e-5);
    assert_eq!(focus["centroid_ras_mm"], serde_json::json!([60.0, 40.0, 24.0]));
    assert_eq!(focus["extent_mm"], serde_json::json!([10.0, 10.0, 10.0]));
    let rows = desk.read("out/foci.csv");
    assert!(rows.starts_with("focus,volume_ml,mean_hu,max_hu,mineral_mg,centroid_r_mm,"));
    assert_eq!(rows.lines().count(), 2);
    assert!(desk.read("out/summary.txt").contains(&done.stdout));
    let foci = Nifti::read(&desk.path("out/foci.nii.gz"));
    assert_eq!((foci.shape(), foci.intent()), ([40; 3], 1002));
    assert_eq!(foci.sform()[1], [0.0, 2.0, 0.0, 0.0]);

    // A folder that is there stays as it is.
    let before = desk.tree("out");
    desk.ossicle(&["measure", "ct.nii", "-o", "out"]).refused(&["out", "exists", "new folder"]);
    assert_eq!(desk.tree("out"), before);
    desk.ossicle(&["measure", "ct.nii", "-o", "no/out"]).refused(&["no/out", "in no folder"]);
    // The same as JSON on standard output.
    let json = desk.ossicle(&["measure", "ct.nii", "--json"]).ok().json();
    assert_eq!(json, told);
}

#[test]
fn what_cannot_be_measured_is_refused_and_leaves_nothing() {
    let desk = Desk::new();
    desk.write("ct.nii", Made::default().bytes(|v| thigh(v, 600.0)));
    desk.write("soft.nii", Made::default().bytes(|v| thigh(v, 65.0).min(65.0)));
    desk.write("grey.nii", Made::default().bytes(|[i, ..]| i as f32));
    desk.write("empty.nii", Made::default().bytes(|_| 0.0));
    let small = Made { shape: vec![40, 40, 39], ..Made::default() };
    desk.write("small.nii", small.bytes(|_| 1.0));
    let before = desk.names(".");
    let refused = |arguments: &[&str], parts: &[&str]| {
        desk.ossicle(&[&["measure"][..], arguments, &["-o", "out"]].concat()).refused(parts);
        assert_eq!(desk.names("."), before);
    };
    refused(&["soft.nii"], &["soft.nii", "no bone", "65 HU", "at least 200 HU"]);
    refused(&["grey.nii"], &["grey.nii", "8-bit"]);
    refused(&["none.nii"], &["none.nii", "cannot be read"]);
    refused(&["ct.nii", "--within", "empty.nii"], &["empty.nii", "no labelled voxel"]);
    for option in ["--within", "--labels"] {
        let parts = ["small.nii", "[40, 40, 39]", "[40, 40, 40]", "ct.nii"];
        refused(&["ct.nii", option, "small.nii"], &parts);
    }
    for threshold in ["99", "1001", "NaN", "-5"] {
        let parts = [threshold, "100 to 1000 HU"];
        refused(&["ct.nii", "--threshold-hu", threshold], &parts);
    }
    refused(&["ct.nii", "--least-ml", "-1"], &["-1 ml", "0 or more"]);
}
