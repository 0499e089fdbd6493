//! What the tests of files share: folders that clean up, noise, and writers of small
//! DICOM and NIfTI files with every freedom to be wrong.
#![allow(dead_code, reason = "each test uses its part")]

use std::path::{Path, PathBuf};

/// The folder of other people's files; `None`, with the reason told, where it is absent.
pub(crate) fn shared() -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    if path.is_dir() {
        return Some(path.to_owned());
    }
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    {
        eprintln!("skipped: there is no {}", path.display());
    }
    None
}

/// A number that looks random and depends on `seed` and `n` alone (SplitMix64).
pub(crate) fn noise(seed: u64, n: u64) -> u64 {
    let mut z = seed
        .wrapping_mul(0x2545_F491_4F6C_DD1D)
        .wrapping_add(n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The bytes with one to four of them changed.
pub(crate) fn mutated(bytes: &[u8], n: u64) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    for change in 0..=noise(7, n) % 4 {
        let place = noise(11 + change, n) as usize % damaged.len();
        damaged[place] = match noise(23 + change, n) % 4 {
            0 => 0,
            1 => 0xff,
            2 => damaged[place] ^ (1 << (noise(29, n) % 8)),
            _ => noise(31 + change, n) as u8,
        };
    }
    damaged
}

/// A folder of a test's own, removed at its end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ossicle-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file in the folder with these bytes.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The bytes, gzipped.
pub(crate) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Writes the elements of a DICOM data set.
#[derive(Clone)]
pub(crate) struct Elements {
    pub(crate) explicit: bool,
    pub(crate) big_endian: bool,
    pub(crate) bytes: Vec<u8>,
}

impl Elements {
    pub(crate) fn new(explicit: bool, big_endian: bool) -> Self {
        Self { explicit, big_endian, bytes: Vec::new() }
    }

    fn u16(&mut self, value: u16) {
        let bytes = if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        self.bytes.extend(bytes);
    }

    fn u32(&mut self, value: u32) {
        let bytes = if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        self.bytes.extend(bytes);
    }

    pub(crate) fn tag(&mut self, tag: u32) {
        self.u16((tag >> 16) as u16);
        self.u16(tag as u16);
    }

    /// The beginning of an element: tag, representation, length.
    pub(crate) fn head(&mut self, tag: u32, representation: &str, length: u32) -> &mut Self {
        self.tag(tag);
        if !self.explicit {
            self.u32(length);
            return self;
        }
        self.bytes.extend(representation.as_bytes());
        if matches!(representation, "OB" | "OW" | "SQ" | "UN") {
            self.u16(0);
            self.u32(length);
        } else {
            self.u16(length as u16);
        }
        self
    }

    pub(crate) fn raw(&mut self, tag: u32, representation: &str, value: &[u8]) -> &mut Self {
        self.head(tag, representation, value.len() as u32);
        self.bytes.extend(value);
        self
    }

    pub(crate) fn text(&mut self, tag: u32, representation: &str, value: &str) -> &mut Self {
        let mut value = value.as_bytes().to_vec();
        if value.len() % 2 == 1 {
            value.push(if representation == "UI" { 0 } else { b' ' });
        }
        self.raw(tag, representation, &value)
    }

    pub(crate) fn number(&mut self, tag: u32, value: u16) -> &mut Self {
        self.head(tag, "US", 2);
        self.u16(value);
        self
    }

    pub(crate) fn words(&mut self, tag: u32, values: &[u16]) -> &mut Self {
        self.head(tag, "OW", 2 * values.len() as u32);
        values.iter().for_each(|&value| self.u16(value));
        self
    }

    /// A sequence of items; with marks at their ends instead of lengths if `marked`.
    pub(crate) fn sequence(&mut self, tag: u32, items: &[Elements], marked: bool) -> &mut Self {
        let mut inside = Self::new(self.explicit, self.big_endian);
        for item in items {
            inside.tag(0xfffe_e000);
            inside.u32(if marked { u32::MAX } else { item.bytes.len() as u32 });
            inside.bytes.extend(&item.bytes);
            if marked {
                inside.tag(0xfffe_e00d);
                inside.u32(0);
            }
        }
        if marked {
            inside.tag(0xfffe_e0dd);
            inside.u32(0);
        }
        self.head(tag, "SQ", if marked { u32::MAX } else { inside.bytes.len() as u32 });
        self.bytes.extend(inside.bytes);
        self
    }

    /// Pixel data in compressed pieces, with an empty offset table.
    pub(crate) fn fragments(&mut self, pieces: &[&[u8]]) -> &mut Self {
        self.head(0x7fe0_0010, "OB", u32::MAX);
        for piece in std::iter::once(&[][..]).chain(pieces.iter().copied()) {
            self.tag(0xfffe_e000);
            self.u32(piece.len() as u32);
            self.bytes.extend(piece);
        }
        self.tag(0xfffe_e0dd);
        self.u32(0);
        self
    }
}

/// A DICOM file: preamble, meta information and data set.
pub(crate) fn dicom_file(transfer_syntax: &str, data: &[u8]) -> Vec<u8> {
    let mut meta = Elements::new(true, false);
    meta.text(0x0002_0010, "UI", transfer_syntax);
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    file.extend(meta.bytes);
    file.extend(data);
    file
}

pub(crate) const IMPLICIT: &str = "1.2.840.10008.1.2";
pub(crate) const EXPLICIT: &str = "1.2.840.10008.1.2.1";
pub(crate) const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
pub(crate) const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
pub(crate) const RLE: &str = "1.2.840.10008.1.2.5";

/// A CT slice with everything that a test may want to change.
#[derive(Clone)]
pub(crate) struct CtSlice {
    pub(crate) series: String,
    pub(crate) description: String,
    pub(crate) instance: String,
    pub(crate) image_type: String,
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    pub(crate) position: [f64; 3],
    pub(crate) orientation: [f64; 6],
    /// Between rows, between columns.
    pub(crate) spacing: [f64; 2],
    pub(crate) thickness: Option<f64>,
    pub(crate) slope: f64,
    pub(crate) intercept: f64,
    pub(crate) padding: Option<i16>,
    /// Stored values, row by row.
    pub(crate) stored: Vec<i16>,
}

impl CtSlice {
    pub(crate) const COLUMNS: usize = 7;
    pub(crate) const ROWS: usize = 5;

    /// A slice at height `z` whose stored values are `value(column, row)`.
    pub(crate) fn at(z: f64, value: impl Fn(usize, usize) -> i16) -> Self {
        let stored = (0..Self::ROWS * Self::COLUMNS)
            .map(|n| value(n % Self::COLUMNS, n / Self::COLUMNS))
            .collect();
        Self {
            series: "1.2.3".into(),
            description: "bone kernel".into(),
            instance: format!("1.2.3.{z}"),
            image_type: "ORIGINAL\\PRIMARY\\AXIAL".into(),
            columns: Self::COLUMNS as u16,
            rows: Self::ROWS as u16,
            position: [-10.0, 20.0, z],
            orientation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
            spacing: [0.75, 0.5],
            thickness: Some(2.5),
            slope: 1.0,
            intercept: -1024.0,
            padding: None,
            stored,
        }
    }

    /// All elements before the pixel data.
    pub(crate) fn header(&self, explicit: bool, big_endian: bool) -> Elements {
        let joined =
            |numbers: &[f64]| numbers.iter().map(f64::to_string).collect::<Vec<_>>().join("\\");
        let mut e = Elements::new(explicit, big_endian);
        e.text(0x0008_0008, "CS", &self.image_type)
            .text(0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.2")
            .text(0x0008_0018, "UI", &self.instance)
            .text(0x0008_0060, "CS", "CT")
            .text(0x0008_103e, "LO", &self.description);
        if let Some(thickness) = self.thickness {
            e.text(0x0018_0050, "DS", &thickness.to_string());
        }
        e.text(0x0020_000e, "UI", &self.series)
            .text(0x0020_0032, "DS", &joined(&self.position))
            .text(0x0020_0037, "DS", &joined(&self.orientation))
            .number(0x0028_0002, 1)
            .number(0x0028_0010, self.rows)
            .number(0x0028_0011, self.columns)
            .text(0x0028_0030, "DS", &joined(&self.spacing))
            .number(0x0028_0100, 16)
            .number(0x0028_0101, 16)
            .number(0x0028_0102, 15)
            .number(0x0028_0103, 1);
        if let Some(padding) = self.padding {
            e.number(0x0028_0120, padding as u16);
        }
        e.text(0x0028_1052, "DS", &self.intercept.to_string()).text(
            0x0028_1053,
            "DS",
            &self.slope.to_string(),
        );
        e
    }

    /// The whole file, explicit little endian.
    pub(crate) fn file(&self) -> Vec<u8> {
        let words: Vec<u16> = self.stored.iter().map(|&v| v as u16).collect();
        let mut data = self.header(true, false);
        data.words(0x7fe0_0010, &words);
        dicom_file(EXPLICIT, &data.bytes)
    }
}

/// A NIfTI-1 header with everything that a test may want to change, and its data.
#[derive(Clone)]
pub(crate) struct Nifti {
    pub(crate) big_endian: bool,
    pub(crate) dim: [i16; 8],
    pub(crate) datatype: i16,
    pub(crate) pixdim: [f32; 8],
    pub(crate) vox_offset: f32,
    pub(crate) scaling: [f32; 2],
    pub(crate) units: u8,
    pub(crate) codes: [i16; 2],
    pub(crate) quaternion: [f32; 6],
    pub(crate) srow: [[f32; 4]; 3],
    pub(crate) magic: [u8; 4],
    pub(crate) data: Vec<u8>,
}

impl Nifti {
    /// 4 by 3 by 2 voxels of the given type with an sform.
    pub(crate) fn of(datatype: i16, data: Vec<u8>) -> Self {
        Self {
            big_endian: false,
            dim: [3, 4, 3, 2, 1, 1, 1, 1],
            datatype,
            pixdim: [1.0, 0.5, 0.75, 2.0, 0.0, 0.0, 0.0, 0.0],
            vox_offset: 352.0,
            scaling: [0.0, 0.0],
            units: 2,
            codes: [0, 1],
            quaternion: [0.0; 6],
            srow: [[0.5, 0.0, 0.0, -1.5], [0.0, 0.75, 0.0, 2.25], [0.0, 0.0, 2.0, 7.0]],
            magic: *b"n+1\0",
            data,
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut file = vec![0; 352];
        let mut put = |offset: usize, mut number: Vec<u8>| {
            if self.big_endian {
                number.reverse();
            }
            file[offset..offset + number.len()].copy_from_slice(&number);
        };
        put(0, 348_i32.to_le_bytes().into());
        self.dim.iter().zip(0..).for_each(|(v, n)| put(40 + 2 * n, v.to_le_bytes().into()));
        put(70, self.datatype.to_le_bytes().into());
        self.pixdim.iter().zip(0..).for_each(|(v, n)| put(76 + 4 * n, v.to_le_bytes().into()));
        put(108, self.vox_offset.to_le_bytes().into());
        put(112, self.scaling[0].to_le_bytes().into());
        put(116, self.scaling[1].to_le_bytes().into());
        put(123, vec![self.units]);
        put(252, self.codes[0].to_le_bytes().into());
        put(254, self.codes[1].to_le_bytes().into());
        let floats = self.quaternion.iter().chain(self.srow.iter().flatten());
        floats.zip(0..).for_each(|(v, n)| put(256 + 4 * n, v.to_le_bytes().into()));
        file[344..348].copy_from_slice(&self.magic);
        file.extend(&self.data);
        file
    }
}
