//! Grades of made-up joints, and normal ranges.

use ossicle_anatomy::JointKind;
use ossicle_joint::grade::{ElbowBone, ElbowMotion, FUNCTIONAL, HipBone, brooker, hastings_graham};
use ossicle_joint::normal::{NORMS, Sex, normal};

#[test]
fn hips_are_graded_by_islands_spurs_gap_and_bridge() {
    let hip = HipBone { islands: 2, ..HipBone::default() };
    let spur = |gap_mm| HipBone { on_pelvis: true, gap_mm, ..hip };
    for (bone, expected) in [
        (HipBone::default(), "0"),
        (hip, "I"),
        (spur(Some(25.0)), "II"),
        (spur(Some(10.0)), "II"),
        (spur(Some(9.99)), "III"),
        (spur(None), "II"),
        (HipBone { on_femur: true, gap_mm: Some(0.5), ..HipBone::default() }, "III"),
        (HipBone { bridge: true, ..spur(Some(12.0)) }, "IV"),
    ] {
        assert_eq!(brooker(&bone).name(), expected, "{bone:?}");
    }
}

#[test]
fn elbows_are_classed_by_what_they_can_do() {
    for ([flexion_deg, extension_lack_deg, pronation_deg, supination_deg], expected) in [
        ([140.0, 5.0, 75.0, 80.0], "I"),
        ([130.0, 30.0, 50.0, 50.0], "I"),
        ([110.0, 10.0, 75.0, 80.0], "IIA"),
        ([140.0, 45.0, 75.0, 80.0], "IIA"),
        ([140.0, 5.0, 75.0, 20.0], "IIB"),
        ([100.0, 45.0, 20.0, 20.0], "IIC"),
        ([92.0, 90.0, 70.0, 70.0], "IIIA"),
        ([92.0, 90.0, 20.0, 20.0], "IIIA"),
        ([140.0, 5.0, 2.0, 1.0], "IIIB"),
        ([140.0, 60.0, -10.0, 12.0], "IIIB"),
        ([45.0, 44.0, 30.0, -30.0], "IIIC"),
    ] {
        let motion = ElbowMotion { flexion_deg, extension_lack_deg, pronation_deg, supination_deg };
        let mut elbow = ElbowBone { heterotopic: true, motion, ankylosed_deg: 5.0 };
        assert_eq!(hastings_graham(&elbow, &FUNCTIONAL).name(), expected, "{motion:?}");
        elbow.heterotopic = false;
        assert_eq!(hastings_graham(&elbow, &FUNCTIONAL).name(), "0");
    }
}

#[test]
fn every_movement_of_hip_and_elbow_has_a_norm_at_any_age() {
    for joint in [JointKind::Hip, JointKind::Elbow] {
        for (movement, aaos) in joint.normal_range_degrees() {
            for sex in [Sex::Female, Sex::Male] {
                for age in [0.5, 2.0, 8.9, 9.0, 19.5, 33.0, 50.0, 69.0, 91.0] {
                    let found = normal(joint, &movement, age, sex).unwrap();
                    let degrees = found.norm.mean_deg;
                    // Norms differ by nation, age and sex, not by more than this.
                    assert!((degrees - aaos).abs() < 25.0, "{movement}: {found:?}");
                }
            }
        }
    }
    assert!(normal(JointKind::Hip, "pronation", 40.0, Sex::Male).is_none());
    assert!(normal(JointKind::Sphere, "flexion", 40.0, Sex::Male).is_none());
}

#[test]
fn the_fitting_norm_is_taken_and_misfits_are_said() {
    let woman = normal(JointKind::Elbow, "supination", 60.0, Sex::Female).unwrap();
    assert_eq!((woman.norm.mean_deg, woman.fits), (87.2, true));
    let girl = normal(JointKind::Hip, "flexion", 5.0, Sex::Female).unwrap();
    assert_eq!((girl.norm.mean_deg, girl.norm.interval_deg), (140.8, Some((139.2, 142.4))));
    // Older than any that were measured: the oldest, and said.
    let old = normal(JointKind::Hip, "flexion", 85.0, Sex::Male).unwrap();
    assert_eq!((old.norm.mean_deg, old.fits), (127.2, false));
    // Abduction was measured in men alone, rotation in a few women, too.
    let abduction = |sex| normal(JointKind::Hip, "abduction", 30.0, sex).unwrap();
    assert_eq!((abduction(Sex::Male).norm.mean_deg, abduction(Sex::Male).fits), (40.5, true));
    assert!(!abduction(Sex::Female).fits);
    let turned = normal(JointKind::Hip, "internal_rotation", 30.0, Sex::Female).unwrap();
    assert_eq!((turned.norm.mean_deg, turned.fits), (29.6, true));
}

#[test]
fn records_are_sound() {
    for norm in NORMS {
        assert!(norm.ages.0 < norm.ages.1 && !norm.source.is_empty(), "{norm:?}");
        if let Some((low, high)) = norm.interval_deg {
            assert!(low < norm.mean_deg && norm.mean_deg < high, "{norm:?}");
        }
        // Motion is lost with age: no later band of one study exceeds an earlier by much.
        let later = NORMS.iter().filter(|n| {
            (n.joint, n.movement, n.sex, n.source)
                == (norm.joint, norm.movement, norm.sex, norm.source)
                && n.ages.0 > norm.ages.0
        });
        for later in later {
            assert!(later.mean_deg < norm.mean_deg + 5.0, "{norm:?} {later:?}");
        }
    }
}
