//! Labelled anatomy on one grid, and the joint in it.

use std::collections::BTreeMap;

use ossicle_field::{Field, Grid, GridError};
use ossicle_image::{resample_nearest, resample_trilinear};
use thiserror::Error;

use crate::Tissue;
use crate::periosteum::add_periosteum;

/// Which side of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The patient's left, where x is negative.
    Left,
    /// The patient's right, where x is positive.
    Right,
}

impl Side {
    /// `left` or `right`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// The other side.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// Sign of the world x axis away from the midline: −1 left, +1 right.
    #[must_use]
    pub fn lateral_sign(self) -> f64 {
        match self {
            Self::Left => -1.0,
            Self::Right => 1.0,
        }
    }
}

/// Which joint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JointKind {
    /// No joint: one tissue, for checks against the radial reference program.
    Sphere,
    /// Hip.
    Hip,
    /// Elbow.
    Elbow,
}

impl JointKind {
    /// Lower-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sphere => "sphere",
            Self::Hip => "hip",
            Self::Elbow => "elbow",
        }
    }

    /// Normal range of motion in degrees from the neutral position, per movement.
    ///
    /// Hip and elbow: the averages taught by the American Academy of Orthopaedic
    /// Surgeons (*Joint Motion*, 1965), in use in clinics since. Sphere: the range
    /// of the radial reference program.
    #[must_use]
    pub fn normal_range_degrees(self) -> BTreeMap<String, f64> {
        let table: &[(&str, f64)] = match self {
            Self::Sphere => &[("flexion", 120.0)],
            Self::Hip => &[
                ("flexion", 120.0),
                ("extension", 30.0),
                ("abduction", 45.0),
                ("adduction", 30.0),
                ("internal_rotation", 45.0),
                ("external_rotation", 45.0),
            ],
            Self::Elbow => {
                &[("flexion", 150.0), ("extension", 0.0), ("pronation", 80.0), ("supination", 80.0)]
            }
        };
        table.iter().map(|&(name, degrees)| (name.to_owned(), degrees)).collect()
    }
}

/// The joint round which the lesion grows.
#[derive(Clone, Debug, PartialEq)]
pub struct Joint {
    /// Which joint.
    pub kind: JointKind,
    /// Which side; `None` where sides mean nothing.
    pub side: Option<Side>,
    /// Centre of rotation, mm, world.
    pub centre_mm: [f64; 3],
    /// Radius of the bony ball of the joint in mm, where it has one and it is known.
    pub radius_mm: Option<f64>,
    /// Unit vector along the limb towards the trunk, world.
    pub proximal: [f64; 3],
    /// Named points, mm, world.
    pub landmarks: BTreeMap<String, [f64; 3]>,
    /// Normal range of motion in degrees from the neutral position, per movement.
    pub normal_range_degrees: BTreeMap<String, f64>,
}

/// A named part of the anatomy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Name in the manner of TotalSegmentator, such as `gluteus_medius_left`.
    pub name: String,
    /// What it is made of; for a bone the class of its inside. A voxel whose
    /// tissue is [`Tissue::Periosteum`] is made of this one deeper in.
    pub tissue: Tissue,
}

/// Radiodensity of what lies beyond the image, HU.
const AIR_HU: f32 = -1000.0;

/// Labelled tissue on a grid, with the joint.
///
/// Structure 0 is what is outside the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Anatomy {
    tissue: Field<Tissue>,
    structure: Field<u16>,
    structures: Vec<Structure>,
    hu: Field<f32>,
    joint: Joint,
    notes: Vec<String>,
}

/// Why parts do not make an anatomy.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum AnatomyError {
    /// Two fields stand on different grids.
    #[error("the {field} field of the anatomy stands on another grid than its tissue")]
    Grids {
        /// Which field.
        field: &'static str,
    },
    /// A voxel belongs to a structure that is not in the table.
    #[error("a voxel has structure {found}; expected less than {count}, the number of structures")]
    UnknownStructure {
        /// The structure's number.
        found: u16,
        /// Number of structures.
        count: usize,
    },
    /// A radiodensity is not a number.
    #[error("the radiodensity at voxel {voxel:?} is {found}; expected a finite value in HU")]
    NotFinite {
        /// The voxel.
        voxel: [usize; 3],
        /// The value.
        found: f32,
    },
    /// There is no soft tissue.
    #[error("the anatomy holds no soft tissue in which a lesion could grow")]
    NoSoftTissue,
    /// The grid is no use.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// The joint's centre or direction is no use.
    #[error("the joint's {what} is {found:?}; expected finite numbers and a direction of length 1")]
    Joint {
        /// Which vector.
        what: &'static str,
        /// Its value.
        found: [f64; 3],
    },
}

impl Anatomy {
    /// An anatomy from its parts.
    ///
    /// `structure` holds the number of each voxel's entry in `structures`, `hu`
    /// the radiodensity in Hounsfield units; `notes` say what was assumed,
    /// estimated or left out.
    ///
    /// # Errors
    /// Refuses fields on different grids, structures that are not in the table,
    /// radiodensities that are not finite, an anatomy without soft tissue and a
    /// joint without a usable centre or direction.
    pub fn new(
        tissue: Field<Tissue>,
        structure: Field<u16>,
        structures: Vec<Structure>,
        hu: Field<f32>,
        joint: Joint,
        notes: Vec<String>,
    ) -> Result<Self, AnatomyError> {
        let grid = tissue.grid();
        if structure.grid() != grid {
            return Err(AnatomyError::Grids { field: "structure" });
        }
        if hu.grid() != grid {
            return Err(AnatomyError::Grids { field: "radiodensity" });
        }
        if let Some(&found) = structure.iter().find(|&&s| usize::from(s) >= structures.len()) {
            return Err(AnatomyError::UnknownStructure { found, count: structures.len() });
        }
        if let Some((n, &found)) = hu.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(AnatomyError::NotFinite { voxel: grid.voxel(n), found });
        }
        if !tissue.iter().any(|t| t.is_soft()) {
            return Err(AnatomyError::NoSoftTissue);
        }
        if !joint.centre_mm.iter().all(|v| v.is_finite()) {
            return Err(AnatomyError::Joint { what: "centre", found: joint.centre_mm });
        }
        let length: f64 = joint.proximal.iter().map(|v| v * v).sum();
        if length.is_nan() || (length - 1.0).abs() > 1e-6 {
            return Err(AnatomyError::Joint { what: "proximal direction", found: joint.proximal });
        }
        Ok(Self { tissue, structure, structures, hu, joint, notes })
    }

    /// The same anatomy on another grid: each voxel takes the tissue and structure
    /// of the voxel its centre lies in, its radiodensity linearly between centres;
    /// the periosteum is laid anew, one voxel thick. Beyond this grid is outside.
    ///
    /// # Errors
    /// Refuses a grid that holds no soft tissue.
    pub fn on(&self, grid: &Grid) -> Result<Self, AnatomyError> {
        let structures = &self.structures;
        let bare =
            self.tissue.iter().zip(self.structure.iter()).map(|(&tissue, &s)| match tissue {
                Tissue::Periosteum => structures[usize::from(s)].tissue,
                _ => tissue,
            });
        let bare = Field::from_vec(*self.grid(), bare.collect());
        let mut tissue = resample_nearest(&bare, grid, Tissue::Outside);
        add_periosteum(&mut tissue);
        Self::new(
            tissue,
            resample_nearest(&self.structure, grid, 0),
            self.structures.clone(),
            resample_trilinear(&self.hu, grid, AIR_HU),
            self.joint.clone(),
            self.notes.clone(),
        )
    }

    /// The grid that the anatomy stands on.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        self.tissue.grid()
    }

    /// The tissue of each voxel.
    #[must_use]
    pub fn tissue(&self) -> &Field<Tissue> {
        &self.tissue
    }

    /// The structure of each voxel: its entry in [`Anatomy::structures`].
    #[must_use]
    pub fn structure(&self) -> &Field<u16> {
        &self.structure
    }

    /// The table of structures.
    #[must_use]
    pub fn structures(&self) -> &[Structure] {
        &self.structures
    }

    /// Radiodensity of each voxel in HU.
    #[must_use]
    pub fn hu(&self) -> &Field<f32> {
        &self.hu
    }

    /// The joint.
    #[must_use]
    pub fn joint(&self) -> &Joint {
        &self.joint
    }

    /// What was assumed, estimated or left out.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Number of the structure of that name.
    #[must_use]
    pub fn structure_named(&self, name: &str) -> Option<u16> {
        self.structures.iter().position(|s| s.name == name).map(|n| n as u16)
    }

    /// Names of the structures of one tissue class that have a voxel here, in the
    /// order of the table.
    #[must_use]
    pub fn names_of(&self, tissue: Tissue) -> Vec<&str> {
        let mut present = vec![false; self.structures.len()];
        self.structure.iter().for_each(|&s| present[usize::from(s)] = true);
        let all = self.structures.iter().zip(present);
        all.filter(|(s, here)| *here && s.tissue == tissue).map(|(s, _)| s.name.as_str()).collect()
    }

    /// Volume of one tissue class in mm³.
    #[must_use]
    pub fn volume_mm3(&self, tissue: Tissue) -> f64 {
        self.tissue.iter().filter(|&&t| t == tissue).count() as f64 * self.grid().voxel_volume_mm3()
    }
}
