//! DICOM series folders and single files, as volumes.

mod dataset;
mod file;
mod folder;
mod jpeg2000;
mod jpeg_lossless;
mod jpeg_ls;
mod jpeg_segments;
mod pixels;
mod rle;
mod slice;
mod stack;
mod tags;
mod volume;

use std::path::Path;

use crate::error::ReadScanError;
use crate::read::ReadOptions;
use crate::scan::Scan;

pub(crate) use file::is_dicom;

/// Reads the one image series of a folder and the folders in it.
pub(crate) fn read_folder(folder: &Path, options: &ReadOptions) -> Result<Scan, ReadScanError> {
    let (series, notes) = folder::series_of_folder(folder, options)?;
    volume::assembled(series, notes, folder, options)
}

/// Reads a single file: all frames of a multi-frame image, or one slice.
pub(crate) fn read_file(path: &Path, options: &ReadOptions) -> Result<Scan, ReadScanError> {
    let (series, notes) = folder::series_of_file(path, options).map_err(|fault| fault.at(path))?;
    volume::assembled(series, notes, path, options)
}

/// The most bytes that a compressed data set may grow to.
fn most_bytes(options: &ReadOptions) -> u64 {
    (options.max_voxels as u64).saturating_mul(4).saturating_add(1 << 26)
}
