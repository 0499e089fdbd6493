//! Short tables for the terminal.

use ossicle::record::Record;

use crate::progress::duration;

/// A volume in the unit that suits it.
pub(crate) fn volume(mm3: f64) -> String {
    if mm3 >= 100.0 { format!("{:.2} cm³", mm3 / 1000.0) } else { format!("{mm3:.1} mm³") }
}

/// A mass in the unit that suits it.
fn mass(mg: f64) -> String {
    if mg >= 1000.0 { format!("{:.2} g", mg / 1000.0) } else { format!("{mg:.1} mg") }
}

fn day(day: Option<f64>) -> String {
    day.map_or("none".to_owned(), |d| format!("day {d:.0}"))
}

/// The figures that sum a run up.
pub(crate) fn summary(record: &Record) -> String {
    let mut lines: Vec<(&str, String)> = Vec::new();
    if let Some(s) = &record.summary {
        lines.push(("bone volume (above 250 HU)", volume(s.bone_volume_mm3)));
        lines.push(("mineral", mass(s.mineral_mg)));
        lines.push(("first visible on CT", day(s.first_visible_day)));
        lines.push(("plateau of bone volume", day(s.plateau_day)));
        lines.push((
            "serum ALP at its peak",
            format!("{:.2} times normal, day {:.0}", s.alp_peak_rel, s.alp_peak_day),
        ));
        lines.push(("most contracture", format!("{:.0}°", s.contracture_max_deg)));
    }
    if let Some(joint) = &record.joint {
        let told = |m: &ossicle::record::MovementRecord| {
            format!("{} {:.0}° → {:.0}°", m.movement.replace('_', " "), m.start_deg, m.end_deg)
        };
        let movements: Vec<String> = joint.movements.iter().map(told).collect();
        lines.push(("range of motion", movements.join(", ")));
        lines.push(("grade", joint.grade.clone()));
    }
    if let Some(pattern) = &record.pattern {
        let told = |(tissue, share): (&String, &f64)| {
            format!("{} {:.0} %", tissue.replace('_', " "), 100.0 * share)
        };
        let shares: Vec<String> = pattern.largest().into_iter().map(told).collect();
        lines.push(("bone lies in", shares.join(", ")));
        if let Some([nearest, mean, _]) = pattern.joint_line_mm {
            let from = format!("{mean:.0} mm on average, {nearest:.0} mm at the least");
            lines.push(("from the joint line", from));
        }
    }
    let books = &record.budgets;
    let worst = books.fields.iter().map(|f| f.gap).fold(books.worst_reaction_gap, f64::max);
    lines.push((
        "mass budget",
        format!(
            "closes to {worst:.0e}; transport {:.0e}; lowest value {:.0e}",
            books.worst_transport_gap, books.lowest_value
        ),
    ));
    lines.push((
        "steps",
        format!(
            "{} ({} tried again), {:.3} to {:.1} d, {}",
            record.steps.accepted,
            record.steps.rejected,
            record.steps.shortest_days,
            record.steps.longest_days,
            duration(record.wall_seconds)
        ),
    ));
    table(&lines)
}

/// Two columns, the first as wide as it must be.
pub(crate) fn table(lines: &[(&str, String)]) -> String {
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    lines.iter().map(|(name, value)| format!("  {name:width$}  {value}\n")).collect()
}
