//! Finding an injury in an anatomy.

use ossicle_field::{Field, Grid};
use ossicle_image::distance_mm;

use super::{Approach, Injury, InjuryError, InjuryKind, MOST_SEVERE, Towards, limb_axes};
use crate::Tissue;
use crate::anatomy::{Anatomy, JointKind};
use crate::moments::principal_axes;
use crate::names::{nearest, suggestion};
use crate::vector::{Vec3, add, along, cross, dot, length, scale, sub, unit};

/// An injury in millimetres, independent of any grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its shape.
    pub region: Region,
    /// Debris inside.
    pub severity: f64,
    /// Width of the soft edge, mm.
    pub edge_mm: f64,
}

/// The shape of a placed injury, in mm, world.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Region {
    /// An ellipsoid.
    Ellipsoid {
        /// Centre.
        centre_mm: [f64; 3],
        /// Semi-axes.
        semi_axes_mm: [f64; 3],
        /// Directions of the axes.
        axes: [[f64; 3]; 3],
    },
    /// The part of a structure inside an ellipsoid.
    WithinStructure {
        /// Name of the structure.
        structure: String,
        /// Centre.
        centre_mm: [f64; 3],
        /// Semi-axes, along and across the structure.
        semi_axes_mm: [f64; 3],
        /// Directions of the axes.
        axes: [[f64; 3]; 3],
    },
    /// The part of the capsule inside a cone.
    CapsuleArc {
        /// The joint's centre.
        centre_mm: [f64; 3],
        /// Towards the middle of the arc.
        towards: [f64; 3],
        /// Half the arc, radians.
        half_angle: f64,
        /// Distance from the joint's centre to the far end of the capsule.
        reach_mm: f64,
    },
    /// A straight corridor.
    Corridor {
        /// Middle of the corridor.
        centre_mm: [f64; 3],
        /// Half its depth, length along the limb and width.
        half_mm: [f64; 3],
        /// Directions of depth, length and width.
        axes: [[f64; 3]; 3],
    },
}

impl Region {
    /// What to call it in a message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Ellipsoid { .. } => "ellipsoid",
            Self::WithinStructure { .. } => "contusion",
            Self::CapsuleArc { .. } => "capsule tear",
            Self::Corridor { .. } => "surgical approach",
        }
    }

    /// Its middle, mm, world.
    #[must_use]
    pub fn centre_mm(&self) -> [f64; 3] {
        match self {
            Self::Ellipsoid { centre_mm, .. }
            | Self::WithinStructure { centre_mm, .. }
            | Self::CapsuleArc { centre_mm, .. }
            | Self::Corridor { centre_mm, .. } => *centre_mm,
        }
    }

    /// A box along the world axes that holds it: lower and upper corner, mm.
    #[must_use]
    pub fn bounds_mm(&self) -> [[f64; 3]; 2] {
        let half: Vec3 = match self {
            Self::Ellipsoid { semi_axes_mm: s, axes, .. }
            | Self::WithinStructure { semi_axes_mm: s, axes, .. } => std::array::from_fn(|r| {
                (0..3).map(|a| s[a] * axes[a][r]).map(|v| v * v).sum::<f64>().sqrt()
            }),
            Self::Corridor { half_mm, axes, .. } => {
                std::array::from_fn(|r| (0..3).map(|a| half_mm[a] * axes[a][r].abs()).sum())
            }
            Self::CapsuleArc { centre_mm, towards, half_angle, reach_mm } => {
                return cone_bounds(*centre_mm, *towards, *half_angle, *reach_mm);
            }
        };
        let centre = self.centre_mm();
        [sub(centre, half), add(centre, half)]
    }
}

/// Bounds of the part of a ball's cap that lies inside a cone from its centre.
fn cone_bounds(centre: Vec3, towards: Vec3, half_angle: f64, reach: f64) -> [Vec3; 2] {
    let (cos, sin) = (libm::cos(half_angle), libm::sin(half_angle));
    // Largest component along an axis of a unit vector inside the cone, at least 0.
    let most = |towards: f64| {
        let across = (1.0 - towards * towards).max(0.0).sqrt();
        if towards >= cos { 1.0 } else { (towards * cos + across * sin).max(0.0) }
    };
    [
        std::array::from_fn(|a| centre[a] - reach * most(-towards[a])),
        std::array::from_fn(|a| centre[a] + reach * most(towards[a])),
    ]
}

impl Injury {
    /// Finds the injury in an anatomy that shows the whole region.
    ///
    /// # Errors
    /// Refuses severities and sizes out of range, unknown landmarks and muscles
    /// (naming the nearest known), approaches to another joint, and injuries that
    /// meet no soft tissue.
    pub fn place(&self, anatomy: &Anatomy) -> Result<Placed, InjuryError> {
        if !(0.0..=MOST_SEVERE).contains(&self.severity) {
            return Err(InjuryError::Severity { found: self.severity });
        }
        within("edge", self.edge_mm, 0.01, 20.0, "mm")?;
        let region = match &self.kind {
            InjuryKind::Ellipsoid { at, semi_axes_mm, axes } => {
                for &s in semi_axes_mm {
                    within("semi-axis", s, 0.05, 300.0, "mm")?;
                }
                let axes = axes.unwrap_or(WORLD_AXES);
                if !orthonormal(&axes) {
                    return Err(InjuryError::Axes { found: axes });
                }
                let centre_mm = at.point_mm(anatomy.joint())?;
                Region::Ellipsoid { centre_mm, semi_axes_mm: *semi_axes_mm, axes }
            }
            InjuryKind::Contusion { muscle, at, length_mm, width_mm } => {
                within("length", *length_mm, 0.1, 400.0, "mm")?;
                within("width", *width_mm, 0.1, 200.0, "mm")?;
                let at = at.as_ref().map(|p| p.point_mm(anatomy.joint())).transpose()?;
                contusion(anatomy, muscle, at, *length_mm, *width_mm)?
            }
            InjuryKind::CapsuleTear { towards, arc_degrees } => {
                within("arc", *arc_degrees, 1.0, 360.0, "degrees")?;
                let towards = match towards {
                    Towards::Direction(direction) => direction.vector(anatomy.joint()),
                    Towards::Place(place) => {
                        let centre = anatomy.joint().centre_mm;
                        let away = sub(place.point_mm(anatomy.joint())?, centre);
                        if length(away) < 0.01 {
                            return Err(InjuryError::AtCentre { found: centre });
                        }
                        unit(away)
                    }
                };
                capsule_arc(anatomy, towards, arc_degrees.to_radians() / 2.0)?
            }
            InjuryKind::Approach { approach, width_mm, length_mm } => {
                within("width", *width_mm, 0.1, 150.0, "mm")?;
                within("length", *length_mm, 0.1, 300.0, "mm")?;
                approach_corridor(anatomy, *approach, *width_mm, *length_mm)?
            }
            InjuryKind::Corridor { entry, target, width_mm } => {
                within("width", *width_mm, 0.1, 200.0, "mm")?;
                let [entry, target] = [entry, target].map(|p| p.point_mm(anatomy.joint()));
                straight_corridor(entry?, target?, *width_mm)?
            }
        };
        Ok(Placed { region, severity: self.severity, edge_mm: self.edge_mm })
    }
}

const WORLD_AXES: [Vec3; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn within(
    what: &'static str,
    found: f64,
    least: f64,
    most: f64,
    unit: &'static str,
) -> Result<(), InjuryError> {
    if (least..=most).contains(&found) {
        Ok(())
    } else {
        Err(InjuryError::Size { what, found, least, most, unit })
    }
}

fn orthonormal(axes: &[Vec3; 3]) -> bool {
    (0..3).all(|i| {
        (0..3).all(|j| {
            let expected = if i == j { 1.0 } else { 0.0 };
            (dot(axes[i], axes[j]) - expected).abs() < 1e-6
        })
    })
}

/// The muscle of that name, with or without the joint's side.
fn muscle_number(anatomy: &Anatomy, name: &str) -> Result<u16, InjuryError> {
    let sided = anatomy.joint().side.map(|side| format!("{name}_{}", side.name()));
    let present = anatomy.names_of(Tissue::Muscle);
    let known = |n: &str| present.contains(&n).then(|| anatomy.structure_named(n)).flatten();
    known(name).or_else(|| sided.as_deref().and_then(known)).ok_or_else(|| {
        let found = sided.as_deref().unwrap_or(name);
        let all = match present.as_slice() {
            [] => "the anatomy has no named muscle".to_owned(),
            names => format!("known are {}", names.join(", ")),
        };
        InjuryError::UnknownMuscle {
            found: name.to_owned(),
            suggestion: suggestion(&nearest(found, present.iter().copied()), &all),
        }
    })
}

fn contusion(
    anatomy: &Anatomy,
    name: &str,
    at: Option<Vec3>,
    length_mm: f64,
    width_mm: f64,
) -> Result<Region, InjuryError> {
    let number = muscle_number(anatomy, name)?;
    let grid = anatomy.grid();
    let mask = anatomy.structure().map(|&s| s == number);
    let points: Vec<Vec3> = mask
        .iter()
        .enumerate()
        .filter(|(_, m)| **m)
        .map(|(n, _)| grid.centre(grid.voxel(n)))
        .collect();
    let axes = principal_axes(&points);
    let centre_mm = at.unwrap_or_else(|| thickest(grid, &mask));
    Ok(Region::WithinStructure {
        structure: anatomy.structures()[usize::from(number)].name.clone(),
        centre_mm,
        semi_axes_mm: [length_mm / 2.0, width_mm / 2.0, width_mm / 2.0],
        axes,
    })
}

/// The middle of the voxel of a mask that is furthest from its surface.
fn thickest(grid: &Grid, mask: &Field<bool>) -> Vec3 {
    let depth = distance_mm(&mask.map(|&m| !m));
    // The first of equals, so that the choice is the same everywhere.
    let (deepest, _) = depth.iter().enumerate().filter(|(n, _)| mask[grid.voxel(*n)]).fold(
        (0, f32::NEG_INFINITY),
        |(best, most), (n, &d)| if d > most { (n, d) } else { (best, most) },
    );
    grid.centre(grid.voxel(deepest))
}

fn capsule_arc(anatomy: &Anatomy, towards: Vec3, half_angle: f64) -> Result<Region, InjuryError> {
    let centre_mm = anatomy.joint().centre_mm;
    let (grid, structures) = (anatomy.grid(), anatomy.structures());
    let reach_mm = anatomy
        .structure()
        .iter()
        .enumerate()
        .filter(|&(_, &s)| structures[usize::from(s)].tissue == Tissue::Capsule)
        .map(|(n, _)| length(sub(grid.centre(grid.voxel(n)), centre_mm)))
        .fold(f64::NEG_INFINITY, f64::max);
    if reach_mm < 0.0 {
        return Err(InjuryError::NoCapsule);
    }
    Ok(Region::CapsuleArc { centre_mm, towards, half_angle, reach_mm })
}

/// The corridor from the joint's centre to the skin.
fn approach_corridor(
    anatomy: &Anatomy,
    approach: Approach,
    width_mm: f64,
    length_mm: f64,
) -> Result<Region, InjuryError> {
    let joint = anatomy.joint();
    // Outwards from the joint: lateral and anterior share.
    let outwards = match (joint.kind, approach) {
        (JointKind::Hip, Approach::Posterior) => [0.55, -0.83],
        (JointKind::Hip, Approach::Lateral) => [1.0, 0.0],
        (JointKind::Hip, Approach::Anterolateral) => [0.75, 0.66],
        (JointKind::Hip, Approach::Anterior) => [0.35, 0.94],
        (JointKind::Elbow, Approach::Posterior) => [0.0, -1.0],
        (JointKind::Elbow, Approach::Lateral) => [0.94, -0.34],
        (JointKind::Elbow, Approach::Anterior) => [0.5, 0.87],
        (JointKind::Elbow, Approach::Medial) => [-0.94, 0.34],
        (kind, _) => {
            let expected = match kind {
                JointKind::Hip => "posterior, lateral, anterolateral or anterior",
                JointKind::Elbow => "posterior, lateral, anterior or medial",
                JointKind::Sphere => "an ellipsoid",
            };
            let (approach, joint) = (approach.name(), kind.name());
            return Err(InjuryError::Approach { approach, joint, expected });
        }
    };
    let [lateral, anterior, proximal] = limb_axes(joint);
    let depth = unit(along(scale(lateral, outwards[0]), anterior, outwards[1]));
    let skin_mm = depth_to_skin(anatomy, joint.centre_mm, depth);
    Ok(Region::Corridor {
        centre_mm: along(joint.centre_mm, depth, skin_mm / 2.0),
        half_mm: [skin_mm / 2.0, length_mm / 2.0, width_mm / 2.0],
        axes: [depth, proximal, cross(depth, proximal)],
    })
}

/// The corridor between two points.
fn straight_corridor(entry: Vec3, target: Vec3, width_mm: f64) -> Result<Region, InjuryError> {
    let path = sub(target, entry);
    let long = length(path);
    within("length", long, 0.1, 600.0, "mm")?;
    let depth = unit(path);
    // Any direction that is not along the corridor will do to set up its sides.
    let across = if depth[2].abs() < 0.9 { [0.0, 0.0, 1.0] } else { [0.0, 1.0, 0.0] };
    let side = unit(cross(depth, across));
    Ok(Region::Corridor {
        centre_mm: along(entry, depth, long / 2.0),
        half_mm: [long / 2.0, width_mm / 2.0, width_mm / 2.0],
        axes: [depth, side, cross(depth, side)],
    })
}

/// How far from `start` the body goes in a direction, mm, inside the field of view.
fn depth_to_skin(anatomy: &Anatomy, start: Vec3, direction: Vec3) -> f64 {
    let step = anatomy.grid().spacing_mm().into_iter().fold(f64::INFINITY, f64::min) / 2.0;
    let mut inside = 0.0;
    let mut t = 0.0;
    while let Some(voxel) = anatomy.grid().voxel_at(along(start, direction, t)) {
        if !anatomy.tissue()[voxel].is_outside() {
            inside = t;
        }
        t += step;
    }
    inside + step
}
