//! Osteoblasts and osteoclasts of healthy bone: Lemaire et al. 2004.
//!
//! ```text
//! R' = D_R pi_C - D_B R / pi_C          responding osteoblasts
//! B' = D_B R / pi_C - k_B B             active osteoblasts
//! C' = D_C pi_L - D_A pi_C C            active osteoclasts
//! pi_C = (C + f0 Cs)/(C + Cs)           TGF-beta freed by resorption
//! pi_P = (S_P/k_P) / (k6/k5)            PTH bound to its receptor, none injected
//! pi_L = (k3/k4) K_L pi_P B / (1 + k3 K/k4 + (k1/k2) OPG)      RANKL bound to RANK
//! OPG  = K_O R / (k_O pi_P)
//! ```
//! `D_B = f0 d_B`.

use ossicle_field::reaction::DenseSystem;

use super::Course;
use super::record::records;

records! {
    /// The values of the model.
    Parameters from "Lemaire et al. 2004, 10.1016/j.jtbi.2004.03.023, as re-implemented in cmodiz/Bone-Models" {
        cs = "Cs" 5e-3 "pM", "osteoclasts at half the TGF-beta effect";
        da = "D_A" 0.7 "1/d", "loss of osteoclasts";
        db = "d_B" 0.7 "1/d", "responding to active osteoblasts, before f0";
        dc = "D_C" 2.1e-3 "pM/d", "osteoclasts made";
        dr = "D_R" 7e-4 "pM/d", "responding osteoblasts made";
        f0 = "f0" 0.05 "1", "least TGF-beta effect";
        rank = "K" 10.0 "pM", "RANK";
        k1 = "k1" 1e-2 "1/pM/d", "OPG binds RANKL";
        k2 = "k2" 10.0 "1/d", "OPG lets RANKL go";
        k3 = "k3" 5.8e-4 "1/pM/d", "RANK binds RANKL";
        k4 = "k4" 1.7e-2 "1/d", "RANK lets RANKL go";
        k5 = "k5" 0.02 "1/pM/d", "PTH binds its receptor";
        k6 = "k6" 3.0 "1/d", "PTH leaves its receptor";
        kb = "k_B" 0.189 "1/d", "loss of osteoblasts";
        rankl = "K_L" 3e6 "1", "most RANKL per active osteoblast";
        opg_loss = "k_O" 0.35 "1/d", "loss of OPG";
        opg = "K_O" 2e5 "1/d", "least OPG made per responding osteoblast";
        pth_loss = "k_P" 86.0 "1/d", "loss of PTH";
        pth = "S_P" 250.0 "pM/d", "PTH made";
    }
}

/// Cells of bone (pM).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct State {
    /// Responding osteoblasts.
    pub responding: f64,
    /// Active osteoblasts.
    pub osteoblasts: f64,
    /// Active osteoclasts.
    pub osteoclasts: f64,
}

impl Parameters {
    fn tgf_beta(&self, osteoclasts: f64) -> f64 {
        (osteoclasts + self.f0 * self.cs) / (osteoclasts + self.cs)
    }

    /// Osteoclasts made per day and active osteoblast (1/d).
    fn osteoclasts_per_osteoblast(&self, responding: f64) -> f64 {
        let pth = self.pth / self.pth_loss / (self.k6 / self.k5);
        let opg = self.opg * responding / (self.opg_loss * pth);
        let bound = self.k3 / self.k4;
        self.dc * bound * self.rankl * pth / (1.0 + bound * self.rank + self.k1 / self.k2 * opg)
    }

    /// Osteoblasts that go with a number of osteoclasts at rest.
    fn osteoblasts_with(&self, osteoclasts: f64) -> State {
        let tgf_beta = self.tgf_beta(osteoclasts);
        let responding = self.dr * tgf_beta * tgf_beta / (self.f0 * self.db);
        State { responding, osteoblasts: self.dr * tgf_beta / self.kb, osteoclasts }
    }

    /// The steady state: the number of osteoclasts at which as many are made as are lost.
    #[must_use]
    pub fn steady_state(&self) -> State {
        let surplus = |osteoclasts: f64| {
            let s = self.osteoblasts_with(osteoclasts);
            self.osteoclasts_per_osteoblast(s.responding) * s.osteoblasts
                - self.da * self.tgf_beta(osteoclasts) * osteoclasts
        };
        // There is a surplus with none; with so many that the least loss exceeds the most that
        // can be made there is none.
        let most_made = self.osteoclasts_per_osteoblast(0.0) * self.dr / self.kb;
        let (mut low, mut high) = (0.0, most_made / (self.da * self.f0));
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            *if surplus(middle) > 0.0 { &mut low } else { &mut high } = middle;
        }
        self.osteoblasts_with(0.5 * (low + high))
    }
}

/// Runs the model for `days`, keeping `samples` states after the start, `steps` steps apart.
#[must_use]
pub fn integrate(
    p: &Parameters,
    start: State,
    days: f64,
    samples: usize,
    steps: usize,
) -> Course<State> {
    let mut system = DenseSystem::new(3);
    Course::run(start, days, samples, steps, |state, _, step| {
        let mut u = [state.responding, state.osteoblasts, state.osteoclasts];
        system.step(&mut u, step, |u, out| {
            let tgf_beta = p.tgf_beta(u[2]);
            out.gain[0] = p.dr * tgf_beta;
            out.transfer[0][1] = p.f0 * p.db / tgf_beta;
            out.loss[1] = p.kb;
            out.gain[2] = p.osteoclasts_per_osteoblast(u[0]) * u[1];
            out.loss[2] = p.da * tgf_beta;
        });
        State { responding: u[0], osteoblasts: u[1], osteoclasts: u[2] }
    })
}
