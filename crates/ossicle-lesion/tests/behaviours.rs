//! What the model is for, in three dimensions: each behaviour against the same scenario of the
//! radial reference program in its limit of small steps with oxygen solved
//! (`reference/README.md`). Mineral in cm³ of dense bone at 540 days.

#![expect(clippy::print_stdout, reason = "the figures are the point")]

mod common;

use common::{Run, Sphere, comfortable, moving};
use ossicle_lesion::Slow;
use ossicle_lesion::exposure::{Exposure, Host, Motion, Programme, Session};

const END: f64 = 540.0;

/// A sphere whose ball is just large enough for what these scenarios reach.
fn sphere() -> Sphere {
    Sphere { ball_mm: 18.0, ..Sphere::default() }
}

fn untreated() -> Run {
    sphere().run(END, comfortable(0.6))
}

fn expect(what: &str, found: f64, expected: f64, relative: f64) {
    println!("{what}: {found:.4} against {expected:.4}");
    let gap = (found - expected).abs() / expected;
    assert!(gap < relative, "{what}: {found} against {expected}, {:.1} % apart", 100.0 * gap);
}

/// Day on which a series of (day, value) first exceeds a share of its last value.
fn day_of(series: &[(f64, f64)], share: f64) -> f64 {
    let last = series.last().unwrap().1;
    series.iter().find(|(_, v)| *v > share * last).unwrap().0
}

#[test]
fn a_bone_appears_after_weeks_rises_steeply_and_levels_off() {
    let mut run = sphere().start();
    let (mut mineral, mut alp) = (Vec::new(), Vec::new());
    let (mut visible, mut bone) = (None, None);
    for day in 1..=540 {
        let day = f64::from(day);
        run.to(day, &|_| comfortable(0.6));
        mineral.push((day, run.mineral_cm3()));
        // The box shows one octant; serum sees all eight.
        alp.push((day, 1.0 + common::OCTANTS * (run.state.joint.alp_rel - 1.0)));
        let (y, q) = (run.state.field(Slow::Mineral), run.state.field(Slow::CartilageMatrix));
        let hu = y.iter().zip(q).map(|(y, q)| 50.0 + 1350.0 * y + 40.0 * q).fold(0.0, f64::max);
        visible = visible.or((hu > 150.0).then_some(day));
        bone = bone.or((hu > 250.0).then_some(day));
    }
    expect("final mineral", mineral.last().unwrap().1, 1.0042, 0.03);
    expect("first voxel above 150 HU, day", visible.unwrap(), 42.0, 0.05);
    expect("first voxel above 250 HU, day", bone.unwrap(), 60.0, 0.05);
    for (share, day) in [(0.1, 41.0), (0.5, 84.0), (0.9, 283.0)] {
        expect(&format!("day of {share} of the final mineral"), day_of(&mineral, share), day, 0.05);
    }
    let peak = alp.iter().fold((0.0, 0.0), |peak, a| if a.1 > peak.1 { *a } else { peak });
    expect("alkaline phosphatase at its peak", peak.1, 1.157, 0.01);
    expect("its day", peak.0, 43.0, 0.07);
    let gained = |from: usize, to: usize| mineral[to - 1].1 - mineral[from - 1].1;
    assert!(gained(42, 120) > 4.0 * gained(1, 42), "the rise is steep after a slow start");
    assert!(gained(480, 540) < 0.03 * mineral[539].1, "the lesion levels off");
}

#[test]
fn b_the_rim_ossifies_before_the_core() {
    let mut run = sphere().start();
    for (day, rim_over_core) in [(70.0, 100.0), (120.0, 20.0), (360.0, 10.0)] {
        run.to(day, &|_| comfortable(0.6));
        let mineral = run.state.field(Slow::Mineral);
        let shells = run.shells(|c| mineral[c], 1.0, 16.0);
        let (densest, rim) = shells
            .iter()
            .enumerate()
            .fold((0, 0.0), |m, (i, v)| if *v > m.1 { (i, *v) } else { m });
        println!(
            "day {day}: densest shell {densest} to {} mm, {:.0} times the core",
            densest + 1,
            rim / shells[1]
        );
        assert!((7..=9).contains(&densest), "densest at {densest} mm on day {day}");
        assert!(rim > rim_over_core * shells[1], "rim over core {} on day {day}", rim / shells[1]);
        assert!(shells[12] < 0.01 * rim, "bone stays where the injury was");
    }
    // Vessels arrive from outside: on the way in, the rim is perfused and the core is not yet.
    let mut run = sphere().start();
    run.to(42.0, &|_| comfortable(0.6));
    let vessels = run.state.field(Slow::Capillaries);
    let shells = run.shells(|c| vessels[c], 1.0, 16.0);
    assert!(shells[2] < 0.3 && shells[12] > 0.95, "vessels {:?}", shells);
}

#[test]
fn g_stillness_gives_less_bone_and_a_contracture() {
    let run = sphere().run(END, moving(Motion::Still));
    expect("still throughout", run.mineral_cm3(), 0.1586, 0.05);
    expect("its contracture, degrees", run.state.joint.contracture_deg(), 53.63, 0.01);
    let mut run = sphere().start();
    run.to(42.0, &|_| moving(Motion::Still));
    run.to(END, &|_| comfortable(0.6));
    expect("still for six weeks", run.mineral_cm3(), 0.2639, 0.05);
    expect("its contracture, degrees", run.state.joint.contracture_deg(), 17.73, 0.02);
}

#[test]
fn force_makes_bone_only_in_a_joint_that_was_still() {
    let forced = Motion::Forced { share_of_normal: 1.0 };
    let uninjured = Sphere { severity: 0.0, ball_mm: 24.0, ..Sphere::default() };
    let mut free = uninjured.start();
    free.to(56.0, &|_| moving(forced));
    free.to(END, &|_| comfortable(0.6));
    assert!(free.mineral_cm3() < 1e-6, "a free joint took {} cm3 from force", free.mineral_cm3());
    // Still, and forced for half of each day from day 14 to 56.
    let mut programme = Programme::default();
    programme.sessions[0] = Session { share_of_day: 0.5, motion: forced };
    let mut stiff = uninjured.start();
    stiff.to(14.0, &|_| moving(Motion::Still));
    stiff.to(56.0, &|_| Exposure { motion: programme, ..Exposure::default() });
    stiff.to(END, &|_| comfortable(0.6));
    expect("still, then forced", stiff.mineral_cm3(), 2.1101, 0.05);
}

#[test]
fn a_central_lesion_multiplies_and_a_sensitive_host_needs_little_injury() {
    let host = Host { central_nervous_lesion: 1.0 };
    let central = Sphere { severity: 1.0, host, ..sphere() }.run(END, comfortable(0.6));
    expect("severity 1 with a central lesion", central.mineral_cm3(), 1.3357, 0.05);
    let plain = Sphere { severity: 1.0, ..sphere() }.run(END, comfortable(0.6));
    expect("severity 1 without", plain.mineral_cm3(), 0.4163, 0.10);
    let uninjured = Sphere { severity: 0.0, host, ..sphere() }.run(END, comfortable(0.6));
    assert!(uninjured.mineral_cm3() < 1e-6, "a central lesion alone makes no bone");
    let minor = Sphere { severity: 0.25, ..sphere() };
    expect("a minor injury", minor.run(END, comfortable(0.6)).mineral_cm3(), 0.0385, 0.15);
    let sensitive = minor.with("K_B", 0.2).run(END, comfortable(0.6));
    expect("the same in a sensitive host", sensitive.mineral_cm3(), 1.2651, 0.05);
}

#[test]
fn severity_follows_the_reference_where_it_is_not_monotone_too() {
    for (severity, mineral) in [(0.5, 0.6044), (4.0, 1.3564)] {
        let run = Sphere { severity, ..sphere() }.run(END, comfortable(0.6));
        expect(&format!("severity {severity}"), run.mineral_cm3(), mineral, 0.07);
    }
}

#[test]
fn switching_a_mechanism_off_does_what_the_reference_says() {
    let baseline = untreated().mineral_cm3();
    let relative = |sphere: Sphere| sphere.run(END, comfortable(0.6)).mineral_cm3() / baseline;
    let without = |name: &'static str| Sphere { without: vec![name], ..sphere() };
    assert_eq!(relative(without("inflammation")), 0.0, "no macrophages, no bone");
    expect("without an electric field", relative(without("wound_field")), 0.9653 / 1.0042, 0.02);
    expect("without hypoxia", relative(sphere().with("w_h", 50.0)), 0.5004 / 1.0042, 0.05);
    let still_vessels = sphere().with("r_v", 0.0).with("D_v", 0.0);
    expect("without angiogenesis", relative(still_vessels), 0.3538 / 1.0042, 0.05);
}

#[test]
fn a_lesion_of_mouse_size_runs_and_needs_motion_too() {
    let mouse = Sphere {
        lesion_mm: 1.5,
        ball_mm: 5.0,
        edge_mm: 0.25,
        spacing_mm: 0.2,
        ..Sphere::default()
    };
    let moved = mouse.run(END, comfortable(0.6)).mineral_cm3();
    expect("mouse-size", moved, 0.0072, 0.10);
    let still = mouse.run(END, moving(Motion::Still)).mineral_cm3();
    assert!(still < 0.25 * moved, "still {still} against moved {moved}");
}

#[test]
fn the_default_step_keeps_final_mineral_within_two_percent_of_small_steps() {
    let coarse = untreated().mineral_cm3();
    let mut fine = sphere();
    (fine.control.tolerance, fine.control.longest_days) = (0.000_5, 0.5);
    let fine = fine.run(END, comfortable(0.6)).mineral_cm3();
    println!(
        "default {coarse:.4}, small steps {fine:.4}: bias {:.2} %",
        100.0 * (coarse / fine - 1.0)
    );
    assert!((coarse / fine - 1.0).abs() < 0.02, "default {coarse} against {fine}");
}
