//! What part of a surface each edge between neighbouring voxels stands for.

use ossicle_field::Grid;

/// The thirteen lines from a voxel to its 26 neighbours, one direction of each.
pub(super) const LINES: [[i8; 3]; 13] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 1, 0],
    [1, -1, 0],
    [1, 0, 1],
    [1, 0, -1],
    [0, 1, 1],
    [0, 1, -1],
    [1, 1, 1],
    [1, 1, -1],
    [1, -1, 1],
    [-1, 1, 1],
];

/// Directions over half a sphere for which planes are given their area.
const DIRECTIONS: usize = 4000;

/// Rounds of improvement of the weights, one weight after another; they settle in a few dozen.
const ROUNDS: usize = 300;

/// The areas for which edges stand.
///
/// Cut surfaces are counted by the lattice lines that cross them (Cauchy and Crofton; Boykov and
/// Kolmogorov 2003). A plane with the unit normal `n` cuts `|n . e| / V` edges of step `e` per
/// area, `V` a voxel's volume. The weights are those, none negative, with which the sum over
/// all edges comes nearest to the area for planes of all directions (least squares). It is then
/// wrong by up to a tenth (a sixth in voxels twice as long as wide), where edges to the six face neighbours alone would be up to 1.73
/// times too many; [`Weights::corrected`] takes out what is known of that.
pub(super) struct Weights {
    steps: [[f64; 3]; 13],
    /// Area for which an edge along each of [`LINES`] stands, mm².
    pub(super) area_mm2: [f64; 13],
    volume_mm3: f64,
}

impl Weights {
    pub(super) fn new(grid: &Grid) -> Self {
        let volume_mm3 = grid.voxel_volume_mm3();
        let steps = LINES.map(|line| {
            let along = |r: usize| (0..3).map(|a| f64::from(line[a]) * grid.steps_mm()[a][r]).sum();
            std::array::from_fn::<f64, 3, _>(along)
        });
        let (mut square, mut right) = ([[0.0; 13]; 13], [0.0; 13]);
        for n in directions() {
            let cuts = steps.map(|e| dot(e, n).abs() / volume_mm3);
            for k in 0..13 {
                right[k] += cuts[k];
                for l in 0..13 {
                    square[k][l] += cuts[k] * cuts[l];
                }
            }
        }
        let mut area_mm2 = [0.0; 13];
        for _ in 0..ROUNDS {
            for k in 0..13 {
                let all: f64 = (0..13).map(|l| square[k][l] * area_mm2[l]).sum();
                area_mm2[k] = (area_mm2[k] + (right[k] - all) / square[k][k]).max(0.0);
            }
        }
        Self { steps, area_mm2, volume_mm3 }
    }

    /// The step of an edge along a line, mm, world.
    pub(super) fn step_mm(&self, line: usize, forward: bool) -> [f64; 3] {
        if forward { self.steps[line] } else { self.steps[line].map(|v| -v) }
    }

    /// What a plane of 1 mm² and that normal counts as.
    fn plane(&self, normal: [f64; 3]) -> f64 {
        let cuts = |k: usize| self.area_mm2[k] * dot(self.steps[k], normal).abs();
        (0..13).map(cuts).sum::<f64>() / self.volume_mm3
    }

    /// The size of a cut from what its edges sum to: `counted` their sizes, `steps` their steps
    /// across the cut times their sizes. The steps tell which way the cut faces and how flat it
    /// is; as far as it is flat, it is known what a cut of that direction counts as.
    pub(super) fn corrected(&self, counted: f64, steps: [f64; 3]) -> f64 {
        // A plane of normal n sums to M n: M = sum of w e e^T / V.
        let mut m = [[0.0; 3]; 3];
        for (e, w) in self.steps.iter().zip(self.area_mm2) {
            for r in 0..3 {
                for c in 0..3 {
                    m[r][c] += w * e[r] * e[c] / self.volume_mm3;
                }
            }
        }
        let facing = solved(m, steps);
        let length = dot(facing, facing).sqrt();
        if length <= 0.0 {
            return counted;
        }
        let as_plane = self.plane(facing.map(|v| v / length));
        let flatness = (length * as_plane / counted).min(1.0);
        counted * (1.0 + flatness * (1.0 / as_plane - 1.0))
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The vector that a symmetric matrix turns into `right`, by Cramer's rule.
fn solved([a, b, c]: [[f64; 3]; 3], right: [f64; 3]) -> [f64; 3] {
    let cross = |u: [f64; 3], v: [f64; 3]| {
        [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
    };
    let determinant = dot(a, cross(b, c));
    [
        dot(right, cross(b, c)) / determinant,
        dot(a, cross(right, c)) / determinant,
        dot(a, cross(b, right)) / determinant,
    ]
}

/// Directions spread evenly over half a sphere, by the golden angle.
fn directions() -> impl Iterator<Item = [f64; 3]> {
    let golden = std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
    (0..DIRECTIONS).map(move |n| {
        let z = (n as f64 + 0.5) / DIRECTIONS as f64;
        let (s, c) = libm::sincos(golden * n as f64);
        let r = (1.0 - z * z).sqrt();
        [r * c, r * s, z]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_have_their_area_whichever_way_they_lie() {
        for (spacing, allowed) in [([1.0; 3], 0.09), ([0.5, 0.5, 1.0], 0.18)] {
            let grid = Grid::aligned([4; 3], spacing, [0.0; 3]).unwrap();
            let weights = Weights::new(&grid);
            let mut worst = (f64::INFINITY, 0.0_f64);
            for n in directions().step_by(7) {
                let counted = weights.plane(n);
                worst = (worst.0.min(counted), worst.1.max(counted));
                let mut steps = [0.0; 3];
                for (e, w) in weights.steps.iter().zip(weights.area_mm2) {
                    let cut = dot(*e, n) / grid.voxel_volume_mm3() * w;
                    (0..3).for_each(|r| steps[r] += cut * e[r]);
                }
                let area = weights.corrected(counted, steps);
                assert!((area - 1.0).abs() < 1e-9, "{area} with the normal {n:?}");
            }
            assert!(worst.0 > 1.0 - allowed && worst.1 < 1.0 + allowed, "{worst:?}");
        }
    }
}
