//! What `fields.zarr` says of itself: OME-Zarr 0.5, and what that cannot say.

use ossicle_field::{Grid, GridError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Channel;

/// Names of the axes, slowest first.
pub(super) const AXES: [&str; 5] = ["t", "c", "z", "y", "x"];

/// Colours that people with any colour vision tell apart (Okabe and Ito, 2008), taken in turn.
const COLOURS: [&str; 7] = ["E69F00", "56B4E9", "009E73", "F0E442", "0072B2", "D55E00", "CC79A7"];

/// What stands under `ossicle` in the attributes, beside `ome`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Description {
    /// The program's version.
    pub(super) version: String,
    /// The day of each index of axis t; they need not be evenly spaced.
    pub(super) days: Vec<u64>,
    /// Those of them that were written; on the others every voxel is NaN.
    pub(super) days_written: Vec<u64>,
    /// The channel of each index of axis c.
    pub(super) channels: Vec<Channel>,
    /// Where voxels are.
    pub(super) world: World,
}

/// Where voxels are in the patient. OME-Zarr 0.5 has scales and translations, no turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct World {
    /// `RAS+`: x to the patient's right, y to the front, z to the head.
    frame: String,
    /// `millimeter`.
    unit: String,
    /// Takes the indices (x, y, z, 1) of a voxel to the place of its centre.
    affine: [[f64; 4]; 4],
}

impl World {
    pub(super) fn of(grid: &Grid) -> Self {
        let ([x, y, z], origin) = (grid.steps_mm(), grid.origin_mm());
        let row = |r: usize| [x[r], y[r], z[r], origin[r]];
        Self {
            frame: "RAS+".to_owned(),
            unit: "millimeter".to_owned(),
            affine: [row(0), row(1), row(2), [0.0, 0.0, 0.0, 1.0]],
        }
    }

    /// The grid of that many voxels.
    pub(super) fn grid(&self, shape: [usize; 3]) -> Result<Grid, GridError> {
        let column = |c: usize| std::array::from_fn(|r| self.affine[r][c]);
        Grid::new(shape, [column(0), column(1), column(2)], column(3))
    }
}

impl Description {
    /// The attributes of the image. `ranges` holds the lowest and highest value of each
    /// channel.
    pub(super) fn attributes(
        &self,
        grid: &Grid,
        ranges: &[[f64; 2]],
    ) -> Result<Map<String, Value>, serde_json::Error> {
        let mut attributes = Map::new();
        attributes.insert("ome".to_owned(), self.ome(grid, ranges));
        attributes.insert("ossicle".to_owned(), serde_json::to_value(self)?);
        Ok(attributes)
    }

    fn ome(&self, grid: &Grid, ranges: &[[f64; 2]]) -> Value {
        let [dx, dy, dz] = grid.spacing_mm();
        let [x, y, z] = grid.origin_mm();
        // The first and the last day are right, and all of them where they are evenly spaced.
        let day = |n: usize| self.days[n] as f64;
        let steps = self.days.len() - 1;
        let mean_step = if steps > 0 { (day(steps) - day(0)) / steps as f64 } else { 1.0 };
        let channels: Vec<Value> = self
            .channels
            .iter()
            .zip(ranges)
            .enumerate()
            .map(|(n, (channel, [low, high]))| {
                json!({
                    "label": channel.name,
                    "color": COLOURS[n % COLOURS.len()],
                    "active": n == 0,
                    "coefficient": 1,
                    "family": "linear",
                    "inverted": false,
                    "window": {
                        "min": low.min(0.0),
                        "max": high.max(channel.typical),
                        "start": 0.0,
                        "end": channel.typical,
                    },
                })
            })
            .collect();
        json!({
            "version": "0.5",
            "multiscales": [{
                "name": "fields",
                "axes": [
                    { "name": "t", "type": "time", "unit": "day" },
                    { "name": "c", "type": "channel" },
                    { "name": "z", "type": "space", "unit": "millimeter" },
                    { "name": "y", "type": "space", "unit": "millimeter" },
                    { "name": "x", "type": "space", "unit": "millimeter" },
                ],
                "datasets": [{
                    "path": super::LEVEL.trim_start_matches('/'),
                    "coordinateTransformations": [
                        { "type": "scale", "scale": [mean_step, 1.0, dz, dy, dx] },
                        { "type": "translation", "translation": [day(0), 0.0, z, y, x] },
                    ],
                }],
            }],
            "omero": {
                "channels": channels,
                "rdefs": {
                    "model": "color",
                    "defaultT": self.days.len() - 1,
                    "defaultZ": grid.shape()[2] / 2,
                },
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::testing::{channels, oblique_grid};

    fn described(days: &[u64]) -> Value {
        let grid = oblique_grid([5, 4, 3]);
        let description = Description {
            version: "0.1.0".into(),
            days: days.to_vec(),
            days_written: Vec::new(),
            channels: channels(),
            world: World::of(&grid),
        };
        let attributes = description.attributes(&grid, &[[0.0, 0.9], [-45.0, 2.0], [0.0; 2]]);
        Value::Object(attributes.unwrap())
    }

    #[test]
    fn time_and_space_are_told_in_their_units() {
        let transformations = |days: &[u64]| -> [Vec<f64>; 2] {
            let of = &described(days)["ome"]["multiscales"][0]["datasets"][0];
            [("scale", 0), ("translation", 1)].map(|(what, n)| {
                serde_json::from_value(of["coordinateTransformations"][n][what].clone()).unwrap()
            })
        };
        let grid = oblique_grid([5, 4, 3]);
        let [dx, dy, dz] = grid.spacing_mm();
        let [x, y, z] = grid.origin_mm();
        for (days, step) in [(&[10, 20, 30][..], 10.0), (&[10, 14, 42], 16.0), (&[10], 1.0)] {
            let [scale, translation] = transformations(days);
            assert_eq!(scale, [step, 1.0, dz, dy, dx]);
            assert_eq!(translation, [10.0, 0.0, z, y, x]);
        }
    }

    #[test]
    fn viewers_are_told_names_and_ranges() {
        let attributes = described(&[0, 42]);
        let channels = &attributes["ome"]["omero"]["channels"];
        assert_eq!(channels[0]["label"], "mineral");
        let window =
            |n: usize| ["min", "max", "start", "end"].map(|k| channels[n]["window"][k].as_f64());
        assert_eq!(window(0), [0.0, 0.9, 0.0, 0.3].map(Some));
        assert_eq!(window(1), [-45.0, 30.0, 0.0, 30.0].map(Some));
        assert_eq!(window(2), [0.0, 1.0, 0.0, 1.0].map(Some));
        assert_eq!(attributes["ossicle"]["channels"][1]["unit"], "mV");
    }

    #[test]
    fn a_grid_comes_back_from_its_description_to_the_last_bit() {
        let grid = Grid::new(
            [5, 4, 3],
            [[-1.0 / 3.0, 0.1, 1e-17], [0.1, 1.0 / 7.0, 0.3], [0.2, -0.3, 2.2]],
            [-803.1, 1e-300, 44.7],
        )
        .unwrap();
        let text = serde_json::to_string(&World::of(&grid)).unwrap();
        let world: World = serde_json::from_str(&text).unwrap();
        assert_eq!(world.grid([5, 4, 3]).unwrap(), grid);
    }
}
