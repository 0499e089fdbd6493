//! Mineralisation: new matrix brings an inhibitor that osteoblasts' phosphatase (TNAP)
//! clears; then mineral fills mature collagen, quickly to a primary share and slowly to the
//! rest. Etidronate holds it back without touching the matrix.
//!
//! `p_t = 100 v1 p_O b fr - r1 [t_0 + H(b; K_b)] p`, `fr = [1 - Q - O1 - O2]+`
//!
//! `Y_t = { k_p [th_p - y]+ + k_s [1 - y]+ } O2 / {1 + (p/K_i)^n_i} / {1 + (Et/E50)^n_E}`, `y = Y/O2`
//!
//! Mineral is taken up by the mature collagen that has none, `U = O2 - Y`: a transfer, so
//! that `Y` cannot exceed `O2`.

use ossicle_field::maths::{hill, positive, power};
use ossicle_field::reaction::{LANES, Lanes};

use crate::fields::Slow;
use crate::parameter::{ParameterValues, parameters};
use crate::process::{Flow, Process, Rates, Tile};

parameters! {
    /// Mineral and its inhibitor.
    Uptake of "mineralisation" {
        primary_share = "th_p" 0.70 [0.4, 0.75] "1" Constant, "share of collagen that fills in the primary phase", "Ruffoni 2007 0.38; 60-70 % in weeks, to be checked";
        primary = "k_p" 0.15 [0.1, 0.3] "1/d" CellRate, "primary mineralisation", "calibrated";
        secondary = "k_s" 0.006 [0.001, 0.01] "1/d" CellRate, "secondary mineralisation", "Ruffoni 2007; calibrated";
        inhibitor_yield = "v1" 0.10 [0.05, 0.2] "1" Constant, "inhibitor per hundredth of new matrix", "Komarova 2015";
        inhibitor_clearance = "r1" 0.50 [0.1, 0.5] "1/d" CellRate, "clearance of inhibitor", "Komarova 2015";
        clearance_without_cells = "t_0" 0.3 [0.0, 1.0] "1" Constant, "clearance without osteoblasts, relative", "calibrated";
        phosphatase_half_effect = "K_b" 0.02 [0.005, 0.1] "1e6 cells/mL" Constant, "osteoblasts at half phosphatase effect", "calibrated";
        inhibition = "K_i" 0.5 [0.25, 1.0] "1" Constant, "inhibitor that halves mineralisation", "calibrated";
        inhibition_steepness = "n_i" 4.0 [4.0, 10.0] "1" Exponent, "steepness of that inhibition", "Komarova 2015 has 10; softened";
        etidronate_half_effect = "E50" 0.12 [0.06, 0.24] "20 mg/kg/d" Constant, "etidronate that halves mineralisation", "calibrated to Thomas & Amstutz 1987";
        etidronate_steepness = "n_E" 2.0 [1.0, 4.0] "1" Exponent, "steepness of that effect", "calibrated";
    }
}

/// Mineralisation.
#[derive(Clone, Copy, Debug)]
pub struct Mineralisation {
    own: Uptake,
    /// p_O, declared by osteoid.
    osteoid_production: f64,
}

impl Mineralisation {
    /// The process with these values.
    #[must_use]
    pub fn new(values: &ParameterValues) -> Self {
        let production = super::osteoid::Osteoid::new(values).production;
        Self { own: Uptake::new(values), osteoid_production: production }
    }
}

/// Model units of inhibitor per unit of `v1` and volume fraction of new matrix.
const PER_HUNDREDTH: f64 = 100.0;

impl Process for Mineralisation {
    fn reads(&self) -> &'static [Slow] {
        &[
            Slow::Osteoblasts,
            Slow::CartilageMatrix,
            Slow::ImmatureOsteoid,
            Slow::MatureOsteoid,
            Slow::Mineral,
            Slow::Inhibitor,
        ]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::Inhibitor, Slow::MatureOsteoid, Slow::Mineral]
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let [b, q, unmineralised, mineral, p] = [
            Slow::Osteoblasts,
            Slow::CartilageMatrix,
            Slow::MatureOsteoid,
            Slow::Mineral,
            Slow::Inhibitor,
        ]
        .map(|f| tile.get(f));
        let (own, bone) = (&self.own, &tile.derived.bone);
        let drug = power(
            tile.exposure.etidronate / own.etidronate_half_effect,
            own.etidronate_steepness as u32,
        );
        let brake = powers(p, own.inhibition, own.inhibition_steepness as u32);
        let f = Slow::Inhibitor as usize;
        for i in 0..LANES {
            let free = positive(1.0 - q[i] - bone[i]);
            rates.gain[f][i] +=
                PER_HUNDREDTH * own.inhibitor_yield * self.osteoid_production * b[i] * free;
            rates.loss[f][i] += own.inhibitor_clearance
                * (own.clearance_without_cells + hill(b[i], own.phosphatase_half_effect, 1));
            let gate = 1.0 / ((1.0 + brake[i]) * (1.0 + drug));
            // [th_p - y]+ O2, as a rate of U; the tiny number stands for empty collagen.
            let primary =
                positive(own.primary_share * (unmineralised[i] + mineral[i]) - mineral[i])
                    / (unmineralised[i] + 1e-200);
            rates.transfer[Flow::Mineralisation as usize][i] +=
                gate * (own.primary * primary + own.secondary);
        }
    }
}

/// `(x/scale)^n` of every lane. The usual power is known when this is compiled, so that its lanes
/// stay side by side.
fn powers(x: &Lanes, scale: f64, n: u32) -> Lanes {
    match n {
        4 => x.map(|x| power(x / scale, 4)),
        _ => x.map(|x| power(x / scale, n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processes::osteoid::Osteoid;
    use crate::testing::{Alone, close};

    fn mineralisation() -> Box<Mineralisation> {
        Box::new(Mineralisation::new(&ParameterValues::default()))
    }

    /// Mineral per collagen after an effective time: fast to 0.7, slow to the rest.
    fn filled(days: f64) -> f64 {
        let (fast, slow) = (0.15 + 0.006, 0.006);
        let aim = (0.15 * 0.7 + 0.006) / fast;
        let primary = -libm::log(1.0 - 0.7 / aim) / fast;
        if days < primary {
            aim * (1.0 - libm::exp(-fast * days))
        } else {
            1.0 - 0.3 * libm::exp(-slow * (days - primary))
        }
    }

    #[test]
    fn the_inhibitor_relaxes_to_where_new_matrix_meets_phosphatase() {
        let mut tile = Alone::new(vec![mineralisation()])
            .with(Slow::Osteoblasts, 0.04)
            .with(Slow::CartilageMatrix, 0.5)
            .with(Slow::Inhibitor, 1.0);
        let days = 5.0;
        tile.run(days, 0.01);
        // Made 100 x 0.1 x 0.3 b/2; cleared at 0.5 (0.3 + 2/3).
        let rate = 0.5 * (0.3 + 2.0 / 3.0);
        let end = 0.06 / rate;
        close(tile.get(Slow::Inhibitor), end + (1.0 - end) * libm::exp(-rate * days), 1e-5);
    }

    #[test]
    fn mineral_fills_collagen_in_two_exponential_phases() {
        let mut tile = Alone::new(vec![mineralisation()]).with(Slow::MatureOsteoid, 0.6);
        let mut day = 0.0;
        for days in [10.0, 10.0, 40.0, 200.0] {
            tile.run(days, 0.02);
            day += days;
            close(tile.get(Slow::Mineral), 0.6 * filled(day), 1e-5);
            close(tile.get(Slow::Mineral) + tile.get(Slow::MatureOsteoid), 0.6, 1e-12);
        }
    }

    #[test]
    fn etidronate_slows_the_clock_and_mineral_rebounds_when_it_stops() {
        let mut tile = Alone::new(vec![mineralisation()]).with(Slow::MatureOsteoid, 0.6);
        let slowed = 1.0 / (1.0 + (0.5 / 0.12) * (0.5 / 0.12));
        let mut effective = 0.0;
        for (etidronate, days) in [(0.0, 5.0), (0.5, 84.0), (0.0, 20.0), (0.0, 300.0)] {
            tile.exposure.etidronate = etidronate;
            tile.run(days, 0.02);
            effective += if etidronate > 0.0 { slowed * days } else { days };
            close(tile.get(Slow::Mineral), 0.6 * filled(effective), 1e-5);
        }
    }

    #[test]
    fn the_inhibitor_slows_the_clock_steeply_about_its_half_effect() {
        for (inhibitor, slowed) in [(0.25, 16.0 / 17.0), (0.5, 0.5), (1.0, 1.0 / 17.0)] {
            let mut process = mineralisation();
            process.own.inhibitor_clearance = 0.0;
            let mut tile = Alone::new(vec![process])
                .with(Slow::MatureOsteoid, 0.6)
                .with(Slow::Inhibitor, inhibitor);
            tile.run(20.0, 0.02);
            close(tile.get(Slow::Mineral), 0.6 * filled(slowed * 20.0), 1e-5);
        }
    }

    #[test]
    fn osteoid_matures_then_mineralises_as_a_chain() {
        let osteoid = Box::new(Osteoid::new(&ParameterValues::default()));
        let mut tile = Alone::new(vec![osteoid, mineralisation()]).with(Slow::ImmatureOsteoid, 0.5);
        let days = 6.0;
        tile.run(days, 0.01);
        let left = libm::exp(-0.1 * days);
        close(tile.get(Slow::ImmatureOsteoid), 0.5 * left, 1e-6);
        // Y' = 0.111 O2 - 0.156 Y with O2 = 0.5 (1 - left), in the primary phase.
        let filled = libm::exp(-0.156 * days);
        let mineral = 0.5 * 0.111 * ((1.0 - filled) / 0.156 - (left - filled) / (0.156 - 0.1));
        close(tile.get(Slow::Mineral), mineral, 1e-4);
    }
}
