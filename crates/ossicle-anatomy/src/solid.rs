//! Solids described by a signed distance, from which built-in joints are made.
//!
//! The distance is in mm, negative inside. It is exact or slightly too small in
//! size, so a point is never further from a solid than the solid says: that lets
//! a union skip the parts whose bounding box is too far to matter.

use crate::vector::{Vec3, add, along, cross, dot, length, sub};

/// Upper bound on how much a signed distance changes per mm: 1 for exact ones,
/// more where the radius of a segment changes along it.
pub(crate) const STEEPEST: f64 = 1.5;

/// A solid.
#[derive(Clone, Debug)]
pub(crate) enum Solid {
    /// Segments of linearly changing radius.
    Segment { a: (Vec3, f64), b: (Vec3, f64) },
    /// A triangle whose half thickness changes linearly over it.
    Plate([(Vec3, f64); 3]),
    /// An ellipsoid along the axes.
    Ellipsoid { centre: Vec3, semi_axes: Vec3 },
    /// All points with `p . normal < offset`.
    HalfSpace { normal: Vec3, offset: f64 },
    /// The points of a cone about `axis` from `apex`, of `half_angle` radians.
    Cone { apex: Vec3, axis: Vec3, half_angle: f64 },
    /// A turned solid: `profile` holds `[height, radius]` along a unit `axis` from
    /// `foot`, by increasing height.
    Lathe { foot: Vec3, axis: Vec3, profile: Vec<[f64; 2]> },
    /// Elliptic sections across the third axis, the first the highest.
    Loft(Vec<Section>),
    /// What lies in any part; seams are rounded over `blend` mm.
    Union { parts: Vec<(Bounds, Self)>, blend: f64 },
    /// What lies in the first and not in the second.
    Difference(Box<Self>, Box<Self>),
    /// What lies in both.
    Intersection(Box<Self>, Box<Self>),
}

/// One elliptic section of a loft.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    /// Height along the third axis.
    pub(crate) at: f64,
    /// Middle of the ellipse.
    pub(crate) middle: [f64; 2],
    /// Semi-axes of the ellipse.
    pub(crate) semi_axes: [f64; 2],
}

/// A box along the axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) low: Vec3,
    pub(crate) high: Vec3,
}

impl Bounds {
    /// The bounds of nothing: infinitely far from every point.
    pub(crate) const NOWHERE: Self = Self { low: [f64::INFINITY; 3], high: [f64::NEG_INFINITY; 3] };
    const EVERYWHERE: Self = Self { low: [f64::NEG_INFINITY; 3], high: [f64::INFINITY; 3] };

    fn of_balls(balls: &[(Vec3, f64)]) -> Self {
        let mut bounds = Self::NOWHERE;
        for &(centre, radius) in balls {
            let ball = Self { low: centre, high: centre };
            bounds = bounds.joined(ball.grown(radius));
        }
        bounds
    }

    fn joined(self, other: Self) -> Self {
        Self {
            low: std::array::from_fn(|a| self.low[a].min(other.low[a])),
            high: std::array::from_fn(|a| self.high[a].max(other.high[a])),
        }
    }

    fn common(self, other: Self) -> Self {
        Self {
            low: std::array::from_fn(|a| self.low[a].max(other.low[a])),
            high: std::array::from_fn(|a| self.high[a].min(other.high[a])),
        }
    }

    fn grown(self, by: f64) -> Self {
        Self { low: self.low.map(|v| v - by), high: self.high.map(|v| v + by) }
    }

    /// Distance from a point to the box, 0 inside.
    #[inline]
    pub(crate) fn distance(&self, p: Vec3) -> f64 {
        let outside: Vec3 =
            std::array::from_fn(|a| (self.low[a] - p[a]).max(p[a] - self.high[a]).max(0.0));
        length(outside)
    }
}

impl Solid {
    /// A ball.
    pub(crate) fn ball(centre: Vec3, radius: f64) -> Self {
        Self::Segment { a: (centre, radius), b: (centre, radius) }
    }

    /// A smooth rope through `[x, y, z, radius]` nodes.
    pub(crate) fn strand(nodes: &[[f64; 4]]) -> Self {
        let fine = smoothed(nodes);
        Self::union(fine.windows(2).map(|w| Self::Segment { a: ball(w[0]), b: ball(w[1]) }), 0.0)
    }

    /// A smooth sheet through rows of `[x, y, z, half thickness]` nodes, all rows
    /// of one length.
    pub(crate) fn sheet<const N: usize>(rows: &[[[f64; 4]; N]]) -> Self {
        let columns: Vec<Vec<[f64; 4]>> =
            (0..N).map(|c| smoothed(&rows.iter().map(|row| row[c]).collect::<Vec<_>>())).collect();
        let fine: Vec<Vec<[f64; 4]>> = (0..columns.first().map_or(0, Vec::len))
            .map(|r| smoothed(&columns.iter().map(|column| column[r]).collect::<Vec<_>>()))
            .collect();
        // Strip by strip, so that whole strips can be skipped.
        let strips = fine.windows(2).map(|pair| {
            let plates = (1..pair[0].len()).flat_map(|c| {
                let [a, b] = [ball(pair[0][c - 1]), ball(pair[0][c])];
                let [d, e] = [ball(pair[1][c - 1]), ball(pair[1][c])];
                [Self::Plate([a, b, d]), Self::Plate([b, e, d])]
            });
            Self::union(plates, 0.0)
        });
        Self::union(strips, 0.0)
    }

    /// What lies in any of `parts`, with seams rounded over `blend` mm.
    pub(crate) fn union(parts: impl IntoIterator<Item = Self>, blend: f64) -> Self {
        let parts = parts.into_iter().map(|part| (part.bounds(), part)).collect();
        Self::Union { parts, blend }
    }

    /// This solid without `other`.
    pub(crate) fn without(self, other: Self) -> Self {
        Self::Difference(Box::new(self), Box::new(other))
    }

    /// The part of this solid inside `other`.
    pub(crate) fn within(self, other: Self) -> Self {
        Self::Intersection(Box::new(self), Box::new(other))
    }

    /// A box that holds the solid.
    pub(crate) fn bounds(&self) -> Bounds {
        match self {
            Self::Segment { a, b } => Bounds::of_balls(&[*a, *b]),
            Self::Plate(corners) => Bounds::of_balls(corners),
            Self::Ellipsoid { centre, semi_axes } => {
                Bounds { low: sub(*centre, *semi_axes), high: add(*centre, *semi_axes) }
            }
            Self::HalfSpace { .. } | Self::Cone { .. } => Bounds::EVERYWHERE,
            Self::Lathe { foot, axis, profile } => {
                let discs: Vec<_> =
                    profile.iter().map(|&[h, r]| (along(*foot, *axis, h), r)).collect();
                Bounds::of_balls(&discs)
            }
            Self::Loft(sections) => sections
                .iter()
                .map(|s| Bounds {
                    low: [s.middle[0] - s.semi_axes[0], s.middle[1] - s.semi_axes[1], s.at],
                    high: [s.middle[0] + s.semi_axes[0], s.middle[1] + s.semi_axes[1], s.at],
                })
                .reduce(Bounds::joined)
                .unwrap_or(Bounds::EVERYWHERE),
            Self::Union { parts, blend } => parts
                .iter()
                .map(|(bounds, _)| *bounds)
                .reduce(Bounds::joined)
                .unwrap_or(Bounds::EVERYWHERE)
                .grown(blend / 2.0),
            Self::Difference(a, _) => a.bounds(),
            Self::Intersection(a, b) => a.bounds().common(b.bounds()),
        }
    }

    /// A smaller solid with the same distances within `radius` mm of `centre`: parts
    /// that cannot be the nearest there are left out.
    pub(crate) fn near(&self, centre: Vec3, radius: f64) -> Self {
        match self {
            Self::Union { parts, blend } => {
                let there: Vec<f64> = parts.iter().map(|(_, p)| p.distance(centre)).collect();
                let nearest = there.iter().copied().fold(f64::INFINITY, f64::min);
                let matters = nearest + 2.0 * (STEEPEST * radius + blend);
                let mut kept: Vec<_> = parts
                    .iter()
                    .zip(there)
                    .filter(|(_, d)| *d <= matters)
                    .map(|((bounds, part), _)| (*bounds, part.near(centre, radius)))
                    .collect();
                match (kept.len(), kept.pop()) {
                    (1, Some((_, only))) => only,
                    (_, last) => {
                        kept.extend(last);
                        Self::Union { parts: kept, blend: *blend }
                    }
                }
            }
            Self::Difference(a, b) => a.near(centre, radius).without(b.near(centre, radius)),
            Self::Intersection(a, b) => a.near(centre, radius).within(b.near(centre, radius)),
            leaf => leaf.clone(),
        }
    }

    /// Signed distance in mm from the surface, negative inside.
    pub(crate) fn distance(&self, p: Vec3) -> f64 {
        match self {
            Self::Segment { a, b } => segment(p, *a, *b),
            Self::Plate(corners) => plate(p, corners),
            Self::Ellipsoid { centre, semi_axes } => ellipsoid(sub(p, *centre), *semi_axes),
            Self::HalfSpace { normal, offset } => dot(p, *normal) - offset,
            Self::Cone { apex, axis, half_angle } => {
                let d = sub(p, *apex);
                let h = dot(d, *axis);
                let r = length(along(d, *axis, -h));
                r * libm::cos(*half_angle) - h * libm::sin(*half_angle)
            }
            Self::Lathe { foot, axis, profile } => {
                let d = sub(p, *foot);
                let height = dot(d, *axis);
                lathe([height, length(along(d, *axis, -height))], profile)
            }
            Self::Loft(sections) => loft(p, sections),
            Self::Union { parts, blend } => {
                let mut nearest = f64::INFINITY;
                for (bounds, part) in parts {
                    // Inside its box a part may be deeper than any found so far.
                    let at_least = bounds.distance(p);
                    if at_least == 0.0 || at_least < nearest + blend {
                        nearest = smooth_min(nearest, part.distance(p), *blend);
                    }
                }
                nearest
            }
            Self::Difference(a, b) => a.distance(p).max(-b.distance(p)),
            Self::Intersection(a, b) => a.distance(p).max(b.distance(p)),
        }
    }
}

fn ball([x, y, z, radius]: [f64; 4]) -> (Vec3, f64) {
    ([x, y, z], radius)
}

/// A polyline with one point put between every two nodes, on the Catmull-Rom curve
/// through them (its radii too, never less than half the smaller neighbour).
fn smoothed(nodes: &[[f64; 4]]) -> Vec<[f64; 4]> {
    let mut fine = Vec::with_capacity(2 * nodes.len());
    for (n, pair) in nodes.windows(2).enumerate() {
        let before = if n > 0 { nodes[n - 1] } else { pair[0] };
        let after = nodes.get(n + 2).copied().unwrap_or(pair[1]);
        let mut middle: [f64; 4] = std::array::from_fn(|a| {
            (9.0 * (pair[0][a] + pair[1][a]) - before[a] - after[a]) / 16.0
        });
        middle[3] = middle[3].max(0.5 * pair[0][3].min(pair[1][3]));
        fine.extend([pair[0], middle]);
    }
    fine.extend(nodes.last());
    fine
}

/// The smaller of two distances, with the crease rounded where they differ by less than `blend`.
fn smooth_min(a: f64, b: f64, blend: f64) -> f64 {
    let low = a.min(b);
    let overlap = blend - (a - b).abs();
    if overlap > 0.0 { low - overlap * overlap / (4.0 * blend) } else { low }
}

fn segment(p: Vec3, (a, ra): (Vec3, f64), (b, rb): (Vec3, f64)) -> f64 {
    let (pa, ba) = (sub(p, a), sub(b, a));
    let squared = dot(ba, ba);
    let h = if squared > 0.0 { (dot(pa, ba) / squared).clamp(0.0, 1.0) } else { 0.0 };
    length(along(pa, ba, -h)) - (ra + h * (rb - ra))
}

/// Distance to the nearest point of the triangle, less the thickness there.
fn plate(p: Vec3, &[(a, ra), (b, rb), (c, rc)]: &[(Vec3, f64); 3]) -> f64 {
    let (ab, ac, ap) = (sub(b, a), sub(c, a), sub(p, a));
    let normal = cross(ab, ac);
    let squared = dot(normal, normal);
    if squared > 0.0 {
        let v = dot(cross(ap, ac), normal) / squared;
        let w = dot(cross(ab, ap), normal) / squared;
        if v >= 0.0 && w >= 0.0 && v + w <= 1.0 {
            let height = dot(ap, normal).abs() / squared.sqrt();
            return height - (ra + v * (rb - ra) + w * (rc - ra));
        }
    }
    segment(p, (a, ra), (b, rb)).min(segment(p, (b, rb), (c, rc))).min(segment(p, (c, rc), (a, ra)))
}

/// First-order distance to an ellipsoid: exact on it, and in its centre too deep
/// by no more than its smallest semi-axis allows.
fn ellipsoid(p: Vec3, semi_axes: Vec3) -> f64 {
    let scaled: Vec3 = std::array::from_fn(|a| p[a] / semi_axes[a]);
    let slope: Vec3 = std::array::from_fn(|a| scaled[a] / semi_axes[a]);
    let (level, gradient) = (length(scaled), length(slope));
    if gradient > 0.0 {
        level * (level - 1.0) / gradient
    } else {
        -semi_axes.into_iter().fold(f64::INFINITY, f64::min)
    }
}

/// Distance of `p` (height, radius) to the outline of a turned solid.
fn lathe(p: [f64; 2], profile: &[[f64; 2]]) -> f64 {
    let (Some(&first), Some(&last)) = (profile.first(), profile.last()) else {
        return f64::INFINITY;
    };
    let mut squared = f64::INFINITY;
    let mut inside = false;
    let mut edge = |a: [f64; 2], b: [f64; 2]| {
        let (pa, ba) = ([p[0] - a[0], p[1] - a[1]], [b[0] - a[0], b[1] - a[1]]);
        let long = ba[0] * ba[0] + ba[1] * ba[1];
        let along = pa[0] * ba[0] + pa[1] * ba[1];
        let t = if long > 0.0 { (along / long).clamp(0.0, 1.0) } else { 0.0 };
        let off = [pa[0] - t * ba[0], pa[1] - t * ba[1]];
        squared = f64::min(squared, off[0] * off[0] + off[1] * off[1]);
        inside |= a[0] <= p[0] && p[0] < b[0] && p[1] < a[1] + (p[0] - a[0]) / ba[0] * ba[1];
    };
    edge([first[0], 0.0], first);
    profile.windows(2).for_each(|w| edge(w[0], w[1]));
    edge([last[0], 0.0], last);
    if inside { -squared.sqrt() } else { squared.sqrt() }
}

fn loft(p: Vec3, sections: &[Section]) -> f64 {
    let (Some(top), Some(bottom)) = (sections.first(), sections.last()) else {
        return f64::INFINITY;
    };
    let height = p[2].clamp(bottom.at, top.at);
    let lower = sections.iter().position(|s| s.at <= height).unwrap_or(sections.len() - 1);
    let (high, low) = (&sections[lower.saturating_sub(1)], &sections[lower]);
    let t = if high.at > low.at { (height - low.at) / (high.at - low.at) } else { 0.0 };
    let t = t * t * (3.0 - 2.0 * t);
    let mix = |a: [f64; 2], b: [f64; 2]| [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
    let (middle, semi) = (mix(low.middle, high.middle), mix(low.semi_axes, high.semi_axes));
    let side =
        ellipsoid([p[0] - middle[0], p[1] - middle[1], 0.0], [semi[0], semi[1], f64::INFINITY]);
    side.max(p[2] - top.at).max(bottom.at - p[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
    }

    #[test]
    fn distances_equal_those_by_hand() {
        near(Solid::ball([1.0, 2.0, 2.0], 2.0).distance([0.0; 3]), 1.0);
        let strand = Solid::strand(&[[0.0, 0.0, 0.0, 1.0], [10.0, 0.0, 0.0, 2.0]]);
        near(strand.distance([5.0, 4.0, 0.0]), 2.5);
        near(strand.distance([13.0, 4.0, 0.0]), 3.0);
        let square = Solid::sheet(&[
            [[0.0, 0.0, 0.0, 1.0], [4.0, 0.0, 0.0, 1.0]],
            [[0.0, 4.0, 0.0, 1.0], [4.0, 4.0, 0.0, 1.0]],
        ]);
        near(square.distance([1.0, 3.5, 3.0]), 2.0);
        near(square.distance([7.0, 8.0, 0.0]), 4.0);
        let drum = Solid::Lathe {
            foot: [0.0; 3],
            axis: [0.0, 0.0, 1.0],
            profile: vec![[0.0, 3.0], [2.0, 3.0], [5.0, 3.0]],
        };
        near(drum.distance([6.0, 0.0, 9.0]), 5.0);
        near(drum.distance([0.0, 2.5, 2.0]), -0.5);
        near(drum.distance([0.0, 0.0, 2.0]), -2.0);
        let flat = Solid::Ellipsoid { centre: [0.0; 3], semi_axes: [5.0, 3.0, 2.0] };
        near(flat.distance([5.0, 0.0, 0.0]), 0.0);
        near(flat.distance([0.0, 0.0, -3.0]), 1.0);
    }

    #[test]
    fn a_blended_union_is_the_same_with_and_without_skipping() {
        let balls = || (0..6).map(|n| Solid::ball([f64::from(n) * 4.0, 0.0, 0.0], 9.0));
        let skipping = Solid::union(balls(), 3.0);
        for n in 0..200 {
            let p = [f64::from(n) * 0.3 - 20.0, f64::from(n % 7) - 2.0, f64::from(n % 5)];
            let every =
                balls().map(|b| b.distance(p)).fold(f64::INFINITY, |a, b| smooth_min(a, b, 3.0));
            assert_eq!(skipping.distance(p), every);
        }
    }
}
