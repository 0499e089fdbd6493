//! Writing a NIfTI-1 file.

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use ossicle_field::{Field, Grid};
use thiserror::Error;

use super::header::HEADER_1;
use super::orientation::quaternion;
use crate::atomic::{WriteError, write_atomically};

/// A voxel type that [`write_nifti`] stores as it is: `i16` for Hounsfield units,
/// `u8` and `u16` for labels, `f32` for everything else.
pub trait NiftiVoxel: Copy {
    /// NIfTI's number for the type.
    const DATATYPE: i16;
    /// Appends the little-endian bytes of one voxel.
    fn append(self, bytes: &mut Vec<u8>);
}

macro_rules! nifti_voxel {
    ($number:ty, $datatype:literal) => {
        impl NiftiVoxel for $number {
            const DATATYPE: i16 = $datatype;
            fn append(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
        }
    };
}

nifti_voxel!(u8, 2);
nifti_voxel!(i16, 4);
nifti_voxel!(f32, 16);
nifti_voxel!(u16, 512);

/// What the numbers of a NIfTI file mean to a viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoxelMeaning {
    /// Measured or computed values (intent 0).
    Values,
    /// Indices into a table of labels (intent 1002), never interpolated.
    Labels,
}

/// Why a NIfTI file was not written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteNiftiError {
    /// The file name says neither plain nor gzipped NIfTI.
    #[error("{0}: expected a file name that ends in .nii or .nii.gz")]
    Name(String),
    /// More voxels along an axis than NIfTI-1 counts.
    #[error("{path}: the grid is {shape:?} voxels; NIfTI-1 holds at most 32767 along each axis")]
    TooLarge {
        /// The file that was to be written.
        path: String,
        /// Voxels along each axis.
        shape: [usize; 3],
    },
    /// The bytes did not reach the disk.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Writes a field as NIfTI-1, gzipped if `path` ends in `.nii.gz`.
///
/// The affine goes into the sform to the last bit of single precision (an image
/// read from a NIfTI-1 file comes out with the very numbers it went in with), and
/// into the qform as the same rotation, so that all viewers place the image alike.
/// The file appears complete or not at all.
///
/// # Errors
/// [`WriteNiftiError`] for another file name, more than 32767 voxels along an axis,
/// or a disk that does not take the file.
pub fn write_nifti<T: NiftiVoxel>(
    path: &Path,
    field: &Field<T>,
    meaning: VoxelMeaning,
) -> Result<(), WriteNiftiError> {
    let name = path.to_string_lossy();
    let gzipped = name.ends_with(".nii.gz");
    if !gzipped && !name.ends_with(".nii") {
        return Err(WriteNiftiError::Name(name.into_owned()));
    }
    let shape = field.grid().shape();
    let Some(header) = header::<T>(field.grid(), meaning) else {
        return Err(WriteNiftiError::TooLarge { path: name.into_owned(), shape });
    };
    write_atomically(path, |writer| {
        if gzipped {
            let mut encoder = GzEncoder::new(writer, Compression::default());
            write_content(&mut encoder, &header, field)?;
            encoder.finish()?;
            Ok(())
        } else {
            write_content(writer, &header, field)
        }
    })?;
    Ok(())
}

fn write_content<T: NiftiVoxel>(
    writer: &mut dyn Write,
    header: &[u8],
    field: &Field<T>,
) -> io::Result<()> {
    writer.write_all(header)?;
    // No extension follows.
    writer.write_all(&[0; 4])?;
    let mut bytes = Vec::new();
    for slab in field.chunks(1 << 14) {
        bytes.clear();
        slab.iter().for_each(|voxel| voxel.append(&mut bytes));
        writer.write_all(&bytes)?;
    }
    Ok(())
}

/// The 348 bytes of the header, or `None` for a grid too large for it.
fn header<T: NiftiVoxel>(grid: &Grid, meaning: VoxelMeaning) -> Option<[u8; HEADER_1]> {
    let mut bytes = [0; HEADER_1];
    let mut put = |offset: usize, number: &[u8]| {
        bytes[offset..offset + number.len()].copy_from_slice(number);
    };
    put(0, &348_i32.to_le_bytes());
    put(38, b"r");
    for (n, &count) in [3].iter().chain(&grid.shape()).chain(&[1; 4]).enumerate() {
        put(40 + 2 * n, &i16::try_from(count).ok()?.to_le_bytes());
    }
    let intent: i16 = match meaning {
        VoxelMeaning::Values => 0,
        VoxelMeaning::Labels => 1002,
    };
    put(68, &intent.to_le_bytes());
    put(70, &T::DATATYPE.to_le_bytes());
    put(72, &(8 * size_of::<T>() as i16).to_le_bytes());
    let (turn, handedness) = quaternion(grid);
    let spacing = grid.spacing_mm();
    for (n, length) in [handedness].iter().chain(&spacing).chain(&[1.0; 4]).enumerate() {
        put(76 + 4 * n, &(*length as f32).to_le_bytes());
    }
    let start = HEADER_1 as f32 + 4.0;
    put(108, &start.to_le_bytes());
    put(112, &1.0_f32.to_le_bytes());
    // Millimetres.
    put(123, &[2]);
    put(148, b"Ossicle");
    // Scanner coordinates, for both forms.
    put(252, &1_i16.to_le_bytes());
    put(254, &1_i16.to_le_bytes());
    for (n, value) in turn.iter().chain(&grid.origin_mm()).enumerate() {
        put(256 + 4 * n, &(*value as f32).to_le_bytes());
    }
    let [x, y, z] = grid.steps_mm();
    let origin = grid.origin_mm();
    for row in 0..3 {
        for (n, value) in [x[row], y[row], z[row], origin[row]].into_iter().enumerate() {
            put(280 + 16 * row + 4 * n, &(value as f32).to_le_bytes());
        }
    }
    put(344, b"n+1\0");
    Some(bytes)
}
