//! The page loads nothing, runs nothing, and takes no text for markup.

use super::folders::Case;
use crate::folder::testing::failed;
use crate::record::ChangedParameter;
use crate::report::days::spread;

#[test]
fn the_page_is_self_contained() {
    let page = Case::grown().written("self-contained").page();
    let without_names = page.source.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for foreign in ["http:", "https:", "//cdn", "@import", "@font-face", "url(", "javascript:"] {
        assert!(!without_names.contains(foreign), "{foreign}");
    }
    for element in &page.elements {
        let tag = element.tag.as_str();
        assert!(!["script", "link", "iframe", "object", "embed", "img", "base"].contains(&tag));
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on") && name != "src" && name != "style", "{name}={value}");
            if name == "href" {
                assert!(value.starts_with('#') || value.starts_with("data:image/png;base64,"));
            }
        }
    }
    for link in page.all("a") {
        let to = link.get("href").trim_start_matches('#');
        assert!(page.with("id").any(|e| e.get("id") == to), "#{to} leads nowhere");
    }
    let policy = page.all("meta").find(|e| e.get("http-equiv") == "Content-Security-Policy");
    assert!(policy.unwrap().get("content").starts_with("default-src 'none'"));
}

#[test]
fn hostile_text_stays_text() {
    let hostile =
        "</title></style><script>alert('1')</script> & \"x\" onload=\"y\" {{ 7*7 }} <!-- ";
    let mut case = Case::grown();
    let record = &mut case.record;
    record.title = hostile.into();
    record.version = hostile.into();
    record.started = hostile.into();
    record.updated = hostile.into();
    record.status = failed(hostile);
    record.anatomy = hostile.into();
    record.patient = hostile.into();
    record.motion = vec![hostile.into()];
    record.changes = vec![format!("--set {hostile}")];
    record.without = vec![hostile.into()];
    record.warnings = vec![hostile.into()];
    record.notes = vec![hostile.into()];
    record.inputs[0].path = hostile.into();
    record.inputs[0].role = hostile.into();
    record.inputs[0].blake3 = hostile.into();
    record.injuries[0].name = hostile.into();
    record.injuries[0].kind = hostile.into();
    record.machine.processor = hostile.into();
    record.state_digest = Some(hostile.into());
    record.stage_seconds = [(hostile.into(), 1.0)].into();
    record.solver_iterations = [(hostile.into(), 1.0)].into();
    record.budgets.fields[0].field = hostile.into();
    record.budgets.fields[0].unit = hostile.into();
    record.parameters_changed = vec![ChangedParameter {
        symbol: hostile.into(),
        meaning: hostile.into(),
        unit: hostile.into(),
        because: hostile.into(),
        ..record.parameters_changed[0].clone()
    }];
    let page = case.written("hostile").page();
    assert!(page.all("script").next().is_none());
    assert!(page.elements.iter().all(|e| e.attributes.keys().all(|name| !name.starts_with("on"))));
    assert_eq!(page.all("h1").next().unwrap().text, hostile.trim());
    assert_eq!(
        page.all("title").next().unwrap().text,
        format!("{} – Ossicle report", hostile.trim())
    );
    let count = |part: &str| page.text().matches(part).count();
    assert_eq!(count("<script>alert("), count("{{ 7*7 }} <!--"));
    assert!(count("<script>alert(") >= 30, "{}", count("<script>alert("));
}

#[test]
fn titles_of_any_length_are_whole() {
    for title in ["", "骨", &"Hüfte & Knie ".repeat(400)] {
        let mut case = Case::grown();
        case.record.title = title.into();
        let page = case.written(&format!("title-{}", title.len())).page();
        let expected = if title.is_empty() { "Untitled run" } else { title.trim() };
        assert_eq!(page.all("h1").next().unwrap().text, expected);
    }
}

#[test]
fn a_report_written_again_is_the_same_to_the_last_byte() {
    let folder = Case::grown().written("again");
    let first = folder.rewritten();
    assert!(first.len() > 50_000);
    assert!(first == folder.rewritten());
    assert!(first == crate::report::html(folder.path()).unwrap().into_bytes());
    assert_eq!(spread(&[0, 42, 120], 6).len(), folder.page().within("slices", "image").len() / 3);
}
