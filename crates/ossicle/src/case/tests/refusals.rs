//! Everything that can be wrong, each with its place, key and nearest name.

use super::*;

/// Cause, line, column, key and nearest name of a problem.
type Told<'a> = (Cause, usize, usize, &'a str, &'a str);

fn told(problem: &Problem) -> Told<'_> {
    let Problem { cause, key, place, nearest, .. } = problem;
    (*cause, place.line, place.column, key, nearest.as_deref().unwrap_or(""))
}

/// Checks that one change of the whole case is refused for one reason.
fn check(piece: &str, other: &str, expected: Told<'_>) {
    let text = with(piece, other);
    let problems = problems(&text);
    let found: Vec<Told<'_>> = problems.iter().map(told).collect();
    assert_eq!(found, [expected], "{piece:?} to {other:?}: {problems:#?}");
}

#[test]
fn keys() {
    use Cause::{DuplicateKey, MisplacedKey, MissingKey, UnknownKey};
    check("margin", "margn", (UnknownKey, 12, 1, "anatomy.lesion_box.margn", "margin"));
    check("seed = 7", "seeds = 7", (UnknownKey, 4, 1, "seeds", "seed"));
    check("seed = 7", "radius = 7", (UnknownKey, 4, 1, "radius", ""));
    check("[patient]", "[pateint]", (UnknownKey, 14, 2, "pateint", "patient"));
    check("[numerics]", "[[inury]]", (UnknownKey, 73, 3, "inury", "injury"));
    check("rho_m = ", "rho_n = ", (UnknownKey, 67, 1, "parameters.rho_n", "rho_m"));
    check("to = \"2 weeks\"", "too = \"2 weeks\"", (UnknownKey, 48, 1, "motion[0].too", "to"));
    check("seed = 7", "seed = 7\nseed = 8", (DuplicateKey, 5, 1, "seed", ""));
    check("[model]", "[patient]\n[model]", (DuplicateKey, 70, 2, "patient", ""));
    check("duration = \"540 d\"\n", "", (MissingKey, 1, 1, "duration", ""));
    check("format = 1\n", "", (MissingKey, 1, 1, "format", ""));
    check("muscle = \"gluteus_medius\"\n", "", (MissingKey, 30, 1, "injury[1].muscle", ""));
    check("kind = \"contusion\"\n", "", (MissingKey, 30, 1, "injury[1].kind", ""));
    check("mode = \"still\"\n", "", (MissingKey, 47, 1, "motion[0].mode", ""));
    check("direction = \"anterior\"\n", "", (MissingKey, 37, 1, "injury[2]", ""));
    check(
        "target = { landmark = \"hip_centre\" }\n",
        "",
        (MissingKey, 41, 1, "injury[3].approach", ""),
    );
    check("builtin = \"hip\"\nside = \"left\"\n", "", (MissingKey, 6, 1, "anatomy", ""));
    check(
        "mode = \"still\"",
        "mode = \"still\"\nshare_of_day = 0.1",
        (MisplacedKey, 50, 1, "motion[0].share_of_day", ""),
    );
    check(
        "direction = \"anterior\"",
        "direction = \"anterior\"\nradii = \"1 mm\"",
        (MisplacedKey, 40, 1, "injury[2].radii", ""),
    );
}

#[test]
fn types_units_and_numbers() {
    use Cause::{MissingUnit, NotANumber, OutOfRange, UnknownUnit, WrongType, WrongUnit};
    const MARGIN: &str = "\"12 mm\"";
    let margin = "anatomy.lesion_box.margin";
    check(MARGIN, "12", (MissingUnit, 12, 10, margin, "\"12 mm\""));
    check(MARGIN, "1_2.5", (MissingUnit, 12, 10, margin, "\"1_2.5 mm\""));
    check(MARGIN, "\"12\"", (MissingUnit, 12, 10, margin, "\"12 mm\""));
    check(MARGIN, "\"12 mn\"", (UnknownUnit, 12, 10, margin, "\"12 mm\""));
    check(MARGIN, "\"12 d\"", (WrongUnit, 12, 10, margin, ""));
    check(MARGIN, "\"1,2 mm\"", (NotANumber, 12, 10, margin, "\"1.2 mm\""));
    check(MARGIN, "\"nan mm\"", (NotANumber, 12, 10, margin, ""));
    check(MARGIN, "\"-1 mm\"", (OutOfRange, 12, 10, margin, ""));
    check(MARGIN, "\"1 km\"", (UnknownUnit, 12, 10, margin, "\"1 mm\""));
    check(MARGIN, "true", (WrongType, 12, 10, margin, ""));
    check(MARGIN, "2026-11-22", (WrongType, 12, 10, margin, ""));
    check(MARGIN, "[\"12 mm\"]", (WrongType, 12, 10, margin, ""));
    check("\"34 years\"", "34", (MissingUnit, 16, 7, "patient.age", "\"34 years\""));
    check("\"34 years\"", "\"340 years\"", (OutOfRange, 16, 7, "patient.age", ""));
    check("\"540 d\"", "540", (MissingUnit, 3, 12, "duration", "\"540 d\""));
    check("\"540 d\"", "\"18 months\"", (WrongUnit, 3, 12, "duration", "\"548 d\""));
    check("\"540 d\"", "\"0 d\"", (OutOfRange, 3, 12, "duration", ""));
    check("title = \"Whole\"", "title = 5", (WrongType, 2, 9, "title", ""));
    check("title = \"Whole\"", "title = \" \"", (WrongType, 2, 9, "title", ""));
    check("seed = 7", "seed = 7.0", (WrongType, 4, 8, "seed", ""));
    check("seed = 7", "seed = -7", (OutOfRange, 4, 8, "seed", ""));
    check("seed = 7", "seed = 9007199254740992", (OutOfRange, 4, 8, "seed", ""));
    check("severity = 2", "severity = nan", (NotANumber, 28, 12, "injury[0].severity", ""));
    check("severity = 2", "severity = -inf", (NotANumber, 28, 12, "injury[0].severity", ""));
    check("severity = 2", "severity = 4.01", (OutOfRange, 28, 12, "injury[0].severity", ""));
    check("severity = 2", "severity = \"2\"", (WrongType, 28, 12, "injury[0].severity", ""));
    check("previous_ho = true", "previous_ho = 1", (WrongType, 19, 15, "patient.previous_ho", ""));
    check("= 0.25", "= 1.25", (OutOfRange, 20, 24, "patient.fop_like_sensitivity", ""));
}

#[test]
fn names() {
    use Cause::{OutOfRange, UnknownName, WrongType};
    check("\"human\"", "\"humna\"", (UnknownName, 15, 11, "patient.species", "\"human\""));
    check("\"human\"", "\"horse\"", (UnknownName, 15, 11, "patient.species", ""));
    check("\"human\"", "1", (WrongType, 15, 11, "patient.species", ""));
    check("\"still\"", "\"stil\"", (UnknownName, 49, 8, "motion[0].mode", "\"still\""));
    check(
        "\"spinal cord\"",
        "\"spinal-cord\"",
        (UnknownName, 18, 23, "patient.neurological_injury", "\"spinal cord\""),
    );
    check(
        "kind = \"contusion\"",
        "kind = \"contussion\"",
        (UnknownName, 31, 8, "injury[1].kind", "\"contusion\""),
    );
    check(
        "without = [\"neurogenic\"]",
        "without = [\"neurogenic\", \"neurogenics\"]",
        (UnknownName, 71, 26, "model.without[1]", "\"neurogenic\""),
    );
    check("\"osteoid\"", "\"osteod\"", (UnknownName, 81, 11, "outputs.fields[0]", "\"osteoid\""));
    check("[540]", "[541]", (OutOfRange, 80, 15, "outputs.field_days[0]", ""));
    check("[540]", "[1.5]", (OutOfRange, 80, 15, "outputs.field_days[0]", ""));
    check("[540]", "[\"36 h\"]", (OutOfRange, 80, 15, "outputs.field_days[0]", ""));
    check("[540]", "540", (WrongType, 80, 14, "outputs.field_days", ""));
}

#[test]
fn parameters() {
    use Cause::{MissingUnit, NotANumber, OutOfRange, WrongType, WrongUnit};
    check("K_B = 0.6", "K_B = 1.3", (OutOfRange, 66, 7, "parameters.K_B", ""));
    check("K_B = 0.6", "K_B = \"0.6\"", (WrongType, 66, 7, "parameters.K_B", ""));
    check("K_B = 0.6", "K_B = nan", (NotANumber, 66, 7, "parameters.K_B", ""));
    check("K_B = 0.6", "n_B = 4.5", (NotANumber, 66, 7, "parameters.n_B", ""));
    check("\"0.5 /d\"", "0.5", (MissingUnit, 67, 9, "parameters.rho_m", "\"0.5 /d\""));
    check("\"0.5 /d\"", "\"0.5 d\"", (WrongUnit, 67, 9, "parameters.rho_m", ""));
    check("\"0.5 /d\"", "\"5 /d\"", (OutOfRange, 67, 9, "parameters.rho_m", ""));
    let problem = &problems(&with("K_B = 0.6", "K_B = 1.3"))[0];
    assert_eq!(
        problem.to_string(),
        "case.toml:66:7: parameters.K_B: found 1.3; expected 0.2 to 1.2, the range with evidence \
         behind it (source: Trejo 2019, table 1 # [C]); model.allow_out_of_range = true lets \
         others in"
    );
}

#[test]
fn spacing_that_a_signal_cannot_bear() {
    let spacing = "anatomy.lesion_box.spacing[2]";
    check("\"1.5 mm\"]", "\"2 mm\"]", (Cause::OutOfRange, 11, 28, spacing, ""));
    let problem = &problems(&with("\"1.5 mm\"]", "\"2 mm\"]"))[0];
    assert_eq!(
        problem.expected,
        "a length from 0.01 mm to 1.5 mm: the cytokine that starts the lesion decays over 0.45 \
         mm, and coarser voxels of a human lesion cannot carry it"
    );
    let mouse = with("species = \"human\"\nage = \"34 years\"", "species = \"mouse\"")
        .replace("spacing = [\"1 mm\", \"1 mm\", \"1.5 mm\"]", "spacing = \"0.3 mm\"");
    let problem = &problems(&mouse)[0];
    assert_eq!(problem.key, "anatomy.lesion_box.spacing");
    assert!(problem.expected.starts_with("a length from 0.01 mm to 0.25 mm"), "{problem}");
}

#[test]
fn contradictions() {
    use Cause::{Conflict, MissingKey, OutOfRange};
    let hip = "builtin = \"hip\"\nside = \"left\"\n";
    check(hip, "builtin = \"hip\"\nscan = \"a\"\n", (Conflict, 8, 8, "anatomy.scan", ""));
    check(hip, "builtin = \"hip\"\nlabels = \"a\"\n", (Conflict, 8, 10, "anatomy.labels", ""));
    check(hip, "builtin = \"hip\"\njoint = \"elbow\"\n", (Conflict, 8, 9, "anatomy.joint", ""));
    let scan = "scan = \"a\"\njoint = \"hip\"\n";
    check(hip, scan, (MissingKey, 6, 1, "anatomy.side", ""));
    let table = format!("{scan}side = \"left\"\nlabel_table = \"b\"\n");
    check(hip, &table, (Conflict, 10, 15, "anatomy.label_table", ""));
    let margin = "margin = \"12 mm\"";
    let size = "size = [\"9 mm\", \"9 mm\", \"9 mm\"]";
    check(
        margin,
        &format!("{margin}\n{size}"),
        (Conflict, 12, 10, "anatomy.lesion_box.margin", ""),
    );
    let centre = format!("{margin}\ncentre = {{ landmark = \"x\" }}");
    check(margin, &centre, (Conflict, 13, 10, "anatomy.lesion_box.centre", ""));
    check(
        "\"36 h\"",
        "\"36 h\"\nshortest_step = \"2 d\"",
        (Conflict, 76, 17, "numerics.shortest_step", ""),
    );
    check("to = \"24 weeks\"", "to = \"20 weeks\"", (Conflict, 60, 6, "motion[2].to", ""));
    check("to = \"24 weeks\"", "to = \"140 d\"", (Conflict, 60, 6, "motion[2].to", ""));
    check("from = \"20 weeks\"", "from = \"1 d\"", (Conflict, 58, 1, "motion[2]", ""));
    check("share_of_day = 0.05\n", "", (Conflict, 51, 1, "motion[1]", ""));
    check(
        "share_of_day = 0.05",
        "share_of_day = 5",
        (OutOfRange, 56, 16, "motion[1].share_of_day", ""),
    );
    check(
        "direction = \"anterior\"",
        "direction = \"anterior\"\nposition = { landmark = \"x\" }",
        (Conflict, 40, 12, "injury[2].position", ""),
    );
    check(
        "width = \"15 mm\"",
        "approach = \"lateral\"",
        (Conflict, 45, 12, "injury[3].approach", ""),
    );
    let path = "entry = { ras = [\"100 mm\", \"0 mm\", \"0 mm\"] }\ntarget = { landmark = \"hip_centre\" }";
    check(path, "approach = \"medial\"", (Conflict, 43, 12, "injury[3].approach", ""));
    check("{ landmark = \"hip_centre\" }", "{ }", (MissingKey, 44, 10, "injury[3].target", ""));
    check(
        "{ landmark = \"hip_centre\" }",
        "{ ras = [\"0 mm\", \"0 mm\", \"0 mm\"], offset = [\"0 mm\", \"0 mm\", \"0 mm\"] }",
        (Conflict, 44, 53, "injury[3].target.offset", ""),
    );
    check(
        "{ landmark = \"hip_centre\" }",
        "{ ras = [\"0 mm\", \"0 mm\", \"0 mm\"], lps = [\"0 mm\", \"0 mm\", \"0 mm\"] }",
        (Conflict, 44, 50, "injury[3].target.lps", ""),
    );
    // The sphere has neither side, joint nor capsule.
    let problems = problems(&with("builtin = \"hip\"", "builtin = \"sphere\""));
    assert_eq!(
        problems.iter().map(told).collect::<Vec<_>>(),
        [(Conflict, 8, 8, "anatomy.side", "")]
    );
    let sphere = with(hip, "builtin = \"sphere\"\n");
    let problems = super::problems(&sphere);
    assert_eq!(
        problems.iter().map(told).collect::<Vec<_>>(),
        [(Conflict, 37, 8, "injury[2].kind", "")]
    );
}

#[test]
fn a_box_round_nothing() {
    let text = "format = 1\nduration = \"9 d\"\n[anatomy]\nbuiltin = \"hip\"\n";
    let problems = problems(text);
    assert_eq!(
        problems.iter().map(told).collect::<Vec<_>>(),
        [(Cause::MissingKey, 1, 1, "injury", "")]
    );
}

#[test]
fn other_versions() {
    for (format, other) in [("2", "older"), ("99", "older"), ("0", "no such"), ("-1", "no such")] {
        // Nothing else is judged.
        let text = with("format = 1", &format!("format = {format}")).replace("seed", "sede");
        let problems = problems(&text);
        assert_eq!(
            problems.iter().map(told).collect::<Vec<_>>(),
            [(Cause::Version, 1, 10, "format", "")]
        );
        assert!(problems[0].expected.contains(other), "{}", problems[0]);
    }
    check("format = 1", "format = \"1\"", (Cause::WrongType, 1, 10, "format", ""));
    check("format = 1", "format = nan", (Cause::Version, 1, 10, "format", ""));
}

#[test]
fn syntax() {
    use Cause::Syntax;
    check("\"12 mm\"", "12 mm", (Syntax, 12, 10, "", "\"12 mm\""));
    check("\"human\"", "human", (Syntax, 15, 11, "", "\"human\""));
    check("\"female\"", "female", (Syntax, 17, 7, "", "\"female\""));
    check("\"spinal cord\"", "none", (Syntax, 18, 23, "", "\"none\""));
    check("\"12 mm\"", "“12 mm”", (Syntax, 12, 10, "", "\"12 mm\""));
    check("[patient]", "[patient", (Syntax, 14, 9, "", ""));
    check("name = \"ball\"", "name = \"ball", (Syntax, 23, 13, "", ""));
    check("seed = 7", "seed = [7", (Syntax, 6, 1, "", ""));
    check("seed = 7", "seed 7", (Syntax, 4, 6, "", ""));
    check("seed = 7", "seed =", (Syntax, 4, 7, "", ""));
    check("seed = 7", "seed = 1.2.3", (Syntax, 4, 11, "", ""));
    check("title = \"Whole\"", "title = \"a\\qb\"", (Syntax, 2, 12, "", ""));
    // A mistake that can be read on from hides no other one.
    let both = with("\"12 mm\"", "12 mm").replace("seed", "sede");
    assert_eq!(
        problems(&both).iter().map(told).collect::<Vec<_>>(),
        [(Syntax, 12, 10, "", "\"12 mm\""), (Cause::UnknownKey, 4, 1, "sede", "seed")]
    );
    // One that cannot is the only one told, at the first place it shows.
    let lost = with("seed = 7", "seed = [7").replace("title", "tilte");
    assert_eq!(problems(&lost).len(), 1);
    for text in ["[".repeat(100_000), format!("a = {}", "[".repeat(100_000))] {
        assert_eq!(problems(&text)[0].cause, Syntax);
    }
    for text in [format!("a{} = 1", ".a".repeat(100_000)), format!("a = {}", "{a=".repeat(80_000))]
    {
        assert_eq!(problems(&text)[0].cause, Syntax);
    }
}

#[test]
fn all_at_once_the_most_basic_first() {
    let text = with("seed = 7", "seed = -7")
        .replace("margin", "margn")
        .replace("\"34 years\"", "34")
        .replace("\"human\"", "\"humna\"")
        .replace("\"20 mm\"", "\"20 d\"")
        .replace("muscle = \"gluteus_medius\"\n", "")
        .replace("severity = 2", "severity = true");
    let found = problems(&text);
    assert_eq!(
        found.iter().map(told).collect::<Vec<_>>(),
        [
            (Cause::UnknownKey, 12, 1, "anatomy.lesion_box.margn", "margin"),
            (Cause::MissingKey, 30, 1, "injury[1].muscle", ""),
            (Cause::WrongType, 28, 12, "injury[0].severity", ""),
            (Cause::MissingUnit, 16, 7, "patient.age", "\"34 years\""),
            (Cause::WrongUnit, 33, 10, "injury[1].radius", ""),
            (Cause::OutOfRange, 4, 8, "seed", ""),
            (Cause::UnknownName, 15, 11, "patient.species", "\"human\""),
        ]
    );
}

#[test]
fn columns_count_characters() {
    let text = "format = 1\r\nduration = \"9 d\" # µm\r\nfoo = { \"größe\" = 1, bar = 2 }\r\n\
                [anatomy]\r\n\"Größe µ\" = 3";
    let found = problems(text);
    assert_eq!(
        found.iter().map(told).collect::<Vec<_>>(),
        [
            (Cause::UnknownKey, 3, 1, "foo", ""),
            (Cause::UnknownKey, 5, 1, "anatomy.Größe µ", ""),
            (Cause::MissingKey, 1, 1, "injury", ""),
            (Cause::MissingKey, 4, 1, "anatomy", ""),
        ]
    );
    let text = with("\"greater_trochanter\", offset", "\"größer µ\", ofset");
    assert_eq!(
        problems(&text).iter().map(told).collect::<Vec<_>>(),
        [(Cause::UnknownKey, 25, 37, "injury[0].position.ofset", "offset")]
    );
}

#[test]
fn more_than_anyone_reads() {
    let text: String = (0..5000).map(|i| format!("k{i} = 1\n")).collect();
    let Err(CaseError::Refused(refusal)) = parse(&text) else { panic!("not refused") };
    assert_eq!(refusal.problems.len(), 50);
    // Besides the keys: format, duration, anatomy and injury are missing.
    assert_eq!(refusal.left_out, 5004 - 50);
    assert!(refusal.to_string().ends_with("and 4954 more"));
}

#[test]
fn files_that_are_no_case() {
    let folder = std::env::temp_dir().join(format!("ossicle-case-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        CaseFile::read(&path, &[], &vocabulary())
    };
    let read = |path: &Path| CaseFile::read(path, &[], &vocabulary());
    assert!(matches!(read(&folder), Err(CaseError::Folder { .. })));
    let missing = read(&folder.join("none.toml")).unwrap_err();
    assert!(matches!(missing, CaseError::Unreadable { .. }), "{missing}");
    assert!(missing.to_string().contains("none.toml"), "{missing}");
    assert!(matches!(file("empty.toml", b""), Err(CaseError::Empty { .. })));
    assert!(matches!(file("comment.toml", b"# nothing\n\n"), Err(CaseError::Empty { .. })));
    let large = vec![b'#'; LARGEST_FILE_BYTES as usize + 1];
    assert!(matches!(file("large.toml", &large), Err(CaseError::TooLarge { .. })));
    let latin = file("latin.toml", b"format = 1\ntitle = \"\xc3\xa9 H\xfcfte\"\n").unwrap_err();
    let CaseError::NotText { line, column, byte, .. } = latin else { panic!("{latin}") };
    assert_eq!((line, column, byte), (2, 13, 0xfc));
    let utf16 = file("utf16.toml", b"\xff\xfef\0o\0").unwrap_err();
    assert!(matches!(utf16, CaseError::NotText { line: 1, column: 1, byte: 0xff, .. }));

    let whole = file("whole.toml", WHOLE.replace("margin", "margn").as_bytes()).unwrap_err();
    let json = whole.to_json();
    let problem = &json["problems"][0];
    assert_eq!(problem["cause"], "unknown-key");
    assert_eq!(problem["place"]["line"], 12);
    assert_eq!(problem["place"]["source"], folder.join("whole.toml").display().to_string());
    assert_eq!(problem["nearest"], "margin");
    assert_eq!(json["left_out"], 0);

    // Paths start at the folder of the file.
    let scan = WHOLE.replace("builtin = \"hip\"", "scan = \"ct.nii.gz\"\njoint = \"hip\"");
    let scan = file("scan.toml", scan.as_bytes()).unwrap();
    let Anatomy::Scan(anatomy) = scan.case.anatomy else { panic!() };
    assert_eq!(anatomy.scan, folder.join("ct.nii.gz"));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// An anatomy that is right without an injury.
const SPHERE: &str =
    "[anatomy]\nbuiltin = \"sphere\"\nlesion_box.size = [\"9 mm\", \"9 mm\", \"9 mm\"]";

#[test]
fn tables_of_the_wrong_kind() {
    let text = |more: &str| format!("format = 1\nduration = \"9 d\"\n{more}\n");
    for (more, expected) in [
        (
            "anatomy = \"hip\"",
            "case.toml:3:11: anatomy: found \"hip\"; expected a table: [anatomy]",
        ),
        (
            &format!("{SPHERE}\n[motion]\nmode = \"still\""),
            "case.toml:6:1: motion: found a table; expected a list of tables, each under [[motion]]",
        ),
        (
            &format!("{SPHERE}\n[[patient]]\nage = \"3 years\""),
            "case.toml:6:1: patient: found a list of 1; expected a table: [patient]",
        ),
        (
            &format!("injury = [3]\n{SPHERE}"),
            "case.toml:3:11: injury[0]: found 3; expected a table",
        ),
    ] {
        assert_eq!(problems(&text(more))[0].to_string(), expected);
    }
}

#[test]
fn more_than_any_case_has() {
    let text = |tables: &str| {
        let text = format!("format = 1\nduration = \"9 d\"\n{tables}\n");
        problems(&(text + SPHERE))[0].to_string()
    };
    let injury = "[[injury]]\nkind = \"capsule_tear\"\ndirection = \"anterior\"\n";
    assert_eq!(
        text(&injury.repeat(257)),
        "case.toml:3:1: injury: found a list of 257; expected at most 256 of them"
    );
    assert_eq!(
        text(&format!("motion = [{}]", "{}, ".repeat(50_000))),
        "case.toml:3:10: motion: found a list of 50000; expected at most 256 of them"
    );
    let long = problems(&format!("patient.{} = 1", "x".repeat(200_000)));
    assert!(long[0].to_string().len() < 400, "{}", long[0]);
}
