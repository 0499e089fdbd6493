//! How many iterations a steady state takes: the same on fine grids as on coarse ones, and
//! whatever lies in the way. `--nocapture` prints the table; `--ignored` the times.

#![expect(clippy::print_stdout, reason = "the tables are the point")]

mod common;

use common::{at_centres, centred_cube, in_blobs, length};
use ossicle_field::elliptic::{EllipticSolver, Hierarchy};
use ossicle_field::{Faces, Grid, noise};

const SIDE_MM: f64 = 64.0;
const TOLERANCE: f64 = 1e-6;

/// Iterations from zero to the tolerance with a uniform screening (1/mm² for a coefficient of
/// one) and a source that is rough from voxel to voxel.
fn iterations(grid: &Grid, coefficient: &[f64], screening: f64) -> usize {
    let hierarchy = Hierarchy::new(&Faces::harmonic(grid.shape(), coefficient), grid.spacing_mm());
    let source: Vec<f64> = (0..grid.len())
        .map(|c| if coefficient[c] > 0.0 { noise::uniform(5, 1, c as u64) } else { 0.0 })
        .collect();
    let mut u = vec![0.0; grid.len()];
    EllipticSolver::new(&hierarchy)
        .solve(&hierarchy, 1.0, &vec![screening; grid.len()], &source, TOLERANCE, &mut u)
        .unwrap()
        .iterations
}

/// `inside` where a voxel is in the set, 1 elsewhere.
fn with(set: &[bool], inside: f64) -> Vec<f64> {
    set.iter().map(|s| if *s { inside } else { 1.0 }).collect()
}

/// A wall one voxel thick, `offset` voxels right of the middle, with a gate in one corner.
fn sheet(grid: &Grid, offset: usize) -> Vec<bool> {
    let [nx, ny, nz] = grid.shape();
    (0..grid.len())
        .map(|c| {
            let [i, j, k] = grid.voxel(c);
            i == nx / 2 + offset && (j >= ny / 8 || k >= nz / 8)
        })
        .collect()
}

/// Two closed shells of 3 mm, one within the other.
fn shells(grid: &Grid) -> Vec<bool> {
    let thick = |r: f64, middle: f64| (r - middle).abs() < 1.5;
    at_centres(*grid, length).iter().map(|r| thick(*r, 20.0) || thick(*r, 9.0)).collect()
}

/// What is in the way, the coefficient it makes, and the most iterations allowed.
type Obstacle = (&'static str, fn(&Grid) -> Vec<f64>, usize);

const OBSTACLES: [Obstacle; 9] = [
    ("nothing", |g| vec![1.0; g.len()], 7),
    ("bones", |g| with(&in_blobs(g, 3, 40, [4.0, 9.0]), 0.0), 20),
    ("thin sheet, even", |g| with(&sheet(g, 0), 0.0), 9),
    ("thin sheet, odd", |g| with(&sheet(g, 1), 0.0), 9),
    ("closed shells", |g| with(&shells(g), 0.0), 18),
    ("4 bodies x 100", |g| with(&in_blobs(g, 3, 4, [15.0, 16.0]), 1e2), 12),
    ("4 bodies x 10000", |g| with(&in_blobs(g, 3, 4, [15.0, 16.0]), 1e4), 15),
    ("4 bodies / 10000", |g| with(&in_blobs(g, 3, 4, [15.0, 16.0]), 1e-4), 12),
    ("40 bodies x 10000", |g| with(&in_blobs(g, 3, 40, [4.0, 9.0]), 1e4), 40),
];

#[test]
fn counts_do_not_grow_with_the_grid_or_with_what_is_in_it() {
    println!("iterations to {TOLERANCE:e} in a cube of {SIDE_MM} mm");
    println!("                     decay 10 mm                1 mm    100 mm");
    println!("voxels a side        [32, 64, 96, 128]          64      64");
    for (what, coefficient, most) in OBSTACLES {
        let count = |n: usize, decay_mm: f64| {
            let grid = centred_cube(n, SIDE_MM);
            iterations(&grid, &coefficient(&grid), 1.0 / (decay_mm * decay_mm))
        };
        let (refined, short, long) =
            ([32, 64, 96, 128].map(|n| count(n, 10.0)), count(64, 1.0), count(64, 100.0));
        println!("{what:20} {:26} {short:<7} {long}", format!("{refined:?}"));
        assert!(
            refined.into_iter().chain([short, long]).all(|count| count <= most),
            "{what}: {refined:?}, {short}, {long} iterations; expected at most {most}"
        );
    }
}

/// Layers across the third axis, each 8 mm thick, every second one in the set.
fn layers(grid: &Grid) -> Vec<bool> {
    (0..grid.len()).map(|c| (grid.centre(grid.voxel(c))[2] / 8.0).floor() % 2.0 == 0.0).collect()
}

/// A shell of bone round a soft core: what a maturing lesion is.
fn shell(grid: &Grid) -> Vec<bool> {
    at_centres(*grid, length).iter().map(|r| (r - 18.0).abs() < 3.0).collect()
}

#[test]
fn counts_grow_slowly_with_contrast() {
    // What jumps, and the most iterations at contrasts of 10 and of 10⁴. Coarse levels know the
    // shape of a stiff body only while they resolve it, so that counts grow with the logarithm of
    // the contrast, and most where bodies and the gaps between them are few voxels wide.
    type Set = fn(&Grid) -> Vec<bool>;
    let sets: [(&str, Set, [usize; 2]); 5] = [
        ("layers", layers, [9, 16]),
        ("thin sheet", |g| sheet(g, 0), [9, 17]),
        ("shell", shell, [9, 28]),
        ("4 bodies", |g| in_blobs(g, 3, 4, [15.0, 16.0]), [9, 15]),
        ("40 bodies", |g| in_blobs(g, 3, 40, [4.0, 9.0]), [9, 38]),
    ];
    println!("iterations at contrasts        [10, 100, 1000, 10000]");
    for (what, set, [least, most]) in sets {
        for n in [32, 64, 96] {
            let grid = centred_cube(n, SIDE_MM);
            let set = set(&grid);
            let counts =
                [1e1, 1e2, 1e3, 1e4].map(|contrast| iterations(&grid, &with(&set, contrast), 0.01));
            println!("{what:20} {n:4}      {counts:?}");
            assert!(
                counts[0] <= least && counts.iter().all(|count| *count <= most),
                "{what}, {n} a side: {counts:?} iterations; expected {least}, later {most} at most"
            );
        }
    }
}

#[test]
fn counts_do_not_grow_with_the_shape_of_voxels_or_box() {
    for (shape, spacing) in [
        ([64, 64, 64], [1.0, 1.0, 4.0]),
        ([64, 64, 64], [4.0, 1.0, 1.0]),
        ([64, 64, 64], [0.5, 1.0, 2.0]),
        ([64, 64, 64], [1.0, 1.0, 10.0]),
        ([64, 64, 64], [1.0, 1.0, 1.3]),
        ([96, 96, 24], [0.98, 0.98, 4.25]),
        ([61, 47, 33], [1.0, 1.0, 1.0]),
        ([1, 1, 4096], [1.0, 1.0, 1.0]),
        ([4096, 1, 1], [1.0, 1.0, 1.0]),
        ([1, 256, 256], [1.0, 1.0, 1.0]),
        ([2, 2, 4096], [1.0, 1.0, 1.0]),
        ([3, 512, 5], [1.0, 0.2, 1.0]),
        ([2, 512, 2], [0.1, 1.0, 5.0]),
    ] {
        let grid = Grid::aligned(shape, spacing, [0.0; 3]).unwrap();
        let empty = iterations(&grid, &vec![1.0; grid.len()], 1e-4);
        let bones = with(&in_blobs(&grid, 3, 30, [4.0, 9.0]), 0.0);
        let walled = iterations(&grid, &bones, 1e-2);
        println!("{shape:?} of {spacing:?} mm: {empty} iterations, among bones {walled}");
        assert!(empty <= 9, "{shape:?} of {spacing:?} mm: {empty} iterations; expected at most 9");
        assert!(walled <= 18, "{shape:?} of {spacing:?} mm among bones: {walled}");
    }
}

#[test]
#[ignore = "prints times"]
fn milliseconds_for_a_million_voxels() {
    let grid = centred_cube(100, 100.0);
    let n = grid.len();
    let bones = with(&in_blobs(&grid, 3, 30, [6.0, 14.0]), 0.0);
    let loaded = |c: usize| length(grid.centre(grid.voxel(c))) < 15.0 && bones[c] > 0.0;
    let source: Vec<f64> = (0..n).map(|c| f64::from(loaded(c))).collect();
    let changed: Vec<f64> = source
        .iter()
        .enumerate()
        .map(|(c, s)| s * (1.0 + 0.01 * noise::uniform(1, 3, c as u64)))
        .collect();
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (hierarchy, set_up) =
                timed(|| Hierarchy::new(&Faces::harmonic(grid.shape(), &bones), grid.spacing_mm()));
            println!("{threads} threads: levels {set_up:.0} ms");
            let mut solver = EllipticSolver::new(&hierarchy);
            for decay in [0.45_f64, 1.4, 10.0] {
                let screening = vec![1.0 / (decay * decay); n];
                let mut solve = |source: &[f64], u: &mut [f64]| {
                    solver.solve(&hierarchy, 1.0, &screening, source, TOLERANCE, u).unwrap()
                };
                let (mut iterations, mut least_ms) = ([0; 2], [f64::INFINITY; 2]);
                for _ in 0..5 {
                    let mut u = vec![0.0; n];
                    for (which, source) in [&source, &changed].into_iter().enumerate() {
                        let (solved, ms) = timed(|| solve(source, &mut u));
                        iterations[which] = solved.iterations;
                        least_ms[which] = least_ms[which].min(ms);
                    }
                }
                let ([cold, warm], [cold_ms, warm_ms]) = (iterations, least_ms);
                println!(
                    "  decay {decay} mm: from zero {cold} iterations, {cold_ms:.0} ms; source \
                     changed by 1 %: {warm}, {warm_ms:.0} ms"
                );
            }
        });
    }
}

/// A result and the milliseconds it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = std::time::Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64() * 1e3)
}
