//! Pictures of pixels: indexed PNG, small enough to stand in a page.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, Crc, write::ZlibEncoder};

/// Pixels as numbers of colours, row by row from the top.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Raster {
    /// Pixels across.
    pub(in crate::report) width: usize,
    /// Pixels down.
    pub(in crate::report) height: usize,
    /// One number of a colour per pixel.
    pub(in crate::report) pixels: Vec<u8>,
}

impl Raster {
    /// As an address that holds the whole picture; `colours` holds red, green and blue of at
    /// most 256 colours.
    ///
    /// # Errors
    /// None that memory can give; those of the compressor are passed on.
    pub(in crate::report) fn data_url(&self, colours: &[[u8; 3]]) -> io::Result<String> {
        Ok(format!("data:image/png;base64,{}", STANDARD.encode(self.png(colours)?)))
    }

    fn png(&self, colours: &[[u8; 3]]) -> io::Result<Vec<u8>> {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut header = Vec::new();
        for length in [self.width, self.height] {
            let length = u32::try_from(length).map_err(io::Error::other)?;
            header.extend(length.to_be_bytes());
        }
        // Eight bits a pixel, numbers of colours; the only compression, filter and order.
        header.extend([8, 3, 0, 0, 0]);
        chunk(&mut file, b"IHDR", &header)?;
        chunk(&mut file, b"PLTE", colours.as_flattened())?;
        let mut rows = ZlibEncoder::new(Vec::new(), Compression::best());
        for row in self.pixels.chunks(self.width.max(1)) {
            // Each row begins with its filter; numbers of colours do best with none.
            rows.write_all(&[0])?;
            rows.write_all(row)?;
        }
        chunk(&mut file, b"IDAT", &rows.finish()?)?;
        chunk(&mut file, b"IEND", &[])?;
        Ok(file)
    }
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

#[cfg(test)]
pub(in crate::report) mod tests {
    use super::*;
    use std::io::Read;

    /// Width, height, colours and pixels of what [`Raster::data_url`] wrote.
    pub(in crate::report) fn decoded(url: &str) -> (Raster, Vec<[u8; 3]>) {
        let png = STANDARD.decode(url.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n").unwrap();
        let (mut size, mut colours, mut rows) = ([0; 2], Vec::new(), Vec::new());
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            let (named, after) = rest[4..].split_at(4 + length);
            let mut check = Crc::new();
            check.update(named);
            assert_eq!(after[..4], check.sum().to_be_bytes());
            let content = &named[4..];
            match &named[..4] {
                b"IHDR" => {
                    size = [0, 4].map(|n| {
                        u32::from_be_bytes(content[n..n + 4].try_into().unwrap()) as usize
                    });
                    assert_eq!(content[8..], [8, 3, 0, 0, 0]);
                }
                b"PLTE" => colours = content.as_chunks().0.to_vec(),
                b"IDAT" => {
                    flate2::read::ZlibDecoder::new(content).read_to_end(&mut rows).unwrap();
                }
                name => assert_eq!(name, b"IEND"),
            }
            rest = &after[4..];
        }
        let pixels = rows.chunks(size[0] + 1).flat_map(|row| row[1..].to_vec()).collect();
        (Raster { width: size[0], height: size[1], pixels }, colours)
    }

    #[test]
    fn pixels_come_back() {
        let pixels = (0..35).map(|n| (n * n % 7) as u8).collect();
        let raster = Raster { width: 5, height: 7, pixels };
        let colours: Vec<[u8; 3]> = (0..7).map(|n| [n, 2 * n, 255 - n]).collect();
        assert_eq!(decoded(&raster.data_url(&colours).unwrap()), (raster, colours));
    }

    #[test]
    fn a_pixel_is_the_file_that_every_reader_expects() {
        // Written by hand after the PNG specification, checked with other readers.
        let raster = Raster { width: 1, height: 1, pixels: vec![0] };
        let png = raster.png(&[[255, 0, 0]]).unwrap();
        assert_eq!(
            png[..33],
            *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x03\0\0\0\x28\xcb\x34\xbb"
        );
        assert_eq!(png[png.len() - 12..], *b"\0\0\0\0IEND\xaeB`\x82");
    }
}
