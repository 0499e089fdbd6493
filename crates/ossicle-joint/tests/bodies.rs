//! Bodies by name and by joint space, their islands, and what is said when something is wrong.

use ossicle_anatomy::builtin::BuiltIn;
use ossicle_anatomy::{Anatomy, JointKind, ScanRequest, Side, Structure, Tissue, from_scan};
use ossicle_field::noise::normal;
use ossicle_field::{Field, Grid};
use ossicle_image::{Overlap, Scan, ScanFormat, distance_mm};
use ossicle_joint::bodies::{
    Attachment, Bodies, BodiesError, Body, Finding, Origin, Role, islands,
};

fn built_in(kind: JointKind, side: Side) -> BuiltIn {
    match kind {
        JointKind::Hip => BuiltIn::hip(side, 1.0).unwrap(),
        _ => BuiltIn::elbow(side, 1.0).unwrap(),
    }
}

/// A cube of `edge_mm` round the joint.
fn cube(edge_mm: f64, spacing_mm: f64) -> Grid {
    let count = (edge_mm / spacing_mm) as usize;
    let origin = -0.5 * (count as f64 - 1.0) * spacing_mm;
    Grid::aligned([count; 3], [spacing_mm; 3], [origin; 3]).unwrap()
}

/// The same anatomy with some voxels changed: `paint` gives a structure name, a tissue and a
/// radiodensity.
fn repainted(
    anatomy: &Anatomy,
    paint: impl Fn([f64; 3], Tissue) -> Option<(&'static str, Tissue, f32)>,
) -> Anatomy {
    let grid = *anatomy.grid();
    let (mut tissue, mut hu) = (anatomy.tissue().clone(), anatomy.hu().clone());
    let mut structure = anatomy.structure().clone();
    let mut structures = anatomy.structures().to_vec();
    for n in 0..grid.len() {
        let cell = grid.voxel(n);
        let Some((name, of, density)) = paint(grid.centre(cell), tissue[cell]) else { continue };
        let number = structures.iter().position(|s| s.name == name).unwrap_or_else(|| {
            structures.push(Structure { name: name.to_owned(), tissue: of });
            structures.len() - 1
        });
        (tissue[cell], hu[cell], structure[cell]) = (of, density, number as u16);
    }
    let joint = anatomy.joint().clone();
    Anatomy::new(tissue, structure, structures, hu, joint, vec![]).unwrap()
}

#[test]
fn built_in_joints_are_bodies_by_name_and_nothing_is_wrong_with_them() {
    for (kind, names) in [
        (JointKind::Hip, vec![("femur", Role::Moves), ("hip_bone", Role::Fixed)]),
        (
            JointKind::Elbow,
            vec![("humerus", Role::Fixed), ("ulna", Role::Swings), ("radius", Role::Moves)],
        ),
    ] {
        let anatomy = built_in(kind, Side::Left).on(&cube(110.0, 1.0)).unwrap();
        let bodies = Bodies::of(&anatomy).unwrap();
        assert_eq!(bodies.origin(), Origin::Names);
        assert_eq!((bodies.kind(), bodies.side()), (kind, Side::Left));
        let expected: Vec<Body> = names.iter().map(|(n, role)| Body::new(n, *role)).collect();
        assert_eq!(bodies.table(), expected);
        assert!(bodies.findings().is_empty(), "{:?}", bodies.findings());
        // Every voxel of bone belongs to the body of its structure.
        let bone = anatomy.tissue().iter().filter(|t| t.is_bone()).count();
        assert_eq!(bodies.codes().iter().filter(|&&c| c > 0).count(), bone);
        for (n, (name, _)) in names.iter().enumerate() {
            let code = n as u8 + 1;
            assert_eq!((bodies.code(name), bodies.name(code)), (Some(code), Some(*name)));
            assert!(bodies.volume_mm3(code) > 5_000.0);
        }
        assert_eq!((bodies.code("patella"), bodies.name(0)), (None, None));
    }
    let elbow = built_in(JointKind::Elbow, Side::Right).on(&cube(110.0, 1.5)).unwrap();
    let bodies = Bodies::of(&elbow).unwrap();
    assert_eq!(bodies.moving("flexion"), [2, 3]);
    assert_eq!(bodies.moving("pronation"), [3]);
}

/// Spacing of the made-up scans, mm.
const SPACING_MM: f64 = 1.4;
/// Their edge, mm: an elbow must show its shafts.
fn edge_mm(kind: JointKind) -> f64 {
    if kind == JointKind::Hip { 106.4 } else { 128.8 }
}

/// A CT of a built-in joint whose bones are grown until `space_mm` is left between them, and
/// the codes of the truth (in the order of the table of names).
fn narrowed(kind: JointKind, space_mm: f64) -> (Scan, Field<u8>) {
    let fine = cube(edge_mm(kind), 0.5 * SPACING_MM);
    let anatomy = built_in(kind, Side::Right).on(&fine).unwrap();
    let bodies = Bodies::of(&anatomy).unwrap();
    let open_mm = if kind == JointKind::Hip { 4.0 } else { 2.9 };
    let grow = (0.5 * (open_mm - space_mm)) as f32;
    let mut codes = Field::filled(fine, 0_u8);
    let mut nearest = Field::filled(fine, f32::INFINITY);
    let mut second = nearest.clone();
    for code in 1..=bodies.table().len() as u8 {
        let away = distance_mm(&bodies.codes().map(|&c| c == code));
        for n in 0..fine.len() {
            let v = fine.voxel(n);
            if away[v] < nearest[v] {
                second[v] = nearest[v];
                nearest[v] = away[v];
                codes[v] = code;
            } else if away[v] < second[v] {
                second[v] = away[v];
            }
        }
    }
    // Grown bone keeps half the space from where two bones are alike far; where the space is
    // wider than that of the built-in joint, bone shrinks.
    let (half, open) = ((0.5 * space_mm) as f32, open_mm as f32);
    let inside = |v: [usize; 3]| match nearest[v] == 0.0 {
        true => grow >= 0.0 || second[v] >= open - grow,
        false => nearest[v] <= grow && 0.5 * (second[v] - nearest[v]) >= half,
    };
    let bone = Field::from_fn(fine, inside);
    let depth = distance_mm(&bone.map(|&b| !b));
    let hu = Field::from_fn(fine, |v| match (bone[v], depth[v] < 1.6) {
        (true, true) => 950.0_f32,
        (true, false) => 320.0,
        _ => anatomy.hu()[v].min(60.0),
    });
    let coarse = cube(edge_mm(kind), SPACING_MM);
    let mean = Overlap::new(&fine, &coarse).unwrap().means(&hu, -1000.0);
    let noisy = Field::from_vec(
        coarse,
        mean.iter().zip(0..).map(|(&v, n)| (v + 18.0 * normal(7, 1, n)) as f32).collect(),
    );
    let truth = Field::from_fn(coarse, |v| {
        let at = fine.voxel_at(coarse.centre(v).map(|x| x + 1e-6)).unwrap();
        if bone[at] { codes[at] } else { 0 }
    });
    let scan = Scan {
        image: noisy,
        format: ScanFormat::Nifti,
        modality: None,
        padding: None,
        notes: vec![],
    };
    (scan, truth)
}

fn dice(a: &[u8], b: &[u8], codes: [u8; 2]) -> f64 {
    let [x, y] = [(a, codes[0]), (b, codes[1])].map(|(f, c)| f.iter().filter(|&&v| v == c).count());
    let both = a.iter().zip(b).filter(|(a, b)| **a == codes[0] && **b == codes[1]).count();
    2.0 * both as f64 / (x + y) as f64
}

/// Share of the voxels of a code in the truth that were given to another body.
fn astray(found: &[u8], truth: &[u8], codes: [u8; 2]) -> f64 {
    let all = truth.iter().filter(|&&c| c == codes[1]).count();
    let wrong =
        found.iter().zip(truth).filter(|(f, t)| **t == codes[1] && **f != 0 && **f != codes[0]);
    wrong.count() as f64 / all as f64
}

#[test]
#[expect(clippy::print_stdout, reason = "figures for the record")]
fn bones_come_apart_at_joint_spaces_of_four_voxels_to_half_a_voxel() {
    for (kind, names) in [
        (JointKind::Hip, ["femur", "pelvis", ""]),
        (JointKind::Elbow, ["humerus", "ulna", "radius"]),
    ] {
        for space in [4.0, 2.0, 1.0, 0.5] {
            let space_mm = SPACING_MM * space;
            let (scan, truth) = narrowed(kind, space_mm);
            let request = ScanRequest { kind, side: Some(Side::Right), centre_mm: Some([0.0; 3]) };
            let anatomy = from_scan(&scan, None, &request).unwrap();
            let bodies = Bodies::of(&anatomy).unwrap();
            for (name, code) in names.into_iter().zip(1..).filter(|(name, _)| !name.is_empty()) {
                let codes = [bodies.code(name).unwrap(), code];
                let (same, stray) =
                    (dice(bodies.codes(), &truth, codes), astray(bodies.codes(), &truth, codes));
                println!("{} {space_mm} mm {name}: Dice {same:.3}, astray {stray:.4}", kind.name());
                // A threshold of 200 HU takes in half a voxel all round, of a thin bone most.
                assert!(same > 0.91, "{name} at {space_mm} mm: Dice {same:.3}");
                assert!(stray < 0.02, "{name} at {space_mm} mm: {stray:.4} astray");
            }
            println!("  {:?} {:?} {:?}", bodies.origin(), bodies.contacts(), bodies.findings());
        }
    }
}

#[test]
fn islands_go_to_what_they_are_fused_to() {
    let anatomy = built_in(JointKind::Hip, Side::Right).on(&cube(110.0, 1.0)).unwrap();
    let bodies = Bodies::of(&anatomy).unwrap();
    let grid = *bodies.grid();
    let none = islands(&bodies, &Field::filled(grid, false)).unwrap();
    assert!(none.islands.is_empty() && none.bridges().is_empty());
    // A rod from the hip bone to the femur in front of the joint, a crumb in fat, a spur.
    let femur = bodies.mask("femur").unwrap();
    let hip = bodies.mask("hip_bone").unwrap();
    let (to_femur, to_hip) = (distance_mm(&femur), distance_mm(&hip));
    let free = |v: [usize; 3]| bodies.codes()[v] == 0;
    let rod = |v: [usize; 3]| {
        let p = grid.centre(v);
        (20.0..26.0).contains(&p[0]) && (-12.0..45.0).contains(&p[2]) && p[1].abs() < 3.0
    };
    let crumb = |v: [usize; 3]| {
        let p = grid.centre(v);
        (0..3).all(|a| (p[a] - [45.0, 45.0, 20.0][a]).abs() < 2.0)
    };
    let spur = |v: [usize; 3]| {
        let p = grid.centre(v);
        to_femur[v] < 5.0 && to_hip[v] > 15.0 && p[0] > 35.0 && p[2] < -30.0
    };
    let mask = Field::from_fn(grid, |v| rod(v) || crumb(v) || spur(v));
    let found = islands(&bodies, &mask).unwrap();
    let at = |p: [f64; 3]| {
        let label = found.labels[grid.voxel_at(p).unwrap()];
        &found.islands[label as usize - 1]
    };
    let crumb_island = at([45.0, 45.0, 20.0]);
    assert_eq!(crumb_island.attachment, Attachment::Free);
    assert!(crumb_island.contact_mm2.is_empty());
    assert_eq!(crumb_island.volume_mm3, 64.0);
    assert!(found.islands.iter().any(|i| i.attachment == Attachment::Bridge(vec![1, 2])));
    assert!(found.islands.iter().any(|i| i.attachment == Attachment::Fused(1)));
    // Contact by counting faces anew.
    for (number, island) in (1..).zip(&found.islands) {
        let mut area = [0.0; 3];
        for n in (0..grid.len()).filter(|&n| found.labels[grid.voxel(n)] == number) {
            let v = grid.voxel(n);
            assert!(mask[v] && free(v));
            for a in 0..3 {
                for step in [-1, 1] {
                    let mut w = v;
                    w[a] = w[a].wrapping_add_signed(step);
                    if w[a] < grid.shape()[a] {
                        area[usize::from(bodies.codes()[w])] += 1.0;
                    }
                }
            }
        }
        let contacts: Vec<(u8, f64)> =
            (1..3).map(|c| (c, area[usize::from(c)])).filter(|c| c.1 > 0.0).collect();
        assert_eq!(island.contact_mm2, contacts);
    }
    let other = cube(110.0, 1.1);
    assert!(islands(&bodies, &Field::filled(other, false)).is_err());
}

#[test]
fn a_contact_of_less_than_four_square_millimetres_fuses_nothing() {
    let anatomy = built_in(JointKind::Elbow, Side::Right).on(&cube(110.0, 1.0)).unwrap();
    let bodies = Bodies::of(&anatomy).unwrap();
    let grid = *bodies.grid();
    let hit = (0..grid.len()).map(|n| grid.voxel(n)).find(|&[i, j, k]| {
        i > 0 && bodies.codes()[[i, j, k]] == 1 && bodies.codes()[[i - 1, j, k]] == 0
    });
    let [i, j, k] = hit.unwrap();
    let mask = Field::from_fn(grid, |v| v == [i - 1, j, k]);
    let found = islands(&bodies, &mask).unwrap();
    let touching: f64 = found.islands[0].contact_mm2.iter().map(|c| c.1).sum();
    assert!((1.0..4.0).contains(&touching), "{touching}");
    assert_eq!(found.islands[0].attachment, Attachment::Free);
}

#[test]
fn wrong_input_is_refused_or_said() {
    let sphere = BuiltIn::sphere(1.0).unwrap().overview().unwrap();
    assert!(matches!(Bodies::of(&sphere), Err(BodiesError::NoBones { .. })));
    let elbow = built_in(JointKind::Elbow, Side::Right).on(&cube(110.0, 1.5)).unwrap();
    let code = elbow.structure_named("ulna_right").unwrap();
    // No ulna among the labels.
    let headless = {
        let names = |(n, s): (usize, &Structure)| Structure {
            name: if n == usize::from(code) { "lump".to_owned() } else { s.name.clone() },
            tissue: s.tissue,
        };
        let structures = elbow.structures().iter().enumerate().map(names).collect();
        let (tissue, structure) = (elbow.tissue().clone(), elbow.structure().clone());
        let (hu, joint) = (elbow.hu().clone(), elbow.joint().clone());
        Anatomy::new(tissue, structure, structures, hu, joint, vec![]).unwrap()
    };
    let error = Bodies::of(&headless).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("no ulna") && text.contains("humerus, radius"), "{text}");

    // The joint at the border of the grid, and far from the bones.
    let low = Grid::aligned([110, 110, 45], [1.0; 3], [-55.0, -55.0, -10.0]).unwrap();
    let hip = built_in(JointKind::Hip, Side::Right);
    let cut = Bodies::of(&hip.on(&low).unwrap()).unwrap();
    let outside = cut.findings().iter().find_map(|f| match f {
        Finding::Cut { outside, .. } => Some(*outside),
        _ => None,
    });
    assert!((0.2..0.5).contains(&outside.unwrap()), "{outside:?}");

    let whole = hip.on(&cube(110.0, 1.0)).unwrap();
    // A block of bone between head and roof: fused from the start.
    let solid = repainted(&whole, |p, tissue| {
        let r = (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt();
        let block = p[0].abs() < 10.0 && p[1].abs() < 10.0 && p[2] > 10.0 && r < 30.0;
        if block && tissue.is_bone() {
            Some((if r < 25.0 { "femur_right" } else { "hip_right" }, tissue, 500.0))
        } else {
            block.then_some(("hip_right", Tissue::CancellousBone, 500.0))
        }
    });
    let fused = Bodies::of(&solid).unwrap();
    let area = fused.findings().iter().find_map(|f| match f {
        Finding::Fused { area_mm2, bodies, .. } => {
            assert_eq!(bodies, &["femur".to_owned(), "hip_bone".to_owned()]);
            Some(*area_mm2)
        }
        _ => None,
    });
    assert!((200.0..700.0).contains(&area.unwrap()), "{area:?}: {:?}", fused.contacts());

    // A screw through the joint.
    let screw = repainted(&whole, |p, _| {
        (p[1].abs() < 3.0 && p[0].abs() < 3.0 && p[2] > 0.0 && p[2] < 45.0).then_some((
            "metal",
            Tissue::Metal,
            3000.0,
        ))
    });
    let findings = Bodies::of(&screw).unwrap().findings().to_vec();
    assert!(findings.iter().any(|f| matches!(f, Finding::MetalAcross { .. })), "{findings:?}");
    assert!(findings.iter().any(|f| matches!(f, Finding::MetalNear { .. })), "{findings:?}");

    // Half of the head labelled as pelvis, and a femur in two pieces.
    let halved = repainted(&whole, |p, tissue| {
        let head = p.iter().map(|v| v * v).sum::<f64>() < 24.0 * 24.0;
        (head && p[2] > -12.0 && tissue.is_bone()).then_some(("hip_right", tissue, 300.0))
    });
    let findings = Bodies::of(&halved).unwrap().findings().to_vec();
    assert!(findings.iter().any(|f| matches!(f, Finding::Share { .. })), "{findings:?}");
    let torn = repainted(&whole, |p, tissue| {
        let along = p[0] * 0.77 - p[1] * 0.2 - p[2] * 0.6;
        (tissue.is_bone() && (26.0..34.0).contains(&along) && p[0] > 0.0).then_some((
            "muscle",
            Tissue::Muscle,
            40.0,
        ))
    });
    let findings = Bodies::of(&torn).unwrap().findings().to_vec();
    let pieces = findings.iter().find_map(|f| match f {
        Finding::Pieces { body, pieces, .. } if body == "femur" => Some(*pieces),
        _ => None,
    });
    assert_eq!(pieces, Some(2), "{findings:?}");
}

#[test]
fn a_picture_shows_each_body_in_its_colour_and_the_right_side_on_the_left() {
    let anatomy = built_in(JointKind::Hip, Side::Right).on(&cube(110.0, 1.0)).unwrap();
    let bodies = Bodies::of(&anatomy).unwrap();
    let picture = bodies.picture(anatomy.hu(), [0.0; 3]);
    assert_eq!(picture.pixels.len(), picture.width * picture.height);
    let edge = picture.height;
    let axial = |row: usize, column: usize| picture.pixels[column + picture.width * row];
    let [r, _, b] = axial(edge / 2, edge / 2);
    assert!(r > b + 40, "the head is red");
    // The pelvis lies inwards: for a right hip to the right of the picture.
    let blue = |columns: std::ops::Range<usize>| {
        let pixels = (0..edge).flat_map(|row| columns.clone().map(move |c| (row, c)));
        pixels.map(|(row, c)| axial(row, c)).filter(|[r, _, b]| *b > *r + 40).count()
    };
    assert!(blue(edge / 2..edge) > 2 * blue(0..edge / 2));
}

#[test]
fn bodies_on_another_grid_stay_whose_they_are() {
    let hip = ossicle_anatomy::builtin::BuiltIn::hip(ossicle_anatomy::Side::Right, 1.0).unwrap();
    let around = |mm: f64, spacing: f64| {
        let bounds = [[-mm; 3], [mm; 3]].map(|c: [f64; 3]| {
            std::array::from_fn(|a| c[a] + hip.overview().unwrap().joint().centre_mm[a])
        });
        let grid = ossicle_anatomy::free_grid(bounds, hip.extent_mm(), [spacing; 3]).unwrap();
        hip.on(&grid).unwrap()
    };
    let (wide, near) = (around(80.0, 2.0), around(30.0, 1.0));
    let bone = near.tissue().map(|t| t.is_bone());
    let bodies = ossicle_joint::bodies::Bodies::of(&wide).unwrap().on(&bone);
    assert_eq!(bodies.grid(), near.grid());
    let (bone, structure): (&[bool], &[u16]) = (&bone, near.structure());
    let (mut astray, mut count) = (0, 0);
    for (n, code) in bodies.codes().iter().enumerate() {
        let named = &near.structures()[usize::from(structure[n])].name;
        if bone[n] {
            count += 1;
            let expected = if named.starts_with("femur") { "femur" } else { "hip_bone" };
            astray += u32::from(bodies.name(*code) != Some(expected));
        } else {
            assert_eq!(*code, 0);
        }
    }
    assert!(count > 10_000 && f64::from(astray) < 0.01 * f64::from(count), "{astray} of {count}");
}
