//! Clearance of debris: macrophages eat it, fibrinolysis and lymph carry it off; new damage
//! adds to it.
//!
//! `D_t = dam [1 - D]+ - [ (k_e1 M + k_e2 R)/(K_D + D) + k_e0 ] D`

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
    fn reads(&self) -> &'static [Slow] {
        &[Slow::Debris, Slow::InflammatoryMacrophages, Slow::ReparativeMacrophages]
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close, given};

    #[test]
    fn debris_plus_its_logarithm_falls_linearly_while_macrophages_stay() {
        let debris = Debris { unaided: 0.0, ..Debris::new(&ParameterValues::default()) };
        let mut tile = Alone::new(vec![Box::new(debris)])
            .with(Slow::Debris, 2.0)
            .with(Slow::InflammatoryMacrophages, 0.4)
            .with(Slow::ReparativeMacrophages, 0.2);
        let measure = |d: f64| d + 0.094 * libm::log(d);
        // 12 days of 0.24 M + 0.48 R = 0.192 /d lead from 2 to far below K_D.
        for _ in 0..3 {
            let before = measure(tile.get(Slow::Debris));
            tile.run(4.0, 0.005);
            close(before - measure(tile.get(Slow::Debris)), 4.0 * 0.192, 1e-5);
        }
        assert!(tile.get(Slow::Debris) < 0.05);
    }

    #[test]
    fn damage_and_unaided_clearance_balance() {
        let damaging = given(|d| d.damage = [0.15; LANES]);
        let debris = Debris::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![damaging, Box::new(debris)]);
        tile.run(6.0, 0.01);
        // 0.15 (1 - D) - 0.05 D
        close(tile.get(Slow::Debris), 0.75 * (1.0 - libm::exp(-0.2 * 6.0)), 1e-5);
    }
}
