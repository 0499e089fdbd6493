//! The fixed header of a NIfTI file.

use crate::error::ScanFault;
use crate::raw::Sample;

/// Bytes of the NIfTI-1 header, without the four extension flags.
pub(crate) const HEADER_1: usize = 348;
/// Bytes of the NIfTI-2 header, without the four extension flags.
pub(crate) const HEADER_2: usize = 540;

/// The entries of a NIfTI header that place an image and give its values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Header {
    pub(crate) big_endian: bool,
    /// Bytes of the fixed header.
    pub(crate) length: usize,
    /// The number of dimensions, then the voxels along each.
    pub(crate) dim: [i64; 8],
    pub(crate) datatype: i32,
    /// The handedness of the qform, then the spacing along each dimension.
    pub(crate) pixdim: [f64; 8],
    pub(crate) vox_offset: f64,
    pub(crate) scl_slope: f64,
    pub(crate) scl_inter: f64,
    pub(crate) xyzt_units: i32,
    pub(crate) qform_code: i32,
    pub(crate) sform_code: i32,
    /// The quaternion's b, c and d.
    pub(crate) quatern: [f64; 3],
    pub(crate) qoffset: [f64; 3],
    pub(crate) srow: [[f64; 4]; 3],
}

/// Reads numbers at fixed places of a header.
struct Entries<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Entries<'_> {
    fn at<const N: usize>(&self, offset: usize) -> [u8; N] {
        let mut number = [0; N];
        number.copy_from_slice(&self.bytes[offset..offset + N]);
        if self.big_endian {
            number.reverse();
        }
        number
    }
    fn i16(&self, offset: usize) -> i16 {
        i16::from_le_bytes(self.at(offset))
    }
    fn i32(&self, offset: usize) -> i32 {
        i32::from_le_bytes(self.at(offset))
    }
    fn i64(&self, offset: usize) -> i64 {
        i64::from_le_bytes(self.at(offset))
    }
    fn f32(&self, offset: usize) -> f64 {
        f64::from(f32::from_le_bytes(self.at(offset)))
    }
    fn f64(&self, offset: usize) -> f64 {
        f64::from_le_bytes(self.at(offset))
    }
}

/// The header's length and byte order as its first four bytes tell them.
pub(crate) fn length_and_order(first: [u8; 4]) -> Option<(usize, bool)> {
    match (i32::from_le_bytes(first), i32::from_be_bytes(first)) {
        (348, _) => Some((HEADER_1, false)),
        (_, 348) => Some((HEADER_1, true)),
        (540, _) => Some((HEADER_2, false)),
        (_, 540) => Some((HEADER_2, true)),
        _ => None,
    }
}

impl Header {
    /// The header in `bytes`, of the length that [`length_and_order`] tells.
    pub(crate) fn parse(bytes: &[u8], big_endian: bool) -> Result<Self, ScanFault> {
        let entries = Entries { bytes, big_endian };
        let version_1 = bytes.len() == HEADER_1;
        let magic = if version_1 { &bytes[344..348] } else { &bytes[4..8] };
        match magic {
            b"n+1\0" | b"n+2\0" => {}
            b"ni1\0" | b"ni2\0" => {
                return Err(ScanFault::unsupported(
                    "the header half of a NIfTI pair (.hdr and .img)",
                    "convert it to a single .nii.gz file",
                ));
            }
            _ => {
                return Err(ScanFault::unsupported(
                    "an Analyze 7.5 header, which does not tell left from right,",
                    "convert the original scan to NIfTI",
                ));
            }
        }
        Ok(if version_1 { Self::version_1(&entries) } else { Self::version_2(&entries) })
    }

    fn version_1(e: &Entries<'_>) -> Self {
        Self {
            big_endian: e.big_endian,
            length: HEADER_1,
            dim: std::array::from_fn(|n| i64::from(e.i16(40 + 2 * n))),
            datatype: e.i16(70).into(),
            pixdim: std::array::from_fn(|n| e.f32(76 + 4 * n)),
            vox_offset: e.f32(108),
            scl_slope: e.f32(112),
            scl_inter: e.f32(116),
            xyzt_units: i32::from(e.bytes[123]),
            qform_code: e.i16(252).into(),
            sform_code: e.i16(254).into(),
            quatern: std::array::from_fn(|n| e.f32(256 + 4 * n)),
            qoffset: std::array::from_fn(|n| e.f32(268 + 4 * n)),
            srow: std::array::from_fn(|r| std::array::from_fn(|c| e.f32(280 + 16 * r + 4 * c))),
        }
    }

    fn version_2(e: &Entries<'_>) -> Self {
        Self {
            big_endian: e.big_endian,
            length: HEADER_2,
            dim: std::array::from_fn(|n| e.i64(16 + 8 * n)),
            datatype: e.i16(12).into(),
            pixdim: std::array::from_fn(|n| e.f64(104 + 8 * n)),
            vox_offset: e.i64(168) as f64,
            scl_slope: e.f64(176),
            scl_inter: e.f64(184),
            xyzt_units: e.i32(500),
            qform_code: e.i32(344),
            sform_code: e.i32(348),
            quatern: std::array::from_fn(|n| e.f64(352 + 8 * n)),
            qoffset: std::array::from_fn(|n| e.f64(376 + 8 * n)),
            srow: std::array::from_fn(|r| std::array::from_fn(|c| e.f64(400 + 32 * r + 8 * c))),
        }
    }

    /// Voxels along the three axes, if the file holds one volume.
    pub(crate) fn dimensions(&self) -> Result<[u64; 3], ScanFault> {
        let count = self.dim[0];
        if !(1..=7).contains(&count) {
            return Err(ScanFault::header("dim[0], the number of dimensions,", count, "1 to 7"));
        }
        let used = &self.dim[1..=count as usize];
        if let Some((n, size)) = used.iter().enumerate().find(|(_, size)| **size < 1) {
            return Err(ScanFault::header(format!("dim[{}]", n + 1), size, "at least 1"));
        }
        let used: Vec<u64> = used.iter().map(|&n| n.unsigned_abs()).collect();
        match used[..] {
            [nx, ny, nz, ref rest @ ..] if rest.iter().all(|&n| n == 1) => Ok([nx, ny, nz]),
            _ => Err(ScanFault::NotOneVolume { dimensions: used }),
        }
    }

    /// How voxels are stored.
    pub(crate) fn sample(&self) -> Result<Sample, ScanFault> {
        let what = match self.datatype {
            2 => return Ok(Sample::U8),
            4 => return Ok(Sample::I16),
            8 => return Ok(Sample::I32),
            16 => return Ok(Sample::F32),
            64 => return Ok(Sample::F64),
            256 => return Ok(Sample::I8),
            512 => return Ok(Sample::U16),
            768 => return Ok(Sample::U32),
            1024 => return Ok(Sample::I64),
            1280 => return Ok(Sample::U64),
            1 => "1-bit voxels",
            32 | 1792 | 2048 => "complex voxels",
            128 | 2304 => "colour voxels",
            1536 => "128-bit floating-point voxels",
            other => {
                return Err(ScanFault::header(
                    "datatype",
                    other,
                    "the code of an integer or floating-point type",
                ));
            }
        };
        Err(ScanFault::unsupported(what, "expected one integer or floating-point number a voxel"))
    }
}
