//! Inflammation and repair of a fracture: Kojouharov et al. 2017, Trejo, Kojouharov and
//! Chen-Charpentier 2019.
//!
//! ```text
//! D'  = -D/(aed+D) (ke1 M1 + ke2 M2)
//! M0' = kmax (1 - (M0+M1+M2)/Mmax) D - (G1+G2+d0) M0
//! M1' = G1 M0 + k21 M2 - (k12+d1) M1
//! M2' = G2 M0 + k12 M1 - (k21+d2) M2
//! c1' = H1 (k0 D + k1 M1) - dc1 c1
//! c2' = H2 (k2 M2 + k3 Cs) - dc2 c2
//! Cs' = As Cs (1 - Cs/kls) - F1 Cs
//! Cb' = Ab Cb (1 - Cb/klb) + F1 Cs - db Cb
//! mc' = (pcs - qcd1 mc) Cs - qcd2 mc Cb
//! mb' = (pbs - qbd mb) Cb
//! G1 = k01 c1/(a01+c1)   G2 = k02 c2/(a02+c2)   H1 = a12/(a12+c2)   H2 = a22/(a22+c2)
//! As = kps (aps^2 + aps1 c1)/(aps^2 + c1^2)     Ab = kpb apb/(apb+c1)   F1 = ds asb1/(asb1+c1)
//! ```

use ossicle_field::maths::positive;
use ossicle_field::reaction::{DenseRates, DenseSystem};

use super::Course;
use super::record::records;

records! {
    /// The values of the model.
    Parameters from "Trejo, Kojouharov and Chen-Charpentier 2019, as re-implemented openly" {
        ke1 = "ke1" 12.0 [3.0, 48.0] "1/d", "debris taken up per pro-inflammatory macrophage";
        ke2 = "ke2" 24.0 [3.0, 48.0] "1/d", "debris taken up per reparative macrophage";
        aed = "aed" 4.71e6 "cells/mL", "debris at half the uptake";
        kmax = "kmax" 0.015 [0.015, 0.1] "1/d", "macrophages recruited per debris";
        mmax = "Mmax" 1e6 [6e5, 1e6] "cells/mL", "most macrophages";
        k01 = "k01" 0.611 [0.55, 0.611] "1/d", "activation to pro-inflammatory";
        k02 = "k02" 0.0836 [0.0843, 0.3] "1/d", "activation to reparative, just below the range given";
        a01 = "a01" 0.01 "ng/mL", "c1 at half that activation";
        a02 = "a02" 0.005 "ng/mL", "c2 at half that activation";
        k12 = "k12" 0.075 [0.075, 0.083] "1/d", "pro-inflammatory to reparative";
        k21 = "k21" 0.05 [0.005, 0.05] "1/d", "reparative to pro-inflammatory";
        d0 = "d0" 0.156 "1/d", "loss of unactivated macrophages";
        d1 = "d1" 0.121 "1/d", "loss of pro-inflammatory macrophages";
        d2 = "d2" 0.163 "1/d", "loss of reparative macrophages";
        k0 = "k0" 5e-7 [5e-7, 8.5e-6] "ng/cell/d", "c1 from debris";
        k1 = "k1" 8.3e-6 "ng/cell/d", "c1 from pro-inflammatory macrophages";
        k2 = "k2" 3.72e-6 "ng/cell/d", "c2 from reparative macrophages";
        k3 = "k3" 8e-6 "ng/cell/d", "c2 from progenitors";
        dc1 = "dc1" 12.79 [12.79, 55.0] "1/d", "loss of c1";
        dc2 = "dc2" 4.632 [2.5, 4.632] "1/d", "loss of c2";
        a12 = "a12" 0.025 "ng/mL", "c2 that halves the making of c1";
        a22 = "a22" 0.1 "ng/mL", "c2 that halves the making of c2";
        kps = "kps" 0.5 "1/d", "division of progenitors";
        aps = "aps" 3.162 "ng/mL", "c1 that slows their division";
        aps1 = "aps1" 20.0 "ng/mL", "how far a little c1 speeds it";
        kls = "kls" 1e6 "cells/mL", "most progenitors";
        ds = "ds" 1.0 "1/d", "progenitors turning into osteoblasts";
        asb1 = "asb1" 0.1 "ng/mL", "c1 that halves it";
        kpb = "kpb" 0.2202 "1/d", "division of osteoblasts";
        apb = "apb" 10.0 "ng/mL", "c1 that halves it";
        klb = "klb" 1e6 "cells/mL", "most osteoblasts";
        db = "db" 0.15 "1/d", "loss of osteoblasts";
        pcs = "pcs" 3e-6 "g/cell/d", "fibrocartilage made";
        qcd1 = "qcd1" 3e-6 "mL/cell/d", "fibrocartilage lost to progenitors";
        qcd2 = "qcd2" 2e-7 "mL/cell/d", "fibrocartilage lost to osteoblasts";
        pbs = "pbs" 5e-8 "g/cell/d", "bone made";
        qbd = "qbd" 5e-8 "mL/cell/d", "bone lost";
    }
}

/// Debris after a fracture (cells/mL).
pub const DEBRIS: [(&str, f64); 3] = [("simple", 3e5), ("moderate", 5e7), ("severe", 2e8)];

/// The state of a callus.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct State {
    /// Debris (cells/mL).
    pub debris: f64,
    /// Unactivated macrophages (cells/mL).
    pub m0: f64,
    /// Pro-inflammatory macrophages (cells/mL).
    pub m1: f64,
    /// Reparative macrophages (cells/mL).
    pub m2: f64,
    /// Pro-inflammatory cytokine (ng/mL).
    pub c1: f64,
    /// Anti-inflammatory cytokine (ng/mL).
    pub c2: f64,
    /// Progenitors (cells/mL).
    pub progenitors: f64,
    /// Osteoblasts (cells/mL).
    pub osteoblasts: f64,
    /// Fibrocartilage (g/mL).
    pub cartilage: f64,
    /// Bone (g/mL).
    pub bone: f64,
}

impl State {
    /// The start of the published runs, with that much debris (cells/mL).
    #[must_use]
    pub fn fracture(debris: f64) -> Self {
        Self { debris, m0: 4000.0, c1: 1.0, progenitors: 1000.0, ..Self::default() }
    }

    fn to_array(self) -> [f64; 10] {
        let Self { debris, m0, m1, m2, c1, c2, progenitors, osteoblasts, cartilage, bone } = self;
        [debris, m0, m1, m2, c1, c2, progenitors, osteoblasts, cartilage, bone]
    }

    fn from_array(u: [f64; 10]) -> Self {
        let [debris, m0, m1, m2, c1, c2, progenitors, osteoblasts, cartilage, bone] = u;
        Self { debris, m0, m1, m2, c1, c2, progenitors, osteoblasts, cartilage, bone }
    }
}

/// Runs the model for `days`, keeping `samples` states after the start, `steps` steps apart.
#[must_use]
pub fn integrate(
    parameters: &Parameters,
    start: State,
    days: f64,
    samples: usize,
    steps: usize,
) -> Course<State> {
    let mut system = DenseSystem::new(10);
    Course::run(start, days, samples, steps, |state, _, step| {
        let mut u = state.to_array();
        system.step(&mut u, step, |u, out| rates(parameters, u, out));
        State::from_array(u)
    })
}

fn rates(p: &Parameters, u: &[f64], out: &mut DenseRates) {
    const M0: usize = 1;
    const M1: usize = 2;
    const M2: usize = 3;
    const CS: usize = 6;
    const CB: usize = 7;
    let &[debris, m0, m1, m2, c1, c2, cs, cb, ..] = u else { return };
    let recruited = p.kmax * positive(1.0 - (m0 + m1 + m2) / p.mmax) * debris;
    let (h1, h2) = (p.a12 / (p.a12 + c2), p.a22 / (p.a22 + c2));
    let division = p.kps * (p.aps * p.aps + p.aps1 * c1) / (p.aps * p.aps + c1 * c1);
    let bone_division = p.kpb * p.apb / (p.apb + c1);
    out.gain.copy_from_slice(&[
        0.0,
        recruited,
        0.0,
        0.0,
        h1 * (p.k0 * debris + p.k1 * m1),
        h2 * (p.k2 * m2 + p.k3 * cs),
        division * cs,
        bone_division * cb,
        p.pcs * cs,
        p.pbs * cb,
    ]);
    out.loss.copy_from_slice(&[
        (p.ke1 * m1 + p.ke2 * m2) / (p.aed + debris),
        p.d0,
        p.d1,
        p.d2,
        p.dc1,
        p.dc2,
        division * cs / p.kls,
        bone_division * cb / p.klb + p.db,
        p.qcd1 * cs + p.qcd2 * cb,
        p.qbd * cb,
    ]);
    out.transfer[M0][M1] = p.k01 * c1 / (p.a01 + c1);
    out.transfer[M0][M2] = p.k02 * c2 / (p.a02 + c2);
    out.transfer[M1][M2] = p.k12;
    out.transfer[M2][M1] = p.k21;
    out.transfer[CS][CB] = p.ds * p.asb1 / (p.asb1 + c1);
}
