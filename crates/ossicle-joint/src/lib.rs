//! The joint: bones as rigid bodies with anatomical axes, how far they move before bone meets
//! bone, and what a lesion between them costs.

pub mod bodies;
pub mod frame;
pub mod motion;
