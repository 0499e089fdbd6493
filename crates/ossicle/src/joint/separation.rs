//! How the bones of the joint were told apart, as a picture: slices in grey with each body, and
//! each island of the lesion's bone, in a colour of its own.
//!
//! A separation that is wrong turns the wrong bones against each other, and no number shows it.

use ossicle_anatomy::Side;
use ossicle_field::{Field, Grid};
use ossicle_image::{sample_nearest, sample_trilinear};
use ossicle_joint::bodies::{Attachment, Bodies, Islands, Origin};

use super::marks::{draw_ruler, draw_side};
use super::{JointError, part_within};
use crate::png::{self, Pixels, Size};
use crate::record::{BodyRecord, IslandRecord, SeparationRecord};

/// Pixels along the edge of a slice.
const EDGE: usize = 320;
/// Pixels between two slices.
const GAP: usize = 6;
/// Densities shown from black to white, HU.
const WINDOW_HU: [f64; 2] = [-200.0, 1000.0];
/// Share of the colour in a pixel of a body.
const COLOUR: f64 = 0.5;
/// Colours of the bodies (Okabe and Ito, 2008: any colour vision tells them apart), over again
/// from the first.
const BODIES: [[u8; 3]; 5] =
    [[0, 114, 178], [230, 159, 0], [0, 158, 115], [204, 121, 167], [86, 180, 233]];
/// Colour of an island that bridges bodies.
const BRIDGE: [u8; 3] = [213, 94, 0];
/// Colour of an island that is fused to none.
const FREE: [u8; 3] = [240, 228, 66];
/// Islands that are told one by one, at most.
const MOST_ISLANDS: usize = 8;

/// The patient's axes to the right and down in axial, coronal and sagittal slices, which both run
/// against their directions: right is on the left, front or head is up.
const PLANES: [[usize; 2]; 3] = [[0, 1], [0, 2], [1, 2]];

/// The bodies of a joint, ready to be drawn on any day.
pub(super) struct Separation {
    codes: Field<u8>,
    hu: Field<f32>,
    middle_mm: [f64; 3],
    half_edge_mm: f64,
    told_by: &'static str,
    bodies: Vec<BodyRecord>,
    findings: Vec<String>,
}

impl Separation {
    /// The bodies within a distance of the joint's centre.
    pub(super) fn new(
        bodies: &Bodies,
        hu: &Field<f32>,
        middle_mm: [f64; 3],
        half_edge_mm: f64,
    ) -> Result<Self, JointError> {
        let bounds = [middle_mm.map(|v| v - half_edge_mm), middle_mm.map(|v| v + half_edge_mm)];
        let told = bodies.table().iter().zip(1_u8..).map(|(body, code)| BodyRecord {
            name: body.name.clone(),
            colour: written(colour_of(code)),
            volume_mm3: bodies.volume_mm3(code),
        });
        Ok(Self {
            codes: part_within(bodies.codes(), bounds)?,
            hu: part_within(hu, bounds)?,
            middle_mm,
            half_edge_mm,
            told_by: match bodies.origin() {
                Origin::Names => "names",
                Origin::JointSpace => "the joint space",
            },
            bodies: told.collect(),
            findings: bodies.findings().iter().map(ToString::to_string).collect(),
        })
    }

    /// What the picture shows with the islands of a day.
    pub(super) fn record(&self, islands: &Islands) -> SeparationRecord {
        let name = |code: &u8| {
            let body = usize::from(*code).checked_sub(1).and_then(|n| self.bodies.get(n));
            body.map_or_else(String::new, |body| body.name.clone())
        };
        let told = islands.islands.iter().take(MOST_ISLANDS).map(|island| IslandRecord {
            volume_mm3: island.volume_mm3,
            fused_to: match &island.attachment {
                Attachment::Free => Vec::new(),
                Attachment::Fused(code) => vec![name(code)],
                Attachment::Bridge(codes) => codes.iter().map(name).collect(),
            },
        });
        SeparationRecord {
            told_by: self.told_by.to_owned(),
            bodies: self.bodies.clone(),
            islands: islands.islands.len(),
            largest_islands: told.collect(),
            findings: self.findings.clone(),
        }
    }

    /// Axial, coronal and sagittal slices through the centre of the joint as a PNG file; where
    /// there are islands, three more below through the middle of the largest.
    pub(super) fn picture(&self, islands: &Islands, side: Side) -> Result<Vec<u8>, JointError> {
        let rows = [Some(self.middle_mm), middle_of_largest(islands)];
        let rows: Vec<[f64; 3]> = rows.into_iter().flatten().collect();
        let (width, row_height) = (PLANES.len() * (EDGE + GAP) - GAP, EDGE + GAP);
        let height = rows.len() * row_height - GAP;
        let pixel_mm = 2.0 * self.half_edge_mm / EDGE as f64;
        let mut pixels = vec![[255; 3]; width * height];
        for (number, through_mm) in rows.iter().enumerate() {
            for (plane, axes) in PLANES.into_iter().enumerate() {
                for n in 0..EDGE * EDGE {
                    let pixel = [n % EDGE, n / EDGE];
                    let mut place = *through_mm;
                    for (axis, along) in axes.into_iter().zip(pixel) {
                        // All slices are of one size about one middle.
                        place[axis] = self.middle_mm[axis] + self.half_edge_mm
                            - (along as f64 + 0.5) * pixel_mm;
                    }
                    let at = [plane * (EDGE + GAP) + pixel[0], number * row_height + pixel[1]];
                    pixels[at[0] + width * at[1]] = self.pixel(islands, place, pixel);
                }
            }
        }
        let size = Size { width, height, pixel_mm: Some(pixel_mm) };
        draw_ruler(&mut pixels, size, EDGE, [[0; 3], [255; 3]]);
        // On its own side of the axial slice, as a reader takes it.
        draw_side(&mut pixels, size, EDGE, side, side == Side::Right, [[0; 3], [255; 3]]);
        Ok(png::written(size, Pixels::Colour(&pixels))?)
    }

    fn pixel(&self, islands: &Islands, place_mm: [f64; 3], pixel: [usize; 2]) -> [u8; 3] {
        let Some(hu) = sample_trilinear(&self.hu, place_mm) else { return [0; 3] };
        let [low, high] = WINDOW_HU;
        let grey = 255.0 * ((hu - low) / (high - low)).clamp(0.0, 1.0);
        let code = sample_nearest(&self.codes, place_mm).unwrap_or(0);
        if code > 0 {
            return colour_of(code).map(|c| ((1.0 - COLOUR) * grey + COLOUR * f64::from(c)) as u8);
        }
        let label = sample_nearest(&islands.labels, place_mm).unwrap_or(0);
        match (label as usize).checked_sub(1).map(|n| &islands.islands[n].attachment) {
            None => [grey as u8; 3],
            Some(Attachment::Free) => FREE,
            Some(Attachment::Bridge(_)) => BRIDGE,
            // Hatched, to be told from the body itself.
            Some(Attachment::Fused(_)) if (pixel[0] + pixel[1]) % 5 < 2 => [255; 3],
            Some(Attachment::Fused(code)) => colour_of(*code),
        }
    }
}

/// The middle of the bounds of the largest island, mm.
fn middle_of_largest(islands: &Islands) -> Option<[f64; 3]> {
    let grid: &Grid = islands.labels.grid();
    let (mut low, mut high) = ([usize::MAX; 3], [0; 3]);
    for (n, _) in islands.labels.iter().enumerate().filter(|(_, label)| **label == 1) {
        let voxel = grid.voxel(n);
        for a in 0..3 {
            low[a] = low[a].min(voxel[a]);
            high[a] = high[a].max(voxel[a]);
        }
    }
    let middle = std::array::from_fn(|a| (low[a] as f64 + high[a] as f64) / 2.0);
    (low[0] <= high[0]).then(|| grid.to_world(middle))
}

fn colour_of(code: u8) -> [u8; 3] {
    BODIES[usize::from(code.saturating_sub(1)) % BODIES.len()]
}

fn written([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Colours of islands that bridge bodies, and of those that are fused to none, as bodies' are
/// recorded.
pub(crate) fn island_colours() -> [String; 2] {
    [BRIDGE, FREE].map(written)
}
