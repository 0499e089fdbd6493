//! What motion does to a joint in three dimensions, against animals that were moved or held still.

use serde_json::Value;

use crate::support::Desk;

/// A hip on voxels of 1.5 mm, its bones told.
const HIP: &str = r#"format = 1
duration = "70 d"

[anatomy]
builtin = "hip"

[anatomy.lesion_box]
spacing = "1.5 mm"
size = ["72 mm", "66 mm", "66 mm"]
centre = { landmark = "hip_centre" }

[patient]
neurological_injury = "none"

[model]
mechanics = "bones"

[[injury]]
kind = "contusion"
muscle = "gluteus_minimus"
radius = "12 mm"
severity = 0
edge = "1.5 mm"

[outputs]
virtual_ct_days = []
field_days = []
"#;
/// An elbow whose brachialis is crushed.
const ELBOW: [(&str, &str); 4] = [
    ("\"hip\"", "\"elbow\""),
    ("[\"72 mm\", \"66 mm\", \"66 mm\"]", "[\"60 mm\", \"54 mm\", \"66 mm\"]"),
    ("hip_centre", "elbow_centre"),
    ("gluteus_minimus", "brachialis"),
];
const STILL: &str = "[[motion]]\nmode = \"still\"\n";
const COMFORTABLE: &str = "[[motion]]\nmode = \"comfortable\"\namplitude = 0.6\n";

/// Force on a stiff joint: two weeks still, then forced for a share of each day, six weeks long.
fn forced_after_stillness(share_of_day: f64) -> String {
    format!(
        "[[motion]]\nto = \"14 d\"\nmode = \"still\"\n\n[[motion]]\nfrom = \"14 d\"\nto = \"56 d\"\n\
         mode = \"forced\"\namplitude = 1.0\nshare_of_day = {share_of_day}\n\n[[motion]]\n\
         from = \"56 d\"\nmode = \"comfortable\"\namplitude = 0.6\n"
    )
}

/// The record of a run of the hip with changes, under a programme.
fn run(changes: &[(&str, &str)], motion: &str) -> Value {
    let desk = Desk::new();
    let mut case = format!("{HIP}\n{motion}");
    for (from, to) in changes {
        assert!(case.contains(from), "no {from}");
        case = case.replace(from, to);
    }
    desk.write("case.toml", case);
    desk.ossicle(&["run", "case.toml", "-o", "run", "--quiet"]).ok();
    desk.record("run")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn bone_mm3(record: &Value) -> f64 {
    number(&record["summary"]["bone_volume_mm3"])
}

/// What is left of flexion, degrees.
fn flexion_deg(record: &Value) -> f64 {
    let movements = record["joint"]["movements"].as_array().unwrap();
    number(&movements.iter().find(|m| m["movement"] == "flexion").unwrap()["end_deg"])
}

/// Michelsson & Rauschning 1983 (E4-074, E4-075): rabbits that were held still and then moved by
/// force ossify after two to five weeks of it; held still, moved by force or crushed alone they
/// do not.
#[test]
fn of_four_arms_only_the_one_held_still_and_then_forced_ossifies() {
    let manipulated = STILL.replace("\"still\"", "\"forced\"\namplitude = 1.0\nshare_of_day = 0.5");
    let still = run(&[], STILL);
    let manipulated = run(&[], &manipulated);
    let crushed = run(&[("severity = 0", "severity = 1")], COMFORTABLE);
    for (arm, record) in [("still", &still), ("manipulated", &manipulated), ("crushed", &crushed)] {
        assert_eq!(bone_mm3(record), 0.0, "{arm}");
        assert!(number(&record["summary"]["mineral_mg"]) < 50.0, "{arm}");
    }
    // Stillness has its own price.
    assert!(flexion_deg(&still) < 0.8 * flexion_deg(&crushed), "{}", flexion_deg(&still));
    let both = run(&[], &forced_after_stillness(0.5));
    assert!(bone_mm3(&both) > 1000.0, "{} mm3", bone_mm3(&both));
    let visible = number(&both["summary"]["first_visible_day"]);
    let weeks_of_force = (visible - 14.0) / 7.0;
    assert!((2.0..5.0).contains(&weeks_of_force), "{weeks_of_force} weeks");
}

/// In the stiff hip of a paralysed patient bone lies in the capsule and on the bones round the
/// joint, in a crushed muscle within the muscle; cartilage is spared by both.
#[test]
fn a_nerve_injury_ossifies_round_the_joint_and_a_contusion_in_the_muscle() {
    let paralysed = ("neurological_injury = \"none\"", "neurological_injury = \"spinal cord\"");
    let longer = ("\"70 d\"", "\"120 d\"");
    let neurogenic = run(&[paralysed, longer], &forced_after_stillness(0.1));
    let contusion = [("severity = 0", "severity = 2"), ("\"bones\"", "\"rule\"")];
    let muscular = run(&contusion, COMFORTABLE);
    let (by_nerve, by_blow) = (&neurogenic["pattern"], &muscular["pattern"]);
    let ossified = |tissue: &str| number(&by_nerve["ossified_by_tissue"][tissue]);
    for near in ["capsule", "periosteum"] {
        assert!(ossified(near) > 2.0 * ossified("muscle"), "{near}: {by_nerve}");
    }
    assert!(number(&by_blow["share_by_tissue"]["muscle"]) > 0.9, "{by_blow}");
    let mean_mm = |pattern: &Value| number(&pattern["joint_line_mm"][1]);
    assert!(mean_mm(by_nerve) < 10.0 && mean_mm(by_blow) > 15.0, "{by_nerve} {by_blow}");
    for pattern in [by_nerve, by_blow] {
        let tissues = pattern["share_by_tissue"].as_object().unwrap();
        assert!(!tissues.contains_key("articular_cartilage"), "{pattern}");
    }
}

/// Behaviour g in three dimensions, at hip and elbow.
#[test]
fn stillness_gives_less_bone_and_a_contracture() {
    for joint in [&[][..], &ELBOW] {
        let crushed = [joint, &[("severity = 0", "severity = 2")]].concat();
        let (moved, still) = (run(&crushed, COMFORTABLE), run(&crushed, STILL));
        let mineral = |record: &Value| number(&record["summary"]["mineral_mg"]);
        assert!(mineral(&still) < 0.6 * mineral(&moved), "{} {}", mineral(&still), mineral(&moved));
        assert_eq!(number(&moved["summary"]["contracture_max_deg"]), 0.0);
        assert!(number(&still["summary"]["contracture_max_deg"]) > 30.0);
        assert!(flexion_deg(&still) < flexion_deg(&moved) - 20.0);
    }
}

/// The hypotheses of what strain permits, and the two ways to solve for strain, can be chosen.
#[test]
fn hypotheses_can_be_compared() {
    let crushed = ("severity = 0", "severity = 2");
    let short = ("\"70 d\"", "\"42 d\"");
    let with = |line: &str| {
        let model = format!("mechanics = \"bones\"\n{line}");
        run(&[crushed, short, ("mechanics = \"bones\"", &model)], COMFORTABLE)
    };
    let digest = |record: &Value| record["state_digest"].as_str().unwrap().to_owned();
    let own = with("");
    assert_eq!(digest(&own), digest(&with("mechanoregulation = \"strain\"\naxes = [\"flexion\"]")));
    let mut found = vec![digest(&own)];
    for line in [
        "mechanoregulation = \"lacroix_prendergast\"",
        "mechanoregulation = \"strain_energy\"",
        "axes = [\"abduction\", \"flexion\"]",
    ] {
        found.push(digest(&with(line)));
    }
    let elastic = run(&[crushed, short, ("\"bones\"", "\"elastic\"")], COMFORTABLE);
    found.push(digest(&elastic));
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 5, "every choice makes a difference");
}

#[test]
fn axes_that_the_joint_does_not_turn_about_are_refused() {
    let desk = Desk::new();
    let elbow = ELBOW.iter().fold(HIP.to_owned(), |case, (from, to)| case.replace(from, to));
    for (axes, found) in [("[\"abduction\"]", "abduction"), ("[]", "an empty list")] {
        let case = elbow.replace("mechanics =", &format!("axes = {axes}\nmechanics ="));
        desk.write("case.toml", case);
        let expected = "expected axes of the bones that flexion turns";
        desk.ossicle(&["check", "case.toml"]).refused(&["model.axes", found, expected]);
    }
}
