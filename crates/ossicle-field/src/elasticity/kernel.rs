//! Forces that one displaced hexahedron puts on its corners, for a run of voxels side by side.
//!
//! On a box the trilinear displacement splits into products of `1, x, y, z` along its half
//! edges. In these moments the integrated stiffness couples hardly anything, so that sums and
//! differences over the corners replace the 24 x 24 matrix: a fifth of its work, any pair of
//! Lamé constants, and a rigid shift cancels in the first differences.

/// The two precisions: the answer is found in `f64`, corrections in `f32`.
pub(super) trait Real:
    Copy
    + Send
    + Sync
    + From<f32>
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::AddAssign
{
    fn rounded(value: f64) -> Self;
}

impl Real for f32 {
    fn rounded(value: f64) -> Self {
        value as f32
    }
}

impl Real for f64 {
    fn rounded(value: f64) -> Self {
        value
    }
}

/// Voxels that are worked through together.
pub(super) const RUN: usize = 16;

/// Displacements of a run: component `c` on the node row `r` at `4c + r`, where `r` is
/// 0 for the row of the voxel's lower corner, 1 one row up the second axis, 2 up the third,
/// 3 up both.
pub(super) type Corners<T> = [[T; RUN + 1]; 12];
/// Forces on the lower or the upper ends (along the first axis) of those rows.
pub(super) type Ends<T> = [[T; RUN]; 12];

/// Moments of one displacement component (the mean is never needed).
type Moments<T> = [[T; RUN]; 7];
const X: usize = 0;
const Y: usize = 1;
const Z: usize = 2;
const XY: usize = 3;
const XZ: usize = 4;
const YZ: usize = 5;
const XYZ: usize = 6;

/// Products of the derivatives `2/h` along the three axes (1/mm²).
#[derive(Clone, Copy, Debug)]
pub(super) struct Slopes<T> {
    xx: T,
    yy: T,
    zz: T,
    xy: T,
    xz: T,
    yz: T,
    third: T,
    ninth: T,
}

impl<T: Real> Slopes<T> {
    pub(super) fn new(spacing_mm: [f64; 3]) -> Self {
        let [x, y, z] = spacing_mm.map(|h| 2.0 / h);
        Self {
            xx: T::rounded(x * x),
            yy: T::rounded(y * y),
            zz: T::rounded(z * z),
            xy: T::rounded(x * y),
            xz: T::rounded(x * z),
            yz: T::rounded(y * z),
            third: T::rounded(1.0 / 3.0),
            ninth: T::rounded(1.0 / 9.0),
        }
    }
}

/// Memory of one task.
pub(super) struct Scratch<T> {
    pub(super) corners: Corners<T>,
    moments: [Moments<T>; 3],
    pub(super) lower: Ends<T>,
    pub(super) upper: Ends<T>,
}

impl<T: Real> Scratch<T> {
    pub(super) fn new() -> Self {
        let zero = T::from(0.0);
        Self {
            corners: [[zero; RUN + 1]; 12],
            moments: [[[zero; RUN]; 7]; 3],
            lower: [[zero; RUN]; 12],
            upper: [[zero; RUN]; 12],
        }
    }

    /// From `corners` to the forces `lower` and `upper`. The Lamé constants are those of each
    /// voxel times its volume over 64.
    #[inline]
    pub(super) fn forces(&mut self, lambda: &[T; RUN], mu: &[T; RUN], slopes: &Slopes<T>) {
        let Self { corners, moments, lower, upper } = self;
        for (moments, rows) in moments.iter_mut().zip(corners.as_chunks::<4>().0) {
            gather(rows, moments);
        }
        stress(moments, lambda, mu, slopes);
        let ends = lower.as_chunks_mut::<4>().0.iter_mut().zip(upper.as_chunks_mut::<4>().0);
        for (moments, (lower, upper)) in moments.iter().zip(ends) {
            scatter(moments, lower, upper);
        }
    }
}

/// Moments of one component from its corner values, differences first.
#[inline(always)]
fn gather<T: Real>(rows: &[[T; RUN + 1]; 4], m: &mut Moments<T>) {
    for i in 0..RUN {
        let [a0, a1, a2, a3] = [rows[0][i], rows[1][i], rows[2][i], rows[3][i]];
        let [b0, b1, b2, b3] = [rows[0][i + 1], rows[1][i + 1], rows[2][i + 1], rows[3][i + 1]];
        let [x0, x1, x2, x3] = [b0 - a0, b1 - a1, b2 - a2, b3 - a3];
        m[X][i] = (x0 + x1) + (x2 + x3);
        m[XY][i] = (x1 - x0) + (x3 - x2);
        m[XZ][i] = (x2 - x0) + (x3 - x1);
        m[XYZ][i] = (x3 - x2) - (x1 - x0);
        let (y0, y2) = ((a1 - a0) + (b1 - b0), (a3 - a2) + (b3 - b2));
        m[Y][i] = y0 + y2;
        m[YZ][i] = y2 - y0;
        m[Z][i] = ((a2 - a0) + (b2 - b0)) + ((a3 - a1) + (b3 - b1));
    }
}

/// Moments of displacement to moments of force, in place.
#[inline(always)]
fn stress<T: Real>(
    moments: &mut [Moments<T>; 3],
    lambda: &[T; RUN],
    mu: &[T; RUN],
    slopes: &Slopes<T>,
) {
    let Slopes { xx, yy, zz, xy, xz, yz, third, ninth } = *slopes;
    let [u, v, w] = moments;
    for i in 0..RUN {
        let (l, m) = (lambda[i], mu[i]);
        let p = l + m + m;
        // Uniform strain: stretches, then shears.
        let (ux, vy, wz) = (u[X][i], v[Y][i], w[Z][i]);
        u[X][i] = p * (xx * ux) + l * (xy * vy + xz * wz);
        v[Y][i] = p * (yy * vy) + l * (xy * ux + yz * wz);
        w[Z][i] = p * (zz * wz) + l * (xz * ux + yz * vy);
        let (uy, vx) = (u[Y][i], v[X][i]);
        u[Y][i] = m * (yy * uy + xy * vx);
        v[X][i] = m * (xx * vx + xy * uy);
        let (uz, wx) = (u[Z][i], w[X][i]);
        u[Z][i] = m * (zz * uz + xz * wx);
        w[X][i] = m * (xx * wx + xz * uz);
        let (vz, wy) = (v[Z][i], w[Y][i]);
        v[Z][i] = m * (zz * vz + yz * wy);
        w[Y][i] = m * (yy * wy + yz * vz);
    }
    for i in 0..RUN {
        let (l, m) = (third * lambda[i], third * mu[i]);
        let p = l + m + m;
        // Bending: a stretch that varies along one other axis.
        let (u_xy, w_yz) = (u[XY][i], w[YZ][i]);
        u[XY][i] = (p * xx + m * yy) * u_xy + l * (xz * w_yz);
        w[YZ][i] = (p * zz + m * yy) * w_yz + l * (xz * u_xy);
        let (u_xz, v_yz) = (u[XZ][i], v[YZ][i]);
        u[XZ][i] = (p * xx + m * zz) * u_xz + l * (xy * v_yz);
        v[YZ][i] = (p * yy + m * zz) * v_yz + l * (xy * u_xz);
        let (v_xy, w_xz) = (v[XY][i], w[XZ][i]);
        v[XY][i] = (p * yy + m * xx) * v_xy + l * (yz * w_xz);
        w[XZ][i] = (p * zz + m * xx) * w_xz + l * (yz * v_xy);
        // Twist.
        let (u_yz, v_xz, w_xy) = (u[YZ][i], v[XZ][i], w[XY][i]);
        u[YZ][i] = m * ((yy + zz) * u_yz + xy * v_xz + xz * w_xy);
        v[XZ][i] = m * ((xx + zz) * v_xz + xy * u_yz + yz * w_xy);
        w[XY][i] = m * ((xx + yy) * w_xy + xz * u_yz + yz * v_xz);
    }
    for i in 0..RUN {
        let (l, m) = (ninth * lambda[i], ninth * mu[i]);
        let (p, all) = (l + m, m * (xx + yy + zz));
        u[XYZ][i] = (p * xx + all) * u[XYZ][i];
        v[XYZ][i] = (p * yy + all) * v[XYZ][i];
        w[XYZ][i] = (p * zz + all) * w[XYZ][i];
    }
}

/// Corner forces of one component from their moments.
#[inline(always)]
fn scatter<T: Real>(m: &Moments<T>, lower: &mut [[T; RUN]; 4], upper: &mut [[T; RUN]; 4]) {
    for i in 0..RUN {
        let (x, xy, xz, xyz) = (m[X][i], m[XY][i], m[XZ][i], m[XYZ][i]);
        let (y, z, yz) = (m[Y][i], m[Z][i], m[YZ][i]);
        let odd = [
            (x - xy) - (xz - xyz),
            (x + xy) - (xz + xyz),
            (x - xy) + (xz - xyz),
            (x + xy) + (xz + xyz),
        ];
        let even = [(yz - y) - z, (y - yz) - z, (z - y) - yz, (y + z) + yz];
        for r in 0..4 {
            lower[r][i] = even[r] - odd[r];
            upper[r][i] = even[r] + odd[r];
        }
    }
}
