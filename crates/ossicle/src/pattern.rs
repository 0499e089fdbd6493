//! Where the bone lies: in which tissue, and how far from the joint line.
//!
//! Ossification after a nerve injury lies in capsule and tissue round the joint, myositis
//! ossificans within the muscle that was hurt.

use std::collections::BTreeMap;

use ossicle_anatomy::Tissue;
use ossicle_field::Field;
use ossicle_image::distance_mm;
use ossicle_lesion::{Problem, State};
use serde::{Deserialize, Serialize};

use crate::readout::LesionHu;

/// Where heterotopic bone lies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// Share of the bone that grew in each tissue class, of those with any.
    pub share_by_tissue: BTreeMap<String, f64>,
    /// Share of each of these classes, within the lesion box, that turned to bone.
    pub ossified_by_tissue: BTreeMap<String, f64>,
    /// Distance of the bone from the nearest articular cartilage, mm: the nearest voxel, the mean
    /// and the furthest. Absent where the box shows no cartilage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint_line_mm: Option<[f64; 3]>,
}

impl Pattern {
    /// The pattern of a state; `None` without bone.
    pub(crate) fn of(problem: &Problem, state: &State, tissue_hu: &[f32]) -> Option<Self> {
        let hu = LesionHu { problem, state, tissue_hu };
        let (grid, tissue) = (*problem.grid(), problem.tissue());
        let bone: Vec<usize> = (0..grid.len()).filter(|c| hu.is_bone(*c)).collect();
        if bone.is_empty() {
            return None;
        }
        let count = |voxels: &mut dyn Iterator<Item = usize>| {
            let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
            voxels.for_each(|c| *counts.entry(tissue[c].name()).or_default() += 1);
            counts
        };
        let grown = count(&mut bone.iter().copied());
        let all = count(&mut (0..grid.len()));
        let over = |whole: &dyn Fn(&str) -> usize| {
            let share = |(name, n): (&&'static str, &usize)| {
                ((*name).to_owned(), *n as f64 / whole(name) as f64)
            };
            grown.iter().map(share).collect()
        };
        let cartilage = tissue.iter().map(|t| *t == Tissue::ArticularCartilage).collect();
        let from = distance_mm(&Field::from_vec(grid, cartilage));
        let far = |c: &usize| f64::from(from[grid.voxel(*c)]);
        let nearest = bone.iter().map(far).fold(f64::INFINITY, f64::min);
        let furthest = bone.iter().map(far).fold(0.0, f64::max);
        let ways: Vec<f64> = bone.iter().map(far).collect();
        let mean = ossicle_field::reduce::sum(&ways) / ways.len() as f64;
        Some(Self {
            share_by_tissue: over(&|_| bone.len()),
            ossified_by_tissue: over(&|name| all[name]),
            joint_line_mm: nearest.is_finite().then_some([nearest, mean, furthest]),
        })
    }

    /// The tissues and their shares of the bone, the largest first.
    #[must_use]
    pub fn largest(&self) -> Vec<(&String, &f64)> {
        let mut shares: Vec<(&String, &f64)> = self.share_by_tissue.iter().collect();
        shares.sort_by(|a, b| b.1.total_cmp(a.1));
        shares
    }
}
