//! The sphere that fits a joint surface best.

use ossicle_anatomy::vector::{Vec3, add, distance, scale, sub};
use ossicle_anatomy::{solve, sphere_through};

/// A sphere fitted to points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sphere {
    /// Centre, mm, world.
    pub centre_mm: Vec3,
    /// Radius, mm.
    pub radius_mm: f64,
    /// Root mean square distance of the points that count from the sphere, mm.
    pub rms_mm: f64,
    /// Points that count.
    pub points: usize,
}

/// Fewest points that tell a sphere.
const LEAST_POINTS: usize = 12;
/// Steps of Gauss and Newton; each gains digits, and noise is met after a few.
const STEPS: usize = 20;
/// A step shorter than this, mm, is the last.
const SMALLEST_STEP_MM: f64 = 1e-11;

impl Sphere {
    /// The sphere with the least sum of squared distances to the points (not of algebraic
    /// ones), by Gauss and Newton from the algebraic fit; `None` for fewer than 12 points, or
    /// for points in a plane.
    #[must_use]
    pub fn through(points: &[Vec3]) -> Option<Self> {
        if points.len() < LEAST_POINTS {
            return None;
        }
        let (mut centre, mut radius) = sphere_through(points)?;
        for _ in 0..STEPS {
            let mut matrix = [[0.0; 4]; 4];
            let mut right = [0.0; 4];
            for &p in points {
                let r = distance(p, centre);
                if r == 0.0 {
                    return None;
                }
                let out = scale(sub(p, centre), 1.0 / r);
                let row = [out[0], out[1], out[2], 1.0];
                for i in 0..4 {
                    right[i] += row[i] * (r - radius);
                    for j in 0..4 {
                        matrix[i][j] += row[i] * row[j];
                    }
                }
            }
            let [x, y, z, grow] = solve(matrix, right)?;
            centre = add(centre, [x, y, z]);
            radius += grow;
            if x.abs().max(y.abs()).max(z.abs()).max(grow.abs()) < SMALLEST_STEP_MM {
                break;
            }
        }
        if !(radius.is_finite() && centre.iter().all(|v| v.is_finite())) {
            return None;
        }
        let squares = points.iter().map(|&p| {
            let off = distance(p, centre) - radius;
            off * off
        });
        let rms_mm = (squares.sum::<f64>() / points.len() as f64).sqrt();
        Some(Self { centre_mm: centre, radius_mm: radius, rms_mm, points: points.len() })
    }

    /// The sphere round `centre_mm` of about `radius_mm` that fits those of the points that
    /// lie on one; what is further off (neck, fovea, osteophytes) is left out step by step.
    #[must_use]
    pub fn trimmed(points: &[Vec3], centre_mm: Vec3, radius_mm: f64) -> Option<Self> {
        let (mut centre, mut radius) = (centre_mm, radius_mm);
        let mut found = None;
        for within in TRIM {
            let limit = within * radius_mm;
            let on: Vec<Vec3> = points
                .iter()
                .copied()
                .filter(|&p| (distance(p, centre) - radius).abs() < limit)
                .collect();
            let sphere = Self::through(&on)?;
            (centre, radius) = (sphere.centre_mm, sphere.radius_mm);
            found = Some(sphere);
        }
        found
    }
}

/// Distances from the sphere within which points count, in shares of the radius looked for.
const TRIM: [f64; 8] = [0.25, 0.18, 0.13, 0.10, 0.08, 0.07, 0.07, 0.07];

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_anatomy::directions;
    use ossicle_anatomy::vector::along;

    #[test]
    fn a_cap_is_fitted_exactly_in_spite_of_a_neck() {
        let (centre, radius) = ([-85.0, 140.0, -700.0], 23.4);
        let rays = directions(3000);
        let mut points: Vec<Vec3> =
            rays.iter().filter(|d| d[2] > -0.5).map(|&d| along(centre, d, radius)).collect();
        let exact = Sphere::through(&points).unwrap();
        assert!(distance(exact.centre_mm, centre) < 1e-9 && exact.rms_mm < 1e-9, "{exact:?}");
        // A tube that leaves the head downwards.
        for n in 0..400 {
            let (turn, down) = (f64::from(n) * 0.7, f64::from(n) * 0.1);
            let tube = [14.0 * libm::cos(turn), 14.0 * libm::sin(turn), -18.0 - down];
            points.push(add(centre, tube));
        }
        let found = Sphere::trimmed(&points, add(centre, [3.0, -3.0, 2.0]), 22.0).unwrap();
        assert!(distance(found.centre_mm, centre) < 0.1, "{found:?}");
        assert!((found.radius_mm - radius).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn the_geometric_fit_has_less_error_than_the_algebraic_one() {
        // Noise that changes sign from point to point on a small cap.
        let points: Vec<Vec3> = directions(4000)
            .into_iter()
            .filter(|d| d[0] > 0.6)
            .enumerate()
            .map(|(n, d)| along([1.0, 2.0, 3.0], d, if n % 2 == 0 { 20.5 } else { 19.5 }))
            .collect();
        let rms = |c: Vec3, r: f64| {
            let sum: f64 =
                points.iter().map(|&p| (distance(p, c) - r) * (distance(p, c) - r)).sum();
            (sum / points.len() as f64).sqrt()
        };
        let (c, r) = sphere_through(&points).unwrap();
        let found = Sphere::through(&points).unwrap();
        assert!(found.rms_mm <= rms(c, r), "{} against {}", found.rms_mm, rms(c, r));
        assert!((found.rms_mm - rms(found.centre_mm, found.radius_mm)).abs() < 1e-12);
        assert!((found.radius_mm - 20.0).abs() < 0.1, "{found:?}");
        assert_eq!(Sphere::through(&points[..11]), None);
    }
}
