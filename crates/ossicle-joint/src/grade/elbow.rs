//! Hastings' and Graham's classes of the elbow.

/// In which plane motion is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limited {
    /// A: flexion or extension.
    Flexion,
    /// B: pronation or supination.
    Rotation,
    /// C: both.
    Both,
}

/// What is ankylosed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ankylosed {
    /// A: humerus to forearm.
    Flexion,
    /// B: radius to ulna.
    Rotation,
    /// C: both.
    Both,
}

/// The classes of Hastings and Graham (1994, Hand Clin 10:417).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HastingsGraham {
    /// No heterotopic bone.
    None,
    /// I: on the radiograph, without a limit to function.
    I,
    /// II: function is limited.
    II(Limited),
    /// III: ankylosis.
    III(Ankylosed),
}

impl HastingsGraham {
    /// `0`, `I`, `IIA` to `IIIC`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::I => "I",
            Self::II(Limited::Flexion) => "IIA",
            Self::II(Limited::Rotation) => "IIB",
            Self::II(Limited::Both) => "IIC",
            Self::III(Ankylosed::Flexion) => "IIIA",
            Self::III(Ankylosed::Rotation) => "IIIB",
            Self::III(Ankylosed::Both) => "IIIC",
        }
    }
}

/// Angles that an elbow reaches, degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ElbowMotion {
    /// Greatest flexion; 0 is straight.
    pub flexion_deg: f64,
    /// Least flexion: 0 where the elbow can be straightened, 30 where 30 degrees of extension
    /// are lacking, negative beyond straight.
    pub extension_lack_deg: f64,
    /// Greatest pronation from neutral.
    pub pronation_deg: f64,
    /// Greatest supination from neutral.
    pub supination_deg: f64,
}

/// The range in which most daily tasks are done: 30 to 130 degrees of flexion, 50 each of
/// pronation and supination (Morrey, Askew & Chao 1981, J Bone Joint Surg Am 63:872; from
/// memory of the source). Less is a limit to function.
pub const FUNCTIONAL: ElbowMotion = ElbowMotion {
    flexion_deg: 130.0,
    extension_lack_deg: 30.0,
    pronation_deg: 50.0,
    supination_deg: 50.0,
};

/// An elbow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ElbowBone {
    /// Whether there is heterotopic bone about it at all.
    pub heterotopic: bool,
    /// What it reaches.
    pub motion: ElbowMotion,
    /// An arc of no more than this is ankylosis, degrees; 5 is the error of a goniometer.
    pub ankylosed_deg: f64,
}

/// The class of an elbow, by what it can do (`functional` is what it must, usually
/// [`FUNCTIONAL`]). An elbow that is ankylosed in one plane and limited in the other is of class
/// III of the first.
#[must_use]
pub fn hastings_graham(elbow: &ElbowBone, functional: &ElbowMotion) -> HastingsGraham {
    if !elbow.heterotopic {
        return HastingsGraham::None;
    }
    let m = &elbow.motion;
    let flexion_is_stiff = m.flexion_deg - m.extension_lack_deg <= elbow.ankylosed_deg;
    let rotation_is_stiff = m.pronation_deg + m.supination_deg <= elbow.ankylosed_deg;
    match (flexion_is_stiff, rotation_is_stiff) {
        (true, true) => return HastingsGraham::III(Ankylosed::Both),
        (true, false) => return HastingsGraham::III(Ankylosed::Flexion),
        (false, true) => return HastingsGraham::III(Ankylosed::Rotation),
        (false, false) => {}
    }
    let flexion_is_limited = m.flexion_deg < functional.flexion_deg
        || m.extension_lack_deg > functional.extension_lack_deg;
    let rotation_is_limited =
        m.pronation_deg < functional.pronation_deg || m.supination_deg < functional.supination_deg;
    match (flexion_is_limited, rotation_is_limited) {
        (true, true) => HastingsGraham::II(Limited::Both),
        (true, false) => HastingsGraham::II(Limited::Flexion),
        (false, true) => HastingsGraham::II(Limited::Rotation),
        (false, false) => HastingsGraham::I,
    }
}
