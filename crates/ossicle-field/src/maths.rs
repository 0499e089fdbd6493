//! Scalar functions whose value does not depend on the machine.

/// `x` to a small whole power, by multiplication in a fixed order.
#[inline(always)]
#[must_use]
pub fn power(x: f64, n: u32) -> f64 {
    match n {
        0 => 1.0,
        1 => x,
        2 => x * x,
        3 => x * x * x,
        4 => (x * x) * (x * x),
        _ => {
            let (mut base, mut rest, mut result) = (x, n, 1.0);
            while rest > 0 {
                if rest & 1 == 1 {
                    result *= base;
                }
                base *= base;
                rest >>= 1;
            }
            result
        }
    }
}

/// The Hill function `x^n / (K^n + x^n)`, 0 for negative `x`.
#[inline(always)]
#[must_use]
pub fn hill(x: f64, k: f64, n: u32) -> f64 {
    let (x, k) = (power(positive(x), n), power(k, n));
    x / (k + x)
}

/// `max(x, 0)`: the positive part, written `[x]+` in the model. NaN stays NaN.
#[inline(always)]
#[must_use]
pub fn positive(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

/// A soft step down from 1 to 0 across `x = 0`, `width` wide: `(1 - tanh(x/width))/2`.
#[must_use]
pub fn soft_step_down(x: f64, width: f64) -> f64 {
    0.5 * (1.0 - libm::tanh(x / width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_agrees_with_repeated_multiplication() {
        for n in 0..13 {
            let plain = (0..n).fold(1.0, |p, _| p * 1.7);
            assert!((power(1.7, n) / plain - 1.0).abs() < 1e-14, "n = {n}");
        }
    }

    #[test]
    fn hill_is_half_at_its_constant_and_zero_below() {
        assert_eq!(hill(0.8, 0.8, 4), 0.5);
        assert_eq!(hill(-1.0, 0.8, 3), 0.0);
    }
}
