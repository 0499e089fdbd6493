//! The bones of the built-in hip.
//!
//! Frame: millimetres lateral, anterior and superior of the femoral head's
//! centre. Sizes are those of a middle-sized adult, between the published means
//! of women and men: head radius 23 mm, neck-shaft angle 127°, anteversion 15°,
//! head centre to shaft axis 42 mm; acetabular axis 50° from the vertical,
//! anteverted by 25° in the horizontal plane, lateral centre-edge angle 35°.

use std::sync::LazyLock;

use crate::solid::Solid;
use crate::vector::{Vec3, along, dot, radians, unit};

/// Radius of the bony femoral head, mm.
pub(crate) const HEAD_MM: f64 = 23.0;
/// Radius of the bony socket, mm.
pub(crate) const SOCKET_MM: f64 = 27.0;
/// Angle between the neck and the shaft, degrees.
pub(crate) const NECK_SHAFT_DEGREES: f64 = 127.0;
/// Angle of the neck in front of the frontal plane, degrees.
pub(crate) const ANTEVERSION_DEGREES: f64 = 15.0;
/// Head centre to the shaft's axis along the neck, mm.
pub(crate) const NECK_MM: f64 = 54.5;
/// Half the distance between the two hip centres, mm.
pub(crate) const MIDLINE_MM: f64 = 88.0;
/// How far the shaft leans inwards on its way down, degrees.
const SHAFT_LEAN_DEGREES: f64 = 6.0;

/// Directions that the shape of the hip is built on.
pub(crate) struct Directions {
    /// From the head's centre along the neck.
    pub(crate) neck: Vec3,
    /// Up across the neck.
    pub(crate) neck_up: Vec3,
    /// Down the shaft.
    pub(crate) shaft: Vec3,
    /// Out of the socket.
    pub(crate) socket: Vec3,
    /// From the centre to the middle of the acetabular fossa.
    pub(crate) fossa: Vec3,
    /// From the centre to the fovea of the head.
    pub(crate) fovea: Vec3,
}

pub(crate) static DIRECTIONS: LazyLock<Directions> = LazyLock::new(|| {
    let lean = radians(SHAFT_LEAN_DEGREES);
    let shaft = [-libm::sin(lean), 0.0, -libm::cos(lean)];
    // In the frontal plane the neck stands at the neck-shaft angle to the shaft;
    // then it is turned about the shaft by the anteversion.
    let across = [libm::cos(lean), 0.0, -libm::sin(lean)];
    let tilt = radians(NECK_SHAFT_DEGREES - 90.0);
    let version = radians(ANTEVERSION_DEGREES);
    let flat =
        [across[0] * libm::cos(version), -libm::sin(version), across[2] * libm::cos(version)];
    let neck = unit(along(flat.map(|v| v * libm::cos(tilt)), shaft, libm::sin(tilt)));
    let up = [0.0, 0.0, 1.0];
    Directions {
        neck,
        neck_up: unit(along(up, neck, -dot(up, neck))),
        shaft,
        socket: unit([0.72, 0.342, -0.604]),
        fossa: unit([-0.80, -0.05, -0.60]),
        fovea: unit([-0.85, -0.15, -0.42]),
    }
});

/// Where the neck's axis meets the shaft's.
pub(crate) fn shaft_top() -> Vec3 {
    along([0.0; 3], DIRECTIONS.neck, NECK_MM)
}

/// Head and neck as one smooth solid: what the joint capsule surrounds.
pub(crate) fn head_and_neck() -> Solid {
    let d = &*DIRECTIONS;
    let rail = |offset: f64| {
        let node = |t: f64, spread: f64, radius: f64| {
            let p = along(along([0.0; 3], d.neck, t), d.neck_up, offset * spread);
            [p[0], p[1], p[2], radius]
        };
        Solid::strand(&[
            node(8.0, 3.0, 16.0),
            node(20.0, 3.5, 13.4),
            node(32.0, 4.0, 12.4),
            node(46.0, 6.0, 14.0),
        ])
    };
    Solid::union([Solid::ball([0.0; 3], HEAD_MM), rail(1.0), rail(-1.0)], 2.0)
}

/// The proximal half of the femur.
pub(crate) fn femur() -> Solid {
    let d = &*DIRECTIONS;
    let top = shaft_top();
    let shaft = |down: f64, radius: f64| {
        let p = along(top, d.shaft, down);
        [p[0], p[1], p[2], radius]
    };
    let body = Solid::strand(&[
        shaft(-8.0, 15.0),
        shaft(8.0, 18.0),
        shaft(30.0, 17.0),
        shaft(60.0, 15.3),
        shaft(110.0, 14.2),
        shaft(190.0, 14.0),
    ]);
    let greater = Solid::strand(&[
        [52.0, -14.0, -38.0, 14.0],
        [54.0, -17.0, -20.0, 11.5],
        [52.0, -20.0, -8.0, 8.5],
        [48.0, -23.0, 0.0, 5.5],
    ]);
    let crest = Solid::strand(&[
        [49.0, -25.0, -4.0, 4.5],
        [45.0, -28.0, -20.0, 5.5],
        [36.0, -29.0, -38.0, 5.5],
        [27.0, -27.0, -53.0, 6.5],
    ]);
    let lesser = Solid::strand(&[[34.0, -15.0, -62.0, 12.0], [23.5, -26.0, -57.0, 6.5]]);
    let line = Solid::strand(&[
        [54.0, -5.0, -26.0, 5.0],
        [40.0, 0.0, -45.0, 4.5],
        [28.0, -4.0, -58.0, 4.0],
    ]);
    let aspera = Solid::strand(&[
        [40.0, -27.0, -72.0, 4.0],
        [35.0, -25.0, -110.0, 3.5],
        [28.0, -25.0, -180.0, 3.5],
    ]);
    Solid::union([head_and_neck(), body, greater, crest, lesser, line, aspera], 5.0)
}

/// The hip bone (ilium, ischium and pubis), with its socket.
pub(crate) fn hip_bone() -> Solid {
    let d = &*DIRECTIONS;
    let cup = Solid::ball([-1.0, 0.0, 2.0], 33.0)
        .within(Solid::HalfSpace { normal: d.socket, offset: -2.0 });
    let columns = [
        // Supra-acetabular ilium.
        Solid::strand(&[[-3.0, -2.0, 34.0, 11.0], [0.0, 0.0, 42.0, 12.0]]),
        // Posterior column and ischium.
        Solid::strand(&[
            [-12.0, -30.0, 36.0, 9.0],
            [-15.0, -32.0, 14.0, 11.0],
            [-19.0, -36.0, -8.0, 10.5],
            [-25.0, -36.0, -34.0, 11.5],
            [-27.0, -34.0, -58.0, 14.5],
            [-28.0, -30.0, -66.0, 13.0],
        ]),
        // Ischial spine.
        Solid::strand(&[[-25.0, -44.0, 4.0, 7.0], [-38.0, -52.0, -4.0, 2.2]]),
        // Anterior column and superior pubic ramus.
        Solid::strand(&[
            [13.0, 30.0, 40.0, 7.5],
            [2.0, 28.0, 26.0, 8.0],
            [-14.0, 29.0, 9.0, 9.0],
            [-34.0, 33.0, -2.0, 8.0],
            [-56.0, 39.0, -7.0, 7.0],
            [-72.0, 42.0, -10.0, 7.5],
        ]),
        // Body of the pubis, up to the disc of the symphysis.
        Solid::sheet(&[
            [[-78.0, 42.0, -8.0, 7.0], [-66.0, 40.0, -14.0, 6.5]],
            [[-79.0, 37.0, -34.0, 6.5], [-70.0, 33.0, -34.0, 6.0]],
        ]),
        // Inferior pubic and ischial rami.
        Solid::strand(&[
            [-78.0, 34.0, -36.0, 6.5],
            [-62.0, 16.0, -54.0, 5.5],
            [-44.0, -10.0, -70.0, 6.5],
            [-31.0, -26.0, -70.0, 10.0],
        ]),
        // Quadrilateral plate, the inner wall behind the fossa.
        Solid::sheet(&[
            [[-24.0, 24.0, 16.0, 5.0], [-27.0, -2.0, 18.0, 5.0], [-22.0, -30.0, 16.0, 5.0]],
            [[-32.0, 28.0, -6.0, 3.0], [-31.5, -2.0, -6.0, 2.6], [-26.0, -34.0, -8.0, 4.0]],
            [[-33.5, 18.0, -16.0, 3.0], [-31.5, -8.0, -20.0, 3.2], [-28.0, -32.0, -30.0, 4.0]],
        ]),
        ilium(),
    ];
    let bone = Solid::union(columns.into_iter().chain([cup]), 9.0);
    let fossa = Solid::ball([0.0; 3], 30.5).within(Solid::Cone {
        apex: [0.0; 3],
        axis: d.fossa,
        half_angle: radians(36.0),
    });
    let notch = Solid::strand(&[[-14.0, -1.0, -17.0, 8.0], [-4.0, 2.0, -40.0, 9.0]]);
    bone.without(Solid::union([Solid::ball([0.0; 3], SOCKET_MM), fossa, notch], 0.0))
}

/// The wing of the ilium: rows from the body to the crest, each from front to back.
fn ilium() -> Solid {
    Solid::sheet(&[
        [
            [16., 34., 40., 7.],
            [9., 18., 40., 10.],
            [0., 0., 42., 13.],
            [-8., -16., 42., 11.],
            [-16., -32., 42., 7.],
        ],
        [
            [20., 43., 50., 6.],
            [11., 24., 50., 8.],
            [1., 3., 52., 9.],
            [-9., -19., 51., 8.],
            [-19., -40., 50., 6.],
        ],
        [
            [29., 46., 62., 5.5],
            [19., 27., 62., 5.5],
            [8., 8., 64., 6.],
            [-8., -17., 63., 6.5],
            [-24., -43., 62., 6.],
        ],
        [
            [34., 50., 77., 5.],
            [22., 27., 77., 4.5],
            [8., 5., 78., 4.5],
            [-14., -24., 78., 5.5],
            [-36., -64., 77., 6.],
        ],
        [
            [38., 49., 92., 4.5],
            [27., 20., 92., 3.5],
            [8., -5., 92., 3.],
            [-16., -27., 92., 5.],
            [-42., -74., 92., 7.],
        ],
        [
            [40., 35., 107., 5.5],
            [24., 8., 107., 3.],
            [2., -11., 107., 3.],
            [-22., -34., 107., 5.],
            [-46., -84., 104., 7.],
        ],
        [
            [40., 16., 122., 5.5],
            [24., -5., 122., 3.5],
            [2., -25., 122., 3.5],
            [-22., -45., 121., 4.5],
            [-45., -76., 120., 6.],
        ],
        [
            [32., -10., 134., 5.],
            [20., -20., 135., 4.5],
            [4., -32., 135., 4.5],
            [-10., -43., 133., 4.5],
            [-24., -54., 131., 5.],
        ],
    ])
}

/// Sacrum and coccyx, in the frame of one hip; symmetric about the midline.
pub(crate) fn sacrum() -> Solid {
    let m = -MIDLINE_MM;
    let body = Solid::strand(&[
        [m, -38.0, 100.0, 21.0],
        [m, -56.0, 80.0, 17.0],
        [m, -80.0, 50.0, 12.0],
        [m, -90.0, 25.0, 9.0],
        [m, -84.0, 4.0, 6.0],
        [m, -72.0, -12.0, 4.0],
    ]);
    let ala = Solid::sheet(&[
        [[m, -46.0, 102.0, 12.0], [-66.0, -42.0, 100.0, 11.0], [-54.0, -56.0, 96.0, 8.0]],
        [[m, -62.0, 78.0, 12.0], [-66.0, -62.0, 78.0, 11.0], [-52.0, -70.0, 78.0, 7.0]],
        [[m, -82.0, 48.0, 9.0], [-70.0, -82.0, 50.0, 8.0], [-60.0, -84.0, 54.0, 5.0]],
        [[m, -91.0, 22.0, 6.0], [-74.0, -90.0, 24.0, 4.5], [-72.0, -90.0, 26.0, 4.0]],
    ]);
    let crest =
        Solid::strand(&[[m, -78.0, 100.0, 7.0], [m, -96.0, 60.0, 5.0], [m, -99.0, 35.0, 3.0]]);
    Solid::union([body, ala, crest], 6.0)
}
