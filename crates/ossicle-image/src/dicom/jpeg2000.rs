//! JPEG 2000 frames.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use super::pixels::check_size;
use super::volume::contained;
use crate::error::ScanFault;

/// Decodes a frame into stored values.
///
/// The stream says itself whether its samples are signed, and can contradict the
/// header: some encoders are handed signed pixels as if they were unsigned ones. The
/// bits are right then and are taken as the header reads them.
pub(super) fn decode(
    stream: &[u8],
    rows: usize,
    columns: usize,
    header_is_signed: bool,
) -> Result<Vec<i64>, ScanFault> {
    let what = "a JPEG 2000 frame";
    let damaged = |detail: &dyn std::fmt::Display| ScanFault::damaged(what, detail);
    // Lenient decoding would fill what is missing with a blur.
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let stream_is_signed =
        signed(stream).ok_or_else(|| damaged(&"no image size segment at its beginning"))?;
    let samples = contained(what, || -> Result<Vec<f32>, ScanFault> {
        let image = Image::new(stream, &settings).map_err(|error| damaged(&error))?;
        check_size([image.height() as usize, image.width() as usize], rows, columns)?;
        let mut context = DecoderContext::default();
        let decoded = image.decode(&mut context).map_err(|error| damaged(&error))?;
        match decoded.components() {
            [one] => {
                Ok(shifted(one.samples(), one.bit_depth(), stream_is_signed, header_is_signed))
            }
            several => Err(damaged(&format!("{} components; expected 1", several.len()))),
        }
    })??;
    Ok(samples.into_iter().map(|sample| sample as i64).collect())
}

/// Stored values from the decoder's, which are raised by half the range also where
/// the samples are signed.
fn shifted(samples: &[f32], bits: u8, stream_is_signed: bool, header_is_signed: bool) -> Vec<f32> {
    let half = (1_u32 << (bits - 1)) as f32;
    let whole = 2.0 * half;
    samples
        .iter()
        .map(|&raised| {
            // Lossy streams overshoot the range.
            let raised = raised.round().clamp(0.0, whole - 1.0);
            match (stream_is_signed, header_is_signed) {
                // As signed bits an unsigned sample above half the range is negative.
                (false, true) if raised >= half => raised - whole,
                (false, _) => raised,
                (true, _) => raised - half,
            }
        })
        .collect()
}

/// Whether the first component of a stream is signed, as its size segment says.
fn signed(stream: &[u8]) -> Option<bool> {
    const SIZE_SEGMENT: [u8; 4] = [0xff, 0x4f, 0xff, 0x51];
    // A bare code stream begins with it; one in a JP2 wrapper has it further on.
    let start = stream.windows(4).position(|four| four == SIZE_SEGMENT)?;
    stream.get(start + 42).map(|size| size & 0x80 != 0)
}
