//! Case files to start from, fitted to a scan.

use std::path::{Path, PathBuf};

use ossicle_anatomy::injury::{
    DEFAULT_EDGE_MM, Direction, Injury, InjuryKind, Towards, injury_map,
};
use ossicle_anatomy::{Anatomy, JointKind, ScanError, ScanRequest, Side as AnatomySide, from_scan};
use ossicle_image::{ReadLabelsError, ReadScanError, read_labels, read_scan};
use thiserror::Error;

use crate::case::{Joint, Side, Template, TemplateScan};

/// A case file made for a scan.
pub struct Fitted {
    /// Its text.
    pub text: String,
    /// What was found out on the way.
    pub notes: Vec<String>,
}

/// What a case is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The scan.
    pub scan: &'a Path,
    /// Its labels.
    pub labels: Option<&'a Path>,
    /// The side to look at, where it is known.
    pub side: Option<Side>,
    /// The centre of the joint in mm (RAS), where it is known.
    pub centre_ras_mm: Option<[f64; 3]>,
}

/// Why no case can be made of a scan.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The template has no joint to look for.
    #[error("the template {0} has no joint to look for in a scan; expected hip or elbow")]
    NoJoint(&'static str),
    /// The scan cannot be read.
    #[error(transparent)]
    Scan(#[from] ReadScanError),
    /// The labels cannot be read.
    #[error(transparent)]
    Labels(#[from] ReadLabelsError),
    /// The joint cannot be found.
    #[error("{scan}: {cause}{}", if matches!(.cause, ScanError::NotInView { .. }) { " (`--centre-ras-mm X,Y,Z`)" } else { "" })]
    Joint {
        /// The scan.
        scan: PathBuf,
        /// Why.
        cause: ScanError,
    },
}

/// A case file for a scan, to be written into `folder`. Without a side, the one that the scan
/// shows; where it shows both, or does not tell, the right one. The injury of a hip is approached
/// from behind, or from the front where the scan does not show the back.
///
/// # Errors
/// Refuses templates without a joint, scans and labels that cannot be read, and scans in which
/// the joint is not found.
pub fn for_scan(
    template: Template,
    wanted: &Wanted<'_>,
    folder: &Path,
) -> Result<Fitted, TemplateError> {
    let Wanted { scan, labels, side, centre_ras_mm } = *wanted;
    let kind = match template.joint() {
        Some(Joint::Hip) => JointKind::Hip,
        Some(Joint::Elbow) => JointKind::Elbow,
        None => return Err(TemplateError::NoJoint(crate::case::Named::name(template))),
    };
    let image = read_scan(scan)?;
    let label_set = labels.map(|path| read_labels(path, None)).transpose()?;
    let found = |side: Option<AnatomySide>| {
        let request = ScanRequest { kind, side, centre_mm: centre_ras_mm };
        from_scan(&image, label_set.as_ref(), &request)
    };
    let mut notes = image.notes.clone();
    let asked = side.map(|side| match side {
        Side::Left => AnatomySide::Left,
        Side::Right => AnatomySide::Right,
    });
    let anatomy = match found(asked) {
        Err(ScanError::SideNeeded { reason, .. }) => {
            notes.push(format!(
                "{reason}; the case takes the right one (`--side left` for the other)"
            ));
            found(Some(AnatomySide::Right))
        }
        found => found,
    };
    let anatomy = anatomy.map_err(|cause| TemplateError::Joint { scan: scan.to_owned(), cause })?;
    let side = match anatomy.joint().side {
        Some(AnatomySide::Left) => Side::Left,
        _ => Side::Right,
    };
    let from_behind = shows_capsule(&anatomy, Direction::Posterior);
    if kind == JointKind::Hip && !from_behind {
        notes.push(
            "the scan does not show the back of the joint; the case takes an anterior approach"
                .to_owned(),
        );
    }
    let from_folder = |path: &Path| relative(path, folder).to_string_lossy().into_owned();
    let (scan, labels) = (from_folder(scan), labels.map(from_folder));
    let fitted =
        TemplateScan { scan: &scan, labels: labels.as_deref(), side, centre_ras_mm, from_behind };
    let text = template.text_for_scan(&fitted).ok_or(TemplateError::NoJoint("of this name"))?;
    Ok(Fitted { text, notes })
}

/// Whether the capsule of a joint can be torn on a face of it.
fn shows_capsule(anatomy: &Anatomy, direction: Direction) -> bool {
    let towards = Towards::Direction(direction);
    let kind = InjuryKind::CapsuleTear { towards, arc_degrees: TEAR_DEGREES };
    let tear = Injury { kind, severity: 1.0, edge_mm: DEFAULT_EDGE_MM };
    tear.place(anatomy).and_then(|placed| injury_map(anatomy, &[placed])).is_ok()
}

/// The arc of a torn capsule in the templates.
const TEAR_DEGREES: f64 = 60.0;

/// A path as seen from a folder; absolute where the two share nothing.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let absolute = |p: &Path| std::path::absolute(p).unwrap_or_else(|_| p.to_owned());
    let (path, folder) = (absolute(path), absolute(folder));
    let shared = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    if shared < 2 {
        return path;
    }
    let up = folder.components().skip(shared).map(|_| "..");
    up.map(PathBuf::from)
        .chain(path.components().skip(shared).map(|c| PathBuf::from(c.as_os_str())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_case() {
        let told = |path, folder| relative(Path::new(path), Path::new(folder));
        assert_eq!(told("/data/a/ct.nii.gz", "/data/a"), PathBuf::from("ct.nii.gz"));
        assert_eq!(told("/data/a/ct", "/data/b/c"), PathBuf::from("../../a/ct"));
        assert_eq!(told("/scans/ct", "/home/me"), PathBuf::from("/scans/ct"));
    }
}
