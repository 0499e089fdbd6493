//! The succession of cells: who comes, peaks and goes, one row each.

use super::curves::{enough, marks};
use super::draw::axis::Scale;
use super::draw::chart::{Area, SMALL, TITLE, day_axis, draw_marks, highest, settled_day};
use super::draw::palette::{BONE, CARTILAGE, INFLAMMATION, Ink, PLAIN, PROGENITORS, QUIET, TEXT};
use super::draw::svg::{Anchor, picture, words as text};
use super::figure::{Figure, Layout, WIDE};
use super::source::Piece;
use super::words;
use crate::readout::{Readout, Summary};

/// A population: its name, how it is drawn, and its size in 1e6 cells.
type Population = (&'static str, Ink, fn(&Readout) -> f64);

const POPULATIONS: [Population; 5] = [
    ("Debris", PLAIN, |r| r.debris_1e6_cells),
    ("Inflammatory macrophages", INFLAMMATION, |r| r.inflammatory_macrophages_1e6),
    ("Progenitors", PROGENITORS, |r| r.progenitors_1e6),
    ("Chondrocytes", CARTILAGE, |r| r.chondrocytes_1e6),
    ("Osteoblasts", BONE, |r| r.osteoblasts_1e6),
];

const LEFT: f64 = 226.0;
const RIGHT: f64 = WIDE - 14.0;
const TOP: f64 = 46.0;
const ROW: f64 = 58.0;
const HEIGHT: f64 = 46.0;

/// The succession in a time series.
pub(super) fn figure(rows: &Piece<Vec<Readout>>, summary: Option<&Summary>) -> Piece<Figure> {
    let rows = enough(rows)?;
    let end = rows.last().map_or(0.0, |r| r.day);
    let numbers: Vec<Vec<[f64; 2]>> = POPULATIONS
        .iter()
        .map(|(_, _, of)| rows.iter().map(|r| [r.day, of(r)]).collect())
        .collect();
    let last_day = settled_day(&numbers.iter().map(Vec::as_slice).collect::<Vec<_>>(), end);
    let x = Scale { numbers: [0.0, last_day], places: [LEFT, RIGHT] };
    let bottom = TOP + ROW * POPULATIONS.len() as f64;
    let mut drawn = picture([WIDE, bottom + 36.0], &alt(rows));
    drawn.add(
        text([4.0, 15.0], TITLE, Anchor::Start, TEXT, "Succession of cells")
            .with("font-weight", "600"),
    );
    draw_marks(&mut drawn, &marks(summary), &x, [TOP - 4.0, bottom]);
    for (n, ((name, ink, _), numbers)) in POPULATIONS.into_iter().zip(&numbers).enumerate() {
        let base = TOP + ROW * (n + 1) as f64;
        let peak = highest(numbers).filter(|p| p[1] > 0.0);
        let share = |p: &[f64; 2]| [p[0], peak.map_or(0.0, |peak| p[1] / peak[1])];
        let points: Vec<[f64; 2]> =
            numbers.iter().filter(|p| p[0] <= last_day).map(share).collect();
        Area { points: &points, ink, base, height: HEIGHT }.draw(&mut drawn, &x);
        drawn.add(
            text([LEFT - 12.0, base - 20.0], 12.5, Anchor::End, ink.text, name)
                .with("font-weight", "600"),
        );
        let size = peak.map_or("none".to_owned(), |peak| {
            format!("at most {} million, {}", words::number(peak[1]), words::day(peak[0]))
        });
        drawn.add(text([LEFT - 12.0, base - 5.0], SMALL, Anchor::End, QUIET, &size));
    }
    day_axis(&mut drawn, &x, bottom);
    let mut caption = "Cells in the whole lesion box, each row scaled to its own largest number, \
         which stands at its left. Progenitors include those resident in healthy tissue; debris \
         is counted in necrotic cells."
        .to_owned();
    if last_day < end {
        caption.push_str(" The axis ends where all have settled.");
    }
    Ok(Figure { id: "succession", layout: Layout::Wide, pictures: vec![drawn], caption })
}

/// The succession for those who do not see it.
fn alt(rows: &[Readout]) -> String {
    let peaks = POPULATIONS.map(|(name, _, of)| {
        let points: Vec<[f64; 2]> = rows.iter().map(|r| [r.day, of(r)]).collect();
        match highest(&points).filter(|p| p[1] > 0.0) {
            Some(peak) => format!("{} on {}", name.to_lowercase(), words::day(peak[0])),
            None => format!("{} never", name.to_lowercase()),
        }
    });
    format!("Succession of cells against day. Their numbers peak: {}.", words::listed(&peaks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::svg::text_of;

    #[test]
    fn every_population_tells_its_peak() {
        let row = |day: f64| Readout {
            day,
            debris_1e6_cells: 300.0 - 3.0 * day,
            chondrocytes_1e6: 12.0 - (day - 18.0).abs() / 2.0,
            ..Readout::default()
        };
        let rows: Vec<Readout> = (0..=40).map(|d| row(f64::from(d))).collect();
        let figure = figure(&Ok(rows), None).unwrap();
        let svg = text_of(&figure.pictures[0]);
        assert!(svg.contains("at most 300 million, day 0"), "{svg}");
        assert!(svg.contains("at most 12 million, day 18"));
        assert_eq!(svg.matches(">none<").count(), 3);
        assert!(svg.contains("chondrocytes on day 18 and osteoblasts never"), "{svg}");
    }
}
