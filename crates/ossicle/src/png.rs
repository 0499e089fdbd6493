//! Pictures of pixels as PNG files: written whole, read as far as their size goes.

use std::io::{self, Write};

use flate2::{Compression, Crc, write::ZlibEncoder};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The pixels of a picture, row by row from the top.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pixels<'a> {
    /// From black to white.
    Grey(&'a [u8]),
    /// Numbers of at most 256 colours.
    Indexed(&'a [u8], &'a [[u8; 3]]),
    /// Red, green and blue.
    Colour(&'a [[u8; 3]]),
}

impl<'a> Pixels<'a> {
    /// The bytes of all pixels, how many a pixel has, and what PNG calls them.
    fn told(self) -> (&'a [u8], usize, u8) {
        match self {
            Self::Grey(pixels) => (pixels, 1, 0),
            Self::Indexed(pixels, _) => (pixels, 1, 3),
            Self::Colour(pixels) => (pixels.as_flattened(), 3, 2),
        }
    }
}

/// Size of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size {
    /// Pixels across.
    pub(crate) width: usize,
    /// Pixels down.
    pub(crate) height: usize,
    /// Edge of a pixel in the patient, mm, where it has one; kept to a nanometre.
    pub(crate) pixel_mm: Option<f64>,
}

/// A file of that size and those pixels.
///
/// # Errors
/// For a size beyond 32 bits; those of the compressor, which memory gives none, are passed on.
pub(crate) fn written(size: Size, pixels: Pixels) -> io::Result<Vec<u8>> {
    let mut file = SIGNATURE.to_vec();
    let (bytes, per_pixel, kind) = pixels.told();
    let mut header = Vec::new();
    for length in [size.width, size.height] {
        let length = u32::try_from(length).map_err(io::Error::other)?;
        header.extend(length.to_be_bytes());
    }
    // Eight bits a sample; the only compression, filter and order.
    header.extend([8, kind, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &header)?;
    if let Some(pixel_mm) = size.pixel_mm {
        let per_metre = (1000.0 / pixel_mm).round().clamp(1.0, f64::from(u32::MAX)) as u32;
        let both = [per_metre.to_be_bytes(), per_metre.to_be_bytes()];
        chunk(&mut file, b"pHYs", &[both.as_flattened(), &[1]].concat())?;
    }
    if let Pixels::Indexed(_, colours) = pixels {
        chunk(&mut file, b"PLTE", colours.as_flattened())?;
    }
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::best());
    for row in bytes.chunks((per_pixel * size.width).max(1)) {
        // Each row begins with its filter: none.
        rows.write_all(&[0])?;
        rows.write_all(row)?;
    }
    chunk(&mut file, b"IDAT", &rows.finish()?)?;
    chunk(&mut file, b"IEND", &[])?;
    Ok(file)
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) -> io::Result<()> {
    let length = u32::try_from(content.len()).map_err(io::Error::other)?;
    file.extend(length.to_be_bytes());
    let mut check = Crc::new();
    for part in [name.as_slice(), content] {
        file.extend(part);
        check.update(part);
    }
    file.extend(check.sum().to_be_bytes());
    Ok(())
}

/// The size of a picture, if the file is a whole PNG whose checksums are right.
pub(crate) fn size_of(file: &[u8]) -> Option<Size> {
    let mut rest = file.strip_prefix(SIGNATURE)?;
    let mut size = None;
    let word = |bytes: &[u8], at: usize| -> Option<u32> {
        Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
    };
    while !rest.is_empty() {
        let length = word(rest, 0)? as usize;
        let named = rest.get(4..length.checked_add(8)?)?;
        let mut check = Crc::new();
        check.update(named);
        if word(rest, length + 8)? != check.sum() {
            return None;
        }
        let content = &named[4..];
        match &named[..4] {
            b"IHDR" => {
                let [width, height] = [word(content, 0)? as usize, word(content, 4)? as usize];
                size = Some(Size { width, height, pixel_mm: None });
            }
            b"pHYs" => {
                let per_metre = f64::from(word(content, 0)?);
                size.as_mut()?.pixel_mm = (per_metre > 0.0).then(|| 1000.0 / per_metre);
            }
            b"IEND" => return size,
            _ => {}
        }
        rest = &rest[length + 12..];
    }
    None
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::Read;

    /// The size of a picture, its colours where they are numbered, and the bytes of its pixels.
    pub(crate) fn decoded(file: &[u8]) -> (Size, Vec<[u8; 3]>, Vec<u8>) {
        let size = size_of(file).unwrap();
        let mut rest = file.strip_prefix(SIGNATURE).unwrap();
        let (mut kind, mut colours, mut rows) = (0, Vec::new(), Vec::new());
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            let content = &rest[8..8 + length];
            match &rest[4..8] {
                b"IHDR" => kind = content[9],
                b"PLTE" => colours = content.as_chunks().0.to_vec(),
                b"IDAT" => {
                    flate2::read::ZlibDecoder::new(content).read_to_end(&mut rows).unwrap();
                }
                name => assert!(name == b"IEND" || name == b"pHYs"),
            }
            rest = &rest[length + 12..];
        }
        let row = size.width * if kind == 2 { 3 } else { 1 } + 1;
        assert_eq!(rows.len(), row * size.height);
        (size, colours, rows.chunks(row).flat_map(|row| row[1..].to_vec()).collect())
    }

    #[test]
    fn pixels_of_every_kind_come_back_with_their_size() {
        let grey: Vec<u8> = (0..35).map(|n| (n * n % 251) as u8).collect();
        let size = Size { width: 5, height: 7, pixel_mm: Some(0.5) };
        let file = written(size, Pixels::Grey(&grey)).unwrap();
        assert_eq!(decoded(&file), (size, Vec::new(), grey.clone()));
        let size = Size { pixel_mm: None, ..size };
        let colours: Vec<[u8; 3]> = (0..251).map(|n| [n, n / 2, 255 - n]).collect();
        let file = written(size, Pixels::Indexed(&grey, &colours)).unwrap();
        assert_eq!(decoded(&file), (size, colours.clone(), grey.clone()));
        let file = written(size, Pixels::Colour(&colours[..35])).unwrap();
        assert_eq!(decoded(&file), (size, Vec::new(), colours[..35].as_flattened().to_vec()));
    }

    #[test]
    fn what_is_cut_or_changed_has_no_size() {
        let size = Size { width: 5, height: 7, pixel_mm: Some(0.625) };
        let file = written(size, Pixels::Grey(&[9; 35])).unwrap();
        assert_eq!(size_of(&file), Some(size));
        for end in 0..file.len() {
            assert_eq!(size_of(&file[..end]), None, "{end} bytes");
            let mut changed = file.clone();
            changed[end] ^= 4;
            assert_eq!(size_of(&changed), None, "byte {end}");
        }
        let mut endless = SIGNATURE.to_vec();
        endless.extend([255; 12]);
        assert_eq!(size_of(&endless), None);
    }

    #[test]
    fn a_pixel_is_the_file_that_every_reader_expects() {
        // Written by hand after the PNG specification, checked with other readers.
        let size = Size { width: 1, height: 1, pixel_mm: None };
        let png = written(size, Pixels::Indexed(&[0], &[[255, 0, 0]])).unwrap();
        assert_eq!(
            png[..33],
            *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x03\0\0\0\x28\xcb\x34\xbb"
        );
        assert_eq!(png[png.len() - 12..], *b"\0\0\0\0IEND\xaeB`\x82");
    }
}
