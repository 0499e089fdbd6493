//! Signals that settle within minutes to hours: solved as steady states of the present tissue.

pub mod cytokine;
pub mod oxygen;
pub mod tgf;
pub mod vegf;
pub mod wound_field;

use ossicle_anatomy::Tissue;
use ossicle_field::reaction::Lanes;

use crate::fields::{Signal, Slow};
use crate::process::Tile;

/// Where a signal can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Soft tissue, cartilage and joint fluid: cytokines and growth factors.
    Interstitium,
    /// The whole body but metal: oxygen.
    Body,
    /// The whole body but metal, weighted by conductivity: current.
    Conductor,
}

/// A signal `0 = div(D grad u) - k u + s` declared by its pointwise coefficients.
///
/// Oxygen, whose uptake saturates, uses the same two numbers as supply and greatest demand:
/// see [`oxygen`].
pub trait SteadySignal: Send + Sync {
    /// Which signal it is.
    fn signal(&self) -> Signal;

    /// Where it can go.
    fn domain(&self) -> Domain;

    /// Diffusivity in mm²/day (for the potential: 1, with conductivity relative to muscle).
    fn diffusivity(&self) -> f64;

    /// The slow fields that it reads.
    fn reads(&self) -> &'static [Slow];

    /// The signals that it reads.
    fn reads_signals(&self) -> &'static [Signal] {
        &[]
    }

    /// Relative residual to which it is solved.
    fn tolerance(&self) -> f64 {
        1e-6
    }

    /// Decay (1/day) and source (unit/day) of each lane.
    fn coefficients(&self, tile: &Tile, decay: &mut Lanes, source: &mut Lanes);

    /// Decay and source in a tissue that the lesion does not change.
    fn background(&self, tissue: Tissue) -> (f64, f64);
}

#[cfg(test)]
mod tests {
    use ossicle_field::reaction::LANES;

    use super::*;
    use crate::model::{Model, SWITCHES};
    use crate::testing::{Arbitrary, model_of};

    const TILES: u64 = 64;

    fn all() -> Model {
        model_of(&SWITCHES.iter().map(|switch| switch.name).collect::<Vec<_>>())
    }

    fn coefficients(signal: &dyn SteadySignal, arbitrary: &Arbitrary) -> [Lanes; 2] {
        let (mut decay, mut source) = ([f64::NAN; LANES], [f64::NAN; LANES]);
        signal.coefficients(&arbitrary.tile(), &mut decay, &mut source);
        [decay, source]
    }

    #[test]
    fn coefficients_are_finite_and_not_negative_whatever_the_tile() {
        for signal in &all().signals {
            for number in 0..TILES {
                let found = coefficients(signal.as_ref(), &Arbitrary::number(number));
                let fine = found.as_flattened().iter().all(|v| *v >= 0.0 && v.is_finite());
                assert!(fine, "{:?} on tile {number}: {found:?}", signal.signal());
            }
        }
    }

    #[test]
    fn a_signal_follows_from_what_it_declares_and_from_all_of_it() {
        for signal in &all().signals {
            let matters = |change: &dyn Fn(&mut Arbitrary)| {
                (0..TILES).any(|number| {
                    let mut tile = Arbitrary::number(number);
                    let before = coefficients(signal.as_ref(), &tile);
                    change(&mut tile);
                    before != coefficients(signal.as_ref(), &tile)
                })
            };
            let which = signal.signal();
            for field in Slow::ALL {
                let found = matters(&|tile| tile.replace_field(field));
                assert_eq!(found, signal.reads().contains(&field), "{which:?} and {field:?}");
            }
            for other in Signal::ALL {
                let found = matters(&|tile| tile.replace_signal(other));
                let declared = signal.reads_signals().contains(&other);
                assert_eq!(found, declared, "{which:?} and {other:?}");
            }
            // The chemistry loads no derived quantities.
            assert!(!matters(&Arbitrary::replace_given), "{which:?} reads derived quantities");
        }
    }

    #[test]
    fn a_signal_stands_after_those_that_it_reads() {
        let model = all();
        for (at, signal) in model.signals.iter().enumerate() {
            for read in signal.reads_signals() {
                let before = model.signals[..at].iter().any(|s| s.signal() == *read);
                assert!(before, "{:?} reads {read:?}, which is solved later", signal.signal());
            }
        }
    }
}
