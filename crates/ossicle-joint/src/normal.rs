//! Normal ranges of motion by movement, age and sex.
//!
//! Degrees from the neutral position, by goniometer. Soucie and others measured hip flexion and
//! extension and the elbow in 674 people of both sexes; the hip's other movements come from men
//! (Boone and Azen; Roaas and Andersson) and from a smaller group of adults (Kouyoumdjian and
//! others). What the American Academy of Orthopaedic Surgeons teaches, for no one in particular,
//! is in [`JointKind::normal_range_degrees`]. Every record says how its figure was checked.

use ossicle_anatomy::JointKind::{self, Elbow, Hip};

use crate::record::Checked::{self, InSource, No, Quoted};

/// Sex, as norms are told by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// One norm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Norm {
    /// The joint.
    pub joint: JointKind,
    /// The movement, as in [`JointKind::normal_range_degrees`].
    pub movement: &'static str,
    /// In whom it was measured; `None` where both, or it is not said.
    pub sex: Option<Sex>,
    /// From this age in years up to, not including, that.
    pub ages: (f64, f64),
    /// Mean, degrees.
    pub mean_deg: f64,
    /// 95 % confidence interval of the mean, degrees, where it is known.
    pub interval_deg: Option<(f64, f64)>,
    /// Whether the limb was moved by the examiner, or by the subject.
    pub passive: bool,
    /// Where it comes from.
    pub source: &'static str,
    /// How it was checked.
    pub checked: Checked,
}

/// A study.
struct Study {
    source: &'static str,
    passive: bool,
}

const SOUCIE: Study = Study {
    source: "Soucie et al. 2011, Haemophilia 17:500 (CDC Joint Range of Motion Study)",
    passive: true,
};
const BOONE: Study =
    Study { source: "Boone & Azen 1979, J Bone Joint Surg Am 61:756", passive: false };
const ROAAS: Study =
    Study { source: "Roaas & Andersson 1982, Acta Orthop Scand 53:205", passive: true };
/// Lying on the back, hip straight; the abstract was read.
const KOUYOUMDJIAN: Study =
    Study { source: "Kouyoumdjian et al. 2012, Orthop Traumatol Surg Res 98:17", passive: true };

/// Soucie's age groups, years.
const AGES: [(f64, f64); 4] = [(2.0, 9.0), (9.0, 20.0), (20.0, 45.0), (45.0, 70.0)];

const F: Option<Sex> = Some(Sex::Female);
const M: Option<Sex> = Some(Sex::Male);

#[expect(clippy::too_many_arguments, reason = "one line of a table")]
const fn norm(
    joint: JointKind,
    movement: &'static str,
    sex: Option<Sex>,
    ages: (f64, f64),
    mean_deg: f64,
    interval_deg: Option<(f64, f64)>,
    study: &Study,
    checked: Checked,
) -> Norm {
    let &Study { source, passive } = study;
    Norm { joint, movement, sex, ages, mean_deg, interval_deg, passive, source, checked }
}

/// All norms; where several fit, the first is taken.
#[rustfmt::skip]
pub const NORMS: &[Norm] = &[
    norm(Hip, "flexion", F, AGES[0], 140.8, Some((139.2, 142.4)), &SOUCIE, InSource),
    norm(Hip, "flexion", M, AGES[0], 131.1, Some((129.4, 132.8)), &SOUCIE, InSource),
    norm(Hip, "flexion", F, AGES[1], 134.9, None, &SOUCIE, No),
    norm(Hip, "flexion", M, AGES[1], 135.2, None, &SOUCIE, No),
    norm(Hip, "flexion", F, AGES[2], 133.8, None, &SOUCIE, No),
    norm(Hip, "flexion", M, AGES[2], 130.4, None, &SOUCIE, No),
    norm(Hip, "flexion", F, AGES[3], 130.8, Some((129.2, 132.4)), &SOUCIE, Quoted),
    norm(Hip, "flexion", M, AGES[3], 127.2, Some((125.7, 128.7)), &SOUCIE, Quoted),
    norm(Hip, "extension", F, AGES[0], 26.2, Some((23.9, 28.5)), &SOUCIE, InSource),
    norm(Hip, "extension", M, AGES[0], 28.3, Some((27.2, 29.4)), &SOUCIE, InSource),
    norm(Hip, "extension", F, AGES[1], 20.5, None, &SOUCIE, No),
    norm(Hip, "extension", M, AGES[1], 18.2, None, &SOUCIE, No),
    norm(Hip, "extension", F, AGES[2], 18.1, None, &SOUCIE, No),
    norm(Hip, "extension", M, AGES[2], 17.4, None, &SOUCIE, No),
    norm(Hip, "extension", F, AGES[3], 16.7, None, &SOUCIE, Quoted),
    norm(Hip, "extension", M, AGES[3], 13.5, None, &SOUCIE, Quoted),
    norm(Elbow, "flexion", F, AGES[0], 152.9, None, &SOUCIE, No),
    norm(Elbow, "flexion", M, AGES[0], 151.4, None, &SOUCIE, No),
    norm(Elbow, "flexion", F, AGES[1], 149.7, None, &SOUCIE, No),
    norm(Elbow, "flexion", M, AGES[1], 148.3, None, &SOUCIE, No),
    norm(Elbow, "flexion", F, AGES[2], 150.0, None, &SOUCIE, Quoted),
    norm(Elbow, "flexion", M, AGES[2], 144.6, None, &SOUCIE, Quoted),
    norm(Elbow, "flexion", F, AGES[3], 148.3, Some((147.3, 149.3)), &SOUCIE, Quoted),
    norm(Elbow, "flexion", M, AGES[3], 143.5, Some((142.3, 144.7)), &SOUCIE, Quoted),
    norm(Elbow, "extension", F, AGES[0], 6.8, None, &SOUCIE, No),
    norm(Elbow, "extension", M, AGES[0], 2.2, None, &SOUCIE, No),
    norm(Elbow, "extension", F, AGES[1], 6.4, None, &SOUCIE, No),
    norm(Elbow, "extension", M, AGES[1], 5.3, None, &SOUCIE, No),
    norm(Elbow, "extension", F, AGES[2], 4.7, None, &SOUCIE, No),
    norm(Elbow, "extension", M, AGES[2], 0.8, None, &SOUCIE, No),
    norm(Elbow, "extension", F, AGES[3], 3.6, Some((2.6, 4.6)), &SOUCIE, Quoted),
    norm(Elbow, "extension", M, AGES[3], -0.7, Some((-1.5, 0.1)), &SOUCIE, Quoted),
    norm(Elbow, "pronation", F, AGES[0], 84.6, None, &SOUCIE, No),
    norm(Elbow, "pronation", M, AGES[0], 79.6, None, &SOUCIE, No),
    norm(Elbow, "pronation", F, AGES[1], 81.2, None, &SOUCIE, No),
    norm(Elbow, "pronation", M, AGES[1], 79.8, None, &SOUCIE, No),
    norm(Elbow, "pronation", F, AGES[2], 82.0, None, &SOUCIE, Quoted),
    norm(Elbow, "pronation", M, AGES[2], 76.9, None, &SOUCIE, Quoted),
    norm(Elbow, "pronation", F, AGES[3], 80.8, Some((79.7, 81.9)), &SOUCIE, Quoted),
    norm(Elbow, "pronation", M, AGES[3], 77.7, Some((76.5, 78.9)), &SOUCIE, Quoted),
    norm(Elbow, "supination", F, AGES[0], 93.7, None, &SOUCIE, No),
    norm(Elbow, "supination", M, AGES[0], 86.4, None, &SOUCIE, No),
    norm(Elbow, "supination", F, AGES[1], 90.0, None, &SOUCIE, No),
    norm(Elbow, "supination", M, AGES[1], 87.8, None, &SOUCIE, No),
    norm(Elbow, "supination", F, AGES[2], 90.6, None, &SOUCIE, Quoted),
    norm(Elbow, "supination", M, AGES[2], 85.0, None, &SOUCIE, Quoted),
    norm(Elbow, "supination", F, AGES[3], 87.2, Some((86.0, 88.4)), &SOUCIE, Quoted),
    norm(Elbow, "supination", M, AGES[3], 82.4, Some((80.9, 83.9)), &SOUCIE, Quoted),
    norm(Hip, "abduction", M, (1.0, 20.0), 51.7, None, &BOONE, No),
    norm(Hip, "abduction", M, (20.0, 55.0), 40.5, None, &BOONE, No),
    norm(Hip, "adduction", M, (1.0, 20.0), 28.3, None, &BOONE, No),
    norm(Hip, "adduction", M, (20.0, 55.0), 25.6, None, &BOONE, No),
    norm(Hip, "internal_rotation", M, (1.0, 20.0), 50.3, None, &BOONE, No),
    norm(Hip, "internal_rotation", M, (20.0, 55.0), 44.4, None, &BOONE, No),
    norm(Hip, "external_rotation", M, (1.0, 20.0), 50.5, None, &BOONE, No),
    norm(Hip, "external_rotation", M, (20.0, 55.0), 44.2, None, &BOONE, No),
    norm(Hip, "flexion", M, (30.0, 41.0), 120.3, None, &ROAAS, No),
    norm(Hip, "extension", M, (30.0, 41.0), 9.4, None, &ROAAS, No),
    norm(Hip, "abduction", M, (30.0, 41.0), 38.8, None, &ROAAS, No),
    norm(Hip, "adduction", M, (30.0, 41.0), 30.5, None, &ROAAS, No),
    norm(Hip, "internal_rotation", M, (30.0, 41.0), 32.6, None, &ROAAS, No),
    norm(Hip, "external_rotation", M, (30.0, 41.0), 33.6, None, &ROAAS, No),
    norm(Hip, "internal_rotation", None, (20.0, 61.0), 29.6, None, &KOUYOUMDJIAN, InSource),
    norm(Hip, "external_rotation", None, (20.0, 61.0), 38.5, None, &KOUYOUMDJIAN, InSource),
];

/// The norm for someone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    /// The norm.
    pub norm: &'static Norm,
    /// Whether people of that sex and age were measured; if not, it is the norm of the nearest
    /// age, of the same sex if there is one.
    pub fits: bool,
}

/// The norm of a movement for an age in years and a sex; `None` for a movement that has none.
#[must_use]
pub fn normal(joint: JointKind, movement: &str, age_years: f64, sex: Sex) -> Option<Normal> {
    let misfit = |norm: &Norm| {
        let other_sex = norm.sex.is_some_and(|s| s != sex);
        let (from, to) = norm.ages;
        let years = (from - age_years).max(age_years - to).max(0.0);
        // The upper bound itself is of the next group.
        let off = years > 0.0 || age_years >= to;
        (other_sex, years, other_sex || off)
    };
    let order = |a: &Norm, b: &Norm| {
        let (a, b) = (misfit(a), misfit(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2))
    };
    let asked = NORMS.iter().filter(|n| n.joint == joint && n.movement == movement);
    let norm = asked.min_by(|a, b| order(a, b))?;
    Some(Normal { norm, fits: !misfit(norm).2 })
}
