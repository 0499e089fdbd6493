//! Migration of progenitors: random motility in the pores, up TGF-beta, and into the wound
//! along its electric field.
//!
//! In health progenitors keep to their places: they spread towards `m` proportional to `m0`.
//!
//! `m_t = div(D_m pore om_m m0 grad(m/m0)) - div(m [chi_m grad T + mu_e grad phi]) + ...`

use crate::parameter::parameters;

parameters! {
    /// Movement of progenitors.
    Migration of "progenitor_migration" {
        motility_mm2_per_day = "D_m" 0.20 [0.0, 0.35] "mm2/d" CellRate, "random motility", "Bailon-Plaza 2001, 0.34 at its peak; derived";
        taxis_mm2_per_day = "chi_m" 0.05 [0.0, 0.2] "mm2/d per ng/mL" CellRate, "movement up TGF-beta", "calibrated";
    }
}

#[cfg(test)]
mod tests {
    use ossicle_anatomy::Tissue;

    use crate::fields::{Signal, Slow};
    use crate::testing::{Strip, bell, close, model_of};

    fn strip(tissue: Tissue, on: &[&str]) -> Strip {
        Strip::new(vec![tissue; 160], 0.25, model_of(on)).with(Slow::Progenitors, bell(20.0))
    }

    #[test]
    fn random_motility_widens_a_crowd_by_its_diffusivity_the_tissues_share_and_the_pores() {
        let widened = |strip: Strip| {
            let (_, before) = strip.moments(Slow::Progenitors);
            strip.moved(10.0, 0.25).moments(Slow::Progenitors).1 - before
        };
        let on = ["progenitor_migration"];
        close(widened(strip(Tissue::Muscle, &on)), 2.0 * 0.20 * 10.0, 1e-6);
        close(widened(strip(Tissue::TendonLigament, &on)), 0.3 * 4.0, 1e-6);
        let half_full = strip(Tissue::Muscle, &on)
            .with(Slow::CartilageMatrix, |_| 0.2)
            .with(Slow::ImmatureOsteoid, |_| 0.1)
            .with(Slow::MatureOsteoid, |_| 0.1)
            .with(Slow::Mineral, |_| 0.1);
        close(widened(half_full), 0.5 * 4.0, 1e-6);
    }

    #[test]
    fn a_crowd_drifts_up_tgf_and_up_the_potential() {
        let on = ["progenitor_migration", "wound_field"];
        let drifted = |tgf_per_mm: f64, mv_per_mm: f64| {
            let strip = strip(Tissue::Uniform, &on)
                .signal(Signal::Tgf, |x| tgf_per_mm * x)
                .signal(Signal::Potential, |x| mv_per_mm * x);
            strip.moved(10.0, 0.25).moments(Slow::Progenitors).0 - 20.0
        };
        close(drifted(2.0, 0.0), 0.05 * 2.0 * 10.0, 1e-3);
        close(drifted(0.0, -20.0), -0.004 * 20.0 * 10.0, 1e-3);
    }
}
