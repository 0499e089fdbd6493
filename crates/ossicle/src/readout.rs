//! What a run says of the lesion at one instant: the columns of the time series.

use ossicle_field::{Grid, reduce};
use ossicle_lesion::{Problem, Slow, State};
use rayon::prelude::*;

/// HU that one unit of mineral adds to a voxel (see `docs/physics/virtual-ct.md`).
pub const HU_PER_MINERAL: f64 = 1350.0;
/// HU that one unit of cartilage matrix adds.
pub const HU_PER_CARTILAGE: f64 = 40.0;
/// A voxel of the lesion above this counts as bone.
pub const BONE_HU: f64 = 250.0;
/// What the lesion must add to a voxel to be seen: what takes muscle from 50 to 150 HU.
pub const VISIBLE_HU: f64 = 100.0;
/// Density of fully mineralised dense bone in mg hydroxyapatite per mm³.
pub const MINERAL_MG_PER_MM3: f64 = 1.15;

/// One row of the time series.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Readout {
    /// Days since the injury.
    pub day: f64,
    /// Volume above 250 HU, mm³.
    pub bone_volume_mm3: f64,
    /// Hydroxyapatite in the lesion, mg.
    pub mineral_mg: f64,
    /// Bone matrix without mineral, mm³ of dense bone.
    pub osteoid_mm3: f64,
    /// Cartilage matrix, mm³.
    pub cartilage_mm3: f64,
    /// Fibrous collagen, mm³.
    pub fibrous_mm3: f64,
    /// Densest voxel of the lesion, HU.
    pub max_hu: f64,
    /// Mineral over all matrix, 0 to 1.
    pub maturity: f64,
    /// Mean HU gradient at the surface of the bone, HU/mm: a cortical shell is steep.
    pub surface_gradient_hu_per_mm: f64,
    /// Mineral laid down per day weighted by perfusion, mm³/day: what a bone scan follows.
    pub tracer_uptake_mm3_per_day: f64,
    /// Serum alkaline phosphatase, relative to normal.
    pub alp_rel: f64,
    /// Swelling, 0 to 1.
    pub swelling: f64,
    /// Pain, 0 to 10: the model's pain scaled by four.
    pub pain: f64,
    /// Motion lost to contracture, degrees.
    pub contracture_deg: f64,
    /// Range of motion left, degrees; flexion stands for all movements.
    pub free_range_deg: f64,
    /// Debris, in 1e6 necrotic cells.
    pub debris_1e6_cells: f64,
    /// Inflammatory macrophages, 1e6 cells.
    pub inflammatory_macrophages_1e6: f64,
    /// Progenitors, those resident in healthy tissue included, 1e6 cells.
    pub progenitors_1e6: f64,
    /// Chondrocytes, hypertrophic ones included, 1e6 cells.
    pub chondrocytes_1e6: f64,
    /// Osteoblasts, 1e6 cells.
    pub osteoblasts_1e6: f64,
    /// Flexion that is left, degrees from neutral. As every movement: `None` where the joint does
    /// not make it, or its bones have not told it.
    pub flexion_deg: Option<f64>,
    /// Extension that is left, degrees.
    pub extension_deg: Option<f64>,
    /// Abduction that is left, degrees.
    pub abduction_deg: Option<f64>,
    /// Adduction that is left, degrees.
    pub adduction_deg: Option<f64>,
    /// Internal rotation that is left, degrees.
    pub internal_rotation_deg: Option<f64>,
    /// External rotation that is left, degrees.
    pub external_rotation_deg: Option<f64>,
    /// Pronation that is left, degrees.
    pub pronation_deg: Option<f64>,
    /// Supination that is left, degrees.
    pub supination_deg: Option<f64>,
}

/// A column of the time series.
pub struct Column {
    /// Its name, which ends in its unit where it has one.
    pub name: &'static str,
    /// Its unit; `1` for a pure number.
    pub unit: &'static str,
    /// What it means.
    pub meaning: &'static str,
    get: fn(&Readout) -> f64,
    set: fn(&mut Readout, f64),
}

macro_rules! columns {
    ($($field:ident $unit:literal $meaning:literal;)*) => {
        /// The columns of every run, in the order of the files.
        pub const COLUMNS: &[Column] = &[$(Column {
            name: stringify!($field), unit: $unit, meaning: $meaning,
            get: |r| r.$field, set: |r, v| r.$field = v,
        },)*];
    };
}

columns! {
    day "d" "days since the injury";
    bone_volume_mm3 "mm3" "volume of the lesion above 250 HU";
    mineral_mg "mg" "hydroxyapatite in the lesion";
    osteoid_mm3 "mm3" "bone matrix without mineral, as dense bone";
    cartilage_mm3 "mm3" "cartilage matrix";
    fibrous_mm3 "mm3" "fibrous collagen";
    max_hu "HU" "densest voxel of the lesion";
    maturity "1" "mineral over all bone and cartilage matrix";
    surface_gradient_hu_per_mm "HU/mm" "mean gradient at the surface of the bone";
    tracer_uptake_mm3_per_day "mm3/d" "mineral laid down, weighted by perfusion: what a bone scan follows";
    alp_rel "1" "serum alkaline phosphatase relative to normal";
    swelling "1" "swelling, 0 to 1";
    pain "1" "pain, 0 to 10";
    contracture_deg "deg" "motion lost to contracture";
    free_range_deg "deg" "range of motion left, flexion standing for all";
    debris_1e6_cells "1e6 cells" "necrotic cells not yet cleared";
    inflammatory_macrophages_1e6 "1e6 cells" "inflammatory macrophages";
    progenitors_1e6 "1e6 cells" "progenitors in the box";
    chondrocytes_1e6 "1e6 cells" "chondrocytes, hypertrophic ones included";
    osteoblasts_1e6 "1e6 cells" "osteoblasts";
}

macro_rules! movements {
    ($($field:ident $movement:literal;)*) => {
        /// A column for each movement, after those of every run where the bones of the joint tell
        /// how far it goes. A cell without a value is not a number here, and empty in files.
        pub const MOVEMENTS: &[Column] = &[$(Column {
            name: stringify!($field), unit: "deg",
            meaning: concat!(
                $movement,
                " that is left: bone at the last look, contracture and swelling of the day",
            ),
            get: |r| r.$field.unwrap_or(f64::NAN),
            set: |r, v| r.$field = (!v.is_nan()).then_some(v),
        },)*];
    };
}

movements! {
    flexion_deg "flexion";
    extension_deg "extension";
    abduction_deg "abduction";
    adduction_deg "adduction";
    internal_rotation_deg "internal rotation";
    external_rotation_deg "external rotation";
    pronation_deg "pronation";
    supination_deg "supination";
}

/// The columns of a run whose joint makes those movements; none where bones do not tell.
#[must_use]
pub fn columns(movements: &[&str]) -> Vec<&'static Column> {
    let made = |c: &&Column| movements.iter().any(|movement| c.is_of(movement));
    COLUMNS.iter().chain(MOVEMENTS.iter().filter(made)).collect()
}

impl Column {
    /// Whether it tells how far a movement goes.
    fn is_of(&self, movement: &str) -> bool {
        self.name.strip_suffix("_deg") == Some(movement)
    }

    /// The column of a movement.
    #[must_use]
    pub fn of_movement(movement: &str) -> Option<&'static Self> {
        MOVEMENTS.iter().find(|c| c.is_of(movement))
    }

    /// Whether a cell of it may be without a value.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        MOVEMENTS.iter().any(|c| c.name == self.name)
    }

    /// Its value in a row.
    #[must_use]
    pub fn of(&self, row: &Readout) -> f64 {
        (self.get)(row)
    }

    /// Puts a value into a row.
    pub fn put(&self, row: &mut Readout, value: f64) {
        (self.set)(row, value);
    }

    /// The column of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        COLUMNS.iter().find(|c| c.name == name)
    }
}

/// Debris of one model unit, in 1e6 necrotic cells per mL.
const DEBRIS_1E6_PER_ML: f64 = 50.0;
/// Scale of pain on the clinic's 0 to 10.
const PAIN_SCALE: f64 = 4.0;

impl Readout {
    /// Reads a state out, but for the movements. `tissue_hu` holds the HU of the tissue without
    /// the lesion.
    #[must_use]
    pub fn of(problem: &Problem, state: &State, tissue_hu: &[f32]) -> Self {
        let grid = problem.grid();
        let voxel_mm3 = grid.voxel_volume_mm3();
        let voxel_ml = voxel_mm3 / 1000.0;
        let total = |field: Slow| reduce::sum(state.field(field));
        let [q, o1, u, y] =
            [Slow::CartilageMatrix, Slow::ImmatureOsteoid, Slow::MatureOsteoid, Slow::Mineral]
                .map(total);
        let matrix = q + o1 + u + y;
        let hu = LesionHu { problem, state, tissue_hu };
        let joint = &problem.model().joint_model();
        let averages = &state.averages;
        Self {
            day: state.day,
            bone_volume_mm3: voxel_mm3
                * reduce::sum_of(grid.len(), |c| f64::from(u8::from(hu.is_bone(c)))),
            mineral_mg: MINERAL_MG_PER_MM3 * voxel_mm3 * y,
            osteoid_mm3: voxel_mm3 * (o1 + u),
            cartilage_mm3: voxel_mm3 * q,
            fibrous_mm3: voxel_mm3 * total(Slow::FibrousCollagen),
            max_hu: reduce::largest_of(grid.len(), |c| {
                if hu.can_be_bone(c) { hu.at(c) } else { f64::NEG_INFINITY }
            }),
            maturity: if matrix > 0.0 { y / matrix } else { 0.0 },
            surface_gradient_hu_per_mm: hu.surface_gradient(grid),
            tracer_uptake_mm3_per_day: state.uptake_mm3_per_day,
            alp_rel: state.joint.alp_rel,
            swelling: state.joint.swelling,
            pain: (PAIN_SCALE * joint.pain(&state.joint, averages)).min(10.0),
            contracture_deg: state.joint.contracture_deg(),
            free_range_deg: joint.free_deg(&state.joint, averages.mineral_share, problem.rom_deg()),
            debris_1e6_cells: DEBRIS_1E6_PER_ML * voxel_ml * total(Slow::Debris),
            inflammatory_macrophages_1e6: voxel_ml * total(Slow::InflammatoryMacrophages),
            progenitors_1e6: voxel_ml * total(Slow::Progenitors),
            chondrocytes_1e6: voxel_ml * (total(Slow::Chondrocytes) + total(Slow::Hypertrophic)),
            osteoblasts_1e6: voxel_ml * total(Slow::Osteoblasts),
            ..Self::default()
        }
    }

    /// The row between two others, linearly, at a day between theirs.
    #[must_use]
    pub fn between(before: &Self, after: &Self, day: f64) -> Self {
        let share = (day - before.day) / (after.day - before.day);
        let mut row = Self::default();
        for column in COLUMNS.iter().chain(MOVEMENTS) {
            let (a, b) = (column.of(before), column.of(after));
            column.put(&mut row, a + share * (b - a));
        }
        row.day = day;
        row
    }
}

/// HU of the lesion's voxels.
pub(crate) struct LesionHu<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) state: &'a State,
    /// That of the tissue without the lesion.
    pub(crate) tissue_hu: &'a [f32],
}

impl LesionHu<'_> {
    /// What the lesion adds to a voxel.
    fn added(&self, c: usize) -> f64 {
        added_hu(self.state, c)
    }

    fn at(&self, c: usize) -> f64 {
        f64::from(self.tissue_hu[c]) + self.added(c)
    }

    /// Soft tissue that was not as dense as bone from the start (contrast, old calcification).
    fn can_be_bone(&self, c: usize) -> bool {
        self.problem.tissue()[c].is_soft() && f64::from(self.tissue_hu[c]) <= BONE_HU
    }

    /// Whether a voxel is bone of the lesion.
    pub(crate) fn is_bone(&self, c: usize) -> bool {
        self.can_be_bone(c) && self.added(c) > VISIBLE_HU && self.at(c) > BONE_HU
    }

    /// Mean HU gradient over bone voxels with a soft neighbour that is not bone.
    fn surface_gradient(&self, grid: &Grid) -> f64 {
        let (shape, strides, spacing) = (grid.shape(), grid.strides(), grid.spacing_mm());
        let found: Vec<(f64, f64)> = (0..shape[2])
            .into_par_iter()
            .map(|k| {
                let (mut sum, mut count) = (0.0, 0.0);
                for c in k * strides[2]..(k + 1) * strides[2] {
                    if !self.is_bone(c) {
                        continue;
                    }
                    let voxel = grid.voxel(c);
                    let (mut squared, mut open) = (0.0, false);
                    for a in 0..3 {
                        let neighbour = |up: bool| {
                            let inside = if up { voxel[a] + 1 < shape[a] } else { voxel[a] > 0 };
                            let n = if up { c + strides[a] } else { c.wrapping_sub(strides[a]) };
                            (inside && self.can_be_bone(n)).then_some(n)
                        };
                        let (low, high) = (neighbour(false), neighbour(true));
                        open |= [low, high].into_iter().flatten().any(|n| !self.is_bone(n));
                        let from = low.map_or(self.at(c), |n| self.at(n));
                        let to = high.map_or(self.at(c), |n| self.at(n));
                        let steps = f64::from(u8::from(low.is_some()) + u8::from(high.is_some()));
                        if steps > 0.0 {
                            let slope = (to - from) / (steps * spacing[a]);
                            squared += slope * slope;
                        }
                    }
                    if open {
                        sum += squared.sqrt();
                        count += 1.0;
                    }
                }
                (sum, count)
            })
            .collect();
        let (sum, count) = found.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        if count > 0.0 { sum / count } else { 0.0 }
    }
}

/// HU that the lesion adds to a voxel: the mixing rule of the virtual CT.
#[must_use]
pub fn added_hu(state: &State, voxel: usize) -> f64 {
    HU_PER_MINERAL * state.field(Slow::Mineral)[voxel]
        + HU_PER_CARTILAGE * state.field(Slow::CartilageMatrix)[voxel]
}

/// The figures that sum a run up.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// Bone volume at the end, mm³.
    pub bone_volume_mm3: f64,
    /// Mineral at the end, mg.
    pub mineral_mg: f64,
    /// First day on which the lesion adds 100 HU to a voxel: visible on CT.
    pub first_visible_day: Option<f64>,
    /// First day with bone (above 250 HU).
    pub first_bone_day: Option<f64>,
    /// First day on which bone volume is within 5 % of its largest.
    pub plateau_day: Option<f64>,
    /// Highest serum alkaline phosphatase, relative to normal.
    pub alp_peak_rel: f64,
    /// Its day.
    pub alp_peak_day: f64,
    /// Most motion lost to contracture, degrees.
    pub contracture_max_deg: f64,
    /// Densest voxel at the end, HU.
    pub max_hu: f64,
    /// Mineral over all matrix at the end.
    pub maturity: f64,
}

impl Summary {
    /// Sums daily rows up; `None` without a row. `first_visible_day` is found by the caller,
    /// who sees every step.
    #[must_use]
    pub fn of(rows: &[Readout], first_visible_day: Option<f64>) -> Option<Self> {
        let (first, last) = (rows.first()?, rows.last()?);
        let largest = rows.iter().map(|r| r.bone_volume_mm3).fold(0.0, f64::max);
        let day_of =
            |wanted: &dyn Fn(&Readout) -> bool| rows.iter().find(|r| wanted(r)).map(|r| r.day);
        let peak =
            rows.iter().fold(first, |peak, r| if r.alp_rel > peak.alp_rel { r } else { peak });
        Some(Self {
            bone_volume_mm3: last.bone_volume_mm3,
            mineral_mg: last.mineral_mg,
            first_visible_day,
            first_bone_day: day_of(&|r| r.bone_volume_mm3 > 0.0),
            plateau_day: if largest > 0.0 {
                day_of(&|r| r.bone_volume_mm3 >= 0.95 * largest)
            } else {
                None
            },
            alp_peak_rel: peak.alp_rel,
            alp_peak_day: peak.day,
            contracture_max_deg: rows.iter().map(|r| r.contracture_deg).fold(0.0, f64::max),
            max_hu: last.max_hu,
            maturity: last.maturity,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn movements_have_columns_after_those_of_every_run() {
        let names = |movements: &[&str]| -> Vec<&str> {
            columns(movements)[COLUMNS.len()..].iter().map(|c| c.name).collect()
        };
        assert_eq!(names(&[]), [""; 0]);
        assert_eq!(names(&["supination", "flexion"]), ["flexion_deg", "supination_deg"]);
        for kind in [ossicle_anatomy::JointKind::Hip, ossicle_anatomy::JointKind::Elbow] {
            for movement in kind.normal_range_degrees().keys() {
                let column = Column::of_movement(movement);
                assert!(column.is_some_and(Column::is_optional), "{movement}");
            }
        }
        assert!(COLUMNS.iter().all(|c| !c.is_optional()));
        assert!(Column::of_movement("free_range").is_none());
    }

    #[test]
    fn a_movement_lies_between_two_looks_and_nowhere_before_the_first() {
        let row = |day: f64, flexion_deg| Readout { day, flexion_deg, ..Readout::default() };
        let between = |a, b| Readout::between(&row(10.0, a), &row(12.0, b), 11.0).flexion_deg;
        assert_eq!(between(Some(100.0), Some(90.0)), Some(95.0));
        assert_eq!(between(None, Some(90.0)), None);
    }
}
