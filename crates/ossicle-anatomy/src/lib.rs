//! Labelled anatomy: what tissue is where, and the joint in it.
//!
//! An [`Anatomy`] is a [`Tissue`] class, a named structure and a radiodensity for each
//! voxel of one grid, with the [`Joint`]: its centre, side, landmarks and normal range
//! of motion. It comes from one of two places.
//!
//! - [`builtin`]: a ball of one tissue for checks, and a hip and an elbow made of
//!   formulas, which can be asked for on any grid.
//! - [`from_scan`]: a CT, with TotalSegmentator-named labels or without.
//!
//! [`injury`] finds injuries in an anatomy (an ellipsoid, a bruised muscle, a torn
//! capsule, a surgical approach) and draws them; [`free_grid`] and [`nested_grid`] lay
//! the grid that the lesion is computed on. What each tissue class is like is said by
//! [`Tissue::properties`].
//!
//! ```
//! use ossicle_anatomy::builtin::BuiltIn;
//! use ossicle_anatomy::injury::{DEFAULT_EDGE_MM, Injury, InjuryKind, injury_map};
//! use ossicle_anatomy::{Side, Tissue, free_grid, injured_bounds_mm};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let hip = BuiltIn::hip(Side::Left, 1.0)?;
//! let bruise = Injury {
//!     kind: InjuryKind::Contusion {
//!         muscle: "gluteus_minimus".into(),
//!         at: None,
//!         length_mm: 30.0,
//!         width_mm: 16.0,
//!     },
//!     severity: 2.0,
//!     edge_mm: DEFAULT_EDGE_MM,
//! };
//! // Found in the whole region, then drawn on a box of its own round the injury.
//! let placed = vec![bruise.place(&hip.overview()?)?];
//! let bounds = injured_bounds_mm(&placed, 8.0);
//! let anatomy = hip.on(&free_grid(bounds, hip.extent_mm(), [1.5; 3])?)?;
//! let injury = injury_map(&anatomy, &placed)?;
//! assert!(anatomy.volume_mm3(Tissue::Muscle) > 10_000.0);
//! assert!(injury.debris.iter().any(|&debris| debris > 1.9));
//! # Ok(())
//! # }
//! ```
//!
//! Everything is computed voxel by voxel or by exact distances, so that results are the
//! same for any number of threads, and the same point has the same tissue on any grid
//! of a built-in joint.

mod anatomy;
pub mod builtin;
pub mod injury;
mod labels;
mod lesion_grid;
#[doc(hidden)]
pub mod moments;
mod names;
mod periosteum;
mod properties;
mod scan;
mod solid;
mod tissue;
#[doc(hidden)]
pub mod vector;

pub use anatomy::{Anatomy, AnatomyError, Joint, JointKind, Side, Structure};
pub use labels::{LabelMeaning, LabelName};
pub use lesion_grid::{LesionGridError, free_grid, injured_bounds_mm, nested_grid};
pub use properties::{Quantity, Standing, TissueProperties};
pub use scan::{ScanError, ScanRequest, from_scan};
#[doc(hidden)]
pub use scan::{directions, solve, sphere_through};
pub use tissue::Tissue;
