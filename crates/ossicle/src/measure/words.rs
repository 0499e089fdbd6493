//! A measurement in words.

use super::{Focus, Measurement, SideGrade};

/// Foci that are told one by one; the rest are in `foci.csv`.
const TOLD: usize = 12;

impl Measurement {
    /// A short table of what was found.
    #[must_use]
    pub fn text(&self) -> String {
        let place = if self.within.is_some() { "inside the contour" } else { "in the body" };
        let mut lines = vec![
            ("left out as skeleton".to_owned(), self.skeleton.clone()),
            (
                format!("mineral {place}"),
                format!(
                    "{:.2} ml from {} HU on, {:.2} ml of it apart from the skeleton",
                    self.mineral_ml, self.threshold_hu, self.apart_ml
                ),
            ),
            (format!("foci from {} ml on", self.least_ml), self.in_all()),
        ];
        lines.extend(self.grades.iter().map(|g| (g.scale.to_owned(), grade(g))));
        lines.extend(self.no_grade.iter().map(|why| ("grade".to_owned(), format!("none: {why}"))));
        let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let mut text: String =
            lines.iter().map(|(name, value)| format!("  {name:width$}  {value}\n")).collect();
        if !self.foci.is_empty() {
            text += "\n  focus       ml  mean HU   max HU  mineral mg  shell  to bone mm  \
                     centroid RAS mm           extent mm\n";
            text.extend(self.foci.iter().take(TOLD).map(row));
        }
        if self.foci.len() > TOLD {
            text += &format!("  and {} smaller ones\n", self.foci.len() - TOLD);
        }
        text
    }

    fn in_all(&self) -> String {
        let total = &self.total;
        let (Some(mean), Some(max)) = (total.mean_hu, total.max_hu) else {
            return "none".to_owned();
        };
        format!(
            "{}: {:.2} ml, mean {mean:.0} HU, max {max:.0} HU, {:.0} mg hydroxyapatite, shell {}",
            self.foci.len(),
            total.volume_ml,
            total.mineral_mg,
            or_dash(total.shell.index, 2)
        )
    }
}

fn grade(grade: &SideGrade) -> String {
    let gap = grade.gap_mm.map(|mm| format!(", {mm:.1} mm left")).unwrap_or_default();
    format!(
        "{}: {}{gap} (derived, {} foci about the hip)",
        grade.side,
        grade.grade.name(),
        grade.foci.len()
    )
}

fn row(focus: &Focus) -> String {
    let [x, y, z] = focus.centroid_ras_mm;
    let [a, b, c] = focus.extent_mm;
    format!(
        "  {:5} {:8.3} {:8.0} {:8.0} {:11.1} {:>6} {:>11}  {:24}  {a:.1} x {b:.1} x {c:.1}\n",
        focus.number,
        focus.volume_ml,
        focus.mean_hu,
        focus.max_hu,
        focus.mineral_mg,
        or_dash(focus.shell.index, 2),
        or_dash(focus.bone_distance_mm, 1),
        format!("{x:.1}, {y:.1}, {z:.1}"),
    )
}

fn or_dash(value: Option<f64>, digits: usize) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.digits$}"))
}
