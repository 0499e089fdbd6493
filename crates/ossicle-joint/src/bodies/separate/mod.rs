//! Taking bones apart at the joint space of a plain CT.
//!
//! Walks start from every voxel of bone near the joint and pass the harder the deeper the
//! valley of density that they cross; a voxel goes to the bone whose core they reach most
//! often. The cores are the femoral head and the bone facing its socket, or the three shafts
//! that leave the elbow. Beyond the joint each bone goes on as far as it hangs together.

mod elbow;
mod hip;
mod valley;
mod walker;

use ossicle_anatomy::vector::distance;
use ossicle_anatomy::{Anatomy, JointKind, Side};
use ossicle_field::{Field, Grid};
use ossicle_image::distance_mm;

pub(super) use self::valley::valley_depth;
use super::contact::Contact;
use super::error::BodiesError;
use super::table::Body;

/// Valleys as shallow as this are noise, HU.
const NOISE_HU: f32 = 20.0;
/// A way through a valley deeper by this is passed e times less, HU.
const VALLEY_HU: f32 = 20.0;
/// Bone lies deeper under the skin than this, mm.
const RIM_MM: f32 = 3.0;
/// The hardest way is passed this many times less than a free one.
const HARDEST: f64 = 1e-5;

/// Codes and table of the bones of a joint, from density alone.
pub(super) fn bodies(
    anatomy: &Anatomy,
    side: Side,
    depth: &Field<f32>,
) -> Result<(Field<u8>, Vec<Body>), BodiesError> {
    let bone = deep_bone(anatomy);
    match anatomy.joint().kind {
        JointKind::Hip => Ok(hip::bodies(anatomy, &bone, side, depth)),
        _ => elbow::bodies(anatomy, &bone, depth),
    }
}

/// Bone, without dense rims at the edge of the scanner's field of view.
pub(super) fn deep_bone(anatomy: &Anatomy) -> Field<bool> {
    let outside = distance_mm(&anatomy.tissue().map(|t| t.is_outside()));
    let both = anatomy.tissue().iter().zip(outside.iter());
    let deep = both.map(|(tissue, &deep)| tissue.is_bone() && deep > RIM_MM);
    Field::from_vec(*anatomy.grid(), deep.collect())
}

/// What walks are made on.
struct Cut<'a> {
    bone: &'a Field<bool>,
    depth: &'a Field<f32>,
    /// Middle and radius of the ball that walks stay in, mm.
    middle_mm: [f64; 3],
    reach_mm: f64,
}

impl Cut<'_> {
    fn grid(&self) -> &Grid {
        self.bone.grid()
    }

    /// The seed that each voxel of bone belongs to; `ease` of a step between two voxels comes
    /// on top of what the valleys say.
    fn run(&self, seeds: &Field<u8>, ease: impl Fn(usize, usize) -> f64) -> Field<u8> {
        let grid = *self.grid();
        let near = |n: usize| distance(grid.centre(grid.voxel(n)), self.middle_mm) < self.reach_mm;
        let cells = self.bone.iter().enumerate().map(|(n, &bone)| bone && near(n));
        let region = Field::from_vec(grid, cells.collect());
        let depth: &[f32] = self.depth;
        let weight = grid.spacing_mm().map(|s| 1.0 / (s * s));
        let cut = walker::nearest_seed(&region, seeds, |axis, low, high| {
            let valley = (depth[low].max(depth[high]) - NOISE_HU).max(0.0) / VALLEY_HU;
            weight[axis] * (libm::exp(-f64::from(valley)) * ease(low, high)).max(HARDEST)
        });
        spread(cut, self.bone)
    }
}

/// Gives voxels of `bone` without a code that of the nearest voxel that has one, as far as
/// bone hangs together over faces, layer by layer.
fn spread(mut codes: Field<u8>, bone: &Field<bool>) -> Field<u8> {
    let mut front: Vec<usize> = coded(&codes);
    let bone: &[bool] = bone;
    while !front.is_empty() {
        front = next_layer(&mut codes, &front, |n| bone[n]);
    }
    codes
}

/// The voxels that have a code.
pub(super) fn coded(codes: &[u8]) -> Vec<usize> {
    (0..codes.len()).filter(|&n| codes[n] > 0).collect()
}

/// Gives the free neighbours of `front` that `may` be taken the codes of `front`; returns them.
pub(super) fn next_layer(
    codes: &mut Field<u8>,
    front: &[usize],
    may: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let grid = *codes.grid();
    let cells: &mut [u8] = codes;
    let mut taken = Vec::new();
    for &n in front {
        for m in neighbours(&grid, n) {
            if cells[m] == 0 && may(m) {
                cells[m] = cells[n];
                taken.push(m);
            }
        }
    }
    taken
}

/// The voxels that share a face with a voxel.
pub(super) fn neighbours(grid: &Grid, n: usize) -> impl Iterator<Item = usize> + use<> {
    let (voxel, shape, strides) = (grid.voxel(n), grid.shape(), grid.strides());
    (0..3).flat_map(move |a| {
        let before = (voxel[a] > 0).then(|| n - strides[a]);
        let after = (voxel[a] + 1 < shape[a]).then(|| n + strides[a]);
        before.into_iter().chain(after)
    })
}

/// Takes the darker of two voxels that touch across two bodies out of both, so that bodies
/// that are free of each other do not touch. Bodies that bone joins in the scan stay joined.
pub(super) fn open_joint_space(codes: &mut Field<u8>, hu: &Field<f32>, contacts: &[Contact]) {
    let grid = *codes.grid();
    let (before, hu): (&[u8], &[f32]) = (&codes.clone(), hu);
    let cells: &mut [u8] = codes;
    let joined =
        |a: u8, b: u8| contacts.iter().any(|c| c.codes == [a.min(b), a.max(b)] && c.is_fused());
    for n in (0..grid.len()).filter(|&n| before[n] > 0) {
        for m in neighbours(&grid, n).filter(|&m| before[m] > 0 && before[m] != before[n]) {
            if hu[n] <= hu[m] && !joined(before[n], before[m]) {
                cells[n] = 0;
            }
        }
    }
}
