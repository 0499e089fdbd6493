//! What acts on the lesion from outside: the patient's own condition, care, and motion.

use thiserror::Error;

/// What the patient brings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Host {
    /// Lesion of the central nervous system, 0 none to 2 severe: multiplies neuropeptide and
    /// BMP release, creates nothing by itself.
    pub central_nervous_lesion: f64,
}

/// Care and motion at one instant. The default is no care and a joint at rest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exposure {
    /// Share of COX activity that an NSAID blocks, 0 to 1.
    pub cox_inhibition: f64,
    /// Etidronate in bone, relative to that of 20 mg/kg/d at steady state.
    pub etidronate: f64,
    /// Warming of the tissue in °C.
    pub warming_c: f64,
    /// Share of progenitors that have lost the ability to divide (radiotherapy), 0 to 1.
    pub division_loss: f64,
    /// The motion of the day.
    pub motion: Programme,
}

/// Why an exposure cannot be.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("{what} is {found}; expected {low} to {high}")]
pub struct Unfit {
    /// What of it.
    pub what: &'static str,
    /// The value found.
    pub found: f64,
    /// Least value that can be.
    pub low: f64,
    /// Greatest value that can be.
    pub high: f64,
}

impl Exposure {
    /// Refuses shares outside 0 to 1, days of more than a day, and what is not a number.
    ///
    /// # Errors
    /// The first value that cannot be, with what can.
    pub fn check(&self) -> Result<(), Unfit> {
        let within = |what, found: f64, low: f64, high: f64| {
            if (low..=high).contains(&found) {
                Ok(())
            } else {
                Err(Unfit { what, found, low, high })
            }
        };
        within("the inhibition of COX", self.cox_inhibition, 0.0, 1.0)?;
        within("etidronate", self.etidronate, 0.0, 100.0)?;
        within("warming in degrees", self.warming_c, -20.0, 20.0)?;
        within("the loss of division", self.division_loss, 0.0, 1.0)?;
        let mut day = 0.0;
        for session in &self.motion.sessions {
            within("a session's share of the day", session.share_of_day, 0.0, 1.0)?;
            day += session.share_of_day;
            let share = match session.motion {
                Motion::Still => 0.0,
                Motion::Comfortable { share_of_free: share }
                | Motion::Forced { share_of_normal: share } => share,
            };
            within("a session's share of the range", share, 0.0, 1.0)?;
        }
        within("the sessions' share of the day", day, 0.0, 1.0 + 1e-9)
    }
}

/// Sessions a day may hold.
pub const SESSIONS: usize = 3;

/// How a day is divided between ways of moving; shares that do not add up to 1 leave the
/// rest of the day still.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Programme {
    /// Sessions, each with the share of the day that it takes.
    pub sessions: [Session; SESSIONS],
}

/// One way of moving, for a share of the day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Session {
    /// Share of the day, 0 to 1.
    pub share_of_day: f64,
    /// How the joint is moved.
    pub motion: Motion,
}

/// How a joint is moved.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Motion {
    /// Not at all.
    #[default]
    Still,
    /// Through a share of the range that is free at the moment.
    Comfortable {
        /// Share of the free range, 0 to 1.
        share_of_free: f64,
    },
    /// Through a share of the normal range, as far as limited torque takes it.
    Forced {
        /// Share of the normal range, 0 to 1.
        share_of_normal: f64,
    },
}

impl Programme {
    /// The same motion all day.
    #[must_use]
    pub fn all_day(motion: Motion) -> Self {
        let mut programme = Self::default();
        programme.sessions[0] = Session { share_of_day: 1.0, motion };
        programme
    }

    /// Every session, the still remainder of the day included.
    pub fn shares(&self) -> impl Iterator<Item = Session> + '_ {
        let moved: f64 = self.sessions.iter().map(|s| s.share_of_day).sum();
        let rest = Session { share_of_day: (1.0 - moved).max(0.0), motion: Motion::Still };
        self.sessions.iter().copied().chain([rest]).filter(|s| s.share_of_day > 0.0)
    }
}
