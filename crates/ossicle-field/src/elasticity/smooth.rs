//! Chebyshev smoothing: the polynomial in `D^-1 A` that damps the upper part of its spectrum
//! most evenly.

/// Steps of one smoothing.
const STEPS: usize = 2;
/// The spectrum aimed at, from its upper end down to this share of it.
const SHARE: f32 = 1.0 / 6.0;

/// Smoothing of one level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chebyshev {
    /// Upper end of the spectrum of `D^-1 A`.
    high: f32,
}

impl Chebyshev {
    pub(super) fn new(high: f32) -> Self {
        Self { high }
    }

    /// Of each step, how much of the last change is kept and how much of `D^-1 residual` is
    /// added.
    pub(super) fn steps(self) -> impl Iterator<Item = [f32; 2]> {
        let low = SHARE * self.high;
        let (theta, delta) = (0.5 * (self.high + low), 0.5 * (self.high - low));
        let sigma = theta / delta;
        let mut rho = 1.0 / sigma;
        (0..STEPS).map(move |step| {
            if step == 0 {
                return [0.0, 1.0 / theta];
            }
            let last = rho;
            rho = 1.0 / (2.0 * sigma - last);
            [rho * last, 2.0 * rho / delta]
        })
    }
}
