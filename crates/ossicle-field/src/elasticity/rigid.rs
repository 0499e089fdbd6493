//! Transfers between a level and the rigid motions of its groups.

use rayon::prelude::*;

use super::aggregate::{Groups, NONE};
use super::dense::Block3;

/// Translation, then rotation, of a group about its centre; or force and moment.
pub(super) type Motion = [f32; 6];
/// Stiffness between two groups.
pub(super) type Block6 = [[f64; 6]; 6];

/// Blocks of one row, by column.
pub(super) type Row = Vec<(u32, Block6)>;

/// The block of a column, which is added if missing.
pub(super) fn entry(row: &mut Row, column: u32) -> &mut Block6 {
    let at = row.iter().position(|(c, _)| *c == column).unwrap_or_else(|| {
        row.push((column, [[0.0; 6]; 6]));
        row.len() - 1
    });
    &mut row[at].1
}

/// Groups of unknowns and where each unknown lies in its group.
#[derive(Clone, Debug)]
pub(super) struct Coarsening {
    /// Group of each unknown, or [`NONE`].
    pub(super) of: Vec<u32>,
    /// Members of group `g`: `members[first[g]..first[g + 1]]`.
    first: Vec<usize>,
    members: Vec<u32>,
    /// From the centre of its group to each unknown, in mm.
    pub(super) offset: Vec<[f32; 3]>,
    /// Centres of the groups, in mm.
    pub(super) centres: Vec<[f64; 3]>,
}

impl Coarsening {
    pub(super) fn new(groups: Groups, position: impl Fn(usize) -> [f64; 3]) -> Self {
        let Groups { of, count } = groups;
        let mut first = vec![0; count + 1];
        let mut centres = vec![[0.0; 3]; count];
        for (unknown, &group) in of.iter().enumerate().filter(|(_, g)| **g != NONE) {
            first[group as usize + 1] += 1;
            for (sum, x) in centres[group as usize].iter_mut().zip(position(unknown)) {
                *sum += x;
            }
        }
        for group in 0..count {
            centres[group] = centres[group].map(|sum| sum / f64::from(first[group + 1] as u32));
            first[group + 1] += first[group];
        }
        let mut next = first.clone();
        let mut members = vec![0; first[count]];
        let mut offset = vec![[0.0; 3]; of.len()];
        for (unknown, &group) in of.iter().enumerate().filter(|(_, g)| **g != NONE) {
            members[next[group as usize]] = unknown as u32;
            next[group as usize] += 1;
            let (x, centre) = (position(unknown), centres[group as usize]);
            offset[unknown] = std::array::from_fn(|a| (x[a] - centre[a]) as f32);
        }
        Self { of, first, members, offset, centres }
    }

    /// Where a grouped unknown is, in mm.
    pub(super) fn position(&self, unknown: usize) -> [f64; 3] {
        let centre = self.centres[self.of[unknown] as usize];
        std::array::from_fn(|a| centre[a] + f64::from(self.offset[unknown][a]))
    }

    pub(super) fn groups(&self) -> usize {
        self.centres.len()
    }

    pub(super) fn members(&self, group: usize) -> &[u32] {
        &self.members[self.first[group]..self.first[group + 1]]
    }

    /// Force and moment on every group from those on its members.
    pub(super) fn restrict(&self, load: impl Fn(usize) -> Motion + Sync, coarse: &mut [Motion]) {
        coarse.par_iter_mut().enumerate().for_each(|(group, sum)| {
            *sum = [0.0; 6];
            for &member in self.members(group) {
                let f = load(member as usize);
                let [x, y, z] = self.offset[member as usize];
                sum[0] += f[0];
                sum[1] += f[1];
                sum[2] += f[2];
                sum[3] += f[3] + (y * f[2] - z * f[1]);
                sum[4] += f[4] + (z * f[0] - x * f[2]);
                sum[5] += f[5] + (x * f[1] - y * f[0]);
            }
        });
    }

    /// The motion of an unknown when its group moves.
    #[inline]
    pub(super) fn motion(&self, unknown: usize, coarse: &[Motion]) -> Motion {
        let group = self.of[unknown];
        if group == NONE {
            return [0.0; 6];
        }
        let m = coarse[group as usize];
        let [x, y, z] = self.offset[unknown];
        [
            m[0] + (m[4] * z - m[5] * y),
            m[1] + (m[5] * x - m[3] * z),
            m[2] + (m[3] * y - m[4] * x),
            m[3],
            m[4],
            m[5],
        ]
    }
}

/// Adds `R' B R` to a coarse block: what the stiffness between two nodes does between their
/// groups, `R` the displacement of a node at an offset from its group's centre.
#[inline]
pub(super) fn add_nodes(b: &Block3, to: [f32; 3], from: [f32; 3], sum: &mut Block6) {
    let turn = lever(from);
    let mut wide = [[0.0; 6]; 3];
    for r in 0..3 {
        for c in 0..3 {
            wide[r][c] = b[r][c];
            wide[r][3 + c] = (0..3).map(|k| b[r][k] * turn[k][c]).sum();
        }
    }
    let turn = lever(to);
    for c in 0..6 {
        for r in 0..3 {
            sum[r][c] += wide[r][c];
            sum[3 + r][c] += (0..3).map(|k| turn[k][r] * wide[k][c]).sum::<f64>();
        }
    }
}

/// As [`add_nodes`] between two rigid motions.
pub(super) fn add_motions(b: &Block6, to: [f32; 3], from: [f32; 3], sum: &mut Block6) {
    let turn = lever(from);
    let mut moved = *b;
    for (row, b) in moved.iter_mut().zip(b) {
        for c in 0..3 {
            row[3 + c] += (0..3).map(|k| b[k] * turn[k][c]).sum::<f64>();
        }
    }
    let turn = lever(to);
    for c in 0..6 {
        for r in 0..3 {
            sum[r][c] += moved[r][c];
            sum[3 + r][c] +=
                moved[3 + r][c] + (0..3).map(|k| turn[k][r] * moved[k][c]).sum::<f64>();
        }
    }
}

/// The matrix of `rotation x offset`, acting on the rotation.
fn lever(offset: [f32; 3]) -> Block3 {
    let [x, y, z] = offset.map(f64::from);
    [[0.0, z, -y], [-z, 0.0, x], [y, -x, 0.0]]
}
