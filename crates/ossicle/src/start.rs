//! The record of a run that is about to begin.

use std::collections::BTreeMap;

use crate::case::{Anatomy, CaseFile, Named, Patient, Quantity};
use crate::folder::{FolderError, input, machine, utc_now};
use crate::record::{Budgets, Input, RECORD_FORMAT, Record, Status, Steps};
use crate::setting::Setting;

/// The record of a case that will run with so many threads; `case_path` is the file, `changes`
/// are those of the command line.
///
/// # Errors
/// If an input cannot be read for its digest.
pub fn record(
    file: &CaseFile,
    setting: &Setting,
    case_path: &std::path::Path,
    changes: Vec<String>,
    threads: usize,
) -> Result<Record, FolderError> {
    let case = &file.case;
    let inputs = inputs(file, case_path)?;
    let now = utc_now();
    let warnings =
        file.warnings.iter().map(ToString::to_string).chain(setting.warnings.iter().cloned());
    Ok(Record {
        format: RECORD_FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: crate::golden::model_version(),
        status: Status::Running,
        title: case.title.clone(),
        started: now.clone(),
        updated: now,
        day: 0.0,
        duration_days: case.duration.0,
        seed: case.seed,
        changes,
        inputs,
        anatomy: setting.anatomy_line.clone(),
        patient: patient_line(&case.patient),
        injuries: setting.injuries.clone(),
        motion: setting.plan.lines(),
        without: case.model.without.clone(),
        parameters_changed: setting.parameters_changed.clone(),
        grid: setting.grid_record(),
        machine: machine(threads),
        wall_seconds: 0.0,
        stage_seconds: BTreeMap::new(),
        steps: Steps::default(),
        solver_iterations: BTreeMap::new(),
        budgets: Budgets::default(),
        warnings: warnings.collect(),
        notes: setting.notes.clone(),
        summary: None,
        joint: None,
        separation: None,
        pattern: None,
        radiographs: Vec::new(),
        state_digest: None,
        virtual_ct_days: Vec::new(),
        field_days: Vec::new(),
        resumptions: Vec::new(),
        branched_from: None,
    })
}

/// The files that a case is read from, by their content.
///
/// # Errors
/// If one cannot be read.
pub fn inputs(file: &CaseFile, case_path: &std::path::Path) -> Result<Vec<Input>, FolderError> {
    let mut inputs = vec![input("case", case_path)?];
    if let Anatomy::Scan(scan) = &file.case.anatomy {
        inputs.push(input("scan", &scan.scan)?);
        if let Some(labels) = &scan.labels {
            inputs.push(input("labels", labels)?);
        }
        if let Some(table) = &scan.label_table {
            inputs.push(input("label table", table)?);
        }
    }
    Ok(inputs)
}

/// The patient in one line.
fn patient_line(patient: &Patient) -> String {
    let mut line =
        format!("{}, {}, {}", patient.species.name(), patient.sex.name(), patient.age.written());
    match patient.neurological_injury.name() {
        "none" => {}
        injury => line.push_str(&format!(", neurological injury: {injury}")),
    }
    if patient.previous_ho {
        line.push_str(", previous heterotopic ossification");
    }
    if patient.fop_like_sensitivity > 0.0 {
        line.push_str(&format!(", FOP-like sensitivity {}", patient.fop_like_sensitivity));
    }
    line
}
