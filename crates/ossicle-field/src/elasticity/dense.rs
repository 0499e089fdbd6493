//! Small dense matrices, some of them singular: a component without stiffness stays zero.

/// Rows of a block between two nodes.
pub(super) type Block3 = [[f64; 3]; 3];

/// A pivot below this share of its diagonal is what rounding left of zero.
const SINGULAR: f64 = 1e-9;

/// `y += A x`.
#[inline]
pub(super) fn multiply_add<const N: usize>(a: &[[f64; N]; N], x: &[f64; N], y: &mut [f64; N]) {
    for (row, y) in a.iter().zip(y) {
        for (a, x) in row.iter().zip(x) {
            *y += a * x;
        }
    }
}

/// Inverse of a symmetric semidefinite matrix; directions without stiffness are left out.
pub(super) fn inverse<const N: usize>(a: &[[f64; N]; N]) -> [[f64; N]; N] {
    let mut factor = a.as_flattened().to_vec();
    factorise(&mut factor, N);
    let mut columns = [[0.0; N]; N];
    for (c, column) in columns.iter_mut().enumerate() {
        if factor[c * N + c] > 0.0 {
            column[c] = 1.0;
            substitute(&factor, column);
        }
    }
    columns
}

/// Cholesky factor of a symmetric semidefinite matrix, row-major, in place of its lower
/// triangle. The rows of unknowns that add no stiffness to those before are zero.
pub(super) fn factorise(a: &mut [f64], n: usize) {
    for row in 0..n {
        let diagonal = a[row * n + row];
        for column in 0..=row {
            let (upper, lower) = a.split_at_mut(row * n);
            let other = if column < row { &upper[column * n..=column * n + column] } else { &[] };
            let (known, rest) = lower.split_at_mut(column);
            if column < row {
                let product: f64 = known.iter().zip(other).map(|(a, b)| a * b).sum();
                let pivot = other[column];
                rest[0] = if pivot > 0.0 { (rest[0] - product) / pivot } else { 0.0 };
            } else {
                let pivot = diagonal - known.iter().map(|a| a * a).sum::<f64>();
                rest[0] = if pivot > SINGULAR * diagonal { pivot.sqrt() } else { 0.0 };
            }
        }
    }
}

/// Solves with a factor, in place; unknowns without a pivot become zero.
pub(super) fn substitute(factor: &[f64], v: &mut [f64]) {
    let n = v.len();
    for row in 0..n {
        let (known, rest) = v.split_at_mut(row);
        let row_values = &factor[row * n..=row * n + row];
        let sum: f64 = row_values.iter().zip(known).map(|(l, v)| l * *v).sum();
        let pivot = row_values[row];
        rest[0] = if pivot > 0.0 { (rest[0] - sum) / pivot } else { 0.0 };
    }
    for row in (0..n).rev() {
        let row_values = &factor[row * n..=row * n + row];
        let pivot = row_values[row];
        v[row] = if pivot > 0.0 { v[row] / pivot } else { 0.0 };
        let value = v[row];
        for (v, l) in v[..row].iter_mut().zip(row_values) {
            *v -= l * value;
        }
    }
}

/// The smallest pivot of a symmetric matrix, about its smallest eigenvalue; 0 unless it is
/// definite.
pub(super) fn least_pivot<const N: usize>(a: &[[f64; N]; N]) -> f64 {
    let mut factor = a.as_flattened().to_vec();
    factorise(&mut factor, N);
    (0..N).map(|c| factor[c * N + c] * factor[c * N + c]).fold(f64::INFINITY, f64::min)
}
