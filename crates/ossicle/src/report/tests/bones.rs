//! Radiographs, and the bones that were told apart.

use std::fs;

use super::folders::{Case, Folder};
use crate::folder::RunFolder;
use crate::png::{self, Pixels, Size};
use crate::record::{BodyRecord, GradeRecord, IslandRecord, RadiographRecord, SeparationRecord};

const SIZE: Size = Size { width: 120, height: 90, pixel_mm: Some(0.5) };

/// A run whose joint was radiographed on three days.
fn radiographed(name: &str) -> Folder {
    let mut case = Case::grown();
    let taken = |day: f64, frontal_mm2: f64, graded: Option<GradeRecord>| RadiographRecord {
        day,
        frontal_mm2,
        lateral_mm2: 0.5 * frontal_mm2,
        graded,
    };
    let grade =
        |grade: &str, bridge, gap_mm| Some(GradeRecord { grade: grade.into(), bridge, gap_mm });
    case.record.radiographs = vec![
        taken(0.0, 0.0, grade("0", false, None)),
        taken(42.0, 50.0, None),
        taken(120.0, 1282.5, grade("III", false, Some(2.26))),
    ];
    let body = |name: &str, colour: &str| BodyRecord {
        name: name.into(),
        colour: colour.into(),
        volume_mm3: 9e4,
    };
    case.record.separation = Some(SeparationRecord {
        told_by: "the joint space".into(),
        bodies: vec![body("femur", "#0072b2"), body("hip_bone", "#e69f00")],
        islands: 5,
        largest_islands: vec![
            IslandRecord { volume_mm3: 1500.0, fused_to: vec!["femur".into(), "hip_bone".into()] },
            IslandRecord { volume_mm3: 74.2, fused_to: vec!["femur".into()] },
            IslandRecord { volume_mm3: 3.4, fused_to: Vec::new() },
        ],
        findings: Vec::new(),
    });
    let folder = case.written(name);
    let run = RunFolder::reopen(folder.path()).unwrap();
    let grey = vec![90; SIZE.width * SIZE.height];
    for (day, bright) in [(0.0, 10), (42.0, 20), (120.0, 30)] {
        for view in ["ap", "lateral"] {
            let pixels: Vec<u8> = grey.iter().map(|v| v + bright).collect();
            run.radiograph(day, view, &png::written(SIZE, Pixels::Grey(&pixels)).unwrap()).unwrap();
        }
    }
    run.separation(&png::written(SIZE, Pixels::Grey(&grey)).unwrap()).unwrap();
    folder
}

#[test]
fn the_first_and_the_last_radiographs_stand_side_by_side_with_their_figures() {
    let folder = radiographed("radiographs");
    let page = folder.page();
    let images = page.within("radiographs", "image");
    assert_eq!(images.len(), 4);
    // Rows of one view each, start and end; as wide as high in millimetres.
    let hrefs: Vec<&str> = images.iter().map(|i| i.get("href")).collect();
    assert_eq!((hrefs[0], hrefs[1]), (hrefs[2], hrefs[3]));
    assert_ne!(hrefs[0], hrefs[1]);
    for image in &images {
        let [width, height] = ["width", "height"].map(|a| image.get(a).parse::<f64>().unwrap());
        assert!((width / height - 120.0 / 90.0).abs() < 1e-3, "{width} by {height}");
    }
    // Of 60 mm across, a ruler is 20 mm long.
    let texts = page.within("radiographs", "text");
    assert_eq!(texts.iter().filter(|t| t.text == "20 mm").count(), 4);
    for words in ["Day 0", "Day 120", "Frontal (AP)", "Lateral"] {
        assert_eq!(texts.iter().filter(|t| t.text == words).count(), 1, "{words}");
    }
    let alt = page.within("radiographs", "svg")[0].get("aria-label");
    assert!(
        alt.contains("on day 120 heterotopic bone covers 12.8 cm² from the front and 6.41 cm²")
    );
    let table = page.table("What can be read off them");
    let row = |name: &str| {
        table.iter().find(|row| row[0].starts_with(name)).unwrap_or_else(|| panic!("{name}"))[1..]
            .join(" | ")
    };
    assert_eq!(row("Shadow of new bone, frontal"), "0 mm² | 12.8 cm²");
    assert_eq!(row("Gap across the joint"), "no new bone | 2.26 mm");
    assert_eq!(row("Bridged"), "no | no");
    assert_eq!(row("Grade"), "0 | III");
}

#[test]
fn the_bones_are_named_by_their_colours_and_can_be_mended() {
    let page = radiographed("separation").page();
    let texts: Vec<&str> =
        page.within("separation", "text").iter().map(|t| t.text.as_str()).collect();
    for words in ["femur", "hip bone", "new bone that bridges bones", "new bone fused to none"] {
        assert!(texts.contains(&words), "{words} in {texts:?}");
    }
    let caption = &page.within("separation", "figcaption")[0].text;
    for words in [
        "told apart by the joint space",
        "in 5 islands; the largest: 1.5 cm³ a bridge of femur and hip bone; 74.2 mm³ fused to the",
        "3D Slicer",
        "(femur and hip_bone)",
        "labels",
    ] {
        assert!(caption.contains(words), "{words} in {caption}");
    }
}

#[test]
fn a_picture_that_is_not_there_or_not_whole_is_told() {
    let folder = radiographed("lost-radiographs");
    let path = folder.path().join("radiographs/day_0120_ap.png");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let page = folder.page();
    assert!(page.text().contains("The radiograph of day 120 cannot be read: "));
    assert!(page.text().contains("expected a whole PNG picture"));
    fs::remove_file(&path).unwrap();
    fs::remove_file(folder.path().join("separation.png")).unwrap();
    let page = folder.page();
    assert!(page.text().contains("Not shown. The radiograph of day 120: not written."));
    assert!(page.text().contains("Not shown. The picture of the bones told apart: not written."));
    assert_eq!(page.table("What can be read off them").len(), 6);
}
