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
