//! How far the joint moves on a day.

use ossicle_anatomy::JointKind;
use ossicle_field::Field;
use ossicle_joint::bodies::{Attachment, Islands, islands};
use ossicle_joint::grade::{ElbowBone, ElbowMotion, FUNCTIONAL, HipBone, brooker, hastings_graham};
use ossicle_joint::motion::{Excursion, Heterotopic, Ranges, Solid};
use ossicle_joint::radiograph::View;
use ossicle_lesion::{Problem, Slow, State};

use super::radiography::{lesion_bone, shadow_mm2};
use super::{BEYOND_DEG, Group, JointError, Movement, MovingJoint, PROGRAMMED, any};
use crate::record::{GradeRecord, JointRecord, MovementRecord, SeparationRecord};

/// The range of motion on a day, and what a grader would say of the bone.
#[derive(Clone, Debug, PartialEq)]
pub struct MotionRow {
    /// Days since the injury.
    pub day: f64,
    /// Every movement of the joint, by name.
    pub reaches: Vec<Reach>,
    /// Whether bone has grown from one side of the joint to the other.
    pub bridge: bool,
    /// Smallest distance across the joint with heterotopic bone on one side at least, mm;
    /// infinite where there is none.
    pub gap_mm: f64,
    /// Shadow of the heterotopic bone on a frontal radiograph, mm².
    pub shadow_mm2: f64,
    /// Brooker's grade of a hip, Hastings' and Graham's class of an elbow.
    pub grade: String,
}

/// How far one movement goes, degrees from the neutral position.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// Its name, such as `flexion`.
    pub movement: String,
    /// The normal range of someone of that age and sex.
    pub normal_deg: f64,
    /// What contracture and swelling leave of it.
    pub soft_deg: f64,
    /// Where bone meets bone; infinite where it does not within a normal range and a little more.
    pub bony_deg: f64,
    /// The range that is left.
    pub free_deg: f64,
}

impl MovingJoint {
    /// The range of motion of a state. `tissue_hu` holds the HU of the tissue without the lesion.
    ///
    /// # Errors
    /// If the lesion's bone makes no body that can be turned.
    pub(crate) fn motion(
        &self,
        problem: &Problem,
        state: &State,
        tissue_hu: &[f32],
    ) -> Result<MotionRow, JointError> {
        let bone = lesion_bone(problem, state, tissue_hu);
        let islands = islands(&self.bodies, &bone)?;
        let mut gap_mm = f64::INFINITY;
        let (mut bony, mut bridge) = (vec![f64::INFINITY; self.movements.len()], false);
        for (number, group) in self.groups.iter().enumerate() {
            let ranges = self.ranges(number, group, &islands)?;
            gap_mm = gap_mm.min(ranges.start.heterotopic_gap_mm.unwrap_or(f64::INFINITY));
            let spanned = self.bridged(group, &islands).then(|| self.span(group, problem, state));
            let spanned = spanned.transpose()?.flatten();
            bridge |= spanned.is_some();
            let own = self.movements.iter().enumerate().filter(|(_, m)| m.group == number);
            for ((m, movement), excursion) in own.zip(&ranges.excursions) {
                bony[m] = end_of(excursion, movement);
                if let Some(span) = spanned {
                    let free = bony[m].min(movement.normal_deg);
                    let line = movement.line;
                    let lever = span.lever_mm(line.point_mm, line.direction);
                    bony[m] = self.bridges.range_deg(free, span.stiffness_n_per_mm(), lever);
                }
            }
        }
        let reaches = self.reaches(problem, state, &bony);
        Ok(MotionRow {
            day: state.day,
            bridge,
            gap_mm: if any(&bone) { gap_mm } else { f64::INFINITY },
            shadow_mm2: shadow_mm2(&bone, View::AnteroPosterior)?,
            grade: self.grade(&islands, bridge, gap_mm, &reaches),
            reaches,
        })
    }

    /// How the bones were told apart, with the islands that there are in a state: a PNG file, and
    /// what it shows.
    ///
    /// # Errors
    /// If it cannot be drawn.
    pub(crate) fn separation(
        &self,
        problem: &Problem,
        state: &State,
        tissue_hu: &[f32],
    ) -> Result<(Vec<u8>, SeparationRecord), JointError> {
        let islands = islands(&self.bodies, &lesion_bone(problem, state, tissue_hu))?;
        let picture = self.separation.picture(&islands, self.bodies.side())?;
        Ok((picture, self.separation.record(&islands)))
    }

    /// How far the movements of a group go before anything collides.
    fn ranges(
        &self,
        number: usize,
        group: &Group,
        islands: &Islands,
    ) -> Result<Ranges, JointError> {
        let grown_onto = |moves: bool| -> Result<Option<Solid>, JointError> {
            let belongs = |label: &u32| {
                let island = (*label as usize).checked_sub(1).map(|n| &islands.islands[n]);
                island.is_some_and(|island| match &island.attachment {
                    Attachment::Free => false,
                    Attachment::Fused(code) => group.moving.contains(code) == moves,
                    // What bridges bones of one side moves with them.
                    Attachment::Bridge(codes) => {
                        codes.iter().all(|code| group.moving.contains(code) == moves)
                    }
                })
            };
            let mask = islands.labels.map(belongs);
            Ok(if any(&mask) { Some(Solid::of_mask(&mask)?) } else { None })
        };
        let (on_fixed, on_moving) = (grown_onto(false)?, grown_onto(true)?);
        let heterotopic =
            Heterotopic { on_fixed: on_fixed.as_ref(), on_moving: on_moving.as_ref() };
        Ok(group.finder.range(heterotopic, &self.rotations(number))?)
    }

    /// Whether an island reaches from one side of a group to the other.
    fn bridged(&self, group: &Group, islands: &Islands) -> bool {
        islands.islands.iter().any(|island| match &island.attachment {
            Attachment::Bridge(codes) => {
                let moves = |code: &u8| group.moving.contains(code);
                codes.iter().any(moves) && !codes.iter().all(moves)
            }
            _ => false,
        })
    }

    /// What a bridge can bear.
    fn span(
        &self,
        group: &Group,
        problem: &Problem,
        state: &State,
    ) -> Result<Option<ossicle_joint::bridge::Bridge>, JointError> {
        let grid = *problem.grid();
        let mineral = state.field(Slow::Mineral).iter().map(|y| *y as f32).collect();
        let side =
            |moves: bool| self.bodies.codes().map(|c| *c > 0 && group.moving.contains(c) == moves);
        let mineral = Field::from_vec(grid, mineral);
        Ok(self.bridges.measure(&mineral, &side(false), &side(true))?)
    }

    /// What is left of every movement. Contracture and swelling are known as degrees of the
    /// programmed movement and take the same share of each.
    fn reaches(&self, problem: &Problem, state: &State, bony: &[f64]) -> Vec<Reach> {
        let model = problem.model().joint_model();
        let rom_deg = problem.rom_deg();
        let left = (model.soft_deg(&state.joint, rom_deg) / rom_deg).max(0.0);
        self.movements
            .iter()
            .zip(bony)
            .map(|(movement, bony_deg)| {
                let (normal_deg, soft_deg) = (movement.normal_deg, left * movement.normal_deg);
                let free_deg = soft_deg.min(*bony_deg);
                let name = movement.name.clone();
                Reach { movement: name, normal_deg, soft_deg, bony_deg: *bony_deg, free_deg }
            })
            .collect()
    }

    /// What is left of every movement now, of a joint whose bones were looked at before.
    pub(crate) fn reaches_since(
        &self,
        look: &MotionRow,
        problem: &Problem,
        state: &State,
    ) -> Vec<Reach> {
        let bony: Vec<f64> = look.reaches.iter().map(|reach| reach.bony_deg).collect();
        self.reaches(problem, state, &bony)
    }

    fn grade(&self, islands: &Islands, bridge: bool, gap_mm: f64, reaches: &[Reach]) -> String {
        let reach = |name: &str| reaches.iter().find(|r| r.movement == name);
        let free = |name: &str| reach(name).map_or(0.0, |r| r.free_deg);
        if self.kind == JointKind::Elbow {
            let motion = ElbowMotion {
                flexion_deg: free("flexion"),
                extension_lack_deg: -free("extension"),
                pronation_deg: free("pronation"),
                supination_deg: free("supination"),
            };
            let heterotopic = !islands.islands.is_empty();
            let elbow =
                ElbowBone { heterotopic, motion, ankylosed_deg: self.bridges.ankylosed_deg };
            return hastings_graham(&elbow, &FUNCTIONAL).name().to_owned();
        }
        let moving = self.bodies.moving(PROGRAMMED);
        let on = |moves: bool| {
            islands.islands.iter().any(|island| match &island.attachment {
                Attachment::Free => false,
                Attachment::Fused(code) => moving.contains(code) == moves,
                Attachment::Bridge(codes) => codes.iter().any(|c| moving.contains(c) == moves),
            })
        };
        let free_islands =
            islands.islands.iter().filter(|i| i.attachment == Attachment::Free).count();
        let hip = HipBone {
            islands: free_islands,
            on_pelvis: on(false),
            on_femur: on(true),
            bridge,
            gap_mm: gap_mm.is_finite().then_some(gap_mm),
        };
        brooker(&hip).name().to_owned()
    }
}

/// Where a movement ends, degrees from the neutral position; infinite where nothing collides.
pub(super) fn end_of(excursion: &Excursion, movement: &Movement) -> f64 {
    match excursion.collision {
        Some(_) => movement.start_deg + excursion.angle_deg,
        None => f64::INFINITY,
    }
}

impl MotionRow {
    /// How the bone was graded.
    pub(crate) fn graded(&self) -> GradeRecord {
        GradeRecord {
            grade: self.grade.clone(),
            bridge: self.bridge,
            gap_mm: self.gap_mm.is_finite().then_some(self.gap_mm),
        }
    }

    /// Where bone ends the programmed movement, degrees; where it does not, how far it was followed.
    pub(crate) fn programmed_bony_deg(&self) -> f64 {
        let programmed = self.reaches.iter().find(|r| r.movement == PROGRAMMED);
        programmed.map_or(f64::INFINITY, |r| r.bony_deg.min(r.normal_deg + BEYOND_DEG))
    }
}

/// What the rows amount to.
pub(crate) fn summed_up(rows: &[MotionRow]) -> Option<JointRecord> {
    let (first, last) = (rows.first()?, rows.last()?);
    let finite = |value: f64| value.is_finite().then_some(value);
    let movement = |n: usize| {
        let (start, end) = (&first.reaches[n], &last.reaches[n]);
        let looks = rows.iter().map(|row| (row.reaches[n].free_deg, row.day));
        let (least_deg, least_day) = looks
            .fold((f64::INFINITY, 0.0), |least, look| if look.0 < least.0 { look } else { least });
        MovementRecord {
            movement: end.movement.clone(),
            normal_deg: end.normal_deg,
            start_deg: start.free_deg,
            least_deg,
            least_day,
            end_deg: end.free_deg,
            bony_deg: finite(end.bony_deg),
        }
    };
    Some(JointRecord {
        grade: last.grade.clone(),
        bridge: last.bridge,
        gap_mm: finite(last.gap_mm),
        shadow_mm2: last.shadow_mm2,
        movements: (0..last.reaches.len()).map(movement).collect(),
    })
}
