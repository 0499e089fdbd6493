//! The tissue map: what the lesion grew in.

use std::collections::{BTreeMap, BTreeSet};

use ossicle_anatomy::Tissue;
use ossicle_field::{Field, Grid};
use ossicle_image::sample_nearest;

use super::draw::palette::{QUIET, TEXT, written};
use super::draw::plane::{Plane, View};
use super::draw::svg::{Anchor, Element, picture, rectangle, words as text};
use super::draw::tile::{Key, Outline, Tile, draw_keys};
use super::figure::{Figure, Layout, WIDE};
use super::lesion::{Look, TargetKind};
use super::slices::undrawn;
use super::source::{Absent, Piece, Source};
use super::words;

/// Room between two maps.
const GAP: f64 = 8.0;
/// Height of a map at most.
const TALLEST: f64 = 360.0;
/// Room above the maps.
const TOP: f64 = 24.0;
/// How the lesion is outlined.
const LESION: Outline = Outline { colour: "#000", dash: "", veil: 0.6 };
/// How the injury is outlined.
const INJURY: Outline = Outline { colour: "#002D9C", dash: "4 3", veil: 0.0 };
/// What lies beyond the lesion box.
const BEYOND: u8 = Tissue::ALL.len() as u8;

/// The map in three planes, with the lesion of the last virtual CT and the injury outlined.
pub(super) fn figure(source: &Source, look: &Piece<Look>) -> Piece<Figure> {
    let tissue = source.anatomy.as_ref().map_err(Absent::clone)?;
    let look = look.as_ref().ok();
    let last = look.map(|look| source.virtual_ct(look.last_day)).transpose()?;
    let through = look.map_or_else(|| tissue.grid().middle_mm(), |l| l.target.centroid_mm);
    let (views, per_mm) = views(tissue.grid(), through);
    let (mut drawn, mut present, mut left) = (Element::new("g"), BTreeSet::new(), 0.0);
    let mut bottom = TOP;
    for view in views {
        let pixels = view.map(|place| sample_nearest(tissue, place));
        present.extend(pixels.iter().flatten().copied());
        let codes = pixels.iter().map(|t| t.map_or(BEYOND, Tissue::code)).collect();
        let mut tile = Tile::new(view, per_mm, codes, &colours()).map_err(undrawn)?;
        if let (Some(look), Some(ct)) = (look, &last) {
            tile.outline(|place| look.new_bone(ct, place), &LESION);
            tile.outline(|place| look.injured(place), &INJURY);
        }
        tile.annotate();
        let [width, height] = view.size_mm.map(|mm| per_mm * mm);
        let name = words::capitalised(view.plane.name());
        let heading = text([left + width / 2.0, 15.0], 13.0, Anchor::Middle, TEXT, &name);
        drawn.add(heading.with("font-weight", "600"));
        drawn.add(tile.at([left, TOP]));
        left += width + GAP;
        bottom = bottom.max(TOP + height);
    }
    let keys = keys(&present, look);
    let height = draw_keys(&mut drawn, keys, [0.0, bottom + 10.0], WIDE, QUIET);
    let alt = format!(
        "Tissue classes in axial, coronal and sagittal planes. Of the voxels of the lesion box: {}.",
        words::listed(&shares(tissue))
    );
    let mut caption = "Tissue classes of the lesion box, one colour a class, as the model takes \
         them; each voxel is drawn as it is."
        .to_owned();
    if look.is_none() {
        caption.push_str(" Without a virtual CT the lesion is not outlined.");
    }
    Ok(Figure {
        id: "tissue",
        layout: Layout::Wide,
        pictures: vec![picture([WIDE, bottom + 12.0 + height], &alt).holding(drawn)],
        caption,
    })
}

/// What share of the voxels each tissue has.
fn shares(tissue: &Field<Tissue>) -> Vec<String> {
    let mut counts: BTreeMap<Tissue, usize> = BTreeMap::new();
    for class in tissue.iter() {
        *counts.entry(*class).or_default() += 1;
    }
    let share = |(class, count): (&Tissue, &usize)| {
        let share = words::per_cent(*count as f64 / tissue.len() as f64);
        format!("{} {share}", words::spoken(class.name()))
    };
    counts.iter().map(share).collect()
}

/// Three planes through a place that show all of a grid, and how large a millimetre is drawn.
fn views(grid: &Grid, through_mm: [f64; 3]) -> ([View; 3], f64) {
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for corner in 0..8_usize {
        let end = |a: usize| {
            if corner >> a & 1 == 1 { grid.shape()[a] as f64 - 0.5 } else { -0.5 }
        };
        let place = grid.to_world([end(0), end(1), end(2)]);
        for a in 0..3 {
            low[a] = low[a].min(place[a]);
            high[a] = high[a].max(place[a]);
        }
    }
    let size_mm = |plane: Plane| plane.axes().map(|a| high[a] - low[a]);
    let sizes = Plane::ALL.map(size_mm);
    let wide: f64 = sizes.iter().map(|s| s[0]).sum();
    let tall = sizes.iter().map(|s| s[1]).fold(0.0, f64::max);
    let per_mm = ((WIDE - 2.0 * GAP) / wide).min(TALLEST / tall);
    let views = Plane::ALL.map(|plane| {
        let mut middle_mm = through_mm;
        for axis in plane.axes() {
            middle_mm[axis] = f64::midpoint(low[axis], high[axis]);
        }
        let size_mm = size_mm(plane);
        // Two pixels a unit, so that voxels keep their edges.
        let pixels = size_mm.map(|mm| (2.0 * per_mm * mm).round().max(1.0) as usize);
        View { plane, middle_mm, size_mm, pixels }
    });
    (views, per_mm)
}

/// The colours of the tissues by their codes, and that of what lies beyond the box.
fn colours() -> Vec<[u8; 3]> {
    Tissue::ALL.into_iter().map(Tissue::colour).chain([[255; 3]]).collect()
}

fn keys(present: &BTreeSet<Tissue>, look: Option<&Look>) -> Vec<Key> {
    let tissues = present.iter().map(|tissue| Key {
        sample: rectangle([0.5, 0.5], [21.0, 11.0], &written(tissue.colour()))
            .with("stroke", "#8B96A1"),
        meaning: words::spoken(tissue.name()),
    });
    let outline = |outline: &Outline, path: &str, meaning: String| Key {
        sample: outline.drawn(Element::new("path").with("d", path)),
        meaning,
    };
    let grown = look.filter(|look| look.target.kind == TargetKind::Bone);
    let lesion = grown.map(|look| {
        outline(&LESION, "M1 1H21V11H1Z", format!("new bone on day {}", look.last_day))
    });
    let injury = look
        .filter(|look| look.injury.is_some())
        .map(|_| outline(&INJURY, "M1 6H21", "injured on day 0".to_owned()));
    tissues.chain(lesion).chain(injury).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::palette::tests::light;
    use crate::report::testing::oblique_grid;

    #[test]
    fn views_show_the_whole_grid_at_one_scale() {
        let grid = oblique_grid([30, 20, 10]);
        let (views, per_mm) = views(&grid, grid.middle_mm());
        for view in views {
            assert!(view.size_mm.iter().all(|mm| per_mm * mm <= WIDE));
            let [right, down] = view.plane.axes();
            let centre = grid.centre([29, 0, 9]);
            for (axis, a) in [(right, 0), (down, 1)] {
                let off = (centre[axis] - view.middle_mm[axis]).abs();
                assert!(off < view.size_mm[a] / 2.0, "{centre:?} in {view:?}");
            }
            for (pixels, mm) in view.pixels.iter().zip(view.size_mm) {
                assert!((*pixels as f64 - 2.0 * per_mm * mm).abs() <= 0.5);
            }
        }
        let total: f64 = views.iter().map(|v| per_mm * v.size_mm[0]).sum();
        assert!(total <= WIDE - 2.0 * GAP + 1e-9);
    }

    #[test]
    fn every_tissue_has_its_colour() {
        assert_eq!(colours().len(), usize::from(BEYOND) + 1);
        for tissue in Tissue::ALL {
            assert_eq!(colours()[usize::from(tissue.code())], tissue.colour());
        }
    }

    /// Lightness and two hues (CIELAB) of a colour, seen through a matrix on linear light.
    fn seen(colour: [u8; 3], sight: [[f64; 3]; 3]) -> [f64; 3] {
        let apply = |matrix: [[f64; 3]; 3], v: [f64; 3]| {
            matrix.map(|row| (0..3).map(|a| row[a] * v[a]).sum::<f64>().clamp(0.0, 1.0))
        };
        let white_is_one =
            [[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8728]];
        let [x, y, z] = apply(white_is_one, apply(sight, light(colour)))
            .map(|t| if t > 0.008856 { libm::cbrt(t) } else { 7.787 * t + 16.0 / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn tissues_are_told_apart_without_red_or_green_too() {
        // Machado, Oliveira and Fernandes 2009, full deficiency.
        let sights = [
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ],
            [
                [0.367322, 0.860646, -0.227968],
                [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ],
        ];
        for sight in sights {
            for (n, a) in Tissue::ALL.into_iter().enumerate() {
                for b in &Tissue::ALL[n + 1..] {
                    let [p, q] = [a, *b].map(|tissue| seen(tissue.colour(), sight));
                    let off: f64 = (0..3).map(|c| (p[c] - q[c]) * (p[c] - q[c])).sum();
                    assert!(off.sqrt() > 10.0, "{a:?} and {b:?}: {}", off.sqrt());
                }
            }
        }
    }
}
