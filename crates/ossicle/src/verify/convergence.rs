//! What a ladder of ever finer runs says of one read-out: observed order, Richardson
//! extrapolate, band.
//!
//! With sizes `h1 < h2 < h3` of the three finest levels and values `f1, f2, f3`, the observed
//! order `p` solves `(f3 - f2) / (f2 - f1) = (h3^p - h2^p) / (h2^p - h1^p)`, which for a constant
//! ratio `r` is `p = ln((f3 - f2) / (f2 - f1)) / ln r`. The extrapolate is
//! `f0 = f1 + (f1 - f2) / ((h2 / h1)^q - 1)` and the band of a level is `F |f - f0|`; at the finest
//! level this is the grid convergence index of Roache (1994) and ASME V&V 20. Safety factor and
//! exponent follow Oberkampf and Roy (2010): `F = 1.25` and `q` the formal order where `p` is
//! within a tenth of it, else `F = 3` and `q = p` held between 0.5 and the formal order. Where
//! there is no order, the band is three times the range of the values, as Eça and Hoekstra (2014)
//! have it.

use serde::Serialize;

/// A run of the ladder as one read-out sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// What was refined: the spacing, the length of the step; in any unit.
    pub size: f64,
    /// What was found; nothing where it never happened.
    pub value: Option<f64>,
}

/// How the values behave on the way to the finest level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// The same at every level, as far as the read-out can tell.
    Same,
    /// Towards a limit with the formal order: in the asymptotic range.
    Asymptotic,
    /// Towards a limit, with another order.
    Monotone,
    /// Up and down.
    Oscillating,
    /// In one direction, and no limit in sight.
    Diverging,
    /// It happens at some levels only.
    Sometimes,
    /// It happens at no level.
    Never,
}

/// What a ladder says of one read-out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Convergence {
    /// How the values behave.
    pub behaviour: Behaviour,
    /// Observed order of the three finest levels, where they approach a limit.
    pub order: Option<f64>,
    /// Richardson's estimate of that limit.
    pub extrapolate: Option<f64>,
    /// Band (±) about the value of the level asked for, in the read-out's unit.
    pub band: Option<f64>,
    /// The same at the finest level.
    pub band_finest: Option<f64>,
    /// Safety factor in the bands.
    pub safety_factor: Option<f64>,
}

/// Observed orders beyond this are told as this.
const HIGHEST_ORDER: f64 = 10.0;
/// The lowest order that an extrapolation trusts.
const LOWEST_TRUSTED_ORDER: f64 = 0.5;
/// How near the formal order the observed one is in the asymptotic range, relative.
const NEAR: f64 = 0.1;
/// Safety factor in the asymptotic range.
const IN_RANGE: f64 = 1.25;
/// Safety factor elsewhere.
const OUT_OF_RANGE: f64 = 3.0;
/// Differences below this, relative to the values, are rounding.
const ROUNDING: f64 = 1e-9;

impl Convergence {
    /// Judges at least three levels in order of falling size, for a scheme of a formal order.
    /// `own` is the level whose band is wanted; differences up to `resolution` mean nothing.
    /// `None` for fewer levels, for sizes that do not fall, and where `own` is no level.
    #[must_use]
    pub fn of(levels: &[Level], own: usize, formal_order: f64, resolution: f64) -> Option<Self> {
        let [.., h3, h2, h1] = levels else { return None };
        let falling = levels.windows(2).all(|l| l[0].size > l[1].size && l[1].size > 0.0);
        if !falling || own >= levels.len() {
            return None;
        }
        let found: Vec<f64> = levels.iter().filter_map(|l| l.value).collect();
        if found.len() < levels.len() {
            let never = found.is_empty();
            let behaviour = if never { Behaviour::Never } else { Behaviour::Sometimes };
            return Some(Self::without_order(behaviour, None));
        }
        let [.., f3, f2, f1] = found[..] else { return None };
        let (low, high) = found
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &f| (l.min(f), h.max(f)));
        let (range, largest) = (high - low, low.abs().max(high.abs()));
        if range <= resolution.max(ROUNDING * largest) {
            let same = Self::without_order(Behaviour::Same, Some(range.max(resolution)));
            return Some(Self { extrapolate: Some(f1), ..same });
        }
        let (coarse, fine) = (f3 - f2, f2 - f1);
        let noise = Some(OUT_OF_RANGE * range);
        if coarse * fine <= 0.0 {
            return Some(Self::without_order(Behaviour::Oscillating, noise));
        }
        let Some(order) = observed_order([h1.size, h2.size, h3.size], coarse / fine) else {
            return Some(Self::without_order(Behaviour::Diverging, noise));
        };
        let (behaviour, safety, trusted) = if (order / formal_order - 1.0).abs() <= NEAR {
            (Behaviour::Asymptotic, IN_RANGE, formal_order)
        } else {
            let trusted = order.min(formal_order).max(LOWEST_TRUSTED_ORDER);
            (Behaviour::Monotone, OUT_OF_RANGE, trusted)
        };
        let limit = f1 - fine / (libm::pow(h2.size / h1.size, trusted) - 1.0);
        let band = |value: f64| Some((safety * (value - limit).abs()).max(resolution));
        Some(Self {
            behaviour,
            order: Some(order),
            extrapolate: Some(limit),
            band: band(found[own]),
            band_finest: band(f1),
            safety_factor: Some(safety),
        })
    }

    fn without_order(behaviour: Behaviour, band: Option<f64>) -> Self {
        let safety_factor = match behaviour {
            Behaviour::Oscillating | Behaviour::Diverging => Some(OUT_OF_RANGE),
            _ => None,
        };
        Self { behaviour, order: None, extrapolate: None, band, band_finest: band, safety_factor }
    }
}

/// The order at which the differences of three levels fall, `sizes` from the finest on;
/// `None` where they do not.
fn observed_order(sizes: [f64; 3], differences: f64) -> Option<f64> {
    let [h1, h2, h3] = sizes;
    // Grows with the order, from the ratio of logarithms at order 0.
    let ratio = |p: f64| {
        let power = |h: f64| libm::pow(h / h1, p);
        (power(h3) - power(h2)) / (power(h2) - 1.0)
    };
    if differences <= libm::log(h3 / h2) / libm::log(h2 / h1) {
        return None;
    }
    let (mut low, mut high) = (0.0, HIGHEST_ORDER);
    if differences >= ratio(high) {
        return Some(HIGHEST_ORDER);
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if ratio(middle) < differences {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Levels on which a read-out is what `f` says.
    fn ladder(sizes: &[f64], f: impl Fn(f64) -> f64) -> Vec<Level> {
        sizes.iter().map(|&size| Level { size, value: Some(f(size)) }).collect()
    }

    /// What they say of a scheme of second order.
    fn second(levels: &[Level], own: usize, resolution: f64) -> Convergence {
        Convergence::of(levels, own, 2.0, resolution).expect("enough levels")
    }

    fn near(found: Option<f64>, expected: f64) {
        let found = found.expect("a number");
        assert!((found - expected).abs() <= 1e-9 * (1.0 + expected.abs()), "{found}, {expected}");
    }

    #[test]
    fn a_second_order_sequence_is_known_to_the_last_digit() {
        for sizes in [[1.5, 1.0, 2.0 / 3.0], [1.5, 0.75, 0.5], [8.0, 5.0, 4.5]] {
            let levels = ladder(&sizes, |h| 7.0 - 0.3 * h * h);
            let found = second(&levels, 1, 0.0);
            assert_eq!(found.behaviour, Behaviour::Asymptotic);
            near(found.order, 2.0);
            near(found.extrapolate, 7.0);
            near(found.band, 1.25 * 0.3 * sizes[1] * sizes[1]);
            near(found.band_finest, 1.25 * 0.3 * sizes[2] * sizes[2]);
            assert_eq!(found.safety_factor, Some(1.25));
        }
    }

    #[test]
    fn the_band_of_the_finest_level_is_the_grid_convergence_index() {
        let levels = ladder(&[4.0, 2.0, 1.0], |h| 2.0 + 0.01 * h * h);
        let found = second(&levels, 2, 0.0);
        // 1.25 |f2 - f1| / (r^p - 1) with |f2 - f1| = 0.03 and r = 2.
        near(found.band, 1.25 * 0.03 / 3.0);
        assert_eq!(found.band, found.band_finest);
    }

    #[test]
    fn another_order_is_told_and_costs_safety() {
        let first = second(&ladder(&[4.0, 2.0, 1.0], |h| 5.0 + h), 2, 0.0);
        assert_eq!(first.behaviour, Behaviour::Monotone);
        near(first.order, 1.0);
        near(first.extrapolate, 5.0);
        near(first.band, 3.0);
        // Faster than formal: extrapolated as formal, so that the band is not too small.
        let cubic = second(&ladder(&[4.0, 2.0, 1.0], |h| 5.0 + h * h * h), 2, 0.0);
        near(cubic.order, 3.0);
        near(cubic.extrapolate, 6.0 - 7.0 / 3.0);
        near(cubic.band, 7.0);
        // Slower than anything that can be trusted: as if of order one half.
        let slow = second(&ladder(&[4.0, 2.0, 1.0], |h| libm::pow(h, 0.2)), 2, 0.0);
        near(slow.order, 0.2);
        let step = libm::pow(2.0, 0.2) - 1.0;
        near(slow.band, 3.0 * step / (libm::sqrt(2.0) - 1.0));
        // The order of a sequence, nothing but a difference of the finest two, is bounded.
        let abrupt = second(&ladder(&[4.0, 2.0, 1.0], |h| libm::pow(h, 30.0)), 2, 0.0);
        assert_eq!(abrupt.order, Some(HIGHEST_ORDER));
    }

    #[test]
    fn only_the_three_finest_levels_tell_the_order() {
        let mut levels = ladder(&[4.0, 2.0, 1.0, 0.5], |h| 1.0 + h * h);
        levels[0].value = Some(-3.0);
        let found = second(&levels, 2, 0.0);
        assert_eq!(found.behaviour, Behaviour::Asymptotic);
        near(found.order, 2.0);
        near(found.band, 1.25);
        near(found.band_finest, 1.25 * 0.25);
    }

    #[test]
    fn what_oscillates_or_diverges_has_a_band_and_no_order() {
        let of = |values: [f64; 3]| {
            let level = |(size, value): (f64, f64)| Level { size, value: Some(value) };
            let levels: Vec<Level> = [4.0, 2.0, 1.0].into_iter().zip(values).map(level).collect();
            second(&levels, 1, 0.0)
        };
        let found = of([1.0, 1.4, 1.3]);
        assert_eq!(found.behaviour, Behaviour::Oscillating);
        near(found.band, 1.2);
        assert_eq!((found.order, found.extrapolate), (None, None));
        // One that stands still and then moves, or moves and then stands still, is no order.
        assert_eq!(of([1.0, 1.0, 2.0]).behaviour, Behaviour::Oscillating);
        assert_eq!(of([1.0, 2.0, 2.0]).behaviour, Behaviour::Oscillating);
        // Equal differences are the logarithm's: it has no limit.
        assert_eq!(of([1.0, 2.0, 3.0]).behaviour, Behaviour::Diverging);
        let found = of([1.0, 1.1, 1.4]);
        assert_eq!(found.behaviour, Behaviour::Diverging);
        near(found.band_finest, 1.2);
    }

    #[test]
    fn equal_values_are_the_same_to_what_the_read_out_resolves() {
        let sizes = [4.0, 2.0, 1.0];
        let exact = second(&ladder(&sizes, |_| 3.0), 0, 0.0);
        assert_eq!((exact.behaviour, exact.band), (Behaviour::Same, Some(0.0)));
        assert_eq!(exact.extrapolate, Some(3.0));
        let rounded = second(&ladder(&sizes, |h| 3.0 + 1e-12 * h), 0, 0.0);
        assert_eq!(rounded.behaviour, Behaviour::Same);
        let days = second(&ladder(&sizes, |h| 40.0 + (h / 4.0).floor()), 0, 1.0);
        assert_eq!((days.behaviour, days.band), (Behaviour::Same, Some(1.0)));
        assert_eq!(second(&ladder(&sizes, |_| 0.0), 0, 0.0).band, Some(0.0));
        // A band is never below what the read-out resolves.
        let fine = second(&ladder(&sizes, |h| 40.0 + h * h), 2, 10.0);
        assert_eq!((fine.behaviour, fine.band_finest), (Behaviour::Asymptotic, Some(10.0)));
    }

    #[test]
    fn what_never_or_only_sometimes_happens_has_no_band() {
        let of = |values: [Option<f64>; 3]| {
            let level = |(size, value)| Level { size, value };
            let levels: Vec<Level> = [4.0, 2.0, 1.0].into_iter().zip(values).map(level).collect();
            second(&levels, 1, 0.0)
        };
        let never = of([None; 3]);
        assert_eq!((never.behaviour, never.band), (Behaviour::Never, None));
        for values in [[None, Some(40.0), Some(41.0)], [Some(40.0), Some(41.0), None]] {
            let sometimes = of(values);
            assert_eq!((sometimes.behaviour, sometimes.band), (Behaviour::Sometimes, None));
            assert_eq!(sometimes.order, None);
        }
    }

    #[test]
    fn too_few_levels_say_nothing() {
        let of = |sizes: &[f64], own| Convergence::of(&ladder(sizes, |h| h), own, 2.0, 0.0);
        assert_eq!(of(&[2.0, 1.0], 0), None);
        assert_eq!(of(&[], 0), None);
        assert_eq!(of(&[1.0, 2.0, 4.0], 0), None, "not ever finer");
        assert_eq!(of(&[2.0, 2.0, 1.0], 0), None, "twice the same");
        assert_eq!(of(&[4.0, 2.0, 1.0], 3), None, "no such level");
        assert!(of(&[4.0, 2.0, 1.0], 2).is_some());
    }
}
