//! How stiff the tissue is.
//!
//! `E = (1 - Q - O1 - O2 - Y) E_tissue + Q E_q + (O1 + O2) E_o + E_b Y^2`, within `[E_low, E_high]`

use crate::fields::{FIELDS, Slow};
use crate::parameter::parameters;
use crate::problem::Problem;

parameters! {
    /// Stiffness of what a lesion is made of.
    Stiffness of "stiffness" {
        cartilage_mpa = "E_q" 10.0 [5.0, 20.0] "MPa" Constant, "modulus of cartilage matrix", "Lacroix & Prendergast 2002";
        osteoid_mpa = "E_o" 35.0 [10.0, 1000.0] "MPa" Constant, "modulus of osteoid without mineral", "demineralised cortical bone, tens to hundreds of MPa; estimate";
        bone_mpa = "E_b" 17000.0 [6000.0, 20000.0] "MPa" Constant, "modulus of compact bone, times the square of its fraction", "Lacroix & Prendergast 2002; power law of Carter & Hayes 1977";
        softest_mpa = "E_low" 0.02 [0.005, 0.1] "MPa" Constant, "modulus below which tissue slides rather than bears", "estimate: fat";
        stiffest_mpa = "E_high" 10.0 [5.0, 100.0] "MPa" Constant, "modulus from which tissue counts as rigid: fifty times muscle, so that it feels a fiftieth of the strain beside it", "numerical; a higher one changes strain by less than that";
        poisson = "nu" 0.4 [0.15, 0.45] "1" Constant, "Poisson's ratio of an elastic continuum", "0.167 of the drained matrix (Lacroix & Prendergast 2002), near 0.5 of wet tissue at once; estimate between";
    }
}

impl Stiffness {
    /// Modulus of the tissue of voxel `c`, MPa.
    pub(super) fn at(&self, problem: &Problem, fields: &[Vec<f64>; FIELDS], c: usize) -> f64 {
        let host = problem.classes[usize::from(problem.tissue[c].code())].modulus_mpa;
        if !problem.model.stiffens {
            return host.clamp(self.softest_mpa, self.stiffest_mpa);
        }
        let f = |field: Slow| fields[field as usize][c];
        let (q, osteoid, y) = (
            f(Slow::CartilageMatrix),
            f(Slow::ImmatureOsteoid) + f(Slow::MatureOsteoid),
            f(Slow::Mineral),
        );
        self.of(host, q, osteoid, y)
    }

    /// Modulus of a host tissue of `host` MPa with these volume fractions in it, MPa.
    pub(crate) fn of(&self, host: f64, cartilage: f64, osteoid: f64, mineral: f64) -> f64 {
        let modulus = (1.0 - cartilage - osteoid - mineral) * host
            + cartilage * self.cartilage_mpa
            + osteoid * self.osteoid_mpa
            + self.bone_mpa * mineral * mineral;
        modulus.clamp(self.softest_mpa, self.stiffest_mpa)
    }
}
