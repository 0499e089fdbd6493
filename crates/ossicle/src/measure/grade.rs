//! A grade like Brooker's, from CT.
//!
//! Brooker graded frontal radiographs of the hip. Here the same questions are asked of the
//! volume: islands, spurs and the gap they leave, a bridge.

use ossicle_anatomy::{LabelName, Side};
use ossicle_field::Field;
use ossicle_image::{LabelSet, distance_mm};
use ossicle_joint::grade::{Brooker, HipBone, brooker};
use serde::{Serialize, Serializer};

use super::focus::{least, touches};
use super::mineral::Mineral;
use super::{grown, voxel_ml};

/// Foci further than this from femur or hip bone are not about the hip, mm.
const ABOUT_MM: f32 = 50.0;

/// Smaller foci lie within the error of labels: ml, and voxels.
const LEAST_ML: f64 = 0.1;
const LEAST_VOXELS: usize = 8;

/// The grade of a hip.
#[derive(Clone, Debug, Serialize)]
pub struct SideGrade {
    /// `left` or `right`.
    pub side: &'static str,
    /// Always `Brooker-like, from CT`: it is derived, not read from a radiograph.
    pub scale: &'static str,
    /// The grade.
    #[serde(serialize_with = "by_name")]
    pub grade: Brooker,
    /// Foci that count, by number: those of at least 0.1 ml and 8 voxels within 50 mm of both
    /// bones.
    pub foci: Vec<usize>,
    /// Gap that spurs leave, mm, between centres of voxels; of II and III only.
    pub gap_mm: Option<f64>,
}

/// The grades of the sides asked for, and why others have none.
pub(super) fn grade(
    labels: Option<&LabelSet>,
    side: Option<Side>,
    mineral: &Mineral,
    foci: &[Vec<usize>],
) -> (Vec<SideGrade>, Vec<String>) {
    let expected = "expected labels of a femur and a hip bone of one side";
    let Some(labels) = labels else { return (Vec::new(), vec![format!("no labels; {expected}")]) };
    let (mut grades, mut why_not) = (Vec::new(), Vec::new());
    for side in side.map_or(vec![Side::Left, Side::Right], |side| vec![side]) {
        let [femur, hip] = ["femur", "hip"].map(|base| bone(labels, base, side));
        let Some((femur, hip)) = femur.zip(hip) else { continue };
        let hip = Hip::new(femur, hip);
        let metal_ml = hip.metal_ml(&mineral.metal);
        if metal_ml > 0.0 {
            why_not.push(format!(
                "{}: {metal_ml:.2} ml of metal about the hip, whose streaks pass for bridges",
                side.name()
            ));
        } else {
            grades.push(hip.grade(side, &mineral.mask, foci));
        }
    }
    if grades.is_empty() && why_not.is_empty() {
        let which = side.map_or("either side", Side::name);
        why_not.push(format!("no femur with a hip bone among the labels of {which}; {expected}"));
    }
    (grades, why_not)
}

/// The voxels of a bone of a side, if there are any.
fn bone(labels: &LabelSet, base: &str, side: Side) -> Option<Field<bool>> {
    let is_it = |name: &String| {
        let name = LabelName::parse(name);
        name.base == base && name.side == Some(side)
    };
    let number = labels.names.iter().position(is_it)? + 1;
    let mask = labels.labels.map(|&l| usize::from(l) == number);
    mask.contains(&true).then_some(mask)
}

/// The two bones, and how far every voxel is from them.
struct Hip {
    femur: Field<bool>,
    hip: Field<bool>,
    to_femur: Field<f32>,
    to_hip: Field<f32>,
}

impl Hip {
    fn new(femur: Field<bool>, hip: Field<bool>) -> Self {
        let [to_femur, to_hip] = [&femur, &hip].map(distance_mm);
        Self { femur, hip, to_femur, to_hip }
    }

    /// Metal within reach of both bones, ml.
    fn metal_ml(&self, metal: &Field<bool>) -> f64 {
        let far = self.to_femur.iter().zip(self.to_hip.iter()).map(|(a, b)| a.max(*b));
        let near = metal.iter().zip(far).filter(|(metal, far)| **metal && *far <= ABOUT_MM);
        near.count() as f64 * voxel_ml(metal.grid())
    }

    /// Whether a focus counts.
    fn counts(&self, focus: &[usize]) -> bool {
        focus.len() >= LEAST_VOXELS
            && focus.len() as f64 * voxel_ml(self.femur.grid()) >= LEAST_ML
            && least(&self.to_femur, focus) <= ABOUT_MM
            && least(&self.to_hip, focus) <= ABOUT_MM
    }

    fn grade(&self, side: Side, mineral: &Field<bool>, foci: &[Vec<usize>]) -> SideGrade {
        let grid = mineral.grid();
        let [femur_rim, hip_rim] = [&self.femur, &self.hip].map(grown);
        let about: Vec<usize> = (0..foci.len()).filter(|&f| self.counts(&foci[f])).collect();
        let joined = |rim: &Field<bool>| -> Vec<usize> {
            let is_joined = |f: &usize| touches(grid, mineral, &foci[*f], rim);
            about.iter().copied().filter(is_joined).collect()
        };
        let (on_femur, on_hip) = (joined(&femur_rim), joined(&hip_rim));
        let bridge = on_femur.iter().any(|f| on_hip.contains(f));
        // Each spur against the other bone with the spurs on it.
        let with = |bone: &Field<bool>, spurs: &[usize]| {
            let mut both = bone.clone();
            let voxels: &mut [bool] = &mut both;
            spurs.iter().flat_map(|&f| &foci[f]).for_each(|&n| voxels[n] = true);
            distance_mm(&both)
        };
        let across = |spurs: &[usize], other: &Field<f32>| {
            spurs.iter().map(|&f| least(other, &foci[f])).fold(f32::INFINITY, f32::min)
        };
        let spurred = !(bridge || on_femur.is_empty() && on_hip.is_empty());
        let gap_mm = spurred.then(|| {
            let gap = across(&on_femur, &with(&self.hip, &on_hip))
                .min(across(&on_hip, &with(&self.femur, &on_femur)));
            f64::from(gap)
        });
        let grade = brooker(&HipBone {
            islands: about.len(),
            on_pelvis: !on_hip.is_empty(),
            on_femur: !on_femur.is_empty(),
            bridge,
            gap_mm,
        });
        SideGrade {
            side: side.name(),
            scale: "Brooker-like, from CT",
            grade,
            foci: about.iter().map(|f| f + 1).collect(),
            gap_mm,
        }
    }
}

fn by_name<S: Serializer>(grade: &Brooker, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(grade.name())
}
