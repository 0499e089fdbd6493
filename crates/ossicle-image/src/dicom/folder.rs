//! The image series of a folder, and what else lies there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::file::{DicomFile, has_mark};
use super::slice::{Content, Plane, Slice, content};
use crate::error::{ReadScanError, ScanFault, SeriesSummary};
use crate::read::ReadOptions;
use crate::scan::ScanFormat;

/// Folders nested deeper than this are not searched.
const DEEPEST: usize = 8;
/// Fewer slices than this beside a longer series are a stray view, not a scan.
const FEWEST: usize = 3;

/// Slices that belong together: one series, one orientation, one size.
pub(super) struct Series {
    pub(super) id: String,
    pub(super) slices: Vec<Slice>,
}

impl Series {
    fn summary(&self) -> SeriesSummary {
        let first = &self.slices[0];
        SeriesSummary {
            id: self.id.clone(),
            modality: first.modality.clone().unwrap_or_default(),
            description: first.description.clone(),
            slices: self.slices.len(),
            size: [first.columns, first.rows],
        }
    }
}

/// Finds the one series of a folder that is to be read, and notes what was left out.
pub(super) fn series_of_folder(
    folder: &Path,
    options: &ReadOptions,
) -> Result<(Series, Vec<String>), ReadScanError> {
    let mut paths = Vec::new();
    list_files(folder, 0, &mut paths).map_err(|error| ScanFault::Io(error).at(folder))?;
    let looked: Vec<_> = paths.par_iter().map(|path| look(path, options)).collect();

    let mut left_out = LeftOut::default();
    let mut slices = Vec::new();
    for (path, looked) in paths.iter().zip(looked) {
        match looked? {
            Content::Slices(found) => slices.extend(found),
            Content::Other(what) => left_out.add(what, relative(path, folder)),
        }
    }
    chosen(slices, left_out, folder, options).map_err(|fault| fault.at(folder))
}

/// The one series of a single file that is to be read.
pub(super) fn series_of_file(
    path: &Path,
    options: &ReadOptions,
) -> Result<(Series, Vec<String>), ScanFault> {
    let bytes = std::fs::read(path)?;
    match content(path, &DicomFile::open(&bytes, super::most_bytes(options))?)? {
        Content::Slices(slices) => chosen(slices, LeftOut::default(), path, options),
        Content::Other(what) => {
            Err(ScanFault::unsupported(what, "expected an image of a volume, such as a CT slice"))
        }
    }
}

/// Chooses between the series that the slices form.
fn chosen(
    slices: Vec<Slice>,
    mut left_out: LeftOut,
    root: &Path,
    options: &ReadOptions,
) -> Result<(Series, Vec<String>), ScanFault> {
    let mut series = grouped(slices);
    let longest = series.iter().map(|one| one.slices.len()).max().unwrap_or(0);
    if options.series.is_none() && longest >= FEWEST {
        series.retain(|one| {
            let stray = one.slices.len() < FEWEST;
            for slice in one.slices.iter().filter(|_| stray) {
                let what = "a view of one or two slices beside a longer series";
                left_out.add(what.into(), relative(&slice.path, root));
            }
            !stray
        });
    }
    let summaries = || series.iter().map(Series::summary).collect();
    let index = match &options.series {
        _ if series.is_empty() => return Err(ScanFault::NoSeries { left_out: left_out.lines() }),
        Some(choice) => position_of(&series, choice).ok_or_else(|| ScanFault::UnknownSeries {
            choice: choice.clone(),
            series: summaries(),
        })?,
        None if series.len() > 1 => {
            return Err(ScanFault::SeveralSeries { series: summaries() });
        }
        None => 0,
    };
    let notes = left_out.lines().into_iter().map(|line| format!("left out: {line}")).collect();
    Ok((series.swap_remove(index), notes))
}

fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// The series with this id, or the only one with this description.
fn position_of(series: &[Series], choice: &str) -> Option<usize> {
    let by_id = series.iter().position(|one| one.id == choice);
    by_id.or_else(|| {
        let mut described =
            (0..series.len()).filter(|&n| series[n].slices[0].description == choice);
        described.next().filter(|_| described.next().is_none())
    })
}

/// All files below a folder in the order of their names; hidden ones left aside.
fn list_files(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        // Links to folders are not followed, so that the search comes to an end.
        if entry.file_type()?.is_dir() {
            if depth < DEEPEST {
                list_files(&path, depth + 1, paths)?;
            }
        } else if path.is_file() {
            paths.push(path);
        }
    }
    Ok(())
}

/// Looks into one file of a folder. A DICOM file that is damaged fails the whole
/// folder, since a slice of the series may be lost with it.
fn look(path: &Path, options: &ReadOptions) -> Result<Content, ReadScanError> {
    let read = || -> Result<Content, ScanFault> {
        let kind = crate::read::kind_of(path);
        if !matches!(kind, Ok(ScanFormat::Dicom)) {
            let what = match kind {
                Ok(_) => "not DICOM but an image; to read it, name the file itself",
                Err(_) => "not a DICOM file",
            };
            return Ok(Content::Other(what.into()));
        }
        let bytes = std::fs::read(path)?;
        let looked = DicomFile::open(&bytes, super::most_bytes(options))
            .and_then(|file| content(path, &file));
        match looked {
            Err(fault @ ScanFault::Unsupported { .. }) => Ok(Content::Other(fault.to_string())),
            Err(_) if !has_mark(&bytes) => Ok(Content::Other("not a DICOM file".into())),
            other => other,
        }
    };
    read().map_err(|fault| fault.at(path))
}

/// Sorts slices into series. Slices of one series that differ in orientation, size or
/// spacing (a localizer that does not say so) form series of their own.
fn grouped(slices: Vec<Slice>) -> Vec<Series> {
    let mut groups: Vec<Vec<Slice>> = Vec::new();
    for slice in slices {
        match groups.iter_mut().find(|group| belong_together(&group[0], &slice)) {
            Some(group) => group.push(slice),
            None => groups.push(vec![slice]),
        }
    }
    // The longest first, so that it bears the plain series UID.
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    groups
        .into_iter()
        .map(|slices| {
            let uid = slices[0].series.clone();
            let count = used.entry(uid.clone()).or_default();
            *count += 1;
            let id = if *count == 1 { uid } else { format!("{uid}#{count}") };
            Series { id, slices }
        })
        .collect()
}

fn belong_together(a: &Slice, b: &Slice) -> bool {
    let near = |x: &[f64], y: &[f64]| x.iter().zip(y).all(|(p, q)| (p - q).abs() < 1e-4);
    let same_plane = |p: &Plane, q: &Plane| {
        near(&p.along_row, &q.along_row)
            && near(&p.along_column, &q.along_column)
            && near(&p.spacing, &q.spacing)
    };
    a.series == b.series
        && (a.columns, a.rows) == (b.columns, b.rows)
        && same_plane(&a.plane, &b.plane)
}

/// Files that are not read, by reason.
#[derive(Default)]
struct LeftOut(BTreeMap<String, Vec<String>>);

impl LeftOut {
    fn add(&mut self, reason: String, name: String) {
        self.0.entry(reason).or_default().push(name);
    }

    fn lines(&self) -> Vec<String> {
        const NAMED: usize = 5;
        let line = |(reason, names): (&String, &Vec<String>)| {
            let shown = names[..names.len().min(NAMED)].join(", ");
            match names.len() {
                ..=NAMED => format!("{shown}: {reason}"),
                count => format!("{shown} and {} more: {reason}", count - NAMED),
            }
        };
        self.0.iter().map(line).collect()
    }
}
