//! Medical images in and out, and the geometry that is asked of them.
//!
//! This crate knows images: where voxels lie in the patient and what number each
//! holds. It knows no tissue and no joint. World coordinates are millimetres in the
//! RAS+ frame throughout; what a file gives in another frame (DICOM, NRRD and
//! MetaImage speak LPS) is turned round once, by its reader.
//!
//! - Images in: [`read_scan`] for scans, [`read_labels`] for segmentations.
//! - Images out: [`write_nifti`]; any file whole or not at all: [`write_atomically`].
//! - Distances and shapes of masks: [`distance_mm`], [`label_components`],
//!   [`dilate`], [`erode`], [`close`], [`open`].
//! - From grid to grid: [`sample_nearest`], [`sample_trilinear`],
//!   [`resample_nearest`], [`resample_trilinear`], [`Overlap`], [`grid_mismatch`].
//!
//! ```no_run
//! use ossicle_image::{VoxelMeaning, read_scan, write_nifti};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scan = read_scan("ct_series_folder".as_ref())?;
//! scan.check_volume()?;
//! scan.check_hounsfield()?;
//! for note in &scan.notes {
//!     // What was left out, resampled or assumed.
//!     eprintln!("note: {note}");
//! }
//! let hounsfield = scan.hounsfield().map(|&hu| hu.round() as i16);
//! write_nifti("ct.nii.gz".as_ref(), &hounsfield, VoxelMeaning::Values)?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is read
//!
//! | format | read | refused, with the cause |
//! |---|---|---|
//! | NIfTI-1, NIfTI-2 (`.nii`, `.nii.gz`) | all integer and floating-point types, both byte orders, scaling, sform before qform, oblique | pairs of files, complex and colour voxels, 2-D, several volumes |
//! | DICOM (a file, or a folder with one series) | uncompressed in all encodings, deflated, RLE, JPEG lossless, JPEG-LS, JPEG 2000; enhanced multi-frame; tilted gantries | lossy 8- and 12-bit JPEG, High-Throughput JPEG 2000, JPEG XL; pictures, segmentations, reports |
//! | NRRD (`.nrrd`, `.nhdr`) | raw, gzip and text encoding, data inside or beside | other encodings, data in several files |
//! | MetaImage (`.mha`, `.mhd`) | plain, zlib and text, data inside or beside | data in several files, several channels |
//!
//! Tables that name labels are JSON (`{"1": "femur"}`, `{"femur": 1}`, a list of
//! objects with `index` and `name`) or lines of a number and a name (CSV, 3D Slicer
//! colour tables, ITK-SNAP label descriptions).

mod atomic;
mod components;
mod dicom;
mod distance;
mod error;
mod frame;
mod labels;
mod metaimage;
mod morphology;
mod nifti;
mod nrrd;
mod overlap;
mod raw;
mod read;
mod resample;
mod scan;
mod shear;
#[cfg(test)]
mod testing;
mod text_header;

pub use atomic::{WriteError, write_atomically};
pub use components::{Components, Connectivity, label_components};
pub use distance::distance_mm;
pub use error::{ReadScanError, ScanFault, SeriesSummary};
pub use frame::{GridMismatch, grid_mismatch};
pub use labels::{LabelSet, ReadLabelsError, read_labels};
pub use morphology::{close, dilate, erode, open};
pub use nifti::{NiftiVoxel, VoxelMeaning, WriteNiftiError, write_nifti};
pub use overlap::{Overlap, OverlapError};
pub use read::{ReadOptions, read_scan, read_scan_with};
pub use resample::{Real, resample_nearest, resample_trilinear, sample_nearest, sample_trilinear};
pub use scan::{Padding, Scan, ScanFormat, UnfitScan};
