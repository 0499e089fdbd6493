//! Middle and main directions of a set of points.

use crate::vector::{Vec3, add, cross, dot, scale, sub, unit};

/// Mean of the points, mm; the origin for none.
pub fn mean(points: &[Vec3]) -> Vec3 {
    let sum = points.iter().fold([0.0; 3], |sum, &p| add(sum, p));
    scale(sum, 1.0 / points.len().max(1) as f64)
}

/// Unit vectors of the directions of largest, middle and least spread, right-handed.
/// The first points up (its largest component is positive), as does the second.
pub fn principal_axes(points: &[Vec3]) -> [Vec3; 3] {
    let middle = mean(points);
    let mut m = [[0.0; 3]; 3];
    for &p in points {
        let d = sub(p, middle);
        for i in 0..3 {
            for j in 0..3 {
                m[i][j] += d[i] * d[j];
            }
        }
    }
    let (values, vectors) = eigen(m);
    let mut order = [0, 1, 2];
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let first = upwards(vectors[order[0]]);
    let across = vectors[order[1]];
    let second = upwards(unit(sub(across, scale(first, dot(first, across)))));
    [first, second, cross(first, second)]
}

fn upwards(v: Vec3) -> Vec3 {
    let largest = (0..3).max_by(|&a, &b| v[a].abs().total_cmp(&v[b].abs())).unwrap_or(0);
    if v[largest] < 0.0 { scale(v, -1.0) } else { v }
}

/// Eigenvalues and unit eigenvectors of a symmetric matrix, by Jacobi's rotations.
pub fn eigen(mut m: [[f64; 3]; 3]) -> (Vec3, [Vec3; 3]) {
    let mut v = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for _ in 0..50 {
        let off = m[0][1].abs() + m[0][2].abs() + m[1][2].abs();
        if off <= 1e-15 * (m[0][0].abs() + m[1][1].abs() + m[2][2].abs()) {
            break;
        }
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if m[p][q] == 0.0 {
                continue;
            }
            let theta = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
            let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
            let c = 1.0 / (t * t + 1.0).sqrt();
            let s = t * c;
            for row in &mut m {
                (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
            }
            let turned = |a: Vec3, b: Vec3| {
                let mixed = |x, a, y, b| add(scale(a, x), scale(b, y));
                (mixed(c, a, -s, b), mixed(s, a, c, b))
            };
            (m[p], m[q]) = turned(m[p], m[q]);
            (v[p], v[q]) = turned(v[p], v[q]);
        }
    }
    ([m[0][0], m[1][1], m[2][2]], v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvectors_satisfy_their_equation() {
        let m = [[4.0, 1.0, -2.0], [1.0, 3.0, 0.5], [-2.0, 0.5, 6.0]];
        let (values, vectors) = eigen(m);
        for (value, v) in values.into_iter().zip(vectors) {
            let image: Vec3 = std::array::from_fn(|i| dot(m[i], v));
            for a in 0..3 {
                assert!((image[a] - value * v[a]).abs() < 1e-12, "{value}: {v:?}");
            }
            assert!((dot(v, v) - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn a_spindle_lies_along_its_first_axis() {
        let along = unit([1.0, 2.0, 2.0]);
        let across = unit([2.0, 1.0, -2.0]);
        let points: Vec<Vec3> = (-20..=20)
            .flat_map(|i| (-3..=3).map(move |j| (f64::from(i), f64::from(j))))
            .map(|(i, j)| add([5.0, 6.0, 7.0], add(scale(along, i), scale(across, j))))
            .collect();
        let axes = principal_axes(&points);
        assert!(dot(axes[0], along) > 1.0 - 1e-12);
        assert!(dot(axes[1], across).abs() > 1.0 - 1e-12);
        assert!(mean(&points).iter().zip([5.0, 6.0, 7.0]).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
