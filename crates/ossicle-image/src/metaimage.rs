//! MetaImage: `.mha`, or `.mhd` with its data beside it.

use std::collections::BTreeMap;
use std::path::Path;

use ossicle_field::Grid;

use crate::error::ScanFault;
use crate::frame::ras_from_lps;
use crate::raw::{Sample, check_spacing, checked_shape};
use crate::read::ReadOptions;
use crate::text_header::{Data, HeaderReader, Packing, exactly, numbers, parsed, skipped_bytes};

/// Whether content begins like a MetaImage: `Key = value` lines with one of the
/// keys that come first.
pub(crate) fn is_metaimage(first: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&first[..first.len().min(512)]);
    text.lines().take(8).any(|line| {
        line.split_once('=').is_some_and(|(key, _)| matches!(key.trim(), "ObjectType" | "NDims"))
    })
}

/// Reads the grid and the values of a MetaImage.
pub(crate) fn read_metaimage(
    path: &Path,
    options: &ReadOptions,
) -> Result<(Grid, Vec<f32>), ScanFault> {
    let mut reader = HeaderReader::open(path)?;
    let mut entries = BTreeMap::new();
    let data_file = loop {
        let line = reader.line()?.ok_or_else(|| {
            ScanFault::missing("ElementDataFile", "the header does not say where the data are")
        })?;
        let Some((key, value)) = line.split_once('=') else { continue };
        let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
        // By definition the last entry; the data follow.
        if key == "ElementDataFile" {
            break value;
        }
        entries.insert(key, value);
    };
    let entry = |names: &[&str]| names.iter().find_map(|name| entries.get(*name));
    let flag =
        |names: &[&str]| entry(names).is_some_and(|value| value.eq_ignore_ascii_case("true"));

    let dimensions: Vec<u64> = match entry(&["DimSize"]) {
        Some(text) => numbers("DimSize", text)?,
        None => return Err(ScanFault::missing("DimSize", "the image has no shape")),
    };
    let [nx, ny, nz] = dimensions[..] else { return Err(ScanFault::NotOneVolume { dimensions }) };
    let channels: u64 =
        entry(&["ElementNumberOfChannels"]).map_or(Ok(1), |text| parsed("the channels", text))?;
    if channels != 1 {
        return Err(ScanFault::unsupported(
            format!("an image of {channels} channels"),
            "expected one number a voxel",
        ));
    }
    let shape = checked_shape([nx, ny, nz], options.max_voxels)?;
    let spacing: [f64; 3] = match entry(&["ElementSpacing", "ElementSize"]) {
        Some(text) => exactly("ElementSpacing", text)?,
        None => return Err(ScanFault::missing("ElementSpacing", "lengths are not known")),
    };
    let turn: [f64; 9] = entry(&["TransformMatrix", "Rotation", "Orientation"])
        .map_or(Ok([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]), |t| {
            exactly("TransformMatrix", t)
        })?;
    let origin: [f64; 3] = entry(&["Offset", "Position", "Origin"])
        .map_or(Ok([0.0; 3]), |text| exactly("Offset", text))?;
    // Row n of the matrix is the direction of axis n, in LPS.
    let step = |n: usize| ras_from_lps(std::array::from_fn(|r| turn[3 * n + r] * spacing[n]));
    let grid = Grid::new(shape, [step(0), step(1), step(2)], ras_from_lps(origin))?;
    check_spacing(&grid)?;

    let sample = match entry(&["ElementType"]).map(String::as_str) {
        Some("MET_CHAR") => Sample::I8,
        Some("MET_UCHAR") => Sample::U8,
        Some("MET_SHORT") => Sample::I16,
        Some("MET_USHORT") => Sample::U16,
        Some("MET_INT" | "MET_LONG") => Sample::I32,
        Some("MET_UINT" | "MET_ULONG") => Sample::U32,
        Some("MET_LONG_LONG") => Sample::I64,
        Some("MET_ULONG_LONG") => Sample::U64,
        Some("MET_FLOAT") => Sample::F32,
        Some("MET_DOUBLE") => Sample::F64,
        other => {
            return Err(ScanFault::header(
                "ElementType",
                format!("{other:?}"),
                "one of MET_CHAR to MET_ULONG_LONG, MET_FLOAT or MET_DOUBLE",
            ));
        }
    };
    let big_endian = flag(&["BinaryDataByteOrderMSB", "ElementByteOrderMSB"]);
    let packing = if flag(&["CompressedData"]) {
        Packing::Zlib
    } else if entry(&["BinaryData"]).is_some_and(|value| value.eq_ignore_ascii_case("false")) {
        Packing::Text
    } else {
        Packing::Plain
    };
    let mut data = match data_file.as_str() {
        "LOCAL" => reader.into_data()?,
        list if list.starts_with("LIST") || list.contains('%') => {
            return Err(ScanFault::unsupported(
                "image data spread over several files",
                "convert it to one .mha file",
            ));
        }
        name => Data::beside(path, name)?,
    };
    match entry(&["HeaderSize"]).map_or(Ok(0), |text| parsed::<i64>("HeaderSize", text))? {
        -1 => data.keep_last(grid.len() as u64 * sample.bytes() as u64)?,
        skipped => data.skip(skipped_bytes("HeaderSize", skipped)?)?,
    }
    let values = data.voxels(packing, sample, big_endian, grid.len())?;
    Ok((grid, values))
}
