//! One small system whose transfers may run in any direction, cycles included.
//!
//! The same scheme as [`super::Network`], solved by elimination: for published models, and
//! as the plain counterpart that the fast one is checked against.

use super::network::donor_weight;

/// Rates of a system of `n` fields.
#[derive(Clone, Debug)]
pub struct DenseRates {
    /// What appears without a donor, per day.
    pub gain: Vec<f64>,
    /// What disappears without a receiver, per day of the field.
    pub loss: Vec<f64>,
    /// `transfer[from][to]`: what moves, per day of the donor.
    pub transfer: Vec<Vec<f64>>,
}

/// A system of `n` fields and the scratch memory to advance it.
#[derive(Clone, Debug)]
pub struct DenseSystem {
    rates: DenseRates,
    matrix: Vec<Vec<f64>>,
}

impl DenseSystem {
    /// A system of `n` fields.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let square = vec![vec![0.0; n]; n];
        let rates = DenseRates { gain: vec![0.0; n], loss: vec![0.0; n], transfer: square.clone() };
        Self { rates, matrix: square }
    }

    /// One second-order step of `dt_days` with rates that depend on the state: `rates(u, out)`
    /// fills rates that come cleared.
    pub fn step(&mut self, u: &mut [f64], dt_days: f64, rates: impl Fn(&[f64], &mut DenseRates)) {
        let mut middle = u.to_vec();
        self.fill(&rates, u);
        self.advance(u, None, dt_days / 2.0, &mut middle);
        self.fill(&rates, &middle);
        let mut end = middle.clone();
        self.advance(u, Some(&middle), dt_days, &mut end);
        u.copy_from_slice(&end);
    }

    fn fill(&mut self, rates: &impl Fn(&[f64], &mut DenseRates), u: &[f64]) {
        self.rates.gain.fill(0.0);
        self.rates.loss.fill(0.0);
        self.rates.transfer.iter_mut().for_each(|row| row.fill(0.0));
        rates(u, &mut self.rates);
    }

    fn advance(&mut self, start: &[f64], middle: Option<&[f64]>, dt: f64, end: &mut [f64]) {
        let n = start.len();
        let weight = |f: usize| middle.map_or(dt, |m| dt * donor_weight(start[f], m[f]));
        for to in 0..n {
            for from in 0..n {
                self.matrix[to][from] = -weight(from) * self.rates.transfer[from][to];
            }
            let leaving: f64 = self.rates.transfer[to].iter().sum();
            self.matrix[to][to] += 1.0 + weight(to) * (self.rates.loss[to] + leaving);
            end[to] = start[to] + dt * self.rates.gain[to];
        }
        // The columns are diagonally dominant, so elimination needs no pivoting and keeps signs.
        for pivot in 0..n {
            for row in pivot + 1..n {
                let factor = self.matrix[row][pivot] / self.matrix[pivot][pivot];
                if factor != 0.0 {
                    for column in pivot..n {
                        self.matrix[row][column] -= factor * self.matrix[pivot][column];
                    }
                    end[row] -= factor * end[pivot];
                }
            }
        }
        for row in (0..n).rev() {
            let known: f64 = (row + 1..n).map(|c| self.matrix[row][c] * end[c]).sum();
            end[row] = (end[row] - known) / self.matrix[row][row];
        }
    }
}
