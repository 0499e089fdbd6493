//! Scans of people, from `new` to a virtual CT that overlays what went in.

use std::path::Path;

use crate::support::nifti::Nifti;
use crate::support::{Desk, Done, human_ct};

/// Makes a case for a scan and checks it as it is.
fn new_and_check(desk: &Desk, arguments: &[&str]) -> Done {
    let whole = [&["new"][..], arguments, &["-o", "mine.toml", "--force"]].concat();
    let made = desk.ossicle(&whole).ok();
    let checked = desk.ossicle(&["check", "mine.toml"]).ok();
    Done { stderr: made.stderr + &checked.stderr, ..checked }
}

/// The mm³ that an injury of a check is said to hold.
fn injured_mm3(checked: &Done, name: &str) -> f64 {
    let line = checked.stdout.lines().find(|l| l.contains(name)).expect("an injury");
    let (_, volume) = line.rsplit_once(", ").expect("a volume");
    let (number, unit) = volume.split_once(' ').expect("a unit");
    let factor = if unit == "cm³" { 1000.0 } else { 1.0 };
    factor * number.parse::<f64>().expect("a number")
}

#[test]
fn a_pelvis_with_labels() {
    let (Some(scan), Some(labels)) =
        (human_ct("totalseg_pelvis_3mm/ct.nii.gz"), human_ct("totalseg_pelvis_3mm/labels"))
    else {
        return;
    };
    let desk = Desk::new();
    let checked = new_and_check(&desk, &["hip", "--scan", &scan, "--labels", &labels]);
    assert!(checked.stderr.contains("both hips"), "{}", checked.stderr);
    assert!(checked.stdout.contains("right hip from ct.nii.gz"), "{}", checked.stdout);
    assert!(checked.stdout.contains("found from the labels"), "{}", checked.stdout);
    assert!(injured_mm3(&checked, "surgical corridor") > 20_000.0, "{}", checked.stdout);
    // The labels name muscles, which a contusion can then be of.
    let bruise = [
        "--set",
        "injury=[{ kind = \"contusion\", muscle = \"gluteus_medius\", radius = \"10 mm\", severity = 2 }]",
    ];
    desk.ossicle(&[&["check", "mine.toml"][..], &bruise].concat()).ok();
}

#[test]
fn both_hips_in_dicom() {
    let Some(scan) = human_ct("acrin_both_hips_dicom") else { return };
    let desk = Desk::new();
    for side in ["left", "right"] {
        let checked = new_and_check(&desk, &["hip", "--scan", &scan, "--side", side]);
        let expected = format!("{side} hip from acrin_both_hips_dicom");
        assert!(checked.stdout.contains(&expected), "{}", checked.stdout);
        assert!(injured_mm3(&checked, "surgical corridor") > 20_000.0, "{}", checked.stdout);
    }
}

#[test]
fn an_elbow_alone() {
    let Some(scan) = human_ct("acrin_elbow_right.nii.gz") else { return };
    let desk = Desk::new();
    let checked = new_and_check(&desk, &["elbow", "--scan", &scan]);
    assert!(checked.stderr.contains("the side cannot be told"), "{}", checked.stderr);
    for injury in ["torn anterior capsule", "bruise in front of the joint"] {
        assert!(injured_mm3(&checked, injury) > 1_000.0, "{}", checked.stdout);
    }
    // It is no hip.
    let refused = desk.ossicle(&["new", "hip", "--scan", &scan]);
    refused.refused(&["acrin_elbow_right.nii.gz", "hip is not in the field of view", "centre"]);
}

#[test]
fn a_hip_whose_back_is_cut_off() {
    let Some(scan) = human_ct("sts_036_hip_control/CT_image.nii.gz") else { return };
    let desk = Desk::new();
    let checked = new_and_check(&desk, &["hip", "--scan", &scan]);
    assert!(checked.stderr.contains("an anterior approach"), "{}", checked.stderr);
    assert!(checked.stdout.contains("left hip from CT_image.nii.gz"), "{}", checked.stdout);
    assert!(injured_mm3(&checked, "opened capsule") > 1_000.0, "{}", checked.stdout);
    let other = desk.ossicle(&["new", "hip", "--scan", &scan, "--side", "right"]);
    other.refused(&["CT_image.nii.gz", "the left hip only", "asked for the right"]);
    let elbow = desk.ossicle(&["new", "elbow", "--scan", &scan]);
    elbow.refused(&["elbow is not in the field of view"]);
}

/// A short case on a small part of a scan.
fn short(scan: &str, joint: &str, side: &str, landmark: &str) -> String {
    format!(
        r#"format = 1
title = "Short"
duration = "2 d"
[anatomy]
scan = "{scan}"
joint = "{joint}"
side = "{side}"
[anatomy.lesion_box]
spacing = "1 mm"
margin = "3 mm"
[[injury]]
kind = "ellipsoid"
position = {{ landmark = "{landmark}" }}
radii = "5 mm"
severity = 2
[outputs]
virtual_ct_days = [0, 2]
field_days = [2]
"#
    )
}

#[test]
fn what_comes_out_overlays_what_went_in() {
    let Some(scan) = human_ct("acrin_elbow_right.nii.gz") else { return };
    let desk = Desk::new();
    desk.write("short.toml", short(&scan, "elbow", "right", "capsule_anterior"));
    desk.ossicle(&["run", "short.toml", "-o", "out"]).ok();
    let went_in = Nifti::read(Path::new(&scan));
    for day in ["day_0000", "day_0002"] {
        let came_out = Nifti::read(&desk.path(&format!("out/virtual_ct/{day}.nii.gz")));
        assert_eq!(came_out.shape(), went_in.shape());
        assert_eq!(came_out.geometry(), went_in.geometry(), "sform and spacing, bit by bit");
        assert_eq!(
            (came_out.codes(), came_out.quaternion()),
            (went_in.codes(), went_in.quaternion())
        );
    }
    // On the day of the injury there is no new tissue: each voxel is as it was, padding as air.
    let before = Nifti::read(&desk.path("out/virtual_ct/day_0000.nii.gz")).voxels();
    let expected = went_in.voxels().into_iter().map(|hu| if hu == -3024 { -1000 } else { hu });
    assert!(expected.eq(before), "the scan itself was changed");

    // The run repeats from its folder, wherever that is read from.
    let checked = desk.ossicle(&["check", "out/resolved.toml", "--json"]).ok().json();
    assert_eq!(checked["grid"], desk.record("out")["grid"]);
    let inputs = desk.record("out")["inputs"].to_string();
    assert!(inputs.contains("\"scan\"") && inputs.contains("acrin_elbow_right"), "{inputs}");
}

#[test]
fn spacing_asked_of_a_scan_is_held_to_what_the_model_bears() {
    let Some(scan) = human_ct("acrin_elbow_right.nii.gz") else { return };
    let desk = Desk::new();
    desk.write("short.toml", short(&scan, "elbow", "right", "capsule_anterior"));
    // Two voxels of 0.98 mm joined are more than was asked for.
    let coarse = ["check", "short.toml", "--set", "anatomy.lesion_box.spacing=1.5 mm"];
    desk.ossicle(&coarse).refused(&[
        "anatomy.lesion_box.spacing",
        "becomes 1.95 mm",
        "1.5 mm",
        "cytokine",
    ]);
}

/// The values of a decimal-string element of an explicit little-endian DICOM file.
fn decimals(bytes: &[u8], tag: [u8; 4]) -> Vec<f64> {
    let pattern = [tag[0], tag[1], tag[2], tag[3], b'D', b'S'];
    let at = bytes.windows(6).position(|w| w == pattern).expect("the element");
    let length = usize::from(u16::from_le_bytes([bytes[at + 6], bytes[at + 7]]));
    let text = std::str::from_utf8(&bytes[at + 8..at + 8 + length]).expect("text");
    text.trim_end_matches([' ', '\0'])
        .split('\\')
        .map(|v| v.trim().parse().expect("a number"))
        .collect()
}

#[test]
fn dicom_comes_out_where_its_headers_say() {
    let Some(scan) = human_ct("acrin_both_hips_dicom") else { return };
    let desk = Desk::new();
    desk.write("short.toml", short(&scan, "hip", "left", "capsule_anterior"));
    desk.ossicle(&["run", "short.toml", "-o", "out", "--set", "outputs.virtual_ct_days=[2]"]).ok();
    let came_out = Nifti::read(&desk.path("out/virtual_ct/day_0002.nii.gz"));

    let mut positions = Vec::new();
    let mut spacing = Vec::new();
    for entry in std::fs::read_dir(&scan).expect("a series").flatten() {
        let bytes = std::fs::read(entry.path()).expect("a slice");
        let turned = decimals(&bytes, [0x20, 0x00, 0x37, 0x00]);
        assert_eq!(turned, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0], "along the axes of the patient");
        positions.push(decimals(&bytes, [0x20, 0x00, 0x32, 0x00]));
        spacing = decimals(&bytes, [0x28, 0x00, 0x30, 0x00]);
    }
    positions.sort_by(|a, b| a[2].total_cmp(&b[2]));
    assert_eq!(came_out.shape(), [512, 512, positions.len()]);
    // Left and back become right and front.
    let step = positions[1][2] - positions[0][2];
    let first = &positions[0];
    let expected = [
        [-spacing[1], 0.0, 0.0, -first[0]],
        [0.0, -spacing[0], 0.0, -first[1]],
        [0.0, 0.0, step, first[2]],
    ];
    for (found, expected) in came_out.sform().iter().flatten().zip(expected.iter().flatten()) {
        assert_eq!(*found, *expected as f32, "{:?}", came_out.sform());
    }
}
