//! Means of the fields by depth.

use ossicle_field::Field;

use super::depth::{depth_mm, filled};
use crate::report::draw::palette::{
    BONE, CARTILAGE, INFLAMMATION, Ink, OSTEOID, PERFUSION, PLAIN, PROGENITORS,
};
use crate::report::source::{Absent, Piece, Source};

/// Matrix above this share of a voxel makes it a part of the lesion.
pub(super) const LEAST_MATRIX: f64 = 0.05;
/// Layers shown outside the lesion.
const LAYERS_OUTSIDE: i64 = 3;
/// Voxels that a layer needs for a mean.
const LEAST_VOXELS: usize = 8;
/// Layers that a lesion needs for a profile.
const LEAST_LAYERS: usize = 3;

/// What a profile follows from the rim to the centre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quantity {
    /// Its name.
    pub(super) name: &'static str,
    /// The fields it is the sum of; those that were not written are left out.
    pub(super) fields: &'static [&'static str],
    /// How it is drawn.
    pub(super) ink: Ink,
    /// Its factor and unit.
    pub(super) unit: (f64, &'static str),
    /// Whether it is solid: the volume fractions of all matrices add up.
    pub(super) is_matrix: bool,
}

const fn cells(name: &'static str, fields: &'static [&'static str], ink: Ink) -> Quantity {
    Quantity { name, fields, ink, unit: (1.0, "million/mL"), is_matrix: false }
}

const fn matrix(name: &'static str, fields: &'static [&'static str], ink: Ink) -> Quantity {
    Quantity { name, fields, ink, unit: (100.0, "% of volume"), is_matrix: true }
}

/// Everything a profile can follow, in the order in which it comes and goes.
pub(super) const QUANTITIES: [Quantity; 11] = [
    Quantity {
        name: "Debris",
        fields: &["debris"],
        ink: PLAIN,
        unit: (50.0, "million cells/mL"),
        is_matrix: false,
    },
    cells("Macrophages", &["inflammatory_macrophages", "reparative_macrophages"], INFLAMMATION),
    cells("Progenitors", &["progenitors"], PROGENITORS),
    matrix("Fibrous tissue", &["fibrous_collagen"], PROGENITORS),
    cells("Chondrocytes", &["chondrocytes", "hypertrophic_chondrocytes"], CARTILAGE),
    matrix("Cartilage", &["cartilage_matrix"], CARTILAGE),
    cells("Osteoblasts", &["osteoblasts"], OSTEOID),
    matrix("Osteoid", &["immature_osteoid", "mature_osteoid"], OSTEOID),
    matrix("Mineralised bone", &["mineral"], BONE),
    Quantity {
        name: "Capillaries",
        fields: &["capillaries"],
        ink: PERFUSION,
        unit: (100.0, "% of resting muscle"),
        is_matrix: false,
    },
    Quantity {
        name: "Oxygen",
        fields: &["oxygen"],
        ink: PERFUSION,
        unit: (45.0, "mmHg"),
        is_matrix: false,
    },
];

/// Means by depth on several days.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Profiles {
    /// Thickness of a layer, mm.
    pub(super) layer_mm: f64,
    /// Depth of the middle of each layer below the lesion's surface, mm; negative outside.
    pub(super) depths_mm: Vec<f64>,
    /// The days.
    pub(super) days: Vec<u64>,
    /// What is followed: only what was written.
    pub(super) quantities: Vec<Quantity>,
    /// Fields of matrix that were not written.
    pub(super) missing: Vec<&'static str>,
    /// Means by quantity, day and layer, in field units; NaN in layers of too few voxels.
    pub(super) means: Vec<Vec<Vec<f64>>>,
}

impl Profiles {
    /// The profiles of a run on the given days.
    pub(super) fn of(source: &Source, days: &[u64]) -> Piece<Self> {
        let fields = source.fields.as_ref().map_err(Absent::clone)?;
        let tissue = source.anatomy.as_ref().map_err(Absent::clone)?;
        if tissue.grid().shape() != fields.grid().shape() {
            return Err(Absent {
                why: "The fields and the anatomy lie on different grids.".to_owned(),
                damaged: true,
            });
        }
        let written = |name: &&str| fields.channels().iter().any(|c| c.name == **name);
        let quantities: Vec<Quantity> =
            QUANTITIES.into_iter().filter(|q| q.fields.iter().any(&written)).collect();
        if !quantities.iter().any(|q| q.is_matrix) {
            return Err(Absent::because(
                "The run has written no field of matrix (cartilage_matrix, immature_osteoid, \
                 mineral), by which the lesion would be told from its surroundings.",
            ));
        }
        let total = |quantity: &Quantity, day: u64| -> Piece<Vec<f64>> {
            let mut sum = vec![0.0; tissue.len()];
            for name in quantity.fields.iter().filter(|f| written(f)) {
                let field = source.field(name, day)?;
                sum.iter_mut().zip(field.iter()).for_each(|(s, v)| *s += f64::from(*v));
            }
            Ok(sum)
        };
        // The lesion is all that has been matrix on one of the days, so that a depth is the
        // same place on all of them. Fibrous tissue alone is a scar.
        let solid = |q: &&Quantity| q.is_matrix && q.name != "Fibrous tissue";
        let mut matrix = vec![0.0_f64; tissue.len()];
        for &day in days {
            let mut now = vec![0.0; tissue.len()];
            for quantity in quantities.iter().filter(solid) {
                now.iter_mut().zip(total(quantity, day)?).for_each(|(n, v)| *n += v);
            }
            matrix.iter_mut().zip(now).for_each(|(m, n)| *m = m.max(n));
        }
        let matrix = matrix.into_iter().map(|m| m > LEAST_MATRIX).collect();
        let matrix = Field::from_vec(*tissue.grid(), matrix);
        let layers = Layers::of(&matrix, &tissue.map(|t| t.is_soft()))?;
        let mut means = Vec::new();
        for quantity in &quantities {
            let mut by_day = Vec::new();
            for &day in days {
                by_day.push(layers.means(&total(quantity, day)?));
            }
            means.push(by_day);
        }
        let wanted = QUANTITIES.iter().filter(|q| q.is_matrix).flat_map(|q| q.fields);
        Ok(Self {
            missing: wanted.copied().filter(|f| !written(f)).collect(),
            layer_mm: layers.thickness_mm,
            depths_mm: layers.depths_mm(),
            days: days.to_vec(),
            quantities,
            means,
        })
    }
}

/// The layers of a lesion and its surroundings.
struct Layers {
    thickness_mm: f64,
    /// The layer of each voxel, from the outermost; `None` further out and in the skeleton.
    layer: Vec<Option<usize>>,
    /// Voxels in each layer.
    counts: Vec<usize>,
}

impl Layers {
    fn of(matrix: &Field<bool>, soft: &Field<bool>) -> Piece<Self> {
        if !matrix.iter().any(|m| *m) {
            return Err(Absent::because(format!(
                "No voxel holds more than {:.0} % matrix on the days shown: there is no lesion \
                 to look into.",
                100.0 * LEAST_MATRIX
            )));
        }
        let lesion = filled(matrix, soft);
        let depth = depth_mm(&lesion, soft);
        // A layer as thick as the coarsest spacing holds voxels on every side.
        let thickness_mm = matrix.grid().spacing_mm().into_iter().fold(0.0, f64::max);
        let number = |(depth, soft): (&f32, &bool)| {
            let layer = (f64::from(*depth) / thickness_mm).floor();
            let counts = *soft && layer.is_finite() && layer >= -LAYERS_OUTSIDE as f64;
            counts.then_some((layer as i64 + LAYERS_OUTSIDE) as usize)
        };
        let layer: Vec<Option<usize>> = depth.iter().zip(soft.iter()).map(number).collect();
        let Some(last) = layer.iter().flatten().max() else {
            return Err(Absent::because(
                "The lesion fills its box: it has no surface to count depths from.",
            ));
        };
        let mut counts = vec![0; last + 1];
        layer.iter().flatten().for_each(|l| counts[*l] += 1);
        while counts.last().is_some_and(|c| *c < LEAST_VOXELS) {
            counts.pop();
        }
        if counts.len() < LAYERS_OUTSIDE as usize + LEAST_LAYERS {
            return Err(Absent::because(format!(
                "The lesion is too thin for a profile: less than {LEAST_LAYERS} layers of \
                 {thickness_mm:.2} mm."
            )));
        }
        Ok(Self { thickness_mm, layer, counts })
    }

    fn depths_mm(&self) -> Vec<f64> {
        let middle = |n: usize| (n as f64 - LAYERS_OUTSIDE as f64 + 0.5) * self.thickness_mm;
        (0..self.counts.len()).map(middle).collect()
    }

    fn means(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.counts.len()];
        for (layer, value) in self.layer.iter().zip(values) {
            if let Some(sum) = layer.and_then(|l| sums.get_mut(l)) {
                *sum += value;
            }
        }
        let mean = |(sum, &count): (f64, &usize)| {
            if count >= LEAST_VOXELS { sum / count as f64 } else { f64::NAN }
        };
        sums.into_iter().zip(&self.counts).map(mean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::Grid;

    /// Distance of each voxel's centre from the middle of a cube.
    fn radius(grid: Grid) -> Field<f64> {
        let middle = grid.middle_mm();
        Field::from_fn(grid, |voxel| {
            let c = grid.centre(voxel);
            let squared: f64 = (0..3).map(|a| (c[a] - middle[a]) * (c[a] - middle[a])).sum();
            squared.sqrt()
        })
    }

    #[test]
    fn a_shell_of_known_density_comes_out_by_depth() {
        let grid = Grid::aligned([61; 3], [0.5; 3], [0.0; 3]).unwrap();
        let r = radius(grid);
        // Matrix in a shell from 5 to 10 mm; a value that rises by 0.1 a millimetre inwards.
        let matrix = r.map(|r| (5.0..10.0).contains(r));
        let layers = Layers::of(&matrix, &Field::filled(grid, true)).unwrap();
        let depths = layers.depths_mm();
        assert_eq!(depths[..4], [-1.25, -0.75, -0.25, 0.25]);
        // The enclosed core belongs to the lesion.
        assert!((depths.last().unwrap() - 9.0).abs() < 0.8, "{depths:?}");
        let means = layers.means(&r.map(|r| 0.1 * (10.0 - r)));
        for (depth, mean) in depths.iter().zip(&means) {
            assert!((mean - 0.1 * depth).abs() < 0.03, "{mean} at {depth} mm");
        }
        let dense = layers.means(&r.map(|r| if (5.0..10.0).contains(r) { 0.4 } else { 0.0 }));
        let at = |depth: f64| {
            let n = depths.iter().position(|d| (d - depth).abs() < 0.1).unwrap();
            dense[n]
        };
        assert!((at(2.25) - 0.4).abs() < 1e-12 && at(-1.25) == 0.0 && at(7.25) == 0.0);
    }

    #[test]
    fn lesions_without_a_profile_say_why() {
        let grid = Grid::aligned([20; 3], [1.0; 3], [0.0; 3]).unwrap();
        let soft = Field::filled(grid, true);
        let r = radius(grid);
        let why = |matrix: &Field<bool>| Layers::of(matrix, &soft).err().unwrap().why;
        assert!(why(&r.map(|_| false)).contains("no lesion"));
        assert!(why(&r.map(|_| true)).contains("fills its box"));
        assert!(why(&r.map(|r| *r < 1.6)).contains("too thin"));
    }
}
