//! What several tests of the report share.

use ossicle_field::Grid;

use crate::readout::{Readout, Summary};
use crate::record::{
    BudgetLine, Budgets, ChangedParameter, GridRecord, InjuryRecord, Input, Machine, RECORD_FORMAT,
    Record, Status, Steps,
};

/// The course of a lesion whose figures are easy to follow, one row a day up to `last_day`:
/// bone from day 40 on, 22 mm³ a day; the joint narrowest on day 10.
pub(super) fn grown(last_day: u32) -> Vec<Readout> {
    let row = |day: f64| {
        let ossifying = (day - 40.0).max(0.0);
        Readout {
            day,
            bone_volume_mm3: 22.0 * ossifying,
            mineral_mg: 10.0 * ossifying,
            osteoid_mm3: 0.5 * day,
            cartilage_mm3: (300.0 - 10.0 * (day - 30.0).abs()).max(0.0),
            max_hu: 50.0 + 550.0 * day / 120.0,
            maturity: 0.8 * day / 120.0,
            alp_rel: (1.3 - 0.01 * (day - 40.0).abs()).max(1.0),
            swelling: (0.5 - 0.05 * (day - 4.0).abs()).max(0.0),
            pain: (6.0 - 0.5 * (day - 5.0).abs()).max(0.0),
            contracture_deg: day / 10.0,
            free_range_deg: if day < 10.0 {
                120.0 - 6.0 * day
            } else {
                60.0 + 3.0 * (day - 10.0) / 11.0
            },
            debris_1e6_cells: 300.0 * libm::exp(-day / 5.0),
            inflammatory_macrophages_1e6: (3.0 - 0.2 * (day - 6.0).abs()).max(0.0),
            progenitors_1e6: 2.0 + (9.0 - 0.5 * (day - 20.0).abs()).max(0.0),
            chondrocytes_1e6: (12.0 - 0.5 * (day - 25.0).abs()).max(0.0),
            osteoblasts_1e6: (8.0 - 0.2 * (day - 50.0).abs()).max(0.0),
            ..Readout::default()
        }
    };
    (0..=last_day).map(|day| row(f64::from(day))).collect()
}

/// A record of 540 days of which 120 have passed, with the summary of the rows.
pub(super) fn record(status: Status, rows: &[Readout]) -> Record {
    Record {
        format: RECORD_FORMAT,
        version: "0.1.0".into(),
        model: "0123456789ab".into(),
        status,
        title: "Hip after a fall".into(),
        started: "2026-11-22T08:15:00Z".into(),
        updated: "2026-11-22T08:16:31Z".into(),
        day: 120.0,
        duration_days: 540.0,
        seed: 7,
        changes: vec!["--set K_B=0.5".into(), "--without neurogenic".into()],
        inputs: vec![Input {
            role: "case".into(),
            path: "cases/hip.toml".into(),
            blake3: "ab".repeat(32),
            bytes: 886,
        }],
        anatomy: "built-in right hip".into(),
        patient: "human, male, 45 years".into(),
        injuries: vec![InjuryRecord {
            name: "fall".into(),
            kind: "capsule_tear".into(),
            severity: 2.0,
            volume_mm3: 3000.0,
        }],
        motion: vec!["day 0 to 540: comfortable, 0.6 of the free range".into()],
        without: vec!["neurogenic".into()],
        parameters_changed: vec![ChangedParameter {
            symbol: "K_B".into(),
            meaning: "BMP that commits half of the progenitors".into(),
            unit: "1".into(),
            default: 0.8,
            value: 0.5,
            because: "set by the case".into(),
        }],
        grid: GridRecord { shape: [40, 36, 30], spacing_mm: [1.0; 3], soft_voxels: 40_000 },
        machine: Machine {
            processor: "EPYC".into(),
            cores: 2,
            threads: 2,
            peak_memory_bytes: 1 << 30,
        },
        wall_seconds: 135.8,
        stage_seconds: [("chemistry".into(), 63.5), ("reactions".into(), 22.2)].into(),
        steps: Steps {
            accepted: 719,
            rejected: 1,
            shortest_days: 0.0055,
            longest_days: 2.0,
            largest_error: 0.0099,
            limited_by: [("mineral".into(), 700), ("debris".into(), 19)].into(),
        },
        solver_iterations: [("oxygen".into(), 7.95)].into(),
        budgets: Budgets {
            fields: vec![BudgetLine {
                field: "cartilage_matrix".into(),
                unit: "1e6 cells/mL x mm3".into(),
                gained: 1963.27,
                lost: 1947.85,
                arrived: 0.0,
                left: 0.0,
                at_start: 0.0,
                at_end: 15.42,
                gap: 5.9e-16,
            }],
            worst_reaction_gap: 2.7e-16,
            worst_transport_gap: 9.2e-16,
            worst_oxygen_gap: 5e-5,
            lowest_value: 0.0,
            fullest_voxel: 0.466,
            speeds_clamped: 0,
        },
        warnings: Vec::new(),
        notes: Vec::new(),
        joint: None,
        separation: None,
        pattern: None,
        radiographs: Vec::new(),
        summary: Summary::of(rows, rows.iter().any(|r| r.max_hu > 190.0).then_some(31.0)),
        state_digest: Some("cd".repeat(32)),
        virtual_ct_days: Vec::new(),
        field_days: Vec::new(),
        resumptions: Vec::new(),
        branched_from: None,
    }
}

/// An oblique, mirrored grid of unequal spacing.
pub(super) fn oblique_grid(shape: [usize; 3]) -> Grid {
    let step = |direction: [f64; 3], spacing: f64| direction.map(|v| v * spacing);
    let steps =
        [step([-0.8, 0.6, 0.0], 0.7), step([0.36, 0.48, 0.8], 1.1), step([0.48, 0.64, -0.6], 2.5)];
    Grid::new(shape, steps, [-101.0, 44.5, -803.25]).unwrap()
}
