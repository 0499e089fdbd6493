//! Which folders a run takes, and when one takes the place of another.

use std::fs;
use std::path::{Path, PathBuf};

use crate::folder::testing::{Folder, names, record, rows, told};
use crate::folder::{FolderError, Run, RunFolder};
use crate::record::Status;

/// A complete run with that case text.
fn complete_run(path: &Path, text: &str) {
    let folder = RunFolder::create(path, false).unwrap();
    folder.case_text(text).unwrap();
    folder.timeseries(&rows(3), &told()).unwrap();
    folder.record(&record(Status::Complete)).unwrap();
    assert_eq!(folder.complete().unwrap(), path);
}

fn case_of(path: &Path) -> String {
    Run::open(path).unwrap().case_text().unwrap()
}

fn sibling(path: &Path, kind: &str) -> PathBuf {
    path.with_file_name(format!("run.{kind}-{}", std::process::id()))
}

#[test]
fn a_run_is_replaced_by_force_alone_and_only_when_the_new_one_is_complete() {
    let home = Folder::new("replace");
    let path = home.path().join("run");
    complete_run(&path, "old");
    assert_eq!(home.names(), ["run"]);
    assert_eq!(
        names(&path),
        ["case.toml", "columns.csv", "run.json", "timeseries.csv", "timeseries.parquet"]
    );
    let error = RunFolder::create(&path, false).unwrap_err();
    assert!(matches!(error, FolderError::Exists { .. }) && error.to_string().contains("--force"));

    let folder = RunFolder::create(&path, true).unwrap();
    assert_eq!((folder.destination(), folder.path()), (path.as_path(), &*sibling(&path, "new")));
    folder.case_text("new").unwrap();
    folder.record(&record(Status::Running)).unwrap();
    assert_eq!(case_of(&path), "old");
    folder.record(&record(Status::Complete)).unwrap();
    assert_eq!(case_of(&path), "old");
    assert_eq!(folder.complete().unwrap(), path);
    assert_eq!(case_of(&path), "new");
    assert_eq!(home.names(), ["run"]);
    assert_eq!(names(&path), ["case.toml", "run.json"], "nothing of the old run");
}

#[test]
fn a_replacement_that_stops_or_fails_midway_leaves_both() {
    let home = Folder::new("midway");
    let path = home.path().join("run");
    complete_run(&path, "old");
    let new = sibling(&path, "new");

    // Refused to take its place: it is not complete.
    let folder = RunFolder::create(&path, true).unwrap();
    folder.case_text("stopped").unwrap();
    folder.record(&record(Status::Stopped)).unwrap();
    let error = folder.complete().unwrap_err();
    assert!(matches!(&error, FolderError::NotComplete { path, .. } if *path == new), "{error}");
    assert_eq!((case_of(&path), case_of(&new)), ("old".into(), "stopped".into()));
    assert_eq!(home.names(), ["run".to_owned(), name_of(&new)]);

    // Dropped in the middle, beside the one before it.
    let second = home.path().join(format!("{}-2", name_of(&new)));
    let folder = RunFolder::create(&path, true).unwrap();
    assert_eq!(folder.path(), second);
    folder.record(&record(Status::Running)).unwrap();
    drop(folder);
    assert_eq!(Run::open(&second).unwrap().record().status, Status::Running);
    assert_eq!(names(&second), ["run.json"]);

    // Dropped before anything was written, or without a record.
    drop(RunFolder::create(&path, true).unwrap());
    assert!(RunFolder::create(&path, true).unwrap().complete().is_err());
    assert_eq!(home.names(), ["run".to_owned(), name_of(&new), name_of(&second)]);
    assert_eq!(case_of(&path), "old");
    assert_eq!(names(&path).len(), 5, "no lock left in the old run");
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn what_is_new_or_empty_is_taken_and_given_back_unused() {
    let home = Folder::new("vacant");
    let path = home.path().join("a/b/run");
    drop(RunFolder::create(&path, false).unwrap());
    assert!(!path.exists(), "made for nothing");
    for force in [false, true] {
        fs::create_dir_all(&path).unwrap();
        drop(RunFolder::create(&path, force).unwrap());
        assert!(path.exists(), "it was there before");
    }
    // What a killed process left is no result.
    fs::write(path.join(".lock"), "ossicle, process 1\n").unwrap();
    fs::write(path.join(".run.json.1-0.part"), "{").unwrap();
    fs::create_dir_all(path.join(".fields.zarr.1.part/0")).unwrap();
    RunFolder::create(&path, false).unwrap().record(&record(Status::Running)).unwrap();
    assert_eq!(names(&path), ["run.json"]);
    assert!(matches!(RunFolder::create(&path, false), Err(FolderError::Exists { .. })));
    // Killed before it wrote its record.
    let path = home.path().join("no-record");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("case.toml"), "x").unwrap();
    assert!(matches!(RunFolder::create(&path, true), Err(FolderError::NotARun { .. })));
    fs::write(path.join(".lock"), "ossicle, process 1\n").unwrap();
    assert!(matches!(RunFolder::create(&path, false), Err(FolderError::Exists { .. })));
    let folder = RunFolder::create(&path, true).unwrap();
    folder.record(&record(Status::Complete)).unwrap();
    folder.complete().unwrap();
    assert_eq!(names(&path), ["run.json"]);
}

#[test]
fn what_no_run_wrote_is_never_taken() {
    let home = Folder::new("strangers");
    let refused = |path: &Path, words: &str| {
        for force in [false, true] {
            let error = RunFolder::create(path, force).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    };
    let file = home.path().join("file");
    fs::write(&file, "mine").unwrap();
    refused(&file, "file: is a file");
    refused(&file.join("run"), "cannot be written");

    let path = home.path().join("run");
    complete_run(&path, "old");
    fs::write(path.join("notes.txt"), "mine").unwrap();
    refused(&path, "run: holds notes.txt, which no run wrote");
    fs::rename(path.join("notes.txt"), path.join(".git")).unwrap();
    refused(&path, "holds .git");
    fs::remove_file(path.join(".git")).unwrap();
    for record in ["{\"name\": \"another program\"}", "", "{\"format\": 1"] {
        fs::write(path.join("run.json"), record).unwrap();
        refused(&path, "without its run.json");
    }
    assert_eq!(names(&path).len(), 5);
    refused(Path::new("/"), "which no run wrote");
    refused(&home.path().join("absent/.."), "absent/..");
    assert_eq!(home.names(), ["file", "run"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn one_process_at_a_time() {
    let home = Folder::new("in-use");
    let path = home.path().join("run");
    let in_use = |force| {
        let error = RunFolder::create(&path, force).unwrap_err();
        assert!(matches!(error, FolderError::InUse { .. }), "{error}");
        assert!(error.to_string().contains(&format!("process {} is", std::process::id())));
    };
    let folder = RunFolder::create(&path, false).unwrap();
    in_use(false);
    folder.record(&record(Status::Complete)).unwrap();
    in_use(true);
    folder.complete().unwrap();
    let replacing = RunFolder::create(&path, true).unwrap();
    in_use(true);
    drop(replacing);
    RunFolder::create(&path, true).unwrap();
}

#[test]
#[cfg(unix)]
fn a_link_keeps_leading_to_the_run() {
    let home = Folder::new("link");
    let (target, link) = (home.path().join("disk/run"), home.path().join("link"));
    complete_run(&target, "old");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let folder = RunFolder::create(&link, true).unwrap();
    folder.case_text("new").unwrap();
    folder.record(&record(Status::Complete)).unwrap();
    assert_eq!(folder.complete().unwrap(), target);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(case_of(&link), "new");
    fs::remove_dir_all(&target).unwrap();
    assert!(RunFolder::create(&link, true).is_err(), "it leads nowhere");
}
