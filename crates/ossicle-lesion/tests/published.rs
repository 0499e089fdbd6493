//! Published models against reference figures, computed elsewhere with tight tolerances (an
//! implicit multistep method at relative 1e-9, on the same grids). Half a percent is allowed,
//! and every test shows that its own steps matter by much less.

use ossicle_field::taxis::Limiter;
use ossicle_lesion::published::{
    Course, Peak, Record, anderson_chaplain_1998, bailon_plaza_2001, komarova_2015, lemaire_2004,
    trejo_2019,
};

const ALLOWED: f64 = 0.005;

fn assert_close(what: &str, found: f64, expected: f64) {
    let off = found / expected - 1.0;
    assert!(off.abs() < ALLOWED, "{what}: {found}; expected {expected} (off by {off:.1e})");
}

fn assert_peak(what: &str, found: Peak, value: f64, day: f64) {
    assert_close(what, found.value, value);
    // The reference was sampled every 0.05 d.
    assert!((found.day - day).abs() < 0.051, "{what}: peak on day {}; expected {day}", found.day);
}

/// Halving the step twice: second order, and what is left is a tenth of what is allowed.
fn assert_converged(what: &str, with_steps: impl Fn(usize) -> f64) {
    let [coarse, middle, fine] = [1, 2, 4].map(with_steps);
    let order = libm::log2((coarse - middle).abs() / (middle - fine).abs());
    assert!(order > 1.8, "{what}: order {order} from {coarse}, {middle}, {fine}");
    let left = (fine / middle - 1.0).abs();
    assert!(left < 0.1 * ALLOWED, "{what}: the last halving changed it by {left}");
}

/// Samples every 0.05 d, steps of `0.01/finer` d.
fn fracture(
    parameters: &trejo_2019::Parameters,
    debris: f64,
    days: f64,
    finer: usize,
) -> Course<trejo_2019::State> {
    let start = trejo_2019::State::fracture(debris);
    trejo_2019::integrate(parameters, start, days, (days / 0.05) as usize, 5 * finer)
}

#[test]
fn inflammation_after_a_moderate_fracture() {
    let course = fracture(&trejo_2019::Parameters::default(), 5e7, 400.0, 2);
    assert_peak("M1", course.peak(|s| s.m1), 4.857e5, 5.05);
    assert_peak("M2", course.peak(|s| s.m2), 1.679e5, 8.30);
    assert_peak("c1", course.peak(|s| s.c1), 1.836, 0.30);
    assert_peak("Cs", course.peak(|s| s.progenitors), 1.707e5, 7.05);
    assert_peak("Cb", course.peak(|s| s.osteoblasts), 5.580e5, 13.95);
    assert_peak("mc", course.peak(|s| s.cartilage), 0.8469, 9.00);
    let cleared = course.first(|s| s.debris < 0.01 * 5e7).unwrap();
    assert!((cleared - 9.95).abs() < 0.051, "debris below 1 % on day {cleared}");
    assert_close("bone at 50 d", course.at(50.0).bone, 0.5933);
    assert_close("bone at 100 d", course.at(100.0).bone, 0.8186);
    assert_close("bone at 400 d", course.at(400.0).bone, 0.9985);
    // What is left at the end is the equilibrium klb (1 - db/kpb).
    assert_close("Cb at rest", course.at(400.0).osteoblasts, 1e6 * (1.0 - 0.15 / 0.2202));
    for (day, s) in course.iter() {
        let least = [s.debris, s.m0, s.m1, s.m2, s.c1, s.c2, s.progenitors, s.osteoblasts]
            .into_iter()
            .chain([s.cartilage, s.bone])
            .fold(f64::INFINITY, f64::min);
        assert!(least >= 0.0, "day {day}: {s:?}");
    }
}

#[test]
fn inflammation_after_a_severe_fracture() {
    let course = fracture(&trejo_2019::Parameters::default(), 2e8, 60.0, 2);
    assert_peak("M1", course.peak(|s| s.m1), 6.032e5, 4.30);
    assert_peak("M2", course.peak(|s| s.m2), 2.365e5, 13.0);
    assert_peak("c1", course.peak(|s| s.c1), 7.234, 0.30);
    assert_peak("Cb", course.peak(|s| s.osteoblasts), 1.131e6, 18.70);
    let cleared = course.first(|s| s.debris < 0.01 * 2e8).unwrap();
    assert!((cleared - 20.75).abs() < 0.051, "debris below 1 % on day {cleared}");
}

#[test]
fn progenitors_persist_where_few_become_osteoblasts() {
    let slow = trejo_2019::Parameters { ds: 0.1, ..Default::default() };
    let end = *fracture(&slow, 5e7, 400.0, 1).at(400.0);
    assert_close("Cs", end.progenitors, 8.000e5);
    assert_close("Cb", end.osteoblasts, 7.829e5);
    assert_close("mc", end.cartilage, 0.9388);
}

#[test]
fn inflammation_converges() {
    let p = trejo_2019::Parameters::default();
    assert_converged("peak of Cb", |n| fracture(&p, 5e7, 20.0, n).peak(|s| s.osteoblasts).value);
    assert_converged("bone at 50 d", |n| fracture(&p, 5e7, 50.0, n).at(50.0).bone);
}

/// Samples every 0.01 d.
fn mineral(
    p: &komarova_2015::Parameters,
    nucleators: f64,
    finer: usize,
) -> Course<komarova_2015::State> {
    komarova_2015::integrate(p, komarova_2015::State::osteoid(nucleators), 80.0, 8000, finer)
}

/// Lag, fastest growth and its day; mineral on days 10, 20, 40, 80; inhibitor on 5, 10, 20.
struct MineralFigures {
    lag: f64,
    rate: f64,
    day: f64,
    mineral: [f64; 4],
    inhibitor: [f64; 3],
}

fn assert_mineral(p: &komarova_2015::Parameters, nucleators: f64, expected: &MineralFigures) {
    let course = mineral(p, nucleators, 1);
    let onset = komarova_2015::Onset::of(p, &course);
    assert_close("lag", onset.lag_days, expected.lag);
    assert_close("fastest growth", onset.rate, expected.rate);
    assert_close("its day", onset.day, expected.day);
    for (day, expected) in [10.0, 20.0, 40.0, 80.0].into_iter().zip(expected.mineral) {
        assert_close(&format!("mineral on day {day}"), course.at(day).mineral, expected);
    }
    for (day, expected) in [5.0, 10.0, 20.0].into_iter().zip(expected.inhibitor) {
        assert_close(&format!("inhibitor on day {day}"), course.at(day).inhibitor, expected);
    }
    // Collagen has a closed form.
    let left = 0.94 * libm::exp(-p.k1 * 20.0);
    assert!((course.at(20.0).immature / left - 1.0).abs() < 1e-4);
    assert!((course.at(80.0).immature + course.at(80.0).mature - 0.94).abs() < 1e-12);
}

#[test]
fn mineral_with_the_simulators_values() {
    let p = komarova_2015::Parameters::default();
    assert_mineral(
        &p,
        1e-6,
        &MineralFigures {
            lag: 8.45,
            rate: 0.5037,
            day: 11.24,
            mineral: [0.8098, 4.211, 6.341, 8.021],
            inhibitor: [0.7597, 0.5034, 0.2000],
        },
    );
    assert_converged("mineral on day 10", |n| mineral(&p, 1e-6, n).at(10.0).mineral);
}

#[test]
fn mineral_with_the_earlier_values() {
    let p = komarova_2015::Parameters::earlier();
    assert_mineral(
        &p,
        1e-5,
        &MineralFigures {
            lag: 12.76,
            rate: 0.5086,
            day: 17.48,
            mineral: [0.2943, 3.645, 9.591, 12.63],
            inhibitor: [1.092, 0.8384, 0.2973],
        },
    );
    assert_converged("mineral on day 20", |n| mineral(&p, 1e-5, n).at(20.0).mineral);
}

/// In the enhanced mode mineral removes its own inhibitor: nothing else does, yet it grows.
#[test]
fn mineral_removes_its_inhibitor_in_the_enhanced_mode() {
    let p = komarova_2015::Parameters { r1: 0.0, ..Default::default() };
    let blocked = mineral(&p, 1e-6, 1).at(80.0).mineral;
    let enhanced = komarova_2015::Parameters { t2: 8.0, ..p };
    let grown = mineral(&enhanced, 1e-6, 1);
    assert!(grown.at(80.0).mineral > 5.0 * blocked, "{} and {blocked}", grown.at(80.0).mineral);
    assert!(grown.at(80.0).inhibitor < 0.5);
}

/// Position and height of the densest cells at times 0.3, 0.7, 1 and 2, and the mass.
fn sprouts(
    rho: f64,
    voxels: usize,
    limiter: Limiter,
    per_unit: usize,
) -> ([anderson_chaplain_1998::Front; 4], f64) {
    let p = anderson_chaplain_1998::Parameters { rho, ..Default::default() };
    let mut line = anderson_chaplain_1998::Line::new(p, voxels, limiter).unwrap();
    let (start, mut now) = (line.mass(), 0.0);
    let fronts = [0.3, 0.7, 1.0, 2.0].map(|time: f64| {
        line.advance(time - now, ((time - now) * per_unit as f64).round() as usize);
        now = time;
        assert!(line.cells.iter().chain(&line.factor).all(|v| *v >= 0.0));
        line.front()
    });
    assert!((line.mass() / start - 1.0).abs() < 1e-12, "cells were lost: {start}, {}", line.mass());
    (fronts, start)
}

#[test]
fn sprouts_travel_to_the_tumour() {
    for (rho, positions, heights) in [
        (0.0, [0.078, 0.181, 0.273, 0.638], [0.460, 0.293, 0.231, 0.192]),
        (0.34, [0.073, 0.138, 0.181, 0.293], [0.549, 0.443, 0.396, 0.301]),
    ] {
        let (fronts, mass) = sprouts(rho, 800, Limiter::Upwind, 500);
        for ((front, position), height) in fronts.iter().zip(positions).zip(heights) {
            // The reference was rounded to 0.0005 and its voxels are 0.00125 wide.
            let off = (front.position - position).abs();
            assert!(off < 0.00125, "rho {rho}: peak at {}; expected {position}", front.position);
            assert_close(&format!("rho {rho}: peak"), front.cells, height);
        }
        assert_close("mass", mass, 0.028025);
        // Halving the step changes nothing that counts ...
        let (finer, _) = sprouts(rho, 800, Limiter::Upwind, 1000);
        for (a, b) in fronts.iter().zip(&finer) {
            assert!((a.cells / b.cells - 1.0).abs() < 0.1 * ALLOWED);
            assert_eq!(a.position, b.position);
        }
    }
    // ... the scheme does: the figures belong to upwind differences on 800 voxels.
    let upwind = sprouts(0.34, 800, Limiter::Upwind, 500).0[3].cells;
    let limited = sprouts(0.34, 800, Limiter::VanLeer, 500).0[3].cells;
    assert!((limited / upwind - 1.0).abs() > 2.0 * ALLOWED, "{limited} and {upwind}");
}

#[test]
fn bone_cells_at_rest() {
    let p = lemaire_2004::Parameters::default();
    let rest = p.steady_state();
    assert_close("responding osteoblasts", rest.responding, 0.7734e-3);
    assert_close("active osteoblasts", rest.osteoblasts, 0.7282e-3);
    assert_close("osteoclasts", rest.osteoclasts, 0.9127e-3);
    // And the equations come to it from elsewhere.
    let disturbed = lemaire_2004::State { osteoclasts: 3.0 * rest.osteoclasts, ..rest };
    let end = *lemaire_2004::integrate(&p, disturbed, 400.0, 400, 10).at(400.0);
    for (found, expected) in [
        (end.responding, rest.responding),
        (end.osteoblasts, rest.osteoblasts),
        (end.osteoclasts, rest.osteoclasts),
    ] {
        assert!((found / expected - 1.0).abs() < 1e-6, "{end:?} instead of {rest:?}");
    }
    // Half of the PTH, half of its effect: fewer osteoclasts.
    let less_pth = lemaire_2004::Parameters { pth: 0.5 * p.pth, ..p }.steady_state();
    assert!(less_pth.osteoclasts < 0.9 * rest.osteoclasts, "{less_pth:?}");
}

#[test]
fn callus_on_a_line() {
    let means = |voxels, steps_per_day| {
        let mut callus =
            bailon_plaza_2001::Callus::new(bailon_plaza_2001::Parameters::default(), voxels)
                .unwrap();
        [8.0, 16.0].map(|day| {
            callus.advance_to(day, steps_per_day);
            callus.means()
        })
    };
    let [day8, day16] = means(200, 2000);
    assert_close("day 8, chondrocytes", day8.chondrocytes, 0.422);
    assert_close("day 8, osteoblasts", day8.osteoblasts, 0.741);
    assert_close("day 8, cartilage", day8.cartilage, 0.1037);
    assert_close("day 8, bone", day8.bone, 0.908);
    assert_close("day 16, chondrocytes", day16.chondrocytes, 0.659);
    assert_close("day 16, osteoblasts", day16.osteoblasts, 0.566);
    assert_close("day 16, cartilage", day16.cartilage, 0.1013);
    assert_close("day 16, bone", day16.bone, 1.000);
    // Halving the step changes half of what is allowed at most; the grid changes more.
    let longer = means(200, 1000)[0];
    assert!((longer.cartilage / day8.cartilage - 1.0).abs() < 0.5 * ALLOWED);
    assert!((longer.chondrocytes / day8.chondrocytes - 1.0).abs() < 0.5 * ALLOWED);
    let coarser = means(100, 1000)[0];
    assert!((coarser.chondrocytes / longer.chondrocytes - 1.0).abs() > ALLOWED);
}

#[test]
fn records_are_complete() {
    let all: [(&str, &[Record]); 5] = [
        ("Trejo", trejo_2019::Parameters::RECORDS),
        ("Komarova", komarova_2015::Parameters::RECORDS),
        ("Lemaire", lemaire_2004::Parameters::RECORDS),
        ("Anderson", anderson_chaplain_1998::Parameters::RECORDS),
        ("Bailon-Plaza", bailon_plaza_2001::Parameters::RECORDS),
    ];
    for (model, records) in all {
        for (i, r) in records.iter().enumerate() {
            let what = format!("{model}, {}", r.symbol);
            assert!(!r.unit.is_empty() && !r.meaning.is_empty(), "{what}");
            assert!(r.source.contains(" et al. ") || r.source.contains(" and "), "{what}");
            assert!(r.range.is_none_or(|(low, high)| low < high), "{what}");
            assert!(records[..i].iter().all(|other| other.symbol != r.symbol), "{what} twice");
        }
    }
    // Ranges as given; one value is published outside its own.
    let outside: Vec<&str> = trejo_2019::Parameters::RECORDS
        .iter()
        .filter(|r| r.range.is_some_and(|(low, high)| !(low..=high).contains(&r.value)))
        .map(|r| r.symbol)
        .collect();
    assert_eq!(outside, ["k02"]);
}
