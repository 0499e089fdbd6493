//! The commands that messages and reports name, as a shell takes them.

use std::path::Path;

use crate::record::Record;

/// What runs the case of a record again, to the last bit.
pub(crate) fn again(record: &Record) -> String {
    let mut words = match &record.branched_from {
        Some(from) => {
            let at = from.at.unwrap_or(from.day);
            format!("ossicle branch {} --at {at}", quoted(&from.path))
        }
        None => format!("ossicle run {}", quoted(case(record))),
    };
    push_changes(&mut words, record);
    if record.branched_from.is_some() {
        words.push_str(" -o NEW");
    }
    words
}

/// What goes on with the run of a record in a folder from its newest state.
#[must_use]
pub fn resume(record: &Record, folder: &Path) -> String {
    let output = quoted(&shown(folder));
    if record.branched_from.is_some() {
        // Its folder holds the changed case whole.
        let resolved = quoted(&shown(&folder.join("resolved.toml")));
        return format!("ossicle run {resolved} -o {output} --resume");
    }
    let mut words = format!("ossicle run {}", quoted(case(record)));
    push_changes(&mut words, record);
    words + " -o " + &output + " --resume"
}

/// What begins another future of the run in a folder on a day, with a change of `key`.
pub(crate) fn branch(folder: &Path, day: f64, key: &str) -> String {
    format!("ossicle branch {} --at {day} --set {key}=VALUE -o NEW", quoted(&shown(folder)))
}

fn case(record: &Record) -> &str {
    record.inputs.iter().find(|i| i.role == "case").map_or("case.toml", |i| &i.path)
}

fn push_changes(words: &mut String, record: &Record) {
    for change in &record.changes {
        words.push_str(&match change.split_once(' ') {
            Some((flag, value)) => format!(" {flag} {}", quoted(value)),
            None => format!(" {}", quoted(change)),
        });
    }
}

/// A path as seen from where the program was started.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let beneath = here.and_then(|here| path.strip_prefix(here).ok());
    beneath.filter(|p| !p.as_os_str().is_empty()).unwrap_or(path).display().to_string()
}

/// A word as a shell takes it unchanged.
fn quoted(word: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::testing::record;
    use crate::record::{BranchRecord, Status};

    #[test]
    fn the_commands_are_what_a_shell_needs() {
        let mut record = record(Status::Complete);
        let from = record.branched_from.take();
        record.inputs[0].role = "case".into();
        record.inputs[0].path = "my cases/it's.toml".into();
        record.changes = vec![
            "--set K_B=0.5".into(),
            "--set title=\"a b\"".into(),
            "--without neurogenic".into(),
        ];
        let changes = "--set K_B=0.5 --set 'title=\"a b\"' --without neurogenic";
        let run = format!("ossicle run 'my cases/it'\\''s.toml' {changes}");
        assert_eq!(again(&record), run);
        let here = std::env::current_dir().unwrap();
        assert_eq!(resume(&record, &here.join("out")), format!("{run} -o out --resume"));
        assert_eq!(resume(&record, Path::new("/")), format!("{run} -o / --resume"));
        record.branched_from =
            from.map(|from| BranchRecord { path: "runs/a b".into(), day: 5.5, at: None, ..from });
        assert_eq!(again(&record), format!("ossicle branch 'runs/a b' --at 5.5 {changes} -o NEW"));
        record.branched_from.as_mut().unwrap().at = Some(6.0);
        assert!(again(&record).starts_with("ossicle branch 'runs/a b' --at 6 --set"));
        assert_eq!(
            resume(&record, &here.join("it is")),
            "ossicle run 'it is/resolved.toml' -o 'it is' --resume"
        );
        assert_eq!(
            branch(&here.join("out"), 3.25, "numerics.tolerance"),
            "ossicle branch out --at 3.25 --set numerics.tolerance=VALUE -o NEW"
        );
        record.branched_from = None;
        record.inputs.clear();
        record.changes.clear();
        assert_eq!(again(&record), "ossicle run case.toml");
    }
}
