//! The figure of the zonal profile: a column a day, a row a quantity, depth along each.

use super::names::{LEAST_SHARE, SOFT, Zone, zones};
use super::profile::{LEAST_MATRIX, Profiles, Quantity};
use crate::report::days::spread;
use crate::report::draw::axis::{Scale, plain, ticks};
use crate::report::draw::chart::{Area, SMALL};
use crate::report::draw::palette::{FRAME, QUIET, TEXT};
use crate::report::draw::svg::{
    Anchor, Element, line, picture, rectangle, text_width, words as text,
};
use crate::report::draw::tile::{Key, draw_keys};
use crate::report::figure::{Figure, Layout, WIDE};
use crate::report::source::{Absent, Piece, Source};
use crate::report::words;

/// Days shown at most.
const MOST_DAYS: usize = 4;
const LEFT: f64 = 226.0;
const RIGHT: f64 = WIDE - 14.0;
const GAP: f64 = 18.0;
/// Top and height of the band of zones.
const BAND: [f64; 2] = [24.0, 18.0];
const ROW: f64 = 38.0;
const HEIGHT: f64 = 29.0;

/// The zonal profile of a run.
pub(in crate::report) fn figure(source: &Source) -> Piece<Figure> {
    let fields = source.fields.as_ref().map_err(Absent::clone)?;
    // On day 0 there is a wound, no lesion.
    let days: Vec<u64> = fields.days_written().iter().copied().filter(|d| *d > 0).collect();
    let days = spread(&days, MOST_DAYS);
    if days.is_empty() {
        return Err(Absent::because("The run has written no fields after day 0."));
    }
    let profiles = Profiles::of(source, &days)?;
    let zones: Vec<Vec<Zone>> = (0..days.len()).map(|day| zones(&profiles, day)).collect();
    let mut caption = zones.last().map(|zones| last_zones(&profiles, zones)).unwrap_or_default();
    caption.push_str(&format!(
        " Means over layers {} mm thick, by depth below the lesion's surface towards soft tissue \
         (dashed line; left of it lies what surrounds the lesion). The lesion is everything that \
         held more than {:.0} % cartilage or bone matrix on one of these days, with what it \
         encloses. Rows have one scale for all days; their largest mean stands at the left. The \
         band names each depth after the matrix that it holds most of, or, where all are below \
         {:.0} %, after debris or progenitors.",
        words::number(profiles.layer_mm),
        100.0 * LEAST_MATRIX,
        100.0 * LEAST_SHARE,
    ));
    if !profiles.missing.is_empty() {
        let missing: Vec<String> = profiles.missing.iter().map(|f| words::spoken(f)).collect();
        caption.push_str(&format!(
            " Not written by this run, and so not counted: {}.",
            words::listed(&missing)
        ));
    }
    let picture = draw(&profiles, &zones);
    Ok(Figure { id: "zones", layout: Layout::Wide, pictures: vec![picture], caption })
}

fn draw(profiles: &Profiles, zones: &[Vec<Zone>]) -> Element {
    let half = 0.5 * profiles.layer_mm;
    let ends = [profiles.depths_mm.first(), profiles.depths_mm.last()].map(|d| d.copied());
    let ends = [ends[0].unwrap_or(0.0) - half, ends[1].unwrap_or(0.0) + half];
    let top = BAND[0] + BAND[1] + 6.0;
    let bottom = top + ROW * profiles.quantities.len() as f64;
    let columns = profiles.days.len() as f64;
    let width = ((RIGHT - LEFT + GAP) / columns.max(2.0)) - GAP;
    let mut drawn = picture([WIDE, bottom + 64.0], &alt(profiles, zones));
    draw_keys(&mut drawn, keys(zones), [LEFT, bottom + 44.0], RIGHT - LEFT, QUIET);
    let scales: Vec<Scale> = (0..profiles.days.len())
        .map(|n| LEFT + (width + GAP) * n as f64)
        .map(|left| Scale { numbers: ends, places: [left, left + width] })
        .collect();
    for ((x, day), zones) in scales.iter().zip(&profiles.days).zip(zones) {
        let heading = words::capitalised(&words::day(*day as f64));
        let middle = f64::midpoint(x.places[0], x.places[1]);
        drawn.add(
            text([middle, 15.0], 13.0, Anchor::Middle, TEXT, &heading).with("font-weight", "600"),
        );
        band(&mut drawn, x, zones);
    }
    for (n, (quantity, means)) in profiles.quantities.iter().zip(&profiles.means).enumerate() {
        let base = top + ROW * (n + 1) as f64;
        let largest = means.iter().flatten().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
        for (x, means) in scales.iter().zip(means) {
            let share = |v: f64| if largest > 0.0 { v / largest } else { 0.0 };
            let points: Vec<[f64; 2]> =
                profiles.depths_mm.iter().zip(means).map(|(d, v)| [*d, share(*v)]).collect();
            Area { points: &points, ink: quantity.ink, base, height: HEIGHT }.draw(&mut drawn, x);
        }
        let (factor, unit) = quantity.unit;
        let at_most = format!("at most {} {unit}", words::significant(factor * largest, 2));
        let name = row_name(quantity, &profiles.missing);
        let name = text([LEFT - 12.0, base - 17.0], 12.5, Anchor::End, quantity.ink.text, &name);
        drawn.add(name.with("font-weight", "600"));
        drawn.add(text([LEFT - 12.0, base - 3.5], SMALL, Anchor::End, QUIET, &at_most));
    }
    for x in &scales {
        let surface = x.at(0.0);
        let dashed = line([surface, BAND[0]], [surface, bottom], FRAME, 1.0);
        drawn.add(dashed.with("stroke-dasharray", "4 3"));
        depth_axis(&mut drawn, x, bottom);
    }
    drawn
}

/// What a row is called: after the fields that were written, where some were not.
fn row_name(quantity: &Quantity, missing: &[&str]) -> String {
    if quantity.fields.iter().all(|f| !missing.contains(f)) {
        return quantity.name.to_owned();
    }
    let written = quantity.fields.iter().filter(|f| !missing.contains(f));
    words::capitalised(&words::listed(&written.map(|f| words::spoken(f)).collect::<Vec<_>>()))
}

/// The zones of a day as a band, named where there is room.
fn band(drawn: &mut Element, x: &Scale, zones: &[Zone]) {
    for zone in zones {
        let [from, to] = [zone.from_mm, zone.to_mm].map(|mm| x.at(mm));
        drawn.add(sample(zone, [from, BAND[0]], [to - from, BAND[1]]));
        if text_width(zone.name, SMALL) < to - from - 4.0 {
            let middle = [f64::midpoint(from, to), BAND[0] + 12.5];
            drawn.add(text(middle, SMALL, Anchor::Middle, TEXT, zone.name));
        }
    }
}

/// A piece of a zone's colour.
fn sample(zone: &Zone, at: [f64; 2], size: [f64; 2]) -> Element {
    let opacity = if zone.name == SOFT { 0.06 } else { 0.3 };
    rectangle(at, size, zone.ink.line).at("fill-opacity", opacity)
}

/// What the colours of the bands mean.
fn keys(zones: &[Vec<Zone>]) -> Vec<Key> {
    let mut seen: Vec<&Zone> = Vec::new();
    for zone in zones.iter().flatten() {
        if seen.iter().all(|z| z.name != zone.name) {
            seen.push(zone);
        }
    }
    let key = |zone: &&Zone| Key {
        sample: sample(zone, [0.0, 0.0], [22.0, 12.0])
            .with("stroke", FRAME)
            .at("stroke-width", 0.5),
        meaning: zone.name.to_lowercase(),
    };
    seen.iter().map(key).collect()
}

/// The zones of the last day as a sentence, from the surface inwards.
fn last_zones(profiles: &Profiles, zones: &[Zone]) -> String {
    let inside = zones.iter().filter(|z| z.to_mm > 0.0);
    let told: Vec<String> =
        inside.map(|z| format!("{} to {} mm", z.name.to_lowercase(), tenth(z.to_mm))).collect();
    let day = profiles.days.last().copied().unwrap_or_default();
    format!("On {}, from the surface inwards: {}.", words::day(day as f64), told.join(", then "))
}

/// A depth to a tenth of a millimetre.
fn tenth(mm: f64) -> String {
    plain((10.0 * mm).round() / 10.0)
}

fn depth_axis(drawn: &mut Element, x: &Scale, at: f64) {
    drawn.add(line([x.places[0], at], [x.places[1], at], FRAME, 1.0));
    for depth in ticks(x.numbers[0], x.numbers[1], 6).0 {
        let place = x.at(depth);
        drawn.add(line([place, at], [place, at + 4.0], FRAME, 1.0));
        let name = plain(depth).replace('-', "−");
        drawn.add(text([place, at + 15.0], SMALL, Anchor::Middle, QUIET, &name));
    }
    let middle = f64::midpoint(x.places[0], x.places[1]);
    drawn.add(text([middle, at + 28.0], SMALL, Anchor::Middle, QUIET, "depth, mm"));
}

/// The zones for those who do not see them.
fn alt(profiles: &Profiles, zones: &[Vec<Zone>]) -> String {
    let days = profiles.days.iter().zip(zones).map(|(day, zones)| {
        let zones: Vec<String> = zones
            .iter()
            .map(|z| {
                let [from, to] = [z.from_mm, z.to_mm].map(tenth);
                format!("{} from {from} to {to} mm", z.name.to_lowercase())
            })
            .collect();
        format!("On {}: {}.", words::day(*day as f64), zones.join(", "))
    });
    let days: Vec<String> = days.collect();
    format!("Zonal profile by depth below the surface of the lesion. {}", days.join(" "))
}
