//! Which unknowns move together on the next coarser level.
//!
//! A coarse unknown is the rigid motion of a group. Groups stay on one side of a jump in
//! stiffness: a stiff island keeps its own motion however soft its bed and however near the
//! next island, on every level, which is what keeps iterations from growing with the contrast.

use super::problem::Elasticity;

/// Belongs to no group.
pub(super) const NONE: u32 = u32::MAX;

/// Two unknowns are grouped if the square of their coupling, times this, reaches the product of
/// each one's strongest coupling. For a stiff and a soft one that is one over the contrast.
const SPLIT: f64 = 16.0;

/// Nodes along each axis of a group, where voxels are cubes.
const EDGE: f64 = 3.0;

/// Softer than a neighbour by this factor, a small group of nodes goes with it.
const SOFTER: f64 = 4.0;

/// A stiffness this much larger than another counts as about the same.
const EVEN: f64 = 20.0;

/// The softest motion across a sound tie, as a share of the slide that it resists most.
const FIRM: f64 = 0.2;

/// A group of fewer nodes joins a neighbour.
const SMALL: u32 = 5;

/// The group of each unknown, or [`NONE`].
pub(super) struct Groups {
    pub(super) of: Vec<u32>,
    pub(super) count: usize,
}

impl Groups {
    /// Blocks of nodes about as long along each axis, cut where stiffness jumps.
    pub(super) fn of_nodes(body: &Elasticity) -> Self {
        let shape = body.node_shape();
        let strides = [1, shape[0], shape[0] * shape[1]];
        let finest = body.spacing_mm.iter().copied().fold(f64::INFINITY, f64::min);
        let edges = body.spacing_mm.map(|h| (EDGE * finest / h).round().clamp(1.0, EDGE) as usize);
        let nodes = NodeStiffness::new(body);
        let mut of = vec![NONE; body.nodes()];
        let mut sizes = Vec::new();
        let mut members = Vec::new();
        let hinged: Vec<bool> = (0..of.len()).map(|node| nodes.is_hinge(body, node)).collect();
        let starts =
            (0..of.len()).filter(|&n| !hinged[n]).chain((0..of.len()).filter(|&n| hinged[n]));
        for node in starts {
            if !body.is_free(node) || of[node] != NONE {
                continue;
            }
            // Flood the part of the block that is strongly connected to this node.
            let at = position(node, shape);
            let block: [usize; 3] = std::array::from_fn(|a| at[a] / edges[a]);
            let group = sizes.len() as u32;
            of[node] = group;
            members.clear();
            members.push(node);
            let mut visited = 0;
            while let Some(&from) = members.get(visited) {
                visited += 1;
                if hinged[from] {
                    continue;
                }
                let at = position(from, shape);
                for axis in 0..3 {
                    for (to, exists) in [
                        (from.wrapping_sub(strides[axis]), !at[axis].is_multiple_of(edges[axis])),
                        (
                            from + strides[axis],
                            at[axis] + 1 < shape[axis]
                                && (at[axis] + 1) / edges[axis] == block[axis],
                        ),
                    ] {
                        if exists
                            && of[to] == NONE
                            && body.is_free(to)
                            && nodes.strong(body, from.min(to), from.max(to), axis)
                        {
                            of[to] = group;
                            members.push(to);
                        }
                    }
                }
            }
            sizes.push(members.len() as u32);
        }
        nodes.join_small(body, &hinged, &mut of, &mut sizes)
    }

    /// Groups of a matrix: how each unknown is coupled, and how firmly it is held with all others
    /// at rest.
    pub(super) fn of_matrix(couplings: &[Vec<Coupling>], holds: &[Hold]) -> Self {
        let n = couplings.len();
        let strongest: Vec<f64> = couplings
            .iter()
            .map(|near| near.iter().map(Coupling::strength).fold(0.0, f64::max))
            .collect();
        let strongest = &strongest[..];
        let strong = |a: usize| {
            let limit = strongest[a] / SPLIT;
            couplings[a].iter().filter(move |c| {
                c.rigid.is_some_and(|s| s > 0.0 && s * s >= limit * strongest[c.to])
            })
        };
        let mut of = vec![NONE; n];
        let mut count = 0;
        // A body none of whose strong neighbours is taken makes a group with all of them.
        for a in 0..n {
            if of[a] == NONE && strong(a).next().is_some() && strong(a).all(|c| of[c.to] == NONE) {
                of[a] = count;
                for c in strong(a) {
                    of[c.to] = count;
                }
                count += 1;
            }
        }
        // The others join the group they are tied to most. What nothing ties may go with anything
        // that it hardly hinders; else it stays apart.
        let seeds = of.clone();
        let is_point = |a: usize| couplings[a].iter().all(|c| c.rigid.is_none());
        for a in (0..n).filter(|&a| seeds[a] == NONE && !is_point(a)) {
            let taken = |c: &&Coupling| seeds[c.to] != NONE;
            let best = most(strong(a).filter(taken), |c| c.rigid.unwrap_or(0.0)).or_else(|| {
                let near =
                    couplings[a].iter().filter(taken).filter(|c| holds[a].may_go_with(holds[c.to]));
                most(near, |c| c.sliding)
            });
            of[a] = best.map_or(count, |c| seeds[c.to]);
            count += u32::from(best.is_none());
        }
        // Points and lines follow what drags them most, which may be one of them in turn.
        let mut waiting: Vec<usize> = (0..n).filter(|&a| of[a] == NONE).collect();
        while let Some(&first) = waiting.first() {
            let before = waiting.len();
            waiting.retain(|&a| {
                if let Some(c) = most(couplings[a].iter(), |c| c.sliding) {
                    of[a] = of[c.to];
                }
                of[a] == NONE
            });
            if waiting.len() == before {
                of[first] = count;
                count += 1;
                waiting.remove(0);
            }
        }
        Self { of, count: count as usize }
    }
}

impl Coupling {
    /// What others are measured by: also a hinge is strong, but ties nothing.
    fn strength(&self) -> f64 {
        self.rigid.unwrap_or(0.0).max(FIRM * self.firmest)
    }
}

/// How firmly an unknown is held with all others at rest, turns measured by their own length.
#[derive(Clone, Copy)]
pub(super) struct Hold {
    /// Against all three slides together.
    pub(super) slides: f64,
    /// Against its softest motion.
    pub(super) softest: f64,
}

impl Hold {
    /// Whether this one, smoothed on its own level, may be carried along by another: it has no
    /// soft motion to lose, as on a hinge, nor would it stiffen one of the other.
    fn may_go_with(self, other: Self) -> bool {
        self.slides <= EVEN * self.softest.min(other.softest)
    }
}

/// The first coupling that is largest by a measure.
fn most<'a>(
    couplings: impl Iterator<Item = &'a Coupling>,
    measure: impl Fn(&Coupling) -> f64,
) -> Option<&'a Coupling> {
    couplings.fold(None, |best, c| match best {
        Some(b) if measure(b) >= measure(c) => best,
        _ => Some(c),
    })
}

/// How one unknown of a matrix is coupled to another.
pub(super) struct Coupling {
    pub(super) to: usize,
    /// Stiffness of the softest relative motion, next to nothing at a hinge; `None` where one of
    /// the two cannot turn.
    pub(super) rigid: Option<f64>,
    /// Stiffness of the tie against the slide that it resists most; 0 likewise.
    pub(super) firmest: f64,
    /// Stiffness against relative translation.
    pub(super) sliding: f64,
}

/// The largest stiffness round each node.
struct NodeStiffness {
    largest: Vec<f32>,
}

impl NodeStiffness {
    fn new(body: &Elasticity) -> Self {
        let stiffest = |node| {
            let around = body.around(node).into_iter().flatten();
            around.map(|v| body.stiffness(v)).fold(0.0, f64::max) as f32
        };
        Self { largest: (0..body.nodes()).map(stiffest).collect() }
    }

    /// The stiffest voxel that two neighbours along an axis share.
    fn coupling(body: &Elasticity, lower: usize, axis: usize) -> f64 {
        let around = body.around(lower);
        (0..8)
            .filter(|n| n >> axis & 1 == 0)
            .filter_map(|n| around[n])
            .map(|v| body.stiffness(v))
            .fold(0.0, f64::max)
    }

    /// Whether the stiff voxels round a node hang together by less than faces.
    fn is_hinge(&self, body: &Elasticity, node: usize) -> bool {
        let limit = f64::from(self.largest[node]) / SPLIT;
        let around = body.around(node);
        let stiff = (0..8)
            .filter(|&n: &usize| around[n].is_some_and(|v| body.stiffness(v) > limit))
            .fold(0_u8, |set, n| set | 1 << n);
        let mut reached = stiff & stiff.wrapping_neg();
        loop {
            let next = (0..8)
                .filter(|n| reached >> n & 1 == 1)
                .fold(reached, |set, n| set | 1 << (n ^ 1) | 1 << (n ^ 2) | 1 << (n ^ 4))
                & stiff;
            if next == reached {
                return reached != stiff;
            }
            reached = next;
        }
    }

    fn strong(&self, body: &Elasticity, lower: usize, upper: usize, axis: usize) -> bool {
        let coupling = Self::coupling(body, lower, axis);
        let product = f64::from(self.largest[lower]) * f64::from(self.largest[upper]);
        coupling > 0.0 && SPLIT * coupling * coupling >= product
    }

    /// Lets small groups join: along a strong connection, or softer to stiffer.
    fn join_small(
        &self,
        body: &Elasticity,
        hinged: &[bool],
        of: &mut [u32],
        sizes: &mut [u32],
    ) -> Groups {
        let shape = body.node_shape();
        let strides = [1, shape[0], shape[0] * shape[1]];
        let mut joined: Vec<u32> = (0..sizes.len() as u32).collect();
        let mut stiffest = vec![0.0_f32; sizes.len()];
        // A group of hinges alone joins either side; others do not join across one.
        let mut solid = vec![false; sizes.len()];
        for (node, &group) in of.iter().enumerate().filter(|(_, g)| **g != NONE) {
            let most = &mut stiffest[group as usize];
            *most = most.max(self.largest[node]);
            solid[group as usize] |= !hinged[node];
        }
        for node in 0..of.len() {
            if of[node] == NONE {
                continue;
            }
            let group = root(&mut joined, of[node]);
            // What joined a stiff group before does not lead it on to a soft one.
            if sizes[group as usize] >= SMALL
                || SOFTER as f32 * self.largest[node] < stiffest[group as usize]
                || hinged[node] && solid[group as usize]
            {
                continue;
            }
            let at = position(node, shape);
            let mut best: Option<(bool, f64, u32)> = None;
            for axis in 0..3 {
                for (to, exists) in [
                    (node.wrapping_sub(strides[axis]), at[axis] > 0),
                    (node + strides[axis], at[axis] + 1 < shape[axis]),
                ] {
                    if !exists || of[to] == NONE || hinged[to] {
                        continue;
                    }
                    let other = root(&mut joined, of[to]);
                    let (lower, upper) = (node.min(to), node.max(to));
                    let strong = self.strong(body, lower, upper, axis);
                    let coupling = Self::coupling(body, lower, axis);
                    let softer = SOFTER as f32 * self.largest[node] <= self.largest[to];
                    if other == group || coupling == 0.0 || !(strong || softer) {
                        continue;
                    }
                    let better = best.is_none_or(|(s, c, _)| (strong, coupling) > (s, c));
                    if better {
                        best = Some((strong, coupling, other));
                    }
                }
            }
            if let Some((_, _, other)) = best {
                joined[group as usize] = other;
                sizes[other as usize] += sizes[group as usize];
                solid[other as usize] |= solid[group as usize];
                stiffest[other as usize] = stiffest[other as usize].max(stiffest[group as usize]);
            }
        }
        let mut names = vec![NONE; sizes.len()];
        let mut count = 0;
        for group in of.iter_mut().filter(|group| **group != NONE) {
            let root = root(&mut joined, *group) as usize;
            if names[root] == NONE {
                names[root] = count;
                count += 1;
            }
            *group = names[root];
        }
        Groups { of: of.to_vec(), count: count as usize }
    }
}

fn root(joined: &mut [u32], mut group: u32) -> u32 {
    while joined[group as usize] != group {
        joined[group as usize] = joined[joined[group as usize] as usize];
        group = joined[group as usize];
    }
    group
}

fn position(node: usize, [x, y, _]: [usize; 3]) -> [usize; 3] {
    [node % x, node / x % y, node / (x * y)]
}
