//! How firmly groups are tied to one another, by which they are joined into larger ones.
//!
//! The off-diagonal blocks of a matrix do not tell: what corners and edges share makes some of
//! them pull the wrong way, and a body on a hinge has blocks as large as one that is welded.
//! A tie is instead the work of moving one group against another while every other node of the
//! voxels between them gives way, as a spring between two rigid bodies. It is never negative
//! and is nothing for the motions of a hinge.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::aggregate::{Coupling, Hold, NONE};
use super::dense;
use super::element::Element;
use super::problem::Elasticity;
use super::rigid::{self, Block6, Coarsening, Row};

/// Of each group the springs to groups of higher number, for motions seen at its own centre.
pub(super) struct Ties {
    rows: Vec<Row>,
}

impl Ties {
    /// Ties across the voxels between groups of nodes.
    pub(super) fn of_nodes(body: &Elasticity, element: &Element, coarsening: &Coarsening) -> Self {
        let springs = Springs::new(body, element);
        let [nx, ny, _] = body.voxels;
        let row = |group: usize| {
            let mut row = Row::new();
            let centre = coarsening.centres[group];
            for &node in coarsening.members(group) {
                for (corner, voxel) in body.around(node as usize).into_iter().enumerate() {
                    let Some(voxel) = voxel.filter(|&v| body.mu[v] > 0.0) else { continue };
                    let groups = body.corners(voxel).map(|node| coarsening.of[node]);
                    // Once per voxel, from the first of the group's corners.
                    if groups[..corner].contains(&(group as u32)) {
                        continue;
                    }
                    let at = [voxel % nx, voxel / nx % ny, voxel / (nx * ny)];
                    let seen = std::array::from_fn(|a| {
                        ((at[a] as f64 + 0.5) * body.spacing_mm[a] - centre[a]) as f32
                    });
                    let here = corners_of(&groups, group as u32);
                    for (first, &other) in groups.iter().enumerate() {
                        let counted = groups[..first].contains(&other);
                        if other == NONE || other as usize <= group || counted {
                            continue;
                        }
                        let spring = springs.between(here, corners_of(&groups, other));
                        let scaled = spring.map(|row| row.map(|s| body.stiffness(voxel) * s));
                        rigid::add_motions(&scaled, seen, seen, rigid::entry(&mut row, other));
                    }
                }
            }
            row.sort_unstable_by_key(|(other, _)| *other);
            row
        };
        Self { rows: (0..coarsening.groups()).into_par_iter().map(row).collect() }
    }

    /// Ties between groups of groups.
    pub(super) fn coarser(&self, coarsening: &Coarsening) -> Self {
        let mut rows = vec![Row::new(); coarsening.groups()];
        for (a, row) in self.rows.iter().enumerate() {
            for (b, spring) in row {
                let (of_a, of_b) = (coarsening.of[a], coarsening.of[*b as usize]);
                let (low, high) = (of_a.min(of_b), of_a.max(of_b));
                if low == high || high == NONE {
                    continue;
                }
                // Seen at the centre of `a` so far, and from now on at that of the lower group.
                let [from, to] = [coarsening.position(a), coarsening.centres[low as usize]];
                let seen = std::array::from_fn(|c| (from[c] - to[c]) as f32);
                let sum = rigid::entry(&mut rows[low as usize], high);
                rigid::add_motions(spring, seen, seen, sum);
            }
        }
        for row in &mut rows {
            row.sort_unstable_by_key(|(other, _)| *other);
        }
        Self { rows }
    }

    /// How every group is coupled to others, with the matrix between groups and their centres.
    pub(super) fn couplings(&self, rows: &[Row], centres: &[[f64; 3]]) -> Vec<Vec<Coupling>> {
        let turns: Vec<bool> =
            rows.iter().enumerate().map(|(a, row)| dense::least_pivot(own(a, row)) > 0.0).collect();
        let tie = |a: usize, b: usize| {
            let (low, high) = (a.min(b), a.max(b));
            let row = &self.rows[low];
            let at = row.binary_search_by_key(&(high as u32), |(other, _)| *other).ok()?;
            // Seen halfway, turns measured by what they move there.
            let half: [f64; 3] =
                std::array::from_fn(|c| 0.5 * (centres[high][c] - centres[low][c]));
            let mut spring = [[0.0; 6]; 6];
            let seen = half.map(|x| -x as f32);
            rigid::add_motions(&row[at].1, seen, seen, &mut spring);
            let length = half.iter().map(|x| x * x).sum::<f64>().sqrt();
            let spring = turns_scaled(&spring, 1.0 / length);
            Some([dense::least_pivot(&spring), (0..3).map(|c| spring[c][c]).fold(0.0, f64::max)])
        };
        let of = |a: usize| {
            let others = rows[a].iter().filter(|(b, _)| *b as usize != a);
            let coupling = |(b, block): &(u32, Block6)| {
                let to = *b as usize;
                let rigid = (turns[a] && turns[to]).then(|| tie(a, to).unwrap_or([0.0; 2]));
                Coupling {
                    to,
                    rigid: rigid.map(|t| t[0]),
                    firmest: rigid.map_or(0.0, |t| t[1]),
                    sliding: slide(block),
                }
            };
            others.map(coupling).collect()
        };
        (0..rows.len()).into_par_iter().map(of).collect()
    }
}

/// How firmly a group is held with all others at rest.
pub(super) fn hold(a: usize, row: &Row) -> Hold {
    let block = own(a, row);
    let trace = |from: usize| (from..from + 3).map(|c| block[c][c]).sum::<f64>();
    let (slides, turns) = (trace(0), trace(3));
    let unit = if turns > 0.0 { (slides / turns).sqrt() } else { 0.0 };
    Hold { slides, softest: dense::least_pivot(&turns_scaled(block, unit)) }
}

fn turns_scaled(block: &Block6, unit: f64) -> Block6 {
    let unit = |c: usize| if c < 3 { 1.0 } else { unit };
    std::array::from_fn(|r| std::array::from_fn(|c| unit(r) * unit(c) * block[r][c]))
}

fn own(a: usize, row: &Row) -> &Block6 {
    const NOTHING: Block6 = [[0.0; 6]; 6];
    row.iter().find(|(b, _)| *b as usize == a).map_or(&NOTHING, |(_, block)| block)
}

fn slide(block: &Block6) -> f64 {
    block[..3].iter().flat_map(|row| &row[..3]).map(|v| v * v).sum::<f64>().sqrt()
}

/// The corners of a voxel that belong to a group, a bit each.
fn corners_of(groups: &[u32; 8], group: u32) -> u8 {
    (0..8).filter(|&c| groups[c] == group).fold(0, |set, c| set | 1 << c)
}

/// Springs across one voxel of unit shear modulus (Poisson's ratio 1/4), worked out when first
/// asked for.
struct Springs<'a> {
    element: &'a Element,
    /// Corners from the middle of the voxel, mm.
    offsets: [[f32; 3]; 8],
    /// By the two sets of corners.
    known: Vec<OnceLock<Block6>>,
}

impl<'a> Springs<'a> {
    fn new(body: &Elasticity, element: &'a Element) -> Self {
        let offsets = std::array::from_fn(|n| {
            std::array::from_fn(|a| (((n >> a & 1) as f64 - 0.5) * body.spacing_mm[a]) as f32)
        });
        Self { element, offsets, known: vec![OnceLock::new(); 1 << 16] }
    }

    /// The work of moving the corners `a` rigidly while the corners `b` rest and the others give
    /// way, for motions seen at the middle.
    fn between(&self, a: u8, b: u8) -> &Block6 {
        let (low, high) = (a.min(b), a.max(b));
        self.known[usize::from(low) << 8 | usize::from(high)].get_or_init(|| self.spring(low, high))
    }

    fn spring(&self, moved: u8, resting: u8) -> Block6 {
        let in_set = |set: u8| (0..8).filter(move |&c: &usize| set >> c & 1 == 1);
        let free: Vec<usize> = in_set(!(moved | resting)).collect();
        let (inner, n) = (3 * free.len(), 3 * free.len() + 6);
        let mut matrix = vec![0.0; n * n];
        for (i, &to) in free.iter().enumerate() {
            for (j, &from) in free.iter().enumerate() {
                let block = self.element.unit_block(to, from);
                for r in 0..3 {
                    for c in 0..3 {
                        matrix[(3 * i + r) * n + 3 * j + c] = block[r][c];
                    }
                }
            }
            for from in in_set(moved) {
                let mut sum = [[0.0; 6]; 6];
                let block = self.element.unit_block(from, to);
                rigid::add_nodes(&block, self.offsets[from], [0.0; 3], &mut sum);
                for r in 0..6 {
                    for c in 0..3 {
                        matrix[(inner + r) * n + 3 * i + c] += sum[r][c];
                    }
                }
            }
        }
        for to in in_set(moved) {
            for from in in_set(moved) {
                let mut sum = [[0.0; 6]; 6];
                let block = self.element.unit_block(to, from);
                rigid::add_nodes(&block, self.offsets[to], self.offsets[from], &mut sum);
                for r in 0..6 {
                    for c in 0..6 {
                        matrix[(inner + r) * n + inner + c] += sum[r][c];
                    }
                }
            }
        }
        // What is left of the last six once the others have given way.
        dense::factorise(&mut matrix, n);
        let last =
            |r: usize, c: usize| if c <= r { matrix[(inner + r) * n + inner + c] } else { 0.0 };
        std::array::from_fn(|r| {
            std::array::from_fn(|c| (0..6).map(|k| last(r, k) * last(c, k)).sum())
        })
    }
}
