//! The run folder from outside: what is written is read, and nothing is lost.

mod failures;
mod killed;
mod refusals;
mod replacing;
mod round_trips;
