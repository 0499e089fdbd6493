//! The whole coupled step, joint included, is of second order in time.

mod common;

use common::{Run, Sphere, comfortable, moving};
use ossicle_lesion::exposure::Motion;
use ossicle_lesion::{Control, Slow, State, Stepper};

/// Days over which step lengths are compared, in a phase without abrupt changes.
const FROM: f64 = 60.0;
const DAYS: f64 = 8.0;

/// Totals of every field, and the joint, after [`DAYS`] in equal steps.
fn after(sphere: &Sphere, start: &State, steps: u32) -> Vec<(&'static str, f64)> {
    // Force through less than the free range: strain, use and contracture all follow the bone
    // that blocks the joint.
    let care = moving(Motion::Forced { share_of_normal: 0.3 });
    let dt = DAYS / f64::from(steps);
    let control =
        Control { tolerance: f64::INFINITY, shortest_days: dt, longest_days: dt, ..sphere.control };
    let (problem, mut state) = (sphere.problem(), start.clone());
    let mut stepper = Stepper::new(&problem, control);
    stepper.prepare(&problem, &mut state, &care).unwrap();
    let mut run = Run { problem, state, stepper };
    for step in 1..=steps {
        run.to(FROM + dt * f64::from(step), &|_| care);
    }
    assert_eq!(run.state.steps - start.steps, u64::from(steps));
    let joint = &run.state.joint;
    let numbers = [
        ("contracture", joint.contracture_deg()),
        ("swelling", joint.swelling),
        ("alkaline phosphatase", joint.alp_rel),
    ];
    Slow::ALL.into_iter().map(|f| (f.describe().name, run.total(f))).chain(numbers).collect()
}

#[test]
fn halving_the_step_quarters_the_error_of_every_field_and_of_the_joint() {
    let sphere = Sphere { ball_mm: 12.0, lesion_mm: 5.0, ..Sphere::default() };
    let start = sphere.run(FROM, comfortable(0.6)).state;
    let [coarse, middle, fine] = [8, 16, 32].map(|steps| after(&sphere, &start, steps));
    for (((name, coarse), (_, middle)), (_, fine)) in coarse.iter().zip(&middle).zip(&fine) {
        let order = libm::log2((coarse - middle).abs() / (middle - fine).abs());
        assert!(order > 1.8, "{name} is of order {order:.2}: {coarse}, {middle}, {fine}");
    }
}
