//! Label images: which structure each voxel belongs to.

mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ossicle_field::{Field, Grid};
use thiserror::Error;

use crate::error::{ReadScanError, ScanFault};
use crate::frame::{GridMismatch, grid_mismatch};
use crate::metaimage::read_metaimage;
use crate::nifti::read_nifti;
use crate::nrrd::read_nrrd;
use crate::read::{ReadOptions, kind_of};
use crate::scan::ScanFormat;
use crate::shear::{straightened, straightening_note};
use table::Names;

/// Named structures on one grid.
#[derive(Clone, Debug)]
pub struct LabelSet {
    /// The structures that are there; number `n` in `labels` is `names[n - 1]`.
    pub names: Vec<String>,
    /// The structure of each voxel; 0 for none.
    pub labels: Field<u16>,
    /// What was left out, resampled or decided, one sentence each.
    pub notes: Vec<String>,
}

impl LabelSet {
    /// The number of a structure in `labels`.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u16> {
        self.names.iter().position(|n| n == name).map(|n| n as u16 + 1)
    }

    /// The voxels of a structure.
    #[must_use]
    pub fn mask(&self, name: &str) -> Option<Field<bool>> {
        let number = self.number(name)?;
        Some(self.labels.map(|&label| label == number))
    }
}

/// Why labels were not read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadLabelsError {
    /// A file could not be read as an image.
    #[error(transparent)]
    Image(#[from] ReadScanError),
    /// A voxel holds no label number.
    #[error("{}: voxel {voxel:?} holds {value}; expected a whole number from 0 to 65535", .path.display())]
    NotALabel {
        /// The file.
        path: PathBuf,
        /// The voxel.
        voxel: [usize; 3],
        /// Its value.
        value: f32,
    },
    /// One file of a folder holds more than one structure.
    #[error("{}: holds the labels {first} and {second}; expected one structure in each file of a folder", .path.display())]
    SeveralStructures {
        /// The file.
        path: PathBuf,
        /// A label in it.
        first: u16,
        /// Another label in it.
        second: u16,
    },
    /// Files of a folder on different grids.
    #[error("{}: {mismatch} (the grid of {})", .path.display(), .other.display())]
    OtherGrid {
        /// The file.
        path: PathBuf,
        /// The file it should agree with.
        other: PathBuf,
        /// How they differ.
        mismatch: GridMismatch,
    },
    /// Nothing is labelled.
    #[error("{}: {found}; expected label images (NIfTI, NRRD or MetaImage) with at least one labelled voxel", .path.display())]
    NoLabels {
        /// The file or folder.
        path: PathBuf,
        /// What is there instead.
        found: &'static str,
    },
    /// A line of a table of names makes no sense.
    #[error("{}, line {line}: {found:?}; expected {expected}", .path.display())]
    Table {
        /// The table.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
}

/// Reads labels: a folder with one image for each structure, named by its file
/// (`femur_left.nii.gz`, as TotalSegmentator writes them), or one image with a number
/// for each structure.
///
/// Names of numbers come from `table` (see the file kinds in the crate documentation),
/// else from the file itself (3D Slicer's `.seg.nrrd`, TotalSegmentator's header
/// extension), else from a table of the same name beside it; without any they are
/// `label_1`, `label_2`, …. Where structures overlap, the smaller one holds the voxel.
///
/// # Errors
/// [`ReadLabelsError`] names the file and what is wrong with it.
pub fn read_labels(path: &Path, table: Option<&Path>) -> Result<LabelSet, ReadLabelsError> {
    let names = table.map(table::read).transpose()?;
    if path.is_dir() { read_folder(path) } else { read_one(path, names) }
}

const IMAGE_ENDINGS: [&str; 5] = [".nii.gz", ".nii", ".nrrd", ".mha", ".mhd"];

/// A label image as it stands in its file.
struct LabelImage {
    grid: Grid,
    /// Numbers for each voxel, in layers that may overlap.
    layers: Vec<Vec<u16>>,
    names: Names,
    /// Segments of a 3D Slicer file: name, layer, number.
    segments: Vec<(String, usize, u16)>,
    notes: Vec<String>,
}

fn read_folder(folder: &Path) -> Result<LabelSet, ReadLabelsError> {
    let files = image_files(folder).map_err(|error| ScanFault::Io(error).at(folder))?;
    let Some((first, _)) = files.first() else {
        return Err(ReadLabelsError::NoLabels {
            path: folder.to_owned(),
            found: "no label image in the folder",
        });
    };
    let mut painter: Option<Painter> = None;
    for (path, name) in &files {
        let image = read_image(path)?;
        let numbers = image.layers.iter().flatten().copied().filter(|&n| n != 0);
        let (low, high) = numbers.fold((u16::MAX, 0), |(low, high), n| (low.min(n), high.max(n)));
        if low < high && high > 0 {
            return Err(ReadLabelsError::SeveralStructures {
                path: path.clone(),
                first: low,
                second: high,
            });
        }
        let painter = painter.get_or_insert_with(|| Painter::new(image.grid));
        if let Some(mismatch) = grid_mismatch(&image.grid, painter.labels.grid()) {
            return Err(ReadLabelsError::OtherGrid {
                path: path.clone(),
                other: first.clone(),
                mismatch,
            });
        }
        painter.notes.extend(image.notes.into_iter().map(|note| format!("{name}: {note}")));
        for layer in &image.layers {
            painter.add(name, layer.iter().map(|&n| n != 0));
        }
    }
    finished(painter, folder)
}

/// The label images of a folder, each with its structure's name, in order of name.
fn image_files(folder: &Path) -> std::io::Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if let Some(name) = structure_name(&path).filter(|_| path.is_file()) {
            files.push((path, name));
        }
    }
    files.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(files)
}

/// The name of an image file without its ending; `None` for hidden and other files.
fn structure_name(path: &Path) -> Option<String> {
    let file = path.file_name()?.to_string_lossy();
    let stem = IMAGE_ENDINGS.iter().find_map(|ending| file.strip_suffix(ending))?;
    (!stem.starts_with('.')).then(|| stem.to_owned())
}

fn read_one(path: &Path, names: Option<Names>) -> Result<LabelSet, ReadLabelsError> {
    let image = read_image(path)?;
    let mut painter = Painter::new(image.grid);
    painter.notes = image.notes;
    if !image.segments.is_empty() && names.is_none() {
        for (name, layer, number) in &image.segments {
            if let Some(layer) = image.layers.get(*layer) {
                painter.add(name, layer.iter().map(|n| n == number));
            }
        }
        return finished(Some(painter), path);
    }
    let mut given = match names {
        Some(names) => names,
        None => image.names,
    };
    if given.is_empty()
        && let Some(table) = table::beside(path)
    {
        given = table::read(&table)?;
        painter.notes.push(format!("the names of the labels are those of {}", table.display()));
    }
    let mut sizes: BTreeMap<u16, usize> = BTreeMap::new();
    for &number in image.layers.iter().flatten().filter(|n| **n != 0) {
        *sizes.entry(number).or_default() += 1;
    }
    let unnamed: Vec<String> =
        sizes.keys().filter(|n| !given.contains_key(n)).map(u16::to_string).collect();
    if given.is_empty() && sizes.len() == 1 {
        // A file of one structure bears its name.
        given = sizes.keys().map(|&n| (n, structure_name(path).unwrap_or_default())).collect();
    } else if !unnamed.is_empty() {
        painter.notes.push(format!("labels without a name: {}", unnamed.join(", ")));
    }
    painter.add_numbered(&image.layers, &sizes, |n| {
        given.get(&n).cloned().unwrap_or_else(|| format!("label_{n}"))
    });
    finished(Some(painter), path)
}

fn finished(painter: Option<Painter>, path: &Path) -> Result<LabelSet, ReadLabelsError> {
    match painter {
        Some(painter) if !painter.names.is_empty() => Ok(painter.into_set()),
        _ => Err(ReadLabelsError::NoLabels { path: path.to_owned(), found: "no labelled voxel" }),
    }
}

fn read_image(path: &Path) -> Result<LabelImage, ReadLabelsError> {
    let at = |fault: ScanFault| fault.at(path);
    let options = ReadOptions::default();
    let mut segments = Vec::new();
    let mut names = Names::new();
    let (grid, values, layers, mut notes) = match kind_of(path).map_err(at)? {
        ScanFormat::Nrrd => {
            let nrrd = read_nrrd(path, &options).map_err(at)?;
            segments = slicer_segments(&nrrd.pairs);
            (nrrd.grid, nrrd.values, nrrd.layers, nrrd.notes)
        }
        ScanFormat::MetaImage => {
            let (grid, values) = read_metaimage(path, &options).map_err(at)?;
            (grid, values, 1, Vec::new())
        }
        ScanFormat::Nifti => {
            let nifti = read_nifti(path, &options).map_err(at)?;
            names = table::from_caret_xml(&nifti.extensions);
            (nifti.grid, nifti.values, 1, nifti.notes)
        }
        ScanFormat::Dicom => {
            let advice = "save the segmentation as NIfTI or NRRD";
            return Err(at(ScanFault::unsupported("a DICOM segmentation", advice)).into());
        }
    };
    let straight = straightened(&grid, options.max_voxels).map_err(at)?;
    if let Some(onto) = &straight {
        notes.push(straightening_note(&grid, onto));
    }
    let mut numbered = Vec::with_capacity(layers);
    for layer in 0..layers {
        let own = values.iter().skip(layer).step_by(layers);
        let mut numbers = Vec::with_capacity(grid.len());
        for &value in own {
            if !(value >= 0.0 && value <= f32::from(u16::MAX) && value.fract() == 0.0) {
                return Err(ReadLabelsError::NotALabel {
                    path: path.to_owned(),
                    voxel: grid.voxel(numbers.len()),
                    value,
                });
            }
            numbers.push(value as u16);
        }
        numbered.push(match &straight {
            Some(onto) => {
                crate::resample_nearest(&Field::from_vec(grid, numbers), onto, 0).into_vec()
            }
            None => numbers,
        });
    }
    Ok(LabelImage { grid: straight.unwrap_or(grid), layers: numbered, names, segments, notes })
}

/// The segments that 3D Slicer describes in a `.seg.nrrd` file.
fn slicer_segments(pairs: &BTreeMap<String, String>) -> Vec<(String, usize, u16)> {
    (0..)
        .map_while(|n| {
            let entry = |what: &str| pairs.get(&format!("Segment{n}_{what}"));
            let name = entry("Name").or_else(|| entry("ID"))?.clone();
            let layer = entry("Layer").and_then(|text| text.parse().ok()).unwrap_or(0);
            let number = entry("LabelValue").and_then(|text| text.parse().ok()).unwrap_or(1);
            Some((name, layer, number))
        })
        .collect()
}

/// Puts structures onto one field, the smaller ones over the larger.
struct Painter {
    labels: Field<u16>,
    names: Vec<String>,
    /// Voxels of each structure in its own image.
    sizes: Vec<usize>,
    empty: Vec<String>,
    /// Voxels claimed twice, by the two structures.
    overlaps: BTreeMap<(u16, u16), usize>,
    notes: Vec<String>,
}

impl Painter {
    fn new(grid: Grid) -> Self {
        Self {
            labels: Field::filled(grid, 0),
            names: Vec::new(),
            sizes: Vec::new(),
            empty: Vec::new(),
            overlaps: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    fn add(&mut self, name: &str, mask: impl Iterator<Item = bool> + Clone) {
        let size = mask.clone().filter(|inside| *inside).count();
        if size == 0 {
            self.empty.push(name.to_owned());
            return;
        }
        let number = self.new_number(name, size);
        for (label, _) in self.labels.iter_mut().zip(mask).filter(|(_, inside)| *inside) {
            if *label == 0 {
                *label = number;
                continue;
            }
            *self.overlaps.entry((*label, number)).or_default() += 1;
            if size <= self.sizes[usize::from(*label) - 1] {
                *label = number;
            }
        }
    }

    /// All structures of an image that gives each its number.
    fn add_numbered(
        &mut self,
        layers: &[Vec<u16>],
        sizes: &BTreeMap<u16, usize>,
        name: impl Fn(u16) -> String,
    ) {
        let numbers: BTreeMap<u16, u16> =
            sizes.iter().map(|(&n, &size)| (n, self.new_number(&name(n), size))).collect();
        for layer in layers {
            for (label, number) in self.labels.iter_mut().zip(layer) {
                *label = numbers.get(number).copied().unwrap_or(*label);
            }
        }
    }

    fn new_number(&mut self, name: &str, size: usize) -> u16 {
        self.names.push(name.to_owned());
        self.sizes.push(size);
        self.names.len() as u16
    }

    fn into_set(mut self) -> LabelSet {
        for ((first, second), count) in &self.overlaps {
            let (a, b) = (usize::from(*first) - 1, usize::from(*second) - 1);
            let smaller = if self.sizes[b] <= self.sizes[a] { b } else { a };
            self.notes.push(format!(
                "{} and {} overlap in {count} voxels, which go to the smaller, {}",
                self.names[a], self.names[b], self.names[smaller],
            ));
        }
        if !self.empty.is_empty() {
            self.notes.push(format!("without a voxel: {}", self.empty.join(", ")));
        }
        LabelSet { names: self.names, labels: self.labels, notes: self.notes }
    }
}
