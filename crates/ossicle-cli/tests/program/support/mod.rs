//! An empty folder to start the program in, and what is needed to judge what it does.

pub(crate) mod nifti;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tempfile::TempDir;

/// A ball of damage in muscle, as small and coarse as the model bears.
pub(crate) const TINY: &str = r#"format = 1
title = "Tiny ball"
duration = "4 d"
seed = 7

[anatomy]
builtin = "sphere"

[anatomy.lesion_box]
spacing = "1.5 mm"
size = ["18 mm", "18 mm", "18 mm"]
centre = { ras = ["0 mm", "0 mm", "0 mm"] }

[[injury]]
name = "ball"
kind = "ellipsoid"
position = { ras = ["0 mm", "0 mm", "0 mm"] }
radii = "6 mm"
severity = 2
edge = "1.5 mm"

[outputs]
virtual_ct_days = [0, 4]
virtual_ct_noise = "12 HU"
"#;

/// The tiny case with parts of its text replaced.
pub(crate) fn tiny(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(TINY.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "the tiny case has no {old:?}");
        text.replace(old, new)
    })
}

/// What the program did.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    /// Asserts that it did what was asked.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// Asserts that it refused, with a message that holds all of `parts`.
    #[track_caller]
    pub(crate) fn refused(self, parts: &[&str]) -> Self {
        assert_eq!(self.code, Some(2), "{}\n{}", self.stdout, self.stderr);
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in\n{}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.stdout))
    }
}

/// An empty folder to work in.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder") }
    }

    /// With the tiny case as `tiny.toml`.
    pub(crate) fn with_tiny() -> Self {
        let desk = Self::new();
        desk.write("tiny.toml", TINY);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("written");
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    #[track_caller]
    pub(crate) fn record(&self, run: &str) -> Json {
        let text = self.read(&format!("{run}/run.json"));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
    }

    /// Names in a folder, hidden ones too, in order.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("a folder");
        let name = |e: std::io::Result<fs::DirEntry>| {
            e.expect("an entry").file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    /// Every file beneath a folder with its bytes.
    pub(crate) fn tree(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.path(folder)];
        while let Some(at) = open.pop() {
            for entry in fs::read_dir(&at).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let bytes = fs::read(&path).expect("read");
                    let name = path.strip_prefix(self.path(folder)).expect("beneath");
                    found.insert(name.to_owned(), bytes);
                }
            }
        }
        found
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ossicle"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        for variable in ["RAYON_NUM_THREADS", "NO_COLOR", "CLICOLOR_FORCE"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs the program to its end.
    pub(crate) fn ossicle(&self, arguments: &[&str]) -> Done {
        self.ossicle_with(arguments, &[])
    }

    /// The same with variables set.
    pub(crate) fn ossicle_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Done {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        done(command.output().expect("the program starts"))
    }

    /// Starts the program and comes back at once.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    }
}

pub(crate) fn done(output: std::process::Output) -> Done {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Done { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Waits until something holds.
#[track_caller]
pub(crate) fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < patience, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A path of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Shared scans of people; where they are not there, says so.
pub(crate) fn human_ct(name: &str) -> Option<String> {
    let path = repository("../shared/data/human_ct").join(name);
    if path.exists() {
        let path = fs::canonicalize(path).expect("a path");
        return Some(path.to_string_lossy().into_owned());
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}
