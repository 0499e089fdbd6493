//! Collects what is wrong while a case is read.

use super::document::{Node, Sources, Span};
use super::problem::{Cause, Problem, Refusal};

/// More problems than this help nobody.
const MOST_REPORTED: usize = 50;

/// A problem that does not yet know its line.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) cause: Cause,
    pub(super) key: String,
    pub(super) span: Span,
    pub(super) found: String,
    pub(super) expected: String,
    pub(super) nearest: Option<String>,
}

impl Note {
    /// A note to which what was found is still to be added.
    pub(super) fn new(cause: Cause, key: &str, span: Span, expected: &str) -> Self {
        Self {
            cause,
            key: key.to_owned(),
            span,
            found: String::new(),
            expected: expected.to_owned(),
            nearest: None,
        }
    }

    pub(super) fn problem(self, sources: &Sources) -> Problem {
        let Self { cause, key, span, found, expected, nearest } = self;
        Problem { cause, key, place: sources.place(span), found, expected, nearest }
    }
}

/// The problems and warnings found so far, and the texts they stand in.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    sources: Sources,
    problems: Vec<Note>,
    warnings: Vec<Note>,
    muted: bool,
}

impl Log {
    pub(super) fn new(sources: Sources) -> Self {
        Self { sources, ..Self::default() }
    }

    /// A log that keeps nothing, for reading a section only to learn its keys.
    pub(super) fn muted() -> Self {
        Self { muted: true, ..Self::default() }
    }

    pub(super) fn add(&mut self, note: Note) {
        if !self.muted {
            self.problems.push(note);
        }
    }

    /// Adds a problem with a value that is written out.
    pub(super) fn refuse(&mut self, cause: Cause, key: &str, node: &Node, expected: &str) {
        let found = node.shown(&self.sources);
        self.add(Note { found, ..Note::new(cause, key, node.span, expected) });
    }

    pub(super) fn warn(&mut self, note: Note) {
        if !self.muted {
            self.warnings.push(note);
        }
    }

    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    pub(super) fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// The texts and the warnings, where nothing was wrong; otherwise
    /// everything found, the most basic first, then in the order of the text.
    pub(super) fn finish(mut self) -> Result<(Sources, Vec<Problem>), Refusal> {
        let sources = self.sources;
        let told =
            |notes: Vec<Note>| notes.into_iter().map(|note| note.problem(&sources)).collect();
        if self.problems.is_empty() {
            let warnings = told(self.warnings);
            return Ok((sources, warnings));
        }
        self.problems.sort_by_key(|note| (note.cause, note.span));
        let left_out = self.problems.len().saturating_sub(MOST_REPORTED);
        self.problems.truncate(MOST_REPORTED);
        Err(Refusal { problems: told(self.problems), left_out })
    }
}
