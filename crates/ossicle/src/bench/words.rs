//! What was measured, as text.

use std::fmt::Write as _;

use super::{Bench, Pool, Ratio};
use crate::report::words::{count, significant};

impl Bench {
    /// The figures as tables of plain text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!(
            "ossicle {} on {}, {} cores, {}\n",
            self.version, self.machine.processor, self.machine.cores, self.measured
        );
        for pool in &self.pools {
            put_pool(&mut text, pool);
        }
        self.put_job(&mut text);
        self.put_growth(&mut text);
        text
    }

    fn put_job(&self, text: &mut String) {
        let job = &self.job;
        let (voxels, days) = (count(job.voxels as u64), significant(job.days, 4));
        let _ = writeln!(text, "\n{}, {days} days, {voxels} voxels", job.title);
        let heads = self.pools.iter().map(|p| match p.threads {
            1 => "1 thread, s".to_owned(),
            n => format!("{n} threads, s"),
        });
        line(text, "stage", heads.chain(["M voxel/s".to_owned(), "speed-up".to_owned()]));
        let Some((first, last)) = self.pools.first().zip(self.pools.last()) else { return };
        let mut row = |name: &str, of: &dyn Fn(&Pool) -> Option<f64>, stepped: bool| {
            let seconds = |pool: &Pool| of(pool).unwrap_or(f64::NAN);
            let updates = (job.voxels * last.job.steps) as f64 / 1e6;
            let rate = stepped.then(|| format!("{:.1}", updates / seconds(last)));
            let cells = self.pools.iter().map(|pool| format!("{:.2}", seconds(pool)));
            let faster = format!("{:.2}", seconds(first) / seconds(last));
            line(text, name, cells.chain([rate.unwrap_or_default(), faster]));
        };
        for stage in last.job.stages.keys() {
            row(stage, &|pool| pool.job.stages.get(stage).copied(), true);
        }
        row("all steps", &|pool| Some(pool.job.seconds), true);
        row("set-up, before the first", &|pool| Some(pool.job.setup_seconds), false);
        let steps = count(last.job.steps as u64);
        let memory = job
            .bytes_per_voxel
            .map_or("not told by this system".to_owned(), |b| format!("{b:.0} bytes a voxel"));
        let _ = writeln!(text, "{steps} steps; memory: {memory}");
    }

    fn put_growth(&self, text: &mut String) {
        text.push_str("\ngrowth with voxels, all threads\n");
        let heads = ["s a step", "µs a voxel"].map(str::to_owned);
        line(text, "voxels of soft tissue", heads.into_iter());
        for point in &self.growth.points {
            let per_voxel = 1e6 * point.seconds_per_step / point.soft_voxels as f64;
            let cells = [format!("{:.4}", point.seconds_per_step), format!("{per_voxel:.3}")];
            line(text, &count(point.soft_voxels as u64), cells.into_iter());
        }
        let _ = writeln!(text, "slope on log axes: {:.2}", self.growth.slope);
    }
}

fn put_pool(text: &mut String, pool: &Pool) {
    let threads = match pool.threads {
        1 => "1 thread".to_owned(),
        n => format!("{n} threads"),
    };
    let _ = writeln!(text, "\n{threads}; triad {:.1} GB/s", pool.triad_bytes_per_s / 1e9);
    line(text, "kernel", ["M voxel/s", "bytes", "of triad"].map(str::to_owned).into_iter());
    for kernel in &pool.kernels {
        let cells = [
            format!("{:.0}", kernel.m_voxels_per_s),
            kernel.bytes_per_voxel.to_string(),
            format!("{:.0} %", 100.0 * kernel.of_triad),
        ];
        line(text, &kernel.name, cells.into_iter());
    }
    let heads = ["iterations", "cold ms", "warm ms"].map(str::to_owned);
    line(text, "elliptic solve to 1e-6", heads.into_iter());
    for solve in &pool.solves {
        let name = format!("{}^3, walls, decay over {} mm", solve.side, solve.decay_mm);
        let cells = [
            solve.iterations.to_string(),
            format!("{:.1}", solve.cold_ms),
            format!("{:.1}", solve.warm_ms),
        ];
        line(text, &name, cells.into_iter());
    }
}

impl Ratio {
    /// Ratios as a table of plain text.
    #[must_use]
    pub fn table(ratios: &[Self]) -> String {
        let width = ratios.iter().map(|r| r.name.chars().count()).max().unwrap_or(0);
        let mut text = "\nagainst the baseline: above 1 is better\n".to_owned();
        let _ = writeln!(text, "{:width$} {:>10} {:>10} {:>6}", "figure", "before", "now", "ratio");
        for Self { name, before, now, ratio } in ratios {
            let (before, now) = (significant(*before, 3), significant(*now, 3));
            let _ = writeln!(text, "{name:width$} {before:>10} {now:>10} {ratio:>6.2}");
        }
        text
    }
}

/// A name and columns of figures.
fn line(text: &mut String, name: &str, cells: impl Iterator<Item = String>) {
    let _ = write!(text, "  {name:<36}");
    for cell in cells {
        let _ = write!(text, " {cell:>12}");
    }
    text.push('\n');
}
