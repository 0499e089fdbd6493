//! What is no run is not read as one.

use std::fs;
use std::path::Path;

use crate::folder::testing::{Folder, anatomy, oblique_grid, record, rows, told};
use crate::folder::{OpenRunError, Run, RunFolder};
use crate::record::Status;

fn refused<T>(result: Result<T, OpenRunError>, words: &str) {
    let error = result.map(drop).unwrap_err().to_string();
    assert!(error.contains(words), "{error}");
}

#[test]
fn folders_that_are_no_runs() {
    let home = Folder::new("no-run");
    refused(Run::open(&home.path().join("absent")), "absent: cannot be read");
    refused(Run::open(home.path()), "holds no run.json");
    let file = home.path().join("run.json");
    for (text, words) in [
        ("", "EOF while parsing"),
        ("{\"format\": 1", "EOF while parsing"),
        ("{\"name\": \"x\"}", "missing field `format`"),
        ("{\"format\": \"1\", \"version\": \"1\"}", "invalid type: string"),
        ("{\"format\": 1, \"version\": \"0.1.0\"}", "missing field `status`"),
        (
            "{\"format\": 7, \"version\": \"3.2.1\", \"status\": 5}",
            "found format 7, written by version 3.2.1; expected at most format 1",
        ),
    ] {
        fs::write(&file, text).unwrap();
        refused(Run::open(home.path()), words);
        refused(Run::open(home.path()), "run.json: ");
    }
    refused(Run::open(&file), "run.json: is a file");
}

#[test]
fn parts_that_are_missing_or_damaged() {
    let home = Folder::new("damaged-parts");
    let path = home.path().join("run");
    let folder = RunFolder::create(&path, false).unwrap();
    folder.record(&record(Status::Stopped)).unwrap();
    let run = Run::open(&path).unwrap();
    refused(run.case_text(), "case.toml: cannot be read");
    refused(run.timeseries(), "timeseries.csv: cannot be read");
    refused(run.anatomy(), "anatomy.nii.gz: cannot be read");
    refused(run.fields(), "fields.zarr: cannot be read");
    refused(run.virtual_ct(0), "virtual_ct: has nothing of day 0");

    folder.timeseries(&rows(9), &told()).unwrap();
    folder.anatomy(&anatomy(&oblique_grid([8, 7, 6]))).unwrap();
    let file = |name: &str| path.join(name);
    cut(&file("timeseries.csv"));
    refused(run.timeseries(), "timeseries.csv: ");
    cut(&file("anatomy.nii.gz"));
    refused(run.anatomy(), "anatomy.nii.gz: ");
    // A label that no tissue has.
    let labels = ossicle_field::Field::filled(oblique_grid([4, 4, 4]), 200_u8);
    ossicle_image::write_nifti(
        &file("anatomy.nii.gz"),
        &labels,
        ossicle_image::VoxelMeaning::Labels,
    )
    .unwrap();
    refused(run.anatomy(), "the label 200 at voxel [0, 0, 0]; expected the code of a tissue");

    fs::create_dir(file("fields.zarr")).unwrap();
    refused(run.fields(), "expected an OME-Zarr image as written by Ossicle");
    let group = "{\"zarr_format\": 3, \"node_type\": \"group\", \"attributes\": {}}";
    fs::write(file("fields.zarr/zarr.json"), group).unwrap();
    refused(run.fields(), "the attributes under \"ossicle\"");
}

/// Leaves half of a file.
fn cut(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() / 2 + 3]).unwrap();
}
