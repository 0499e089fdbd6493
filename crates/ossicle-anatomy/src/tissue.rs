//! Tissue classes and what they are like.

use std::fmt;

/// What a voxel is made of.
///
/// The codes are stable: they are written to label volumes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tissue {
    /// Air round the body or inside it, and whatever the scan does not show.
    #[default]
    Outside = 0,
    /// Skeletal muscle; also soft tissue that nothing better is known of.
    Muscle = 1,
    /// Tendon, ligament, fascia, fibrous labrum.
    TendonLigament = 2,
    /// Joint capsule with its synovium.
    Capsule = 3,
    /// The soft tissue that touches bone.
    Periosteum = 4,
    /// Fat, under the skin and between muscles.
    Fat = 5,
    /// Large nerve.
    Nerve = 6,
    /// Large artery or vein.
    Vessel = 7,
    /// Skin.
    Skin = 8,
    /// Articular cartilage.
    ArticularCartilage = 9,
    /// Joint fluid.
    JointFluid = 10,
    /// Cancellous bone with its marrow, and the marrow canal of shafts.
    CancellousBone = 11,
    /// Cortical bone.
    CorticalBone = 12,
    /// Metal: implants, kept out of the model.
    Metal = 13,
    /// The one tissue of the radial reference program, for checks.
    Uniform = 14,
}

impl Tissue {
    /// Every class, in the order of the codes.
    pub const ALL: [Self; 15] = [
        Self::Outside,
        Self::Muscle,
        Self::TendonLigament,
        Self::Capsule,
        Self::Periosteum,
        Self::Fat,
        Self::Nerve,
        Self::Vessel,
        Self::Skin,
        Self::ArticularCartilage,
        Self::JointFluid,
        Self::CancellousBone,
        Self::CorticalBone,
        Self::Metal,
        Self::Uniform,
    ];

    /// The code that label volumes carry.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The class of a code, or `None` for a code that is not in use.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// The name in tables and files: lower case, words joined by `_`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Muscle => "muscle",
            Self::TendonLigament => "tendon_ligament",
            Self::Capsule => "capsule",
            Self::Periosteum => "periosteum",
            Self::Fat => "fat",
            Self::Nerve => "nerve",
            Self::Vessel => "vessel",
            Self::Skin => "skin",
            Self::ArticularCartilage => "articular_cartilage",
            Self::JointFluid => "joint_fluid",
            Self::CancellousBone => "cancellous_bone",
            Self::CorticalBone => "cortical_bone",
            Self::Metal => "metal",
            Self::Uniform => "uniform",
        }
    }

    /// Colour (red, green, blue) for label volumes and pictures.
    #[must_use]
    pub fn colour(self) -> [u8; 3] {
        match self {
            Self::Outside => [0, 0, 0],
            Self::Muscle => [170, 72, 66],
            Self::TendonLigament => [205, 200, 225],
            Self::Capsule => [120, 168, 150],
            Self::Periosteum => [232, 150, 190],
            Self::Fat => [240, 212, 120],
            Self::Nerve => [250, 236, 60],
            Self::Vessel => [200, 30, 40],
            Self::Skin => [214, 160, 130],
            Self::ArticularCartilage => [110, 184, 226],
            Self::JointFluid => [60, 110, 200],
            Self::CancellousBone => [222, 206, 172],
            Self::CorticalBone => [250, 246, 232],
            Self::Metal => [120, 130, 150],
            Self::Uniform => [180, 110, 100],
        }
    }

    /// Whether this is bone of the skeleton.
    #[must_use]
    pub fn is_bone(self) -> bool {
        matches!(self, Self::CancellousBone | Self::CorticalBone)
    }

    /// Whether this is not part of the body.
    #[must_use]
    pub fn is_outside(self) -> bool {
        self == Self::Outside
    }

    /// Whether cells, vessels and BMP stop here: bone, cartilage, joint fluid,
    /// metal and air are no-flux walls for them.
    #[must_use]
    pub fn is_wall_for_cells(self) -> bool {
        !self.is_soft()
    }

    /// Whether this is soft tissue that can be injured and in which a lesion can grow.
    #[must_use]
    pub fn is_soft(self) -> bool {
        !(self.is_bone()
            || matches!(
                self,
                Self::Outside | Self::ArticularCartilage | Self::JointFluid | Self::Metal
            ))
    }

    /// Whether cytokine, TGF-β and VEGF pass: everywhere but in bone, metal and
    /// air; they may enter cartilage and joint fluid.
    #[must_use]
    pub fn admits_signals(self) -> bool {
        !(self.is_bone() || matches!(self, Self::Outside | Self::Metal))
    }

    /// Whether oxygen passes: everywhere in the body but in metal. Bone and
    /// cartilage have their own supply and use.
    #[must_use]
    pub fn admits_oxygen(self) -> bool {
        !matches!(self, Self::Outside | Self::Metal)
    }

    /// Whether electric current passes: everywhere in the body. Metal conducts,
    /// but is kept out of the model.
    #[must_use]
    pub fn admits_current(self) -> bool {
        !matches!(self, Self::Outside | Self::Metal)
    }
}

impl fmt::Display for Tissue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_stable_and_unique() {
        for (n, tissue) in Tissue::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(tissue.code()), n);
            assert_eq!(Tissue::from_code(n as u8), Some(tissue));
        }
        assert_eq!(Tissue::from_code(15), None);
        assert_eq!(Tissue::CorticalBone.code(), 12);
        let names: std::collections::BTreeSet<_> = Tissue::ALL.iter().map(|t| t.name()).collect();
        assert_eq!(names.len(), Tissue::ALL.len());
    }

    #[test]
    fn every_class_is_on_the_right_side_of_every_wall() {
        let walls = |admits: fn(Tissue) -> bool| -> Vec<&str> {
            Tissue::ALL.into_iter().filter(|&t| !admits(t)).map(Tissue::name).collect()
        };
        assert_eq!(
            walls(|t| !t.is_wall_for_cells()),
            [
                "outside",
                "articular_cartilage",
                "joint_fluid",
                "cancellous_bone",
                "cortical_bone",
                "metal"
            ]
        );
        assert_eq!(
            walls(Tissue::admits_signals),
            ["outside", "cancellous_bone", "cortical_bone", "metal"]
        );
        assert_eq!(walls(Tissue::admits_oxygen), ["outside", "metal"]);
    }
}
