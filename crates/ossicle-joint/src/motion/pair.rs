//! The two bodies of a day, turned against each other.

use super::advance::{Angles, Contact, Hit, Obstacle, degrees, first_hit, ticks, touch};
use super::rotation::{Orbit, Rotation};
use super::{Articulation, Collision, Excursion, Part, SignedDistance, Solid, Tolerance};

/// The parts of one body: the bone, then what has grown onto it.
type Parts<'a> = Vec<(Part, &'a Solid)>;

/// Two bodies with all that belongs to them on a day.
pub(super) struct Pair<'a> {
    fixed: Parts<'a>,
    moving: Parts<'a>,
    tolerance: Tolerance,
    articulation: Option<Articulation>,
    angles: Angles,
}

/// A collision as found.
struct Found {
    hit: Hit,
    /// Whether the point that hit is one of the turning body's.
    of_moving: bool,
    /// Which part of its body it belongs to.
    part: usize,
}

impl<'a> Pair<'a> {
    /// Bones, each with the heterotopic bone on it, for rotations up to `limit_deg`.
    pub(super) fn new(
        fixed: (&'a Solid, Option<&'a Solid>),
        moving: (&'a Solid, Option<&'a Solid>),
        (tolerance, articulation): (Tolerance, Option<Articulation>),
        limit_deg: f64,
    ) -> Self {
        let parts = |(bone, heterotopic): (&'a Solid, Option<&'a Solid>)| -> Parts<'a> {
            let bone = std::iter::once((Part::Bone, bone));
            bone.chain(heterotopic.map(|solid| (Part::Heterotopic, solid))).collect()
        };
        let angles = Angles::up_to(limit_deg);
        Self { fixed: parts(fixed), moving: parts(moving), tolerance, articulation, angles }
    }

    /// The smallest distance across the joint, mm, of those with heterotopic bone on one side
    /// at least, if there is any.
    pub(super) fn heterotopic_gap_mm(&self) -> Option<f64> {
        let pairs = self.fixed.iter().flat_map(|f| self.moving.iter().map(move |m| (f, m)));
        pairs
            .filter(|(f, m)| f.0 == Part::Heterotopic || m.0 == Part::Heterotopic)
            .map(|(f, m)| f.1.gap_mm(m.1))
            .reduce(f64::min)
    }

    /// How far a rotation goes.
    pub(super) fn excursion(&self, rotation: &Rotation) -> Excursion {
        let mut first: Option<Found> = None;
        for of_moving in [true, false] {
            for part in 0..self.sides(of_moving).0.len() {
                let bound = first.as_ref().map_or(ticks(rotation.limit_deg), |f| f.hit.tick);
                let own = self.sides(of_moving).0[part].1;
                let hit = self.with_obstacle(of_moving, part, |obstacle| {
                    let seen = seen(rotation, of_moving);
                    first_hit(own.points_mm(), &seen, obstacle, &self.angles, bound)
                });
                // Of two that hit at the same angle, the first asked is told.
                let is_first = |h: &Hit| first.as_ref().is_none_or(|f| h.tick < f.hit.tick);
                if let Some(hit) = hit.filter(is_first) {
                    first = Some(Found { hit, of_moving, part });
                }
            }
        }
        match first {
            None => Excursion { angle_deg: rotation.limit_deg, collision: None },
            Some(found) => self.ended(rotation, &found),
        }
    }

    fn ended(&self, rotation: &Rotation, found: &Found) -> Excursion {
        let (own, others) = self.sides(found.of_moving);
        let (kind, solid) = own[found.part];
        let point = solid.points_mm()[found.hit.point];
        let seen = seen(rotation, found.of_moving);
        let orbit = Orbit::new(&seen, point);
        let hit_deg = degrees(found.hit.tick);
        let there = seen.turned(point, hit_deg);
        let (clearance, which, touch) = self.with_obstacle(found.of_moving, found.part, |o| {
            let (clearance, which) = o.clearance(there);
            (clearance, which, touch(&orbit, o, &self.angles, found.hit.tick))
        });
        let (other, body) = others[which];
        let outward = body.distance().outward(there);
        // The turning body's distances are those of its starting pose: what is told of them
        // turns with it.
        let (at_mm, on_moving_mm, normal, moving, fixed) = if found.of_moving {
            (there, point, outward, kind, other)
        } else {
            let about_origin = Rotation { point_mm: [0.0; 3], ..*rotation };
            (point, there, about_origin.turned(outward, hit_deg), other, kind)
        };
        let (depth_mm, confirmed_deg) = (-clearance, hit_deg);
        let collision =
            Collision { confirmed_deg, at_mm, on_moving_mm, normal, depth_mm, moving, fixed };
        Excursion { angle_deg: degrees(touch), collision: Some(collision) }
    }

    /// The body whose points are asked, and the one they may run into.
    fn sides(&self, of_moving: bool) -> (&Parts<'a>, &Parts<'a>) {
        if of_moving { (&self.moving, &self.fixed) } else { (&self.fixed, &self.moving) }
    }

    /// Runs `job` with what the points of a part can run into.
    fn with_obstacle<T>(
        &self,
        of_moving: bool,
        part: usize,
        job: impl FnOnce(&Obstacle) -> T,
    ) -> T {
        let (own, others) = self.sides(of_moving);
        let bodies: Vec<&SignedDistance> = others.iter().map(|p| p.1.distance()).collect();
        // Those that stood where the others give way: all that turns, or the one that is asked.
        let own = if of_moving { &own[..] } else { &own[part..=part] };
        let voxel_mm = others.iter().chain(own).map(|p| p.1.voxel_mm()).fold(0.0, f64::max);
        let space = |a: Part, b: Part| match (a, b) {
            (Part::Bone, Part::Bone) => {
                self.tolerance.joint_space_mm.max(self.tolerance.contact_voxels * voxel_mm)
            }
            _ => self.tolerance.contact_voxels * voxel_mm,
        };
        let contact = |&(kind, solid): &(Part, &'a Solid)| Contact {
            body: solid.distance(),
            space_mm: others.iter().map(|other| space(kind, other.0)).collect(),
        };
        let at_start: Vec<Contact> = own.iter().map(contact).collect();
        job(&Obstacle {
            bodies: &bodies,
            at_start: &at_start,
            articulation: self.articulation.filter(|_| own[0].0 == Part::Bone && part == 0),
            gives_way: of_moving,
            depth_mm: self.tolerance.depth_voxels * voxel_mm,
            voxel_mm,
        })
    }
}

/// A rotation as the points see it: those of the standing body move the other way round
/// through the turning one.
fn seen(rotation: &Rotation, of_moving: bool) -> Rotation {
    if of_moving { *rotation } else { rotation.reversed() }
}
