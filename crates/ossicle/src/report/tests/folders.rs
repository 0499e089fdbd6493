//! Run folders of a lesion whose figures are known.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ossicle_anatomy::{Anatomy, Joint, JointKind, Structure, Tissue};
use ossicle_field::{Field, Grid};
use ossicle_lesion::Slow;

use super::markup::Page;
use crate::folder::{Channel, RunFolder};
use crate::readout::{HU_PER_MINERAL, Readout, columns};
use crate::record::{Record, Status};
use crate::report::testing::{grown, record};
use crate::report::{html, rewrite};

/// HU of muscle.
const MUSCLE_HU: f32 = 50.0;
/// Mineral in the lesion.
const MINERAL: f64 = 0.4;

/// What a run has written: a ball of bone in muscle, beside a plate of cortical bone.
pub(super) struct Case {
    /// Its record, but for the days of pictures.
    pub(super) record: Record,
    /// Its time series, if it has one.
    pub(super) rows: Option<Vec<Readout>>,
    /// Radius of the ball of bone on all days but day 0, mm.
    pub(super) radius_mm: f64,
    /// Days of the virtual CT.
    pub(super) virtual_ct_days: Vec<u64>,
    /// Days of the fields.
    pub(super) field_days: Vec<u64>,
}

impl Case {
    /// A run of 120 days with bone in a ball of 6 mm.
    pub(super) fn grown() -> Self {
        let rows = grown(120);
        Self {
            record: record(Status::Complete, &rows),
            rows: Some(rows),
            radius_mm: 6.0,
            virtual_ct_days: vec![0, 42, 120],
            field_days: vec![0, 42, 120],
        }
    }

    /// Writes it as a run does.
    pub(super) fn written(mut self, name: &str) -> Folder {
        let folder = Folder::new(name);
        let run = RunFolder::create(&folder.0, false).unwrap();
        let grid = Grid::aligned([28, 26, 24], [1.0; 3], [-10.0, 20.0, 300.0]).unwrap();
        run.case_text("format = 1\n").unwrap();
        run.anatomy(&anatomy(&grid)).unwrap();
        let middle = grid.middle_mm();
        let within = |voxel: [usize; 3], radius_mm: f64| {
            let c = grid.centre(voxel);
            (0..3).map(|a| (c[a] - middle[a]) * (c[a] - middle[a])).sum::<f64>().sqrt() < radius_mm
        };
        let in_ball = |radius_mm: f64, value: f64| {
            Field::from_fn(grid, |v| if within(v, radius_mm) { value } else { 0.0 })
        };
        let mineral = |day: u64| in_ball(if day > 0 { self.radius_mm } else { 0.0 }, MINERAL);
        for &day in &self.virtual_ct_days {
            let mineral = mineral(day);
            let hu = Field::from_fn(grid, |v| {
                let tissue = if is_plate(v) { 1200.0 } else { MUSCLE_HU };
                tissue + (HU_PER_MINERAL * mineral[v]) as f32
            });
            run.virtual_ct(day, &hu).unwrap();
        }
        if !self.field_days.is_empty() {
            let channels: Vec<Channel> = [Slow::Mineral, Slow::CartilageMatrix, Slow::Debris]
                .map(|field| field.describe().into())
                .to_vec();
            let mut fields = run.fields(&grid, &channels, &self.field_days).unwrap();
            for &day in &self.field_days {
                let debris = in_ball(if day == 0 { 8.0 } else { 0.0 }, 1.5);
                fields.write(day, &[&mineral(day), &in_ball(0.0, 0.0), &debris]).unwrap();
            }
            fields.finish().unwrap();
        }
        if let Some(rows) = &self.rows {
            run.timeseries(rows, &columns(&[])).unwrap();
        }
        self.record.virtual_ct_days = self.virtual_ct_days;
        self.record.field_days = self.field_days;
        run.record(&self.record).unwrap();
        folder
    }
}

fn is_plate([i, ..]: [usize; 3]) -> bool {
    i < 3
}

fn anatomy(grid: &Grid) -> Anatomy {
    let tissue = |v| if is_plate(v) { Tissue::CorticalBone } else { Tissue::Muscle };
    let joint = Joint {
        kind: JointKind::Sphere,
        side: None,
        centre_mm: grid.middle_mm(),
        radius_mm: None,
        proximal: [0.0, 0.0, 1.0],
        landmarks: BTreeMap::new(),
        normal_range_degrees: JointKind::Sphere.normal_range_degrees(),
    };
    Anatomy::new(
        Field::from_fn(*grid, tissue),
        Field::filled(*grid, 0),
        vec![Structure { name: "all".into(), tissue: Tissue::Muscle }],
        Field::filled(*grid, MUSCLE_HU),
        joint,
        Vec::new(),
    )
    .unwrap()
}

/// A folder of a test's own, removed at its end.
pub(super) struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("ossicle-report-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The page of the folder, whose markup is sound.
    pub(super) fn page(&self) -> Page {
        Page::read(&html(&self.0).unwrap())
    }

    /// The bytes of the page as [`rewrite`] leaves it.
    pub(super) fn rewritten(&self) -> Vec<u8> {
        fs::read(rewrite(&self.0).unwrap()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
