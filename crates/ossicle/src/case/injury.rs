//! `[[injury]]`: where tissue is damaged on day 0, and how badly.

use super::anatomy::{Anatomy, Joint};
use super::kinds::{OneOrPerAxis, PerAxis, Text, number};
use super::measured::measured;
use super::patient::Species;
use super::position::{Position, PositionKind};
use super::problem::Cause;
use super::quantity::{AngleDeg, LengthMm};
use super::section::{Section, Variant};
use super::words::{named, one_of};
use super::written::Writer;

named! {
    /// A direction from the centre of a joint.
    Direction {
        /// To the front.
        Anterior = "anterior",
        /// To the back.
        Posterior = "posterior",
        /// To the head.
        Superior = "superior",
        /// To the feet.
        Inferior = "inferior",
        /// To the midline.
        Medial = "medial",
        /// Away from the midline.
        Lateral = "lateral",
    }
}

named! {
    /// A surgical way to a joint.
    Approach {
        /// From the front.
        Anterior = "anterior",
        /// From the front and the side; hip only.
        Anterolateral = "anterolateral",
        /// From the side.
        Lateral = "lateral",
        /// From the back.
        Posterior = "posterior",
        /// From the inner side; elbow only.
        Medial = "medial",
    }
}

/// Damage on day 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Injury {
    /// What reports call it.
    pub name: String,
    /// Debris at the start; 1 is a moderate injury of 5e7 dead cells per mL.
    pub severity: f64,
    /// Over what width the damage fades.
    pub edge: LengthMm,
    /// Its shape.
    pub shape: InjuryShape,
}

/// The shape of an injury.
#[derive(Clone, Debug, PartialEq)]
pub enum InjuryShape {
    /// Everything within an ellipsoid.
    Ellipsoid {
        /// Its middle.
        position: Position,
        /// Its half-axes before it is turned.
        radii: [LengthMm; 3],
        /// How it is turned: about the axis to the right, then to the front,
        /// then to the head.
        rotation: [AngleDeg; 3],
    },
    /// The part of one muscle within a ball.
    Contusion {
        /// The muscle.
        muscle: String,
        /// The middle of the ball; that of the muscle where there is none.
        position: Option<Position>,
        /// The radius of the ball.
        radius: LengthMm,
    },
    /// The joint capsule within a cone round a direction.
    CapsuleTear {
        /// Where the tear is.
        place: TearPlace,
        /// The full opening of the cone at the centre of the joint.
        arc: AngleDeg,
    },
    /// The corridor a surgeon makes.
    SurgicalApproach {
        /// Which way it goes.
        path: ApproachPath,
        /// How wide it is.
        width: LengthMm,
    },
}

/// Where a capsule is torn, seen from the centre of the joint.
#[derive(Clone, Debug, PartialEq)]
pub enum TearPlace {
    /// In an anatomical direction.
    Direction(Direction),
    /// Towards a point.
    Towards(Position),
}

/// The way a surgeon goes.
#[derive(Clone, Debug, PartialEq)]
pub enum ApproachPath {
    /// A named approach to the joint.
    Named(Approach),
    /// A straight one.
    Straight {
        /// Where it enters.
        entry: Position,
        /// Where it ends.
        target: Position,
    },
}

impl Injury {
    /// Reads one injury. The anatomy, where it was read rightly, decides which
    /// shapes there can be.
    pub(super) fn read(
        section: &mut Section<'_>,
        species: Species,
        anatomy: Option<&Anatomy>,
    ) -> Option<Self> {
        let edge = match species {
            Species::Human => 1.0,
            Species::Mouse => 0.1,
        };
        let name =
            section.optional("name", "What reports call it; its kind by default.", Text("a name"));
        let severity = section.or(
            "severity",
            "Debris at the start: 1 is a moderate injury of 5e7 dead cells per mL, 4 the worst.",
            number("a severity", 0.0, 4.0),
            2.0,
        );
        let edge = section.or(
            "edge",
            "Over what width the damage fades. For a mouse the default is 0.1 mm.",
            measured(0.0, 50.0),
            LengthMm(edge),
        );
        let body = Body::of(anatomy);
        let shape = section.variants("kind", "The shape of the injury.", &body, KINDS);
        let (name, severity, edge, shape) = (name?, severity?, edge?, shape?);
        let name = name.unwrap_or_else(|| shape.kind().replace('_', " "));
        Some(Self { name, severity, edge, shape })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.table("[[injury]]");
        writer.key("name", &self.name);
        writer.key("kind", &self.shape.kind().to_owned());
        match &self.shape {
            InjuryShape::Ellipsoid { position, radii, rotation } => {
                writer.key("position", position);
                writer.key("radii", radii);
                writer.key("rotation", rotation);
            }
            InjuryShape::Contusion { muscle, position, radius } => {
                writer.key("muscle", muscle);
                writer.optional("position", position.as_ref());
                writer.key("radius", radius);
            }
            InjuryShape::CapsuleTear { place, arc } => {
                match place {
                    TearPlace::Direction(direction) => writer.key("direction", direction),
                    TearPlace::Towards(position) => writer.key("position", position),
                }
                writer.key("arc", arc);
            }
            InjuryShape::SurgicalApproach { path, width } => {
                match path {
                    ApproachPath::Named(approach) => writer.key("approach", approach),
                    ApproachPath::Straight { entry, target } => {
                        writer.key("entry", entry);
                        writer.key("target", target);
                    }
                }
                writer.key("width", width);
            }
        }
        writer.key("severity", &self.severity);
        writer.key("edge", &self.edge);
    }
}

impl InjuryShape {
    /// The word a case file uses.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ellipsoid { .. } => "ellipsoid",
            Self::Contusion { .. } => "contusion",
            Self::CapsuleTear { .. } => "capsule_tear",
            Self::SurgicalApproach { .. } => "surgical_approach",
        }
    }
}

/// What an injury needs to know of the anatomy.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Body {
    /// The anatomy itself is wrong; nothing more is said of it.
    Unknown,
    /// It has no joint.
    Jointless,
    /// It has this one.
    With(Joint),
}

impl Body {
    fn of(anatomy: Option<&Anatomy>) -> Self {
        match anatomy.map(Anatomy::joint) {
            None => Self::Unknown,
            Some(None) => Self::Jointless,
            Some(Some(joint)) => Self::With(joint),
        }
    }
}

const KINDS: &[Variant<InjuryShape, Body>] = &[
    Variant { name: "ellipsoid", meaning: "Everything within an ellipsoid.", read: read_ellipsoid },
    Variant {
        name: "contusion",
        meaning: "The part of one muscle within a ball.",
        read: read_contusion,
    },
    Variant {
        name: "capsule_tear",
        meaning: "The joint capsule within a cone round a direction.",
        read: read_capsule_tear,
    },
    Variant {
        name: "surgical_approach",
        meaning: "The corridor a surgeon makes.",
        read: read_surgical_approach,
    },
];

/// No injury is larger than this half-width, in mm.
const LARGEST_MM: f64 = 300.0;

fn read_ellipsoid(section: &mut Section<'_>, _: &Body) -> Option<InjuryShape> {
    let position = section.required("position", "Its middle.", PositionKind);
    let radii = section.required(
        "radii",
        "Its half-axes, one for a ball or three, before it is turned.",
        OneOrPerAxis(measured(0.05, LARGEST_MM)),
    );
    let rotation = section.or(
        "rotation",
        "How it is turned: about the axis to the right, then to the front, then to the head.",
        PerAxis(measured(-360.0, 360.0)),
        [AngleDeg(0.0); 3],
    );
    Some(InjuryShape::Ellipsoid { position: position?, radii: radii?, rotation: rotation? })
}

fn read_contusion(section: &mut Section<'_>, _: &Body) -> Option<InjuryShape> {
    let muscle = section.required(
        "muscle",
        "The muscle, as the labels name it, without the side.",
        Text("the name of a muscle, such as \"gluteus_medius\","),
    );
    let position = section.optional(
        "position",
        "The middle of the ball; that of the muscle by default.",
        PositionKind,
    );
    let radius = section.required("radius", "The radius of the ball.", measured(0.05, LARGEST_MM));
    Some(InjuryShape::Contusion { muscle: muscle?, position: position?, radius: radius? })
}

fn read_capsule_tear(section: &mut Section<'_>, body: &Body) -> Option<InjuryShape> {
    let direction = section.optional(
        "direction",
        "Where the tear is, seen from the centre of the joint. Either this or position.",
        one_of(),
    );
    let position = section.optional(
        "position",
        "A point the tear lies towards, seen from the centre of the joint.",
        PositionKind,
    );
    let arc = section.or(
        "arc",
        "How much of the capsule is torn: the full opening of a cone at the centre of the joint.",
        measured(1.0, 360.0),
        AngleDeg(60.0),
    );
    let one = section.exactly_one(&["direction", "position"], "direction = \"anterior\"");
    if *body == Body::Jointless {
        let expected = "another kind: the sphere has no joint capsule";
        section.refuse_key(Cause::Conflict, "kind", "a capsule tear in the sphere", expected);
        return None;
    }
    if !one {
        return None;
    }
    let place = match (direction?, position?) {
        (Some(direction), _) => TearPlace::Direction(direction),
        (None, position) => TearPlace::Towards(position?),
    };
    Some(InjuryShape::CapsuleTear { place, arc: arc? })
}

fn read_surgical_approach(section: &mut Section<'_>, body: &Body) -> Option<InjuryShape> {
    let approach = section.optional(
        "approach",
        "A named approach to the joint. Either this or entry and target.",
        one_of(),
    );
    let entry = section.optional("entry", "Where a straight approach enters.", PositionKind);
    let target = section.optional("target", "Where a straight approach ends.", PositionKind);
    let width =
        section.or("width", "How wide the corridor is.", measured(0.1, 200.0), LengthMm(20.0));
    let given = (section.has("approach"), section.has("entry"), section.has("target"));
    if !matches!(given, (true, false, false) | (false, true, true)) {
        let (found, cause) = match given {
            (true, ..) => ("an approach and a path of its own", Cause::Conflict),
            (false, false, false) => ("no approach", Cause::MissingKey),
            (_, true, _) => ("entry without target", Cause::MissingKey),
            (_, _, true) => ("target without entry", Cause::MissingKey),
        };
        let expected = "approach = \"posterior\" (or another), or both entry and target";
        section.refuse_key(cause, "approach", found, expected);
        return None;
    }
    let path = match (approach?, entry?, target?) {
        (Some(approach), ..) => {
            refuse_impossible_approach(section, approach, body)?;
            ApproachPath::Named(approach)
        }
        (None, entry, target) => ApproachPath::Straight { entry: entry?, target: target? },
    };
    Some(InjuryShape::SurgicalApproach { path, width: width? })
}

/// Refuses an approach that the joint does not have; `None` where it did.
fn refuse_impossible_approach(
    section: &mut Section<'_>,
    approach: Approach,
    body: &Body,
) -> Option<()> {
    let expected = match (body, approach) {
        (Body::Jointless, _) => "entry and target instead: the sphere has no joint to go to",
        (Body::With(Joint::Hip), Approach::Medial) => {
            "\"anterior\", \"anterolateral\", \"lateral\" or \"posterior\" for a hip"
        }
        (Body::With(Joint::Elbow), Approach::Anterolateral) => {
            "\"anterior\", \"lateral\", \"posterior\" or \"medial\" for an elbow"
        }
        _ => return Some(()),
    };
    let found = format!("{:?}", super::Named::name(approach));
    section.refuse_key(Cause::Conflict, "approach", &found, expected);
    None
}
