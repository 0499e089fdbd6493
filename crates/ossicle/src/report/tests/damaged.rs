//! Folders with a file that is not what a run writes.

use std::fs;

use super::folders::Case;
use crate::folder::OpenRunError;
use crate::report::{ReportError, html, rewrite};

#[test]
fn a_record_that_cannot_be_read_is_refused_by_name_and_the_old_report_stays() {
    let folder = Case::grown().written("record");
    let before = folder.rewritten();
    let path = folder.path().join("run.json");
    let whole = fs::read(&path).unwrap();
    let cut = |length: usize| whole[..length].to_vec();
    let newer =
        String::from_utf8(whole.clone()).unwrap().replacen("\"format\": 1", "\"format\": 2", 1);
    for (content, expected) in [
        (Vec::new(), "run.json: "),
        (cut(1), "run.json: "),
        (cut(whole.len() / 2), "expected the record of a run"),
        (cut(whole.len() - 3), "expected the record of a run"),
        (b"\0\xff\xfe".to_vec(), "expected the record of a run"),
        (b"[]".to_vec(), "expected the record of a run"),
        (newer.into_bytes(), "found format 2"),
    ] {
        fs::write(&path, content).unwrap();
        let error = rewrite(folder.path()).unwrap_err();
        let is_named = matches!(
            error,
            ReportError::Open(OpenRunError::Damaged { .. } | OpenRunError::Newer { .. })
        );
        assert!(is_named, "{error:?}");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(fs::read(folder.path().join("report.html")).unwrap() == before);
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(html(folder.path()), Err(OpenRunError::NotARun { .. })));
    assert!(matches!(html(&folder.path().join("none")), Err(OpenRunError::Read { .. })));
}

#[test]
fn a_damaged_part_is_a_warning_that_does_not_tell_where_the_folder_lies() {
    for (name, file, what) in [
        ("series", "timeseries.csv", "The time series cannot be read: timeseries.csv: "),
        ("anatomy", "anatomy.nii.gz", "The anatomy cannot be read: anatomy.nii.gz"),
        ("ct", "virtual_ct/day_0042.nii.gz", "The virtual CT of day 42 cannot be read: "),
        ("fields", "fields.zarr/zarr.json", "The fields cannot be read: "),
    ] {
        let folder = Case::grown().written(&format!("damaged-{name}"));
        fs::write(folder.path().join(file), "day,pain\n1,x\n").unwrap();
        let page = folder.page();
        let warnings = page.elements.iter().find(|e| e.get("class") == "warnings");
        let text = &warnings.unwrap_or_else(|| panic!("{name}: no warning")).text;
        assert!(text.contains(what), "{text}");
        assert!(!page.source.contains(&*folder.path().to_string_lossy()));
        assert!(page.all("figure").count() >= 3);
    }
}

#[test]
fn a_report_that_cannot_be_written_is_told_by_name() {
    let folder = Case::grown().written("unwritable");
    fs::create_dir(folder.path().join("report.html")).unwrap();
    let error = rewrite(folder.path()).unwrap_err();
    assert!(matches!(error, ReportError::Write(_)), "{error:?}");
    assert!(error.to_string().contains("report.html"), "{error}");
}
