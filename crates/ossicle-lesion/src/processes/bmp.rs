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
        by_macrophages = "s_BM" 1.10 [0.6, 1.6] "1/d" Constant, "release by inflammatory cells", "calibrated";
        without_prostaglandin = "f_0" 0.2 [0.0, 1.0] "1" Constant, "share of that release that needs no prostaglandin", "calibrated to NSAID trials";
        by_chondrocytes = "s_Bc" 0.06 [0.0, 0.1] "1/d" Constant, "release by chondrocytes", "calibrated: stays below the threshold";
        by_hypertrophic = "s_Bh" 0.10 [0.0, 0.1] "1/d" Constant, "release by hypertrophic chondrocytes", "calibrated: stays below the threshold";
        by_osteoblasts = "s_Bb" 0.02 [0.0, 0.1] "1/d" Constant, "release by osteoblasts", "calibrated: stays below the threshold";
        threshold = "K_B" 0.80 [0.2, 1.6] "1" Constant, "BMP activity that commits half the progenitors; 0.2 in FOP-like hosts", "calibrated";
        steepness = "n_B" 4.0 [3.0, 6.0] "1" Exponent, "steepness of commitment", "calibrated";
    }
}

impl Process for Bmp {
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
