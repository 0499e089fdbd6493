//! Reading a NIfTI file.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use ossicle_field::Grid;

use super::header::{HEADER_1, Header, length_and_order};
use super::orientation;
use crate::error::ScanFault;
use crate::raw::{Sample, check_spacing, checked_shape, read_as_much, read_samples};
use crate::read::ReadOptions;

/// Header extensions larger than this are not plausible.
const MOST_EXTENSION_BYTES: f64 = 64.0 * 1024.0 * 1024.0;
/// Deflate cannot make data smaller than this.
const BEST_DEFLATE_RATIO: u64 = 1032;

/// An image of a NIfTI file as it stands there: axes perhaps sheared, values
/// perhaps not finite.
pub(crate) struct NiftiVolume {
    pub(crate) grid: Grid,
    pub(crate) values: Vec<f32>,
    /// The text of all header extensions, one after the other.
    pub(crate) extensions: String,
    pub(crate) notes: Vec<String>,
}

/// Whether (decompressed) content begins like a NIfTI file.
pub(crate) fn is_nifti(first: &[u8]) -> bool {
    first.first_chunk().copied().and_then(length_and_order).is_some()
}

/// Reads a NIfTI-1 or NIfTI-2 file, gzipped or not.
pub(crate) fn read_nifti(path: &Path, options: &ReadOptions) -> Result<NiftiVolume, ScanFault> {
    let mut file = File::open(path)?;
    let file_bytes = file.metadata()?.len();
    let mut magic = [0; 2];
    let gzipped = read_as_much(&mut file, &mut magic)? == 2 && magic == [0x1f, 0x8b];
    file.seek(SeekFrom::Start(0))?;
    let buffered = BufReader::with_capacity(1 << 16, file);
    let mut reader: Box<dyn Read> =
        if gzipped { Box::new(MultiGzDecoder::new(buffered)) } else { Box::new(buffered) };

    let header = read_header(&mut reader)?;
    let mut notes = Vec::new();
    let shape = checked_shape(header.dimensions()?, options.max_voxels)?;
    let sample = header.sample()?;
    let grid = orientation::grid(&header, shape, &mut notes)?;
    check_spacing(&grid)?;
    check_length(&header, sample, grid.len(), file_bytes, gzipped)?;
    let extensions = read_extensions(&mut reader, &header)?;
    let scale = scaling(&header)?;
    let values = read_samples(&mut reader, sample, header.big_endian, grid.len(), scale)?;
    Ok(NiftiVolume { grid, values, extensions, notes })
}

fn read_header(reader: &mut dyn Read) -> Result<Header, ScanFault> {
    let mut bytes = [0; super::header::HEADER_2];
    let found = read_as_much(reader, &mut bytes[..HEADER_1])?;
    let Some((length, big_endian)) = bytes.first_chunk().copied().and_then(length_and_order) else {
        return Err(ScanFault::header("the header length", found, "348 or 540 (NIfTI)"));
    };
    let found = if found == HEADER_1 {
        found + read_as_much(reader, &mut bytes[found..length])?
    } else {
        found
    };
    if found < length {
        return Err(ScanFault::Truncated {
            what: "the header".into(),
            found: found as u64,
            expected: length as u64,
        });
    }
    Header::parse(&bytes[..length], big_endian)
}

/// Where the image data begin, in bytes of the (decompressed) file.
fn data_start(header: &Header) -> Result<u64, ScanFault> {
    let least = header.length as f64 + 4.0;
    // Some writers leave it 0 where nothing stands between header and data.
    let start = if header.vox_offset == 0.0 { least } else { header.vox_offset };
    if !(least..=least + MOST_EXTENSION_BYTES).contains(&start) || start.fract() != 0.0 {
        return Err(ScanFault::header(
            "vox_offset, the start of the image data,",
            header.vox_offset,
            format!("{least} to {}", least + MOST_EXTENSION_BYTES),
        ));
    }
    Ok(start as u64)
}

/// Refuses a file too short for its image before memory is taken for the image.
fn check_length(
    header: &Header,
    sample: Sample,
    voxels: usize,
    file_bytes: u64,
    gzipped: bool,
) -> Result<(), ScanFault> {
    let expected = data_start(header)? + voxels as u64 * sample.bytes() as u64;
    let most = if gzipped { file_bytes.saturating_mul(BEST_DEFLATE_RATIO) } else { file_bytes };
    if most < expected {
        let what = if gzipped { "the file, decompressed at best," } else { "the file" };
        return Err(ScanFault::Truncated { what: what.into(), found: most, expected });
    }
    Ok(())
}

fn read_extensions(reader: &mut dyn Read, header: &Header) -> Result<String, ScanFault> {
    let expected = data_start(header)? - header.length as u64;
    let mut bytes = vec![0; expected as usize];
    let found = read_as_much(reader, &mut bytes)? as u64;
    if found < expected {
        return Err(ScanFault::Truncated { what: "the header extension".into(), found, expected });
    }
    Ok(if bytes[0] == 0 {
        String::new()
    } else {
        String::from_utf8_lossy(&bytes[4..]).into_owned()
    })
}

/// Stored value to image value. A slope of 0 or NaN means none.
fn scaling(header: &Header) -> Result<impl Fn(f64) -> f64 + use<>, ScanFault> {
    let unscaled = header.scl_slope == 0.0 || header.scl_slope.is_nan();
    let (slope, intercept) =
        if unscaled { (1.0, 0.0) } else { (header.scl_slope, header.scl_inter) };
    if !(slope.is_finite() && intercept.is_finite()) {
        return Err(ScanFault::header(
            "scl_slope and scl_inter",
            format!("{slope} and {intercept}"),
            "finite numbers",
        ));
    }
    Ok(move |stored: f64| stored * slope + intercept)
}
