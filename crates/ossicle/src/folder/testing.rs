//! What several tests share.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ossicle_anatomy::{Anatomy, Joint, JointKind, Structure, Tissue};
use ossicle_field::{Field, Grid, noise};
use ossicle_lesion::{Signal, Slow};

use super::Channel;
use crate::readout::{Column, Readout, columns};
use crate::record::{LastState, Record, Status};

/// A folder of a test's own, removed at its end.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ossicle-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(fs::canonicalize(path).unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The names in it, in order.
    pub(super) fn names(&self) -> Vec<String> {
        names(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The names in a folder, in order.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The columns of a joint of two movements.
pub(super) fn told() -> Vec<&'static Column> {
    columns(&["flexion", "extension"])
}

/// Rows for days 0, 1, …, with numbers of all sizes and no round one but the day; nobody has
/// looked at the joint before day 2.
pub(super) fn rows(count: u64) -> Vec<Readout> {
    let row = |day: u64| {
        let mut row = Readout::default();
        for (n, column) in told().into_iter().enumerate() {
            if column.is_optional() && day < 2 {
                continue;
            }
            let size = libm::exp(30.0 * noise::normal(1, n as u64, day));
            column.put(&mut row, size * noise::normal(2, n as u64, day));
        }
        row.day = day as f64;
        row
    };
    (0..count).map(row).collect()
}

/// A failure with a state to go on from.
pub(crate) fn failed(cause: &str) -> Status {
    let last_state = Some(LastState {
        day: 3.25,
        file: "out/checkpoint/day-0003.2500.ossicle".into(),
        command: "ossicle run case.toml -o out --resume".into(),
    });
    Status::Failed { cause: cause.into(), last_state }
}

/// A record with something in every corner, of a run that stands as told.
pub(crate) fn record(status: Status) -> Record {
    use crate::record::{
        BranchRecord, BudgetLine, Budgets, ChangedParameter, GridRecord, InjuryRecord, Input,
        Machine, RECORD_FORMAT, Resumption, Steps,
    };
    let odd = |n: u64| noise::normal(3, 0, n) * libm::exp(20.0 * noise::normal(3, 1, n));
    Record {
        format: RECORD_FORMAT,
        version: "0.1.0".into(),
        model: "0123456789ab".into(),
        status,
        title: "Hüfte \"rechts\", 髋关节\n".into(),
        started: "2026-11-22T08:15:00Z".into(),
        updated: "2026-11-22T08:16:31Z".into(),
        day: 120.25,
        duration_days: 540.0,
        seed: u64::MAX,
        changes: vec!["patient.age = \"30 y\"".into()],
        inputs: vec![Input {
            role: "scan".into(),
            path: "scans/hip.nii.gz".into(),
            blake3: "ab".repeat(32),
            bytes: 1 << 53,
        }],
        anatomy: "hip, right".into(),
        patient: "human, 30 y".into(),
        injuries: vec![InjuryRecord {
            name: "fall".into(),
            kind: "contusion".into(),
            severity: odd(1),
            volume_mm3: odd(2),
        }],
        motion: vec!["day 0 to 540: comfortable".into()],
        without: vec!["neurogenic".into()],
        parameters_changed: vec![ChangedParameter {
            symbol: "k_B".into(),
            meaning: "release of BMP".into(),
            unit: "1/d".into(),
            default: odd(3),
            value: odd(4),
            because: "case".into(),
        }],
        grid: GridRecord { shape: [90, 80, 70], spacing_mm: [odd(5).abs(); 3], soft_voxels: 7 },
        machine: Machine {
            processor: "EPYC".into(),
            cores: 2,
            threads: 2,
            peak_memory_bytes: 1 << 30,
        },
        wall_seconds: odd(6).abs(),
        stage_seconds: [("reactions".into(), odd(7)), ("chemistry".into(), odd(8))].into(),
        steps: Steps {
            accepted: 900,
            rejected: 3,
            shortest_days: odd(9).abs(),
            longest_days: odd(10).abs(),
            largest_error: odd(20).abs(),
            limited_by: [("mineral".into(), 899), ("debris".into(), 1)].into(),
        },
        solver_iterations: [("oxygen".into(), odd(11).abs())].into(),
        budgets: Budgets {
            fields: vec![BudgetLine {
                field: "mineral".into(),
                unit: "mm3".into(),
                gained: odd(12),
                lost: odd(13),
                arrived: odd(14),
                left: odd(15),
                at_start: 0.0,
                at_end: odd(16),
                gap: 1e-17,
            }],
            worst_reaction_gap: odd(17),
            worst_transport_gap: f64::MIN_POSITIVE,
            worst_oxygen_gap: f64::MAX,
            lowest_value: -0.0,
            fullest_voxel: 0.1 + 0.2,
            speeds_clamped: 0,
        },
        warnings: vec!["the box is small".into()],
        notes: Vec::new(),
        joint: None,
        separation: None,
        pattern: None,
        radiographs: Vec::new(),
        summary: crate::readout::Summary::of(&rows(40), Some(17.5)),
        state_digest: Some("cd".repeat(32)),
        virtual_ct_days: vec![0, 42],
        field_days: vec![0, 42, 120],
        resumptions: vec![Resumption {
            day: odd(18).abs(),
            resumed: "2026-11-22T08:15:30Z".into(),
            after: failed("the disk"),
        }],
        branched_from: Some(BranchRecord {
            path: "runs/hip".into(),
            blake3: "ef".repeat(32),
            at: Some(odd(21).abs()),
            day: odd(19).abs(),
            state_digest: "01".repeat(32),
        }),
    }
}

/// An oblique, mirrored grid of unequal spacing whose geometry single precision holds.
pub(super) fn oblique_grid(shape: [usize; 3]) -> Grid {
    let single = |v: f64| f64::from(v as f32);
    let step = |direction: [f64; 3], spacing: f64| direction.map(|v| single(v * spacing));
    let steps =
        [step([-0.8, 0.6, 0.0], 0.7), step([0.36, 0.48, 0.8], 1.1), step([0.48, 0.64, -0.6], 2.5)];
    Grid::new(shape, steps, [single(-101.3), single(44.7), single(-803.25)]).unwrap()
}

/// A field of numbers that no compressor makes small, from 0 to 1.
pub(super) fn noisy(grid: &Grid, stream: u64) -> Field<f64> {
    let values = (0..grid.len() as u64).map(|n| noise::uniform(4, stream, n));
    Field::from_vec(*grid, values.collect())
}

/// An anatomy with every tissue.
pub(super) fn anatomy(grid: &Grid) -> Anatomy {
    let tissue = |n: usize| Tissue::ALL[(noise::bits(5, 0, n as u64) % 15) as usize];
    let joint = Joint {
        kind: JointKind::Sphere,
        side: None,
        centre_mm: grid.middle_mm(),
        radius_mm: None,
        proximal: [0.0, 0.0, 1.0],
        landmarks: BTreeMap::new(),
        normal_range_degrees: JointKind::Sphere.normal_range_degrees(),
    };
    let structure = Structure { name: "all".into(), tissue: Tissue::Muscle };
    Anatomy::new(
        Field::from_vec(*grid, (0..grid.len()).map(tissue).collect()),
        Field::filled(*grid, 0),
        vec![structure],
        Field::filled(*grid, 50.0),
        joint,
        Vec::new(),
    )
    .unwrap()
}

/// Channels of the model.
pub(super) fn channels() -> Vec<Channel> {
    vec![
        Slow::Mineral.describe().into(),
        Signal::Potential.describe().into(),
        Slow::Debris.describe().into(),
    ]
}
