//! What the verification files share: grids by refinement, error norms, observed orders.
#![allow(dead_code, reason = "each file of the suite uses its own part")]

use ossicle_field::{Field, Grid, noise};

/// Threads with which every solver must give the same bits.
pub(crate) const THREADS: [usize; 4] = [1, 2, 3, 7];

/// A box whose lower corner is at the origin, cut into `shape` voxels.
pub(crate) fn box_grid(shape: [usize; 3], size_mm: [f64; 3]) -> Grid {
    let h: [f64; 3] = std::array::from_fn(|a| size_mm[a] / shape[a] as f64);
    Grid::aligned(shape, h, h.map(|h| h / 2.0)).unwrap()
}

/// A cube of `n` voxels a side, centred on the origin.
pub(crate) fn centred_cube(n: usize, side_mm: f64) -> Grid {
    let h = side_mm / n as f64;
    let first = 0.5 * (h - side_mm);
    Grid::aligned([n; 3], [h; 3], [first; 3]).unwrap()
}

/// A field whose value is `f` of each voxel's centre (mm).
pub(crate) fn at_centres(grid: Grid, f: impl Fn([f64; 3]) -> f64) -> Field<f64> {
    Field::from_fn(grid, |voxel| f(grid.centre(voxel)))
}

/// Length of a vector.
pub(crate) fn length([x, y, z]: [f64; 3]) -> f64 {
    (x * x + y * y + z * z).sqrt()
}

/// Root mean square of the difference of two fields over the voxels that `counts` admits.
pub(crate) fn rms(a: &[f64], b: &[f64], counts: impl Fn(usize) -> bool) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for c in (0..a.len()).filter(|c| counts(*c)) {
        sum += (a[c] - b[c]) * (a[c] - b[c]);
        n += 1.0;
    }
    (sum / n).sqrt()
}

/// Largest difference of two fields over the voxels that `counts` admits.
pub(crate) fn worst(a: &[f64], b: &[f64], counts: impl Fn(usize) -> bool) -> f64 {
    (0..a.len()).filter(|c| counts(*c)).map(|c| (a[c] - b[c]).abs()).fold(0.0, f64::max)
}

/// Observed orders between errors at successive halvings of the step.
pub(crate) fn orders(errors: &[f64]) -> Vec<f64> {
    errors.windows(2).map(|e| libm::log2(e[0] / e[1])).collect()
}

/// Prints errors and observed orders (shown by `--nocapture`) and asserts that the last
/// order is at least `least`.
#[expect(clippy::print_stdout, reason = "the table of orders is part of the verification")]
pub(crate) fn assert_order(what: &str, errors: &[f64], least: f64) {
    let found = orders(errors);
    println!("{what}: errors {}, orders {found:.2?}", shown(errors));
    assert!(
        found.last().is_some_and(|order| *order >= least),
        "{what}: orders {found:.2?} from errors {}; expected at least {least}",
        shown(errors)
    );
}

fn shown(errors: &[f64]) -> String {
    errors.iter().map(|e| format!("{e:.2e}")).collect::<Vec<String>>().join(" ")
}

/// Asserts that a computation gives the same bits on 1, 2, 3 and 7 threads.
pub(crate) fn assert_same_bits(compute: impl Fn() -> Vec<f64> + Sync) {
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| compute().iter().map(|v| v.to_bits()).collect::<Vec<u64>>())
    };
    let one = with(THREADS[0]);
    for threads in THREADS {
        assert!(with(threads) == one, "{threads} threads give other bits than one");
    }
}

/// Voxels of random balls: `Some(n)` balls of radii in a range (mm), drawn from a seed.
pub(crate) fn in_blobs(grid: &Grid, seed: u64, blobs: u64, radii_mm: [f64; 2]) -> Vec<bool> {
    let shape = grid.shape().map(|n| n as f64);
    let draw = |blob, what| noise::uniform(seed, blob, what);
    let balls: Vec<([f64; 3], f64)> = (0..blobs)
        .map(|b| {
            let at = std::array::from_fn(|a| shape[a] * draw(b, a as u64) - 0.5);
            (grid.to_world(at), radii_mm[0] + (radii_mm[1] - radii_mm[0]) * draw(b, 3))
        })
        .collect();
    Field::from_fn(*grid, |voxel| {
        let x = grid.centre(voxel);
        balls.iter().any(|(c, r)| length(std::array::from_fn(|a| x[a] - c[a])) < *r)
    })
    .into_vec()
}

/// Share of each voxel that lies within a ball round the origin, by 10³ points each.
pub(crate) fn share_inside(grid: &Grid, radius_mm: f64) -> Vec<f64> {
    const POINTS: usize = 10;
    let half_diagonal = 0.5 * length(grid.spacing_mm());
    Field::from_fn(*grid, |voxel| {
        let r = length(grid.centre(voxel));
        if (r - radius_mm).abs() > half_diagonal {
            return f64::from(r < radius_mm);
        }
        let within = (0..POINTS * POINTS * POINTS)
            .filter(|p| {
                let at = [p % POINTS, p / POINTS % POINTS, p / (POINTS * POINTS)];
                let point = std::array::from_fn(|a| {
                    voxel[a] as f64 + (at[a] as f64 + 0.5) / POINTS as f64 - 0.5
                });
                length(grid.to_world(point)) < radius_mm
            })
            .count();
        within as f64 / (POINTS * POINTS * POINTS) as f64
    })
    .into_vec()
}
