//! Oxygen: brought by capillaries, used by every cell, at a rate that saturates.
//!
//! `0 = D_w lap w + k_w v (1 + w_T dT)(1 - w) - q_w [q_r + m + c + h_w h + b + M_w (M + R)] w/(w + K_w)`

use ossicle_anatomy::Tissue;
use ossicle_field::reaction::{LANES, Lanes};

use super::{Domain, SteadySignal};
use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::Tile;

parameters! {
    /// Supply and use of oxygen.
    Oxygen of "oxygen" {
        diffusivity_mm2_per_day = "D_w" 147.0 [100.0, 220.0] "mm2/d" Constant, "diffusivity", "1.7e-9 m2/s in fibrin; derived";
        supply = "k_w" 60.0 [30.0, 120.0] "1/d" Constant, "supply by resting muscle's capillaries", "calibrated";
        supply_by_heat = "w_T" 0.05 [0.0, 0.1] "1/degC" Constant, "gain of perfusion per degree", "calibrated";
        demand = "q_w" 60.0 [15.0, 100.0] "1/d per 1e6 cells/mL" Constant, "greatest use", "19 /d from Vmax 1.3e-17 mol/cell/s; derived; times 3, calibrated";
        half_use = "K_w" 0.1 [0.05, 0.15] "45 mmHg" Constant, "oxygen at half use", "Km 0.13; derived";
        resting_cells = "q_r" 0.15 [0.05, 0.3] "1e6 cells/mL" Constant, "use of the tissue's own cells, as progenitors", "calibrated";
        hypertrophic_share = "h_w" 0.5 [0.2, 1.0] "1" Constant, "use of a hypertrophic chondrocyte relative to a progenitor", "calibrated";
        macrophage_share = "M_w" 0.5 [0.2, 1.0] "1" Constant, "use of a macrophage relative to a progenitor", "calibrated";
    }
}

impl SteadySignal for Oxygen {
    fn signal(&self) -> Signal {
        Signal::Oxygen
    }

    fn domain(&self) -> Domain {
        Domain::Body
    }

    fn diffusivity(&self) -> f64 {
        self.diffusivity_mm2_per_day
    }

    /// Less than what is left when its uptake counts as settled.
    fn tolerance(&self) -> f64 {
        1e-5
    }

    fn reads(&self) -> &'static [Slow] {
        &[
            Slow::InflammatoryMacrophages,
            Slow::ReparativeMacrophages,
            Slow::Progenitors,
            Slow::Chondrocytes,
            Slow::Hypertrophic,
            Slow::Osteoblasts,
            Slow::Capillaries,
        ]
    }

    /// Supply and greatest demand, in place of decay and source.
    fn coefficients(&self, tile: &Tile, supply: &mut Lanes, demand: &mut Lanes) {
        let [inflammatory, reparative] =
            [Slow::InflammatoryMacrophages, Slow::ReparativeMacrophages].map(|f| tile.get(f));
        let [m, c, h, b] =
            [Slow::Progenitors, Slow::Chondrocytes, Slow::Hypertrophic, Slow::Osteoblasts]
                .map(|f| tile.get(f));
        let v = tile.get(Slow::Capillaries);
        let per_vessel = self.supply * (1.0 + self.supply_by_heat * tile.exposure.warming_c);
        for i in 0..LANES {
            supply[i] = per_vessel * v[i];
            demand[i] = self.demand
                * (self.resting_cells
                    + m[i]
                    + c[i]
                    + self.hypertrophic_share * h[i]
                    + b[i]
                    + self.macrophage_share * (inflammatory[i] + reparative[i]));
        }
    }

    fn background(&self, tissue: Tissue) -> (f64, f64) {
        let vessels = tissue.properties().vessel_density.value;
        let living = if tissue == Tissue::JointFluid { 0.0 } else { self.resting_cells };
        (self.supply * vessels, self.demand * living)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Strip, close, model_of};

    fn strip(voxels: usize, spacing_mm: f64) -> Strip {
        Strip::new(vec![Tissue::Uniform; voxels], spacing_mm, model_of(&[Oxygen::NAME]))
    }

    #[test]
    fn uniform_tissue_settles_at_the_root_of_its_quadratic() {
        let mut strip = strip(8, 1.0)
            .with(Slow::Capillaries, |_| 0.5)
            .with(Slow::Progenitors, |_| 0.1)
            .with(Slow::Chondrocytes, |_| 0.05)
            .with(Slow::Hypertrophic, |_| 0.1)
            .with(Slow::Osteoblasts, |_| 0.05)
            .with(Slow::InflammatoryMacrophages, |_| 0.2)
            .with(Slow::ReparativeMacrophages, |_| 0.1);
        strip.exposure.warming_c = 4.0;
        // s (1 - w)(w + K) = q w
        let (s, k) = (60.0 * 0.5 * 1.2, 0.1);
        let q = 60.0 * (0.15 + 0.1 + 0.05 + 0.05 + 0.05 + 0.15);
        let half: f64 = 0.5 * (1.0 - k - q / s);
        let expected = half + (half * half + k).sqrt();
        close(strip.solved(Signal::Oxygen)[3], expected, 5e-4);
    }

    #[test]
    fn where_no_vessel_is_the_first_integral_of_its_equation_is_kept_down_to_anoxia() {
        let h = 0.05;
        let mut strip = strip(240, h)
            .with(Slow::Capillaries, |x| if x < 6.0 { 4.0 } else { 0.0 })
            .with(Slow::Progenitors, |_| 0.10);
        let w = strip.solved(Signal::Oxygen);
        // D w'' = q w/(w + K): D w'^2/2 = q (w - K ln(w + K)) + constant.
        let q = 60.0 * 0.25;
        let measure = |i: usize| {
            let (slope, middle) = ((w[i + 1] - w[i]) / h, 0.5 * (w[i + 1] + w[i]));
            0.5 * 147.0 * slope * slope - q * (middle - 0.1 * libm::log(middle + 0.1))
        };
        // At the far, mirrored end the slope is zero and what is left is the constant.
        let end = w[239];
        let constant = -q * (end - 0.1 * libm::log(end + 0.1));
        assert!(w[121] > 0.5 && end < 0.05, "from {} down to {end}", w[121]);
        for i in (121..238).step_by(9) {
            close(measure(i), constant, 0.01);
        }
        assert!(strip.ledger.worst_oxygen_gap < 1e-4, "{}", strip.ledger.worst_oxygen_gap);
    }

    #[test]
    fn bone_and_cartilage_have_their_own_supply_and_use_and_metal_none() {
        let mut tissue = vec![Tissue::CancellousBone; 40];
        tissue[30..39].fill(Tissue::Metal);
        tissue[39] = Tissue::Muscle;
        let w = Strip::new(tissue, 1.0, model_of(&[Oxygen::NAME])).solved(Signal::Oxygen);
        // 60 x 0.6 (1 - w)(w + 0.1) = 60 x 0.15 w
        let half: f64 = 0.5 * (0.9 - 0.25);
        close(w[10], half + (half * half + 0.1).sqrt(), 5e-4);
        assert_eq!(w[30..39], [0.0; 9]);
    }
}
