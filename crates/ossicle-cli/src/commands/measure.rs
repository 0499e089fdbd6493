//! `ossicle measure`: ectopic bone in a scan.

use ossicle::measure::{self, MeasureError, Settings, Side, Subject};

use crate::arguments::{Measure, SideName};
use crate::exit::{DONE, Failure};
use crate::say;

/// Measures.
pub(crate) fn measure(arguments: &Measure) -> Result<u8, Failure> {
    if let Some(folder) = &arguments.output {
        measure::check_new(folder).map_err(failure)?;
    }
    let settings = Settings {
        threshold_hu: arguments.threshold_hu,
        least_ml: arguments.least_ml,
        side: arguments.side.map(|side| match side {
            SideName::Left => Side::Left,
            SideName::Right => Side::Right,
        }),
    };
    settings.check().map_err(failure)?;
    let (labels, within) = (arguments.labels.as_deref(), arguments.within.as_deref());
    let subject = Subject::read(&arguments.scan, labels, within).map_err(failure)?;
    let found = measure::measure(&subject, &settings).map_err(failure)?;
    for note in &found.notes {
        say::message(format_args!("note: {note}"));
    }
    if let Some(folder) = &arguments.output {
        found.write(folder).map_err(failure)?;
        say::message(format_args!("{}: foci.nii.gz overlays the scan", folder.display()));
    }
    if arguments.json {
        say::result(format_args!("{:#}\n", found.to_json()))?;
    } else {
        say::result(found.text())?;
    }
    Ok(DONE)
}

fn failure(error: MeasureError) -> Failure {
    if error.is_failure() { Failure::failed(error) } else { Failure::refused(error) }
}
