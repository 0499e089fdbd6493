//! What a study found, in words and as a table.

use std::fmt::Write as _;

use super::convergence::{Behaviour, Convergence};
use super::study::{Refined, Refinement, Study};
use crate::report::words::significant;

/// A verdict: how far to believe a read-out at the case's own level.
pub(super) fn verdict(
    found: &Convergence,
    own: Option<f64>,
    unit: &str,
    formal_order: f64,
    days: f64,
) -> String {
    let band = || match (found.band, own) {
        (Some(band), Some(own)) if own != 0.0 => {
            format!("{} %", significant(100.0 * band / own.abs(), 2))
        }
        (Some(band), _) => format!("{} {unit}", significant(band, 2)),
        (None, _) => "an unknown band".to_owned(),
    };
    match (found.behaviour, found.order) {
        (Behaviour::Same, _) if found.band == Some(0.0) => "the same at every level".to_owned(),
        (Behaviour::Same, _) => format!("the same at every level, within {}", band()),
        (Behaviour::Asymptotic, _) => format!("converged within {}", band()),
        (Behaviour::Monotone, Some(order)) => format!(
            "not in the asymptotic range: order {order:.1} where {formal_order} is expected; within {}",
            band()
        ),
        (Behaviour::Oscillating, _) => {
            format!("not in the asymptotic range: up and down; within {}", band())
        }
        (Behaviour::Monotone | Behaviour::Diverging, _) => format!(
            "not in the asymptotic range: differences do not fall, no limit in sight; {} is three times their range",
            band()
        ),
        (Behaviour::Sometimes, _) => "no order: happens at some levels only".to_owned(),
        (Behaviour::Never, _) => format!("does not happen within {} d", significant(days, 4)),
    }
}

/// Edges of a voxel, one where all are alike.
pub(super) fn spacing(mm: [f64; 3]) -> String {
    let told = mm.map(|h| significant(h, 3));
    if told.iter().all(|h| *h == told[0]) {
        format!("{} mm", told[0])
    } else {
        format!("{} mm", told.join(" x "))
    }
}

/// A count, thousands apart.
pub(super) fn count(n: usize) -> String {
    crate::report::words::count(n as u64)
}

impl Study {
    /// The study as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let days = significant(self.days, 4);
        let mut text = format!("## {}: {days} days\n", self.title);
        for refinement in &self.refinements {
            text.push('\n');
            text.push_str(&refinement.markdown());
        }
        text
    }
}

impl Refinement {
    fn markdown(&self) -> String {
        let own = &self.levels[self.own];
        let name = |n: usize| match self.refined {
            Refined::Spacing => spacing(self.levels[n].spacing_mm),
            Refined::Tolerance => significant(self.levels[n].tolerance, 3),
        };
        let mut text = match self.refined {
            Refined::Spacing => {
                format!("### Grid refinement, tolerance {}\n\n", significant(own.tolerance, 3))
            }
            Refined::Tolerance => {
                format!("### Time refinement, voxels of {}\n\n", spacing(own.spacing_mm))
            }
        };
        let mut head = vec!["read-out".to_owned()];
        head.extend((0..self.levels.len()).map(name));
        let at_own = format!("± at {}", name(self.own));
        head.extend(["order".to_owned(), "limit".to_owned(), at_own, "verdict".to_owned()]);
        let cell = |value: Option<f64>, digits: usize| {
            value.map_or("–".to_owned(), |v| significant(v, digits))
        };
        let mut rows: Vec<Vec<String>> = Vec::new();
        for found in &self.readouts {
            let c = &found.convergence;
            let mut row = vec![format!("{}, {}", found.name, found.unit)];
            row.extend(found.values.iter().map(|v| cell(*v, 5)));
            let order = c.order.map_or("–".to_owned(), |order| format!("{order:.2}"));
            row.extend([order, cell(c.extrapolate, 5), cell(c.band, 2), found.verdict.clone()]);
            rows.push(row);
        }
        let of_levels = |name: &str, of: &dyn Fn(usize) -> String| {
            let mut row = vec![name.to_owned()];
            row.extend((0..self.levels.len()).map(of));
            row.resize(head.len(), String::new());
            row
        };
        rows.push(of_levels("voxels", &|n| count(self.levels[n].voxels)));
        rows.push(of_levels("steps", &|n| count(self.levels[n].steps)));
        rows.push(of_levels("wall, s", &|n| significant(self.levels[n].seconds, 2)));
        text.push_str(&table(&head, &rows));
        text
    }
}

/// A Markdown table whose columns are even where it is read as text.
fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    let mut line = |cells: &[String]| {
        for (cell, width) in cells.iter().zip(&widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
    };
    line(head);
    line(&widths.iter().map(|w| "-".repeat(*w)).collect::<Vec<_>>());
    rows.iter().for_each(|row| line(row));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::convergence::Level;

    fn told(values: [Option<f64>; 3]) -> String {
        let level = |(size, value)| Level { size, value };
        let levels: Vec<Level> = [4.0, 2.0, 1.0].into_iter().zip(values).map(level).collect();
        let found = Convergence::of(&levels, 1, 2.0, 0.0).expect("three levels");
        verdict(&found, values[1], "d", 2.0, 60.0)
    }

    #[test]
    fn verdicts_say_how_far_to_believe() {
        let of = |values: [f64; 3]| told(values.map(Some));
        // 100 + h²: the limit is 100, and 1.25 times 4 of 104 is 4.8 %.
        assert_eq!(of([116.0, 104.0, 101.0]), "converged within 4.8 %");
        assert_eq!(
            of([104.0, 102.0, 101.0]),
            "not in the asymptotic range: order 1.0 where 2 is expected; within 5.9 %"
        );
        assert_eq!(of([1.0, 2.0, 1.5]), "not in the asymptotic range: up and down; within 150 %");
        assert!(of([1.0, 2.0, 4.0]).contains("no limit in sight; 450 %"));
        assert_eq!(of([7.0; 3]), "the same at every level");
        assert_eq!(of([-4.0, 0.0, 1.0]), "converged within 1.7 d", "no share of nothing");
        assert_eq!(told([None; 3]), "does not happen within 60 d");
        assert_eq!(told([None, Some(1.0), Some(1.0)]), "no order: happens at some levels only");
    }

    #[test]
    fn voxels_are_told_in_short() {
        assert_eq!(spacing([1.0; 3]), "1 mm");
        assert_eq!(spacing([2.0 / 3.0; 3]), "0.667 mm");
        assert_eq!(spacing([0.8, 0.8, 0.75]), "0.8 x 0.8 x 0.75 mm");
    }

    #[test]
    fn tables_are_even() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let found = table(&row(["a", "b"]), &[row(["±", "long"])]);
        assert_eq!(found, "| a | b    |\n| - | ---- |\n| ± | long |\n");
    }
}
