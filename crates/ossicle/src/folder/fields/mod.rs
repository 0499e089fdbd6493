//! `fields.zarr`: chosen fields on chosen days, as an OME-Zarr image.

mod description;
mod read;
mod write;

use ossicle_lesion::fields::Described;
use serde::{Deserialize, Serialize};

pub use read::Fields;
pub use write::{FieldsWriter, FieldsWritten};

/// What one channel of the fields holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// Its name in files.
    pub name: String,
    /// Its symbol in the equations.
    pub symbol: String,
    /// The physical size of 1.
    pub unit: String,
    /// What it stands for.
    pub meaning: String,
    /// A value that counts as large: viewers show it in full colour.
    pub typical: f64,
}

impl From<Described> for Channel {
    fn from(described: Described) -> Self {
        Self {
            name: described.name.to_owned(),
            symbol: described.symbol.to_owned(),
            unit: described.unit.to_owned(),
            meaning: described.meaning.to_owned(),
            typical: described.typical,
        }
    }
}

/// The path of the image's one resolution in the store.
const LEVEL: &str = "/0";
/// Longest side of a chunk, in voxels.
const CHUNK: usize = 64;
