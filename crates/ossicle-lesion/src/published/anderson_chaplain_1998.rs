//! Endothelial cells on their way from a vessel to a tumour: the continuous model of Anderson
//! and Chaplain 1998 on a line, vessel at 0, tumour at 1 (2 mm), no flux at either end.
//!
//! ```text
//! n_t = D n_xx - ( chi0/(1 + alpha c) n c_x )_x - ( rho n f_x )_x     cells
//! f_t = beta n - gamma n f                                            fibronectin
//! c_t = -eta n c                                                      tumour angiogenic factor
//! ```
//! Both movements are up one potential, `chi0/alpha ln(1 + alpha c) + rho f`.
//!
//! Reference figures for this model are quoted for first-order upwind differences on 800
//! voxels; other limiters and grids are there to see what that hides.

use libm::{exp, log};
use ossicle_field::diffusion::{Diffusion, Sweeps};
use ossicle_field::taxis::{Limiter, Taxis};
use ossicle_field::{Faces, Grid, GridError};

use super::record::records;

records! {
    /// The values of the model, scaled by the distance of the tumour and the time that the
    /// factor takes to diffuse over it.
    Parameters from "Anderson and Chaplain 1998, 10.1006/bulm.1998.0042" {
        diffusion = "D" 0.00035 "1", "random movement of cells";
        alpha = "alpha" 0.6 "1", "how far the factor dulls the response to it";
        chi = "chi0" 0.38 "1", "movement up the factor";
        rho = "rho" 0.34 "1", "movement up fibronectin";
        beta = "beta" 0.05 "1", "fibronectin made";
        gamma = "gamma" 0.1 "1", "fibronectin taken up";
        eta = "eta" 0.1 "1", "factor taken up";
    }
}

/// Where endothelial cells are densest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Front {
    /// Their density, relative to the vessel's at the start.
    pub cells: f64,
    /// Their position, 0 at the vessel and 1 at the tumour.
    pub position: f64,
}

/// The line and what is on it.
#[derive(Clone, Debug)]
pub struct Line {
    parameters: Parameters,
    grid: Grid,
    diffusion: Diffusion,
    taxis: Taxis,
    everywhere: Faces,
    /// Endothelial cells, relative to the vessel's.
    pub cells: Vec<f64>,
    /// Fibronectin, scaled.
    pub fibronectin: Vec<f64>,
    /// Angiogenic factor, relative to the tumour's.
    pub factor: Vec<f64>,
}

impl Line {
    /// The published start on a line of `voxels`.
    ///
    /// # Errors
    /// If there is no voxel.
    pub fn new(parameters: Parameters, voxels: usize, limiter: Limiter) -> Result<Self, GridError> {
        let h = 1.0 / voxels.max(1) as f64;
        let grid = Grid::aligned([voxels, 1, 1], [h; 3], [0.5 * h; 3])?;
        let at = |f: fn(f64) -> f64| (0..voxels).map(|i| f((i as f64 + 0.5) * h)).collect();
        Ok(Self {
            parameters,
            diffusion: Diffusion::new(&grid),
            taxis: Taxis::new(&grid, limiter),
            everywhere: Faces::harmonic(grid.shape(), &vec![1.0; voxels]),
            grid,
            cells: at(|x| exp(-x * x / 0.001)),
            fibronectin: at(|x| 0.75 * exp(-x * x / 0.45)),
            factor: at(|x| exp(-(1.0 - x) * (1.0 - x) / 0.45)),
        })
    }

    /// Advances by a scaled time in equal steps (at least one).
    pub fn advance(&mut self, time: f64, steps: usize) {
        let p = self.parameters;
        let steps = steps.max(1);
        let step = time / steps as f64;
        for _ in 0..steps {
            self.react(step / 2.0);
            let half = step / 2.0;
            let Self { diffusion, everywhere, cells, .. } = self;
            diffusion.step(everywhere, p.diffusion, half, Sweeps::Forward, cells);
            let potential: Vec<f64> = self
                .factor
                .iter()
                .zip(&self.fibronectin)
                .map(|(c, f)| p.chi / p.alpha * log(1.0 + p.alpha * c) + p.rho * f)
                .collect();
            self.taxis.set_velocity(&self.everywhere, &potential, f64::INFINITY);
            self.taxis.step(step, &mut self.cells);
            let Self { diffusion, everywhere, cells, .. } = self;
            diffusion.step(everywhere, p.diffusion, half, Sweeps::Backward, cells);
            self.react(step / 2.0);
        }
    }

    /// With the cells held both equations are linear and are solved exactly.
    fn react(&mut self, time: f64) {
        let p = self.parameters;
        let rest = p.beta / p.gamma;
        let fields = self.fibronectin.iter_mut().zip(&mut self.factor);
        for ((f, c), n) in fields.zip(&self.cells) {
            *f = rest + (*f - rest) * exp(-p.gamma * n * time);
            *c *= exp(-p.eta * n * time);
        }
    }

    /// Position of a voxel's centre, 0 at the vessel and 1 at the tumour.
    #[must_use]
    pub fn position(&self, voxel: usize) -> f64 {
        self.grid.centre([voxel, 0, 0])[0]
    }

    /// Where the cells are densest.
    #[must_use]
    pub fn front(&self) -> Front {
        let start = Front { cells: f64::NEG_INFINITY, position: 0.0 };
        self.cells.iter().enumerate().fold(start, |front, (voxel, cells)| {
            if *cells > front.cells {
                Front { cells: *cells, position: self.position(voxel) }
            } else {
                front
            }
        })
    }

    /// All cells, kept for ever.
    #[must_use]
    pub fn mass(&self) -> f64 {
        ossicle_field::reduce::sum(&self.cells) / self.cells.len() as f64
    }
}
