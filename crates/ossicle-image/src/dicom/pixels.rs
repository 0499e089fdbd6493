//! Stored pixel values of one frame.

use super::dataset::{DataSet, PixelData, named};
use super::file::Codec;
use super::slice::frame_count;
use super::tags::*;
use super::{jpeg_lossless, jpeg_ls, jpeg2000, rle};
use crate::error::ScanFault;

/// How the pixels of a file are laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) rows: usize,
    pub(super) columns: usize,
    frames: usize,
    bits_allocated: u32,
    bits_stored: u32,
    high_bit: u32,
    signed: bool,
}

/// A frame as a decoder gives it: unsigned samples of `precision` bits.
pub(super) struct Decoded {
    pub(super) precision: u32,
    pub(super) samples: Vec<u16>,
}

impl Layout {
    pub(super) fn of(data: &DataSet<'_>) -> Result<Self, ScanFault> {
        let needed = |tag| {
            data.unsigned(tag)
                .map(u32::from)
                .ok_or_else(|| ScanFault::missing(named(tag), "the pixels cannot be read"))
        };
        let bits_allocated = needed(BITS_ALLOCATED)?;
        let bits_stored = data.unsigned(BITS_STORED).map_or(bits_allocated, u32::from);
        let high_bit = data.unsigned(HIGH_BIT).map_or(bits_stored.wrapping_sub(1), u32::from);
        if !matches!(bits_allocated, 8 | 16 | 32) {
            return Err(ScanFault::header(named(BITS_ALLOCATED), bits_allocated, "8, 16 or 32"));
        }
        if bits_stored == 0 || bits_stored > bits_allocated {
            let expected = format!("1 to {bits_allocated}");
            return Err(ScanFault::header(named(BITS_STORED), bits_stored, expected));
        }
        if high_bit >= bits_allocated || high_bit + 1 < bits_stored {
            let expected = format!("{} to {}", bits_stored - 1, bits_allocated - 1);
            return Err(ScanFault::header(named(HIGH_BIT), high_bit, expected));
        }
        Ok(Self {
            rows: needed(ROWS)? as usize,
            columns: needed(COLUMNS)? as usize,
            frames: frame_count(data)?,
            bits_allocated,
            bits_stored,
            high_bit,
            signed: data.unsigned(PIXEL_REPRESENTATION) == Some(1),
        })
    }

    /// The number that the lowest `bits` of a sample stand for.
    fn number(&self, sample: u32, bits: u32) -> i64 {
        let unused = 32 - bits;
        if self.signed {
            i64::from((sample << unused) as i32 >> unused)
        } else {
            i64::from(sample << unused >> unused)
        }
    }
}

/// The stored values of a frame, row by row, before rescaling.
pub(super) fn stored_values(
    data: &DataSet<'_>,
    codec: Codec,
    layout: &Layout,
    frame: usize,
) -> Result<Vec<i64>, ScanFault> {
    match data.pixel_data() {
        None => Err(ScanFault::missing(named(PIXEL_DATA), "there is no image")),
        Some(PixelData::Native { bytes, stated }) => {
            if codec != Codec::Native {
                return Err(ScanFault::header(
                    named(PIXEL_DATA),
                    "not in fragments",
                    "fragments, since the transfer syntax is a compressed one",
                ));
            }
            native(bytes, stated, data.is_big_endian(), layout, frame)
        }
        Some(PixelData::Encapsulated(fragments)) => {
            let stream = frame_stream(fragments, layout.frames, frame)?;
            compressed(&stream, codec, layout)
        }
    }
}

fn native(
    bytes: &[u8],
    stated: usize,
    big_endian: bool,
    layout: &Layout,
    frame: usize,
) -> Result<Vec<i64>, ScanFault> {
    let sample_bytes = layout.bits_allocated as usize / 8;
    if big_endian && sample_bytes == 1 {
        return Err(ScanFault::unsupported(
            "8-bit pixels in big-endian order",
            "save it as Explicit VR Little Endian",
        ));
    }
    let frame_bytes = layout.rows * layout.columns * sample_bytes;
    let Some(pixels) = bytes.get(frame * frame_bytes..(frame + 1) * frame_bytes) else {
        return Err(ScanFault::Truncated {
            what: named(PIXEL_DATA),
            found: bytes.len() as u64,
            expected: stated.max(layout.frames * frame_bytes) as u64,
        });
    };
    let shift = layout.high_bit + 1 - layout.bits_stored;
    Ok(pixels
        .chunks_exact(sample_bytes)
        .map(|chunk| {
            let joined = |sample: u32, byte: &u8| sample << 8 | u32::from(*byte);
            let sample = if big_endian {
                chunk.iter().fold(0, joined)
            } else {
                chunk.iter().rev().fold(0, joined)
            };
            layout.number(sample >> shift, layout.bits_stored)
        })
        .collect())
}

/// The compressed bytes of one frame. The first fragment is the offset table.
fn frame_stream(fragments: &[&[u8]], frames: usize, frame: usize) -> Result<Vec<u8>, ScanFault> {
    let Some((table, pieces)) = fragments.split_first() else {
        return Err(ScanFault::missing("the offset table of the pixel data", "there is no image"));
    };
    if frames == 1 {
        return Ok(pieces.concat());
    }
    if pieces.len() == frames {
        return Ok(pieces[frame].to_vec());
    }
    // Several pieces a frame: each frame begins at an offset, counted from the end of
    // the table and with the 8 bytes that introduce each piece.
    let (offsets, _) = table.as_chunks::<4>();
    if offsets.len() != frames {
        return Err(ScanFault::header(
            "the compressed pixel data",
            format!("{} pieces for {frames} frames", pieces.len()),
            "one piece a frame, or a table of offsets",
        ));
    }
    let begin = u64::from(u32::from_le_bytes(offsets[frame]));
    let end = offsets.get(frame + 1).map_or(u64::MAX, |o| u64::from(u32::from_le_bytes(*o)));
    let mut stream = Vec::new();
    let mut at = 0_u64;
    for piece in pieces {
        if at >= begin && at < end {
            stream.extend_from_slice(piece);
        }
        at += piece.len() as u64 + 8;
    }
    Ok(stream)
}

fn compressed(stream: &[u8], codec: Codec, layout: &Layout) -> Result<Vec<i64>, ScanFault> {
    let (rows, columns) = (layout.rows, layout.columns);
    let decoded = match codec {
        Codec::JpegLossless => jpeg_lossless::decode(stream, rows, columns)?,
        Codec::JpegLs => jpeg_ls::decode(stream, rows, columns)?,
        Codec::Jpeg2000 => return jpeg2000::decode(stream, rows, columns, layout.signed),
        Codec::Rle => {
            let bytes = rle::decode(stream, rows * columns, layout.bits_allocated as usize / 8)?;
            return native(&bytes, bytes.len(), false, &Layout { frames: 1, ..*layout }, 0);
        }
        Codec::Native => {
            return Err(ScanFault::header(
                named(PIXEL_DATA),
                "in fragments",
                "plain pixels, since the transfer syntax is an uncompressed one",
            ));
        }
        Codec::Unsupported(name) => {
            return Err(ScanFault::unsupported(
                format!("pixel data in {name}"),
                "save it as Explicit VR Little Endian or one of the lossless JPEG kinds",
            ));
        }
    };
    // These two codecs know no sign: the bits are those of the stored value.
    let bits = decoded.precision.min(layout.bits_stored);
    Ok(decoded.samples.iter().map(|&sample| layout.number(sample.into(), bits)).collect())
}

/// Refuses a compressed frame of another size than the header states.
pub(super) fn check_size(found: [usize; 2], rows: usize, columns: usize) -> Result<(), ScanFault> {
    if found == [rows, columns] {
        return Ok(());
    }
    Err(ScanFault::header(
        "the compressed frame",
        format!("{} columns by {} rows", found[1], found[0]),
        format!("{columns} by {rows} as in the header"),
    ))
}
