//! Runs that go on after an interruption end as if there had been none.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::support::{Desk, Done, done, tiny, wait_for};

/// The tiny case over six days, with fields and virtual CTs on three of them.
fn six_days(spacing: &str) -> Desk {
    let desk = Desk::new();
    let spacing = format!("spacing = {spacing:?}");
    let changes = [
        ("\"4 d\"", "\"6 d\""),
        ("[0, 4]", "[0, 3, 6]"),
        ("spacing = \"1.5 mm\"", spacing.as_str()),
    ];
    desk.write("tiny.toml", tiny(&changes));
    desk
}

/// Every result as bytes: what tells of the way there is none.
fn results(desk: &Desk, run: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut tree = desk.tree(run);
    tree.retain(|name, _| {
        let told = ["run.json", "report.html", "case.toml"];
        !told.iter().any(|other| name.as_os_str() == *other) && !name.starts_with("checkpoint")
    });
    tree
}

/// Asserts that two runs came to the same end, to the last bit of every result.
#[track_caller]
fn assert_same(desk: &Desk, run: &str, expected: &str) {
    let (found, wanted) = (desk.record(run), desk.record(expected));
    assert_eq!(found["status"]["state"], "complete");
    for key in [
        "state_digest",
        "summary",
        "steps",
        "budgets",
        "virtual_ct_days",
        "field_days",
        "radiographs",
        "separation",
        "joint",
    ] {
        assert_eq!(found[key], wanted[key], "{key}");
    }
    let (found, wanted) = (results(desk, run), results(desk, expected));
    let differing: Vec<_> = found
        .iter()
        .filter(|(name, bytes)| wanted.get(*name) != Some(bytes))
        .map(|f| f.0)
        .collect();
    assert!(differing.is_empty() && found.len() == wanted.len(), "{differing:?}");
    let report = desk.read(&format!("{run}/report.html"));
    assert!(report.len() > 10_000, "a report of {} bytes", report.len());
}

fn checkpoints(desk: &Desk, run: &str) -> Vec<String> {
    desk.names(&format!("{run}/checkpoint"))
}

fn end(child: Child) -> Done {
    done(child.wait_with_output().expect("it ends"))
}

/// A run with its state kept after every step, so many steps a day that it is stopped on its way.
fn slow(desk: &Desk, output: &str) -> Child {
    let run = ["run", "tiny.toml", "-o", output, "--checkpoint-every", "0"];
    desk.start(&[&run[..], &SLOW].concat())
}

const SLOW: [&str; 2] = ["--set", "numerics.longest_step=0.05 d"];

#[test]
fn a_run_that_was_stopped_goes_on_to_the_same_end() {
    let desk = six_days("1.5 mm");
    desk.ossicle(&[&["run", "tiny.toml", "-o", "whole"][..], &SLOW].concat()).ok();
    for (name, output) in [("-INT", "interrupted"), ("-TERM", "ended")] {
        let child = slow(&desk, output);
        let ct = desk.path(output).join("virtual_ct/day_0003.nii.gz");
        wait_for("day 3", || ct.exists());
        let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
        assert!(sent.expect("kill starts").success());
        let stopped = end(child);
        assert_eq!(stopped.code, Some(130), "{}", stopped.stderr);
        assert_eq!(desk.record(output)["status"]["state"], "stopped");

        // The very command that the message names.
        let (_, command) = stopped.stderr.split_once(" with: ossicle ").expect("a command");
        assert!(command.trim_end().ends_with("--resume"), "{command}");
        let command = format!("'{}' {}", env!("CARGO_BIN_EXE_ossicle"), command.trim_end());
        let resumed =
            Command::new("sh").args(["-c", &command]).current_dir(desk.path(".")).output();
        done(resumed.expect("a shell")).ok();
        assert_same(&desk, output, "whole");
        let record = desk.record(output);
        let resumptions = record["resumptions"].as_array().expect("resumptions");
        assert_eq!(resumptions.len(), 1);
        let day = resumptions[0]["day"].as_f64().expect("a day");
        assert!((3.0..6.0).contains(&day), "{day}");
        assert_eq!(resumptions[0]["after"]["state"], "stopped");
        let report = desk.read(&format!("{output}/report.html"));
        assert!(report.contains("once: stopped by its user, gone on with from day 3"));
        assert_eq!(desk.names(output), desk.names("whole"), "nothing is left over");

        // And a run that is complete says so.
        let before = desk.tree(output);
        let again = ["run", "tiny.toml", "-o", output, "--resume"];
        let done = desk.ossicle(&[&again[..], &SLOW].concat()).ok();
        assert!(done.stderr.contains("the run is complete; nothing to do"), "{}", done.stderr);
        desk.ossicle(&again).refused(&["a complete run of another case", "ossicle branch"]);
        assert!(desk.tree(output) == before, "it was touched");
    }
}

/// Numbers that look random, the same in every run of the test.
struct Dice(u64);

impl Dice {
    /// Up to `most`.
    fn up_to(&mut self, most: Duration) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        most.mul_f64((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

/// Kills runs of a case at random moments, and has them go on until they are complete, at least
/// `kills` times.
fn kill(desk: &Desk, case: &str, kills: u32, seed: u64) {
    let started = Instant::now();
    desk.ossicle(&["run", case, "-o", "whole"]).ok();
    let once = started.elapsed();
    let mut dice = Dice(seed);
    let (mut killed, mut mid_way, mut anew) = (0, 0, 0);
    while killed < kills {
        let _ = fs::remove_dir_all(desk.path("out"));
        let mut resume = false;
        loop {
            let run = ["run", case, "-o", "out", "--checkpoint-every", "0"];
            let mut child =
                desk.start(&[&run[..], if resume { &["--resume"][..] } else { &[] }].concat());
            if killed < kills {
                std::thread::sleep(dice.up_to(once.mul_f64(0.5)));
                if child.try_wait().expect("a process").is_none() {
                    child.kill().expect("killed");
                    killed += 1;
                }
            }
            let done = end(child);
            match done.code {
                Some(0) => break,
                // Killed before anything was kept: there is nothing to go on from.
                Some(2) if resume => {
                    let folder = desk.path("out/checkpoint");
                    let empty = fs::read_dir(folder).map_or(true, |d| {
                        !d.flatten().any(|e| e.file_name().to_string_lossy().starts_with("day-"))
                    });
                    assert!(empty, "{}", done.stderr);
                    fs::remove_dir_all(desk.path("out")).ok();
                    resume = false;
                    anew += 1;
                }
                None => {
                    mid_way += u32::from(desk.path("out/checkpoint").exists());
                    resume = desk.path("out").exists();
                }
                code => panic!("{code:?}: {}", done.stderr),
            }
        }
        assert_same(desk, "out", "whole");
        assert_eq!(desk.names("out"), desk.names("whole"), "nothing is left over");
        let hidden = |name: &PathBuf| name.to_string_lossy().contains("/.");
        assert!(!desk.tree("out").keys().any(hidden));
    }
    assert!(mid_way * 3 >= killed, "{mid_way} of {killed} kills with something kept, {anew} anew");
}

#[test]
fn a_ball_killed_at_random_moments_ends_the_same() {
    let desk = Desk::new();
    desk.write("ball.toml", tiny(&[("\"4 d\"", "\"60 d\""), ("[0, 4]", "[0, 5, 40, 60]")]));
    kill(&desk, "ball.toml", 15, 1);
}

/// Setting a hip up takes longer than its run: this one is killed once, when it has looked at its
/// range of motion for the second time.
#[test]
fn a_hip_of_bones_killed_on_its_way_ends_the_same() {
    let desk = Desk::new();
    desk.write("bones.toml", super::golden::hip_of_bones());
    desk.ossicle(&["run", "bones.toml", "-o", "whole"]).ok();
    let run = ["run", "bones.toml", "-o", "out", "--checkpoint-every", "0"];
    let mut child = desk.start(&run);
    let motion = desk.path("out/motion.csv");
    let looks = || fs::read_to_string(&motion).map_or(0, |text| text.lines().count());
    wait_for("day 14", || looks() >= 3);
    child.kill().expect("it is still running");
    assert_eq!(end(child).code, None, "killed");
    desk.ossicle(&[&run[..], &["--resume"]].concat()).ok();
    assert_same(&desk, "out", "whole");
    let day = desk.record("out")["resumptions"][0]["day"].as_f64().expect("a day");
    assert!((12.0..20.0).contains(&day), "{day}");
    let motion = desk.read("out/motion.csv");
    let days: Vec<&str> = motion.lines().skip(1).filter_map(|l| l.split(',').next()).collect();
    assert_eq!(days, ["0", "14", "20"]);
    movements_follow_the_looks(&desk, "whole");
    bones_are_pictured(&desk, "whole");
    // A branch that changes nothing is the run itself, too.
    desk.ossicle(&["branch", "whole", "--at", "16", "-o", "branch"]).ok();
    let computed = |run: &str| {
        let mut tree = results(&desk, run);
        tree.remove(&PathBuf::from("resolved.toml"));
        tree
    };
    assert!(computed("branch") == computed("whole"));
}

/// A table by the names of its columns, a row a day.
fn by_day(desk: &Desk, file: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let text = desk.read(file);
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let names: Vec<String> = lines.next().expect("a header").collect();
    lines
        .map(|cells| {
            let row: BTreeMap<_, _> = names.iter().cloned().zip(cells).collect();
            (row["day"].clone(), row)
        })
        .collect()
}

/// Every movement has its column: on the day of a look what was found there, between looks what
/// the soft tissue of the day leaves of it.
fn movements_follow_the_looks(desk: &Desk, run: &str) {
    let series = by_day(desk, &format!("{run}/timeseries.csv"));
    let looks = by_day(desk, &format!("{run}/motion.csv"));
    let movements = [
        "flexion",
        "extension",
        "abduction",
        "adduction",
        "internal_rotation",
        "external_rotation",
    ];
    assert!(!series["0"].contains_key("pronation_deg"));
    for movement in movements {
        let left = format!("{movement}_deg");
        for (day, look) in &looks {
            assert_eq!(series[day][&left], look[&left], "{movement} on day {day}");
        }
        let degrees = |row: &BTreeMap<String, String>, name: &str| -> f64 {
            row[name].parse().unwrap_or(f64::INFINITY)
        };
        let first = &looks["0"];
        let (normal, bony) = (
            degrees(first, &format!("{movement}_normal_deg")),
            degrees(first, &format!("{movement}_bony_deg")),
        );
        // No bone yet: flexion, whose soft limit is that of all, is the free range.
        for day in 1..14 {
            let row = &series[&day.to_string()];
            let share = degrees(row, "free_range_deg") / degrees(&series["0"], "free_range_deg");
            let expected = (share * normal).min(bony);
            let found = degrees(row, &left);
            // Rows lie linearly between steps, of which one may pass where bone begins to limit.
            assert!((found - expected).abs() < 0.2, "{movement}, day {day}: {found}, {expected}");
        }
    }
    let columns = desk.read(&format!("{run}/columns.csv"));
    assert!(columns.contains("\nexternal_rotation_deg,deg,"), "{columns}");
}

/// Radiographs from the front and the side at both ends, and the bones told apart.
fn bones_are_pictured(desk: &Desk, run: &str) {
    let names = desk.names(&format!("{run}/radiographs"));
    let expected =
        ["day_0000_ap.png", "day_0000_lateral.png", "day_0020_ap.png", "day_0020_lateral.png"];
    assert_eq!(names, expected);
    let record = desk.record(run);
    let ends = record["radiographs"].as_array().expect("radiographs");
    for (taken, day) in ends.iter().zip([0.0, 20.0]) {
        assert_eq!(taken["day"], day);
        assert_eq!(taken["frontal_mm2"], 0.0, "no bone grows in three weeks");
        assert_eq!(taken["graded"]["grade"], "0");
    }
    let bodies = record["separation"]["bodies"].as_array().expect("bodies");
    let names: Vec<&str> = bodies.iter().filter_map(|body| body["name"].as_str()).collect();
    assert!(names.contains(&"femur") && names.contains(&"hip_bone"), "{names:?}");
    assert!(desk.path(run).join("separation.png").exists());
    let report = desk.read(&format!("{run}/report.html"));
    for id in ["id=\"radiographs\"", "id=\"separation\""] {
        assert!(report.contains(id), "no {id}");
    }
}

/// A case of a template, coarse and short.
fn template(desk: &Desk, name: &str, spacing: &str, duration: &str) -> String {
    let case = format!("{name}.toml");
    desk.ossicle(&["new", name, "-o", &case]).ok();
    let text = desk.read(&case);
    let line = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(key));
        line.unwrap_or_else(|| panic!("no {key} in {name}")).to_owned()
    };
    let text = text
        .replace(&line("spacing"), &format!("spacing = {spacing:?}"))
        .replace(&line("duration"), &format!("duration = {duration:?}"));
    desk.write(&case, text);
    case
}

#[test]
fn a_mouse_killed_at_random_moments_ends_the_same() {
    let desk = Desk::new();
    let case = template(&desk, "mouse", "0.25 mm", "9 d");
    kill(&desk, &case, 10, 2);
}

#[test]
fn an_elbow_killed_at_random_moments_ends_the_same() {
    let desk = Desk::new();
    let case = template(&desk, "elbow", "1.5 mm", "2 d");
    kill(&desk, &case, 6, 3);
}

/// A run that was killed on its way, with at least two checkpoints.
fn killed(desk: &Desk, output: &str) {
    let mut child = slow(desk, output);
    let ct = desk.path(output).join("virtual_ct/day_0003.nii.gz");
    wait_for("day 3", || ct.exists());
    child.kill().expect("killed");
    assert_eq!(end(child).code, None);
    let newest = checkpoints(desk, output).into_iter().filter(|name| !name.starts_with('.'));
    assert_eq!(newest.count(), 2);
}

#[test]
fn another_case_does_not_go_on() {
    let desk = six_days("1.5 mm");
    killed(&desk, "out");
    let before = desk.tree("out");
    let run = |more: &[&str]| desk.ossicle(&[&["run", "tiny.toml", "-o", "out"], more].concat());
    // Without the change that the run was made with.
    run(&["--resume"]).refused(&[
        "day-0003.",
        "the case's [numerics] differs: found `longest_step",
        "expected `longest_step = \"0.05 d\"`",
    ]);
    run(&[&SLOW[..], &["--set", "K_B=0.5", "--resume"]].concat())
        .refused(&["the case's [parameters] differs: found `K_B"]);
    run(&[&SLOW[..], &["--without", "neurogenic", "--resume"]].concat())
        .refused(&["the case's [model] differs", "neurogenic"]);
    run(&[&SLOW[..], &["--resume", "--force"]].concat()).refused(&["--force", "--resume"]);
    let kept = |tree: &BTreeMap<PathBuf, Vec<u8>>| -> Vec<PathBuf> {
        tree.keys().filter(|k| !k.to_string_lossy().contains(".lock")).cloned().collect()
    };
    assert_eq!(kept(&desk.tree("out")), kept(&before), "a refusal leaves the run as it was");
    for (output, words) in [("nowhere", "nowhere"), ("tiny.toml", "is a file")] {
        desk.ossicle(&["run", "tiny.toml", "-o", output, "--resume"]).refused(&[words]);
    }
    fs::remove_dir_all(desk.path("out/checkpoint")).expect("removed");
    run(&[&SLOW[..], &["--resume"]].concat())
        .refused(&["checkpoint: holds no checkpoint; expected at least one"]);
}

/// Writes a text of a sound file's header anew, and the digest at its end.
fn reseal(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut bytes = bytes[..bytes.len() - 32].to_vec();
    let at = bytes.windows(old.len()).position(|text| text == old.as_bytes()).expect(old);
    bytes[at..at + old.len()].copy_from_slice(new.as_bytes());
    let digest = blake3::hash(&bytes);
    bytes.extend(digest.as_bytes());
    bytes
}

#[test]
fn a_state_of_another_model_does_not_go_on() {
    let desk = six_days("1.5 mm");
    killed(&desk, "out");
    let model = ossicle::golden::model_version();
    assert_eq!(desk.record("out")["model"], model.as_str());
    for name in checkpoints(&desk, "out").iter().filter(|name| !name.starts_with('.')) {
        let path = format!("out/checkpoint/{name}");
        let sound = fs::read(desk.path(&path)).expect("a checkpoint");
        desk.write(&path, reseal(&sound, &model, "0123456789ab"));
    }
    let run = ["run", "tiny.toml", "-o", "out", "--resume"];
    let words = [
        ".ossicle: found a state of Ossicle",
        "with model 0123456789ab; expected one of",
        &format!("with model {model}, which runs now: go on with the program that began the run"),
        "or run the case anew",
    ];
    let refused = desk.ossicle(&[&run[..], &SLOW].concat()).refused(&words);
    assert!(!refused.stderr.contains("whole"), "{}", refused.stderr);
    // A branch would have another past.
    let record = desk.read("out/run.json").replace(&model, "0123456789ab");
    desk.write("out/run.json", record);
    desk.ossicle(&["branch", "out", "--at", "1", "-o", "new"])
        .refused(&[&words[1..], &["error: out: found a state"]].concat());
    assert!(!desk.path("new").exists());
}

#[test]
fn a_damaged_checkpoint_is_refused_and_the_older_one_works() {
    let desk = six_days("1.5 mm");
    desk.ossicle(&[&["run", "tiny.toml", "-o", "whole"][..], &SLOW].concat()).ok();
    killed(&desk, "out");
    let named: Vec<String> =
        checkpoints(&desk, "out").into_iter().filter(|name| !name.starts_with('.')).collect();
    let newest = format!("out/checkpoint/{}", named[1]);
    let sound = fs::read(desk.path(&newest)).expect("a checkpoint");
    let mut changed = sound.clone();
    changed[sound.len() / 2] ^= 4;
    let mut later = sound.clone();
    later[8] = 200;
    let resume = |more: &[&str]| {
        let run = ["run", "tiny.toml", "-o", "out", "--resume"];
        desk.ossicle(&[&run[..], &SLOW, more].concat())
    };
    for (bytes, words) in [
        (changed, "found content of digest "),
        (sound[..sound.len() / 2].to_vec(), "its end is missing"),
        (later, "found content of digest "),
        (b"PK\x03\x04".to_vec(), "begins with 504b0304"),
        (Vec::new(), "found 0 bytes"),
    ] {
        desk.write(&newest, bytes);
        let refused = resume(&[]).refused(&[words, "an older one is whole: take it with"]);
        assert!(refused.stderr.contains(&named[1]), "{}", refused.stderr);
        assert!(refused.stderr.trim_end().ends_with(&named[0]), "{}", refused.stderr);
    }
    let older = format!("out/checkpoint/{}", named[0]);
    resume(&["--resume-from", &older]).ok();
    assert_same(&desk, "out", "whole");
    assert!(!checkpoints(&desk, "out").contains(&named[1]), "the damaged one is gone");
}

#[test]
fn a_state_that_cannot_be_kept_loses_no_older_one() {
    let desk = six_days("1 mm");
    desk.ossicle(&[&["run", "tiny.toml", "-o", "whole"][..], &SLOW].concat()).ok();
    killed(&desk, "out");
    let before: Vec<String> =
        checkpoints(&desk, "out").into_iter().filter(|name| !name.starts_with('.')).collect();
    // No file may grow as large as a checkpoint; the signal of it is turned into an error, as a
    // full disk gives.
    let limited = format!(
        "trap '' XFSZ; ulimit -f 640; exec '{}' run tiny.toml -o out --resume {} '{}' \
         --checkpoint-every 0",
        env!("CARGO_BIN_EXE_ossicle"),
        SLOW[0],
        SLOW[1]
    );
    let shell = Command::new("sh").args(["-c", &limited]).current_dir(desk.path(".")).output();
    let ended = done(shell.expect("a shell"));
    assert!(ended.stderr.contains("was not kept: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("cannot be written"), "{}", ended.stderr);
    assert_eq!(checkpoints(&desk, "out"), before, "the older ones are there, and no part");
    // The run itself came to its end.
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_same(&desk, "out", "whole");
}

#[test]
fn a_run_that_failed_goes_on_once_its_cause_is_gone() {
    let desk = six_days("1.5 mm");
    desk.ossicle(&["run", "tiny.toml", "-o", "whole"]).ok();
    // Neither the report nor the last state finds room.
    let limited = format!(
        "trap '' XFSZ; ulimit -f 128; exec '{}' run tiny.toml -o out",
        env!("CARGO_BIN_EXE_ossicle")
    );
    let shell = Command::new("sh").args(["-c", &limited]).current_dir(desk.path(".")).output();
    let failed = done(shell.expect("a shell"));
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    assert!(failed.stderr.contains("report.html: cannot be written"), "{}", failed.stderr);
    assert!(
        failed.stderr.contains("the last state that was kept is of day 0"),
        "{}",
        failed.stderr
    );
    assert!(
        failed.stderr.contains("go on from it with: ossicle run tiny.toml"),
        "{}",
        failed.stderr
    );
    desk.ossicle(&["run", "tiny.toml", "-o", "out", "--resume"]).ok();
    assert_same(&desk, "out", "whole");
    assert_eq!(desk.record("out")["resumptions"][0]["after"]["state"], "failed");
    // A process that writes to the folder is left in peace.
    let child = slow(&desk, "busy");
    wait_for("the run", || desk.path("busy/virtual_ct/day_0000.nii.gz").exists());
    let busy = ["run", "tiny.toml", "-o", "busy", "--resume"];
    let refused = desk.ossicle(&[&busy[..], &SLOW].concat());
    if refused.code != Some(0) {
        refused.refused(&["is writing a run to it"]);
    }
    assert_eq!(end(child).code, Some(0));
}
