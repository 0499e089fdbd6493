//! Reads one table of a case, key by key.
//!
//! A section is read by asking for its keys; each request states the key's
//! name, meaning, kind and default in one expression. What was asked for is
//! also the list of keys that may stand there, and, collected, the schema:
//! accepted and documented keys are the same by construction.

use super::document::{Entry, Node, Span, Table, Value, clipped, quoted};
use super::keys::{Key, Keys, Shape, VariantKeys, Variants};
use super::kinds::Kind;
use super::log::{Log, Note};
use super::nearest::nearest;
use super::problem::Cause;
use super::words::{choice, read_word};
use super::written::Written;

/// No case has more tables in one list.
const MOST_TABLES: usize = 256;

/// A variant of a table: its word, what it means, and how to read its keys.
pub(super) struct Variant<T, C> {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) read: fn(&mut Section<'_>, &C) -> Option<T>,
}

/// A table being read; a missing one reads as an empty one.
pub(super) struct Section<'a> {
    table: Option<&'a Table>,
    /// What a missing key is shown at.
    header: Span,
    path: String,
    known: Keys,
    log: &'a mut Log,
}

impl<'a> Section<'a> {
    pub(super) fn new(
        table: Option<&'a Table>,
        header: Span,
        path: String,
        log: &'a mut Log,
    ) -> Self {
        Self { table, header, path, known: Keys::default(), log }
    }

    /// The keys a section accepts, learnt by reading an empty one.
    pub(super) fn keys_of<T>(read: impl FnOnce(&mut Section<'_>) -> Option<T>) -> Keys {
        let mut log = Log::muted();
        let mut section = Section::new(None, Span::default(), String::new(), &mut log);
        // Its value would be made of defaults alone.
        let _ = read(&mut section);
        section.known
    }

    /// The full path of a key of this table.
    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn log(&mut self) -> &mut Log {
        self.log
    }

    fn node(&self, key: &str) -> Option<&'a Node> {
        self.table.and_then(|table| table.get(key))
    }

    /// Whether the key is written, rightly or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    fn know(&mut self, name: &str, meaning: &str, required: bool, shape: Shape) {
        let (name, meaning) = (name.to_owned(), meaning.to_owned());
        self.known.keys.push(Key { name, meaning, required, default: None, shape });
    }

    /// A key without which there is no case. `None` where it is missing or wrong.
    pub(super) fn required<K: Kind>(
        &mut self,
        name: &str,
        meaning: &str,
        kind: K,
    ) -> Option<K::Value> {
        self.know(name, meaning, true, Shape::Value(kind.schema()));
        let path = self.path_of(name);
        match self.node(name) {
            Some(node) => kind.read(node, &path, self.log),
            None => {
                self.missing(name, &kind.expected());
                None
            }
        }
    }

    /// A key that may be left out. The outer `None` means that it is wrong.
    pub(super) fn optional<K: Kind>(
        &mut self,
        name: &str,
        meaning: &str,
        kind: K,
    ) -> Option<Option<K::Value>> {
        self.know(name, meaning, false, Shape::Value(kind.schema()));
        let path = self.path_of(name);
        match self.node(name) {
            Some(node) => kind.read(node, &path, self.log).map(Some),
            None => Some(None),
        }
    }

    /// A key with a default. `None` where it is wrong.
    pub(super) fn or<K: Kind>(
        &mut self,
        name: &str,
        meaning: &str,
        kind: K,
        default: K::Value,
    ) -> Option<K::Value> {
        let written = default.written();
        let value = self.optional(name, meaning, kind);
        if let Some(key) = self.known.keys.last_mut() {
            key.default = Some(written);
        }
        value.map(|value| value.unwrap_or(default))
    }

    /// A table inside this one; where it is not written its keys take their
    /// defaults.
    pub(super) fn table<T>(
        &mut self,
        name: &str,
        meaning: &str,
        read: impl FnOnce(&mut Section<'_>) -> Option<T>,
    ) -> Option<T> {
        let path = self.path_of(name);
        let (table, header) = match self.node(name) {
            None => (None, self.header),
            Some(Node { value: Value::Table(table), span }) => (Some(table), *span),
            Some(node) => {
                self.log.refuse(Cause::WrongType, &path, node, &format!("a table: [{path}]"));
                let keys = Section::keys_of(read);
                self.know(name, meaning, keys.must_be_given(), Shape::Table(keys));
                return None;
            }
        };
        let mut section = Section::new(table, header, path, self.log);
        let value = read(&mut section);
        section.refuse_unknown();
        let keys = section.known;
        self.know(name, meaning, keys.must_be_given(), Shape::Table(keys));
        value
    }

    /// A list of tables, none where it is not written.
    pub(super) fn tables<T>(
        &mut self,
        name: &str,
        meaning: &str,
        read: impl Fn(&mut Section<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let keys = Section::keys_of(&read);
        self.know(name, meaning, false, Shape::Tables(keys));
        let path = self.path_of(name);
        let Some(node) = self.node(name) else {
            return Some(Vec::new());
        };
        let Value::List(items) = &node.value else {
            let expected = format!("a list of tables, each under [[{path}]]");
            self.log.refuse(Cause::WrongType, &path, node, &expected);
            return None;
        };
        if items.len() > MOST_TABLES {
            let expected = format!("at most {MOST_TABLES} of them");
            self.log.refuse(Cause::OutOfRange, &path, node, &expected);
            return None;
        }
        let mut values = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let path = format!("{path}[{i}]");
            let Value::Table(table) = &item.value else {
                self.log.refuse(Cause::WrongType, &path, item, "a table");
                values.push(None);
                continue;
            };
            let mut section = Section::new(Some(table), item.span, path, self.log);
            let value = read(&mut section);
            // A mistyped key makes its default stand in: not a value to go by.
            values.push(if section.refuse_unknown() { None } else { value });
        }
        values.into_iter().collect()
    }

    /// Reads the keys that depend on the word behind `name`.
    pub(super) fn variants<T, C>(
        &mut self,
        name: &'static str,
        meaning: &'static str,
        context: &C,
        variants: &[Variant<T, C>],
    ) -> Option<T> {
        let cases = variants
            .iter()
            .map(|&Variant { name, meaning, read }| {
                let keys = Section::keys_of(|section| read(section, context));
                VariantKeys { name, meaning, keys }
            })
            .collect();
        self.known.variants = Some(Variants { key: name, meaning, cases });
        let words = variants.iter().map(|variant| variant.name);
        let path = self.path_of(name);
        let Some(node) = self.node(name) else {
            self.missing(name, &choice(words));
            return None;
        };
        let word = read_word(node, &path, words, self.log)?;
        let variant = variants.iter().find(|variant| variant.name == word)?;
        // The keys asked for now are those of the variant, known already.
        let common = self.known.keys.len();
        let value = (variant.read)(self, context);
        self.known.keys.truncate(common);
        value
    }

    /// The items of a list of tables.
    pub(super) fn items(&self, key: &str) -> &'a [Node] {
        match self.node(key) {
            Some(Node { value: Value::List(items), .. }) => items,
            _ => &[],
        }
    }

    /// Refuses the table unless one and no more of some keys is given; true
    /// where that is so.
    pub(super) fn exactly_one(&mut self, names: &'static [&'static str], example: &str) -> bool {
        self.known.alternatives = names;
        let given: Vec<&str> = names.iter().copied().filter(|name| self.has(name)).collect();
        let expected = format!("one of {}, such as {example}", names.join(", "));
        match given.as_slice() {
            [_] => return true,
            [] => {
                let found = format!("neither {}", names.join(" nor "));
                self.refuse_key(Cause::MissingKey, "", &found, &expected);
            }
            [.., last] => {
                let found = format!("{} together", given.join(" and "));
                self.refuse_key(Cause::Conflict, last, &found, &expected);
            }
        }
        false
    }

    /// The text behind a key, where it is text.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        match &self.node(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Refuses a key that does not go with what else is written; shown at its
    /// value, or at the table where it is not written. An empty key means the
    /// table itself.
    pub(super) fn refuse_key(&mut self, cause: Cause, key: &str, found: &str, expected: &str) {
        let note = self.note(cause, key, found, expected);
        self.log.add(note);
    }

    /// Warns of a key that is right but does nothing.
    pub(super) fn warn_key(&mut self, key: &str, found: &str, expected: &str) {
        let note = self.note(Cause::NoEffect, key, found, expected);
        self.log.warn(note);
    }

    fn note(&self, cause: Cause, key: &str, found: &str, expected: &str) -> Note {
        let span = self.node(key).map_or(self.header, |node| node.span);
        let path = if key.is_empty() { self.path.clone() } else { self.path_of(key) };
        Note { found: found.to_owned(), ..Note::new(cause, &path, span, expected) }
    }

    fn missing(&mut self, name: &str, expected: &str) {
        self.refuse_key(Cause::MissingKey, name, "nothing", expected);
    }

    /// Refuses every key of the text that was not asked for; true where there is one.
    pub(super) fn refuse_unknown(&mut self) -> bool {
        let word = self.known.variants.as_ref().and_then(|variants| self.text(variants.key));
        let allowed = self.known.allowed(word);
        let notes: Vec<Note> = self
            .table
            .iter()
            .flat_map(|table| &table.entries)
            .filter(|entry| !allowed.contains(&entry.key.as_str()))
            .map(|entry| self.unknown(entry, &allowed))
            .collect();
        let any = !notes.is_empty();
        for note in notes {
            self.log.add(note);
        }
        any
    }

    fn unknown(&self, Entry { key, key_span, .. }: &Entry, allowed: &[&str]) -> Note {
        let path = self.path_of(&clipped(key));
        let note = |cause, expected: &str| Note::new(cause, &path, *key_span, expected);
        match self.known.owners(key) {
            Some((chooser, owners)) => {
                let words = choice(owners.into_iter());
                let expected = format!("this key only where {chooser} is {words}");
                let found = "a key that does not go with the others".to_owned();
                Note { found, ..note(Cause::MisplacedKey, &expected) }
            }
            None => Note {
                found: format!("the unknown key {}", quoted(key)),
                nearest: nearest(key, allowed.iter().copied()).map(str::to_owned),
                ..note(Cause::UnknownKey, &format!("one of {}", allowed.join(", ")))
            },
        }
    }
}
