//! The three-dimensional sphere against the radial reference program (`reference/README.md`).

#![expect(clippy::print_stdout, reason = "the table of differences is the point")]

mod common;

use common::{Run, Sphere, comfortable};
use ossicle_lesion::{OxygenUptake, Signal, Slow};

/// One table of profiles: day, radius and one column per field.
struct Profiles {
    columns: Vec<String>,
    rows: Vec<Vec<f64>>,
}

fn profiles(text: &str) -> Profiles {
    let mut lines = text.lines();
    let columns = lines.next().unwrap().split(',').map(str::to_owned).collect();
    let rows = lines.map(|l| l.split(',').map(|v| v.parse().unwrap()).collect()).collect();
    Profiles { columns, rows }
}

/// Shells over which both sides are averaged, in mm.
const SHELL_MM: f64 = 0.8;
/// Beyond this radius nothing happens.
const REACH_MM: f64 = 16.0;

impl Profiles {
    /// Shell means of one column on one day, weighted by volume.
    fn shells(&self, day: f64, column: &str) -> Vec<f64> {
        let column = self.columns.iter().position(|c| c == column).unwrap();
        let count = (REACH_MM / SHELL_MM).round() as usize;
        let (mut sum, mut weight) = (vec![0.0; count], vec![0.0; count]);
        for row in self.rows.iter().filter(|r| r[0] == day) {
            let shell = (row[1] / SHELL_MM) as usize;
            if shell < count {
                let cube = |r: f64| r * r * r;
                let volume = cube(row[1] + 0.2) - cube(row[1] - 0.2);
                sum[shell] += volume * row[column];
                weight[shell] += volume;
            }
        }
        sum.iter().zip(&weight).map(|(s, w)| s / w).collect()
    }
}

/// A field of the run under its name in the tables. The tables' O2 is all mature collagen.
fn field(run: &Run, signals: &[Vec<f64>], symbol: &str) -> Vec<f64> {
    let state = &run.state;
    if symbol == "O2" {
        let (bare, filled) = (state.field(Slow::MatureOsteoid), state.field(Slow::Mineral));
        return bare.iter().zip(filled).map(|(u, y)| u + y).collect();
    }
    match Slow::ALL.into_iter().find(|f| f.describe().symbol == symbol) {
        Some(field) => state.field(field).to_vec(),
        None => {
            let signal = Signal::ALL.into_iter().find(|s| s.describe().symbol == symbol).unwrap();
            signals[signal as usize].clone()
        }
    }
}

fn typical(symbol: &str) -> f64 {
    let slow = Slow::ALL.into_iter().map(Slow::describe);
    let signals = Signal::ALL.into_iter().map(Signal::describe);
    slow.chain(signals).find(|d| d.symbol == symbol).map_or(0.1, |d| d.typical)
}

fn compare(table: &str, uptake: OxygenUptake) {
    let reference = profiles(table);
    let mut sphere = Sphere { spacing_mm: 0.5, ..Sphere::default() };
    sphere.control.tolerance = 0.0025;
    sphere.control.oxygen_uptake = uptake;
    let mut run = sphere.start();
    let mut worst = (0.0, String::new());
    for day in [14.0, 42.0, 120.0, 360.0] {
        run.to(day, &|_| comfortable(0.6));
        let signals = run.stepper.signals_now(&run.problem, &run.state, &comfortable(0.6)).unwrap();
        for symbol in &reference.columns[2..] {
            let expected = reference.shells(day, symbol);
            let largest = expected.iter().copied().fold(0.0, f64::max);
            // A field that has all but vanished has no shape left to compare.
            if largest < 1e-3 * typical(symbol) {
                continue;
            }
            let values = field(&run, &signals, symbol);
            let found = run.shells(|c| values[c], SHELL_MM, REACH_MM);
            let gap = found.iter().zip(&expected).map(|(f, e)| (f - e).abs()).fold(0.0, f64::max)
                / largest;
            println!("day {day:3} {symbol:3} {:6.2} % of {largest:.4}", 100.0 * gap);
            if gap > worst.0 {
                worst = (gap, format!("{symbol} on day {day}"));
            }
        }
    }
    println!("largest difference {:.2} %: {}", 100.0 * worst.0, worst.1);
    assert!(
        worst.0 < 0.05,
        "{} differs by {:.2} % of its peak; expected less than 5 %",
        worst.1,
        100.0 * worst.0
    );
}

#[test]
fn radial_averages_follow_the_reference_at_its_own_settings() {
    compare(
        include_str!("reference/profiles_picard3.csv"),
        OxygenUptake::FromNormal { linearisations: 3 },
    );
}

#[test]
fn radial_averages_follow_the_reference_with_oxygen_solved() {
    compare(include_str!("reference/profiles_converged.csv"), OxygenUptake::Converged);
}
