//! `[[motion]]`: what is done with the joint, and when.

use super::document::{Node, Span};
use super::kinds::number;
use super::log::{Log, Note};
use super::measured::measured;
use super::problem::Cause;
use super::quantity::{DurationDays, Quantity};
use super::section::{Section, Variant};
use super::written::Writer;

/// One way of moving over one span of time, from its first instant up to, not
/// including, its last.
#[derive(Clone, Debug, PartialEq)]
pub struct Motion {
    /// When it starts.
    pub from: DurationDays,
    /// When it ends.
    pub to: DurationDays,
    /// How the joint is moved.
    pub mode: MotionMode,
}

/// How the joint is moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MotionMode {
    /// Not at all: immobilised.
    Still,
    /// Within what the joint allows.
    Comfortable {
        /// Share of the free range.
        amplitude: f64,
    },
    /// Within what the joint allows, and further day by day.
    Progressive {
        /// Share of the free range at the start.
        start_amplitude: f64,
        /// Share of the free range at the end.
        amplitude: f64,
    },
    /// Sessions of force beyond what the joint allows; the rest of the day goes
    /// by the mode that holds besides.
    Forced {
        /// Share of the healthy joint's full range.
        amplitude: f64,
        /// Share of the day that sessions take.
        share_of_day: f64,
    },
}

impl MotionMode {
    /// The word a case file uses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Still => "still",
            Self::Comfortable { .. } => "comfortable",
            Self::Progressive { .. } => "progressive",
            Self::Forced { .. } => "forced",
        }
    }

    fn is_forced(self) -> bool {
        matches!(self, Self::Forced { .. })
    }
}

/// What people do when nobody tells them otherwise.
pub const USUAL_MOTION: MotionMode = MotionMode::Comfortable { amplitude: 0.6 };

/// The latest time a case can name, in days: twenty years.
pub(super) const LATEST_DAY: f64 = 7305.0;

fn amplitude(section: &mut Section<'_>, meaning: &str) -> Option<f64> {
    section.or("amplitude", meaning, number("a share", 0.0, 1.0), 0.6)
}

const MODES: &[Variant<MotionMode, ()>] = &[
    Variant {
        name: "still",
        meaning: "Not at all: immobilised.",
        read: |_, ()| Some(MotionMode::Still),
    },
    Variant {
        name: "comfortable",
        meaning: "Within what the joint allows.",
        read: |section, ()| {
            let amplitude = amplitude(section, "Share of the free range.")?;
            Some(MotionMode::Comfortable { amplitude })
        },
    },
    Variant {
        name: "progressive",
        meaning: "Within what the joint allows, and further day by day.",
        read: |section, ()| {
            let start_amplitude = section.or(
                "start_amplitude",
                "Share of the free range at the start.",
                number("a share", 0.0, 1.0),
                0.0,
            );
            let amplitude = amplitude(section, "Share of the free range at the end.");
            Some(MotionMode::Progressive {
                start_amplitude: start_amplitude?,
                amplitude: amplitude?,
            })
        },
    },
    Variant {
        name: "forced",
        meaning: "Sessions of force beyond what the joint allows.",
        read: |section, ()| {
            let amplitude = section.or(
                "amplitude",
                "Share of the healthy joint's full range.",
                number("a share", 0.0, 1.0),
                0.9,
            );
            let share_of_day = section.or(
                "share_of_day",
                "Share of the day that sessions take; the rest goes by the mode besides.",
                number("a share", 0.0, 1.0),
                1.0,
            );
            Some(MotionMode::Forced { amplitude: amplitude?, share_of_day: share_of_day? })
        },
    },
];

impl Motion {
    /// Reads one span; it lasts to the end of the case where it does not say.
    pub(super) fn read(section: &mut Section<'_>, end: DurationDays) -> Option<Self> {
        let from =
            section.or("from", "When it starts.", measured(0.0, LATEST_DAY), DurationDays(0.0));
        let to = section.optional(
            "to",
            "When it ends; at the end of the case by default.",
            measured::<DurationDays>(0.0, LATEST_DAY),
        );
        let mode = section.variants("mode", "How the joint is moved.", &(), MODES);
        let (from, to) = (from?, to?);
        if let Some(to) = to.filter(|to| *to <= from) {
            let found = format!("an end at {} and a start at {}", to.written(), from.written());
            section.refuse_key(Cause::Conflict, "to", &found, "an end after its start");
            return None;
        }
        if from >= end {
            let found = format!("a start at {}", from.written());
            let expected = format!("a start before the end of the case at {}", end.written());
            section.warn_key("from", &found, &expected);
        }
        // A span that starts after the end lasts as long as a case can.
        let last = if from < end { end } else { DurationDays(LATEST_DAY) };
        Some(Self { from, to: to.unwrap_or(last), mode: mode? })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.table("[[motion]]");
        writer.key("from", &self.from);
        writer.key("to", &self.to);
        writer.key("mode", &self.mode.word().to_owned());
        match self.mode {
            MotionMode::Still => {}
            MotionMode::Comfortable { amplitude } => writer.key("amplitude", &amplitude),
            MotionMode::Progressive { start_amplitude, amplitude } => {
                writer.key("start_amplitude", &start_amplitude);
                writer.key("amplitude", &amplitude);
            }
            MotionMode::Forced { amplitude, share_of_day } => {
                writer.key("amplitude", &amplitude);
                writer.key("share_of_day", &share_of_day);
            }
        }
    }
}

/// Makes a programme of the spans as given: in order of time, with the usual
/// motion wherever nothing else is said. Refuses spans that contradict each
/// other: two that are not forced, two that are, or a forced one that takes the
/// whole day beside another.
pub(super) fn programme(
    spans: Vec<Motion>,
    nodes: &[Node],
    end: DurationDays,
    log: &mut Log,
) -> Option<Vec<Motion>> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by(|&a, &b| spans[a].from.0.total_cmp(&spans[b].from.0));
    let mut clean = true;
    // Of those not forced and of those forced, the one that lasts longest.
    let mut lasting: [Option<usize>; 2] = [None, None];
    for &i in &order {
        let span = &spans[i];
        let own = usize::from(span.mode.is_forced());
        for (group, other) in lasting.iter().enumerate() {
            let Some(j) = other.filter(|&j| spans[j].to > span.from) else { continue };
            if group == own || takes_the_day(span.mode) || takes_the_day(spans[j].mode) {
                let (first, later) = (i.min(j), i.max(j));
                log.add(contradiction(&spans, nodes, first, later));
                clean = false;
            }
        }
        if lasting[own].is_none_or(|j| spans[j].to < span.to) {
            lasting[own] = Some(i);
        }
    }
    if !clean {
        return None;
    }
    let mut filled = Vec::with_capacity(spans.len() + 1);
    let mut covered = DurationDays(0.0);
    for span in order.into_iter().map(|i| spans[i].clone()) {
        // A forced span of the whole day leaves no rest to be told about.
        if !span.mode.is_forced() || takes_the_day(span.mode) {
            if span.from > covered && covered < end {
                let to = DurationDays(span.from.0.min(end.0));
                filled.push(Motion { from: covered, to, mode: USUAL_MOTION });
            }
            covered = DurationDays(covered.0.max(span.to.0));
        }
        filled.push(span);
    }
    if covered < end {
        filled.push(Motion { from: covered, to: end, mode: USUAL_MOTION });
    }
    filled.sort_by(|a, b| a.from.0.total_cmp(&b.from.0));
    Some(filled)
}

fn takes_the_day(mode: MotionMode) -> bool {
    matches!(mode, MotionMode::Forced { share_of_day, .. } if share_of_day >= 1.0)
}

fn contradiction(spans: &[Motion], nodes: &[Node], first: usize, later: usize) -> Note {
    let told = |i: usize| {
        let Motion { from, to, mode } = &spans[i];
        format!("{} from {} to {}", mode.word(), from.written(), to.written())
    };
    let place = nodes.get(later).map_or(Span::default(), |node| node.span);
    let key = format!("motion[{later}]");
    let expected = "one way of moving at a time; only forced sessions of part of the day \
                    (share_of_day below 1) may go with another";
    let note = Note::new(Cause::Conflict, &key, place, expected);
    Note { found: format!("{} beside motion[{first}], {}", told(later), told(first)), ..note }
}
