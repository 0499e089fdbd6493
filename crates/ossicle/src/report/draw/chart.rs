//! Line charts against days, and rows of areas that are compared by their shape.

use super::axis::{Scale, day_ticks, tick_text, ticks};
use super::palette::{FRAME, GUIDE, Ink, QUIET, TEXT};
use super::svg::{Anchor, Element, line, path_of, picture, text_width, words};

/// A curve.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Series {
    /// What it is called where it is labelled; empty for the only one.
    pub(in crate::report) name: String,
    /// How it is drawn.
    pub(in crate::report) ink: Ink,
    /// Day and value; what is not finite leaves a gap.
    pub(in crate::report) points: Vec<[f64; 2]>,
}

/// A day that is marked in a chart.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Mark {
    /// The day.
    pub(in crate::report) day: f64,
    /// What happens on it.
    pub(in crate::report) word: String,
}

/// Which values an axis shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) enum Range {
    /// From 0 to a little above the largest, which is taken to be this at least.
    FromZero {
        /// What the axis shows where all values are smaller.
        at_least: f64,
    },
    /// From 0 to here, whatever the values.
    To(f64),
    /// Round a usual value, which is marked.
    Around {
        /// The usual value.
        usual: f64,
        /// Its name.
        name: &'static str,
        /// How far from it the axis reaches at least.
        at_least: f64,
    },
}

/// A line chart against days.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Chart {
    /// What it shows.
    pub(in crate::report) title: String,
    /// Its unit, empty for none.
    pub(in crate::report) unit: String,
    /// The values shown.
    pub(in crate::report) range: Range,
    /// The curves.
    pub(in crate::report) series: Vec<Series>,
    /// The last day shown.
    pub(in crate::report) last_day: f64,
    /// The days marked.
    pub(in crate::report) marks: Vec<Mark>,
}

const SIZE: [f64; 2] = [340.0, 214.0];
const LEFT: f64 = 44.0;
const RIGHT: f64 = 330.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 182.0;
/// Size of small words.
pub(in crate::report) const SMALL: f64 = 11.5;
/// Size of titles.
pub(in crate::report) const TITLE: f64 = 13.0;

impl Chart {
    /// The lowest and highest value of the axis.
    pub(in crate::report) fn values(&self) -> [f64; 2] {
        let all = self.series.iter().flat_map(|s| &s.points).map(|p| p[1]);
        let finite = all.filter(|v| v.is_finite());
        let [low, high] = finite
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)]);
        match self.range {
            Range::To(end) => [0.0, end],
            Range::FromZero { at_least } => {
                // Labels need room above the highest point.
                let room = if self.series.len() > 1 { 1.16 } else { 1.04 };
                [low.min(0.0), room * high.max(at_least)]
            }
            Range::Around { usual, at_least, .. } => {
                let (low, high) = (low.min(usual), high.max(usual));
                let missing = (at_least - (high - low)).max(0.0);
                // The room that is missing goes where the curve goes.
                if usual - low > high - usual {
                    [low - missing, high]
                } else {
                    [low, high + missing]
                }
            }
        }
    }

    /// The chart as a picture.
    pub(in crate::report) fn draw(&self, alt: &str) -> Element {
        let x = Scale { numbers: [0.0, self.last_day], places: [LEFT, RIGHT] };
        let y = Scale { numbers: self.values(), places: [BOTTOM, TOP] };
        let mut picture = picture(SIZE, alt);
        picture.add(title([4.0, 14.0], &self.title, &self.unit));
        let (marked, step) = ticks(y.numbers[0], y.numbers[1], 5);
        for value in marked {
            let at = y.at(value);
            picture.add(line([LEFT, at], [RIGHT, at], GUIDE, 1.0));
            let text = tick_text(value, step);
            picture.add(words([LEFT - 6.0, at + 3.5], SMALL, Anchor::End, QUIET, &text));
        }
        day_axis(&mut picture, &x, BOTTOM);
        draw_marks(&mut picture, &self.marks, &x, [TOP, BOTTOM]);
        if let Range::Around { usual, name, .. } = self.range {
            let at = y.at(usual);
            picture.add(line([LEFT, at], [RIGHT, at], FRAME, 1.0).with("stroke-dasharray", "1 3"));
            picture.add(words([RIGHT, at - 4.0], SMALL, Anchor::End, QUIET, name));
        }
        for series in &self.series {
            let shown = series.points.partition_point(|p| p[0] <= self.last_day);
            for run in series.points[..shown].split(|p| !p[1].is_finite()) {
                let places: Vec<[f64; 2]> = run.iter().map(|p| [x.at(p[0]), y.at(p[1])]).collect();
                if !places.is_empty() {
                    picture.add(stroke(&places, series.ink, 2.0));
                }
            }
        }
        for label in self.labels(&x, &y) {
            picture.add(label);
        }
        picture
    }

    /// A dot at each curve's highest point with its name, moved off the others'.
    fn labels(&self, x: &Scale, y: &Scale) -> Vec<Element> {
        let mut taken: Vec<[f64; 4]> = Vec::new();
        let mut elements = Vec::new();
        for series in self.series.iter().filter(|s| !s.name.is_empty()) {
            let Some(peak) = highest(&series.points) else { continue };
            let at = [x.at(peak[0]), y.at(peak[1])];
            let width = text_width(&series.name, SMALL);
            let before = at[0] + 6.0 + width > RIGHT;
            let from = if before { at[0] - 6.0 - width } else { at[0] + 6.0 };
            // Above the point, then ever further off, upwards and downwards in turn.
            let offsets = (0..16).map(|n| {
                let far = 11.0 * f64::from((n + 1) / 2);
                if n % 2 == 0 { -4.0 + far } else { -4.0 - far }
            });
            let free = offsets
                .map(|d| [from, at[1] + d - 9.0, from + width, at[1] + d + 2.0])
                .find(|spot| {
                    spot[1] >= TOP - 2.0
                        && spot[3] <= BOTTOM
                        && taken.iter().all(|t| {
                            spot[2] < t[0] || spot[0] > t[2] || spot[3] <= t[1] || spot[1] >= t[3]
                        })
                });
            let spot = free.unwrap_or([from, at[1] - 13.0, from + width, at[1] - 2.0]);
            taken.push(spot);
            let dot = Element::new("circle").at("cx", at[0]).at("cy", at[1]).at("r", 2.5);
            elements.push(dot.with("fill", series.ink.line));
            let (anchor, start) =
                if before { (Anchor::End, spot[2]) } else { (Anchor::Start, spot[0]) };
            let place = [start, spot[3] - 2.0];
            elements.push(haloed(words(place, SMALL, anchor, series.ink.text, &series.name)));
        }
        elements
    }
}

/// A round day after which no curve is further from its end than a thirtieth of its range;
/// the last day where that is not much earlier.
pub(in crate::report) fn settled_day(curves: &[&[[f64; 2]]], last_day: f64) -> f64 {
    let settled = curves.iter().filter_map(|points| {
        let finite = || points.iter().filter(|p| p[1].is_finite());
        let [low, high] = finite().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], p| {
            [low.min(p[1]), high.max(p[1])]
        });
        let end = finite().next_back()?[1];
        finite().rev().find(|p| (p[1] - end).abs() > (high - low) / 30.0).map(|p| p[0])
    });
    let day = 30.0 * (settled.fold(0.0, f64::max) / 30.0 + 0.1).ceil();
    if day < 0.7 * last_day { day } else { last_day }
}

/// The highest finite point, the first of equals.
pub(in crate::report) fn highest(points: &[[f64; 2]]) -> Option<[f64; 2]> {
    points
        .iter()
        .copied()
        .filter(|p| p[1].is_finite())
        .reduce(|a, b| if b[1] > a[1] { b } else { a })
}

/// A title with its unit.
pub(in crate::report) fn title(at: [f64; 2], title: &str, unit: &str) -> Element {
    let mut text = Element::new("text").at("x", at[0]).at("y", at[1]).at("font-size", TITLE);
    text.add(Element::new("tspan").with("font-weight", "600").with("fill", TEXT).saying(title));
    if !unit.is_empty() {
        let unit = format!(" {unit}");
        text.add(Element::new("tspan").with("fill", QUIET).at("font-size", 11.5).saying(&unit));
    }
    text
}

/// Words that stay readable over lines.
pub(in crate::report) fn haloed(words: Element) -> Element {
    words
        .with("paint-order", "stroke")
        .with("stroke", "#fff")
        .with("stroke-width", "3")
        .with("stroke-linejoin", "round")
}

/// A curve through places.
fn stroke(places: &[[f64; 2]], ink: Ink, width: f64) -> Element {
    let path = Element::new("path")
        .with("d", &path_of(places))
        .with("fill", "none")
        .with("stroke", ink.line)
        .at("stroke-width", width)
        .with("stroke-linejoin", "round");
    if ink.dash.is_empty() { path } else { path.with("stroke-dasharray", ink.dash) }
}

/// The axis of days, at the height `at`.
pub(in crate::report) fn day_axis(picture: &mut Element, x: &Scale, at: f64) {
    picture.add(line([x.places[0], at], [x.places[1], at], FRAME, 1.0));
    let room = x.places[1] - x.places[0];
    for day in day_ticks(x.numbers[1], (room / 40.0) as usize) {
        let place = x.at(day);
        picture.add(line([place, at], [place, at + 4.0], FRAME, 1.0));
        let text = tick_text(day, 1.0_f64.min(x.numbers[1]));
        picture.add(words([place, at + 15.0], SMALL, Anchor::Middle, QUIET, &text));
    }
    let middle = f64::midpoint(x.places[0], x.places[1]);
    let name = "days since the injury";
    picture.add(words([middle, at + 28.0], SMALL, Anchor::Middle, QUIET, name));
}

/// Dashed lines at the marked days, named above them.
pub(in crate::report) fn draw_marks(
    picture: &mut Element,
    marks: &[Mark],
    x: &Scale,
    [top, bottom]: [f64; 2],
) {
    let mut ends: [f64; 2] = [f64::NEG_INFINITY; 2];
    for mark in marks.iter().filter(|m| (0.0..=x.numbers[1]).contains(&m.day)) {
        let place = x.at(mark.day);
        let width = text_width(&mark.word, SMALL);
        let from = place.min(x.places[1] - width).max(x.places[0]);
        // On the upper line where the lower one is taken.
        let level = usize::from(from < ends[0] + 6.0);
        ends[level] = from + width;
        let height = top - 5.0 - 12.0 * level as f64;
        picture.add(
            line([place, height + 2.0], [place, bottom], FRAME, 1.0)
                .with("stroke-dasharray", "4 3"),
        );
        picture.add(haloed(words([from, height], SMALL, Anchor::Start, QUIET, &mark.word)));
    }
}

/// A curve drawn as the area between it and its base line.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Area<'a> {
    /// Number along the axis, and share of the full height, 0 to 1.
    pub(in crate::report) points: &'a [[f64; 2]],
    /// How it is drawn.
    pub(in crate::report) ink: Ink,
    /// Height of its base line in the picture.
    pub(in crate::report) base: f64,
    /// Full height.
    pub(in crate::report) height: f64,
}

impl Area<'_> {
    /// Draws it into a picture.
    pub(in crate::report) fn draw(&self, picture: &mut Element, x: &Scale) {
        picture.add(line([x.places[0], self.base], [x.places[1], self.base], GUIDE, 1.0));
        let places: Vec<[f64; 2]> = self
            .points
            .iter()
            .filter(|p| p[1].is_finite())
            .map(|p| [x.at(p[0]), self.base - self.height * p[1].clamp(0.0, 1.0)])
            .collect();
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return };
        let mut outline = vec![[first[0], self.base]];
        outline.extend(&places);
        outline.push([last[0], self.base]);
        let area = Element::new("path").with("d", &format!("{}Z", path_of(&outline)));
        picture.add(area.with("fill", self.ink.line).with("fill-opacity", "0.3"));
        let solid = Ink { dash: "", ..self.ink };
        picture.add(stroke(&places, solid, 1.6));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::palette::{BONE, CARTILAGE};
    use crate::report::draw::svg::text_of;

    fn chart(range: Range, values: &[f64]) -> Chart {
        let points = values.iter().enumerate().map(|(n, v)| [n as f64, *v]).collect();
        Chart {
            title: "Bone <volume>".into(),
            unit: "mm³".into(),
            range,
            series: vec![Series { name: "bone".into(), ink: BONE, points }],
            last_day: (values.len() - 1) as f64,
            marks: vec![Mark { day: 2.0, word: "visible".into() }],
        }
    }

    #[test]
    fn axes_hold_the_values_and_never_collapse() {
        let zero = Range::FromZero { at_least: 1.0 };
        assert_eq!(chart(zero, &[0.0, 2.0, 2500.0]).values(), [0.0, 2600.0]);
        assert_eq!(chart(zero, &[0.0; 3]).values(), [0.0, 1.04]);
        assert_eq!(chart(zero, &[f64::NAN, f64::NEG_INFINITY]).values(), [0.0, 1.04]);
        assert_eq!(chart(Range::To(120.0), &[500.0]).values(), [0.0, 120.0]);
        let around = Range::Around { usual: 1.0, name: "normal", at_least: 0.2 };
        assert_eq!(chart(around, &[1.0, 1.05]).values(), [1.0, 1.2]);
        let [low, high] = chart(around, &[1.0, 0.5]).values();
        assert_eq!([low, high], [0.5, 1.0]);
    }

    #[test]
    fn a_curve_passes_through_its_values() {
        let text = text_of(&chart(Range::To(10.0), &[0.0, 10.0, f64::NAN, 5.0, 2.5]).draw("alt"));
        // Days 0 to 4 lie from 44 to 330, values 0 to 10 from 182 to 50.
        assert!(text.contains("d=\"M44 182L115.5 50\""), "{text}");
        assert!(text.contains("d=\"M258.5 116L330 149\""), "{text}");
        assert!(text.contains("Bone &lt;volume&gt;") && text.contains("aria-label=\"alt\""));
        assert!(text.contains("<circle cx=\"115.5\" cy=\"50\""), "{text}");
    }

    #[test]
    fn labels_keep_off_one_another() {
        let mut both = chart(Range::To(1.0), &[0.0, 0.9, 0.1]);
        both.series.push(Series {
            name: "cartilage".into(),
            ink: CARTILAGE,
            ..both.series[0].clone()
        });
        let x = Scale { numbers: [0.0, 2.0], places: [LEFT, RIGHT] };
        let y = Scale { numbers: [0.0, 1.0], places: [BOTTOM, TOP] };
        let heights: Vec<f64> = both
            .labels(&x, &y)
            .iter()
            .map(text_of)
            .filter(|e| e.starts_with("<text"))
            .map(|e| e.split(" y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(heights.len(), 2);
        assert!((heights[0] - heights[1]).abs() >= 10.0, "{heights:?}");
    }

    #[test]
    fn curves_are_shown_until_they_settle() {
        let wave: Vec<[f64; 2]> =
            (0..=540).map(f64::from).map(|d| [d, (20.0 - (d - 20.0).abs()).max(0.0)]).collect();
        let flat: Vec<[f64; 2]> = (0..=540).map(|d| [f64::from(d), 7.0]).collect();
        assert_eq!(settled_day(&[&wave, &flat], 540.0), 60.0);
        let rising: Vec<[f64; 2]> = (0..=540).map(|d| [f64::from(d), f64::from(d)]).collect();
        assert_eq!(settled_day(&[&wave, &rising], 540.0), 540.0);
        assert_eq!(settled_day(&[&flat], 540.0), 30.0);
        assert_eq!(settled_day(&[&[]], 2.0), 2.0);
    }

    #[test]
    fn marks_beyond_the_axis_are_left_out() {
        let mut short = chart(Range::To(1.0), &[0.0, 1.0]);
        short.marks[0].day = 300.0;
        assert!(!text_of(&short.draw("")).contains("visible"));
        assert!(text_of(&chart(Range::To(1.0), &[0.0; 3]).draw("")).contains("visible"));
    }
}
