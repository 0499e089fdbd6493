//! What is written on its day: virtual CT and fields.

use ossicle_lesion::{Signal, Slow};

use crate::folder::{Channel, FieldsWriter, FieldsWritten, RunFolder};
use crate::record::Record;
use crate::run::{RunError, Simulation};
use crate::setting::Setting;

/// The outputs of a run that are due on certain days.
pub(crate) struct Outputs<'a> {
    setting: &'a Setting,
    folder: &'a RunFolder,
    fields: Option<FieldsWriter<'a>>,
}

impl<'a> Outputs<'a> {
    /// Writes what stands from the start, and makes ready for the rest; `before` tells what an
    /// interrupted run had written.
    ///
    /// # Errors
    /// If something cannot be written.
    pub(crate) fn open(
        setting: &'a Setting,
        folder: &'a RunFolder,
        before: Option<FieldsWritten>,
    ) -> Result<Self, RunError> {
        folder.anatomy(&setting.anatomy)?;
        let channels: Vec<Channel> =
            setting.fields.iter().filter_map(|name| channel(name)).collect();
        let fields = if channels.is_empty() || setting.field_days.is_empty() {
            None
        } else {
            let (grid, days) = (setting.grid(), &setting.field_days);
            Some(match before {
                None => folder.fields(grid, &channels, days)?,
                Some(written) => folder.fields_again(grid, &channels, days, written)?,
            })
        };
        Ok(Self { setting, folder, fields })
    }

    /// Lowest and highest value of each channel of the fields so far.
    pub(crate) fn ranges(&self) -> Vec<f64> {
        let written = self.fields.as_ref().map(FieldsWriter::written).unwrap_or_default();
        written.ranges.into_flattened()
    }

    /// Writes what is due on a day and not written yet, and enters it.
    ///
    /// # Errors
    /// If something cannot be written or a signal cannot be solved for.
    pub(crate) fn write(
        &mut self,
        day: f64,
        simulation: &mut Simulation,
        record: &mut Record,
    ) -> Result<(), RunError> {
        let due = |days: &[u64]| days.iter().copied().find(|d| *d as f64 == day);
        if let Some(day) = due(&self.setting.virtual_ct_days)
            && !record.virtual_ct_days.contains(&day)
        {
            let hu = self.setting.scanner.scan(&simulation.state, self.setting.grid());
            let held = self.folder.virtual_ct(day, &hu)?;
            if held > 0 {
                record.notes.push(format!(
                    "day {day}: {held} voxels of the virtual CT are beyond 16 bits and were held"
                ));
            }
            record.virtual_ct_days.push(day);
        }
        if let Some(day) = due(&self.setting.field_days)
            && !record.field_days.contains(&day)
            && let Some(fields) = &mut self.fields
        {
            let signals = simulation.signals_now()?;
            let state = &simulation.state;
            let chosen: Vec<&[f64]> = self
                .setting
                .fields
                .iter()
                .filter_map(|name| {
                    let slow = Slow::named(name).map(|f| state.field(f));
                    slow.or_else(|| Signal::named(name).map(|s| signals[s as usize].as_slice()))
                })
                .collect();
            fields.write(day, &chosen)?;
            record.field_days.push(day);
        }
        Ok(())
    }

    /// Finishes what is open, with the days that were written.
    ///
    /// # Errors
    /// If it cannot be finished.
    pub(crate) fn close(self) -> Result<(), RunError> {
        if let Some(fields) = self.fields {
            fields.finish()?;
        }
        Ok(())
    }
}

/// The channel of a field or signal by name.
fn channel(name: &str) -> Option<Channel> {
    let described = Slow::named(name)
        .map(Slow::describe)
        .or_else(|| Signal::named(name).map(Signal::describe))?;
    Some(Channel {
        name: described.name.to_owned(),
        symbol: described.symbol.to_owned(),
        unit: described.unit.to_owned(),
        meaning: described.meaning.to_owned(),
        typical: described.typical,
    })
}
