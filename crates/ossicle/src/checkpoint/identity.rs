//! What must be the same for a run to go on as it began.

use serde::{Deserialize, Serialize};

use crate::case::CaseFile;
use crate::golden::model_version;
use crate::record::Input;

/// What a run is determined by: the same identity gives the same bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of the program.
    program: String,
    /// Version of the model.
    model: String,
    /// Every value used, changes of the command line included: `resolved.toml`.
    resolved: String,
    /// The scan and its labels by their content; the case stands in `resolved`.
    inputs: Vec<Input>,
}

/// Keys whose values are paths: what they lead to is compared by its content.
const PATHS: [&str; 3] = ["scan = ", "labels = ", "label_table = "];

impl Identity {
    /// That of a case and its inputs, with this program.
    #[must_use]
    pub fn of(file: &CaseFile, inputs: &[Input]) -> Self {
        Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            model: model_version(),
            resolved: file.case.resolved(),
            inputs: inputs.iter().filter(|i| i.role != "case").cloned().collect(),
        }
    }

    /// BLAKE3 of it all, where inputs are found not counted in.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut part = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        part(&self.program);
        part(&self.model);
        self.values().for_each(&mut part);
        for input in &self.inputs {
            part(&input.role);
            part(&input.blake3);
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The first thing that differs in case or inputs: what, what is found in `self`, what is
    /// expected by `other`.
    pub(super) fn difference(&self, other: &Self) -> Option<[String; 3]> {
        let inputs = |of: &Self| -> Vec<(String, String)> {
            of.inputs.iter().map(|i| (i.role.clone(), i.blake3.clone())).collect()
        };
        let (found, expected) = (inputs(self), inputs(other));
        if found.len() == expected.len()
            && let Some((found, expected)) =
                found.into_iter().zip(expected).find(|(found, expected)| found != expected)
        {
            let told = |(role, digest): (String, String)| format!("a {role} of digest {digest}");
            return Some(["an input".to_owned(), told(found), told(expected)]);
        }
        let (mut found, mut expected) = (self.lines().into_iter(), other.lines().into_iter());
        loop {
            let (found, expected) = (found.next(), expected.next());
            if found == expected {
                found?;
                continue;
            }
            let told = |line: Option<(&str, &str)>| {
                line.map_or("nothing more".to_owned(), |(_, line)| format!("`{line}`"))
            };
            let table = expected.or(found).map_or("", |(table, _)| table);
            let what = format!("the case's {table}");
            let what = what.strip_suffix("'s ").unwrap_or(&what).to_owned();
            return Some([what, told(found), told(expected)]);
        }
    }

    /// Every value of the case, after the header of the table that it stands in.
    fn lines(&self) -> Vec<(&str, &str)> {
        let mut table = "";
        let lines = self.values().map(|line| {
            if line.starts_with('[') {
                table = line;
            }
            (table, line)
        });
        lines.collect()
    }

    /// The lines of the case that say something.
    fn values(&self) -> impl Iterator<Item = &str> {
        self.resolved.lines().filter(|line| {
            let is_path = PATHS.iter().any(|path| line.starts_with(path));
            !(line.is_empty() || line.starts_with('#') || is_path)
        })
    }
}
