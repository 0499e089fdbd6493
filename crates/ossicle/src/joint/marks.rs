//! What is burnt into a picture so that it can be read wherever it is taken: the side of the
//! patient, and a ruler.

use ossicle_anatomy::Side;

use crate::png::Size;

/// Lengths of rulers, mm.
const RULERS_MM: [f64; 9] = [100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2];
/// Pixels from a mark to the edge of the picture.
const MARGIN: usize = 10;
/// Pixels along the edge of a dot of a letter.
const DOT: usize = 3;

/// `R` and `L`, five dots wide.
const LETTERS: [[u8; 7]; 2] =
    [[0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001], [16, 16, 16, 16, 16, 16, 31]];

/// The length of the ruler in a picture of that width: a round one, at most a third of it, with
/// ten divisions.
pub(crate) fn ruler_mm(width_mm: f64) -> Option<f64> {
    RULERS_MM.into_iter().find(|length| *length <= width_mm / 3.0)
}

/// Black and white, in a kind of pixel.
type Inks<T> = [T; 2];

/// Draws a ruler at the bottom left, for a picture or a first part of it of `width` pixels.
pub(super) fn draw_ruler<T: Copy>(pixels: &mut [T], size: Size, width: usize, inks: Inks<T>) {
    let Some(pixel_mm) = size.pixel_mm else { return };
    let Some(length_mm) = ruler_mm(width as f64 * pixel_mm) else { return };
    let Some(bottom) = size.height.checked_sub(MARGIN + 2) else { return };
    let length = (length_mm / pixel_mm).round() as usize;
    let mut bars = vec![([MARGIN, bottom], [length + 1, 2])];
    for division in 0..=10_usize {
        let x = MARGIN + (length_mm / pixel_mm * division as f64 / 10.0).round() as usize;
        let height = if division.is_multiple_of(5) { 8 } else { 4 };
        bars.push(([x, bottom.saturating_sub(height)], [1, height]));
    }
    draw(pixels, size, &bars, inks);
}

/// Draws the letter of a side into an upper corner of a picture or of a first part of it of
/// `width` pixels.
pub(super) fn draw_side<T: Copy>(
    pixels: &mut [T],
    size: Size,
    width: usize,
    side: Side,
    on_the_left: bool,
    inks: Inks<T>,
) {
    let letter = LETTERS[usize::from(side == Side::Left)];
    let left = if on_the_left { MARGIN } else { width.saturating_sub(MARGIN + 5 * DOT) };
    let mut bars = Vec::new();
    for (row, dots) in letter.into_iter().enumerate() {
        for column in (0..5).filter(|column| dots >> (4 - column) & 1 == 1) {
            bars.push(([left + DOT * column, MARGIN + DOT * row], [DOT, DOT]));
        }
    }
    draw(pixels, size, &bars, inks);
}

/// Draws bars in white on a black rim, which show on anything.
fn draw<T: Copy>(
    pixels: &mut [T],
    size: Size,
    bars: &[([usize; 2], [usize; 2])],
    [black, white]: Inks<T>,
) {
    for (rim, ink) in [(1, black), (0, white)] {
        for &([x, y], [width, height]) in bars {
            for row in y.saturating_sub(rim)..(y + height + rim).min(size.height) {
                for column in x.saturating_sub(rim)..(x + width + rim).min(size.width) {
                    pixels[row * size.width + column] = ink;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { width: 200, height: 60, pixel_mm: Some(0.5) };

    #[test]
    fn the_ruler_is_as_long_as_it_says() {
        assert_eq!(ruler_mm(100.0), Some(20.0));
        assert_eq!(ruler_mm(0.5), None);
        let mut grey = vec![128; 200 * 60];
        draw_ruler(&mut grey, SIZE, SIZE.width, [0, 255]);
        let rows: Vec<&[u8]> = grey.chunks(200).collect();
        let white = |row: usize| rows[row].iter().filter(|v| **v == 255).count();
        // 20 mm at half a millimetre a pixel, both ends included; ticks every 2 mm.
        assert_eq!(white(48), 41);
        assert_eq!(white(47), 11);
        assert_eq!(white(42), 3);
        assert_eq!(white(30), 0);
    }

    #[test]
    fn letters_stand_on_their_side_and_are_not_mirrored() {
        let drawn = |side, on_the_left| {
            let mut grey = vec![128; 200 * 60];
            draw_side(&mut grey, SIZE, SIZE.width, side, on_the_left, [0, 255]);
            let places = grey.iter().enumerate().filter(|(_, v)| **v == 255).map(|(n, _)| n % 200);
            (places.clone().min().unwrap(), places.max().unwrap(), grey)
        };
        let (from, to, _) = drawn(Side::Right, true);
        assert_eq!((from, to), (10, 24));
        let (from, to, grey) = drawn(Side::Left, false);
        assert_eq!((from, to), (175, 189));
        // The foot of the L points to the right.
        assert_eq!(grey[200 * 30 + 189], 255);
        assert_eq!(grey[200 * 12 + 189], 128);
    }
}
