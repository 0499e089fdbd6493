//! Axes: round numbers to read by, and where a number lies in a picture.

/// A straight axis: from numbers to places in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) struct Scale {
    /// Lowest and highest number.
    pub(in crate::report) numbers: [f64; 2],
    /// Their places.
    pub(in crate::report) places: [f64; 2],
}

impl Scale {
    /// The place of a number; what lies beyond the axis is put at its end.
    pub(in crate::report) fn at(&self, number: f64) -> f64 {
        let [low, high] = self.numbers;
        let [from, to] = self.places;
        let share = if high > low { (number - low) / (high - low) } else { 0.0 };
        from + share.clamp(0.0, 1.0) * (to - from)
    }
}

/// The smallest of 1, 2 or 5 times a power of ten that is not below `least`.
fn round_step(least: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(least)));
    // A hair of tolerance: 0.3 / 3 is a little below 0.1.
    [1.0, 2.0, 5.0, 10.0]
        .map(|m| m * power)
        .into_iter()
        .find(|s| *s >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// The largest of 1, 2 or 5 times a power of ten that is not above `most`, for `most` above 0.
pub(in crate::report) fn round_below(most: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(most)));
    [5.0, 2.0].map(|m| m * power).into_iter().find(|r| *r <= most * (1.0 + 1e-9)).unwrap_or(power)
}

/// Round numbers from `low` to `high`, at most about `most` of them, and their distance.
pub(in crate::report) fn ticks(low: f64, high: f64, most: usize) -> (Vec<f64>, f64) {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) || most < 2 {
        return (vec![low], 1.0);
    }
    let step = round_step(span / (most - 1) as f64);
    (multiples(low, high, step), step)
}

/// The multiples of `step` from `low` to `high`.
fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    let count = (last - first).max(-1.0) as i64 + 1;
    (0..count).map(|n| (first + n as f64) * step).collect()
}

/// A number on an axis whose ticks lie `step` apart.
pub(in crate::report) fn tick_text(number: f64, step: f64) -> String {
    let decimals = (-libm::floor(libm::log10(step) + 1e-9)).max(0.0) as usize;
    let text = format!("{number:.decimals$}");
    if text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
        "0".to_owned()
    } else {
        text
    }
}

/// A number as short as it can be written, free of what adding steps leaves behind.
pub(in crate::report) fn plain(number: f64) -> String {
    format!("{}", (number * 1e9).round() / 1e9)
}

/// Days to mark on an axis up to `last`: whole weeks, months and quarters where they fit.
pub(in crate::report) fn day_ticks(last: f64, most: usize) -> Vec<f64> {
    const STEPS: [f64; 12] =
        [1.0, 2.0, 5.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0, 360.0, 720.0, 1440.0];
    if last < 2.0 {
        return ticks(0.0, last, most).0;
    }
    let step = STEPS.into_iter().find(|s| last / s + 1.0 <= most as f64).unwrap_or(2880.0);
    multiples(0.0, last, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_range() {
        for (low, high, most, expected) in [
            (0.0, 1.0, 6, vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
            (0.0, 3.0, 4, vec![0.0, 1.0, 2.0, 3.0]),
            (1.0, 1.16, 5, vec![1.0, 1.05, 1.1, 1.15]),
            (-3.0, 11.0, 5, vec![0.0, 5.0, 10.0]),
            (0.0, 0.3, 4, vec![0.0, 0.1, 0.2, 0.3]),
            (0.0, 1e-7, 3, vec![0.0, 5e-8, 1e-7]),
        ] {
            let (found, step) = ticks(low, high, most);
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (f, e) in found.iter().zip(&expected) {
                assert!((f - e).abs() < 1e-9 * step, "{found:?} against {expected:?}");
            }
            assert!(found.len() <= most + 1);
        }
        assert_eq!(ticks(2.0, 2.0, 5).0, [2.0]);
        assert_eq!(ticks(0.0, f64::INFINITY, 5).0, [0.0]);
    }

    #[test]
    fn lengths_are_rounded_down() {
        for (most, round) in
            [(20.0, 20.0), (2.4, 2.0), (4.9, 2.0), (0.3, 0.2), (1.0, 1.0), (99.0, 50.0)]
        {
            assert!((round_below(most) / round - 1.0).abs() < 1e-12, "{}", round_below(most));
        }
    }

    #[test]
    fn tick_texts_have_the_decimals_of_their_step() {
        assert_eq!(tick_text(0.30000000000000004, 0.1), "0.3");
        assert_eq!(tick_text(0.25, 0.05), "0.25");
        assert_eq!(tick_text(-0.0, 0.05), "0");
        assert_eq!(tick_text(2000.0, 500.0), "2000");
        assert_eq!(tick_text(-20.0, 10.0), "-20");
        assert_eq!(tick_text(1.0, 1.0), "1");
    }

    #[test]
    fn days_are_marked_at_weeks_and_months() {
        assert_eq!(day_ticks(360.0, 7), [0.0, 60.0, 120.0, 180.0, 240.0, 300.0, 360.0]);
        assert_eq!(day_ticks(540.0, 7), [0.0, 90.0, 180.0, 270.0, 360.0, 450.0, 540.0]);
        assert_eq!(day_ticks(42.0, 7), [0.0, 7.0, 14.0, 21.0, 28.0, 35.0, 42.0]);
        assert_eq!(day_ticks(2.0, 7), [0.0, 1.0, 2.0]);
        assert!(day_ticks(0.5, 7).len() > 1);
        assert!(day_ticks(7300.0, 7).len() <= 8);
    }

    #[test]
    fn numbers_have_their_places() {
        let scale = Scale { numbers: [0.0, 4.0], places: [200.0, 0.0] };
        assert_eq!([0.0, 1.0, 4.0, 5.0].map(|n| scale.at(n)), [200.0, 150.0, 0.0, 0.0]);
        assert_eq!(Scale { numbers: [3.0; 2], ..scale }.at(3.0), 200.0);
        assert_eq!([plain(0.1 + 0.2), plain(20.0), plain(-5.0)], ["0.3", "20", "-5"]);
    }
}
