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

/// Inner product of two slices of equal length, of either precision (plain products, eight
/// interleaved partial sums a chunk: the solvers' inner loop).
#[must_use]
pub fn dot<A, B>(a: &[A], b: &[B]) -> f64
where
    A: Copy + Sync + Into<f64>,
    B: Copy + Sync + Into<f64>,
{
    assert_eq!(a.len(), b.len());
    tree(0, a.len(), add, &|from, to| {
        let mut lanes = [0.0_f64; SIDE];
        let (head_a, tail_a) = a[from..to].as_chunks::<SIDE>();
        let (head_b, tail_b) = b[from..to].as_chunks::<SIDE>();
        for (x, y) in head_a.iter().zip(head_b) {
            for l in 0..SIDE {
                lanes[l] += x[l].into() * y[l].into();
            }
        }
        let tail: f64 = tail_a.iter().zip(tail_b).map(|(x, y)| (*x).into() * (*y).into()).sum();
        joined(lanes) + tail
    })
}

/// Sum, without compensation, and smallest value of a slice, in one pass; NaN if any value is.
#[must_use]
pub fn sum_and_least(values: &[f64]) -> (f64, f64) {
    let both = |(a, low): (f64, f64), (b, lower): (f64, f64)| (a + b, -larger(-low, -lower));
    tree(0, values.len(), both, &|from, to| {
        let (mut lanes, mut least) = ([0.0_f64; SIDE], [f64::INFINITY; SIDE]);
        let (head, tail) = values[from..to].as_chunks::<SIDE>();
        for block in head {
            for l in 0..SIDE {
                lanes[l] += block[l];
                least[l] = -larger(-least[l], -block[l]);
            }
        }
        let rest = tail.iter().fold((0.0, f64::INFINITY), |sum, v| both(sum, (*v, *v)));
        let least = least.into_iter().fold(f64::INFINITY, |low, v| -larger(-low, -v));
        both((joined(lanes), least), rest)
    })
}

/// Partial sums added pairwise.
#[inline(always)]
fn joined(lanes: [f64; SIDE]) -> f64 {
    ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5]))
        + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]))
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
fn tree<R: Send>(
    from: usize,
    to: usize,
    both: impl Fn(R, R) -> R + Copy + Sync + Send,
    f: &(impl Fn(usize, usize) -> R + Sync),
) -> R {
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

/// The larger of two values, NaN if either is.
#[inline(always)]
pub(crate) fn larger(a: f64, b: f64) -> f64 {
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
    fn one_pass_finds_what_two_would() {
        let x = values(100_003);
        let (total, least) = sum_and_least(&x);
        assert!((total - sum(&x)).abs() < 1e-12 * dot(&x, &x).sqrt() * 100_003.0);
        assert_eq!(least, extremes(&x).0);
        let single: Vec<f32> = x.iter().map(|v| *v as f32).collect();
        let exact = sum_of(x.len(), |i| x[i] * f64::from(single[i]));
        assert!((dot(&x, &single) - exact).abs() < 1e-12 * exact);
    }

    #[test]
    fn extremes_show_nan() {
        let mut x = values(20_000);
        x[12_345] = f64::NAN;
        assert!(sum_and_least(&x).1.is_nan());
        assert!(extremes(&x).0.is_nan() && extremes(&x).1.is_nan());
    }
}
