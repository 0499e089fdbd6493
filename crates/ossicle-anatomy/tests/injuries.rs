//! Injuries against closed forms and against the anatomy they are placed in.

use std::f64::consts::PI;
use std::sync::OnceLock;

use ossicle_anatomy::builtin::BuiltIn;
use ossicle_anatomy::injury::{
    Approach, DEFAULT_EDGE_MM, Direction, Injury, InjuryError, InjuryKind, InjuryMap, Place,
    Placed, Region, Towards, injury_map,
};
use ossicle_anatomy::{Anatomy, Side, Tissue, free_grid, injured_bounds_mm};
use ossicle_field::Grid;

fn ellipsoid(at: [f64; 3], semi_axes_mm: [f64; 3], axes: Option<[[f64; 3]; 3]>) -> Injury {
    injury(InjuryKind::Ellipsoid { at: Place::Point(at), semi_axes_mm, axes })
}

fn injury(kind: InjuryKind) -> Injury {
    Injury { kind, severity: 2.0, edge_mm: DEFAULT_EDGE_MM }
}

const ANTERIOR: Towards = Towards::Direction(Direction::Anterior);

fn left_hip() -> BuiltIn {
    BuiltIn::hip(Side::Left, 1.0).unwrap()
}

/// The whole left hip, drawn once for all tests.
fn whole_hip() -> &'static Anatomy {
    static WHOLE: OnceLock<Anatomy> = OnceLock::new();
    WHOLE.get_or_init(|| left_hip().overview().unwrap())
}

/// The lesion box of one injury, with its map.
fn drawn(joint: &BuiltIn, placed: &Placed, spacing: f64) -> (Anatomy, InjuryMap) {
    let bounds = injured_bounds_mm(std::slice::from_ref(placed), 4.0);
    let grid = free_grid(bounds, joint.extent_mm(), [spacing; 3]).unwrap();
    let anatomy = joint.on(&grid).unwrap();
    let map = injury_map(&anatomy, std::slice::from_ref(placed)).unwrap();
    (anatomy, map)
}

/// Volume in mm³ of the soft tissue inside the injury's surface.
fn soft_volume(anatomy: &Anatomy, map: &InjuryMap) -> f64 {
    let inside = map.signed_distance_mm.iter().zip(anatomy.tissue().iter());
    inside.filter(|(d, t)| **d < 0.0 && t.is_soft()).count() as f64
        * anatomy.grid().voxel_volume_mm3()
}

#[test]
fn in_the_sphere_the_debris_is_that_of_the_reference_program_to_the_bit() {
    let sphere = BuiltIn::sphere(1.0).unwrap();
    let grid = Grid::aligned([40, 33, 20], [0.5, 0.7, 1.0], [-10.0, -11.0, -9.5]).unwrap();
    let anatomy = sphere.on(&grid).unwrap();
    let (radius, width, severity) = (9.0, 1.0, 2.0);
    let placed = ellipsoid([0.0; 3], [radius; 3], None).place(&anatomy).unwrap();
    let map = injury_map(&anatomy, &[placed]).unwrap();
    for n in 0..grid.len() {
        let v = grid.voxel(n);
        let [x, y, z] = grid.centre(v);
        let r = (x * x + y * y + z * z).sqrt();
        let weight = 0.5 * (1.0 - libm::tanh((r - radius) / width));
        assert_eq!(map.site[v], weight);
        assert_eq!(map.debris[v], severity * weight);
        assert_eq!(map.signed_distance_mm[v], (r - radius) as f32);
    }
}

#[test]
fn a_turned_ellipsoid_has_its_volume_and_lies_along_its_axes() {
    let sphere = BuiltIn::sphere(1.0).unwrap();
    let semi = [12.0, 6.0, 4.0];
    let (c, s) = (0.8, 0.6);
    let axes = [[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]];
    let whole = sphere.overview().unwrap();
    let placed = ellipsoid([1.0, 2.0, -1.0], semi, Some(axes)).place(&whole).unwrap();
    let [low, high] = placed.region.bounds_mm();
    // Half extents of a turned ellipsoid, by hand.
    let half = [(144.0 * c * c + 36.0 * s * s).sqrt(), (144.0 * s * s + 36.0 * c * c).sqrt(), 4.0];
    let centre = [1.0, 2.0, -1.0];
    for a in 0..3 {
        assert!((high[a] - centre[a] - half[a]).abs() < 1e-12);
        assert!((centre[a] - low[a] - half[a]).abs() < 1e-12);
    }
    let (anatomy, map) = drawn(&sphere, &placed, 0.5);
    let exact = 4.0 / 3.0 * PI * semi[0] * semi[1] * semi[2];
    let found = soft_volume(&anatomy, &map);
    assert!((found / exact - 1.0).abs() < 5e-3, "{found} of {exact} mm³");
    let tip = [1.0 + 11.0 * c, 2.0 + 11.0 * s, -1.0];
    let v = anatomy.grid().voxel_at(tip).unwrap();
    assert!(map.signed_distance_mm[v] < 0.0);
}

#[test]
fn overlapping_injuries_give_the_largest_debris_and_nothing_in_walls() {
    let joint = left_hip();
    let whole = whole_hip();
    // In gluteus medius above the trochanter, and a milder one that reaches the bone.
    let severe = ellipsoid([-62.0, -6.0, 25.0], [8.0; 3], None).place(whole).unwrap();
    let mild = Injury { severity: 0.5, ..ellipsoid([-56.0, -10.0, 8.0], [16.0; 3], None) };
    let mild = mild.place(whole).unwrap();
    let bounds = injured_bounds_mm(&[severe.clone(), mild.clone()], 5.0);
    let grid = free_grid(bounds, joint.extent_mm(), [1.0; 3]).unwrap();
    let anatomy = joint.on(&grid).unwrap();
    let both = injury_map(&anatomy, &[severe.clone(), mild.clone()]).unwrap();
    let [one, two] = [severe, mild].map(|i| injury_map(&anatomy, &[i]).unwrap());
    for n in 0..grid.len() {
        let v = grid.voxel(n);
        assert_eq!(both.debris[v], one.debris[v].max(two.debris[v]));
        assert_eq!(both.site[v], one.site[v].max(two.site[v]));
        let nearest = one.signed_distance_mm[v].min(two.signed_distance_mm[v]);
        assert_eq!(both.signed_distance_mm[v], nearest);
        if anatomy.tissue()[v].is_wall_for_cells() {
            assert_eq!((both.debris[v], both.site[v]), (0.0, 0.0));
        } else {
            assert!((0.0..=2.0).contains(&both.debris[v]));
        }
    }
    let bone_inside = (0..grid.len())
        .map(|n| grid.voxel(n))
        .any(|v| anatomy.tissue()[v].is_bone() && both.signed_distance_mm[v] < 0.0);
    assert!(bone_inside, "the mild injury should reach the trochanter");
}

#[test]
fn a_contusion_stays_inside_its_muscle_and_has_the_volume_of_its_spindle() {
    let joint = left_hip();
    let whole = whole_hip();
    let kind = InjuryKind::Contusion {
        muscle: "gluteus_maximus".into(),
        at: None,
        length_mm: 40.0,
        width_mm: 24.0,
    };
    let placed = injury(kind).place(whole).unwrap();
    let Region::WithinStructure { structure, centre_mm, .. } = &placed.region else {
        panic!("{placed:?}")
    };
    assert_eq!(structure, "gluteus_maximus_left");
    let (anatomy, map) = drawn(&joint, &placed, 1.0);
    let number = anatomy.structure_named(structure).unwrap();
    let centre = anatomy.grid().voxel_at(*centre_mm).unwrap();
    assert_eq!(anatomy.structure()[centre], number, "the belly is in the muscle");
    let grid = anatomy.grid();
    for n in 0..grid.len() {
        let v = grid.voxel(n);
        assert!(map.signed_distance_mm[v] >= 0.0 || anatomy.structure()[v] == number);
    }
    // The muscle is about 32 mm thick there, so the spindle fits in almost whole.
    let exact = PI / 6.0 * 40.0 * 24.0 * 24.0;
    let found = soft_volume(&anatomy, &map);
    assert!((0.9 * exact..1.01 * exact).contains(&found), "{found} of {exact} mm³");
}

#[test]
fn a_contusion_wider_than_its_muscle_is_cut_at_the_muscles_surface() {
    let joint = left_hip();
    let whole = whole_hip();
    let kind = InjuryKind::Contusion {
        muscle: "gluteus_minimus_left".into(),
        at: None,
        length_mm: 50.0,
        width_mm: 50.0,
    };
    let placed = injury(kind).place(whole).unwrap();
    let (anatomy, map) = drawn(&joint, &placed, 1.0);
    let number = anatomy.structure_named("gluteus_minimus_left").unwrap();
    let ball = 4.0 / 3.0 * PI * 25.0 * 25.0 * 25.0;
    let found = soft_volume(&anatomy, &map);
    assert!((0.1 * ball..0.8 * ball).contains(&found), "{found} of {ball} mm³");
    let inside = map.signed_distance_mm.iter().zip(anatomy.structure().iter());
    assert!(inside.filter(|(d, _)| **d < 0.0).all(|(_, s)| *s == number));
}

#[test]
fn a_capsule_tear_is_in_the_capsule_on_the_side_named() {
    let joint = left_hip();
    let whole = whole_hip();
    let mut volumes = Vec::new();
    for arc_degrees in [60.0, 120.0, 360.0] {
        let kind = InjuryKind::CapsuleTear { towards: ANTERIOR, arc_degrees };
        let placed = injury(kind).place(whole).unwrap();
        let (anatomy, map) = drawn(&joint, &placed, 1.0);
        let grid = anatomy.grid();
        for n in 0..grid.len() {
            let v = grid.voxel(n);
            if map.signed_distance_mm[v] >= 0.0 {
                continue;
            }
            let name = &anatomy.structures()[usize::from(anatomy.structure()[v])].name;
            assert_eq!(name, "hip_capsule_left");
            let p = grid.centre(v);
            let cos = p[1] / (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt();
            assert!(cos >= libm::cos((arc_degrees / 2.0_f64).to_radians()) - 1e-9, "{p:?}");
        }
        volumes.push(soft_volume(&anatomy, &map));
    }
    assert!(0.0 < volumes[0] && volumes[0] < volumes[1] && volumes[1] < volumes[2], "{volumes:?}");
    // Capsule in the box, 3 to 5 mm thick round a ball and a neck.
    assert!((8_000.0..40_000.0).contains(&volumes[2]), "{volumes:?}");
}

#[test]
fn an_approach_leads_from_the_skin_to_the_joint() {
    for (joint, approaches) in [
        (
            left_hip(),
            vec![
                Approach::Posterior,
                Approach::Lateral,
                Approach::Anterolateral,
                Approach::Anterior,
            ],
        ),
        (
            BuiltIn::elbow(Side::Right, 1.0).unwrap(),
            vec![Approach::Posterior, Approach::Lateral, Approach::Anterior, Approach::Medial],
        ),
    ] {
        let whole = joint.overview().unwrap();
        for approach in approaches {
            let kind = InjuryKind::Approach { approach, width_mm: 16.0, length_mm: 40.0 };
            let placed = injury(kind).place(&whole).unwrap();
            let map = injury_map(&whole, std::slice::from_ref(&placed)).unwrap();
            let touched = |tissue: Tissue| {
                let here = whole.tissue().iter().zip(map.signed_distance_mm.iter());
                here.filter(|(t, d)| **t == tissue && **d < 0.0).count()
            };
            for tissue in [Tissue::Skin, Tissue::Fat, Tissue::Capsule] {
                assert!(touched(tissue) > 0, "{approach:?} {tissue}");
            }
            let Region::Corridor { half_mm, .. } = placed.region else { panic!("{placed:?}") };
            let inside = map.signed_distance_mm.iter().filter(|d| **d < 0.0).count() as f64
                * whole.grid().voxel_volume_mm3();
            let exact = 8.0 * half_mm[0] * half_mm[1] * half_mm[2];
            assert!((inside / exact - 1.0).abs() < 0.2, "{approach:?}: {inside} of {exact}");
        }
    }
}

#[test]
fn a_corridor_between_two_points_is_a_beam_of_square_section() {
    let sphere = BuiltIn::sphere(1.0).unwrap();
    let whole = sphere.overview().unwrap();
    let [entry, target] = [[-9.0, 4.0, 2.0], [9.0, -2.0, -7.0]];
    let kind = InjuryKind::Corridor {
        entry: Place::Point(entry),
        target: Place::Point(target),
        width_mm: 5.0,
    };
    let placed = injury(kind).place(&whole).unwrap();
    let (anatomy, map) = drawn(&sphere, &placed, 0.5);
    let long = (324.0_f64 + 36.0 + 81.0).sqrt();
    let found = soft_volume(&anatomy, &map);
    assert!((found / (25.0 * long) - 1.0).abs() < 0.02, "{found} of {} mm³", 25.0 * long);
    let beyond = anatomy.grid().voxel_at([9.6, -2.2, -7.3]).unwrap();
    assert!(map.signed_distance_mm[beyond] > 0.0);
}

#[test]
fn a_tear_towards_a_landmark_is_the_tear_in_its_direction() {
    let whole = whole_hip();
    let tear = |towards| injury(InjuryKind::CapsuleTear { towards, arc_degrees: 70.0 });
    let landmark = Towards::Place(Place::Landmark("capsule_posterior".into()));
    let Region::CapsuleArc { towards, half_angle, .. } =
        tear(landmark).place(whole).unwrap().region
    else {
        panic!("a capsule tear is an arc")
    };
    assert!((half_angle - 35.0_f64.to_radians()).abs() < 1e-12);
    let p = whole.joint().landmarks["capsule_posterior"];
    let length = p.iter().map(|v| v * v).sum::<f64>().sqrt();
    for a in 0..3 {
        assert!((towards[a] - p[a] / length).abs() < 1e-12);
    }
    let centre = Towards::Place(Place::Landmark("hip_centre".into()));
    let error = tear(centre).place(whole).unwrap_err();
    assert!(matches!(error, InjuryError::AtCentre { .. }), "{error}");
}

#[test]
fn the_map_does_not_depend_on_the_number_of_threads() {
    let whole = whole_hip();
    let kind = InjuryKind::Contusion {
        muscle: "gluteus_medius".into(),
        at: Some(Place::Landmark("greater_trochanter_tip".into())),
        length_mm: 60.0,
        width_mm: 40.0,
    };
    let placed = injury(kind).place(whole).unwrap();
    let [one, two] = [1, 2].map(|n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| injury_map(whole, std::slice::from_ref(&placed)).unwrap())
    });
    assert_eq!(one, two);
}

#[test]
fn bad_injuries_are_refused_with_their_cause() {
    let hip = whole_hip();
    let sphere = BuiltIn::sphere(1.0).unwrap().overview().unwrap();
    let contusion = |muscle: &str| {
        injury(InjuryKind::Contusion {
            muscle: muscle.into(),
            at: None,
            length_mm: 30.0,
            width_mm: 20.0,
        })
    };
    let tear = injury(InjuryKind::CapsuleTear { towards: ANTERIOR, arc_degrees: 90.0 });
    let approach = |approach| InjuryKind::Approach { approach, width_mm: 20.0, length_mm: 60.0 };
    for (refused, anatomy, words) in [
        (
            Injury { severity: 5.0, ..ellipsoid([0.0; 3], [5.0; 3], None) },
            hip,
            "severity of the injury is 5",
        ),
        (
            Injury { edge_mm: 0.0, ..ellipsoid([0.0; 3], [5.0; 3], None) },
            hip,
            "edge of the injury is 0 mm",
        ),
        (ellipsoid([0.0; 3], [5.0, -1.0, 5.0], None), hip, "semi-axis of the injury is -1 mm"),
        (ellipsoid([0.0; 3], [5.0; 3], Some([[1.0, 0.0, 0.0]; 3])), hip, "at right angles"),
        (contusion("gluteus_medus"), hip, "did you mean gluteus_medius_left"),
        (contusion("femur"), hip, "unknown muscle"),
        (contusion("gluteus_medius"), &sphere, "no named muscle"),
        (tear, &sphere, "no joint capsule"),
        (injury(approach(Approach::Lateral)), &sphere, "no lateral approach to the sphere"),
    ] {
        let error = refused.place(anatomy).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    let elbow = BuiltIn::elbow(Side::Left, 1.0).unwrap().overview().unwrap();
    let error = injury(approach(Approach::Anterolateral)).place(&elbow).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no anterolateral approach to the elbow; expected posterior, lateral, anterior or \
         medial"
    );
    for (centre, radius, tissue) in
        [([0.0, 0.0, 0.0], 6.0, "cancellous_bone"), ([-300.0, 0.0, 0.0], 20.0, "outside")]
    {
        let placed = ellipsoid(centre, [radius; 3], None).place(hip).unwrap();
        let error = injury_map(hip, &[placed]).unwrap_err();
        assert!(matches!(error, InjuryError::NoSoftTissue { .. }));
        assert!(error.to_string().contains(tissue), "{error}");
    }
    assert_eq!(injury_map(hip, &[]), Err(InjuryError::None));
}
