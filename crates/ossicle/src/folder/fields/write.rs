//! Writing `fields.zarr`, a day at a time.

use std::fs;
use std::io;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ossicle_field::Grid;
use rayon::prelude::*;
use zarrs::array::codec::ZstdCodec;
use zarrs::array::{
    Array, ArrayBuilder, ArrayError, ArrayMetadataOptions, ArraySubset, ZARR_NAN_F32, data_type,
};
use zarrs::filesystem::FilesystemStore;
use zarrs::group::GroupBuilder;
use zarrs::storage::StorageError;

use super::description::{AXES, Description, World};
use super::{CHUNK, Channel, LEVEL};
use crate::folder::error::FolderError;
use crate::folder::layout::FIELDS;
use crate::folder::run_folder::{RunFolder, sync_parent};

/// Of smooth fields level 3 leaves 13 %; level 9 leaves 10 % and takes twice the time.
const ZSTD_LEVEL: i32 = 3;

/// The fields of a run that are being written.
///
/// Everything goes into a hidden folder, which becomes `fields.zarr` by
/// [`FieldsWriter::finish`], however many days were written. Dropped without it, nothing
/// is left; where it fails, the hidden folder stays, as it does when the process is killed, and
/// [`RunFolder::fields_again`] takes it up.
#[derive(Debug)]
pub struct FieldsWriter<'a> {
    /// The hidden folder.
    hidden: Hidden,
    /// `fields.zarr`.
    path: PathBuf,
    store: Arc<FilesystemStore>,
    array: Array<FilesystemStore>,
    grid: Grid,
    description: Description,
    /// Lowest and highest value of each channel.
    ranges: Vec<[f64; 2]>,
    /// The run folder must not move meanwhile.
    folder: PhantomData<&'a RunFolder>,
}

/// What of the fields was written before a run was interrupted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldsWritten {
    /// The days.
    pub days: Vec<u64>,
    /// Lowest and highest value of each channel so far; infinite before the first day.
    pub ranges: Vec<[f64; 2]>,
}

impl FieldsWriter<'_> {
    pub(in crate::folder) fn begin(
        folder: &Path,
        grid: &Grid,
        channels: &[Channel],
        days: &[u64],
    ) -> Result<Self, FolderError> {
        if fs::symlink_metadata(folder.join(FIELDS)).is_ok() {
            return Err(mismatch(folder, "fields", "fields written before".into(), "one writer"));
        }
        refuse_unannounced(folder, channels, days)?;
        let hidden = Hidden::create(folder)?;
        let ranges = vec![[f64::INFINITY, f64::NEG_INFINITY]; channels.len()];
        let written = FieldsWritten { days: Vec::new(), ranges };
        Self::on(hidden, folder, grid, channels, days, written)
    }

    pub(in crate::folder) fn again(
        folder: &Path,
        grid: &Grid,
        channels: &[Channel],
        days: &[u64],
        written: FieldsWritten,
    ) -> Result<Self, FolderError> {
        refuse_unannounced(folder, channels, days)?;
        if written.ranges.len() != channels.len() {
            let found = written.ranges.len().to_string();
            return Err(mismatch(folder, "ranges", found, "one a channel"));
        }
        let hidden = Hidden::take_up(folder)?;
        let writer = Self::on(hidden, folder, grid, channels, days, written)?;
        for (index, day) in days.iter().enumerate() {
            if !writer.description.days_written.contains(day) {
                writer.erase(index);
            }
        }
        // Only what is all there can be added to.
        let there = writer.description.days_written.iter().try_for_each(|day| {
            let chunks = writer.folder_of(days.binary_search(day).unwrap_or(days.len()));
            if fs::metadata(&chunks).is_ok() { Ok(()) } else { Err((day, chunks)) }
        });
        if let Err((day, chunks)) = there {
            return Err(FolderError::Lost {
                path: chunks,
                found: "nothing".to_owned(),
                expected: format!("the fields of day {day}"),
            });
        }
        Ok(writer)
    }

    /// A writer into a hidden folder.
    fn on(
        hidden: Hidden,
        folder: &Path,
        grid: &Grid,
        channels: &[Channel],
        days: &[u64],
        written: FieldsWritten,
    ) -> Result<Self, FolderError> {
        let path = folder.join(FIELDS);
        let fault = |error: StorageError| FolderError::write(&path)(io_error(error));
        let unbuilt = |error: String| FolderError::write(&path)(io::Error::other(error));
        let store = FilesystemStore::new(&hidden.path).map_err(|e| unbuilt(e.to_string()))?;
        let store = Arc::new(store);
        let [nx, ny, nz] = grid.shape();
        let chunk = [1, 1, nz.min(CHUNK), ny.min(CHUNK), nx.min(CHUNK)];
        let array = ArrayBuilder::new(
            [days.len(), channels.len(), nz, ny, nx].map(|n| n as u64).to_vec(),
            chunk.map(|n| n as u64).to_vec(),
            data_type::float32(),
            ZARR_NAN_F32,
        )
        .bytes_to_bytes_codecs(vec![Arc::new(ZstdCodec::new(ZSTD_LEVEL, true))])
        .dimension_names(Some(AXES))
        .build(Arc::clone(&store), LEVEL)
        .map_err(|error| unbuilt(error.to_string()))?;
        let plain = ArrayMetadataOptions::default().with_include_zarrs_metadata(false);
        array.store_metadata_opt(&plain).map_err(fault)?;
        Ok(Self {
            hidden,
            store,
            array,
            grid: *grid,
            description: Description {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                days: days.to_vec(),
                days_written: written.days,
                channels: channels.to_vec(),
                world: World::of(grid),
            },
            ranges: written.ranges,
            path,
            folder: PhantomData,
        })
    }

    /// What was written so far.
    #[must_use]
    pub fn written(&self) -> FieldsWritten {
        FieldsWritten { days: self.description.days_written.clone(), ranges: self.ranges.clone() }
    }

    /// Writes the fields of a day: for each channel, in their order, one value per voxel,
    /// first axis fastest. Values are rounded to single precision.
    ///
    /// # Errors
    /// [`FolderError::Write`]; [`FolderError::Mismatch`] for another day or another number
    /// of values than announced, and for a day written before; [`FolderError::NotFinite`].
    pub fn write(&mut self, day: u64, values: &[&[f64]]) -> Result<(), FolderError> {
        let index = self.check(day, values)?;
        for (range, field) in self.ranges.iter_mut().zip(values) {
            // Of what is stored: a copy of it has the same range.
            *range = field.iter().fold(*range, |[low, high], &v| {
                let stored = f64::from(v as f32);
                [low.min(stored), high.max(stored)]
            });
        }
        let counts = self.chunk_counts();
        let chunks = counts[0] * counts[1] * counts[2];
        let stored = (0..values.len() * chunks).into_par_iter().try_for_each(|n| {
            let (channel, n) = (n / chunks, n % chunks);
            let place = [n % counts[0], n / counts[0] % counts[1], n / (counts[0] * counts[1])];
            let key = [index, channel, place[2], place[1], place[0]].map(|n| n as u64);
            self.array.store_chunk(&key, self.chunk(values[channel], place))
        });
        let stored = stored.map_err(array_io_error).and_then(|()| self.sync(index));
        if let Err(error) = stored {
            // A day is there with all its voxels or with none.
            self.erase(index);
            return Err(FolderError::write(&self.path)(error));
        }
        self.description.days_written.push(day);
        self.description.days_written.sort_unstable();
        Ok(())
    }

    /// Makes what was written appear as `fields.zarr`, and gives its days.
    ///
    /// # Errors
    /// [`FolderError::Write`]; then the hidden folder stays.
    pub fn finish(mut self) -> Result<Vec<u64>, FolderError> {
        self.hidden.stays = true;
        let fault = FolderError::write(&self.path);
        let finite = |range: &[f64; 2]| if range[0] <= range[1] { *range } else { [0.0; 2] };
        let ranges: Vec<_> = self.ranges.iter().map(finite).collect();
        let attributes = self.description.attributes(&self.grid, &ranges);
        GroupBuilder::new()
            .attributes(attributes.map_err(|error| fault(error.into()))?)
            .build(Arc::clone(&self.store), "/")
            .map_err(|error| fault(io::Error::other(error)))?
            .store_metadata()
            .map_err(|error| fault(io_error(error)))?;
        self.hidden.become_folder(&self.path).map_err(&fault)?;
        Ok(self.description.days_written)
    }

    /// The folder of a day's chunks.
    fn folder_of(&self, index: usize) -> PathBuf {
        self.hidden.path.join(LEVEL.trim_start_matches('/')).join("c").join(index.to_string())
    }

    /// Brings a day to the disk: a checkpoint that says it is written must be right.
    fn sync(&self, index: usize) -> io::Result<()> {
        let mut open = vec![self.folder_of(index)];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                for entry in fs::read_dir(&path)? {
                    open.push(entry?.path());
                }
            } else if path.exists() {
                fs::File::open(&path)?.sync_all()?;
            }
            if cfg!(unix) && path.is_dir() {
                fs::File::open(&path)?.sync_all()?;
            }
        }
        Ok(())
    }

    /// Removes what is there of a day.
    fn erase(&self, index: usize) {
        let counts = self.chunk_counts();
        let start = [index, 0, 0, 0, 0].map(|n| n as u64);
        let shape = [1, self.ranges.len(), counts[2], counts[1], counts[0]].map(|n| n as u64);
        if let Ok(day) = ArraySubset::new_with_start_shape(start.into(), shape.into()) {
            // What cannot be removed is overwritten when its day comes.
            let _ = self.array.erase_chunks(&day);
        }
    }

    /// The index of a day, if it and its values are as announced.
    fn check(&self, day: u64, values: &[&[f64]]) -> Result<usize, FolderError> {
        let Description { days, days_written, channels, .. } = &self.description;
        let mismatch = |what, found: String, expected: String| {
            Err(FolderError::Mismatch { path: self.path.clone(), what, found, expected })
        };
        let Ok(index) = days.binary_search(&day) else {
            return mismatch("day", day.to_string(), format!("one of {days:?}"));
        };
        if days_written.contains(&day) {
            return mismatch("day", format!("{day} again"), "each day once".to_owned());
        }
        if values.len() != channels.len() {
            let (found, expected) = (values.len().to_string(), channels.len().to_string());
            return mismatch("channels", found, expected);
        }
        for (channel, field) in channels.iter().zip(values) {
            if field.len() != self.grid.len() {
                let found = format!("{} of {}", field.len(), channel.name);
                return mismatch("voxels", found, self.grid.len().to_string());
            }
            // What single precision cannot hold counts as infinite.
            if let Some(n) = field.iter().position(|&v| !(v as f32).is_finite()) {
                return Err(FolderError::NotFinite {
                    path: self.path.clone(),
                    what: format!("{} on day {day}", channel.name),
                    voxel: self.grid.voxel(n),
                    found: field[n],
                });
            }
        }
        Ok(index)
    }

    /// Chunks along x, y and z.
    fn chunk_counts(&self) -> [usize; 3] {
        self.grid.shape().map(|n| n.div_ceil(CHUNK))
    }

    /// The values of the chunk at `place`, counted in chunks along x, y and z; beyond the
    /// grid it is filled up with NaN.
    fn chunk(&self, field: &[f64], place: [usize; 3]) -> Vec<f32> {
        let shape = self.grid.shape();
        let size = shape.map(|n| n.min(CHUNK));
        let first: [usize; 3] = std::array::from_fn(|a| place[a] * CHUNK);
        let end: [usize; 3] = std::array::from_fn(|a| (first[a] + CHUNK).min(shape[a]));
        let mut chunk = vec![f32::NAN; size[0] * size[1] * size[2]];
        for k in first[2]..end[2] {
            for j in first[1]..end[1] {
                let from = self.grid.index([first[0], j, k]);
                let row = &field[from..from + end[0] - first[0]];
                let to = size[0] * (j - first[1] + size[1] * (k - first[2]));
                for (target, &value) in chunk[to..].iter_mut().zip(row) {
                    *target = value as f32;
                }
            }
        }
        chunk
    }
}

/// Refuses an image without a channel or a day, and days that do not rise.
fn refuse_unannounced(
    folder: &Path,
    channels: &[Channel],
    days: &[u64],
) -> Result<(), FolderError> {
    if channels.is_empty() {
        return Err(mismatch(folder, "channels", "none".into(), "at least one"));
    }
    if days.is_empty() || !days.is_sorted_by(|a, b| a < b) {
        return Err(mismatch(folder, "days", format!("{days:?}"), "at least one, each later"));
    }
    Ok(())
}

fn mismatch(folder: &Path, what: &'static str, found: String, expected: &str) -> FolderError {
    let (path, expected) = (folder.join(FIELDS), expected.to_owned());
    FolderError::Mismatch { path, what, found, expected }
}

/// A folder that is removed unless it takes its final name or is to stay.
#[derive(Debug)]
struct Hidden {
    path: PathBuf,
    stays: bool,
}

impl Hidden {
    /// The one folder of a run folder, which one process writes to.
    fn path(folder: &Path) -> PathBuf {
        folder.join(format!(".{FIELDS}.part"))
    }

    fn create(folder: &Path) -> Result<Self, FolderError> {
        let path = Self::path(folder);
        fs::create_dir(&path).map_err(FolderError::write(&path))?;
        Ok(Self { path, stays: false })
    }

    /// What an interrupted run left, under its final name or not.
    fn take_up(folder: &Path) -> Result<Self, FolderError> {
        let (path, finished) = (Self::path(folder), folder.join(FIELDS));
        if finished.is_dir() {
            // At most one of them is there: the name is given by renaming.
            fs::rename(&finished, &path).map_err(FolderError::write(&finished))?;
        } else if !path.is_dir() {
            fs::create_dir(&path).map_err(FolderError::write(&path))?;
        }
        Ok(Self { path, stays: true })
    }

    fn become_folder(&self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        sync_parent(path)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if !self.stays {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn io_error(error: StorageError) -> io::Error {
    match error {
        StorageError::IOError(error) => match Arc::try_unwrap(error) {
            Ok(error) => error,
            Err(shared) => io::Error::new(shared.kind(), shared),
        },
        other => io::Error::other(other),
    }
}

fn array_io_error(error: ArrayError) -> io::Error {
    match error {
        ArrayError::StorageError(error) => io_error(error),
        other => io::Error::other(other),
    }
}
