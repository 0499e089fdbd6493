//! Switching a process off leaves what its switch says, and each such statement is false of
//! the whole model.

mod common;

use common::{Run, Sphere};
use ossicle_lesion::exposure::{Exposure, Motion, Programme, Session};
use ossicle_lesion::joint::Joint;
use ossicle_lesion::model::SWITCHES;
use ossicle_lesion::{Flows, Signal, Slow};

const DAYS: f64 = 30.0;

/// Force, warmth and stillness: every mechanism has something to do.
fn eventful() -> Exposure {
    let mut motion = Programme::default();
    motion.sessions[0] =
        Session { share_of_day: 0.3, motion: Motion::Forced { share_of_normal: 1.0 } };
    Exposure { motion, warming_c: 1.0, ..Exposure::default() }
}

fn sphere(without: &[&'static str]) -> Sphere {
    let without = without.to_vec();
    Sphere { ball_mm: 9.0, lesion_mm: 5.0, without, ..Sphere::default() }
}

fn run(sphere: &Sphere) -> Run {
    sphere.run(DAYS, eventful())
}

fn flows(run: &Run, field: Slow) -> Flows {
    run.state.ledger.flows[field as usize]
}

fn zero(values: &[f64]) -> bool {
    values.iter().all(|v| *v == 0.0)
}

/// What is left without a process, as a statement about the run.
fn holds(name: &str, run: &Run) -> bool {
    let none = |field: Slow| zero(run.state.field(field));
    let silent = |signal: Signal| zero(run.state.signal(signal));
    let as_at_start =
        |field: Slow| run.state.field(field) == sphere(&[]).start().state.field(field);
    let unmade = |field: Slow| flows(run, field).gained == 0.0 && flows(run, field).lost == 0.0;
    match name {
        "debris_clearance" => as_at_start(Slow::Debris),
        "inflammation" => none(Slow::InflammatoryMacrophages) && none(Slow::ReparativeMacrophages),
        "cytokine" => silent(Signal::Cytokine) && run.state.joint.swelling == 0.0,
        "tgf_beta" => silent(Signal::Tgf),
        "neurogenic" => as_at_start(Slow::Fibres) && run.state.averages.neuropeptide == 0.0,
        "bmp" => none(Slow::Bmp) && none(Slow::Chondrocytes) && none(Slow::Osteoblasts),
        "progenitor_proliferation" => unmade(Slow::Progenitors),
        "chondrogenesis" => {
            none(Slow::Chondrocytes) && flows(run, Slow::Chondrocytes).arrived == 0.0
        }
        "intramembranous_ossification" => {
            let by_cartilage = 0.7 * flows(run, Slow::Hypertrophic).left;
            (flows(run, Slow::Osteoblasts).arrived - by_cartilage).abs() < 1e-12 * by_cartilage
        }
        "adipogenesis" => none(Slow::Adipose),
        "endochondral_ossification" => {
            none(Slow::Hypertrophic) && flows(run, Slow::Chondrocytes).left == 0.0
        }
        "osteoblast_turnover" => unmade(Slow::Osteoblasts),
        "angiogenesis" => as_at_start(Slow::Capillaries),
        "oxygen" => {
            run.state.signal(Signal::Oxygen)
                == sphere(&[])
                    .problem()
                    .tissue()
                    .iter()
                    .map(|t| f64::from(u8::from(t.admits_oxygen())))
                    .collect::<Vec<_>>()
        }
        "vegf" => silent(Signal::Vegf),
        "fibrosis" => none(Slow::FibrousCollagen),
        "cartilage_matrix" => none(Slow::CartilageMatrix),
        "osteoid" => none(Slow::ImmatureOsteoid) && none(Slow::MatureOsteoid),
        "mineralisation" => none(Slow::Mineral) && none(Slow::Inhibitor),
        "resorption" => flows(run, Slow::Mineral).lost == 0.0,
        "wound_field" => silent(Signal::Potential),
        "mechanical_damage" => flows(run, Slow::Debris).gained == 0.0,
        "joint" => Joint { alp_rel: 1.0, ..run.state.joint } == Joint::default(),
        other => panic!("no statement about {other}"),
    }
}

/// Every number of the fields.
fn fields(run: &Run) -> Vec<&[f64]> {
    Slow::ALL.into_iter().map(|field| run.state.field(field)).collect()
}

#[test]
fn each_switch_leaves_what_it_says_and_the_whole_model_does_not() {
    let whole = run(&sphere(&[]));
    for switch in SWITCHES {
        let without = run(&sphere(&[switch.name]));
        assert!(fields(&without) != fields(&whole), "{} makes no difference", switch.name);
        match switch.name {
            // What is left is the same as the whole model with values that say so.
            "prostaglandin" => {
                assert_eq!(fields(&without), fields(&run(&sphere(&[]).with("cox", 0.0))));
            }
            "progenitor_migration" => {
                let still = sphere(&[]).with("D_m", 0.0).with("chi_m", 0.0).with("mu_e", 0.0);
                assert_eq!(fields(&without), fields(&run(&still)));
            }
            "mechanotransduction" => {
                // Nothing is torn, so motion can only act by permitting.
                let unmoved = sphere(&["mechanotransduction", "mechanical_damage"]);
                let (moved, still) = (
                    run(&unmoved),
                    unmoved.run(DAYS, Exposure { motion: Programme::default(), ..eventful() }),
                );
                assert_eq!(fields(&moved), fields(&still));
            }
            name => {
                assert!(holds(name, &without), "{name}: not true that {}", switch.without);
                assert!(!holds(name, &whole), "{name}: the whole model has that too");
            }
        }
    }
}
