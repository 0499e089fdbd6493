//! What each depth of a lesion is called.

use super::profile::{Profiles, Quantity};

/// Matrix below this share of the volume does not name a zone.
const LEAST_SHARE: f64 = 0.05;

/// A stretch of depths of one name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Zone {
    /// The matrix that most of it consists of; `None` where there is hardly any.
    pub(super) of: Option<Quantity>,
    /// From this depth, mm.
    pub(super) from_mm: f64,
    /// To this depth, mm.
    pub(super) to_mm: f64,
}

impl Zone {
    /// Its name.
    pub(super) fn name(&self) -> &'static str {
        self.of.map_or("Soft tissue", |quantity| quantity.name)
    }
}

/// The zones of a lesion on one of the days, from outside inwards: each depth is named after
/// the matrix that it holds most of.
pub(super) fn zones(profiles: &Profiles, day: usize) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    for (layer, &depth) in profiles.depths_mm.iter().enumerate() {
        let matrices = profiles.quantities.iter().zip(&profiles.means).filter(|(q, _)| q.is_matrix);
        let most = matrices
            .map(|(quantity, means)| (*quantity, means[day][layer]))
            .filter(|(_, share)| *share >= LEAST_SHARE)
            .reduce(|a, b| if b.1 > a.1 { b } else { a });
        let of = most.map(|(quantity, _)| quantity);
        let half = 0.5 * profiles.layer_mm;
        match zones.last_mut() {
            Some(zone) if zone.name() == of.map_or("Soft tissue", |q| q.name) => {
                zone.to_mm = depth + half;
            }
            _ => zones.push(Zone { of, from_mm: depth - half, to_mm: depth + half }),
        }
    }
    zones
}
