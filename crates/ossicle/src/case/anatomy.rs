//! `[anatomy]`: the body the lesion grows in, and the box it is computed on.

use std::path::{Path, PathBuf};

use super::kinds::{FilePath, OneOrPerAxis, PerAxis};
use super::measured::measured;
use super::patient::Species;
use super::position::{Position, PositionKind};
use super::problem::Cause;
use super::quantity::LengthMm;
use super::section::Section;
use super::words::{named, one_of};
use super::written::Writer;

named! {
    /// An anatomy that comes with the program.
    Builtin {
        /// A ball of muscle, for checks; it has no joint.
        Sphere = "sphere",
        /// A procedural hip.
        Hip = "hip",
        /// A procedural elbow.
        Elbow = "elbow",
    }
}

named! {
    /// A joint whose movement is followed.
    Joint {
        /// The hip.
        Hip = "hip",
        /// The elbow.
        Elbow = "elbow",
    }
}

named! {
    /// The side of the body.
    Side {
        /// The patient's left.
        Left = "left",
        /// The patient's right.
        Right = "right",
    }
}

/// The body the lesion grows in.
#[derive(Clone, Debug, PartialEq)]
pub enum Anatomy {
    /// The built-in ball of muscle.
    Sphere,
    /// A built-in joint.
    BuiltinJoint {
        /// Which joint.
        joint: Joint,
        /// Of which side.
        side: Side,
    },
    /// A joint in a scan.
    Scan(ScanAnatomy),
}

/// A joint in a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanAnatomy {
    /// The scan: a NIfTI file or a folder of DICOM slices.
    pub scan: PathBuf,
    /// The labels, a file or a folder of files; without them tissue is told
    /// from radiodensity and shape.
    pub labels: Option<PathBuf>,
    /// The names of the numbers in a file of several labels.
    pub label_table: Option<PathBuf>,
    /// Which joint.
    pub joint: Joint,
    /// Of which side.
    pub side: Side,
    /// The centre of the joint, where it is not to be found automatically.
    pub centre: Option<Position>,
}

impl Anatomy {
    /// The joint, if there is one.
    #[must_use]
    pub fn joint(&self) -> Option<Joint> {
        match self {
            Self::Sphere => None,
            Self::BuiltinJoint { joint, .. } => Some(*joint),
            Self::Scan(scan) => Some(scan.joint),
        }
    }

    /// The side of the body, if it has one.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        match self {
            Self::Sphere => None,
            Self::BuiltinJoint { side, .. } => Some(*side),
            Self::Scan(scan) => Some(scan.side),
        }
    }

    /// Reads the keys of `[anatomy]` itself; paths start at `folder`.
    pub(super) fn read(section: &mut Section<'_>, folder: &Path) -> Option<Self> {
        let path = |what| FilePath { what, folder };
        let builtin = section.optional(
            "builtin",
            "A built-in anatomy. Either this or scan.",
            one_of::<Builtin>(),
        );
        let scan = section.optional(
            "scan",
            "A scan: a NIfTI file or a folder of DICOM slices, relative to the case file. \
             Either this or builtin.",
            path("a scan"),
        );
        let labels = section.optional(
            "labels",
            "Labels of the scan: one file or a folder of files, relative to the case file. \
             Without them tissue is told from radiodensity and shape.",
            path("a file or folder of labels"),
        );
        let label_table = section.optional(
            "label_table",
            "The names of the numbers in a file of several labels, relative to the case file.",
            path("a table of labels"),
        );
        let joint = section.optional(
            "joint",
            "The joint; due with a scan, given already by a built-in anatomy.",
            one_of::<Joint>(),
        );
        let side = section.optional(
            "side",
            "The side of the body; due with a scan. A built-in joint is a right one by default.",
            one_of::<Side>(),
        );
        let centre = section.optional(
            "centre",
            "The centre of the joint in the scan, where it is not to be found automatically.",
            PositionKind,
        );

        let clean = refuse_contradictions(section, builtin.flatten());
        match (builtin?, scan?) {
            (Some(builtin), None) if clean => {
                let joint = match builtin {
                    Builtin::Sphere => return Some(Self::Sphere),
                    Builtin::Hip => Joint::Hip,
                    Builtin::Elbow => Joint::Elbow,
                };
                Some(Self::BuiltinJoint { joint, side: side?.unwrap_or(Side::Right) })
            }
            (None, Some(scan)) if clean => Some(Self::Scan(ScanAnatomy {
                scan,
                labels: labels?,
                label_table: label_table?,
                joint: joint??,
                side: side??,
                centre: centre?,
            })),
            _ => None,
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.table("[anatomy]");
        match self {
            Self::Sphere => writer.key("builtin", &Builtin::Sphere),
            Self::BuiltinJoint { joint, side } => {
                writer.key("builtin", joint);
                writer.key("side", side);
            }
            Self::Scan(scan) => {
                writer.key("scan", &scan.scan);
                writer.optional("labels", scan.labels.as_ref());
                writer.optional("label_table", scan.label_table.as_ref());
                writer.key("joint", &scan.joint);
                writer.key("side", &scan.side);
                writer.optional("centre", scan.centre.as_ref());
            }
        }
    }
}

/// Refuses what cannot stand together in `[anatomy]`; true where nothing does.
fn refuse_contradictions(section: &mut Section<'_>, builtin: Option<Builtin>) -> bool {
    let one =
        section.exactly_one(&["builtin", "scan"], "builtin = \"hip\" or scan = \"ct.nii.gz\"");
    let mut clean = one;
    let mut refuse = |section: &mut Section<'_>, cause, key, found: &str, expected: &str| {
        section.refuse_key(cause, key, found, expected);
        clean = false;
    };
    match (one, section.has("scan")) {
        (false, _) => {}
        (true, false) => {
            for key in ["labels", "label_table", "centre"] {
                if section.has(key) {
                    let found = format!("{key} beside builtin");
                    let expected = format!("{key} only with a scan");
                    refuse(section, Cause::Conflict, key, &found, &expected);
                }
            }
            let own_joint = match builtin {
                Some(Builtin::Hip) => Some("hip"),
                Some(Builtin::Elbow) => Some("elbow"),
                Some(Builtin::Sphere) | None => None,
            };
            if builtin == Some(Builtin::Sphere) {
                for key in ["joint", "side"] {
                    if section.has(key) {
                        let found = format!("a {key} of the sphere");
                        let expected = "no joint and no side: the sphere has neither";
                        refuse(section, Cause::Conflict, key, &found, expected);
                    }
                }
            }
            if let (Some(own), Some(given)) = (own_joint, section.text("joint"))
                && own != given
            {
                let found = format!("the joint \"{given}\" with builtin = \"{own}\"");
                let expected = format!("joint = \"{own}\", or no joint at all");
                refuse(section, Cause::Conflict, "joint", &found, &expected);
            }
        }
        (true, true) => {
            for (key, expected) in [
                ("joint", "the joint in the scan: \"hip\" or \"elbow\""),
                ("side", "the side to look at: \"left\" or \"right\""),
            ] {
                if !section.has(key) {
                    refuse(section, Cause::MissingKey, key, "nothing", expected);
                }
            }
            if section.has("label_table") && !section.has("labels") {
                let found = "label_table without labels";
                let expected = "labels too: the table names the numbers of a label file";
                refuse(section, Cause::Conflict, "label_table", found, expected);
            }
        }
    }
    clean
}

/// `[anatomy.lesion_box]`: the box on which the lesion is computed.
#[derive(Clone, Debug, PartialEq)]
pub struct LesionBox {
    /// Voxel size along the three axes of the box.
    pub spacing: [LengthMm; 3],
    /// How far the box reaches.
    pub extent: BoxExtent,
}

/// How far the box of the lesion reaches.
#[derive(Clone, Debug, PartialEq)]
pub enum BoxExtent {
    /// This far beyond every injury.
    Margin(LengthMm),
    /// So large, whatever the injuries.
    Size {
        /// Edge lengths along the three axes.
        size: [LengthMm; 3],
        /// Its middle; that of the injuries, or else of the anatomy, where
        /// there is none.
        centre: Option<Position>,
    },
}

/// The shortest distance a signal of the model reaches: sqrt(D_I/d_I), how far
/// the cytokine spreads before it decays.
const SHORTEST_DECAY_MM: f64 = 0.45;

impl LesionBox {
    /// The coarsest spacing that carries the signals of a lesion.
    #[must_use]
    pub fn coarsest_spacing(species: Species) -> LengthMm {
        match species {
            Species::Human => LengthMm(1.5),
            Species::Mouse => LengthMm(0.25),
        }
    }

    pub(super) fn read(section: &mut Section<'_>, species: Species) -> Option<Self> {
        let LengthMm(coarsest) = Self::coarsest_spacing(species);
        let (usual, margin) = match species {
            Species::Human => (1.0, 15.0),
            Species::Mouse => (0.1, 3.0),
        };
        let reason = format!(
            "the cytokine that starts the lesion decays over {SHORTEST_DECAY_MM} mm, and coarser \
             voxels of a {} lesion cannot carry it",
            super::Named::name(species)
        );
        let spacing = section.or(
            "spacing",
            "Voxel size, one for all axes or one for each. At most 1.5 mm for a human, 0.25 mm \
             for a mouse, whose default is 0.1 mm.",
            OneOrPerAxis(measured(0.01, coarsest).because(&reason)),
            [LengthMm(usual); 3],
        );
        let given_margin = section.optional(
            "margin",
            "How far the box reaches beyond every injury: 15 mm for a human, 3 mm for a mouse, \
             unless size is given.",
            measured(0.1, 200.0),
        );
        let size = section.optional(
            "size",
            "Edge lengths of the box, instead of a margin.",
            PerAxis(measured(0.5, 1_000.0)),
        );
        let centre = section.optional(
            "centre",
            "The middle of a box that has a size; that of the injuries by default.",
            PositionKind,
        );
        let mut clean = true;
        if section.has("margin") && section.has("size") {
            let expected = "one of them: a margin round the injuries or a size";
            section.refuse_key(Cause::Conflict, "margin", "both margin and size", expected);
            clean = false;
        }
        if section.has("centre") && !section.has("size") {
            let expected = "a size too: a margin already has the injuries in its middle";
            section.refuse_key(Cause::Conflict, "centre", "centre without size", expected);
            clean = false;
        }
        let (spacing, given_margin, size, centre) = (spacing?, given_margin?, size?, centre?);
        let extent = match size {
            Some(size) => BoxExtent::Size { size, centre },
            None => BoxExtent::Margin(given_margin.unwrap_or(LengthMm(margin))),
        };
        clean.then_some(Self { spacing, extent })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.table("[anatomy.lesion_box]");
        writer.key("spacing", &self.spacing);
        match &self.extent {
            BoxExtent::Margin(margin) => writer.key("margin", margin),
            BoxExtent::Size { size, centre } => {
                writer.key("size", size);
                writer.optional("centre", centre.as_ref());
            }
        }
    }
}
