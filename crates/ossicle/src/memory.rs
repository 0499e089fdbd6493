//! What a run needs and what the machine has.

use ossicle_lesion::fields::{FIELDS, SIGNALS};

use crate::case::Mechanics;

/// Bytes that one voxel of the lesion grid takes while a run advances: the fields three times
/// over, the signals, the solvers' levels and scratch. Measured; see `docs/numerics/speed.md`.
pub const LESION_BYTES_PER_VOXEL: u64 = 900;
/// Bytes that one voxel of the scan takes: the tissue's HU, one virtual CT, its file.
pub const SCAN_BYTES_PER_VOXEL: u64 = 24;
/// Bytes that the program takes whatever it runs.
const BASE_BYTES: u64 = 120 << 20;

/// Bytes more that a voxel takes for the strain between bones: none by the rule, displacements and their
/// solver's levels otherwise. Measured.
#[must_use]
pub fn strain_bytes_per_voxel(mechanics: Mechanics) -> u64 {
    match mechanics {
        Mechanics::Rule => 0,
        Mechanics::Bones => 200,
        Mechanics::Elastic => 850,
    }
}

/// Bytes that a run takes at its largest.
#[must_use]
pub fn needed_bytes(lesion_voxels: usize, mechanics: Mechanics, scan_voxels: usize) -> u64 {
    BASE_BYTES
        + (LESION_BYTES_PER_VOXEL + strain_bytes_per_voxel(mechanics)) * lesion_voxels as u64
        + SCAN_BYTES_PER_VOXEL * scan_voxels as u64
}

/// Bytes that results take on disk at the least: voxels of all fields of all days and voxels of
/// all virtual CTs, a tenth of their size when compression goes well; voxels of all checkpoints
/// that are there at once, three tenths of theirs.
#[must_use]
pub fn least_result_bytes(
    field_voxels: usize,
    virtual_ct_voxels: usize,
    checkpoint_voxels: usize,
) -> u64 {
    let outputs = 4 * field_voxels as u64 + 2 * virtual_ct_voxels as u64;
    let state = 8 * (FIELDS + SIGNALS) as u64;
    (outputs + 3 * state * checkpoint_voxels as u64) / 10
}

/// Bytes that can be taken without swapping, where the system tells: the least of what the
/// machine has free and what a control group allows.
#[must_use]
pub fn available_bytes() -> Option<u64> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find(|l| l.starts_with("MemAvailable:"))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
    });
    let group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok())
        .min();
    match (machine, group) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// A number of bytes in words.
#[must_use]
pub fn told(bytes: u64) -> String {
    let gib = bytes as f64 / f64::from(1 << 30);
    if gib >= 1.0 { format!("{gib:.1} GiB") } else { format!("{:.0} MiB", gib * 1024.0) }
}
