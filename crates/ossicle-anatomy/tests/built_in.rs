//! Built-in joints against their design values, closed forms and each other.

use std::f64::consts::PI;

use ossicle_anatomy::builtin::{BuiltIn, BuiltInError, MOUSE_SCALE, SPHERE_MM};
use ossicle_anatomy::{Anatomy, Side, Tissue};
use ossicle_field::Grid;

/// A grid of `spacing` mm whose faces lie on the box's.
fn grid(low: [f64; 3], high: [f64; 3], spacing: f64) -> Grid {
    let shape = std::array::from_fn(|a| ((high[a] - low[a]) / spacing).round() as usize);
    Grid::aligned(shape, [spacing; 3], low.map(|v| v + 0.5 * spacing)).unwrap()
}

fn cube(half: f64, spacing: f64) -> Grid {
    grid([-half; 3], [half; 3], spacing)
}

fn hip(side: Side, grid: &Grid) -> Anatomy {
    BuiltIn::hip(side, 1.0).unwrap().on(grid).unwrap()
}

fn elbow(side: Side, grid: &Grid) -> Anatomy {
    BuiltIn::elbow(side, 1.0).unwrap().on(grid).unwrap()
}

/// The structure of each voxel by name, without its side.
fn name_at(anatomy: &Anatomy, p: [f64; 3]) -> &str {
    let voxel = anatomy.grid().voxel_at(p).expect("in the grid");
    let name = &anatomy.structures()[usize::from(anatomy.structure()[voxel])].name;
    name.trim_end_matches("_left").trim_end_matches("_right")
}

/// Volume in mm³ of the bone of one structure.
fn bone_volume(anatomy: &Anatomy, name: &str) -> f64 {
    let number = anatomy.structure_named(name).expect("known");
    let count = anatomy
        .structure()
        .iter()
        .zip(anatomy.tissue().iter())
        .filter(|(s, t)| **s == number && t.is_bone())
        .count();
    count as f64 * anatomy.grid().voxel_volume_mm3()
}

fn length(p: [f64; 3]) -> f64 {
    p.iter().map(|v| v * v).sum::<f64>().sqrt()
}

#[test]
fn the_sphere_has_its_volume_and_an_octant_an_eighth_of_it() {
    let sphere = BuiltIn::sphere(1.0).unwrap();
    let exact = 4.0 / 3.0 * PI * SPHERE_MM * SPHERE_MM * SPHERE_MM;
    for (spacing, tolerance) in [(2.0, 5e-3), (1.0, 1e-3), (0.5, 5e-4)] {
        let whole = sphere.on(&cube(24.0, spacing)).unwrap();
        let volume = whole.volume_mm3(Tissue::Uniform);
        assert!((volume / exact - 1.0).abs() < tolerance, "{spacing} mm: {volume} of {exact}");
        let octant = sphere.on(&grid([0.0; 3], [24.0; 3], spacing)).unwrap();
        assert_eq!(8.0 * octant.volume_mm3(Tissue::Uniform), volume);
    }
    assert_eq!(sphere.on(&cube(24.0, 1.0)).unwrap().names_of(Tissue::Uniform), ["uniform"]);
}

#[test]
fn left_and_right_mirror_each_other_voxel_for_voxel() {
    type Make = fn(Side, &Grid) -> Anatomy;
    for (make, low, high) in [
        (hip as Make, [-110.0, -60.0, -40.0], [100.0, 60.0, 40.0]),
        (elbow as Make, [-44.0, -40.0, -40.0], [50.0, 40.0, 40.0]),
    ] {
        let mirrored = |p: [f64; 3]| [-p[0], p[1], p[2]];
        let right = make(Side::Right, &grid(low, high, 2.0));
        let (a, b) = (mirrored(high), mirrored(low));
        let left = make(Side::Left, &grid([a[0], low[1], low[2]], [b[0], high[1], high[2]], 2.0));
        let nx = right.grid().shape()[0];
        let other = |name: &str| match name.strip_suffix("_right") {
            Some(base) => format!("{base}_left"),
            None => match name.strip_suffix("_left") {
                Some(base) => format!("{base}_right"),
                None => name.to_owned(),
            },
        };
        for n in 0..right.grid().len() {
            let v = right.grid().voxel(n);
            let m = [nx - 1 - v[0], v[1], v[2]];
            assert_eq!(right.tissue()[v], left.tissue()[m]);
            assert_eq!(right.hu()[v], left.hu()[m]);
            let name = |a: &Anatomy, v| a.structures()[usize::from(a.structure()[v])].name.clone();
            assert_eq!(other(&name(&right, v)), name(&left, m));
        }
        for (name, p) in &right.joint().landmarks {
            assert_eq!(left.joint().landmarks[name], mirrored(*p), "{name}");
        }
    }
}

#[test]
fn one_thread_and_two_give_the_same_hip() {
    let grid = cube(40.0, 2.0);
    let [one, two] = [1, 2].map(|n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| hip(Side::Left, &grid))
    });
    assert_eq!(one, two);
}

#[test]
fn what_a_point_is_does_not_depend_on_the_grid_around_it() {
    let whole = hip(Side::Right, &grid([-40.0; 3], [72.0; 3], 2.0));
    let part = whole.grid().crop([13, 17, 11], [9, 21, 33]).unwrap();
    let again = hip(Side::Right, &part);
    for n in 0..part.len() {
        let p = part.centre(part.voxel(n));
        let v = whole.grid().voxel_at(p).unwrap();
        let w = part.voxel(n);
        assert_eq!(whole.structure()[v], again.structure()[w], "{p:?}");
        assert_eq!(whole.hu()[v], again.hu()[w], "{p:?}");
    }
}

#[test]
fn the_volume_of_every_bone_converges_with_spacing() {
    let (low, high) = ([-28.0, -30.0, -28.0], [44.0, 24.0, 26.0]);
    let femur =
        [2.0, 1.0, 0.5].map(|h| bone_volume(&hip(Side::Right, &grid(low, high, h)), "femur_right"));
    assert!((femur[0] / femur[2] - 1.0).abs() < 2e-2, "{femur:?}");
    assert!((femur[1] / femur[2] - 1.0).abs() < 2e-3, "{femur:?}");
    let (low, high) = ([-36.0, -28.0, -48.0], [36.0, 16.0, 48.0]);
    let elbows = [2.0, 1.0, 0.5].map(|h| elbow(Side::Right, &grid(low, high, h)));
    for bone in ["humerus_right", "ulna_right", "radius_right"] {
        let volume = [0, 1, 2].map(|n| bone_volume(&elbows[n], bone));
        assert!((volume[0] / volume[2] - 1.0).abs() < 2e-2, "{bone}: {volume:?}");
        assert!((volume[1] / volume[2] - 1.0).abs() < 5e-3, "{bone}: {volume:?}");
    }
}

#[test]
fn bones_never_touch_each_other() {
    let check = |anatomy: &Anatomy, bones: &[&str]| {
        let g = anatomy.grid();
        let numbers: Vec<u16> =
            bones.iter().map(|b| anatomy.structure_named(b).expect("known")).collect();
        let owner = |v: [usize; 3]| {
            let s = anatomy.structure()[v];
            (anatomy.tissue()[v].is_bone() && numbers.contains(&s)).then_some(s)
        };
        let [nx, ny, nz] = g.shape();
        for n in 0..g.len() {
            let v = g.voxel(n);
            let Some(here) = owner(v) else { continue };
            for k in v[2]..(v[2] + 2).min(nz) {
                for j in v[1].saturating_sub(1)..(v[1] + 2).min(ny) {
                    for i in v[0].saturating_sub(1)..(v[0] + 2).min(nx) {
                        let there = owner([i, j, k]);
                        assert!(
                            there.is_none_or(|t| t == here),
                            "bones meet at {:?} mm at a spacing of {} mm",
                            g.centre(v),
                            g.spacing_mm()[0]
                        );
                    }
                }
            }
        }
    };
    for spacing in [2.0, 1.0, 0.6] {
        let ball_and_socket = hip(Side::Left, &cube(30.0, spacing));
        check(&ball_and_socket, &["femur_left", "hip_left"]);
    }
    for spacing in [1.0, 0.6] {
        let hinge = elbow(Side::Left, &grid([-24.0, -30.0, -30.0], [30.0, 18.0, 30.0], spacing));
        check(&hinge, &["humerus_left", "ulna_left", "radius_left"]);
    }
}

#[test]
fn the_femoral_head_is_a_ball_of_23_mm_with_cartilage_as_designed() {
    // A line of voxels up and inwards, through the roof of the socket.
    let roof = [-0.3, 0.1, 0.95];
    let roof = roof.map(|v| v / length(roof));
    let step = 0.05;
    let across = [[0.0, 0.4, 0.0], [0.4, 0.0, 0.0]];
    let line = Grid::new([3200, 1, 1], [roof.map(|v| v * step), across[0], across[1]], [0.0; 3]);
    let fine = hip(Side::Right, &line.unwrap());
    let along = |r: f64| fine.tissue()[[(r / step).round() as usize, 0, 0]];
    let extent = |wanted: fn(Tissue) -> bool, from: f64, to: f64| {
        let steps = ((to - from) / step) as usize;
        let hits = (0..steps).filter(|&n| wanted(along(from + step * n as f64))).count();
        hits as f64 * step
    };
    let head = extent(Tissue::is_bone, 0.0, 25.0);
    assert!((head - 23.0).abs() < 0.3, "bone up to {head} mm");
    let cartilage = extent(|t| t == Tissue::ArticularCartilage, 22.0, 28.0);
    let fluid = extent(|t| t == Tissue::JointFluid, 22.0, 28.0);
    assert!((cartilage - 3.5).abs() < 0.5, "{cartilage} mm of cartilage");
    assert!((cartilage + fluid - 4.0).abs() < 0.4, "{cartilage} + {fluid} mm");
    assert!(along(27.6).is_bone(), "the socket begins at 27 mm");
    assert_eq!(fine.joint().radius_mm, Some(23.0));
}

#[test]
fn neck_and_shaft_stand_at_127_degrees_and_the_neck_is_anteverted() {
    let a = hip(Side::Right, &grid([-30.0, -44.0, -172.0], [74.0, 30.0, 30.0], 2.0));
    let femur = a.structure_named("femur_right").unwrap();
    let centroid = |keep: &dyn Fn([f64; 3]) -> bool| {
        let g = a.grid();
        let points: Vec<[f64; 3]> = (0..g.len())
            .map(|n| g.voxel(n))
            .filter(|&v| a.structure()[v] == femur && a.tissue()[v].is_bone())
            .map(|v| g.centre(v))
            .filter(|&p| keep(p))
            .collect();
        let n = points.len() as f64;
        assert!(n > 50.0);
        points.iter().fold([0.0; 3], |s, p| [s[0] + p[0] / n, s[1] + p[1] / n, s[2] + p[2] / n])
    };
    let upper = centroid(&|p| (-100.0..-90.0).contains(&p[2]));
    let lower = centroid(&|p| (-170.0..-160.0).contains(&p[2]));
    let shaft: [f64; 3] = std::array::from_fn(|i| lower[i] - upper[i]);
    let neck = centroid(&|p| (26.0..32.0).contains(&length(p)) && p[0] > 8.0);
    let cos: f64 = (0..3).map(|i| shaft[i] * neck[i]).sum::<f64>() / length(shaft) / length(neck);
    let inclination = 180.0 - libm::acos(cos).to_degrees();
    assert!((inclination - 127.0).abs() < 3.0, "neck-shaft angle {inclination}");
    let anteversion = libm::atan2(-neck[1], neck[0]).to_degrees();
    assert!((anteversion - 15.0).abs() < 4.0, "anteversion {anteversion}");
    // The head stands this far medial of the shaft's axis at its own height.
    let offset = upper[0] + (0.0 - upper[2]) * (shaft[0] / shaft[2]);
    assert!((offset - 45.0).abs() < 4.0, "offset {offset}");
}

#[test]
fn the_shaft_is_a_tube_of_cortical_bone_about_a_marrow_canal() {
    let a = hip(Side::Right, &grid([0.0, -40.0, -140.0], [60.0, 20.0, -128.0], 0.5));
    let femur = a.structure_named("femur_right").unwrap();
    let count = |t: Tissue| {
        let here = a.structure().iter().zip(a.tissue().iter());
        here.filter(|(s, tissue)| **s == femur && **tissue == t).count() as f64
            * a.grid().voxel_volume_mm3()
            / 12.0
    };
    let (cortex, canal) = (count(Tissue::CorticalBone), count(Tissue::CancellousBone));
    let outer = ((cortex + canal) / PI).sqrt();
    let inner = (canal / PI).sqrt();
    assert!((outer - 14.4).abs() < 0.6, "outer radius {outer}");
    assert!((outer - inner - 7.0).abs() < 0.6, "cortex {}", outer - inner);
}

#[test]
fn landmarks_lie_where_their_names_say() {
    let expected = |joint: &str| -> Vec<(&str, &str)> {
        match joint {
            "hip" => vec![
                ("hip_centre", "femur"),
                ("femoral_neck", "femur"),
                ("greater_trochanter", "femur"),
                ("lesser_trochanter", "femur"),
                ("anterior_superior_iliac_spine", "hip"),
                ("anterior_inferior_iliac_spine", "hip"),
                ("ischial_tuberosity", "hip"),
                ("acetabular_rim_lateral", "hip"),
                ("capsule_anterior", "hip_capsule"),
                ("capsule_posterior", "hip_capsule"),
                ("capsule_superior", "hip_capsule"),
                ("capsule_inferior", "hip_capsule"),
            ],
            _ => vec![
                ("elbow_centre", "humerus"),
                ("capitellum", "humerus"),
                ("medial_epicondyle", "humerus"),
                ("lateral_epicondyle", "humerus"),
                ("olecranon_tip", "ulna"),
                ("coronoid_tip", "ulna"),
                ("radial_head", "radius"),
                ("radial_tuberosity", "radius"),
                ("capsule_anterior", "elbow_capsule"),
                ("capsule_posterior", "elbow_capsule"),
            ],
        }
    };
    for (anatomy, joint) in [
        (hip(Side::Left, &grid([-70.0, -50.0, -72.0], [36.0, 60.0, 86.0], 1.0)), "hip"),
        (elbow(Side::Left, &grid([-36.0, -32.0, -50.0], [40.0, 24.0, 30.0], 0.5)), "elbow"),
    ] {
        for (landmark, structure) in expected(joint) {
            let p = anatomy.joint().landmarks[landmark];
            // A landmark on a surface may lie just outside it.
            let near = |reach: f64| {
                (-4..=4).any(|i| {
                    (-4..=4).any(|j| {
                        (-4..=4).any(|k| {
                            let d = [i, j, k].map(|v| f64::from(v) * reach / 4.0);
                            length(d) <= reach
                                && name_at(&anatomy, [p[0] + d[0], p[1] + d[1], p[2] + d[2]])
                                    == structure
                        })
                    })
                })
            };
            let inside = landmark.starts_with("capsule") || landmark.ends_with("centre");
            assert!(near(if inside { 0.0 } else { 3.0 }), "{landmark} at {p:?}");
        }
    }
}

#[test]
fn muscles_have_the_volumes_that_scans_show() {
    let a = BuiltIn::hip(Side::Left, 1.0).unwrap().overview().unwrap();
    let ml = |name: &str| {
        let number = a.structure_named(name).unwrap();
        a.structure().iter().filter(|s| **s == number).count() as f64 * a.grid().voxel_volume_mm3()
            / 1000.0
    };
    // Adults, both sexes, magnetic resonance and CT; wide, since people differ.
    for (muscle, least, most) in [
        ("gluteus_maximus_left", 500.0, 1100.0),
        ("gluteus_medius_left", 220.0, 500.0),
        ("gluteus_minimus_left", 60.0, 170.0),
        ("tensor_fasciae_latae_left", 35.0, 110.0),
        ("obturator_internus_left", 25.0, 90.0),
        ("piriformis_left", 20.0, 70.0),
    ] {
        let found = ml(muscle);
        assert!((least..most).contains(&found), "{muscle}: {found:.0} ml");
    }
    assert!(a.names_of(Tissue::Muscle).len() > 25);
    assert!(a.names_of(Tissue::Nerve).contains(&"sciatic_nerve_left"));
}

#[test]
fn periosteum_lies_on_bone_and_a_regridded_anatomy_is_the_same() {
    let a = hip(Side::Right, &cube(30.0, 1.5));
    let g = a.grid();
    let mut layer = 0;
    for n in 0..g.len() {
        let v = g.voxel(n);
        if a.tissue()[v] != Tissue::Periosteum {
            continue;
        }
        layer += 1;
        let touches = (0..3).any(|axis| {
            [v[axis].checked_sub(1), Some(v[axis] + 1)].into_iter().flatten().any(|c| {
                let mut w = v;
                w[axis] = c;
                c < g.shape()[axis] && a.tissue()[w].is_bone()
            })
        });
        assert!(touches, "{:?}", g.centre(v));
        let below = a.structures()[usize::from(a.structure()[v])].tissue;
        assert!(below.is_soft() && below != Tissue::Periosteum, "{below}");
    }
    assert!(layer > 500, "{layer} voxels");
    assert_eq!(a.on(g).unwrap(), a);
}

#[test]
fn the_mouse_is_the_human_made_small() {
    let human = hip(Side::Right, &cube(30.0, 2.0));
    let small = BuiltIn::hip(Side::Right, MOUSE_SCALE).unwrap();
    let mouse = small.on(&cube(30.0 * MOUSE_SCALE, 2.0 * MOUSE_SCALE)).unwrap();
    assert_eq!(mouse.grid().shape(), human.grid().shape());
    let same =
        human.tissue().iter().zip(mouse.tissue().iter()).filter(|(a, b)| a == b).count() as f64;
    assert!(same / human.grid().len() as f64 > 0.9995, "only {same} alike");
    let radius = mouse.joint().radius_mm.unwrap();
    assert!((0.6..1.0).contains(&radius), "head of a mouse {radius} mm");
}

#[test]
fn grids_too_coarse_and_sizes_out_of_range_are_refused() {
    let hip = BuiltIn::hip(Side::Left, 1.0).unwrap();
    let error = hip.on(&cube(50.0, 5.0)).unwrap_err();
    assert!(matches!(error, BuiltInError::TooCoarse { .. }));
    assert!(error.to_string().contains("5.000 mm is too coarse"), "{error}");
    let error = BuiltIn::elbow(Side::Left, 0.0).unwrap_err();
    assert!(error.to_string().contains("expected 0.001 to 10"), "{error}");
    let far = grid([500.0; 3], [520.0; 3], 2.0);
    assert!(hip.on(&far).unwrap_err().to_string().contains("no soft tissue"));
}
