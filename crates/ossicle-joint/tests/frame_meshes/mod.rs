//! A reader of the bone surfaces in the shared data folder, for tests alone.

use std::path::Path;

use ossicle_anatomy::vector::{Vec3, add, cross, length, scale, sub};

/// Triangles by their corners.
pub(crate) type Mesh = Vec<[Vec3; 3]>;

/// A mesh of the development data, or `None` with a printed reason.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn mesh(path: &str) -> Option<Mesh> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/meshes"));
    let file = folder.join(path);
    let Ok(bytes) = std::fs::read(&file) else {
        eprintln!("skipped: {} is not there", file.display());
        return None;
    };
    Some(match file.extension().and_then(|e| e.to_str()) {
        Some("stl") => binary_stl(&bytes),
        Some("vtp") => vtk_xml(std::str::from_utf8(&bytes).expect("text")),
        _ => ply(&bytes),
    })
}

/// Points spread over a mesh about `spacing` mm apart, after `world` has been asked of each
/// corner.
pub(crate) fn sampled(mesh: &Mesh, world: impl Fn(Vec3) -> Vec3, spacing: f64) -> Vec<Vec3> {
    let mut found = Vec::new();
    for corners in mesh {
        let [a, b, c] = corners.map(&world);
        let (u, v) = (sub(b, a), sub(c, a));
        let longest = length(u).max(length(v)).max(length(sub(c, b)));
        if length(cross(u, v)) == 0.0 {
            continue;
        }
        let n = (longest / spacing).ceil() as usize;
        for i in 0..n {
            for j in 0..n - i {
                let at = |i: usize| (i as f64 + 1.0 / 3.0) / n as f64;
                found.push(add(a, add(scale(u, at(i)), scale(v, at(j)))));
            }
        }
    }
    found
}

fn float(bytes: &[u8], at: usize) -> f64 {
    f64::from(f32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")))
}

fn binary_stl(bytes: &[u8]) -> Mesh {
    let triangle =
        |t: &[u8]| std::array::from_fn(|n| std::array::from_fn(|a| float(t, 12 + 12 * n + 4 * a)));
    bytes[84..].chunks_exact(50).map(triangle).collect()
}

/// The numbers of the first data array after each of some marks.
fn numbers(text: &str, marks: &[&str]) -> Vec<f64> {
    let rest = marks
        .iter()
        .fold(text, |rest, mark| &rest[rest.find(mark).unwrap_or_else(|| panic!("no {mark}"))..]);
    let start = rest.find('>').expect("an opening tag") + 1;
    let end = rest.find("</DataArray").expect("a closing tag");
    rest[start..end].split_whitespace().map(|v| v.parse().expect("a number")).collect()
}

fn vtk_xml(text: &str) -> Mesh {
    let points: Vec<Vec3> = numbers(text, &["<Points", "<DataArray"])
        .chunks_exact(3)
        .map(|p| [p[0], p[1], p[2]])
        .collect();
    let corners = numbers(text, &["<Polys", "Name=\"connectivity\""]);
    let ends = numbers(text, &["<Polys", "Name=\"offsets\""]);
    let mut mesh = Vec::new();
    let mut first = 0;
    for end in ends.into_iter().map(|e| e as usize) {
        let polygon: Vec<Vec3> = corners[first..end].iter().map(|&n| points[n as usize]).collect();
        mesh.extend(fan(&polygon));
        first = end;
    }
    mesh
}

fn fan(polygon: &[Vec3]) -> impl Iterator<Item = [Vec3; 3]> + '_ {
    (1..polygon.len() - 1).map(|n| [polygon[0], polygon[n], polygon[n + 1]])
}

fn ply(bytes: &[u8]) -> Mesh {
    let mark = b"end_header\n";
    let end = bytes.windows(mark.len()).position(|w| w == mark).expect("a header") + mark.len();
    let header = std::str::from_utf8(&bytes[..end]).expect("text");
    let count = |what: &str| -> usize {
        let line = header.lines().find(|l| l.starts_with(&format!("element {what}")));
        line.and_then(|l| l.split(' ').nth(2)).expect("a count").parse().expect("a number")
    };
    let (vertices, faces) = (count("vertex"), count("face"));
    assert!(header.contains("binary_little_endian"), "{header}");
    let properties = header.lines().take_while(|l| !l.starts_with("element face"));
    let stride = properties
        .filter_map(|l| l.strip_prefix("property "))
        .map(|p| if p.starts_with("uchar") { 1 } else { 4 })
        .sum::<usize>();
    let points: Vec<Vec3> = (0..vertices)
        .map(|n| std::array::from_fn(|a| float(bytes, end + n * stride + 4 * a)))
        .collect();
    let mut at = end + vertices * stride;
    let mut mesh = Vec::new();
    for _ in 0..faces {
        let corners = usize::from(bytes[at]);
        let corner = |n: usize| {
            let from = at + 1 + 4 * n;
            u32::from_le_bytes(bytes[from..from + 4].try_into().expect("four bytes")) as usize
        };
        let polygon: Vec<Vec3> = (0..corners).map(|n| points[corner(n)]).collect();
        mesh.extend(fan(&polygon));
        at += 1 + 4 * corners;
    }
    mesh
}
