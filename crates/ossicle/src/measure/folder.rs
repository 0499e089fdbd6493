//! The folder of a measurement.
//!
//! | file | what it holds |
//! |---|---|
//! | `measure.json` | everything, with the version of the program |
//! | `foci.csv` | one row for each focus |
//! | `foci.nii.gz` | the number of the focus of each voxel, on the grid of the scan |
//! | `summary.txt` | the short table, and the notes |

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ossicle_image::{VoxelMeaning, write_atomically, write_nifti};

use super::{Focus, MeasureError, Measurement};

/// The columns of `foci.csv`.
const COLUMNS: [&str; 18] = [
    "focus",
    "volume_ml",
    "mean_hu",
    "max_hu",
    "mineral_mg",
    "centroid_r_mm",
    "centroid_a_mm",
    "centroid_s_mm",
    "extent_x_mm",
    "extent_y_mm",
    "extent_z_mm",
    "bone_distance_mm",
    "outer_hu",
    "deeper_hu",
    "shell_index",
    "mineral_mg_per_ml",
    "cut_by_the_scan",
    "threshold_hu",
];

impl Measurement {
    /// The measurement as JSON, with the version of the program.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "format": 1, "version": env!("CARGO_PKG_VERSION"), "measurement": self,
        })
    }

    /// Writes a folder that must not be there yet; it appears whole or not at all.
    ///
    /// # Errors
    /// [`MeasureError::Folder`] where something is in the way, else what the operating system
    /// refuses.
    pub fn write(&self, folder: &Path) -> Result<(), MeasureError> {
        check_new(folder)?;
        let unfinished = Unfinished::beside(folder)?;
        let text = |name: &str, content: &[u8]| {
            write_atomically(&unfinished.0.join(name), |file| io::Write::write_all(file, content))
        };
        text("measure.json", format!("{:#}\n", self.to_json()).as_bytes())?;
        text("foci.csv", &self.csv().map_err(making(folder))?)?;
        let notes: String = self.notes.iter().map(|note| format!("note: {note}\n")).collect();
        text("summary.txt", format!("{}\n{}\n{notes}", self.scan, self.text()).as_bytes())?;
        write_nifti(&unfinished.0.join("foci.nii.gz"), &self.foci_field, VoxelMeaning::Labels)?;
        // An empty folder that came meanwhile would be replaced without a word.
        check_new(folder)?;
        fs::rename(&unfinished.0, folder).map_err(making(folder))
    }

    fn csv(&self) -> io::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS)?;
        for focus in &self.foci {
            writer.write_record(self.row(focus))?;
        }
        writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    fn row(&self, focus: &Focus) -> [String; COLUMNS.len()] {
        let or_empty = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
        let [r, a, s] = focus.centroid_ras_mm.map(|v| v.to_string());
        let [x, y, z] = focus.extent_mm.map(|v| v.to_string());
        [
            focus.number.to_string(),
            focus.volume_ml.to_string(),
            focus.mean_hu.to_string(),
            focus.max_hu.to_string(),
            focus.mineral_mg.to_string(),
            r,
            a,
            s,
            x,
            y,
            z,
            or_empty(focus.bone_distance_mm),
            or_empty(focus.shell.outer_hu),
            or_empty(focus.shell.deeper_hu),
            or_empty(focus.shell.index),
            (focus.mineral_mg / focus.volume_ml).to_string(),
            focus.cut_by_the_scan.to_string(),
            self.threshold_hu.to_string(),
        ]
    }
}

/// Refuses a folder that is there, or that would be in none; asked before the work is done.
///
/// # Errors
/// [`MeasureError::Folder`].
pub fn check_new(folder: &Path) -> Result<(), MeasureError> {
    let refuse = |found| Err(MeasureError::Folder { path: folder.to_owned(), found });
    if folder.symlink_metadata().is_ok() {
        return refuse("exists");
    }
    match (folder.file_name(), folder.parent()) {
        (None, _) => refuse("does not end in a name"),
        (_, Some(parent)) if !parent.as_os_str().is_empty() && !parent.is_dir() => {
            refuse("is in no folder")
        }
        _ => Ok(()),
    }
}

fn making(path: &Path) -> impl Fn(io::Error) -> MeasureError + '_ {
    |cause| MeasureError::Make { path: path.to_owned(), cause }
}

/// A hidden folder beside the one it will be, removed unless it takes its name.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(folder: &Path) -> Result<Self, MeasureError> {
        let mut name = std::ffi::OsString::from(".");
        name.push(folder.file_name().unwrap_or_default());
        name.push(format!(".{}.part", std::process::id()));
        let path = folder.with_file_name(name);
        fs::create_dir(&path).map_err(making(&path))?;
        Ok(Self(path))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After the rename there is nothing of that name; nothing more can be done otherwise.
        let _ = fs::remove_dir_all(&self.0);
    }
}
