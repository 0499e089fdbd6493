//! How dense the shell of a focus is beside its core.

use ossicle_field::{Field, Grid};
use ossicle_image::{Connectivity, close, label_components};
use serde::Serialize;

use super::{REACH_MM, grown};

/// The outer 2 mm of a focus (at least a voxel), and what lies deeper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Shell {
    /// Mean density of the mineral of the outer layer, HU.
    pub outer_hu: Option<f64>,
    /// Mean density of all that lies deeper, enclosed soft tissue included, HU.
    pub deeper_hu: Option<f64>,
    /// The first over the second; absent where nothing lies deeper, or nothing denser than water.
    pub index: Option<f64>,
}

/// Sums from which a shell is told.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Layers {
    outer: (usize, f64),
    deeper: (usize, f64),
}

impl Layers {
    /// The layers of the focus of the voxels `focus` of `hu`; `is_other` tells voxels that are
    /// neither of the focus nor of its core: bone and metal.
    pub(super) fn of(hu: &Field<f32>, focus: &[usize], is_other: impl Fn(usize) -> bool) -> Self {
        let Some((first, mask)) = crop(hu.grid(), focus) else { return Self::default() };
        // What the shell encloses is its core, whatever its density, and small gaps in the
        // shell do not open it.
        let closed = close(&mask, REACH_MM);
        let solid = filled(&closed);
        let rim = grown(&solid.map(|&inside| !inside));
        let mut layers = Self::default();
        for (n, _) in solid.iter().enumerate().filter(|(_, inside)| **inside) {
            let within = solid.grid().voxel(n);
            let voxel = std::array::from_fn(|a| first[a] + within[a]);
            let whole = hu.grid().index(voxel);
            let value = f64::from(hu[voxel]);
            let sum = match (rim[within], mask[within]) {
                (true, true) => &mut layers.outer,
                (false, _) if !is_other(whole) => &mut layers.deeper,
                _ => continue,
            };
            *sum = (sum.0 + 1, sum.1 + value);
        }
        layers
    }

    /// The layers of two foci as one.
    pub(super) fn and(self, other: Self) -> Self {
        let both = |a: (usize, f64), b: (usize, f64)| (a.0 + b.0, a.1 + b.1);
        Self { outer: both(self.outer, other.outer), deeper: both(self.deeper, other.deeper) }
    }

    pub(super) fn shell(self) -> Shell {
        let mean = |(count, sum): (usize, f64)| (count > 0).then(|| sum / count as f64);
        let (outer_hu, deeper_hu) = (mean(self.outer), mean(self.deeper));
        let index = outer_hu.zip(deeper_hu.filter(|&hu| hu > 0.0)).map(|(o, d)| o / d);
        Shell { outer_hu, deeper_hu, index }
    }
}

/// A focus on the part of the grid that holds it and can hold its closing, with its first voxel.
fn crop(grid: &Grid, focus: &[usize]) -> Option<([usize; 3], Field<bool>)> {
    let (low, high) = super::focus::bounds(grid, focus);
    let margin = grid.spacing_mm().map(|mm| (REACH_MM / mm).ceil() as usize + 2);
    let first: [usize; 3] = std::array::from_fn(|a| low[a].saturating_sub(margin[a]));
    let end: [usize; 3] = std::array::from_fn(|a| (high[a] + margin[a] + 1).min(grid.shape()[a]));
    let part = grid.crop(first, std::array::from_fn(|a| end[a] - first[a])).ok()?;
    let mut mask = Field::filled(part, false);
    for &n in focus {
        let voxel = grid.voxel(n);
        mask[std::array::from_fn(|a| voxel[a] - first[a])] = true;
    }
    Some((first, mask))
}

/// `mask` with the holes that do not reach the border filled.
fn filled(mask: &Field<bool>) -> Field<bool> {
    let grid = *mask.grid();
    let gaps = label_components(&mask.map(|&inside| !inside), Connectivity::Faces);
    let mut open = vec![false; gaps.sizes.len() + 1];
    for (n, &gap) in gaps.labels.iter().enumerate() {
        let voxel = grid.voxel(n);
        open[gap as usize] |= (0..3).any(|a| voxel[a] == 0 || voxel[a] + 1 == grid.shape()[a]);
    }
    gaps.labels.map(|&gap| gap == 0 || !open[gap as usize])
}
