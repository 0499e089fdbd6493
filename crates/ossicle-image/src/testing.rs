//! What several unit tests share.

use std::path::{Path, PathBuf};

use ossicle_field::{Field, Grid};

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

/// A field whose value at each voxel is `f` of the voxel's linear index.
pub(crate) fn by_index<T>(grid: Grid, f: impl FnMut(u64) -> T) -> Field<T> {
    Field::from_vec(grid, (0..grid.len() as u64).map(f).collect())
}

/// `work` done with one thread and with two.
pub(crate) fn in_pools<T: Send>(work: impl Fn() -> T + Sync) -> [T; 2] {
    [1, 2].map(|threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(&work)
    })
}

/// A folder of a test's own, removed at its end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ossicle-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
