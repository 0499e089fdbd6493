//! A process that is killed in the middle of writing.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ossicle_field::noise;
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::folder::testing::{
    Folder, anatomy, channels, names, noisy, oblique_grid, record, rows, told,
};
use crate::folder::{Run, RunFolder, recover};
use crate::history::tests::history;
use crate::record::Status;

/// Tells the child process where to write.
const PATH: &str = "OSSICLE_TEST_KILLED_RUN";

/// The child of [`every_file_is_whole_however_often_a_run_is_killed`]; by itself it does nothing.
#[test]
#[ignore = "the process that another test kills"]
fn writes_for_ever() {
    let Some(path) = std::env::var_os(PATH).map(PathBuf::from) else { return };
    let folder = RunFolder::create(&path, true).unwrap();
    folder.record(&record(Status::Running)).unwrap();
    let grid = oblique_grid([70, 40, 30]);
    let mut writer = folder.fields(&grid, &channels()[..1], &[0, 1, 2, 3]).unwrap();
    for day in [0, 1, 2] {
        writer.write(day, &[&noisy(&grid, day)]).unwrap();
    }
    let mut writer = Some(writer);
    for day in 0.. {
        folder.case_text("case").unwrap();
        folder.timeseries(&rows(day % 600), &told()).unwrap();
        folder.steps(&history(day % 600)).unwrap();
        folder.record(&record(Status::Running)).unwrap();
        folder.anatomy(&anatomy(&grid)).unwrap();
        folder.virtual_ct(day, &noisy(&grid, 0).map(|&share| (1000.0 * share) as f32)).unwrap();
        if let Some(writer) = writer.take() {
            writer.finish().unwrap();
        }
    }
}

/// The child of [`one_complete_run_is_there_at_every_moment`]; by itself it does nothing.
#[test]
#[ignore = "the process that another test kills"]
fn replaces_for_ever() {
    let Some(path) = std::env::var_os(PATH).map(PathBuf::from) else { return };
    loop {
        let folder = RunFolder::create(&path, true).unwrap();
        folder.timeseries(&rows(5), &told()).unwrap();
        folder.record(&record(Status::Complete)).unwrap();
        folder.complete().unwrap();
    }
}

/// Starts one of the tests above as a process that writes to `path`.
fn start(test: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("folder::tests::killed::{test}"), "--ignored"])
        .env(PATH, path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills a process (SIGKILL: it is not told) some time after its record is in `folder`.
fn kill_after(mut child: Child, folder: &Path, delay: Duration) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !folder.join("run.json").exists() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(delay);
    assert_eq!(child.try_wait().unwrap(), None, "the process still writes");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Reads everything that a killed run left, and counts the files.
fn read_whole(folder: &Path) -> usize {
    let run = Run::open(folder).unwrap();
    assert_eq!(*run.record(), record(Status::Running));
    let mut files = 0;
    for name in names(folder) {
        files += 1;
        match name.as_str() {
            "run.json" | "columns.csv" | "anatomy.csv" | "anatomy.label" => {}
            "case.toml" => assert_eq!(run.case_text().unwrap(), "case"),
            "timeseries.csv" => {
                let found = run.timeseries().unwrap();
                assert_eq!(found, rows(found.len() as u64));
            }
            "steps.csv" => {
                let found = run.steps().unwrap();
                assert_eq!(found, history(found.len() as u64));
            }
            "timeseries.parquet" => {
                let file = fs::File::open(folder.join(name)).unwrap();
                let reader = SerializedFileReader::new(file).unwrap();
                let count = reader.metadata().file_metadata().num_rows();
                assert_eq!(reader.get_row_iter(None).unwrap().count() as i64, count);
            }
            "anatomy.nii.gz" => {
                let grid = oblique_grid([70, 40, 30]);
                assert_eq!(run.anatomy().unwrap(), *anatomy(&grid).tissue());
            }
            "virtual_ct" => {
                for name in names(&folder.join("virtual_ct")) {
                    if let Some(day) = name.strip_prefix("day_") {
                        let day = day.trim_end_matches(".nii.gz").parse().unwrap();
                        assert_eq!(run.virtual_ct(day).unwrap().len(), 70 * 40 * 30);
                        files += 1;
                    }
                }
            }
            "fields.zarr" => {
                let fields = run.fields().unwrap();
                assert_eq!(fields.days_written(), [0, 1, 2]);
                for day in [0, 1, 2] {
                    let expected = noisy(fields.grid(), day).map(|&v| v as f32);
                    assert_eq!(fields.read("mineral", day).unwrap(), expected);
                }
            }
            hidden => assert!(hidden == ".lock" || hidden.ends_with(".part"), "{hidden}"),
        }
    }
    files
}

#[test]
fn every_file_is_whole_however_often_a_run_is_killed() {
    let home = Folder::new("killed");
    let path = home.path().join("run");
    let mut files = 0;
    for round in 0..12 {
        let folder =
            if round % 2 == 0 { home.path().join(format!("run-{round}")) } else { path.clone() };
        // The second run in one place replaces, and so is written beside it.
        let replaces = folder.join("run.json").exists();
        let child = start("writes_for_ever", &folder);
        let written = match replaces {
            true => home.path().join(format!("run.new-{}", child.id())),
            false => folder.clone(),
        };
        kill_after(child, &written, Duration::from_millis(noise::bits(6, 0, round) % 250));
        files += read_whole(&written);
        assert_eq!(Run::open(&folder).unwrap().record().status, Status::Running);
    }
    assert!(files > 60, "{files} files were there to be read");

    let folder = RunFolder::create(&path, true).unwrap();
    folder.record(&record(Status::Complete)).unwrap();
    folder.complete().unwrap();
    assert_eq!(names(&path), ["run.json"]);
    assert_eq!(Run::open(&path).unwrap().record().status, Status::Complete);
}

#[test]
fn one_complete_run_is_there_at_every_moment() {
    let home = Folder::new("killed-swap");
    let path = home.path().join("run");
    for round in 0..12 {
        let child = start("replaces_for_ever", &path);
        let id = child.id();
        kill_after(child, &path, Duration::from_millis(1 + noise::bits(7, 0, round) % 60));
        let complete = |folder: &Path| {
            Run::open(folder).is_ok_and(|run| run.record().status == Status::Complete)
        };
        // Between two renames the old run bears its name aside, and the new one that beside.
        let aside = home.path().join(format!("run.old-{id}"));
        let beside = home.path().join(format!("run.new-{id}"));
        assert!(
            if path.exists() { complete(&path) } else { complete(&aside) && complete(&beside) },
            "round {round}: {:?}",
            home.names()
        );
        recover(&path).unwrap();
        assert!(complete(&path) && !aside.exists(), "round {round}: {:?}", home.names());
    }
    // Those of the user's that only look so are left alone, and so is what ended by itself.
    for name in ["run.old-4194305", "run.new-4194305"] {
        fs::create_dir(home.path().join(name)).unwrap();
        fs::copy(path.join("run.json"), home.path().join(name).join("run.json")).unwrap();
    }
    let folder = RunFolder::create(&path, true).unwrap();
    folder.record(&record(Status::Complete)).unwrap();
    folder.complete().unwrap();
    assert_eq!(home.names(), ["run", "run.new-4194305", "run.old-4194305"]);
}
