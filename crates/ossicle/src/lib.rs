//! An executable three-dimensional model of heterotopic ossification.
//!
//! | step | module |
//! |---|---|
//! | what is asked: a checked case file | [`case`] |
//! | what is simulated: anatomy, injury, patient, plan | `setting` |
//! | the time loop | `run` |
//! | what is read out | [`readout`] |
//! | everything to look at, rerun and audit | [`folder`], [`record`] |

pub mod case;
pub mod folder;
pub mod readout;
pub mod record;
