//! Virtual-CT slices through the lesion.

use ossicle_field::Field;
use ossicle_image::sample_trilinear;

use super::days::spread;
use super::draw::palette::{BONE, QUIET, TEXT, channels};
use super::draw::plane::{Plane, View};
use super::draw::svg::{Anchor, Element, picture, rectangle, short, words as text};
use super::draw::tile::{Key, Outline, Tile, draw_keys};
use super::figure::{Figure, Layout, WIDE};
use super::lesion::{Look, TargetKind};
use super::source::{Absent, Piece, Source};
use super::words;
use crate::readout::{BONE_HU, VISIBLE_HU};

/// Days shown at most.
const MOST_DAYS: usize = 6;
/// HU shown black and white: a window for bone.
const WINDOW_HU: [f64; 2] = [-500.0, 1300.0];
/// Greys; as many again are tinted.
const GREYS: usize = 128;
/// Pixels along a side of a slice.
const PIXELS: usize = 320;
/// Room for the names of the planes.
const LEFT: f64 = 26.0;
/// Room between two slices.
const GAP: f64 = 6.0;
/// Line round the injury.
const INJURY: Outline = Outline { colour: "#8FE3FF", dash: "3 2.5", veil: 0.0 };

/// The slices of every chosen day, one row a plane.
pub(super) fn figure(source: &Source, look: &Look) -> Piece<Figure> {
    let days = &source.record().virtual_ct_days;
    let shown = spread(days, MOST_DAYS);
    let columns = shown.len() as f64;
    // As small as for three at least, so that few days are not blown up.
    let side = ((WIDE - LEFT) / columns.max(3.0) - GAP).floor();
    let (left, top, step) = (LEFT, 24.0, side + GAP);
    let keys = keys(look);
    let size = [WIDE, top + step * 3.0 + 26.0];
    let mut sheet = picture(size, &alt(look, &shown));
    for (column, &day) in shown.iter().enumerate() {
        let ct = source.virtual_ct(day)?;
        let x = left + step * column as f64;
        let name = words::capitalised(&words::day(day as f64));
        let heading = text([x + side / 2.0, 15.0], 13.0, Anchor::Middle, TEXT, &name);
        sheet.add(heading.with("font-weight", "600"));
        for (row, plane) in Plane::ALL.into_iter().enumerate() {
            let mut tile = slice(look, &ct, look.view(plane, PIXELS), side)?;
            if column == 0 {
                tile.annotate();
            }
            sheet.add(tile.at([x, top + step * row as f64]));
        }
    }
    for (row, plane) in Plane::ALL.into_iter().enumerate() {
        let place = [15.0, top + step * row as f64 + side / 2.0];
        let turn = format!("rotate(-90 {} {})", short(place[0]), short(place[1]));
        let name = words::capitalised(plane.name());
        let heading = text(place, 13.0, Anchor::Middle, TEXT, &name).with("font-weight", "600");
        sheet.add(heading.with("transform", &turn));
    }
    draw_keys(&mut sheet, keys, [left, top + step * 3.0 + 6.0], size[0] - left, QUIET);
    let left_out: Vec<u64> = days.iter().copied().filter(|d| !shown.contains(d)).collect();
    Ok(Figure {
        id: "slices",
        layout: Layout::Wide,
        pictures: vec![sheet],
        caption: caption(look, &left_out),
    })
}

/// The slice that shows most of the new bone on the last day, or the coronal one.
pub(super) fn largest(source: &Source, look: &Look) -> Piece<Figure> {
    let ct = source.virtual_ct(look.last_day)?;
    let [first, others @ ..] =
        [Plane::Coronal, Plane::Axial, Plane::Sagittal].map(|p| look.view(p, PIXELS));
    let seen = |view: &View| {
        let coarse = view.with_pixels([PIXELS / 4; 2]);
        coarse.map(|place| look.new_bone(&ct, place)).into_iter().filter(|v| *v > 0.0).count()
    };
    let (_, view) = others.into_iter().fold((seen(&first), first), |(most, best), view| {
        let count = seen(&view);
        if count > most { (count, view) } else { (most, best) }
    });
    let side = 340.0;
    let day = words::day(look.last_day as f64);
    let name = words::capitalised(&format!("{} virtual CT, {day}", view.plane.name()));
    let caption = match look.target.kind {
        TargetKind::Bone => format!("{name}, through the lesion. Orange: new bone."),
        TargetKind::Density => format!("{name}, through the lesion. Nothing is dense as bone."),
        TargetKind::Injury => format!("{name}, through the injury. No lesion is visible."),
        TargetKind::Middle => format!("{name}. No lesion is visible."),
    };
    let mut tile = slice(look, &ct, view, side)?;
    tile.annotate();
    let drawn = picture([side, side], &caption).holding(tile.at([0.0, 0.0]));
    Ok(Figure { id: "answer", layout: Layout::Wide, pictures: vec![drawn], caption })
}

/// A slice of a virtual CT: greys, tinted where there is new bone, with the injury outlined.
fn slice(look: &Look, ct: &Field<f32>, view: View, side: f64) -> Piece<Tile> {
    let pixels = view.map(|place| {
        let hu = sample_trilinear(ct, place).unwrap_or(f64::NEG_INFINITY);
        let [black, white] = WINDOW_HU;
        let share = ((hu - black) / (white - black)).clamp(0.0, 1.0);
        let grey = (share * (GREYS - 1) as f64).round() as u8;
        let tint = look.new_bone(ct, place) > 0.0;
        grey + if tint { GREYS as u8 } else { 0 }
    });
    let mut tile = Tile::new(view, side / view.size_mm[0], pixels, &colours()).map_err(undrawn)?;
    tile.outline(|place| look.injured(place), &INJURY);
    Ok(tile)
}

/// Why a picture could not be drawn.
pub(super) fn undrawn(error: std::io::Error) -> Absent {
    Absent { why: format!("A picture could not be drawn: {error}."), damaged: true }
}

/// The greys, and their tinted copies.
fn colours() -> Vec<[u8; 3]> {
    let grey = |n: usize| (n as f64 * 255.0 / (GREYS - 1) as f64).round();
    let tint = channels(BONE.line).map(f64::from);
    let greys = (0..GREYS).map(|n| [grey(n) as u8; 3]);
    // Dense bone stays brighter than thin bone under the tint.
    let tinted = (0..GREYS).map(|n| {
        let weight = 0.35 + 0.65 * grey(n) / 255.0;
        tint.map(|c| (weight * (0.7 * (c + 42.0) + 0.3 * grey(n))).min(255.0) as u8)
    });
    greys.chain(tinted).collect()
}

/// What the colours and lines mean.
fn keys(look: &Look) -> Vec<Key> {
    let bone = Key {
        sample: rectangle([0.0, 0.0], [22.0, 12.0], BONE.line),
        meaning: format!(
            "new bone: above {BONE_HU} HU, and at least {VISIBLE_HU} HU more than on day {}",
            look.first_day
        ),
    };
    let injury = look.injury.as_ref().map(|_| Key {
        sample: Element::new("g")
            .holding(rectangle([0.0, 0.0], [22.0, 12.0], "#000"))
            .holding(INJURY.drawn(Element::new("path").with("d", "M1 6H21"))),
        meaning: "injured on day 0".to_owned(),
    });
    [Some(bone), injury].into_iter().flatten().collect()
}

fn alt(look: &Look, days: &[u64]) -> String {
    let seen = match look.target.kind {
        TargetKind::Bone => "new bone, tinted orange, is visible",
        TargetKind::Density => "a density below that of bone is visible",
        TargetKind::Injury | TargetKind::Middle => "no lesion is visible",
    };
    format!(
        "Virtual-CT slices in axial, coronal and sagittal planes on days {}; by day {} {seen}.",
        words::listed(days),
        look.last_day
    )
}

fn caption(look: &Look, left_out: &[u64]) -> String {
    let centre = look.target.centroid_mm.map(|v| words::number(v.round()));
    let through = match look.target.kind {
        TargetKind::Bone | TargetKind::Density => format!(
            "The planes pass through the centroid of what was added between days {} and {}",
            look.first_day, look.last_day
        ),
        TargetKind::Injury => "No lesion is visible on the last virtual CT; the planes pass \
             through the injury"
            .to_owned(),
        TargetKind::Middle => "No lesion is visible on the last virtual CT; the planes pass \
             through the middle of the volume"
            .to_owned(),
    };
    let mut caption = format!(
        "{through}, at {} mm (RAS). Bone window, {} to {} HU, linear between voxels. R, L: the \
         patient's right and left; A, P: front and back; S, I: towards head and feet.",
        words::listed(&centre).replace(" and ", ", "),
        words::number(WINDOW_HU[0]),
        words::number(WINDOW_HU[1]),
    );
    if look.first_day > 0 {
        caption.push_str(&format!(
            " There is no virtual CT of day 0: bone that was there by day {} is not tinted.",
            look.first_day
        ));
    }
    if !left_out.is_empty() {
        caption.push_str(&format!(" The run folder also holds days {}.", words::listed(left_out)));
    }
    caption
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tinted_colours_are_the_greys_in_order_and_never_grey() {
        let colours = colours();
        assert_eq!(colours.len(), 2 * GREYS);
        assert_eq!((colours[0], colours[GREYS - 1]), ([0; 3], [255; 3]));
        for pair in colours[GREYS..].windows(2) {
            assert!((0..3).all(|c| pair[0][c] <= pair[1][c]), "{pair:?}");
        }
        assert!(colours[GREYS..].iter().all(|[red, _, blue]| *red > blue + 40), "{colours:?}");
    }
}
