//! Every image among the shared files of other people either loads with the geometry
//! and the values that their README gives, or is refused with a message that names
//! the cause.

mod support;

use std::path::Path;

use ossicle_image::{
    Connectivity, ReadOptions, Scan, grid_mismatch, label_components, read_labels, read_scan,
    read_scan_with, sample_trilinear,
};
use support::shared;

/// What an item must load with: voxels, steps along the axes and the origin (mm, RAS),
/// lowest and highest value.
type Expected = (&'static str, [usize; 3], [[f64; 3]; 3], [f64; 3], [f32; 2]);

/// Axes along those of the patient.
const fn along(x: f64, y: f64, z: f64) -> [[f64; 3]; 3] {
    [[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, z]]
}

fn load(root: &Path, (path, shape, steps, origin, range): &Expected) -> Scan {
    let scan = read_scan(&root.join(path)).unwrap_or_else(|error| panic!("refused: {error}"));
    let grid = scan.image.grid();
    assert_eq!(grid.shape(), *shape, "{path}");
    let found = grid.steps_mm().into_iter().flatten().chain(grid.origin_mm());
    for (found, given) in found.zip(steps.iter().flatten().chain(origin)) {
        assert!((found - given).abs() <= 1e-6, "{path}: {found} is not {given} in {grid:?}");
    }
    assert_eq!(scan.value_range(), *range, "{path}");
    scan
}

#[test]
fn human_ct_loads_with_the_stated_geometry_and_range_in_hounsfield_units() {
    let Some(root) = shared() else { return };
    let sts = along(-0.976_562, -0.976_562, 3.27);
    let scans: [Expected; 11] = [
        (
            "human_ct/totalseg_pelvis_3mm/ct.nii.gz",
            [122, 101, 112],
            along(3.0, 3.0, 3.0),
            [-177.956_329_345_7, 11.319_000_244_1, 94.301_757_812_5],
            [-1207.0, 3382.0],
        ),
        (
            "human_ct/acrin_both_hips_dicom",
            [512, 512, 28],
            along(-0.976_562, -0.976_562, 4.25),
            [250.0, 250.0, -846.25],
            [-3024.0, 1288.0],
        ),
        (
            "human_ct/acrin_elbow_right.nii.gz",
            [130, 165, 39],
            along(-0.976_562, -0.976_562, 4.25),
            [220.703_140_258_8, 201.171_905_517_6, -120.0],
            [-3024.0, 1503.0],
        ),
        (
            "human_ct/totalseg_distal_humeri_j2k_dicom",
            [512, 512, 20],
            along(-0.976_562_5, -0.976_562_5, 2.0),
            [249.511_718_75, 437.511_718_75, -804.5],
            [-1024.0, 1839.0],
        ),
        (
            "human_ct/sts_045_thigh_mineralised/dicom_ct",
            [220, 218, 74],
            sts,
            [37.109_484, 107.421_948, 675.11],
            [-1000.0, 1522.0],
        ),
        (
            "human_ct/sts_044_hip_mineralised/CT_image.nii.gz",
            [234, 216, 53],
            sts,
            [190.429_717_8, 82.031_333_9, -869.820_007_3],
            [-1000.0, 1482.0],
        ),
        (
            "human_ct/sts_028_knee_leg_mineralised/CT_image.nii.gz",
            [173, 176, 68],
            sts,
            [37.109_485_6, 88.867_271_4, 400.070_007_3],
            [-1000.0, 1507.0],
        ),
        (
            "human_ct/sts_036_hip_control/CT_image.nii.gz",
            [192, 192, 68],
            sts,
            [45.898_540_5, 137.695_373_5, -791.030_029_3],
            [-1000.0, 1486.0],
        ),
        (
            "human_ct/sts_001_hip_control/dicom_ct",
            [198, 202, 59],
            sts,
            [23.437_616, 86.914_146, -881.32],
            [-1000.0, 1397.0],
        ),
        (
            "human_ct/sts_051_knee_control/CT_image.nii.gz",
            [177, 162, 61],
            sts,
            [19.531_368_3, -6.835_805_9, 526.659_973_1],
            [-1000.0, 1524.0],
        ),
        (
            "human_ct/sts_008_shoulder/CT_image.nii.gz",
            [141, 137, 51],
            sts,
            [-110.351_379_4, 56.640_724_2, -272.950_012_2],
            [-1000.0, 1479.0],
        ),
    ];
    for expected in &scans {
        let scan = load(&root, expected);
        assert_eq!(scan.check_volume(), Ok(()), "{}", expected.0);
        assert_eq!(scan.check_hounsfield(), Ok(()), "{}", expected.0);
        // Padding is known where there is any, and counts as air.
        let padded = expected.4[0] == -3024.0;
        assert_eq!(scan.padding.is_some(), padded, "{}", expected.0);
        let lowest = scan.hounsfield().iter().copied().fold(f32::INFINITY, f32::min);
        assert!(lowest >= -1207.0, "{}: {lowest} HU", expected.0);
    }
}

/// The millilitres that the README gives for mineral inside the contours: geometry,
/// values, masks, thresholds and components all have to be right for them.
#[test]
fn mineral_inside_the_sarcoma_contours_has_the_stated_volumes() {
    let Some(root) = shared() else { return };
    for (case, image, mineral_ml, apart_from_bone_ml) in [
        ("sts_045_thigh_mineralised", "dicom_ct", 2.60, 1.03),
        ("sts_044_hip_mineralised", "CT_image.nii.gz", 0.23, 0.19),
        ("sts_028_knee_leg_mineralised", "CT_image.nii.gz", 0.51, 0.51),
        ("sts_036_hip_control", "CT_image.nii.gz", 0.0, 0.0),
        ("sts_001_hip_control", "dicom_ct", 0.0, 0.0),
        ("sts_051_knee_control", "CT_image.nii.gz", 0.0, 0.0),
        ("sts_008_shoulder", "CT_image.nii.gz", 0.01, 0.0),
    ] {
        let folder = root.join("human_ct").join(case);
        let scan = read_scan(&folder.join(image)).unwrap();
        let contour = read_labels(&folder.join("CT_mask.nii.gz"), None).unwrap();
        assert_eq!(grid_mismatch(contour.labels.grid(), scan.image.grid()), None, "{case}");
        assert_eq!(contour.names, ["CT_mask"]);

        let ml = scan.image.grid().voxel_volume_mm3() / 1000.0;
        let dense = label_components(&scan.image.map(|&hu| hu > 200.0), Connectivity::Faces);
        let large = dense.sizes.partition_point(|&size| size as f64 * ml > 20.0) as u32;
        let (mut mineral, mut apart) = (0, 0);
        for (&component, &inside) in dense.labels.iter().zip(contour.labels.iter()) {
            mineral += usize::from(component > 0 && inside > 0);
            apart += usize::from(component > large && inside > 0);
        }
        for (count, expected) in [(mineral, mineral_ml), (apart, apart_from_bone_ml)] {
            let found = count as f64 * ml;
            assert!((found - expected).abs() <= 0.005, "{case}: {found} ml, not {expected}");
        }
    }
}

#[test]
fn totalsegmentator_folder_becomes_one_label_set() {
    let Some(root) = shared() else { return };
    let folder = root.join("human_ct/totalseg_pelvis_3mm");
    let set = read_labels(&folder.join("labels"), None).unwrap();
    assert_eq!(
        set.names,
        [
            "femur_left",
            "femur_right",
            "gluteus_maximus_left",
            "gluteus_medius_left",
            "gluteus_medius_right",
            "gluteus_minimus_left",
            "gluteus_minimus_right",
            "hip_left",
            "hip_right",
            "iliopsoas_left",
            "iliopsoas_right",
            "sacrum",
            "vertebrae_L5",
        ]
    );
    let scan = read_scan(&folder.join("ct.nii.gz")).unwrap();
    assert_eq!(grid_mismatch(set.labels.grid(), scan.image.grid()), None);
    // The left side is on the left: x grows to the right.
    let middle_x = |name: &str| {
        let mask = set.mask(name).unwrap();
        let xs: Vec<f64> = mask
            .iter()
            .enumerate()
            .filter(|(_, inside)| **inside)
            .map(|(n, _)| mask.grid().centre(mask.grid().voxel(n))[0])
            .collect();
        xs.iter().sum::<f64>() / xs.len() as f64
    };
    assert!(middle_x("hip_left") < middle_x("sacrum"));
    assert!(middle_x("sacrum") < middle_x("hip_right"));
}

#[test]
fn micro_ct_loads_and_is_told_from_hounsfield_units() {
    let Some(root) = shared() else { return };
    let mouse = 0.141_113_400_46;
    let seg = 0.035_278_350_11;
    let scans: [Expected; 7] = [
        (
            "microct/mouse_head_forelimb/BALB_CBYJ_.nii.gz",
            [168, 168, 143],
            along(-mouse, -mouse, mouse),
            [-0.052_917_525, -0.052_917_525, 0.052_917_525],
            [0.0, 253.0],
        ),
        (
            "microct/mouse_head_forelimb/C57BL6_J_.nii.gz",
            [170, 170, 147],
            along(-mouse, -mouse, 0.140_873_417),
            [-0.052_917_525, -0.052_917_525, 0.052_797_530],
            [0.0, 255.0],
        ),
        (
            "microct/mouse_atlas/low_res_template_UCHAR.nii.gz",
            [130, 206, 114],
            along(mouse, mouse, mouse),
            [0.052_917_525; 3],
            [0.0, 87.0],
        ),
        (
            "microct/mouse_atlas/low_res_template_UCHAR-label.nii.gz",
            [130, 206, 114],
            along(mouse, mouse, mouse),
            [0.052_917_525; 3],
            [0.0, 21.0],
        ),
        (
            "microct/mouse_atlas/35_mic_23strain_mus_template_UCHAR.seg.nrrd",
            [349, 640, 338],
            along(seg, seg, seg),
            [3.139_773_160, 2.398_927_808, 0.211_670_101],
            [0.0, 21.0],
        ),
        (
            "microct/bonebox_trabecular_masks/isodata_04216_roi_0.nrrd",
            [201, 201, 201],
            along(-1.0, -1.0, 1.0),
            [0.0; 3],
            [0.0, 255.0],
        ),
        (
            "microct/hrpqct_scanco/test_mha.mha",
            [25, 25, 25],
            along(-0.0607, -0.0607, 0.0607),
            [0.4856, 0.4856, -0.4856],
            [0.0, 1.0],
        ),
    ];
    for expected in &scans {
        assert!(load(&root, expected).check_hounsfield().is_err(), "{}", expected.0);
    }
    let slicer = root.join(scans[4].0);
    let set = read_labels(&slicer, None).unwrap();
    // Segments are named by numbers in this file.
    assert_eq!(set.names, ["1", "2", "3", "15", "21"]);
    let count = |n: u16| set.labels.iter().filter(|label| **label == n).count();
    assert_eq!([1, 2, 3, 4, 5].map(count), [4_479_709, 635_162, 296_521, 10_441_819, 627_793]);
}

#[test]
fn odd_files_load() {
    let Some(root) = shared() else { return };
    let wg04 = along(-0.661_468, -0.661_468, 5.0);
    let small = [158.135_803, 179.035_797, -75.699_997];
    let dcmqi = along(-0.7, -0.7, 2.5);
    let dcmqi_origin = [-46.4649, -5.018_81, -177.75];
    let (sine, cosine) = (0.3746, 0.9272);
    // The two are rounded: they are no unit vector together.
    let tilt = f64::hypot(sine, cosine);
    let scans: [Expected; 13] = [
        (
            "odd/niivue_oblique_uint8/CT_pitch.nii.gz",
            [175, 248, 58],
            [
                [0.8125, 0.0, 0.0],
                [0.0, 0.779_041_052, -0.230_762_482],
                [0.0, 0.680_798_769, 2.298_338_413],
            ],
            [-69.020_759_583, -134.385_604_858, -13.568_820_953],
            [0.0, 255.0],
        ),
        ("odd/pydicom/CT_small.dcm", [128, 128, 1], wg04, small, [-896.0, 1167.0]),
        (
            "odd/pydicom/MR_small_bigendian.dcm",
            [64, 64, 1],
            along(-0.3125, -0.3125, 0.8),
            [83.9063, 91.2, 6.6406],
            [127.0, 2145.0],
        ),
        // Stored as unsigned 0..8191 in the stream, signed in the header.
        (
            "odd/pydicom/J2K_pixelrep_mismatch.dcm",
            [512, 512, 1],
            [
                [-0.431, 0.0, 0.0],
                [0.0, -0.431 * cosine, -0.431 * sine],
                [0.0, -5.0 * sine / tilt, 5.0 * cosine / tilt],
            ],
            [110.2153, 98.1898, 72.1446],
            [-2000.0, 1896.0],
        ),
        (
            "odd/pydicom_data/eCT_Supplemental.dcm",
            [512, 512, 2],
            along(0.388_672, -0.388_672, -10.0),
            [-99.5, 301.5, -149.0],
            [-1024.0, 172.0],
        ),
        ("odd/wg04_compressed/CT1_J2KR", [512, 512, 1], wg04, small, [-3024.0, 1254.0]),
        ("odd/wg04_compressed/CT1_JLSL", [512, 512, 1], wg04, small, [-3024.0, 1254.0]),
        ("odd/wg04_compressed/CT1_JPLL", [512, 512, 1], wg04, small, [-3024.0, 1254.0]),
        (
            "odd/wg04_compressed/CT2_JPLL",
            [512, 512, 1],
            along(-0.468, -0.468, 10.0),
            [120.0, 120.0, -545.0],
            [-2048.0, 1433.0],
        ),
        ("odd/dcmqi_24x38x3/image", [24, 38, 3], dcmqi, dcmqi_origin, [0.0, 1.0]),
        ("odd/dcmqi_24x38x3/multiframe/mf.dcm", [24, 38, 3], dcmqi, dcmqi_origin, [0.0, 1.0]),
        (
            "odd/dcmqi_24x38x3/nrrd/label.nrrd",
            [24, 38, 3],
            dcmqi,
            [-46.464_900_970, -5.018_809_795, -177.75],
            [0.0, 1.0],
        ),
        (
            "odd/dcmqi_ct_3slice_liver_seg",
            [512, 512, 3],
            along(-0.810_547, -0.810_547, 1.0),
            [235.199_997, 226.800_003, -128.690_002],
            [-3024.0, 1381.0],
        ),
    ];
    for expected in &scans {
        load(&root, expected);
    }
    // Three compressions of one picture are one picture; its stored values, before the
    // rescale intercept of -1024, run from -2000 to 2278.
    let image = |name: &str| read_scan(&root.join("odd/wg04_compressed").join(name)).unwrap().image;
    let first = image("CT1_J2KR");
    assert!(first == image("CT1_JLSL") && first == image("CT1_JPLL"));
    // Rows and columns are not exchanged: single files and frames agree, and the label
    // in them is where it is in the NRRD.
    let image = |name: &str| read_scan(&root.join("odd/dcmqi_24x38x3").join(name)).unwrap().image;
    let files = image("image");
    assert!(files == image("multiframe/mf.dcm"));
    assert!(files.into_vec() == image("nrrd/label.nrrd").into_vec());
    let notes = read_scan(&root.join("odd/dcmqi_ct_3slice_liver_seg")).unwrap().notes.join("\n");
    assert!(notes.contains("left out: liver_seg.dcm: a segmentation"), "{notes}");
}

#[test]
fn a_tilted_gantry_is_told_from_positions_and_straightened() {
    let Some(root) = shared() else { return };
    for (folder, degrees, step_mm, voxels, range) in [
        ("odd/gantry_tilt_untagged", "14.00", 5.0 * 0.970_295_7, [512, 521, 4], [-1024.0, -770.0]),
        (
            "odd/philips_tilt_with_scout/S2010",
            "18.50",
            2.5 * 0.948_323_7,
            [512, 521, 6],
            [-1024.0, 791.732],
        ),
    ] {
        let scan = read_scan(&root.join(folder)).unwrap();
        let grid = scan.image.grid();
        assert!(scan.notes.iter().any(|note| note.contains(degrees)), "{:?}", scan.notes);
        assert!(grid.shear() < 1e-12, "{}", grid.shear());
        assert!((grid.spacing_mm()[2] - step_mm).abs() < 1e-6, "{grid:?}");
        assert_eq!(grid.shape(), voxels);
        assert_eq!(scan.value_range(), range);
    }
    // A voxel in the middle of a slice has the value of that slice at that place.
    let slice = read_scan(&root.join("odd/philips_tilt_with_scout/S2010/I30")).unwrap().image;
    let whole = read_scan(&root.join("odd/philips_tilt_with_scout/S2010")).unwrap().image;
    for (i, j) in [(200, 240), (256, 256), (301, 199), (120, 300)] {
        let here = slice.grid().centre([i, j, 0]);
        let found = sample_trilinear(&whole, here).unwrap();
        // Between voxels of the new grid a mean of neighbours stands; they are within reach.
        let around = |n: usize| (j - 1 + n / 3, i - 1 + n % 3);
        let near: Vec<f32> = (0..9).map(around).map(|(j, i)| slice[[i, j, 0]]).collect();
        let low = near.iter().copied().fold(f32::INFINITY, f32::min);
        let high = near.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        assert!(found >= f64::from(low) - 0.01 && found <= f64::from(high) + 0.01, "{found}");
    }
}

#[test]
fn localizers_and_screen_pictures_are_left_out_by_name() {
    let Some(root) = shared() else { return };
    let scan = read_scan(&root.join("odd/philips_tilt_with_scout")).unwrap();
    assert_eq!(scan.image.grid().shape()[2], 6);
    let notes = scan.notes.join("\n");
    assert!(notes.contains("left out: S1000/I10: a localizer"), "{notes}");
    assert!(notes.contains("left out: S4010/I10: a secondary capture"), "{notes}");
    let thigh = read_scan(&root.join("human_ct/sts_045_thigh_mineralised")).unwrap();
    let notes = thigh.notes.join("\n");
    assert!(notes.contains("CT_mask.nii.gz: not DICOM but an image"), "{notes}");
    assert!(notes.contains("dicom_rtstruct/RS.dcm: an RT structure set"), "{notes}");
}

#[test]
fn a_missing_slice_is_named_and_may_be_interpolated() {
    let Some(root) = shared() else { return };
    let folder = root.join("odd/missing_slice");
    let message = read_scan(&folder).unwrap_err().to_string();
    assert!(
        message.contains(
            "from IM-0001-0009-0001.dcm to IM-0001-0010-0001.dcm is a step of 10.000 mm; \
             expected 5.000 mm"
        ),
        "{message}"
    );
    let options = ReadOptions { resample_gaps: true, ..ReadOptions::default() };
    let scan = read_scan_with(&folder, &options).unwrap();
    assert_eq!(scan.image.grid().shape(), [512, 512, 5]);
    assert!((scan.image.grid().spacing_mm()[2] - 5.0).abs() < 1e-5);
    let [before, made, after] = [2, 3, 4].map(|k| scan.image[[256, 300, k]]);
    assert_eq!(made, (before + after) / 2.0);
    assert!(scan.notes.iter().any(|n| n.contains("1 of 5 slices")), "{:?}", scan.notes);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_cause() {
    let Some(root) = shared() else { return };
    for (path, cause) in [
        ("odd/pydicom/ExplVR_BigEnd.dcm", "a colour picture"),
        ("odd/pydicom/ExplVR_LitEndNoMeta.dcm", "a radiotherapy object"),
        ("odd/pydicom/MR_truncated.dcm", "Pixel Data (7fe0,0010) has 8130 bytes; expected 8192"),
        ("odd/pydicom/image_dfl.dcm", "without Image Position (Patient) (0020,0032)"),
        ("odd/pydicom/liver_1frame.dcm", "a segmentation (SEG)"),
        ("odd/pydicom/meta_missing_tsyntax.dcm", "no transfer syntax is stated"),
        ("odd/pydicom/nested_priv_SQ.dcm", "pixel data without Rows and Columns"),
        ("odd/pydicom/no_meta.dcm", "begins with the bytes 20 08 00 05"),
        ("odd/pydicom/rtstruct.dcm", "an RT structure set"),
        ("odd/pydicom", "3 image series; expected one"),
        ("odd/pydicom_data/liver.dcm", "a segmentation (SEG)"),
        ("odd/pydicom_data/explicit_VR-UN.dcm", "the Slice Thickness (0018,0050)"),
        ("odd/highdicom/seg_image_ct_binary.dcm", "a segmentation (SEG)"),
        ("odd/highdicom/seg_image_ct_true_fractional.dcm", "a segmentation (SEG)"),
        ("odd/highdicom", "no image series found"),
        ("odd/dcmqi_24x38x3/seg/label.seg", "a segmentation (SEG)"),
        ("odd/dcmqi_24x38x3", "2 image series; expected one"),
        (
            "odd/fo_dicom/CT-MONO2-16-ankle",
            "Pixel Spacing (0028,0030), so that it cannot be placed",
        ),
        ("odd/wg04_compressed", "CT1_J2KR and CT1_JLSL lie at the same place"),
        ("odd/philips_tilt_with_scout/S1000/I10", "a localizer"),
        ("odd/philips_tilt_with_scout/S4010/I10", "a secondary capture"),
        ("odd/gantry_tilt_untagged/IM-0001-0001.dcm", "the Slice Thickness (0018,0050)"),
        ("human_ct/sts_001_hip_control/dicom_rtstruct", "RS.dcm: an RT structure set"),
        ("human_ct/sts_008_shoulder", "CT_image.nii.gz, CT_mask.nii.gz: not DICOM but an image"),
        ("microct/hrpqct_scanco/test_aim.AIM", "a Scanco AIM file"),
        ("microct/hrpqct_scanco/test_isq.ISQ", "a Scanco ISQ file"),
        ("microct/ciclope_trabecular_tif/3155_D_4_bc_0000.tif", "a TIFF picture"),
        ("microct/ciclope_trabecular_tif", "no image series found"),
        ("meshes/gfxmorph/femur.stl", "no image that is read here"),
        ("README.md", "no image that is read here"),
        ("no_such_file.nii.gz", "cannot be read"),
    ] {
        let error = read_scan(&root.join(path)).map(|scan| scan.image.grid().shape());
        let message = error.expect_err(path).to_string();
        assert!(message.contains(cause), "{path}: {message}");
        let name = path.rsplit('/').next().unwrap();
        assert!(message.contains(name), "the file is named: {message}");
    }
}

/// No file at all, whatever it is, may panic.
#[test]
fn every_shared_file_is_read_or_refused() {
    let Some(root) = shared() else { return };
    let mut folders = vec![root];
    let (mut read, mut refused) = (0, 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                match read_scan(&path) {
                    Ok(_) => read += 1,
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(read >= 200 && refused >= 60, "{read} read, {refused} refused");
}
