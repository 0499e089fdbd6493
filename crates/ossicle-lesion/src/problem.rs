//! What is simulated: anatomy, injury, patient, model. Immutable while a run advances.

use ossicle_anatomy::Tissue;
use ossicle_field::Grid;
use ossicle_field::elliptic::EllipticError;
use ossicle_field::maths::soft_step_down;
use ossicle_field::reduce;
use thiserror::Error;

use crate::chemistry;
use crate::exposure::Host;
use crate::model::Model;
use crate::parameter::{Kind, Parameter};
use crate::strain::{Bodies, BodiesError, Continuum, Holds, Rotation};

/// What the injury is and where.
#[derive(Clone, Debug)]
pub struct Injury {
    /// Debris at the moment of injury, per voxel, in model units (5e7 necrotic cells/mL).
    pub debris: Vec<f64>,
    /// Weight of each voxel in the injured region, 0 to 1, whatever the severity.
    pub site: Vec<f64>,
    /// Signed distance in mm to the injured region, negative inside.
    pub distance_mm: Vec<f64>,
}

/// Everything that stays as it is during a run.
pub struct Problem {
    grid: Grid,
    pub(crate) tissue: Vec<Tissue>,
    pub(crate) classes: Vec<Healthy>,
    pub(crate) debris: Vec<f64>,
    /// Weights of the region over which the joint's averages are taken.
    pub(crate) site: Vec<f64>,
    pub(crate) site_volume_mm3: f64,
    /// Share of the joint's strain that a voxel would feel without any shielding.
    pub(crate) zone: Vec<f64>,
    /// The bones that motion turns, where there is a joint.
    pub(crate) bodies: Option<Bodies>,
    /// VEGF of the healthy tissue, ng/mL.
    pub(crate) resting_vegf: Vec<f64>,
    /// Middle of the site in voxel indices.
    pub(crate) centre: [f64; 3],
    pub(crate) rom_deg: f64,
    pub(crate) host: Host,
    pub(crate) model: Model,
    pub(crate) start: StartValues,
}

/// What a tissue class is like in health, as plain numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Healthy {
    pub(crate) competence: f64,
    pub(crate) motility: f64,
    pub(crate) progenitors: f64,
    pub(crate) fibres: f64,
    pub(crate) vessels: f64,
    pub(crate) vessel_growth: f64,
    pub(crate) failure_strain: f64,
    pub(crate) conductivity: f64,
    pub(crate) modulus_mpa: f64,
}

/// What the injury leaves of cells and vessels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StartValues {
    pub(crate) progenitors_lost: f64,
    pub(crate) vessels_lost: f64,
}

/// Values at the start that no process owns.
pub(crate) const START_PARAMETERS: &[Parameter] = &[
    Parameter {
        symbol: "m_kill",
        meaning: "share of progenitors lost where debris is 1 or more",
        unit: "1",
        default: 0.95,
        range: (0.0, 1.0),
        kind: Kind::Constant,
        source: "calibrated",
        process: "injury",
    },
    Parameter {
        symbol: "v_kill",
        meaning: "share of perfused capillaries lost where debris is 1 or more",
        unit: "1",
        default: 0.98,
        range: (0.0, 1.0),
        kind: Kind::Constant,
        source: "calibrated",
        process: "injury",
    },
];

/// Why a problem was refused.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ProblemError {
    /// A map has another size than the grid.
    #[error("the {map} holds {found} values; expected one for each of {expected} voxels")]
    Size {
        /// Which map.
        map: &'static str,
        /// Values found.
        found: usize,
        /// Voxels of the grid.
        expected: usize,
    },
    /// The grid's axes are not at right angles.
    #[error("the lesion grid's axes are sheared by {shear:.1e}; expected right angles")]
    Sheared {
        /// Largest cosine between two axes.
        shear: f64,
    },
    /// Nothing in the box can be injured.
    #[error("the lesion box holds no soft tissue")]
    NoSoftTissue,
    /// The injured region and the box do not meet.
    #[error("the lesion box holds none of the injured region")]
    NoSite,
    /// A number that must be more than 0.
    #[error("the {what} is {found}; expected more than 0")]
    NotPositive {
        /// Which number.
        what: &'static str,
        /// Its value.
        found: f64,
    },
    /// The signals of the healthy tissue cannot be solved for.
    #[error("the {signal} of the healthy tissue cannot be solved for: {cause}")]
    Rest {
        /// The signal.
        signal: &'static str,
        /// Why.
        cause: EllipticError,
    },
    /// A value of the injury is not a number or out of its range.
    #[error(
        "the {map} holds {value} at voxel {voxel:?}; expected a finite number, not negative (a weight of at most 1)"
    )]
    BadValue {
        /// Which map.
        map: &'static str,
        /// The value found.
        value: f64,
        /// Where.
        voxel: [usize; 3],
    },
}

impl Problem {
    /// Puts a problem together.
    ///
    /// `tissue` and the injury's maps hold one value per voxel of `grid`; `also_strained_mm` is
    /// the distance in mm to what else motion strains (the joint capsule), where there is any;
    /// `rom_deg` is the joint's normal range of motion.
    ///
    /// # Errors
    /// Refuses maps of the wrong size, sheared grids, boxes without soft tissue or injury.
    pub fn new(
        grid: Grid,
        tissue: Vec<Tissue>,
        injury: Injury,
        also_strained_mm: Option<Vec<f64>>,
        rom_deg: f64,
        host: Host,
        model: Model,
    ) -> Result<Self, ProblemError> {
        let n = grid.len();
        let Injury { debris, site, distance_mm } = injury;
        let sizes = [
            ("tissue map", tissue.len()),
            ("debris map", debris.len()),
            ("site map", site.len()),
            ("distance map", distance_mm.len()),
            ("capsule distance map", also_strained_mm.as_ref().map_or(n, Vec::len)),
        ];
        if let Some(&(map, found)) = sizes.iter().find(|(_, found)| *found != n) {
            return Err(ProblemError::Size { map, found, expected: n });
        }
        let shear = grid.shear();
        if shear > 1e-4 {
            return Err(ProblemError::Sheared { shear });
        }
        let bounds = [
            ("debris map", &debris, 0.0, f64::MAX),
            ("site map", &site, 0.0, 1.0 + 1e-9),
            ("distance map", &distance_mm, f64::MIN, f64::MAX),
        ];
        for (map, values, low, high) in bounds {
            if let Some(c) = values.iter().position(|v| !(low..=high).contains(v)) {
                return Err(ProblemError::BadValue { map, value: values[c], voxel: grid.voxel(c) });
            }
        }
        let kappa = model.values().species_rate_factor();
        for (what, found) in
            [("normal range of motion in degrees", rom_deg), ("species rate factor", kappa)]
        {
            if !(found > 0.0 && found.is_finite()) {
                return Err(ProblemError::NotPositive { what, found });
            }
        }
        if !tissue.iter().any(|t| t.is_soft()) {
            return Err(ProblemError::NoSoftTissue);
        }
        let soft = |c: usize| if tissue[c].is_soft() { 1.0 } else { 0.0 };
        let debris: Vec<f64> = debris.iter().enumerate().map(|(c, d)| d * soft(c)).collect();
        let site: Vec<f64> = site.iter().enumerate().map(|(c, s)| s * soft(c)).collect();
        let weight = reduce::sum(&site);
        if weight <= 0.0 {
            return Err(ProblemError::NoSite);
        }
        let centre = std::array::from_fn(|a| {
            reduce::sum_of(n, |c| site[c] * grid.voxel(c)[a] as f64) / weight
        });
        let joint = &model.joint;
        let reached =
            |distance: f64| soft_step_down(distance - joint.zone_reach_mm, joint.zone_width_mm);
        let zone = (0..n)
            .map(|c| {
                let near_joint = also_strained_mm.as_ref().map_or(0.0, |d| reached(d[c]));
                soft(c) * reached(distance_mm[c]).max(near_joint) * bears(tissue[c])
            })
            .collect();
        let start = StartValues {
            progenitors_lost: model.values().value("m_kill"),
            vessels_lost: model.values().value("v_kill"),
        };
        let mut problem = Self {
            site_volume_mm3: weight * grid.voxel_volume_mm3(),
            classes: Tissue::ALL.map(Healthy::of).to_vec(),
            grid,
            tissue,
            debris,
            site,
            zone,
            bodies: None,
            centre,
            rom_deg,
            host,
            model,
            start,
            resting_vegf: vec![0.0; n],
        };
        problem.resting_vegf = chemistry::resting_vegf(&problem).map_err(|(signal, cause)| {
            ProblemError::Rest { signal: signal.describe().name, cause }
        })?;
        Ok(problem)
    }

    /// The same with bones that motion turns: strain follows from the displacement that they impose
    /// on the tissue between them. `holds` has one value for each voxel; `rotations` are those that
    /// motion makes, about axes of the world; `tissue` is how the tissue hands displacement on.
    ///
    /// # Errors
    /// Refuses maps of the wrong size, a joint with one side only, and rotations about nothing.
    pub fn with_bodies(
        mut self,
        holds: Vec<Holds>,
        rotations: Vec<Rotation>,
        tissue: Continuum,
    ) -> Result<Self, BodiesError> {
        self.bodies = Some(Bodies::new(&self, holds, rotations, tissue)?);
        Ok(self)
    }

    /// Moves the middle of the site, from which shielding is reckoned (world mm, RAS+): needed
    /// where the box shows a part of a symmetric lesion.
    #[must_use]
    pub fn with_centre(mut self, centre_mm: [f64; 3]) -> Self {
        self.centre = self.grid.to_voxel(centre_mm);
        self
    }

    /// The lesion grid.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The tissue of each voxel.
    #[must_use]
    pub fn tissue(&self) -> &[Tissue] {
        &self.tissue
    }

    /// The model in use.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The joint's normal range of motion in degrees.
    #[must_use]
    pub fn rom_deg(&self) -> f64 {
        self.rom_deg
    }

    /// Weights of the injured region, 0 to 1.
    #[must_use]
    pub fn site(&self) -> &[f64] {
        &self.site
    }

    /// The integral of a field relative to the volume of the injured region.
    pub(crate) fn share_of_site(&self, field: &[f64]) -> f64 {
        reduce::sum(field) * self.grid.voxel_volume_mm3() / self.site_volume_mm3
    }

    /// Volume of the injured region in mm³.
    #[must_use]
    pub fn site_volume_mm3(&self) -> f64 {
        self.site_volume_mm3
    }
}

/// Strain that a tissue bears in the motion that strains muscle in full: tissue is made for its
/// joint, and each is as far from failing as muscle is.
pub(crate) fn bears(tissue: Tissue) -> f64 {
    let fails = |t: Tissue| t.properties().failure_strain.value;
    fails(tissue) / fails(Tissue::Muscle)
}

impl Healthy {
    fn of(tissue: Tissue) -> Self {
        let p = tissue.properties();
        Self {
            competence: p.competence.value,
            motility: p.cell_motility.value,
            progenitors: p.progenitors_1e6_per_ml.value,
            fibres: p.fibre_density.value,
            vessels: p.vessel_density.value,
            vessel_growth: p.vessel_growth.value,
            failure_strain: p.failure_strain.value,
            conductivity: p.relative_conductivity(),
            modulus_mpa: p.youngs_modulus_mpa.value,
        }
    }
}
