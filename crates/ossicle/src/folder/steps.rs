//! The step history as a table.

use std::io;

use ossicle_lesion::{Signal, Slow};

use super::csv_text::{Table, shortest};
use crate::history::StepRow;

/// Its columns before those of the signals' iterations; what is no pure number ends in its unit.
const COLUMNS: [&str; 5] =
    ["end_day", "length_days", "relative_error", "worst_field", "rejected_tries"];

/// The names of all columns.
fn names() -> Vec<String> {
    let iterations = |s: Signal| format!("iterations_{}", s.describe().name);
    COLUMNS.map(str::to_owned).into_iter().chain(StepRow::signals().map(iterations)).collect()
}

/// The rows as comma-separated values. Each number is the shortest that reads back as the same.
pub(super) fn csv(rows: &[StepRow]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(names())?;
    for row in rows {
        let mut cells = vec![
            shortest(row.end_day),
            shortest(row.length_days),
            shortest(row.relative_error),
            row.worst_field.describe().name.to_owned(),
            row.rejected_tries.to_string(),
        ];
        cells.extend(StepRow::signals().map(|s| row.iterations[s as usize].to_string()));
        writer.write_record(cells)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The rows that [`csv()`] wrote, or what is wrong with the text: found, and expected.
pub(super) fn from_csv(text: &[u8]) -> Result<Vec<StepRow>, [String; 2]> {
    let names = names();
    let mut table = Table::of(text, &names)?;
    table.expect(&names)?;
    table.rows(|cells, line| {
        row(cells).ok_or_else(|| {
            let cells: Vec<&str> = cells.iter().collect();
            [format!("{} in line {line}", cells.join(",")), "a step".to_owned()]
        })
    })
}

fn row(cells: &csv::StringRecord) -> Option<StepRow> {
    let real = |n: usize| cells.get(n)?.parse::<f64>().ok();
    let count = |n: usize| cells.get(n)?.parse::<u64>().ok();
    let mut row = StepRow {
        end_day: real(0)?,
        length_days: real(1)?,
        relative_error: real(2)?,
        worst_field: Slow::named(cells.get(3)?)?,
        rejected_tries: count(4)?,
        iterations: Default::default(),
    };
    for (n, signal) in StepRow::signals().enumerate() {
        row.iterations[signal as usize] = count(COLUMNS.len() + n)?;
    }
    Some(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::history;

    #[test]
    fn steps_come_back_from_text_to_the_last_bit() {
        let rows = history(300);
        let text = String::from_utf8(csv(&rows).unwrap()).unwrap();
        assert!(text.starts_with(
            "end_day,length_days,relative_error,worst_field,rejected_tries,iterations_cytokine,\
             iterations_tgf_beta,iterations_oxygen,iterations_vegf,iterations_potential\n"
        ));
        assert_eq!(text.lines().count(), 301);
        assert_eq!(from_csv(text.as_bytes()).unwrap(), rows);
        assert_eq!(from_csv(&csv(&[]).unwrap()).unwrap(), []);
        let [found, _] = from_csv(text.replacen("end_day", "end", 1).as_bytes()).unwrap_err();
        assert!(found.contains("the columns end,length_days"), "{found}");
        let name = rows[1].worst_field.describe().name;
        let [found, expected] = from_csv(text.replacen(name, "dust", 1).as_bytes()).unwrap_err();
        assert!(found.ends_with("in line 3") && expected == "a step", "{found}");
    }
}
