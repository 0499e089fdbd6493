//! An image as it was read, and whether it can be a CT.

use ossicle_field::Field;
use thiserror::Error;

/// The file formats that scans come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScanFormat {
    /// NIfTI-1 or NIfTI-2, single file.
    Nifti,
    /// A DICOM series or a single DICOM file.
    Dicom,
    /// NRRD, with its data inside or beside it.
    Nrrd,
    /// MetaImage, with its data inside (`.mha`) or beside it (`.mhd`).
    MetaImage,
}

/// Values that mark voxels outside the scanner's field of view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Padding {
    /// The lowest of them, in the unit of the image.
    pub lowest: f32,
    /// The highest of them, in the unit of the image.
    pub highest: f32,
}

/// An image in the patient, as read from a file or a series.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The rescaled values of the file (HU for a CT), padding included, on a grid
    /// in mm, RAS+.
    pub image: Field<f32>,
    /// What it was read from.
    pub format: ScanFormat,
    /// DICOM's modality (`CT`, `MR`, …) where the file tells it.
    pub modality: Option<String>,
    /// Values that stand for "outside the field of view"; to be taken as air.
    pub padding: Option<Padding>,
    /// What was left out, resampled or assumed, one sentence each.
    pub notes: Vec<String>,
}

/// Why a scan cannot be used as a CT volume.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum UnfitScan {
    /// Fewer than two slices along an axis.
    #[error("the image is {0}x{1}x{2} voxels; expected a volume of at least 2 along each axis")]
    Flat(usize, usize, usize),
    /// Another kind of image.
    #[error("the modality is {0}; expected CT")]
    Modality(String),
    /// A range of values that no CT has.
    #[error(
        "the values run from {lowest} to {highest}, which cannot be Hounsfield units \
         ({reason}); expected air near -1000, fat near -100, bone from 200"
    )]
    NotHounsfield {
        /// Lowest value, padding aside.
        lowest: f32,
        /// Highest value.
        highest: f32,
        /// What the range looks like instead.
        reason: &'static str,
    },
}

/// The value of air in Hounsfield units.
pub(crate) const AIR_HU: f32 = -1000.0;

impl Scan {
    /// Lowest and highest value of the image, padding included.
    #[must_use]
    pub fn value_range(&self) -> [f32; 2] {
        range(self.image.iter().copied())
    }

    /// Whether a value marks a voxel outside the field of view.
    #[must_use]
    pub fn is_padding(&self, value: f32) -> bool {
        self.padding.is_some_and(|p| value >= p.lowest && value <= p.highest)
    }

    /// The image with padding turned into air (-1000 HU).
    #[must_use]
    pub fn hounsfield(&self) -> Field<f32> {
        self.image.map(|&value| if self.is_padding(value) { AIR_HU } else { value })
    }

    /// Refuses what is no volume: a single slice or row.
    ///
    /// # Errors
    /// [`UnfitScan::Flat`] with the shape found.
    pub fn check_volume(&self) -> Result<(), UnfitScan> {
        match self.image.grid().shape() {
            [nx, ny, nz] if nx < 2 || ny < 2 || nz < 2 => Err(UnfitScan::Flat(nx, ny, nz)),
            _ => Ok(()),
        }
    }

    /// Refuses images whose values cannot be Hounsfield units: other modalities,
    /// scaled grey values, raw detector numbers, normalised intensities.
    ///
    /// A CT of a limb holds fat at least, so it reaches below −30 HU; nothing in a
    /// body lies outside −4096…65535. A CT clipped to a window still passes.
    ///
    /// # Errors
    /// [`UnfitScan::Modality`] or [`UnfitScan::NotHounsfield`] with the range found.
    pub fn check_hounsfield(&self) -> Result<(), UnfitScan> {
        if let Some(modality) = self.modality.as_deref().filter(|m| *m != "CT") {
            return Err(UnfitScan::Modality(modality.to_owned()));
        }
        let real = self.image.iter().copied().filter(|&value| !self.is_padding(value));
        let [lowest, highest] = range(real);
        let reason = if lowest > highest {
            "every voxel is padding"
        } else if lowest == highest {
            "all voxels are equal"
        } else if lowest < -4096.0 || highest > 65535.0 {
            "they reach beyond what a scanner gives"
        } else if highest <= 0.0 {
            "nothing is denser than water"
        } else if lowest < -30.0 {
            return Ok(());
        } else if highest <= 1.0 {
            "they look like intensities normalised to 1"
        } else if lowest >= 0.0 && highest <= 255.0 {
            "they look like 8-bit grey levels"
        } else if lowest >= 0.0 && highest > 1000.0 {
            "they look like stored values whose rescale intercept, often -1024, was not applied"
        } else {
            "neither air nor fat is in the image"
        };
        Err(UnfitScan::NotHounsfield { lowest, highest, reason })
    }
}

fn range(values: impl Iterator<Item = f32>) -> [f32; 2] {
    values.fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ossicle_field::Grid;

    fn scan(values: [f32; 8]) -> Scan {
        let grid = Grid::aligned([2, 2, 2], [1.0; 3], [0.0; 3]).unwrap();
        Scan {
            image: Field::from_vec(grid, values.to_vec()),
            format: ScanFormat::Nifti,
            modality: None,
            padding: None,
            notes: Vec::new(),
        }
    }

    #[test]
    fn ranges_that_no_ct_has_are_refused_with_what_they_look_like() {
        for (low, high, word) in [
            (0.0, 255.0, "8-bit"),
            (0.0, 1.0, "normalised"),
            (-1.0, 1.0, "normalised"),
            (0.0, 4095.0, "intercept"),
            (-3.1, 12.5, "neither"),
            (-1000.0, -5.0, "denser"),
            (-30000.0, 900.0, "beyond"),
            (7.0, 7.0, "equal"),
        ] {
            let error = scan([low, high, low, high, low, high, low, high])
                .check_hounsfield()
                .unwrap_err()
                .to_string();
            assert!(error.contains(word), "{error}");
            assert!(error.contains(&format!("from {low} to {high}")), "{error}");
        }
        for (low, high) in [(-1024.0, 3071.0), (-1207.0, 3382.0), (-160.0, 240.0)] {
            let ct = scan([low, high, low, high, low, high, low, high]);
            assert_eq!(ct.check_hounsfield(), Ok(()));
        }
    }

    #[test]
    fn padding_is_air_and_does_not_make_grey_levels_a_ct() {
        let mut grey = scan([-3024.0, 10.0, 250.0, 0.0, -3024.0, 3.0, 4.0, 5.0]);
        assert_eq!(grey.check_hounsfield(), Ok(()), "without knowing of the padding");
        grey.padding = Some(Padding { lowest: -3024.0, highest: -3024.0 });
        assert!(grey.check_hounsfield().is_err());
        assert_eq!(grey.hounsfield().into_vec()[..2], [-1000.0, 10.0]);
        assert_eq!(grey.value_range(), [-3024.0, 250.0]);
    }

    #[test]
    fn other_modalities_and_single_slices_are_refused() {
        let mut mr = scan([-1000.0, 500.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        mr.modality = Some("MR".into());
        assert_eq!(mr.check_hounsfield(), Err(UnfitScan::Modality("MR".into())));
        assert_eq!(mr.check_volume(), Ok(()));
        let slice = Grid::aligned([4, 2, 1], [1.0; 3], [0.0; 3]).unwrap();
        mr.image = Field::filled(slice, 0.0);
        assert_eq!(mr.check_volume(), Err(UnfitScan::Flat(4, 2, 1)));
    }
}
