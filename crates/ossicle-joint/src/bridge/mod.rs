//! Bone from body to body, and what it leaves of motion.
//!
//! A bridge carries load through its weakest cross-section. That is the least cut between the
//! two bodies in the graph of its voxels, where edges to all 26 neighbours are weighted by the
//! area for which they stand, so that the area hardly depends on how the bridge lies in the
//! grid. Weighted by the modulus as well, the least cut is the axial rigidity `E A`; over the
//! length of the bridge it is its stiffness.
//!
//! A bridge of stiffness `K` at `r` from the axis resists turning by `K r²`. Under the moment
//! `M` with which an examiner or the patient's muscles turn the joint it gives `M/(K r²)`: the
//! range is no larger than that, and a joint that gives less than a few degrees is ankylosed.

mod flow;
mod graph;
mod weights;

use ossicle_field::{Field, Grid, GridError};
use thiserror::Error;

use crate::record::{Checked, Record};
use graph::Places;

/// Most voxels whose graph is cut at full resolution; finer bridges are taken two by two.
const MOST_VOXELS: usize = 80_000;

/// How mineral carries load, and what counts as ankylosis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BridgeModel {
    /// Modulus of fully mineralised bone, MPa; that of a share `Y` is `Y²` of it.
    pub modulus_mpa: f64,
    /// Share of mineral from which tissue counts as bone.
    pub least_mineral: f64,
    /// Moment that turns the joint, N m.
    pub moment_nm: f64,
    /// A joint that a bridge leaves less than this is ankylosed, degrees.
    pub ankylosed_deg: f64,
}

impl BridgeModel {
    /// The records of its numbers.
    pub const RECORDS: [Record; 4] = [
        Record {
            symbol: "E_b",
            meaning: "modulus of fully mineralised bone; of mineral share Y: E_b Y^2",
            unit: "MPa",
            value: 17_000.0,
            range: (10_000.0, 25_000.0),
            source: "cortical bone along its axis, 17 GPa: Reilly & Burstein 1975; square law: Carter & Hayes 1977",
            checked: Checked::No,
        },
        Record {
            symbol: "Y_b",
            meaning: "share of mineral from which tissue counts as bone in a bridge",
            unit: "1",
            value: 0.05,
            range: (0.01, 0.3),
            source: "assumed: below it the modulus is less than 1/400 of bone's",
            checked: Checked::No,
        },
        Record {
            symbol: "M_j",
            meaning: "moment with which a joint is turned to find its range",
            unit: "N m",
            value: 20.0,
            range: (5.0, 60.0),
            source: "assumed: of the order of an examiner's hand on a limb; muscles reach several times more",
            checked: Checked::No,
        },
        Record {
            symbol: "theta_a",
            meaning: "range below which a bridged joint is ankylosed",
            unit: "deg",
            value: 5.0,
            range: (1.0, 10.0),
            source: "assumed: error of a goniometer in clinical use",
            checked: Checked::No,
        },
    ];
}

impl Default for BridgeModel {
    fn default() -> Self {
        let [modulus_mpa, least_mineral, moment_nm, ankylosed_deg] =
            Self::RECORDS.map(|record| record.value);
        Self { modulus_mpa, least_mineral, moment_nm, ankylosed_deg }
    }
}

/// All the bone between two bodies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bridge {
    /// Area of its smallest cross-section, mm².
    pub area_mm2: f64,
    /// Rigidity of its weakest cross-section, modulus times area, N.
    pub rigidity_n: f64,
    /// Shortest way through it from body to body, mm.
    pub length_mm: f64,
    /// The middle of the weakest cross-section, mm, world.
    pub neck_mm: [f64; 3],
    /// Longest edge of the voxels on which it was cut, mm.
    pub voxel_mm: f64,
}

impl Bridge {
    /// Axial stiffness, N/mm: that of a bar as weak as its weakest cross-section all along.
    #[must_use]
    pub fn stiffness_n_per_mm(&self) -> f64 {
        self.rigidity_n / self.length_mm
    }

    /// Distance in mm of the weakest cross-section from an axis through `point_mm` along the
    /// unit vector `direction`.
    #[must_use]
    pub fn lever_mm(&self, point_mm: [f64; 3], direction: [f64; 3]) -> f64 {
        let d: [f64; 3] = std::array::from_fn(|a| self.neck_mm[a] - point_mm[a]);
        let along: f64 = (0..3).map(|a| d[a] * direction[a]).sum();
        let square: f64 = d.iter().map(|v| v * v).sum();
        (square - along * along).max(0.0).sqrt()
    }
}

/// Why a bridge could not be measured.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum BridgeError {
    /// The masks of the bodies stand on another grid than the mineral.
    #[error("the {body} body stands on another grid than the mineral")]
    Grids {
        /// Which body: `fixed` or `moving`.
        body: &'static str,
    },
    /// A body is not on the grid.
    #[error("the {body} body has no voxel on the grid of the mineral; a bridge needs both")]
    NoBody {
        /// Which body.
        body: &'static str,
    },
    /// A share of mineral is no share.
    #[error("the mineral at voxel {voxel:?} is {found}; expected a share of 0 or more")]
    Mineral {
        /// The voxel.
        voxel: [usize; 3],
        /// Its value.
        found: f32,
    },
    /// The grid cannot be made coarser.
    #[error(transparent)]
    Grid(#[from] GridError),
}

impl BridgeModel {
    /// The bone between two bodies: voxels of `mineral` (shares, 0 to 1) of enough of it that
    /// lie outside both, through which one can be reached from the other over neighbours. All of
    /// it counts together, however many ways there are. `None` where there is none.
    ///
    /// A bridge of more than 80 000 voxels is cut on voxels twice as large.
    ///
    /// # Errors
    /// Refuses fields on different grids, bodies without a voxel and shares below 0.
    pub fn measure(
        &self,
        mineral: &Field<f32>,
        fixed: &Field<bool>,
        moving: &Field<bool>,
    ) -> Result<Option<Bridge>, BridgeError> {
        for (body, mask) in [("fixed", fixed), ("moving", moving)] {
            if mask.grid() != mineral.grid() {
                return Err(BridgeError::Grids { body });
            }
            if !mask.contains(&true) {
                return Err(BridgeError::NoBody { body });
            }
        }
        if let Some((n, &found)) =
            mineral.iter().enumerate().find(|(_, v)| !(v.is_finite() && **v >= 0.0))
        {
            return Err(BridgeError::Mineral { voxel: mineral.grid().voxel(n), found });
        }
        let share = mineral.map(|&y| if f64::from(y) >= self.least_mineral { 1.0 } else { 0.0 });
        let mpa = mineral.map(|&y| {
            let y = f64::from(y.min(1.0));
            if y >= self.least_mineral { (self.modulus_mpa * y * y) as f32 } else { 0.0 }
        });
        let mut tissue = Tissue { share, mpa, fixed: fixed.clone(), moving: moving.clone() };
        while tissue.bridge_voxels() > MOST_VOXELS {
            tissue = tissue.coarser()?;
        }
        Ok(tissue.bridge())
    }

    /// What a bridge leaves, in degrees, of a range that is `free_deg` without it, when its
    /// weakest cross-section lies `lever_mm` off the axis: 0 where the joint is ankylosed.
    #[must_use]
    pub fn range_deg(&self, free_deg: f64, stiffness_n_per_mm: f64, lever_mm: f64) -> f64 {
        let nmm_per_rad = stiffness_n_per_mm * lever_mm * lever_mm;
        if nmm_per_rad <= 0.0 {
            return free_deg;
        }
        let gives_deg = (1000.0 * self.moment_nm / nmm_per_rad).to_degrees();
        if gives_deg < self.ankylosed_deg { 0.0 } else { gives_deg.min(free_deg) }
    }
}

/// What is where, on one grid.
struct Tissue {
    /// Share of bridge bone.
    share: Field<f32>,
    /// Its modulus, MPa, over the whole voxel.
    mpa: Field<f32>,
    fixed: Field<bool>,
    moving: Field<bool>,
}

impl Tissue {
    fn is_bridge(&self) -> Field<bool> {
        let bodies = self.fixed.iter().zip(self.moving.iter());
        let bone = self.share.iter().zip(bodies);
        let is_bridge = bone.map(|(&s, (&fixed, &moving))| s > 0.0 && !fixed && !moving);
        Field::from_vec(*self.share.grid(), is_bridge.collect())
    }

    fn bridge_voxels(&self) -> usize {
        self.is_bridge().iter().filter(|b| **b).count()
    }

    fn bridge(&self) -> Option<Bridge> {
        let places = Places::new(&self.is_bridge(), &self.fixed, &self.moving);
        let (share, mpa): (&[f32], &[f32]) = (&self.share, &self.mpa);
        let area = places.least_cut(|n| f64::from(share[n]))?;
        let weakest = places.least_cut(|n| f64::from(mpa[n]))?;
        Some(Bridge {
            area_mm2: area.size,
            rigidity_n: weakest.size,
            length_mm: places.length_mm()?,
            neck_mm: weakest.middle_mm,
            voxel_mm: self.share.grid().spacing_mm().into_iter().fold(0.0, f64::max),
        })
    }

    /// The same on voxels twice as large along each axis: means of bone, and a body wherever it
    /// has half of the voxels.
    fn coarser(&self) -> Result<Self, GridError> {
        let grid = self.share.grid();
        let shape = grid.shape().map(|n| n.div_ceil(2));
        let steps = grid.steps_mm().map(|step| step.map(|v| 2.0 * v));
        let coarse = Grid::new(shape, steps, grid.to_world([0.5; 3]))?;
        let mean = |value: &dyn Fn([usize; 3]) -> f32| {
            Field::from_fn(coarse, |voxel| {
                let part = (0..8)
                    .map(|n| std::array::from_fn::<usize, 3, _>(|a| 2 * voxel[a] + (n >> a & 1)));
                let within = part.filter(|v| (0..3).all(|a| v[a] < grid.shape()[a]));
                within.map(value).sum::<f32>() / 8.0
            })
        };
        let bone = |v: [usize; 3]| !self.fixed[v] && !self.moving[v];
        let of = |mask: &Field<bool>, v: [usize; 3]| f32::from(u8::from(mask[v]));
        Ok(Self {
            share: mean(&|v| if bone(v) { self.share[v] } else { 0.0 }),
            mpa: mean(&|v| if bone(v) { self.mpa[v] } else { 0.0 }),
            fixed: mean(&|v| of(&self.fixed, v)).map(|&s| s >= 0.5),
            moving: mean(&|v| of(&self.moving, v)).map(|&s| s >= 0.5),
        })
    }
}
