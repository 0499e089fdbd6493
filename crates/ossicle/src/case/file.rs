//! Reads a case from a file, and remembers where everything stands in it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::document::{self, Sources, Span, Table};
use super::kinds::Kind;
use super::log::Log;
use super::overrides::Override;
use super::problem::{CaseError, Cause, Place, Problem};
use super::section::Section;
use super::vocabulary::Vocabulary;
use super::{Case, Format, Reading};

/// No case file is larger than this; one of a few kB is usual.
pub const LARGEST_FILE_BYTES: u64 = 256 * 1024;

/// A case together with the text it was read from.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// The case, checked.
    pub case: Case,
    /// What is right but probably not meant.
    pub warnings: Vec<Problem>,
    sources: Sources,
    root: Table,
}

impl CaseFile {
    /// Reads and checks a case file, with changes from the command line applied
    /// to it first. Relative paths in it start at its folder.
    ///
    /// # Errors
    /// Refuses what cannot be read and what is no valid case, telling all that
    /// is wrong with it.
    pub fn read(
        path: &Path,
        overrides: &[Override],
        vocabulary: &Vocabulary,
    ) -> Result<Self, CaseError> {
        let file = path.display().to_string();
        let unreadable = |source| CaseError::Unreadable { file: file.clone(), source };
        if path.is_dir() {
            return Err(CaseError::Folder { file });
        }
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|opened| opened.take(LARGEST_FILE_BYTES + 1).read_to_end(&mut bytes))
            .map_err(unreadable)?;
        let absolute = std::path::absolute(path).map_err(unreadable)?;
        let folder = absolute.parent().unwrap_or(Path::new(""));
        Self::from_bytes(&file, &bytes, folder, overrides, vocabulary)
    }

    /// Checks a case given as the bytes of a file called `file`; relative paths
    /// in it start at `folder`.
    ///
    /// # Errors
    /// As [`CaseFile::read`].
    pub fn from_bytes(
        file: &str,
        bytes: &[u8],
        folder: &Path,
        overrides: &[Override],
        vocabulary: &Vocabulary,
    ) -> Result<Self, CaseError> {
        let file = file.to_owned();
        if bytes.len() as u64 > LARGEST_FILE_BYTES {
            return Err(CaseError::TooLarge { file, limit_bytes: LARGEST_FILE_BYTES });
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Err(not_text(file, bytes, error.valid_up_to())),
        };
        let mut sources = Sources::default();
        sources.add(&file, text);
        for change in overrides {
            sources.add(change.source_name(), change.text());
        }

        let mut log = Log::new(sources);
        let mut root = document::parse(0, &mut log);
        if root.as_ref().is_some_and(|root| root.entries.is_empty()) && log.is_clean() {
            return Err(CaseError::Empty { file });
        }
        let case = root
            .as_mut()
            .and_then(|root| check(root, overrides, &Reading { vocabulary, folder }, &mut log));
        match (case, root, log.finish()) {
            (Some(case), Some(root), Ok((sources, warnings))) => {
                Ok(Self { case, warnings, sources, root })
            }
            // Whoever reads no value says why, so that the refusal is never empty.
            (.., finished) => Err(CaseError::Refused(finished.err().unwrap_or_default())),
        }
    }

    /// The file as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        self.sources.text(0)
    }

    /// Where the value of a key such as `injury[0].position` stands; where it
    /// was left out, the table it would stand in.
    #[must_use]
    pub fn locate(&self, key: &str) -> Place {
        self.sources.place(document::locate(&self.root, key))
    }

    /// A problem found later, when the case meets its scan, at the place of its
    /// key; the caller fills in what is nearest.
    #[must_use]
    pub fn problem(&self, cause: Cause, key: &str, found: &str, expected: &str) -> Problem {
        Problem {
            cause,
            key: key.to_owned(),
            place: self.locate(key),
            found: found.to_owned(),
            expected: expected.to_owned(),
            nearest: None,
        }
    }
}

fn not_text(file: String, bytes: &[u8], bad: usize) -> CaseError {
    let before = &bytes[..bad];
    let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
    let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
    CaseError::NotText { file, line, column, byte: bytes[bad] }
}

/// Applies the overrides and reads the case.
fn check(
    root: &mut Table,
    overrides: &[Override],
    reading: &Reading<'_>,
    log: &mut Log,
) -> Option<Case> {
    // Of another version nothing else can be judged.
    if let Some(node) = root.get("format").filter(|node| Format::is_other_version(node)) {
        let _ = Format.read(node, "format", log);
        return None;
    }
    let top_level = Section::keys_of(|section| Case::read(section, reading));
    let top_level: Vec<&str> = top_level.names().collect();
    let parameters: Vec<&str> =
        reading.vocabulary.parameters().iter().map(|record| record.key.as_str()).collect();
    for (i, change) in overrides.iter().enumerate() {
        // The texts of the arguments follow that of the file.
        change.apply(root, i + 1, &top_level, &parameters, log);
    }
    let mut section = Section::new(Some(root), Span::default(), String::new(), log);
    let case = Case::read(&mut section, reading);
    section.refuse_unknown();
    case
}
