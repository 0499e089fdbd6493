//! Where results go, and what they never do to what stands there.

use std::fs;

use crate::support::{Desk, wait_for};

#[test]
fn a_run_is_not_overwritten() {
    let desk = Desk::with_tiny();
    desk.ossicle(&["run", "tiny.toml", "-o", "out"]).ok();
    let before = desk.tree("out");
    desk.ossicle(&["run", "tiny.toml", "-o", "out"])
        .refused(&["out: holds a run already", "--force"]);
    // A run that is refused leaves the old one, force or not.
    let refused = desk.ossicle(&["run", "tiny.toml", "-o", "out", "--force", "--set", "K_B=100"]);
    refused.refused(&["K_B"]);
    assert!(desk.tree("out") == before, "the run was touched");
    assert_eq!(desk.names("."), ["out", "tiny.toml"]);

    desk.ossicle(&["run", "tiny.toml", "-o", "out", "--force", "--set", "seed=8"]).ok();
    assert_eq!(desk.record("out")["seed"], 8);
    assert_eq!(desk.names("."), ["out", "tiny.toml"], "nothing is left beside it");
}

#[test]
fn what_no_run_wrote_is_never_replaced() {
    let desk = Desk::with_tiny();
    fs::create_dir(desk.path("thesis")).expect("a folder");
    desk.write("thesis/chapter.txt", "of no run");
    for force in [&[][..], &["--force"]] {
        let whole = [&["run", "tiny.toml", "-o", "thesis"][..], force].concat();
        desk.ossicle(&whole).refused(&["thesis: holds chapter.txt, which no run wrote"]);
    }
    desk.ossicle(&["report", "thesis"]).refused(&["thesis", "run.json"]);
    assert_eq!(desk.names("thesis"), ["chapter.txt"]);

    // A run with something of the user's beside its results is not replaced either.
    desk.ossicle(&["run", "tiny.toml", "-o", "out"]).ok();
    desk.write("out/notes.txt", "mine");
    desk.ossicle(&["run", "tiny.toml", "-o", "out", "--force"]).refused(&["notes.txt"]);
    assert_eq!(desk.read("out/notes.txt"), "mine");
}

#[test]
fn folders_are_made_where_there_are_none() {
    let desk = Desk::with_tiny();
    desk.ossicle(&["run", "tiny.toml", "-o", "a/b/c"]).ok();
    assert_eq!(desk.record("a/b/c")["status"]["state"], "complete");
    fs::create_dir(desk.path("empty")).expect("a folder");
    desk.ossicle(&["run", "tiny.toml", "-o", "empty"]).ok();
    assert_eq!(desk.record("empty")["status"]["state"], "complete");
}

#[test]
fn places_that_cannot_be_written() {
    let desk = Desk::with_tiny();
    desk.ossicle(&["run", "tiny.toml", "-o", "tiny.toml"]).refused(&["tiny.toml: is a file"]);
    desk.ossicle(&["run", "tiny.toml", "-o", "tiny.toml/out"])
        .refused(&["tiny.toml", "cannot be written"]);
    assert_eq!(desk.names("."), ["tiny.toml"]);
    #[cfg(target_os = "linux")]
    desk.ossicle(&["run", "tiny.toml", "-o", "/proc/ossicle"])
        .refused(&["/proc/ossicle", "cannot be written"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with_tiny();
    fs::create_dir(desk.path("locked")).expect("a folder");
    fs::set_permissions(desk.path("locked"), fs::Permissions::from_mode(0o555)).expect("set");
    if fs::write(desk.path("locked/probe"), "").is_ok() {
        eprintln!("skipped: this user writes to read-only folders");
        return;
    }
    desk.ossicle(&["run", "tiny.toml", "-o", "locked/out"])
        .refused(&["locked/out", "cannot be written"]);
}

#[test]
fn two_runs_do_not_share_a_folder() {
    let desk = Desk::with_tiny();
    let endless = ["run", "tiny.toml", "-o", "out", "--set", "numerics.longest_step=0.0002 d"];
    let mut first = desk.start(&endless);
    wait_for("the first run", || desk.path("out/run.json").exists());
    for force in [&[][..], &["--force"]] {
        let whole = [&["run", "tiny.toml", "-o", "out"][..], force].concat();
        desk.ossicle(&whole).refused(&["out"]);
    }
    assert_eq!(desk.record("out")["status"]["state"], "running");
    assert_eq!(desk.names("."), ["out", "tiny.toml"]);
    first.kill().expect("killed");
    first.wait().expect("ended");
}

#[test]
fn a_report_is_written_anew() {
    let desk = Desk::with_tiny();
    desk.ossicle(&["run", "tiny.toml", "-o", "out"]).ok();
    let before = desk.read("out/report.html");
    fs::remove_file(desk.path("out/report.html")).expect("removed");
    let done = desk.ossicle(&["report", "out"]).ok();
    assert!(done.stdout.trim_end().ends_with("out/report.html"), "{}", done.stdout);
    assert!(desk.read("out/report.html") == before, "the report differs");
    desk.ossicle(&["report", "nowhere"]).refused(&["nowhere"]);
    desk.ossicle(&["report", "tiny.toml"]).refused(&["tiny.toml", "run.json"]);
    desk.write("out/run.json", "{\"format\": 1");
    desk.ossicle(&["report", "out"]).refused(&["run.json"]);
    desk.write("out/run.json", "{\"format\": 9, \"version\": \"7.0.0\"}");
    desk.ossicle(&["report", "out"]).refused(&["7.0.0", "this program is older than the run"]);
}
