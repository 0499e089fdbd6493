//! The smallest golden digest, of a run without a folder: small enough for a debug build, which
//! must give the same bits as the release build does.

use ossicle::case::CaseFile;
use ossicle::golden::SMALL;
use ossicle::run::Simulation;
use ossicle::setting::Setting;

const CASE: &str = r#"format = 1
duration = "2 d"

[anatomy]
builtin = "sphere"

[anatomy.lesion_box]
spacing = ["1.5 mm", "1.5 mm", "1.2 mm"]
size = ["12 mm", "12 mm", "9.6 mm"]
centre = { ras = ["0 mm", "0 mm", "0 mm"] }

[[injury]]
kind = "ellipsoid"
position = { ras = ["0 mm", "0 mm", "0 mm"] }
radii = "4 mm"
severity = 2
edge = "1.5 mm"

[[motion]]
from = "0 d"
mode = "comfortable"
amplitude = 0.6

[outputs]
virtual_ct_days = []
field_days = []
"#;

#[test]
fn a_debug_build_gives_the_bits_of_a_release_build() {
    let file = CaseFile::from_bytes(
        "case.toml",
        CASE.as_bytes(),
        "".as_ref(),
        &[],
        &ossicle::vocabulary(),
    )
    .expect("a case");
    let setting = Setting::new(&file).expect("a setting");
    let mut simulation = Simulation::new(&setting);
    simulation.prepare().expect("signals");
    while simulation.state.day < setting.duration_days {
        simulation.step(setting.duration_days).expect("a step");
    }
    assert!(simulation.steps.len() > 10, "{} steps", simulation.steps.len());
    assert_eq!(ossicle::books::digest(&simulation.state), SMALL);
}
