//! Disks that are full or may not be written to.
#![cfg(unix)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::folder::testing::{
    Folder, channels, failed, names, noisy, oblique_grid, record, rows, told,
};
use crate::folder::{FolderError, Run, RunFolder, check_space};
use crate::record::Status;

/// A small disk in memory, unmounted at the end.
struct Disk(PathBuf);

impl Disk {
    /// Mounts it, if the system lets the test do so.
    fn mount(at: &Path, options: &str) -> Option<Self> {
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(at)
            .output()
            .map_err(|error| error.to_string())
            .and_then(|output| match output.status.success() {
                true => Ok(()),
                false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            });
        match mount {
            Ok(()) => Some(Self(at.to_owned())),
            Err(reason) => {
                #[expect(clippy::print_stderr, reason = "says why a test checks nothing")]
                {
                    eprintln!("no small disk to test with: {reason}");
                }
                None
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // At once, even if a process that another test starts still shares a file.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn is_full(error: &FolderError) -> bool {
    matches!(error, FolderError::Write { cause, .. } if cause.kind() == io::ErrorKind::StorageFull)
}

#[test]
fn a_full_disk_loses_nothing_that_was_there() {
    let home = Folder::new("full");
    let Some(_disk) = Disk::mount(home.path(), "size=2m") else { return };
    let path = home.path().join("run");
    let error = check_space(&path, 3 << 20).unwrap_err();
    assert!(matches!(error, FolderError::NoSpace { free_bytes, .. } if free_bytes <= 2 << 20));
    check_space(&path, 1 << 20).unwrap();

    let folder = RunFolder::create(&path, false).unwrap();
    folder.record(&record(Status::Running)).unwrap();
    folder.timeseries(&rows(40), &told()).unwrap();
    // 0.4 MB of noise a day, in single precision.
    let grid = oblique_grid([64, 64, 25]);
    let field = noisy(&grid, 0);
    let days = [0, 1, 2, 3, 4, 5, 6, 7];
    let mut writer = folder.fields(&grid, &channels()[..1], &days).unwrap();
    let mut full = days.into_iter().map(|day| writer.write(day, &[&field]));
    let error = full.find_map(Result::err).unwrap();
    assert!(is_full(&error), "{error}");
    assert!(error.to_string().contains("fields.zarr: cannot be written: No space left"), "{error}");
    // And 1.6 MB of a virtual CT.
    let noise = noisy(&oblique_grid([128, 128, 50]), 1);
    let error = folder.virtual_ct(7, &noise.map(|&share| (60_000.0 * share) as f32)).unwrap_err();
    assert!(is_full(&error), "{error}");
    assert_eq!(names(&path.join("virtual_ct")), [""; 0]);

    // A process that another test starts holds the removed files open until it runs.
    let patience = Instant::now() + Duration::from_secs(10);
    while check_space(&path, 64 << 10).is_err() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
    // What was written before is there, and the record still finds room.
    let written = writer.finish().unwrap();
    assert!((2..7).contains(&written.len()), "{written:?}");
    folder.record(&record(failed(&error.to_string()))).unwrap();
    drop(folder);
    let run = Run::open(&path).unwrap();
    assert_eq!(run.record().status, failed(&error.to_string()));
    assert_eq!(run.timeseries().unwrap(), rows(40));
    let fields = run.fields().unwrap();
    assert_eq!(fields.days_written(), written);
    for day in written {
        assert_eq!(fields.read("mineral", day).unwrap(), field.map(|&v| v as f32));
    }
    let there = ["columns.csv", "fields.zarr", "run.json", "timeseries.csv", "timeseries.parquet"];
    assert_eq!(names(&path)[..5], there);
}

#[test]
fn a_disk_without_a_byte_left_takes_no_run_and_keeps_the_old_files() {
    let home = Folder::new("brim-full");
    let Some(_disk) = Disk::mount(home.path(), "size=256k") else { return };
    let path = home.path().join("run");
    let folder = RunFolder::create(&path, false).unwrap();
    folder.record(&record(Status::Complete)).unwrap();
    folder.case_text("old").unwrap();
    let brim = fs::write(home.path().join("brim"), vec![0; 1 << 20]).unwrap_err();
    assert_eq!(brim.kind(), io::ErrorKind::StorageFull);
    assert!(is_full(&folder.case_text("new").unwrap_err()));
    assert!(is_full(&folder.timeseries(&rows(3), &told()).unwrap_err()));
    assert_eq!(names(&path), [".lock", "case.toml", "run.json"]);
    folder.complete().unwrap();
    assert_eq!(Run::open(&path).unwrap().case_text().unwrap(), "old");

    for (name, force) in [("other", false), ("run", true)] {
        let error = RunFolder::create(&home.path().join(name), force)
            .and_then(|folder| folder.record(&record(Status::Running)))
            .unwrap_err();
        assert!(is_full(&error), "{error}");
    }
    assert_eq!(home.names(), ["brim", "run"], "nothing was left half made");
    assert_eq!(names(&path), ["case.toml", "run.json"]);
}

#[test]
fn folders_that_may_not_be_written_to_are_refused_with_the_cause() {
    use std::os::unix::fs::PermissionsExt;
    let home = Folder::new("unwritable");
    let refused = |path: &Path, force: bool, word: &str| {
        let error = RunFolder::create(path, force)
            .and_then(|folder| folder.record(&record(Status::Running)))
            .unwrap_err();
        assert!(matches!(error, FolderError::Write { .. }), "{error}");
        assert!(error.to_string().contains(word), "{error}");
    };
    let parent = home.path().join("parent");
    let run = parent.join("run");
    RunFolder::create(&run, false).unwrap().record(&record(Status::Complete)).unwrap();
    let allow = |mode| fs::set_permissions(&parent, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o555);
    if fs::write(parent.join("probe"), "").is_err() {
        refused(&parent.join("other"), false, "Permission denied");
        refused(&run, true, "Permission denied");
    }
    allow(0o755);
    // Permissions do not hold the superuser back; a disk that is read only does.
    let disk = home.path().join("disk");
    fs::create_dir(&disk).unwrap();
    if let Some(_disk) = Disk::mount(&disk, "ro") {
        refused(&disk.join("run"), false, "Read-only file system");
        refused(&disk, false, "Read-only file system");
    }
    assert_eq!(Run::open(&run).unwrap().record().status, Status::Complete);
}
