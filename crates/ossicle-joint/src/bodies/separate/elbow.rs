//! Humerus, ulna and radius, from the three shafts that leave the elbow.

use ossicle_anatomy::Anatomy;
use ossicle_anatomy::moments::mean;
use ossicle_anatomy::vector::{Vec3, add, angle, distance, dot, sub, unit};
use ossicle_field::Field;
use ossicle_image::{Connectivity, label_components};

use super::super::error::BodiesError;
use super::super::table::{Body, Role};
use super::Cut;

/// Shells round the joint's centre in which shafts are looked for, mm, and the least density
/// of bone there, HU: where two shafts touch, their cortices alone may be apart.
const SHELLS: [(f64, f64, f32); 7] = [
    (40.0, 58.0, f32::NEG_INFINITY),
    (46.0, 64.0, f32::NEG_INFINITY),
    (35.0, 53.0, f32::NEG_INFINITY),
    (52.0, 70.0, f32::NEG_INFINITY),
    (40.0, 58.0, 450.0),
    (46.0, 64.0, 450.0),
    (52.0, 70.0, 600.0),
];
/// Least volume of a shaft in its shell, mm³.
const LEAST_SHAFT_MM3: f64 = 900.0;

/// A shaft in its shell.
struct Shaft {
    number: u32,
    towards: Vec3,
}

/// Codes: 1 humerus, 2 ulna, 3 radius.
pub(super) fn bodies(
    anatomy: &Anatomy,
    bone: &Field<bool>,
    depth: &Field<f32>,
) -> Result<(Field<u8>, Vec<Body>), BodiesError> {
    let centre = anatomy.joint().centre_mm;
    let (shafts, parts, reach_mm) = find_shafts(anatomy, bone)?;
    let seeds = parts.map(|&part| {
        let place = shafts.iter().position(|shaft| shaft.number == part);
        place.map_or(0, |place| place as u8 + 1)
    });
    let cut = Cut { bone, depth, middle_mm: centre, reach_mm };
    let mut codes = cut.run(&seeds, |_, _| 1.0);
    // Of the two below, the ulna reaches up behind the joint.
    let [second, third] = [2, 3].map(|code| reach_above(&codes, code, &shafts, centre, reach_mm));
    if third > second {
        codes.iter_mut().for_each(|code| *code = [0, 1, 3, 2][usize::from(*code)]);
    }
    let table = vec![
        Body::new("humerus", Role::Fixed),
        Body::new("ulna", Role::Swings),
        Body::new("radius", Role::Moves),
    ];
    Ok((codes, table))
}

/// The shafts of humerus and of the two bones of the forearm, the parts of bone in the shell
/// that they were found in, and that shell's outer radius.
fn find_shafts(
    anatomy: &Anatomy,
    bone: &Field<bool>,
) -> Result<([Shaft; 3], Field<u32>, f64), BodiesError> {
    let (grid, joint) = (*bone.grid(), anatomy.joint());
    let mut most = 0;
    for (inner, outer, least_hu) in SHELLS {
        let in_shell = (0..grid.len()).map(|n| {
            let voxel = grid.voxel(n);
            let r = distance(grid.centre(voxel), joint.centre_mm);
            bone[voxel] && (inner..outer).contains(&r) && anatomy.hu()[voxel] >= least_hu
        });
        let shell = Field::from_vec(grid, in_shell.collect());
        let parts = label_components(&shell, Connectivity::Faces);
        let large = |&&size: &&usize| size as f64 * grid.voxel_volume_mm3() >= LEAST_SHAFT_MM3;
        let count = parts.sizes.iter().take_while(large).count();
        most = most.max(count.min(3));
        if count >= 3 {
            let shafts = [1, 2, 3].map(|number| {
                let cells = (0..grid.len()).filter(|&n| parts.labels[grid.voxel(n)] == number);
                let points: Vec<Vec3> = cells.map(|n| grid.centre(grid.voxel(n))).collect();
                Shaft { number, towards: unit(sub(mean(&points), joint.centre_mm)) }
            });
            return Ok((humerus_first(shafts, joint.proximal), parts.labels, outer));
        }
    }
    Err(BodiesError::Shafts { found: most })
}

/// The humerus is the shaft that leaves the other two most; towards the trunk where two of
/// three angles are alike.
fn humerus_first(mut shafts: [Shaft; 3], proximal: Vec3) -> [Shaft; 3] {
    let apart = |i: usize| -> f64 {
        let others = shafts.iter().map(|s| angle(s.towards, shafts[i].towards));
        others.sum::<f64>() + 0.5 * dot(shafts[i].towards, proximal)
    };
    let humerus = (0..3).max_by(|&a, &b| apart(a).total_cmp(&apart(b))).unwrap_or(0);
    shafts.swap(0, humerus);
    shafts
}

/// How far a bone of the forearm reaches up beyond the joint's centre, mm.
fn reach_above(codes: &Field<u8>, code: u8, shafts: &[Shaft], centre: Vec3, within: f64) -> f64 {
    let grid = *codes.grid();
    let down = unit(add(shafts[1].towards, shafts[2].towards));
    let cells: &[u8] = codes;
    (0..grid.len())
        .filter(|&n| cells[n] == code)
        .map(|n| sub(grid.centre(grid.voxel(n)), centre))
        .filter(|&d| dot(d, d) < within * within)
        .map(|d| -dot(d, down))
        .fold(f64::NEG_INFINITY, f64::max)
}
