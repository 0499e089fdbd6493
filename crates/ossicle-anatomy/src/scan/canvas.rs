//! An anatomy in the making.

use ossicle_field::{Field, Grid};

use crate::Tissue;
use crate::anatomy::Structure;

/// Tissue and structures that are painted layer by layer.
pub(super) struct Canvas {
    pub(super) tissue: Field<Tissue>,
    pub(super) structure: Field<u16>,
    pub(super) structures: Vec<Structure>,
}

impl Canvas {
    /// Everything outside, which is structure 0.
    pub(super) fn new(grid: Grid) -> Self {
        let outside = Structure { name: "outside".to_owned(), tissue: Tissue::Outside };
        Self {
            tissue: Field::filled(grid, Tissue::Outside),
            structure: Field::filled(grid, 0),
            structures: vec![outside],
        }
    }

    /// The number of the structure of that name, made if there is none.
    pub(super) fn structure(&mut self, name: &str, tissue: Tissue) -> u16 {
        let known = self.structures.iter().position(|s| s.name == name);
        let number = known.unwrap_or_else(|| {
            self.structures.push(Structure { name: name.to_owned(), tissue });
            self.structures.len() - 1
        });
        number as u16
    }

    /// Paints one voxel.
    pub(super) fn paint(&mut self, n: usize, tissue: Tissue, structure: u16) {
        let voxel = self.tissue.grid().voxel(n);
        self.tissue[voxel] = tissue;
        self.structure[voxel] = structure;
    }
}
