//! Cases that are refused: before anything runs, with nothing left, and told so that the one who
//! wrote them can put them right.

use crate::support::{Desk, Done, tiny};

/// Runs a case that is to be refused, and asserts that nothing came of it.
#[track_caller]
fn refuse(text: &str, arguments: &[&str], parts: &[&str]) -> Done {
    let desk = Desk::new();
    desk.write("case.toml", text);
    let whole = [&["run", "case.toml", "-o", "out"][..], arguments].concat();
    let done = desk.ossicle(&whole).refused(parts);
    assert_eq!(done.stdout, "");
    assert_eq!(desk.names("."), ["case.toml"], "nothing is created");
    // `check` says the same, but for the memory that is free.
    let whole = [&["check", "case.toml"][..], arguments].concat();
    let lines = |text: &str| -> Vec<String> {
        text.lines().filter(|l| !l.contains("that is free")).map(str::to_owned).collect()
    };
    assert_eq!(lines(&desk.ossicle(&whole).refused(parts).stderr), lines(&done.stderr));
    done
}

/// Checks a case that is to be refused: for those that are long in the drawing.
#[track_caller]
fn refuse_check(text: &str, parts: &[&str]) {
    let desk = Desk::new();
    desk.write("case.toml", text);
    assert_eq!(desk.ossicle(&["check", "case.toml"]).refused(parts).stdout, "");
}

/// Runs the tiny case with one thing of it changed, whose line and key are told with a mark.
#[track_caller]
fn refuse_change(change: (&str, &str), line: usize, parts: &[&str]) -> Done {
    let text = tiny(&[change]);
    let done = refuse(&text, &[], parts);
    let place = format!("--> case.toml:{line}:");
    let source = format!("{line} | {}", text.lines().nth(line - 1).expect("a line"));
    for part in [place.as_str(), source.as_str(), "^", "error: ", "= note: expected "] {
        assert!(done.stderr.contains(part), "no {part:?} in\n{}", done.stderr);
    }
    assert_eq!(done.stderr.matches("error: ").count(), 1, "one message:\n{}", done.stderr);
    done
}

#[test]
fn a_misspelt_key_is_told_with_the_right_one() {
    let done = refuse_change(("spacing =", "spacin ="), 10, &[]);
    let expected = r#"error: anatomy.lesion_box.spacin: found the unknown key "spacin"
  --> case.toml:10:1
   |
10 | spacin = "1.5 mm"
   | ^^^^^^
   |
   = note: expected one of spacing, margin, size, centre
   = help: did you mean spacing?
"#;
    assert_eq!(done.stderr, expected);
}

#[test]
fn keys_and_units() {
    let text = tiny(&[("duration = \"4 d\"\n", "")]);
    refuse(
        &text,
        &[],
        &["duration: found nothing", "case.toml", "a time with its unit", "\"14 d\""],
    );
    let bare = refuse_change(("\"4 d\"", "4"), 3, &[]);
    let expected = r#"error: duration: found 4 without a unit
 --> case.toml:3:12
  |
3 | duration = 4
  |            ^
  |
  = note: expected a time with its unit, such as "14 d"
  = help: did you mean "4 d"?
"#;
    assert_eq!(bare.stderr, expected);
    refuse_change(
        ("\"4 d\"", "\"4 mm\""),
        3,
        &["duration: found \"4 mm\"", "a time with its unit"],
    );
    refuse_change(
        ("\"4 d\"", "\"4 fortnights\""),
        3,
        &["\"4 fortnights\"", "a time with its unit"],
    );
    refuse_change(("\"6 mm\"", "\"6 mn\""), 18, &["injury[0].radii", "did you mean \"6 mm\"?"]);
    refuse_change(
        ("kind = \"ellipsoid\"", "kind = \"elipsoid\""),
        16,
        &["did you mean \"ellipsoid\"?"],
    );
    refuse_change(("title = \"Tiny ball\"", "title = 5"), 2, &["title: found 5"]);
}

#[test]
fn values_out_of_range() {
    refuse_change(("\"4 d\"", "\"-4 d\""), 3, &["duration: found \"-4 d\"", "from 1 d to 7305 d"]);
    refuse_change(
        ("severity = 2", "severity = 9"),
        19,
        &["injury[0].severity: found 9", "from 0 to 4"],
    );
    refuse_change(
        ("\"1.5 mm\"\nsize", "\"2 mm\"\nsize"),
        10,
        &[
            "anatomy.lesion_box.spacing: found \"2 mm\"",
            "0.01 mm to 1.5 mm",
            "the cytokine that starts the lesion decays over 0.45 mm",
        ],
    );
    refuse_change(
        ("virtual_ct_days = [0, 4]", "virtual_ct_days = [0, 5]"),
        23,
        &["outputs.virtual_ct_days[1]"],
    );
}

#[test]
fn injuries_that_miss_the_tissue() {
    let at = "position = { ras = [\"0 mm\", \"0 mm\", \"0 mm\"] }";
    let far = "position = { ras = [\"500 mm\", \"0 mm\", \"0 mm\"] }";
    let outside = [
        "the ellipsoid lies outside the field of view",
        "[500.0, 0.0, 0.0] mm",
        "injury[0].position",
    ];
    refuse_change((at, far), 17, &outside);
    // With a box that is laid round the injury it is still the injury that is wrong.
    let boxless = "size = [\"18 mm\", \"18 mm\", \"18 mm\"]\ncentre = { ras = [\"0 mm\", \"0 mm\", \"0 mm\"] }";
    let text = tiny(&[(at, far), (boxless, "margin = \"5 mm\"")]);
    refuse(&text, &[], &outside);
    let aside = "position = { ras = [\"20 mm\", \"0 mm\", \"0 mm\"] }";
    refuse_change(
        (at, aside),
        17,
        &["the ellipsoid lies outside the lesion box", "anatomy.lesion_box.margin"],
    );

    // In the head of the femur, with a box that has muscle in it and with one that has none.
    for (margin, said) in
        [("30 mm", "holds no soft tissue"), ("4 mm", "no soft tissue near the injury")]
    {
        let text = format!(
            "format = 1\nduration = \"4 d\"\n[anatomy]\nbuiltin = \"hip\"\nside = \"right\"\n\
             [anatomy.lesion_box]\nspacing = \"1.5 mm\"\nmargin = \"{margin}\"\n[[injury]]\nkind = \"ellipsoid\"\n\
             position = {{ landmark = \"hip_centre\" }}\nradii = \"4 mm\"\nseverity = 2\n"
        );
        refuse_check(
            &text,
            &["injury[0].position", said, "case.toml:11:12", "muscle, tendon, capsule or fat"],
        );
    }
}

#[test]
fn places_and_muscles_that_the_anatomy_does_not_have() {
    let hip = |injury: &str| {
        format!(
            "format = 1\nduration = \"4 d\"\n[anatomy]\nbuiltin = \"hip\"\nside = \"right\"\n\
             [anatomy.lesion_box]\nspacing = \"1.5 mm\"\nmargin = \"4 mm\"\n[[injury]]\n{injury}\nseverity = 2\n"
        )
    };
    let landmark =
        "kind = \"ellipsoid\"\nposition = { landmark = \"greater_trochantor\" }\nradii = \"4 mm\"";
    refuse_check(
        &hip(landmark),
        &[
            "injury[0].position.landmark: found \"greater_trochantor\"",
            "did you mean greater_trochanter?",
            "lesser_trochanter",
        ],
    );
    let muscle = "kind = \"contusion\"\nmuscle = \"gluteus_medus\"\nradius = \"4 mm\"";
    refuse_check(
        &hip(muscle),
        &["injury[0].muscle: found \"gluteus_medus\"", "did you mean gluteus_medius_right"],
    );
    let torn = (
        "kind = \"ellipsoid\"\nposition = { ras = [\"0 mm\", \"0 mm\", \"0 mm\"] }\nradii = \"6 mm\"",
        "kind = \"capsule_tear\"\ndirection = \"anterior\"",
    );
    refuse_change(torn, 16, &["a capsule tear in the sphere", "no joint capsule"]);
}

#[test]
fn more_memory_than_there_is() {
    let size = "size = [\"18 mm\", \"18 mm\", \"18 mm\"]\ncentre = { ras = [\"0 mm\", \"0 mm\", \"0 mm\"] }";
    let fine = ("\"1.5 mm\"\nsize", "\"0.01 mm\"\nsize");
    let parts = [
        "anatomy.lesion_box",
        "voxels, which takes",
        "GiB",
        "the memory that is free",
        "a coarser spacing",
    ];
    refuse(&tiny(&[fine]), &[], &parts);
    // A box laid round the injuries is not drawn before it is known to fit.
    refuse_check(&tiny(&[fine, (size, "margin = \"10 mm\"")]), &parts);
}

#[test]
fn changes_on_the_command_line() {
    let whole = tiny(&[]);
    let refused = |arguments: &[&str], parts: &[&str]| refuse(&whole, arguments, parts);
    refused(
        &["--without", "neurogenik"],
        &["--> --without:1:1", "did you mean \"neurogenic\"?", "^^^^^^^^^^"],
    );
    refused(
        &["--set", "k_e7=1"],
        &["--> --set:1:1", "the unknown key \"k_e7\"", "did you mean k_e"],
    );
    refused(&["--set", "duratoin=5 d"], &["did you mean duration?"]);
    refused(
        &["--set", "K_B=100"],
        &["parameters.K_B: found 100", "0.2 to 1.6", "evidence", "model.allow_out_of_range"],
    );
    refused(&["--set", "k_e1=1 mm"], &["parameters.k_e1", "such as \"0.24 /d\""]);
    refused(
        &["--set", "k_e1=1"],
        &["parameters.k_e1: found 1 without a unit", "did you mean \"1 /d\"?"],
    );
    refused(&["--set", "duration"], &["\"duration\" without =", "KEY=VALUE"]);
    refused(&["--set", "injury[3].severity=1"], &["--set:1:1", "leads nowhere"]);
}

#[test]
fn motions_that_contradict_each_other() {
    let both = "[[motion]]\nfrom = \"0 d\"\nto = \"3 d\"\nmode = \"still\"\n\n\
                [[motion]]\nfrom = \"2 d\"\nmode = \"comfortable\"\n\n[outputs]";
    let parts = [
        "motion[1]",
        "comfortable from 2 d to 4 d beside motion[0], still from 0 d to 3 d",
        "one way of moving at a time",
    ];
    refuse_change(("[outputs]", both), 27, &parts);
    let backwards = "[[motion]]\nfrom = \"3 d\"\nto = \"2 d\"\nmode = \"still\"\n[outputs]";
    refuse_change(("[outputs]", backwards), 24, &["motion[0].to", "an end after its start"]);
}

#[test]
fn files_that_are_no_case() {
    refuse_change(
        ("format = 1", "format = 2"),
        1,
        &["format: found 2", "this program is older than the case file"],
    );
    refuse_change(("radii = \"6 mm\"", "radii ="), 18, &["valid TOML"]);
    refuse_change(("\"Tiny ball\"", "Tiny"), 2, &["Tiny without quotes", "did you mean \"Tiny\"?"]);
    let desk = Desk::new();
    desk.write("empty.toml", "");
    desk.ossicle(&["run", "empty.toml"]).refused(&["empty.toml", "no key at all", "`ossicle new`"]);
    desk.write("latin.toml", b"format = 1\ntitle = \"caf\xe9\"\n");
    desk.ossicle(&["run", "latin.toml"]).refused(&["latin.toml:2:13", "0xe9", "UTF-8"]);
    desk.write("large.toml", vec![b'#'; 1 << 20]);
    desk.ossicle(&["run", "large.toml"]).refused(&["large.toml", "262144 bytes"]);
    desk.ossicle(&["run", "missing.toml"]).refused(&[
        "missing.toml",
        "cannot be read",
        "`ossicle new`",
    ]);
    desk.ossicle(&["run", "."]).refused(&["found a folder", "expected a case file"]);
    desk.write("picture.toml", [0x89, b'P', b'N', b'G', 0, 0, 1]);
    desk.ossicle(&["run", "picture.toml"]).refused(&["picture.toml:1:1", "UTF-8"]);
    assert_eq!(desk.names("."), ["empty.toml", "large.toml", "latin.toml", "picture.toml"]);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let text =
        tiny(&[("\"4 d\"", "4"), ("severity = 2", "severty = 2"), ("\"sphere\"", "\"spere\"")]);
    let done = refuse(&text, &[], &["duration", "severty", "did you mean \"sphere\"?"]);
    assert_eq!(done.stderr.matches("error: ").count(), 3, "{}", done.stderr);
}

#[test]
fn json_tells_programs_what_is_wrong() {
    let desk = Desk::new();
    desk.write("case.toml", tiny(&[("spacing =", "spacin =")]));
    for command in ["check", "run"] {
        let done = desk.ossicle(&[command, "case.toml", "--json"]).refused(&["spacin"]);
        let problem = &done.json()["problems"][0];
        assert_eq!(problem["cause"], "unknown-key");
        assert_eq!(problem["key"], "anatomy.lesion_box.spacin");
        assert_eq!(
            (&problem["place"]["line"], &problem["place"]["column"]),
            (&10.into(), &1.into())
        );
        assert_eq!(problem["nearest"], "spacing");
    }
}
