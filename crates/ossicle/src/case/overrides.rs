//! Changes to a case from the command line, applied before it is checked.

use super::document::{Entry, Node, Span, Step, Table, Value, parse_value, quoted, steps};
use super::log::{Log, Note};
use super::nearest::nearest;
use super::problem::Cause;

/// A change to a case, from one argument of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Override {
    /// `--set KEY=VALUE`: the text after `--set`. The key is a path such as
    /// `anatomy.lesion_box.spacing` or `injury[0].severity`, or the bare key of
    /// a parameter; the value is TOML, or text that needs no quotes.
    Set(String),
    /// `--without NAME`: a process to switch off.
    Without(String),
}

impl Override {
    /// What messages call the argument.
    pub(super) fn source_name(&self) -> &'static str {
        match self {
            Self::Set(_) => "--set",
            Self::Without(_) => "--without",
        }
    }

    /// The argument as given.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Set(text) | Self::Without(text) => text,
        }
    }

    /// Changes `root`; `source` is the number of the argument's text. A bare
    /// key that is none of `top_level` may be one of `parameters`.
    pub(super) fn apply(
        &self,
        root: &mut Table,
        source: usize,
        top_level: &[&str],
        parameters: &[&str],
        log: &mut Log,
    ) {
        match self {
            Self::Set(text) => {
                if let Err(note) = set(root, source, text, top_level, parameters) {
                    log.add(*note);
                }
            }
            Self::Without(name) => without(root, source, name),
        }
    }
}

fn set(
    root: &mut Table,
    source: usize,
    text: &str,
    top_level: &[&str],
    parameters: &[&str],
) -> Result<(), Box<Note>> {
    let whole = Span { source, start: 0, end: text.len() };
    let refused = |found: String| {
        let expected = "KEY=VALUE, such as duration=\"180 d\"";
        Box::new(Note { found, ..Note::new(Cause::Argument, "", whole, expected) })
    };
    let Some((key, value)) = text.split_once('=') else {
        return Err(refused(format!("{} without =", quoted(text))));
    };
    let Some(path) = steps(key) else {
        return Err(refused(format!("the key {}", quoted(key))));
    };
    if value.trim().is_empty() {
        return Err(refused("no value".to_owned()));
    }
    let key_span = Span { source, start: 0, end: key.len() };
    let node = parse_value(source, key.len() + 1, value);

    match path.as_slice() {
        [Step::Key(bare)] if !top_level.contains(bare) => {
            if !parameters.contains(bare) {
                let known = top_level.iter().chain(parameters).copied();
                let expected = "a key of the case, such as duration, or of a parameter";
                return Err(Box::new(Note {
                    found: format!("the unknown key {}", quoted(bare)),
                    nearest: nearest(bare, known).map(str::to_owned),
                    ..Note::new(Cause::UnknownKey, bare, key_span, expected)
                }));
            }
            place(root, &[Step::Key("parameters"), Step::Key(bare)], key_span, node)
        }
        _ => place(root, &path, key_span, node),
    }
    .map_err(|part| {
        let expected = "a path to a key, each part of it a table or an item that is there";
        let found = format!("{}, which leads nowhere", quoted(part));
        Box::new(Note { found, ..Note::new(Cause::Argument, key.trim(), key_span, expected) })
    })
}

/// Puts a value at the end of a path, making tables on the way. Where the path
/// leads through something else, the part that does.
fn place<'p>(
    root: &mut Table,
    path: &[Step<'p>],
    key_span: Span,
    value: Node,
) -> Result<(), &'p str> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    let Step::Key(mut part) = *first else { return Err("[") };
    let mut node = entry(root, part, key_span);
    for step in rest {
        node = match (step, &mut node.value) {
            (Step::Key(key), Value::Table(table)) => {
                part = key;
                entry(table, key, key_span)
            }
            (Step::Index(index), Value::List(items)) => items.get_mut(*index).ok_or(part)?,
            _ => return Err(part),
        };
    }
    *node = value;
    Ok(())
}

/// The value of a key; a new empty table where there is none.
fn entry<'t>(table: &'t mut Table, key: &str, key_span: Span) -> &'t mut Node {
    let at = table.entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
        let node = Node { value: Value::Table(Table::default()), span: key_span };
        table.entries.push(Entry { key: key.to_owned(), key_span, node });
        table.entries.len() - 1
    });
    &mut table.entries[at].node
}

/// Adds a name to `model.without`, unless what stands there is no such list,
/// which is refused when it is read.
fn without(root: &mut Table, source: usize, name: &str) {
    let span = Span { source, start: 0, end: name.len() };
    let Value::Table(model) = &mut entry(root, "model", span).value else { return };
    let list = entry(model, "without", span);
    if matches!(&list.value, Value::Table(table) if table.entries.is_empty()) {
        list.value = Value::List(Vec::new());
    }
    if let Value::List(items) = &mut list.value {
        items.push(Node { value: Value::Text(name.to_owned()), span });
    }
}
