//! Bones as rigid bodies: which bone each voxel belongs to, and whether that can be believed.
//!
//! [`Bodies::of`] takes the bones of an anatomy apart. Where labels name them, names decide;
//! a plain CT is cut at the joint space. What looks wrong is said in [`Bodies::findings`],
//! shown by [`Bodies::picture`], and mended by a label file. [`islands()`] gives each island of
//! heterotopic bone to the body that it is fused to.

mod check;
mod contact;
mod error;
mod islands;
mod named;
mod picture;
mod regrid;
mod separate;
mod table;

use ossicle_anatomy::{Anatomy, JointKind, Side};
use ossicle_field::{Field, Grid};

pub use self::contact::Contact;
pub use self::error::{BodiesError, Finding};
pub use self::islands::{Attachment, Island, Islands, LEAST_FUSION_MM2, islands};
pub use self::picture::Picture;
pub use self::table::{Body, Role};

/// What told the bones apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Their names: labels, a built-in joint, or a femoral head found in the scan.
    Names,
    /// The joint space, seen in the density.
    JointSpace,
}

/// The rigid bodies of a joint on one grid.
///
/// The code of a voxel is 0 for none, else one more than the place of its body in
/// [`Bodies::table`].
#[derive(Clone, Debug, PartialEq)]
pub struct Bodies {
    codes: Field<u8>,
    table: Vec<Body>,
    kind: JointKind,
    side: Side,
    origin: Origin,
    contacts: Vec<Contact>,
    findings: Vec<Finding>,
}

impl Bodies {
    /// The bones of the joint of an anatomy, by name or, in a plain CT, by the joint space.
    ///
    /// # Errors
    /// [`BodiesError`]: no joint of two bones, a bone missing or named for the other side,
    /// too little of the joint in view, or bones that cannot be told apart.
    pub fn of(anatomy: &Anatomy) -> Result<Self, BodiesError> {
        let joint = anatomy.joint();
        let side = match (joint.kind, joint.side) {
            (JointKind::Sphere, _) => return Err(BodiesError::NoBones { kind: joint.kind.name() }),
            (_, None) => return Err(BodiesError::NoSide { kind: joint.kind.name() }),
            (_, Some(side)) => side,
        };
        let depth = separate::valley_depth(anatomy.hu());
        let (codes, table, origin) = match named::bodies(anatomy, side)? {
            Some((codes, table)) => (codes, table, Origin::Names),
            None => {
                let (codes, table) = separate::bodies(anatomy, side, &depth)?;
                (codes, table, Origin::JointSpace)
            }
        };
        let contacts = contact::contacts(anatomy, &codes, &depth);
        let mut bodies =
            Self { codes, table, kind: joint.kind, side, origin, contacts, findings: Vec::new() };
        if origin == Origin::JointSpace {
            separate::open_joint_space(&mut bodies.codes, anatomy.hu(), &bodies.contacts);
        }
        bodies.findings = check::findings(anatomy, &bodies)?;
        Ok(bodies)
    }

    /// The code of each voxel: 0 for none, else that of its body.
    #[must_use]
    pub fn codes(&self) -> &Field<u8> {
        &self.codes
    }

    /// The bodies; code `n` is at `n - 1`.
    #[must_use]
    pub fn table(&self) -> &[Body] {
        &self.table
    }

    /// The grid that the bodies stand on.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        self.codes.grid()
    }

    /// Which joint.
    #[must_use]
    pub fn kind(&self) -> JointKind {
        self.kind
    }

    /// Which side.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// What told the bones apart.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Where bodies touch in the scan, before any joint space was opened between them.
    #[must_use]
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// What looks wrong with the separation.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The code of the body of that name.
    #[must_use]
    pub fn code(&self, name: &str) -> Option<u8> {
        self.table.iter().position(|body| body.name == name).map(|n| n as u8 + 1)
    }

    /// The name of the body of a code.
    #[must_use]
    pub fn name(&self, code: u8) -> Option<&str> {
        Some(self.table.get(usize::from(code).checked_sub(1)?)?.name.as_str())
    }

    /// The voxels of the body of that name; `None` for a name that is not in the table.
    #[must_use]
    pub fn mask(&self, name: &str) -> Option<Field<bool>> {
        let wanted = self.code(name)?;
        Some(self.codes.map(|&code| code == wanted))
    }

    /// Codes of the bodies that move in a movement such as `flexion` or `pronation`; the
    /// others stand still.
    #[must_use]
    pub fn moving(&self, movement: &str) -> Vec<u8> {
        let codes = self.table.iter().zip(1..=u8::MAX);
        codes.filter(|(body, _)| body.role.moves_in(movement)).map(|(_, code)| code).collect()
    }

    /// Volume of the body of a code, mm³.
    #[must_use]
    pub fn volume_mm3(&self, code: u8) -> f64 {
        self.codes.iter().filter(|&&c| c == code).count() as f64 * self.grid().voxel_volume_mm3()
    }
}
