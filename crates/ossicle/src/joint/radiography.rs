//! Radiographs of the joint, as they would be taken on a day.
//!
//! The HU of the tissue round the joint with those that the lesion adds, projected from the front
//! and from the side. Black and white are those of the tissue without the lesion, so that the
//! pictures of all days can be laid beside one another.

use ossicle_anatomy::Side;
use ossicle_anatomy::builtin::BuiltIn;
use ossicle_field::{Field, Grid};
use ossicle_joint::radiograph::{Radiograph, RadiographError, Setting, View, Window};
use ossicle_lesion::{Problem, State};

use super::JointError;
use super::marks::{draw_ruler, draw_side};
use crate::png::{self, Pixels, Size};
use crate::readout::LesionHu;
use crate::virtual_ct::Scanner;

/// The views that are taken, in the order of files and pages.
pub(crate) const VIEWS: [View; 2] = [View::AnteroPosterior, View::Lateral];
/// Pixels along the longest edge of what is shown, at least.
const PIXELS: f64 = 380.0;
/// The same for finding out what is black and what is white.
const COARSE_PIXELS: f64 = 90.0;
/// Shares of the pixels behind which there is tissue that may be all black and all white.
const CLIPPED: [f64; 2] = [0.12, 0.006];
/// What is denser is metal, which is white whatever the window; HU.
const DENSEST_BONE_HU: f32 = 1500.0;
/// Attenuation below which there is nothing but air in the way.
const AIR: f32 = 0.3;

/// The name of a view in files.
pub(crate) fn name_of(view: View) -> &'static str {
    match view {
        View::AnteroPosterior => "ap",
        View::Lateral => "lateral",
    }
}

/// What is to be radiographed: a joint of bones, which nobody draws before he needs it.
pub(crate) struct Subject {
    side: Option<Side>,
    tissue: Tissue,
}

/// The radiodensities round a joint.
enum Tissue {
    /// As they are.
    Known(Field<f32>),
    /// Those of a built-in joint, still to be drawn.
    BuiltIn(BuiltIn, Grid),
}

impl Subject {
    /// A joint of a side whose radiodensities are known.
    pub(crate) fn known(hu: Field<f32>, side: Option<Side>) -> Self {
        Self { side, tissue: Tissue::Known(hu) }
    }

    /// A built-in joint of a side, to be drawn on a grid.
    pub(crate) fn built_in(joint: BuiltIn, grid: Grid, side: Option<Side>) -> Self {
        Self { side, tissue: Tissue::BuiltIn(joint, grid) }
    }

    /// Voxels that it takes.
    pub(crate) fn voxels(&self) -> usize {
        match &self.tissue {
            Tissue::Known(hu) => hu.len(),
            Tissue::BuiltIn(_, grid) => grid.len(),
        }
    }

    /// The joint in front of the tube, with the lesion of a grid in it.
    ///
    /// # Errors
    /// If it cannot be drawn, or the grids do not share their axes or do not meet.
    pub(crate) fn positioned(&self, lesion: &Grid) -> Result<Radiography, JointError> {
        let hu = match &self.tissue {
            Tissue::Known(hu) => hu.clone(),
            Tissue::BuiltIn(joint, grid) => joint.on(grid)?.hu().clone(),
        };
        Radiography::new(hu, lesion, self.side)
    }
}

/// A joint in front of the tube.
pub(crate) struct Radiography {
    scanner: Scanner,
    side: Option<Side>,
    /// Without the lesion, in the order of [`VIEWS`].
    before: Vec<Radiograph>,
    windows: [Window; 2],
}

impl Radiography {
    /// The joint of a side in `tissue_hu`, the radiodensities round it without the lesion, whose
    /// grid is `lesion`.
    ///
    /// # Errors
    /// If the two grids do not share their axes or do not meet.
    fn new(tissue_hu: Field<f32>, lesion: &Grid, side: Option<Side>) -> Result<Self, JointError> {
        let grid = *tissue_hu.grid();
        let without_metal = tissue_hu.map(|hu| hu.min(DENSEST_BONE_HU));
        let mut windows = [Window { black: 0.0, white: 1.0 }; 2];
        for (window, view) in windows.iter_mut().zip(VIEWS) {
            let setting = Setting::parallel(view, longest_edge_mm(&grid) / COARSE_PIXELS);
            *window = window_of(&Radiograph::new(&without_metal, &setting)?);
        }
        let before = VIEWS.map(|view| {
            let setting = Setting::parallel(view, longest_edge_mm(&grid) / PIXELS);
            Radiograph::new(&tissue_hu, &setting)
        });
        let before = before.into_iter().collect::<Result<_, _>>()?;
        Ok(Self { scanner: Scanner::new(tissue_hu, lesion, 0.0, 0)?, side, before, windows })
    }

    /// The pictures of a state as PNG files, in the order of [`VIEWS`], with a letter for the side
    /// and a ruler in them.
    ///
    /// # Errors
    /// If one cannot be made.
    pub(crate) fn pictures(
        &self,
        state: &State,
        lesion: &Grid,
    ) -> Result<Vec<Vec<u8>>, JointError> {
        let added = self.scanner.added(state, lesion);
        let views = VIEWS.into_iter().zip(&self.before).zip(self.windows);
        views
            .map(|((view, before), window)| self.picture(&before.denser(&added), view, window))
            .collect()
    }

    fn picture(
        &self,
        radiograph: &Radiograph,
        view: View,
        window: Window,
    ) -> Result<Vec<u8>, JointError> {
        let ([width, height], pixel_mm) = (radiograph.shape, radiograph.pixel_mm);
        let mut grey = radiograph.grey(window);
        let size = Size { width, height, pixel_mm: Some(pixel_mm) };
        draw_ruler(&mut grey, size, width, [0, 255]);
        if let Some(side) = self.side {
            // In the frontal view on its own side: the patient's right is on the left.
            let on_the_left = view == View::Lateral || side == Side::Right;
            draw_side(&mut grey, size, width, side, on_the_left, [0, 255]);
        }
        Ok(png::written(size, Pixels::Grey(&grey))?)
    }
}

/// The longest edge of a grid, mm.
fn longest_edge_mm(grid: &Grid) -> f64 {
    let edge = |a: usize| grid.shape()[a] as f64 * grid.spacing_mm()[a];
    (0..3).map(edge).fold(0.0, f64::max)
}

/// Black and white for a joint: of the pixels with tissue behind them, a few are beyond either.
fn window_of(radiograph: &Radiograph) -> Window {
    let mut tissue: Vec<f32> =
        radiograph.attenuation.iter().copied().filter(|&a| a > AIR).collect();
    tissue.sort_unstable_by(f32::total_cmp);
    let at = |share: f64| {
        let place = (share * tissue.len() as f64) as usize;
        tissue.get(place.min(tissue.len().saturating_sub(1))).map_or(0.0, |&v| f64::from(v))
    };
    Window { black: at(CLIPPED[0]), white: at(1.0 - CLIPPED[1]) }
}

/// The voxels that are bone of the lesion.
pub(crate) fn lesion_bone(problem: &Problem, state: &State, tissue_hu: &[f32]) -> Field<bool> {
    let hu = LesionHu { problem, state, tissue_hu };
    let grid = *problem.grid();
    Field::from_vec(grid, (0..grid.len()).map(|c| hu.is_bone(c)).collect())
}

/// Shares of a shadow are told apart by this much, mm.
const SHADOW_PIXEL_MM: f64 = 0.5;

/// The shadow of bone in a view, mm².
///
/// # Errors
/// As [`projected_area_mm2`](ossicle_joint::radiograph::projected_area_mm2).
pub(crate) fn shadow_mm2(bone: &Field<bool>, view: View) -> Result<f64, RadiographError> {
    if !super::any(bone) {
        return Ok(0.0);
    }
    ossicle_joint::radiograph::projected_area_mm2(bone, view, SHADOW_PIXEL_MM)
}
