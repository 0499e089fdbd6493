//! Movement of cells, vessels and BMP between voxels.

use ossicle_field::diffusion::{Affinity, Diffusion, Sweeps};
use ossicle_field::taxis::{Limiter, Taxis};
use ossicle_field::{Faces, reduce};
use rayon::prelude::*;

use crate::control::BOOKS;
use crate::fields::{FIELDS, SIGNALS, Signal, Slow};
use crate::ledger::Ledger;
use crate::problem::Problem;

/// Cells faster than this, in mm/day, are held to it and counted.
const FASTEST_MM_PER_DAY: f64 = 1.0;

/// The fields that move.
pub(crate) const MOVED: [Slow; 3] = [Slow::Progenitors, Slow::Capillaries, Slow::Bmp];

/// Scratch memory of movement; dropping it loses nothing.
pub(crate) struct Movement {
    diffusion: Diffusion,
    taxis: Taxis,
    /// Where cells can go: 1 on faces between soft voxels.
    open: Faces,
    /// Ability of vessels to grow, on faces.
    vessel_faces: Faces,
    /// The same times the affinity of vessels.
    vessel_spread: Faces,
    progenitor_faces: Faces,
    /// How many progenitors and vessels the healthy tissue holds: what they spread towards.
    progenitor_affinity: Affinity,
    vessel_affinity: Affinity,
    scratch: Vec<f64>,
}

impl Movement {
    pub(crate) fn new(problem: &Problem) -> Self {
        let grid = problem.grid();
        let n = grid.len();
        let soft: Vec<f64> =
            problem.tissue.iter().map(|t| f64::from(u8::from(t.is_soft()))).collect();
        let class = |c: usize| &problem.classes[usize::from(problem.tissue[c].code())];
        let on = |value: &dyn Fn(usize) -> f64| -> Vec<f64> {
            (0..n).map(|c| soft[c] * value(c)).collect()
        };
        let vessel = on(&|c| class(c).vessel_growth);
        let spread = on(&|c| class(c).vessel_growth * class(c).vessels);
        Self {
            diffusion: Diffusion::new(grid),
            taxis: Taxis::new(grid, Limiter::VanLeer),
            open: Faces::harmonic(grid.shape(), &soft),
            vessel_faces: Faces::harmonic(grid.shape(), &vessel),
            vessel_spread: Faces::harmonic(grid.shape(), &spread),
            progenitor_faces: Faces::closed(grid.shape()),
            progenitor_affinity: Affinity::new(on(&|c| class(c).progenitors)),
            vessel_affinity: Affinity::new(on(&|c| class(c).vessels)),
            scratch: vec![0.0; n],
        }
    }

    /// Random movement of progenitors, vessels and BMP for `dt_days`, in the pores that the
    /// matrix of another state leaves, or that of `fields` itself.
    pub(crate) fn diffuse(
        &mut self,
        problem: &Problem,
        matrix: Option<&[Vec<f64>; FIELDS]>,
        fields: &mut [Vec<f64>; FIELDS],
        dt_days: f64,
        sweeps: Sweeps,
        ledger: &mut Ledger,
    ) -> Result<(), Leak> {
        let model = &problem.model;
        if let Some(migration) = &model.migration {
            let [q, o1, u, y] =
                [Slow::CartilageMatrix, Slow::ImmatureOsteoid, Slow::MatureOsteoid, Slow::Mineral]
                    .map(|f| &matrix.unwrap_or(fields)[f as usize]);
            self.scratch.par_iter_mut().enumerate().for_each(|(c, motility)| {
                let pore = 1.0 - (q[c] + o1[c] + u[c] + y[c]);
                let pore = if pore > 0.0 { pore } else { 0.0 };
                // No soft tissue has zero motility, and no wall any.
                let healthy = &problem.classes[usize::from(problem.tissue[c].code())];
                *motility = healthy.motility * pore * healthy.progenitors;
            });
            self.progenitor_faces.set_harmonic(&self.scratch, [1.0; 3]);
            let (diffusion, faces) = (&mut self.diffusion, &self.progenitor_faces);
            let (affinity, motility) = (&self.progenitor_affinity, migration.motility_mm2_per_day);
            conserving(Slow::Progenitors, fields, ledger, |m| {
                diffusion.step_with_affinity(faces, affinity, motility, dt_days, sweeps, m);
            })?;
        }
        if let Some(angiogenesis) = &model.angiogenesis {
            let (diffusion, faces) = (&mut self.diffusion, &self.vessel_spread);
            let (affinity, sprouting) = (&self.vessel_affinity, angiogenesis.sprouting_mm2_per_day);
            conserving(Slow::Capillaries, fields, ledger, |v| {
                diffusion.step_with_affinity(faces, affinity, sprouting, dt_days, sweeps, v);
            })?;
        }
        if let Some(bmp) = &model.bmp {
            let (diffusion, faces) = (&mut self.diffusion, &self.open);
            conserving(Slow::Bmp, fields, ledger, |b| {
                diffusion.step(faces, bmp.diffusivity_mm2_per_day, dt_days, sweeps, b);
            })?;
        }
        Ok(())
    }

    /// Directed movement for `dt_days`: progenitors up TGF-beta and the electric potential,
    /// vessels up VEGF.
    pub(crate) fn drift(
        &mut self,
        problem: &Problem,
        fields: &mut [Vec<f64>; FIELDS],
        signals: &[Vec<f64>; SIGNALS],
        dt_days: f64,
        ledger: &mut Ledger,
    ) -> Result<(), Leak> {
        let model = &problem.model;
        let up_tgf = model.migration.map_or(0.0, |m| m.taxis_mm2_per_day);
        let up_field = model.wound_field.map_or(0.0, |f| f.mobility_mm2_per_mv_day);
        if model.migration.is_some() && (up_tgf > 0.0 || up_field > 0.0) {
            let (tgf, phi) = (&signals[Signal::Tgf as usize], &signals[Signal::Potential as usize]);
            (self.scratch.par_iter_mut(), tgf, phi)
                .into_par_iter()
                .for_each(|(pull, tgf, phi)| *pull = up_tgf * tgf + up_field * phi);
            ledger.speeds_clamped +=
                self.taxis.set_velocity(&self.open, &self.scratch, FASTEST_MM_PER_DAY) as u64;
            let taxis = &mut self.taxis;
            conserving(Slow::Progenitors, fields, ledger, |m| {
                taxis.step(dt_days, m);
            })?;
        }
        if let Some(angiogenesis) = &model.angiogenesis {
            let mobility = angiogenesis.taxis_share * angiogenesis.taxis_mm2_per_day;
            let vegf = &signals[Signal::Vegf as usize];
            (self.scratch.par_iter_mut(), vegf, &problem.resting_vegf)
                .into_par_iter()
                .for_each(|(pull, vegf, resting)| *pull = mobility * (vegf - resting));
            ledger.speeds_clamped +=
                self.taxis.set_velocity(&self.vessel_faces, &self.scratch, FASTEST_MM_PER_DAY)
                    as u64;
            let taxis = &mut self.taxis;
            conserving(Slow::Capillaries, fields, ledger, |v| {
                taxis.step(dt_days, v);
            })?;
        }
        Ok(())
    }
}

/// A movement changed the total of what it moved.
pub(crate) struct Leak {
    pub(crate) field: Slow,
    /// Relative change.
    pub(crate) gap: f64,
}

/// Runs a movement of a field and enters how well it kept the total.
fn conserving(
    field: Slow,
    fields: &mut [Vec<f64>; FIELDS],
    ledger: &mut Ledger,
    movement: impl FnOnce(&mut [f64]),
) -> Result<(), Leak> {
    let u = &mut fields[field as usize];
    let (before, _) = reduce::sum_and_least(u);
    movement(u);
    let (after, least) = reduce::sum_and_least(u);
    let gap = (after - before).abs() / before.abs().max(1e-30);
    if gap > BOOKS {
        return Err(Leak { field, gap });
    }
    ledger.worst_transport_gap = ledger.worst_transport_gap.max(gap);
    let lowest = &mut ledger.lowest[field as usize];
    *lowest = lowest.min(least);
    Ok(())
}
