//! The voxels of a bridge as a graph whose cuts are its cross-sections.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use ossicle_field::{Field, Grid};

use super::flow::{Edge, Network, Node};
use super::weights::{LINES, Weights};

/// The first body, the second, and then the voxels.
const FIXED: Node = 0;
const MOVING: Node = 1;

/// Not a place in the graph.
const NONE: Node = Node::MAX;

/// Capacities are whole numbers of this part of the greatest edge's.
const STEPS: f64 = 1e9;

/// Bridge bone and the two bodies on one grid.
pub(super) struct Places {
    grid: Grid,
    /// The node of every voxel; [`NONE`] outside bone.
    node: Vec<Node>,
    /// The voxels of the bridge, by node from the third on.
    voxels: Vec<[usize; 3]>,
    weights: Weights,
}

/// An edge of the graph.
struct Link {
    /// A voxel's place, and its neighbour's.
    ends: [Node; 2],
    /// Area times worth.
    size: f64,
    /// From the first end to the second, mm.
    step_mm: [f64; 3],
}

/// A least cut.
pub(super) struct Cut {
    /// Sum of area times worth over it.
    pub(super) size: f64,
    /// Its middle, mm, world.
    pub(super) middle_mm: [f64; 3],
}

impl Places {
    /// `is_bridge` tells the voxels of the bridge; those of the bodies count as theirs.
    pub(super) fn new(is_bridge: &Field<bool>, fixed: &Field<bool>, moving: &Field<bool>) -> Self {
        let grid = *is_bridge.grid();
        let mut voxels = Vec::new();
        let (bone, fixed, moving): (&[bool], &[bool], &[bool]) = (is_bridge, fixed, moving);
        let node = (0..grid.len())
            .map(|n| match (fixed[n], moving[n], bone[n]) {
                (true, _, _) => FIXED,
                (_, true, _) => MOVING,
                (_, _, true) => {
                    voxels.push(grid.voxel(n));
                    voxels.len() as Node + 1
                }
                _ => NONE,
            })
            .collect();
        Self { grid, node, voxels, weights: Weights::new(&grid) }
    }

    /// The neighbour of a voxel along a line, forward or back.
    fn neighbour(&self, voxel: [usize; 3], line: [i8; 3], forward: bool) -> Option<usize> {
        let shape = self.grid.shape();
        let mut at = [0; 3];
        for a in 0..3 {
            let step = if forward { line[a] } else { -line[a] };
            at[a] = voxel[a].checked_add_signed(isize::from(step)).filter(|&v| v < shape[a])?;
        }
        Some(self.grid.index(at))
    }

    /// The least cut between the bodies through the bridge, every edge worth what `worth` (per
    /// mm²) says of its two voxels' indices; `None` of a voxel is outside bone.
    pub(super) fn least_cut(&self, worth: impl Fn(usize) -> f64) -> Option<Cut> {
        let mut links = Vec::new();
        let mut nodes = self.voxels.len() + 2;
        for (n, &voxel) in self.voxels.iter().enumerate() {
            let node = n as Node + 2;
            let here = worth(self.grid.index(voxel));
            for (k, line) in LINES.iter().enumerate() {
                for forward in [true, false] {
                    let Some(there) = self.neighbour(voxel, *line, forward) else { continue };
                    let other = self.node[there];
                    // Each pair of bridge voxels once; bodies are as strong as what they hold.
                    let (counts, value) = match other {
                        NONE => (false, 0.0),
                        FIXED | MOVING => (true, here),
                        _ => (forward, in_series(here, worth(there))),
                    };
                    if counts {
                        links.push(Link {
                            ends: [node, other],
                            size: self.weights.area_mm2[k] * value,
                            step_mm: self.weights.step_mm(k, forward),
                        });
                    }
                }
            }
        }
        self.add_rim(&mut links, &mut nodes, worth);
        let greatest = links.iter().map(|l| l.size).fold(0.0, f64::max);
        if greatest <= 0.0 {
            return None;
        }
        let capacity = |link: &Link| (link.size / greatest * STEPS) as i64;
        let edges: Vec<Edge> =
            links.iter().map(|l| Edge { ends: l.ends, capacity: capacity(l) }).collect();
        let mut network = Network::new(nodes, &edges);
        if network.maximum_flow(FIXED, MOVING) == 0 {
            return None;
        }
        let (mut middle, mut steps, mut sum) = ([0.0; 3], [0.0; 3], 0.0);
        for &Link { ends: [a, b], size, step_mm } in &links {
            let before = network.is_before_cut(a);
            if before == network.is_before_cut(b) {
                continue;
            }
            let at = self.grid.centre(self.voxels[a as usize - 2]);
            let way = if before { size } else { -size };
            for r in 0..3 {
                middle[r] += size * (at[r] + 0.5 * step_mm[r]);
                steps[r] += way * step_mm[r];
            }
            sum += size;
        }
        Some(Cut { size: self.weights.corrected(sum, steps), middle_mm: middle.map(|v| v / sum) })
    }

    /// Edges to the voxels of nothing beside the bridge. A line that leaves the bridge between
    /// two voxels is half in it: without them a narrow bar would count as less than its area,
    /// by a share of its rim. Every side of a gap has a place of its own in it, so that no flow
    /// crosses nothing.
    fn add_rim(&self, links: &mut Vec<Link>, nodes: &mut usize, worth: impl Fn(usize) -> f64) {
        let mut rim: Vec<usize> = Vec::new();
        for &voxel in &self.voxels {
            for line in LINES {
                for forward in [true, false] {
                    let there = self.neighbour(voxel, line, forward);
                    rim.extend(there.filter(|&n| self.node[n] == NONE));
                }
            }
        }
        rim.sort_unstable();
        rim.dedup();
        for outside in rim {
            let voxel = self.grid.voxel(outside);
            let mut beside: Vec<Beside> = Vec::new();
            for (k, line) in LINES.iter().enumerate() {
                for forward in [true, false] {
                    let Some(n) = self.neighbour(voxel, *line, forward) else { continue };
                    if self.node[n] != NONE && self.node[n] > MOVING {
                        let offset = if forward { *line } else { line.map(|v| -v) };
                        beside.push(Beside { voxel: n, offset, line: k, forward });
                    }
                }
            }
            let side = sides(&beside.iter().map(|b| b.offset).collect::<Vec<_>>());
            let first = *nodes as Node;
            *nodes += side.iter().max().map_or(0, |m| m + 1);
            for (b, &of) in beside.iter().zip(&side) {
                // A place beside the bridge is worth what the bridge is worth right there.
                let same = beside.iter().zip(&side).filter(|(_, s)| **s == of).map(|(b, _)| b);
                let nearest = same.clone().map(Beside::away).min().unwrap_or(0);
                let right_there = same.filter(|b| b.away() == nearest).map(|b| worth(b.voxel));
                let value = in_series(worth(b.voxel), right_there.fold(f64::INFINITY, f64::min));
                links.push(Link {
                    ends: [self.node[b.voxel], first + of as Node],
                    size: 0.5 * self.weights.area_mm2[b.line] * value,
                    step_mm: self.weights.step_mm(b.line, !b.forward),
                });
            }
        }
    }

    /// Length in mm of the shortest way from body to body through the bridge, from face to face;
    /// `None` where there is none.
    pub(super) fn length_mm(&self) -> Option<f64> {
        let mut best = vec![f64::INFINITY; self.voxels.len()];
        let mut queue = BinaryHeap::new();
        let mut ends = vec![false; self.voxels.len()];
        let lengths: [f64; 13] = std::array::from_fn(|k| {
            let [x, y, z] = self.weights.step_mm(k, true);
            libm::hypot(libm::hypot(x, y), z)
        });
        for (n, &voxel) in self.voxels.iter().enumerate() {
            for (k, line) in LINES.iter().enumerate() {
                for forward in [true, false] {
                    match self.neighbour(voxel, *line, forward).map(|there| self.node[there]) {
                        Some(FIXED) => best[n] = best[n].min(0.5 * lengths[k]),
                        Some(MOVING) => ends[n] = true,
                        _ => {}
                    }
                }
            }
            if best[n].is_finite() {
                queue.push(Reverse((Ordered(best[n]), n)));
            }
        }
        let half = 0.5 * self.grid.spacing_mm().into_iter().fold(f64::INFINITY, f64::min);
        while let Some(Reverse((Ordered(so_far), n))) = queue.pop() {
            if so_far > best[n] {
                continue;
            }
            if ends[n] {
                return Some(so_far + half);
            }
            for (k, line) in LINES.iter().enumerate() {
                for forward in [true, false] {
                    let there = self.neighbour(self.voxels[n], *line, forward);
                    let other = there.map_or(NONE, |there| self.node[there]);
                    if other == NONE || other <= MOVING {
                        continue;
                    }
                    let m = other as usize - 2;
                    if so_far + lengths[k] < best[m] {
                        best[m] = so_far + lengths[k];
                        queue.push(Reverse((Ordered(best[m]), m)));
                    }
                }
            }
        }
        None
    }
}

/// A voxel of the bridge beside a voxel of nothing.
struct Beside {
    voxel: usize,
    /// From the voxel of nothing to it, and the line on which it lies.
    offset: [i8; 3],
    line: usize,
    forward: bool,
}

impl Beside {
    /// 1 across a face, 2 across an edge, 3 across a corner.
    fn away(&self) -> usize {
        self.offset.iter().filter(|v| **v != 0).count()
    }
}

/// What two voxels one behind the other are worth.
fn in_series(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}

/// Numbers the connected groups of offsets round a voxel.
fn sides(offsets: &[[i8; 3]]) -> Vec<usize> {
    let mut side = vec![usize::MAX; offsets.len()];
    let mut count = 0;
    for start in 0..offsets.len() {
        if side[start] != usize::MAX {
            continue;
        }
        let mut stack = vec![start];
        side[start] = count;
        while let Some(n) = stack.pop() {
            for m in 0..offsets.len() {
                let near = (0..3).all(|a| (offsets[n][a] - offsets[m][a]).abs() <= 1);
                if near && side[m] == usize::MAX {
                    side[m] = count;
                    stack.push(m);
                }
            }
        }
        count += 1;
    }
    side
}

/// Lengths by size; they are never NaN.
#[derive(Clone, Copy, PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
