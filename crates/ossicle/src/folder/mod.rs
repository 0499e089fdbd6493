//! The run folder: everything to look at, rerun, resume and audit a run.
//!
//! | file | what it holds |
//! |---|---|
//! | `case.toml` | the case as given |
//! | `resolved.toml` | every value used, with unit and source |
//! | `run.json` | inputs, machine, budgets, warnings, status: a [`Record`](crate::record::Record) |
//! | `timeseries.csv` | one row a day; the columns of [`columns`](crate::readout::columns) |
//! | `timeseries.parquet` | the same; units and meanings as `NAME.unit` and `NAME.meaning` in its metadata |
//! | `columns.csv` | the name, unit and meaning of each column |
//! | `steps.csv` | one row a step: its end, length, error, tries and iterations |
//! | `anatomy.nii.gz` | the tissue of each voxel, by its code |
//! | `anatomy.csv`, `anatomy.label` | names and colours of the codes, for 3D Slicer and for ITK-SNAP |
//! | `virtual_ct/day_0042.nii.gz` | Hounsfield units |
//! | `radiographs/day_0042_ap.png`, `…_lateral.png` | digitally reconstructed radiographs |
//! | `separation.png` | the bones told apart, where they tell how the joint moves |
//! | `fields.zarr` | chosen fields on chosen days: OME-Zarr, axes t, c, z, y, x |
//! | `report.html` | the report |
//! | `checkpoint/` | states to go on from, see [`checkpoint`](crate::checkpoint) |
//!
//! Each appears whole or not at all. [`RunFolder`] writes a run, [`Run`] reads one.
//!
//! `run.json` says how the run stands; a folder whose process was killed says `running`
//! until it is resumed. Such a folder, like that of any run, can be replaced by force: the new run is
//! then written beside it, and the old one stays until the new one is complete.

mod csv_text;
mod error;
mod fields;
mod labels;
mod layout;
mod leftover;
mod lock;
mod provenance;
mod run;
mod run_folder;
mod space;
mod standing;
mod steps;
mod table;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use error::{FolderError, OpenRunError};
pub use fields::{Channel, Fields, FieldsWriter, FieldsWritten};
pub(crate) use layout::CHECKPOINTS;
pub use leftover::recover;
pub use provenance::{input, machine, utc_now};
pub use run::Run;
pub use run_folder::RunFolder;
pub use space::check_space;
