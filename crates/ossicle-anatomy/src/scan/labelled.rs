//! Labels brought onto the grid of a scan.

use ossicle_field::{Field, Grid};
use ossicle_image::{LabelSet, grid_mismatch, resample_nearest};

use super::ScanError;
use crate::anatomy::Side;
use crate::labels::{LabelMeaning, LabelName};

/// Labels on the working grid, with their names understood.
pub(super) struct Labelled {
    /// Number of each voxel's label; 0 for none.
    pub(super) numbers: Field<u16>,
    /// Label `n` is at `n - 1`.
    pub(super) names: Vec<LabelName>,
    /// Sentences about labels.
    pub(super) notes: Vec<String>,
}

impl Labelled {
    pub(super) fn new(labels: &LabelSet, grid: &Grid) -> Result<Self, ScanError> {
        let mut notes = labels.notes.clone();
        if grid_mismatch(labels.labels.grid(), grid).is_some() {
            notes.push(
                "the labels stand on another grid than the scan; each voxel of the scan takes \
                 the label at its centre"
                    .to_owned(),
            );
        }
        let names: Vec<LabelName> = labels.names.iter().map(|n| LabelName::parse(n)).collect();
        for name in names.iter().filter(|name| name.meaning().is_none()) {
            let guess = match name.nearest().as_slice() {
                [] => String::new(),
                [first, ..] => format!(" (did you mean {first}?)"),
            };
            notes.push(format!(
                "the label {} is not known{guess}; its voxels are told by their density",
                name.full()
            ));
        }
        let found = Self { numbers: resample_nearest(&labels.labels, grid, 0), names, notes };
        // Labels of a region beside the crop are no mistake; labels far off are.
        if found.numbers.iter().all(|&n| n == 0) {
            return Err(ScanError::LabelsApart);
        }
        Ok(found)
    }

    /// The same labels on a part of the grid.
    pub(super) fn on(&self, grid: &Grid) -> Self {
        Self {
            numbers: resample_nearest(&self.numbers, grid, 0),
            names: self.names.clone(),
            notes: self.notes.clone(),
        }
    }

    /// What the label of a voxel means.
    pub(super) fn meaning(&self, number: u16) -> Option<LabelMeaning> {
        self.names.get(usize::from(number).checked_sub(1)?)?.meaning()
    }

    /// The voxels of one structure of one side, if there are any.
    pub(super) fn mask(&self, base: &str, side: Side) -> Option<Field<bool>> {
        let number = self.names.iter().position(|n| n.base == base && n.side == Some(side))? + 1;
        let mask = self.numbers.map(|&n| usize::from(n) == number);
        mask.contains(&true).then_some(mask)
    }
}
