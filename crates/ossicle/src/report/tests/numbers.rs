//! The numbers on the page against those in the folder.

use std::collections::BTreeMap;
use std::fs;

use super::folders::Case;
use super::markup::Page;
use crate::report::draw::raster::tests::decoded;

/// A number as the page writes it.
fn parsed(text: &str) -> f64 {
    let plain: String = text.replace('−', "-").replace(',', "");
    plain.parse().unwrap_or_else(|_| panic!("{text:?}"))
}

/// Half of the last digit that a number is written with.
fn half_digit(text: &str) -> f64 {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    0.5 * libm::pow(10.0, -(decimals as f64))
}

fn assert_close(text: &str, value: f64) {
    match text.strip_prefix('<') {
        Some(least) => assert!(value > 0.0 && value < parsed(least), "{text} for {value}"),
        None => {
            let off = (parsed(text) - value).abs();
            assert!(off <= half_digit(text) * (1.0 + 1e-9), "{text} for {value}");
        }
    }
}

/// The time series as the file has it: the values of each column by its name.
fn columns(csv: &str) -> BTreeMap<&str, Vec<f64>> {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<f64>> =
        lines.map(|l| l.split(',').map(|v| v.parse().unwrap()).collect()).collect();
    let column = |n: usize| rows.iter().map(|row| row[n]).collect();
    names.iter().enumerate().map(|(n, name)| (*name, column(n))).collect()
}

#[test]
fn the_table_of_read_outs_is_the_time_series() {
    let folder = Case::grown().written("read-outs");
    let csv = fs::read_to_string(folder.path().join("timeseries.csv")).unwrap();
    let columns = columns(&csv);
    let table = folder.page().table("Read-outs on chosen days");
    let expected = [
        ("Bone volume cm³", "bone_volume_mm3", 1e-3),
        ("Mineral mg", "mineral_mg", 1.0),
        ("Osteoid cm³", "osteoid_mm3", 1e-3),
        ("Cartilage cm³", "cartilage_mm3", 1e-3),
        ("Densest HU", "max_hu", 1.0),
        ("Maturity %", "maturity", 100.0),
        ("ALP × normal", "alp_rel", 1.0),
        ("Swelling %", "swelling", 100.0),
        ("Pain of 10", "pain", 1.0),
        ("Contracture °", "contracture_deg", 1.0),
        ("Free range °", "free_range_deg", 1.0),
    ];
    let heads: Vec<&str> = table[0].iter().map(String::as_str).collect();
    assert_eq!(heads[1..], expected.map(|(head, ..)| head));
    let days: Vec<f64> = table[1..].iter().map(|row| parsed(&row[0])).collect();
    assert_eq!(days, [0.0, 42.0, 120.0]);
    for (row, day) in table[1..].iter().zip(days) {
        let n = columns["day"].iter().position(|d| *d == day).unwrap();
        for (cell, (_, name, factor)) in row[1..].iter().zip(expected) {
            assert_close(cell, factor * columns[name][n]);
        }
    }
}

#[test]
fn the_answer_and_the_key_figures_are_those_of_the_record() {
    let folder = Case::grown().written("answer");
    let record = fs::read(folder.path().join("run.json")).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    let summary = |name: &str| record["summary"][name].as_f64().unwrap();
    let page = folder.page();
    let rows: BTreeMap<String, String> =
        page.table("Key figures").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let lead = &page.elements.iter().find(|e| e.get("class") == "lead").unwrap().text;
    for (name, unit, value) in [
        ("Bone volume (above 250 HU)", " cm³", summary("bone_volume_mm3") / 1000.0),
        ("Mineral (hydroxyapatite)", " mg", summary("mineral_mg")),
        ("Maturity (mineral over all matrix)", " %", 100.0 * summary("maturity")),
    ] {
        assert_close(rows[name].strip_suffix(unit).unwrap(), value);
        assert!(name.starts_with("Mat") || lead.contains(&rows[name]), "{lead}");
    }
    for (name, value) in [
        ("First visible on CT", "first_visible_day"),
        ("First bone (above 250 HU)", "first_bone_day"),
        ("Plateau of bone volume", "plateau_day"),
    ] {
        assert_close(rows[name].strip_prefix("day ").unwrap(), summary(value));
    }
    let alp = rows["Serum alkaline phosphatase, peak"].split_once(" × normal, day ").unwrap();
    assert_close(alp.0, summary("alp_peak_rel"));
    assert_close(alp.1, summary("alp_peak_day"));
}

#[test]
fn every_figure_tells_its_figures_to_those_who_do_not_see_it() {
    let page = Case::grown().written("alternatives").page();
    let pictures: Vec<_> = page.all("svg").collect();
    // The answer, nine curves, the succession, slices, zones and tissues.
    assert_eq!(pictures.len(), 14);
    for picture in &pictures {
        assert_eq!(picture.get("role"), "img");
        let alt = picture.get("aria-label");
        assert!(alt.len() > 30 && alt.contains(|c: char| c.is_ascii_digit()), "{alt}");
    }
    let alt = |id: &str, n: usize| page.within(id, "svg")[n].get("aria-label").to_owned();
    assert_eq!(
        alt("curves", 0),
        "Bone volume (above 250 HU, cm³) against day. It is 0 on day 0, at most 1.76 on day \
         120, and 1.76 on day 120."
    );
    assert!(alt("succession", 0).contains("chondrocytes on day 25"), "{}", alt("succession", 0));
    assert!(alt("slices", 0).contains("on days 0, 42 and 120"), "{}", alt("slices", 0));
    assert!(alt("zones", 0).contains("mineralised bone from 0 to "), "{}", alt("zones", 0));
    // Three of 28 layers of voxels.
    assert!(
        alt("tissue", 0).contains("muscle 89 % and cortical bone 11 %"),
        "{}",
        alt("tissue", 0)
    );
}

/// Millimetres that a unit of the picture of the answer stands for, by its bar.
fn mm_per_unit(page: &Page) -> f64 {
    let bar = page.within("answer", "line")[0];
    let length = parsed(bar.get("x2")) - parsed(bar.get("x1"));
    let name = page.within("answer", "text").into_iter().find(|t| t.text.ends_with(" mm")).unwrap();
    parsed(name.text.trim_end_matches(" mm")) / length
}

#[test]
fn the_new_bone_in_the_picture_is_as_large_as_in_the_volume() {
    let page = Case::grown().written("area").page();
    let image = page.within("answer", "image")[0];
    let (raster, colours) = decoded(image.get("href"));
    let tinted = raster
        .pixels
        .iter()
        .filter(|n| colours[usize::from(**n)][0] > colours[usize::from(**n)][2]);
    let pixel_mm = mm_per_unit(&page) * parsed(image.get("width")) / raster.width as f64;
    let area_mm2 = tinted.count() as f64 * pixel_mm * pixel_mm;
    // 112 voxels of a square millimetre; between them and muscle (590 and 50 HU) the 250 HU lie
    // 0.13 mm outside their faces, which with the corners makes 117.0 mm² (computed apart).
    assert!((area_mm2 / 117.0 - 1.0).abs() < 0.02, "{area_mm2} mm²");
}

#[test]
fn the_zones_end_where_the_lesion_ends() {
    let page = Case::grown().written("zones").page();
    let caption = &page.within("zones", "figcaption")[0].text;
    let deepest = caption.split("mineralised bone to ").nth(1).unwrap().split(' ').next().unwrap();
    assert!((parsed(deepest) - 6.0).abs() <= 1.0, "{caption}");
}
