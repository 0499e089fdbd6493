//! The read-outs of chosen days as a table.

use super::days::spread;
use super::tables::Table;
use super::words;
use crate::readout::Readout;
use crate::record::Record;

/// Read-outs on the days that were chosen for pictures.
pub(super) fn table(record: &Record, rows: &[Readout]) -> Table {
    let mut days: Vec<u64> =
        record.virtual_ct_days.iter().chain(&record.field_days).copied().collect();
    days.extend(rows.first().into_iter().chain(rows.last()).map(|r| r.day.floor() as u64));
    days.sort_unstable();
    days.dedup();
    let chosen: Vec<f64> = spread(&days, 10).into_iter().map(|d| d as f64).collect();
    let chosen: Vec<&Readout> = rows.iter().filter(|r| chosen.contains(&r.day)).collect();

    let largest = |of: fn(&Readout) -> f64| chosen.iter().map(|r| of(r)).fold(0.0, f64::max);
    let (volume, volume_unit) =
        words::volume_unit(largest(|r| r.bone_volume_mm3.max(r.osteoid_mm3).max(r.cartilage_mm3)));
    let (mass, mass_unit) = words::mass_unit(largest(|r| r.mineral_mg));
    let all = |factor: f64, of: fn(&Readout) -> f64| -> Vec<f64> {
        chosen.iter().map(|r| factor * of(r)).collect()
    };
    let sized = |values: Vec<f64>| words::column(&values, 3);
    let fixed = |decimals: usize, values: Vec<f64>| -> Vec<String> {
        let cell =
            |v: f64| if v.is_finite() { format!("{v:.decimals$}") } else { "–".to_owned() };
        values.into_iter().map(cell).collect()
    };
    let columns = [
        ("Day".to_owned(), chosen.iter().map(|r| words::number(r.day)).collect()),
        (format!("Bone volume {volume_unit}"), sized(all(volume, |r| r.bone_volume_mm3))),
        (format!("Mineral {mass_unit}"), sized(all(mass, |r| r.mineral_mg))),
        (format!("Osteoid {volume_unit}"), sized(all(volume, |r| r.osteoid_mm3))),
        (format!("Cartilage {volume_unit}"), sized(all(volume, |r| r.cartilage_mm3))),
        ("Densest HU".to_owned(), fixed(0, all(1.0, |r| r.max_hu))),
        ("Maturity %".to_owned(), fixed(0, all(100.0, |r| r.maturity))),
        ("ALP × normal".to_owned(), fixed(2, all(1.0, |r| r.alp_rel))),
        ("Swelling %".to_owned(), fixed(0, all(100.0, |r| r.swelling))),
        ("Pain of 10".to_owned(), fixed(1, all(1.0, |r| r.pain))),
        ("Contracture °".to_owned(), fixed(0, all(1.0, |r| r.contracture_deg))),
        ("Free range °".to_owned(), fixed(0, all(1.0, |r| r.free_range_deg))),
    ];
    let row = |n: usize| columns.iter().map(|(_, cells)| cells[n].clone()).collect();
    Table {
        rows: (0..chosen.len()).map(row).collect(),
        head: columns.iter().map(|(head, _)| head.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Status;
    use crate::report::testing::{grown, record};

    #[test]
    fn milestones_are_rows_of_the_series() {
        let rows = grown(120);
        let mut record = record(Status::Complete, &rows);
        record.virtual_ct_days = vec![0, 42];
        record.field_days = vec![42, 84];
        let found = table(&record, &rows);
        let days: Vec<&str> = found.rows.iter().map(|r| r[0].as_str()).collect();
        assert_eq!(days, ["0", "42", "84", "120"]);
        assert!(found.rows.iter().all(|r| r.len() == found.head.len()));
        assert_eq!(table(&record, &[]).rows.len(), 0);
        assert_eq!(found.rows[3][1..5], ["1.76", "800", "0.0600", "0"]);
        assert_eq!(found.head[1..3], ["Bone volume cm³", "Mineral mg"]);
        let heavy: Vec<Readout> =
            rows.iter().map(|r| Readout { mineral_mg: 3942.1, ..*r }).collect();
        let found = table(&record, &heavy);
        assert_eq!([&found.head[2], &found.rows[0][2]], ["Mineral g", "3.94"]);
    }

    #[test]
    fn tiny_lesions_are_not_rounded_away() {
        let tiny = |r: &Readout| Readout {
            bone_volume_mm3: 1e-5 * r.bone_volume_mm3,
            mineral_mg: 1e-5 * r.mineral_mg,
            osteoid_mm3: 1e-5 * r.osteoid_mm3,
            cartilage_mm3: 1e-5 * r.cartilage_mm3,
            ..*r
        };
        let rows: Vec<Readout> = grown(120).iter().map(tiny).collect();
        let mut record = record(Status::Complete, &rows);
        record.virtual_ct_days = vec![0, 41, 120];
        let found = table(&record, &rows);
        assert_eq!(found.rows[0][1..5], ["0", "0", "0", "0"]);
        assert_eq!(found.rows[1][1..5], ["0.0002", "0.00010", "0.000205", "0.00190"]);
        assert_eq!(found.rows[2][1..5], ["0.0176", "0.00800", "0.000600", "0"]);
    }
}
