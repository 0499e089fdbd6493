//! Where the lesion lies: what planes are cut through and how much of them is shown.

use ossicle_anatomy::Tissue;
use ossicle_field::{Field, Grid};
use ossicle_image::{sample_nearest, sample_trilinear};

use super::draw::plane::{Plane, View};
use super::source::{Absent, Piece, Source};
use crate::readout::{BONE_HU, VISIBLE_HU};

/// Debris above this on day 0 marks the injury: half of a moderate one.
const INJURED: f64 = 0.5;
/// Around the lesion so much is shown of the skeleton, as a share of its size.
const SURROUNDINGS: f64 = 0.7;
/// A picture shows at least so many voxels of the virtual CT.
const LEAST_VOXELS: f64 = 12.0;

/// Two virtual CTs that the lesion shows in, and where to look.
pub(super) struct Look {
    /// The day of the first virtual CT: the lesion is what came after it.
    pub(super) first_day: u64,
    /// That virtual CT.
    pub(super) first: Field<f32>,
    /// The day of the last one.
    pub(super) last_day: u64,
    /// What the planes are cut through.
    pub(super) target: Target,
    /// Debris on day 0, if it was written: where the injury is.
    pub(super) injury: Option<Field<f32>>,
    /// The tissue of each voxel of the lesion grid, if it was written.
    tissue: Option<Field<Tissue>>,
}

/// What the planes are cut through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Target {
    /// What it is.
    pub(super) kind: TargetKind,
    /// Its centroid, mm: the planes pass through it.
    pub(super) centroid_mm: [f64; 3],
    /// The middle of the box round it, mm: the middle of the pictures.
    pub(super) middle_mm: [f64; 3],
    /// Its largest extent along an axis of the patient, mm.
    pub(super) extent_mm: f64,
}

/// What planes can be cut through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TargetKind {
    /// What the last virtual CT has more than the first, some of it dense as bone.
    Bone,
    /// What it has more, none of it dense as bone.
    Density,
    /// The injury, where no lesion is visible.
    Injury,
    /// The middle of the picture, where not even the injury is known.
    Middle,
}

impl Look {
    /// Looks for the lesion in the virtual CTs of a run.
    pub(super) fn at(source: &Source) -> Piece<Self> {
        let days = &source.record().virtual_ct_days;
        let (Some(&first_day), Some(&last_day)) = (days.first(), days.last()) else {
            return Err(Absent::because("The run has written no virtual CT."));
        };
        let first = source.virtual_ct(first_day)?;
        let last = if last_day > first_day { Some(source.virtual_ct(last_day)?) } else { None };
        if last.as_ref().is_some_and(|last| last.grid() != first.grid()) {
            return Err(Absent {
                why: format!(
                    "The virtual CTs of day {first_day} and day {last_day} lie on different grids."
                ),
                damaged: true,
            });
        }
        let tissue = source.anatomy.as_ref().ok().cloned();
        let injury = source.field("debris", 0).ok();
        let target = last
            .and_then(|last| lesion(&first, &last, tissue.as_ref()))
            .or_else(|| injury.as_ref().and_then(injured))
            .unwrap_or_else(|| middle(first.grid()));
        Ok(Self { first_day, first, last_day, target, injury, tissue })
    }

    /// How far the values of a virtual CT lie above what makes new bone of a place: positive
    /// where the lesion has added [`VISIBLE_HU`] and come above [`BONE_HU`], in soft tissue
    /// that was not as dense before.
    pub(super) fn new_bone(&self, ct: &Field<f32>, place_mm: [f64; 3]) -> f64 {
        let before = sample_trilinear(&self.first, place_mm);
        let now = sample_trilinear(ct, place_mm);
        let (Some(before), Some(now)) = (before, now) else { return f64::NEG_INFINITY };
        if before > BONE_HU || !may_ossify(self.tissue.as_ref(), place_mm) {
            return f64::NEG_INFINITY;
        }
        (now - before - VISIBLE_HU).min(now - BONE_HU)
    }

    /// How far debris of day 0 lies above what marks the injury.
    pub(super) fn injured(&self, place_mm: [f64; 3]) -> f64 {
        let debris = self.injury.as_ref().and_then(|field| sample_trilinear(field, place_mm));
        debris.map_or(f64::NEG_INFINITY, |d| d - INJURED)
    }

    /// A square cut through the target.
    pub(super) fn view(&self, plane: Plane, pixels: usize) -> View {
        let Target { centroid_mm, middle_mm, extent_mm, .. } = self.target;
        let coarsest = self.first.grid().spacing_mm().into_iter().fold(0.0, f64::max);
        let side = (extent_mm * (1.0 + SURROUNDINGS)).max(LEAST_VOXELS * coarsest);
        let mut through = centroid_mm;
        for axis in plane.axes() {
            through[axis] = middle_mm[axis];
        }
        View { plane, middle_mm: through, size_mm: [side; 2], pixels: [pixels; 2] }
    }
}

/// Whether a lesion can grow at a place, as far as the anatomy is known.
fn may_ossify(tissue: Option<&Field<Tissue>>, place_mm: [f64; 3]) -> bool {
    tissue.is_none_or(|tissue| sample_nearest(tissue, place_mm).is_some_and(Tissue::is_soft))
}

/// What the last virtual CT has more than the first, each voxel weighted by how much.
fn lesion(first: &Field<f32>, last: &Field<f32>, tissue: Option<&Field<Tissue>>) -> Option<Target> {
    let grid = first.grid();
    let mut kind = TargetKind::Density;
    let mut voxels = Vec::new();
    for (n, (&before, &now)) in first.iter().zip(last.iter()).enumerate() {
        let (before, now) = (f64::from(before), f64::from(now));
        let place = grid.centre(grid.voxel(n));
        if now - before > VISIBLE_HU && may_ossify(tissue, place) {
            voxels.push((place, now - before));
            if before <= BONE_HU && now > BONE_HU {
                kind = TargetKind::Bone;
            }
        }
    }
    target(kind, voxels, grid)
}

/// The injury, each voxel weighted by its debris.
fn injured(debris: &Field<f32>) -> Option<Target> {
    let grid = debris.grid();
    let places = debris.iter().enumerate().filter_map(|(n, &debris)| {
        let debris = f64::from(debris);
        (debris > INJURED).then(|| (grid.centre(grid.voxel(n)), debris))
    });
    target(TargetKind::Injury, places.collect(), grid)
}

/// The middle of a grid, half of which is shown.
fn middle(grid: &Grid) -> Target {
    let shape = grid.shape();
    let shortest = (0..3).map(|a| shape[a] as f64 * grid.spacing_mm()[a]).fold(f64::MAX, f64::min);
    let middle_mm = grid.middle_mm();
    let extent_mm = 0.5 * shortest;
    Target { kind: TargetKind::Middle, centroid_mm: middle_mm, middle_mm, extent_mm }
}

/// Centroid and extent of weighted voxels; a hundredth of the weight may lie further out on
/// either side, as noise does.
fn target(kind: TargetKind, mut voxels: Vec<([f64; 3], f64)>, grid: &Grid) -> Option<Target> {
    let weight: f64 = voxels.iter().map(|(_, w)| w).sum();
    if weight <= 0.0 {
        return None;
    }
    let mean = |a: usize| voxels.iter().map(|(place, w)| w * place[a]).sum::<f64>() / weight;
    let centroid_mm = [mean(0), mean(1), mean(2)];
    let (mut middle_mm, mut extent_mm) = (centroid_mm, 0.0_f64);
    for a in 0..3 {
        voxels.sort_by(|x, y| x.0[a].total_cmp(&y.0[a]));
        let quantile = |share: f64| {
            let mut passed = 0.0;
            let at = voxels.iter().find(|(_, w)| {
                passed += w;
                passed >= share * weight
            });
            at.map_or(centroid_mm[a], |(place, _)| place[a])
        };
        let (low, high) = (quantile(0.01), quantile(0.99));
        middle_mm[a] = f64::midpoint(low, high);
        extent_mm = extent_mm.max(high - low);
    }
    let coarsest = grid.spacing_mm().into_iter().fold(0.0, f64::max);
    Some(Target { kind, centroid_mm, middle_mm, extent_mm: extent_mm + coarsest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::oblique_grid;

    /// A ball of added HU on a grid of any orientation.
    fn ball(grid: Grid, centre_mm: [f64; 3], radius_mm: f64, added: f32) -> [Field<f32>; 2] {
        let first = Field::filled(grid, 50.0_f32);
        let last = Field::from_fn(grid, |voxel| {
            let c = grid.centre(voxel);
            let squared: f64 = (0..3).map(|a| (c[a] - centre_mm[a]) * (c[a] - centre_mm[a])).sum();
            if squared < radius_mm * radius_mm { 50.0 + added } else { 50.0 }
        });
        [first, last]
    }

    #[test]
    fn a_lesion_is_found_on_an_oblique_grid() {
        let grid = oblique_grid([40, 30, 20]);
        let centre = grid.to_world([22.0, 14.0, 9.0]);
        let [first, last] = ball(grid, centre, 8.0, 500.0);
        let found = lesion(&first, &last, None).unwrap();
        assert_eq!(found.kind, TargetKind::Bone);
        for a in 0..3 {
            assert!((found.centroid_mm[a] - centre[a]).abs() < 0.4, "{found:?}");
            assert!((found.middle_mm[a] - centre[a]).abs() < 1.0, "{found:?}");
        }
        assert!((14.0..20.0).contains(&found.extent_mm), "{found:?}");
    }

    #[test]
    fn what_the_lesion_hardly_adds_or_the_skeleton_loses_is_none() {
        let grid = oblique_grid([20, 20, 20]);
        let [first, last] = ball(grid, grid.middle_mm(), 6.0, 99.0);
        assert_eq!(lesion(&first, &last, None), None);
        let [first, last] = ball(grid, grid.middle_mm(), 6.0, 150.0);
        assert_eq!(lesion(&first, &last, None).unwrap().kind, TargetKind::Density);
        let [first, last] = ball(grid, grid.middle_mm(), 6.0, 500.0);
        let bone = Field::filled(grid, Tissue::CorticalBone);
        assert_eq!(lesion(&first, &last, Some(&bone)), None);
        assert_eq!(lesion(&last, &first, None), None);
        let muscle = Field::filled(grid, Tissue::Muscle);
        assert!(lesion(&first, &last, Some(&muscle)).is_some());
    }

    #[test]
    fn new_bone_is_added_and_dense_and_was_not_there() {
        let grid = Grid::aligned([3, 1, 1], [1.0; 3], [0.0; 3]).unwrap();
        let look = Look {
            first_day: 0,
            first: Field::from_vec(grid, vec![50.0, 200.0, 900.0]),
            last_day: 100,
            target: middle(&grid),
            injury: Some(Field::from_vec(grid, vec![2.0, 0.4, 0.0])),
            tissue: None,
        };
        let now = Field::from_vec(grid, vec![350.0, 290.0, 1400.0]);
        let at = |i: usize| grid.centre([i, 0, 0]);
        assert_eq!(look.new_bone(&now, at(0)), 100.0);
        // 290 HU is bone, but only 90 of it are new.
        assert_eq!(look.new_bone(&now, at(1)), -10.0);
        assert_eq!(look.new_bone(&now, at(2)), f64::NEG_INFINITY);
        assert_eq!(look.new_bone(&now, [99.0; 3]), f64::NEG_INFINITY);
        assert!((look.injured(at(0)) - 1.5).abs() < 1e-6 && look.injured(at(1)) < 0.0);
    }
}
