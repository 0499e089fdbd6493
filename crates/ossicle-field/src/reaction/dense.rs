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
    column_sums: Vec<f64>,
}

impl DenseSystem {
    /// A system of `n` fields.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let square = vec![vec![0.0; n]; n];
        let rates = DenseRates { gain: vec![0.0; n], loss: vec![0.0; n], transfer: square.clone() };
        Self { rates, matrix: square, column_sums: vec![0.0; n] }
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
        let (rates, matrix, sums) = (&self.rates, &mut self.matrix, &mut self.column_sums);
        // Off the diagonal, the matrix holds what `from` gives to `to` with the sign changed;
        // the diagonal is never used, being the column's sum plus all that it gives.
        for from in 0..n {
            let leaving: f64 = rates.transfer[from].iter().sum();
            let weight = middle.map_or(dt, |middle| {
                let lost = dt * (rates.loss[from] + leaving);
                dt * donor_weight(start[from], middle[from], lost)
            });
            for (to, row) in matrix.iter_mut().enumerate() {
                row[from] = weight * rates.transfer[from][to];
            }
            sums[from] = 1.0 + weight * rates.loss[from];
            end[from] = start[from] + dt * rates.gain[from];
        }
        // Elimination that only ever adds, so that nothing turns negative and the total is kept
        // to the last digits however fast the exchange.
        let mut pivots = vec![0.0; n];
        for k in 0..n {
            let (upper, lower) = matrix.split_at_mut(k + 1);
            let pivot_row = &upper[k][k + 1..];
            let pivot = sums[k] + lower.iter().map(|row| row[k]).sum::<f64>();
            pivots[k] = pivot;
            for (row, end_of) in lower.iter_mut().zip(k + 1..) {
                let factor = row[k] / pivot;
                for (value, above) in row[k + 1..].iter_mut().zip(pivot_row) {
                    *value += factor * above;
                }
                end[end_of] += factor * end[k];
            }
            let kept = sums[k] / pivot;
            for (sum, above) in sums[k + 1..].iter_mut().zip(pivot_row) {
                *sum += kept * above;
            }
        }
        for row in (0..n).rev() {
            let received: f64 = (row + 1..n).map(|c| matrix[row][c] * end[c]).sum();
            end[row] = (end[row] + received) / pivots[row];
        }
    }
}
