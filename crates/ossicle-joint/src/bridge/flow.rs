//! Maximum flow and minimum cut in a graph with whole-numbered capacities (Dinic 1970).

use std::collections::VecDeque;

/// A place in the graph.
pub(super) type Node = u32;

/// An edge that may carry up to `capacity` either way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) ends: [Node; 2],
    pub(super) capacity: i64,
}

/// A graph on which flow is sought.
pub(super) struct Network {
    /// First arc of every node.
    first: Vec<usize>,
    to: Vec<Node>,
    back: Vec<usize>,
    left: Vec<i64>,
    level: Vec<u32>,
    next: Vec<usize>,
}

/// A node that the search has not reached.
const UNREACHED: u32 = u32::MAX;

impl Network {
    pub(super) fn new(nodes: usize, edges: &[Edge]) -> Self {
        let mut first = vec![0; nodes + 1];
        for edge in edges {
            edge.ends.iter().for_each(|&n| first[n as usize + 1] += 1);
        }
        (0..nodes).for_each(|n| first[n + 1] += first[n]);
        let mut place = first.clone();
        let arcs = 2 * edges.len();
        let (mut to, mut back, mut left) = (vec![0; arcs], vec![0; arcs], vec![0; arcs]);
        for edge in edges {
            let [a, b] = edge.ends.map(|n| n as usize);
            let (there, here) = (place[a], place[b]);
            place[a] += 1;
            place[b] += 1;
            (to[there], to[here]) = (b as Node, a as Node);
            (back[there], back[here]) = (here, there);
            (left[there], left[here]) = (edge.capacity, edge.capacity);
        }
        Self { first, to, back, left, level: vec![UNREACHED; nodes], next: vec![0; nodes] }
    }

    /// The greatest flow from `source` to `sink`. Afterwards [`Network::is_before_cut`] tells
    /// the sides of the least cut that lies nearest to the source.
    pub(super) fn maximum_flow(&mut self, source: Node, sink: Node) -> i64 {
        let mut total = 0;
        while self.reaches(source, sink) {
            self.next.copy_from_slice(&self.first[..self.level.len()]);
            total += self.blocking_flow(source, sink);
        }
        total
    }

    /// Whether a node lies on the source's side of the least cut.
    pub(super) fn is_before_cut(&self, node: Node) -> bool {
        self.level[node as usize] != UNREACHED
    }

    /// Numbers nodes by their distance from the source over arcs that can still carry.
    fn reaches(&mut self, source: Node, sink: Node) -> bool {
        self.level.fill(UNREACHED);
        self.level[source as usize] = 0;
        let mut queue = VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            let here = node as usize;
            for arc in self.first[here]..self.first[here + 1] {
                let there = self.to[arc] as usize;
                if self.left[arc] > 0 && self.level[there] == UNREACHED {
                    self.level[there] = self.level[here] + 1;
                    queue.push_back(there as Node);
                }
            }
        }
        self.level[sink as usize] != UNREACHED
    }

    /// Fills shortest ways until each has a full arc.
    fn blocking_flow(&mut self, source: Node, sink: Node) -> i64 {
        let mut total = 0;
        let mut way: Vec<usize> = Vec::new();
        let mut here = source as usize;
        loop {
            if here == sink as usize {
                let least = way.iter().map(|&arc| self.left[arc]).min().unwrap_or(0);
                total += least;
                let mut full = 0;
                for (n, &arc) in way.iter().enumerate().rev() {
                    self.left[arc] -= least;
                    self.left[self.back[arc]] += least;
                    if self.left[arc] == 0 {
                        full = n;
                    }
                }
                // Goes on from the first full arc.
                here = self.to[self.back[way[full]]] as usize;
                way.truncate(full);
            }
            let onward = (self.next[here]..self.first[here + 1]).find(|&arc| {
                let there = self.to[arc] as usize;
                self.left[arc] > 0 && self.level[there] == self.level[here] + 1
            });
            match onward {
                Some(arc) => {
                    self.next[here] = arc;
                    way.push(arc);
                    here = self.to[arc] as usize;
                }
                None => {
                    self.next[here] = self.first[here + 1];
                    let Some(arc) = way.pop() else { return total };
                    here = self.to[self.back[arc]] as usize;
                    self.next[here] += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Least cut by trying all sides.
    fn by_trial(nodes: usize, edges: &[Edge]) -> i64 {
        (0..1_u32 << nodes)
            .filter(|side| side & 1 == 1 && side & 2 == 0)
            .map(|side| {
                let parted = |e: &&Edge| (side >> e.ends[0] ^ side >> e.ends[1]) & 1 == 1;
                edges.iter().filter(parted).map(|e| e.capacity).sum()
            })
            .min()
            .unwrap()
    }

    #[test]
    fn the_flow_is_the_least_cut_of_all() {
        let mut state = 7_u64;
        let mut random = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..200 {
            let nodes = 3 + random(8) as usize;
            let edges: Vec<Edge> = (0..random(30))
                .map(|_| {
                    let ends = [random(nodes as u64) as Node, random(nodes as u64) as Node];
                    Edge { ends, capacity: random(50) as i64 }
                })
                .filter(|e| e.ends[0] != e.ends[1])
                .collect();
            let mut network = Network::new(nodes, &edges);
            let flow = network.maximum_flow(0, 1);
            assert_eq!(flow, by_trial(nodes, &edges));
            let before = |n: Node| network.is_before_cut(n);
            let parted = edges.iter().filter(|e| before(e.ends[0]) != before(e.ends[1]));
            assert_eq!(flow, parted.map(|e| e.capacity).sum::<i64>());
        }
    }
}
