//! What each depth of a lesion is called.

use super::profile::Profiles;
use crate::report::draw::palette::{Ink, PLAIN, PROGENITORS};

/// Matrix below this share of the volume does not name a zone.
pub(super) const LEAST_SHARE: f64 = 0.05;
/// Debris above this names a zone without matrix, in units of a moderate injury.
const DEBRIS: f64 = 0.1;
/// Progenitors above this name one, 1e6 cells/mL: more than any healthy tissue has.
const MANY_PROGENITORS: f64 = 0.1;

/// A stretch of depths of one name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Zone {
    /// What most of it is.
    pub(super) name: &'static str,
    /// How it is drawn.
    pub(super) ink: Ink,
    /// From this depth, mm.
    pub(super) from_mm: f64,
    /// To this depth, mm.
    pub(super) to_mm: f64,
}

/// The zones of a lesion on one of the days, from outside inwards. Each depth is named after
/// the matrix that it holds most of; where there is hardly any, after what else is there.
pub(super) fn zones(profiles: &Profiles, day: usize) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    for (layer, &depth) in profiles.depths_mm.iter().enumerate() {
        let (name, ink) = name(profiles, day, layer);
        let half = 0.5 * profiles.layer_mm;
        match zones.last_mut() {
            Some(zone) if zone.name == name => zone.to_mm = depth + half,
            _ => zones.push(Zone { name, ink, from_mm: depth - half, to_mm: depth + half }),
        }
    }
    zones
}

fn name(profiles: &Profiles, day: usize, layer: usize) -> (&'static str, Ink) {
    let means = || profiles.quantities.iter().zip(&profiles.means);
    let most = means()
        .filter(|(quantity, _)| quantity.is_matrix)
        .map(|(quantity, means)| (quantity, means[day][layer]))
        .filter(|(_, share)| *share >= LEAST_SHARE)
        .reduce(|a, b| if b.1 > a.1 { b } else { a });
    if let Some((quantity, _)) = most {
        return (quantity.name, quantity.ink);
    }
    let mean_of = |field: &str| {
        let found = means().find(|(quantity, _)| quantity.fields.contains(&field));
        found.map_or(0.0, |(_, means)| means[day][layer])
    };
    if mean_of("debris") >= DEBRIS {
        ("Debris", PLAIN)
    } else if mean_of("progenitors") >= MANY_PROGENITORS {
        ("Progenitors", PROGENITORS)
    } else {
        (SOFT, PLAIN)
    }
}

/// What a depth is called that holds nothing of note.
pub(super) const SOFT: &str = "Soft tissue";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::zones::profile::QUANTITIES;

    #[test]
    fn depths_are_named_after_what_they_hold_most_of() {
        let names = ["Debris", "Progenitors", "Cartilage", "Mineralised bone"];
        let quantities: Vec<_> =
            QUANTITIES.into_iter().filter(|q| names.contains(&q.name)).collect();
        assert_eq!(quantities.iter().map(|q| q.name).collect::<Vec<_>>(), names);
        let means = [
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.6],
            [0.02, 0.2, 0.3, 0.0, 0.0, 0.3],
            [0.0, 0.04, 0.1, 0.1, 0.06, 0.01],
            [0.0, 0.0, 0.08, 0.3, 0.04, 0.0],
        ];
        let profiles = Profiles {
            layer_mm: 1.0,
            depths_mm: vec![-1.5, -0.5, 0.5, 1.5, 2.5, 3.5],
            days: vec![42],
            quantities,
            missing: Vec::new(),
            means: means.map(|m| vec![m.to_vec()]).to_vec(),
        };
        let found: Vec<(&str, f64, f64)> =
            zones(&profiles, 0).iter().map(|z| (z.name, z.from_mm, z.to_mm)).collect();
        assert_eq!(
            found,
            [
                ("Soft tissue", -2.0, -1.0),
                ("Progenitors", -1.0, 0.0),
                ("Cartilage", 0.0, 1.0),
                ("Mineralised bone", 1.0, 2.0),
                ("Cartilage", 2.0, 3.0),
                ("Debris", 3.0, 4.0),
            ]
        );
    }
}
