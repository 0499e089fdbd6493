//! Several futures from one state.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use ossicle::folder::Run;

use crate::support::{Desk, tiny};

/// A run of twelve days that keeps the states of two of them.
fn run() -> Desk {
    let desk = Desk::new();
    let case = tiny(&[
        ("\"4 d\"", "\"12 d\""),
        ("[0, 4]", "[0, 6, 12]\ncheckpoint_days = [4, 6]"),
        ("12 HU", "0 HU"),
    ]);
    desk.write("tiny.toml", case);
    desk.ossicle(&["run", "tiny.toml", "-o", "run"]).ok();
    desk
}

/// Everything that was computed, by its name and bytes.
fn outputs(desk: &Desk, run: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut tree = desk.tree(run);
    let computed = ["timeseries", "steps", "virtual_ct", "fields.zarr"];
    tree.retain(|name, _| computed.iter().any(|c| name.to_string_lossy().starts_with(c)));
    assert!(tree.len() > 6, "{:?}", tree.keys());
    tree
}

fn rows(desk: &Desk, run: &str) -> Vec<String> {
    desk.read(&format!("{run}/timeseries.csv")).lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn a_branch_without_a_change_is_the_run_itself() {
    let desk = run();
    let before = desk.tree("run");
    let names = desk.names("run/checkpoint");
    assert_eq!(names.len(), 4, "the newest two and those of two days: {names:?}");
    // On a kept day, between two, at the end, and before anything that was kept but the start.
    for (day, kept) in [("6", "6"), ("5.5", "5.5"), ("12 d", "12"), ("0", "0")] {
        let output = format!("at-{kept}");
        desk.ossicle(&["branch", "run", "--at", day, "-o", &output]).ok();
        let (found, wanted) = (desk.record(&output), desk.record("run"));
        assert_eq!(found["state_digest"], wanted["state_digest"], "day {day}");
        assert_eq!(found["summary"], wanted["summary"], "day {day}");
        assert_eq!(rows(&desk, &output), rows(&desk, "run"), "day {day}");
        assert_eq!(outputs(&desk, &output), outputs(&desk, "run"), "day {day}");
        for key in ["steps", "virtual_ct_days", "field_days"] {
            assert_eq!(found[key], wanted[key], "day {day}: {key}");
        }
        let from = &found["branched_from"];
        assert!(from["day"].as_f64().expect("a day") <= kept.parse().expect("a number"));
        assert!(from["path"].as_str().is_some_and(|path| path.ends_with("run")), "{from}");
        for digest in ["blake3", "state_digest"] {
            assert!(from[digest].as_str().is_some_and(|d| d.len() == 64), "{from}");
        }
    }
    assert!(desk.tree("run") == before, "the run was touched");
}

#[test]
fn a_branch_with_a_change_shares_the_past_alone() {
    let desk = run();
    desk.ossicle(&["branch", "run", "--at", "6", "--set", "k_e1=0.5 /d", "-o", "more"]).ok();
    desk.ossicle(&["branch", "run", "--at", "6", "--without", "neurogenic", "-o", "numb"]).ok();
    let (run, record) = (rows(&desk, "run"), desk.record("run"));
    for branch in ["more", "numb"] {
        let (found, told) = (rows(&desk, branch), desk.record(branch));
        assert_eq!(found[..7], run[..7], "{branch}: the past is shared");
        assert_eq!(found.len(), run.len());
        for day in 7..=12 {
            assert_ne!(found[day], run[day], "{branch}: day {day}");
        }
        assert_ne!(told["state_digest"], record["state_digest"]);
        assert_eq!(told["branched_from"]["day"], 6.0);
        // What was computed before the day is there, too.
        for (key, days) in [("virtual_ct_days", "virtual_ct"), ("field_days", "fields.zarr")] {
            assert_eq!(told[key], serde_json::json!([0, 6, 12]), "{days}");
        }
        let first = |run: &str| fs::read(desk.path(run).join("virtual_ct/day_0000.nii.gz"));
        assert_eq!(first(branch).expect("a virtual CT"), first("run").expect("a virtual CT"));
        let fields = |run: &str| {
            let run = Run::open(&desk.path(run)).expect("a run");
            run.fields().and_then(|f| f.read("debris", 0)).expect("debris")
        };
        assert_eq!(fields(branch), fields("run"));
        let steps = |run: &str| Run::open(&desk.path(run)).and_then(|r| r.steps()).expect("steps");
        let past: Vec<_> = steps("run").into_iter().filter(|s| s.end_day <= 6.0).collect();
        assert!(past.len() > 30 && steps(branch)[..past.len()] == past, "{branch}");
        let report = desk.read(&format!("{branch}/report.html"));
        assert!(report.contains("whose course up to day 6 is shown as its own"), "{branch}");
        assert!(report.contains("ossicle branch run --at 6 --"), "{branch}");
        assert!(told["notes"].to_string().contains("up to day 6.0000 are those of"));
    }
    assert_eq!(desk.record("more")["changes"], serde_json::json!(["--set k_e1=0.5 /d"]));
    assert_eq!(desk.record("numb")["without"], serde_json::json!(["neurogenic"]));
    // Between two kept states a step ends on the day; the days before differ by no more than
    // that changes.
    desk.ossicle(&["branch", "run", "--at", "4.75", "--set", "k_e1=0.5 /d", "-o", "early"]).ok();
    assert_eq!(desk.record("early")["branched_from"]["day"], 4.75);
    assert_eq!(rows(&desk, "early")[..5], run[..5]);
    assert_ne!(rows(&desk, "early")[5..], run[5..]);
    // A branch is a run: it can be branched, and goes on from where it is.
    let longer = ["--set", "duration=13 d", "--set", "outputs.virtual_ct_days=[13]"];
    desk.ossicle(&[&["branch", "more", "--at", "12", "-o", "longer"][..], &longer].concat()).ok();
    assert_eq!(rows(&desk, "longer")[..13], rows(&desk, "more")[..]);
    assert_eq!(desk.record("longer")["day"], 13.0);
    // The same change gives the same bits.
    desk.ossicle(&["branch", "run", "--at", "6", "--set", "k_e1=0.5 /d", "-o", "again"]).ok();
    assert_eq!(desk.record("again")["state_digest"], desk.record("more")["state_digest"]);
}

#[test]
fn what_is_past_cannot_be_changed() {
    let desk = run();
    let branch =
        |more: &[&str]| desk.ossicle(&[&["branch", "run", "-o", "new"][..], more].concat());
    for (change, key, reason) in [
        ("anatomy.lesion_box.spacing=1.2 mm", "anatomy.lesion_box", "the state lies on its grid"),
        ("injury[0].severity=3", "injury", "it happened on day 0"),
        ("patient.neurological_injury=brain", "patient", "settled on day 0"),
        ("seed=9", "seed", "share their random numbers"),
        ("model.mechanics=bones", "model.mechanics", "is part of the state"),
        ("model.axes=[\"abduction\"]", "model.axes", "is part of the state"),
    ] {
        let found = format!("found a change of {key};");
        let words = [found.as_str(), reason, "expected one of parameters"];
        branch(&["--at", "6", "--set", change]).refused(&words);
    }
    branch(&["--at", "13"]).refused(&["--at 13", "from 0 to 12"]);
    let mut shorter = vec!["--at", "6", "--set", "duration=5 d"];
    for days in
        ["outputs.virtual_ct_days=[5]", "outputs.field_days=[5]", "outputs.checkpoint_days=[]"]
    {
        shorter.extend(["--set", days]);
    }
    branch(&shorter).refused(&["a duration of 5 d; expected at least 6 d"]);
    branch(&["--at", "6", "--set", "K_B=100"]).refused(&["K_B", "100"]);
    branch(&["--at", "-1"]).refused(&["--at"]);
    desk.ossicle(&["branch", "nowhere", "--at", "6", "-o", "new"]).refused(&["nowhere"]);
    desk.ossicle(&["branch", "run", "--at", "6", "-o", "run"]).refused(&["holds a run already"]);
    assert_eq!(desk.names("."), ["run", "tiny.toml"]);
}

#[test]
fn a_branch_takes_the_newest_state_that_is_whole() {
    let desk = run();
    let kept: Vec<String> =
        desk.names("run/checkpoint").into_iter().filter(|n| n.contains(".kept.")).collect();
    assert_eq!(kept.len(), 2);
    fs::write(desk.path("run/checkpoint").join(&kept[1]), b"").expect("written");
    let done = desk.ossicle(&["branch", "run", "--at", "6", "-o", "new"]).ok();
    assert!(done.stderr.contains("taking an older one"), "{}", done.stderr);
    assert_eq!(desk.record("new")["state_digest"], desk.record("run")["state_digest"]);
    // Without any state the past is computed anew.
    fs::remove_dir_all(desk.path("run/checkpoint")).expect("removed");
    let done = desk.ossicle(&["branch", "run", "--at", "6", "-o", "anew"]).ok();
    assert!(done.stderr.contains("computing the past anew"), "{}", done.stderr);
    assert_eq!(desk.record("anew")["state_digest"], desk.record("run")["state_digest"]);
    // What the run has lost is told.
    fs::remove_file(desk.path("run/virtual_ct/day_0000.nii.gz")).expect("removed");
    fs::remove_dir_all(desk.path("run/fields.zarr")).expect("removed");
    for (parent, branch) in [("anew", "whole"), ("run", "less")] {
        let numb = ["--without", "neurogenic", "-o", branch];
        desk.ossicle(&[&["branch", parent, "--at", "6"][..], &numb].concat()).ok();
    }
    let notes = desk.record("less")["notes"].to_string();
    for lost in [
        "the virtual CT of day 0 is not taken over: run/virtual_ct/day_0000.nii.gz: cannot be read",
        "the fields of earlier days are not taken over: ",
    ] {
        assert!(notes.contains(lost), "{notes}");
        assert!(!desk.record("whole")["notes"].to_string().contains(lost));
    }
}
