//! Sums and extremes that are the same for any number of threads.
//!
//! A slice is cut into chunks of fixed length; each chunk is summed in a fixed order with
//! running compensations; the chunk sums are joined by a pairwise tree whose shape depends on
//! the length alone.

use rayon::join;

/// Values summed one after the other before the tree takes over.
const CHUNK: usize = 4096;

/// Values that are summed side by side, each with its own compensation.
const SIDE: usize = 8;

/// Sum of `f(i)` over `0..n`, compensated, the same for any number of threads.
pub fn sum_of(n: usize, f: impl Fn(usize) -> f64 + Sync) -> f64 {
    tree(0, n, add, &|from, to| {
        let (mut sums, mut lost) = ([0.0_f64; SIDE], [0.0_f64; SIDE]);
        let whole = from + (to - from) / SIDE * SIDE;
        for block in (from..whole).step_by(SIDE) {
            for l in 0..SIDE {
                let (sum, rounding) = exact(sums[l], f(block + l));
                sums[l] = sum;
                lost[l] += rounding;
            }
        }
        for i in whole..to {
            let (sum, rounding) = exact(sums[i - whole], f(i));
            sums[i - whole] = sum;
            lost[i - whole] += rounding;
        }
        let (mut sum, mut rest) = (0.0, 0.0);
        for l in 0..SIDE {
            let (next, rounding) = exact(sum, sums[l]);
            sum = next;
            rest += rounding + lost[l];
        }
        sum + rest
    })
}

/// A rounded sum and what the rounding lost (Knuth).
#[inline(always)]
fn exact(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let added = sum - a;
    (sum, (a - (sum - added)) + (b - added))
}

/// Sum of a slice, compensated.
#[must_use]
pub fn sum(values: &[f64]) -> f64 {
    sum_of(values.len(), |i| values[i])
}

/// Inner product of two slices of equal length (plain products, four interleaved
/// partial sums a chunk: the solvers' inner loop).
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    tree(0, a.len(), add, &|from, to| {
        let (a, b) = (&a[from..to], &b[from..to]);
        let mut lanes = [0.0_f64; 8];
        let (head_a, tail_a) = a.as_chunks::<8>();
        let (head_b, tail_b) = b.as_chunks::<8>();
        for (x, y) in head_a.iter().zip(head_b) {
            for l in 0..8 {
                lanes[l] += x[l] * y[l];
            }
        }
        let tail: f64 = tail_a.iter().zip(tail_b).map(|(x, y)| x * y).sum();
        ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5]))
            + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]))
            + tail
    })
}

/// Sum of `f(i)` over `0..n` without compensation (eight interleaved partial sums a chunk): for
/// inner products of what has no slice of its own.
pub fn plain_sum_of(n: usize, f: impl Fn(usize) -> f64 + Sync) -> f64 {
    tree(0, n, add, &|from, to| {
        let mut lanes = [0.0_f64; SIDE];
        let whole = from + (to - from) / SIDE * SIDE;
        for block in (from..whole).step_by(SIDE) {
            for (l, lane) in lanes.iter_mut().enumerate() {
                *lane += f(block + l);
            }
        }
        let tail: f64 = (whole..to).map(&f).sum();
        lanes.iter().sum::<f64>() + tail
    })
}

/// Smallest and largest value of a slice; NaN if any value is.
#[must_use]
pub fn extremes(values: &[f64]) -> (f64, f64) {
    let n = values.len();
    (-largest_of(n, |i| -values[i]), largest_of(n, |i| values[i]))
}

/// Largest `f(i)` over `0..n`, NaN if any is; negative infinity for an empty range.
pub fn largest_of(n: usize, f: impl Fn(usize) -> f64 + Sync) -> f64 {
    tree(0, n, larger, &|from, to| {
        let mut lanes = [f64::NEG_INFINITY; SIDE];
        let whole = from + (to - from) / SIDE * SIDE;
        for block in (from..whole).step_by(SIDE) {
            for (l, high) in lanes.iter_mut().enumerate() {
                *high = larger(*high, f(block + l));
            }
        }
        let tail = (whole..to).map(&f).fold(f64::NEG_INFINITY, larger);
        lanes.into_iter().fold(tail, larger)
    })
}

/// `f` on chunks of a range, joined by a pairwise tree of fixed shape.
fn tree(
    from: usize,
    to: usize,
    both: fn(f64, f64) -> f64,
    f: &(impl Fn(usize, usize) -> f64 + Sync),
) -> f64 {
    if to - from <= CHUNK {
        return f(from, to);
    }
    let middle = from + half(to - from);
    let (a, b) = join(|| tree(from, middle, both, f), || tree(middle, to, both, f));
    both(a, b)
}

fn add(a: f64, b: f64) -> f64 {
    a + b
}

/// Where a range is cut: half its length, in whole chunks.
fn half(n: usize) -> usize {
    n.div_ceil(2).next_multiple_of(CHUNK)
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    // Without short-circuit, so that lanes stay side by side.
    if a.is_nan() | (a > b) { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(n: usize) -> Vec<f64> {
        (0..n).map(|i| libm::sin(i as f64 * 0.37) * libm::exp((i % 40) as f64 - 20.0)).collect()
    }

    #[test]
    fn the_same_bits_for_any_number_of_threads() {
        let x = values(100_003);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| (sum(&x).to_bits(), dot(&x, &x).to_bits(), extremes(&x)))
        };
        let one = with(1);
        for threads in [2, 3, 7] {
            assert_eq!(with(threads), one);
        }
    }

    #[test]
    fn a_cancelling_sum_keeps_its_digits() {
        let mut x = vec![1e16, 1.0, -1e16];
        x.resize(3 * CHUNK, 0.0);
        assert_eq!(sum(&x), 1.0);
    }

    #[test]
    fn extremes_show_nan() {
        let mut x = values(20_000);
        x[12_345] = f64::NAN;
        assert!(extremes(&x).0.is_nan() && extremes(&x).1.is_nan());
    }
}
