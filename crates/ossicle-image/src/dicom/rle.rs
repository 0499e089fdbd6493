//! DICOM RLE: one run-length coded plane for each byte of a pixel.

use crate::error::ScanFault;

const HEADER_BYTES: usize = 64;

/// Decodes a frame into little-endian samples of `sample_bytes` bytes.
pub(super) fn decode(
    stream: &[u8],
    pixels: usize,
    sample_bytes: usize,
) -> Result<Vec<u8>, ScanFault> {
    let damaged = |detail: String| ScanFault::damaged("an RLE frame", detail);
    let (words, _) = stream.as_chunks::<4>();
    let word = |n: usize| words.get(n).map(|w| u32::from_le_bytes(*w) as usize);
    let planes = word(0).unwrap_or(0);
    if stream.len() < HEADER_BYTES || planes != sample_bytes {
        return Err(damaged(format!("{planes} planes; expected {sample_bytes}")));
    }
    let mut samples = vec![0; pixels * sample_bytes];
    for plane in 0..planes {
        let begin = word(1 + plane).unwrap_or(0);
        let end = if plane + 1 < planes { word(2 + plane).unwrap_or(0) } else { stream.len() };
        let packed = stream
            .get(begin..end)
            .filter(|_| begin >= HEADER_BYTES)
            .ok_or_else(|| damaged(format!("plane {plane} at bytes {begin} to {end}")))?;
        // The most significant byte comes first.
        let offset = sample_bytes - 1 - plane;
        let places = samples[offset..].iter_mut().step_by(sample_bytes);
        let filled = unpack(packed, places);
        if filled < pixels {
            return Err(ScanFault::Truncated {
                what: format!("plane {plane} of an RLE frame"),
                found: filled as u64,
                expected: pixels as u64,
            });
        }
    }
    Ok(samples)
}

/// Unpacks runs into the places, and says how many were filled.
fn unpack<'a>(packed: &[u8], places: impl Iterator<Item = &'a mut u8>) -> usize {
    let mut bytes = packed.iter().copied();
    let runs = std::iter::from_fn(|| {
        loop {
            let count = usize::from(bytes.next()?);
            match count {
                0..=127 => {
                    let literal: Vec<u8> = bytes.by_ref().take(count + 1).collect();
                    return Some(literal);
                }
                // Does nothing.
                128 => {}
                _ => return Some(vec![bytes.next()?; 257 - count]),
            }
        }
    });
    let mut filled = 0;
    for (place, byte) in places.zip(runs.flatten()) {
        *place = byte;
        filled += 1;
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(planes: &[&[u8]]) -> Vec<u8> {
        let mut stream = vec![0; HEADER_BYTES];
        stream[0] = planes.len() as u8;
        for (n, plane) in planes.iter().enumerate() {
            let begin = (stream.len() as u32).to_le_bytes();
            stream[4 + 4 * n..8 + 4 * n].copy_from_slice(&begin);
            stream.extend_from_slice(plane);
        }
        stream
    }

    #[test]
    fn runs_and_literals_of_two_planes_make_little_endian_samples() {
        // High bytes: 7 five times; low bytes: 1 2 3, a byte of no effect, 9 twice.
        let stream = frame(&[&[252, 7], &[2, 1, 2, 3, 128, 255, 9]]);
        assert_eq!(decode(&stream, 5, 2).unwrap(), [1, 7, 2, 7, 3, 7, 9, 7, 9, 7]);
    }

    #[test]
    fn short_or_misplaced_planes_are_refused() {
        let short = decode(&frame(&[&[253, 7], &[252, 1]]), 5, 2).unwrap_err();
        assert!(short.to_string().contains("plane 0 of an RLE frame has 4 bytes; expected 5"));
        let mut misplaced = frame(&[&[252, 7], &[252, 1]]);
        misplaced[8] = 255;
        assert!(decode(&misplaced, 5, 2).is_err());
        assert!(decode(&misplaced[..40], 5, 2).is_err());
        assert!(decode(&frame(&[&[252, 7]]), 5, 2).is_err(), "one plane for two bytes");
    }
}
