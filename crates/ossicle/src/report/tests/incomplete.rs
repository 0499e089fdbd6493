//! Folders that lack something each give a whole page that tells what is missing.

use std::fs;

use super::folders::Case;
use super::markup::Page;
use crate::folder::testing::failed;
use crate::readout::{Readout, Summary};
use crate::record::{Budgets, Status};

/// The sections that every page has.
const SECTIONS: [&str; 8] =
    ["answer-in-words", "run", "course", "ct", "zonal", "map", "books", "limits"];

/// The sentences that stand where something is missing.
fn absent(page: &Page) -> Vec<&str> {
    for section in SECTIONS {
        assert!(page.with("id").any(|e| e.get("id") == section), "{section}");
    }
    assert!(!page.source.contains("NaN") && !page.source.contains("inf\""), "a number is none");
    page.elements.iter().filter(|e| e.get("class") == "absent").map(|e| e.text.as_str()).collect()
}

/// What a page says of how the run stands.
fn standing(page: &Page) -> &str {
    let found = page.elements.iter().find(|e| e.get("class").starts_with("standing"));
    found.map_or("", |e| e.text.as_str())
}

fn lead(page: &Page) -> &str {
    &page.elements.iter().find(|e| e.get("class") == "lead").unwrap().text
}

/// Figures by their ids.
fn figures(page: &Page) -> Vec<&str> {
    page.all("figure").map(|e| e.get("id")).collect()
}

#[test]
fn a_whole_run_lacks_nothing() {
    let page = Case::grown().written("whole").page();
    assert_eq!(absent(&page), [""; 0]);
    assert_eq!(figures(&page), ["answer", "curves", "succession", "slices", "zones", "tissue"]);
    assert_eq!(standing(&page), "");
}

#[test]
fn a_run_stopped_on_day_0_says_so() {
    let mut case = Case::grown();
    let rows = vec![Readout { alp_rel: 1.0, free_range_deg: 120.0, ..Readout::default() }];
    case.record.status = Status::Stopped;
    case.record.day = 0.0;
    case.record.summary = Summary::of(&rows, None);
    case.record.state_digest = None;
    case.rows = Some(rows);
    case.virtual_ct_days = vec![0];
    case.field_days = vec![0];
    let page = case.written("day-0").page();
    assert!(standing(&page).contains("stopped by its user on day 0 of 540"), "{}", standing(&page));
    assert!(lead(&page).starts_with("By day 0 no bone has formed"), "{}", lead(&page));
    assert_eq!(figures(&page), ["answer", "slices", "tissue"]);
    let absent = absent(&page);
    assert_eq!(absent.len(), 3, "{absent:?}");
    assert!(absent[0].contains("one row, that of day 0"), "{absent:?}");
    assert!(absent[2].contains("no fields after day 0"), "{absent:?}");
    let caption = &page.within("answer", "figcaption")[0].text;
    assert!(caption.ends_with("through the injury. No lesion is visible."), "{caption}");
}

#[test]
fn a_run_that_wrote_only_its_record_says_so() {
    let mut case = Case::grown();
    case.record.status = Status::Running;
    case.record.day = 0.0;
    case.record.summary = None;
    case.record.state_digest = None;
    case.record.budgets = Budgets::default();
    case.record.stage_seconds.clear();
    case.record.solver_iterations.clear();
    case.record.injuries.clear();
    case.rows = None;
    (case.virtual_ct_days, case.field_days) = (Vec::new(), Vec::new());
    let folder = case.written("begun");
    fs::remove_file(folder.path().join("anatomy.nii.gz")).unwrap();
    let page = folder.page();
    assert!(standing(&page).contains("had reached day 0 of 540"), "{}", standing(&page));
    assert_eq!(lead(&page), "The run has no result yet.");
    assert_eq!(figures(&page), [""; 0]);
    let absent = absent(&page);
    assert_eq!(absent.len(), 7, "{absent:?}");
    for (why, sentence) in absent.iter().zip([
        "no virtual CT",
        "The time series: not written.",
        "The time series: not written.",
        "no virtual CT",
        "no fields",
        "The anatomy: not written.",
        "not entered its books",
    ]) {
        assert!(why.contains(sentence), "{why} without {sentence}");
    }
    assert!(page.text().contains("There was no injury."));
}

#[test]
fn a_run_that_was_killed_shows_what_it_had_found() {
    let mut case = Case::grown();
    let rows = grown_rows(61);
    case.record.status = Status::Running;
    case.record.day = 60.0;
    case.record.summary = Summary::of(&rows, Some(31.0));
    case.record.state_digest = None;
    case.rows = Some(rows);
    case.virtual_ct_days = vec![0, 42];
    let folder = case.written("killed");
    // Fields appear at the end of a run only.
    fs::remove_dir_all(folder.path().join("fields.zarr")).unwrap();
    let page = folder.page();
    assert!(standing(&page).contains("had reached day 60 of 540"), "{}", standing(&page));
    assert!(lead(&page).starts_with("By day 60, 0.44 cm³"), "{}", lead(&page));
    assert_eq!(figures(&page), ["answer", "curves", "succession", "slices", "tissue"]);
    assert_eq!(absent(&page), ["Not shown. The fields: not written."]);
}

#[test]
fn a_failed_run_says_why() {
    let mut case = Case::grown();
    case.record.status = failed("oxygen did not converge in 500 iterations");
    let page = case.written("failed").page();
    let standing = standing(&page);
    assert!(standing.contains("failed on day 120 of 540: oxygen did not converge in 500"));
    assert!(standing.contains("do not rely on it"), "{standing}");
    assert_eq!(figures(&page).len(), 6);
}

#[test]
fn what_was_announced_and_is_not_there_is_told_and_no_more() {
    for (name, file, figure, why) in [
        ("no-series", "timeseries.csv", "curves", "The time series: not written."),
        ("no-fields", "fields.zarr", "zones", "The fields: not written."),
        ("no-anatomy", "anatomy.nii.gz", "tissue", "The anatomy: not written."),
        ("no-ct", "virtual_ct", "slices", "The virtual CT of day 0: not written."),
    ] {
        let folder = Case::grown().written(name);
        let path = folder.path().join(file);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        let page = folder.page();
        assert!(!figures(&page).contains(&figure), "{:?}", figures(&page));
        assert!(absent(&page).iter().any(|a| a.contains(why)), "{:?}", absent(&page));
        assert!(figures(&page).len() >= 3, "{:?}", figures(&page));
        assert!(lead(&page).starts_with("By day 120, 1.76 cm³"), "{}", lead(&page));
    }
}

#[test]
fn without_virtual_ct_and_fields_the_rest_is_there() {
    let mut case = Case::grown();
    (case.virtual_ct_days, case.field_days) = (Vec::new(), Vec::new());
    let page = case.written("plain").page();
    assert_eq!(figures(&page), ["curves", "succession", "tissue"]);
    let caption = &page.within("tissue", "figcaption")[0].text;
    assert!(caption.contains("Without a virtual CT the lesion is not outlined"), "{caption}");
    assert_eq!(absent(&page).len(), 3);
}

#[test]
fn healthy_tissue_has_no_lesion() {
    let mut case = Case::grown();
    let rows: Vec<Readout> = (0..=120)
        .map(|day| Readout {
            day: f64::from(day),
            alp_rel: 1.0,
            free_range_deg: 120.0,
            ..Readout::default()
        })
        .collect();
    case.record.summary = Summary::of(&rows, None);
    case.record.injuries.clear();
    case.rows = Some(rows);
    case.radius_mm = 0.0;
    let page = case.written("healthy").page();
    assert!(lead(&page).contains("no bone has formed"), "{}", lead(&page));
    let absent = absent(&page);
    assert_eq!(absent.len(), 1, "{absent:?}");
    assert!(absent[0].contains("there is no lesion to look into"), "{absent:?}");
    let alt = page.within("curves", "svg")[0].get("aria-label");
    assert!(alt.contains("It is 0 on day 0, at most 0 on day 0, and 0 on day 120"), "{alt}");
    assert!(page.within("slices", "svg")[0].get("aria-label").contains("no lesion is visible"));
    assert!(page.text().contains("First visible on CTnot by day 120"));
}

#[test]
fn a_lesion_of_one_voxel_is_shown() {
    let mut case = Case::grown();
    // An even grid has no voxel in its middle; eight share the radius.
    case.radius_mm = 0.9;
    let page = case.written("one-voxel").page();
    let absent = absent(&page);
    assert_eq!(absent.len(), 1, "{absent:?}");
    assert!(absent[0].contains("too thin for a profile"), "{absent:?}");
    let caption = &page.within("answer", "figcaption")[0].text;
    assert!(caption.contains("through the lesion. Orange: new bone."), "{caption}");
}

#[test]
fn a_series_of_one_row_or_none_has_no_curves() {
    for (rows, why) in [(grown_rows(1), "one row, that of day 0"), (grown_rows(0), "no row yet")] {
        let mut case = Case::grown();
        let name = format!("rows-{}", rows.len());
        case.rows = Some(rows);
        let page = case.written(&name).page();
        let absent = absent(&page);
        assert_eq!(absent.len(), 2, "{absent:?}");
        assert!(absent.iter().all(|a| a.contains(why)), "{absent:?}");
    }
}

fn grown_rows(count: usize) -> Vec<Readout> {
    crate::report::testing::grown(120)[..count].to_vec()
}
