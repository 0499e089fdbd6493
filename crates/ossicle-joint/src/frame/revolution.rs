//! The axis about which a surface is turned on itself.
//!
//! A hinge's surface is one of revolution: turning it slips it along itself, so that at each
//! point the motion is at right angles to the normal. Of all axes the one is taken about
//! which the surface slips best (H. Pottmann, J. Wallner, *Computational Line Geometry*,
//! 2001). A groove or a ball beside it does no harm: they have the same axis.

use std::collections::BTreeMap;

use ossicle_anatomy::moments::{eigen, mean};
use ossicle_anatomy::solve;
use ossicle_anatomy::vector::{Vec3, add, along, cross, dot, length, scale, sub, unit};
use ossicle_field::noise::uniform;

/// A point of a surface with its normal (of either sign).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfacePoint {
    /// Where, mm, world.
    pub at_mm: Vec3,
    /// Unit normal.
    pub normal: Vec3,
}

/// An axis of revolution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Revolution {
    /// The point of the axis nearest to the middle of the surface, mm, world.
    pub point_mm: Vec3,
    /// Unit direction, of either sign.
    pub direction: Vec3,
    /// Root mean square distance by which the normals of the points that count miss the
    /// axis, mm.
    pub rms_mm: f64,
    /// Points that count.
    pub points: usize,
}

/// Fewest points that tell an axis.
const LEAST_POINTS: usize = 20;
/// Handfuls of points from which fits are begun.
const STARTS: u64 = 60;
/// Seed of the choice of these points.
const SEED: u64 = 0x6178_6973;
/// Rounds in which points that miss the axis lose weight.
const ROUNDS: usize = 80;
/// Points that miss by less than this are as good as exact, mm.
const SHARPEST_MM: f64 = 1e-6;
/// Points that miss by more than this many times the median are left out.
const OUTLIER: f64 = 3.0;

impl Revolution {
    /// The axis that fits best, points that lie on no surface of revolution left out; `None`
    /// for fewer than 20 points or a surface that any axis would fit.
    #[must_use]
    pub fn through(points: &[SurfacePoint]) -> Option<Self> {
        if points.len() < LEAST_POINTS {
            return None;
        }
        let mut weights = vec![1.0; points.len()];
        let mut found = starts(points).min_by(|a, b| a.1.total_cmp(&b.1))?.0;
        for _ in 0..ROUNDS {
            let misses: Vec<f64> = points.iter().map(|p| found.miss(p)).collect();
            let scale = median(&misses).max(SHARPEST_MM);
            for (weight, miss) in weights.iter_mut().zip(misses) {
                let far = miss / scale;
                *weight = 1.0 / (1.0 + far * far);
            }
            found = fit(points, &weights)?;
        }
        // What hardly counts any more is no part of the surface.
        let misses: Vec<f64> = points.iter().map(|p| found.miss(p)).collect();
        let most = OUTLIER * median(&misses).max(SHARPEST_MM);
        let on = points.iter().zip(&misses).filter(|(_, miss)| **miss <= most);
        let on: Vec<SurfacePoint> = on.map(|(p, _)| *p).collect();
        let found = fit(&on, &vec![1.0; on.len()])?;
        let squares = on.iter().map(|p| found.miss(p) * found.miss(p));
        let rms_mm = (squares.sum::<f64>() / on.len() as f64).sqrt();
        Some(Self { rms_mm, points: on.len(), ..found })
    }

    /// The point of the axis nearest to a place, mm.
    #[must_use]
    pub fn nearest_to(&self, place_mm: Vec3) -> Vec3 {
        along(self.point_mm, self.direction, dot(sub(place_mm, self.point_mm), self.direction))
    }

    /// How far the normal line of a point passes from the axis, mm.
    fn miss(&self, p: &SurfacePoint) -> f64 {
        let across = cross(self.direction, p.normal);
        let slip = dot(sub(p.at_mm, self.point_mm), across).abs();
        // A normal along the axis meets it wherever the axis is.
        if length(across) > 1e-6 { slip / length(across).max(0.3) } else { 0.0 }
    }
}

/// Axes of a few points each, with the median by which all points miss them: one of them has
/// no stranger among its points.
fn starts(points: &[SurfacePoint]) -> impl Iterator<Item = (Revolution, f64)> {
    (0..STARTS).filter_map(|trial| {
        let pick = |n: u64| {
            let share = uniform(SEED, trial, n);
            points[((share * points.len() as f64) as usize).min(points.len() - 1)]
        };
        let few: Vec<SurfacePoint> = (0..LEAST_POINTS as u64).map(pick).collect();
        let found = fit(&few, &vec![1.0; few.len()])?;
        let misses: Vec<f64> = points.iter().map(|p| found.miss(p)).collect();
        Some((found, median(&misses)))
    })
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The axis that weighted points slip about best.
fn fit(points: &[SurfacePoint], weights: &[f64]) -> Option<Revolution> {
    if points.len() < LEAST_POINTS {
        return None;
    }
    let places: Vec<Vec3> = points.iter().map(|p| p.at_mm).collect();
    let middle = mean(&places);
    // Turning about `a` with the velocity `c` of the middle slips a point by a·(p×n) + c·n.
    let (mut aa, mut ac, mut cc) = ([[0.0; 3]; 3], [[0.0; 3]; 3], [[0.0; 3]; 3]);
    for (p, &weight) in points.iter().zip(weights) {
        let moment = cross(sub(p.at_mm, middle), p.normal);
        for i in 0..3 {
            for j in 0..3 {
                aa[i][j] += weight * moment[i] * moment[j];
                ac[i][j] += weight * moment[i] * p.normal[j];
                cc[i][j] += weight * p.normal[i] * p.normal[j];
            }
        }
    }
    // The best velocity for each axis is linear in it, which leaves a symmetric matrix.
    let mut best = [[0.0; 3]; 3];
    for i in 0..3 {
        best[i] = solve(cc, ac[i])?;
    }
    let mut rest = aa;
    for i in 0..3 {
        for j in 0..3 {
            rest[i][j] -= dot(ac[i], best[j]);
        }
    }
    let (values, vectors) = eigen(rest);
    let least = (0..3).min_by(|&a, &b| values[a].total_cmp(&values[b]))?;
    let direction = unit(vectors[least]);
    let velocity = (0..3).fold([0.0; 3], |sum, i| add(sum, scale(best[i], -direction[i])));
    // The axis passes where the velocity would be along it.
    let point_mm = add(middle, cross(direction, velocity));
    let found = Revolution { point_mm, direction, rms_mm: 0.0, points: points.len() };
    let finite = point_mm.iter().chain(&direction).all(|v| v.is_finite());
    finite.then_some(found)
}

/// The points with their normals, each from the plane through the points within `radius_mm`;
/// points with too few neighbours are left out.
#[must_use]
pub fn with_normals(points: &[Vec3], among: &[Vec3], radius_mm: f64) -> Vec<SurfacePoint> {
    let near = Neighbourhood::new(among, radius_mm);
    let normal_at = |&at_mm: &Vec3| {
        let around: Vec<Vec3> = near.of(at_mm).collect();
        if around.len() < 6 {
            return None;
        }
        let middle = mean(&around);
        let mut m = [[0.0; 3]; 3];
        for &p in &around {
            let d = sub(p, middle);
            for i in 0..3 {
                for j in 0..3 {
                    m[i][j] += d[i] * d[j];
                }
            }
        }
        let (values, vectors) = eigen(m);
        let least = (0..3).min_by(|&a, &b| values[a].total_cmp(&values[b]))?;
        // A point on an edge or a thin plate has no normal.
        let total: f64 = values.iter().sum();
        (values[least] < 0.15 * total).then(|| SurfacePoint { at_mm, normal: unit(vectors[least]) })
    };
    points.iter().filter_map(normal_at).collect()
}

/// Points sorted into boxes, to find those near a place.
pub(super) struct Neighbourhood<'a> {
    points: &'a [Vec3],
    low: Vec3,
    radius_mm: f64,
    boxes: BTreeMap<[i64; 3], Vec<usize>>,
}

impl<'a> Neighbourhood<'a> {
    pub(super) fn new(points: &'a [Vec3], radius_mm: f64) -> Self {
        let mut found = Self { points, low: mean(points), radius_mm, boxes: BTreeMap::new() };
        for (n, &p) in points.iter().enumerate() {
            found.boxes.entry(found.place(p)).or_default().push(n);
        }
        found
    }

    fn place(&self, p: Vec3) -> [i64; 3] {
        sub(p, self.low).map(|v| (v / self.radius_mm).floor() as i64)
    }

    /// The points within the radius of a place.
    fn of(&self, at: Vec3) -> impl Iterator<Item = Vec3> {
        let [x, y, z] = self.place(at);
        let boxes = (0..27).filter_map(move |n| {
            self.boxes.get(&[x - 1 + n % 3, y - 1 + n / 3 % 3, z - 1 + n / 9])
        });
        let points = boxes.flatten().map(|&n| self.points[n]);
        points.filter(move |&p| length(sub(p, at)) <= self.radius_mm)
    }

    /// Whether there is a point within the radius of a place.
    pub(super) fn any(&self, at: Vec3) -> bool {
        self.of(at).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_anatomy::vector::distance;

    /// A grooved pulley with a ball beside it, half of each, about an oblique axis.
    fn pulley() -> (Vec<SurfacePoint>, Vec3, Vec3) {
        let axis = unit([2.0, 0.3, -0.5]);
        let (u, foot) = (unit(cross(axis, [0.0, 0.0, 1.0])), [30.0, -20.0, 400.0]);
        let v = cross(axis, u);
        let mut points = Vec::new();
        for i in 0..40 {
            for j in 0..30 {
                let (t, turn) = (f64::from(i) - 20.0, f64::from(j) * 0.11);
                let out = add(scale(u, libm::cos(turn)), scale(v, libm::sin(turn)));
                let r = 9.0 + 0.01 * t * t;
                let at_mm = along(along(foot, axis, t), out, r);
                points.push(SurfacePoint { at_mm, normal: unit(along(out, axis, -0.02 * t)) });
            }
        }
        (points, axis, foot)
    }

    #[test]
    fn the_axis_of_a_grooved_pulley_is_exact_and_strangers_are_left_out() {
        let (mut points, axis, foot) = pulley();
        let on_axis = |found: &Revolution| {
            let off = cross(axis, sub(found.point_mm, foot));
            length(cross(found.direction, axis)).max(length(off))
        };
        let found = Revolution::through(&points).unwrap();
        assert!(on_axis(&found) < 1e-6 && found.rms_mm < 1e-6, "{found:?}");
        for n in 0..150 {
            let (x, y) = (f64::from(n % 15), f64::from(n / 15));
            let at_mm = add(foot, [x - 25.0, y + 12.0, 14.0 + 0.2 * x]);
            points.push(SurfacePoint { at_mm, normal: unit([0.2, 0.3, 1.0]) });
        }
        let found = Revolution::through(&points).unwrap();
        assert!(on_axis(&found) < 0.05, "{found:?}");
        assert!(distance(found.nearest_to(foot), foot) < 0.1);
        assert_eq!(Revolution::through(&points[..19]), None);
    }

    #[test]
    fn normals_of_a_cylinder_point_at_its_axis() {
        let points: Vec<Vec3> = (0..100)
            .flat_map(|i| (0..40).map(move |j| (f64::from(i) * 0.0628, f64::from(j) * 0.6)))
            .map(|(turn, z)| [10.0 * libm::cos(turn), 10.0 * libm::sin(turn), z])
            .collect();
        let inner: Vec<Vec3> =
            points.iter().copied().filter(|p| (4.0..19.0).contains(&p[2])).collect();
        let found = with_normals(&inner, &points, 3.0);
        assert_eq!(found.len(), inner.len());
        for p in found {
            let out = unit([p.at_mm[0], p.at_mm[1], 0.0]);
            assert!(dot(p.normal, out).abs() > 0.999, "{p:?}");
        }
    }
}
