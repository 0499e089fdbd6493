//! Reading `fields.zarr`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ossicle_field::{Field, Grid};
use zarrs::array::{Array, ArraySubset};
use zarrs::filesystem::FilesystemStore;
use zarrs::group::Group;

use super::description::Description;
use super::{Channel, LEVEL};
use crate::folder::error::OpenRunError;

/// The fields of a run.
#[derive(Debug)]
pub struct Fields {
    path: PathBuf,
    array: Array<FilesystemStore>,
    grid: Grid,
    description: Description,
}

impl Fields {
    pub(in crate::folder) fn open(path: &Path) -> Result<Self, OpenRunError> {
        // Of a store that is not there the reader would say that its metadata is missing.
        std::fs::metadata(path).map_err(OpenRunError::read(path))?;
        let expected = "an OME-Zarr image as written by Ossicle";
        let damaged = |found: String| OpenRunError::damaged(path, found, expected);
        let store = FilesystemStore::new(path).map_err(|e| damaged(e.to_string()))?;
        let store = Arc::new(store);
        let group = Group::open(Arc::clone(&store), "/").map_err(|e| damaged(e.to_string()))?;
        let own = group.attributes().get("ossicle").cloned().unwrap_or_default();
        let description: Description = serde_json::from_value(own)
            .map_err(|error| damaged(format!("the attributes under \"ossicle\": {error}")))?;
        let array = Array::open(store, LEVEL).map_err(|e| damaged(e.to_string()))?;
        let shape: Vec<usize> = array.shape().iter().map(|&n| n as usize).collect();
        let [t, c, nz, ny, nx] = shape[..] else {
            return Err(damaged(format!("an array of shape {shape:?}")));
        };
        if t != description.days.len() || c != description.channels.len() {
            return Err(damaged(format!(
                "an array of shape {shape:?} for another number of days \
                 or channels"
            )));
        }
        let grid = description.world.grid([nx, ny, nz]).map_err(|e| damaged(e.to_string()))?;
        Ok(Self { path: path.to_owned(), array, grid, description })
    }

    /// The grid of the fields, to the last bit the one they were computed on.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// What each channel holds.
    #[must_use]
    pub fn channels(&self) -> &[Channel] {
        &self.description.channels
    }

    /// The days that were to be written.
    #[must_use]
    pub fn days(&self) -> &[u64] {
        &self.description.days
    }

    /// The days that were written: fewer than [`Fields::days`] where a run stopped early.
    #[must_use]
    pub fn days_written(&self) -> &[u64] {
        &self.description.days_written
    }

    /// The values of a channel on a day.
    ///
    /// # Errors
    /// [`OpenRunError`] for a name or a day that was not written, and for data that are
    /// missing or damaged.
    pub fn read(&self, name: &str, day: u64) -> Result<Field<f32>, OpenRunError> {
        let Description { days, days_written, channels, .. } = &self.description;
        let Some(channel) = channels.iter().position(|channel| channel.name == name) else {
            let known: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
            return Err(OpenRunError::NoField {
                path: self.path.clone(),
                name: name.to_owned(),
                known: known.join(", "),
            });
        };
        let index = days.binary_search(&day).ok().filter(|_| days_written.contains(&day));
        let Some(index) = index else {
            return Err(OpenRunError::NoDay {
                path: self.path.clone(),
                day,
                known: days_written.clone(),
            });
        };
        let [nx, ny, nz] = self.grid.shape().map(|n| n as u64);
        let (t, c) = (index as u64, channel as u64);
        let wanted = ArraySubset::new_with_ranges(&[t..t + 1, c..c + 1, 0..nz, 0..ny, 0..nx]);
        let damaged =
            |found: String| OpenRunError::damaged(&self.path, found, "a number in every voxel");
        let values: Vec<f32> =
            self.array.retrieve_array_subset(&wanted).map_err(|e| damaged(e.to_string()))?;
        match values.iter().position(|value| value.is_nan()) {
            Some(n) => Err(damaged(format!(
                "nothing of {name} on day {day} at voxel {:?}",
                self.grid.voxel(n)
            ))),
            None => Ok(Field::from_vec(self.grid, values)),
        }
    }
}
