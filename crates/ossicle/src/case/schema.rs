//! The JSON Schema of case files, for editors.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::keys::{Key, Keys, Shape};
use super::section::Section;
use super::vocabulary::Vocabulary;
use super::{Case, Reading};

/// The schema (JSON Schema 2020-12) of a case file: every key with its meaning,
/// the form of its value, its bounds and its default. Where defaults depend on
/// the species, those of a human are given.
#[must_use]
pub fn schema(vocabulary: &Vocabulary) -> Json {
    let reading = Reading { vocabulary, folder: Path::new("") };
    let mut schema = table(&Section::keys_of(|section| Case::read(section, &reading)));
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), "Ossicle case file".into());
    Json::Object(schema)
}

/// The schema of a table.
pub(super) fn table(keys: &Keys) -> Map<String, Json> {
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    let Some(variants) = &keys.variants else {
        schema.extend(closed(&[keys], None));
        return schema;
    };
    let alternatives: Vec<Json> = variants
        .cases
        .iter()
        .map(|case| {
            let word = json!({
                "const": case.name,
                "description": format!("{} {}", variants.meaning, case.meaning),
            });
            Json::Object(closed(&[keys, &case.keys], Some((variants.key, word))))
        })
        .collect();
    schema.insert("oneOf".into(), alternatives.into());
    schema
}

/// What restricts a table to some keys, with the word that chose them, if any.
fn closed(groups: &[&Keys], word: Option<(&str, Json)>) -> Map<String, Json> {
    let mut schema = Map::new();
    let keys = || groups.iter().flat_map(|group| &group.keys);
    let mut properties: Map<String, Json> =
        keys().map(|key| (key.name.clone(), property(key))).collect();
    let mut required: Vec<&str> =
        keys().filter(|key| key.required).map(|key| key.name.as_str()).collect();
    if let Some((key, word)) = word {
        properties.insert(key.to_owned(), word);
        required.push(key);
    }
    schema.insert("properties".into(), properties.into());
    schema.insert("required".into(), required.into());
    schema.insert("additionalProperties".into(), false.into());
    let one_of: Vec<Json> = groups
        .iter()
        .flat_map(|group| group.alternatives)
        .map(|name| json!({ "required": [name] }))
        .collect();
    if !one_of.is_empty() {
        schema.insert("oneOf".into(), one_of.into());
    }
    schema
}

fn property(key: &Key) -> Json {
    let mut schema = match &key.shape {
        Shape::Value(schema) => schema.clone(),
        Shape::Table(keys) => Json::Object(table(keys)),
        Shape::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
    };
    // The bounds of a value stand in its own description.
    let meaning = match schema.get("description").and_then(Json::as_str) {
        Some(bounds) => format!("{} ({bounds})", key.meaning),
        None => key.meaning.clone(),
    };
    schema["description"] = meaning.into();
    if let Some(default) = &key.default {
        schema["default"] = default.clone();
    }
    schema
}
