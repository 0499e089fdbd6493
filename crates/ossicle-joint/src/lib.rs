//! The joint: bones as rigid bodies with anatomical axes, how far they move before bone meets
//! bone, and what a lesion between them costs.

pub mod bodies;
pub mod bridge;
pub mod frame;
pub mod grade;
pub mod motion;
pub mod normal;
pub mod radiograph;
pub mod record;
