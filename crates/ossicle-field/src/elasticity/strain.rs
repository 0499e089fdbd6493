//! Strain at voxel centres.

use super::problem::Elasticity;

/// The symmetric gradient of a displacement, along the grid's axes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Strain {
    /// Stretches along the three axes: xx, yy, zz.
    pub stretch: [f64; 3],
    /// Tensor shears (half the change of angle): xy, xz, yz.
    pub shear: [f64; 3],
}

impl Strain {
    /// Octahedral shear strain,
    /// `2/3 sqrt((e1-e2)² + (e2-e3)² + (e3-e1)²)` of the principal strains, from the components:
    /// `2/3 sqrt((exx-eyy)² + (eyy-ezz)² + (ezz-exx)² + 6 (exy² + exz² + eyz²))`.
    /// This is the measure of Lacroix and Prendergast; zero for a pure change of volume.
    #[must_use]
    pub fn octahedral_shear(&self) -> f64 {
        let [x, y, z] = self.stretch;
        let squares = |v: [f64; 3]| -> f64 { v.iter().map(|v| v * v).sum() };
        let sum = squares([x - y, y - z, z - x]) + 6.0 * squares(self.shear);
        2.0 / 3.0 * sum.sqrt()
    }

    /// Relative change of volume.
    #[must_use]
    pub fn volumetric(&self) -> f64 {
        self.stretch.iter().sum()
    }

    /// Strain-energy density in MPa (N·mm per mm³) for Young's modulus in MPa and Poisson's
    /// ratio: `lambda/2 tr(e)² + mu e:e`.
    #[must_use]
    pub fn energy_density_mpa(&self, young_mpa: f64, poisson: f64) -> f64 {
        let mu = young_mpa / (2.0 * (1.0 + poisson));
        let lambda = 2.0 * mu * poisson / (1.0 - 2.0 * poisson);
        let squares = |v: [f64; 3]| -> f64 { v.iter().map(|v| v * v).sum() };
        let volumetric = self.volumetric();
        0.5 * lambda * volumetric * volumetric
            + mu * (squares(self.stretch) + 2.0 * squares(self.shear))
    }
}

impl Elasticity {
    /// Strain at the centre of a voxel (linear index) under a displacement (mm). Where trilinear
    /// displacements are used this is the strain's mean over the voxel, and more accurate than
    /// at any other of its points.
    ///
    /// # Panics
    /// If the voxel is not in the grid or the displacement is not three times the number of
    /// nodes long.
    #[must_use]
    pub fn strain(&self, displacement_mm: &[f64], voxel: usize) -> Strain {
        let n = self.nodes();
        assert_eq!(displacement_mm.len(), 3 * n);
        let corners = self.corners(voxel);
        // d(component)/d(axis)
        let slope = |component: usize, axis: usize| {
            let u = |corner: usize| displacement_mm[component * n + corners[corner]];
            let lower = (0..8).filter(|corner| corner >> axis & 1 == 0);
            let rise: f64 = lower.map(|corner| u(corner | 1 << axis) - u(corner)).sum();
            rise / (4.0 * self.spacing_mm[axis])
        };
        let shear = |a, b| 0.5 * (slope(a, b) + slope(b, a));
        Strain {
            stretch: std::array::from_fn(|a| slope(a, a)),
            shear: [shear(0, 1), shear(0, 2), shear(1, 2)],
        }
    }
}
