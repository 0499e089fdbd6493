//! The ball of a ball-and-socket joint in a CT.
//!
//! First every steep edge of bone votes for the points at which the centre of a
//! ball through it may lie (a Hough transform); then rays from the best voted
//! points find the surface of the ball, and a sphere is fitted to it.

use ossicle_field::{Field, Grid};
use ossicle_image::{resample_trilinear, sample_trilinear};
use rayon::prelude::*;

use super::linear::solve;
use crate::vector::{Vec3, add, along, distance, dot, length, scale, sub};

/// Radii that a human femoral head can have, mm, with a little to spare.
pub(super) const HEAD_RADII_MM: [f64; 2] = [18.0, 30.0];

/// A fitted ball.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ball {
    pub(super) centre: Vec3,
    pub(super) radius: f64,
    /// Share of the directions in view in which the surface lies on the sphere.
    pub(super) surface: f64,
    /// How much of the surface is missing at two opposite poles, in the worst case.
    open: f64,
    /// Share of the directions in view in which there is an edge inside the ball too.
    clutter: f64,
    /// Share of the directions in view in which bone lies just beyond the ball.
    socket: f64,
}

impl Ball {
    /// A ball known from elsewhere than from its surface in the scan.
    pub(super) fn known(centre: Vec3, radius: f64) -> Self {
        Self { centre, radius, surface: 0.0, open: 1.0, clutter: 0.0, socket: 0.0 }
    }

    fn score(&self) -> f64 {
        self.surface - self.clutter
    }

    /// Whether this is the ball of a deep socket rather than a chance arrangement of
    /// edges, a shaft (open at both ends), a condyle of the knee or the head of a
    /// humerus (no deep socket). On the development scans the poles of femoral heads
    /// are open to 0.41 to 0.67 and their socket is 0.30 to 0.65; everything else is
    /// open to at least 0.76 or has less than 0.19 of socket.
    fn is_in_socket(&self) -> bool {
        self.has_head_size() && self.surface > 0.45 && self.open < 0.74 && self.socket > 0.22
    }

    fn has_head_size(&self) -> bool {
        (HEAD_RADII_MM[0]..=HEAD_RADII_MM[1]).contains(&self.radius)
    }
}

/// Spacing of the grid that votes are counted on, mm.
const VOTE_MM: f64 = 2.0;
/// Least steepness of a voting edge, HU/mm.
const EDGE_HU_PER_MM: f32 = 40.0;
/// Range of densities that edges are looked for in, HU.
const EDGE_HU: [f32; 2] = [0.0, 600.0];

/// Points that may be the centre of a ball, the best voted first.
pub(super) fn candidates(hu: &Field<f32>) -> Vec<Vec3> {
    let Some(grid) = vote_grid(hu.grid()) else { return Vec::new() };
    let mut coarse = resample_trilinear(hu, &grid, f32::NAN);
    coarse.iter_mut().for_each(|v| *v = v.clamp(EDGE_HU[0], EDGE_HU[1]));
    let mut votes = Field::filled(grid, 0_u32);
    let [nx, ny, nz] = grid.shape();
    for k in 1..nz - 1 {
        for j in 1..ny - 1 {
            for i in 1..nx - 1 {
                let slope = |low: [usize; 3], high: [usize; 3]| {
                    f64::from(coarse[high] - coarse[low]) / (2.0 * VOTE_MM)
                };
                let gradient = [
                    slope([i - 1, j, k], [i + 1, j, k]),
                    slope([i, j - 1, k], [i, j + 1, k]),
                    slope([i, j, k - 1], [i, j, k + 1]),
                ];
                let steepness = length(gradient);
                // Beyond the field of view values are NaN and no edge is seen.
                if steepness >= f64::from(EDGE_HU_PER_MM) {
                    let inwards = scale(gradient, 1.0 / steepness);
                    vote(&mut votes, [i, j, k].map(|v| v as f64), inwards);
                }
            }
        }
    }
    peaks(&votes)
}

/// Along the gradient for the surface of the ball, against it for that of the socket.
fn vote(votes: &mut Field<u32>, from: Vec3, inwards: Vec3) {
    let grid = *votes.grid();
    let shape = grid.shape();
    for (least, most, sign) in [(18.0, 28.0, 1.0), (22.0, 32.0, -1.0)] {
        let mut r: f64 = least;
        while r <= most {
            let at = along(from, inwards, sign * r / VOTE_MM).map(f64::round);
            if (0..3).all(|a| at[a] >= 0.0 && at[a] < shape[a] as f64) {
                votes[at.map(|v| v as usize)] += 1;
            }
            r += VOTE_MM / 2.0;
        }
    }
}

/// World-aligned, over the scan.
fn vote_grid(scan: &Grid) -> Option<Grid> {
    let last = scan.shape().map(|n| n as f64 - 1.0);
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for corner in 0..8_usize {
        let world = scan.to_world(std::array::from_fn(|a| last[a] * (corner >> a & 1) as f64));
        for a in 0..3 {
            low[a] = low[a].min(world[a]);
            high[a] = high[a].max(world[a]);
        }
    }
    // A head that the field of view cuts has its centre near the border or beyond.
    let pad = 16.0;
    let shape = std::array::from_fn(|a| ((high[a] - low[a] + 2.0 * pad) / VOTE_MM) as usize + 1);
    Grid::aligned(shape, [VOTE_MM; 3], low.map(|v| v - pad)).ok()
}

/// Local maxima of the votes in neighbourhoods of three voxels, at most eight, 3 cm
/// apart.
fn peaks(votes: &Field<u32>) -> Vec<Vec3> {
    let grid = *votes.grid();
    let [nx, ny, nz] = grid.shape();
    let around = |n: usize| -> u32 {
        let [i, j, k] = grid.voxel(n);
        if i == 0 || j == 0 || k == 0 || i + 1 == nx || j + 1 == ny || k + 1 == nz {
            return 0;
        }
        let mut sum = 0;
        for c in k - 1..=k + 1 {
            for b in j - 1..=j + 1 {
                sum += (i - 1..=i + 1).map(|a| votes[[a, b, c]]).sum::<u32>();
            }
        }
        sum
    };
    let sums: Vec<u32> = (0..grid.len()).into_par_iter().map(around).collect();
    let mut order: Vec<usize> = (0..sums.len()).filter(|&n| sums[n] > 0).collect();
    order.sort_by_key(|&n| std::cmp::Reverse(sums[n]));
    let mut found: Vec<Vec3> = Vec::new();
    for n in order {
        let p = grid.centre(grid.voxel(n));
        if found.iter().all(|&q| distance(p, q) > 30.0) {
            found.push(p);
        }
        if found.len() == 8 {
            break;
        }
    }
    found
}

/// Number of rays that look for the surface.
const RAYS: usize = 900;
/// Distance of the samples on a ray, mm.
const RAY_STEP_MM: f64 = 0.5;

/// Directions spread evenly over the sphere (a Fibonacci spiral).
#[must_use]
pub fn directions(count: usize) -> Vec<Vec3> {
    let golden = std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
    (0..count)
        .map(|n| {
            let z = 1.0 - (2.0 * n as f64 + 1.0) / count as f64;
            let r = (1.0 - z * z).sqrt();
            let around = golden * n as f64;
            [r * libm::cos(around), r * libm::sin(around), z]
        })
        .collect()
}

/// The femoral head near `start`; `None` if there is none.
///
/// The head's own surface is not the only one: the socket is a sphere about nearly
/// the same centre, and where the joint space is narrow the two look like one. So
/// fits are begun at several radii. Any of them may tell that there is a ball in a
/// socket; the one whose surface is complete and whose inside is freest of edges
/// tells which ball.
pub(super) fn femoral_head(hu: &Field<f32>, start: Vec3) -> Option<Ball> {
    let rays = directions(RAYS);
    let fits: Vec<Ball> = (0..FIRST_RADII)
        .map(|n| n as f64 / (FIRST_RADII - 1) as f64)
        .map(|t| HEAD_RADII_MM[0] + 1.0 + t * (HEAD_RADII_MM[1] - HEAD_RADII_MM[0] - 3.0))
        .filter_map(|radius| fit_from(hu, start, radius, &rays))
        .collect();
    let seen = fits.iter().find(|ball| ball.is_in_socket())?;
    fits.iter()
        .filter(|b| b.has_head_size() && b.surface > 0.4 && distance(b.centre, seen.centre) < 8.0)
        .max_by(|a, b| a.score().total_cmp(&b.score()))
        .copied()
}

/// Number of radii at which fits are begun.
const FIRST_RADII: usize = 6;

/// Fits a ball to the falling edges seen from `start`, beginning with those nearest
/// to `first_radius`.
fn fit_from(hu: &Field<f32>, start: Vec3, first_radius: f64, rays: &[Vec3]) -> Option<Ball> {
    let (mut centre, mut radius) = (start, first_radius);
    for reach in [4.0, 4.0, 3.5, 3.0, 2.5, 2.5] {
        let nearest = |&d: &Vec3| {
            edges(hu, centre, d, radius - reach..radius + reach)
                .into_iter()
                .filter(|r| (r - radius).abs() <= reach)
                .min_by(|a, b| (a - radius).abs().total_cmp(&(b - radius).abs()))
                .map(|r| along(centre, d, r))
        };
        let surface: Vec<Vec3> = rays.par_iter().filter_map(nearest).collect();
        (centre, radius) = trimmed(&surface, centre, radius)?;
        if distance(centre, start) > 12.0 {
            return None;
        }
    }
    judged(hu, centre, radius, rays)
}

/// How much of the ball's surface is there, and what is inside and outside of it.
fn judged(hu: &Field<f32>, centre: Vec3, radius: f64, rays: &[Vec3]) -> Option<Ball> {
    struct Seen {
        direction: Vec3,
        surface: bool,
        clutter: bool,
        socket: bool,
    }
    let see = |&d: &Vec3| {
        sample_trilinear(hu, along(centre, d, radius + 3.0))?;
        let on_ray = edges(hu, centre, d, 0.6 * radius..radius + 2.0);
        Some(Seen {
            direction: d,
            surface: on_ray.iter().any(|r| (r - radius).abs() < 2.0),
            clutter: on_ray.iter().any(|&r| r > 0.6 * radius && r < radius - 2.5),
            socket: has_socket(hu, centre, d, radius),
        })
    };
    let seen: Vec<Seen> = rays.par_iter().filter_map(see).collect();
    // Too little of the ball in view tells nothing.
    if seen.len() <= rays.len() / 3 {
        return None;
    }
    let share =
        |of: fn(&Seen) -> bool| seen.iter().filter(|s| of(s)).count() as f64 / seen.len() as f64;
    // Share of the surface that is missing in a cone; nothing where it is out of view.
    let missing = |axis: Vec3| {
        let cone = seen.iter().filter(|s| dot(s.direction, axis) > POLE_COSINE);
        let [all, hits] = cone.fold([0, 0], |[a, h], s| [a + 1, h + usize::from(s.surface)]);
        if 4 * all > POLE_RAYS { 1.0 - hits as f64 / all as f64 } else { 0.0 }
    };
    let open = directions(AXES)
        .into_iter()
        .map(|axis| missing(axis).min(missing(axis.map(|v| -v))))
        .fold(0.0, f64::max);
    Some(Ball {
        centre,
        radius,
        surface: share(|s| s.surface),
        open,
        clutter: share(|s| s.clutter),
        socket: share(|s| s.socket),
    })
}

/// Cosine of the half angle of the cone that is a pole of the ball (30 degrees).
const POLE_COSINE: f64 = 0.866;
/// Number of the rays that lie in such a cone.
const POLE_RAYS: usize = RAYS / 15;
/// Number of directions in which poles are looked for.
const AXES: usize = 100;

/// Least fall of density across an edge of the ball, HU.
const LEAST_FALL_HU: f64 = 80.0;

/// Where density falls on a ray between two distances: those of the steepest points, mm.
fn edges(hu: &Field<f32>, centre: Vec3, direction: Vec3, within: std::ops::Range<f64>) -> Vec<f64> {
    // Across 2.5 mm, which is what a clinical scan resolves.
    const HALF: usize = 3;
    let first = ((within.start / RAY_STEP_MM) as usize).max(HALF + 1);
    let last = (within.end / RAY_STEP_MM) as usize + 1;
    let start = first - HALF - 1;
    let profile: Vec<Option<f64>> = (start..=last + HALF + 1)
        .map(|n| sample_trilinear(hu, along(centre, direction, n as f64 * RAY_STEP_MM)))
        .map(|v| v.map(|v| v.clamp(-50.0, 900.0)))
        .collect();
    let fall = |n: usize| match (profile[n - start - HALF], profile[n - start + HALF]) {
        (Some(inside), Some(outside)) if inside > 150.0 => inside - outside,
        _ => 0.0,
    };
    (first..=last)
        .filter(|&n| {
            let here = fall(n);
            here >= LEAST_FALL_HU && here >= fall(n - 1) && here > fall(n + 1)
        })
        .map(|n| n as f64 * RAY_STEP_MM)
        .collect()
}

/// Whether bone lies within 9 mm outside the ball, beyond its own edge.
fn has_socket(hu: &Field<f32>, centre: Vec3, direction: Vec3, radius: f64) -> bool {
    let mut r = radius + 2.5;
    while r < radius + 9.0 {
        if sample_trilinear(hu, along(centre, direction, r)).is_some_and(|v| v > 300.0) {
            return true;
        }
        r += 1.0;
    }
    false
}

/// Least-squares sphere without the points far off, three times over.
pub(super) fn trimmed(points: &[Vec3], mut centre: Vec3, mut radius: f64) -> Option<(Vec3, f64)> {
    for within in [4.0, 2.5, 1.8] {
        let near: Vec<Vec3> = points
            .iter()
            .copied()
            .filter(|&p| (distance(p, centre) - radius).abs() < within)
            .collect();
        (centre, radius) = sphere_through(&near)?;
    }
    Some((centre, radius))
}

/// The sphere that fits the points best in the algebraic sense: centre and radius.
#[must_use]
pub fn sphere_through(points: &[Vec3]) -> Option<(Vec3, f64)> {
    if points.len() < 12 {
        return None;
    }
    // About the mean, so that large coordinates do not cancel.
    let middle = crate::moments::mean(points);
    let mut matrix = [[0.0; 4]; 4];
    let mut right = [0.0; 4];
    for &p in points {
        let d = sub(p, middle);
        let row = [2.0 * d[0], 2.0 * d[1], 2.0 * d[2], 1.0];
        let value = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        for i in 0..4 {
            right[i] += row[i] * value;
            for j in 0..4 {
                matrix[i][j] += row[i] * row[j];
            }
        }
    }
    let [x, y, z, w] = solve(matrix, right)?;
    let squared = w + x * x + y * y + z * z;
    (squared > 0.0).then(|| (add(middle, [x, y, z]), squared.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sphere_through_a_cap_is_exact() {
        let (centre, radius) = ([-85.0, 140.0, -700.0], 23.4);
        let cap: Vec<Vec3> = directions(300)
            .into_iter()
            .filter(|d| d[2] > 0.2)
            .map(|d| along(centre, d, radius))
            .collect();
        let (c, r) = sphere_through(&cap).unwrap();
        assert!(distance(c, centre) < 1e-9 && (r - radius).abs() < 1e-9, "{c:?} {r}");
        assert_eq!(sphere_through(&cap[..5]), None);
    }

    /// A ball of bone with a gap of 4 mm in a half socket, on a clinical grid.
    fn phantom(centre: Vec3, radius: f64) -> Field<f32> {
        let grid = Grid::aligned([120, 120, 30], [0.9766, 0.9766, 4.25], [0.0; 3]).unwrap();
        Field::from_fn(grid, |v| {
            let d = sub(grid.centre(v), centre);
            let r = length(d);
            let socket = r > radius + 4.0 && r < radius + 12.0 && d[0] < 4.0;
            if r < radius || socket { 700.0 } else { 40.0 }
        })
    }

    #[test]
    fn a_ball_in_a_socket_is_found_to_a_millimetre() {
        let (centre, radius) = ([62.0, 55.0, 60.0], 23.0);
        let hu = phantom(centre, radius);
        let start = candidates(&hu)[0];
        assert!(distance(start, centre) < 6.0, "{start:?}");
        let ball = femoral_head(&hu, start).unwrap();
        assert!(distance(ball.centre, centre) < 0.8, "{ball:?}");
        assert!((ball.radius - radius).abs() < 0.8, "{ball:?}");
        assert_eq!(femoral_head(&hu, [20.0, 20.0, 20.0]), None);
    }
}
