//! Elements of SVG, balanced and escaped by construction.

use std::fmt::Write;

/// One element with its attributes and what is in it.
#[derive(Clone, Debug)]
pub(in crate::report) struct Element {
    tag: &'static str,
    attributes: String,
    content: String,
}

impl Element {
    /// An element without attributes.
    pub(in crate::report) fn new(tag: &'static str) -> Self {
        Self { tag, attributes: String::new(), content: String::new() }
    }

    /// With an attribute of text, which is escaped.
    pub(in crate::report) fn with(mut self, name: &str, value: &str) -> Self {
        // Writing to a string does not fail.
        let _ = write!(self.attributes, " {name}=\"{}\"", escaped(value));
        self
    }

    /// With an attribute of a number.
    pub(in crate::report) fn at(self, name: &str, value: f64) -> Self {
        self.with(name, &short(value))
    }

    /// With text in it, which is escaped.
    pub(in crate::report) fn saying(mut self, text: &str) -> Self {
        self.content.push_str(&escaped(text));
        self
    }

    /// Puts another element into it.
    pub(in crate::report) fn add(&mut self, child: Element) {
        child.write(&mut self.content);
    }

    /// With another element in it.
    pub(in crate::report) fn holding(mut self, child: Element) -> Self {
        self.add(child);
        self
    }

    fn write(&self, out: &mut String) {
        let Self { tag, attributes, content } = self;
        let _ = match content.as_str() {
            "" => write!(out, "<{tag}{attributes}/>"),
            _ => write!(out, "<{tag}{attributes}>{content}</{tag}>"),
        };
    }
}

/// A whole picture: its size in user units, what is in it, and its words for those who do
/// not see it.
pub(in crate::report) fn picture([width, height]: [f64; 2], alt: &str) -> Element {
    Element::new("svg")
        .with("xmlns", "http://www.w3.org/2000/svg")
        .with("viewBox", &format!("0 0 {} {}", short(width), short(height)))
        .at("width", width)
        .at("height", height)
        .with("role", "img")
        .with("aria-label", alt)
        .with(
            "font-family",
            "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
        )
}

/// A picture as it stands in a page or a file.
pub(in crate::report) fn text_of(picture: &Element) -> String {
    let mut out = String::new();
    picture.write(&mut out);
    out
}

/// A straight line.
pub(in crate::report) fn line(from: [f64; 2], to: [f64; 2], colour: &str, width: f64) -> Element {
    Element::new("line")
        .at("x1", from[0])
        .at("y1", from[1])
        .at("x2", to[0])
        .at("y2", to[1])
        .with("stroke", colour)
        .at("stroke-width", width)
}

/// A box with a filling.
pub(in crate::report) fn rectangle(at: [f64; 2], size: [f64; 2], colour: &str) -> Element {
    Element::new("rect")
        .at("x", at[0])
        .at("y", at[1])
        .at("width", size[0])
        .at("height", size[1])
        .with("fill", colour)
}

/// Where text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Anchor {
    /// It begins there.
    Start,
    /// It is centred there.
    Middle,
    /// It ends there.
    End,
}

/// A line of text.
pub(in crate::report) fn words(
    at: [f64; 2],
    size: f64,
    anchor: Anchor,
    colour: &str,
    text: &str,
) -> Element {
    let element = Element::new("text")
        .at("x", at[0])
        .at("y", at[1])
        .at("font-size", size)
        .with("fill", colour);
    let element = match anchor {
        Anchor::Start => element,
        Anchor::Middle => element.with("text-anchor", "middle"),
        Anchor::End => element.with("text-anchor", "end"),
    };
    element.saying(text)
}

/// Width that a line of text takes, near enough to keep labels apart.
pub(in crate::report) fn text_width(text: &str, size: f64) -> f64 {
    // Characters beyond Latin are about as wide as high.
    let ems: f64 = text.chars().map(|c| if c < '\u{2e80}' { 0.54 } else { 1.0 }).sum();
    ems * size
}

/// A path through points, open.
pub(in crate::report) fn path_of(points: &[[f64; 2]]) -> String {
    let mut path = String::new();
    for (n, point) in points.iter().enumerate() {
        let letter = if n == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{} {}", short(point[0]), short(point[1]));
    }
    path
}

/// A number to a hundredth, as short as it can be written.
pub(in crate::report) fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text with what markup would take for itself written out.
pub(in crate::report) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_balanced_and_escaped() {
        let group = Element::new("g")
            .with("class", "a\"b")
            .holding(words([1.0, 2.5], 10.0, Anchor::End, "#000", "5 < 6 & \"7\""))
            .holding(line([0.0, 0.0], [1.0 / 3.0, -0.001], "red", 1.0));
        assert_eq!(
            text_of(&group),
            "<g class=\"a&quot;b\"><text x=\"1\" y=\"2.5\" font-size=\"10\" fill=\"#000\" \
             text-anchor=\"end\">5 &lt; 6 &amp; &quot;7&quot;</text><line x1=\"0\" y1=\"0\" \
             x2=\"0.33\" y2=\"0\" stroke=\"red\" stroke-width=\"1\"/></g>"
        );
    }

    #[test]
    fn paths_are_short() {
        assert_eq!(path_of(&[[0.0, 1.0], [2.504, 100.0]]), "M0 1L2.5 100");
        assert_eq!(path_of(&[]), "");
    }
}
