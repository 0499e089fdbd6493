//! The bones of the built-in elbow, straight and supinated.
//!
//! Frame: millimetres lateral, anterior and proximal of the middle of the flexion
//! axis, which runs along the first axis. Sizes are those of a middle-sized adult,
//! between the published means of women and men: 62 mm across the epicondyles,
//! capitellum radius 10.5 mm, trochlear groove radius 8.6 mm, radial head diameter
//! 22 mm, carrying angle 11°.
//!
//! How far the bones let the joint move hangs on four things, placed after published figures:
//!
//! * The flexion axis lies level with the front of the humeral shaft: seen from the side the
//!   articular block points about 40° forwards (AO Surgery Reference, distal humerus).
//! * The bony trochlear notch embraces about 186° of the trochlea (182°, 153 to 204°, in 78
//!   elbows: Giannicola et al., MRI study of the greater sigmoid notch's coverage angle). Its
//!   opening faces up and forwards: the lip of the coronoid stands about 38° in front of straight
//!   down, that of the olecranon 148° behind, so that the coronoid enters its fossa late.
//! * The coronoid and olecranon fossae leave a thin wall between them, and a fossa over the
//!   capitellum takes the rim of the radial head.
//! * The forearm turns about the line from the capitellum's middle, through that of the radial
//!   head, to the head of the ulna. The radius bows outwards from it, so that it can cross the
//!   ulna, and leaves about 15 mm between the shafts in mid-forearm. How much it bows is drawn to
//!   let it turn as far as forearms do, after no measurement of its own.

use crate::solid::Solid;
use crate::vector::{Vec3, along, sub, unit};

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
/// Middle of the head of the ulna at the wrist.
const ULNAR_HEAD: Vec3 = [40.0, -7.0, -246.0];
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
        [17.0, -7.0, 22.0, 5.5],
        [20.0, -4.5, 9.0, 7.0],
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
        Solid::Ellipsoid { centre: [-5.0, -18.6, 15.0], semi_axes: [14.0, 12.0, 12.0] };
    // Deep enough for the coronoid's lip and the radial head's rim at 150° of flexion.
    let coronoid_fossa =
        Solid::Ellipsoid { centre: [-7.0, 6.0, 15.5], semi_axes: [10.5, 10.0, 9.0] };
    let radial_fossa = Solid::Ellipsoid { centre: [15.0, 6.0, 15.5], semi_axes: [11.5, 10.5, 8.5] };
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
        [[-13.0, 1.0, -17.0, 5.0], [-4.0, 1.0, -17.0, 5.0]],
        [[-10.5, 7.0, -13.5, 2.8], [-5.5, 7.0, -13.5, 2.8]],
    ]);
    let tuberosity = Solid::strand(&[
        [-8.0, 0.0, -20.0, 4.5],
        shaft(-34.0, -9.0, -6.5, 4.5),
        shaft(-48.0, -8.0, -10.5, 3.8),
    ]);
    let body = Solid::strand(&[
        [-6.0, -14.0, -16.0, 9.5],
        shaft(-34.0, -8.0, -13.2, 8.2),
        shaft(-60.0, -7.4, -13.8, 7.0),
        shaft(-100.0, -7.2, -13.2, 6.2),
        shaft(-200.0, -6.5, -10.2, 6.0),
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
        axis: forearm_axis(),
        profile: vec![
            [9.0, RADIAL_HEAD_MM + RADIOULNAR_MM],
            [22.0, RADIAL_HEAD_MM + RADIOULNAR_MM],
            [28.0, 9.0],
        ],
    };
    bone.without(Solid::union([condyles(SPACE_MM), head_bed], 0.0))
}

/// Down the forearm's axis, on which the radius turns: from the middle of the capitellum to the
/// head of the ulna.
pub(crate) fn forearm_axis() -> Vec3 {
    unit(sub(ULNAR_HEAD, CAPITELLUM))
}

/// The disc of the radial head without its neck.
pub(crate) fn radial_head() -> Solid {
    Solid::Lathe {
        foot: CAPITELLUM,
        axis: forearm_axis(),
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
    let axis = forearm_axis();
    // At a height, out and forwards from the forearm's axis.
    let off_axis = |s: f64, out: f64, forwards: f64, r: f64| {
        let [l, a, _] = along(CAPITELLUM, axis, s / axis[2]);
        [l + out, a + forwards, s, r]
    };
    let body = Solid::strand(&[
        off_axis(-18.0, 0.0, 0.0, 7.6),
        off_axis(-26.0, 0.0, 0.0, 6.6),
        off_axis(-36.0, 0.8, 0.3, 6.4),
        off_axis(-48.0, 2.5, 0.4, 6.3),
        off_axis(-65.0, 7.5, 0.0, 6.1),
        off_axis(-85.0, 12.3, -0.6, 6.0),
        off_axis(-110.0, 15.6, -1.3, 6.0),
        off_axis(-140.0, 16.6, -1.5, 6.1),
        off_axis(-200.0, 17.5, -1.0, 7.0),
    ]);
    let tuberosity = Solid::strand(&[
        off_axis(-33.0, -3.4, -0.9, 4.2),
        off_axis(-42.0, -5.3, -1.2, 5.0),
        off_axis(-52.0, -3.2, -0.6, 4.2),
    ]);
    Solid::union([radial_head(), body, tuberosity], 3.0)
        .without(Solid::ball(CAPITELLUM, CAPITELLUM_MM + SPACE_MM))
}
