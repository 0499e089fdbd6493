//! Clearance of debris: macrophages eat it, fibrinolysis and lymph carry it off; new damage
//! adds to it.
//!
//! `D_t = dam (1 - D) - [ (k_e1 M + k_e2 R)/(K_D + D) + k_e0 ] D`

use ossicle_field::maths::positive;
use ossicle_field::reaction::LANES;

use crate::fields::Slow;
use crate::parameter::parameters;
use crate::process::{Process, Rates, Tile};

parameters! {
    /// Debris and its clearance.
    Debris of "debris_clearance" {
        by_inflammatory = "k_e1" 0.24 [0.06, 0.96] "1/d" CellRate, "clearance by inflammatory macrophages", "Trejo 2019, 12 /d of 1e6 cells/mL over 5e7 debris/mL; derived";
        by_reparative = "k_e2" 0.48 [0.06, 0.96] "1/d" CellRate, "clearance by reparative macrophages", "Trejo 2019, 24 /d; derived";
        half_saturation = "K_D" 0.094 [0.05, 0.2] "5e7 cells/mL" Constant, "debris at which macrophages work at half speed", "Trejo 2019, aed 4.71e6 /mL; derived";
        unaided = "k_e0" 0.05 [0.02, 0.1] "1/d" CellRate, "clearance without macrophages (fibrinolysis, lymph)", "calibrated: fewer macrophages must not mean more bone";
    }
}

impl Process for Debris {
    fn writes(&self) -> &'static [Slow] {
        &[Slow::Debris]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let [d, m, r] = [Slow::Debris, Slow::InflammatoryMacrophages, Slow::ReparativeMacrophages]
            .map(|f| tile.get(f));
        let damage = &tile.derived.damage;
        let f = Slow::Debris as usize;
        for i in 0..LANES {
            rates.gain[f][i] += damage[i] * positive(1.0 - d[i]);
            rates.loss[f][i] += (self.by_inflammatory * m[i] + self.by_reparative * r[i])
                / (self.half_saturation + d[i])
                + self.unaided;
        }
    }
}
