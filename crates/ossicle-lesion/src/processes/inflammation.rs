//! Inflammation: debris recruits macrophages where blood brings them; as debris is cleared
//! they turn from inflammatory to reparative.
//!
//! `M_t = k_rec D [1 - M - R]+ (r_0 + v)(1 + r_S S)(1 + r_T dT) - (sw + d_M) M`
//!
//! `R_t = sw M - d_R R`, `sw = k_12 + k_swit [D_s - D]+`

use ossicle_field::maths::positive;
use ossicle_field::reaction::LANES;

use crate::fields::Slow;
use crate::parameter::parameters;
use crate::process::{Flow, Process, Rates, Tile};

parameters! {
    /// Macrophages, from recruitment to resolution.
    Inflammation of "inflammation" {
        recruitment = "k_rec" 0.75 [0.1, 5.0] "1/d" CellRate, "recruitment of inflammatory macrophages per debris", "Trejo 2019, kmax 0.015 x 50; derived";
        without_blood = "r_0" 0.03 [0.0, 0.2] "1" Constant, "recruitment that needs no perfusion, relative to resting muscle", "calibrated";
        by_nerve = "r_S" 0.6 [0.0, 2.0] "1" Constant, "gain of recruitment by neuropeptides", "calibrated to substance P knock-out";
        by_heat = "r_T" 0.10 [0.0, 0.2] "1/degC" Constant, "gain of recruitment per degree of warming", "calibrated: Q10 of perfusion and leucocyte traffic";
        switch = "k_12" 0.075 [0.05, 0.1] "1/d" CellRate, "switch to reparative macrophages", "Trejo 2019";
        efferocytosis_switch = "k_swit" 0.25 [0.1, 0.5] "1/d" CellRate, "extra switch once debris is eaten", "calibrated";
        cleared = "D_s" 0.3 [0.1, 0.6] "5e7 cells/mL" Constant, "debris below which the extra switch sets in", "calibrated";
        inflammatory_loss = "d_M" 0.121 [0.06, 0.4] "1/d" CellRate, "loss of inflammatory macrophages", "Trejo 2019";
        reparative_loss = "d_R" 0.163 [0.08, 0.5] "1/d" CellRate, "loss of reparative macrophages", "Trejo 2019";
    }
}

impl Process for Inflammation {
    fn reads(&self) -> &'static [Slow] {
        &[
            Slow::Debris,
            Slow::InflammatoryMacrophages,
            Slow::ReparativeMacrophages,
            Slow::Capillaries,
        ]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::InflammatoryMacrophages, Slow::ReparativeMacrophages]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let [d, m, r] = [Slow::Debris, Slow::InflammatoryMacrophages, Slow::ReparativeMacrophages]
            .map(|f| tile.get(f));
        let v = tile.get(Slow::Capillaries);
        let s = &tile.derived.neuropeptide;
        let warm = 1.0 + self.by_heat * tile.exposure.warming_c;
        let (inflammatory, reparative) =
            (Slow::InflammatoryMacrophages as usize, Slow::ReparativeMacrophages as usize);
        for i in 0..LANES {
            rates.gain[inflammatory][i] += self.recruitment
                * d[i]
                * positive(1.0 - m[i] - r[i])
                * (self.without_blood + v[i])
                * (1.0 + self.by_nerve * s[i])
                * warm;
            rates.loss[inflammatory][i] += self.inflammatory_loss;
            rates.loss[reparative][i] += self.reparative_loss;
            rates.transfer[Flow::MacrophageSwitch as usize][i] +=
                self.switch + self.efferocytosis_switch * positive(self.cleared - d[i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close, given};

    #[test]
    fn once_debris_is_gone_macrophages_follow_batemans_chain() {
        let inflammation = Inflammation::new(&ParameterValues::default());
        let mut tile =
            Alone::new(vec![Box::new(inflammation)]).with(Slow::InflammatoryMacrophages, 0.3);
        let days = 7.0;
        tile.run(days, 0.01);
        // Switch 0.075 + 0.25 x 0.3 and loss 0.121; reparative loss 0.163 per day.
        let (leaving, lost) = (0.15 + 0.121, 0.163);
        let (falling, fading) = (libm::exp(-leaving * days), libm::exp(-lost * days));
        close(tile.get(Slow::InflammatoryMacrophages), 0.3 * falling, 1e-5);
        let reparative = 0.3 * 0.15 / (lost - leaving) * (falling - fading);
        close(tile.get(Slow::ReparativeMacrophages), reparative, 1e-5);
    }

    #[test]
    fn lasting_debris_holds_macrophages_where_recruitment_meets_loss() {
        let nerve = given(|d| d.neuropeptide = [0.5; LANES]);
        let inflammation = Inflammation::new(&ParameterValues::default());
        let mut tile = Alone::new(vec![nerve, Box::new(inflammation)])
            .with(Slow::Debris, 0.8)
            .with(Slow::Capillaries, 0.5);
        tile.exposure.warming_c = 2.0;
        tile.run(200.0, 0.1);
        // R = 0.075/0.163 M; recruitment (1 - M - R) = (0.075 + 0.121) M.
        let recruitment = 0.75 * 0.8 * 0.53 * (1.0 + 0.6 * 0.5) * 1.2;
        let per_inflammatory = 1.0 + 0.075 / 0.163;
        let expected = recruitment / (recruitment * per_inflammatory + 0.196);
        close(tile.get(Slow::InflammatoryMacrophages), expected, 1e-9);
        close(tile.get(Slow::ReparativeMacrophages), 0.075 / 0.163 * expected, 1e-9);
    }
}
