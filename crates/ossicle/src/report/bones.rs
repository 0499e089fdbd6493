//! The bones: radiographs at the start and at the end, and how bones were told apart.

use super::draw::palette::{QUIET, TEXT};
use super::draw::raster::data_url;
use super::draw::svg::{Anchor, Element, picture, rectangle, short, words as text};
use super::draw::tile::{Key, draw_keys, white_words};
use super::figure::{Figure, Layout, WIDE};
use super::source::{Absent, Piece, Source};
use super::tables::Table;
use super::words;
use crate::joint::{VIEWS, island_colours, name_of, ruler_mm};
use crate::png::Size;
use crate::record::{IslandRecord, RadiographRecord, Record, SeparationRecord};

/// Width of the figure of radiographs, which stands beside a table.
const NARROW: f64 = 640.0;
/// Room for the names of the views.
const LEFT: f64 = 26.0;
/// Room above a column of radiographs for its day.
const TOP: f64 = 24.0;
/// Room between two pictures.
const GAP: f64 = 6.0;

/// Islands that a caption tells one by one.
const ISLANDS: usize = 3;

/// The names of the views as a reader knows them, in the order of [`VIEWS`].
const NAMES: [&str; 2] = ["Frontal (AP)", "Lateral"];

/// The first and the last radiographs of a run, where there are two.
fn ends(record: &Record) -> Vec<&RadiographRecord> {
    let taken = &record.radiographs;
    taken.first().into_iter().chain(taken.last().filter(|_| taken.len() > 1)).collect()
}

/// The radiographs at the start and at the end, one row a view.
pub(super) fn radiographs(source: &Source) -> Piece<Figure> {
    let shown = ends(source.record());
    if shown.is_empty() {
        return Err(Absent::because("The run has taken no radiograph."));
    }
    let side = ((NARROW - LEFT) / 2.0 - GAP).floor();
    let columns = shown.len() as f64;
    let (mut drawn, mut top) = (Vec::new(), TOP);
    for (view, name) in VIEWS.into_iter().zip(NAMES) {
        let mut height = 0.0_f64;
        for (column, taken) in shown.iter().enumerate() {
            let (png, size) = source.radiograph(taken.day, name_of(view))?;
            let at = [LEFT + (side + GAP) * column as f64, top];
            let tall = side * size.height as f64 / size.width.max(1) as f64;
            drawn.push(image(&png, at, [side, tall]));
            drawn.extend(ruler(size).map(|mm| ruler_words(mm, [at[0], at[1] + tall])));
            height = height.max(tall);
        }
        drawn.push(upright([15.0, top + height / 2.0], name));
        top += height + GAP;
    }
    for (column, taken) in shown.iter().enumerate() {
        let x = LEFT + (side + GAP) * column as f64 + side / 2.0;
        let name = words::capitalised(&words::day(taken.day));
        let heading = text([x, 15.0], 13.0, Anchor::Middle, TEXT, &name);
        drawn.push(heading.with("font-weight", "600"));
    }
    let size = [LEFT + (side + GAP) * columns - GAP, top - GAP];
    let sheet = drawn.into_iter().fold(picture(size, &alt(&shown)), Element::holding);
    let pictures = vec![sheet];
    Ok(Figure { id: "radiographs", layout: Layout::Wide, pictures, caption: caption(&shown) })
}

/// The length of the ruler that is in a picture of that size, mm.
fn ruler(size: Size) -> Option<f64> {
    ruler_mm(size.width as f64 * size.pixel_mm?)
}

/// The length of a ruler above it, for a picture whose lower left corner is there.
fn ruler_words(length_mm: f64, [x, y]: [f64; 2]) -> Element {
    white_words([x + 9.0, y - 24.0], Anchor::Start, &format!("{} mm", words::number(length_mm)))
}

fn image(png: &[u8], [x, y]: [f64; 2], [width, height]: [f64; 2]) -> Element {
    Element::new("image")
        .at("x", x)
        .at("y", y)
        .at("width", width)
        .at("height", height)
        .with("href", &data_url(png))
}

/// Words that are read from below, in the middle of a row.
fn upright([x, y]: [f64; 2], name: &str) -> Element {
    let turn = format!("rotate(-90 {} {})", short(x), short(y));
    let heading = text([x, y], 13.0, Anchor::Middle, TEXT, name);
    heading.with("font-weight", "600").with("transform", &turn)
}

fn area(mm2: f64) -> String {
    if mm2 >= 100.0 {
        format!("{} cm²", words::number(mm2 / 100.0))
    } else {
        format!("{} mm²", words::number(mm2))
    }
}

fn alt(shown: &[&RadiographRecord]) -> String {
    let told: Vec<String> = shown
        .iter()
        .map(|r| {
            let (frontal, lateral) = (area(r.frontal_mm2), area(r.lateral_mm2));
            format!(
                "{} heterotopic bone covers {frontal} from the front and {lateral} from the \
                     side",
                words::day(r.day)
            )
        })
        .collect();
    format!(
        "Computed radiographs of the joint from the front and from the side; on {}.",
        told.join("; on ")
    )
}

fn caption(shown: &[&RadiographRecord]) -> String {
    let others = if shown.len() > 1 { " Both days have the same window." } else { "" };
    format!(
        "Digitally reconstructed radiographs, computed from the radiodensity of the tissue and of \
         what grew in it; no X-ray was taken. Bone is bright. The letter is the patient’s side. \
         Frontal: head up, the patient’s right on the left. Lateral: head up, front on the left. \
         Only what lies round the joint and the lesion is projected. Parallel beam, so that \
         millimetres are those in the patient; no scatter, no grid, one energy.{others} All days \
         are in the folder radiographs."
    )
}

/// What can be told of the radiographs, a column a day.
pub(super) fn readings(record: &Record) -> Table {
    let shown = ends(record);
    let row = |name: &str, of: &dyn Fn(&RadiographRecord) -> String| -> Vec<String> {
        [name.to_owned()].into_iter().chain(shown.iter().map(|r| of(r))).collect()
    };
    let mut rows = vec![
        row("Shadow of new bone, frontal", &|r| area(r.frontal_mm2)),
        row("Shadow of new bone, lateral", &|r| area(r.lateral_mm2)),
    ];
    if shown.iter().any(|r| r.graded.is_some()) {
        let graded = |r: &RadiographRecord, of: &dyn Fn(&crate::record::GradeRecord) -> String| {
            r.graded.as_ref().map_or("not looked at".to_owned(), of)
        };
        let gap = |gap_mm: Option<f64>| match gap_mm {
            Some(gap_mm) => format!("{} mm", words::number(gap_mm)),
            None => "no new bone".to_owned(),
        };
        rows.push(row("Gap across the joint", &|r| graded(r, &|g| gap(g.gap_mm))));
        rows.push(row("Bridged", &|r| {
            graded(r, &|g| if g.bridge { "yes" } else { "no" }.to_owned())
        }));
        let grade = "Grade (Brooker; Hastings and Graham)";
        rows.push(row(grade, &|r| graded(r, &|g| g.grade.clone())));
    }
    let days = shown.iter().map(|r| words::capitalised(&words::day(r.day)));
    Table { head: [String::new()].into_iter().chain(days).collect(), rows }
}

/// The slices on which the bones are told apart, with what their colours mean.
pub(super) fn separation(source: &Source) -> Piece<Figure> {
    let Some(told) = &source.record().separation else {
        return Err(Absent::because("The bones have not been pictured yet."));
    };
    let (png, size) = source.separation()?;
    let tall = WIDE * size.height as f64 / size.width.max(1) as f64;
    let keys = keys(told);
    let mut sheet = picture([WIDE, TOP + tall + 52.0], &separation_alt(told));
    sheet.add(image(&png, [0.0, TOP], [WIDE, tall]));
    // One slice is a third of the picture across; the rulers of all are alike.
    let slice = Size { width: size.width / 3, ..size };
    if let Some(mm) = ruler(slice) {
        sheet.add(ruler_words(mm, [0.0, TOP + tall]));
    }
    for (n, name) in ["Axial, front up", "Coronal", "Sagittal, front left"].into_iter().enumerate()
    {
        let x = WIDE * (n as f64 + 0.5) / 3.0;
        let heading = text([x, 15.0], 13.0, Anchor::Middle, TEXT, name);
        sheet.add(heading.with("font-weight", "600"));
    }
    draw_keys(&mut sheet, keys, [0.0, TOP + tall + 10.0], WIDE, QUIET);
    let caption = separation_caption(told);
    Ok(Figure { id: "separation", layout: Layout::Wide, pictures: vec![sheet], caption })
}

fn keys(told: &SeparationRecord) -> Vec<Key> {
    let key = |colour: &str, meaning: String| Key {
        sample: rectangle([0.0, 0.0], [22.0, 12.0], colour),
        meaning,
    };
    let bodies = told.bodies.iter().map(|b| key(&b.colour, words::spoken(&b.name)));
    let [bridge, free] = island_colours();
    let any = |is: &dyn Fn(&IslandRecord) -> bool| told.largest_islands.iter().any(is);
    let bridging = any(&|i| i.fused_to.len() > 1);
    let bridging = bridging.then(|| key(&bridge, "new bone that bridges bones".to_owned()));
    let loose = any(&|i| i.fused_to.is_empty());
    let loose = loose.then(|| key(&free, "new bone fused to none".to_owned()));
    bodies.chain(bridging).chain(loose).collect()
}

fn separation_alt(told: &SeparationRecord) -> String {
    let names: Vec<String> = told.bodies.iter().map(|b| words::spoken(&b.name)).collect();
    format!(
        "Slices through the joint, each bone in a colour of its own: {}. {}",
        words::listed(&names),
        islands(told)
    )
}

fn islands(told: &SeparationRecord) -> String {
    let described: Vec<String> = told
        .largest_islands
        .iter()
        .take(ISLANDS)
        .map(|island| {
            let names: Vec<String> = island.fused_to.iter().map(|n| words::spoken(n)).collect();
            let how = match names.as_slice() {
                [] => "fused to no bone".to_owned(),
                [one] => format!("fused to the {one}"),
                several => format!("a bridge of {}", words::listed(several)),
            };
            format!("{} {how}", words::volume(island.volume_mm3))
        })
        .collect();
    match told.islands {
        0 => "There is no new bone.".to_owned(),
        1 => format!("New bone is one island: {}.", described.join("; ")),
        count if count > described.len() => {
            format!("New bone is in {count} islands; the largest: {}.", described.join("; "))
        }
        count => format!("New bone is in {count} islands: {}.", described.join("; ")),
    }
}

fn separation_caption(told: &SeparationRecord) -> String {
    let rows = match told.islands {
        0 => "Slices through the centre of the joint.",
        _ => {
            "Slices through the centre of the joint; below, through the middle of the largest \
             island of new bone. New bone that is fused to one bone is hatched in its colour."
        }
    };
    let names = words::listed(&told.bodies.iter().map(|b| &b.name).collect::<Vec<_>>());
    format!(
        "{rows} The bones were told apart by {}. {} If two bones share a colour, or one has two, \
         the ranges of motion above are wrong: paint the bones as labels on the scan in 3D Slicer \
         or ITK-SNAP, name the labels after the bones ({names}), and give the file to the case as \
         labels beside scan under [anatomy].",
        told.told_by,
        islands(told),
    )
}
