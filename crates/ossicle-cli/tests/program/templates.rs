//! From `new` by `check` to a case that runs, and the schema that editors use.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value as Json;

use crate::support::{Desk, TINY, repository};

const TEMPLATES: [&str; 4] = ["hip", "elbow", "sphere", "mouse"];

#[test]
fn every_template_passes_unedited_on_every_side() {
    let desk = Desk::new();
    for template in TEMPLATES {
        let file = format!("{template}.toml");
        let done = desk.ossicle(&["new", template, "-o", &file]).ok();
        assert_eq!(done.stdout, "");
        assert!(done.stderr.contains(&format!("ossicle check {file}")), "{}", done.stderr);
        assert_eq!(desk.ossicle(&["new", template]).ok().stdout, desk.read(&file));
        let sides: &[&str] = match template {
            "hip" | "elbow" => &["left", "right"],
            _ => &[""],
        };
        for side in sides {
            let set = format!("anatomy.side={side}");
            let change: &[&str] = if side.is_empty() { &[] } else { &["--set", &set] };
            let done = desk.ossicle(&[&["check", &file][..], change].concat()).ok();
            let line = |name: &str| {
                let line = done.stdout.lines().find(|l| l.trim().starts_with(name));
                line.unwrap_or_else(|| panic!("no {name} in\n{}", done.stdout))
            };
            assert!(line("anatomy").contains(&format!("built-in {side}")), "{}", done.stdout);
            assert!(line("lesion grid").contains(" voxels of "), "{}", done.stdout);
            assert!(line("memory").contains("iB"), "{}", done.stdout);
            assert!(line("time").contains(" on two cores"), "{}", done.stdout);
            assert!(line("injury").contains("severity"), "{}", done.stdout);
        }
    }
}

#[test]
fn check_tells_programs_what_it_tells_people() {
    let desk = Desk::with_tiny();
    let told = desk.ossicle(&["check", "tiny.toml", "--json"]).ok().json();
    assert_eq!(told["grid"]["shape"], serde_json::json!([12, 12, 12]));
    assert_eq!(told["grid"]["spacing_mm"], serde_json::json!([1.5, 1.5, 1.5]));
    assert_eq!(told["virtual_ct_days"], serde_json::json!([0, 4]));
    assert!(told["memory_bytes"].as_u64().is_some_and(|b| b > 1 << 20));
    assert!(told["expected_seconds"].as_f64().is_some_and(|s| s > 0.0));
    assert_eq!(desk.names("."), ["tiny.toml"], "check leaves nothing");

    desk.ossicle(&["run", "tiny.toml", "-o", "out"]).ok();
    let record = desk.record("out");
    for key in ["grid", "injuries", "motion", "warnings", "anatomy"] {
        assert_eq!(told[key], record[key], "{key}");
    }
    let peak = record["machine"]["peak_memory_bytes"].as_u64().expect("bytes");
    assert!(peak <= told["memory_bytes"].as_u64().expect("bytes"), "it took {peak} bytes");
}

#[test]
fn a_file_is_replaced_only_by_force() {
    let desk = Desk::new();
    desk.write("mine.toml", "mine");
    desk.ossicle(&["new", "hip", "-o", "mine.toml"]).refused(&["mine.toml exists", "--force"]);
    assert_eq!(desk.read("mine.toml"), "mine");
    desk.ossicle(&["new", "hip", "-o", "mine.toml", "--force"]).ok();
    assert!(desk.read("mine.toml").contains("builtin = \"hip\""));
    desk.ossicle(&["new", "hip", "-o", "no/such/folder.toml"])
        .refused(&["no/such/folder.toml", "cannot be written"]);
    assert_eq!(desk.names("."), ["mine.toml"]);
}

#[test]
fn every_shipped_case_passes() {
    let desk = Desk::new();
    let mut count = 0;
    for entry in fs::read_dir(repository("cases")).expect("cases").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "toml") {
            desk.ossicle(&["check", path.to_str().expect("a path")]).ok();
            count += 1;
        }
    }
    assert!(count > 0, "no case is shipped");
}

/// Whether a value keeps to a schema, as far as this program's schemas go.
fn valid(schema: &Json, value: &toml::Value, path: &str) -> Result<(), String> {
    let fault = |what: &str| Err(format!("{path}: {what}: {value}"));
    if let Some(alternatives) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let results: Vec<_> = alternatives.iter().map(|s| valid(s, value, path)).collect();
        if !results.iter().any(Result::is_ok) {
            return Err(format!("{path}: no alternative fits {value}: {results:?}"));
        }
    }
    let json = serde_json::to_value(value).expect("JSON");
    let known = ["object", "array", "string", "number", "integer", "boolean"];
    if let Some(kind) = schema["type"].as_str() {
        assert!(known.contains(&kind), "{path}: {kind}");
        let fits = match value {
            toml::Value::Table(_) => kind == "object",
            toml::Value::Array(_) => kind == "array",
            toml::Value::String(_) => kind == "string",
            toml::Value::Integer(_) => kind == "integer" || kind == "number",
            toml::Value::Float(_) => kind == "number",
            toml::Value::Boolean(_) => kind == "boolean",
            toml::Value::Datetime(_) => false,
        };
        if !fits {
            return fault(kind);
        }
    }
    if schema["const"].is_string() && schema["const"] != json {
        return fault("const");
    }
    if schema["enum"].as_array().is_some_and(|all| !all.contains(&json)) {
        return fault("enum");
    }
    let number = json.as_f64();
    if number.zip(schema["minimum"].as_f64()).is_some_and(|(v, low)| v < low)
        || number.zip(schema["maximum"].as_f64()).is_some_and(|(v, high)| v > high)
    {
        return fault("range");
    }
    if let Some(table) = value.as_table() {
        for key in schema["required"].as_array().into_iter().flatten() {
            if !table.contains_key(key.as_str().expect("text")) {
                return fault(&format!("without {key}"));
            }
        }
        for (key, value) in table {
            let property = &schema["properties"][key];
            if property.is_object() {
                valid(property, value, &format!("{path}.{key}"))?;
            } else if schema["additionalProperties"] == false {
                return fault(&format!("the schema does not know {key}"));
            }
        }
    }
    let items = value.as_array().into_iter().flatten();
    for (i, item) in items.enumerate().filter(|_| schema["items"].is_object()) {
        valid(&schema["items"], item, &format!("{path}[{i}]"))?;
    }
    Ok(())
}

#[test]
fn the_schema_fits_every_case() {
    let desk = Desk::with_tiny();
    let schema = desk.ossicle(&["schema"]).ok().json();
    assert!(schema["$schema"].as_str().is_some_and(|s| s.contains("json-schema.org")));
    desk.ossicle(&["run", "tiny.toml", "-o", "out"]).ok();
    let mut cases = vec![TINY.to_owned(), desk.read("out/resolved.toml")];
    cases.extend(TEMPLATES.map(|template| desk.ossicle(&["new", template]).ok().stdout));
    for entry in fs::read_dir(repository("cases")).expect("cases").flatten() {
        cases.push(fs::read_to_string(entry.path()).expect("a case"));
    }
    let mut keys = BTreeSet::new();
    for case in &cases {
        let value: toml::Value = toml::from_str(case).expect("TOML");
        if let Err(fault) = valid(&schema, &value, "case") {
            panic!("{fault}\n{case}");
        }
        keys.extend(value.as_table().expect("a table").keys().cloned());
    }
    assert!(keys.len() > 8, "{keys:?}");

    // The walk can fail: what the program refuses, it refuses too.
    for (old, new) in
        [("spacing", "spacin"), ("severity = 2", "severity = 9"), ("\"sphere\"", "\"spere\"")]
    {
        let wrong: toml::Value = toml::from_str(&TINY.replace(old, new)).expect("TOML");
        assert!(valid(&schema, &wrong, "case").is_err(), "{new}");
    }
    // Units are part of it, as a pattern of each quantity.
    let duration = &schema["properties"]["duration"];
    assert!(duration["pattern"].as_str().is_some_and(|p| p.contains("weeks")), "{duration}");
}
