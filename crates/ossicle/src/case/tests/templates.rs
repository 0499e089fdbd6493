//! The case files to start from are right, and say what they seem to say.

use super::*;

const SCAN: TemplateScan<'_> = TemplateScan {
    scan: "scans/ct \"1\".nii.gz",
    labels: Some("labels/"),
    side: Side::Left,
    centre_ras_mm: None,
    from_behind: true,
};

#[test]
fn every_template_is_a_case() {
    for &template in Template::ALL {
        let file = match parse(template.text()) {
            Ok(file) => file,
            Err(error) => panic!("{}: {error}", template.name()),
        };
        assert!(file.warnings.is_empty(), "{:?}", file.warnings);
        assert_eq!(file.case.anatomy.joint(), template.joint());
        assert_eq!(parse(&file.case.resolved()).unwrap().case, file.case);
        assert!(!file.case.injuries.is_empty());
        let mouse = template == Template::Mouse;
        assert_eq!(file.case.patient.species == Species::Mouse, mouse);
    }
}

#[test]
fn what_a_template_comments_out_is_right_too() {
    for &template in Template::ALL {
        let taught: Vec<&str> = template
            .text()
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.starts_with("[[") || line.split_once(" = ").is_some_and(is_key))
            .collect();
        let mut text = String::new();
        let mut block = Vec::new();
        // Injuries and motions of their own are added; single keys are put where they stand.
        for line in template.text().lines() {
            let line = line.strip_prefix("# ").filter(|line| taught.contains(line)).unwrap_or(line);
            block.push(line);
        }
        text.push_str(&block.join("\n"));
        let file = match parse(&text) {
            Ok(file) => file,
            Err(error) => panic!("{}: {error}\n{text}", template.name()),
        };
        assert!(file.case.injuries.len() + file.case.motion.len() >= 2);
    }
}

fn is_key((key, _): (&str, &str)) -> bool {
    key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[test]
fn a_template_for_a_scan() {
    for template in [Template::Hip, Template::Elbow] {
        let text = template.text_for_scan(&SCAN).unwrap();
        let case = parse(&text).unwrap().case;
        let Anatomy::Scan(scan) = &case.anatomy else { panic!("{:?}", case.anatomy) };
        assert_eq!(scan.scan, Path::new("/scans/scans/ct \"1\".nii.gz"));
        assert_eq!(scan.labels.as_deref(), Some(Path::new("/scans/labels/")));
        assert_eq!((Some(scan.joint), scan.side), (template.joint(), Side::Left));
        assert_eq!(case.injuries, parse(template.text()).unwrap().case.injuries);

        let bare = template.text_for_scan(&TemplateScan { labels: None, ..SCAN }).unwrap();
        let Anatomy::Scan(scan) = parse(&bare).unwrap().case.anatomy else { panic!() };
        assert_eq!(scan.labels, None);
    }
    assert_eq!(Template::Sphere.text_for_scan(&SCAN), None);
    assert_eq!(Template::Mouse.text_for_scan(&SCAN), None);
}

#[test]
fn a_hip_whose_back_a_scan_does_not_show_is_approached_from_the_front() {
    let text = Template::Hip.text_for_scan(&TemplateScan { from_behind: false, ..SCAN }).unwrap();
    let case = parse(&text).unwrap().case;
    assert_eq!(case.title, "Hip after an anterior approach");
    let InjuryShape::SurgicalApproach { path, .. } = &case.injuries[0].shape else { panic!() };
    assert_eq!(*path, ApproachPath::Named(Approach::Anterior));
    let InjuryShape::CapsuleTear { place, .. } = &case.injuries[1].shape else { panic!() };
    assert_eq!(*place, TearPlace::Direction(Direction::Anterior));
}
