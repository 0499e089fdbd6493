//! From a stack of slices to a scan.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::file::DicomFile;
use super::folder::Series;
use super::pixels::{Layout, check_size, stored_values};
use super::slice::Slice;
use super::stack::{Stack, stack};
use crate::error::{ReadScanError, ScanFault};
use crate::raw::{check_spacing, checked_shape, finite_field, reserved};
use crate::read::{ReadOptions, finished};
use crate::scan::{Padding, Scan, ScanFormat};

/// Orders the slices of a series, decodes them and makes a scan of them. Faults that
/// belong to no single file are laid to `root`.
pub(super) fn assembled(
    series: Series,
    mut notes: Vec<String>,
    root: &Path,
    options: &ReadOptions,
) -> Result<Scan, ReadScanError> {
    let at_root = |fault: ScanFault| fault.at(root);
    let stack = stack(series.slices, options.resample_gaps).map_err(at_root)?;
    notes.extend(stack.notes.iter().cloned());
    check_spacing(&stack.grid).map_err(at_root)?;
    checked_shape(stack.grid.shape().map(|n| n as u64), options.max_voxels).map_err(at_root)?;

    let values = voxels(&stack, root, options)?;
    let image = finite_field(stack.grid, values).map_err(at_root)?;
    let padding = stated_padding(&stack.slices, &mut notes);
    let modality = stack.slices[0].modality.clone();
    finished(image, ScanFormat::Dicom, modality, padding, notes, options).map_err(at_root)
}

/// The rescaled values of all slices of the grid, decoded in parallel.
fn voxels(stack: &Stack, root: &Path, options: &ReadOptions) -> Result<Vec<f32>, ReadScanError> {
    let [nx, ny, _] = stack.grid.shape();
    let count = stack.grid.len();
    let mut values = reserved(count).map_err(|fault| fault.at(root))?;
    values.resize(count, 0.0);
    let shared = SharedFiles::read(&stack.slices)?;
    let outcomes: Vec<Result<(), ReadScanError>> = values
        .par_chunks_mut(nx * ny)
        .zip(&stack.made_of)
        .map(|(target, &(low, high, part))| {
            let decoded = |n: usize| {
                let slice = &stack.slices[n];
                image_values(slice, &shared, options).map_err(|fault| fault.at(&slice.path))
            };
            target.copy_from_slice(&decoded(low)?);
            if high != low {
                for (below, above) in target.iter_mut().zip(decoded(high)?) {
                    let rise = f64::from(above) - f64::from(*below);
                    *below = (f64::from(*below) + part * rise) as f32;
                }
            }
            Ok(())
        })
        .collect();
    // The first fault in the order of the slices, whichever thread met one first.
    outcomes.into_iter().collect::<Result<(), _>>()?;
    Ok(values)
}

/// The rescaled values of one slice.
fn image_values(
    slice: &Slice,
    shared: &SharedFiles,
    options: &ReadOptions,
) -> Result<Vec<f32>, ScanFault> {
    let bytes = match shared.0.get(&slice.path) {
        Some(bytes) => Cow::Borrowed(bytes),
        None => Cow::Owned(std::fs::read(&slice.path)?),
    };
    let file = DicomFile::open(&bytes, super::most_bytes(options))?;
    let data = file.data_set()?;
    let layout = Layout::of(&data)?;
    check_size([layout.rows, layout.columns], slice.rows, slice.columns)?;
    let [slope, intercept] = slice.rescale;
    let stored = stored_values(&data, file.codec, &layout, slice.frame)?;
    Ok(stored.into_iter().map(|value| (value as f64 * slope + intercept) as f32).collect())
}

/// The bytes of files that hold several slices, read once.
struct SharedFiles(BTreeMap<PathBuf, Vec<u8>>);

impl SharedFiles {
    fn read(slices: &[Slice]) -> Result<Self, ReadScanError> {
        let mut files = BTreeMap::new();
        for slice in slices.iter().filter(|slice| slice.frames > 1) {
            if !files.contains_key(&slice.path) {
                let bytes = std::fs::read(&slice.path)
                    .map_err(|error| ScanFault::Io(error).at(&slice.path))?;
                files.insert(slice.path.clone(), bytes);
            }
        }
        Ok(Self(files))
    }
}

/// The padding that the slices state, if it can be padding.
fn stated_padding(slices: &[Slice], notes: &mut Vec<String>) -> Option<Padding> {
    /// Above this, a padding value is also a tissue's.
    const HIGHEST_PADDING: f64 = -500.0;
    let stated = slices.iter().filter_map(|slice| slice.padding);
    let [low, high] = stated.reduce(|[a, b], [c, d]| [a.min(c), b.max(d)])?;
    if high > HIGHEST_PADDING {
        notes.push(format!(
            "the stated padding value, {high} after rescaling, is also that of tissue and \
             was not taken for padding"
        ));
        return None;
    }
    Some(Padding { lowest: low as f32, highest: high as f32 })
}

/// Runs a decoder that others wrote. They are tested against damaged streams, yet an
/// index out of bounds that is left in one must refuse the file, not end the program.
pub(super) fn contained<T>(what: &str, decode: impl FnOnce() -> T) -> Result<T, ScanFault> {
    catch_unwind(AssertUnwindSafe(decode))
        .map_err(|_| ScanFault::damaged(what, "the decoder gave up on it"))
}
