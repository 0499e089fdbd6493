//! Brooker's grades of the hip.

use crate::record::{Checked, Record};

/// The gap between opposing bone that parts grade II from III.
pub const GAP: Record = Record {
    symbol: "d_III",
    meaning: "gap between opposing bone surfaces, from which up a hip is of grade II",
    unit: "mm",
    value: 10.0,
    range: (10.0, 10.0),
    source: "Brooker et al. 1973, J Bone Joint Surg Am 55:1629; as quoted by Della Valle et al. 2002",
    checked: Checked::Quoted,
};

/// Brooker's grades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Brooker {
    /// No heterotopic bone about the hip.
    None,
    /// Islands in soft tissue.
    I,
    /// Spurs from pelvis or femur that leave 1 cm or more between opposing surfaces.
    II,
    /// Spurs that leave less.
    III,
    /// Apparent ankylosis by bone.
    IV,
}

impl Brooker {
    /// `0`, `I`, `II`, `III` or `IV`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::I => "I",
            Self::II => "II",
            Self::III => "III",
            Self::IV => "IV",
        }
    }
}

/// Heterotopic bone about a hip.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HipBone {
    /// Pieces that have grown onto neither bone.
    pub islands: usize,
    /// Whether any has grown onto the pelvis.
    pub on_pelvis: bool,
    /// Whether any has grown onto the femur.
    pub on_femur: bool,
    /// Whether one piece has grown onto both.
    pub bridge: bool,
    /// The smallest distance from such bone to the opposite bone and what has grown onto it,
    /// mm; `None` where the opposite side is not in view.
    pub gap_mm: Option<f64>,
}

/// The grade of a hip.
///
/// Brooker graded frontal radiographs, where bone in front of the joint and behind it fall on
/// each other: from a volume the same questions give the same grade or a lower one.
#[must_use]
pub fn brooker(bone: &HipBone) -> Brooker {
    if bone.bridge {
        Brooker::IV
    } else if bone.on_pelvis || bone.on_femur {
        let is_wide = bone.gap_mm.is_none_or(|gap| gap >= GAP.value);
        if is_wide { Brooker::II } else { Brooker::III }
    } else if bone.islands > 0 {
        Brooker::I
    } else {
        Brooker::None
    }
}
