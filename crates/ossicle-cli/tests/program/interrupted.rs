//! Runs that are stopped, asked or not.
#![cfg(unix)]

use std::fs;
use std::process::{Child, Command};

use crate::support::{Desk, Done, done, wait_for};

/// A run that takes far longer than anyone waits, with a result on its second day.
const ENDLESS: [&str; 6] = [
    "--set",
    "duration=400 d",
    "--set",
    "numerics.longest_step=0.02 d",
    "--set",
    "outputs.virtual_ct_days=[0, 2, 400]",
];

fn start(desk: &Desk, output: &[&str]) -> Child {
    desk.start(&[&["run", "tiny.toml"][..], &ENDLESS, output].concat())
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill starts").success());
}

fn end(child: Child) -> Done {
    done(child.wait_with_output().expect("it ends"))
}

/// Asserts that a folder is that of a run that was stopped on the way, whole in what it has.
fn assert_stopped(desk: &Desk, run: &str) {
    let record = desk.record(run);
    assert_eq!(record["status"]["state"], "stopped");
    let day = record["day"].as_f64().expect("a day");
    assert!((2.0..400.0).contains(&day), "day {day}");
    assert_eq!(record["virtual_ct_days"], serde_json::json!([0, 2]));
    assert_eq!(desk.names(&format!("{run}/virtual_ct")), ["day_0000.nii.gz", "day_0002.nii.gz"]);
    let rows = desk.read(&format!("{run}/timeseries.csv")).lines().count() - 1;
    assert_eq!(rows, day.floor() as usize + 1, "a row a day as far as it got");
    let opened = ossicle::folder::Run::open(&desk.path(run)).expect("a run");
    assert_eq!(opened.fields().expect("fields").days_written(), [0, 2]);
    assert!(desk.read(&format!("{run}/report.html")).contains("Tiny ball"));
    let unfinished: Vec<_> = desk
        .tree(run)
        .into_keys()
        .filter(|p| p.to_string_lossy().contains("/.") || p.to_string_lossy().starts_with('.'))
        .collect();
    assert!(unfinished.is_empty(), "{unfinished:?}");
}

#[test]
fn an_interrupt_keeps_what_was_found() {
    for (name, output) in [("-INT", "interrupted"), ("-TERM", "ended")] {
        let desk = Desk::with_tiny();
        let child = start(&desk, &["-o", output]);
        wait_for("day 2", || desk.path(output).join("virtual_ct/day_0002.nii.gz").exists());
        signal(&child, name);
        let done = end(child);
        assert_eq!(done.code, Some(130), "{}", done.stderr);
        assert!(done.stderr.contains("stopping after this step"), "{}", done.stderr);
        assert!(done.stdout.contains("report.html"), "{}", done.stdout);
        assert_stopped(&desk, output);
        assert_eq!(desk.names("."), [output, "tiny.toml"]);
    }
}

#[test]
fn an_interrupted_replacement_leaves_the_old_run() {
    let desk = Desk::with_tiny();
    desk.ossicle(&["run", "tiny.toml", "-o", "out"]).ok();
    let before = desk.tree("out");
    let child = start(&desk, &["-o", "out", "--force"]);
    let beside = format!("out.new-{}", child.id());
    wait_for("day 2", || desk.path(&beside).join("virtual_ct/day_0002.nii.gz").exists());
    signal(&child, "-INT");
    let done = end(child);
    assert_eq!(done.code, Some(130), "{}", done.stderr);
    assert!(desk.tree("out") == before, "the old run was touched");
    assert!(done.stdout.contains(&format!("{beside}/report.html")), "{}", done.stdout);
    assert_stopped(&desk, &beside);
}

#[test]
fn what_a_killed_replacement_left_is_cleared_by_the_next() {
    let desk = Desk::with_tiny();
    desk.ossicle(&["run", "tiny.toml", "-o", "out"]).ok();
    let mut child = start(&desk, &["-o", "out", "--force"]);
    let process = child.id();
    let beside = format!("out.new-{process}");
    wait_for("day 2", || desk.path(&beside).join("virtual_ct/day_0002.nii.gz").exists());
    child.kill().expect("killed");
    assert_eq!(end(child).code, None);
    assert_eq!(desk.names("."), ["out", &beside, "tiny.toml"]);
    // A run that is refused removes nothing: the replacement can be gone on with.
    desk.ossicle(&["run", "tiny.toml", "-o", "out"]).refused(&["holds a run already"]);
    assert_eq!(desk.names("."), ["out", &beside, "tiny.toml"]);
    desk.ossicle(&["run", "tiny.toml", "-o", "out", "--force"]).ok();
    assert_eq!(desk.names("."), ["out", "tiny.toml"]);

    // Killed while the two change places: the new one is complete, and its place is empty.
    let (old, new) = (format!("out.old-{process}"), beside);
    fs::rename(desk.path("out"), desk.path(&old)).expect("renamed");
    desk.ossicle(&["run", "tiny.toml", "-o", &new, "--set", "seed=8"]).ok();
    for run in [&old, &new] {
        desk.write(&format!("{run}/.lock"), format!("ossicle, process {process}\n"));
    }
    let done = desk.ossicle(&["run", "tiny.toml", "-o", "out", "--set", "seed=8", "--resume"]);
    assert!(done.ok().stderr.contains("the run is complete; nothing to do"));
    assert_eq!(desk.record("out")["seed"], 8);
    assert_eq!(desk.names("."), ["out", "tiny.toml"]);
}

#[test]
fn a_killed_run_never_looks_complete() {
    let desk = Desk::with_tiny();
    let mut child = start(&desk, &["-o", "out"]);
    wait_for("day 2", || desk.path("out/virtual_ct/day_0002.nii.gz").exists());
    child.kill().expect("killed");
    assert_eq!(end(child).code, None);
    assert_eq!(desk.record("out")["status"]["state"], "running");
    desk.ossicle(&["report", "out"]).ok();
    let report = desk.read("out/report.html");
    assert!(report.contains("Tiny ball") && report.contains("broken off"), "it says so");
    // What is left is a run; only force replaces it.
    desk.ossicle(&["run", "tiny.toml", "-o", "out"]).refused(&["holds a run already", "--force"]);
    desk.ossicle(&["run", "tiny.toml", "-o", "out", "--force"]).ok();
    assert_eq!(desk.record("out")["status"]["state"], "complete");
    assert_eq!(desk.names("."), ["out", "tiny.toml"]);
    assert!(!desk.names("out").iter().any(|name| name.starts_with('.')));
}

#[test]
fn a_second_interrupt_stops_at_once() {
    let desk = Desk::with_tiny();
    let child = start(&desk, &["-o", "out"]);
    wait_for("the run", || desk.path("out/virtual_ct/day_0000.nii.gz").exists());
    signal(&child, "-STOP");
    // Both are there when it goes on.
    signal(&child, "-INT");
    signal(&child, "-TERM");
    signal(&child, "-CONT");
    assert_eq!(end(child).code, Some(130));
    assert_ne!(desk.record("out")["status"]["state"], "complete");
}

#[test]
fn a_disk_that_fills_up_is_a_failure_that_is_told() {
    let desk = Desk::with_tiny();
    // No file may grow as large as a report does; the signal of it is turned into an error, as
    // a full disk gives.
    let limited = format!(
        "trap '' XFSZ; ulimit -f 128; exec '{}' run tiny.toml -o out",
        env!("CARGO_BIN_EXE_ossicle")
    );
    let output = Command::new("sh").args(["-c", &limited]).current_dir(desk.path(".")).output();
    let done = done(output.expect("a shell"));
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.stderr.contains("report.html: cannot be written"), "{}", done.stderr);
    let status = &desk.record("out")["status"];
    assert_eq!(status["state"], "failed");
    assert!(status["cause"].as_str().is_some_and(|c| c.contains("report.html")), "{status}");
    let names = desk.names("out");
    assert!(!names.iter().any(|n| n.starts_with('.') || n == "report.html"), "{names:?}");
    // What was computed is there.
    assert_eq!(desk.read("out/timeseries.csv").lines().count(), 6);
    desk.ossicle(&["report", "out"]).ok();
}
