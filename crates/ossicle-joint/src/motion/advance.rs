//! Conservative advancement: how far points turn before they run into a body.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::Articulation;
use super::distance::SignedDistance;
use super::rotation::{Orbit, Rotation};

/// Angles are whole numbers of this many to a degree: 0.016°, a fraction of a voxel for any
/// point of a limb.
pub(super) const TICKS_PER_DEGREE: u32 = 64;

/// The shortest advance, as a share of a voxel. An obstacle on the path of a point that is
/// thinner than this could be missed; a body is never thinner than its voxels.
const LEAST_ADVANCE: f64 = 1.0 / 16.0;

/// Points per task.
const CHUNK: usize = 512;

/// Sines and cosines of all angles.
pub(super) struct Angles {
    table: Vec<(f64, f64)>,
}

impl Angles {
    /// From 0 to `limit_deg` (at least).
    pub(super) fn up_to(limit_deg: f64) -> Self {
        let last = ticks(limit_deg);
        let radians = |tick: u32| degrees(tick).to_radians();
        Self { table: (0..=last).map(|tick| libm::sincos(radians(tick))).collect() }
    }
}

pub(super) fn degrees(tick: u32) -> f64 {
    f64::from(tick) / f64::from(TICKS_PER_DEGREE)
}

pub(super) fn ticks(degrees: f64) -> u32 {
    (degrees * f64::from(TICKS_PER_DEGREE)).round() as u32
}

/// What points run into, in its own frame.
pub(super) struct Obstacle<'a> {
    /// The bodies, one of which may be run into.
    pub(super) bodies: &'a [&'a SignedDistance],
    /// The standing bodies give way to the turning ones as they stood at the start: to each of
    /// these by so many mm round it, for each of the bodies. Where the obstacle is the turning
    /// bodies, the standing one alone, whose points are asked.
    pub(super) at_start: &'a [Contact<'a>],
    /// Where the first body, the bone, does not count against the bone whose points are asked.
    pub(super) articulation: Option<Articulation>,
    /// Whether the bodies are those that give way; if not, points of the other do.
    pub(super) gives_way: bool,
    /// How deep a point must be to count as a collision, mm.
    pub(super) depth_mm: f64,
    /// The voxel by which depths are measured, mm.
    pub(super) voxel_mm: f64,
}

/// A body at the start, and how wide a space is left round it.
pub(super) struct Contact<'a> {
    pub(super) body: &'a SignedDistance,
    /// For each of the bodies that may be run into, mm.
    pub(super) space_mm: Vec<f64>,
}

impl Obstacle<'_> {
    /// How far a point is from the bodies, and from which. Where they overlap the starting pose
    /// of those that turn, or touch it, they are cut back from it: the joint can be left and
    /// turned in although voxels say that it is closed.
    pub(super) fn clearance(&self, at_mm: [f64; 3]) -> (f64, usize) {
        let (mut nearest, mut which) = (f64::INFINITY, 0);
        for (n, body) in self.bodies.iter().enumerate() {
            let mut distance = body.at(at_mm);
            if self.gives_way && distance < self.voxel_mm {
                for contact in self.at_start {
                    distance = distance.max(contact.space_mm[n] - contact.body.at(at_mm));
                }
                if let Some(articulation) = self.articulation.filter(|_| n == 0) {
                    distance = distance.max(articulation.depth_mm(at_mm));
                }
            }
            if distance < nearest {
                (nearest, which) = (distance, n);
            }
        }
        (nearest, which)
    }

    /// Whether a point of a body that gives way is one that does, and so is not there.
    fn gave_way(&self, at_mm: [f64; 3]) -> bool {
        let touches = |contact: &Contact| {
            self.bodies.iter().zip(&contact.space_mm).any(|(b, &space)| b.at(at_mm) < space)
        };
        let is_within = self.articulation.is_some_and(|a| a.depth_mm(at_mm) > 0.0);
        !self.gives_way && (is_within || self.at_start.iter().any(touches))
    }

    /// How far a point that has this clearance may surely move.
    fn free_way(&self, clearance: f64, which: usize) -> f64 {
        let body = self.bodies[which];
        let error = if clearance > body.near_mm() { body.far_error_mm() } else { 0.0 };
        clearance + self.depth_mm - error
    }
}

/// The first collision of a set of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    /// The angle.
    pub(super) tick: u32,
    /// Which point.
    pub(super) point: usize,
}

/// The first of the points to collide when turned, before `bound` or at it.
///
/// Every point advances by itself, by no more than the obstacle is away; `bound` falls as
/// points collide. Which points are given up early depends on the order of work, the first hit
/// does not: the point that hits first is never given up.
pub(super) fn first_hit(
    points_mm: &[[f64; 3]],
    rotation: &Rotation,
    obstacle: &Obstacle,
    angles: &Angles,
    bound: u32,
) -> Option<Hit> {
    let bound = AtomicU32::new(bound);
    let hits: Vec<Option<Hit>> = points_mm
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(chunk, points)| {
            let hits = points.iter().enumerate().filter_map(|(n, &point)| {
                let tick = advance(&Orbit::new(rotation, point), obstacle, angles, &bound)?;
                bound.fetch_min(tick, Ordering::Relaxed);
                Some(Hit { tick, point: chunk * CHUNK + n })
            });
            hits.min()
        })
        .collect();
    hits.into_iter().flatten().min()
}

/// The tick at which a point on its orbit collides, if that is not beyond `bound`.
fn advance(orbit: &Orbit, obstacle: &Obstacle, angles: &Angles, bound: &AtomicU32) -> Option<u32> {
    let mm_per_tick = orbit.mm_per_tick();
    let least = (LEAST_ADVANCE * obstacle.voxel_mm / mm_per_tick).max(1.0);
    let clearance = |tick: u32| {
        let (sin, cos) = angles.table[tick as usize];
        obstacle.clearance(orbit.at(sin, cos))
    };
    if obstacle.gave_way(orbit.at(0.0, 1.0)) {
        return None;
    }
    let (mut tick, mut before) = (0, 0);
    loop {
        let (clear, which) = clearance(tick);
        if clear <= -obstacle.depth_mm {
            break;
        }
        let bound = bound.load(Ordering::Relaxed);
        if tick >= bound {
            return None;
        }
        before = tick;
        let way = (obstacle.free_way(clear, which) / mm_per_tick).max(least);
        tick = if way < f64::from(bound - tick) { tick + way as u32 } else { bound };
    }
    // Not at `before`, but at `tick`.
    while tick - before > 1 {
        let middle = before + (tick - before) / 2;
        if clearance(middle).0 <= -obstacle.depth_mm {
            tick = middle;
        } else {
            before = middle;
        }
    }
    Some(tick)
}

/// Going back from a hit, the tick at which the point began to touch; no further back than the
/// point travels a voxel.
pub(super) fn touch(orbit: &Orbit, obstacle: &Obstacle, angles: &Angles, hit: u32) -> u32 {
    let touches = |tick: u32| {
        let (sin, cos) = angles.table[tick as usize];
        obstacle.clearance(orbit.at(sin, cos)).0 <= 0.0
    };
    let voxel = obstacle.voxel_mm / orbit.mm_per_tick();
    let first = if voxel < f64::from(hit) { hit - voxel as u32 } else { 0 };
    (first..hit).rev().find(|&tick| !touches(tick)).map_or(first, |clear| clear + 1)
}
