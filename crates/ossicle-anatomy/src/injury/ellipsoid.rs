//! Distance to an ellipsoid.

use crate::vector::Vec3;

/// Exact signed distance (mm, negative inside) of `p` from the surface of the
/// ellipsoid with these semi-axes about the origin; for three equal semi-axes it is
/// the distance from the centre less the radius, to the bit.
///
/// The nearest surface point `x` satisfies `p_i = x_i (1 + t / a_i²)`; the root `t`
/// of the surface equation is bracketed and halved (Eberly, *Distance from a point
/// to an ellipse, an ellipsoid, or a hyperellipsoid*).
pub(crate) fn signed_distance(p: Vec3, semi_axes: Vec3) -> f64 {
    let [a, b, c] = semi_axes;
    let length = (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt();
    if a == b && b == c {
        return length - a;
    }
    let least = a.min(b).min(c);
    let p = p.map(f64::abs);
    // The surface equation in t; falls steadily for t > -least².
    let level = |t: f64| -> f64 {
        (0..3)
            .map(|i| {
                let ratio = semi_axes[i] * p[i] / (semi_axes[i] * semi_axes[i] + t);
                ratio * ratio
            })
            .sum::<f64>()
            - 1.0
    };
    let level_here: f64 = (0..3).map(|i| p[i] / semi_axes[i]).map(|r| r * r).sum::<f64>() - 1.0;
    let most = a.max(b).max(c);
    let (mut low, mut high) = (-least * least, most * length);
    if level_here <= 0.0 {
        high = 0.0;
    } else {
        low = 0.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle == low || middle == high {
            break;
        }
        if level(middle) > 0.0 { low = middle } else { high = middle }
    }
    let t = high;
    let foot: Vec3 = std::array::from_fn(|i| {
        let divisor = semi_axes[i] * semi_axes[i] + t;
        if divisor > 0.0 { semi_axes[i] * semi_axes[i] * p[i] / divisor } else { 0.0 }
    });
    // On the plane of symmetry across the shortest axis the foot leaves the plane.
    let on_surface: f64 = (0..3).map(|i| foot[i] / semi_axes[i]).map(|r| r * r).sum();
    let shortest = (0..3).find(|&i| semi_axes[i] == least).unwrap_or(0);
    let lift =
        if level_here < 0.0 && on_surface < 1.0 { least * (1.0 - on_surface).sqrt() } else { 0.0 };
    let squared: f64 = (0..3)
        .map(|i| foot[i] - p[i] + if i == shortest { lift } else { 0.0 })
        .map(|d| d * d)
        .sum();
    if level_here < 0.0 { -squared.sqrt() } else { squared.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nearest of many points on the surface.
    fn brute_force(p: Vec3, s: Vec3) -> f64 {
        let mut best = f64::INFINITY;
        let n = 1200;
        for i in 0..=n {
            let polar = std::f64::consts::PI * f64::from(i) / f64::from(n);
            for j in 0..2 * n {
                let around = std::f64::consts::PI * f64::from(j) / f64::from(n);
                let q = [
                    s[0] * libm::sin(polar) * libm::cos(around),
                    s[1] * libm::sin(polar) * libm::sin(around),
                    s[2] * libm::cos(polar),
                ];
                let squared: f64 = (0..3).map(|a| (p[a] - q[a]) * (p[a] - q[a])).sum();
                best = best.min(squared);
            }
        }
        best.sqrt()
    }

    #[test]
    fn it_is_the_distance_to_the_nearest_surface_point() {
        let s = [9.0, 5.0, 3.0];
        for p in [
            [12.0, 4.0, -2.0],
            [1.0, 1.0, 0.5],
            [-3.0, 2.0, 1.0],
            [4.0, 0.0, 0.0],
            [0.0, 0.0, 0.0],
            [0.0, 4.9, 0.0],
            [0.0, 0.0, 7.0],
            [20.0, 0.0, 0.0],
            [8.5, 0.3, 0.0],
        ] {
            let inside = (0..3).map(|a| p[a] * p[a] / (s[a] * s[a])).sum::<f64>() < 1.0;
            let expected = brute_force(p, s) * if inside { -1.0 } else { 1.0 };
            let found = signed_distance(p, s);
            assert!((found - expected).abs() < 2e-4, "{p:?}: {found}, not {expected}");
        }
    }

    #[test]
    fn a_sphere_is_exact() {
        assert_eq!(signed_distance([3.0, 4.0, 12.0], [9.0; 3]), 4.0);
        assert_eq!(signed_distance([0.0; 3], [9.0; 3]), -9.0);
    }
}
