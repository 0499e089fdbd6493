//! Scans that are refused, made here byte by byte.

use crate::support::Desk;
use crate::support::nifti::Made;

/// A case on a scan called `ct.nii`.
const ON_SCAN: &str = r#"format = 1
duration = "4 d"
[anatomy]
scan = "ct.nii"
joint = "hip"
side = "right"
[[injury]]
kind = "capsule_tear"
direction = "anterior"
severity = 2
"#;

/// A leg: a cylinder of muscle in air, with a shaft of bone or without.
fn leg([i, j, _]: [usize; 3], bone: bool) -> f32 {
    let (x, y) = (i as f32 - 20.0, j as f32 - 20.0);
    match x * x + y * y {
        r2 if bone && r2 < 30.0 => 900.0,
        r2 if r2 < 250.0 => 55.0 + ((i * 7 + j * 3) % 11) as f32,
        _ => -1000.0,
    }
}

/// Asserts that no command takes a scan, and that each says why.
#[track_caller]
fn refuse(bytes: &[u8], parts: &[&str]) {
    let desk = Desk::new();
    desk.write("ct.nii", bytes);
    desk.write("case.toml", ON_SCAN);
    let all = [&["ct.nii"][..], parts].concat();
    desk.ossicle(&["new", "hip", "--scan", "ct.nii", "-o", "new.toml"]).refused(&all);
    let in_case = [&["error: anatomy.scan: ", "--> case.toml:4:8", "^^^^^^^^"][..], &all].concat();
    desk.ossicle(&["check", "case.toml"]).refused(&in_case);
    desk.ossicle(&["run", "case.toml", "-o", "out"]).refused(&in_case);
    assert_eq!(desk.names("."), ["case.toml", "ct.nii"], "nothing is created");
}

#[test]
fn a_truncated_file() {
    let whole = Made::default().bytes(|v| leg(v, true));
    refuse(&whole[..whole.len() / 2], &["cut short", "128176 bytes", "256352"]);
    refuse(&whole[..200], &["200"]);
    refuse(b"", &["empty"]);
    refuse(b"patient 7", &["no image", "NIfTI", "DICOM"]);
}

#[test]
fn a_size_that_cannot_be() {
    let huge = Made { shape: vec![32000, 32000, 32000], ..Made::default() };
    refuse(&huge.header(), &["32000x32000x32000 voxels", "at most"]);
    // Within what is allowed, but not in the file: no memory is taken on its word.
    let large = Made { shape: vec![1000, 1000, 1000], ..Made::default() };
    refuse(&large.header(), &["cut short"]);
    let negative = Made { shape: vec![40, -40, 40], ..Made::default() };
    refuse(&negative.header(), &["-40"]);
}

#[test]
fn not_one_volume() {
    refuse(
        &Made { shape: vec![40, 40], ..Made::default() }.bytes(|v| leg(v, true)),
        &["2-D image of 40x40", "one volume"],
    );
    refuse(
        &Made { shape: vec![40, 40, 1], ..Made::default() }.bytes(|v| leg(v, true)),
        &["40x40x1"],
    );
    refuse(
        &Made { shape: vec![40, 40, 40, 3], ..Made::default() }.bytes(|v| leg(v, true)),
        &["4-D image", "one volume"],
    );
}

#[test]
fn voxels_without_number_or_size() {
    refuse(&Made::default().bytes(|_| f32::NAN), &["64000 of 64000 voxels are not finite"]);
    let hole = |v| if v == [1, 2, 3] { f32::INFINITY } else { leg(v, true) };
    refuse(&Made::default().bytes(hole), &["1 of 64000 voxels", "[1, 2, 3]"]);
    let flat = Made { spacing: [2.0, 0.0, 2.0], ..Made::default() };
    refuse(&flat.bytes(|v| leg(v, true)), &["spacing along axis 1 is 0 mm", "more than 0"]);
}

#[test]
fn values_that_are_not_hounsfield_units() {
    let grey = |v| 0.1 * (leg(v, true) + 1000.0);
    refuse(&Made::default().bytes(grey), &["cannot be Hounsfield units", "air near -1000"]);
    refuse(
        &Made::default().bytes(|_| 40.0),
        &["cannot be Hounsfield units", "all voxels are equal"],
    );
}

#[test]
fn scans_that_do_not_show_the_joint() {
    refuse(
        &Made::default().bytes(|v| leg(v, true)),
        &["hip is not in the field of view", "centre"],
    );
    refuse(&Made::default().bytes(|v| leg(v, false)), &["bone"]);
    let coarse = Made { spacing: [9.0; 3], ..Made::default() };
    refuse(&coarse.bytes(|v| leg(v, true)), &["spacing", "9.00 mm", "at most 6 mm"]);
    let small = Made { spacing: [0.5; 3], ..Made::default() };
    refuse(&small.bytes(|v| leg(v, true)), &["20 mm", "40 mm"]);
}

#[test]
fn a_scan_without_bone() {
    let desk = Desk::new();
    desk.write("ct.nii", Made::default().bytes(|v| leg(v, false)));
    let centre = "centre = { ras = [\"40 mm\", \"40 mm\", \"40 mm\"] }\n[[injury]]";
    desk.write("case.toml", ON_SCAN.replace("[[injury]]", centre));
    desk.ossicle(&["check", "case.toml"]).refused(&["no bone in the scan", "densest", "65 HU"]);
    // A centre outside the scan is told as such.
    let outside = [
        "check",
        "case.toml",
        "--set",
        "anatomy.centre={ ras = [\"400 mm\", \"0 mm\", \"0 mm\"] }",
    ];
    desk.ossicle(&outside).refused(&["400", "outside the scan"]);
}

#[test]
fn scans_and_labels_that_are_not_there() {
    let desk = Desk::new();
    desk.write("case.toml", ON_SCAN);
    desk.ossicle(&["check", "case.toml"]).refused(&["ct.nii", "cannot be read", "case.toml:4:8"]);
    desk.ossicle(&["new", "hip", "--scan", "ct.nii"]).refused(&["ct.nii", "cannot be read"]);
    std::fs::create_dir(desk.path("series")).expect("a folder");
    desk.ossicle(&["new", "hip", "--scan", "series"]).refused(&["series", "no image series"]);
    desk.write("ct.nii", Made::default().bytes(|v| leg(v, true)));
    desk.ossicle(&["new", "hip", "--scan", "ct.nii", "--labels", "labels"])
        .refused(&["labels", "cannot be read"]);
    desk.ossicle(&["new", "sphere", "--scan", "ct.nii"])
        .refused(&["sphere", "expected hip or elbow"]);
}
