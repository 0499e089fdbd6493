//! How fast this machine is: its memory, the kernels, a short run by stage, growth with voxels.
//!
//! `ossicle bench` and `cargo bench -p ossicle` both print [`Bench::text`]. Every rate stands
//! beside the bandwidth of the same run, so that figures of different machines can be compared;
//! [`Bench::against`] compares with a stored one.

mod baseline;
mod error;
mod job;
mod kernels;
mod words;

use serde::{Deserialize, Serialize};

pub use baseline::Ratio;
pub use error::BenchError;
pub use job::{Growth, Job, JobCase, Point};
pub use kernels::{Kernel, Solve};

use crate::case::{CaseFile, Template};
use crate::folder::{machine, utc_now};
use crate::record::Machine;

/// The format of stored figures.
const FORMAT: u32 = 1;

/// Voxels from which the growth of time is followed.
pub const FEWEST_VOXELS: f64 = 1e5;
/// Voxels up to which it can be followed: what can be indexed is far more, what fits is not.
pub const MOST_VOXELS: f64 = 1e8;

/// How much is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Sizes {
    /// Numbers in an array of the triad.
    pub triad: usize,
    /// Voxels of the kernels' grid.
    pub kernels: [usize; 3],
    /// Sides of the cubes on which elliptic problems are solved.
    pub solves: Vec<usize>,
    /// Repeats, of which the fastest counts.
    pub repeats: usize,
    /// Days of the job.
    pub days: f64,
    /// Fewest and most voxels of the growth.
    pub growth: [f64; 2],
    /// Steps that are timed at each size.
    pub growth_steps: usize,
}

impl Sizes {
    /// Arrays far larger than caches, and a minute or two in all.
    #[must_use]
    pub fn usual(days: f64, most_voxels: f64) -> Self {
        Self {
            triad: 1 << 24,
            kernels: [128, 100, 80],
            solves: vec![32, 64, 100, 128],
            repeats: 5,
            days,
            growth: [FEWEST_VOXELS, most_voxels],
            growth_steps: 8,
        }
    }
}

/// Everything that was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bench {
    /// Version of this form.
    pub format: u32,
    /// Version of the program.
    pub version: String,
    /// When, in UTC.
    pub measured: String,
    /// On what.
    pub machine: Machine,
    /// With one thread, and with all.
    pub pools: Vec<Pool>,
    /// What the job was.
    pub job: JobCase,
    /// Growth of time with voxels, with all threads.
    pub growth: Growth,
}

/// What was measured with one number of threads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    /// How many.
    pub threads: usize,
    /// Bandwidth of `a[i] = b[i] + s c[i]`, bytes a second.
    pub triad_bytes_per_s: f64,
    /// The kernels.
    pub kernels: Vec<Kernel>,
    /// Elliptic solves.
    pub solves: Vec<Solve>,
    /// The job.
    pub job: Job,
}

/// The case that is timed where no other is given: the built-in hip on coarse voxels.
///
/// # Errors
/// If it cannot be read.
pub fn usual_case() -> Result<CaseFile, BenchError> {
    job::built_in(Template::Hip, "1.5 mm")
}

impl Bench {
    /// Measures all of it. `tell` hears what is measured next.
    ///
    /// # Errors
    /// Refuses sizes that cannot be, and cases that cannot be set up; fails where a step does.
    pub fn run(
        file: &CaseFile,
        sizes: &Sizes,
        tell: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Self, BenchError> {
        let [fewest, most] = sizes.growth;
        if !(most >= 2.0 * fewest && most <= MOST_VOXELS) {
            return Err(BenchError::Voxels { found: most, low: 2.0 * fewest, high: MOST_VOXELS });
        }
        let duration = file.case.duration.0;
        if !(sizes.days > 0.0 && sizes.days <= duration) {
            return Err(BenchError::Days { found: sizes.days, duration });
        }
        let all = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        // All threads first: the memory of the first job is what it takes of an empty program.
        let mut pools = Vec::new();
        let mut case = None;
        for threads in if all > 1 { vec![all, 1] } else { vec![1] } {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            let (job_case, measured) = pool.install(|| measure(file, sizes, tell))?;
            case.get_or_insert(job_case);
            pools.push(measured);
        }
        pools.reverse();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(all).build()?;
        let steps = sizes.growth_steps.max(1);
        let growth = pool.install(|| job::growth(fewest, most, steps, tell))?;
        let Some(job) = case else { return Err(BenchError::Days { found: sizes.days, duration }) };
        Ok(Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            measured: utc_now(),
            machine: machine(all),
            pools,
            job,
            growth,
        })
    }
}

/// All that is measured with the threads of the current pool.
fn measure(
    file: &CaseFile,
    sizes: &Sizes,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<(JobCase, Pool), BenchError> {
    let threads = rayon::current_num_threads();
    let with = match threads {
        1 => "1 thread".to_owned(),
        n => format!("{n} threads"),
    };
    tell(&format!("{with}: {}, {} days", file.case.title, sizes.days));
    let (case, job) = job::job(file, sizes.days)?;
    tell(&format!("{with}: memory and kernels"));
    let triad = kernels::triad(sizes.triad, sizes.repeats);
    let mut kernels = kernels::kernels(sizes.kernels, sizes.repeats, triad)?;
    kernels.push(kernels::reactions(&case, &job, triad));
    tell(&format!("{with}: elliptic solves"));
    let solves = kernels::solves(&sizes.solves, sizes.repeats.div_ceil(2))?;
    Ok((case, Pool { threads, triad_bytes_per_s: triad, kernels, solves, job }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_sizes_measure_everything() {
        let file = job::built_in(Template::Sphere, "1.5 mm").unwrap();
        let sizes = Sizes {
            triad: 1 << 10,
            kernels: [12, 10, 8],
            solves: vec![8],
            repeats: 1,
            days: 0.05,
            growth: [20_000.0, 40_000.0],
            growth_steps: 1,
        };
        let mut told = Vec::new();
        let found = Bench::run(&file, &sizes, &mut |line| told.push(line.to_owned())).unwrap();
        assert!(told.iter().any(|line| line.contains("kernels")), "{told:?}");
        let threads: Vec<usize> = found.pools.iter().map(|p| p.threads).collect();
        assert_eq!(threads[0], 1);
        assert!(threads.is_sorted() && threads.len() <= 2, "{threads:?}");
        for pool in &found.pools {
            let names: Vec<&str> = pool.kernels.iter().map(|k| k.name.as_str()).collect();
            assert_eq!(names.len(), 5);
            assert!(names.iter().any(|n| n.contains("diffusion")), "{names:?}");
            assert_eq!(pool.solves.len(), 3);
            assert!(pool.job.steps > 0 && pool.job.stages.contains_key("chemistry"));
            assert_eq!(pool.job.threads, pool.threads);
        }
        assert_eq!(found.growth.points.len(), 2);
        assert_eq!((found.job.voxels, found.job.days), (27 * 27 * 27, 0.05));
        let figures = found.figures();
        assert!(figures.len() >= 15, "{}", figures.len());
        for figure in &figures {
            assert!(figure.value.is_finite() && figure.value > 0.0, "{figure:?}");
        }
        let names: std::collections::BTreeSet<&str> =
            figures.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names.len(), figures.len(), "names are told apart");

        // A file of its own, read back, is the same and compares as such.
        let path = std::env::temp_dir().join(format!("ossicle-bench-{}.json", std::process::id()));
        found.save(&path).unwrap();
        let stored = Bench::read(&path);
        std::fs::remove_file(&path).unwrap();
        let stored = stored.unwrap();
        assert_eq!(stored, found);
        let ratios = found.against(&stored).unwrap();
        assert_eq!(ratios.len(), figures.len());
        assert!(ratios.iter().all(|r| r.ratio == 1.0), "{ratios:?}");
        let mut slower = found.clone();
        slower.pools[0].job.seconds *= 2.0;
        slower.pools[0].kernels[0].m_voxels_per_s /= 2.0;
        let ratios = slower.against(&found).unwrap();
        let halves = ratios.iter().filter(|r| (r.ratio - 0.5).abs() < 1e-12).count();
        assert!(halves >= 2, "slower is below 1: {ratios:?}");
        let text = found.text();
        for part in ["triad", "diffusion, three axes", "chemistry", "slope", "GB/s"] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
    }

    #[test]
    fn sizes_and_days_that_cannot_be_are_refused() {
        let file = job::built_in(Template::Sphere, "1.5 mm").unwrap();
        let told = |days, most| {
            let sizes = Sizes::usual(days, most);
            Bench::run(&file, &sizes, &mut |_| {}).unwrap_err().to_string()
        };
        assert!(told(1.0, 1e5).contains("found 1e5 voxels; expected 2e5 to 1e8"));
        assert!(told(1.0, f64::NAN).contains("expected 2e5 to 1e8"));
        assert!(told(400.0, 1e6).contains("found 400 days; expected more than 0, at most 360"));
    }
}
