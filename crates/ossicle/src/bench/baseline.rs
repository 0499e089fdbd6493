//! Figures stored, read back and compared.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::{Bench, BenchError, FORMAT};

/// One figure by name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    /// What it is, told apart from all others.
    pub(super) name: String,
    /// Its value, more than 0.
    pub(super) value: f64,
    /// Whether more of it is better, as of a rate; of a time, less is.
    more_is_better: bool,
}

/// A figure now and before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// What it is.
    pub name: String,
    /// Before.
    pub before: f64,
    /// Now.
    pub now: f64,
    /// How many times better: above 1 is faster, or takes less memory.
    pub ratio: f64,
}

impl Bench {
    /// Every figure that can be compared.
    pub(super) fn figures(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        let mut put = |name: String, value: f64, more_is_better| {
            figures.push(Figure { name, value, more_is_better });
        };
        let days = self.job.days;
        for pool in &self.pools {
            let on = match pool.threads {
                1 => "1 thread".to_owned(),
                n => format!("{n} threads"),
            };
            put(format!("triad, B/s; {on}"), pool.triad_bytes_per_s, true);
            for kernel in &pool.kernels {
                put(format!("{}, M voxel/s; {on}", kernel.name), kernel.m_voxels_per_s, true);
                put(format!("{}, of triad; {on}", kernel.name), kernel.of_triad, true);
            }
            for solve in &pool.solves {
                let name = format!("solve {}^3, {} mm", solve.side, solve.decay_mm);
                put(format!("{name}, cold ms; {on}"), solve.cold_ms, false);
                put(format!("{name}, warm ms; {on}"), solve.warm_ms, false);
            }
            // Only the same job can be compared.
            let job = format!("{}, {} voxels, {days} d", self.job.title, self.job.voxels);
            put(format!("{job}: all, s; {on}"), pool.job.seconds, false);
            put(format!("{job}: set-up, s; {on}"), pool.job.setup_seconds, false);
            for (stage, seconds) in &pool.job.stages {
                put(format!("{job}: {stage}, s; {on}"), *seconds, false);
            }
        }
        if let Some(bytes) = self.job.bytes_per_voxel {
            put(format!("memory of {} voxels, B/voxel", self.job.voxels), bytes, false);
        }
        for point in &self.growth.points {
            let name = format!("step of {} voxels, s", point.soft_voxels);
            put(name, point.seconds_per_step, false);
        }
        figures.retain(|f| f.value > 0.0);
        figures
    }

    /// This run against an earlier one, figure by figure as far as both have them.
    ///
    /// # Errors
    /// If they share none.
    pub fn against(&self, earlier: &Self) -> Result<Vec<Ratio>, BenchError> {
        let before: BTreeMap<String, f64> =
            earlier.figures().into_iter().map(|f| (f.name, f.value)).collect();
        let ratio = |figure: Figure| {
            let (before, now) = (*before.get(&figure.name)?, figure.value);
            let ratio = if figure.more_is_better { now / before } else { before / now };
            Some(Ratio { name: figure.name, before, now, ratio })
        };
        let ratios: Vec<Ratio> = self.figures().into_iter().filter_map(ratio).collect();
        if ratios.is_empty() { Err(BenchError::NothingShared) } else { Ok(ratios) }
    }

    /// Writes the figures to a file, whole or not at all.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), BenchError> {
        let json = serde_json::to_string_pretty(self).map_err(|cause| BenchError::Baseline {
            path: path.to_owned(),
            cause: cause.to_string(),
        })?;
        Ok(crate::write_text(path, &(json + "\n"))?)
    }

    /// Reads what [`Bench::save`] wrote.
    ///
    /// # Errors
    /// If it cannot be read, or is something else.
    pub fn read(path: &Path) -> Result<Self, BenchError> {
        let refuse = |cause: String| BenchError::Baseline { path: path.to_owned(), cause };
        let text = std::fs::read_to_string(path).map_err(|cause| refuse(cause.to_string()))?;
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|cause| refuse(cause.to_string()))?;
        if let Some(found) = value.get("format").filter(|f| f.as_u64() != Some(u64::from(FORMAT))) {
            return Err(refuse(format!("found format {found}, expected {FORMAT}")));
        }
        serde_json::from_value(value).map_err(|cause| refuse(cause.to_string()))
    }
}
