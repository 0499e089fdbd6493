//! What the names of labels mean.
//!
//! Names are those of TotalSegmentator, versions 1 and 2 with the tasks `total`,
//! `appendicular_bones`, `thigh_shoulder_muscles` and `tissue_types`. Other ways to
//! write them are understood: any case, blanks or hyphens for underscores, the side
//! first, last or as one letter.

use crate::Tissue;
use crate::anatomy::Side;
use crate::names::nearest;

/// What a label stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelMeaning {
    /// A bone.
    Bone,
    /// A tissue class throughout.
    Tissue(Tissue),
    /// A hollow or solid organ, soft in the model, with its gas told by density.
    Organ,
    /// A region of mixed tissue; its voxels are told by density alone.
    ByDensity,
}

/// A label's name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelName {
    /// Name without the side, in the manner of TotalSegmentator.
    pub base: String,
    /// The side, if it has one.
    pub side: Option<Side>,
}

impl LabelName {
    /// Reads a name as files have it.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        let words = name.to_lowercase().replace([' ', '-', '.'], "_");
        let side_of = |word: &str| match word {
            "left" | "l" => Some(Side::Left),
            "right" | "r" => Some(Side::Right),
            _ => None,
        };
        let words: Vec<&str> = words.split('_').filter(|word| !word.is_empty()).collect();
        let side = words.iter().find_map(|word| side_of(word));
        let base: Vec<&str> = words.into_iter().filter(|word| side_of(word).is_none()).collect();
        Self { base: base.join("_"), side }
    }

    /// The name with its side at the end.
    #[must_use]
    pub fn full(&self) -> String {
        match self.side {
            Some(side) => format!("{}_{}", self.base, side.name()),
            None => self.base.clone(),
        }
    }

    /// What it stands for, or `None` for a name that is not in the table.
    #[must_use]
    pub fn meaning(&self) -> Option<LabelMeaning> {
        let exact = TABLE.iter().find(|(name, _)| *name == self.base);
        let numbered = || {
            let start = |prefix: &str| self.base.starts_with(prefix);
            NUMBERED.iter().find(|(prefix, _)| start(prefix))
        };
        exact.or_else(numbered).map(|(_, meaning)| *meaning)
    }

    /// Known names most like this one.
    #[must_use]
    pub fn nearest(&self) -> Vec<String> {
        nearest(&self.base, TABLE.iter().map(|(name, _)| *name))
    }
}

use LabelMeaning::{Bone, ByDensity, Organ};

const MUSCLE: LabelMeaning = LabelMeaning::Tissue(Tissue::Muscle);
const VESSEL: LabelMeaning = LabelMeaning::Tissue(Tissue::Vessel);
const NERVE: LabelMeaning = LabelMeaning::Tissue(Tissue::Nerve);
const FAT: LabelMeaning = LabelMeaning::Tissue(Tissue::Fat);
const TENDON: LabelMeaning = LabelMeaning::Tissue(Tissue::TendonLigament);

/// Names that go on with a number or another distinction.
const NUMBERED: [(&str, LabelMeaning); 4] =
    [("vertebrae", Bone), ("rib", Bone), ("lung", ByDensity), ("body", ByDensity)];

#[rustfmt::skip]
const TABLE: [(&str, LabelMeaning); 116] = [
    // Bones.
    ("femur", Bone), ("hip", Bone), ("sacrum", Bone), ("humerus", Bone), ("ulna", Bone), ("radius", Bone),
    ("scapula", Bone), ("clavicula", Bone), ("sternum", Bone), ("skull", Bone), ("patella", Bone),
    ("tibia", Bone), ("fibula", Bone), ("tarsal", Bone), ("metatarsal", Bone), ("phalanges_feet", Bone),
    ("carpal", Bone), ("metacarpal", Bone), ("phalanges_hand", Bone), ("pelvis", Bone), ("costal_cartilages", TENDON),
    // Muscles of hip and thigh.
    ("gluteus_maximus", MUSCLE), ("gluteus_medius", MUSCLE), ("gluteus_minimus", MUSCLE), ("iliopsoas", MUSCLE),
    ("autochthon", MUSCLE), ("quadriceps_femoris", MUSCLE), ("thigh_medial_compartment", MUSCLE),
    ("thigh_posterior_compartment", MUSCLE), ("sartorius", MUSCLE), ("tensor_fasciae_latae", MUSCLE),
    ("rectus_femoris", MUSCLE), ("vastus_lateralis", MUSCLE), ("vastus_medialis", MUSCLE),
    ("vastus_intermedius", MUSCLE), ("pectineus", MUSCLE), ("adductors", MUSCLE), ("adductor_longus", MUSCLE),
    ("adductor_brevis", MUSCLE), ("adductor_magnus", MUSCLE), ("gracilis", MUSCLE), ("hamstrings", MUSCLE),
    ("biceps_femoris", MUSCLE), ("semimembranosus", MUSCLE), ("semitendinosus", MUSCLE),
    ("obturator_internus", MUSCLE), ("obturator_externus", MUSCLE), ("piriformis", MUSCLE),
    ("quadratus_femoris", MUSCLE),
    // Muscles of shoulder and arm.
    ("deltoid", MUSCLE), ("supraspinatus", MUSCLE), ("infraspinatus", MUSCLE), ("subscapularis", MUSCLE),
    ("coracobrachial", MUSCLE), ("trapezius", MUSCLE), ("pectoralis_minor", MUSCLE), ("pectoralis_major", MUSCLE),
    ("serratus_anterior", MUSCLE), ("teres_major", MUSCLE), ("triceps_brachii", MUSCLE), ("biceps_brachii", MUSCLE),
    ("brachialis", MUSCLE), ("brachioradialis", MUSCLE), ("anconeus", MUSCLE), ("supinator", MUSCLE),
    ("pronator_teres", MUSCLE), ("forearm_flexors", MUSCLE), ("forearm_extensors", MUSCLE),
    ("skeletal_muscle", MUSCLE), ("muscle", MUSCLE),
    // Fat.
    ("subcutaneous_fat", FAT), ("torso_fat", FAT), ("intermuscular_fat", FAT), ("fat", FAT),
    // Vessels and nerves.
    ("aorta", VESSEL), ("inferior_vena_cava", VESSEL), ("superior_vena_cava", VESSEL),
    ("portal_vein_and_splenic_vein", VESSEL), ("iliac_artery", VESSEL), ("iliac_vena", VESSEL),
    ("femoral_artery", VESSEL), ("femoral_vein", VESSEL), ("brachial_artery", VESSEL),
    ("pulmonary_artery", VESSEL), ("pulmonary_vein", VESSEL), ("brachiocephalic_trunk", VESSEL),
    ("brachiocephalic_vein", VESSEL), ("subclavian_artery", VESSEL), ("common_carotid_artery", VESSEL),
    ("spinal_cord", NERVE), ("sciatic_nerve", NERVE), ("femoral_nerve", NERVE), ("ulnar_nerve", NERVE),
    // Organs.
    ("urinary_bladder", Organ), ("prostate", Organ), ("small_bowel", Organ), ("duodenum", Organ), ("colon", Organ),
    ("spleen", Organ), ("kidney", Organ), ("kidney_cyst", Organ), ("gallbladder", Organ), ("liver", Organ),
    ("stomach", Organ), ("pancreas", Organ), ("adrenal_gland", Organ), ("esophagus", Organ), ("thyroid_gland", Organ),
    ("heart", Organ), ("heart_myocardium", Organ), ("heart_atrium", Organ), ("heart_ventricle", Organ),
    ("atrial_appendage", Organ), ("brain", Organ), ("face", ByDensity), ("trachea", ByDensity),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_however_they_are_written() {
        for (written, full, meaning) in [
            ("femur_left", "femur_left", Some(Bone)),
            ("Left Femur", "femur_left", Some(Bone)),
            ("gluteus-medius_R", "gluteus_medius_right", Some(MUSCLE)),
            ("rib_left_7", "rib_7_left", Some(Bone)),
            ("vertebrae_L5", "vertebrae_l5", Some(Bone)),
            ("vertebrae_S1", "vertebrae_s1", Some(Bone)),
            ("lung_upper_lobe_left", "lung_upper_lobe_left", Some(ByDensity)),
            ("iliac_vena_right", "iliac_vena_right", Some(VESSEL)),
            ("urinary_bladder", "urinary_bladder", Some(Organ)),
            ("heart_atrium_left", "heart_atrium_left", Some(Organ)),
            ("label_17", "label_17", None),
        ] {
            let name = LabelName::parse(written);
            assert_eq!((name.full().as_str(), name.meaning()), (full, meaning), "{written}");
        }
    }

    #[test]
    fn an_unknown_name_is_told_what_it_is_like() {
        assert_eq!(LabelName::parse("gluteus_medus_left").nearest()[0], "gluteus_medius");
        assert!(LabelName::parse("xyzzy").nearest().is_empty());
    }

    #[test]
    fn no_name_stands_twice() {
        let names: std::collections::BTreeSet<_> = TABLE.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), TABLE.len());
    }
}
