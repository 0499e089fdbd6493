//! From a checked case to what is simulated: the anatomy, the box, the injury on it, the
//! patient's model. Everything that can be refused is refused here, before anything runs.

mod body;
mod injuries;
mod joint;

use ossicle_anatomy::{Anatomy, Tissue};
use ossicle_field::{Field, Grid, reduce};
use ossicle_image::{Connectivity, distance_mm, label_components};
use ossicle_lesion::{Control, Model, ParameterValues, Problem};

use crate::case::{self, Case, CaseError, CaseFile, Cause, LengthMm, LesionBox, Quantity, Refusal};
use crate::checkpoint::AT_ONCE;
use crate::joint::{EVERY_DAYS, MovingJoint, Subject};
use crate::memory;
use crate::patient;
use crate::plan::Plan;
use crate::record::{ChangedParameter, GridRecord, InjuryRecord};
use crate::virtual_ct::Scanner;

use body::Body;

/// A case that has met its anatomy: ready to run.
pub struct Setting {
    /// What is simulated.
    pub problem: Problem,
    /// Care and motion.
    pub plan: Plan,
    /// How time is cut.
    pub control: Control,
    /// The joint, where it is told by its bones.
    pub(crate) joint: Option<MovingJoint>,
    /// What is radiographed, where there are bones to be seen.
    pub(crate) radiographed: Option<Subject>,
    /// The anatomy on the lesion grid.
    pub anatomy: Anatomy,
    /// HU of the tissue without the lesion, on the lesion grid.
    pub tissue_hu: Field<f32>,
    /// The virtual CT.
    pub scanner: Scanner,
    /// Length of the run in days.
    pub duration_days: f64,
    /// Days with a virtual CT, in order.
    pub virtual_ct_days: Vec<u64>,
    /// Days with fields, in order.
    pub field_days: Vec<u64>,
    /// Days whose state is kept for good, in order.
    pub checkpoint_days: Vec<u64>,
    /// Names of the fields that are written.
    pub fields: Vec<String>,
    /// The anatomy in one line.
    pub anatomy_line: String,
    /// The injuries on the grid.
    pub injuries: Vec<InjuryRecord>,
    /// Parameters that differ from the model's own, with the reason.
    pub parameters_changed: Vec<ChangedParameter>,
    /// What was assumed, estimated or left out.
    pub notes: Vec<String>,
    /// What a user should know before believing the result.
    pub warnings: Vec<String>,
    /// Bytes of memory that the run takes.
    pub needed_bytes: u64,
    /// Bytes that its results take on disk at the least.
    pub least_result_bytes: u64,
}

impl Setting {
    /// Sets a case up.
    ///
    /// # Errors
    /// Refuses scans and labels that cannot be read or used, injuries that miss the tissue,
    /// landmarks and muscles that the anatomy does not have, and boxes that need more memory
    /// than there is; each with its place in the case file.
    pub fn new(file: &CaseFile) -> Result<Self, CaseError> {
        let case = &file.case;
        let body = Body::open(file)?;
        let placed = injuries::place(file, &body)?;
        let grid = body.lesion_grid(file, &placed)?;
        refuse_too_coarse(file, &grid)?;
        let scan_grid = body.scan_grid(&grid);
        let radiographed = joint::radiographed(file, &body, &grid)?;
        // A radiograph takes what a virtual CT of its own takes.
        let scanned = scan_grid.len() + radiographed.as_ref().map_or(0, Subject::voxels);
        let needed_bytes = memory::needed_bytes(grid.len(), case.model.mechanics, scanned);
        refuse_too_large(file, &grid, needed_bytes)?;
        let anatomy = body.on(file, &grid)?;
        let drawn = injuries::draw(file, &anatomy, &placed)?;
        let (values, parameters_changed) = parameter_values(case);
        let model =
            Model::new(&values, &case.model.without, mechanoregulation(case)).map_err(|cause| {
                refused(
                    file,
                    Cause::UnknownName,
                    "model.without",
                    &cause.to_string(),
                    "names of processes",
                )
            })?;
        let rom_deg = joint::rom_deg(case, anatomy.joint());
        let (tissue, hu) = (anatomy.tissue(), anatomy.hu().clone());
        let problem = Problem::new(
            grid,
            tissue.to_vec(),
            drawn.injury,
            capsule_distance(tissue),
            rom_deg,
            patient::host(&case.patient),
            model,
        )
        .map_err(|cause| {
            let expected = "a box with soft tissue and an injury";
            unfit(file, Cause::Anatomy, "anatomy.lesion_box", &cause, expected)
        })?;
        let (problem, moving) = joint::of_bones(file, &body, &anatomy, problem)?;
        let tissue_ct = body.tissue_hu(file, &scan_grid)?;
        let scanner = Scanner::new(tissue_ct, &grid, case.outputs.virtual_ct_noise.0, case.seed)
            .map_err(|cause| {
                let expected = "a box along the axes of the scan";
                unfit(file, Cause::Anatomy, "anatomy.lesion_box", &cause, expected)
            })?;
        let mut notes = anatomy.notes().to_vec();
        notes.extend(drawn.notes);
        notes.extend(parts(tissue));
        notes.extend(moving.iter().flat_map(MovingJoint::notes).cloned());
        Ok(Self {
            warnings: warnings(case, &grid)
                .into_iter()
                .chain(moving.iter().flat_map(MovingJoint::warnings).cloned())
                .collect(),
            anatomy_line: body.line(),
            problem,
            plan: Plan::new(&case.motion),
            control: Control {
                tolerance: case.numerics.tolerance,
                shortest_days: case.numerics.shortest_step.0,
                longest_days: case.numerics.longest_step.0,
                ..Control::default()
            },
            joint: moving,
            radiographed,
            anatomy,
            tissue_hu: hu,
            scanner,
            duration_days: case.duration.0,
            virtual_ct_days: case.outputs.virtual_ct_days.clone(),
            field_days: case.outputs.field_days.clone(),
            checkpoint_days: case.outputs.checkpoint_days.clone(),
            fields: case.outputs.fields.clone(),
            injuries: drawn.records,
            parameters_changed,
            notes,
            needed_bytes,
            least_result_bytes: memory::least_result_bytes(
                grid.len() * case.outputs.field_days.len() * case.outputs.fields.len(),
                scan_grid.len() * case.outputs.virtual_ct_days.len(),
                grid.len() * (AT_ONCE + case.outputs.checkpoint_days.len()),
            ),
        })
    }

    /// The lesion grid.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        self.problem.grid()
    }

    /// The lesion grid as a record.
    #[must_use]
    pub fn grid_record(&self) -> GridRecord {
        let grid = self.grid();
        GridRecord {
            shape: grid.shape(),
            spacing_mm: grid.spacing_mm(),
            soft_voxels: self.problem.tissue().iter().filter(|t| t.is_soft()).count(),
        }
    }

    /// Seconds that the run is likely to take on two cores.
    #[must_use]
    pub fn expected_seconds(&self) -> f64 {
        // Measured: about 1.7 microseconds a voxel, step and core.
        let steps = crate::simulation::expected_steps(self.duration_days);
        steps * self.grid().len() as f64 * 1.7e-6 / 2.0
    }

    /// Days with radiographs, in order: the first, the last, and those of other outputs; none
    /// where there are no bones.
    #[must_use]
    pub fn radiograph_days(&self) -> Vec<f64> {
        if self.radiographed.is_none() {
            return Vec::new();
        }
        let outputs = self.virtual_ct_days.iter().chain(&self.field_days).map(|d| *d as f64);
        in_order(outputs.chain([0.0, self.duration_days]), self.duration_days)
    }

    /// Days on which a step must end: something changes or is written, or the run is over.
    #[must_use]
    pub fn days_due(&self) -> Vec<f64> {
        let outputs = self.virtual_ct_days.iter().chain(&self.field_days).map(|d| *d as f64);
        let looks = (self.duration_days / EVERY_DAYS).floor() as u32;
        let motion = self.joint.iter().flat_map(|_| (0..=looks).map(|n| EVERY_DAYS * f64::from(n)));
        let days = outputs.chain(self.plan.changes()).chain(motion).chain(self.radiograph_days());
        in_order(days.chain([self.duration_days]), self.duration_days)
    }
}

/// The days up to the last one, each once.
fn in_order(days: impl Iterator<Item = f64>, last: f64) -> Vec<f64> {
    let mut days: Vec<f64> = days.filter(|d| (0.0..=last).contains(d)).collect();
    days.sort_by(f64::total_cmp);
    days.dedup();
    days
}

/// One problem as an error.
fn refused(file: &CaseFile, cause: Cause, key: &str, found: &str, expected: &str) -> CaseError {
    let problem = file.problem(cause, key, found, expected);
    CaseError::Refused(Refusal { problems: vec![problem], left_out: 0 })
}

/// What a reader or the anatomy says is wrong, as an error; `expected` where it does not say.
fn unfit(
    file: &CaseFile,
    cause: Cause,
    key: &str,
    says: &dyn std::fmt::Display,
    expected: &str,
) -> CaseError {
    let says = says.to_string();
    let (found, expected) = says.split_once("; expected ").unwrap_or((&says, expected));
    refused(file, cause, key, found, expected)
}

/// Whole voxels of a scan are joined to those of the lesion, which can make them coarser than was
/// asked for.
fn refuse_too_coarse(file: &CaseFile, grid: &Grid) -> Result<(), CaseError> {
    let lesion_box = &file.case.lesion_box;
    let LengthMm(limit) = LesionBox::coarsest_spacing(file.case.patient.species);
    for (asked, laid) in lesion_box.spacing.iter().zip(grid.spacing_mm()) {
        // A built-in anatomy's spacing is exact up to rounding.
        if laid > limit * (1.0 + 1e-9) {
            let found = format!(
                "{}, which becomes {laid:.2} mm in whole voxels of the scan",
                asked.written()
            );
            let expected = format!(
                "a finer spacing: at most {limit} mm carry the cytokine that starts the lesion"
            );
            let key = "anatomy.lesion_box.spacing";
            return Err(refused(file, Cause::OutOfRange, key, &found, &expected));
        }
    }
    Ok(())
}

fn refuse_too_large(file: &CaseFile, grid: &Grid, needed: u64) -> Result<(), CaseError> {
    let Some(available) = memory::available_bytes() else { return Ok(()) };
    if needed <= available {
        return Ok(());
    }
    let [nx, ny, nz] = grid.shape();
    let found = format!("a box of {nx} x {ny} x {nz} voxels, which takes {}", memory::told(needed));
    let expected = format!(
        "at most {}, the memory that is free: a coarser spacing, a smaller margin or size",
        memory::told(available)
    );
    Err(refused(file, Cause::Memory, "anatomy.lesion_box", &found, &expected))
}

fn mechanoregulation(case: &Case) -> ossicle_lesion::Mechanoregulation {
    use ossicle_lesion::Mechanoregulation as Of;
    match case.model.mechanoregulation {
        case::Mechanoregulation::Strain => Of::Strain,
        case::Mechanoregulation::LacroixPrendergast => Of::LacroixPrendergast,
        case::Mechanoregulation::StrainEnergy => Of::StrainEnergy,
    }
}

/// The model's values for a case: the user's, changed by the patient's traits.
fn parameter_values(case: &Case) -> (ParameterValues, Vec<ChangedParameter>) {
    let traits = patient::traits(&case.patient);
    let mut values = ParameterValues::default();
    let mut changed = Vec::new();
    for parameter in &case.parameters {
        let record = &parameter.record;
        let mut value = parameter.value;
        let mut because = Vec::new();
        if parameter.is_changed() {
            because.push("set by the case".to_owned());
        }
        for t in traits.iter().filter(|t| t.symbol == record.key) {
            value *= t.factor;
            because.push(t.because.clone());
        }
        if because.is_empty() {
            continue;
        }
        values.set_beyond_range(&record.key, value).expect("the case's keys are the model's");
        changed.push(ChangedParameter {
            symbol: record.key.clone(),
            meaning: record.meaning.clone(),
            unit: record.unit.clone(),
            default: record.default,
            value,
            because: because.join("; "),
        });
    }
    (patient::for_species(values, case.patient.species), changed)
}

/// Distance of every voxel to the joint capsule in mm, where there is one in the box.
fn capsule_distance(tissue: &Field<Tissue>) -> Option<Vec<f64>> {
    let capsule = tissue.map(|t| *t == Tissue::Capsule);
    if !capsule.iter().any(|c| *c) {
        return None;
    }
    Some(distance_mm(&capsule).iter().map(|d| f64::from(*d)).collect())
}

/// Tells of soft tissue that falls into parts, between which nothing passes.
fn parts(tissue: &Field<Tissue>) -> Option<String> {
    let soft = label_components(&tissue.map(|t| t.is_soft()), Connectivity::Faces);
    let (all, largest): (usize, usize) = (soft.sizes.iter().sum(), *soft.sizes.first()?);
    (soft.sizes.len() > 1).then(|| {
        format!(
            "soft tissue in the box is in {} parts, walled off from each other by bone, cartilage \
             or air; the largest holds {:.0} % of it, and no cell or signal passes between them",
            soft.sizes.len(),
            100.0 * largest as f64 / all as f64
        )
    })
}

/// Fewer voxels than this along an axis are a slice.
const SLICE: usize = 5;

/// What the choice of case means for how far to believe its result.
fn warnings(case: &Case, grid: &Grid) -> Vec<String> {
    let mut warnings = Vec::new();
    let coarsest = grid.spacing_mm().into_iter().fold(0.0, f64::max);
    // At 1 mm read-outs are within 3 % of those at 0.5 mm; whole voxels of a scan come near it.
    if coarsest > 1.1 {
        warnings.push(format!(
            "the spacing of {coarsest:.2} mm under-resolves the cytokine (0.45 mm), TGF-beta (0.70 mm) and VEGF (0.50 mm)"
        ));
    }
    for (n, axis) in grid.shape().into_iter().zip(["x", "y", "z"]) {
        if n < SLICE {
            let voxels = if n == 1 { "voxel" } else { "voxels" };
            warnings.push(format!(
                "the box is {n} {voxels} thick along {axis}, and nothing passes its faces: what is \
                 computed is a slice of a lesion that goes on for ever; enlarge \
                 anatomy.lesion_box.margin or size unless that is meant"
            ));
        }
    }
    if case.model.allow_out_of_range {
        warnings
            .push("parameters outside their range of evidence are allowed in this case".to_owned());
    }
    if !case.model.without.is_empty() {
        warnings.push(format!("switched off: {}", case.model.without.join(", ")));
    }
    warnings
}

/// Volume of soft tissue whose weight in the injured region is at least a half, mm³.
fn injured_volume_mm3(grid: &Grid, site: &[f64]) -> f64 {
    grid.voxel_volume_mm3() * reduce::sum_of(site.len(), |c| if site[c] >= 0.5 { 1.0 } else { 0.0 })
}
