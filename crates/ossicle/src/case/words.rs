//! Values that are one word of a known set.

use serde_json::{Value as Json, json};

use super::document::{Node, Value, quoted};
use super::kinds::Kind;
use super::log::{Log, Note};
use super::nearest::nearest;
use super::problem::Cause;
use super::written::Written;

/// A closed set of words, each a variant of an enum.
pub trait Named: Copy + PartialEq + 'static {
    /// Every variant.
    const ALL: &'static [Self];

    /// The word a case file uses.
    fn name(self) -> &'static str;

    /// What it means.
    fn meaning(self) -> &'static str;
}

/// Declares an enum whose variants have a word each; the documentation of a
/// variant is also what the schema says of it.
macro_rules! named {
    (
        $(#[doc = $doc:literal])+
        $enum:ident {
            $($(#[doc = $meaning:literal])+ $variant:ident = $name:literal,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $enum {
            $($(#[doc = $meaning])+ $variant,)+
        }

        impl $crate::case::Named for $enum {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($meaning),+).trim_ascii(),)+ }
            }
        }

        impl $crate::case::written::Written for $enum {
            fn written(&self) -> serde_json::Value {
                $crate::case::Named::name(*self).into()
            }
        }
    };
}
pub(super) use named;

/// One of the words of an enum.
pub(super) struct OneOf<N>(std::marker::PhantomData<N>);

/// The words of the enum that is asked for.
pub(super) fn one_of<N: Named + Written>() -> OneOf<N> {
    OneOf(std::marker::PhantomData)
}

impl<N: Named + Written> Kind for OneOf<N> {
    type Value = N;

    fn expected(&self) -> String {
        choice(N::ALL.iter().map(|named| named.name()))
    }

    fn schema(&self) -> Json {
        let words: Vec<Json> = N::ALL
            .iter()
            .map(|named| json!({ "const": named.name(), "description": named.meaning() }))
            .collect();
        json!({ "oneOf": words })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<N> {
        let word = read_word(node, key, N::ALL.iter().map(|named| named.name()), log)?;
        N::ALL.iter().copied().find(|named| named.name() == word)
    }
}

/// One of some words that are only known at run time.
pub(super) struct Word<'a>(pub(super) &'a [String]);

impl Kind for Word<'_> {
    type Value = String;

    fn expected(&self) -> String {
        choice(self.0.iter().map(String::as_str))
    }

    fn schema(&self) -> Json {
        json!({ "enum": self.0 })
    }

    fn read(&self, node: &Node, key: &str, log: &mut Log) -> Option<String> {
        read_word(node, key, self.0.iter().map(String::as_str), log).map(str::to_owned)
    }
}

/// "a, b or c", each in quotes.
pub(super) fn choice<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(quoted).collect();
    match words.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// The text of a node if it is one of `words`.
pub(super) fn read_word<'n, 'w>(
    node: &'n Node,
    key: &str,
    words: impl Iterator<Item = &'w str> + Clone,
    log: &mut Log,
) -> Option<&'n str> {
    let Value::Text(text) = &node.value else {
        log.refuse(Cause::WrongType, key, node, &choice(words));
        return None;
    };
    if words.clone().any(|word| word == text) {
        return Some(text);
    }
    let nearest = nearest(text, words.clone()).map(quoted);
    let note = Note::new(Cause::UnknownName, key, node.span, &choice(words));
    log.add(Note { found: quoted(text), nearest, ..note });
    None
}
