//! Anatomy from the scans in the shared data folder, and from made-up ones.

use std::path::{Path, PathBuf};

use ossicle_anatomy::{
    Anatomy, JointKind, ScanError, ScanRequest, Side, Tissue, from_scan, nested_grid,
};
use ossicle_field::{Field, Grid};
use ossicle_image::{LabelSet, Scan, ScanFormat, read_labels, read_scan};

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

fn request(kind: JointKind, side: Option<Side>) -> ScanRequest {
    ScanRequest { kind, side, centre_mm: None }
}

fn hip(path: &Path, side: Option<Side>) -> Result<Anatomy, ScanError> {
    from_scan(&read_scan(path).unwrap(), None, &request(JointKind::Hip, side))
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|i| (a[i] - b[i]) * (a[i] - b[i])).sum::<f64>().sqrt()
}

fn assert_head(anatomy: &Anatomy, centre: [f64; 3], radius: f64, within: f64) {
    let joint = anatomy.joint();
    let apart = distance(joint.centre_mm, centre);
    assert!(apart < within, "centre {:?}, {apart:.1} mm from {centre:?}", joint.centre_mm);
    let found = joint.radius_mm.unwrap();
    assert!((found - radius).abs() < within / 2.0, "radius {found}");
    assert!((20.0..28.0).contains(&found), "radius {found}");
    // The ball is bone, and cartilage or capsule lie round it.
    let (mut bone, mut all, mut lining, mut shell) = (0, 0, 0, 0);
    let g = anatomy.grid();
    for n in 0..g.len() {
        let v = g.voxel(n);
        let r = distance(g.centre(v), joint.centre_mm);
        let tissue = anatomy.tissue()[v];
        if r < found - 2.0 {
            all += 1;
            bone += usize::from(tissue.is_bone() || tissue == Tissue::Metal);
        } else if r > found + 0.7 && r < found + 3.0 {
            shell += 1;
            lining += usize::from(matches!(
                tissue,
                Tissue::ArticularCartilage | Tissue::Capsule | Tissue::Periosteum
            ));
        }
    }
    assert!(bone as f64 > 0.99 * all as f64, "{bone} of {all} voxels of the head are bone");
    assert!(lining as f64 > 0.6 * shell as f64, "{lining} of {shell} voxels line the head");
}

/// Structures of the two bones never share a face where both are known.
fn assert_apart(anatomy: &Anatomy, one: &str, other: &str) {
    let [a, b] = [one, other].map(|n| anatomy.structure_named(n).expect("named"));
    let (g, centre) = (anatomy.grid(), anatomy.joint().centre_mm);
    let mut touching = 0;
    for n in 0..g.len() {
        let v = g.voxel(n);
        let near = distance(g.centre(v), centre) < 1.4 * anatomy.joint().radius_mm.unwrap();
        if !near || anatomy.structure()[v] != a || !anatomy.tissue()[v].is_bone() {
            continue;
        }
        for axis in 0..3 {
            for step in [-1_isize, 1] {
                let mut w = v;
                let Some(c) = v[axis].checked_add_signed(step) else { continue };
                w[axis] = c;
                touching += usize::from(
                    c < g.shape()[axis]
                        && anatomy.structure()[w] == b
                        && anatomy.tissue()[w].is_bone(),
                );
            }
        }
    }
    assert_eq!(touching, 0, "{one} and {other} share faces");
}

#[test]
fn both_hips_of_the_dicom_series_are_found_without_labels() {
    let Some(path) = data("acrin_both_hips_dicom") else { return };
    let scan = read_scan(&path).unwrap();
    let of = |side| from_scan(&scan, None, &request(JointKind::Hip, Some(side))).unwrap();
    for (side, centre) in
        [(Side::Left, [-70.2, -46.9, -838.5]), (Side::Right, [97.3, -35.3, -834.8])]
    {
        let anatomy = of(side);
        assert_head(&anatomy, centre, 21.6, 2.0);
        assert_eq!(anatomy.joint().side, Some(side));
        assert_eq!(anatomy.grid(), scan.image.grid());
        assert_apart(&anatomy, &format!("femur_{}", side.name()), "pelvis");
        let trochanter = anatomy.joint().landmarks["greater_trochanter"];
        let lateral = (trochanter[0] - centre[0]) * side.lateral_sign();
        assert!((45.0..75.0).contains(&lateral), "trochanter {lateral} mm lateral");
        // 28 slices through pelvis and both femora; neither couch nor padding is patient.
        let ml = |t: Tissue| anatomy.volume_mm3(t) / 1000.0;
        let body: f64 = Tissue::ALL.into_iter().filter(|t| !t.is_outside()).map(ml).sum();
        assert!((8_000.0..9_500.0).contains(&body), "{body} ml of patient");
        let bone = ml(Tissue::CancellousBone) + ml(Tissue::CorticalBone);
        assert!((450.0..800.0).contains(&bone), "{bone} ml of bone");
        assert!(ml(Tissue::CorticalBone) > 70.0);
        assert!(ml(Tissue::Skin) > 100.0 && ml(Tissue::Fat) > 3_000.0);
    }
    let error = from_scan(&scan, None, &request(JointKind::Hip, None)).unwrap_err();
    assert!(error.to_string().contains("shows both hips; say which hip"), "{error}");
}

#[test]
fn the_pelvis_with_labels_gives_named_muscles_and_keeps_its_screws_out() {
    let Some(folder) = data("totalseg_pelvis_3mm") else { return };
    let scan = read_scan(&folder.join("ct.nii.gz")).unwrap();
    let labels = read_labels(&folder.join("labels"), None).unwrap();
    for (side, centre, radius) in
        [(Side::Left, [-85.0, 146.0, 123.0], 22.3), (Side::Right, [85.5, 146.0, 118.0], 23.5)]
    {
        let request = request(JointKind::Hip, Some(side));
        let anatomy = from_scan(&scan, Some(&labels), &request).unwrap();
        assert_head(&anatomy, centre, radius, 3.0);
        let name = side.name();
        assert_apart(&anatomy, &format!("femur_{name}"), &format!("hip_{name}"));
        let muscles = anatomy.names_of(Tissue::Muscle);
        for muscle in ["gluteus_medius", "gluteus_minimus", "iliopsoas"] {
            assert!(muscles.contains(&format!("{muscle}_{name}").as_str()), "{muscles:?}");
        }
        let metal = anatomy.volume_mm3(Tissue::Metal) / 1000.0;
        assert!((2.0..25.0).contains(&metal), "{metal} ml of metal");
        assert!(anatomy.notes().iter().any(|n| n.contains("metal") && n.contains("streaks")));
        // The labelled muscle keeps its volume but for fat between its fibres.
        let number = anatomy.structure_named(&format!("gluteus_medius_{name}")).unwrap();
        let kept = anatomy.structure().iter().filter(|s| **s == number).count() as f64;
        let labelled = labels.mask(&format!("gluteus_medius_{name}")).unwrap();
        let labelled = labelled.iter().filter(|m| **m).count() as f64;
        assert!(kept / labelled > 0.75 && kept <= labelled, "{kept} of {labelled} voxels");
    }
    let error = from_scan(&scan, Some(&labels), &request(JointKind::Hip, None)).unwrap_err();
    assert!(error.to_string().contains("labels show both hips"), "{error}");
    // Three millimetres are too coarse to tell the head from its socket by density.
    let error = from_scan(&scan, None, &request(JointKind::Hip, Some(Side::Right))).unwrap_err();
    assert!(error.to_string().contains("right hip is not in the field of view"), "{error}");
}

#[test]
fn labels_of_one_side_refuse_the_other() {
    let Some(folder) = data("totalseg_pelvis_3mm") else { return };
    let scan = read_scan(&folder.join("ct.nii.gz")).unwrap();
    let mut labels = read_labels(&folder.join("labels"), None).unwrap();
    let gone = labels.number("femur_right").unwrap();
    labels.labels.iter_mut().filter(|n| **n == gone).for_each(|n| *n = 0);
    let ask = |side| from_scan(&scan, Some(&labels), &request(JointKind::Hip, side));
    assert_eq!(ask(None).unwrap().joint().side, Some(Side::Left));
    let error = ask(Some(Side::Right)).unwrap_err();
    assert_eq!(error.to_string(), "the scan shows the left hip only; asked for the right one");
}

#[test]
fn single_hips_tell_their_side_by_their_shape() {
    for (path, side, centre, radius) in [
        ("sts_036_hip_control/CT_image.nii.gz", Side::Left, [-83.6, -33.9, -652.3], 23.1),
        ("sts_044_hip_mineralised/CT_image.nii.gz", Side::Right, [84.0, -19.5, -736.5], 25.0),
    ] {
        let Some(path) = data(path) else { return };
        let anatomy = hip(&path, None).unwrap();
        assert_eq!(anatomy.joint().side, Some(side));
        assert_head(&anatomy, centre, radius, 3.0);
        assert_apart(&anatomy, &format!("femur_{}", side.name()), "pelvis");
        let error = hip(&path, Some(side.opposite())).unwrap_err();
        assert!(matches!(error, ScanError::SideAbsent { .. }), "{error}");
    }
}

#[test]
fn the_elbow_is_found_between_one_bone_and_two() {
    let Some(path) = data("acrin_elbow_right.nii.gz") else { return };
    let scan = read_scan(&path).unwrap();
    let ask = |centre_mm, side| {
        from_scan(&scan, None, &ScanRequest { kind: JointKind::Elbow, side, centre_mm })
    };
    let anatomy = ask(None, Some(Side::Right)).unwrap();
    let joint = anatomy.joint();
    let apart = distance(joint.centre_mm, [170.0, 160.0, -60.0]);
    assert!(apart < 8.0, "centre {:?}", joint.centre_mm);
    // The arm is raised: the shoulder lies below and behind.
    assert!(joint.proximal[2] < -0.7 && joint.proximal[1] < -0.3, "{:?}", joint.proximal);
    let capsule = anatomy.volume_mm3(Tissue::Capsule) / 1000.0;
    assert!((3.0..30.0).contains(&capsule), "{capsule} ml of capsule");
    let bone =
        anatomy.volume_mm3(Tissue::CancellousBone) + anatomy.volume_mm3(Tissue::CorticalBone);
    assert!((80.0..140.0).contains(&(bone / 1000.0)), "{bone} mm³ of bone");
    let error = ask(None, None).unwrap_err();
    assert!(error.to_string().contains("say which elbow is meant"), "{error}");
    let given = ask(Some([168.0, 158.0, -58.0]), Some(Side::Right)).unwrap();
    assert_eq!(given.joint().centre_mm, [168.0, 158.0, -58.0]);
    let error = ask(Some([0.0; 3]), Some(Side::Right)).unwrap_err();
    assert!(error.to_string().contains("outside the scan"), "{error}");
}

#[test]
fn scans_without_the_joint_are_refused_with_the_cause() {
    for (path, kind) in [
        ("sts_001_hip_control/dicom_ct", JointKind::Hip),
        ("sts_008_shoulder/CT_image.nii.gz", JointKind::Hip),
        ("sts_045_thigh_mineralised/dicom_ct", JointKind::Hip),
        ("sts_051_knee_control/CT_image.nii.gz", JointKind::Hip),
        ("sts_028_knee_leg_mineralised/CT_image.nii.gz", JointKind::Hip),
        ("acrin_elbow_right.nii.gz", JointKind::Hip),
        ("totalseg_distal_humeri_j2k_dicom", JointKind::Hip),
        ("totalseg_distal_humeri_j2k_dicom", JointKind::Elbow),
        ("sts_028_knee_leg_mineralised/CT_image.nii.gz", JointKind::Elbow),
        ("sts_051_knee_control/CT_image.nii.gz", JointKind::Elbow),
        ("acrin_both_hips_dicom", JointKind::Elbow),
    ] {
        let Some(file) = data(path) else { return };
        let scan = read_scan(&file).unwrap();
        let error = from_scan(&scan, None, &request(kind, Some(Side::Left))).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("is not in the field of view"), "{path}: {text}");
        assert!(text.contains("Give the joint's centre"), "{path}: {text}");
    }
}

#[test]
fn a_lesion_grid_in_a_scan_overlays_it_voxel_for_voxel() {
    let Some(path) = data("sts_036_hip_control/CT_image.nii.gz") else { return };
    let anatomy = hip(&path, None).unwrap();
    let c = anatomy.joint().centre_mm;
    let bounds = [c.map(|v| v - 20.0), c.map(|v| v + 20.0)];
    let grid = nested_grid(bounds, anatomy.grid(), [1.0; 3]).unwrap();
    for (found, expected) in grid.spacing_mm().into_iter().zip([0.976562, 0.976562, 3.27 / 3.0]) {
        assert!((found - expected).abs() < 1e-4, "{:?}", grid.spacing_mm());
    }
    let fine = anatomy.on(&grid).unwrap();
    let under_periosteum = |a: &Anatomy, v: [usize; 3]| match a.tissue()[v] {
        Tissue::Periosteum => a.structures()[usize::from(a.structure()[v])].tissue,
        tissue => tissue,
    };
    for n in 0..grid.len() {
        let v = grid.voxel(n);
        let w = anatomy.grid().voxel_at(grid.centre(v)).unwrap();
        assert_eq!(fine.structure()[v], anatomy.structure()[w]);
        assert_eq!(under_periosteum(&fine, v), under_periosteum(&anatomy, w));
    }
}

/// A limb of muscle with one shaft of bone, on a clinical grid.
fn limb(hu_of_bone: f32) -> Scan {
    let grid = Grid::aligned([90, 90, 20], [1.0, 1.0, 4.0], [-45.0, -45.0, 0.0]).unwrap();
    let image = Field::from_fn(grid, |v| {
        let [x, y, _] = grid.centre(v);
        let r = (x * x + y * y).sqrt();
        match r {
            r if r < 14.0 => hu_of_bone,
            r if r < 36.0 => 55.0,
            r if r < 40.0 => -95.0,
            _ => -1000.0,
        }
    });
    Scan { image, format: ScanFormat::Nifti, modality: None, padding: None, notes: vec![] }
}

#[test]
fn made_up_scans_are_refused_for_what_is_wrong_with_them() {
    let ask = |scan: &Scan, request: &ScanRequest| from_scan(scan, None, request).unwrap_err();
    let centre = Some([0.0, 0.0, 40.0]);
    let hip = ScanRequest { kind: JointKind::Hip, side: Some(Side::Left), centre_mm: centre };
    // A shaft, a limb without bone, air.
    assert!(from_scan(&limb(1200.0), None, &hip).is_ok());
    let error = ask(&limb(120.0), &hip).to_string();
    assert!(error.contains("no bone in the scan") && error.contains("densest is 120"), "{error}");
    let mut air = limb(1200.0);
    air.image = air.image.map(|&v| if v > 1000.0 { 400.0 } else { -1000.0 });
    let thin = air.image.grid().shape();
    air.image =
        Field::from_fn(*air.image.grid(), |v| if v[0] == thin[0] / 2 { 400.0 } else { -1000.0 });
    assert!(ask(&air, &hip).to_string().contains("no patient in the scan"));

    let other = ScanRequest { kind: JointKind::Sphere, ..hip.clone() };
    assert!(ask(&limb(1200.0), &other).to_string().contains("no joint called sphere"));
    let nowhere = ScanRequest { centre_mm: Some([900.0, 0.0, 0.0]), ..hip.clone() };
    assert!(ask(&limb(1200.0), &nowhere).to_string().contains("which is outside the scan"));

    let mut coarse = limb(1200.0);
    let grid = Grid::aligned([90, 90, 20], [1.0, 1.0, 8.0], [0.0; 3]).unwrap();
    coarse.image = Field::from_vec(grid, coarse.image.into_vec());
    assert!(ask(&coarse, &hip).to_string().contains("axis 2 is 8.00 mm; expected at most 6 mm"));
    let mut small = limb(1200.0);
    let grid = Grid::aligned([90, 90, 20], [0.1, 1.0, 4.0], [0.0; 3]).unwrap();
    small.image = Field::from_vec(grid, small.image.into_vec());
    assert!(ask(&small, &hip).to_string().contains("only 9 mm long along axis 0"));
    let mut grey = limb(1200.0);
    grey.image = grey.image.map(|&v| if v > 0.0 { 200.0 } else { 0.0 });
    assert!(ask(&grey, &hip).to_string().contains("8-bit grey"));
}

#[test]
fn a_large_scan_is_cut_to_the_region_of_the_joint_on_its_own_voxels() {
    let grid = Grid::aligned([258, 258, 256], [1.6, 1.6, 1.6], [-206.0, -206.0, 0.0]).unwrap();
    let image = Field::from_fn(grid, |v| {
        let [x, y, _] = grid.centre(v);
        match x * x + y * y {
            r if r < 200.0 => 1100.0,
            r if r < 5_000.0 => 50.0,
            _ => -1000.0,
        }
    });
    let scan =
        Scan { image, format: ScanFormat::Nifti, modality: None, padding: None, notes: vec![] };
    let centre = [10.0, 0.0, 60.0];
    let request =
        ScanRequest { kind: JointKind::Hip, side: Some(Side::Left), centre_mm: Some(centre) };
    let anatomy = from_scan(&scan, None, &request).unwrap();
    let cut = anatomy.grid();
    // 180 mm each way, less where the scan ends.
    assert_eq!(cut.shape()[2], 151, "60 mm below the centre and 180 mm above it");
    assert!((225..=227).contains(&cut.shape()[0]), "{:?}", cut.shape());
    let at = grid.to_voxel(cut.origin_mm());
    assert!(at.iter().all(|v| (v - v.round()).abs() < 1e-9), "{at:?}");
    assert!(anatomy.notes().iter().any(|n| n.contains("180 mm round the joint")));
    assert!(anatomy.volume_mm3(Tissue::CorticalBone) > 1e5);
}

#[test]
fn a_limb_is_told_apart_by_density_and_labels_of_another_scan_are_refused() {
    let scan = limb(1200.0);
    let request = ScanRequest {
        kind: JointKind::Hip,
        side: Some(Side::Right),
        centre_mm: Some([0.0, 0.0, 40.0]),
    };
    let anatomy = from_scan(&scan, None, &request).unwrap();
    let at = |x: f64| anatomy.tissue()[anatomy.grid().voxel_at([x, 0.0, 4.0]).unwrap()];
    assert_eq!(at(0.0), Tissue::CorticalBone);
    assert_eq!(at(14.0), Tissue::Periosteum);
    assert_eq!(at(25.0), Tissue::Muscle);
    assert_eq!(at(37.0), Tissue::Fat);
    assert_eq!(at(39.0), Tissue::Skin);
    assert_eq!(at(43.0), Tissue::Outside);
    let apart = Grid::aligned([10, 10, 10], [1.0; 3], [5000.0; 3]).unwrap();
    let labels = LabelSet {
        names: vec!["femur_right".into()],
        labels: Field::filled(apart, 1),
        notes: vec![],
    };
    let error = from_scan(&scan, Some(&labels), &request).unwrap_err();
    assert_eq!(error, ScanError::LabelsApart);
    let mut named = labels;
    named.names = vec!["vastus_laterals_right".into()];
    named.labels = Field::from_fn(*scan.image.grid(), |v| u16::from(v[0] < 30));
    let anatomy = from_scan(&scan, Some(&named), &request).unwrap();
    assert!(
        anatomy.notes().iter().any(|n| n.contains("did you mean vastus_lateralis?")),
        "{:?}",
        anatomy.notes()
    );
}
