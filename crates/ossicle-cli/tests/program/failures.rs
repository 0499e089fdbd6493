//! Runs that fail: the cause is named, and the state from which they can go on.

use serde_json::Value as Json;

use crate::support::nifti::Made;
use crate::support::{Desk, Done, tiny};

/// A run of which the state of day 2 is kept, and a branch of it that fails after that day.
fn failing(change: &[&str]) -> (Desk, Done) {
    let desk = Desk::new();
    let days = ("[0, 4]", "[0, 2, 4]\ncheckpoint_days = [2]");
    desk.write("tiny.toml", tiny(&[days]));
    desk.ossicle(&["run", "tiny.toml", "-o", "run"]).ok();
    let failed = desk.ossicle(&[&["branch", "run", "--at", "2", "-o", "out"], change].concat());
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    assert!(!failed.stderr.contains("panicked"), "{}", failed.stderr);
    (desk, failed)
}

/// Asserts that the message, the record and the report say the same, and gives the command that
/// goes on.
#[track_caller]
fn assert_told(desk: &Desk, failed: &Done, cause: &[&str]) -> String {
    let record = desk.record("out");
    let status = &record["status"];
    assert_eq!(status["state"], "failed");
    let told = status["cause"].as_str().expect("a cause");
    let text = |json: &Json| json.as_str().expect("a text").to_owned();
    let last = &status["last_state"];
    let (file, command) = (text(&last["file"]), text(&last["command"]));
    let day = last["day"].as_f64().expect("a day");
    assert!((2.0..4.0).contains(&day), "day {day}");
    assert!(desk.path(&file).exists(), "{file}");
    let report = desk.read("out/report.html").replace("&#x2f;", "/");
    for part in cause {
        for said in [told, &failed.stderr, &report] {
            assert!(said.contains(part), "no {part:?} in\n{said}");
        }
    }
    for part in [&format!("of day {day}: {file}"), &command] {
        assert!(failed.stderr.contains(part.as_str()), "no {part:?} in\n{}", failed.stderr);
        assert!(report.contains(part.as_str()), "no {part:?} in the report");
    }
    command
}

/// Runs the command with its blanks filled in, and asserts that it comes to an end.
#[track_caller]
fn go_on(desk: &Desk, command: &str, change: &str, more: &[&str]) {
    assert!(command.contains("VALUE"), "{command}");
    let command: Vec<&str> = command.split(' ').skip(1).collect();
    let at = command.iter().position(|word| word.ends_with("=VALUE")).expect("a change");
    let mut command = command;
    command[at] = change;
    desk.ossicle(&[&command[..], more].concat()).ok();
    assert_eq!(desk.record("NEW")["status"]["state"], "complete");
    assert_eq!(desk.record("NEW")["state_digest"], desk.record("run")["state_digest"]);
}

#[test]
fn a_value_beyond_all_bounds_is_told_with_its_cause() {
    let (desk, failed) = failing(&[
        "--set",
        "k_rec=1e6 /d",
        "--set",
        "model.allow_out_of_range=true",
        "--set",
        "numerics.tolerance=0.1",
        "--set",
        "numerics.shortest_step=0.5 d",
        "--set",
        "numerics.longest_step=0.5 d",
    ]);
    let cause = ["bmp is ", "at voxel [", "(uniform)", "on day 2.0000", "made by bmp"];
    let command = assert_told(&desk, &failed, &cause);
    assert_eq!(command, "ossicle branch out --at 2 --set KEY=VALUE -o NEW");
    // The same future as if nothing had been changed.
    let back = [
        "--set",
        "model.allow_out_of_range=false",
        "--set",
        "numerics.tolerance=0.01",
        "--set",
        "numerics.shortest_step=0.0001 d",
        "--set",
        "numerics.longest_step=8 d",
    ];
    go_on(&desk, &command, "k_rec=0.75 /d", &back);
}

#[test]
fn a_tolerance_that_cannot_be_met_is_told_with_the_way_out() {
    let change = ["--set", "numerics.tolerance=1e-8", "--set", "numerics.shortest_step=0.05 d"];
    let (desk, failed) = failing(&change);
    let cause = [
        "on day 2.0000 the error of ",
        "expected at most 1e-8",
        "the tolerance cannot be met; raise numerics.tolerance or lower numerics.shortest_step",
    ];
    let command = assert_told(&desk, &failed, &cause);
    assert_eq!(command, "ossicle branch out --at 2 --set numerics.tolerance=VALUE -o NEW");
    let back = ["--set", "numerics.shortest_step=0.0001 d"];
    go_on(&desk, &command, "numerics.tolerance=0.01", &back);
}

#[test]
fn a_box_too_thin_for_a_lesion_runs_and_says_what_it_is() {
    for (depth, voxels) in [("1.5 mm", "1 voxel"), ("3 mm", "2 voxels"), ("4.5 mm", "3 voxels")] {
        let desk = Desk::new();
        let size = format!("size = [\"18 mm\", \"18 mm\", {depth:?}]");
        let size = ("size = [\"18 mm\", \"18 mm\", \"18 mm\"]", size.as_str());
        desk.write("thin.toml", tiny(&[size]));
        let said = format!("warning: the box is {voxels} thick along z, and nothing passes");
        let checked = desk.ossicle(&["check", "thin.toml"]).ok();
        assert!(checked.stderr.contains(&said), "{}", checked.stderr);
        let done = desk.ossicle(&["run", "thin.toml", "-o", "out"]).ok();
        assert_eq!(done.stderr.matches(&said).count(), 1, "{}", done.stderr);
        let record = desk.record("out");
        assert!(record["warnings"].to_string().contains("a slice of a lesion"), "{record}");
        let books = &record["budgets"];
        for gap in ["worst_reaction_gap", "worst_transport_gap", "worst_oxygen_gap"] {
            assert!(books[gap].as_f64().is_some_and(|gap| gap < 1e-4), "{gap}: {books}");
        }
    }
}

#[test]
fn pockets_of_tissue_in_bone_run_and_are_told() {
    let desk = Desk::new();
    let scan = Made { shape: vec![40; 3], spacing: [1.5; 3] };
    // A thigh whose thick bone has cavities of 6 mm, filled with muscle.
    let kind = |[i, j, k]: [usize; 3]| {
        let (x, y) = (i as f32 - 20.0, j as f32 - 20.0);
        let cavity = [i, j, k].iter().all(|n| n % 8 < 4);
        match x * x + y * y {
            r2 if r2 < 110.0 && !cavity => 1.0,
            r2 if r2 < 360.0 => 2.0,
            _ => 0.0,
        }
    };
    desk.write("labels.nii", scan.bytes(kind));
    desk.write("ct.nii", scan.bytes(|voxel| [-1000.0, 900.0, 55.0][kind(voxel) as usize]));
    desk.write("names.csv", "1,femur_right\n2,gluteus_maximus_right\n");
    let centre = "{ ras = [\"30 mm\", \"30 mm\", \"30 mm\"] }";
    let case = format!(
        "format = 1\nduration = \"4 d\"\n[anatomy]\nscan = \"ct.nii\"\nlabels = \"labels.nii\"\n\
         label_table = \"names.csv\"\njoint = \"hip\"\nside = \"right\"\ncentre = {centre}\n\
         [anatomy.lesion_box]\nspacing = \"1.5 mm\"\nsize = [\"30 mm\", \"30 mm\", \"30 mm\"]\n\
         centre = {centre}\n[[injury]]\nkind = \"ellipsoid\"\nposition = {centre}\n\
         radii = \"14 mm\"\nseverity = 2\n"
    );
    desk.write("pockets.toml", case);
    let checked = desk.ossicle(&["check", "pockets.toml"]).ok();
    let said = "soft tissue in the box is in 4 parts, walled off from each other by bone";
    assert!(checked.stdout.contains(said), "{}", checked.stdout);
    desk.ossicle(&["run", "pockets.toml", "-o", "out"]).ok();
    let record = desk.record("out");
    assert!(record["notes"].to_string().contains(said), "{record}");
    // Every signal is solved in every part, without any that feeds it from outside.
    let iterations = record["solver_iterations"].as_object().expect("signals");
    assert_eq!(iterations.len(), 5);
    for (signal, mean) in iterations {
        assert!(mean.as_f64().is_some_and(|mean| mean < 10.0), "{signal}: {mean}");
    }
    let books = &record["budgets"];
    for gap in ["worst_reaction_gap", "worst_transport_gap"] {
        assert!(books[gap].as_f64().is_some_and(|gap| gap < 1e-10), "{gap}: {books}");
    }
}
