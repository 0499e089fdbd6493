//! Arithmetic of points and directions in millimetres.

use std::f64::consts::PI;

/// A point or a vector of three components.
pub(crate) type Vec3 = [f64; 3];

pub(crate) fn add(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(crate) fn sub(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(crate) fn scale(a: Vec3, s: f64) -> Vec3 {
    [a[0] * s, a[1] * s, a[2] * s]
}

/// `a + s b`.
pub(crate) fn along(a: Vec3, b: Vec3, s: f64) -> Vec3 {
    [a[0] + b[0] * s, a[1] + b[1] * s, a[2] + b[2] * s]
}

pub(crate) fn dot(a: Vec3, b: Vec3) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: Vec3, b: Vec3) -> Vec3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

pub(crate) fn length(a: Vec3) -> f64 {
    dot(a, a).sqrt()
}

pub(crate) fn distance(a: Vec3, b: Vec3) -> f64 {
    length(sub(a, b))
}

/// The direction of `a`; `a` itself where it has no length.
pub(crate) fn unit(a: Vec3) -> Vec3 {
    let l = length(a);
    if l > 0.0 { scale(a, 1.0 / l) } else { a }
}

/// Angle between two directions in radians, 0 to π.
pub(crate) fn angle(a: Vec3, b: Vec3) -> f64 {
    // Exact to rounding near 0 and π too, unlike the arc cosine.
    libm::atan2(length(cross(a, b)), dot(a, b))
}

/// Degrees to radians.
pub(crate) fn radians(degrees: f64) -> f64 {
    degrees * PI / 180.0
}
