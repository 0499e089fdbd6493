//! Pictures of a separation: slices in grey with the bodies in colour.

use ossicle_field::Field;
use ossicle_image::{sample_nearest, sample_trilinear};

use super::Bodies;

/// A small picture in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels along a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green and blue of each pixel, row by row from the top left.
    pub pixels: Vec<[u8; 3]>,
}

/// Half the edge of a slice, mm.
const HALF_EDGE_MM: f64 = 90.0;
/// Edge of a pixel, mm.
const PIXEL_MM: f64 = 0.75;
/// Densities shown from black to white, HU.
const WINDOW_HU: [f64; 2] = [-200.0, 1000.0];
/// Share of the colour in a pixel of a body.
const COLOUR: f64 = 0.45;
/// Colours of the bodies, over again from the first.
const COLOURS: [[u8; 3]; 6] =
    [[230, 75, 53], [60, 130, 215], [70, 170, 90], [240, 175, 50], [150, 90, 185], [60, 185, 190]];

/// Which way a slice lies.
#[derive(Clone, Copy)]
enum Plane {
    /// Seen from the feet: the patient's right is on the left, front is up.
    Axial,
    /// Seen from the front: the patient's right is on the left, head is up.
    Coronal,
}

impl Bodies {
    /// Axial and coronal slice through `middle_mm` (mm, world), side by side as radiologists
    /// look at them; bodies are coloured in the order of the table.
    #[must_use]
    pub fn picture(&self, hu: &Field<f32>, middle_mm: [f64; 3]) -> Picture {
        let edge = (2.0 * HALF_EDGE_MM / PIXEL_MM) as usize;
        let (width, height) = (2 * edge + 1, edge);
        let mut pixels = vec![[255; 3]; width * height];
        for (plane, left) in [(Plane::Axial, 0), (Plane::Coronal, edge + 1)] {
            for row in 0..edge {
                for column in 0..edge {
                    let place = |n: usize| (n as f64 + 0.5) * PIXEL_MM - HALF_EDGE_MM;
                    let at = match plane {
                        Plane::Axial => [-place(column), -place(row), 0.0],
                        Plane::Coronal => [-place(column), 0.0, -place(row)],
                    };
                    let world = std::array::from_fn(|a| middle_mm[a] + at[a]);
                    pixels[left + column + width * row] = self.pixel(hu, world);
                }
            }
        }
        Picture { width, height, pixels }
    }

    fn pixel(&self, hu: &Field<f32>, world: [f64; 3]) -> [u8; 3] {
        let Some(value) = sample_trilinear(hu, world) else { return [0; 3] };
        let [low, high] = WINDOW_HU;
        let grey = 255.0 * ((value - low) / (high - low)).clamp(0.0, 1.0);
        match sample_nearest(self.codes(), world) {
            Some(code) if code > 0 => {
                let colour = COLOURS[(usize::from(code) - 1) % COLOURS.len()];
                colour.map(|c| ((1.0 - COLOUR) * grey + COLOUR * f64::from(c)) as u8)
            }
            _ => [grey as u8; 3],
        }
    }
}
