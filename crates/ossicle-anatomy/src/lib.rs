//! Labelled anatomy

mod anatomy;
pub mod builtin;
pub mod injury;
mod labels;
mod lesion_grid;
mod moments;
mod names;
mod periosteum;
mod properties;
mod scan;
mod solid;
mod tissue;
mod vector;

pub use anatomy::{Anatomy, AnatomyError, Joint, JointKind, Side, Structure};
pub use labels::{LabelMeaning, LabelName};
pub use lesion_grid::{LesionGridError, free_grid, injured_bounds_mm, nested_grid};
pub use properties::{Quantity, Standing, TissueProperties};
pub use scan::{ScanError, ScanRequest, from_scan};
pub use tissue::Tissue;
