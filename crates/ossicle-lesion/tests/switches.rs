//! Switching a process off leaves what its switch says, and each such statement is false of
//! the whole model.

mod common;

use common::{Run, Sphere};
use ossicle_lesion::exposure::{Exposure, Motion, Programme, Session};
use ossicle_lesion::joint::Joint;
use ossicle_lesion::model::SWITCHES;
use ossicle_lesion::{Control, Flows, Signal, Slow, State, Stepper};

const DAYS: f64 = 30.0;

fn sphere(without: &[&'static str]) -> Sphere {
    let without = without.to_vec();
    Sphere { ball_mm: 9.0, lesion_mm: 5.0, without, ..Sphere::default() }
}

/// Force for a part of the day, stillness for the rest, and warmth: every mechanism has
/// something to do.
fn run(sphere: &Sphere) -> Run {
    let forced = Motion::Forced { share_of_normal: 1.0 };
    let mut motion = Programme::default();
    motion.sessions[0] = Session { share_of_day: 0.3, motion: forced };
    sphere.run(DAYS, Exposure { motion, warming_c: 1.0, ..Exposure::default() })
}

/// The same without motion.
fn run_still(sphere: &Sphere) -> Run {
    sphere.run(DAYS, Exposure { warming_c: 1.0, ..Exposure::default() })
}

/// Every number of the slow fields.
fn fields(run: &Run) -> Vec<&[f64]> {
    Slow::ALL.into_iter().map(|field| run.state.field(field)).collect()
}

/// Largest difference of any number of the slow fields.
fn largest_gap(a: &Run, b: &Run) -> f64 {
    let pairs = fields(a).into_iter().flatten().zip(fields(b).into_iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Whether what a switch says is left without its process is true of a run that started from
/// `start`.
fn holds(name: &str, run: &Run, start: &State) -> bool {
    let state = &run.state;
    let zero = |values: &[f64]| values.iter().all(|v| *v == 0.0);
    let none = |field: Slow| zero(state.field(field));
    let silent = |signal: Signal| zero(state.signal(signal));
    let as_at_start = |field: Slow| state.field(field) == start.field(field);
    let flows = |field: Slow| -> Flows { state.ledger.flows[field as usize] };
    let unmade = |field: Slow| flows(field).gained == 0.0 && flows(field).lost == 0.0;
    match name {
        "debris_clearance" => as_at_start(Slow::Debris),
        "inflammation" => none(Slow::InflammatoryMacrophages) && none(Slow::ReparativeMacrophages),
        "cytokine" => silent(Signal::Cytokine) && state.joint.swelling == 0.0,
        "tgf_beta" => silent(Signal::Tgf),
        "neurogenic" => as_at_start(Slow::Fibres) && state.averages.neuropeptide == 0.0,
        "bmp" => none(Slow::Bmp) && none(Slow::Chondrocytes) && none(Slow::Osteoblasts),
        "progenitor_proliferation" => unmade(Slow::Progenitors),
        "chondrogenesis" => flows(Slow::Chondrocytes) == Flows::default(),
        "intramembranous_ossification" => {
            // Every osteoblast came from cartilage, with the default yield.
            let from_cartilage = 0.7 * flows(Slow::Hypertrophic).left;
            (flows(Slow::Osteoblasts).arrived - from_cartilage).abs() < 1e-12 * from_cartilage
        }
        "adipogenesis" => none(Slow::Adipose),
        "endochondral_ossification" => {
            none(Slow::Hypertrophic) && flows(Slow::Chondrocytes).left == 0.0
        }
        "osteoblast_turnover" => unmade(Slow::Osteoblasts),
        "angiogenesis" => as_at_start(Slow::Capillaries),
        // A fresh state holds normal oxygen.
        "oxygen" => {
            let fresh = State::at_injury(&run.problem);
            state.signal(Signal::Oxygen) == fresh.signal(Signal::Oxygen)
        }
        "vegf" => silent(Signal::Vegf),
        // The strain is felt where a lesion without mineral would feel it.
        "stiffness" => {
            let mut fresh = State::at_injury(&run.problem);
            let mut stepper = Stepper::new(&run.problem, Control::default());
            stepper.prepare(&run.problem, &mut fresh, &Exposure::default()).unwrap();
            state.signal(Signal::StrainShare) == fresh.signal(Signal::StrainShare)
        }
        "fibrosis" => none(Slow::FibrousCollagen),
        "cartilage_matrix" => none(Slow::CartilageMatrix),
        "osteoid" => none(Slow::ImmatureOsteoid) && none(Slow::MatureOsteoid),
        "mineralisation" => none(Slow::Mineral) && none(Slow::Inhibitor),
        "resorption" => flows(Slow::Mineral).lost == 0.0,
        "wound_field" => silent(Signal::Potential),
        "mechanical_damage" => flows(Slow::Debris).gained == 0.0,
        "joint" => Joint { alp_rel: 1.0, ..state.joint } == Joint::default(),
        other => panic!("no statement about {other}"),
    }
}

#[test]
fn each_switch_leaves_what_it_says_and_the_whole_model_does_not() {
    let start = sphere(&[]).start().state;
    let whole = run(&sphere(&[]));
    for switch in SWITCHES {
        let without = run(&sphere(&[switch.name]));
        assert!(fields(&without) != fields(&whole), "{} makes no difference", switch.name);
        match switch.name {
            // No COX: no prostaglandin.
            "prostaglandin" => {
                assert!(fields(&without) == fields(&run(&sphere(&[]).with("cox", 0.0))));
            }
            // No mobility of any kind: progenitors stay where they are.
            "progenitor_migration" => {
                let still = sphere(&[]).with("D_m", 0.0).with("chi_m", 0.0).with("mu_e", 0.0);
                let gap = largest_gap(&without, &run(&still));
                assert!(gap < 1e-9, "{gap:e}");
            }
            // The test below.
            "mechanotransduction" => {}
            name => {
                let says = switch.without;
                assert!(holds(name, &without, &start), "{name}: not true that {says}");
                assert!(!holds(name, &whole, &start), "{name}: true of the whole model: {says}");
            }
        }
    }
}

#[test]
fn without_mechanotransduction_only_damage_tells_motion_from_rest() {
    let untorn = sphere(&["mechanical_damage"]);
    assert!(fields(&run(&untorn)) != fields(&run_still(&untorn)));
    let insensitive = sphere(&["mechanical_damage", "mechanotransduction"]);
    assert!(fields(&run(&insensitive)) == fields(&run_still(&insensitive)));
}
