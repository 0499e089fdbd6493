//! Pictures of pixels, small enough to stand in a page.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::png::{self, Pixels, Size};

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
        let size = Size { width: self.width, height: self.height, pixel_mm: None };
        Ok(data_url(&png::written(size, Pixels::Indexed(&self.pixels, colours))?))
    }
}

/// A PNG file as an address that holds it.
pub(in crate::report) fn data_url(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}

#[cfg(test)]
pub(in crate::report) mod tests {
    use super::*;

    /// Width, height, colours and pixels of what [`Raster::data_url`] wrote.
    pub(in crate::report) fn decoded(url: &str) -> (Raster, Vec<[u8; 3]>) {
        let png = STANDARD.decode(url.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let (Size { width, height, .. }, colours, pixels) = png::tests::decoded(&png);
        (Raster { width, height, pixels }, colours)
    }

    #[test]
    fn pixels_come_back() {
        let pixels = (0..35).map(|n| (n * n % 7) as u8).collect();
        let raster = Raster { width: 5, height: 7, pixels };
        let colours: Vec<[u8; 3]> = (0..7).map(|n| [n, 2 * n, 255 - n]).collect();
        assert_eq!(decoded(&raster.data_url(&colours).unwrap()), (raster, colours));
    }
}
