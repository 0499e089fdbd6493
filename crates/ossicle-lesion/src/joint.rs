//! The joint as a whole: swelling, contracture, the range that is left, what motion asks of
//! the tissue, and serum alkaline phosphatase.
//!
//! `free = max(ROM - k_rev - k_fix - k_myo - e_d Ed - b_max H(mineral share; b_h, 2), free_min)`, or
//! `min(ROM - k_rev - k_fix - k_myo - e_d Ed, range to the collision)` where bones tell how far
//!
//! imposed: still 0; comfortable `a free`; forced `min(a ROM, f_over free)`; strain `e_max imposed/free`
//!
//! Where bones tell, soft tissue is as tight as contracture and swelling make it, wherever bone stops
//! the joint: `soft = ROM - k_rev - k_fix - k_myo - e_d Ed`, forced `min(a ROM, f_over soft, range to the
//! collision)`, strain `e_max imposed/soft`
//!
//! `u = min(imposed/(use0 ROM), 1)`, `grow = (1-u)(k_max - k_fix - k_rev)/t_k`
//!
//! `k_fix' = f_irr grow`, `k_rev' = (1 - f_irr) grow - u k_rev/t_kr`
//!
//! `k_myo' = (1-u)(m_max exp(-(k_fix+k_rev)/m_k) - k_myo)/t_m - u k_myo/t_mr`
//!
//! `Ed' = k_ed <H(I; 1)> (1 - Ed) - d_ed Ed`, pain `= p_e Ed + <S>`
//!
//! `ALP' = (ln 2/t_alp)(1 - ALP) + g_alp int (b + a_h h) dV`

use ossicle_field::maths::{hill, positive};

use crate::exposure::{Motion, Programme};
use crate::parameter::parameters;

parameters! {
    /// Whole-joint behaviour.
    JointModel of "joint" {
        strain_at_full_range = "e_max" 0.30 [0.15, 0.5] "1" Constant, "tissue strain when the free range is used in full", "calibrated";
        shield_own = "y_own" 8.0 [0.0, 20.0] "1" Constant, "stiffening of a voxel by its own mineral", "calibrated";
        shield_outer = "y_out" 3.0 [0.0, 10.0] "1" Constant, "shielding by mineral further out", "calibrated";
        zone_reach_mm = "z_r" 2.0 [0.0, 10.0] "mm" Constant, "reach of the strained zone beyond injury and capsule", "radial reference program";
        zone_width_mm = "z_w" 2.0 [0.5, 10.0] "mm" Constant, "softness of the edge of the strained zone", "radial reference program";
        torque_limit = "f_over" 1.3 [1.0, 2.0] "1" Constant, "how far force goes beyond the free range", "calibrated";
        contracture_max_deg = "k_max" 52.0 [20.0, 90.0] "deg" Constant, "arthrogenic contracture of a joint kept still", "Trudel & Uhthoff 2000, rat knee";
        contracture_days = "t_k" 50.0 [25.0, 200.0] "d" Constant, "time scale of contracture", "fit to Trudel & Uhthoff 2000, rat knee; man about twice as slow";
        irreversible_share = "f_irr" 0.6 [0.3, 0.9] "1" Constant, "share of contracture that stays", "Trudel 2014: 41 % recovered";
        contracture_recovery_days = "t_kr" 25.0 [10.0, 100.0] "d" Constant, "time scale of recovery in motion", "calibrated";
        enough_use = "use0" 0.35 [0.1, 0.6] "1" Constant, "share of the normal range that prevents contracture", "calibrated";
        myogenic_max_deg = "m_max" 22.0 [5.0, 40.0] "deg" Constant, "myogenic contracture", "Trudel & Uhthoff 2000, rat knee";
        myogenic_relief_deg = "m_k" 20.0 [5.0, 40.0] "deg" Constant, "arthrogenic contracture that relieves the myogenic one", "calibrated to Trudel & Uhthoff 2000";
        myogenic_days = "t_m" 5.0 [2.0, 20.0] "d" Constant, "time scale of myogenic contracture", "calibrated";
        myogenic_recovery_days = "t_mr" 10.0 [5.0, 40.0] "d" Constant, "time scale of its recovery", "calibrated";
        swelling_onset = "k_ed" 0.8 [0.2, 2.0] "1/d" Constant, "onset of swelling in cytokine", "calibrated";
        swelling_loss = "d_ed" 0.25 [0.1, 0.5] "1/d" Constant, "drainage", "calibrated";
        swelling_half_effect = "K_ed" 1.0 [0.5, 2.0] "ng/mL" Constant, "cytokine at half onset", "calibrated";
        swelling_deg = "e_d" 45.0 [10.0, 90.0] "deg" Constant, "motion lost to full swelling", "calibrated";
        swelling_pain = "p_e" 1.5 [0.5, 3.0] "1" Constant, "pain of full swelling, relative to neuropeptide release", "calibrated";
        bone_block_deg = "b_max" 60.0 [0.0, 120.0] "deg" Constant, "motion lost to bone that fills the injured region, where no bones tell", "calibrated";
        bone_half_block = "b_h" 0.35 [0.1, 0.8] "1" Constant, "mineral share of the injured region at half that loss", "calibrated";
        least_free_deg = "free_min" 10.0 [1.0, 20.0] "deg" Constant, "range that is always left in this rule", "radial reference program";
        alp_half_life_days = "t_alp" 1.7 [1.0, 7.0] "d" Constant, "half-life of bone alkaline phosphatase", "1-3 d; to be checked (total ALP is quoted as 7 d)";
        alp_gain = "g_alp" 0.40 [0.1, 2.0] "1/d per 1e6 cells" Constant, "release by osteoblasts", "calibrated; the size of the rise is arbitrary";
        alp_hypertrophic_share = "a_h" 0.3 [0.0, 1.0] "1" Constant, "release by a hypertrophic chondrocyte relative to an osteoblast", "calibrated";
    }
}

/// The whole-joint numbers that advance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Joint {
    /// Swelling, 0 to 1.
    pub swelling: f64,
    /// Contracture that motion can undo, in degrees.
    pub reversible_deg: f64,
    /// Contracture that stays, in degrees.
    pub fixed_deg: f64,
    /// Contracture of muscle, in degrees.
    pub myogenic_deg: f64,
    /// Serum alkaline phosphatase, relative to its normal value.
    pub alp_rel: f64,
    /// Range in degrees at which bone meets bone, found from outside; infinite where nothing
    /// has been found.
    pub bony_deg: f64,
}

impl Default for Joint {
    fn default() -> Self {
        Self {
            swelling: 0.0,
            reversible_deg: 0.0,
            fixed_deg: 0.0,
            myogenic_deg: 0.0,
            alp_rel: 1.0,
            bony_deg: f64::INFINITY,
        }
    }
}

impl Joint {
    /// Motion lost to contracture, in degrees.
    #[must_use]
    pub fn contracture_deg(&self) -> f64 {
        self.reversible_deg + self.fixed_deg + self.myogenic_deg
    }
}

/// Averages over the lesion that drive the joint.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Averages {
    /// Mean of `H(I; K_ed)` over the injured region.
    pub inflamed: f64,
    /// Mean neuropeptide release over the injured region.
    pub neuropeptide: f64,
    /// Mineral volume relative to the volume of the injured region.
    pub mineral_share: f64,
    /// `int (b + a_h h) dV` in 10⁶ cells.
    pub phosphatase_cells_1e6: f64,
}

/// One session's demand on the tissue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// Share of the day.
    pub share_of_day: f64,
    /// Strain of a voxel that feels it in full.
    pub strain: f64,
}

/// The sessions of a day as loads, and how well the joint is used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Demand {
    loads: [Load; crate::exposure::SESSIONS + 1],
    count: usize,
    /// `u`, from 0 (still) to 1 (enough motion to prevent contracture), averaged over the day.
    pub use_share: f64,
}

impl Demand {
    /// The loads of the day.
    #[must_use]
    pub fn loads(&self) -> &[Load] {
        &self.loads[..self.count]
    }
}

/// Range of a joint that is fused, degrees: what is imposed on it is a share of this.
const LEAST_DEG: f64 = 0.1;

impl JointModel {
    /// Range of motion that is left, in degrees, of a normal range `rom_deg`.
    #[must_use]
    pub fn free_deg(&self, joint: &Joint, mineral_share: f64, rom_deg: f64) -> f64 {
        let soft = self.soft_deg(joint, rom_deg);
        if joint.bony_deg.is_finite() {
            return soft.min(joint.bony_deg).max(LEAST_DEG);
        }
        let blocked = self.bone_block_deg * hill(mineral_share, self.bone_half_block, 2);
        (soft - blocked).max(self.least_free_deg)
    }

    /// What contracture and swelling leave of a normal range, in degrees; may be negative.
    #[must_use]
    pub fn soft_deg(&self, joint: &Joint, rom_deg: f64) -> f64 {
        rom_deg - joint.contracture_deg() - self.swelling_deg * joint.swelling
    }

    /// What a day's programme asks of the tissue.
    #[must_use]
    pub fn demand(
        &self,
        joint: &Joint,
        mineral_share: f64,
        rom_deg: f64,
        programme: &Programme,
    ) -> Demand {
        let free = self.free_deg(joint, mineral_share, rom_deg);
        let tight = if joint.bony_deg.is_finite() {
            self.soft_deg(joint, rom_deg).max(self.least_free_deg)
        } else {
            free
        };
        let mut demand = Demand::default();
        for session in programme.shares() {
            let imposed_deg = match session.motion {
                Motion::Still => 0.0,
                Motion::Comfortable { share_of_free } => share_of_free * free,
                Motion::Forced { share_of_normal } => {
                    (share_of_normal * rom_deg).min(self.torque_limit * tight).min(joint.bony_deg)
                }
            };
            let strain = self.strain_at_full_range * imposed_deg / tight;
            demand.loads[demand.count] = Load { share_of_day: session.share_of_day, strain };
            demand.count += 1;
            demand.use_share +=
                session.share_of_day * (imposed_deg / (self.enough_use * rom_deg)).min(1.0);
        }
        demand
    }

    /// Pain, in units of full neuropeptide release.
    #[must_use]
    pub fn pain(&self, joint: &Joint, averages: &Averages) -> f64 {
        self.swelling_pain * joint.swelling + averages.neuropeptide
    }

    /// Advances the joint from `start` by `dt_days`, with rates evaluated at `at`: twice, first
    /// for half a step at the start, then for a whole step at the middle, it is of second order.
    #[must_use]
    pub fn advance(
        &self,
        start: &Joint,
        at: &Joint,
        averages: &Averages,
        use_share: f64,
        dt_days: f64,
    ) -> Joint {
        let unused = 1.0 - use_share;
        let stiff = at.fixed_deg + at.reversible_deg;
        let growth = unused * positive(self.contracture_max_deg - stiff) / self.contracture_days;
        let myogenic_target = self.myogenic_max_deg * libm::exp(-stiff / self.myogenic_relief_deg);
        let swelling_in = self.swelling_onset * averages.inflamed;
        let alp_rate = std::f64::consts::LN_2 / self.alp_half_life_days;
        let relax = |from: f64, gain: f64, loss: f64| relax(from, gain, loss, dt_days);
        Joint {
            swelling: relax(start.swelling, swelling_in, swelling_in + self.swelling_loss),
            reversible_deg: relax(
                start.reversible_deg,
                (1.0 - self.irreversible_share) * growth,
                use_share / self.contracture_recovery_days,
            ),
            fixed_deg: start.fixed_deg + dt_days * self.irreversible_share * growth,
            myogenic_deg: relax(
                start.myogenic_deg,
                unused * myogenic_target / self.myogenic_days,
                unused / self.myogenic_days + use_share / self.myogenic_recovery_days,
            ),
            alp_rel: relax(
                start.alp_rel,
                alp_rate + self.alp_gain * averages.phosphatase_cells_1e6,
                alp_rate,
            ),
            bony_deg: start.bony_deg,
        }
    }
}

/// `x' = gain - loss x`, exactly, over `dt`. The gain and loss are those of the middle of the
/// step, which makes the whole of second order.
fn relax(start: f64, gain: f64, loss: f64, dt: f64) -> f64 {
    if loss * dt < 1e-12 {
        return start + dt * gain;
    }
    let kept = libm::exp(-loss * dt);
    start * kept + gain / loss * (1.0 - kept)
}

#[cfg(test)]
mod tests {
    use ossicle_field::reaction::LANES;

    use super::*;
    use crate::fields::{Signal, Slow};
    use crate::parameter::ParameterValues;
    use crate::testing::{Alone, close, given};

    fn model() -> JointModel {
        JointModel::new(&ParameterValues::default())
    }

    fn from(start: Joint, days: f64, steps: u32, use_share: f64, averages: &Averages) -> Joint {
        let (model, dt) = (model(), days / f64::from(steps));
        (0..steps).fold(start, |joint, _| {
            let middle = model.advance(&joint, &joint, averages, use_share, dt / 2.0);
            model.advance(&joint, &middle, averages, use_share, dt)
        })
    }

    fn run(days: f64, steps: u32, use_share: f64, averages: &Averages) -> Joint {
        from(Joint::default(), days, steps, use_share, averages)
    }

    #[test]
    fn contracture_of_a_still_joint_follows_the_rat_knee() {
        // Trudel & Uhthoff 2000: 12.6 degrees at 2 weeks, 51.4 at 32 weeks, arthrogenic part.
        for (weeks, measured_deg) in [(2.0, 12.6), (32.0, 51.4)] {
            let joint = run(7.0 * weeks, 200, 0.0, &Averages::default());
            let arthrogenic = joint.fixed_deg + joint.reversible_deg;
            let exact = 52.0 * (1.0 - libm::exp(-7.0 * weeks / 50.0));
            assert!((arthrogenic - exact).abs() < 1e-3, "{arthrogenic} against {exact}");
            assert!(
                (arthrogenic - measured_deg).abs() < 0.6,
                "{arthrogenic} against {measured_deg} measured"
            );
        }
    }

    #[test]
    fn the_joint_is_second_order_in_time() {
        let averages =
            Averages { inflamed: 0.7, phosphatase_cells_1e6: 0.2, ..Averages::default() };
        let exact = run(20.0, 4096, 0.3, &averages);
        let error = |steps| {
            let found = run(20.0, steps, 0.3, &averages);
            (found.myogenic_deg - exact.myogenic_deg).abs()
                + (found.fixed_deg - exact.fixed_deg).abs()
        };
        let order = libm::log2(error(16) / error(32));
        assert!(order > 1.9, "order {order}");
    }

    #[test]
    fn alkaline_phosphatase_settles_at_its_closed_form() {
        let averages = Averages { phosphatase_cells_1e6: 0.5, ..Averages::default() };
        let joint = run(60.0, 60, 1.0, &averages);
        let expected = 1.0 + 0.4 * 0.5 * 1.7 / std::f64::consts::LN_2;
        assert!((joint.alp_rel - expected).abs() < 1e-9, "{} against {expected}", joint.alp_rel);
    }

    #[test]
    fn force_reaches_beyond_the_free_range_and_comfort_does_not() {
        let model = model();
        let stiff = Joint { fixed_deg: 80.0, ..Joint::default() };
        let demand = |motion| {
            model.demand(&stiff, 0.0, 120.0, &Programme::all_day(motion)).loads()[0].strain
        };
        let comfortable = demand(Motion::Comfortable { share_of_free: 0.6 });
        let forced = demand(Motion::Forced { share_of_normal: 0.9 });
        assert!((comfortable - 0.18).abs() < 1e-12);
        assert!((forced - 0.30 * 1.3).abs() < 1e-12);
    }

    #[test]
    fn bone_that_stops_a_joint_does_not_tighten_its_soft_tissue() {
        let strain = |joint: Joint, motion| {
            model().demand(&joint, 0.0, 120.0, &Programme::all_day(motion)).loads()[0].strain
        };
        let comfortable = Motion::Comfortable { share_of_free: 0.6 };
        let forced = Motion::Forced { share_of_normal: 1.0 };
        let blocked = Joint { bony_deg: 30.0, fixed_deg: 20.0, ..Joint::default() };
        close(strain(blocked, comfortable), 0.30 * 0.6 * 30.0 / 100.0, 1e-12);
        close(strain(blocked, forced), 0.30 * 30.0 / 100.0, 1e-12);
        // Bone that stops nothing leaves what soft tissue allows.
        let open = Joint { bony_deg: 150.0, ..blocked };
        close(strain(open, comfortable), 0.30 * 0.6, 1e-12);
        close(strain(open, forced), 0.30 * 120.0 / 100.0, 1e-12);
    }

    #[test]
    fn swelling_follows_inflammation_and_drains() {
        let inflamed = Averages { inflamed: 0.5, ..Averages::default() };
        let swollen = from(Joint::default(), 3.0, 2000, 1.0, &inflamed);
        // 0.8/2 (1 - Ed) - 0.25 Ed
        close(swollen.swelling, 0.4 / 0.65 * (1.0 - libm::exp(-0.65 * 3.0)), 1e-6);
        let drained = from(swollen, 4.0, 2000, 1.0, &Averages::default());
        close(drained.swelling, swollen.swelling * libm::exp(-0.25 * 4.0), 1e-6);
        let pain = model().pain(&swollen, &Averages { neuropeptide: 0.2, ..inflamed });
        close(pain, 1.5 * swollen.swelling + 0.2, 1e-12);
    }

    #[test]
    fn motion_undoes_the_reversible_and_the_muscles_share_of_a_contracture() {
        let still = from(Joint::default(), 30.0, 2000, 0.0, &Averages::default());
        let arthrogenic = 52.0 * (1.0 - libm::exp(-30.0 / 50.0));
        close(still.fixed_deg, 0.6 * arthrogenic, 1e-6);
        close(still.reversible_deg, 0.4 * arthrogenic, 1e-6);
        let moved = from(still, 20.0, 2000, 1.0, &Averages::default());
        close(moved.fixed_deg, still.fixed_deg, 1e-12);
        close(moved.reversible_deg, still.reversible_deg * libm::exp(-20.0 / 25.0), 1e-6);
        close(moved.myogenic_deg, still.myogenic_deg * libm::exp(-20.0 / 10.0), 1e-6);
    }

    #[test]
    fn a_stiff_joint_relieves_its_muscles() {
        // Arthrogenic contracture in full: 22 exp(-52/20) is left for muscle.
        let stiff = Joint { fixed_deg: 52.0, ..Joint::default() };
        let still = from(stiff, 4.0, 2000, 0.0, &Averages::default());
        let expected = 22.0 * libm::exp(-52.0 / 20.0) * (1.0 - libm::exp(-4.0 / 5.0));
        close(still.myogenic_deg, expected, 1e-6);
    }

    #[test]
    fn contracture_swelling_and_bone_take_from_the_range() {
        let joint = Joint { swelling: 0.4, fixed_deg: 10.0, ..Joint::default() };
        // Bone share at twice its half effect: 60 x 4/5.
        close(model().free_deg(&joint, 0.7, 120.0), 120.0 - 10.0 - 45.0 * 0.4 - 48.0, 1e-12);
        let stiff = Joint { fixed_deg: 130.0, ..Joint::default() };
        close(model().free_deg(&stiff, 0.0, 120.0), 10.0, 1e-12);
        // Where bones meet is known: the mineral counts no more, the tighter of the two limits.
        let met = |bony_deg| model().free_deg(&Joint { bony_deg, ..joint }, 0.7, 120.0);
        close(met(55.0), 55.0, 1e-12);
        close(met(110.0), 120.0 - 10.0 - 45.0 * 0.4, 1e-12);
        close(met(0.0), LEAST_DEG, 1e-12);
    }

    #[test]
    fn use_counts_up_to_what_prevents_contracture() {
        let motion = |share_of_free| Motion::Comfortable { share_of_free };
        let mut day = Programme::all_day(motion(0.2));
        day.sessions[0].share_of_day = 0.5;
        day.sessions[1] = crate::exposure::Session { share_of_day: 0.25, motion: motion(0.9) };
        let demand = model().demand(&Joint::default(), 0.0, 120.0, &day);
        close(demand.use_share, 0.5 * 0.2 / 0.35 + 0.25, 1e-12);
    }

    #[test]
    fn averages_are_taken_over_the_site_and_cells_over_the_whole() {
        let nerve = given(|d| d.neuropeptide = [0.3; LANES]);
        let averages = Alone::new(vec![nerve])
            .with(Slow::Osteoblasts, 0.2)
            .with(Slow::Hypertrophic, 0.1)
            .with(Slow::Mineral, 0.4)
            .signal(Signal::Cytokine, 2.0)
            .averages();
        // A tile of voxels of 1 mm3, all of them injured.
        let volume_ml = LANES as f64 / 1000.0;
        close(averages.phosphatase_cells_1e6, (0.2 + 0.3 * 0.1) * volume_ml, 1e-12);
        close(averages.inflamed, 2.0 / 3.0, 1e-12);
        close(averages.neuropeptide, 0.3, 1e-12);
        close(averages.mineral_share, 0.4, 1e-12);
    }
}
