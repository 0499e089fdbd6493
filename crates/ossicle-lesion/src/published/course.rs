//! What a run of ordinary equations gives back.

/// States at evenly spaced times.
#[derive(Clone, Debug, PartialEq)]
pub struct Course<S> {
    /// Days between states.
    interval: f64,
    states: Vec<S>,
}

/// The largest value of something and when it was reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// The value.
    pub value: f64,
    /// The day.
    pub day: f64,
}

impl<S> Course<S> {
    /// Runs `advance(state, day, days)` from `start` for `days`, keeping the state at
    /// `samples` evenly spaced times after the start, with `steps` steps between each two
    /// (at least one of each).
    pub(super) fn run(
        start: S,
        days: f64,
        samples: usize,
        steps: usize,
        mut advance: impl FnMut(&S, f64, f64) -> S,
    ) -> Self {
        let (samples, steps) = (samples.max(1), steps.max(1));
        let interval = days / samples as f64;
        let step = interval / steps as f64;
        let mut states = Vec::with_capacity(samples + 1);
        states.push(start);
        for sample in 0..samples {
            let first = sample as f64 * interval;
            let mut state = advance(&states[sample], first, step);
            for s in 1..steps {
                state = advance(&state, first + s as f64 * step, step);
            }
            states.push(state);
        }
        Self { interval, states }
    }

    /// The state nearest to a day.
    #[must_use]
    pub fn at(&self, day: f64) -> &S {
        let nearest = (day / self.interval).round().max(0.0) as usize;
        &self.states[nearest.min(self.states.len() - 1)]
    }

    /// Days and states in order.
    pub fn iter(&self) -> impl Iterator<Item = (f64, &S)> {
        self.states.iter().enumerate().map(|(i, s)| (i as f64 * self.interval, s))
    }

    /// When `value` is largest, and how large.
    pub fn peak(&self, value: impl Fn(&S) -> f64) -> Peak {
        let start = Peak { value: value(&self.states[0]), day: 0.0 };
        self.iter().fold(start, |peak, (day, state)| {
            let value = value(state);
            if value > peak.value { Peak { value, day } } else { peak }
        })
    }

    /// The first day on which a state is as asked.
    pub fn first(&self, wanted: impl Fn(&S) -> bool) -> Option<f64> {
        self.iter().find(|(_, state)| wanted(state)).map(|(day, _)| day)
    }
}
