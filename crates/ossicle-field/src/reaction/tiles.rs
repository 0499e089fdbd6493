//! Cutting fields into tiles, in parallel, with disjoint mutable access.

use rayon::join;

use super::LANES;

/// Voxels that one task works through before the work is cut no further.
const TASK: usize = 2048;

/// Runs `work(first voxel, slices)` over runs of at most a few thousand voxels of several
/// fields at once and joins the results pairwise.
///
/// The cuts lie at multiples of [`LANES`] and depend on the length alone, and results are
/// joined in a fixed tree, so the outcome does not depend on the number of threads.
pub fn for_tiles<const F: usize, R: Send>(
    fields: [&mut [f64]; F],
    work: &(impl Fn(usize, [&mut [f64]; F]) -> R + Sync),
    both: &(impl Fn(R, R) -> R + Sync),
) -> R {
    cut(0, fields, work, both)
}

fn cut<const F: usize, R: Send>(
    first: usize,
    fields: [&mut [f64]; F],
    work: &(impl Fn(usize, [&mut [f64]; F]) -> R + Sync),
    both: &(impl Fn(R, R) -> R + Sync),
) -> R {
    let n = fields.first().map_or(0, |f| f.len());
    if n <= TASK {
        return work(first, fields);
    }
    let half = (n / 2).next_multiple_of(LANES);
    let mut upper: [&mut [f64]; F] = std::array::from_fn(|_| [].as_mut_slice());
    let lower = {
        let mut upper = upper.iter_mut();
        fields.map(|field| {
            let (low, high) = field.split_at_mut(half);
            if let Some(slot) = upper.next() {
                *slot = high;
            }
            low
        })
    };
    let (a, b) = join(|| cut(first, lower, work, both), || cut(first + half, upper, work, both));
    both(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_voxel_is_visited_once_and_in_place() {
        let n = 10_007;
        let (mut a, mut b) = (vec![0.0; n], vec![1.0; n]);
        let visited = for_tiles(
            [&mut a, &mut b],
            &|first, [a, b]| {
                for (i, (a, b)) in a.iter_mut().zip(b.iter()).enumerate() {
                    *a += (first + i) as f64 * b;
                }
                a.len()
            },
            &|x, y| x + y,
        );
        assert_eq!(visited, n);
        assert!(a.iter().enumerate().all(|(i, v)| *v == i as f64));
    }
}
