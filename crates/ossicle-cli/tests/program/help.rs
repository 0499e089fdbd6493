//! Help that teaches, and arguments that are wrong.

use crate::support::Desk;

#[test]
fn every_command_explains_itself() {
    let desk = Desk::new();
    let whole = desk.ossicle(&["--help"]).ok().stdout;
    for part in [
        "heterotopic ossification",
        "not a medical device",
        "ossicle run mine.toml",
        "Exit codes: 0 done, 1 failed while running, 2 refused, 130 stopped by the user",
    ] {
        assert!(whole.contains(part), "no {part:?} in\n{whole}");
    }
    for (command, parts) in [
        ("new", &["--scan", "TotalSegmentator", "DICOM", "--side", "mouse", "--force"][..]),
        ("check", &["memory", "time", "units", "runs nothing", "--set", "\"0.5 mm\"", "--json"]),
        (
            "run",
            &[
                "--threads",
                "does not depend",
                "--force",
                "once the new run is complete",
                "--without",
                "\"0.5 mm\"",
                "runs/NAME",
                "--resume",
                "that was never interrupted",
                "--checkpoint-every",
            ],
        ),
        ("branch", &["--at", "--set", "duration=\"720 d\"", "stay as they are", "--without"]),
        ("params", &["unit", "range", "source", "--json", "--markdown"]),
        ("schema", &["JSON Schema"]),
        ("report", &["run folder"]),
    ] {
        let help = desk.ossicle(&[command, "--help"]).ok();
        assert_eq!(help.stderr, "", "{command}");
        // However its lines are broken.
        let words: Vec<&str> = help.stdout.split_whitespace().collect();
        let text = words.join(" ");
        for part in parts {
            assert!(text.contains(part), "{command}: no {part:?} in\n{}", help.stdout);
        }
        assert!(whole.contains(&format!("\n  {command} ")), "{command} is not in the list");
    }
    assert_eq!(desk.names("."), [""; 0], "help leaves nothing");
}

#[test]
fn wrong_arguments_are_refused_with_advice() {
    let desk = Desk::new();
    desk.ossicle(&["runn"]).refused(&["'runn'", "'run'"]);
    desk.ossicle(&["chekc", "x.toml"]).refused(&["'chekc'", "'check'"]);
    desk.ossicle(&[]).refused(&["Usage: ossicle", "check", "params"]);
    desk.ossicle(&["run"]).refused(&["<CASE>"]);
    desk.ossicle(&["new", "hpi"]).refused(&["'hpi'", "possible values: hip, elbow, sphere, mouse"]);
    desk.ossicle(&["new", "hip", "--side", "left"]).refused(&["--scan"]);
    desk.ossicle(&["new", "hip", "--labels", "labels"]).refused(&["--scan"]);
    desk.ossicle(&["run", "x.toml", "--thread", "2"]).refused(&["'--thread'", "'--threads'"]);
    desk.ossicle(&["run", "x.toml", "--threads", "0"]).refused(&["'0'", "1..=1024"]);
    desk.ossicle(&["params", "--json", "--markdown"]).refused(&["--json", "--markdown"]);
}

#[test]
fn parameters_are_listed_with_unit_range_and_source() {
    let desk = Desk::new();
    let text = desk.ossicle(&["params"]).ok().stdout;
    let line = text.lines().find(|l| l.trim().starts_with("K_B ")).expect("K_B is listed");
    assert!(line.contains("0.2 to 1.6"), "{line}");
    let json = desk.ossicle(&["params", "--json"]).ok().json();
    let parameters = json["parameters"].as_array().expect("a list");
    assert!(parameters.len() > 60, "{}", parameters.len());
    for parameter in parameters {
        let number = |key: &str| parameter[key].as_f64().expect("a number");
        let (low, default, high) = (number("low"), number("default"), number("high"));
        assert!(low <= default && default <= high && low < high, "{parameter}");
        for key in ["symbol", "unit", "meaning", "source", "process"] {
            assert!(parameter[key].as_str().is_some_and(|s| !s.is_empty()), "{key}: {parameter}");
        }
        let symbol = parameter["symbol"].as_str().expect("text");
        assert!(text.contains(&format!("  {symbol} ")), "{symbol} is missing from the text");
    }
    let table = desk.ossicle(&["params", "--markdown"]).ok().stdout;
    assert!(table.contains("K_B") && table.contains('|'));
}

#[test]
fn nobody_reading_is_no_mistake() {
    let desk = Desk::with_tiny();
    let mut child = desk.start(&["params", "--json"]);
    drop(child.stdout.take());
    let done = crate::support::done(child.wait_with_output().expect("it ends"));
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));

    // A run outlives the terminal that it was started from.
    let mut child = desk.start(&["run", "tiny.toml", "-o", "out"]);
    drop(child.stdout.take());
    drop(child.stderr.take());
    assert!(child.wait().expect("it ends").success());
    assert_eq!(desk.record("out")["status"]["state"], "complete");
}

#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_written_are_a_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ossicle"))
        .arg("schema")
        .stdout(full)
        .output()
        .expect("the program starts");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("standard output cannot be written"), "{message}");
}
