//! NIfTI-1 by its bytes, apart from the program's own reader and writer.

use std::io::Read;
use std::path::Path;

const HEADER: usize = 352;

/// A file's header and voxels.
pub(crate) struct Nifti {
    bytes: Vec<u8>,
}

impl Nifti {
    #[track_caller]
    pub(crate) fn read(path: &Path) -> Self {
        let packed = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).expect("gzip");
        assert_eq!(&bytes[344..348], b"n+1\0", "{}", path.display());
        Self { bytes }
    }

    fn i16_at(&self, at: usize) -> i16 {
        i16::from_le_bytes([self.bytes[at], self.bytes[at + 1]])
    }

    fn f32_at(&self, at: usize) -> f32 {
        f32::from_le_bytes(self.bytes[at..at + 4].try_into().expect("four bytes"))
    }

    pub(crate) fn shape(&self) -> [usize; 3] {
        std::array::from_fn(|a| self.i16_at(42 + 2 * a) as usize)
    }

    /// The bytes of the sform, and those of the three spacings.
    pub(crate) fn geometry(&self) -> [&[u8]; 2] {
        [&self.bytes[280..328], &self.bytes[80..92]]
    }

    /// Bytes of the quaternion and its offset, as they are compared where both are set.
    pub(crate) fn quaternion(&self) -> &[u8] {
        &self.bytes[256..280]
    }

    pub(crate) fn codes(&self) -> [i16; 2] {
        [self.i16_at(252), self.i16_at(254)]
    }

    /// The three rows of the sform.
    pub(crate) fn sform(&self) -> [[f32; 4]; 3] {
        std::array::from_fn(|r| std::array::from_fn(|c| self.f32_at(280 + 16 * r + 4 * c)))
    }

    pub(crate) fn intent(&self) -> i16 {
        self.i16_at(68)
    }

    /// Voxels of a file of signed 16-bit numbers, first axis fastest.
    #[track_caller]
    pub(crate) fn voxels(&self) -> Vec<i16> {
        assert_eq!(self.i16_at(70), 4, "signed 16 bits");
        let [nx, ny, nz] = self.shape();
        let voxels: Vec<i16> = self.bytes[HEADER..]
            .chunks_exact(2)
            .map(|b| i16::from_le_bytes([b[0], b[1]]))
            .collect();
        assert_eq!(voxels.len(), nx * ny * nz);
        voxels
    }
}

/// A volume of 32-bit floats, and how it is to be wrong.
pub(crate) struct Made {
    pub(crate) shape: Vec<i16>,
    pub(crate) spacing: [f32; 3],
}

impl Default for Made {
    fn default() -> Self {
        Self { shape: vec![40, 40, 40], spacing: [2.0; 3] }
    }
}

impl Made {
    /// The bytes of the file, each voxel by its indices.
    pub(crate) fn bytes(&self, hu: impl Fn([usize; 3]) -> f32) -> Vec<u8> {
        let mut file = self.header();
        let n = |a: usize| self.shape.get(a).map_or(1, |&n| n as usize);
        let volumes: usize = (3..self.shape.len()).map(n).product();
        for _ in 0..volumes {
            for k in 0..n(2) {
                for j in 0..n(1) {
                    for i in 0..n(0) {
                        file.extend(hu([i, j, k]).to_le_bytes());
                    }
                }
            }
        }
        file
    }

    /// The header alone.
    pub(crate) fn header(&self) -> Vec<u8> {
        let mut file = vec![0; HEADER];
        let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &348_i32.to_le_bytes());
        put(40, &(self.shape.len() as i16).to_le_bytes());
        for (a, n) in self.shape.iter().enumerate() {
            put(42 + 2 * a, &n.to_le_bytes());
        }
        put(70, &16_i16.to_le_bytes());
        put(72, &32_i16.to_le_bytes());
        put(76, &1_f32.to_le_bytes());
        for (a, mm) in self.spacing.iter().enumerate() {
            put(80 + 4 * a, &mm.to_le_bytes());
        }
        put(108, &(HEADER as f32).to_le_bytes());
        put(112, &1_f32.to_le_bytes());
        put(123, &[2]);
        put(254, &1_i16.to_le_bytes());
        for (a, mm) in self.spacing.iter().enumerate() {
            put(280 + 20 * a, &mm.to_le_bytes());
        }
        put(344, b"n+1\0");
        file
    }
}
