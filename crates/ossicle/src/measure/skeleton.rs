//! The skeleton, which is left out.

use std::path::Path;

use ossicle_anatomy::{LabelMeaning, LabelName};
use ossicle_field::Field;
use ossicle_image::{Connectivity, LabelSet, label_components};

use super::{MeasureError, REACH_MM, grown, voxel_ml};

/// Without labels, a piece of mineral larger than this is skeleton, ml.
const LARGE_BONE_ML: f64 = 20.0;

/// Bones, and what is left out for their sake.
pub(super) struct Skeleton {
    /// Voxels that do not count.
    pub(super) left_out: Field<bool>,
    /// Bone itself; `None` where there is none.
    pub(super) bone: Option<Field<bool>>,
    /// Whether a rim round the bone is left out, too.
    pub(super) has_rim: bool,
    /// What was left out.
    pub(super) words: String,
    /// What may mislead.
    pub(super) notes: Vec<String>,
}

impl Skeleton {
    /// Labelled bones and what is within reach of them.
    pub(super) fn labelled(
        labels: &LabelSet,
        mineral: &Field<bool>,
        path: &Path,
    ) -> Result<Self, MeasureError> {
        let meaning = |name: &String| LabelName::parse(name).meaning();
        let is_bone: Vec<bool> =
            labels.names.iter().map(|n| meaning(n) == Some(LabelMeaning::Bone)).collect();
        let bone = labels.labels.map(|&l| l > 0 && is_bone[usize::from(l) - 1]);
        if !bone.contains(&true) {
            let found = labels.names.join(", ");
            return Err(MeasureError::NoBoneLabel { path: path.to_owned(), found });
        }
        let mut notes = Vec::new();
        let unknown: Vec<&str> = labels
            .names
            .iter()
            .filter(|name| meaning(name).is_none())
            .map(String::as_str)
            .collect();
        if !unknown.is_empty() {
            notes.push(format!(
                "labels of unknown names count as soft tissue: {}",
                unknown.join(", ")
            ));
        }
        // Bones that nobody labelled would pass for foci.
        let left_out = grown(&bone);
        let rest = mineral.iter().zip(left_out.iter()).map(|(&m, &out)| m && !out).collect();
        let rest = label_components(&Field::from_vec(*bone.grid(), rest), Connectivity::Faces);
        let ml = |size: usize| size as f64 * voxel_ml(bone.grid());
        let large = rest.sizes.iter().filter(|&&size| ml(size) > LARGE_BONE_ML).count();
        if large > 0 {
            notes.push(format!(
                "pieces of more than {LARGE_BONE_ML} ml outside the labelled bones: {large}; bones \
                 without a label count as foci"
            ));
        }
        let count = is_bone.iter().filter(|b| **b).count();
        let words =
            format!("{count} labelled bones and {REACH_MM} mm round them (at least a voxel)");
        Ok(Self { left_out, bone: Some(bone), has_rim: true, words, notes })
    }

    /// Pieces of mineral that are too large for anything else.
    pub(super) fn by_size(mineral: &Field<bool>) -> Self {
        let parts = label_components(mineral, Connectivity::Faces);
        let ml = |size: usize| size as f64 * voxel_ml(mineral.grid());
        let large = parts.sizes.iter().take_while(|&&size| ml(size) > LARGE_BONE_ML);
        let (count, volume_ml) = large.fold((0, 0.0), |(n, sum), &size| (n + 1, sum + ml(size)));
        let left_out = parts.labels.map(|&l| l > 0 && l as usize <= count);
        let words = match count {
            0 => format!("nothing: no piece of mineral is larger than {LARGE_BONE_ML} ml"),
            1 => format!("1 piece of mineral larger than {LARGE_BONE_ML} ml ({volume_ml:.1} ml)"),
            _ => format!(
                "{count} pieces of mineral larger than {LARGE_BONE_ML} ml ({volume_ml:.1} ml)"
            ),
        };
        let notes = vec![format!(
            "without labels the skeleton is told by size: small or cut bones count as foci, and \
             ectopic bone that is joined to a bone or larger than {LARGE_BONE_ML} ml does not"
        )];
        let bone = (count > 0).then(|| left_out.clone());
        Self { left_out, bone, has_rim: false, words, notes }
    }
}
