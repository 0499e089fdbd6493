//! Growth and movement together: travelling fronts of `u_t = D lap u + r u (1 - u)`, in the
//! order of the model's step (half a reaction, diffusion there and back, half a reaction).

mod common;

use common::{assert_order, at_centres, box_grid, worst};
use libm::{exp, log};
use ossicle_field::diffusion::{Diffusion, Sweeps};
use ossicle_field::reaction::{Budget, LANES, Lanes, Network, Rates};
use ossicle_field::{Faces, Grid};

struct Front {
    diffusion: Diffusion,
    faces: Faces,
    spread: f64,
    growth: f64,
    network: Network<1, 0>,
}

impl Front {
    fn new(grid: &Grid, spread: f64, growth: f64) -> Self {
        Self {
            diffusion: Diffusion::new(grid),
            faces: Faces::harmonic(grid.shape(), &vec![1.0; grid.len()]),
            spread,
            growth,
            network: Network::new([]).unwrap(),
        }
    }

    fn react(&self, dt: f64, u: &mut [f64]) {
        let rates = |u: &[Lanes; 1]| {
            let rate = u[0].map(|u| self.growth * u);
            Rates { gain: [rate], loss: [rate], transfer: [] }
        };
        for tile in u.chunks_mut(LANES) {
            let mut start = [[0.0; LANES]];
            start[0][..tile.len()].copy_from_slice(tile);
            let (mut middle, mut end, mut books) = (start, start, Budget::default());
            self.network.advance(&start, None, &rates(&start), dt / 2.0, &mut middle, &mut books);
            let at_middle = rates(&middle);
            self.network.advance(&start, Some(&middle), &at_middle, dt, &mut end, &mut books);
            tile.copy_from_slice(&end[0][..tile.len()]);
        }
    }

    fn run(&mut self, days: f64, steps: usize, u: &mut [f64]) {
        let dt = days / steps as f64;
        for _ in 0..steps {
            self.react(dt / 2.0, u);
            self.diffusion.step(&self.faces, self.spread, dt / 2.0, Sweeps::Forward, u);
            self.diffusion.step(&self.faces, self.spread, dt / 2.0, Sweeps::Backward, u);
            self.react(dt / 2.0, u);
            assert!(u.iter().all(|v| *v >= 0.0));
        }
    }
}

/// Ablowitz and Zeppetella: `(1 + exp(z/sqrt 6))^-2` travels at `5/sqrt 6` where `D = r = 1`.
fn exact(x: f64, days: f64) -> f64 {
    let z = x - 20.0 - 5.0 / 6.0_f64.sqrt() * days;
    let root = 1.0 / (1.0 + exp(z / 6.0_f64.sqrt()));
    root * root
}

#[test]
fn the_exact_front_in_space() {
    let days = 5.0;
    for axis in 0..3 {
        let error = |n: usize| {
            let (mut shape, mut size) = ([1; 3], [1.0; 3]);
            (shape[axis], size[axis]) = (n, 60.0);
            let grid = box_grid(shape, size);
            let mut u = at_centres(grid, |x| exact(x[axis], 0.0)).into_vec();
            Front::new(&grid, 1.0, 1.0).run(days, n * n / 200, &mut u);
            worst(&u, &at_centres(grid, |x| exact(x[axis], days)), |c| {
                (5.0..55.0).contains(&grid.centre(grid.voxel(c))[axis])
            })
        };
        let errors = [120, 240, 480].map(error);
        assert_order(&format!("exact front along axis {axis}, space"), &errors, 1.9);
        assert!(errors[2] < 1e-4, "error {}", errors[2]);
    }
}

#[test]
fn the_exact_front_in_time() {
    let (n, days) = (240, 5.0);
    let grid = box_grid([n, 1, 1], [60.0, 1.0, 1.0]);
    let after = |steps| {
        let mut u = at_centres(grid, |[x, ..]| exact(x, 0.0)).into_vec();
        Front::new(&grid, 1.0, 1.0).run(days, steps, &mut u);
        u
    };
    // Above 80 steps diffusion is Crank-Nicolson throughout.
    let reference = after(20_480);
    let errors = [160, 320, 640].map(|steps| worst(&after(steps), &reference, |_| true));
    assert_order("exact front, time", &errors, 1.9);
}

/// From a small start a front comes up to `2 sqrt(D r)` as Bramson's law says.
#[test]
fn fisher_speed() {
    let (d, r, h) = (0.2_f64, 0.7_f64, 0.125);
    let n = 880;
    let grid = box_grid([n, 1, 1], [n as f64 * h, 1.0, 1.0]);
    let mut u = at_centres(grid, |[x, ..]| f64::from(x < 2.0)).into_vec();
    let mut front = Front::new(&grid, d, r);
    let half_way = |u: &[f64]| {
        let c = u.iter().rposition(|v| *v > 0.5).unwrap();
        h * (c as f64 + 0.5 + (u[c] - 0.5) / (u[c] - u[c + 1]))
    };
    let (from, to) = (60.0, 120.0);
    front.run(from, 1200, &mut u);
    let start = half_way(&u);
    front.run(to - from, 1200, &mut u);
    let speed = (half_way(&u) - start) / (to - from);
    // In units of 1/r and sqrt(D/r): 2 - 3/(2t) + 3 sqrt(pi)/(2 t^1.5), integrated.
    let way = 2.0 * r * (to - from) - 1.5 * log(to / from)
        + 3.0 * (std::f64::consts::PI / r).sqrt() * (1.0 / from.sqrt() - 1.0 / to.sqrt());
    let expected = way * (d / r).sqrt() / (to - from);
    assert!((speed / expected - 1.0).abs() < 0.005, "{speed} mm/day; expected {expected}");
    assert!((speed / (2.0 * (d * r).sqrt()) - 1.0).abs() < 0.02, "{speed} mm/day");
}
