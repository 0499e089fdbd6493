//! Cells, matrices and growth factors in a fracture callus: Bailon-Plaza and van der Meulen
//! 2001, on a line from the fracture end (0) to the periosteum (1).
//!
//! ```text
//! cm_t = div( D grad cm - C cm grad m ) + Am cm(1-cm) - (F1+F2) cm
//! cc_t = Ac cc(1-cc) + F2 cm - F3 cc
//! cb_t = Ab cb(1-cb) + F1 cm + F3 cc - db cb
//! mc_t = (Pcs - Qcd1 mc)(cm + cc) - Qcd2 mc cb
//! mb_t = (Pbs - Qbd mb) cb
//! gc_t = Dgc lap gc + Ggc gc/(Hgc + gc) m/(Kgc^3 + m^3) cc - dgc gc
//! gb_t = Dgb lap gb + Ggb gb/(Hgb + gb) cb - dgb gb
//! m = mc + mb    D = Dh m/(Kh^2 + m^2)    C = Ck/(Kk + m)^2    Aj = Aj0 m/(Kj^2 + m^2)
//! F1 = Y1 gb/(H1 + gb)    F2 = Y2 gc/(H2 + gc)    F3 = mc^6/(Bec^6 + mc^6) Y3 gb/(H3 + gb)
//! ```
//! Lengths are scaled by 3.5 mm, cells by 1e6/mL, matrices by 0.1 g/mL, factors by 100 ng/mL,
//! times are days. Haptotaxis is attraction, up the potential `-Ck/(Kk + m)`; an open
//! re-implementation has it the other way round and up cartilage alone, so look into the
//! article before citing figures of this file as the article's.
//!
//! The sources at the ends hold for a while and are stiff springs (1e4/d) towards their
//! value in the last voxel. Growth factors have a boundary layer of 0.007, so figures belong
//! to a grid (200 voxels) until about day 24 and to nothing later.

use ossicle_field::diffusion::{Diffusion, Sweeps};
use ossicle_field::maths::power;
use ossicle_field::reaction::{Budget, LANES, Lanes, Network, Rates, Transfer};
use ossicle_field::taxis::{Limiter, Taxis};
use ossicle_field::{Faces, Grid, GridError};

use super::record::records;

records! {
    /// The values of the model, scaled.
    Parameters from "Bailon-Plaza and van der Meulen 2001, 10.1006/jtbi.2001.2372, as re-implemented openly" {
        dh = "Dh" 0.014 "1/d", "random movement of progenitors";
        kh = "Kh" 0.25 "1", "matrix density of fastest movement";
        ck = "Ck" 0.0034 "1/d", "haptotaxis of progenitors";
        kk = "Kk" 0.5 "1", "matrix density that slows it to a quarter";
        am = "Am0" 1.01 "1/d", "division of progenitors";
        ac = "Ac0" 1.01 "1/d", "division of chondrocytes";
        ab = "Ab0" 0.202 "1/d", "division of osteoblasts";
        ka = "Km, Kc, Kb" 0.1 "1", "matrix density of fastest division";
        y1 = "Y1" 10.0 "1/d", "progenitors to osteoblasts";
        h1 = "H1" 0.1 "1", "osteogenic factor at half that rate";
        y2 = "Y2" 50.0 "1/d", "progenitors to chondrocytes";
        h2 = "H2" 0.2 "1", "chondrogenic factor at half that rate";
        y3 = "Y3" 1000.0 "1/d", "chondrocytes replaced by osteoblasts";
        h3 = "H3" 0.1 "1", "osteogenic factor at half that rate";
        bec = "Bec" 1.5 "1", "cartilage at half that rate";
        db = "db" 0.1 "1/d", "loss of osteoblasts";
        pcs = "Pcs" 0.2 "1/d", "cartilage made";
        pbs = "Pbs" 2.0 "1/d", "bone made";
        qcd1 = "Qcd1" 0.2 "1/d", "cartilage lost to its makers";
        qcd2 = "Qcd2" 2.0 "1/d", "cartilage lost to osteoblasts";
        qbd = "Qbd" 2.0 "1/d", "bone lost";
        dgc = "Dgc" 0.005 "1/d", "diffusion of the chondrogenic factor";
        dgb = "Dgb" 0.005 "1/d", "diffusion of the osteogenic factor";
        ggc = "Ggc" 50.0 "1/d", "chondrogenic factor made";
        hgc = "Hgc" 1.0 "1", "chondrogenic factor at half its making";
        kgc = "Kgc" 0.1 "1", "matrix density of fastest making";
        ggb = "Ggb" 500.0 "1/d", "osteogenic factor made";
        hgb = "Hgb" 1.0 "1", "osteogenic factor at half its making";
        loss_gc = "dgc" 100.0 "1/d", "loss of the chondrogenic factor";
        loss_gb = "dgb" 100.0 "1/d", "loss of the osteogenic factor";
        factor_end = "g(end)" 20.0 "1", "factors held at the fracture and the periosteum";
        factor_days = "t(g)" 10.0 "d", "how long they are held";
        cells_end = "cm(1)" 0.5 "1", "progenitors held at the periosteum";
        cells_days = "t(cm)" 3.0 "d", "how long they are held";
        cartilage_start = "mc(0)" 0.1 "1", "granulation matrix at the start";
    }
}

/// Means over the line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Means {
    /// Progenitors.
    pub progenitors: f64,
    /// Chondrocytes.
    pub chondrocytes: f64,
    /// Osteoblasts.
    pub osteoblasts: f64,
    /// Cartilage.
    pub cartilage: f64,
    /// Bone.
    pub bone: f64,
    /// Chondrogenic factor.
    pub chondrogenic: f64,
    /// Osteogenic factor.
    pub osteogenic: f64,
}

/// How stiffly the ends are held (1/d).
const SPRING: f64 = 1e4;

const FIELDS: usize = 7;
const CM: usize = 0;
const CC: usize = 1;
const CB: usize = 2;
const MC: usize = 3;
const MB: usize = 4;
const GC: usize = 5;
const GB: usize = 6;
const TO_CARTILAGE: usize = 0;
const TO_BONE: usize = 1;
const REPLACED: usize = 2;

/// The callus along its line.
#[derive(Clone, Debug)]
pub struct Callus {
    parameters: Parameters,
    day: f64,
    fields: [Vec<f64>; FIELDS],
    network: Network<FIELDS, 3>,
    diffusion: Diffusion,
    taxis: Taxis,
    everywhere: Faces,
    motility: Faces,
}

/// What holds at the ends for a while.
#[derive(Clone, Copy)]
struct Held {
    factors: bool,
    cells: bool,
}

impl Callus {
    /// The published start on a line of `voxels`.
    ///
    /// # Errors
    /// If there is no voxel.
    pub fn new(parameters: Parameters, voxels: usize) -> Result<Self, GridError> {
        let h = 1.0 / voxels.max(1) as f64;
        let grid = Grid::aligned([voxels, 1, 1], [h; 3], [0.5 * h; 3])?;
        let mut fields = std::array::from_fn(|_| vec![0.0; voxels]);
        fields[MC].fill(parameters.cartilage_start);
        let to = |from, to| Transfer { from, to, share: 1.0 };
        Ok(Self {
            parameters,
            day: 0.0,
            fields,
            network: Network::new([to(CM, CC), to(CM, CB), to(CC, CB)])
                .expect("each flow goes to a later field"),
            diffusion: Diffusion::new(&grid),
            taxis: Taxis::new(&grid, Limiter::Upwind),
            everywhere: Faces::harmonic(grid.shape(), &vec![1.0; voxels]),
            motility: Faces::closed(grid.shape()),
        })
    }

    /// Advances to a day, in equal steps of at most `1/steps_per_day`.
    pub fn advance_to(&mut self, day: f64, steps_per_day: usize) {
        let p = self.parameters;
        for until in [p.cells_days.min(day), p.factor_days.min(day), day] {
            let days = until - self.day;
            if days <= 0.0 {
                continue;
            }
            let held = Held { factors: self.day < p.factor_days, cells: self.day < p.cells_days };
            let steps = (days * steps_per_day as f64).ceil().max(1.0) as usize;
            let step = days / steps as f64;
            self.react(step / 2.0, held);
            for s in 1..=steps {
                self.spread(step);
                self.react(if s < steps { step } else { step / 2.0 }, held);
            }
            self.day = until;
        }
    }

    /// Means over the line.
    #[must_use]
    pub fn means(&self) -> Means {
        let mean =
            |f: usize| ossicle_field::reduce::sum(&self.fields[f]) / self.fields[f].len() as f64;
        Means {
            progenitors: mean(CM),
            chondrocytes: mean(CC),
            osteoblasts: mean(CB),
            cartilage: mean(MC),
            bone: mean(MB),
            chondrogenic: mean(GC),
            osteogenic: mean(GB),
        }
    }

    /// Movement of progenitors and growth factors.
    fn spread(&mut self, days: f64) {
        let p = self.parameters;
        let matrix: Vec<f64> =
            self.fields[MC].iter().zip(&self.fields[MB]).map(|(mc, mb)| mc + mb).collect();
        let motility: Vec<f64> = matrix.iter().map(|m| p.dh * m / (p.kh * p.kh + m * m)).collect();
        self.motility.set_harmonic(&motility, [1.0; 3]);
        let potential: Vec<f64> = matrix.iter().map(|m| -p.ck / (p.kk + m)).collect();
        self.taxis.set_velocity(&self.everywhere, &potential, f64::INFINITY);
        let Self { diffusion, motility, everywhere, taxis, fields, .. } = self;
        for (sweeps, before_taxis) in [(Sweeps::Forward, true), (Sweeps::Backward, false)] {
            diffusion.step(motility, 1.0, days / 2.0, sweeps, &mut fields[CM]);
            if before_taxis {
                taxis.step(days, &mut fields[CM]);
            }
        }
        diffusion.step(everywhere, p.dgc, days, Sweeps::Forward, &mut fields[GC]);
        diffusion.step(everywhere, p.dgb, days, Sweeps::Forward, &mut fields[GB]);
    }

    /// Everything that happens within voxels, tile by tile.
    fn react(&mut self, days: f64, held: Held) {
        let last = self.fields[0].len() - 1;
        for first in (0..=last).step_by(LANES) {
            let lanes = LANES.min(last + 1 - first);
            let mut start = [[0.0; LANES]; FIELDS];
            for (lane, field) in start.iter_mut().zip(&self.fields) {
                lane[..lanes].copy_from_slice(&field[first..first + lanes]);
            }
            let rates = |u: &[Lanes; FIELDS]| {
                let mut rates = Rates::default();
                for l in 0..lanes {
                    self.rates(u, l, &mut rates);
                }
                if first == 0 && held.factors {
                    hold(&mut rates, GC, 0, self.parameters.factor_end);
                }
                if first + lanes > last {
                    let p = self.parameters;
                    if held.factors {
                        hold(&mut rates, GB, last - first, p.factor_end);
                    }
                    if held.cells {
                        hold(&mut rates, CM, last - first, p.cells_end);
                    }
                }
                rates
            };
            let (mut middle, mut end) = (start, start);
            let (network, mut books) = (&self.network, Budget::default());
            network.advance(&start, None, &rates(&start), days / 2.0, &mut middle, &mut books);
            network.advance(&start, Some(&middle), &rates(&middle), days, &mut end, &mut books);
            for (lane, field) in end.iter().zip(&mut self.fields) {
                field[first..first + lanes].copy_from_slice(&lane[..lanes]);
            }
        }
    }

    fn rates(&self, u: &[Lanes; FIELDS], l: usize, rates: &mut Rates<FIELDS, 3>) {
        let p = &self.parameters;
        let [cm, cc, cb, mc, mb, gc, gb] = u.map(|field| field[l]);
        let m = mc + mb;
        let division = m / (p.ka * p.ka + m * m);
        let cartilage6 = power(mc, 6);
        for (field, gain, loss) in [
            (CM, p.am * division * cm, p.am * division * cm),
            (CC, p.ac * division * cc, p.ac * division * cc),
            (CB, p.ab * division * cb, p.ab * division * cb + p.db),
            (MC, p.pcs * (cm + cc), p.qcd1 * (cm + cc) + p.qcd2 * cb),
            (MB, p.pbs * cb, p.qbd * cb),
            (GC, p.ggc * gc / (p.hgc + gc) * m / (power(p.kgc, 3) + power(m, 3)) * cc, p.loss_gc),
            (GB, p.ggb * gb / (p.hgb + gb) * cb, p.loss_gb),
        ] {
            rates.gain[field][l] = gain;
            rates.loss[field][l] = loss;
        }
        rates.transfer[TO_CARTILAGE][l] = p.y2 * gc / (p.h2 + gc);
        rates.transfer[TO_BONE][l] = p.y1 * gb / (p.h1 + gb);
        rates.transfer[REPLACED][l] =
            cartilage6 / (power(p.bec, 6) + cartilage6) * p.y3 * gb / (p.h3 + gb);
    }
}

/// Pulls a field towards a value in one lane.
fn hold(rates: &mut Rates<FIELDS, 3>, field: usize, lane: usize, value: f64) {
    rates.gain[field][lane] += SPRING * value;
    rates.loss[field][lane] += SPRING;
}
