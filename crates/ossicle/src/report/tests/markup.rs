//! A strict reader of the markup that a page may have: every element closed in order, every
//! attribute quoted and there once, no stray `<` or `&`.

use std::collections::BTreeMap;

/// Elements that have no end.
const VOID: [&str; 1] = ["meta"];

/// An element of a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub(super) tag: String,
    pub(super) attributes: BTreeMap<String, String>,
    /// Its text and that of what is in it.
    pub(super) text: String,
    /// The element that it is in.
    parent: Option<usize>,
}

impl Element {
    /// An attribute, empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

/// A page in its elements.
pub(super) struct Page {
    pub(super) source: String,
    pub(super) elements: Vec<Element>,
}

impl Page {
    /// Reads a page.
    ///
    /// # Panics
    /// At the first fault of the markup.
    pub(super) fn read(source: &str) -> Self {
        let (mut elements, mut open) = (Vec::<Element>::new(), Vec::<usize>::new());
        let mut rest = source.strip_prefix("<!doctype html>").expect("a doctype");
        while let Some(start) = rest.find('<') {
            let text = decoded(&rest[..start]);
            for &element in &open {
                elements[element].text.push_str(&text);
            }
            let end = rest.find('>').expect("the end of a tag");
            let tag = &rest[start + 1..end];
            rest = &rest[end + 1..];
            if let Some(name) = tag.strip_prefix('/') {
                let closed = open.pop().map(|n| elements[n].tag.as_str());
                assert_eq!(closed, Some(name), "before {:.80}", rest);
                continue;
            }
            let alone = tag.ends_with('/');
            let element =
                Element { parent: open.last().copied(), ..start_tag(tag.trim_end_matches('/')) };
            let (is_style, ends) =
                (element.tag == "style", !alone && !VOID.contains(&element.tag.as_str()));
            elements.push(element);
            if ends {
                open.push(elements.len() - 1);
            }
            if is_style {
                rest = &rest[rest.find("</style>").expect("the end of the style sheet")..];
            }
        }
        assert!(open.is_empty() && rest.trim().is_empty(), "after the page: {rest:.80}");
        let page = Self { source: source.to_owned(), elements };
        let mut ids: Vec<&str> = page.with("id").map(|e| e.get("id")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{ids:?}");
        page
    }

    /// The elements of a name.
    pub(super) fn all<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |e| e.tag == tag)
    }

    /// The elements with an attribute.
    pub(super) fn with<'a>(&'a self, attribute: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |e| e.attributes.contains_key(attribute))
    }

    /// The numbers of the elements that an element is in, innermost first.
    fn around<'a>(&'a self, element: &'a Element) -> impl Iterator<Item = usize> + 'a {
        std::iter::successors(element.parent, |n| self.elements[*n].parent)
    }

    /// The elements of a name within the element of an id.
    pub(super) fn within<'a>(&'a self, id: &str, tag: &'a str) -> Vec<&'a Element> {
        let inside = |e: &&Element| self.around(e).any(|n| self.elements[n].get("id") == id);
        self.all(tag).filter(inside).collect()
    }

    /// The cells of the table of a caption, row by row, the headings first.
    pub(super) fn table(&self, caption: &str) -> Vec<Vec<String>> {
        let caption = self.all("caption").find(|e| e.text == caption);
        let Some(table) = caption.and_then(|e| e.parent) else { return Vec::new() };
        let numbered = self.elements.iter().enumerate();
        let rows = numbered.filter(|(_, e)| e.tag == "tr" && self.around(e).any(|n| n == table));
        let cells = |(row, _)| {
            let cells = self.elements.iter().filter(|e| e.parent == Some(row));
            cells.map(|e| e.text.clone()).collect()
        };
        rows.map(cells).collect()
    }

    /// The text of the whole page, tags left out.
    pub(super) fn text(&self) -> &str {
        &self.all("body").next().expect("a body").text
    }
}

fn start_tag(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()), "<{tag}>");
    let mut element = Element { tag: name.to_owned(), ..Element::default() };
    while !rest.trim().is_empty() {
        let (name, value) =
            rest.trim_start().split_once("=\"").unwrap_or_else(|| panic!("<{tag}>"));
        let (value, after) = value.split_once('"').unwrap_or_else(|| panic!("<{tag}>"));
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{name} in <{tag}>");
        let before = element.attributes.insert(name.to_owned(), decoded(value));
        assert!(before.is_none(), "{name} twice in <{tag}>");
        rest = after;
    }
    element
}

/// Text with its entities read.
fn decoded(text: &str) -> String {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, after) = part.split_once(';').unwrap_or_else(|| panic!("&{part:.40}"));
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" | "#x27" => '\'',
            "#x2f" => '/',
            _ => panic!("&{name};"),
        });
        out.push_str(after);
    }
    out
}

#[test]
#[should_panic(expected = "before")]
fn elements_closed_out_of_order_are_found() {
    Page::read("<!doctype html><p><b></p></b>");
}

#[test]
#[should_panic(expected = "onload")]
fn unquoted_attributes_are_found() {
    Page::read("<!doctype html><p onload=x></p>");
}

#[test]
#[should_panic(expected = "& 2")]
fn bare_ampersands_are_found() {
    Page::read("<!doctype html><p>1 & 2</p>");
}
