//! Leaving healthy tissue alone changes nothing that matters, and it wakes when it must.

#![expect(clippy::print_stdout, reason = "the figures are the point")]

mod common;

use common::{Run, Sphere, comfortable, moving};
use ossicle_lesion::exposure::{Exposure, Motion, Programme, Session};
use ossicle_lesion::{Activity, Control, ParameterValues, Slow};

/// The standard lesion as users run it, in a ball with room round it.
fn sphere(activity: Activity) -> Sphere {
    Sphere {
        spacing_mm: 1.5,
        ball_mm: 36.0,
        values: ParameterValues::default(),
        control: Control { activity, ..Control::default() },
        ..Sphere::default()
    }
}

/// Share of the voxels that were awake, the mean of all steps.
fn share_awake(run: &Run) -> f64 {
    let voxels = run.problem.grid().len() as f64;
    run.state.ledger.voxels_awake as f64 / (run.state.steps as f64 * voxels)
}

/// Progenitors are left out: those of healthy tissue that is awake are fewer by what its want of
/// oxygen takes, 7 % of all in this ball.
fn compare(all: &Run, some: &Run, fields: &[Slow], within: f64) {
    for &field in fields {
        let (all, some) = (all.total(field), some.total(field));
        let gap = (some - all).abs() / all;
        println!("{field:?}: {some:.6} against {all:.6}, {gap:.1e} apart");
        assert!(gap < within, "{field:?}: {some} against {all}");
    }
    assert_eq!(share_awake(all), 1.0);
}

#[test]
fn a_lesion_grows_the_same_among_sleeping_tissue() {
    let run = |activity| sphere(activity).run(360.0, comfortable(0.6));
    let (all, some) = (run(Activity::Everywhere), run(Activity::RoundTheLesion));
    compare(&all, &some, &[Slow::Mineral, Slow::MatureOsteoid, Slow::Adipose], 1e-3);
    let share = share_awake(&some);
    println!("awake: {share:.3}");
    assert!(share < 0.5, "{share} of the voxels are awake");
}

#[test]
fn force_on_a_stiff_joint_wakes_healthy_tissue() {
    let run = |activity| {
        let forced = Motion::Forced { share_of_normal: 1.0 };
        let mut programme = Programme::default();
        programme.sessions[0] = Session { share_of_day: 0.5, motion: forced };
        let mut run = Sphere { severity: 0.0, ..sphere(activity) }.start();
        run.to(14.0, &|_| moving(Motion::Still));
        assert!(activity == Activity::Everywhere || run.state.ledger.voxels_awake == 0);
        run.to(56.0, &|_| Exposure { motion: programme, ..Exposure::default() });
        run.to(180.0, &|_| comfortable(0.6));
        run
    };
    let (all, some) = (run(Activity::Everywhere), run(Activity::RoundTheLesion));
    assert!(some.mineral_cm3() > 0.5, "force made no bone: {}", some.mineral_cm3());
    compare(&all, &some, &[Slow::Mineral, Slow::MatureOsteoid], 3e-3);
}
