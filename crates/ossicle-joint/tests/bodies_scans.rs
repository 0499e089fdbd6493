//! Bodies and frames of the scans in the shared data folder.

use std::path::{Path, PathBuf};

use ossicle_anatomy::vector::{angle, distance};
use ossicle_anatomy::{Anatomy, JointKind, ScanRequest, Side, Structure, Tissue, from_scan};
use ossicle_image::{read_labels, read_scan};
use ossicle_joint::bodies::{Bodies, Finding, Origin};
use ossicle_joint::frame::JointFrame;

/// A file of the development data, or `None` with a printed reason.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn data(path: &str) -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/human_ct"));
    let file = folder.join(path);
    if file.exists() {
        return Some(file);
    }
    eprintln!("skipped: {} is not there", file.display());
    None
}

fn request(kind: JointKind, side: Side) -> ScanRequest {
    ScanRequest { kind, side: Some(side), centre_mm: None }
}

/// The same bone without names, dense cartilage taken for bone: a joint whose labels are lost.
fn nameless(anatomy: &Anatomy) -> Anatomy {
    let grid = *anatomy.grid();
    let (mut tissue, mut structure) = (anatomy.tissue().clone(), anatomy.structure().clone());
    let structures = anatomy.structures().iter().map(|s| Structure {
        name: if s.tissue.is_bone() { "bone".to_owned() } else { s.name.clone() },
        tissue: s.tissue,
    });
    let structures: Vec<Structure> = structures.collect();
    let bone = structures.iter().position(|s| s.name == "bone").unwrap() as u16;
    for n in 0..grid.len() {
        let v = grid.voxel(n);
        if tissue[v] == Tissue::ArticularCartilage && anatomy.hu()[v] >= 200.0 {
            (tissue[v], structure[v]) = (Tissue::CancellousBone, bone);
        }
    }
    let (hu, joint) = (anatomy.hu().clone(), anatomy.joint().clone());
    Anatomy::new(tissue, structure, structures, hu, joint, vec![]).unwrap()
}

#[test]
#[expect(clippy::print_stdout, reason = "figures for the record")]
fn hips_without_names_come_apart_as_the_labels_have_them() {
    let Some(folder) = data("totalseg_pelvis_3mm") else { return };
    let scan = read_scan(&folder.join("ct.nii.gz")).unwrap();
    let labels = read_labels(&folder.join("labels"), None).unwrap();
    for side in [Side::Left, Side::Right] {
        let anatomy = from_scan(&scan, Some(&labels), &request(JointKind::Hip, side)).unwrap();
        let named = Bodies::of(&anatomy).unwrap();
        let cut = Bodies::of(&nameless(&anatomy)).unwrap();
        assert_eq!((named.origin(), cut.origin()), (Origin::Names, Origin::JointSpace));
        let grid = *anatomy.grid();
        let (centre, radius) = (anatomy.joint().centre_mm, anatomy.joint().radius_mm.unwrap());
        for (name, label) in [("femur", "femur"), ("pelvis", "hip")] {
            let truth = labels.mask(&format!("{label}_{}", side.name())).unwrap();
            let own_side = |v: [usize; 3]| {
                ["femur", "hip"].iter().any(|bone| {
                    labels.number(&format!("{bone}_{}", side.name())) == Some(labels.labels[v])
                })
            };
            let own = cut.code(name).unwrap();
            let [mut found, mut expected, mut both, mut astray] = [0_usize; 4];
            for n in 0..grid.len() {
                let v = grid.voxel(n);
                // Beyond, the pelvis goes on into sacrum and the other side; streaks of metal
                // that are as dense as bone have no label.
                if distance(grid.centre(v), centre) > 2.0 * radius || !own_side(v) {
                    continue;
                }
                let (here, there) = (cut.codes()[v] == own, truth[v]);
                found += usize::from(here);
                expected += usize::from(there);
                both += usize::from(here && there);
                astray += usize::from(there && !here && cut.codes()[v] != 0);
            }
            let dice = 2.0 * both as f64 / (found + expected) as f64;
            let astray = astray as f64 / expected as f64;
            println!("{} {name}: Dice {dice:.3}, astray {astray:.3}", side.name());
            assert!(dice > 0.88, "{} {name}: Dice {dice}", side.name());
            assert!(astray < 0.08, "{} {name}: {astray} astray", side.name());
        }
        let metal = |f: &Finding| matches!(f, Finding::MetalNear { .. });
        assert_eq!(named.findings().iter().any(metal), side == Side::Left);
        let frame = JointFrame::of(&named, anatomy.hu(), anatomy.joint()).unwrap();
        println!("{}: {:?} radius {:.2}", side.name(), frame.fit, frame.radius_mm);
        assert!(frame.fit.rms_mm < 1.0, "{:?}", frame.fit);
        assert!(distance(frame.centre_mm, centre) < 1.5);
        // Both iliac spines are in view and nearly level.
        assert!(frame.notes.iter().all(|note| !note.contains("iliac")), "{:?}", frame.notes);
        assert!(angle(frame.fixed.right, [1.0, 0.0, 0.0]).to_degrees() < 5.0);
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "figures for the record")]
fn hips_of_plain_scans_come_apart_and_are_fitted() {
    // Head radius mm; flexion and abduction of the femur where its shaft is in view.
    for (path, side, radius, pose) in [
        ("acrin_both_hips_dicom", Side::Left, 21.7, None),
        ("acrin_both_hips_dicom", Side::Right, 21.5, None),
        ("sts_036_hip_control/CT_image.nii.gz", Side::Left, 23.1, Some([42.0, -7.0])),
        ("sts_044_hip_mineralised/CT_image.nii.gz", Side::Right, 25.3, Some([45.0, -7.0])),
    ] {
        let Some(file) = data(path) else { return };
        let anatomy =
            from_scan(&read_scan(&file).unwrap(), None, &request(JointKind::Hip, side)).unwrap();
        let bodies = Bodies::of(&anatomy).unwrap();
        let wrong = bodies.findings().iter().filter(|f| !matches!(f, Finding::Cut { .. }));
        assert_eq!(wrong.count(), 0, "{path}: {:?}", bodies.findings());
        let frame = JointFrame::of(&bodies, anatomy.hu(), anatomy.joint()).unwrap();
        println!(
            "{path} {}: radius {:.2} mm, {:?}, {:?}",
            side.name(),
            frame.radius_mm,
            frame.fit,
            frame.start_degrees
        );
        assert!((frame.radius_mm - radius).abs() < 0.5, "{path}: {}", frame.radius_mm);
        assert!(frame.fit.rms_mm < 0.8, "{path}: {:?}", frame.fit);
        assert!(distance(frame.centre_mm, anatomy.joint().centre_mm) < 1.5);
        match pose {
            None => assert_eq!(frame.start_degrees["flexion"], None),
            Some(pose) => {
                for (name, expected) in ["flexion", "abduction"].into_iter().zip(pose) {
                    let found = frame.start_degrees[name].unwrap();
                    assert!((found - expected).abs() < 6.0, "{path} {name}: {found}");
                }
            }
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "figures for the record")]
fn the_elbow_of_the_raised_arm_comes_apart_and_is_fitted() {
    let Some(file) = data("acrin_elbow_right.nii.gz") else { return };
    let scan = read_scan(&file).unwrap();
    let of = |side| from_scan(&scan, None, &request(JointKind::Elbow, side)).unwrap();
    let anatomy = of(Side::Right);
    let bodies = Bodies::of(&anatomy).unwrap();
    assert_eq!(bodies.origin(), Origin::JointSpace);
    assert!(bodies.findings().is_empty(), "{:?}", bodies.findings());
    for (name, ml) in [("humerus", 40.0), ("ulna", 32.0), ("radius", 22.0)] {
        let found = bodies.volume_mm3(bodies.code(name).unwrap()) / 1000.0;
        assert!((found / ml - 1.0).abs() < 0.15, "{name}: {found} ml");
    }
    let frame = JointFrame::of(&bodies, anatomy.hu(), anatomy.joint()).unwrap();
    println!("{:?} radius {:.2} {:?}", frame.fit, frame.radius_mm, frame.start_degrees);
    assert!((8.0..13.0).contains(&frame.radius_mm), "{}", frame.radius_mm);
    assert!(frame.fit.rms_mm < 3.0, "{:?}", frame.fit);
    // Between the middles of the bones in the outermost slices lie 41 degrees.
    let flexion = frame.start_degrees["flexion"].unwrap();
    assert!((30.0..56.0).contains(&flexion), "{flexion}");
    let other = of(Side::Left);
    let error = JointFrame::of(&Bodies::of(&other).unwrap(), other.hu(), other.joint());
    assert!(error.unwrap_err().to_string().contains("the olecranon lies in front"));
}
