//! Case files to start from, fitted to a scan.

use std::path::{Path, PathBuf};

use ossicle_anatomy::{JointKind, ScanError, ScanRequest, Side as AnatomySide, from_scan};
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
    #[error("{scan}: {cause}")]
    Joint {
        /// The scan.
        scan: PathBuf,
        /// Why.
        cause: ScanError,
    },
}

/// A case file for a scan, to be written into `folder`. Without a side, the one that the scan
/// shows; where it shows both, the right one.
///
/// # Errors
/// Refuses templates without a joint, scans and labels that cannot be read, and scans in which
/// the joint is not found.
pub fn for_scan(
    template: Template,
    scan: &Path,
    labels: Option<&Path>,
    side: Option<Side>,
    folder: &Path,
) -> Result<Fitted, TemplateError> {
    let kind = match template.joint() {
        Some(Joint::Hip) => JointKind::Hip,
        Some(Joint::Elbow) => JointKind::Elbow,
        None => return Err(TemplateError::NoJoint(crate::case::Named::name(template))),
    };
    let image = read_scan(scan)?;
    let label_set = labels.map(|path| read_labels(path, None)).transpose()?;
    let found = |side: Side| {
        let side = match side {
            Side::Left => AnatomySide::Left,
            Side::Right => AnatomySide::Right,
        };
        let request = ScanRequest { kind, side: Some(side), centre_mm: None };
        from_scan(&image, label_set.as_ref(), &request)
    };
    let mut notes = image.notes.clone();
    let side = match side {
        Some(side) => {
            found(side).map_err(|cause| TemplateError::Joint { scan: scan.to_owned(), cause })?;
            side
        }
        None => match (found(Side::Right), found(Side::Left)) {
            (Ok(_), Ok(_)) => {
                notes.push("the scan shows both sides; the case takes the right one (`--side left` for the other)".to_owned());
                Side::Right
            }
            (Ok(_), Err(_)) => Side::Right,
            (Err(_), Ok(_)) => Side::Left,
            (Err(cause), Err(_)) => {
                return Err(TemplateError::Joint { scan: scan.to_owned(), cause });
            }
        },
    };
    let from_folder = |path: &Path| relative(path, folder).to_string_lossy().into_owned();
    let (scan, labels) = (from_folder(scan), labels.map(from_folder));
    let fitted = TemplateScan { scan: &scan, labels: labels.as_deref(), side };
    let text = template.text_for_scan(&fitted).ok_or(TemplateError::NoJoint("of this name"))?;
    Ok(Fitted { text, notes })
}

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
