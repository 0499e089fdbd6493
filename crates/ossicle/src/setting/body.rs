//! The body of a case: a built-in joint or a scan, on whatever grid is asked for.

use ossicle_anatomy::builtin::{BuiltIn, BuiltInError};
use ossicle_anatomy::injury::{Placed, injury_map};
use ossicle_anatomy::{
    Anatomy, AnatomyError, Joint, JointKind, LesionGridError, ScanRequest, Side, free_grid,
    from_scan, injured_bounds_mm, nested_grid,
};
use ossicle_field::{Field, Grid};
use ossicle_image::{LabelSet, Scan, read_labels, read_scan, resample_trilinear};

use super::injuries::place_key;
use super::{refused, unfit};
use crate::case::{
    self, BoxExtent, CaseError, CaseFile, Cause, LengthMm, Position, ScanAnatomy, Species,
};

/// Weight in the injured region from which a voxel counts as injured.
const INJURED: f64 = 0.05;

/// Voxels at which bounds are looked for; a box of more is looked at more coarsely.
const BOUNDS_VOXELS: f64 = (1 << 24) as f64;

/// Where the lesion grows.
pub(super) enum Body {
    /// A joint made of formulas.
    BuiltIn {
        joint: BuiltIn,
        /// The whole region, coarse: for finding things.
        overview: Anatomy,
        scale: f64,
    },
    /// A joint in a scan.
    Scan {
        anatomy: Anatomy,
        /// The scan's own HU, padding as air.
        hu: Field<f32>,
        name: String,
    },
}

impl Body {
    pub(super) fn open(file: &CaseFile) -> Result<Self, CaseError> {
        let scale = match file.case.patient.species {
            Species::Human => 1.0,
            Species::Mouse => ossicle_anatomy::builtin::MOUSE_SCALE,
        };
        match &file.case.anatomy {
            // The ball is as large for a mouse: it stands for muscle all round.
            case::Anatomy::Sphere => Self::built_in(file, BuiltIn::sphere(1.0), 1.0),
            case::Anatomy::BuiltinJoint { joint: case::Joint::Hip, side } => {
                Self::built_in(file, BuiltIn::hip(side_of(*side), scale), scale)
            }
            case::Anatomy::BuiltinJoint { joint: case::Joint::Elbow, side } => {
                Self::built_in(file, BuiltIn::elbow(side_of(*side), scale), scale)
            }
            case::Anatomy::Scan(scan) => Self::scan(file, scan),
        }
    }

    fn built_in(
        file: &CaseFile,
        joint: Result<BuiltIn, BuiltInError>,
        scale: f64,
    ) -> Result<Self, CaseError> {
        let unusable = |cause: BuiltInError| {
            unfit(file, Cause::Anatomy, "anatomy.builtin", &cause, "a built-in joint")
        };
        let joint = joint.map_err(unusable)?;
        let overview = joint.overview().map_err(unusable)?;
        Ok(Self::BuiltIn { joint, overview, scale })
    }

    fn scan(file: &CaseFile, asked: &ScanAnatomy) -> Result<Self, CaseError> {
        let scan = read_scan(&asked.scan).map_err(|cause| {
            unfit(file, Cause::Scan, "anatomy.scan", &cause, "a CT that can be read")
        })?;
        let labels = asked
            .labels
            .as_ref()
            .map(|path| read_labels(path, asked.label_table.as_deref()))
            .transpose()
            .map_err(|cause| {
                unfit(file, Cause::Scan, "anatomy.labels", &cause, "labels that can be read")
            })?;
        let centre_mm = match &asked.centre {
            None => None,
            Some(Position::Point(ras)) => Some(ras.map(|LengthMm(mm)| mm)),
            Some(Position::Landmark { name, .. }) => {
                let found = format!("the landmark {name:?}");
                let expected = "a point, { ras = [..] } or { lps = [..] }: landmarks are found from the centre";
                return Err(refused(file, Cause::Conflict, "anatomy.centre", &found, expected));
            }
        };
        let request = ScanRequest {
            kind: match asked.joint {
                case::Joint::Hip => JointKind::Hip,
                case::Joint::Elbow => JointKind::Elbow,
            },
            side: Some(side_of(asked.side)),
            centre_mm,
        };
        let anatomy = Self::anatomy_of(file, &scan, labels.as_ref(), &request)?;
        let name =
            asked.scan.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        Ok(Self::Scan { anatomy, hu: scan.hounsfield(), name })
    }

    fn anatomy_of(
        file: &CaseFile,
        scan: &Scan,
        labels: Option<&LabelSet>,
        request: &ScanRequest,
    ) -> Result<Anatomy, CaseError> {
        from_scan(scan, labels, request).map_err(|cause| {
            let expected = format!("a CT that shows the {} asked for", request.kind.name());
            unfit(file, Cause::Scan, "anatomy.scan", &cause, &expected)
        })
    }

    /// An anatomy that shows the whole region, for finding landmarks, muscles and skin.
    pub(super) fn overview(&self) -> &Anatomy {
        match self {
            Self::BuiltIn { overview, .. } => overview,
            Self::Scan { anatomy, .. } => anatomy,
        }
    }

    pub(super) fn joint(&self) -> &Joint {
        self.overview().joint()
    }

    /// Its size relative to an adult's; a scan's own is not known.
    pub(super) fn scale(&self) -> f64 {
        match self {
            Self::BuiltIn { scale, .. } => *scale,
            Self::Scan { .. } => 1.0,
        }
    }

    /// The grid that the lesion is computed on.
    pub(super) fn lesion_grid(
        &self,
        file: &CaseFile,
        placed: &[Placed],
    ) -> Result<Grid, CaseError> {
        let lesion_box = &file.case.lesion_box;
        let spacing = lesion_box.spacing.map(|LengthMm(mm)| mm);
        let bounds = match &lesion_box.extent {
            BoxExtent::Margin(LengthMm(margin)) => {
                let [low, high] = self.injured_bounds_mm(file, placed, spacing)?;
                [low.map(|v| v - margin), high.map(|v| v + margin)]
            }
            BoxExtent::Size { size, centre } => {
                let middle = match centre {
                    Some(position) => super::injuries::point_mm(
                        file,
                        self.joint(),
                        position,
                        "anatomy.lesion_box.centre",
                    )?,
                    None if placed.is_empty() => self.joint().centre_mm,
                    None => {
                        let [low, high] = injured_bounds_mm(placed, 0.0);
                        std::array::from_fn(|a| 0.5 * (low[a] + high[a]))
                    }
                };
                [
                    std::array::from_fn(|a| middle[a] - 0.5 * size[a].0),
                    std::array::from_fn(|a| middle[a] + 0.5 * size[a].0),
                ]
            }
        };
        self.grid_over(file, bounds, spacing)
    }

    /// Bounds of what is really injured, mm: the regions as placed hold more than the tissue that
    /// they meet (a torn capsule is a shell within a cone).
    fn injured_bounds_mm(
        &self,
        file: &CaseFile,
        placed: &[Placed],
        spacing: [f64; 3],
    ) -> Result<[[f64; 3]; 2], CaseError> {
        let around = injured_bounds_mm(placed, spacing[0]);
        let voxels: f64 = (0..3).map(|a| (around[1][a] - around[0][a]) / spacing[a]).product();
        let coarser = libm::cbrt(voxels / BOUNDS_VOXELS).max(1.0);
        let spacing = spacing.map(|h| h * coarser);
        let whole = self.grid_over(file, around, spacing)?;
        let anatomy = match self {
            Self::BuiltIn { joint, .. } => joint.on(&whole).map_err(|cause| cause.to_string()),
            Self::Scan { anatomy, .. } => anatomy.on(&whole).map_err(|cause| cause.to_string()),
        };
        let site = anatomy
            .and_then(|a| injury_map(&a, placed).map_err(|cause| cause.to_string()))
            .map(|map| map.site);
        let Ok(site) = site else {
            // What is wrong is told with its own place when the injuries are drawn.
            return Ok(injured_bounds_mm(placed, 0.0));
        };
        let mut bounds = [[f64::INFINITY; 3], [f64::NEG_INFINITY; 3]];
        for (c, _) in site.iter().enumerate().filter(|(_, weight)| **weight > INJURED) {
            let centre = whole.centre(whole.voxel(c));
            for a in 0..3 {
                bounds[0][a] = bounds[0][a].min(centre[a] - 0.5 * spacing[a]);
                bounds[1][a] = bounds[1][a].max(centre[a] + 0.5 * spacing[a]);
            }
        }
        Ok(if bounds[0][0].is_finite() { bounds } else { injured_bounds_mm(placed, 0.0) })
    }

    fn grid_over(
        &self,
        file: &CaseFile,
        bounds: [[f64; 3]; 2],
        spacing: [f64; 3],
    ) -> Result<Grid, CaseError> {
        self.grid(bounds, spacing).map_err(|cause| {
            let expected = "a box that meets the anatomy";
            unfit(file, Cause::Anatomy, "anatomy.lesion_box", &cause, expected)
        })
    }

    fn grid(&self, bounds: [[f64; 3]; 2], spacing: [f64; 3]) -> Result<Grid, LesionGridError> {
        match self {
            Self::BuiltIn { joint, .. } => free_grid(bounds, joint.extent_mm(), spacing),
            Self::Scan { anatomy, .. } => nested_grid(bounds, anatomy.grid(), spacing),
        }
    }

    /// Whether any of an injury lies where the anatomy is known.
    pub(super) fn shows(&self, injury: &Placed) -> bool {
        let bounds = injured_bounds_mm(std::slice::from_ref(injury), 0.0);
        let spacing = self.overview().grid().spacing_mm();
        !matches!(self.grid(bounds, spacing), Err(LesionGridError::OutOfView { .. }))
    }

    /// The anatomy on the lesion grid.
    pub(super) fn on(&self, file: &CaseFile, grid: &Grid) -> Result<Anatomy, CaseError> {
        let anatomy = match self {
            Self::BuiltIn { joint, .. } => joint.on(grid),
            Self::Scan { anatomy, .. } => anatomy.on(grid).map_err(BuiltInError::from),
        };
        anatomy.map_err(|cause| {
            // A box that was laid round the injuries is where they are.
            let fitted = matches!(file.case.lesion_box.extent, BoxExtent::Margin(_));
            if fitted && cause == BuiltInError::Anatomy(AnatomyError::NoSoftTissue) {
                let found = "there is no soft tissue near the injury in which a lesion could grow";
                let expected = "a place in muscle, tendon, capsule or fat";
                return refused(file, Cause::Anatomy, &place_key(file, 0), found, expected);
            }
            let expected = "a spacing and a box that suit the anatomy";
            unfit(file, Cause::Anatomy, "anatomy.lesion_box", &cause, expected)
        })
    }

    /// The grid of the virtual CT: the scan's own, or for a built-in joint voxels of a
    /// millimetre (at human size) over the lesion box and its surroundings.
    pub(super) fn scan_grid(&self, lesion: &Grid) -> Grid {
        match self {
            Self::Scan { hu, .. } => *hu.grid(),
            Self::BuiltIn { joint, scale, .. } => {
                let around = 25.0 * scale;
                let shape = lesion.shape();
                let low = lesion.to_world([-0.5; 3]).map(|v| v - around);
                let high = lesion.to_world(shape.map(|n| n as f64 - 0.5)).map(|v| v + around);
                let spacing = lesion.spacing_mm().map(|h| h.max(scale.min(1.0)));
                free_grid([low, high], joint.extent_mm(), spacing).unwrap_or(*lesion)
            }
        }
    }

    /// HU of the tissue on the grid of the virtual CT.
    pub(super) fn tissue_hu(&self, file: &CaseFile, grid: &Grid) -> Result<Field<f32>, CaseError> {
        match self {
            Self::Scan { hu, .. } if hu.grid() == grid => Ok(hu.clone()),
            Self::Scan { hu, .. } => Ok(resample_trilinear(hu, grid, -1000.0)),
            Self::BuiltIn { .. } => Ok(self.on(file, grid)?.hu().clone()),
        }
    }

    /// The body in one line.
    pub(super) fn line(&self) -> String {
        let joint = self.joint();
        let side = joint.side.map_or(String::new(), |s| format!("{} ", s.name()));
        let name = format!("{side}{}", joint.kind.name());
        match self {
            Self::BuiltIn { scale, .. } if *scale == 1.0 => format!("built-in {name}"),
            Self::BuiltIn { scale, .. } => format!("built-in {name}, {scale:.3} times human size"),
            Self::Scan { name: file, .. } => format!("{name} from {file}"),
        }
    }
}

fn side_of(side: case::Side) -> Side {
    match side {
        case::Side::Left => Side::Left,
        case::Side::Right => Side::Right,
    }
}
