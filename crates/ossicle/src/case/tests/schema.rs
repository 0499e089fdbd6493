//! The schema names the keys that are read, and no others.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::*;

/// Every key a schema allows, as paths without indices.
fn keys(schema: &Json, path: &str, found: &mut BTreeSet<String>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        assert!(property["description"].is_string() || path.contains("position"), "{path}");
        keys(property, &path, found);
        found.insert(path);
    }
    for alternative in schema["oneOf"].as_array().into_iter().flatten() {
        keys(alternative, path, found);
    }
    if schema["items"].is_object() {
        keys(&schema["items"], path, found);
    }
}

/// Every key of a TOML value, likewise.
fn written(value: &toml::Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                written(value, &path, found);
                found.insert(path);
            }
        }
        toml::Value::Array(items) => items.iter().for_each(|item| written(item, path, found)),
        _ => {}
    }
}

#[test]
fn has_every_key_that_is_written_back() {
    let mut allowed = BTreeSet::new();
    keys(&schema(&vocabulary()), "", &mut allowed);
    let mut used = BTreeSet::new();
    let resolved = parse(WHOLE).unwrap().case.resolved();
    for text in [WHOLE, &resolved] {
        written(&toml::from_str(text).unwrap(), "", &mut used);
    }
    let unknown: Vec<&String> = used.difference(&allowed).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    // What the whole case does not use are alternatives to what it does.
    let unused: Vec<&str> = allowed.difference(&used).map(String::as_str).collect();
    assert_eq!(
        unused,
        [
            "anatomy.centre",
            "anatomy.centre.landmark",
            "anatomy.centre.lps",
            "anatomy.centre.offset",
            "anatomy.centre.ras",
            "anatomy.joint",
            "anatomy.label_table",
            "anatomy.labels",
            "anatomy.lesion_box.centre",
            "anatomy.lesion_box.centre.landmark",
            "anatomy.lesion_box.centre.lps",
            "anatomy.lesion_box.centre.offset",
            "anatomy.lesion_box.centre.ras",
            "anatomy.lesion_box.size",
            "anatomy.scan",
            "injury.approach",
            "injury.entry.landmark",
            "injury.entry.lps",
            "injury.entry.offset",
            "injury.target.lps",
            "injury.target.ras",
        ]
    );
}

#[test]
fn refuses_no_key_it_allows() {
    // Each key alone, with a value that no kind takes: what is wrong is the
    // value, never the key.
    let mut allowed = BTreeSet::new();
    keys(&schema(&vocabulary()), "", &mut allowed);
    assert!(allowed.len() > 60, "{}", allowed.len());
    for key in allowed {
        let list =
            ["injury", "motion"].into_iter().find(|list| key.starts_with(&format!("{list}.")));
        let text = match list {
            Some(list) => format!("[[{list}]]\n{} = 2026-11-22\n", &key[list.len() + 1..]),
            None => format!("{key} = 2026-11-22\n"),
        };
        let unknown: Vec<Problem> =
            problems(&text).into_iter().filter(|p| p.cause == Cause::UnknownKey).collect();
        assert!(unknown.is_empty(), "{key}: {unknown:?}");
    }
}

#[test]
fn describes_values() {
    let schema = schema(&vocabulary());
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["required"], serde_json::json!(["format", "duration", "anatomy"]));
    assert_eq!(schema["additionalProperties"], false);
    let properties = &schema["properties"];
    let margin = &properties["anatomy"]["properties"]["lesion_box"]["properties"]["margin"];
    assert_eq!(margin["type"], "string");
    assert_eq!(margin["examples"], serde_json::json!(["1 mm"]));
    assert!(
        margin["pattern"].as_str().unwrap().ends_with(r"\s*(mm|um|µm|μm|cm|m)\s*$"),
        "{margin}"
    );
    let tolerance = &properties["numerics"]["properties"]["tolerance"];
    assert_eq!((&tolerance["minimum"], &tolerance["default"]), (&1e-8.into(), &1e-2.into()));
    let species = &properties["patient"]["properties"]["species"];
    assert_eq!(species["oneOf"][1]["const"], "mouse");
    assert_eq!(
        species["oneOf"][1]["description"],
        "A laboratory mouse: smaller, and cells about 2.5 times as fast."
    );
    let rho_m = &properties["parameters"]["properties"]["rho_m"];
    assert_eq!(rho_m["default"], "0.7 /d");
    assert_eq!(
        rho_m["description"],
        "the parameter rho_m (0.4 /d to 1 /d, the range with evidence behind it (source: Trejo \
         2019, table 1 # [C]))"
    );
    let kinds = properties["injury"]["items"]["oneOf"].as_array().unwrap();
    let contusion = &kinds[1];
    assert_eq!(contusion["properties"]["kind"]["const"], "contusion");
    assert_eq!(contusion["required"], serde_json::json!(["muscle", "radius", "kind"]));
}
