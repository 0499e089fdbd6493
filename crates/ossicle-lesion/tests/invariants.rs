//! What must hold whatever the case: cells and matrix are conserved, nothing is negative or
//! crosses a wall, threads do not matter, and a step that fails says why and leaves the state
//! as it was.

mod common;

use common::{comfortable, moving};
use ossicle_anatomy::Tissue;
use ossicle_field::{Grid, noise, reduce};
use ossicle_lesion::exposure::{Exposure, Host, Motion};
use ossicle_lesion::{
    Activity, Control, Injury, Mechanoregulation, Model, ParameterError, ParameterValues, Problem,
    Slow, State, StepError, Stepper,
};

/// The cells that come from progenitors, and fat.
const LINEAGE: [Slow; 5] =
    [Slow::Progenitors, Slow::Chondrocytes, Slow::Hypertrophic, Slow::Osteoblasts, Slow::Adipose];

/// A box of voxels of 0.5 x 1 x 2 mm.
const SHAPE: [usize; 3] = [16, 12, 9];
const SPACING_MM: [f64; 3] = [0.5, 1.0, 2.0];

/// A slice of a limb: muscle on bone, with periosteum, capsule, cartilage, fluid, tendon, a
/// vessel, a nerve, fat, skin and air, so that every tissue but metal touches others.
fn limb([i, j, k]: [usize; 3]) -> Tissue {
    match (i, j, k) {
        (0..=1, ..) => Tissue::CancellousBone,
        (2, _, 0..=5) => Tissue::CorticalBone,
        (2, ..) => Tissue::ArticularCartilage,
        (3, _, 0..=5) => Tissue::Periosteum,
        (3, 2..=8, _) => Tissue::JointFluid,
        (3, ..) | (4, _, 6..) => Tissue::Capsule,
        (15, ..) => Tissue::Outside,
        (14, ..) => Tissue::Skin,
        (13, ..) => Tissue::Fat,
        (8, 4, _) => Tissue::Vessel,
        (8, 5, _) => Tissue::Nerve,
        (9..=10, 8..=9, _) => Tissue::TendonLigament,
        (6, 0..=1, 3..=4) => Tissue::CorticalBone,
        _ => Tissue::Muscle,
    }
}

/// Any tissue anywhere.
fn anything(voxel: [usize; 3]) -> Tissue {
    let [i, j, k] = voxel.map(|v| v as u64);
    Tissue::ALL[(noise::uniform(5, 1, i + 100 * (j + 100 * k)) * 15.0) as usize]
}

struct Case {
    tissue: fn([usize; 3]) -> Tissue,
    severity: f64,
    host: Host,
    values: ParameterValues,
    without: Vec<&'static str>,
    control: Control,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            tissue: limb,
            severity: 2.0,
            host: Host::default(),
            values: ParameterValues::default(),
            without: Vec::new(),
            control: Control::default(),
        }
    }
}

impl Case {
    fn problem(&self) -> Problem {
        let grid = Grid::aligned(SHAPE, SPACING_MM, [-3.0, 10.0, 0.0]).unwrap();
        let n = grid.len();
        let injury = Injury {
            debris: (0..n).map(|c| self.severity * noise::uniform(1, 0, c as u64)).collect(),
            site: vec![1.0; n],
            distance_mm: (0..n).map(|c| 4.0 * noise::uniform(2, 0, c as u64) - 2.0).collect(),
        };
        let tissue = (0..n).map(|c| (self.tissue)(grid.voxel(c))).collect();
        let model = Model::new(&self.values, &self.without, Mechanoregulation::Strain).unwrap();
        Problem::new(grid, tissue, injury, None, 120.0, self.host, model).unwrap()
    }

    fn start(&self) -> (Problem, State, Stepper) {
        let problem = self.problem();
        let mut state = State::at_injury(&problem);
        let mut stepper = Stepper::new(&problem, self.control);
        stepper.prepare(&problem, &mut state, &Exposure::default()).unwrap();
        (problem, state, stepper)
    }
}

/// Fills every slow field of soft tissue with noise: cells and matrix fit into their voxel.
fn scatter(problem: &Problem, state: &mut State) {
    for field in Slow::ALL {
        let most = match field {
            Slow::Debris => 2.0,
            Slow::Capillaries | Slow::Inhibitor | Slow::Bmp => 1.0,
            _ => 0.24,
        };
        let values = state.field_mut(field);
        for (c, tissue) in problem.tissue().iter().enumerate() {
            let value = most * noise::uniform(3, field as u64, c as u64);
            values[c] = if tissue.is_soft() { value } else { 0.0 };
        }
    }
}

fn total(problem: &Problem, state: &State, fields: &[Slow]) -> f64 {
    let voxel = problem.grid().voxel_volume_mm3();
    fields.iter().map(|f| voxel * reduce::sum(state.field(*f))).sum()
}

fn run(problem: &Problem, state: &mut State, stepper: &mut Stepper, day: f64, care: &Exposure) {
    while state.day < day {
        stepper.step(problem, state, day, &|_| *care).unwrap();
    }
}

#[track_caller]
fn kept(what: &str, now: f64, before: f64) {
    let gap = (now - before).abs() / before;
    assert!(gap < 1e-10, "{what}: {now} from {before}, {gap:.1e} apart");
}

#[test]
fn cells_and_matrix_are_conserved_with_sources_off() {
    let mut values = ParameterValues::default();
    values.set("f_hb", 1.0).unwrap();
    let sources = [
        "progenitor_proliferation",
        "chondrogenesis",
        "osteoblast_turnover",
        "fibrosis",
        "cartilage_matrix",
        "osteoid",
        "resorption",
    ];
    let case = Case { values, without: sources.to_vec(), ..Case::default() };
    let (problem, mut state, mut stepper) = case.start();
    scatter(&problem, &mut state);
    let start = state.clone();
    run(&problem, &mut state, &mut stepper, 10.0, &comfortable(0.6));
    let moved = |from: Slow, to: Slow| {
        let flows = &state.ledger.flows;
        assert!(flows[from as usize].left > 1.0 && flows[to as usize].arrived > 1.0, "{to:?}");
    };
    moved(Slow::Progenitors, Slow::Adipose);
    moved(Slow::Progenitors, Slow::Osteoblasts);
    moved(Slow::Chondrocytes, Slow::Hypertrophic);
    moved(Slow::MatureOsteoid, Slow::Mineral);
    let same = |what: &str, fields: &[Slow]| {
        kept(what, total(&problem, &state, fields), total(&problem, &start, fields));
    };
    same("m + c + h + b + A", &LINEAGE);
    same("U + Y", &[Slow::MatureOsteoid, Slow::Mineral]);
    for untouched in [Slow::FibrousCollagen, Slow::CartilageMatrix, Slow::ImmatureOsteoid] {
        assert!(state.field(untouched) == start.field(untouched), "{untouched:?} changed");
    }
    // Progenitors did move.
    assert!(state.field(Slow::Progenitors) != start.field(Slow::Progenitors));
}

#[test]
fn bone_collagen_is_conserved_from_osteoid_to_mineral() {
    // Without osteoblasts nothing new is laid down.
    let without = vec!["intramembranous_ossification", "endochondral_ossification", "resorption"];
    let (problem, mut state, mut stepper) = Case { without, ..Case::default() }.start();
    scatter(&problem, &mut state);
    state.field_mut(Slow::Osteoblasts).fill(0.0);
    let chain = [Slow::ImmatureOsteoid, Slow::MatureOsteoid, Slow::Mineral];
    let before = total(&problem, &state, &chain);
    let mineral = total(&problem, &state, &chain[2..]);
    run(&problem, &mut state, &mut stepper, 20.0, &comfortable(0.6));
    kept("O1 + U + Y", total(&problem, &state, &chain), before);
    assert!(total(&problem, &state, &chain[2..]) > 1.3 * mineral);
}

#[test]
fn with_sources_on_the_books_explain_every_change() {
    let (problem, mut state, mut stepper) = Case::default().start();
    scatter(&problem, &mut state);
    let start = state.clone();
    run(&problem, &mut state, &mut stepper, 20.0, &comfortable(0.6));
    for field in Slow::ALL {
        let before = total(&problem, &start, &[field]);
        let explained = before + state.ledger.net(field);
        let turnover = state.ledger.flows[field as usize];
        assert!(turnover.gained + turnover.lost + turnover.arrived + turnover.left > 1.0);
        kept(field.describe().name, total(&problem, &state, &[field]), explained);
    }
    let flow = |field: Slow| state.ledger.flows[field as usize];
    let replaced = 0.7 * flow(Slow::Hypertrophic).left;
    let direct = flow(Slow::Osteoblasts).arrived - replaced;
    let committed = flow(Slow::Chondrocytes).arrived + flow(Slow::Adipose).arrived + direct;
    kept("progenitors that turned", committed, flow(Slow::Progenitors).left);
    let chains = [
        (Slow::InflammatoryMacrophages, Slow::ReparativeMacrophages),
        (Slow::Chondrocytes, Slow::Hypertrophic),
        (Slow::ImmatureOsteoid, Slow::MatureOsteoid),
        (Slow::MatureOsteoid, Slow::Mineral),
    ];
    for (from, to) in chains {
        kept(to.describe().name, flow(to).arrived, flow(from).left);
    }
    assert!(state.ledger.worst_reaction_gap < 1e-12 && state.ledger.worst_transport_gap < 1e-12);
}

/// By the equations themselves, not because it is left alone. Some progenitors are lost to want of
/// oxygen where vessels are few (`docs/physics/belief.md`).
#[test]
fn healthy_tissue_of_every_kind_stays_as_it_is_in_use_and_under_force() {
    let host = Host { central_nervous_lesion: 2.0 };
    for care in [comfortable(0.8), moving(Motion::Forced { share_of_normal: 1.0 })] {
        for tissue in [limb, anything] {
            let control = Control { activity: Activity::Everywhere, ..Control::default() };
            let case = Case { tissue, severity: 0.0, host, control, ..Case::default() };
            let (problem, mut state, mut stepper) = case.start();
            let start = state.clone();
            run(&problem, &mut state, &mut stepper, 200.0, &care);
            for field in Slow::ALL {
                for (c, (now, before)) in
                    state.field(field).iter().zip(start.field(field)).enumerate()
                {
                    // Nothing is gained, and three tenths lost at most.
                    let starved =
                        field == Slow::Progenitors && *now < *before && *now > 0.7 * before;
                    let gap = if starved { 0.0 } else { (now - before).abs() };
                    let voxel = problem.grid().voxel(c);
                    assert!(gap < 2e-3, "{field:?} went from {before} to {now} at {voxel:?}");
                }
            }
        }
    }
}

/// The hardest case there is: twice the standard injury in a mouse with a central lesion, under
/// force and heat.
fn harsh(tissue: fn([usize; 3]) -> Tissue, control: Control) -> (Case, Exposure) {
    let case = Case {
        tissue,
        severity: 4.0,
        host: Host { central_nervous_lesion: 2.0 },
        values: ParameterValues::default().with_species_rate_factor(2.5),
        control,
        ..Case::default()
    };
    let forced = moving(Motion::Forced { share_of_normal: 1.0 });
    (case, Exposure { warming_c: 5.0, cox_inhibition: 1.0, etidronate: 1.0, ..forced })
}

#[test]
fn every_field_is_finite_and_not_negative_and_walls_stay_empty_however_harsh() {
    // Steps of 16 days: nothing about them is accurate.
    let absurd = Control {
        tolerance: f64::INFINITY,
        shortest_days: 1e-3,
        longest_days: 16.0,
        ..Control::default()
    };
    for tissue in [limb as fn([usize; 3]) -> Tissue, anything] {
        for scattered in [false, true] {
            let (case, care) = harsh(tissue, absurd);
            let (problem, mut state, mut stepper) = case.start();
            if scattered {
                scatter(&problem, &mut state);
            }
            state.next_step_days = 16.0;
            let mut longest = 0.0_f64;
            for _ in 0..25 {
                let until = state.day + 16.0;
                let stepped = stepper.step(&problem, &mut state, until, &|_| care).unwrap();
                longest = longest.max(stepped.days);
                for field in Slow::ALL {
                    for (c, value) in state.field(field).iter().enumerate() {
                        let (tissue, day) = (problem.tissue()[c], state.day);
                        let fine = *value >= 0.0 && value.is_finite();
                        assert!(fine, "{field:?} is {value} in {tissue} on day {day}");
                        let empty = tissue.is_soft() || *value == 0.0;
                        assert!(empty, "{value} of {field:?} in {tissue} on day {day}");
                    }
                }
            }
            assert!(longest > 15.9, "no step was longer than {longest} days");
        }
    }
}

/// Every number of a state, to the bit.
fn bits(state: &State) -> Vec<u64> {
    let fields = Slow::ALL.into_iter().map(|f| state.field(f));
    let signals = ossicle_lesion::Signal::ALL.into_iter().map(|s| state.signal(s));
    fields.chain(signals).flatten().map(|v| v.to_bits()).collect()
}

#[test]
fn the_same_bits_for_any_number_of_threads_and_any_repetition() {
    // Larger than one task of the tiles and of the sums.
    let sphere = common::Sphere { ball_mm: 22.0, ..common::Sphere::default() };
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| sphere.run(5.0, comfortable(0.6)).state)
    };
    let one = with(1);
    assert!(one.steps > 10);
    for threads in [1, 2, 3] {
        let other = with(threads);
        assert!(bits(&other) == bits(&one), "{threads} threads give other fields");
        assert_eq!((other.joint, other.averages), (one.joint, one.averages));
        assert_eq!(other.ledger, one.ledger, "{threads} threads give other books");
        assert_eq!(other.next_step_days.to_bits(), one.next_step_days.to_bits());
    }
}

#[test]
fn a_value_that_is_no_number_is_named_with_its_place_and_nothing_changes() {
    for field in Slow::ALL {
        let (problem, mut state, mut stepper) = Case::default().start();
        run(&problem, &mut state, &mut stepper, 2.0, &comfortable(0.6));
        let at = problem.grid().index([10, 6, 4]);
        state.field_mut(field)[at] = f64::NAN;
        let before = state.clone();
        let refused = stepper.step(&problem, &mut state, 3.0, &|_| comfortable(0.6));
        let StepError::NotFinite { process, field: named, value, voxel, tissue, day } =
            refused.unwrap_err()
        else {
            panic!("expected the value to be named");
        };
        assert_eq!((named, voxel, tissue), (field.describe().name, [10, 6, 4], "muscle"));
        assert!(value.is_nan());
        assert!(process.contains("given"), "{process}");
        assert_eq!(day, 2.0);
        unchanged(&state, &before);
        // Put right, the same state goes on.
        state.field_mut(field)[at] = 0.1;
        run(&problem, &mut state, &mut stepper, 3.0, &comfortable(0.6));
    }
}

#[test]
fn care_that_cannot_be_and_amounts_beyond_all_bounds_are_refused_too() {
    let (problem, mut state, mut stepper) = Case::default().start();
    let before = state.clone();
    let forced = |share_of_normal| moving(Motion::Forced { share_of_normal });
    let bad = [
        ("warming in degrees", Exposure { warming_c: f64::NAN, ..comfortable(0.6) }),
        ("the inhibition of COX", Exposure { cox_inhibition: 1.5, ..comfortable(0.6) }),
        ("the loss of division", Exposure { division_loss: -0.1, ..comfortable(0.6) }),
        ("a session's share of the range", forced(1.2)),
    ];
    for (expected, care) in bad {
        let error = stepper.step(&problem, &mut state, 1.0, &|_| care).unwrap_err();
        unchanged(&state, &before);
        let StepError::Exposure { unfit, .. } = error else { panic!("{error}") };
        assert_eq!(unfit.what, expected);
    }
    let backwards = stepper.step(&problem, &mut state, 0.0, &|_| comfortable(0.6)).unwrap_err();
    assert_eq!(backwards, StepError::NotAhead { day: 0.0, until_day: 0.0 });
    let mut flooded = before.clone();
    let at = problem.grid().index([10, 6, 4]);
    flooded.field_mut(Slow::Debris)[at] = 1e300;
    let error = stepper.step(&problem, &mut flooded, 1.0, &|_| comfortable(0.6)).unwrap_err();
    let StepError::NotFinite { process, voxel, .. } = error else { panic!("{error}") };
    assert_eq!((process, voxel), ("inflammation", [10, 6, 4]));
}

#[test]
fn a_value_beyond_all_bounds_is_named_with_the_process_that_made_it() {
    let bold = Control { tolerance: f64::INFINITY, ..Control::default() };
    let (problem, mut state, mut stepper) = Case { control: bold, ..Case::default() }.start();
    let at = problem.grid().index([10, 6, 4]);
    let mut given = state.clone();
    given.field_mut(Slow::Debris)[at] = 2e4;
    let error = stepper.step(&problem, &mut given, 0.01, &|_| comfortable(0.6)).unwrap_err();
    let StepError::Runaway { process, field, voxel, tissue, limit, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((field, voxel, tissue, limit), ("debris", [10, 6, 4], "muscle", 1e4));
    assert!(process.contains("given"), "{process}");
    // Debris within bounds, but what follows from it is not.
    state.field_mut(Slow::Debris)[at] = 9e3;
    state.next_step_days = 1.0;
    let error = stepper.step(&problem, &mut state, 4.0, &|_| comfortable(0.6)).unwrap_err();
    let StepError::Runaway { process, field, voxel, .. } = error else { panic!("{error}") };
    assert_eq!((process, field, voxel), ("bmp", "bmp", [10, 6, 4]));
}

#[test]
fn a_step_control_of_no_use_is_refused() {
    for control in [
        Control { tolerance: 0.0, ..Control::default() },
        Control { shortest_days: 2.0, longest_days: 1.0, ..Control::default() },
        Control { longest_days: f64::INFINITY, ..Control::default() },
    ] {
        let problem = Case::default().problem();
        let mut state = State::at_injury(&problem);
        let mut stepper = Stepper::new(&problem, control);
        let refused = stepper.step(&problem, &mut state, 1.0, &|_| comfortable(0.6));
        assert_eq!(refused.unwrap_err(), StepError::Control { control });
    }
}

#[test]
fn parameters_that_are_no_numbers_or_out_of_range_are_refused() {
    let mut values = ParameterValues::default();
    for bad in [f64::NAN, f64::INFINITY, -0.1] {
        let refused = values.set("k_e1", bad).unwrap_err();
        let ParameterError::OutOfRange { symbol: "k_e1", low, high, .. } = refused else {
            panic!("{refused}");
        };
        assert_eq!((low, high), (0.06, 0.96));
    }
    assert!(matches!(values.set("n_B", 3.5), Err(ParameterError::NotWhole { .. })));
    assert!(matches!(values.set("k_e9", 0.1), Err(ParameterError::Unknown { .. })));
    assert_eq!(values, ParameterValues::default());
}

/// All but books and signals, which are first guesses.
#[track_caller]
fn unchanged(now: &State, before: &State) {
    for field in Slow::ALL {
        let same = now
            .field(field)
            .iter()
            .zip(before.field(field))
            .all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "{field:?} changed");
    }
    let rest =
        |s: &State| (s.day, s.steps, s.next_step_days, s.joint, s.averages, s.uptake_mm3_per_day);
    assert_eq!(rest(now), rest(before));
}

#[test]
fn a_tolerance_that_cannot_be_met_is_refused_with_the_field_and_nothing_changes() {
    let control = Control { tolerance: 1e-12, shortest_days: 0.01, ..Control::default() };
    let (problem, mut state, mut stepper) = Case { control, ..Case::default() }.start();
    let before = state.clone();
    let refused = stepper.step(&problem, &mut state, 1.0, &|_| comfortable(0.6)).unwrap_err();
    let StepError::Tolerance { error, tolerance, step_days, day, .. } = refused else {
        panic!("{refused}");
    };
    assert!(error > tolerance && tolerance == 1e-12);
    assert_eq!((step_days, day), (0.01, 0.0));
    unchanged(&state, &before);
}
