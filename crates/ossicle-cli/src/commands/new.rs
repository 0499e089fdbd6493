//! `ossicle new`.

use std::path::Path;

use ossicle::case::{Side, Template};
use ossicle::templates::{self, Wanted};

use crate::arguments::{New, SideName, TemplateName};
use crate::exit::{DONE, Failure};
use crate::say;

/// Writes a case to start from.
pub(crate) fn new(arguments: &New) -> Result<u8, Failure> {
    let template = match arguments.template {
        TemplateName::Hip => Template::Hip,
        TemplateName::Elbow => Template::Elbow,
        TemplateName::Sphere => Template::Sphere,
        TemplateName::Mouse => Template::Mouse,
    };
    let side = arguments.side.map(|side| match side {
        SideName::Left => Side::Left,
        SideName::Right => Side::Right,
    });
    let folder = arguments.output.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let text = match &arguments.scan {
        None => template.text().to_owned(),
        Some(scan) => {
            let wanted = Wanted {
                scan,
                labels: arguments.labels.as_deref(),
                side,
                centre_ras_mm: arguments.centre_ras_mm,
            };
            let made = templates::for_scan(template, &wanted, folder).map_err(Failure::refused)?;
            for note in &made.notes {
                say::message(format_args!("note: {note}"));
            }
            made.text
        }
    };
    match &arguments.output {
        None => say::result(text)?,
        Some(path) => {
            write(path, &text, arguments.force)?;
            say::message(format_args!("{}: next, `ossicle check {0}`", path.display()));
        }
    }
    Ok(DONE)
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    super::refuse_existing(path, force)?;
    ossicle::write_text(path, text).map_err(Failure::refused)
}
