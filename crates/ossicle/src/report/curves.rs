//! The curves against day.
//!
//! A curve more is one entry of [`charts`]: what it shows, which columns of the time series,
//! how its axis runs.

use super::draw::chart::{Chart, Mark, Range, Series, highest, settled_day};
use super::draw::palette::{BONE, CARTILAGE, INFLAMMATION, Ink, OSTEOID, PERFUSION, PLAIN};
use super::figure::{Figure, Layout};
use super::source::{Absent, Piece};
use super::words;
use crate::readout::{
    BONE_HU, Column, MINERAL_MG_PER_MM3, MOVEMENTS, Readout, Summary, VISIBLE_HU,
};

/// Less than this in mm³, mg or mm³ a day is shown as a flat line: no lesion is as small.
const TRACE: f64 = 0.01;

/// The curves of a time series.
pub(super) fn figure(rows: &Piece<Vec<Readout>>, summary: Option<&Summary>) -> Piece<Figure> {
    let rows = enough(rows)?;
    let pictures =
        charts(rows, &marks(summary)).iter().map(|chart| chart.draw(&alt(chart))).collect();
    let caption = format!(
        "Read-outs of the whole lesion, one point a day. Dashed lines mark the day on which the \
         lesion is first visible on CT (it adds {VISIBLE_HU} HU somewhere) and the day on which \
         bone volume comes within 5 % of its largest. The axis of swelling and pain ends where \
         they have settled."
    );
    Ok(Figure { id: "curves", layout: Layout::Small, pictures, caption })
}

/// The rows, if there are enough of them for a line.
pub(super) fn enough(rows: &Piece<Vec<Readout>>) -> Piece<&[Readout]> {
    let rows = rows.as_ref().map_err(Absent::clone)?;
    match rows.as_slice() {
        [] => Err(Absent::because("The time series has no row yet.")),
        [only] => Err(Absent::because(format!(
            "The time series has one row, that of {}: there is no curve yet.",
            words::day(only.day)
        ))),
        rows => Ok(rows),
    }
}

/// The days that every chart marks.
pub(super) fn marks(summary: Option<&Summary>) -> Vec<Mark> {
    let mark = |day: Option<f64>, word: &str| {
        day.map(|day| Mark { day, word: format!("{word} {}", words::day(day)) })
    };
    let Some(summary) = summary else { return Vec::new() };
    let first = mark(summary.first_visible_day, "visible");
    let plateau = mark(summary.plateau_day, "plateau");
    first.into_iter().chain(plateau).collect()
}

/// Every chart, in the order of the page.
fn charts(rows: &[Readout], marks: &[Mark]) -> Vec<Chart> {
    let last_day = rows.last().map_or(0.0, |r| r.day);
    let largest = |of: &dyn Fn(&Readout) -> f64| rows.iter().map(of).fold(0.0, f64::max);
    let series = |name: &str, ink: Ink, of: &dyn Fn(&Readout) -> f64| Series {
        name: name.to_owned(),
        ink,
        points: rows.iter().map(|r| [r.day, of(r)]).collect(),
    };
    let chart = |title: &str, unit: &str, range: Range, series: Vec<Series>| Chart {
        title: title.to_owned(),
        unit: unit.to_owned(),
        range,
        series,
        last_day,
        marks: marks.to_vec(),
    };
    let zero = |at_least: f64| Range::FromZero { at_least };

    let (cm3, volume_unit) = words::volume_unit(largest(&|r| r.bone_volume_mm3));
    let mineral_mm3 = |r: &Readout| r.mineral_mg / MINERAL_MG_PER_MM3;
    let most_matrix = largest(&|r| r.cartilage_mm3.max(r.osteoid_mm3).max(mineral_mm3(r)));
    let (matrix_cm3, matrix_unit) = words::volume_unit(most_matrix);
    let (g, mass_unit) = words::mass_unit(largest(&|r| r.mineral_mg));
    let rom = largest(&|r| r.free_range_deg);
    let symptoms = vec![
        series("swelling", PERFUSION, &|r| 100.0 * r.swelling),
        series("pain", INFLAMMATION, &|r| 10.0 * r.pain),
    ];
    let symptom_points: Vec<&[[f64; 2]]> = symptoms.iter().map(|s| s.points.as_slice()).collect();
    let symptoms_settled = settled_day(&symptom_points, last_day);
    let mut charts = vec![
        chart(
            "Bone volume",
            &format!("above {BONE_HU} HU, {volume_unit}"),
            zero(TRACE * cm3),
            vec![series("", BONE, &|r| cm3 * r.bone_volume_mm3)],
        ),
        chart("Mineral", mass_unit, zero(TRACE * g), vec![series("", BONE, &|r| g * r.mineral_mg)]),
        chart(
            "Matrix",
            matrix_unit,
            zero(TRACE * matrix_cm3),
            vec![
                series("cartilage", CARTILAGE, &|r| matrix_cm3 * r.cartilage_mm3),
                series("osteoid", OSTEOID, &|r| matrix_cm3 * r.osteoid_mm3),
                series("mineralised", BONE, &|r| matrix_cm3 * mineral_mm3(r)),
            ],
        ),
        chart(
            "Serum alkaline phosphatase",
            "times normal",
            Range::Around { usual: 1.0, name: "normal", at_least: 0.2 },
            vec![series("", PLAIN, &|r| r.alp_rel)],
        ),
        Chart {
            last_day: symptoms_settled,
            ..chart("Swelling and pain", "% of the full scale", zero(10.0), symptoms)
        },
        chart(
            "Motion",
            "degrees",
            zero(rom.max(10.0)),
            vec![
                series("free range", PLAIN, &|r| r.free_range_deg),
                series("lost to contracture", OSTEOID, &|r| r.contracture_deg),
            ],
        ),
    ];
    charts.extend(
        movements(rows)
            .chunks(MOVEMENTS_IN_ONE)
            .map(|some| chart("Range of each movement", "degrees left", zero(10.0), some.to_vec())),
    );
    charts.extend([
        chart("Densest voxel", "HU", zero(BONE_HU), vec![series("", BONE, &|r| r.max_hu)]),
        chart(
            "Maturity",
            "mineral over all matrix, %",
            Range::To(100.0),
            vec![series("", BONE, &|r| 100.0 * r.maturity)],
        ),
        chart(
            "Tracer uptake",
            "mm³ of mineral per day × perfusion",
            zero(TRACE),
            vec![series("", PERFUSION, &|r| r.tracer_uptake_mm3_per_day)],
        ),
    ]);
    charts
}

/// Movements in one chart at most.
const MOVEMENTS_IN_ONE: usize = 3;

/// What is left of each movement, where bones tell: a curve each.
fn movements(rows: &[Readout]) -> Vec<Series> {
    let inks = [PLAIN, BONE, CARTILAGE].into_iter().cycle();
    let curve = |column: &'static Column| {
        let known = rows.iter().map(|r| [r.day, column.of(r)]).filter(|p| !p[1].is_nan());
        let points: Vec<[f64; 2]> = known.collect();
        let name = words::spoken(column.name.trim_end_matches("_deg"));
        (!points.is_empty()).then_some((name, points))
    };
    let curves = MOVEMENTS.iter().filter_map(curve).zip(inks);
    curves.map(|((name, points), ink)| Series { name, ink, points }).collect()
}

/// What a chart shows, for those who do not see it.
fn alt(chart: &Chart) -> String {
    let mut alt = format!("{} ({}) against day. ", chart.title, chart.unit);
    for series in &chart.series {
        let name = if series.name.is_empty() { "It" } else { &series.name };
        let (Some(first), Some(last), Some(peak)) =
            (series.points.first(), series.points.last(), highest(&series.points))
        else {
            continue;
        };
        alt.push_str(&format!(
            "{} is {} on {}, at most {} on {}, and {} on {}. ",
            words::capitalised(name),
            words::number(first[1]),
            words::day(first[0]),
            words::number(peak[1]),
            words::day(peak[0]),
            words::number(last[1]),
            words::day(last[0]),
        ));
    }
    alt.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(day: f64, bone_volume_mm3: f64) -> Readout {
        Readout {
            day,
            bone_volume_mm3,
            mineral_mg: 0.4 * bone_volume_mm3,
            alp_rel: 1.0,
            free_range_deg: 120.0 - day,
            ..Readout::default()
        }
    }

    #[test]
    fn charts_show_the_columns_in_the_unit_that_suits_them() {
        let rows = [row(0.0, 0.0), row(30.0, 2000.0), row(60.0, 2656.0)];
        let charts = charts(&rows, &[]);
        assert_eq!(charts[0].unit, "above 250 HU, cm³");
        assert_eq!(charts[0].series[0].points[2], [60.0, 2.656]);
        assert_eq!(charts[0].values(), [0.0, 1.04 * 2.656]);
        assert_eq!(charts[1].unit, "g");
        let mineral = &charts[2].series[2];
        assert_eq!(mineral.name, "mineralised");
        assert!((mineral.points[2][1] - 2.656 * 0.4 / 1.15).abs() < 1e-12);
        let motion = charts.iter().find(|c| c.title == "Motion").unwrap();
        assert_eq!(motion.series[0].points[1], [30.0, 90.0]);
        assert!(motion.values()[1] >= 120.0);
        assert_eq!(
            alt(&charts[0]),
            "Bone volume (above 250 HU, cm³) against day. It is 0 on day 0, at most 2.66 on \
             day 60, and 2.66 on day 60."
        );
    }

    #[test]
    fn movements_are_charted_where_bones_tell_them() {
        let moved = |day: f64, abduction_deg| Readout {
            flexion_deg: Some(120.0 - day),
            extension_deg: Some(10.0),
            abduction_deg,
            adduction_deg: Some(20.0),
            ..row(day, 0.0)
        };
        let rows = [moved(0.0, None), moved(1.0, Some(40.0)), moved(2.0, Some(35.0))];
        let charts = charts(&rows, &[]);
        let titles: Vec<&str> = charts.iter().map(|c| c.title.as_str()).collect();
        assert_eq!(titles[6..8], ["Range of each movement"; 2]);
        assert_eq!(charts[6].series[2].points, [[1.0, 40.0], [2.0, 35.0]]);
        assert!(alt(&charts[6]).contains("Flexion is 120 on day 0, at most 120 on day 0, and 118"));
    }

    #[test]
    fn too_few_rows_are_told() {
        let none = figure(&Ok(Vec::new()), None).unwrap_err();
        assert!(none.why.contains("no row"), "{none:?}");
        let one = figure(&Ok(vec![row(0.0, 0.0)]), None).unwrap_err();
        assert!(one.why.contains("one row, that of day 0"), "{one:?}");
        assert_eq!(
            figure(&Ok(vec![row(0.0, 0.0), row(1.0, 0.0)]), None).unwrap().pictures.len(),
            9
        );
    }
}
