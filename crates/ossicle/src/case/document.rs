//! The text of a case as a tree that remembers where everything stands.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::log::{Log, Note};
use super::problem::{Cause, Place};

/// A stretch of one source text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    /// Which text: 0 is the file, the others are arguments in their order.
    pub(super) source: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) span: Span,
}

/// What TOML can hold. Numbers stay as written, without their underscores.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer { digits: String, radix: u32 },
    Float(String),
    Flag(bool),
    Date,
    List(Vec<Node>),
    Table(Table),
}

/// The entries of a table in the order of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
}

/// A key, where it stands, and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) node: Node,
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }
}

impl Node {
    /// The value in a few words for a message.
    pub(super) fn shown(&self, sources: &Sources) -> String {
        match &self.value {
            Value::List(items) if items.is_empty() => "an empty list".to_owned(),
            Value::List(items) => format!("a list of {}", items.len()),
            Value::Table(_) => "a table".to_owned(),
            Value::Text(text) => quoted(text),
            _ => clipped(sources.slice(self.span)),
        }
    }
}

/// A text in quotes, short enough for one line.
pub(super) fn quoted(text: &str) -> String {
    let escaped: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    format!("\"{}\"", clipped(&escaped))
}

/// At most 60 characters of a text.
pub(super) fn clipped(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The texts a case was read from.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    texts: Vec<Source>,
}

#[derive(Clone, Debug)]
struct Source {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl Sources {
    /// Takes a text in and returns its number.
    pub(super) fn add(&mut self, name: &str, text: &str) -> usize {
        let line_starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.texts.push(Source { name: name.to_owned(), text: text.to_owned(), line_starts });
        self.texts.len() - 1
    }

    pub(super) fn text(&self, source: usize) -> &str {
        self.texts.get(source).map_or("", |source| &source.text)
    }

    pub(super) fn slice(&self, span: Span) -> &str {
        self.text(span.source).get(span.start..span.end).unwrap_or("")
    }

    /// Line, column and the line itself, for people.
    pub(super) fn place(&self, span: Span) -> Place {
        let Some(Source { name, text, line_starts }) = self.texts.get(span.source) else {
            return Place {
                source: String::new(),
                line: 1,
                column: 1,
                text: String::new(),
                marked: 0..0,
            };
        };
        let start = floor_boundary(text, span.start);
        let line = line_starts.partition_point(|&begin| begin <= start).max(1);
        let begin = line_starts[line - 1];
        let end = line_starts.get(line).map_or(text.len(), |&next| next - 1);
        let line_text = text[begin..end.max(begin)].trim_end_matches('\r');
        // What runs over several lines is marked on its first.
        let from = (start - begin).min(line_text.len());
        let to = floor_boundary(text, span.end).saturating_sub(begin).clamp(from, line_text.len());
        Place {
            source: name.clone(),
            line,
            column: line_text[..from].chars().count() + 1,
            text: line_text.to_owned(),
            marked: from..to,
        }
    }
}

/// The last character boundary not after `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Reads a text as TOML. What is wrong with it goes to `log`; `None` where the
/// rest cannot be trusted.
pub(super) fn parse(source: usize, log: &mut Log) -> Option<Table> {
    let text = log.sources().text(source);
    let (root, errors) = DeTable::parse_recoverable(text);
    let root = convert_table(source, 0, root.into_inner());
    let mut notes: Vec<(bool, Note)> =
        errors.iter().map(|error| syntax_note(source, text, error)).collect();
    notes.sort_by_key(|(_, note)| note.span);
    let lost = notes.iter().position(|(recovered, _)| !recovered);
    // What follows the place where the parser lost its way is mostly echo.
    notes.truncate(lost.map_or(notes.len(), |at| at + 1));
    for (_, note) in notes {
        log.add(note);
    }
    lost.is_none().then_some(root)
}

/// What is wrong with the TOML, and whether the parser went on as if it were not.
fn syntax_note(source: usize, text: &str, error: &toml::de::Error) -> (bool, Note) {
    let range = error.span().unwrap_or(0..0);
    let there = text.get(range.clone()).unwrap_or("");
    let note =
        |cause, expected: &str| Note::new(cause, "", span(source, 0, range.clone()), expected);
    match error.message() {
        "duplicate key" => (
            true,
            Note {
                key: clipped(there),
                found: "the key or table a second time".to_owned(),
                ..note(Cause::DuplicateKey, "it once")
            },
        ),
        // What begins like a flag or a number, as `female` or `none`, is taken for one.
        message if is_bare_word(there) && BARE.iter().any(|start| message.starts_with(start)) => (
            message.starts_with(BARE[0]) && !there.contains(CURLY_QUOTES),
            Note {
                found: format!("{} without quotes", clipped(there)),
                nearest: Some(quoted(there.trim_matches(CURLY_QUOTES))),
                ..note(Cause::Syntax, "text, names and quantities in quotes")
            },
        ),
        message => (
            false,
            Note {
                found: what_stands_at(text, range.start, there),
                ..note(Cause::Syntax, &format!("valid TOML: {message}"))
            },
        ),
    }
}

/// How the parser speaks of text without quotes; after the first it goes on with that text.
const BARE: [&str; 3] = ["string values must be quoted", "invalid boolean", "invalid float"];

/// Quotation marks of word processors, which TOML does not know.
const CURLY_QUOTES: [char; 5] = ['“', '”', '„', '‘', '’'];

/// Whether what the parser stumbled over is a word: `1.2.3` is none.
fn is_bare_word(there: &str) -> bool {
    there.starts_with(|c: char| c.is_alphanumeric() || CURLY_QUOTES.contains(&c))
}

fn what_stands_at(text: &str, at: usize, there: &str) -> String {
    if !there.is_empty() {
        return quoted(there);
    }
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        None => "the end of the text".to_owned(),
        Some('\n' | '\r') => "the end of the line".to_owned(),
        Some(c) => quoted(&c.to_string()),
    }
}

/// Reads the value of an argument, which starts `offset` bytes into its text;
/// what is not TOML is taken as text without its quotes.
pub(super) fn parse_value(source: usize, offset: usize, value: &str) -> Node {
    let trimmed = value.trim();
    let offset = offset + value.len() - value.trim_start().len();
    match DeValue::parse(trimmed) {
        Ok(parsed) => convert(source, offset, parsed),
        Err(_) => Node {
            value: Value::Text(trimmed.to_owned()),
            span: span(source, offset, 0..trimmed.len()),
        },
    }
}

fn span(source: usize, offset: usize, range: Range<usize>) -> Span {
    Span { source, start: offset + range.start, end: offset + range.end }
}

fn convert_table(source: usize, offset: usize, table: DeTable<'_>) -> Table {
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(key, value)| Entry {
            key_span: span(source, offset, key.span()),
            key: key.into_inner().into_owned(),
            node: convert(source, offset, value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span);
    Table { entries }
}

fn convert(source: usize, offset: usize, value: Spanned<DeValue<'_>>) -> Node {
    let span = span(source, offset, value.span());
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(integer) => {
            Value::Integer { digits: integer.as_str().to_owned(), radix: integer.radix() }
        }
        DeValue::Float(float) => Value::Float(float.as_str().to_owned()),
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(items) => {
            Value::List(items.into_iter().map(|item| convert(source, offset, item)).collect())
        }
        DeValue::Table(table) => Value::Table(convert_table(source, offset, table)),
    };
    Node { value, span }
}

/// No key lies deeper than this many steps.
const DEEPEST_PATH: usize = 16;

/// One step of a key path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// Splits `injury[0].severity`; `None` where it is no path.
pub(super) fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let mut pieces = part.split('[');
        let key = pieces.next()?.trim();
        if key.is_empty() || key.contains([']', '"', '\'']) {
            return None;
        }
        steps.push(Step::Key(key));
        for piece in pieces {
            steps.push(Step::Index(piece.trim_end().strip_suffix(']')?.parse().ok()?));
        }
    }
    // A path of an argument makes tables, which must not nest without end.
    (steps.len() <= DEEPEST_PATH).then_some(steps)
}

/// Where the value of a key path stands; where it is not written, the nearest
/// table round it.
pub(super) fn locate(root: &Table, path: &str) -> Span {
    let mut span = Span::default();
    let mut table = Some(root);
    let mut list: &[Node] = &[];
    for step in steps(path).unwrap_or_default() {
        let node = match step {
            Step::Key(key) => table.and_then(|table| table.get(key)),
            Step::Index(index) => list.get(index),
        };
        let Some(node) = node else { break };
        span = node.span;
        (table, list) = match &node.value {
            Value::Table(inner) => (Some(inner), &[][..]),
            Value::List(items) => (None, items.as_slice()),
            _ => (None, &[][..]),
        };
    }
    span
}
