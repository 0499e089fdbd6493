//! Reactions against closed forms and reference values.

#![expect(clippy::needless_range_loop, reason = "fields and lanes index several arrays at once")]

mod common;

use common::{assert_order, assert_same_bits};
use libm::{exp, log, pow};
use ossicle_field::noise;
use ossicle_field::reaction::{
    Budget, DenseRates, DenseSystem, LANES, Lanes, Network, Rates, Transfer, for_tiles,
};

/// One field with a gain and a loss that depend on it.
fn run(start: f64, days: f64, steps: usize, rates: impl Fn(f64) -> (f64, f64)) -> f64 {
    let mut system = DenseSystem::new(1);
    let mut u = [start];
    for _ in 0..steps {
        system.step(&mut u, days / steps as f64, |u, out| {
            (out.gain[0], out.loss[0]) = rates(u[0]);
        });
        assert!(u[0] >= 0.0);
    }
    u[0]
}

#[test]
fn logistic_growth() {
    let (rate, start, days) = (0.7, 0.02, 12.0);
    let exact = 1.0 / (1.0 + (1.0 / start - 1.0) * exp(-rate * days));
    let grow = |u: f64| (rate * u, rate * u);
    let errors = [80, 160, 320].map(|steps| (run(start, days, steps, grow) - exact).abs());
    assert_order("logistic growth", &errors, 1.9);
    // From above, and where it comes to rest.
    let errors = [40, 80, 160].map(|steps| {
        let exact = 1.0 / (1.0 + (1.0 / 3.0 - 1.0) * exp(-rate * 2.0));
        (run(3.0, 2.0, steps, grow) - exact).abs()
    });
    assert_order("logistic decline", &errors, 1.9);
    assert!((run(start, 100.0, 200, grow) - 1.0).abs() < 1e-9);
}

/// Debris eaten at a saturating rate: `D + K ln D` falls linearly in time.
#[test]
fn saturating_clearance() {
    let (speed, half, start, days) = (0.48, 0.094, 2.0, 4.0);
    let error = |steps| {
        let end = run(start, days, steps, |d| (0.0, speed / (half + d)));
        let fallen = (start + half * log(start)) - (end + half * log(end));
        (fallen / (speed * days) - 1.0).abs()
    };
    let errors = [50, 100, 200].map(error);
    assert_order("saturating clearance", &errors, 1.9);
    assert!(errors[2] < 1e-4);
}

/// A product grows from nothing, at once and after its maker.
#[test]
fn growth_from_zero() {
    let error = |steps: usize| {
        let days = 3.0;
        let mut system = DenseSystem::new(2);
        let mut u = [0.0, 0.0];
        for _ in 0..steps {
            system.step(&mut u, days / steps as f64, |u, out| {
                out.gain = vec![1.0, 2.0 * u[0]];
                out.loss = vec![0.5, 1.5];
            });
        }
        // a = 2 (1 - e^-t/2); b' = 2 a - 1.5 b.
        let a = 2.0 * (1.0 - exp(-0.5 * days));
        let b = 4.0 / 1.5 - 4.0 * exp(-0.5 * days) + (4.0 - 4.0 / 1.5) * exp(-1.5 * days);
        (u[0] - a).abs().max((u[1] - b).abs())
    };
    assert_order("growth from zero", &[30, 60, 120].map(error), 1.9);
}

/// Robertson's three species: rates from 0.04 to 3e7, a cycle among them.
fn robertson(steps_per_decade: usize) -> Vec<[f64; 3]> {
    let mut system = DenseSystem::new(3);
    let mut u = [1.0, 0.0, 0.0];
    let ratio = pow(10.0, 1.0 / steps_per_decade as f64);
    let mut day = 0.0;
    let mut at = Vec::new();
    for (from, to) in [(0.0, 4e-7), (4e-7, 0.4), (0.4, 40.0), (40.0, 4000.0)] {
        let steps = if from == 0.0 {
            steps_per_decade
        } else {
            (libm::log10(to / from) * steps_per_decade as f64).round() as usize
        };
        for step in 0..steps {
            let next = if from == 0.0 {
                to * (step + 1) as f64 / steps as f64
            } else {
                from * pow(ratio, (step + 1) as f64)
            };
            system.step(&mut u, next - day, |u, out| {
                out.transfer[0][1] = 0.04;
                out.transfer[1][2] = 3e7 * u[1];
                out.transfer[1][0] = 1e4 * u[2];
            });
            assert!(u.iter().all(|v| *v >= 0.0));
            day = next;
        }
        at.push(u);
    }
    at.split_off(1)
}

#[test]
fn robertson_against_reference_values() {
    // Radau IIA, relative tolerance 1e-12, at 0.4, 40 and 4000.
    const REFERENCE: [[f64; 3]; 3] = [
        [9.8517211386e-1, 3.3863953790e-5, 1.4794022185e-2],
        [7.1582706872e-1, 9.1855347646e-6, 2.8416374575e-1],
        [1.8320225778e-1, 8.9423712528e-7, 8.1679684799e-1],
    ];
    // Relative errors of all species together, and of the fast one alone.
    let error = |steps_per_decade| {
        let (mut slow, mut fast) = (0.0_f64, 0.0_f64);
        for (found, expected) in robertson(steps_per_decade).iter().zip(REFERENCE) {
            let off: [f64; 3] = std::array::from_fn(|f| (found[f] / expected[f] - 1.0).abs());
            slow = slow.max(off[0]).max(off[2]);
            fast = fast.max(off[1]);
            let total: f64 = found.iter().sum();
            assert!((total - 1.0).abs() < 1e-12, "total {total}");
        }
        (slow, fast)
    };
    // A fast species follows half a step behind, so first order is what there is.
    let errors = [50, 100, 200].map(error);
    assert_order("Robertson, slow species", &errors.map(|e| e.0), 0.9);
    assert_order("Robertson, fast species", &errors.map(|e| e.1), 0.8);
    assert!(errors[0].0 < 2e-3 && errors[0].1 < 1e-2, "{errors:?}");
}

/// Steps a thousand times longer than a field's own time: it goes where its source puts it and
/// stays there.
#[test]
fn a_fast_field_does_not_swing() {
    for start in [0.0, 1e-6, 0.3, 1.7, 1e4] {
        let mut system = DenseSystem::new(1);
        let mut u = [start];
        for _ in 0..4 {
            system.step(&mut u, 1.0, |_, out| {
                out.gain[0] = 1000.0;
                out.loss[0] = 1000.0;
            });
        }
        assert!((u[0] - 1.0).abs() < 1e-7, "from {start} to {} instead of 1", u[0]);
    }
}

const FIELDS: usize = 6;
const FLOWS: usize = 9;

/// A random network without cycles, and rates that depend on the state.
struct Random {
    transfers: [Transfer; FLOWS],
    seed: u64,
}

impl Random {
    fn new(seed: u64) -> Self {
        let pick = |t: usize, what, most: usize| {
            (noise::uniform(seed, what, t as u64) * most as f64) as usize
        };
        let transfers = std::array::from_fn(|t| {
            let from = pick(t, 0, FIELDS - 1);
            let to = from + 1 + pick(t, 1, FIELDS - 1 - from);
            Transfer { from, to, share: 1.0 }
        });
        Self { transfers, seed }
    }

    fn rate(&self, what: u64, which: usize, u: impl Fn(usize) -> f64) -> f64 {
        let neighbour = (which * 5 + 2) % FIELDS;
        3.0 * noise::uniform(self.seed, what, which as u64) * u(neighbour) / (0.3 + u(neighbour))
    }

    fn start(&self, lane: usize) -> [f64; FIELDS] {
        std::array::from_fn(|f| {
            let v = noise::uniform(self.seed, 9, (lane * FIELDS + f) as u64);
            if v < 0.2 { 0.0 } else { v }
        })
    }

    /// All lanes by the network; `u[field][lane]`, and the budget.
    fn by_network(&self, days: f64, steps: usize) -> ([Lanes; FIELDS], Budget<FIELDS>) {
        let network = Network::new(self.transfers).unwrap();
        let mut u = [[0.0; LANES]; FIELDS];
        for lane in 0..LANES {
            for (field, v) in self.start(lane).into_iter().enumerate() {
                u[field][lane] = v;
            }
        }
        let rates_at = |u: &[Lanes; FIELDS]| {
            let mut rates = Rates::<FIELDS, FLOWS>::default();
            for lane in 0..LANES {
                let here = |f: usize| u[f][lane];
                for f in 0..FIELDS {
                    rates.gain[f][lane] = self.rate(2, f, here);
                    rates.loss[f][lane] = self.rate(3, f, here);
                }
                for t in 0..FLOWS {
                    rates.transfer[t][lane] = self.rate(4, t, here);
                }
            }
            rates
        };
        let dt = days / steps as f64;
        let mut budget = Budget::default();
        for _ in 0..steps {
            let (mut middle, mut end) = (u, u);
            let mut half = Budget::default();
            network.advance(&u, None, &rates_at(&u), dt / 2.0, &mut middle, &mut half);
            network.advance(&u, Some(&middle), &rates_at(&middle), dt, &mut end, &mut budget);
            u = end;
        }
        (u, budget)
    }

    /// One lane by elimination.
    fn by_elimination(&self, lane: usize, days: f64, steps: usize) -> [f64; FIELDS] {
        let mut system = DenseSystem::new(FIELDS);
        let mut u = self.start(lane);
        for _ in 0..steps {
            system.step(&mut u, days / steps as f64, |u, out: &mut DenseRates| {
                let here = |f: usize| u[f];
                for f in 0..FIELDS {
                    out.gain[f] = self.rate(2, f, here);
                    out.loss[f] = self.rate(3, f, here);
                }
                for (t, flow) in self.transfers.iter().enumerate() {
                    out.transfer[flow.from][flow.to] += self.rate(4, t, here);
                }
            });
        }
        u
    }
}

#[test]
fn the_fast_network_agrees_with_elimination() {
    for seed in 0..20 {
        let random = Random::new(seed);
        for (days, steps) in [(2.0, 20), (50.0, 5)] {
            let (fast, _) = random.by_network(days, steps);
            for lane in [0, 7, LANES - 1] {
                let plain = random.by_elimination(lane, days, steps);
                for f in 0..FIELDS {
                    let scale = plain[f].max(1e-9);
                    let off = (fast[f][lane] - plain[f]).abs() / scale;
                    assert!(off < 1e-11, "network {seed}, lane {lane}, field {f}: off by {off}");
                    assert!(fast[f][lane] >= 0.0);
                }
            }
        }
    }
}

#[test]
fn random_networks_are_second_order_and_keep_their_books() {
    for seed in 0..5 {
        let random = Random::new(seed);
        let days = 3.0;
        let (reference, _) = random.by_network(days, 4096);
        let errors = [64, 128, 256].map(|steps| {
            let (u, budget) = random.by_network(days, steps);
            for f in 0..FIELDS {
                let before: f64 = (0..LANES).map(|lane| random.start(lane)[f]).sum();
                let after: f64 = u[f].iter().sum();
                let booked = budget.gained[f] - budget.lost[f] + budget.arrived[f] - budget.left[f];
                let gap = (after - before - booked).abs() / (budget.gained[f] + before + 1.0);
                assert!(gap < 1e-12, "field {f}: {gap} of it not accounted for");
            }
            let (left, arrived): (f64, f64) =
                (budget.left.iter().sum(), budget.arrived.iter().sum());
            assert!((left / arrived - 1.0).abs() < 1e-12);
            common::worst(u.as_flattened(), reference.as_flattened(), |_| true)
        });
        assert_order(&format!("random network {seed}"), &errors, 1.8);
    }
}

/// What is in the cycle stays in it, whatever the step.
#[test]
fn closed_cycles_conserve() {
    for days in [1e-3, 1.0, 1e3, 1e7] {
        let mut system = DenseSystem::new(4);
        let mut u = [1.0, 0.0, 0.5, 1e-3];
        for _ in 0..20 {
            system.step(&mut u, days, |u, out| {
                for f in 0..4 {
                    out.transfer[f][(f + 1) % 4] = 1.0 + 5.0 * u[(f + 2) % 4];
                    out.transfer[f][(f + 2) % 4] = 0.1 * f as f64;
                }
            });
            assert!(u.iter().all(|v| *v >= 0.0));
            let total: f64 = u.iter().sum();
            assert!((total / 1.501 - 1.0).abs() < 1e-13, "{days} days a step: total {total}");
        }
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let n = 50_000;
    let network = Network::new([Transfer { from: 0, to: 1, share: 0.8 }]).unwrap();
    assert_same_bits(|| {
        let mut a: Vec<f64> = (0..n).map(|c| noise::uniform(1, 1, c)).collect();
        let mut b = vec![0.0; a.len()];
        let budget = for_tiles(
            [&mut a, &mut b],
            &|_, [a, b]| {
                let mut budget = Budget::default();
                for (a, b) in a.chunks_mut(LANES).zip(b.chunks_mut(LANES)) {
                    let lane =
                        |f: &[f64]| std::array::from_fn(|l| f.get(l).copied().unwrap_or_default());
                    let start: [Lanes; 2] = [lane(a), lane(b)];
                    let mut rates = Rates::<2, 1>::default();
                    for l in 0..LANES {
                        rates.transfer[0][l] = 1.0 + start[0][l];
                        rates.gain[0][l] = 0.1;
                    }
                    let mut end = start;
                    network.advance(&start, None, &rates, 0.3, &mut end, &mut budget);
                    a.copy_from_slice(&end[0][..a.len()]);
                    b.copy_from_slice(&end[1][..b.len()]);
                }
                budget
            },
            &|a, b| a.plus(b),
        );
        a.into_iter().chain(b).chain(budget.gained).chain(budget.left).collect()
    });
}
