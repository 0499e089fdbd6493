//! Maturation and mineral of bone matrix: Komarova et al. 2015 (and Poorhemati 2024).
//!
//! ```text
//! x1' = -k1 x1                          immature collagen
//! x2' = k1 x1                           mature collagen
//! I'  = v1 x1 - r1 x2 I - t2 y' I       inhibitor
//! N'  = k2 k1 x1 - r2 N y'              nucleators
//! y'  = k3 b/(b + I^a) N                mineral
//! ```
//! x, I and N are scaled by 1e6, y by 1e9.

use ossicle_field::maths::power;
use ossicle_field::reaction::DenseSystem;

use super::Course;
use super::record::records;

records! {
    /// The default values of the published simulator.
    Parameters from "Komarova et al. 2015, 10.3389/fcell.2015.00051; default of the open simulator of Poorhemati 2024" {
        k1 = "k1" 0.3 "1/d", "maturation of collagen";
        k2 = "k2" 0.005 "1", "nucleators made per collagen matured";
        v1 = "v1" 0.005 "1/d", "inhibitor made with immature collagen";
        r1 = "r1" 0.1 "1/d", "inhibitor removed by mature collagen";
        t2 = "t2" 0.0 "1", "inhibitor removed per mineral grown (8 in the enhanced mode)";
        r2 = "r2" 0.5 "1", "nucleators masked per mineral grown";
        k3 = "k3" 292.8551449679231 "1/d", "mineral per nucleator, from the equilibrium of interstitial fluid";
        a = "a" 10.0 "1", "steepness of inhibition (a whole number)";
        b = "b" 0.001 "1", "inhibitor to the power a at half inhibition";
    }
}

impl Parameters {
    /// An earlier set, published with the same equations.
    #[must_use]
    pub fn earlier() -> Self {
        Self { k1: 0.1, k2: 1.0, v1: 0.1, r1: 0.2, r2: 17.0, ..Self::default() }
    }
}

/// A piece of matrix, in scaled units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct State {
    /// Immature collagen.
    pub immature: f64,
    /// Mature collagen.
    pub mature: f64,
    /// Inhibitor.
    pub inhibitor: f64,
    /// Nucleators.
    pub nucleators: f64,
    /// Mineral.
    pub mineral: f64,
}

impl State {
    /// Fresh osteoid of the published runs, with a few nucleators to start from.
    #[must_use]
    pub fn osteoid(nucleators: f64) -> Self {
        Self { immature: 0.94, inhibitor: 0.94, nucleators, ..Self::default() }
    }

    /// Growth of mineral per day.
    #[must_use]
    pub fn growth(&self, p: &Parameters) -> f64 {
        self.growth_per_nucleator(p) * self.nucleators
    }

    fn growth_per_nucleator(&self, p: &Parameters) -> f64 {
        p.k3 * p.b / (p.b + power(self.inhibitor, p.a as u32))
    }
}

/// Runs the model for `days`, keeping `samples` states after the start, `steps` steps apart.
#[must_use]
pub fn integrate(
    p: &Parameters,
    start: State,
    days: f64,
    samples: usize,
    steps: usize,
) -> Course<State> {
    let mut system = DenseSystem::new(5);
    Course::run(start, days, samples, steps, |state, _, step| {
        let State { immature, mature, inhibitor, nucleators, mineral } = *state;
        let mut u = [immature, mature, inhibitor, nucleators, mineral];
        system.step(&mut u, step, |u, out| {
            let now = from_slice(u);
            let growth = now.growth(p);
            out.transfer[0][1] = p.k1;
            out.gain[2] = p.v1 * now.immature;
            out.loss[2] = p.r1 * now.mature + p.t2 * growth;
            out.gain[3] = p.k2 * p.k1 * now.immature;
            out.loss[3] = p.r2 * growth;
            out.gain[4] = growth;
        });
        from_slice(&u)
    })
}

fn from_slice(u: &[f64]) -> State {
    let &[immature, mature, inhibitor, nucleators, mineral] = u else { return State::default() };
    State { immature, mature, inhibitor, nucleators, mineral }
}

/// When mineral would have started, had it grown at its fastest from the beginning: where the
/// steepest tangent meets zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Onset {
    /// The day at which the tangent meets zero.
    pub lag_days: f64,
    /// The fastest growth (1/d).
    pub rate: f64,
    /// The day of fastest growth.
    pub day: f64,
}

impl Onset {
    /// The onset in a course.
    #[must_use]
    pub fn of(p: &Parameters, course: &Course<State>) -> Self {
        let fastest = course.peak(|state| state.growth(p));
        let lag_days = fastest.day - course.at(fastest.day).mineral / fastest.value;
        Self { lag_days, rate: fastest.value, day: fastest.day }
    }
}
