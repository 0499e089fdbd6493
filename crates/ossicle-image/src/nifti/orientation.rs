//! Where the voxels of a NIfTI file lie.

use ossicle_field::{Grid, GridError};

use super::header::Header;
use crate::error::ScanFault;
use crate::frame::largest_distance;

/// The grid of an image, the sform before the qform, in mm.
pub(crate) fn grid(
    header: &Header,
    shape: [usize; 3],
    notes: &mut Vec<String>,
) -> Result<Grid, ScanFault> {
    let unit = millimetres(header, notes)?;
    let quaternion = || quaternion_grid(header, shape, unit);
    if header.sform_code > 0 {
        let column = |c: usize| std::array::from_fn(|r| header.srow[r][c] * unit);
        let grid = Grid::new(shape, [column(0), column(1), column(2)], column(3))?;
        if header.qform_code > 0
            && let Ok(other) = quaternion()
        {
            let apart = largest_distance(&grid, &other);
            if apart > 0.5 * grid.spacing_mm().into_iter().fold(f64::INFINITY, f64::min) {
                notes.push(format!(
                    "the sform and the qform place the image up to {apart:.2} mm apart; \
                     the sform is used"
                ));
            }
        }
        return Ok(grid);
    }
    if header.qform_code > 0 {
        return quaternion();
    }
    notes.push(
        "neither sform nor qform is set: the axes are taken to run right, forward and up, \
         which may mirror the patient"
            .into(),
    );
    let spacing: [f64; 3] = std::array::from_fn(|n| header.pixdim[n + 1] * unit);
    check_pixdim(spacing)?;
    Ok(Grid::aligned(shape, spacing, [0.0; 3])?)
}

/// Millimetres in the header's unit of length.
fn millimetres(header: &Header, notes: &mut Vec<String>) -> Result<f64, ScanFault> {
    let (unit, name) = match header.xyzt_units & 7 {
        0 | 2 => return Ok(1.0),
        1 => (1000.0, "metres"),
        3 => (0.001, "micrometres"),
        code => return Err(ScanFault::header("the unit of length", code, "0 to 3")),
    };
    notes.push(format!("lengths are given in {name} and were turned into millimetres"));
    Ok(unit)
}

fn check_pixdim(spacing: [f64; 3]) -> Result<(), ScanFault> {
    match spacing.iter().position(|d| !(*d > 0.0 && d.is_finite())) {
        Some(n) => Err(ScanFault::header(
            format!("pixdim[{}], the voxel spacing,", n + 1),
            spacing[n],
            "more than 0 mm",
        )),
        None => Ok(()),
    }
}

fn quaternion_grid(header: &Header, shape: [usize; 3], unit: f64) -> Result<Grid, ScanFault> {
    let spacing: [f64; 3] = std::array::from_fn(|n| header.pixdim[n + 1] * unit);
    check_pixdim(spacing)?;
    let handedness = if header.pixdim[0] < 0.0 { -1.0 } else { 1.0 };
    let turned = rotation(header.quatern).ok_or(GridError::NotFinite)?;
    let step = |c: usize, sign: f64| std::array::from_fn(|r| turned[r][c] * spacing[c] * sign);
    Ok(Grid::new(
        shape,
        [step(0, 1.0), step(1, 1.0), step(2, handedness)],
        header.qoffset.map(|v| v * unit),
    )?)
}

/// The rotation matrix of the unit quaternion with these b, c and d.
fn rotation([b, c, d]: [f64; 3]) -> Option<[[f64; 3]; 3]> {
    let square = b * b + c * c + d * d;
    if !square.is_finite() {
        return None;
    }
    // Stored in single precision, the three may exceed 1 together.
    let (a, shrink) =
        if square > 1.0 { (0.0, square.sqrt()) } else { ((1.0 - square).sqrt(), 1.0) };
    let [b, c, d] = [b / shrink, c / shrink, d / shrink];
    Some([
        [a * a + b * b - c * c - d * d, 2.0 * (b * c - a * d), 2.0 * (b * d + a * c)],
        [2.0 * (b * c + a * d), a * a + c * c - b * b - d * d, 2.0 * (c * d - a * b)],
        [2.0 * (b * d - a * c), 2.0 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ])
}

/// The quaternion (b, c, d) and the handedness (1 or -1) of a grid's directions,
/// its axes taken to be at right angles.
pub(crate) fn quaternion(grid: &Grid) -> ([f64; 3], f64) {
    let mut axes = grid.directions();
    let handedness = if grid.is_left_handed() { -1.0 } else { 1.0 };
    axes[2] = axes[2].map(|v| v * handedness);
    let m = |r: usize, c: usize| axes[c][r];
    // Four times the squares of a, b, c and d. The largest is the safe divisor.
    let fours = [
        1.0 + m(0, 0) + m(1, 1) + m(2, 2),
        1.0 + m(0, 0) - m(1, 1) - m(2, 2),
        1.0 - m(0, 0) + m(1, 1) - m(2, 2),
        1.0 - m(0, 0) - m(1, 1) + m(2, 2),
    ];
    let largest = (0..4).fold(0, |best, n| if fours[n] > fours[best] { n } else { best });
    let double = fours[largest].sqrt();
    let [ax, ay, az] = [m(2, 1) - m(1, 2), m(0, 2) - m(2, 0), m(1, 0) - m(0, 1)];
    let [xy, xz, yz] = [m(0, 1) + m(1, 0), m(0, 2) + m(2, 0), m(1, 2) + m(2, 1)];
    let whole = match largest {
        0 => [double * double, ax, ay, az],
        1 => [ax, double * double, xy, xz],
        2 => [ay, xy, double * double, yz],
        _ => [az, xz, yz, double * double],
    }
    .map(|v| v / (2.0 * double));
    // The standard wants a, which is not stored, to be positive.
    let sign = if whole[0] < 0.0 { -1.0 } else { 1.0 };
    ([whole[1] * sign, whole[2] * sign, whole[3] * sign], handedness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;

    #[test]
    fn quaternion_and_rotation_are_inverse_for_all_kinds_of_turns() {
        for n in 0..400_u64 {
            let raw: [f64; 4] =
                std::array::from_fn(|k| (noise(k as u64, n) % 2001) as f64 / 1000.0 - 1.0);
            // Every fourth turn is by half a circle, where a is 0.
            let raw = if n % 4 == 0 { [0.0, raw[1], raw[2], raw[3]] } else { raw };
            let length = raw.iter().map(|v| v * v).sum::<f64>().sqrt();
            if length < 0.1 {
                continue;
            }
            let sign = if raw[0] < 0.0 { -1.0 } else { 1.0 };
            let unit = raw.map(|v| v / length * sign);
            let turned = rotation([unit[1], unit[2], unit[3]]).unwrap();
            let mirror = if n % 3 == 0 { -1.0 } else { 1.0 };
            let steps = std::array::from_fn(|c| {
                let sign = if c == 2 { mirror } else { 1.0 };
                std::array::from_fn(|r| turned[r][c] * sign * [0.7, 1.1, 3.0][c])
            });
            let grid = Grid::new([2; 3], steps, [0.0; 3]).unwrap();
            let (found, handedness) = quaternion(&grid);
            assert_eq!(handedness, mirror);
            let back = rotation(found).unwrap();
            for r in 0..3 {
                for c in 0..3 {
                    assert!((back[r][c] - turned[r][c]).abs() < 1e-7, "{back:?} {turned:?}");
                }
            }
        }
    }
}
