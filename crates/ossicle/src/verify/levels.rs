//! Which levels are run.

use ossicle_anatomy::nested_grid;
use ossicle_image::read_scan;

use super::error::VerifyError;
use crate::case::{Anatomy, CaseFile, LengthMm, LesionBox};

/// Levels that an order needs.
pub(super) const FEWEST: usize = 3;
/// Ratio of neighbouring spacings where nothing else is asked for; ASME V&V 20 wants more than
/// 1.3.
const USUAL_RATIO: f64 = 1.5;
/// Neighbouring levels of a scan, whose voxels are cut in whole numbers, differ by this at the
/// least.
const LEAST_RATIO_OF_A_SCAN: f64 = 1.2;
/// Spacings of a scan that are tried for each octave, and octaves.
const TRIED: (i32, i32) = (12, 5);

/// Multiples of the tolerance where nothing else is asked for.
pub(super) const USUAL_TOLERANCES: [f64; 4] = [4.0, 2.0, 1.0, 0.5];

/// Multiples of the case's own spacing that are run where nothing else is asked for: coarser ones
/// as far as the model bears them, at most two, then finer ones, three in all.
pub(super) fn usual_spacings(file: &CaseFile) -> Vec<f64> {
    let own = file.case.lesion_box.spacing.map(|LengthMm(mm)| mm);
    let LengthMm(limit) = LesionBox::coarsest_spacing(file.case.patient.species);
    let Anatomy::Scan(scan) = &file.case.anatomy else {
        let free = |multiple: f64| Some(own.map(|h| h * multiple));
        let steps: Vec<f64> = (-2..=2).map(|k| libm::pow(USUAL_RATIO, f64::from(k))).collect();
        return chosen(&steps, limit, &free);
    };
    // A scan that cannot be read is refused when the case is set up.
    let Ok(scan) = read_scan(&scan.scan) else { return vec![USUAL_RATIO, 1.0, 1.0 / USUAL_RATIO] };
    let grid = scan.image.grid();
    let corner = |first: bool| {
        let ends = grid.shape().map(|n| if first { -0.5 } else { n as f64 - 0.5 });
        grid.to_world(ends)
    };
    let (a, b) = (corner(true), corner(false));
    let bounds = [
        std::array::from_fn(|n| a[n].min(b[n]).next_down()),
        std::array::from_fn(|n| a[n].max(b[n]).next_up()),
    ];
    let nested = |multiple: f64| {
        nested_grid(bounds, grid, own.map(|h| h * multiple)).ok().map(|laid| laid.spacing_mm())
    };
    let (parts, octaves) = TRIED;
    let steps: Vec<f64> = (-parts * octaves..=parts)
        .map(|k| libm::pow(2.0, f64::from(k) / f64::from(parts)))
        .collect();
    chosen(&steps, limit, &nested)
}

/// Chooses from rising multiples, 1 among them, those whose voxels, as they are really `laid`,
/// differ from the last one chosen along every axis and stay within the limit.
fn chosen(multiples: &[f64], limit: f64, laid: &dyn Fn(f64) -> Option<[f64; 3]>) -> Vec<f64> {
    let Some(own) = laid(1.0) else { return vec![1.0] };
    let least = |a: [f64; 3], b: [f64; 3]| {
        (0..3).map(|n| a[n] / b[n]).fold(f64::INFINITY, f64::min) * (1.0 + 1e-9)
    };
    let mut found = vec![1.0];
    let mut last = own;
    for &multiple in multiples.iter().filter(|m| **m > 1.0) {
        let Some(next) = laid(multiple) else { continue };
        let bearable = next.iter().all(|h| *h <= limit * (1.0 + 1e-9));
        if bearable && found.len() < FEWEST && least(next, last) >= LEAST_RATIO_OF_A_SCAN {
            found.push(multiple);
            last = next;
        }
    }
    last = own;
    for &multiple in multiples.iter().rev().filter(|m| **m < 1.0) {
        let Some(next) = laid(multiple) else { continue };
        if found.len() < FEWEST && least(last, next) >= LEAST_RATIO_OF_A_SCAN {
            found.push(multiple);
            last = next;
        }
    }
    found
}

/// Multiples in falling order, each once.
///
/// # Errors
/// Refuses what is no positive number, fewer than three levels, and levels without the case's
/// own.
pub(super) fn falling(what: &'static str, multiples: &[f64]) -> Result<Vec<f64>, VerifyError> {
    if let Some(&found) = multiples.iter().find(|m| !(**m > 0.0 && m.is_finite())) {
        return Err(VerifyError::NoMultiple { what, found });
    }
    let mut falling = multiples.to_vec();
    falling.sort_by(|a, b| b.total_cmp(a));
    falling.dedup();
    if falling.len() < FEWEST {
        let list = list(&falling);
        return Err(VerifyError::TooFew { what, found: falling.len(), list });
    }
    if !falling.contains(&1.0) {
        return Err(VerifyError::OwnMissing { what, list: list(&falling) });
    }
    Ok(falling)
}

/// Multiples in words.
pub(super) fn list(multiples: &[f64]) -> String {
    let told: Vec<String> =
        multiples.iter().map(|m| crate::report::words::significant(*m, 3)).collect();
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coarse_levels_come_first_and_the_case_is_among_them() {
        let steps: Vec<f64> = (-2..=2).map(|k| libm::pow(1.5, f64::from(k))).collect();
        let of = |own: f64| {
            let mut found = chosen(&steps, 1.5, &|m| Some([own * m; 3]));
            found.sort_by(f64::total_cmp);
            found.iter().map(|m| (1000.0 * m).round() / 1000.0).collect::<Vec<_>>()
        };
        assert_eq!(of(0.5), [1.0, 1.5, 2.25]);
        assert_eq!(of(1.0), [0.667, 1.0, 1.5]);
        assert_eq!(of(1.5), [0.444, 0.667, 1.0]);
    }

    #[test]
    fn levels_of_a_scan_differ_along_every_axis() {
        // Voxels of 0.8 x 0.8 x 1.5 mm are cut, or joined, in whole numbers.
        let scan = [0.8, 0.8, 1.5];
        let laid = |m: f64| {
            let nested = |h: f64| {
                let cut = (h / m).round().max(1.0);
                let joined = (m / h).round().max(1.0);
                h * joined / cut
            };
            Some(scan.map(nested))
        };
        let steps: Vec<f64> = (-48..=12).map(|k| libm::pow(2.0, f64::from(k) / 12.0)).collect();
        let found = chosen(&steps, 1.5, &laid);
        let voxels: Vec<[f64; 3]> = found.iter().filter_map(|m| laid(*m)).collect();
        assert_eq!((found.len(), voxels[0]), (3, [0.8, 0.8, 0.75]));
        for pair in voxels.windows(2) {
            assert!((0..3).all(|a| pair[0][a] > 1.19 * pair[1][a]), "{voxels:?}");
        }
    }

    #[test]
    fn levels_that_tell_no_order_are_refused() {
        let told = |multiples: &[f64]| falling("spacing", multiples).map_err(|e| e.to_string());
        assert_eq!(told(&[1.0, 2.0, 4.0, 2.0]), Ok(vec![4.0, 2.0, 1.0]));
        let few = told(&[1.0, 2.0]).unwrap_err();
        assert!(few.contains("2 levels of spacing, 2, 1; expected at least 3"), "{few}");
        let own = told(&[4.0, 2.0, 0.5]).unwrap_err();
        assert!(own.contains("expected 1, the case's own"), "{own}");
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(told(&[1.0, 2.0, bad]).unwrap_err().contains("positive number"));
        }
    }
}
