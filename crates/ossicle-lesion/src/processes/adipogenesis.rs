//! Adipogenesis: progenitors that are neither strained nor committed turn to fat; those that
//! healthy tissue holds are quiescent and do not.
//!
//! `A_t = k_mA (1 - G)(1 - HB) [m - q_m m0]+`
//!
//! `G` is the larger of what strain permits of bone and of cartilage, `m0` what the tissue holds in health: without quiescence (`q_m` = 0) every unstrained healthy
//! tissue would lose two thirds of its progenitors within weeks.

use ossicle_field::reaction::LANES;

use crate::fields::Slow;
use crate::parameter::parameters;
use crate::process::{Flow, Process, Rates, Tile};

parameters! {
    /// Fat from unstrained progenitors.
    Adipogenesis of "adipogenesis" {
        rate = "k_mA" 0.05 [0.0, 0.1] "1/d" CellRate, "fat when unstrained", "calibrated (Huber 2020: immobilised tissue turns to fat)";
        quiescence = "q_m" 1.0 [0.0, 1.0] "1" Constant, "share of resting progenitors that is quiescent", "resting fibro-adipogenic progenitors persist in intact muscle and turn to fat after injury (Joe 2010, Uezumi 2010; second hand)";
    }
}

impl Process for Adipogenesis {
    fn reads(&self) -> &'static [Slow] {
        &[Slow::Progenitors]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::Progenitors, Slow::Adipose]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let (bone, commitment) = (&tile.derived.permission, &tile.derived.commitment);
        let cartilage = &tile.derived.chondrogenic_permission;
        let (m, resident) = (tile.get(Slow::Progenitors), &tile.tissue.progenitors);
        for i in 0..LANES {
            let quiescent = self.quiescence * resident[i];
            let roused = if m[i] > quiescent { 1.0 - quiescent / m[i] } else { 0.0 };
            let permission = if bone[i] > cartilage[i] { bone[i] } else { cartilage[i] };
            rates.transfer[Flow::Adipogenesis as usize][i] +=
                self.rate * (1.0 - permission) * (1.0 - commitment[i]) * roused;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Alone, close, given, with};

    fn fat_after(process: Adipogenesis, progenitors: f64, days: f64) -> f64 {
        let given = given(|d| {
            (d.permission, d.chondrogenic_permission) = ([0.4; LANES], [0.3; LANES]);
            d.commitment = [0.25; LANES];
        });
        let mut tile =
            Alone::new(vec![given, Box::new(process)]).with(Slow::Progenitors, progenitors);
        tile.run(days, 0.05);
        close(tile.get(Slow::Progenitors) + tile.get(Slow::Adipose), progenitors, 1e-12);
        tile.get(Slow::Adipose)
    }

    #[test]
    fn unstrained_uncommitted_progenitors_beyond_rest_turn_to_fat_exponentially() {
        // What the uniform tissue holds.
        let resting = 0.04;
        let days = 30.0;
        let turned = 1.0 - libm::exp(-0.05 * 0.6 * 0.75 * days);
        let process = Adipogenesis::new(&with("q_m", 1.0));
        close(fat_after(process, 0.3, days), (0.3 - resting) * turned, 1e-5);
        assert_eq!(fat_after(process, resting, days), 0.0);
        let without = Adipogenesis::new(&with("q_m", 0.0));
        close(fat_after(without, 0.3, days), 0.3 * turned, 1e-5);
    }
}
