//! When a state is kept.

use std::time::{Duration, Instant};

/// How often the state of a run is kept. It never changes the run: no step ends for its sake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Schedule {
    /// Once a minute; less often where that would take more than a fiftieth of the time.
    #[default]
    Usual,
    /// After the first step that ends so long after the last time; zero means every step.
    Every(Duration),
}

/// Time from one checkpoint to the next.
const USUAL: Duration = Duration::from_secs(60);
/// Time between checkpoints, at the least, in times of what the last one took.
const SPARING: u32 = 50;

/// Follows a schedule.
pub(super) struct Clock {
    schedule: Schedule,
    since: Instant,
    took: Duration,
}

impl Clock {
    pub(super) fn new(schedule: Schedule) -> Self {
        Self { schedule, since: Instant::now(), took: Duration::ZERO }
    }

    /// Whether the state is to be kept now.
    pub(super) fn is_due(&self) -> bool {
        self.since.elapsed() >= self.interval()
    }

    fn interval(&self) -> Duration {
        match self.schedule {
            Schedule::Usual => USUAL.max(self.took * SPARING),
            Schedule::Every(interval) => interval,
        }
    }

    /// Does what keeps the state and begins to count anew.
    pub(super) fn timed<T>(&mut self, keep: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let kept = keep();
        self.took = start.elapsed();
        self.since = Instant::now();
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_disks_are_written_to_less_often() {
        let mut clock = Clock::new(Schedule::Usual);
        assert_eq!(clock.interval(), USUAL);
        clock.took = Duration::from_secs(3);
        assert_eq!(clock.interval(), Duration::from_secs(150));
        let mut often = Clock::new(Schedule::Every(Duration::ZERO));
        often.timed(|| std::thread::sleep(Duration::from_millis(1)));
        assert!(often.is_due() && often.took >= Duration::from_millis(1));
        assert!(!Clock::new(Schedule::Every(USUAL)).is_due());
    }
}
