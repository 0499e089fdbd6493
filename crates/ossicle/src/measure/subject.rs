//! Scan, labels and contour, read and checked.

use std::path::{Path, PathBuf};

use ossicle_field::{Field, Grid};
use ossicle_image::{LabelSet, Scan, grid_mismatch, read_labels, read_scan, resample_nearest};

use super::MeasureError;
use crate::memory::told;

/// Bytes that one voxel takes at the most, measured.
const BYTES_PER_VOXEL: u64 = 32;
/// The same with labels.
const LABELLED_BYTES_PER_VOXEL: u64 = 56;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Where the scan came from.
    pub scan_path: PathBuf,
    /// The scan.
    pub scan: Scan,
    /// Where labels of structures came from, and the labels.
    pub labels: Option<(PathBuf, LabelSet)>,
    /// Where the contour came from; each of its labelled voxels is inside.
    pub within: Option<(PathBuf, LabelSet)>,
}

impl Subject {
    /// Reads what is to be measured.
    ///
    /// # Errors
    /// [`MeasureError::Scan`] and [`MeasureError::Labels`] name the file and the cause.
    pub fn read(
        scan: &Path,
        labels: Option<&Path>,
        within: Option<&Path>,
    ) -> Result<Self, MeasureError> {
        let read = |path: Option<&Path>| -> Result<_, MeasureError> {
            path.map(|path| Ok((path.to_owned(), read_labels(path, None)?))).transpose()
        };
        Ok(Self {
            scan: read_scan(scan)?,
            labels: read(labels)?,
            within: read(within)?,
            scan_path: scan.to_owned(),
        })
    }

    /// Refuses a scan that cannot be worked on in so many bytes, where that is known.
    pub(super) fn check_memory(&self, available: Option<u64>) -> Result<(), MeasureError> {
        let each = if self.labels.is_some() { LABELLED_BYTES_PER_VOXEL } else { BYTES_PER_VOXEL };
        let needed = each * self.scan.image.len() as u64;
        match available {
            Some(available) if available < needed => Err(MeasureError::Memory {
                path: self.scan_path.clone(),
                needed: told(needed),
                available: told(available),
            }),
            _ => Ok(()),
        }
    }

    /// The scan in HU.
    pub(super) fn hounsfield(&self) -> Result<Field<f32>, MeasureError> {
        let checked = self.scan.check_volume().and_then(|()| self.scan.check_hounsfield());
        checked.map_err(|cause| MeasureError::Unfit { path: self.scan_path.clone(), cause })?;
        Ok(self.scan.hounsfield())
    }

    /// The labels on the grid of the scan.
    pub(super) fn labels_on(&self, grid: &Grid) -> Result<Option<LabelSet>, MeasureError> {
        self.labels.as_ref().map(|labels| self.on(labels, grid)).transpose()
    }

    /// The voxels inside the contour.
    pub(super) fn contour_on(&self, grid: &Grid) -> Result<Option<Field<bool>>, MeasureError> {
        let on = |within| Ok(self.on(within, grid)?.labels.map(|&label| label != 0));
        self.within.as_ref().map(on).transpose()
    }

    fn on(&self, (path, set): &(PathBuf, LabelSet), grid: &Grid) -> Result<LabelSet, MeasureError> {
        match grid_mismatch(set.labels.grid(), grid) {
            None => {
                let labels = Field::from_vec(*grid, set.labels.to_vec());
                Ok(LabelSet { labels, ..set.clone() })
            }
            Some(_) if same_voxels(set.labels.grid(), grid) => {
                Ok(LabelSet { labels: resample_nearest(&set.labels, grid, 0), ..set.clone() })
            }
            Some(mismatch) => Err(MeasureError::OtherGrid {
                path: path.clone(),
                scan: self.scan_path.clone(),
                mismatch,
            }),
        }
    }

    /// Where the labels came from; empty where there are none.
    pub(super) fn labels_path(&self) -> PathBuf {
        self.labels.as_ref().map(|(path, _)| path.clone()).unwrap_or_default()
    }

    /// What was said on reading.
    pub(super) fn notes(&self) -> Vec<String> {
        let sets = self.labels.iter().chain(&self.within);
        let notes = self.scan.notes.iter().chain(sets.flat_map(|(_, set)| &set.notes));
        notes.cloned().collect()
    }
}

/// Whether two grids hold the same voxels in another order, as when one program stores the rows
/// of another from back to front: each corner voxel is a corner voxel of the other.
fn same_voxels(found: &Grid, expected: &Grid) -> bool {
    let last = |grid: &Grid| grid.shape().map(|n| n as f64 - 1.0);
    let (of_expected, of_found) = (last(expected), last(found));
    found.len() == expected.len()
        && (0..8_usize).all(|corner| {
            let voxel = std::array::from_fn(|a| (corner >> a & 1) as f64 * of_expected[a]);
            let at = found.to_voxel(expected.to_world(voxel));
            (0..3).all(|a| at[a].abs() < 0.01 || (at[a] - of_found[a]).abs() < 0.01)
        })
}
