//! Which days of many are shown.

/// At most `count` of the days, which rise: the first, the last, and between them those that
/// lie most evenly in time on a scale on which early days lie further apart, as does what
/// happens on them.
pub(super) fn spread(days: &[u64], count: usize) -> Vec<u64> {
    let (Some(&first), Some(&last)) = (days.first(), days.last()) else { return Vec::new() };
    if days.len() <= count {
        return days.to_vec();
    }
    if count < 2 {
        return vec![last; count];
    }
    // A week counts as the beginning: a logarithm of day 0 there is none.
    let place = |day: u64| libm::log(7.0 + day as f64);
    let step = (place(last) - place(first)) / (count - 1) as f64;
    let mut chosen = vec![first, last];
    for n in 1..count - 1 {
        let wanted = place(first) + n as f64 * step;
        let distance = |day: &u64| (place(*day) - wanted).abs();
        let free = days.iter().copied().filter(|d| !chosen.contains(d));
        chosen.extend(free.min_by(|a, b| distance(a).total_cmp(&distance(b))));
    }
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_last_days_are_kept_and_the_rest_lie_evenly() {
        let usual = [0, 14, 42, 84, 120, 180, 360, 540];
        assert_eq!(spread(&usual, 6), [0, 14, 42, 84, 180, 540]);
        assert_eq!(spread(&usual[1..], 4), [14, 42, 180, 540]);
        assert_eq!(spread(&usual, 8), usual);
        assert_eq!(spread(&usual, 2), [0, 540]);
        assert_eq!(spread(&usual, 1), [540]);
        assert_eq!(spread(&[7], 4), [7]);
        assert_eq!(spread(&[], 4), [0_u64; 0]);
        let every: Vec<u64> = (0..=540).collect();
        let chosen = spread(&every, 6);
        assert_eq!((chosen.len(), chosen[0], chosen[5]), (6, 0, 540));
        assert!(chosen.is_sorted_by(|a, b| a < b));
    }
}
