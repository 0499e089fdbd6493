//! Migration of progenitors: random motility in the pores, up TGF-beta, and into the wound
//! along its electric field.
//!
//! `m_t = div(D_m pore om_m grad m) - div(m [chi_m grad T + mu_e grad phi]) + ...`

use crate::parameter::parameters;

parameters! {
    /// Movement of progenitors.
    Migration of "progenitor_migration" {
        motility_mm2_per_day = "D_m" 0.20 [0.0, 0.35] "mm2/d" CellRate, "random motility", "Bailon-Plaza 2001, 0.34 at its peak; derived";
        taxis_mm2_per_day = "chi_m" 0.05 [0.0, 0.2] "mm2/d per ng/mL" CellRate, "movement up TGF-beta", "calibrated";
    }
}
