//! What one slice, a file or a frame of a file, says of itself.

use std::path::{Path, PathBuf};

use super::dataset::{DataSet, named};
use super::file::DicomFile;
use super::tags::*;
use crate::error::ScanFault;

/// One slice of a series, its pixels not yet read.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub(super) path: PathBuf,
    /// Which frame of the file, from 0.
    pub(super) frame: usize,
    /// Number of frames in the file.
    pub(super) frames: usize,
    pub(super) series: String,
    pub(super) description: String,
    pub(super) modality: Option<String>,
    pub(super) instance: Option<String>,
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) plane: Plane,
    /// Stored value to image value: slope and intercept.
    pub(super) rescale: [f64; 2],
    /// Lowest and highest image value that stand for "outside the field of view".
    pub(super) padding: Option<[f64; 2]>,
}

/// Where a slice lies, in the patient's LPS frame, mm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plane {
    /// Centre of the first voxel.
    pub(super) position: [f64; 3],
    /// Unit vector along a row: the way the column index grows.
    pub(super) along_row: [f64; 3],
    /// Unit vector along a column: the way the row index grows.
    pub(super) along_column: [f64; 3],
    /// Distance between neighbours along a row, and along a column.
    pub(super) spacing: [f64; 2],
    /// Slice thickness, or the stated distance between slices.
    pub(super) thickness: Option<f64>,
}

/// What a file holds.
pub(super) enum Content {
    Slices(Vec<Slice>),
    /// Something that is no slice of a volume, and what it is.
    Other(String),
}

/// Looks into a file without decoding its pixels.
pub(super) fn content(path: &Path, file: &DicomFile<'_>) -> Result<Content, ScanFault> {
    let data = file.data_set()?;
    if let Some(mut what) = no_image(file, &data) {
        if !file.states_syntax {
            what.push_str(" (and no transfer syntax is stated)");
        }
        return Ok(Content::Other(what));
    }
    let frames = frame_count(&data)?;
    let enhanced = data.contains(SHARED_GROUPS) || data.contains(PER_FRAME_GROUPS);
    if frames > 1 && !enhanced {
        return Ok(Content::Other(format!("{frames} frames without a position for each")));
    }
    let shared = data.items(SHARED_GROUPS)?;
    let per_frame = data.items(PER_FRAME_GROUPS)?;
    if per_frame.len() > 1 && per_frame.len() != frames {
        return Err(ScanFault::header(
            "the Per-Frame Functional Groups",
            format!("{} items", per_frame.len()),
            format!("{frames}, one a frame"),
        ));
    }
    let mut slices = Vec::new();
    for frame in 0..frames {
        let groups = [per_frame.get(frame), shared.first(), Some(&data)];
        let attributes = Attributes { groups };
        let Some(plane) = attributes.plane()? else {
            return Ok(Content::Other(attributes.missing_geometry()));
        };
        // Asked only now: a picture that even says where it lies is worth naming.
        if let Some(what) = secondary_capture(&data) {
            return Ok(Content::Other(what));
        }
        let rescale = attributes.rescale()?;
        slices.push(Slice {
            path: path.to_owned(),
            frame,
            frames,
            series: data.text(SERIES_INSTANCE).unwrap_or_default(),
            description: data.text(SERIES_DESCRIPTION).unwrap_or_default(),
            modality: data.text(MODALITY),
            instance: data.text(SOP_INSTANCE),
            columns: size(&data, COLUMNS)?,
            rows: size(&data, ROWS)?,
            plane,
            rescale,
            padding: padding(&data, rescale),
        });
    }
    Ok(Content::Slices(slices))
}

/// What the file is, if it is no image of a volume.
fn no_image(file: &DicomFile<'_>, data: &DataSet<'_>) -> Option<String> {
    let class = data.text(SOP_CLASS).or_else(|| file.media_class.clone()).unwrap_or_default();
    let modality = data.text(MODALITY).unwrap_or_default();
    let storage = class.strip_prefix("1.2.840.10008.5.1.4.1.1.").unwrap_or_default();
    let what = match storage {
        "66.4" | "66.7" => "a segmentation (SEG)",
        "481.3" => "an RT structure set",
        _ if storage.starts_with("481.") => "a radiotherapy object (plan, dose or record)",
        _ if storage.starts_with("88.") => "a report",
        _ if storage.starts_with("11.") => "a presentation state",
        _ if class == "1.2.840.10008.1.3.10" => "a directory (DICOMDIR)",
        _ if data.contains(FLOAT_PIXEL_DATA) || data.contains(DOUBLE_PIXEL_DATA) => {
            "a map of floating-point values"
        }
        _ if !data.contains(PIXEL_DATA) => return Some(without_pixels(&modality)),
        _ if data.unsigned(ROWS).is_none() || data.unsigned(COLUMNS).is_none() => {
            "pixel data without Rows and Columns"
        }
        _ if data.unsigned(SAMPLES_PER_PIXEL).is_some_and(|n| n != 1) => "a colour picture",
        _ if data.unsigned(BITS_ALLOCATED) == Some(1) => "a mask of single bits",
        _ if is_localizer(data) => "a localizer (scout view)",
        _ => return None,
    };
    Some(what.to_owned())
}

fn without_pixels(modality: &str) -> String {
    match modality {
        "" => "no image in it".into(),
        modality => format!("no image in it (modality {modality})"),
    }
}

fn is_localizer(data: &DataSet<'_>) -> bool {
    data.text(IMAGE_TYPE).is_some_and(|kinds| {
        kinds
            .split('\\')
            .any(|kind| ["LOCALIZER", "SCOUT", "TOPOGRAM", "SURVIEW"].contains(&kind.trim()))
    })
}

fn secondary_capture(data: &DataSet<'_>) -> Option<String> {
    let class = data.text(SOP_CLASS)?;
    let captured =
        class == "1.2.840.10008.5.1.4.1.1.7" || class.starts_with("1.2.840.10008.5.1.4.1.1.7.");
    captured.then(|| "a secondary capture (a picture made from other images)".into())
}

pub(super) fn frame_count(data: &DataSet<'_>) -> Result<usize, ScanFault> {
    match data.decimals(NUMBER_OF_FRAMES)?.as_deref() {
        None => Ok(1),
        Some([count]) if *count >= 1.0 && *count <= 1e6 && count.fract() == 0.0 => {
            Ok(*count as usize)
        }
        Some(other) => {
            Err(ScanFault::header(named(NUMBER_OF_FRAMES), format!("{other:?}"), "1 to 1000000"))
        }
    }
}

fn size(data: &DataSet<'_>, tag: u32) -> Result<usize, ScanFault> {
    match data.unsigned(tag) {
        Some(count) if count > 0 => Ok(count.into()),
        found => Err(ScanFault::header(named(tag), format!("{found:?}"), "1 to 65535")),
    }
}

/// The stored padding values, rescaled.
fn padding(data: &DataSet<'_>, [slope, intercept]: [f64; 2]) -> Option<[f64; 2]> {
    let signed = data.unsigned(PIXEL_REPRESENTATION) == Some(1);
    let stored =
        |tag| data.unsigned(tag).map(|v| if signed { f64::from(v as i16) } else { f64::from(v) });
    let one = stored(PADDING_VALUE)?;
    let other = stored(PADDING_RANGE_LIMIT).unwrap_or(one);
    let (a, b) = (one * slope + intercept, other * slope + intercept);
    Some([a.min(b), a.max(b)])
}

/// Attributes of one frame: its own, those shared by all frames, those of the file.
struct Attributes<'s, 'a> {
    groups: [Option<&'s DataSet<'a>>; 3],
}

impl Attributes<'_, '_> {
    /// Decimal numbers, from the functional group `sequence` or straight from the file.
    fn decimals(&self, sequence: u32, tag: u32) -> Result<Option<Vec<f64>>, ScanFault> {
        for group in self.groups.into_iter().flatten() {
            if let Some(item) = group.items(sequence)?.first()
                && let Some(numbers) = item.decimals(tag)?
            {
                return Ok(Some(numbers));
            }
            if let Some(numbers) = group.decimals(tag)? {
                return Ok(Some(numbers));
            }
        }
        Ok(None)
    }

    fn exactly<const N: usize>(
        &self,
        sequence: u32,
        tag: u32,
    ) -> Result<Option<[f64; N]>, ScanFault> {
        let Some(numbers) = self.decimals(sequence, tag)? else { return Ok(None) };
        match <[f64; N]>::try_from(numbers) {
            Ok(numbers) => Ok(Some(numbers)),
            Err(numbers) => {
                Err(ScanFault::header(named(tag), format!("{numbers:?}"), format!("{N} numbers")))
            }
        }
    }

    /// Where the frame lies, or `None` where it does not say.
    fn plane(&self) -> Result<Option<Plane>, ScanFault> {
        let position = self.exactly(PLANE_POSITION_SEQUENCE, POSITION)?;
        let orientation = self.exactly::<6>(PLANE_ORIENTATION_SEQUENCE, ORIENTATION)?;
        let spacing = self.exactly(PIXEL_MEASURES_SEQUENCE, PIXEL_SPACING)?;
        let (Some(position), Some(orientation), Some([between_rows, between_columns])) =
            (position, orientation, spacing)
        else {
            return Ok(None);
        };
        let [a, b, c, d, e, f] = orientation;
        let (along_row, along_column) = ([a, b, c], [d, e, f]);
        let (length, other, cosine) = (
            dot(along_row, along_row),
            dot(along_column, along_column),
            dot(along_row, along_column),
        );
        if (length - 1.0).abs() > 1e-3 || (other - 1.0).abs() > 1e-3 || cosine.abs() > 1e-3 {
            return Err(ScanFault::header(
                named(ORIENTATION),
                format!("{orientation:?}"),
                "two unit vectors at a right angle",
            ));
        }
        // Needed for a single slice only, so that nonsense here does no harm elsewhere.
        let length = |tag| {
            let found = self.exactly::<1>(PIXEL_MEASURES_SEQUENCE, tag).ok().flatten();
            found.map(|[mm]| mm).filter(|mm| *mm > 0.0)
        };
        let thickness = length(SLICE_THICKNESS).or_else(|| length(SPACING_BETWEEN_SLICES));
        Ok(Some(Plane {
            position,
            along_row,
            along_column,
            spacing: [between_columns, between_rows],
            thickness,
        }))
    }

    /// Which of the attributes that place an image are not there.
    fn missing_geometry(&self) -> String {
        let absent: Vec<String> = [
            (PLANE_POSITION_SEQUENCE, POSITION),
            (PLANE_ORIENTATION_SEQUENCE, ORIENTATION),
            (PIXEL_MEASURES_SEQUENCE, PIXEL_SPACING),
        ]
        .into_iter()
        .filter(|&(sequence, tag)| self.decimals(sequence, tag).is_ok_and(|v| v.is_none()))
        .map(|(_, tag)| named(tag))
        .collect();
        format!("an image without {}, so that it cannot be placed", absent.join(", "))
    }

    fn rescale(&self) -> Result<[f64; 2], ScanFault> {
        let sequence = PIXEL_VALUE_TRANSFORMATION_SEQUENCE;
        let slope = self.exactly(sequence, RESCALE_SLOPE)?.map_or(1.0, |[slope]: [f64; 1]| slope);
        let intercept = self.exactly(sequence, RESCALE_INTERCEPT)?.map_or(0.0, |[v]: [f64; 1]| v);
        let mut groups = self.groups.into_iter().flatten();
        if groups.any(|group| group.contains(MODALITY_LUT_SEQUENCE)) {
            return Err(ScanFault::unsupported(
                "a table of modality values (0028,3000)",
                "expected Rescale Slope and Rescale Intercept",
            ));
        }
        if slope == 0.0 {
            return Err(ScanFault::header(named(RESCALE_SLOPE), slope, "any other number"));
        }
        Ok([slope, intercept])
    }
}

pub(super) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

impl Plane {
    /// Unit vector at right angles to the slice.
    pub(super) fn normal(&self) -> [f64; 3] {
        let (a, b) = (self.along_row, self.along_column);
        let n = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
        let length = dot(n, n).sqrt();
        n.map(|v| v / length)
    }
}
