//! Ranges of motion as a table, and as the arrays of a checkpoint.

use std::io;

use super::{MotionRow, Reach};

/// Columns before those of the movements.
const COLUMNS: [&str; 5] = ["day", "grade", "bridge", "gap_mm", "shadow_mm2"];

/// The rows as comma-separated values: for each movement its normal range and what is left of it,
/// by contracture and swelling, by bone, and by both. A cell is empty where nothing limits.
pub(crate) fn csv(rows: &[MotionRow]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut names = COLUMNS.map(str::to_owned).to_vec();
    for reach in rows.first().map_or(&[][..], |row| &row.reaches) {
        let name = &reach.movement;
        names.extend(
            ["_deg", "_normal_deg", "_soft_deg", "_bony_deg"].map(|what| format!("{name}{what}")),
        );
    }
    writer.write_record(names)?;
    for row in rows {
        let mut cells = vec![
            shown(row.day),
            row.grade.clone(),
            row.bridge.to_string(),
            shown(row.gap_mm),
            shown(row.shadow_mm2),
        ];
        for r in &row.reaches {
            cells.extend([r.free_deg, r.normal_deg, r.soft_deg, r.bony_deg].map(shown));
        }
        writer.write_record(cells)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

fn shown(value: f64) -> String {
    if value.is_finite() { format!("{value}") } else { String::new() }
}

/// The rows as numbers and text, for a checkpoint.
pub(crate) fn to_arrays(rows: &[MotionRow]) -> (Vec<f64>, Vec<u64>) {
    let reals = rows.iter().flat_map(|row| {
        let reaches =
            row.reaches.iter().flat_map(|r| [r.normal_deg, r.soft_deg, r.bony_deg, r.free_deg]);
        [row.day, row.gap_mm, row.shadow_mm2].into_iter().chain(reaches)
    });
    let counts = rows.iter().flat_map(|row| {
        let grade = row.grade.bytes().fold(0_u64, |word, byte| word << 8 | u64::from(byte));
        [u64::from(row.bridge), grade]
    });
    (reals.collect(), counts.collect())
}

/// The rows again, with the movements of the joint; `None` for arrays that are not those of rows.
pub(crate) fn from_arrays(
    movements: &[&str],
    reals: &[f64],
    counts: &[u64],
) -> Option<Vec<MotionRow>> {
    let width = 3 + 4 * movements.len();
    let (counts, rest) = counts.as_chunks::<2>();
    if !reals.len().is_multiple_of(width) || reals.len() / width != counts.len() || !rest.is_empty()
    {
        return None;
    }
    let row = |(numbers, [bridge, grade]): (&[f64], &[u64; 2])| {
        let reach = |(name, r): (&&str, &[f64; 4])| Reach {
            movement: (*name).to_owned(),
            normal_deg: r[0],
            soft_deg: r[1],
            bony_deg: r[2],
            free_deg: r[3],
        };
        let (reaches, _) = numbers[3..].as_chunks::<4>();
        let bytes = grade.to_be_bytes();
        let letters = bytes.iter().skip_while(|byte| **byte == 0).copied().collect();
        Some(MotionRow {
            day: numbers[0],
            gap_mm: numbers[1],
            shadow_mm2: numbers[2],
            bridge: *bridge == 1,
            grade: String::from_utf8(letters).ok()?,
            reaches: movements.iter().zip(reaches).map(reach).collect(),
        })
    };
    reals.chunks(width).zip(counts).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_come_back_from_a_checkpoint_and_show_nothing_where_nothing_limits() {
        let reach = |movement: &str, bony_deg: f64| Reach {
            movement: movement.to_owned(),
            normal_deg: 120.0,
            soft_deg: 101.5,
            bony_deg,
            free_deg: bony_deg.min(101.5),
        };
        let row = |day, grade: &str, bridge, gap_mm| MotionRow {
            day,
            reaches: vec![reach("flexion", 92.25), reach("extension", f64::INFINITY)],
            bridge,
            gap_mm,
            shadow_mm2: 410.0,
            grade: grade.to_owned(),
        };
        let rows = vec![row(0.0, "0", false, f64::INFINITY), row(14.0, "IIIA", true, 3.5)];
        let (reals, counts) = to_arrays(&rows);
        let movements = ["flexion", "extension"];
        assert_eq!(from_arrays(&movements, &reals, &counts), Some(rows.clone()));
        assert_eq!(from_arrays(&movements[..1], &reals, &counts), None);
        assert_eq!(from_arrays(&movements, &reals, &counts[..3]), None);
        let text = String::from_utf8(csv(&rows).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "day,grade,bridge,gap_mm,shadow_mm2,flexion_deg,flexion_normal_deg,flexion_soft_deg,\
             flexion_bony_deg,extension_deg,extension_normal_deg,extension_soft_deg,\
             extension_bony_deg"
        );
        assert_eq!(lines[1], "0,0,false,,410,92.25,120,101.5,92.25,101.5,120,101.5,");
        assert!(lines[2].starts_with("14,IIIA,true,3.5,410,"));
    }
}
