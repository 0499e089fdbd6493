//! A slice of a patient as a part of a picture: pixels, outlines, letters and a scale.

use std::io;

use super::axis::{plain, round_below};
use super::outline::outlines;
use super::plane::View;
use super::raster::Raster;
use super::svg::{Anchor, Element, line, path_of, short, text_width, words};

/// How places are outlined.
pub(in crate::report) struct Outline {
    /// Colour of the line.
    pub(in crate::report) colour: &'static str,
    /// Its dashes, empty for none.
    pub(in crate::report) dash: &'static str,
    /// Share of white that is laid over the places, 0 to 1.
    pub(in crate::report) veil: f64,
}

impl Outline {
    /// A shape drawn so.
    pub(in crate::report) fn drawn(&self, shape: Element) -> Element {
        let shape = shape.with("stroke", self.colour).at("stroke-width", 1.2);
        let shape = if self.veil > 0.0 {
            shape.with("fill", "#fff").at("fill-opacity", self.veil).with("fill-rule", "evenodd")
        } else {
            shape.with("fill", "none")
        };
        if self.dash.is_empty() { shape } else { shape.with("stroke-dasharray", self.dash) }
    }
}

/// A slice that is being drawn.
pub(in crate::report) struct Tile {
    view: View,
    /// Width and height in the picture.
    size: [f64; 2],
    group: Element,
}

impl Tile {
    /// A slice of one number of a colour per pixel of a view, `per_mm` units of the picture
    /// to the millimetre.
    ///
    /// # Errors
    /// Those of [`Raster::data_url`].
    pub(in crate::report) fn new(
        view: View,
        per_mm: f64,
        pixels: Vec<u8>,
        colours: &[[u8; 3]],
    ) -> io::Result<Self> {
        let size = view.size_mm.map(|mm| per_mm * mm);
        let [width, height] = view.pixels;
        let url = Raster { width, height, pixels }.data_url(colours)?;
        let image = Element::new("image")
            .at("width", size[0])
            .at("height", size[1])
            .with("preserveAspectRatio", "none")
            .with("href", &url);
        Ok(Self { view, size, group: Element::new("g").holding(image) })
    }

    /// Draws a line round the places where `f` is positive.
    pub(in crate::report) fn outline(&mut self, f: impl Fn([f64; 3]) -> f64, line: &Outline) {
        // A value every other unit of the picture is fine enough for a line.
        let pixels = self.size.map(|s| (s / 2.0).ceil().max(2.0) as usize);
        let values = self.view.with_pixels(pixels).map(f);
        let scale = [0, 1].map(|a| self.size[a] / pixels[a] as f64);
        let path: String = outlines(&values, pixels[0], 0.0)
            .iter()
            .map(|line| {
                let places: Vec<[f64; 2]> =
                    line.iter().map(|p| [scale[0] * p[0], scale[1] * p[1]]).collect();
                path_of(&places) + "Z"
            })
            .collect();
        if path.is_empty() {
            return;
        }
        self.group.add(line.drawn(Element::new("path").with("d", &path)));
    }

    /// Writes the sides of the patient at the edges, and a bar of a round length.
    pub(in crate::report) fn annotate(&mut self) {
        let [width, height] = self.size;
        let [left, right, top, bottom] = self.view.plane.letters();
        for (letter, place, anchor) in [
            (left, [5.0, height / 2.0 + 4.0], Anchor::Start),
            (right, [width - 5.0, height / 2.0 + 4.0], Anchor::End),
            (top, [width / 2.0, 13.0], Anchor::Middle),
            (bottom, [width / 2.0, height - 5.0], Anchor::Middle),
        ] {
            self.say(place, anchor, &letter.to_string());
        }
        // At most a third of the width, and clear of the letter below.
        let length_mm = round_below(self.view.size_mm[0] / 3.0);
        let length = length_mm / self.view.size_mm[0] * width;
        let [x, y] = [8.0, height - 10.0];
        for (colour, thickness) in [("#000", 4.0), ("#fff", 2.0)] {
            let bar = line([x, y], [x + length, y], colour, thickness);
            self.group.add(bar);
        }
        self.say([x, y - 6.0], Anchor::Start, &format!("{} mm", plain(length_mm)));
    }

    fn say(&mut self, place: [f64; 2], anchor: Anchor, text: &str) {
        self.group.add(white_words(place, anchor, text));
    }

    /// The slice at a place in the picture.
    pub(in crate::report) fn at(self, [x, y]: [f64; 2]) -> Element {
        self.group.with("transform", &format!("translate({} {})", short(x), short(y)))
    }
}

/// White words that stay readable on anything.
pub(in crate::report) fn white_words(place: [f64; 2], anchor: Anchor, text: &str) -> Element {
    words(place, 11.0, anchor, "#fff", text)
        .with("font-weight", "600")
        .with("paint-order", "stroke")
        .with("stroke", "#000")
        .with("stroke-opacity", "0.6")
        .with("stroke-width", "2.5")
}

/// A sample of a colour or line and what it means.
pub(in crate::report) struct Key {
    /// The sample, 22 units wide and 12 high.
    pub(in crate::report) sample: Element,
    /// What it means.
    pub(in crate::report) meaning: String,
}

/// Lays keys out in rows of at most `width` below `at`; gives their height.
pub(in crate::report) fn draw_keys(
    picture: &mut Element,
    keys: Vec<Key>,
    at: [f64; 2],
    width: f64,
    colour: &str,
) -> f64 {
    let (mut x, mut y) = (0.0, 0.0);
    for Key { sample, meaning } in keys {
        let wide = 28.0 + text_width(&meaning, 11.5) + 18.0;
        if x > 0.0 && x + wide > width {
            (x, y) = (0.0, y + 20.0);
        }
        let place = format!("translate({} {})", short(at[0] + x), short(at[1] + y));
        picture.add(Element::new("g").with("transform", &place).holding(sample).holding(words(
            [28.0, 10.0],
            11.5,
            Anchor::Start,
            colour,
            &meaning,
        )));
        x += wide;
    }
    y + 20.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::plane::Plane;
    use crate::report::draw::svg::text_of;

    fn tile(size_mm: [f64; 2], per_mm: f64) -> Tile {
        let view = View { plane: Plane::Axial, middle_mm: [0.0; 3], size_mm, pixels: [3, 2] };
        Tile::new(view, per_mm, vec![0; 6], &[[0; 3]]).unwrap()
    }

    #[test]
    fn scale_bars_are_round_and_in_proportion() {
        for (size_mm, per_mm, name, end) in [
            (60.0, 5.0, ">20 mm<", 108.0),
            (7.0, 30.0, ">2 mm<", 68.0),
            (0.9, 300.0, ">0.2 mm<", 68.0),
        ] {
            let mut tile = tile([size_mm; 2], per_mm);
            tile.annotate();
            let svg = text_of(&tile.at([0.0, 0.0]));
            assert!(svg.contains(name), "{svg}");
            assert!(svg.contains(&format!("x2=\"{end}\"")), "{svg}");
        }
    }

    #[test]
    fn outlines_lie_in_millimetres() {
        let mut tile = tile([40.0, 20.0], 10.0);
        // The patient's right half, which is the left of the picture.
        let dashed = Outline { colour: "red", dash: "3 2", veil: 0.0 };
        tile.outline(|place| place[0], &dashed);
        let svg = text_of(&tile.at([7.0, 0.0]));
        assert!(svg.contains("translate(7 0)") && svg.contains("stroke-dasharray=\"3 2\""));
        assert_eq!(svg.matches("<path").count(), 1);
        // It passes down the middle at 200 and round the left edge.
        let path = svg.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
        let x = |point: &str| point.split(' ').next().unwrap().parse::<f64>().unwrap();
        let across: Vec<f64> =
            path.trim_start_matches('M').trim_end_matches('Z').split('L').map(x).collect();
        let furthest = across.iter().copied().fold(0.0, f64::max);
        assert!((furthest - 200.0).abs() < 1e-9, "{path}");
        let mut without = self::tile([40.0, 20.0], 10.0);
        without.outline(|_| -1.0, &dashed);
        assert!(!text_of(&without.at([0.0, 0.0])).contains("<path"));
    }

    #[test]
    fn keys_wrap() {
        let keys = |count: usize| {
            (0..count)
                .map(|n| Key { sample: Element::new("rect"), meaning: format!("tissue {n}") })
                .collect::<Vec<_>>()
        };
        let mut picture = Element::new("g");
        assert_eq!(draw_keys(&mut picture, keys(2), [0.0, 5.0], 500.0, "#000"), 20.0);
        assert_eq!(draw_keys(&mut picture, keys(8), [0.0, 5.0], 300.0, "#000"), 60.0);
        assert_eq!(text_of(&picture).matches("<text").count(), 10);
    }
}
