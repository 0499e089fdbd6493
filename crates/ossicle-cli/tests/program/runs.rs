//! A run from its case to its folder.

use std::path::Path;
use std::sync::LazyLock;

use ossicle::folder::Run;
use serde_json::Value as Json;

use crate::support::nifti::Nifti;
use crate::support::{Desk, Done, TINY, tiny};

/// One run that reaches bone, for all that look at a folder.
static BONE: LazyLock<(Desk, Done)> = LazyLock::new(|| {
    let desk = Desk::new();
    let case = tiny(&[("\"4 d\"", "\"80 d\""), ("[0, 4]", "[0, 42, 80]"), ("12 HU", "0 HU")]);
    desk.write("bone.toml", case);
    let done = desk.ossicle(&["run", "bone.toml", "-o", "out"]).ok();
    (desk, done)
});

fn days(record: &Json, key: &str) -> Vec<u64> {
    record[key].as_array().expect("days").iter().filter_map(Json::as_u64).collect()
}

fn number(json: &Json) -> f64 {
    json.as_f64().unwrap_or_else(|| panic!("{json} is no number"))
}

/// What stands beside a name in a printed table.
#[track_caller]
fn printed<'a>(done: &'a Done, name: &str) -> &'a str {
    let line = done.stdout.lines().find_map(|line| line.trim().strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name:?} in\n{}", done.stdout)).trim()
}

/// Asserts that a printed figure is a value rounded to the digits shown.
#[track_caller]
fn assert_rounded(shown: &str, units: &[(&str, f64)], value: f64) {
    let (digits, unit) = shown.split_once(' ').unwrap_or_else(|| panic!("{shown:?} has no unit"));
    let (_, factor) = units.iter().find(|(name, _)| *name == unit).expect("a known unit");
    let decimals = digits.split_once('.').map_or(0, |(_, d)| d.len());
    let half: f64 = (0..decimals).fold(0.5, |half, _| half / 10.0);
    let found: f64 = digits.parse().expect("a number");
    assert!((found - value / factor).abs() <= half * 1.000_001, "{shown} is not {value}");
}

#[test]
fn the_printed_figures_are_those_of_the_record() {
    let (desk, done) = &*BONE;
    let record = desk.record("out");
    let summary = &record["summary"];
    let bone = number(&summary["bone_volume_mm3"]);
    assert!(bone > 100.0, "the run was to reach bone, not {bone} mm³");
    let volumes = [("mm³", 1.0), ("cm³", 1000.0)];
    assert_rounded(printed(done, "bone volume (above 250 HU)"), &volumes, bone);
    let mineral = number(&summary["mineral_mg"]);
    assert_rounded(printed(done, "mineral"), &[("mg", 1.0), ("g", 1000.0)], mineral);
    let day = |key: &str| format!("day {:.0}", number(&summary[key]));
    assert_eq!(printed(done, "first visible on CT"), day("first_visible_day"));
    let alp = printed(done, "serum ALP at its peak");
    assert_eq!(
        alp,
        format!("{:.2} times normal, {}", number(&summary["alp_peak_rel"]), day("alp_peak_day"))
    );
    let steps = format!("{} (", record["steps"]["accepted"]);
    assert!(printed(done, "steps").starts_with(&steps), "{}", done.stdout);
    let report = printed(done, "report:");
    assert!(Path::new(report).is_absolute() && Path::new(report).is_file(), "{report}");
}

#[test]
fn the_record_tells_how_the_run_went() {
    let (desk, _) = &*BONE;
    let record = desk.record("out");
    assert_eq!(record["status"]["state"], "complete");
    assert_eq!((number(&record["day"]), number(&record["duration_days"])), (80.0, 80.0));
    assert_eq!((&record["title"], &record["seed"]), (&"Tiny ball".into(), &7.into()));
    assert_eq!(record["grid"]["shape"], serde_json::json!([12, 12, 12]));
    assert_eq!(days(&record, "virtual_ct_days"), [0, 42, 80]);
    assert_eq!(days(&record, "field_days"), [0, 42, 80]);
    let books = &record["budgets"];
    for gap in ["worst_reaction_gap", "worst_transport_gap"] {
        assert!(number(&books[gap]) < 1e-10, "{gap}: {}", books[gap]);
    }
    assert!(number(&books["lowest_value"]) >= 0.0);
}

#[test]
fn the_step_history_adds_up() {
    let (desk, _) = &*BONE;
    let steps = Run::open(&desk.path("out")).and_then(|run| run.steps()).expect("steps");
    let record = desk.record("out");
    let told = &record["steps"];
    assert_eq!(steps.len() as u64, told["accepted"].as_u64().expect("a count"));
    let (mut day, mut tries, mut limited) = (0.0, 0, 0);
    for step in &steps {
        assert!((day + step.length_days - step.end_day).abs() < 1e-9, "after day {day}: {step:?}");
        assert!(step.length_days > 0.0 && (0.0..=0.01).contains(&step.relative_error), "{step:?}");
        assert!(step.iterations.iter().sum::<u64>() > 0, "{step:?}");
        (day, tries) = (step.end_day, tries + step.rejected_tries);
    }
    assert_eq!(day, 80.0);
    assert_eq!(tries, told["rejected"].as_u64().expect("a count"));
    let shortest = steps.iter().map(|s| s.length_days).fold(f64::INFINITY, f64::min);
    assert_eq!(number(&told["shortest_days"]), shortest);
    let largest = steps.iter().map(|s| s.relative_error).fold(0.0, f64::max);
    assert!(number(&told["largest_error"]) == largest && largest > 0.005, "{largest}");
    for (field, count) in told["limited_by"].as_object().expect("fields") {
        let found = steps.iter().filter(|s| s.worst_field.describe().name == field).count();
        assert_eq!(Some(found as u64), count.as_u64(), "{field}");
        limited += found;
    }
    assert_eq!(limited, steps.len());
    let csv = desk.read("out/steps.csv");
    assert!(csv.starts_with("end_day,length_days,relative_error,worst_field,rejected_tries,"));
    assert!(csv.lines().last().is_some_and(|last| last.starts_with("80,")), "{csv}");
}

#[test]
fn the_folder_holds_what_is_documented_and_nothing_else() {
    let (desk, _) = &*BONE;
    let mut expected = [
        "case.toml",
        "resolved.toml",
        "run.json",
        "timeseries.csv",
        "timeseries.parquet",
        "columns.csv",
        "steps.csv",
        "anatomy.nii.gz",
        "anatomy.csv",
        "anatomy.label",
        "virtual_ct",
        "fields.zarr",
        "report.html",
        "checkpoint",
    ];
    expected.sort_unstable();
    assert_eq!(desk.names("out"), expected);
    assert_eq!(
        desk.names("out/virtual_ct"),
        ["day_0000.nii.gz", "day_0042.nii.gz", "day_0080.nii.gz"]
    );
    assert_eq!(desk.read("out/case.toml"), desk.read("bone.toml"));
}

#[test]
fn every_file_opens() {
    let (desk, _) = &*BONE;
    let run = Run::open(&desk.path("out")).expect("a run");
    let rows = run.timeseries().expect("rows");
    assert_eq!(rows.len(), 81, "one a day, the first included");
    assert_eq!(run.anatomy().expect("anatomy").grid().shape(), [12; 3]);
    let densest = |day| {
        let ct = run.virtual_ct(day).expect("a virtual CT");
        ct.iter().copied().fold(f32::NEG_INFINITY, f32::max)
    };
    assert!(densest(0) < 100.0 && densest(80) > 250.0, "{} {}", densest(0), densest(80));
    let fields = run.fields().expect("fields");
    assert_eq!(fields.days_written(), [0, 42, 80]);
    let mineral = fields.read("mineral", 80).expect("mineral");
    assert!(mineral.iter().any(|&m| m > 0.1) && mineral.iter().all(|&m| m >= 0.0));

    let csv = desk.read("out/timeseries.csv");
    let columns: Vec<&str> = csv.lines().next().expect("a header").split(',').collect();
    for relied_on in [
        "day",
        "bone_volume_mm3",
        "mineral_mg",
        "osteoid_mm3",
        "cartilage_mm3",
        "max_hu",
        "maturity",
        "alp_rel",
        "swelling",
        "pain",
        "contracture_deg",
    ] {
        assert!(columns.contains(&relied_on), "no column {relied_on}");
    }
    let explained: Vec<String> = desk
        .read("out/columns.csv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next().map(str::to_owned))
        .collect();
    assert_eq!(explained, columns, "columns.csv explains every column");
    let last: Vec<f64> = csv
        .lines()
        .last()
        .expect("rows")
        .split(',')
        .map(|v| v.parse().expect("a number"))
        .collect();
    let summary = &desk.record("out")["summary"];
    assert_eq!((last[0], last[1]), (80.0, number(&summary["bone_volume_mm3"])));

    let parquet = std::fs::read(desk.path("out/timeseries.parquet")).expect("parquet");
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    let anatomy = Nifti::read(&desk.path("out/anatomy.nii.gz"));
    assert_eq!((anatomy.shape(), anatomy.intent()), ([12; 3], 1002));
    let zarr: Json = serde_json::from_str(&desk.read("out/fields.zarr/zarr.json")).expect("JSON");
    assert_eq!(zarr["attributes"]["ossicle"]["days"], serde_json::json!([0, 42, 80]));
    let report = desk.read("out/report.html");
    assert!(report.contains("Tiny ball"));
    for outside in ["src=\"http", "href=\"//", "<link", "@import", "src=\"//", "url(http"] {
        assert!(!report.contains(outside), "the report reaches out by {outside}");
    }
}

#[test]
fn a_pipe_gets_text_alone() {
    let (_, done) = &*BONE;
    for text in [&done.stdout, &done.stderr] {
        let odd = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(odd, None, "{text:?}");
    }
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(lines[0], "Tiny ball");
    assert!(lines[1..].iter().all(|line| line.starts_with("  ")), "{}", done.stdout);
    assert_eq!(done.stderr.matches(" %  day ").count(), 10, "a line a tenth: {}", done.stderr);

    let desk = Desk::with_tiny();
    let quiet = desk.ossicle(&["run", "tiny.toml", "-o", "out", "--quiet"]).ok();
    assert!(!quiet.stderr.contains('%'), "{}", quiet.stderr);
}

#[test]
fn json_is_the_record() {
    let desk = Desk::with_tiny();
    let told = desk.ossicle(&["run", "tiny.toml", "-o", "out", "--json"]).ok().json();
    assert_eq!(told["run"], desk.record("out"));
    let out = std::fs::canonicalize(desk.path("out")).expect("a path");
    assert_eq!(told["path"].as_str(), out.to_str());
}

#[test]
fn changes_of_the_command_line_change_the_run_and_are_told() {
    let desk = Desk::with_tiny();
    desk.ossicle(&["run", "tiny.toml", "-o", "plain"]).ok();
    let plain = desk.record("plain");
    let run = |arguments: &[&str], name: &str| {
        let whole = [&["run", "tiny.toml", "-o", name][..], arguments].concat();
        desk.ossicle(&whole).ok();
        let resolved: toml::Table =
            toml::from_str(&desk.read(&format!("{name}/resolved.toml"))).expect("TOML");
        (desk.record(name), resolved)
    };

    let (record, resolved) = run(&["--set", "k_e1=0.5 /d"], "set");
    assert_ne!(record["state_digest"], plain["state_digest"]);
    assert_eq!(resolved["parameters"]["k_e1"].as_str(), Some("0.5 /d"));
    assert_eq!(record["changes"], serde_json::json!(["--set k_e1=0.5 /d"]));
    let changed = &record["parameters_changed"][0];
    assert_eq!((&changed["symbol"], &changed["value"]), (&"k_e1".into(), &0.5.into()));
    assert!(
        number(&changed["default"]) < 0.5 && plain["parameters_changed"] == serde_json::json!([])
    );
    assert!(desk.read("set/report.html").contains("k_e1"));

    let (record, resolved) = run(&["--without", "neurogenic"], "without");
    assert_ne!(record["state_digest"], plain["state_digest"]);
    assert_eq!(record["without"], serde_json::json!(["neurogenic"]));
    assert_eq!(resolved["model"]["without"].as_array().map(Vec::len), Some(1));
    assert!(record["warnings"].to_string().contains("switched off: neurogenic"));

    let (record, resolved) = run(&["--set", "title=Another", "--set", "seed=8"], "named");
    assert_eq!((&record["title"], &record["seed"]), (&"Another".into(), &8.into()));
    assert_eq!(resolved["title"].as_str(), Some("Another"));
    assert!(desk.read("named/report.html").contains("Another"));
    let ct =
        |run: &str| std::fs::read(desk.path(run).join("virtual_ct/day_0004.nii.gz")).expect("CT");
    assert_ne!(ct("named"), ct("plain"), "the noise follows from the seed");
    assert_eq!(
        desk.read("named/case.toml"),
        desk.read("tiny.toml"),
        "the case as given stays as given"
    );
}

#[test]
fn a_run_repeats_from_its_own_folder() {
    let desk = Desk::with_tiny();
    desk.ossicle(&["run", "tiny.toml", "-o", "first", "--set", "k_e1=0.5 /d", "--without", "bmp"])
        .ok();
    desk.ossicle(&["run", "first/resolved.toml", "-o", "again"]).ok();
    let (first, again) = (desk.record("first"), desk.record("again"));
    assert!(first["state_digest"].as_str().is_some_and(|d| d.len() == 64));
    assert_eq!(first["state_digest"], again["state_digest"]);
    assert_eq!(first["summary"], again["summary"]);
    assert_eq!(desk.read("first/resolved.toml"), desk.read("again/resolved.toml"));
    assert_eq!(results(&desk, "first"), results(&desk, "again"));
}

#[test]
fn threads_do_not_change_a_bit() {
    let desk = Desk::with_tiny();
    desk.ossicle(&["run", "tiny.toml", "-o", "one", "--threads", "1"]).ok();
    desk.ossicle(&["run", "tiny.toml", "-o", "two", "--threads", "2"]).ok();
    desk.ossicle_with(&["run", "tiny.toml", "-o", "three"], &[("RAYON_NUM_THREADS", "3")]).ok();
    let one = desk.record("one");
    for (run, threads) in [("one", 1), ("two", 2), ("three", 3)] {
        let record = desk.record(run);
        assert_eq!(record["machine"]["threads"], threads, "{run}");
        assert_eq!(record["state_digest"], one["state_digest"], "{run}");
        let (found, expected) = (results(&desk, run), results(&desk, "one"));
        let differing: Vec<_> = found
            .iter()
            .filter(|(name, bytes)| expected.get(*name) != Some(bytes))
            .map(|f| f.0)
            .collect();
        assert!(differing.is_empty() && found.len() == expected.len(), "{run}: {differing:?}");
        assert!(found.len() > 20, "{}", found.len());
    }
}

/// Every result as bytes: what says when and by which machine, as checkpoints do, is no result.
fn results(desk: &Desk, run: &str) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut tree = desk.tree(run);
    tree.retain(|name, _| {
        let told = ["run.json", "report.html", "case.toml"];
        !told.iter().any(|other| name == Path::new(other)) && !name.starts_with("checkpoint")
    });
    tree
}

#[test]
fn a_run_goes_by_default_into_a_folder_named_after_its_case() {
    let desk = Desk::new();
    desk.write("my lesion.toml", TINY);
    desk.ossicle(&[
        "run",
        "my lesion.toml",
        "--set",
        "duration=1 d",
        "--set",
        "outputs.virtual_ct_days=[1]",
    ])
    .ok();
    assert_eq!(desk.record("runs/my lesion")["status"]["state"], "complete");
}
