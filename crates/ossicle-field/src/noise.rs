//! Randomness addressed by counter: the value at (seed, stream, counter) is a pure
//! function, so it does not depend on visiting order or threads.

/// 64 well-mixed bits of a seed, a stream and a counter (two rounds of the
/// SplitMix64 finaliser over a keyed counter).
#[must_use]
pub fn bits(seed: u64, stream: u64, counter: u64) -> u64 {
    let key = mix(seed ^ mix(stream.wrapping_add(0x9E37_79B9_7F4A_7C15)));
    mix(mix(counter.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(key)) ^ key)
}

/// Uniform in the open interval (0, 1).
#[must_use]
pub fn uniform(seed: u64, stream: u64, counter: u64) -> f64 {
    ((bits(seed, stream, counter) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

/// Standard normal (Box and Muller).
#[must_use]
pub fn normal(seed: u64, stream: u64, counter: u64) -> f64 {
    let radius = (-2.0 * libm::log(uniform(seed, stream, 2 * counter))).sqrt();
    radius * libm::cos(std::f64::consts::TAU * uniform(seed, stream, 2 * counter + 1))
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_neighbour_correlation() {
        let n = 200_000;
        let x: Vec<f64> = (0..n).map(|i| normal(7, 3, i)).collect();
        let mean = crate::reduce::sum(&x) / n as f64;
        let variance = crate::reduce::dot(&x, &x) / n as f64 - mean * mean;
        let lag = crate::reduce::dot(&x[1..], &x[..x.len() - 1]) / n as f64;
        // Four standard errors.
        assert!(mean.abs() < 4.0 / (n as f64).sqrt(), "mean {mean}");
        assert!((variance - 1.0).abs() < 4.0 * (2.0 / n as f64).sqrt(), "variance {variance}");
        assert!(lag.abs() < 4.0 / (n as f64).sqrt(), "lag-one correlation {lag}");
    }

    #[test]
    fn seed_stream_and_counter_each_matter() {
        assert_ne!(bits(1, 2, 3), bits(2, 2, 3));
        assert_ne!(bits(1, 2, 3), bits(1, 3, 3));
        assert_ne!(bits(1, 2, 3), bits(1, 2, 4));
        assert_eq!(bits(1, 2, 3), bits(1, 2, 3));
    }
}
