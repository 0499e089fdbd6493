//! Reactions that cannot make anything negative: modified Patankar steps.
//!
//! A field's rate is written as `gain - loss*u`, plus transfers that leave one field at
//! `rate*u` and arrive, times a yield, in another. Losses and transfers are taken from
//! the *new* value of their donor, so nothing goes below zero whatever the step, and
//! what leaves is exactly what arrives.
//!
//! One step of second order is two calls of [`Network::advance`] (the midpoint member of
//! the modified Patankar-Runge-Kutta family, MPRK22(1/2) of Kopecz and Meister, with
//! weights that also hold for a field that grows from zero or is faster than the step):
//!
//! 1. half a step with the rates at the start, which gives the middle state;
//! 2. the whole step with the rates of the middle state, each loss coefficient weighted so
//!    that the new value of its donor stands in for the middle one.
//!
//! Between the two the caller may solve for whatever the rates depend on.

mod dense;
mod network;
mod tiles;

pub use dense::{DenseRates, DenseSystem};
pub use network::{Budget, LANES, Lanes, Network, NetworkError, Rates, Transfer};
pub use tiles::for_tiles;
