//! Outlines of what lies above a threshold in a picture: marching squares.

use std::collections::BTreeMap;

/// A side between two neighbouring samples: the first of them, and whether the second lies
/// to its right (else below).
type Side = (usize, usize, bool);

/// The closed lines along which `values` (row by row, `width` a row) pass `threshold`, in
/// units of pixels; the centre of the first pixel is at (0.5, 0.5). What lies outside the
/// picture counts as below.
pub(in crate::report) fn outlines(
    values: &[f64],
    width: usize,
    threshold: f64,
) -> Vec<Vec<[f64; 2]>> {
    if width == 0 {
        return Vec::new();
    }
    let height = values.len() / width;
    // One more sample on every side, so that every line closes.
    let above = |i: usize, j: usize| -> f64 {
        let inside = (1..=width).contains(&i) && (1..=height).contains(&j);
        let value = if inside { values[(j - 1) * width + i - 1] } else { f64::NEG_INFINITY };
        if value.is_nan() { f64::NEG_INFINITY } else { value }
    };
    let mut neighbours: BTreeMap<Side, Vec<Side>> = BTreeMap::new();
    let mut join = |a: Side, b: Side| {
        neighbours.entry(a).or_default().push(b);
        neighbours.entry(b).or_default().push(a);
    };
    for j in 0..=height {
        for i in 0..=width {
            let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
            let high = corners.map(|(i, j)| above(i, j) > threshold);
            let sides = [(i, j, true), (i + 1, j, false), (i, j + 1, true), (i, j, false)];
            let crossed: Vec<Side> =
                (0..4).filter(|n| high[*n] != high[(n + 1) % 4]).map(|n| sides[n]).collect();
            match crossed[..] {
                [a, b] => join(a, b),
                // Two corners across are high: each is cut off by itself.
                [top, right, bottom, left] => {
                    if high[0] {
                        join(left, top);
                        join(right, bottom);
                    } else {
                        join(top, right);
                        join(bottom, left);
                    }
                }
                _ => {}
            }
        }
    }
    let place = |(i, j, to_the_right): Side| {
        let next = if to_the_right { above(i + 1, j) } else { above(i, j + 1) };
        let here = above(i, j);
        let share = if here.is_finite() && next.is_finite() {
            (threshold - here) / (next - here)
        } else {
            0.5
        };
        let (x, y) = (i as f64 - 0.5, j as f64 - 0.5);
        if to_the_right { [x + share, y] } else { [x, y + share] }
    };
    let mut lines = Vec::new();
    while let Some((&start, _)) = neighbours.first_key_value() {
        let mut line = Vec::new();
        let mut side = start;
        // Each side has two neighbours: walk on to the one that is left.
        while let Some(next) = neighbours.get_mut(&side).and_then(Vec::pop) {
            line.push(place(side));
            remove(&mut neighbours, side, None);
            remove(&mut neighbours, next, Some(side));
            side = next;
        }
        remove(&mut neighbours, side, None);
        lines.push(line);
    }
    lines
}

/// Takes a neighbour off a side's list, and the side off the map once it has none.
fn remove(neighbours: &mut BTreeMap<Side, Vec<Side>>, side: Side, neighbour: Option<Side>) {
    let Some(list) = neighbours.get_mut(&side) else { return };
    if let Some(at) = list.iter().position(|n| Some(*n) == neighbour) {
        list.remove(at);
    }
    if list.is_empty() {
        neighbours.remove(&side);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length_and_area(line: &[[f64; 2]]) -> (f64, f64) {
        let next = |n: usize| line[(n + 1) % line.len()];
        (0..line.len()).fold((0.0, 0.0), |(length, area), n| {
            let ([x, y], [u, v]) = (line[n], next(n));
            (length + libm::hypot(u - x, v - y), area + 0.5 * (x * v - u * y))
        })
    }

    #[test]
    fn a_disc_has_one_outline_of_its_own_length_and_area() {
        let (width, radius) = (80, 25.0);
        let values: Vec<f64> = (0..width * 60)
            .map(|n| {
                let (x, y) = ((n % width) as f64 + 0.5 - 40.0, (n / width) as f64 + 0.5 - 30.0);
                radius - libm::hypot(x, y)
            })
            .collect();
        let lines = outlines(&values, width, 0.0);
        assert_eq!(lines.len(), 1);
        let (length, area) = length_and_area(&lines[0]);
        let pi = std::f64::consts::PI;
        assert!((length / (2.0 * pi * radius) - 1.0).abs() < 2e-3, "{length}");
        assert!((area.abs() / (pi * radius * radius) - 1.0).abs() < 2e-3, "{area}");
        for [x, y] in &lines[0] {
            assert!((libm::hypot(x - 40.0, y - 30.0) - radius).abs() < 0.02);
        }
    }

    #[test]
    fn holes_parts_corners_and_the_border_all_close() {
        let picture = ["11110001", "10010000", "11110010", "00000100"];
        let values: Vec<f64> =
            picture.concat().chars().map(|c| if c == '1' { 1.0 } else { 0.0 }).collect();
        let lines = outlines(&values, 8, 0.5);
        // A ring has two outlines, the corner at the border one, the diagonal pair two.
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert!(lines.iter().all(|line| line.len() >= 3));
        assert!(outlines(&values, 8, 2.0).is_empty());
        assert_eq!(outlines(&[1.0; 12], 4, 0.5).len(), 1);
        assert!(outlines(&[], 0, 0.5).is_empty());
        assert!(outlines(&[f64::NAN; 4], 2, 0.5).is_empty());
    }
}
