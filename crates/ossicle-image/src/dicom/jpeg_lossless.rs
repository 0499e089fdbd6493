//! JPEG lossless frames (process 14).

use jpeg_decoder::{Decoder, PixelFormat};

use super::jpeg_segments::FrameHeader;
use super::pixels::{Decoded, check_size};
use super::volume::contained;
use crate::error::ScanFault;

/// Decodes a frame into unsigned samples.
pub(super) fn decode(stream: &[u8], rows: usize, columns: usize) -> Result<Decoded, ScanFault> {
    let what = "a JPEG lossless frame";
    let frame =
        FrameHeader::find(stream).ok_or_else(|| ScanFault::damaged(what, "no frame header"))?;
    check_size([frame.rows, frame.columns], rows, columns)?;
    if frame.kind != 0xc3 || frame.components != 1 || !(2..=16).contains(&frame.precision) {
        return Err(ScanFault::damaged(
            what,
            format!(
                "frame type {:02x} of {} components and {} bits; expected type c3, 1 and 2 to 16",
                frame.kind, frame.components, frame.precision
            ),
        ));
    }
    let (bytes, format) = contained(what, || {
        let mut decoder = Decoder::new(stream);
        let bytes = decoder.decode()?;
        Ok((bytes, decoder.info().map(|info| info.pixel_format)))
    })?
    .map_err(|error: jpeg_decoder::Error| ScanFault::damaged(what, error))?;
    let samples: Vec<u16> = match format {
        Some(PixelFormat::L8) => bytes.into_iter().map(u16::from).collect(),
        Some(PixelFormat::L16) => {
            bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_ne_bytes(*pair)).collect()
        }
        other => return Err(ScanFault::damaged(what, format!("pixels in {other:?}"))),
    };
    if samples.len() != rows * columns {
        return Err(ScanFault::Truncated {
            what: what.into(),
            found: samples.len() as u64,
            expected: (rows * columns) as u64,
        });
    }
    Ok(Decoded { samples, precision: frame.precision })
}
