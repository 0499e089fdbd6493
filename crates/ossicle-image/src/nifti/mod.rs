//! NIfTI-1 and NIfTI-2 single files, plain or gzipped.

mod header;
mod orientation;
mod read;
mod write;

pub(crate) use read::{is_nifti, read_nifti};
pub use write::{NiftiVoxel, VoxelMeaning, WriteNiftiError, write_nifti};
