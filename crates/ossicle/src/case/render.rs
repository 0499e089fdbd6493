//! Problems as people read them: the line, and a mark under the place.
//!
//! The only module that knows the crate that draws them.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::problem::{Problem, Refusal};

/// How messages are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone, for files and pipes.
    Plain,
    /// With the escape codes of a terminal.
    Terminal,
}

impl Style {
    fn renderer(self) -> Renderer {
        match self {
            Self::Plain => Renderer::plain(),
            Self::Terminal => Renderer::styled(),
        }
    }
}

/// One problem with its line.
pub(super) fn problem(problem: &Problem, style: Style) -> String {
    drawn(problem, Level::ERROR, style)
}

/// One warning with its line.
pub(super) fn warning(problem: &Problem, style: Style) -> String {
    drawn(problem, Level::WARNING, style)
}

fn drawn(problem: &Problem, level: Level<'_>, style: Style) -> String {
    let place = &problem.place;
    let key = if problem.key.is_empty() { "the case file" } else { &problem.key };
    let source = Snippet::source(place.text.as_str())
        .path(place.source.as_str())
        .line_start(place.line)
        .annotation(AnnotationKind::Primary.span(place.marked.clone()));
    let mut group = level
        .primary_title(format!("{key}: {}", problem.finding()))
        .element(source)
        .element(Level::NOTE.message(format!("expected {}", problem.expected)));
    if let Some(nearest) = &problem.nearest {
        group = group.element(Level::HELP.message(format!("did you mean {nearest}?")));
    }
    style.renderer().render(&[group])
}

/// Every problem, a blank line between.
pub(super) fn refusal(refusal: &Refusal, style: Style) -> String {
    let mut parts: Vec<String> = refusal.problems.iter().map(|p| problem(p, style)).collect();
    if refusal.left_out > 0 {
        parts.push(message(&format!("and {} more problems", refusal.left_out), style));
    }
    parts.join("\n\n")
}

/// A message that has no line to show.
pub(super) fn message(text: &str, style: Style) -> String {
    style
        .renderer()
        .render(&[annotate_snippets::Group::with_title(Level::ERROR.primary_title(text))])
}
