//! What is written on its day: virtual CT, radiographs and fields.

use ossicle_joint::radiograph::View;
use ossicle_lesion::{Signal, Slow};

use crate::folder::{Channel, FieldsWriter, FieldsWritten, OpenRunError, Run, RunFolder};
use crate::joint::{JointError, MotionRow, Radiography, VIEWS, lesion_bone, name_of, shadow_mm2};
use crate::record::{RadiographRecord, Record};
use crate::run::{RunError, Simulation};
use crate::setting::Setting;

/// The outputs of a run that are due on certain days.
pub(crate) struct Outputs<'a> {
    setting: &'a Setting,
    folder: &'a RunFolder,
    fields: Option<FieldsWriter<'a>>,
    /// Set up when it is first needed.
    radiography: Option<Radiography>,
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
        Ok(Self { setting, folder, fields, radiography: None })
    }

    /// Lowest and highest value of each channel of the fields so far.
    pub(crate) fn ranges(&self) -> Vec<f64> {
        let written = self.fields.as_ref().map(FieldsWriter::written).unwrap_or_default();
        written.ranges.into_flattened()
    }

    /// Takes over what a run has written of the days before one, as far as it is asked for here,
    /// and enters it. What cannot be had is told.
    ///
    /// # Errors
    /// If something cannot be written.
    pub(crate) fn take_over(
        &mut self,
        parent: &Run,
        before: f64,
        record: &mut Record,
    ) -> Result<(), RunError> {
        let Record { notes, virtual_ct_days, field_days, radiographs, .. } = record;
        let mut lacking =
            |what: String, why: OpenRunError| notes.push(format!("{what} not taken over: {why}"));
        let setting = self.setting;
        let past = |days: &'a [u64]| days.iter().copied().filter(move |day| (*day as f64) < before);
        for day in past(&setting.virtual_ct_days) {
            match parent.virtual_ct_bytes(day) {
                Ok(bytes) => {
                    self.folder.virtual_ct_again(day, &bytes)?;
                    virtual_ct_days.push(day);
                }
                Err(why) => lacking(format!("the virtual CT of day {day} is"), why),
            }
        }
        for taken in parent
            .record()
            .radiographs
            .iter()
            .filter(|r| r.day < before && setting.radiograph_days().contains(&r.day))
        {
            let pictures =
                VIEWS.map(name_of).map(|view| Ok((view, parent.radiograph(taken.day, view)?.0)));
            match pictures.into_iter().collect::<Result<Vec<_>, OpenRunError>>() {
                Ok(pictures) => {
                    for (view, png) in pictures {
                        self.folder.radiograph(taken.day, view, &png)?;
                    }
                    radiographs.push(taken.clone());
                }
                Err(why) => lacking(format!("the radiographs of day {} are", taken.day), why),
            }
        }
        let Some(writer) = &mut self.fields else { return Ok(()) };
        if past(&setting.field_days).next().is_none() {
            return Ok(());
        }
        let fields = match parent.fields() {
            Ok(fields) => fields,
            Err(why) => {
                lacking("the fields of earlier days are".to_owned(), why);
                return Ok(());
            }
        };
        for day in past(&setting.field_days) {
            let read = |name: &String| -> Result<Vec<f64>, OpenRunError> {
                Ok(fields.read(name, day)?.iter().map(|v| f64::from(*v)).collect())
            };
            match setting.fields.iter().map(read).collect::<Result<Vec<_>, _>>() {
                Ok(values) => {
                    writer.write(day, &values.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
                    field_days.push(day);
                }
                Err(why) => lacking(format!("the fields of day {day} are"), why),
            }
        }
        Ok(())
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
        self.radiograph(day, simulation, record)?;
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

    /// Takes the radiographs that are due on a day and not taken yet, draws the bones anew with what
    /// has grown, and enters both.
    fn radiograph(
        &mut self,
        day: f64,
        simulation: &Simulation,
        record: &mut Record,
    ) -> Result<(), RunError> {
        let (setting, state) = (self.setting, &simulation.state);
        let Some(subject) = &setting.radiographed else { return Ok(()) };
        let is_taken = record.radiographs.iter().any(|r| r.day == day);
        if is_taken || !setting.radiograph_days().contains(&day) {
            return Ok(());
        }
        let radiography = match self.radiography.take() {
            Some(radiography) => radiography,
            None => subject.positioned(setting.grid())?,
        };
        let pictures = self.radiography.insert(radiography).pictures(state, setting.grid())?;
        for (view, png) in VIEWS.into_iter().zip(&pictures) {
            self.folder.radiograph(day, name_of(view), png)?;
        }
        let bone = lesion_bone(&setting.problem, state, &setting.tissue_hu);
        let shadow = |view| shadow_mm2(&bone, view).map_err(JointError::from);
        record.radiographs.push(RadiographRecord {
            day,
            frontal_mm2: shadow(View::AnteroPosterior)?,
            lateral_mm2: shadow(View::Lateral)?,
            graded: simulation.motion.last().filter(|look| look.day == day).map(MotionRow::graded),
        });
        if let Some(joint) = &setting.joint {
            let (picture, told) = joint.separation(&setting.problem, state, &setting.tissue_hu)?;
            self.folder.separation(&picture)?;
            record.separation = Some(told);
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
