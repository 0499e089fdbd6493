//! BMP activity: released by inflammatory cells (more with prostaglandin and neuropeptides,
//! more after a central nervous lesion), sustained below threshold by the new tissue itself,
//! limited by noggin. Above a threshold it commits progenitors.
//!
//! `B_t = D_B lap B - d_B (1 + nog B) B + s_BM M (f_0 + (1-f_0) PG)(1 + a_S S)(1 + cns) + s_Bc c + s_Bh h + s_Bb b`
//!
//! `HB = H(B; K_B, n_B)`

use ossicle_field::maths::hill;
use ossicle_field::reaction::LANES;

use crate::fields::Slow;
use crate::parameter::parameters;
use crate::process::{Process, Rates, Tile};

parameters! {
    /// BMP activity and the commitment threshold.
    Bmp of "bmp" {
        diffusivity_mm2_per_day = "D_B" 0.10 [0.02, 0.5] "mm2/d" Constant, "diffusivity", "calibrated; Bailon-Plaza 2001 gives 0.061 mm2/d; derived";
        decay = "d_B" 0.30 [0.1, 1.0] "1/d" Constant, "decay", "calibrated; Bailon-Plaza 2001 has 100 /d for free factor";
        noggin = "nog" 0.5 [0.0, 1.0] "1" Constant, "noggin feedback on decay", "calibrated";
        by_macrophages = "s_BM" 1.10 [0.6, 1.6] "1/d per 1e6 cells/mL" Constant, "release by inflammatory cells", "calibrated";
        without_prostaglandin = "f_0" 0.2 [0.0, 1.0] "1" Constant, "share of that release that needs no prostaglandin", "calibrated to NSAID trials";
        by_chondrocytes = "s_Bc" 0.06 [0.0, 0.1] "1/d per 1e6 cells/mL" Constant, "release by chondrocytes", "calibrated: stays below the threshold";
        by_hypertrophic = "s_Bh" 0.10 [0.0, 0.1] "1/d per 1e6 cells/mL" Constant, "release by hypertrophic chondrocytes", "calibrated: stays below the threshold";
        by_osteoblasts = "s_Bb" 0.02 [0.0, 0.1] "1/d per 1e6 cells/mL" Constant, "release by osteoblasts", "calibrated: stays below the threshold";
        threshold = "K_B" 0.80 [0.2, 1.6] "1" Constant, "BMP activity that commits half the progenitors; 0.2 in FOP-like hosts", "calibrated";
        steepness = "n_B" 4.0 [3.0, 6.0] "1" Exponent, "steepness of commitment", "calibrated";
    }
}

impl Process for Bmp {
    fn reads(&self) -> &'static [Slow] {
        &[
            Slow::InflammatoryMacrophages,
            Slow::Chondrocytes,
            Slow::Hypertrophic,
            Slow::Osteoblasts,
            Slow::Bmp,
        ]
    }

    fn writes(&self) -> &'static [Slow] {
        &[Slow::Bmp]
    }

    fn derive(&self, tile: &mut Tile) {
        let b = tile.get(Slow::Bmp);
        let steepness = self.steepness as u32;
        for i in 0..LANES {
            tile.derived.commitment[i] = hill(b[i], self.threshold, steepness);
        }
    }

    fn rates(&self, tile: &Tile, rates: &mut Rates) {
        let activity = tile.get(Slow::Bmp);
        let [m, c, h, b] = [
            Slow::InflammatoryMacrophages,
            Slow::Chondrocytes,
            Slow::Hypertrophic,
            Slow::Osteoblasts,
        ]
        .map(|f| tile.get(f));
        let (pg, gain) = (&tile.derived.prostaglandin, &tile.derived.neural_gain);
        let central = 1.0 + tile.host.central_nervous_lesion;
        let f = Slow::Bmp as usize;
        for i in 0..LANES {
            let inflammatory = self.by_macrophages
                * m[i]
                * (self.without_prostaglandin + (1.0 - self.without_prostaglandin) * pg[i])
                * gain[i]
                * central;
            rates.gain[f][i] += inflammatory
                + self.by_chondrocytes * c[i]
                + self.by_hypertrophic * h[i]
                + self.by_osteoblasts * b[i];
            rates.loss[f][i] += self.decay * (1.0 + self.noggin * activity[i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use ossicle_anatomy::Tissue;

    use super::*;
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, Strip, bell, close, given, model_of};

    fn bmp() -> Box<dyn Process> {
        Box::new(Bmp::new(&ParameterValues::default()))
    }

    /// `B' = s - 0.3 (1 + 0.5 B) B` from zero.
    fn activity(source: f64, days: f64) -> f64 {
        let root = (0.3 * 0.3 + 4.0 * 0.15 * source).sqrt();
        let (upper, lower) = ((root - 0.3) / 0.3, (-root - 0.3) / 0.3);
        let decayed = libm::exp(-root * days);
        upper * (1.0 - decayed) / (1.0 - upper / lower * decayed)
    }

    #[test]
    fn steady_sources_bring_it_to_the_root_of_its_quadratic() {
        let drivers = given(|d| {
            d.prostaglandin = [0.25; LANES];
            d.neural_gain = [1.5; LANES];
        });
        let mut tile = Alone::new(vec![drivers, bmp()])
            .with(Slow::InflammatoryMacrophages, 0.5)
            .with(Slow::Chondrocytes, 0.1)
            .with(Slow::Hypertrophic, 0.2)
            .with(Slow::Osteoblasts, 0.3)
            .central_nervous_lesion(1.0);
        let inflammatory = 1.10 * 0.5 * (0.2 + 0.8 * 0.25) * 1.5 * 2.0;
        let source = inflammatory + 0.06 * 0.1 + 0.10 * 0.2 + 0.02 * 0.3;
        tile.run(2.0, 0.005);
        close(tile.get(Slow::Bmp), activity(source, 2.0), 1e-5);
        tile.run(98.0, 0.1);
        close(tile.get(Slow::Bmp), -1.0 + (1.0 + 2.0 * source / 0.3).sqrt(), 1e-9);
    }

    #[test]
    fn commitment_is_half_at_the_threshold_and_steep() {
        for (activity, committed) in [(0.4, 1.0 / 17.0), (0.8, 0.5), (1.6, 16.0 / 17.0)] {
            let derived = Alone::new(vec![bmp()]).with(Slow::Bmp, activity).derived();
            close(derived.commitment[0], committed, 1e-14);
        }
    }

    #[test]
    fn what_the_new_tissue_makes_alone_stays_far_below_the_threshold() {
        // As many hypertrophic cells as fit, the strongest source of the three.
        let mut tile = Alone::new(vec![bmp()]).with(Slow::Hypertrophic, 1.0);
        tile.run(100.0, 0.1);
        close(tile.get(Slow::Bmp), -1.0 + (1.0_f64 + 0.2 / 0.3).sqrt(), 1e-9);
        assert!(tile.derived().commitment[0] < 0.02);
    }

    #[test]
    fn it_spreads_by_its_diffusivity() {
        let strip = Strip::new(vec![Tissue::Uniform; 160], 0.25, model_of(&["bmp"]))
            .with(Slow::Bmp, bell(20.0));
        let (_, before) = strip.moments(Slow::Bmp);
        let (_, after) = strip.moved(10.0, 0.5).moments(Slow::Bmp);
        close(after - before, 2.0 * 0.10 * 10.0, 1e-6);
    }
}
