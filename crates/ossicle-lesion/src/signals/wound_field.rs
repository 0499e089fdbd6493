//! The wound's electric field: injured tissue drives a current; progenitors drift up the
//! potential, into the wound.
//!
//! `-div(sigma grad phi) + leak phi = j_w min(D, 1)`, sigma relative to muscle

use ossicle_anatomy::Tissue;
use ossicle_field::reaction::{LANES, Lanes};

use super::{Domain, SteadySignal};
use crate::fields::{Signal, Slow};
use crate::parameter::parameters;
use crate::process::Tile;

parameters! {
    /// Injury current and what it moves.
    WoundField of "wound_field" {
        source = "j_w" 3.0 [0.0, 10.0] "mV/mm2" Constant, "source of debris", "about 9 mV/mm at a 9 mm rim, a tenth of skin wounds; derived";
        mobility_mm2_per_mv_day = "mu_e" 0.004 [0.0, 0.01] "mm2/mV/d" CellRate, "drift of progenitors up the potential", "order of 10 um/h at 100 mV/mm; to be checked";
        leak = "l_phi" 1e-3 [1e-5, 1e-2] "1/mm2" Constant, "leak of current to the rest of the body", "radial reference program";
    }
}

impl SteadySignal for WoundField {
    fn signal(&self) -> Signal {
        Signal::Potential
    }

    fn domain(&self) -> Domain {
        Domain::Conductor
    }

    fn diffusivity(&self) -> f64 {
        1.0
    }

    fn reads(&self) -> &'static [Slow] {
        &[Slow::Debris]
    }

    fn coefficients(&self, tile: &Tile, decay: &mut Lanes, source: &mut Lanes) {
        let d = tile.get(Slow::Debris);
        for i in 0..LANES {
            decay[i] = self.leak;
            source[i] = self.source * if d[i] < 1.0 { d[i] } else { 1.0 };
        }
    }

    fn background(&self, _tissue: Tissue) -> (f64, f64) {
        (self.leak, 0.0)
    }
}
