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

    /// Decay (1/day) and source (unit/day) of each lane.
    fn coefficients(&self, tile: &Tile, decay: &mut Lanes, source: &mut Lanes);

    /// Decay and source in a tissue that the lesion does not change.
    fn background(&self, tissue: Tissue) -> (f64, f64);
}
