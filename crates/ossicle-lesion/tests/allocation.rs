//! A step takes no memory: all that it needs was taken when the stepper was made.

mod common;

use common::{Sphere, comfortable};

#[test]
fn a_step_allocates_nothing() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (steps, found) = pool.install(|| {
        let mut run = Sphere { spacing_mm: 1.5, ..Sphere::default() }.start();
        let exposure = comfortable(0.6);
        // The first solve on the coarsest level sizes its matrix.
        run.to(1.0, &|_| exposure);
        let before = run.state.steps;
        let found = allocation_counter::measure(|| {
            while run.state.day < 10.0 {
                run.stepper.step(&run.problem, &mut run.state, 10.0, &|_| exposure).unwrap();
            }
        });
        (run.state.steps - before, found)
    });
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![0_u8; 64])));
    assert_eq!(counted.count_total, 1, "the counter does not count");
    assert!(steps > 10);
    assert_eq!(found.count_total, 0, "{found:?} in {steps} steps");
}
