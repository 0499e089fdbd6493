//! One door for all formats.

use std::fs::File;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use ossicle_field::{Field, Grid};

use crate::dicom;
use crate::error::{ReadScanError, ScanFault};
use crate::metaimage::{is_metaimage, read_metaimage};
use crate::nifti::{is_nifti, read_nifti};
use crate::nrrd::{is_nrrd, read_nrrd};
use crate::raw::{finite_field, read_as_much};
use crate::scan::{Padding, Scan, ScanFormat};
use crate::shear::straighten;

/// What a reader may do and how far it may go.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Which DICOM series of a folder to read: its Series Instance UID or its
    /// description. Needed only where there are several.
    pub series: Option<String>,
    /// Whether slices missing from a DICOM series are interpolated from their
    /// neighbours. Otherwise a gap is refused.
    pub resample_gaps: bool,
    /// The most voxels an image may have; each takes 4 bytes.
    pub max_voxels: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { series: None, resample_gaps: false, max_voxels: 1 << 30 }
    }
}

/// Reads a scan: a NIfTI, NRRD, MetaImage or DICOM file, or the folder of a DICOM
/// series. The format is told from the content, not from the name.
///
/// # Errors
/// [`ReadScanError`] names the file and what is wrong with it. Nothing is taken for
/// granted: a file that is cut short, asks for more voxels than allowed, holds no
/// number in some voxel or does not say where its voxels are is refused.
pub fn read_scan(path: &Path) -> Result<Scan, ReadScanError> {
    read_scan_with(path, &ReadOptions::default())
}

/// [`read_scan`] with a choice of series, leave to interpolate gaps, or another limit.
///
/// # Errors
/// As [`read_scan`].
pub fn read_scan_with(path: &Path, options: &ReadOptions) -> Result<Scan, ReadScanError> {
    let metadata = std::fs::metadata(path).map_err(|error| ScanFault::Io(error).at(path))?;
    if metadata.is_dir() {
        return dicom::read_folder(path, options);
    }
    match kind_of(path).map_err(|fault| fault.at(path))? {
        ScanFormat::Dicom => dicom::read_file(path, options),
        format => read_volume_file(path, format, options).map_err(|fault| fault.at(path)),
    }
}

/// An image and what goes with it, before it is known to be usable.
pub(crate) struct RawVolume {
    pub(crate) grid: Grid,
    pub(crate) values: Vec<f32>,
    pub(crate) notes: Vec<String>,
}

fn read_volume_file(
    path: &Path,
    format: ScanFormat,
    options: &ReadOptions,
) -> Result<Scan, ScanFault> {
    let volume = match format {
        ScanFormat::Nrrd => {
            let nrrd = read_nrrd(path, options)?;
            if nrrd.layers > 1 {
                return Err(ScanFault::unsupported(
                    format!("a NRRD file of {} numbers a voxel", nrrd.layers),
                    "expected a scan; a segmentation is read as labels",
                ));
            }
            RawVolume { grid: nrrd.grid, values: nrrd.values, notes: nrrd.notes }
        }
        ScanFormat::MetaImage => {
            let (grid, values) = read_metaimage(path, options)?;
            RawVolume { grid, values, notes: Vec::new() }
        }
        ScanFormat::Nifti | ScanFormat::Dicom => {
            let nifti = read_nifti(path, options)?;
            RawVolume { grid: nifti.grid, values: nifti.values, notes: nifti.notes }
        }
    };
    let image = finite_field(volume.grid, volume.values)?;
    finished(image, format, None, None, volume.notes, options)
}

/// The last steps that all formats share: padding found, axes made rectangular.
pub(crate) fn finished(
    image: Field<f32>,
    format: ScanFormat,
    modality: Option<String>,
    stated_padding: Option<Padding>,
    mut notes: Vec<String>,
    options: &ReadOptions,
) -> Result<Scan, ScanFault> {
    let padding = stated_padding.or_else(|| padding_by_convention(&image));
    if let Some(Padding { lowest, highest }) = padding {
        let count = image.iter().filter(|v| (lowest..=highest).contains(*v)).count();
        if count > 0 {
            notes.push(format!(
                "{count} voxels with {} lie outside the scanner's field of view and count as air",
                if lowest == highest {
                    lowest.to_string()
                } else {
                    format!("{lowest} to {highest}")
                },
            ));
        }
    }
    let lowest_value = image.iter().copied().fold(f32::INFINITY, f32::min);
    let outside = padding.map_or(lowest_value, |p| p.lowest);
    let image = straighten(image, options.max_voxels, outside, &mut notes)?;
    Ok(Scan { image, format, modality, padding, notes })
}

/// Scanners fill the corners outside their round field of view with one number far
/// below air, of which the file need not tell (GE: -2000 stored, -3024 HU).
fn padding_by_convention(image: &Field<f32>) -> Option<Padding> {
    let lowest = image.iter().copied().fold(f32::INFINITY, f32::min);
    if lowest >= -1024.5 {
        return None;
    }
    let count = image.iter().filter(|value| **value == lowest).count();
    // A value that noise or a streak reaches is not held by one voxel in a thousand.
    (count * 1000 >= image.len()).then_some(Padding { lowest, highest: lowest })
}

/// The format of a file, told from its first bytes.
pub(crate) fn kind_of(path: &Path) -> Result<ScanFormat, ScanFault> {
    let mut first = vec![0; 1024];
    let found = read_as_much(&mut File::open(path)?, &mut first)?;
    first.truncate(found);
    if first.starts_with(&[0x1f, 0x8b]) {
        let mut content = vec![0; 1024];
        let mut decoder = MultiGzDecoder::new(File::open(path)?);
        let found = read_as_much(&mut decoder, &mut content)?;
        content.truncate(found);
        return if is_nifti(&content) {
            Ok(ScanFormat::Nifti)
        } else {
            Err(ScanFault::UnknownFormat { found: "gzipped content that is not NIfTI".into() })
        };
    }
    // DICOM's mark stands behind 128 free bytes, so it is looked for first.
    if dicom::is_dicom(&first) {
        Ok(ScanFormat::Dicom)
    } else if is_nifti(&first) {
        Ok(ScanFormat::Nifti)
    } else if is_nrrd(&first) {
        Ok(ScanFormat::Nrrd)
    } else if is_metaimage(&first) {
        Ok(ScanFormat::MetaImage)
    } else {
        Err(ScanFault::UnknownFormat { found: description(path, &first) })
    }
}

/// What unknown content looks like, for the message that refuses it.
fn description(path: &Path, first: &[u8]) -> String {
    let ends_in =
        |end: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(end));
    let what = match first {
        [] => "an empty file",
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => {
            "a TIFF picture, which has neither voxel spacing nor HU"
        }
        [0x89, b'P', b'N', b'G', ..] => "a PNG picture",
        [0xff, 0xd8, 0xff, ..] => "a JPEG picture",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive",
        _ if first.starts_with(b"CTDATA-HEADER_V1") => "a Scanco ISQ file",
        _ if first.starts_with(b"AIMDATA_V030") || ends_in("aim") => "a Scanco AIM file",
        _ => {
            let bytes: Vec<String> = first.iter().take(8).map(|b| format!("{b:02x}")).collect();
            return format!("it begins with the bytes {}", bytes.join(" "));
        }
    };
    what.to_owned()
}
