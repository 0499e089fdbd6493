//! The tables of the report, as the template takes them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::words::{self, bytes, day, degrees, exact, mass, number, per_cent, seconds, volume};
use crate::readout::{BONE_HU, Readout};
use crate::record::{BudgetLine, JointRecord, Record, Resumption, Status};

/// A row of a table of two columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    /// What it is.
    pub(super) name: String,
    /// How much it is.
    pub(super) value: String,
}

fn row(name: impl Into<String>, value: impl Into<String>) -> Row {
    Row { name: name.into(), value: value.into() }
}

/// The figures that sum the run up.
pub(super) fn key_figures(record: &Record, rows: &[Readout]) -> Vec<Row> {
    let Some(summary) = &record.summary else { return Vec::new() };
    let or_not_yet =
        |found: Option<f64>| found.map_or_else(|| format!("not by {}", day(record.day)), day);
    let range = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => {
            format!("{} → {}", degrees(first.free_range_deg), degrees(last.free_range_deg))
        }
        _ => "not known".to_owned(),
    };
    vec![
        row(format!("Bone volume (above {BONE_HU} HU)"), volume(summary.bone_volume_mm3)),
        row("Mineral (hydroxyapatite)", mass(summary.mineral_mg)),
        row("First visible on CT", or_not_yet(summary.first_visible_day)),
        row(format!("First bone (above {BONE_HU} HU)"), or_not_yet(summary.first_bone_day)),
        row("Plateau of bone volume", or_not_yet(summary.plateau_day)),
        row("Maturity (mineral over all matrix)", per_cent(summary.maturity)),
        row(
            "Serum alkaline phosphatase, peak",
            format!("{} × normal, {}", number(summary.alp_peak_rel), day(summary.alp_peak_day)),
        ),
        row("Contracture, at most", degrees(summary.contracture_max_deg)),
        row("Free range of motion, start → end", range),
        row("Mass budget closes to", format!("1 part in {}", parts(worst_gap(record)))),
    ]
}

/// What the joint can do, movement by movement.
pub(super) fn motion(record: &Record) -> Vec<Row> {
    let Some(JointRecord { grade, bridge, gap_mm, shadow_mm2, movements }) = &record.joint else {
        return Vec::new();
    };
    let mut rows: Vec<Row> = movements
        .iter()
        .map(|m| {
            let [start, end, least] = [m.start_deg, m.end_deg, m.least_deg].map(degrees);
            let mut told = format!("{start} → {end} of {} normal", degrees(m.normal_deg));
            if m.least_deg < m.start_deg.min(m.end_deg) - 1.0 {
                told += &format!("; least {least}, {}", day(m.least_day));
            }
            if let Some(bony) = m.bony_deg {
                told += &format!("; bone meets bone at {}", degrees(bony));
            }
            row(words::capitalised(&words::spoken(&m.movement)), told)
        })
        .collect();
    rows.push(row("Grade (Brooker; Hastings and Graham)", grade));
    rows.push(row("Bone from side to side", if *bridge { "yes" } else { "no" }));
    rows.extend(gap_mm.map(|gap| row("Gap across the joint", format!("{} mm", number(gap)))));
    rows.push(row("Shadow on a frontal radiograph", format!("{} mm²", number(*shadow_mm2))));
    rows
}

/// In which tissue the bone lies, and how far from the joint.
pub(super) fn pattern(record: &Record) -> Vec<Row> {
    let Some(pattern) = &record.pattern else { return Vec::new() };
    let told = |(tissue, share): (&String, &f64)| {
        let ossified =
            words::per_cent(pattern.ossified_by_tissue.get(tissue).copied().unwrap_or(0.0));
        let share = words::per_cent(*share);
        let told = format!("{share} of the bone; {ossified} of this tissue in the lesion box");
        row(words::capitalised(&words::spoken(tissue)), told)
    };
    let mut rows: Vec<Row> = pattern.largest().into_iter().map(told).collect();
    rows.extend(pattern.joint_line_mm.map(|[nearest, mean, furthest]| {
        let [nearest, mean, furthest] = [nearest, mean, furthest].map(number);
        let told = format!("{mean} mm on average, {nearest} to {furthest} mm");
        row("Distance from articular cartilage", told)
    }));
    rows
}

/// The largest gap of any book.
pub(super) fn worst_gap(record: &Record) -> f64 {
    let books = &record.budgets;
    let fields = books.fields.iter().map(|f| f.gap);
    fields.fold(books.worst_reaction_gap.max(books.worst_transport_gap), f64::max)
}

/// Of how many parts one is missing.
fn parts(gap: f64) -> String {
    if gap > 0.0 { words::significant(1.0 / gap, 1) } else { "any number".to_owned() }
}

/// What was run.
pub(super) fn setup(record: &Record) -> Vec<Row> {
    let or_none = |items: &[String]| {
        if items.is_empty() { "none".to_owned() } else { items.join("; ") }
    };
    let [nx, ny, nz] = record.grid.shape;
    let [dx, dy, dz] = record.grid.spacing_mm.map(|h| words::significant(h, 4));
    let spacing = if dx == dy && dy == dz { dx } else { format!("{dx} × {dy} × {dz}") };
    let mut rows = vec![
        row("Anatomy", &record.anatomy),
        row("Patient", &record.patient),
        row("Motion", or_none(&record.motion)),
        row("Duration", format!("{} days", number(record.duration_days))),
        row(
            "Lesion grid",
            format!(
                "{nx} × {ny} × {nz} voxels of {spacing} mm, {} of them soft tissue",
                words::count(record.grid.soft_voxels as u64)
            ),
        ),
        row("Seed", record.seed.to_string()),
        row("Changes on the command line", or_none(&record.changes)),
        row("Processes switched off", or_none(&record.without)),
    ];
    rows.extend(record.branched_from.as_ref().map(|from| {
        row(
            "Branched from",
            format!(
                "{}, whose course up to day {} is shown as its own; from there on {}",
                from.path,
                words::significant(from.day, 6),
                if record.changes.is_empty() { "unchanged" } else { "with the changes above" }
            ),
        )
    }));
    rows
}

/// How often a run was interrupted, and from where it went on.
fn interruptions(resumptions: &[Resumption]) -> Option<Row> {
    let told = |r: &Resumption| {
        let how = match &r.after {
            Status::Stopped => "stopped by its user",
            Status::Failed { .. } => "failed",
            Status::Running | Status::Complete => "broken off without a word",
        };
        format!("{how}, gone on with from day {}", words::significant(r.day, 6))
    };
    let times = match resumptions.len() {
        0 => return None,
        1 => "once".to_owned(),
        n => format!("{n} times"),
    };
    let told: Vec<String> = resumptions.iter().map(told).collect();
    Some(row("Interrupted", format!("{times}: {}", told.join("; "))))
}

/// A parameter that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Changed {
    symbol: String,
    meaning: String,
    value: String,
    default: String,
    unit: String,
    because: String,
}

/// The parameters that were changed.
pub(super) fn changed(record: &Record) -> Vec<Changed> {
    let one = |p: &crate::record::ChangedParameter| Changed {
        symbol: p.symbol.clone(),
        meaning: p.meaning.clone(),
        value: words::significant(p.value, 6),
        default: words::significant(p.default, 6),
        unit: if p.unit == "1" { String::new() } else { readable(&p.unit) },
        because: p.because.clone(),
    };
    record.parameters_changed.iter().map(one).collect()
}

/// An injury.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Injury {
    name: String,
    kind: String,
    severity: String,
    volume: String,
}

/// The injuries.
pub(super) fn injuries(record: &Record) -> Vec<Injury> {
    let one = |injury: &crate::record::InjuryRecord| Injury {
        name: injury.name.clone(),
        kind: words::spoken(&injury.kind),
        severity: exact(injury.severity),
        volume: volume(injury.volume_mm3),
    };
    record.injuries.iter().map(one).collect()
}

/// A table of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Table {
    /// The headings of its columns; the first is that of the rows' names.
    pub(super) head: Vec<String>,
    /// The rows; the first entry of each is its name.
    pub(super) rows: Vec<Vec<String>>,
}

/// What happened to each field's total.
pub(super) fn budget(record: &Record) -> Table {
    let head = ["Field", "At start", "Made", "Arrived", "Lost", "Left", "At end", "Gap", "Unit"];
    let line = |b: &BudgetLine| {
        let flows = [b.at_start, b.gained, b.arrived, b.lost, b.left, b.at_end];
        let mut cells = vec![words::capitalised(&words::spoken(&b.field))];
        cells.extend(flows.map(|v| words::significant(v, 4)));
        cells.push(words::significant(b.gap, 1));
        cells.push(readable(&b.unit));
        cells
    };
    Table {
        head: head.map(str::to_owned).to_vec(),
        rows: record.budgets.fields.iter().map(line).collect(),
    }
}

/// A unit of the files as people write it.
fn readable(unit: &str) -> String {
    unit.strip_prefix("1 x ")
        .unwrap_or(unit)
        .replace("1e6", "10⁶")
        .replace("5e7", "5×10⁷")
        .replace(" x ", " × ")
        .replace("mm3", "mm³")
        .replace("cm3", "cm³")
        .replace("mm2", "mm²")
}

/// The worst of what the books watch.
pub(super) fn worst(record: &Record) -> Vec<Row> {
    let books = &record.budgets;
    let gap = |v: f64| words::significant(v, 2);
    vec![
        row("Worst gap of any field in one step's reactions", gap(books.worst_reaction_gap)),
        row("Worst change of a total by movement", gap(books.worst_transport_gap)),
        row("Worst difference of oxygen supplied and used", gap(books.worst_oxygen_gap)),
        row("Lowest value of any field", gap(books.lowest_value)),
        row("Fullest voxel, matrix by volume", per_cent(books.fullest_voxel)),
        row("Cell speeds held to their limit", words::count(books.speeds_clamped)),
    ]
}

/// How time was cut and spent.
pub(super) fn time(record: &Record) -> Vec<Row> {
    let steps = &record.steps;
    let total: f64 = record.stage_seconds.values().sum();
    let mut rows = vec![
        row(
            "Steps",
            format!(
                "{} made, {} tried again shorter; {} to {} days",
                words::count(steps.accepted),
                words::count(steps.rejected),
                number(steps.shortest_days),
                number(steps.longest_days)
            ),
        ),
        row("Largest error of a step", per_cent(steps.largest_error)),
        row("Fields that set the length of most steps", most_limiting(&steps.limited_by)),
        row("Wall clock", seconds(record.wall_seconds)),
    ];
    rows.extend(record.stage_seconds.iter().map(|(stage, s)| {
        let share = if total > 0.0 { s / total } else { 0.0 };
        row(format!("… {}", words::spoken(stage)), format!("{} ({})", seconds(*s), per_cent(share)))
    }));
    rows.extend(record.solver_iterations.iter().map(|(signal, n)| {
        row(format!("Iterations per solve, {}", words::spoken(signal)), words::significant(*n, 2))
    }));
    rows
}

/// The three fields that limited most steps, with their shares.
fn most_limiting(limited_by: &BTreeMap<String, u64>) -> String {
    let all: u64 = limited_by.values().sum();
    let mut fields: Vec<(&String, &u64)> = limited_by.iter().collect();
    fields.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let told = fields.iter().take(3).map(|(field, count)| {
        format!("{} ({})", words::spoken(field), per_cent(**count as f64 / all as f64))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "not known".to_owned() } else { told.join(", ") }
}

/// The program, the machine, when, and what came out to the last bit.
pub(super) fn provenance(record: &Record) -> Vec<Row> {
    let machine = &record.machine;
    let memory = match machine.peak_memory_bytes {
        0 => String::new(),
        peak => format!(", at most {} of memory", bytes(peak)),
    };
    let model = match record.model.as_str() {
        "" => String::new(),
        model => format!(", model {model}"),
    };
    let mut rows = vec![
        row("Program", format!("Ossicle {}{model}", record.version)),
        row("Begun", record.started.clone()),
        row("Last written", record.updated.clone()),
        row(
            "Machine",
            format!(
                "{}, {} of {} cores{memory}",
                machine.processor, machine.threads, machine.cores
            ),
        ),
    ];
    rows.extend(interruptions(&record.resumptions));
    rows.extend(
        record.state_digest.iter().map(|d| row("Digest of the final state (BLAKE3)", d.clone())),
    );
    rows
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct InputRow {
    role: String,
    path: String,
    size: String,
    blake3: String,
}

/// The inputs.
pub(super) fn inputs(record: &Record) -> Vec<InputRow> {
    let one = |input: &crate::record::Input| InputRow {
        role: words::capitalised(&input.role),
        path: input.path.clone(),
        size: bytes(input.bytes),
        blake3: input.blake3.clone(),
    };
    record.inputs.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{BranchRecord, MovementRecord};
    use crate::report::testing::{grown, record};

    fn value<'a>(rows: &'a [Row], name: &str) -> &'a str {
        &rows.iter().find(|r| r.name.starts_with(name)).unwrap().value
    }

    #[test]
    fn a_joint_of_bones_tells_every_movement_and_a_joint_of_rules_none() {
        let record = record(Status::Complete, &grown(3));
        assert_eq!(motion(&record), Vec::new());
        let movement = |name: &str, least_deg, bony_deg| MovementRecord {
            movement: name.to_owned(),
            normal_deg: 120.0,
            start_deg: 118.0,
            least_deg,
            least_day: 14.0,
            end_deg: 90.0,
            bony_deg,
        };
        let movements =
            vec![movement("internal_rotation", 70.0, Some(92.0)), movement("flexion", 90.0, None)];
        let joint = JointRecord {
            grade: "III".to_owned(),
            bridge: false,
            gap_mm: Some(4.0),
            shadow_mm2: 812.0,
            movements,
        };
        let rows = motion(&Record { joint: Some(joint), ..record });
        let told: Vec<String> = rows.iter().map(|r| format!("{}: {}", r.name, r.value)).collect();
        assert_eq!(
            told,
            [
                "Internal rotation: 118° → 90° of 120° normal; least 70°, day 14; bone meets bone at \
                 92°",
                "Flexion: 118° → 90° of 120° normal",
                "Grade (Brooker; Hastings and Graham): III",
                "Bone from side to side: no",
                "Gap across the joint: 4 mm",
                "Shadow on a frontal radiograph: 812 mm²",
            ]
        );
    }

    #[test]
    fn key_figures_are_those_of_the_record() {
        let rows = grown(120);
        let record = record(Status::Complete, &rows);
        let key = key_figures(&record, &rows);
        assert_eq!(value(&key, "Bone volume"), "1.76 cm³");
        assert_eq!(value(&key, "First visible"), "day 31");
        assert_eq!(value(&key, "Free range"), "120° → 90°");
        assert_eq!(value(&key, "Mass budget"), "1 part in 1×10¹⁵");
        let none = Record { summary: None, ..record };
        assert!(key_figures(&none, &rows).is_empty());
    }

    #[test]
    fn the_fields_that_limit_steps_are_told_by_their_share() {
        let record = record(Status::Complete, &grown(3));
        let time = time(&record);
        assert_eq!(value(&time, "Fields that set"), "mineral (97 %), debris (2.6 %)");
        assert_eq!(value(&time, "Largest error"), "0.99 %");
    }

    #[test]
    fn where_a_run_came_from_is_told() {
        let mut record = record(Status::Complete, &grown(3));
        assert!(provenance(&record).iter().all(|row| row.name != "Interrupted"));
        assert!(setup(&record).iter().all(|row| row.name != "Branched from"));
        let resumption =
            |day, after| Resumption { day, resumed: "2026-11-22T08:15:30Z".into(), after };
        record.resumptions = vec![resumption(3.25, Status::Running)];
        assert_eq!(
            value(&provenance(&record), "Interrupted"),
            "once: broken off without a word, gone on with from day 3.25"
        );
        record.resumptions.push(resumption(120.0, Status::Stopped));
        assert_eq!(
            value(&provenance(&record), "Interrupted"),
            "2 times: broken off without a word, gone on with from day 3.25; stopped by its \
             user, gone on with from day 120"
        );
        record.branched_from = Some(BranchRecord {
            path: "runs/hip".into(),
            blake3: "ef".repeat(32),
            at: Some(60.0),
            day: 60.0,
            state_digest: "01".repeat(32),
        });
        assert_eq!(
            value(&setup(&record), "Branched from"),
            "runs/hip, whose course up to day 60 is shown as its own; from there on with the \
             changes above"
        );
    }

    #[test]
    fn the_budget_has_a_line_for_every_field() {
        let record = record(Status::Complete, &grown(3));
        let table = budget(&record);
        assert_eq!(table.rows[0][0], "Cartilage matrix");
        assert_eq!(table.rows[0][2], "1963");
        assert_eq!(table.rows[0][8], "10⁶ cells/mL × mm³");
        assert!(table.rows.iter().all(|r| r.len() == table.head.len()));
    }
}
