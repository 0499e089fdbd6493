//! How pictures are drawn: SVG elements, axes, line charts, slices. Nothing here knows what
//! the pictures are of.

pub(super) mod axis;
pub(super) mod chart;
pub(super) mod outline;
pub(super) mod palette;
pub(super) mod plane;
pub(super) mod raster;
pub(super) mod svg;
pub(super) mod tile;
