//! Anatomical planes through a patient, as pictures show them.
//!
//! A picture is cut along the axes of the patient (RAS+), whatever way the voxels lie, so
//! that its letters are right and its millimetres equal in both directions on any grid. Sides
//! are as in radiology: the patient's right is on the viewer's left.

/// An anatomical plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Plane {
    /// Across the body, seen from the feet.
    Axial,
    /// Along the body, seen from the front.
    Coronal,
    /// Along the body, seen from the left.
    Sagittal,
}

impl Plane {
    /// All three.
    pub(in crate::report) const ALL: [Self; 3] = [Self::Axial, Self::Coronal, Self::Sagittal];

    /// Its name.
    pub(in crate::report) fn name(self) -> &'static str {
        match self {
            Self::Axial => "axial",
            Self::Coronal => "coronal",
            Self::Sagittal => "sagittal",
        }
    }

    /// Directions in the patient (RAS+) to the right and down in the picture.
    pub(in crate::report) fn directions(self) -> [[f64; 3]; 2] {
        const LEFT: [f64; 3] = [-1.0, 0.0, 0.0];
        const BACK: [f64; 3] = [0.0, -1.0, 0.0];
        const DOWN: [f64; 3] = [0.0, 0.0, -1.0];
        match self {
            Self::Axial => [LEFT, BACK],
            Self::Coronal => [LEFT, DOWN],
            Self::Sagittal => [BACK, DOWN],
        }
    }

    /// The patient's axes to the right and down in the picture: 0 right, 1 front, 2 head.
    pub(in crate::report) fn axes(self) -> [usize; 2] {
        match self {
            Self::Axial => [0, 1],
            Self::Coronal => [0, 2],
            Self::Sagittal => [1, 2],
        }
    }

    /// What the picture's left, right, upper and lower edge are of the patient.
    pub(in crate::report) fn letters(self) -> [char; 4] {
        let [right, down] = self.directions();
        let opposite = |d: [f64; 3]| d.map(|v| -v);
        [letter(opposite(right)), letter(right), letter(opposite(down)), letter(down)]
    }
}

/// The side of the patient (RAS+) that a direction leads to.
fn letter(direction: [f64; 3]) -> char {
    let largest =
        (0..3).fold(0, |best, a| if direction[a].abs() > direction[best].abs() { a } else { best });
    let letters = [['R', 'L'], ['A', 'P'], ['S', 'I']][largest];
    letters[usize::from(direction[largest] < 0.0)]
}

/// A rectangle in the patient that is shown as a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) struct View {
    /// Its plane.
    pub(in crate::report) plane: Plane,
    /// Its middle in the patient, mm.
    pub(in crate::report) middle_mm: [f64; 3],
    /// Its width and height, mm.
    pub(in crate::report) size_mm: [f64; 2],
    /// Pixels across and down.
    pub(in crate::report) pixels: [usize; 2],
}

impl View {
    /// The place in the patient (mm, RAS+) of a pixel's centre.
    pub(in crate::report) fn world(&self, pixel: [usize; 2]) -> [f64; 3] {
        let directions = self.plane.directions();
        std::array::from_fn(|r| {
            (0..2).fold(self.middle_mm[r], |place, a| {
                let share = (pixel[a] as f64 + 0.5) / self.pixels[a] as f64 - 0.5;
                place + share * self.size_mm[a] * directions[a][r]
            })
        })
    }

    /// What `f` says of the place in the patient of each pixel, row by row from the top.
    pub(in crate::report) fn map<T>(&self, f: impl Fn([f64; 3]) -> T) -> Vec<T> {
        let [width, height] = self.pixels;
        (0..width * height).map(|n| f(self.world([n % width, n / width]))).collect()
    }

    /// The same rectangle with other pixels.
    pub(in crate::report) fn with_pixels(self, pixels: [usize; 2]) -> Self {
        Self { pixels, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::{Field, Grid};
    use ossicle_image::sample_nearest;

    #[test]
    fn letters_are_those_of_radiology() {
        assert_eq!(Plane::Axial.letters(), ['R', 'L', 'A', 'P']);
        assert_eq!(Plane::Coronal.letters(), ['R', 'L', 'S', 'I']);
        assert_eq!(Plane::Sagittal.letters(), ['A', 'P', 'S', 'I']);
    }

    #[test]
    fn directions_are_those_of_the_axes() {
        for plane in Plane::ALL {
            for (direction, axis) in plane.directions().into_iter().zip(plane.axes()) {
                assert_eq!(direction[axis], -1.0);
            }
        }
    }

    /// Where in a picture a mark near one side of the patient appears, on a given grid.
    fn mark_in_picture(grid: Grid, plane: Plane, mark_mm: [f64; 3]) -> [usize; 2] {
        let field = Field::from_fn(grid, |voxel| {
            let centre = grid.centre(voxel);
            (0..3).all(|a| (centre[a] - mark_mm[a]).abs() < 2.5)
        });
        let view =
            View { plane, middle_mm: grid.middle_mm(), size_mm: [40.0; 2], pixels: [40, 40] };
        // Through the mark, not the middle.
        let normal = (0..3).find(|a| !plane.axes().contains(a)).unwrap();
        let mut through = view;
        through.middle_mm[normal] = mark_mm[normal];
        let seen = through.map(|place| sample_nearest(&field, place).unwrap_or(false));
        let found: Vec<usize> = (0..seen.len()).filter(|n| seen[*n]).collect();
        assert!(!found.is_empty());
        let mean =
            |of: &dyn Fn(usize) -> usize| found.iter().map(|n| of(*n)).sum::<usize>() / found.len();
        [mean(&|n| n % 40), mean(&|n| n / 40)]
    }

    #[test]
    fn marks_appear_at_their_letter_on_mirrored_and_oblique_grids() {
        let straight = Grid::aligned([40; 3], [1.0; 3], [-19.5; 3]).unwrap();
        let mirrored = Grid::new(
            [40; 3],
            [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]],
            [19.5, 19.5, -19.5],
        )
        .unwrap();
        // First axis to the feet, second to the left, turned by a fifth of a right angle.
        let (c, s) = (0.8, 0.6);
        let oblique = Grid::new(
            [60, 60, 30],
            [[0.0, 0.0, -1.0], [-c, s, 0.0], [2.0 * s, 2.0 * c, 0.0]],
            [c * 29.5 - s * 29.0, -s * 29.5 - c * 29.0, 29.5],
        )
        .unwrap();
        for grid in [straight, mirrored, oblique] {
            let middle = grid.middle_mm();
            assert!(middle.iter().all(|v| v.abs() < 1e-9), "{middle:?}");
            // 12 mm to the patient's right: left in axial and coronal pictures.
            for plane in [Plane::Axial, Plane::Coronal] {
                let [column, row] = mark_in_picture(grid, plane, [12.0, 0.0, 0.0]);
                assert!((7..=9).contains(&column) && (18..=21).contains(&row), "{column} {row}");
            }
            // To the front: up in the axial, left in the sagittal picture.
            let [column, row] = mark_in_picture(grid, Plane::Axial, [0.0, 12.0, 0.0]);
            assert!((18..=21).contains(&column) && (7..=9).contains(&row), "{column} {row}");
            let [column, row] = mark_in_picture(grid, Plane::Sagittal, [0.0, 12.0, 0.0]);
            assert!((7..=9).contains(&column) && (18..=21).contains(&row), "{column} {row}");
            // To the head: up in both.
            for plane in [Plane::Coronal, Plane::Sagittal] {
                let [column, row] = mark_in_picture(grid, plane, [0.0, 0.0, 12.0]);
                assert!((18..=21).contains(&column) && (7..=9).contains(&row), "{column} {row}");
            }
        }
    }

    #[test]
    fn millimetres_are_equal_in_both_directions_on_unequal_voxels() {
        let grid = Grid::aligned([40, 40, 10], [1.0, 0.5, 4.0], [0.0; 3]).unwrap();
        let view = View {
            plane: Plane::Coronal,
            middle_mm: grid.middle_mm(),
            size_mm: [20.0, 30.0],
            pixels: [40, 60],
        };
        let [a, right, down] = [[10, 10], [14, 10], [10, 14]].map(|p| view.world(p));
        assert!((a[0] - right[0] - 2.0).abs() < 1e-12 && a[2] == right[2]);
        assert!((a[2] - down[2] - 2.0).abs() < 1e-12 && a[0] == down[0]);
    }
}
