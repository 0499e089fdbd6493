//! How built-in joints are put together and brought onto a grid.

use ossicle_field::{Field, Grid};
use rayon::prelude::*;

use crate::Tissue;
use crate::anatomy::{Side, Structure};
use crate::solid::{Bounds, STEEPEST, Solid};
use crate::vector::Vec3;

/// A named solid of one tissue.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) tissue: Tissue,
    solid: Solid,
    bounds: Bounds,
    /// Its place in the list it was made in, kept when others are left out.
    pub(crate) number: usize,
}

impl Part {
    pub(crate) fn new(name: &'static str, tissue: Tissue, solid: Solid) -> Self {
        Self { name, tissue, bounds: solid.bounds(), solid, number: 0 }
    }

    /// `parts` with their places written on them.
    pub(crate) fn numbered(mut parts: Vec<Self>) -> Vec<Self> {
        parts.iter_mut().enumerate().for_each(|(n, part)| part.number = n);
        parts
    }

    /// The same part, simplified for use within `radius` mm of `centre`, and nowhere
    /// to be found if it does not come within `reach` mm of that ball.
    pub(crate) fn near(&self, centre: Vec3, radius: f64, reach: f64) -> Self {
        let absent = self.bounds.distance(centre) > radius + reach
            || self.solid.distance(centre) > STEEPEST * radius + reach;
        let (bounds, solid) = if absent {
            (Bounds::NOWHERE, Solid::union([], 0.0))
        } else {
            (self.bounds, self.solid.near(centre, radius))
        };
        Self { name: self.name, tissue: self.tissue, solid, bounds, number: self.number }
    }

    /// Those of `parts` that come within `reach` mm of the ball, simplified.
    pub(crate) fn all_near(parts: &[Self], centre: Vec3, radius: f64, reach: f64) -> Vec<Self> {
        let near = parts.iter().map(|part| part.near(centre, radius, reach));
        near.filter(|part| part.bounds != Bounds::NOWHERE).collect()
    }

    /// Signed distance in mm, or infinity beyond `reach` mm of its bounding box.
    #[inline]
    pub(crate) fn distance_within(&self, p: Vec3, reach: f64) -> f64 {
        if self.bounds.distance(p) > reach { f64::INFINITY } else { self.solid.distance(p) }
    }
}

/// What a built-in joint has at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) tissue: Tissue,
    /// Number of the structure in [`Scene::structures`].
    pub(crate) structure: u16,
    pub(crate) hu: f32,
}

impl Sample {
    /// Outside the body.
    pub(crate) const OUTSIDE: Self =
        Self { tissue: Tissue::Outside, structure: OUTSIDE, hu: -1000.0 };
}

/// A built-in joint in its own frame: mm, human size; lateral, anterior and
/// superior from the joint's centre.
pub(crate) trait Scene: Sync {
    /// All structures, with [`OUTSIDE`] first.
    fn structures(&self, side: Side) -> Vec<Structure>;

    /// What is at a point.
    fn at(&self, p: Vec3) -> Sample;

    /// A lighter scene that is the same within `radius` mm of `centre`.
    fn near(&self, centre: Vec3, radius: f64) -> Self;
}

/// The structure number of what is outside the body.
pub(crate) const OUTSIDE: u16 = 0;

/// The structures of a scene: which number stands for which.
pub(crate) struct Roster {
    entries: Vec<(&'static str, Tissue, Paired)>,
    /// Number of each entry on the far side of the midline.
    far: Vec<u16>,
}

/// Whether a structure comes twice, left and right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paired {
    Yes,
    No,
}

impl Roster {
    pub(crate) fn new(entries: Vec<(&'static str, Tissue, Paired)>) -> Self {
        let mut next = entries.len() as u16;
        let far = entries.iter().enumerate().map(|(n, (_, _, paired))| match paired {
            Paired::No => n as u16 + 1,
            Paired::Yes => {
                next += 1;
                next
            }
        });
        let far = far.collect();
        Self { entries, far }
    }

    /// The structure number of an entry, on this side or beyond the midline.
    pub(crate) fn number(&self, entry: usize, beyond: bool) -> u16 {
        if beyond { self.far[entry] } else { entry as u16 + 1 }
    }

    /// All structures, with [`OUTSIDE`] first, for a joint on `side`.
    pub(crate) fn structures(&self, side: Side) -> Vec<Structure> {
        let outside = Structure { name: "outside".to_owned(), tissue: Tissue::Outside };
        let named = |&(name, tissue, paired): &(&str, Tissue, Paired), side: Side| Structure {
            name: match paired {
                Paired::Yes => format!("{name}_{}", side.name()),
                Paired::No => name.to_owned(),
            },
            tissue,
        };
        let near = self.entries.iter().map(|entry| named(entry, side));
        let paired = self.entries.iter().filter(|(.., paired)| *paired == Paired::Yes);
        let far = paired.map(|entry| named(entry, side.opposite()));
        [outside].into_iter().chain(near).chain(far).collect()
    }
}

/// The fields of a scene on a grid.
pub(crate) struct Drawn {
    pub(crate) tissue: Field<Tissue>,
    pub(crate) structure: Field<u16>,
    pub(crate) hu: Field<f32>,
}

/// Voxels along the edge of the blocks that the work is cut into: the largest, and the least
/// that is worth a lighter scene of its own.
const BLOCK: [usize; 2] = [16, 4];

/// Evaluates `scene`, `scale` times human size, at every voxel centre.
///
/// Left and right are the same numbers: lateral is the distance from the joint's
/// centre away from the midline, so that both sides mirror each other exactly.
pub(crate) fn draw(scene: &impl Scene, grid: &Grid, side: Side, scale: f64) -> Drawn {
    let lateral = side.lateral_sign();
    let local = |[x, y, z]: Vec3| [lateral * x / scale, y / scale, z / scale];
    let [nx, ny, nz] = grid.shape();
    let mut samples = vec![Sample::OUTSIDE; grid.len()];
    let place = Place { grid, local: &local, scale };
    samples.par_chunks_mut(nx * ny * BLOCK[0]).enumerate().for_each(|(slab, samples)| {
        let k0 = slab * BLOCK[0];
        for j0 in (0..ny).step_by(BLOCK[0]) {
            for i0 in (0..nx).step_by(BLOCK[0]) {
                let end = [i0, j0, k0].map(|v| v + BLOCK[0]);
                let end = [end[0].min(nx), end[1].min(ny), end[2].min(nz)];
                place.draw_block(scene, [i0, j0, k0], end, k0, samples);
            }
        }
    });
    let field = |f: fn(&Sample) -> u16| Field::from_vec(*grid, samples.iter().map(f).collect());
    Drawn {
        tissue: Field::from_vec(*grid, samples.iter().map(|s| s.tissue).collect()),
        structure: field(|s| s.structure),
        hu: Field::from_vec(*grid, samples.iter().map(|s| s.hu).collect()),
    }
}

/// Where voxels lie in a scene.
struct Place<'a, F> {
    grid: &'a Grid,
    local: &'a F,
    scale: f64,
}

impl<F: Fn(Vec3) -> Vec3> Place<'_, F> {
    /// Draws the voxels from `start` up to `end`, block within block, each with the lighter scene
    /// of its surroundings. `samples` begins with plane `first_plane`.
    fn draw_block(
        &self,
        scene: &impl Scene,
        start: [usize; 3],
        end: [usize; 3],
        first_plane: usize,
        samples: &mut [Sample],
    ) {
        let Self { grid, local, scale } = self;
        let [nx, ny, _] = grid.shape();
        let corner = start.map(|v| v as f64);
        let middle: Vec3 = std::array::from_fn(|a| 0.5 * (corner[a] + end[a] as f64 - 1.0));
        // On a sheared grid another diagonal may be the longest.
        let steps = grid.spacing_mm();
        let radius: f64 = (0..3).map(|a| (middle[a] - corner[a]) * steps[a]).sum();
        let scene = scene.near(local(grid.to_world(middle)), radius / scale + 1e-9);
        let half: [usize; 3] = std::array::from_fn(|a| (end[a] - start[a]).div_ceil(2));
        if half.iter().all(|h| 2 * h <= BLOCK[1]) {
            for k in start[2]..end[2] {
                for j in start[1]..end[1] {
                    for i in start[0]..end[0] {
                        let at = i + nx * (j + ny * (k - first_plane));
                        samples[at] = scene.at(local(grid.centre([i, j, k])));
                    }
                }
            }
            return;
        }
        for k in (start[2]..end[2]).step_by(half[2]) {
            for j in (start[1]..end[1]).step_by(half[1]) {
                for i in (start[0]..end[0]).step_by(half[0]) {
                    let from = [i, j, k];
                    let to = std::array::from_fn(|a| (from[a] + half[a]).min(end[a]));
                    self.draw_block(&scene, from, to, first_plane, samples);
                }
            }
        }
    }
}

/// Skin, cords and muscles: everything that is neither bone nor joint.
pub(crate) struct SoftTissue {
    /// The body's surface.
    pub(crate) body: Solid,
    pub(crate) skin_mm: f64,
    /// Nerves, vessels, tendons and ligaments; the first that holds a point has it.
    pub(crate) cords: Vec<Part>,
    /// Muscles. They grow towards each other up to thin planes of fat.
    pub(crate) muscles: Vec<Part>,
}

/// What [`SoftTissue`] has at a point.
pub(crate) enum Soft<'a> {
    Outside,
    Skin,
    Fat,
    Part(&'a Part),
}

/// Thickness of the plane of fat between two muscles, mm.
const SEPTUM_MM: f64 = 1.2;
/// Width of the gaps that muscles close against each other, mm.
const GAP_MM: f64 = 12.0;
/// Width of the gaps that muscles close against bone and capsule, mm.
pub(crate) const BONE_GAP_MM: f64 = 12.0;
/// Fat round nerves and vessels, mm.
const SHEATH_MM: f64 = 1.5;

impl SoftTissue {
    /// Its parts are numbered in one row: cords, then muscles.
    pub(crate) fn new(body: Solid, skin_mm: f64, cords: Vec<Part>, muscles: Vec<Part>) -> Self {
        let (cord_count, mut parts) = (cords.len(), cords);
        parts.extend(muscles);
        let mut cords = Part::numbered(parts);
        let muscles = cords.split_off(cord_count);
        Self { body, skin_mm, cords, muscles }
    }

    /// The same, simplified for use within `radius` mm of `centre`.
    pub(crate) fn near(&self, centre: Vec3, radius: f64) -> Self {
        Self {
            body: self.body.clone(),
            skin_mm: self.skin_mm,
            cords: Part::all_near(&self.cords, centre, radius, SHEATH_MM),
            muscles: Part::all_near(&self.muscles, centre, radius, BONE_GAP_MM),
        }
    }

    /// What is at a point; `from_bone` gives its distance from bone or capsule in mm
    /// up to [`BONE_GAP_MM`].
    pub(crate) fn at(&self, p: Vec3, from_bone: impl Fn() -> f64) -> Soft<'_> {
        let depth = -self.body.distance(p);
        if depth <= 0.0 {
            return Soft::Outside;
        }
        if depth < self.skin_mm {
            return Soft::Skin;
        }
        let mut sheathed = false;
        for cord in &self.cords {
            let d = cord.distance_within(p, SHEATH_MM);
            if d < 0.0 {
                return Soft::Part(cord);
            }
            sheathed |= d < SHEATH_MM && matches!(cord.tissue, Tissue::Nerve | Tissue::Vessel);
        }
        if sheathed {
            return Soft::Fat;
        }
        let (mut nearest, mut next, mut owner) = (f64::INFINITY, f64::INFINITY, None);
        for muscle in &self.muscles {
            // One that lies further than the second nearest changes nothing.
            let d = muscle.distance_within(p, BONE_GAP_MM.min(next));
            if d < nearest {
                (next, nearest, owner) = (nearest, d, Some(muscle));
            } else if d < next {
                next = d;
            }
        }
        let held =
            || nearest < 0.0 || nearest + next < GAP_MM || nearest + from_bone() < BONE_GAP_MM;
        match owner {
            Some(muscle) if next - nearest > SEPTUM_MM && held() => Soft::Part(muscle),
            _ => Soft::Fat,
        }
    }
}
