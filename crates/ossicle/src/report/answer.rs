//! The answer in words: what grew, when, how mature, what motion it cost.

use serde::Serialize;

use super::words::{self, day, degrees, mass, per_cent, volume};
use crate::readout::{BONE_HU, Readout, Summary};
use crate::record::{LastState, Record, Status};

/// How a run stands, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Standing {
    /// One word, also a class of the style sheet.
    pub(super) word: &'static str,
    /// A sign that tells it without colour.
    pub(super) sign: &'static str,
    /// What it means for the rest of the page; empty for a complete run.
    pub(super) meaning: String,
}

impl Standing {
    /// How a recorded run stands.
    pub(super) fn of(record: &Record) -> Self {
        let reached = format!("{} of {}", day(record.day), words::number(record.duration_days));
        let (word, sign, meaning) = match &record.status {
            Status::Complete => ("complete", "✓", String::new()),
            Status::Running => (
                "running",
                "…",
                format!(
                    "The run had reached {reached} when it last wrote its record, at {}; it goes \
                     on, or was broken off without a word. What follows is what it had found by \
                     then.",
                    record.updated
                ),
            ),
            Status::Stopped => (
                "stopped",
                "■",
                format!(
                    "The run was stopped by its user on {reached}. What follows is what it had \
                     found by then."
                ),
            ),
            Status::Failed { cause, last_state } => (
                "failed",
                "✕",
                format!(
                    "The run failed on {reached}: {}. What follows is what it had found by then; \
                     do not rely on it. {}",
                    cause.trim_end_matches('.'),
                    last_state.as_ref().map_or("No state was kept.".to_owned(), going_on)
                ),
            ),
        };
        Self { word, sign, meaning }
    }
}

/// From where a failed run can go on.
fn going_on(last: &LastState) -> String {
    let told = last.to_string().replacen('\n', "; ", 1);
    words::capitalised(&told)
}

/// The answer, a sentence or two each.
pub(super) fn sentences(record: &Record, rows: &[Readout]) -> Vec<String> {
    let Some(summary) = &record.summary else {
        return vec!["The run has no result yet.".to_owned()];
    };
    let mut sentences = vec![what_grew(record, summary, rows)];
    sentences.extend(when(summary));
    sentences.extend(how_mature(record, summary));
    sentences.extend(what_motion_it_cost(summary, rows));
    if summary.alp_peak_rel > 1.005 {
        sentences.push(format!(
            "Serum alkaline phosphatase peaks at {} times normal on {}.",
            words::number(summary.alp_peak_rel),
            day(summary.alp_peak_day)
        ));
    }
    sentences
}

fn what_grew(record: &Record, summary: &Summary, rows: &[Readout]) -> String {
    let by = day(record.day);
    if summary.bone_volume_mm3 <= 0.0 {
        return match most_bone(rows) {
            Some(most) => format!(
                "By {by} no bone is left; there were {} on {}.",
                volume(most.bone_volume_mm3),
                day(most.day)
            ),
            None if summary.first_visible_day.is_some() => format!(
                "By {by} there is a faint density but no bone: nothing is above {BONE_HU} HU."
            ),
            None => {
                format!("By {by} no bone has formed: nothing that grew is above {BONE_HU} HU.")
            }
        };
    }
    let mut sentence = format!(
        "By {by}, {} of new bone (above {BONE_HU} HU) with {} of mineral has formed",
        volume(summary.bone_volume_mm3),
        mass(summary.mineral_mg)
    );
    let injured: f64 = record.injuries.iter().map(|i| i.volume_mm3).sum();
    if injured > 0.0 {
        let times = words::significant(summary.bone_volume_mm3 / injured, 2);
        sentence.push_str(&format!(", {times} times the volume of tissue injured"));
    }
    match most_bone(rows) {
        Some(most) if most.bone_volume_mm3 > 1.05 * summary.bone_volume_mm3 => {
            let (most, on) = (volume(most.bone_volume_mm3), day(most.day));
            sentence.push_str(&format!("; it was largest, {most}, on {on}."));
        }
        _ => sentence.push('.'),
    }
    sentence
}

/// The row of the largest bone volume, if there is bone at all.
fn most_bone(rows: &[Readout]) -> Option<&Readout> {
    let most = rows.iter().reduce(|a, b| if b.bone_volume_mm3 > a.bone_volume_mm3 { b } else { a });
    most.filter(|row| row.bone_volume_mm3 > 0.0)
}

fn when(summary: &Summary) -> Option<String> {
    let visible =
        summary.first_visible_day.map(|d| format!("is first visible on CT on {}", day(d)));
    let plateau = summary
        .plateau_day
        .map(|d| format!("comes within 5 % of its largest volume on {}", day(d)));
    let parts: Vec<String> = [visible, plateau].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("The lesion {}.", words::listed(&parts)))
}

fn how_mature(record: &Record, summary: &Summary) -> Option<String> {
    let densest = if summary.max_hu.is_finite() {
        format!("; its densest voxel has {:.0} HU", summary.max_hu)
    } else {
        String::new()
    };
    (summary.bone_volume_mm3 > 0.0).then(|| {
        format!(
            "On {} mineral makes up {} of all its bone and cartilage matrix{densest}.",
            day(record.day),
            per_cent(summary.maturity)
        )
    })
}

fn what_motion_it_cost(summary: &Summary, rows: &[Readout]) -> Option<String> {
    let (first, last) = (rows.first()?, rows.last()?);
    let worst =
        rows.iter().reduce(|a, b| if b.free_range_deg < a.free_range_deg { b } else { a })?;
    let lost = first.free_range_deg - last.free_range_deg;
    let mut sentence = if lost >= 0.5 {
        format!(
            "The free range of motion falls from {} to {}",
            degrees(first.free_range_deg),
            degrees(last.free_range_deg)
        )
    } else {
        format!("The free range of motion ends where it began, at {}", degrees(last.free_range_deg))
    };
    if last.free_range_deg - worst.free_range_deg >= 5.0 {
        let (least, on) = (degrees(worst.free_range_deg), day(worst.day));
        sentence.push_str(&format!(" and is narrowest, {least}, on {on}"));
    }
    sentence.push_str(&if summary.contracture_max_deg >= 0.5 {
        format!("; contracture takes up to {} of it.", degrees(summary.contracture_max_deg))
    } else {
        "; there is no contracture.".to_owned()
    });
    Some(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::testing::failed;
    use crate::report::testing::{grown, record};

    fn told(record: &Record, rows: &[Readout]) -> String {
        sentences(record, rows).join(" ")
    }

    #[test]
    fn a_grown_lesion_is_told_in_figures() {
        let rows = grown(120);
        let record = record(Status::Complete, &rows);
        assert_eq!(
            told(&record, &rows),
            "By day 120, 1.76 cm³ of new bone (above 250 HU) with 800 mg of mineral has formed, \
             0.59 times the volume of tissue injured. The lesion is first visible on CT on day \
             31 and comes within 5 % of its largest volume on day 116. On day 120 mineral makes \
             up 80 % of all its bone and cartilage matrix; its densest voxel has 600 HU. The \
             free range of motion falls from 120° to 90° and is narrowest, 60°, on day 10; \
             contracture takes up to 12° of it. Serum alkaline phosphatase peaks at 1.3 times \
             normal on day 40."
        );
    }

    #[test]
    fn a_lesion_that_never_formed_or_went_is_told_so() {
        let rows = vec![Readout { alp_rel: 1.0, ..Readout::default() }; 3];
        let mut record = record(Status::Complete, &rows);
        let text = told(&record, &rows);
        assert!(text.starts_with("By day 120 no bone has formed: nothing"), "{text}");
        assert!(text.contains("ends where it began") && text.contains("no contracture"));
        assert!(!text.contains("visible") && !text.contains("phosphatase"), "{text}");
        record.summary.as_mut().unwrap().first_visible_day = Some(50.0);
        assert!(told(&record, &rows).contains("a faint density but no bone"));
        let mut gone = grown(120);
        gone[120].bone_volume_mm3 = 0.0;
        record.summary = Summary::of(&gone, Some(31.0));
        assert!(told(&record, &gone).contains("no bone is left; there were 1.74 cm³ on day 119"));
        record.summary = None;
        assert_eq!(told(&record, &[]), "The run has no result yet.");
    }

    #[test]
    fn every_standing_is_told_apart() {
        let rows = grown(2);
        let of = |status| Standing::of(&record(status, &rows));
        assert_eq!(of(Status::Complete).meaning, "");
        let nothing = Status::Failed { cause: "no space left.".into(), last_state: None };
        assert!(of(nothing).meaning.ends_with("No state was kept."));
        let failed = of(failed("no space left."));
        assert!(failed.meaning.contains("failed on day 120 of 540: no space left. What follows"));
        assert!(
            failed.meaning.ends_with(
                "The last state that was kept is of day 3.25: \
                 out/checkpoint/day-0003.2500.ossicle; go on from it with: ossicle run case.toml \
                 -o out --resume"
            ),
            "{}",
            failed.meaning
        );
        assert!(of(Status::Stopped).meaning.contains("stopped by its user on day 120 of 540"));
        assert!(of(Status::Running).meaning.contains("had reached day 120 of 540"));
    }
}
