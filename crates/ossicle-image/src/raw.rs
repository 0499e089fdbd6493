//! Numbers as files store them, and the limits on how many are read.

use std::io::{self, Read};

use ossicle_field::{Field, Grid};

use crate::error::ScanFault;

/// How one voxel is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Sample {
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// Appends the numbers in `bytes`, a whole number of samples, to `values`.
    pub(crate) fn decode(
        self,
        bytes: &[u8],
        big_endian: bool,
        scale: impl Fn(f64) -> f64,
        values: &mut Vec<f32>,
    ) {
        macro_rules! decode_as {
            ($number:ty) => {{
                let (samples, _) = bytes.as_chunks::<{ size_of::<$number>() }>();
                let read =
                    if big_endian { <$number>::from_be_bytes } else { <$number>::from_le_bytes };
                values.extend(samples.iter().map(|&sample| scale(read(sample) as f64) as f32));
            }};
        }
        match self {
            Self::I8 => decode_as!(i8),
            Self::U8 => decode_as!(u8),
            Self::I16 => decode_as!(i16),
            Self::U16 => decode_as!(u16),
            Self::I32 => decode_as!(i32),
            Self::U32 => decode_as!(u32),
            Self::I64 => decode_as!(i64),
            Self::U64 => decode_as!(u64),
            Self::F32 => decode_as!(f32),
            Self::F64 => decode_as!(f64),
        }
    }
}

/// The shape of a volume, if it is one and holds at most `limit` voxels.
pub(crate) fn checked_shape(dimensions: [u64; 3], limit: usize) -> Result<[usize; 3], ScanFault> {
    let count = dimensions.iter().try_fold(1_u64, |product, &n| product.checked_mul(n));
    if count.is_none_or(|count| count > limit as u64) {
        return Err(ScanFault::TooLarge { dimensions: dimensions.to_vec(), limit: limit as u64 });
    }
    // Each is at most the product, which fits, unless one of them is 0.
    Ok(dimensions.map(|n| usize::try_from(n).unwrap_or(0)))
}

/// Room for `count` values, or a fault where the memory for them is not to be had.
pub(crate) fn reserved(count: usize) -> Result<Vec<f32>, ScanFault> {
    let mut values = Vec::new();
    values.try_reserve_exact(count).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(values)
}

/// `count` samples from `reader`, scaled. Reads in small pieces, so that a stream
/// that ends early or never ends costs no more memory than its voxels.
pub(crate) fn read_samples(
    reader: &mut dyn Read,
    sample: Sample,
    big_endian: bool,
    count: usize,
    scale: impl Fn(f64) -> f64,
) -> Result<Vec<f32>, ScanFault> {
    const SAMPLES_AT_ONCE: usize = 1 << 16;
    let mut values = reserved(count)?;
    let mut buffer = vec![0; SAMPLES_AT_ONCE.min(count) * sample.bytes()];
    while values.len() < count {
        let wanted = SAMPLES_AT_ONCE.min(count - values.len()) * sample.bytes();
        let found = read_as_much(reader, &mut buffer[..wanted])?;
        if found < wanted {
            return Err(ScanFault::Truncated {
                what: "the image data".into(),
                found: (values.len() * sample.bytes() + found) as u64,
                expected: (count * sample.bytes()) as u64,
            });
        }
        sample.decode(&buffer[..wanted], big_endian, &scale, &mut values);
    }
    check_end(reader)?;
    Ok(values)
}

/// Reads past the last voxel, so that a compressed stream comes to its checksum. What
/// else follows the image is of no interest, and is not followed for ever.
fn check_end(reader: &mut dyn Read) -> Result<(), ScanFault> {
    let most = 1 << 20;
    match io::copy(&mut reader.take(most), &mut io::sink()) {
        Ok(_) => Ok(()),
        Err(error) => Err(ScanFault::damaged("the compressed data", error)),
    }
}

/// Fills `buffer` as far as the stream goes, and says how far that was.
pub(crate) fn read_as_much(reader: &mut dyn Read, buffer: &mut [u8]) -> Result<usize, ScanFault> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A compressed stream that stops in the middle.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
                ) =>
            {
                return Err(ScanFault::damaged("the compressed data", error));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(filled)
}

/// The values as a field on `grid`, if every one of them is a number.
pub(crate) fn finite_field(grid: Grid, values: Vec<f32>) -> Result<Field<f32>, ScanFault> {
    if let Some(first) = values.iter().position(|value| !value.is_finite()) {
        return Err(ScanFault::NotFinite {
            count: values.iter().filter(|value| !value.is_finite()).count(),
            total: values.len(),
            first: grid.voxel(first),
        });
    }
    Ok(Field::from_vec(grid, values))
}

/// Refuses voxel sizes that no scanner or microscope has.
pub(crate) fn check_spacing(grid: &Grid) -> Result<(), ScanFault> {
    for (axis, spacing) in grid.spacing_mm().into_iter().enumerate() {
        if !(1e-4..=100.0).contains(&spacing) {
            return Err(ScanFault::header(
                format!("the voxel spacing along axis {axis}"),
                format!("{spacing} mm"),
                "0.0001 to 100 mm",
            ));
        }
    }
    Ok(())
}
