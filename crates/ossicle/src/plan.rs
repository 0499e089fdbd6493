//! What is done with the joint, day by day: from the case's spans to an exposure.

use ossicle_lesion::exposure::{Exposure, Motion as LesionMotion, Programme, SESSIONS, Session};

use crate::case::{Motion, MotionMode};

/// Care and motion over the whole of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    motion: Vec<Motion>,
}

impl Plan {
    /// The plan of a case's motion spans.
    #[must_use]
    pub fn new(motion: &[Motion]) -> Self {
        Self { motion: motion.to_vec() }
    }

    /// What acts on the lesion at a moment.
    #[must_use]
    pub fn exposure(&self, day: f64) -> Exposure {
        Exposure { motion: self.programme(day), ..Exposure::default() }
    }

    /// Days on which something changes at once: a step must end there.
    #[must_use]
    pub fn changes(&self) -> Vec<f64> {
        let mut days: Vec<f64> = self.motion.iter().flat_map(|m| [m.from.0, m.to.0]).collect();
        days.sort_by(f64::total_cmp);
        days.dedup();
        days
    }

    /// How the day is divided: forced sessions first, the rest as the other span says.
    fn programme(&self, day: f64) -> Programme {
        let mut programme = Programme::default();
        let mut left = 1.0;
        let mut slot = 0;
        let mut put = |share_of_day: f64, motion: LesionMotion| {
            if slot < SESSIONS && share_of_day > 0.0 {
                programme.sessions[slot] = Session { share_of_day, motion };
                slot += 1;
            }
        };
        let now = |m: &&Motion| m.from.0 <= day && day < m.to.0;
        for span in self.motion.iter().filter(now) {
            if let MotionMode::Forced { amplitude, share_of_day } = span.mode {
                let share = share_of_day.min(left);
                put(share, LesionMotion::Forced { share_of_normal: amplitude });
                left -= share;
            }
        }
        for span in self.motion.iter().filter(now) {
            match span.mode {
                MotionMode::Comfortable { amplitude } => {
                    put(left, LesionMotion::Comfortable { share_of_free: amplitude });
                }
                MotionMode::Progressive { start_amplitude, amplitude } => {
                    let passed = (day - span.from.0) / (span.to.0 - span.from.0);
                    let share_of_free = start_amplitude + passed * (amplitude - start_amplitude);
                    put(left, LesionMotion::Comfortable { share_of_free });
                }
                MotionMode::Still | MotionMode::Forced { .. } => {}
            }
        }
        programme
    }

    /// The spans in words, for reports.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.motion
            .iter()
            .map(|m| {
                let mode = match m.mode {
                    MotionMode::Still => "still".to_owned(),
                    MotionMode::Comfortable { amplitude } => {
                        format!("comfortable, {amplitude} of the free range")
                    }
                    MotionMode::Progressive { start_amplitude, amplitude } => {
                        format!("progressive, {start_amplitude} to {amplitude} of the free range")
                    }
                    MotionMode::Forced { amplitude, share_of_day } => {
                        format!(
                            "forced, {amplitude} of the normal range, {share_of_day} of the day"
                        )
                    }
                };
                format!("day {} to {}: {mode}", m.from.0, m.to.0)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::DurationDays;

    fn span(from: f64, to: f64, mode: MotionMode) -> Motion {
        Motion { from: DurationDays(from), to: DurationDays(to), mode }
    }

    #[test]
    fn forced_sessions_take_their_share_and_leave_the_rest() {
        let plan = Plan::new(&[
            span(0.0, 20.0, MotionMode::Comfortable { amplitude: 0.6 }),
            span(10.0, 20.0, MotionMode::Forced { amplitude: 0.9, share_of_day: 0.25 }),
        ]);
        let shares = |day| -> Vec<(f64, LesionMotion)> {
            plan.exposure(day).motion.shares().map(|s| (s.share_of_day, s.motion)).collect()
        };
        let comfortable = LesionMotion::Comfortable { share_of_free: 0.6 };
        let forced = LesionMotion::Forced { share_of_normal: 0.9 };
        assert_eq!(shares(5.0), [(1.0, comfortable)]);
        assert_eq!(shares(10.0), [(0.25, forced), (0.75, comfortable)]);
        assert_eq!(shares(20.0), [(1.0, LesionMotion::Still)]);
        assert_eq!(plan.changes(), [0.0, 10.0, 20.0]);
    }

    #[test]
    fn progressive_motion_grows_evenly() {
        let plan = Plan::new(&[span(
            10.0,
            30.0,
            MotionMode::Progressive { start_amplitude: 0.2, amplitude: 0.8 },
        )]);
        let Some(session) = plan.exposure(20.0).motion.shares().next() else { panic!("a session") };
        let LesionMotion::Comfortable { share_of_free } = session.motion else {
            panic!("{session:?}")
        };
        assert!((share_of_free - 0.5).abs() < 1e-12);
    }
}
