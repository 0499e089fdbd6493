//! Bodies by name, and what each takes part in.

use ossicle_anatomy::{JointKind, LabelMeaning, LabelName, Side};

/// What a body does when the joint moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It stands still: the trunk side of the joint.
    Fixed,
    /// It swings, but does not turn when the forearm turns: the ulna.
    Swings,
    /// It takes part in every movement of the joint: femur, radius, and what hangs on them.
    Moves,
}

impl Role {
    /// Whether a body of this role moves in a movement such as `flexion` or `pronation`.
    #[must_use]
    pub fn moves_in(self, movement: &str) -> bool {
        match self {
            Self::Fixed => false,
            Self::Swings => !matches!(movement, "pronation" | "supination"),
            Self::Moves => true,
        }
    }
}

/// A rigid body of the joint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Name: `femur`, `hip_bone`, `pelvis`, `humerus`, `ulna`, `radius`; other bones as labels
    /// name them, with their side.
    pub name: String,
    /// What it does when the joint moves.
    pub role: Role,
}

impl Body {
    /// A body.
    #[must_use]
    pub fn new(name: &str, role: Role) -> Self {
        Self { name: name.to_owned(), role }
    }

    /// The body that a labelled structure belongs to, or `None` for what is no bone.
    pub(super) fn of_label(name: &LabelName, kind: JointKind, side: Side) -> Option<Self> {
        if name.meaning() != Some(LabelMeaning::Bone) {
            return None;
        }
        let own = name.side.is_none_or(|s| s == side);
        let role = match (kind, name.base.as_str()) {
            (
                JointKind::Hip,
                "femur" | "patella" | "tibia" | "fibula" | "tarsal" | "metatarsal",
            )
            | (JointKind::Hip, "phalanges_feet")
            | (JointKind::Elbow, "radius" | "carpal" | "metacarpal" | "phalanges_hand") => {
                Role::Moves
            }
            (JointKind::Elbow, "ulna") => Role::Swings,
            _ => Role::Fixed,
        };
        Some(match (own, name.base.as_str()) {
            (true, "hip") => Self::new("hip_bone", role),
            (true, base) => Self::new(base, role),
            (false, _) => Self::new(&name.full(), Role::Fixed),
        })
    }
}

/// The bones without which there is no joint; any name of a row will do.
pub(super) fn needed(kind: JointKind) -> &'static [&'static [&'static str]] {
    match kind {
        JointKind::Sphere => &[],
        JointKind::Hip => &[&["femur"], &["hip_bone", "pelvis"]],
        JointKind::Elbow => &[&["humerus"], &["ulna"], &["radius"]],
    }
}
