//! Tests of the case file as a whole.

mod fuzz;
mod overrides;
mod reading;
mod refusals;
mod schema;
mod templates;
mod units;

use std::path::Path;

use super::*;

/// A small vocabulary with every kind of parameter.
fn vocabulary() -> Vocabulary {
    let record = |key: &str, unit: &str, default: f64, low: f64, high: f64| ParameterRecord {
        key: key.to_owned(),
        symbol: key.to_owned(),
        unit: unit.to_owned(),
        default,
        low,
        high,
        whole: key == "n_B",
        meaning: format!("the parameter {key}"),
        source: "Trejo 2019, table 1 # [C]".to_owned(),
    };
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Vocabulary::new(
        vec![
            record("K_B", "1", 0.8, 0.2, 1.2),
            record("n_B", "1", 4.0, 3.0, 6.0),
            record("rho_m", "1/d", 0.7, 0.4, 1.0),
            record("D_m", "mm2/d", 0.2, 0.05, 0.35),
            record("K_D", "5e7 cells/mL", 0.094, 0.05, 0.2),
            record("m0", "1e6 cells/mL", 0.04, 0.01, 0.1),
            record("K_w", "45 mmHg", 0.1, 0.05, 0.15),
            record("q_w", "1/d per 1e6 cells/mL", 60.0, 15.0, 100.0),
        ],
        names(&["neurogenic", "angiogenesis", "wound_field"]),
        names(&["mineral", "osteoid", "oxygen"]),
        names(&["mineral"]),
    )
    .unwrap()
}

/// A case file that is right and says something of everything; the tests of
/// refusals count its lines.
const WHOLE: &str = r#"format = 1
title = "Whole"
duration = "540 d"
seed = 7

[anatomy]
builtin = "hip"
side = "left"

[anatomy.lesion_box]
spacing = ["1 mm", "1 mm", "1.5 mm"]
margin = "12 mm"

[patient]
species = "human"
age = "34 years"
sex = "female"
neurological_injury = "spinal cord"
previous_ho = true
fop_like_sensitivity = 0.25

[[injury]]
name = "ball"
kind = "ellipsoid"
position = { landmark = "greater_trochanter", offset = ["1 mm", "0 mm", "-2 mm"] }
radii = ["9 mm", "8 mm", "7 mm"]
rotation = ["0 deg", "0 deg", "30 deg"]
severity = 2

[[injury]]
kind = "contusion"
muscle = "gluteus_medius"
position = { lps = ["-12 mm", "30 mm", "5 mm"] }
radius = "20 mm"
edge = "2 mm"

[[injury]]
kind = "capsule_tear"
direction = "anterior"

[[injury]]
kind = "surgical_approach"
entry = { ras = ["100 mm", "0 mm", "0 mm"] }
target = { landmark = "hip_centre" }
width = "15 mm"

[[motion]]
to = "2 weeks"
mode = "still"

[[motion]]
from = "1 week"
to = "6 weeks"
mode = "forced"
amplitude = 0.9
share_of_day = 0.05

[[motion]]
from = "20 weeks"
to = "24 weeks"
mode = "progressive"
start_amplitude = 0.2
amplitude = 0.8

[parameters]
K_B = 0.6
rho_m = "0.5 /d"
m0 = "5e4 cells/mL"

[model]
without = ["neurogenic"]

[numerics]
tolerance = 1e-4
longest_step = "36 h"

[outputs]
virtual_ct_days = [42, "12 weeks", 0, 42]
virtual_ct_noise = "10 HU"
field_days = [540]
fields = ["osteoid", "mineral"]
"#;

fn parse_with(text: &str, overrides: &[Override]) -> Result<CaseFile, CaseError> {
    CaseFile::from_bytes(
        "case.toml",
        text.as_bytes(),
        Path::new("/scans"),
        overrides,
        &vocabulary(),
    )
}

fn parse(text: &str) -> Result<CaseFile, CaseError> {
    parse_with(text, &[])
}

/// What is wrong with a text, which must be wrong.
fn problems(text: &str) -> Vec<Problem> {
    refused(parse(text))
}

fn refused(result: Result<CaseFile, CaseError>) -> Vec<Problem> {
    match result {
        Err(CaseError::Refused(refusal)) => refusal.problems,
        Err(other) => panic!("refused otherwise: {other}"),
        Ok(_) => panic!("not refused"),
    }
}

/// The whole case with one piece of text put in place of another.
fn with(piece: &str, other: &str) -> String {
    assert_eq!(WHOLE.matches(piece).count(), 1, "{piece:?} must stand there once");
    WHOLE.replace(piece, other)
}
