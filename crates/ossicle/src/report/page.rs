//! The page: the template, and what is put into it.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::answer::{Standing, sentences};
use super::figure::Figure;
use super::lesion::Look;
use super::source::{Absent, Piece, Source};
use super::tables::{Changed, Injury, InputRow, Row, Table};
use super::{bones, curves, milestones, slices, succession, tables, tissue_map, zones};
use crate::readout::Readout;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

/// The report of a run as one HTML file.
///
/// # Errors
/// What the template engine says of the template; tests show that there is nothing to say.
pub(super) fn render(source: &Source) -> Result<String, minijinja::Error> {
    let record = source.record();
    let rows: &[Readout] = source.rows.as_deref().unwrap_or_default();
    let summary = record.summary.as_ref();
    let look = Look::at(source);
    let with_look = |draw: fn(&Source, &Look) -> Piece<Figure>| match &look {
        Ok(look) => draw(source, look),
        Err(absent) => Err(absent.clone()),
    };
    // In the order of the page, under the names that the template knows.
    let figures = [
        ("answer", with_look(slices::largest)),
        ("curves", curves::figure(&source.rows, summary)),
        ("radiographs", bones::radiographs(source)),
        ("separation", bones::separation(source)),
        ("succession", succession::figure(&source.rows, summary)),
        ("slices", with_look(slices::figure)),
        ("zones", zones::figure(source)),
        ("tissue", tissue_map::figure(source, &look)),
    ];
    let mut warnings = record.warnings.clone();
    for absent in figures.iter().filter_map(|(_, figure)| figure.as_ref().err()) {
        if absent.damaged && !warnings.contains(&absent.why) {
            warnings.push(absent.why.clone());
        }
    }
    let figures = figures.iter().map(|(name, figure)| (*name, Shown::of(figure))).collect();
    let page = Page {
        style: STYLE,
        title: record.title.trim(),
        standing: Standing::of(record),
        answer: sentences(record, rows),
        warnings,
        notes: &record.notes,
        key_figures: tables::key_figures(record, rows),
        setup: tables::setup(record),
        motion: tables::motion(record),
        pattern: tables::pattern(record),
        readings: bones::readings(record),
        told_apart: record.separation.is_some(),
        injuries: tables::injuries(record),
        changed: tables::changed(record),
        milestones: milestones::table(record, rows),
        budget: tables::budget(record),
        worst: tables::worst(record),
        time: tables::time(record),
        provenance: tables::provenance(record),
        inputs: tables::inputs(record),
        command: crate::command::again(record),
        version: &record.version,
        started: &record.started,
        figures,
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_template("page.html", TEMPLATE)?;
    environment.get_template("page.html")?.render(Serde(&page))
}

/// What the template knows.
#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    title: &'a str,
    standing: Standing,
    answer: Vec<String>,
    warnings: Vec<String>,
    notes: &'a [String],
    key_figures: Vec<Row>,
    setup: Vec<Row>,
    motion: Vec<Row>,
    /// Without rows where there is no bone.
    pattern: Vec<Row>,
    /// Without rows where there are no bones to radiograph.
    readings: Table,
    /// Whether bones tell how the joint moves.
    told_apart: bool,
    injuries: Vec<Injury>,
    changed: Vec<Changed>,
    milestones: Table,
    budget: Table,
    worst: Vec<Row>,
    time: Vec<Row>,
    provenance: Vec<Row>,
    inputs: Vec<InputRow>,
    command: String,
    version: &'a str,
    started: &'a str,
    figures: BTreeMap<&'static str, Shown>,
}

/// A figure as the template takes it: one of the two is empty.
#[derive(Serialize)]
struct Shown {
    /// The figure.
    html: String,
    /// Why it is not there.
    why: String,
}

impl Shown {
    fn of(figure: &Piece<Figure>) -> Self {
        match figure {
            Ok(figure) => Self { html: figure.html(), why: String::new() },
            Err(Absent { why, .. }) => Self { html: String::new(), why: why.clone() },
        }
    }
}
