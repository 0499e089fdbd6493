//! Ectopic bone in a scan: volumes, density, shell, grade.
//!
//! Mineral is what reaches a threshold inside the body, metal left out. The skeleton is taken
//! away from it, by labels or by size; the parts that are left are *foci*. See
//! `docs/measure.md` for every definition and for what a scan cannot tell.
//!
//! | step | module |
//! |---|---|
//! | scan, labels and contour, read and checked | `subject` |
//! | body, metal, mineral | `mineral` |
//! | the skeleton that is left out | `skeleton` |
//! | figures of a focus and of its shell | `focus`, `shell` |
//! | the grade | `grade` |
//! | the folder and the text | `folder`, `words` |

mod error;
mod focus;
mod folder;
mod grade;
mod mineral;
mod shell;
mod skeleton;
mod subject;
#[cfg(test)]
mod tests;
mod words;

use ossicle_field::{Field, Grid};
use ossicle_image::{Connectivity, dilate, distance_mm, label_components};
use serde::Serialize;

pub use error::MeasureError;
pub use focus::{Focus, Total};
pub use folder::check_new;
pub use grade::SideGrade;
pub use ossicle_anatomy::Side;
pub use shell::Shell;
pub use subject::Subject;

use focus::Scene;
use skeleton::Skeleton;

use crate::memory;

/// How far labels of bone are widened, how near counts as joined, and how thick a shell is, mm.
const REACH_MM: f64 = 2.0;
/// Foci of fewer voxels are mostly noise.
const FEW_VOXELS: f64 = 3.0;
/// Voxels on the disk are numbered with 16 bits.
const MOST_FOCI: usize = u16::MAX as usize;

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Least density of mineral, HU, from 100 to 1000.
    pub threshold_hu: f64,
    /// Least volume of a focus, ml.
    pub least_ml: f64,
    /// The side of the grade; `None` for each side whose bones are labelled.
    pub side: Option<Side>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { threshold_hu: 200.0, least_ml: 0.02, side: None }
    }
}

/// What was found in a scan.
#[derive(Clone, Debug, Serialize)]
pub struct Measurement {
    /// The scan, as it was named.
    pub scan: String,
    /// The labels, where there were any.
    pub labels: Option<String>,
    /// The contour, where there was one.
    pub within: Option<String>,
    /// Least density of mineral, HU.
    pub threshold_hu: f64,
    /// Least volume of a focus, ml.
    pub least_ml: f64,
    /// Voxel spacing of the scan, mm.
    pub voxel_mm: [f64; 3],
    /// What was left out as skeleton, in words.
    pub skeleton: String,
    /// Mineral in the body, inside the contour where there is one, skeleton included, ml.
    pub mineral_ml: f64,
    /// What of it is not skeleton, foci below the least volume included, ml.
    pub apart_ml: f64,
    /// All foci together.
    pub total: Total,
    /// The foci, the largest first; numbers are those of `foci.nii.gz`.
    pub foci: Vec<Focus>,
    /// A grade for each side that can be graded.
    pub grades: Vec<SideGrade>,
    /// Why there is no grade, or none for a side.
    pub no_grade: Vec<String>,
    /// What was assumed, left out, or may mislead, one sentence each.
    pub notes: Vec<String>,
    /// The number of the focus of each voxel of the scan; 0 for none.
    #[serde(skip)]
    pub foci_field: Field<u16>,
}

/// Measures ectopic bone.
///
/// # Errors
/// [`MeasureError`] for settings out of range, more voxels than memory holds, an image that is no CT, a body without
/// mineral, labels without bone, labels or a contour on another grid.
pub fn measure(subject: &Subject, settings: &Settings) -> Result<Measurement, MeasureError> {
    settings.check()?;
    subject.check_memory(memory::available_bytes())?;
    let hu = subject.hounsfield()?;
    let labels = subject.labels_on(hu.grid())?;
    let contour = subject.contour_on(hu.grid())?;
    let mut notes = subject.notes();
    let mineral = mineral::find(&hu, settings.threshold_hu, &subject.scan_path, &mut notes)?;
    let skeleton = match &labels {
        Some(labels) => Skeleton::labelled(labels, &mineral.mask, &subject.labels_path())?,
        None => Skeleton::by_size(&mineral.mask),
    };
    notes.extend(skeleton.notes.iter().cloned());

    let grid = *hu.grid();
    let mut counted = mineral.mask.to_vec();
    for (counted, &inside) in counted.iter_mut().zip(contour.iter().flat_map(|c| c.iter())) {
        *counted &= inside;
    }
    let left_out = skeleton.left_out.iter();
    let apart: Vec<bool> = counted.iter().zip(left_out).map(|(&c, &out)| c && !out).collect();
    let ml = |mask: &[bool]| mask.iter().filter(|m| **m).count() as f64 * voxel_ml(&grid);
    let (mineral_ml, apart_ml) = (ml(&counted), ml(&apart));

    let parts = label_components(&Field::from_vec(grid, apart), Connectivity::Faces);
    let large =
        parts.sizes.iter().take_while(|&&n| n as f64 * voxel_ml(&grid) >= settings.least_ml);
    let count = large.count();
    if count > MOST_FOCI {
        return Err(MeasureError::TooManyFoci { found: count, most: MOST_FOCI });
    }
    let numbers = parts.labels.map(|&l| if l as usize <= count { l as u16 } else { 0 });
    let mut voxels = vec![Vec::new(); count];
    for (n, &number) in numbers.iter().enumerate().filter(|(_, number)| **number > 0) {
        voxels[usize::from(number) - 1].push(n);
    }

    let to_bone = skeleton.bone.as_ref().map(distance_mm);
    let scene =
        Scene { hu: &hu, mineral: &mineral, skeleton: &skeleton, to_bone: to_bone.as_ref() };
    let foci: Vec<Focus> = (1..).zip(&voxels).map(|(n, v)| scene.focus(n, v)).collect();
    if voxel_ml(&grid) * FEW_VOXELS > settings.least_ml {
        notes.push(format!(
            "a focus of {} ml is {:.1} voxels of this scan; noise and blurred edges of bone pass for foci",
            settings.least_ml,
            settings.least_ml / voxel_ml(&grid)
        ));
    }
    notes.extend(focus::warnings(&foci, count < parts.sizes.len(), apart_ml, settings.least_ml));
    let (grades, no_grade) = grade::grade(labels.as_ref(), settings.side, &mineral, &voxels);
    if contour.is_some() && !grades.is_empty() {
        notes.push("the grade knows only of foci inside the contour".to_owned());
    }
    Ok(Measurement {
        scan: subject.scan_path.display().to_string(),
        labels: subject.labels.as_ref().map(|(path, _)| path.display().to_string()),
        within: subject.within.as_ref().map(|(path, _)| path.display().to_string()),
        threshold_hu: settings.threshold_hu,
        least_ml: settings.least_ml,
        voxel_mm: grid.spacing_mm(),
        skeleton: skeleton.words,
        mineral_ml,
        apart_ml,
        total: Total::of(&foci),
        foci,
        grades,
        no_grade,
        notes,
        foci_field: numbers,
    })
}

impl Settings {
    /// Refuses settings out of range.
    ///
    /// # Errors
    /// [`MeasureError::Threshold`] and [`MeasureError::Least`].
    pub fn check(&self) -> Result<(), MeasureError> {
        if !(100.0..=1000.0).contains(&self.threshold_hu) {
            return Err(MeasureError::Threshold { found_hu: self.threshold_hu });
        }
        if !(self.least_ml >= 0.0 && self.least_ml.is_finite()) {
            return Err(MeasureError::Least { found_ml: self.least_ml });
        }
        Ok(())
    }
}

/// Volume of a voxel, ml.
fn voxel_ml(grid: &Grid) -> f64 {
    grid.voxel_volume_mm3() / 1000.0
}

/// `mask` and what lies within [`REACH_MM`] of it, or shares a face with it where voxels are
/// coarser than that.
fn grown(mask: &Field<bool>) -> Field<bool> {
    let grid = *mask.grid();
    let mut grown = dilate(mask, REACH_MM);
    let reached: &mut [bool] = &mut grown;
    for (n, _) in mask.iter().enumerate().filter(|(_, inside)| **inside) {
        for m in faces(&grid, n) {
            reached[m] = true;
        }
    }
    grown
}

/// The voxels that share a face with one.
fn faces(grid: &Grid, n: usize) -> impl Iterator<Item = usize> + use<> {
    let (voxel, shape, strides) = (grid.voxel(n), grid.shape(), grid.strides());
    (0..3).flat_map(move |a| {
        let below = (voxel[a] > 0).then(|| n - strides[a]);
        let above = (voxel[a] + 1 < shape[a]).then(|| n + strides[a]);
        [below, above].into_iter().flatten()
    })
}
