//! Clinical grades of heterotopic bone, from plain numbers.
//!
//! Nothing here looks at voxels: what is asked (islands, spurs, gap, range) comes from
//! elsewhere, a scan or a simulation alike. The gap is the heterotopic one of
//! [`crate::motion::Start`], the shadow that of [`crate::radiograph::projected_area_mm2`].

mod brooker;
mod elbow;

pub use brooker::{Brooker, GAP, HipBone, brooker};
pub use elbow::{
    Ankylosed, ElbowBone, ElbowMotion, FUNCTIONAL, HastingsGraham, Limited, hastings_graham,
};
