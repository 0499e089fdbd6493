use ossicle_anatomy::Tissue;
use ossicle_field::{Grid, maths::soft_step_down, reduce};
use ossicle_lesion::exposure::*;
use ossicle_lesion::*;
fn octant(
    h: f64,
    l: f64,
    r0: f64,
    wid: f64,
    d0: f64,
    values: &ParameterValues,
    host: Host,
) -> Problem {
    let n = (l / h).round() as usize;
    let grid = Grid::aligned([n; 3], [h; 3], [h / 2.0; 3]).unwrap();
    let r: Vec<f64> = (0..grid.len())
        .map(|c| {
            let p = grid.centre(grid.voxel(c));
            (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt()
        })
        .collect();
    let tissue = r.iter().map(|&r| if r < l { Tissue::Uniform } else { Tissue::Outside }).collect();
    let site: Vec<f64> = r.iter().map(|&r| soft_step_down(r - r0, wid)).collect();
    let inj = Injury {
        debris: site.iter().map(|s| d0 * s).collect(),
        site,
        distance_mm: r.iter().map(|r| r - r0).collect(),
    };
    Problem::new(grid, tissue, inj, None, 120.0, host, Model::new(values, &[] as &[&str]).unwrap())
        .unwrap()
        .with_centre([0.0; 3])
}
fn main() {
    let n: usize = std::env::var("T").ok().map_or(1, |t| t.parse().unwrap());
    rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(run)
}
fn run() {
    let a: Vec<String> = std::env::args().collect();
    let h: f64 = a[1].parse().unwrap();
    let tol: f64 = a[2].parse().unwrap();
    let max: f64 = a[3].parse().unwrap();
    let pic: usize = a[4].parse().unwrap();
    let p = octant(h, 24.0, 9.0, 1.0, 2.0, &ParameterValues::default(), Host::default());
    let control = Control {
        tolerance: tol,
        longest_days: max,
        oxygen_uptake: if pic > 0 {
            OxygenUptake::FromNormal { linearisations: pic }
        } else {
            OxygenUptake::Converged
        },
        ..Control::default()
    };
    let mut s = State::at_injury(&p);
    let mut st = Stepper::new(&p, control);
    let e = |_| Exposure {
        motion: Programme::all_day(Motion::Comfortable { share_of_free: 0.6 }),
        ..Exposure::default()
    };
    let t0 = std::time::Instant::now();
    st.prepare(&p, &mut s, &e(0.0)).unwrap();
    let mut steps = vec![];
    for d in [14.0, 28.0, 42.0, 70.0, 120.0, 180.0, 300.0, 360.0, 540.0] {
        while s.day < d {
            let x = st.step(&p, &mut s, d, &e).unwrap();
            steps.push(x.days);
        }
        let tot = |f: Slow| 8e-3 * p.grid().voxel_volume_mm3() * reduce::sum(s.field(f));
        println!(
            "day {d} steps {} rej {} dt {:.3} min {:.4} m {:.4} c {:.4} b {:.4} Q {:.4} O {:.4} wall {:.1}",
            s.steps,
            s.ledger.steps_rejected,
            steps.last().unwrap(),
            tot(Slow::Mineral),
            tot(Slow::Progenitors),
            tot(Slow::Chondrocytes) + tot(Slow::Hypertrophic),
            tot(Slow::Osteoblasts),
            tot(Slow::CartilageMatrix),
            tot(Slow::ImmatureOsteoid) + tot(Slow::MatureOsteoid) + tot(Slow::Mineral),
            t0.elapsed().as_secs_f64()
        );
    }
    println!("{:?}", st.seconds());
    println!(
        "{:?} {:?} gap {:e} {:e} {:e} full {} clamp {}",
        mean_iterations(&s.ledger),
        s.joint,
        s.ledger.worst_reaction_gap,
        s.ledger.worst_transport_gap,
        s.ledger.worst_oxygen_gap,
        s.ledger.fullest,
        s.ledger.speeds_clamped
    );
}
