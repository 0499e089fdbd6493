//! The values that each tissue class brings into the model.

use crate::Tissue;

/// How well a value is founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Found in a published article or in openly published code.
    Published,
    /// From general knowledge; to be checked before it is cited.
    Unverified,
    /// Chosen so that the model behaves as observed, or an estimate with no
    /// measurement behind it.
    Calibrated,
    /// Follows from the meaning of the class (an absence, or the definition of a unit).
    Definition,
}

/// A number with its plausible range and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// The default.
    pub value: f64,
    /// Least and greatest plausible value.
    pub range: [f64; 2],
    /// How well it is founded.
    pub standing: Standing,
    /// Where it comes from.
    pub source: &'static str,
}

/// What a tissue class is like before the injury.
///
/// Cells are counted in units of 10⁶ cells/mL; fibre and capillary densities are
/// relative (fibres to the densest innervation, capillaries to resting muscle).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TissueProperties {
    /// Osteogenic competence of resident progenitors, a factor on their fate rates.
    pub competence: Quantity,
    /// Motility of cells, a factor on their diffusion.
    pub cell_motility: Quantity,
    /// Resident progenitors, 10⁶ cells/mL.
    pub progenitors_1e6_per_ml: Quantity,
    /// Sensory fibre density, relative.
    pub fibre_density: Quantity,
    /// Perfused capillary density, relative to resting muscle.
    pub vessel_density: Quantity,
    /// Ability of vessels to grow, a factor on their growth rate.
    pub vessel_growth: Quantity,
    /// Young's modulus in MPa (across the fibres, where there are any).
    pub youngs_modulus_mpa: Quantity,
    /// Strain at which the tissue fails, relative elongation.
    pub failure_strain: Quantity,
    /// Electric conductivity in S/m.
    pub conductivity_s_per_m: Quantity,
    /// Radiodensity of the healthy tissue in HU.
    pub radiodensity_hu: Quantity,
    /// Share of the volume that is bone matrix, fully mineralised.
    pub bone_fraction: Quantity,
}

impl TissueProperties {
    /// Conductivity relative to muscle.
    #[must_use]
    pub fn relative_conductivity(&self) -> f64 {
        self.conductivity_s_per_m.value / MUSCLE_CONDUCTIVITY_S_PER_M
    }

    /// Every quantity with its name and unit, for tables.
    #[must_use]
    pub fn quantities(&self) -> [(&'static str, &'static str, Quantity); 11] {
        [
            ("competence", "1", self.competence),
            ("cell_motility", "1", self.cell_motility),
            ("progenitors", "1e6/mL", self.progenitors_1e6_per_ml),
            ("fibre_density", "1", self.fibre_density),
            ("vessel_density", "1", self.vessel_density),
            ("vessel_growth", "1", self.vessel_growth),
            ("youngs_modulus", "MPa", self.youngs_modulus_mpa),
            ("failure_strain", "1", self.failure_strain),
            ("conductivity", "S/m", self.conductivity_s_per_m),
            ("radiodensity", "HU", self.radiodensity_hu),
            ("bone_fraction", "1", self.bone_fraction),
        ]
    }
}

const MUSCLE_CONDUCTIVITY_S_PER_M: f64 = 0.35;

/// One row of the table below.
struct Row {
    competence: f64,
    motility: f64,
    progenitors: f64,
    fibres: f64,
    vessels: f64,
    vessel_growth: f64,
    modulus_mpa: (f64, Standing, &'static str),
    failure_strain: f64,
    conductivity: f64,
    hu: [f64; 3],
    bone_fraction: [f64; 3],
}

const ESTIMATE: &str = "estimate for the model's tissue table; no direct measurement";
const GENERAL: &str = "general knowledge of the tissue; to be checked before it is cited";
const PRENDERGAST: &str = "tissue moduli of the mechanoregulation theory, Lacroix & Prendergast \
    2002, 10.1016/S0021-9290(02)00086-6, as used in the open code of Perier-Metz 2020";
const REFERENCE: &str = "radial reference program, one tissue everywhere";
const ABSENT: &str = "none by the meaning of the class";
const CT_SCALE: &str = "by the definition of the Hounsfield unit";

const NO_BONE: [f64; 3] = [0.0, 0.0, 0.0];

impl Tissue {
    /// The values of this class.
    #[must_use]
    pub fn properties(self) -> TissueProperties {
        let row = self.row();
        let label = |value: f64, top: f64| spread(value, 0.5, 2.0, top, self);
        let (modulus, standing, source) = row.modulus_mpa;
        TissueProperties {
            competence: label(row.competence, 1.0),
            cell_motility: label(row.motility, 1.0),
            progenitors_1e6_per_ml: label(row.progenitors, 0.1),
            fibre_density: label(row.fibres, 1.0),
            vessel_density: label(row.vessels, 1.5),
            vessel_growth: label(row.vessel_growth, 1.0),
            youngs_modulus_mpa: Quantity {
                value: modulus,
                range: [modulus / 5.0, modulus * 5.0],
                standing,
                source,
            },
            failure_strain: label(row.failure_strain, 0.7),
            conductivity_s_per_m: Quantity {
                standing: if row.conductivity > 0.0 {
                    Standing::Unverified
                } else {
                    Standing::Definition
                },
                source: if row.conductivity > 0.0 { GENERAL } else { ABSENT },
                ..label(row.conductivity, f64::INFINITY)
            },
            radiodensity_hu: measured(row.hu, if self.is_outside() { CT_SCALE } else { GENERAL }),
            bone_fraction: measured(
                row.bone_fraction,
                if self.is_bone() {
                    "from its radiodensity by the mixing rule of the virtual CT"
                } else {
                    ABSENT
                },
            ),
        }
    }

    #[rustfmt::skip]
    fn row(self) -> Row {
        use Standing::{Calibrated, Definition, Published, Unverified};
        let row = |labels: [f64; 6], modulus_mpa, failure_strain, conductivity, hu, bone_fraction| {
            let [competence, motility, progenitors, fibres, vessels, vessel_growth] = labels;
            Row { competence, motility, progenitors, fibres, vessels, vessel_growth,
                  modulus_mpa, failure_strain, conductivity, hu, bone_fraction }
        };
        let none = [0.0; 6];
        let estimate = |mpa| (mpa, Calibrated, ESTIMATE);
        let general = |mpa| (mpa, Unverified, GENERAL);
        let published = |mpa| (mpa, Published, PRENDERGAST);
        let absent = (0.0, Definition, ABSENT);
        match self {
            //                               om   om_m m0    n0   v0   om_v    E              e_f   S/m    HU                        bone
            Self::Outside =>            row(none,                              absent,         0.0,  0.0,  [-1000., -1024., -300.], NO_BONE),
            Self::Muscle =>             row([0.8, 1.0, 0.04, 0.3, 1.0, 1.0],   general(0.2),   0.36, 0.35, [50., 30., 80.],         NO_BONE),
            Self::TendonLigament =>     row([1.0, 0.3, 0.03, 0.2, 0.2, 0.7],   general(20.),   0.12, 0.3,  [90., 60., 130.],        NO_BONE),
            Self::Capsule =>            row([1.0, 0.6, 0.05, 0.6, 0.6, 1.0],   estimate(20.),  0.2,  0.3,  [60., 40., 100.],        NO_BONE),
            Self::Periosteum =>         row([1.0, 1.0, 0.08, 0.8, 0.8, 1.0],   estimate(20.),  0.2,  0.1,  [60., 40., 120.],        NO_BONE),
            Self::Fat =>                row([0.4, 0.7, 0.02, 0.2, 0.4, 1.0],   estimate(0.02), 0.5,  0.04, [-100., -120., -60.],    NO_BONE),
            Self::Nerve =>              row([0.2, 0.2, 0.02, 1.0, 1.0, 1.0],   estimate(0.5),  0.2,  0.3,  [50., 20., 70.],         NO_BONE),
            Self::Vessel =>             row([0.2, 0.2, 0.02, 0.3, 1.0, 1.0],   estimate(0.5),  0.2,  0.7,  [50., 30., 300.],        NO_BONE),
            Self::Skin =>               row([0.2, 0.3, 0.02, 0.8, 0.8, 1.0],   estimate(1.0),  0.5,  0.2,  [50., 0., 80.],          NO_BONE),
            Self::ArticularCartilage => row(none,                              published(10.), 0.5,  0.18, [100., 60., 150.],       NO_BONE),
            Self::JointFluid =>         row(none,                              estimate(0.001), 0.0, 1.5,  [10., 0., 30.],          NO_BONE),
            Self::CancellousBone =>     row([0.0, 0.0, 0.0, 0.3, 0.6, 0.0],    published(500.), 0.02, 0.08, [300., 50., 700.],      [0.185, 0.05, 0.4]),
            Self::CorticalBone =>       row([0.0, 0.0, 0.0, 0.3, 0.1, 0.0],    published(17000.), 0.02, 0.02, [1400., 700., 2000.], [1.0, 0.8, 1.0]),
            Self::Metal =>              row(none,                              absent,         0.0,  0.0,  [3071., 2000., 30000.],  NO_BONE),
            Self::Uniform =>            row([1.0, 1.0, 0.04, 0.3, 1.0, 1.0],   estimate(0.2),  0.36, 0.35, [50., 50., 50.],         NO_BONE),
        }
    }
}

/// A label value with a range of `low` to `high` times itself, at most `top`.
fn spread(value: f64, low: f64, high: f64, top: f64, tissue: Tissue) -> Quantity {
    let (standing, source) = match (value == 0.0, tissue) {
        (true, _) => (Standing::Definition, ABSENT),
        (false, Tissue::Uniform) => (Standing::Definition, REFERENCE),
        (false, _) => (Standing::Calibrated, ESTIMATE),
    };
    let range = [value * low, (value * high).min(top).max(value)];
    Quantity { value, range, standing, source }
}

/// A value with its own range, `[value, least, greatest]`.
fn measured([value, least, greatest]: [f64; 3], source: &'static str) -> Quantity {
    let standing = if source == GENERAL { Standing::Unverified } else { Standing::Definition };
    Quantity { value, range: [least, greatest], standing, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_in_its_range() {
        for tissue in Tissue::ALL {
            for (name, _, q) in tissue.properties().quantities() {
                let [least, greatest] = q.range;
                assert!(least <= q.value && q.value <= greatest, "{tissue} {name}: {q:?}");
            }
        }
    }

    #[test]
    fn the_uniform_tissue_is_that_of_the_reference_program() {
        let p = Tissue::Uniform.properties();
        assert_eq!(p.competence.value, 1.0);
        assert_eq!(p.cell_motility.value, 1.0);
        assert_eq!(p.progenitors_1e6_per_ml.value, 0.04);
        assert_eq!(p.fibre_density.value, 0.3);
        assert_eq!(p.vessel_density.value, 1.0);
        assert_eq!(p.vessel_growth.value, 1.0);
        assert_eq!(p.failure_strain.value, 0.36);
        assert_eq!(p.relative_conductivity(), 1.0);
    }

    #[test]
    fn bone_fraction_gives_the_radiodensity_back_by_the_mixing_rule() {
        for (tissue, expected_hu) in
            [(Tissue::CancellousBone, 300.0), (Tissue::CorticalBone, 1400.0)]
        {
            let p = tissue.properties();
            let hu = 50.0 + 1350.0 * p.bone_fraction.value;
            assert!((hu - expected_hu).abs() < 1.0, "{tissue}: {hu} HU");
            assert_eq!(p.radiodensity_hu.value, expected_hu);
        }
    }

    #[test]
    fn walls_hold_no_progenitors_and_let_none_move() {
        for tissue in Tissue::ALL.into_iter().filter(|t| t.is_wall_for_cells()) {
            let p = tissue.properties();
            assert_eq!(
                [p.competence.value, p.cell_motility.value, p.progenitors_1e6_per_ml.value],
                [0.0; 3],
                "{tissue}"
            );
        }
        for tissue in Tissue::ALL.into_iter().filter(|t| t.is_soft()) {
            assert!(tissue.properties().progenitors_1e6_per_ml.value > 0.0, "{tissue}");
        }
    }
}
