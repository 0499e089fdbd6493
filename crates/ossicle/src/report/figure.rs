//! Figures: pictures with their words.

use super::draw::svg::{Element, text_of};
use super::words;

/// One picture of a figure, an SVG that stands by itself; its words for those who do not see
/// it are in it.
pub(super) type Picture = Element;

/// Width of a picture of [`Layout::Wide`] in its own units. On A4 such a unit is 0.6 points,
/// so that the smallest words stay readable.
pub(super) const WIDE: f64 = 860.0;

/// A figure of the report.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    /// Its name in addresses and, one day, of its files.
    pub(super) id: &'static str,
    /// How its pictures are laid out: a class of the style sheet.
    pub(super) layout: Layout,
    /// The pictures.
    pub(super) pictures: Vec<Picture>,
    /// What is to be seen, and how it was made.
    pub(super) caption: String,
}

/// How the pictures of a figure are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One below the other, as wide as the page.
    Wide,
    /// Side by side, as many as fit.
    Small,
}

impl Figure {
    /// As a part of the page.
    pub(super) fn html(&self) -> String {
        let mut pictures = match self.layout {
            // A narrow screen scrolls what is wide, with the keyboard too.
            Layout::Wide => Element::new("div")
                .with("class", "wide")
                .with("role", "group")
                .with("aria-label", &words::capitalised(self.id))
                .with("tabindex", "0"),
            Layout::Small => Element::new("div").with("class", "small"),
        };
        for picture in &self.pictures {
            pictures.add(picture.clone());
        }
        let caption = Element::new("figcaption").saying(&self.caption);
        text_of(&Element::new("figure").with("id", self.id).holding(pictures).holding(caption))
    }
}
