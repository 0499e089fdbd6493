//! Axial slices as pictures.

use ossicle_field::Grid;

use super::body::axial_axis;

/// How the cells of axial slices lie in a volume.
#[derive(Clone, Copy)]
pub(super) struct Slices {
    /// Voxels along the two axes of a slice.
    pub(super) shape: [usize; 2],
    /// Area of a cell, mm².
    pub(super) cell_mm2: f64,
    /// Larger of the two spacings in a slice, mm.
    pub(super) spacing_mm: f64,
    /// Number of slices.
    pub(super) count: usize,
    strides: [usize; 3],
}

impl Slices {
    pub(super) fn of(grid: &Grid) -> Self {
        let (shape, strides, spacing) = (grid.shape(), grid.strides(), grid.spacing_mm());
        let axial = axial_axis(grid);
        let [u, v] = match axial {
            0 => [1, 2],
            1 => [0, 2],
            _ => [0, 1],
        };
        Self {
            shape: [shape[u], shape[v]],
            cell_mm2: spacing[u] * spacing[v],
            spacing_mm: spacing[u].max(spacing[v]),
            count: shape[axial],
            strides: [strides[u], strides[v], strides[axial]],
        }
    }

    /// Linear index in the volume of a cell of a slice.
    pub(super) fn index(&self, slice: usize, cell: usize) -> usize {
        let [width, _] = self.shape;
        slice * self.strides[2] + cell % width * self.strides[0] + cell / width * self.strides[1]
    }

    /// One slice of a mask.
    pub(super) fn picture(&self, mask: &[bool], slice: usize) -> Vec<bool> {
        (0..self.shape[0] * self.shape[1]).map(|cell| mask[self.index(slice, cell)]).collect()
    }
}

/// A connected region of a picture.
pub(super) struct Region {
    pub(super) cells: Vec<usize>,
    pub(super) at_border: bool,
}

/// The regions of the cells that are set in a picture (rows of `width` cells),
/// joined over edges.
pub(super) fn regions(picture: &[bool], width: usize) -> Vec<Region> {
    let height = picture.len() / width;
    let mut left = picture.to_vec();
    let mut found = Vec::new();
    for start in 0..picture.len() {
        if !left[start] {
            continue;
        }
        left[start] = false;
        let (mut cells, mut next, mut at_border) = (vec![start], 0, false);
        while let Some(&cell) = cells.get(next) {
            next += 1;
            let (i, j) = (cell % width, cell / width);
            at_border |= i == 0 || j == 0 || i + 1 == width || j + 1 == height;
            let neighbours = [
                (i > 0).then(|| cell - 1),
                (i + 1 < width).then(|| cell + 1),
                (j > 0).then(|| cell - width),
                (j + 1 < height).then(|| cell + width),
            ];
            for neighbour in neighbours.into_iter().flatten() {
                if left[neighbour] {
                    left[neighbour] = false;
                    cells.push(neighbour);
                }
            }
        }
        found.push(Region { cells, at_border });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_a_ring_are_the_ring_its_hole_and_the_rest() {
        let ring = |n: usize| {
            let (i, j) = (n % 9, n / 9);
            (2..7).contains(&i)
                && (2..7).contains(&j)
                && !((3..6).contains(&i) && (3..6).contains(&j))
        };
        let picture: Vec<bool> = (0..81).map(ring).collect();
        let sizes = |picture: &[bool]| -> Vec<(usize, bool)> {
            regions(picture, 9).iter().map(|r| (r.cells.len(), r.at_border)).collect()
        };
        assert_eq!(sizes(&picture), [(16, false)]);
        let open: Vec<bool> = picture.iter().map(|set| !set).collect();
        assert_eq!(sizes(&open), [(56, true), (9, false)]);
    }
}
