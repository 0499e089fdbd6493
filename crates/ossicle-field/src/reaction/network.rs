//! Many small systems of one shape, side by side in lanes.

use thiserror::Error;

/// Voxels that are advanced together: enough to fill vector registers, few enough for
/// every field of a tile to stay in the first-level cache.
pub const LANES: usize = 32;

/// One value per lane.
pub type Lanes = [f64; LANES];

/// A flow from one field to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    /// Index of the donor field.
    pub from: usize,
    /// Index of the receiving field.
    pub to: usize,
    /// What arrives per unit that leaves; the rest is lost.
    pub share: f64,
}

/// Fields 0 to `F-1` and `T` transfers between them, each from a lower to a higher index,
/// so that one pass in index order solves the implicit system.
#[derive(Clone, Debug, PartialEq)]
pub struct Network<const F: usize, const T: usize> {
    transfers: [Transfer; T],
}

/// Why a network was refused.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum NetworkError {
    /// A transfer does not go from a lower to a higher field.
    #[error(
        "transfer {index} goes from field {from} to field {to}; expected a higher field below {fields}"
    )]
    WrongWay {
        /// Which transfer.
        index: usize,
        /// Its donor.
        from: usize,
        /// Its receiver.
        to: usize,
        /// Number of fields.
        fields: usize,
    },
    /// A transfer creates or destroys more than everything.
    #[error("transfer {index} delivers a share of {share}; expected 0 to 1")]
    Share {
        /// Which transfer.
        index: usize,
        /// Its share.
        share: f64,
    },
}

/// Rates of one tile: per field a gain (unit/day) and a loss (1/day), per transfer a rate
/// (1/day of its donor).
#[derive(Clone, Debug)]
pub struct Rates<const F: usize, const T: usize> {
    /// What appears without a donor, in units of the field per day; not negative.
    pub gain: [Lanes; F],
    /// What disappears without a receiver, per day; not negative.
    pub loss: [Lanes; F],
    /// What moves on, per day of the donor; not negative.
    pub transfer: [Lanes; T],
}

impl<const F: usize, const T: usize> Default for Rates<F, T> {
    fn default() -> Self {
        Self { gain: [[0.0; LANES]; F], loss: [[0.0; LANES]; F], transfer: [[0.0; LANES]; T] }
    }
}

impl<const F: usize, const T: usize> Rates<F, T> {
    /// Sets every rate to zero.
    pub fn clear(&mut self) {
        self.gain.as_flattened_mut().fill(0.0);
        self.loss.as_flattened_mut().fill(0.0);
        self.transfer.as_flattened_mut().fill(0.0);
    }

    /// Multiplies every rate by a factor per lane, 0 to freeze a lane.
    pub fn scale(&mut self, factor: &Lanes) {
        for rates in self.gain.iter_mut().chain(&mut self.loss).chain(&mut self.transfer) {
            for (rate, factor) in rates.iter_mut().zip(factor) {
                *rate *= factor;
            }
        }
    }
}

/// What a step did to the sum over lanes of each field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget<const F: usize> {
    /// Added by gains.
    pub gained: [f64; F],
    /// Taken by losses.
    pub lost: [f64; F],
    /// Arrived from other fields.
    pub arrived: [f64; F],
    /// Left for other fields, before any yield.
    pub left: [f64; F],
}

impl<const F: usize> Default for Budget<F> {
    fn default() -> Self {
        Self { gained: [0.0; F], lost: [0.0; F], arrived: [0.0; F], left: [0.0; F] }
    }
}

impl<const F: usize> Budget<F> {
    /// The sum of two budgets.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        for f in 0..F {
            self.gained[f] += other.gained[f];
            self.lost[f] += other.lost[f];
            self.arrived[f] += other.arrived[f];
            self.left[f] += other.left[f];
        }
        self
    }
}

impl<const F: usize, const T: usize> Network<F, T> {
    /// A network from its transfers.
    ///
    /// # Errors
    /// Refuses transfers that do not go from a lower to a higher field, and shares outside 0 to 1.
    pub fn new(transfers: [Transfer; T]) -> Result<Self, NetworkError> {
        for (index, &Transfer { from, to, share }) in transfers.iter().enumerate() {
            if from >= to || to >= F {
                return Err(NetworkError::WrongWay { index, from, to, fields: F });
            }
            if !(0.0..=1.0).contains(&share) {
                return Err(NetworkError::Share { index, share });
            }
        }
        Ok(Self { transfers })
    }

    /// Advances a tile by `dt_days` from `start` to `end` with the given rates.
    ///
    /// With `middle` the loss and transfer rates are weighted for the second stage; without, they are taken as they are (the first stage, or a
    /// first-order step). What happened is added to `budget`.
    pub fn advance(
        &self,
        start: &[Lanes; F],
        middle: Option<&[Lanes; F]>,
        rates: &Rates<F, T>,
        dt_days: f64,
        end: &mut [Lanes; F],
        budget: &mut Budget<F>,
    ) {
        let mut weight = [dt_days; LANES];
        let mut moved = [[0.0; LANES]; T];
        for f in 0..F {
            let (mut arrived, mut leaving) = ([0.0; LANES], [0.0; LANES]);
            for (t, transfer) in self.transfers.iter().enumerate() {
                if transfer.to == f {
                    for l in 0..LANES {
                        arrived[l] += transfer.share * moved[t][l];
                    }
                } else if transfer.from == f {
                    for (leaving, rate) in leaving.iter_mut().zip(&rates.transfer[t]) {
                        *leaving += rate;
                    }
                }
            }
            let (gain, loss, end) = (&rates.gain[f], &rates.loss[f], &mut end[f]);
            if let Some(middle) = middle {
                for (l, weight) in weight.iter_mut().enumerate() {
                    let lost = dt_days * (loss[l] + leaving[l]);
                    *weight = dt_days * donor_weight(start[f][l], middle[f][l], lost);
                }
            }
            for l in 0..LANES {
                end[l] = (start[f][l] + dt_days * gain[l] + arrived[l])
                    / (1.0 + weight[l] * (loss[l] + leaving[l]));
            }
            for (t, transfer) in self.transfers.iter().enumerate() {
                if transfer.from == f {
                    for l in 0..LANES {
                        moved[t][l] = weight[l] * rates.transfer[t][l] * end[l];
                    }
                }
            }
            budget.gained[f] += dt_days * total(|l| gain[l]);
            budget.lost[f] += total(|l| weight[l] * loss[l] * end[l]);
            budget.arrived[f] += total(|l| arrived[l]);
            budget.left[f] += total(|l| weight[l] * leaving[l] * end[l]);
        }
    }
}

/// What the loss rate of a donor is multiplied by in the second stage: its middle value over
/// an estimate of its new one, extrapolated from `start` through `middle`, geometrically where
/// it falls and linearly where it rises (both second order, smooth where they meet, and right
/// for a start at zero).
///
/// A donor that turns over many times in the step (`lost`, rate times step) follows what makes
/// it, and extrapolating would swing it about that for ever; there the middle value stands for
/// the new one.
#[inline(always)]
pub(super) fn donor_weight(start: f64, middle: f64, lost: f64) -> f64 {
    // Makes 0/0 the 1 that it stands for.
    const TINY: f64 = 1e-200;
    let (start, middle) = (start + TINY, middle + TINY);
    // Of the way from start to middle, 4/(4 + lost^2) is gone once more.
    let here = (4.0 + lost * lost) * middle;
    let beyond = here + 4.0 * (start - middle).abs();
    let (above, below) = if middle < start { (beyond, here) } else { (here, beyond) };
    above / below
}

/// Sum over the lanes, in a fixed order that vectorises.
#[inline(always)]
fn total(value: impl Fn(usize) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    for block in 0..LANES / 8 {
        for (l, sum) in sums.iter_mut().enumerate() {
            *sum += value(8 * block + l);
        }
    }
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Network<3, 2> {
        Network::new([
            Transfer { from: 0, to: 1, share: 1.0 },
            Transfer { from: 1, to: 2, share: 0.7 },
        ])
        .unwrap()
    }

    /// Bateman's chain a -> b -> c with rates 0.5 and 0.2 per day, of which 0.7 of b arrives.
    fn bateman(t: f64) -> [f64; 3] {
        let (j, k) = (0.5, 0.2);
        let a = libm::exp(-j * t);
        let b = j / (k - j) * (libm::exp(-j * t) - libm::exp(-k * t));
        [a, b, 0.7 * (1.0 - a - b)]
    }

    fn run(steps: usize, days: f64) -> ([Lanes; 3], Budget<3>) {
        let network = chain();
        let rates = Rates { transfer: [[0.5; LANES], [0.2; LANES]], ..Rates::default() };
        let mut u = [[1.0; LANES], [0.0; LANES], [0.0; LANES]];
        let dt = days / steps as f64;
        let mut budget = Budget::default();
        for _ in 0..steps {
            let (mut middle, mut end) = (u, u);
            network.advance(&u, None, &rates, dt / 2.0, &mut middle, &mut Budget::default());
            network.advance(&u, Some(&middle), &rates, dt, &mut end, &mut budget);
            u = end;
        }
        (u, budget)
    }

    #[test]
    fn bateman_chain_is_second_order() {
        let days = 6.0;
        let error = |steps| {
            let (u, _) = run(steps, days);
            (0..3).map(|f| (u[f][0] - bateman(days)[f]).abs()).fold(0.0, f64::max)
        };
        let (coarse, fine) = (error(64), error(128));
        let order = libm::log2(coarse / fine);
        assert!(order > 1.9, "order {order} from errors {coarse:e}, {fine:e}");
    }

    #[test]
    fn what_leaves_arrives() {
        let (u, budget) = run(40, 30.0);
        let n = LANES as f64;
        let lost_on_the_way = 0.3 / 0.7 * u[2][0];
        assert!((u[0][0] + u[1][0] + u[2][0] + lost_on_the_way - 1.0).abs() < 1e-14);
        assert!((budget.left[0] - budget.arrived[1]).abs() < 1e-12 * n);
        assert!((0.7 * budget.left[1] - budget.arrived[2]).abs() < 1e-12 * n);
    }

    #[test]
    fn nothing_goes_negative_however_long_the_step() {
        let (u, _) = run(1, 1e6);
        assert!(u.as_flattened().iter().all(|v| *v >= 0.0 && v.is_finite()));
    }

    #[test]
    fn transfers_must_go_upwards_and_shares_stay_within_one() {
        let to_itself = Network::<2, 1>::new([Transfer { from: 1, to: 1, share: 1.0 }]);
        assert_eq!(to_itself, Err(NetworkError::WrongWay { index: 0, from: 1, to: 1, fields: 2 }));
        let too_much = Network::<2, 1>::new([Transfer { from: 0, to: 1, share: 1.5 }]);
        assert_eq!(too_much, Err(NetworkError::Share { index: 0, share: 1.5 }));
    }
}
