//! A ball of one tissue.

use super::{Drawn, Field, Grid};
use crate::Tissue;
use crate::anatomy::Structure;
use crate::vector::length;

/// Radius of the ball, mm: the domain of the radial reference program.
pub const SPHERE_MM: f64 = 24.0;

/// The ball on a grid: voxels whose centre lies within `scale` times [`SPHERE_MM`]
/// of the origin.
pub(crate) fn draw(grid: &Grid, scale: f64) -> (Drawn, Vec<Structure>) {
    let inside = |v| length(grid.centre(v)) <= SPHERE_MM * scale;
    let tissue =
        Field::from_fn(*grid, |v| if inside(v) { Tissue::Uniform } else { Tissue::Outside });
    let structure = tissue.map(|&t| u16::from(t == Tissue::Uniform));
    let hu = tissue.map(|t| t.properties().radiodensity_hu.value as f32);
    let structures = [("outside", Tissue::Outside), ("uniform", Tissue::Uniform)]
        .map(|(name, tissue)| Structure { name: name.to_owned(), tissue });
    (Drawn { tissue, structure, hu }, structures.into())
}
