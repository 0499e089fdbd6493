//! Plain digitally reconstructed radiographs, and shadows.
//!
//! Every pixel is the integral of the attenuation along its ray, with the field linear between
//! voxel centres and each border voxel whole. No scatter, no detector, one energy.

use ossicle_field::{Field, Grid};
use ossicle_image::sample_trilinear;
use rayon::prelude::*;
use thiserror::Error;

use crate::record::{Checked, Record};

/// Attenuation of water at the mean energy of a diagnostic beam.
pub const WATER: Record = Record {
    symbol: "mu_w",
    meaning: "linear attenuation of water",
    unit: "1/mm",
    value: 0.02,
    range: (0.018, 0.023),
    source: "0.0199 at 59.5 keV measured by Ferraz & Mansell 1979; NIST XCOM: 0.0206 at 60, 0.0184 at 80 keV (not read again)",
    checked: Checked::Quoted,
};

/// Samples per shortest voxel edge along a ray.
const SAMPLES_PER_VOXEL: f64 = 2.0;

/// Most pixels of a picture.
const MOST_PIXELS: usize = 100_000_000;

/// From where the patient is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// From the front: the patient's right is on the picture's left, the head up.
    AnteroPosterior,
    /// From the side: the patient's front is on the picture's left, the head up.
    Lateral,
}

impl View {
    /// Unit vectors of the beam, and across and down the picture, world.
    fn axes(self) -> [[f64; 3]; 3] {
        match self {
            Self::AnteroPosterior => [[0.0, -1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0]],
            Self::Lateral => [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]],
        }
    }
}

/// How rays run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Beam {
    /// All alike: distances on the picture are those in the patient.
    Parallel,
    /// From a point, through the middle of the field at right angles to the picture.
    Point {
        /// From the source to the middle of the field, mm.
        to_middle_mm: f64,
        /// From the source to the picture, mm.
        to_picture_mm: f64,
    },
}

/// A picture that is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// From where.
    pub view: View,
    /// How rays run.
    pub beam: Beam,
    /// Edge of a pixel on the picture, mm.
    pub pixel_mm: f64,
    /// Attenuation of water, 1/mm.
    pub water_per_mm: f64,
}

impl Setting {
    /// A view in a parallel beam with the default attenuation of water.
    #[must_use]
    pub fn parallel(view: View, pixel_mm: f64) -> Self {
        Self { view, beam: Beam::Parallel, pixel_mm, water_per_mm: WATER.value }
    }
}

/// A radiograph.
#[derive(Clone, Debug, PartialEq)]
pub struct Radiograph {
    /// Pixels across and down.
    pub shape: [usize; 2],
    /// Edge of a pixel, mm.
    pub pixel_mm: f64,
    /// Middle of the first pixel, upper left, mm, world.
    pub first_mm: [f64; 3],
    /// Unit vectors across and down the picture, world.
    pub axes: [[f64; 3]; 2],
    /// Attenuation along each pixel's ray (its natural logarithm), row by row.
    pub attenuation: Vec<f32>,
    picture: Picture,
    water_per_mm: f64,
}

/// What attenuation is black and what is white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Black, and below.
    pub black: f64,
    /// White, and above.
    pub white: f64,
}

/// Why no radiograph could be made.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum RadiographError {
    /// A length is no use.
    #[error("{what} is {found}; expected a finite number above 0")]
    Positive {
        /// Which number, with its unit.
        what: &'static str,
        /// Its value.
        found: f64,
    },
    /// The source lies in the patient, or the picture before the far side of the field.
    #[error(
        "the source is {to_middle_mm} mm from the middle of the field and {to_picture_mm} mm from \
         the picture; the field reaches {half_mm:.0} mm from its middle and must lie between"
    )]
    Source {
        /// From the source to the middle of the field, mm.
        to_middle_mm: f64,
        /// From the source to the picture, mm.
        to_picture_mm: f64,
        /// Half the field's depth, mm.
        half_mm: f64,
    },
    /// The picture is too large.
    #[error("the picture would be {0}x{1} pixels; expected at most {MOST_PIXELS} in all")]
    TooLarge(usize, usize),
}

impl Radiograph {
    /// The radiograph of radiodensities in HU. Beyond the field is nothing.
    ///
    /// # Errors
    /// Refuses lengths that are not above 0, a source within the field and pictures of more than
    /// 100 million pixels.
    pub fn new(hu: &Field<f32>, setting: &Setting) -> Result<Self, RadiographError> {
        let picture = Picture::new(hu.grid(), setting)?;
        let attenuation = |hu: f64| (setting.water_per_mm * (1.0 + hu / 1000.0)).max(0.0);
        let at = |world_mm: [f64; 3]| sample_trilinear(hu, world_mm).map_or(0.0, attenuation);
        Ok(Self {
            shape: picture.shape,
            pixel_mm: setting.pixel_mm,
            first_mm: picture.first_mm,
            axes: [picture.across, picture.down],
            attenuation: picture.integrals(hu.grid(), at),
            picture,
            water_per_mm: setting.water_per_mm,
        })
    }

    /// The same with denser tissue: `added_hu` more on a grid within the field, none beyond it.
    #[must_use]
    pub fn denser(&self, added_hu: &Field<f32>) -> Self {
        let at = |world_mm: [f64; 3]| {
            sample_trilinear(added_hu, world_mm).map_or(0.0, |hu| self.water_per_mm * hu / 1000.0)
        };
        let mut denser = self.clone();
        let added = self.picture.integrals(added_hu.grid(), at);
        denser.attenuation.iter_mut().zip(added).for_each(|(all, more)| *all += more);
        denser
    }

    /// A window that shows the picture well: from what 1 % of the pixels with anything in them
    /// fall below to what 0.5 % exceed.
    #[must_use]
    pub fn window(&self) -> Window {
        let mut some: Vec<f32> = self.attenuation.iter().copied().filter(|&a| a > 0.0).collect();
        some.sort_unstable_by(f32::total_cmp);
        let at = |share: f64| {
            let place = (share * some.len() as f64) as usize;
            some.get(place.min(some.len().saturating_sub(1))).map_or(0.0, |&v| f64::from(v))
        };
        Window { black: at(0.01), white: at(0.995) }
    }

    /// The picture in 8-bit grey, bone bright, row by row.
    #[must_use]
    pub fn grey(&self, window: Window) -> Vec<u8> {
        let width = window.white - window.black;
        let grey = |&a: &f32| {
            let above = f64::from(a) - window.black;
            let is_white = above >= 0.0 && a > 0.0;
            let share = if width > 0.0 { above / width } else { f64::from(u8::from(is_white)) };
            (255.0 * share.clamp(0.0, 1.0)).round() as u8
        };
        self.attenuation.iter().map(grey).collect()
    }
}

/// The area in mm² that the voxels of a mask cover on a radiograph in a parallel beam, by pixels
/// whose ray runs through them for at least half a voxel (the corners of voxels that stand out
/// of a smooth outline do not count).
///
/// # Errors
/// As [`Radiograph::new`].
pub fn projected_area_mm2(
    mask: &Field<bool>,
    view: View,
    pixel_mm: f64,
) -> Result<f64, RadiographError> {
    let grid = mask.grid();
    let picture = Picture::new(grid, &Setting::parallel(view, pixel_mm))?;
    let at =
        |world_mm: [f64; 3]| f64::from(u8::from(grid.voxel_at(world_mm).is_some_and(|v| mask[v])));
    let half = 0.5 * grid.spacing_mm().into_iter().fold(f64::INFINITY, f64::min);
    let ways = picture.integrals(grid, at).into_iter();
    let met = ways.filter(|&way| f64::from(way) >= half).count();
    Ok(met as f64 * pixel_mm * pixel_mm)
}

/// Where the pixels of a picture are, and their rays.
#[derive(Clone, Debug, PartialEq)]
struct Picture {
    beam: [f64; 3],
    across: [f64; 3],
    down: [f64; 3],
    shape: [usize; 2],
    first_mm: [f64; 3],
    pixel_mm: f64,
    source_mm: Option<[f64; 3]>,
}

impl Picture {
    fn new(grid: &Grid, setting: &Setting) -> Result<Self, RadiographError> {
        for (what, found) in [
            ("the pixel edge in mm", setting.pixel_mm),
            ("the attenuation of water per mm", setting.water_per_mm),
        ] {
            if !(found.is_finite() && found > 0.0) {
                return Err(RadiographError::Positive { what, found });
            }
        }
        let [beam, across, down] = setting.view.axes();
        let middle = grid.middle_mm();
        let corners: Vec<[f64; 3]> = (0..8)
            .map(|n| {
                let end =
                    |a: usize| if n >> a & 1 == 0 { -0.5 } else { grid.shape()[a] as f64 - 0.5 };
                let corner = grid.to_world(std::array::from_fn(end));
                std::array::from_fn(|r| corner[r] - middle[r])
            })
            .collect();
        let half_mm = corners.iter().map(|&c| dot(c, beam).abs()).fold(0.0, f64::max);
        let (source, plane_mm) = match setting.beam {
            Beam::Parallel => (None, half_mm),
            Beam::Point { to_middle_mm, to_picture_mm } => {
                let is_between = to_middle_mm > half_mm && to_picture_mm >= to_middle_mm + half_mm;
                if !(is_between && to_picture_mm.is_finite()) {
                    return Err(RadiographError::Source { to_middle_mm, to_picture_mm, half_mm });
                }
                (Some((to_middle_mm, to_picture_mm)), to_picture_mm - to_middle_mm)
            }
        };
        // How much larger a corner is drawn than it is.
        let drawn = |c: [f64; 3]| source.map_or(1.0, |(near, far)| far / (near + dot(c, beam)));
        let reach = |axis: [f64; 3]| {
            corners.iter().map(|&c| (dot(c, axis) * drawn(c)).abs()).fold(0.0, f64::max)
        };
        let pixels = |axis| (2.0 * reach(axis) / setting.pixel_mm).ceil().max(1.0) as usize;
        let shape = [pixels(across), pixels(down)];
        if shape[0].checked_mul(shape[1]).is_none_or(|n| n > MOST_PIXELS) {
            return Err(RadiographError::TooLarge(shape[0], shape[1]));
        }
        let back = |n: usize| 0.5 * (n as f64 - 1.0) * setting.pixel_mm;
        let first_mm = std::array::from_fn(|r| {
            middle[r] + plane_mm * beam[r] - back(shape[0]) * across[r] - back(shape[1]) * down[r]
        });
        let source_mm = source.map(|(near, _)| std::array::from_fn(|r| middle[r] - near * beam[r]));
        Ok(Self { beam, across, down, shape, first_mm, pixel_mm: setting.pixel_mm, source_mm })
    }

    /// The integral of `value` along each pixel's ray, by midpoints.
    fn integrals(&self, grid: &Grid, value: impl Fn([f64; 3]) -> f64 + Sync) -> Vec<f32> {
        let least = grid.spacing_mm().into_iter().fold(f64::INFINITY, f64::min);
        let mut all = vec![0.0_f32; self.shape[0] * self.shape[1]];
        all.par_chunks_mut(self.shape[0]).enumerate().for_each(|(row, line)| {
            for (column, pixel) in line.iter_mut().enumerate() {
                let at: [f64; 3] = std::array::from_fn(|r| {
                    let (x, y) = (column as f64 * self.pixel_mm, row as f64 * self.pixel_mm);
                    self.first_mm[r] + x * self.across[r] + y * self.down[r]
                });
                let ray = self.source_mm.map_or(self.beam, |source| unit(at, source));
                let Some((from, to)) = within(grid, at, ray) else { continue };
                let steps = ((to - from) / least * SAMPLES_PER_VOXEL).ceil().max(1.0);
                let step_mm = (to - from) / steps;
                let samples = (0..steps as usize).map(|n| {
                    let t = from + (n as f64 + 0.5) * step_mm;
                    value(std::array::from_fn(|r| at[r] + t * ray[r]))
                });
                *pixel = (samples.sum::<f64>() * step_mm) as f32;
            }
        });
        all
    }
}

/// The stretch of a line, in mm from `at`, that lies in the grid's voxels.
fn within(grid: &Grid, at: [f64; 3], ray: [f64; 3]) -> Option<(f64, f64)> {
    let from = grid.to_voxel(at);
    let ahead = grid.to_voxel(std::array::from_fn(|r| at[r] + ray[r]));
    let (mut enter, mut leave) = (f64::NEG_INFINITY, f64::INFINITY);
    for a in 0..3 {
        let per_mm = ahead[a] - from[a];
        let ends = [-0.5, grid.shape()[a] as f64 - 0.5].map(|end| end - from[a]);
        if per_mm.abs() < 1e-12 {
            if ends[0] > 0.0 || ends[1] < 0.0 {
                return None;
            }
            continue;
        }
        let [one, other] = ends.map(|way| way / per_mm);
        enter = enter.max(one.min(other));
        leave = leave.min(one.max(other));
    }
    (enter < leave).then_some((enter, leave))
}

fn unit(to: [f64; 3], from: [f64; 3]) -> [f64; 3] {
    let d: [f64; 3] = std::array::from_fn(|r| to[r] - from[r]);
    let length = dot(d, d).sqrt();
    d.map(|v| v / length)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
