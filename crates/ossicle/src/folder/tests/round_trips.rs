//! What was written comes back to the last bit.

use std::fs;

use ossicle_anatomy::Tissue;
use ossicle_field::{Field, Grid};
use ossicle_image::{grid_mismatch, read_labels};

use crate::folder::testing::{
    Folder, anatomy, channels, failed, names, noisy, oblique_grid, record, rows, told,
};
use crate::folder::{FolderError, OpenRunError, Run, RunFolder};
use crate::history::tests::history;
use crate::readout::COLUMNS;
use crate::record::Status;

/// A new run folder in a folder of the test's own.
fn begin(name: &str) -> (Folder, RunFolder) {
    let home = Folder::new(name);
    let folder = RunFolder::create(&home.path().join("deep/run"), false).unwrap();
    (home, folder)
}

#[test]
fn texts_record_and_time_series() {
    let (home, folder) = begin("texts");
    let text = "# Größe\r\nformat = 1\n";
    let (written, rows) = (record(failed("no space left")), rows(541));
    folder.case_text(text).unwrap();
    folder.resolved("format = 1").unwrap();
    folder.report("<p>5 µm").unwrap();
    folder.record(&written).unwrap();
    folder.timeseries(&rows, &told()).unwrap();
    let steps = history(90);
    folder.steps(&steps).unwrap();
    let run = Run::open(folder.path()).unwrap();
    assert_eq!(run.case_text().unwrap(), text);
    assert_eq!(run.resolved().unwrap(), "format = 1");
    assert_eq!(*run.record(), written);
    // Equality does not tell 0 from -0.
    assert_eq!(run.record().budgets.lowest_value.to_bits(), (-0.0_f64).to_bits());
    let bits = |rows: &[crate::readout::Readout]| -> Vec<u64> {
        rows.iter().flat_map(|row| COLUMNS.iter().map(|c| c.of(row).to_bits())).collect()
    };
    assert_eq!(bits(&run.timeseries().unwrap()), bits(&rows));
    assert_eq!(run.steps().unwrap(), steps);

    let json = fs::read_to_string(folder.path().join("run.json")).unwrap();
    let keys: Vec<&str> = json
        .lines()
        .filter_map(|line| line.strip_prefix("  \"")?.split_once('"').map(|(key, _)| key))
        .collect();
    assert_eq!(keys[..6], ["format", "version", "model", "status", "title", "started"]);
    assert!(json.ends_with("}\n"));
    folder.record(&written).unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("run.json")).unwrap(), json);
    drop(folder);
    assert_eq!(
        names(&home.path().join("deep/run")),
        [
            "case.toml",
            "columns.csv",
            "report.html",
            "resolved.toml",
            "run.json",
            "steps.csv",
            "timeseries.csv",
            "timeseries.parquet",
        ]
    );
}

#[test]
fn a_record_that_would_not_read_back_is_refused_and_the_old_one_stays() {
    let (_home, folder) = begin("nan");
    let good = record(Status::Running);
    folder.record(&good).unwrap();
    let mut bad = good.clone();
    bad.budgets.worst_oxygen_gap = f64::NAN;
    let error = folder.record(&bad).unwrap_err();
    assert!(matches!(error, FolderError::Record { .. }));
    assert!(error.to_string().contains("\"worst_oxygen_gap\": null"), "{error}");
    let mut bad = good.clone();
    bad.summary.as_mut().unwrap().plateau_day = Some(f64::INFINITY);
    assert!(matches!(folder.record(&bad), Err(FolderError::Record { .. })));
    assert_eq!(*Run::open(folder.path()).unwrap().record(), good);
}

#[test]
fn anatomy_with_names_that_viewers_read() {
    let (_home, folder) = begin("anatomy");
    let grid = oblique_grid([23, 17, 11]);
    let written = anatomy(&grid);
    folder.anatomy(&written).unwrap();
    folder.record(&record(Status::Running)).unwrap();
    assert_eq!(Run::open(folder.path()).unwrap().anatomy().unwrap(), *written.tissue());
    // Read as labels of a scan, the table beside gives the names.
    let labels = read_labels(&folder.path().join("anatomy.nii.gz"), None).unwrap();
    for tissue in Tissue::ALL.into_iter().filter(|tissue| !tissue.is_outside()) {
        let mask = labels.mask(tissue.name()).unwrap();
        assert_eq!(mask, written.tissue().map(|&found| found == tissue), "{}", tissue.name());
    }
    let table = folder.path().join("anatomy.label");
    let again = read_labels(&folder.path().join("anatomy.nii.gz"), Some(&table)).unwrap();
    assert_eq!(again.names, labels.names);
    let line = fs::read_to_string(table).unwrap().lines().nth(2).unwrap().to_owned();
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(cells, ["1", "170", "72", "66", "1", "1", "1", "\"muscle\""]);
}

#[test]
fn virtual_ct_is_rounded_held_to_16_bits_and_counted() {
    let (_home, folder) = begin("virtual-ct");
    let grid = oblique_grid([9, 8, 7]);
    let hu = Field::from_vec(
        grid,
        noisy(&grid, 1).iter().map(|&share| (share * 4000.0 - 1000.0) as f32).collect(),
    );
    let mut written = hu.clone();
    for (voxel, value) in written
        .iter_mut()
        .zip([40_000.0, -32_768.4, 32_767.4, -40_000.0, 32_767.5, -0.5, 0.5, 2.5, -2.5])
    {
        *voxel = value;
    }
    assert_eq!(folder.virtual_ct(42, &written).unwrap(), 3);
    assert_eq!(folder.virtual_ct(12_345, &hu).unwrap(), 0);
    folder.record(&record(Status::Running)).unwrap();
    let run = Run::open(folder.path()).unwrap();
    let found = run.virtual_ct(42).unwrap();
    assert_eq!(found.grid(), &grid, "geometry to the last bit");
    let (first, rest) = found.split_at(9);
    assert_eq!(first, [32_767.0, -32_768.0, 32_767.0, -32_768.0, 32_767.0, -1.0, 1.0, 3.0, -3.0]);
    assert_eq!(rest, hu.map(|hu| hu.round()).split_at(9).1);
    assert_eq!(run.virtual_ct(12_345).unwrap(), hu.map(|hu| hu.round()));
    assert_eq!(names(&folder.path().join("virtual_ct")), ["day_0042.nii.gz", "day_12345.nii.gz"]);
    let error = run.virtual_ct(43).unwrap_err().to_string();
    assert!(error.contains("nothing of day 43; expected one of [0, 42]"), "{error}");

    written[[3, 2, 1]] = f32::NAN;
    let error = folder.virtual_ct(50, &written).unwrap_err().to_string();
    assert!(error.contains("day_0050.nii.gz") && error.contains("voxel [3, 2, 1]"), "{error}");
}

#[test]
fn a_grid_that_single_precision_rounds_stays_in_its_place() {
    let (_home, folder) = begin("rounded");
    let grid = Grid::aligned([5, 4, 3], [1.0 / 3.0; 3], [-100.0 / 3.0, 0.1, 900.7]).unwrap();
    folder.virtual_ct(0, &Field::filled(grid, 7.0)).unwrap();
    folder.record(&record(Status::Running)).unwrap();
    let found = Run::open(folder.path()).unwrap().virtual_ct(0).unwrap();
    assert_eq!(grid_mismatch(found.grid(), &grid), None);
    assert_eq!(found.grid().origin_mm()[2], f64::from(900.7_f32));
}

#[test]
fn fields_come_back_on_the_very_grid() {
    // More than one chunk along two axes, and none of them full.
    let (_home, folder) = begin("fields");
    let third = Grid::aligned([70, 5, 130], [1.0 / 3.0, 0.7, 1.1], [0.1, 0.2, 1e-9]).unwrap();
    for (n, grid) in [third, oblique_grid([3, 66, 1])].into_iter().enumerate() {
        let days = [0, 14, 42, 120];
        let mut writer = folder.fields(&grid, &channels(), &days).unwrap();
        let value = |channel: u64, day: u64| noisy(&grid, 100 * day + channel);
        for day in [14, 0, 120] {
            let fields = [0, 1, 2].map(|channel| value(channel, day));
            writer.write(day, &[&fields[0], &fields[1], &fields[2]]).unwrap();
        }
        assert!(!folder.path().join("fields.zarr").exists(), "not before it is finished");
        assert_eq!(writer.finish().unwrap(), [0, 14, 120]);
        folder.record(&record(Status::Stopped)).unwrap();

        let found = Run::open(folder.path()).unwrap().fields().unwrap();
        assert_eq!((found.grid(), found.channels()), (&grid, &channels()[..]));
        assert_eq!((found.days(), found.days_written()), (&days[..], &[0, 14, 120][..]));
        for day in [0, 14, 120] {
            for (c, channel) in channels().iter().enumerate() {
                let expected = value(c as u64, day).map(|&v| v as f32);
                assert_eq!(found.read(&channel.name, day).unwrap(), expected, "grid {n}");
            }
        }
        let error = found.read("mineral", 42).unwrap_err().to_string();
        assert!(error.contains("nothing of day 42; expected one of [0, 14, 120]"), "{error}");
        let error = found.read("marrow", 0).unwrap_err().to_string();
        assert!(error.contains("no field marrow; expected one of mineral, potential"), "{error}");
        assert_eq!(names(folder.path()), [".lock", "fields.zarr", "run.json"]);
        fs::remove_dir_all(folder.path().join("fields.zarr")).unwrap();
    }
}

#[test]
fn fields_that_were_not_announced_are_refused_and_nothing_is_left() {
    let (_home, folder) = begin("unannounced");
    let grid = oblique_grid([4, 3, 2]);
    let field = noisy(&grid, 0);
    let refused = |result: Result<_, FolderError>, words: &str| {
        let error = result.map(|_: ()| ()).unwrap_err().to_string();
        assert!(error.contains("fields.zarr: ") && error.contains(words), "{error}");
    };
    let none = folder.fields(&grid, &[], &[0]).map(drop);
    refused(none, "channels: found none; expected at least one");
    refused(folder.fields(&grid, &channels(), &[]).map(drop), "days: found []");
    refused(folder.fields(&grid, &channels(), &[3, 2]).map(drop), "days: found [3, 2]");
    let mut writer = folder.fields(&grid, &channels()[..1], &[0, 42]).unwrap();
    assert!(folder.fields(&grid, &channels(), &[0]).is_err(), "one writer");
    refused(writer.write(41, &[&field]), "day: found 41; expected one of [0, 42]");
    refused(writer.write(42, &[&field, &field]), "channels: found 2; expected 1");
    refused(writer.write(42, &[field.split_at(1).1]), "voxels: found 23 of mineral; expected 24");
    let mut bad = field.clone();
    bad[[1, 2, 1]] = 1e39;
    let words = "mineral on day 42 is 1000000000000000000000000000000000000000 at voxel [1, 2, 1]";
    refused(writer.write(42, &[&bad]), words);
    writer.write(42, &[&field]).unwrap();
    refused(writer.write(42, &[&field]), "day: found 42 again");
    drop(writer);
    assert_eq!(names(folder.path()), [".lock"], "dropped without being finished");

    assert_eq!(
        folder.fields(&grid, &channels(), &[0]).unwrap().finish().unwrap(),
        [0_u64; 0],
        "stopped before the first day"
    );
    refused(folder.fields(&grid, &channels(), &[0]).map(drop), "one writer");
    folder.record(&record(Status::Stopped)).unwrap();
    let found = Run::open(folder.path()).unwrap().fields().unwrap();
    assert!(matches!(found.read("mineral", 0), Err(OpenRunError::NoDay { .. })));
}

#[test]
fn a_chunk_that_was_lost_or_cut_is_not_taken_for_values() {
    let (_home, folder) = begin("lost-chunk");
    let grid = oblique_grid([70, 4, 3]);
    let field = noisy(&grid, 0);
    let mut writer = folder.fields(&grid, &channels()[..1], &[7]).unwrap();
    writer.write(7, &[&field]).unwrap();
    writer.finish().unwrap();
    folder.record(&record(Status::Complete)).unwrap();
    let chunk = folder.path().join("fields.zarr/0/c/0/0/0/0/1");
    let bytes = fs::read(&chunk).unwrap();
    let read = || Run::open(folder.path()).unwrap().fields().unwrap().read("mineral", 7);
    assert!(read().is_ok());
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 1;
    for damaged in [&bytes[..bytes.len() - 1], &[], &changed] {
        fs::write(&chunk, damaged).unwrap();
        assert!(matches!(read(), Err(OpenRunError::Damaged { .. })));
    }
    fs::remove_file(&chunk).unwrap();
    let error = read().unwrap_err().to_string();
    assert!(error.contains("nothing of mineral on day 7 at voxel [64, 0, 0]"), "{error}");
}
