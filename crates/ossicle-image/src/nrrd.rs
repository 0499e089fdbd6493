//! NRRD: `.nrrd`, or `.nhdr` with its data beside it.

use std::collections::BTreeMap;
use std::path::Path;

use ossicle_field::Grid;

use crate::error::ScanFault;
use crate::frame::ras_from_lps;
use crate::raw::{Sample, check_spacing, checked_shape};
use crate::read::ReadOptions;
use crate::text_header::{Data, HeaderReader, Packing, exactly, numbers, parsed, skipped_bytes};

/// The content of a NRRD file.
pub(crate) struct NrrdVolume {
    pub(crate) grid: Grid,
    /// Numbers for each voxel, the fastest index of `values`.
    pub(crate) layers: usize,
    pub(crate) values: Vec<f32>,
    /// `key:=value` pairs, where programs keep what the format has no field for.
    pub(crate) pairs: BTreeMap<String, String>,
    pub(crate) notes: Vec<String>,
}

/// The header: fields of the format, and key/value pairs.
struct Header {
    fields: BTreeMap<String, String>,
    pairs: BTreeMap<String, String>,
}

/// Whether content begins like a NRRD file.
pub(crate) fn is_nrrd(first: &[u8]) -> bool {
    first.starts_with(b"NRRD000")
}

/// Reads a NRRD file with one volume, or several layers on one grid.
pub(crate) fn read_nrrd(path: &Path, options: &ReadOptions) -> Result<NrrdVolume, ScanFault> {
    let mut reader = HeaderReader::open(path)?;
    let header = read_header(&mut reader)?;
    let mut notes = Vec::new();
    let (layers, dimensions) = header.layers_and_dimensions()?;
    let shape = checked_shape(dimensions, options.max_voxels / layers)?;
    let grid = header.grid(shape, layers, &mut notes)?;
    check_spacing(&grid)?;
    let sample = header.sample()?;
    let big_endian = header.field(&["endian"]).is_some_and(|value| value == "big");
    let packing = match header.needed(&["encoding"], "the data cannot be read")? {
        "raw" => Packing::Plain,
        "gzip" | "gz" => Packing::Gzip,
        "txt" | "text" | "ascii" => Packing::Text,
        other => {
            return Err(ScanFault::unsupported(
                format!("NRRD encoding {other}"),
                "save it with encoding raw or gzip",
            ));
        }
    };
    let mut data = match header.field(&["data file", "datafile"]) {
        None => reader.into_data()?,
        Some(list) if list.starts_with("LIST") || list.contains('%') => {
            return Err(ScanFault::unsupported(
                "image data spread over several files",
                "save it as one .nrrd file",
            ));
        }
        Some(name) => Data::beside(path, name)?,
    };
    let count = grid.len() * layers;
    let skipped =
        |names: &[&str]| header.field(names).map_or(Ok(0), |text| parsed::<i64>(names[0], text));
    data.skip_lines(skipped_bytes("line skip", skipped(&["line skip", "lineskip"])?)?)?;
    match skipped(&["byte skip", "byteskip"])? {
        -1 => data.keep_last(count as u64 * sample.bytes() as u64)?,
        bytes => data.skip(skipped_bytes("byte skip", bytes)?)?,
    }
    let values = data.voxels(packing, sample, big_endian, count)?;
    Ok(NrrdVolume { grid, layers, values, pairs: header.pairs, notes })
}

fn read_header(reader: &mut HeaderReader) -> Result<Header, ScanFault> {
    let mut header = Header { fields: BTreeMap::new(), pairs: BTreeMap::new() };
    // The first line is the magic word; a blank line or the end closes the header.
    while let Some(line) = reader.line()?.filter(|line| !line.is_empty()) {
        if line.starts_with('#') || is_nrrd(line.as_bytes()) {
            continue;
        }
        if let Some((key, value)) = line.split_once(":=") {
            header.pairs.insert(key.trim().to_owned(), value.trim().to_owned());
        } else if let Some((key, value)) = line.split_once(": ") {
            header.fields.insert(key.trim().to_lowercase(), value.trim().to_owned());
        }
    }
    Ok(header)
}

impl Header {
    fn field(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.fields.get(*name)).map(String::as_str)
    }

    fn needed(&self, names: &[&str], consequence: &str) -> Result<&str, ScanFault> {
        self.field(names).ok_or_else(|| ScanFault::missing(names[0], consequence))
    }

    /// Numbers per voxel, and voxels along each axis. Programs that store several
    /// numbers a voxel make them a first axis.
    fn layers_and_dimensions(&self) -> Result<(usize, [u64; 3]), ScanFault> {
        let sizes: Vec<u64> = numbers("sizes", self.needed(&["sizes"], "the image has no shape")?)?;
        let stated: usize =
            parsed("dimension", self.needed(&["dimension"], "the image has no shape")?)?;
        if stated != sizes.len() {
            return Err(ScanFault::header(
                "dimension",
                stated,
                format!("{} like sizes", sizes.len()),
            ));
        }
        match sizes[..] {
            [nx, ny, nz] => Ok((1, [nx, ny, nz])),
            [layers @ 1..=255, nx, ny, nz] if self.first_axis_is_a_list() => {
                Ok((layers as usize, [nx, ny, nz]))
            }
            [nx, ny, nz, 1] => Ok((1, [nx, ny, nz])),
            _ => Err(ScanFault::NotOneVolume { dimensions: sizes }),
        }
    }

    fn first_axis_is_a_list(&self) -> bool {
        let first = |field: &str| self.field(&[field]).and_then(|v| v.split_whitespace().next());
        first("space directions") == Some("none")
            || first("kinds")
                .is_some_and(|kind| !matches!(kind, "domain" | "space" | "time" | "???"))
    }

    fn grid(
        &self,
        shape: [usize; 3],
        layers: usize,
        notes: &mut Vec<String>,
    ) -> Result<Grid, ScanFault> {
        let unit = self.millimetres(notes)?;
        let Some(directions) = self.field(&["space directions"]) else {
            return self.grid_from_spacings(shape, layers, notes);
        };
        let frame = self.needed(&["space"], "right and left cannot be told")?;
        let to_ras: fn([f64; 3]) -> [f64; 3] = match frame.to_lowercase().as_str() {
            "right-anterior-superior" | "ras" => |v| v,
            "left-posterior-superior" | "lps" => ras_from_lps,
            "left-anterior-superior" | "las" => |[x, y, z]| [-x + 0.0, y, z],
            other => {
                return Err(ScanFault::header(
                    "space",
                    other,
                    "right-anterior-superior, left-posterior-superior or left-anterior-superior",
                ));
            }
        };
        let vectors = directions
            .split_inclusive(')')
            .filter_map(|part| part.rsplit_once('(').map(|(_, vector)| vector))
            .map(|vector| exactly("space directions", &vector.replace([',', ')'], " ")))
            .collect::<Result<Vec<[f64; 3]>, _>>()?;
        let &[a, b, c] = vectors.as_slice() else {
            return Err(ScanFault::header("space directions", directions, "three vectors"));
        };
        let origin = match self.field(&["space origin"]) {
            Some(text) => exactly("space origin", &text.replace(['(', ',', ')'], " "))?,
            None => {
                notes.push("no space origin: the first voxel is taken to lie at 0, 0, 0".into());
                [0.0; 3]
            }
        };
        let place = |v: [f64; 3]| to_ras(v.map(|x| x * unit));
        Ok(Grid::new(shape, [place(a), place(b), place(c)], place(origin))?)
    }

    /// Millimetres in the unit of the space directions.
    fn millimetres(&self, notes: &mut Vec<String>) -> Result<f64, ScanFault> {
        let Some(text) = self.field(&["space units"]) else { return Ok(1.0) };
        let first = text.split_whitespace().next().unwrap_or_default().trim_matches('"');
        let unit = match first {
            "mm" | "" | "???" => return Ok(1.0),
            "m" => 1000.0,
            "cm" => 10.0,
            "um" | "µm" | "μm" | "micron" | "microns" => 0.001,
            other => return Err(ScanFault::header("space units", other, "mm, m, cm or um")),
        };
        notes.push(format!("lengths are given in {first} and were turned into millimetres"));
        Ok(unit)
    }

    fn grid_from_spacings(
        &self,
        shape: [usize; 3],
        layers: usize,
        notes: &mut Vec<String>,
    ) -> Result<Grid, ScanFault> {
        let spacing = match self.field(&["spacings"]) {
            Some(text) => {
                let all: Vec<f64> = numbers("spacings", text)?;
                let own =
                    if layers > 1 || all.len() > 3 && self.first_axis_is_a_list() { 1 } else { 0 };
                match all.get(own..own + 3) {
                    Some(&[x, y, z]) => [x, y, z],
                    _ => return Err(ScanFault::header("spacings", text, "three numbers")),
                }
            }
            None => {
                notes.push("no voxel spacing in the file: 1 mm is assumed".into());
                [1.0; 3]
            }
        };
        notes.push(
            "no orientation in the file: the axes are taken to run left, backward and up, \
             which may mirror the patient"
                .into(),
        );
        let [x, y, z] = spacing;
        let steps =
            [ras_from_lps([x, 0.0, 0.0]), ras_from_lps([0.0, y, 0.0]), ras_from_lps([0.0, 0.0, z])];
        Ok(Grid::new(shape, steps, [0.0; 3])?)
    }

    fn sample(&self) -> Result<Sample, ScanFault> {
        let name = self.needed(&["type"], "the data cannot be read")?;
        Ok(match name {
            "signed char" | "int8" | "int8_t" => Sample::I8,
            "uchar" | "unsigned char" | "uint8" | "uint8_t" => Sample::U8,
            "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => {
                Sample::I16
            }
            "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => {
                Sample::U16
            }
            "int" | "signed int" | "int32" | "int32_t" => Sample::I32,
            "uint" | "unsigned int" | "uint32" | "uint32_t" => Sample::U32,
            "longlong"
            | "long long"
            | "long long int"
            | "signed long long"
            | "signed long long int"
            | "int64"
            | "int64_t" => Sample::I64,
            "ulonglong"
            | "unsigned long long"
            | "unsigned long long int"
            | "uint64"
            | "uint64_t" => Sample::U64,
            "float" => Sample::F32,
            "double" => Sample::F64,
            other => {
                return Err(ScanFault::header("type", other, "an integer type, float or double"));
            }
        })
    }
}
