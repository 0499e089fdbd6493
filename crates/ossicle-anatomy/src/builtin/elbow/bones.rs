//! The bones of the built-in elbow, straight and supinated.
//!
//! Frame: millimetres lateral, anterior and proximal of the middle of the flexion
//! axis, which runs along the first axis. Sizes are those of a middle-sized adult,
//! between the published means of women and men: 62 mm across the epicondyles,
//! capitellum radius 10.5 mm, trochlear groove radius 8.6 mm, radial head diameter
//! 22 mm, carrying angle 11°.

use crate::solid::Solid;
use crate::vector::Vec3;

/// Radius of the bony capitellum, mm.
pub(crate) const CAPITELLUM_MM: f64 = 10.5;
/// Centre of the capitellum.
pub(crate) const CAPITELLUM: Vec3 = [13.0, 0.0, 0.0];
/// Thickness of each layer of cartilage, mm.
pub(crate) const CARTILAGE_MM: f64 = 1.2;
/// Width of the joint space between bone and bone, mm: two layers and the film of fluid.
pub(crate) const SPACE_MM: f64 = 2.9;
/// Radius of the bony radial head, mm.
pub(crate) const RADIAL_HEAD_MM: f64 = 11.0;
/// Between the radial head and the ulna, mm.
pub(crate) const RADIOULNAR_MM: f64 = 2.2;
/// How far the forearm leans outwards from the line of the humerus, degrees.
pub(crate) const CARRYING_DEGREES: f64 = 11.0;

/// Trochlea and capitellum, grown by `by` mm: the surfaces that the forearm turns on.
pub(crate) fn condyles(by: f64) -> Solid {
    let flange = [-15.8 - by, 12.2 + by];
    let trochlea = Solid::Lathe {
        foot: [0.0; 3],
        axis: [1.0, 0.0, 0.0],
        profile: vec![
            [-17.2 - by, 9.5 + by],
            flange,
            [-10.0, 10.1 + by],
            [-5.0, 8.6 + by],
            [2.5, 10.0 + by],
            [7.0, 8.6 + by],
            [13.0, 8.6 + by],
        ],
    };
    Solid::union([trochlea, Solid::ball(CAPITELLUM, CAPITELLUM_MM + by)], 0.0)
}

/// The distal half of the humerus.
pub(crate) fn humerus() -> Solid {
    let shaft = Solid::strand(&[
        [0.0, -10.0, 58.0, 9.6],
        [0.0, -11.0, 90.0, 10.2],
        [1.0, -11.0, 200.0, 10.8],
    ]);
    let medial = Solid::strand(&[
        [-1.0, -10.0, 62.0, 8.0],
        [-9.0, -9.0, 42.0, 6.5],
        [-18.0, -6.0, 22.0, 5.5],
        [-24.0, -4.0, 9.0, 6.0],
        [-29.0, -6.0, 5.0, 5.0],
    ]);
    let lateral = Solid::strand(&[
        [1.0, -10.0, 62.0, 8.0],
        [9.0, -9.0, 42.0, 6.5],
        [17.0, -5.0, 22.0, 6.0],
        [20.0, -3.0, 9.0, 7.5],
        [25.5, -2.5, 5.0, 4.5],
    ]);
    let between = Solid::sheet(&[
        [[-6.0, -10.0, 48.0, 5.0], [6.0, -10.0, 48.0, 5.0]],
        [[-12.0, -7.0, 24.0, 5.0], [12.0, -7.0, 24.0, 5.0]],
        [[-14.0, -3.0, 8.0, 5.5], [16.0, -2.0, 8.0, 5.5]],
    ]);
    // Behind the capitellum the lateral condyle goes on as plain bone.
    let condyle = Solid::strand(&[[10.0, -4.0, 4.0, 7.5], [18.0, -3.0, 4.0, 8.0]]);
    let bridge = Solid::strand(&[[-25.0, -4.0, 7.0, 5.5], [-14.0, -2.0, 5.0, 7.0]]);
    let columns = Solid::union([shaft, medial, lateral, between, condyle, bridge], 4.0);
    let olecranon_fossa =
        Solid::Ellipsoid { centre: [-4.0, -17.5, 14.5], semi_axes: [13.0, 12.0, 12.0] };
    let coronoid_fossa = Solid::Ellipsoid { centre: [-5.0, 5.5, 17.0], semi_axes: [9.5, 8.5, 8.5] };
    let radial_fossa = Solid::ball([13.0, 6.5, 16.0], 6.5);
    let hollowed =
        columns.without(Solid::union([olecranon_fossa, coronoid_fossa, radial_fossa], 0.0));
    Solid::union([hollowed, condyles(0.0)], 1.5)
}

/// Where the forearm's axis runs at a height below the joint, mm lateral of its start.
pub(crate) fn carrying(below: f64) -> f64 {
    let slope = libm::tan(crate::vector::radians(CARRYING_DEGREES));
    if below > 0.0 { slope * below } else { 0.0 }
}

/// The proximal half of the ulna.
pub(crate) fn ulna() -> Solid {
    let shaft = |s: f64, l: f64, a: f64, r: f64| [l + carrying(-s), a, s, r];
    let olecranon = Solid::sheet(&[
        [[-9.0, -15.0, 14.5, 5.5], [-2.0, -15.0, 14.5, 5.5]],
        [[-10.0, -18.5, 5.0, 7.0], [-1.0, -18.5, 5.0, 7.0]],
        [[-10.0, -17.0, -8.0, 8.0], [-1.0, -17.0, -8.0, 8.0]],
        [[-10.0, -13.0, -18.0, 9.0], [-1.0, -13.0, -18.0, 9.0]],
    ]);
    let coronoid = Solid::sheet(&[
        [[-14.0, -12.0, -17.0, 6.0], [-3.0, -12.0, -17.0, 6.0]],
        [[-13.0, 2.0, -16.0, 5.0], [-4.0, 2.0, -16.0, 5.0]],
        [[-11.0, 9.0, -11.5, 3.0], [-5.0, 9.0, -11.5, 3.0]],
    ]);
    let tuberosity = Solid::strand(&[
        [-8.0, 0.0, -19.0, 5.0],
        shaft(-34.0, -9.0, -6.0, 5.0),
        shaft(-48.0, -8.0, -10.0, 4.0),
    ]);
    let body = Solid::strand(&[
        [-6.0, -14.0, -16.0, 9.5],
        shaft(-34.0, -8.0, -13.0, 8.8),
        shaft(-60.0, -7.0, -13.0, 7.6),
        shaft(-100.0, -6.5, -11.0, 7.0),
        shaft(-200.0, -6.0, -9.0, 6.5),
    ]);
    let crest = Solid::strand(&[
        [-5.0, -24.0, 6.0, 2.5],
        [-6.0, -23.5, -16.0, 3.0],
        shaft(-45.0, -8.0, -20.0, 2.5),
        shaft(-100.0, -7.0, -17.0, 2.0),
    ]);
    let bone = Solid::union([olecranon, coronoid, tuberosity, body, crest], 3.5);
    let head_bed = Solid::Lathe {
        foot: CAPITELLUM,
        axis: HEAD_AXIS,
        profile: vec![
            [9.0, RADIAL_HEAD_MM + RADIOULNAR_MM],
            [22.0, RADIAL_HEAD_MM + RADIOULNAR_MM],
            [28.0, 9.0],
        ],
    };
    bone.without(Solid::union([condyles(SPACE_MM), head_bed], 0.0))
}

/// Down the radius from the middle of the capitellum.
pub(crate) const HEAD_AXIS: Vec3 = [0.0, 0.0, -1.0];

/// The disc of the radial head without its neck.
pub(crate) fn radial_head() -> Solid {
    Solid::Lathe {
        foot: CAPITELLUM,
        axis: HEAD_AXIS,
        profile: vec![
            [11.8, RADIAL_HEAD_MM - 1.5],
            [13.0, RADIAL_HEAD_MM],
            [19.0, RADIAL_HEAD_MM],
            [22.0, RADIAL_HEAD_MM - 2.0],
        ],
    }
}

/// The proximal half of the radius.
pub(crate) fn radius() -> Solid {
    let shaft = |s: f64, l: f64, a: f64, r: f64| [l + carrying(-s - 30.0), a, s, r];
    let body = Solid::strand(&[
        [13.0, 0.0, -18.0, 7.6],
        [13.0, 0.0, -26.0, 6.6],
        shaft(-36.0, 12.8, 0.0, 6.8),
        shaft(-46.0, 13.0, 0.0, 6.8),
        shaft(-80.0, 15.0, 1.0, 6.6),
        shaft(-200.0, 16.0, 0.0, 7.0),
    ]);
    let tuberosity = Solid::strand(&[
        shaft(-33.0, 9.5, -2.0, 4.0),
        shaft(-42.0, 8.6, -2.5, 5.2),
        shaft(-50.0, 11.0, -1.5, 4.5),
    ]);
    Solid::union([radial_head(), body, tuberosity], 3.0)
        .without(Solid::ball(CAPITELLUM, CAPITELLUM_MM + SPACE_MM))
}
