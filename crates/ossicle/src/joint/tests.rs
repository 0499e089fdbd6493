use ossicle_anatomy::Side;
use ossicle_field::Grid;
use ossicle_joint::radiograph::View;
use ossicle_lesion::{Slow, State};

use super::*;
use crate::case::{CaseFile, Override};
use crate::setting::Setting;

const CASE: &str = r#"format = 1
duration = "30 d"

[anatomy]
builtin = "hip"

[anatomy.lesion_box]
spacing = "1.5 mm"
margin = "6 mm"

[[injury]]
kind = "capsule_tear"
position = { landmark = "capsule_superior" }
arc = "80 deg"

[model]
mechanics = "bones"
"#;

fn setting(changes: &[&str]) -> Result<Setting, String> {
    let overrides: Vec<Override> = changes.iter().map(|c| Override::Set((*c).to_owned())).collect();
    let (folder, vocabulary) = (std::path::Path::new(""), crate::vocabulary());
    let file = CaseFile::from_bytes("case", CASE.as_bytes(), folder, &overrides, &vocabulary);
    file.and_then(|file| Setting::new(&file)).map_err(|refused| refused.to_string())
}

fn row(setting: &Setting, state: &State) -> MotionRow {
    let joint = setting.joint.as_ref().expect("a joint");
    joint.motion(&setting.problem, state, &setting.tissue_hu).expect("a row")
}

/// Dense bone in the soft tissue of those voxels.
fn ossified(setting: &Setting, belongs: impl Fn([f64; 3]) -> bool) -> State {
    let mut state = State::at_injury(&setting.problem);
    let grid = *setting.grid();
    for c in 0..grid.len() {
        let x = grid.centre(grid.voxel(c));
        if setting.problem.tissue()[c].is_soft() && belongs(x) {
            state.field_mut(Slow::Mineral)[c] = 0.5;
        }
    }
    state
}

#[test]
fn a_healthy_hip_moves_as_far_as_normal_and_bone_takes_from_it_until_it_is_fused() {
    let setting = setting(&[]).unwrap();
    let healthy = row(&setting, &State::at_injury(&setting.problem));
    assert!(setting.joint.as_ref().expect("a joint").warnings().is_empty());
    assert_eq!((healthy.grade.as_str(), healthy.bridge, healthy.shadow_mm2), ("0", false, 0.0));
    let names: Vec<&str> = healthy.reaches.iter().map(|r| r.movement.as_str()).collect();
    let expected = [
        "abduction",
        "adduction",
        "extension",
        "external_rotation",
        "flexion",
        "internal_rotation",
    ];
    assert_eq!(names, expected);
    // Where nothing stops flexion the lesion is told how far it was followed, not that nobody looked.
    let mut open = healthy.clone();
    let flexion = open.reaches.iter_mut().find(|r| r.movement == PROGRAMMED).unwrap();
    flexion.bony_deg = f64::INFINITY;
    let followed_deg = flexion.normal_deg + BEYOND_DEG;
    assert_eq!(open.programmed_bony_deg(), followed_deg);
    for r in &healthy.reaches {
        assert_eq!(r.soft_deg, r.normal_deg);
        // No more than a few degrees are lost to the shape of the bones alone.
        assert!(r.free_deg > r.normal_deg - 5.0 && r.free_deg <= r.normal_deg, "{r:?}");
    }

    // Bone above the head, from the rim of the socket outwards, stops abduction early.
    let centre = setting.anatomy.joint().centre_mm;
    let from = move |x: [f64; 3]| -> [f64; 3] { std::array::from_fn(|a| x[a] - centre[a]) };
    let spur = ossified(&setting, |x| {
        let [x, y, z] = from(x);
        x > 20.0 && x < 42.0 && y.abs() < 12.0 && z > 14.0
    });
    let blocked = row(&setting, &spur);
    let abduction = |row: &MotionRow| row.reaches[0].free_deg;
    assert!(abduction(&blocked) < abduction(&healthy) - 5.0 && !blocked.bridge, "{blocked:?}");
    assert!(blocked.shadow_mm2 > 100.0 && blocked.gap_mm < 20.0);
    assert!(["II", "III"].contains(&blocked.grade.as_str()), "{}", blocked.grade);

    // All soft tissue turned to bone fuses the joint.
    let fused = row(&setting, &ossified(&setting, |_| true));
    assert!(fused.bridge && fused.grade == "IV", "{fused:?}");
    assert!(fused.reaches.iter().all(|r| r.free_deg == 0.0), "{fused:?}");
}

#[test]
fn bones_that_meet_too_early_in_health_are_warned_of() {
    let elbow = CASE
        .replace("\"hip\"", "\"elbow\"")
        .replace("capsule_superior", "capsule_anterior")
        .replace("\"6 mm\"", "\"20 mm\"");
    let (folder, vocabulary) = (std::path::Path::new(""), crate::vocabulary());
    let file = CaseFile::from_bytes("case", elbow.as_bytes(), folder, &[], &vocabulary);
    let setting = file.and_then(|file| Setting::new(&file)).map_err(|e| e.to_string()).unwrap();
    let row = row(&setting, &State::at_injury(&setting.problem));
    let names: Vec<&str> = row.reaches.iter().map(|r| r.movement.as_str()).collect();
    assert_eq!(names, ["extension", "flexion", "pronation", "supination"]);
    assert!(row.reaches.iter().all(|r| r.bony_deg > r.normal_deg - EARLY_DEG), "{row:?}");
    let mut joint = setting.joint.unwrap();
    assert_eq!(joint.warnings, Vec::<String>::new());
    // Were the normal range of one movement wider by so much, its end would come too early.
    let flexion = joint.movements.iter_mut().find(|m| m.name == "flexion").unwrap();
    flexion.normal_deg += 30.0;
    let told = joint.stopped_early().unwrap();
    assert!(told.len() == 1 && told[0].starts_with("flexion: bone meets bone at"), "{told:?}");
    assert!(told[0].contains("read what is lost"), "{told:?}");
}

#[test]
fn what_has_no_joint_of_bones_is_refused() {
    let ball = r#"format = 1
duration = "30 d"

[anatomy]
builtin = "sphere"

[[injury]]
kind = "ellipsoid"
position = { ras = ["0 mm", "0 mm", "0 mm"] }
radii = "4 mm"

[model]
mechanics = "bones"
"#;
    let (folder, vocabulary) = (std::path::Path::new(""), crate::vocabulary());
    let file = CaseFile::from_bytes("case", ball.as_bytes(), folder, &[], &vocabulary);
    let told = file.and_then(|file| Setting::new(&file)).err().expect("refused").to_string();
    for part in ["model.mechanics", "no joint", "expected an anatomy that shows both bones"] {
        assert!(told.contains(part), "no {part:?} in {told}");
    }
}

/// A radiograph of muscle with a slab of bone at one side, in which a block of mineral grows.
#[test]
fn a_block_of_mineral_casts_the_shadow_of_its_closed_form() {
    use crate::png::tests::decoded;

    let setting = setting(&[]).unwrap();
    let lesion = *setting.grid();
    let ([nx, ny, nz], edge_mm) = (lesion.shape(), 1.5);
    let around = 6;
    let shape = [nx, ny, nz].map(|n| n + 2 * around);
    let origin_mm = lesion.to_world([-(around as f64); 3]);
    let wide = Grid::aligned(shape, [edge_mm; 3], origin_mm).unwrap();
    let slab = |voxel: [usize; 3]| if voxel[0] < 5 { 1000.0_f32 } else { 0.0 };
    let subject = Subject::known(Field::from_fn(wide, slab), Some(Side::Right));
    let radiography = subject.positioned(&lesion).unwrap();

    let mut state = State::at_injury(&setting.problem);
    let block = |voxel: [usize; 3]| voxel.iter().all(|v| (8..16).contains(v));
    for c in 0..lesion.len() {
        let mineral = if block(lesion.voxel(c)) { 0.8 } else { 0.0 };
        state.field_mut(Slow::Mineral)[c] = mineral;
        state.field_mut(Slow::CartilageMatrix)[c] = 0.0;
    }
    let pictures = radiography.pictures(&state, &lesion).unwrap();
    let middle_mm = lesion.to_world([11.5; 3]);
    // Across and down from the patient's left or back, and from the feet; along the beam.
    for (png, [across, beam]) in pictures.iter().zip([[0, 1], [1, 0]]) {
        let (size, _, grey) = decoded(png);
        let pixel_mm = size.pixel_mm.unwrap();
        let at = |place_mm: [f64; 3]| {
            let from_middle = |a: usize| (wide.middle_mm()[a] - place_mm[a]) / pixel_mm;
            let pixel = |a: usize, count: usize| {
                (from_middle(a) + 0.5 * count as f64 - 0.5).round() as usize
            };
            grey[pixel(across, size.width) + size.width * pixel(2, size.height)]
        };
        let depth_mm = edge_mm * shape[beam] as f64;
        let block_mm = 8.0 * edge_mm;
        let attenuation = 0.02 * 0.8 * crate::readout::HU_PER_MINERAL / 1000.0 * block_mm;
        // From the front bare muscle is black and the slab white; from the side the slab lies in
        // every ray and there is nothing to tell apart.
        if across == 0 {
            let expected = 255.0 * attenuation / (0.02 * depth_mm);
            let found = f64::from(at(middle_mm));
            assert!(expected > 30.0 && (found - expected).abs() <= 1.0, "{found} of {expected}");
            let aside = lesion.to_world([11.5, 11.5, 22.0]);
            assert_eq!(at(aside), 0);
            assert_eq!(at(wide.to_world([2.0, 5.0, 20.0])), 255);
        }
    }
    let bone = lesion_bone(&setting.problem, &state, &vec![0.0; lesion.len()]);
    let soft = bone.iter().filter(|b| **b).count();
    assert!(soft > 300, "{soft} voxels of the block are soft tissue");
    let full = Field::from_fn(lesion, block);
    let area_mm2 = shadow_mm2(&full, View::AnteroPosterior).unwrap();
    assert!((area_mm2 - 144.0).abs() < 1e-9, "{area_mm2}");
    assert_eq!(shadow_mm2(&Field::filled(lesion, false), View::Lateral).unwrap(), 0.0);
}

#[test]
fn the_bones_are_pictured_in_their_colours_with_what_has_grown() {
    use crate::png::tests::decoded;

    let setting = setting(&[]).unwrap();
    let joint = setting.joint.as_ref().expect("a joint");
    let healthy = State::at_injury(&setting.problem);
    let picture = |state: &State| {
        let (png, told) = joint.separation(&setting.problem, state, &setting.tissue_hu).unwrap();
        let (size, _, pixels) = decoded(&png);
        (size, pixels.as_chunks::<3>().0.to_vec(), told)
    };
    let (size, pixels, told) = picture(&healthy);
    assert_eq!((size.width, size.height), (972, 320));
    assert_eq!((told.islands, told.told_by.as_str()), (0, "names"));
    let names: Vec<&str> = told.bodies.iter().map(|b| b.name.as_str()).collect();
    assert!(names.contains(&"femur") && names.contains(&"hip_bone"), "{names:?}");
    // The middle of each slice is that of the femoral head, half its colour and half its grey.
    let femur = told.bodies.iter().find(|b| b.name == "femur").unwrap();
    let full = [1, 3, 5].map(|n| u8::from_str_radix(&femur.colour[n..n + 2], 16).unwrap());
    for slice in 0..3 {
        let found = pixels[972 * 160 + 326 * slice + 160];
        let grey: Vec<i32> = (0..3).map(|c| 2 * i32::from(found[c]) - i32::from(full[c])).collect();
        assert!(grey.iter().all(|g| (g - grey[0]).abs() <= 4 && *g > 30), "{found:?}: {grey:?}");
    }
    // Bone everywhere bridges the joint and shows in the colour of bridges.
    let (size, pixels, told) = picture(&ossified(&setting, |_| true));
    assert_eq!((size.height, told.islands > 0), (646, true));
    assert_eq!(told.largest_islands[0].fused_to, ["femur", "hip_bone"]);
    let count = |colour: [u8; 3]| pixels.iter().filter(|p| **p == colour).count();
    assert!(count([213, 94, 0]) > 1000, "{}", count([213, 94, 0]));
}
