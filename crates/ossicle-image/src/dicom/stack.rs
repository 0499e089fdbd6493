//! From slices to a grid: order, gaps, tilt.

use ossicle_field::Grid;

use super::slice::{Slice, dot};
use crate::error::ScanFault;
use crate::frame::ras_from_lps;

/// How far a slice may lie from its place in an even stack, in mm: headers round
/// positions to a tenth of a millimetre, which must not pass for a gap in thin slices.
fn tolerance_mm(step_mm: f64) -> f64 {
    (0.01 * step_mm + 0.05).min(0.1 * step_mm)
}

/// Slices in order, and the grid that they stand on.
#[derive(Debug)]
pub(super) struct Stack {
    /// In the order of their positions along the normal of the slices.
    pub(super) slices: Vec<Slice>,
    pub(super) grid: Grid,
    /// For each slice of the grid, which two slices make it and the share of the
    /// second; the same one twice where no interpolation is needed.
    pub(super) made_of: Vec<(usize, usize, f64)>,
    pub(super) notes: Vec<String>,
}

/// Puts slices in order and checks that they are evenly spaced.
pub(super) fn stack(mut slices: Vec<Slice>, resample_gaps: bool) -> Result<Stack, ScanFault> {
    let mut notes = Vec::new();
    let normal = slices[0].plane.normal();
    let height = |slice: &Slice| dot(slice.plane.position, normal);
    slices.sort_by(|a, b| height(a).total_cmp(&height(b)));
    remove_copies(&mut slices, &mut notes);
    if slices.len() == 1 {
        return single(slices, notes);
    }
    let heights: Vec<f64> = slices.iter().map(height).collect();
    let steps: Vec<f64> = heights.windows(2).map(|pair| pair[1] - pair[0]).collect();
    if let Some(n) = steps.iter().position(|step| *step < 1e-3) {
        return Err(ScanFault::CoincidentSlices {
            first: name(&slices[n]),
            second: name(&slices[n + 1]),
            position_mm: heights[n],
        });
    }
    let usual = median(&steps);
    check_line(&slices, &heights, tolerance_mm(usual))?;
    let last = slices.len() - 1;
    let even = (heights[last] - heights[0]) / last as f64;
    let out_of_place = |n: usize| (heights[n] - heights[0] - n as f64 * even).abs();
    if (0..=last).all(|n| out_of_place(n) <= tolerance_mm(usual)) {
        let made_of = (0..=last).map(|n| (n, n, 0.0)).collect();
        return Ok(Stack { grid: grid_between(&slices, last)?, made_of, slices, notes });
    }
    if resample_gaps {
        return interpolated(slices, &heights, usual, notes);
    }
    let odd = |n: &usize| (steps[*n] - usual).abs();
    let worst = (0..last).max_by(|a, b| odd(a).total_cmp(&odd(b))).unwrap_or(0);
    Err(ScanFault::UnequalSteps {
        before: name(&slices[worst]),
        after: name(&slices[worst + 1]),
        found_mm: steps[worst],
        expected_mm: usual,
    })
}

/// A single slice takes its thickness as the third spacing.
fn single(slices: Vec<Slice>, mut notes: Vec<String>) -> Result<Stack, ScanFault> {
    let Some(thickness) = slices[0].plane.thickness else {
        return Err(ScanFault::missing(
            "the Slice Thickness (0018,0050) of a single slice",
            "it has no third spacing",
        ));
    };
    notes.push(format!("a single slice; its thickness of {thickness} mm is the third spacing"));
    let step = slices[0].plane.normal().map(|v| v * thickness);
    Ok(Stack { grid: grid(&slices[0], step, 1)?, made_of: vec![(0, 0, 0.0)], slices, notes })
}

/// Leaves out second copies of the very same instance.
fn remove_copies(slices: &mut Vec<Slice>, notes: &mut Vec<String>) {
    slices.dedup_by(|b, a| {
        let copy = a.instance.is_some()
            && a.instance == b.instance
            && a.frame == b.frame
            && a.plane == b.plane;
        if copy {
            notes.push(format!("left out: {}: a copy of {}", name(b), name(a)));
        }
        copy
    });
}

fn median(steps: &[f64]) -> f64 {
    let mut sorted = steps.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Refuses a slice that lies beside the line through the first and the last one. A
/// tilted gantry leans that line; it does not bend it.
fn check_line(slices: &[Slice], heights: &[f64], tolerance: f64) -> Result<(), ScanFault> {
    let last = slices.len() - 1;
    let (low, high) = (slices[0].plane.position, slices[last].plane.position);
    for (slice, height) in slices.iter().zip(heights) {
        let part = (height - heights[0]) / (heights[last] - heights[0]);
        let shift: [f64; 3] =
            std::array::from_fn(|r| slice.plane.position[r] - (low[r] + part * (high[r] - low[r])));
        let shift_mm = dot(shift, shift).sqrt();
        if shift_mm > tolerance {
            return Err(ScanFault::SidewaysSlice {
                slice: name(slice),
                shift_mm,
                limit_mm: tolerance,
            });
        }
    }
    Ok(())
}

/// A regular stack over the whole height, each slice linear between its neighbours.
fn interpolated(
    slices: Vec<Slice>,
    heights: &[f64],
    usual: f64,
    mut notes: Vec<String>,
) -> Result<Stack, ScanFault> {
    let last = slices.len() - 1;
    let whole = heights[last] - heights[0];
    let count = (whole / usual).round().max(1.0);
    let spacing = whole / count;
    let mut made_of = Vec::new();
    let mut upper = 1;
    for k in 0..=count as usize {
        let at = heights[0] + k as f64 * spacing;
        while upper < last && heights[upper] < at {
            upper += 1;
        }
        let part =
            ((at - heights[upper - 1]) / (heights[upper] - heights[upper - 1])).clamp(0.0, 1.0);
        // A slice this near is that slice, not a mixture of two.
        let off_mm = part.min(1.0 - part) * (heights[upper] - heights[upper - 1]);
        let nearest = if part < 0.5 { upper - 1 } else { upper };
        if off_mm <= tolerance_mm(usual) {
            made_of.push((nearest, nearest, 0.0));
        } else {
            made_of.push((upper - 1, upper, part));
        }
    }
    let mixed = made_of.iter().filter(|(a, b, _)| a != b).count();
    notes.push(format!(
        "slices are unevenly spaced: {mixed} of {} slices at {spacing:.3} mm were interpolated",
        made_of.len(),
    ));
    Ok(Stack { grid: grid_between(&slices, count as usize)?, made_of, slices, notes })
}

/// The grid from the first slice to the last in `steps` even steps.
fn grid_between(slices: &[Slice], steps: usize) -> Result<Grid, ScanFault> {
    let (first, last) = (&slices[0], &slices[slices.len() - 1]);
    let step =
        std::array::from_fn(|r| (last.plane.position[r] - first.plane.position[r]) / steps as f64);
    grid(first, step, steps + 1)
}

/// The grid that begins at a slice and goes on by `step` (LPS, mm), `count` times.
fn grid(first: &Slice, step: [f64; 3], count: usize) -> Result<Grid, ScanFault> {
    let plane = &first.plane;
    let [between_columns, between_rows] = plane.spacing;
    Ok(Grid::new(
        [first.columns, first.rows, count],
        [
            ras_from_lps(plane.along_row.map(|v| v * between_columns)),
            ras_from_lps(plane.along_column.map(|v| v * between_rows)),
            ras_from_lps(step),
        ],
        ras_from_lps(plane.position),
    )?)
}

/// How a message names a slice.
fn name(slice: &Slice) -> String {
    let file = slice.path.file_name().unwrap_or(slice.path.as_os_str()).to_string_lossy();
    match slice.frames {
        1 => file.into_owned(),
        _ => format!("frame {} of {file}", slice.frame + 1),
    }
}
