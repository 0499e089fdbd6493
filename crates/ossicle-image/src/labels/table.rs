//! Tables that name the numbers of a label image.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ReadLabelsError;

/// Names by label number.
pub(super) type Names = BTreeMap<u16, String>;

const EXPECTED: &str = "a label number from 0 to 65535 and a name";

/// The table that lies beside a label image under the same name.
pub(super) fn beside(image: &Path) -> Option<PathBuf> {
    let stem = super::structure_name(image)?;
    ["csv", "txt", "json", "ctbl"]
        .iter()
        .map(|ending| image.with_file_name(format!("{stem}.{ending}")))
        .find(|path| path.is_file())
}

/// Reads a table: JSON (`{"1": "femur"}`, `{"femur": 1}`, either one under `labels`,
/// or a list of objects with `index` and `name`), or lines of a number and a name
/// (CSV, a 3D Slicer colour table, an ITK-SNAP label description).
pub(super) fn read(path: &Path) -> Result<Names, ReadLabelsError> {
    let fault = |line: usize, found: &str| ReadLabelsError::Table {
        path: path.to_owned(),
        line,
        found: found.trim().chars().take(60).collect(),
        expected: EXPECTED,
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| crate::error::ScanFault::Io(error).at(path))?;
    let names = if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        let value =
            serde_json::from_str(&text).map_err(|error| fault(error.line(), &error.to_string()))?;
        from_json(&value).map_err(|found| fault(1, &found))?
    } else {
        from_lines(&text).map_err(|(line, found)| fault(line, &found))?
    };
    if names.is_empty() { Err(fault(1, "no label")) } else { Ok(names) }
}

fn from_json(value: &serde_json::Value) -> Result<Names, String> {
    use serde_json::Value;
    let number = |value: &Value| value.as_u64().and_then(|n| u16::try_from(n).ok());
    match value {
        Value::Object(entries) => {
            if let Some(inner @ (Value::Object(_) | Value::Array(_))) = entries.get("labels") {
                return from_json(inner);
            }
            let entry = |(key, value): (&String, &Value)| match (key.parse(), value) {
                (Ok(n), Value::String(name)) => Ok((n, name.clone())),
                _ => match number(value) {
                    Some(n) => Ok((n, key.clone())),
                    None => Err(format!("{key}: {value}")),
                },
            };
            entries.iter().map(entry).collect()
        }
        Value::Array(items) => {
            let item = |item: &Value| {
                let n = ["index", "label", "id", "value"]
                    .iter()
                    .find_map(|key| item.get(*key).and_then(number));
                match (n, item.get("name").and_then(Value::as_str)) {
                    (Some(n), Some(name)) => Ok((n, name.to_owned())),
                    _ => Err(item.to_string()),
                }
            };
            items.iter().map(item).collect()
        }
        other => Err(other.to_string()),
    }
}

fn from_lines(text: &str) -> Result<Names, (usize, String)> {
    let mut names = Names::new();
    let lines = text.lines().enumerate().map(|(n, line)| (n + 1, line.trim()));
    let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).peekable();
    // A heading, if there is one.
    if lines.peek().is_some_and(|(_, line)| number_and_name(line).is_none()) {
        lines.next();
    }
    for (n, line) in lines {
        let (number, name) = number_and_name(line).ok_or_else(|| (n, line.to_owned()))?;
        names.insert(number, name);
    }
    Ok(names)
}

fn number_and_name(line: &str) -> Option<(u16, String)> {
    let (number, rest) = line.split_once([',', ';', '\t', ' '])?;
    let number = number.trim().trim_matches('"').parse().ok()?;
    let rest = rest.trim();
    let name = match rest.split('"').nth(1) {
        Some(quoted) => quoted.to_owned(),
        None => match rest.split_once([',', ';', '\t']) {
            Some((field, _)) => field.to_owned(),
            // Separated by spaces: the name goes on up to the colours.
            None => {
                let words: Vec<&str> = rest.split_whitespace().collect();
                let end = words.iter().rposition(|word| word.parse::<f64>().is_err());
                words[..end.map_or(words.len(), |n| n + 1)].join(" ")
            }
        },
    };
    let name = name.trim();
    (!name.is_empty()).then(|| (number, name.to_owned()))
}

/// The names in a Caret label table, which TotalSegmentator puts into the header
/// extension of its NIfTI files.
pub(super) fn from_caret_xml(text: &str) -> Names {
    let mut names = Names::new();
    for label in text.split("<Label ").skip(1) {
        let key = label.split_once("Key=\"").and_then(|(_, rest)| rest.split_once('"'));
        let content = label.split_once('>').and_then(|(_, rest)| rest.split_once("</Label>"));
        if let (Some((key, _)), Some((content, _))) = (key, content)
            && let Ok(number) = key.parse()
        {
            let name = content.trim_start_matches("<![CDATA[").trim_end_matches("]]>");
            names.insert(number, name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn names(file: &str, text: &str) -> Result<Vec<(u16, String)>, ReadLabelsError> {
        let folder = Folder::new(&format!("table-{file}"));
        let path = folder.path().join(file);
        std::fs::write(&path, text).unwrap();
        read(&path).map(|names| names.into_iter().collect())
    }

    #[test]
    fn all_kinds_of_tables_give_the_same_names() {
        let expected = vec![(1, "femur_left".to_owned()), (77, "hip right".to_owned())];
        for (file, text) in [
            ("a.csv", "index,name\n1,femur_left\n77,hip right\n"),
            ("b.csv", "1;femur_left;0.5\r\n77;\"hip right\";1\r\n"),
            ("c.txt", "# label file\n1 femur_left\n\n77 hip right\n"),
            ("d.ctbl", "# Color table\n1 femur_left 128 20 0 255\n77 hip right 0 0 9 255\n"),
            ("e.txt", "1 255 0 0 1 1 1 \"femur_left\"\n77 0 255 0 1 1 1 \"hip right\"\n"),
            ("f.json", r#"{"1": "femur_left", "77": "hip right"}"#),
            ("g.json", r#"{"labels": {"femur_left": 1, "hip right": 77}}"#),
            ("h.json", r#"[{"index": 1, "name": "femur_left"}, {"id": 77, "name": "hip right"}]"#),
        ] {
            assert_eq!(names(file, text).unwrap(), expected, "{file}");
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        let error = names("bad.csv", "index,name\n1,femur\nseven,hip\n").unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("seven,hip"), "{error}");
        assert!(names("empty.txt", "# nothing\n").is_err());
        let error = names("bad.json", "{\"femur\": 1.5}").unwrap_err().to_string();
        assert!(error.contains("femur: 1.5"), "{error}");
        assert!(names("cut.json", "{\"femur\": ").is_err());
    }

    #[test]
    fn caret_labels_are_found_in_a_header_extension() {
        let xml = "<CaretExtension><VolumeInformation Index=\"0\"><LabelTable>\
            <Label Key=\"1\" Red=\"0.2\" Alpha=\"1\"><![CDATA[spleen]]></Label>\n\
            <Label Key=\"75\" Red=\"0.1\"><![CDATA[femur_left]]></Label></LabelTable>";
        let names: Vec<_> = from_caret_xml(xml).into_iter().collect();
        assert_eq!(names, [(1, "spleen".to_owned()), (75, "femur_left".to_owned())]);
        assert!(from_caret_xml("<Label Key=\"x\">").is_empty());
    }
}
