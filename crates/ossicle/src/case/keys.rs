//! What is known of the keys of a table, for messages and for the schema.

use serde_json::Value as Json;

/// What is known of a key, for the schema.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) meaning: String,
    pub(super) required: bool,
    pub(super) default: Option<Json>,
    pub(super) shape: Shape,
}

/// What may stand behind a key.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// A value, with its JSON Schema.
    Value(Json),
    /// A table.
    Table(Keys),
    /// A list of tables.
    Tables(Keys),
}

/// The keys of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    pub(super) keys: Vec<Key>,
    /// Of these, one and no more must be given.
    pub(super) alternatives: &'static [&'static str],
    pub(super) variants: Option<Variants>,
}

impl Keys {
    /// Whether a table without any key is wrong.
    pub(super) fn must_be_given(&self) -> bool {
        !self.alternatives.is_empty() || self.keys.iter().any(|key| key.required)
    }

    /// The keys that do not depend on a word.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.name.as_str())
    }

    /// The keys that may stand in the table, given the word that chooses among
    /// its variants; where that word is wrong, those of all.
    pub(super) fn allowed(&self, word: Option<&str>) -> Vec<&str> {
        let mut names: Vec<&str> = self.names().collect();
        if let Some(Variants { key, cases, .. }) = &self.variants {
            names.push(key);
            let chosen = cases.iter().find(|case| Some(case.name) == word);
            let cases = chosen.map_or(cases.as_slice(), std::slice::from_ref);
            for name in cases.iter().flat_map(|case| case.keys.names()) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// The words that some key goes with, and the key they stand behind.
    pub(super) fn owners(&self, name: &str) -> Option<(&'static str, Vec<&'static str>)> {
        let Variants { key, cases, .. } = self.variants.as_ref()?;
        let owns = |case: &&VariantKeys| case.keys.names().any(|owned| owned == name);
        let owners: Vec<&str> = cases.iter().filter(owns).map(|case| case.name).collect();
        if owners.is_empty() { None } else { Some((key, owners)) }
    }
}

/// Further keys that depend on the word behind one key.
#[derive(Clone, Debug)]
pub(super) struct Variants {
    pub(super) key: &'static str,
    pub(super) meaning: &'static str,
    pub(super) cases: Vec<VariantKeys>,
}

/// The further keys of one word.
#[derive(Clone, Debug)]
pub(super) struct VariantKeys {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) keys: Keys,
}
