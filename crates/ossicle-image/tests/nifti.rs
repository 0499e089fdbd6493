//! NIfTI in and out: every voxel type, every way to place an image, and everything
//! that has to be refused.

mod support;

use ossicle_field::{Field, Grid};
use ossicle_image::{
    NiftiVoxel, ReadOptions, Scan, VoxelMeaning, read_scan, read_scan_with, write_nifti,
};
use support::{Folder, Nifti, gzipped, mutated, noise};

const VOXELS: usize = 24;

/// 24 voxels of 16 bits, with the value of their index.
fn plain() -> Nifti {
    Nifti::of(4, (0..VOXELS as i16).flat_map(i16::to_le_bytes).collect())
}

fn read(folder: &Folder, nifti: &Nifti) -> Result<Scan, String> {
    let path = folder.file("image.nii", &nifti.bytes());
    read_scan(&path).map_err(|error| error.to_string())
}

/// The message with which a header is refused.
fn refusal(folder: &Folder, change: impl FnOnce(&mut Nifti)) -> String {
    let mut nifti = plain();
    change(&mut nifti);
    let message = read(folder, &nifti).map(|scan| scan.image.grid().shape()).unwrap_err();
    assert!(message.contains("image.nii"), "the file is named: {message}");
    message
}

#[test]
fn all_types_in_both_byte_orders_plain_and_gzipped_and_scaled() {
    let folder = Folder::new("nifti-types");
    macro_rules! case {
        ($number:ty, $datatype:literal, $values:expr) => {
            ($datatype, $values.map(|v: $number| v as f64), {
                let both: [Vec<u8>; 2] = [
                    $values.iter().flat_map(|v: &$number| v.to_le_bytes()).collect(),
                    $values.iter().flat_map(|v: &$number| v.to_be_bytes()).collect(),
                ];
                both
            })
        };
    }
    let spread = |n: usize| n as f64 * 11.0 - 100.0;
    let cases: [(i16, [f64; VOXELS], [Vec<u8>; 2]); 10] = [
        case!(u8, 2, std::array::from_fn::<u8, VOXELS, _>(|n| (n * 11) as u8)),
        case!(i8, 256, std::array::from_fn::<i8, VOXELS, _>(|n| (n as i8) * 10 - 120)),
        case!(i16, 4, std::array::from_fn::<i16, VOXELS, _>(|n| (n as i16) * 1000 - 12000)),
        case!(u16, 512, std::array::from_fn::<u16, VOXELS, _>(|n| (n as u16) * 2800)),
        case!(i32, 8, std::array::from_fn::<i32, VOXELS, _>(|n| (n as i32) * 500_000 - 6_000_000)),
        case!(u32, 768, std::array::from_fn::<u32, VOXELS, _>(|n| (n as u32) << 27)),
        case!(i64, 1024, std::array::from_fn::<i64, VOXELS, _>(|n| (n as i64 - 9) << 40)),
        case!(u64, 1280, std::array::from_fn::<u64, VOXELS, _>(|n| (n as u64) << 59)),
        case!(f32, 16, std::array::from_fn::<f32, VOXELS, _>(|n| spread(n) as f32 / 3.0)),
        case!(f64, 64, std::array::from_fn::<f64, VOXELS, _>(|n| spread(n) / 7.0)),
    ];
    for (datatype, values, orders) in cases {
        for (big_endian, data) in [false, true].into_iter().zip(orders) {
            // No scaling, twice over, and a true one.
            for scaling in [[0.0, 5.0], [f32::NAN, 0.0], [2.5, -1024.0]] {
                let nifti = Nifti { big_endian, scaling, ..Nifti::of(datatype, data.clone()) };
                let bytes = nifti.bytes();
                for (name, bytes) in [("a.nii", bytes.clone()), ("a.nii.gz", gzipped(&bytes))] {
                    let scan = read_scan(&folder.file(name, &bytes)).unwrap();
                    for (found, stored) in scan.image.iter().zip(values) {
                        let [slope, intercept] = scaling.map(f64::from);
                        let scaled = scaling[0] == 2.5;
                        let value = if scaled { stored * slope + intercept } else { stored };
                        assert_eq!(*found, value as f32, "type {datatype}, scaling {scaling:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_sform_goes_before_the_qform_and_the_qform_before_the_spacing() {
    let folder = Folder::new("nifti-forms");
    let mut nifti = plain();
    nifti.codes = [1, 1];
    // Half a turn about z, so that x and y run backwards.
    nifti.quaternion = [0.0, 0.0, 1.0, 10.0, 20.0, 30.0];
    let scan = read(&folder, &nifti).unwrap();
    assert_eq!(scan.image.grid().origin_mm(), [-1.5, 2.25, 7.0]);
    assert!(scan.notes[0].contains("apart; the sform is used"), "{:?}", scan.notes);

    nifti.codes = [1, 0];
    nifti.pixdim[0] = -1.0;
    let grid = *read(&folder, &nifti).unwrap().image.grid();
    let expected = Grid::new(
        [4, 3, 2],
        [[-0.5, 0.0, 0.0], [0.0, -0.75, 0.0], [0.0, 0.0, -2.0]],
        [10.0, 20.0, 30.0],
    );
    assert_eq!(grid, expected.unwrap());

    nifti.codes = [0, 0];
    let scan = read(&folder, &nifti).unwrap();
    assert_eq!(*scan.image.grid(), Grid::aligned([4, 3, 2], [0.5, 0.75, 2.0], [0.0; 3]).unwrap());
    assert!(scan.notes[0].contains("may mirror the patient"), "{:?}", scan.notes);
}

#[test]
fn metres_and_micrometres_become_millimetres() {
    let folder = Folder::new("nifti-units");
    for (units, factor) in [(0, 1.0), (2, 1.0), (2 + 8, 1.0), (1, 1000.0), (3, 0.001)] {
        let mut nifti = plain();
        nifti.units = units;
        nifti.srow.iter_mut().flatten().for_each(|v| *v /= factor as f32);
        let spacing = read(&folder, &nifti).unwrap().image.grid().spacing_mm();
        for (found, expected) in spacing.into_iter().zip([0.5, 0.75, 2.0]) {
            assert!((found - expected).abs() < 1e-6, "unit {units}: {spacing:?}");
        }
    }
    assert!(refusal(&folder, |n| n.units = 5).contains("the unit of length is 5; expected 0 to 3"));
}

#[test]
fn nifti_2_is_read() {
    let folder = Folder::new("nifti-2");
    let mut bytes = vec![0; 544];
    let mut put = |offset: usize, number: &[u8]| {
        bytes[offset..offset + number.len()].copy_from_slice(number);
    };
    put(0, &540_i32.to_le_bytes());
    put(4, b"n+2\0\r\n\x1a\n");
    put(12, &4_i16.to_le_bytes());
    for (n, count) in [3_i64, 4, 3, 2, 1, 1, 1, 1].into_iter().enumerate() {
        put(16 + 8 * n, &count.to_le_bytes());
    }
    put(168, &544_i64.to_le_bytes());
    put(348, &1_i32.to_le_bytes());
    let srow = [[0.1, 0.0, 0.0, 1.0 / 3.0], [0.0, 0.2, 0.0, 2.0], [0.0, 0.0, 0.3, 3.0]];
    for (n, value) in srow.iter().flatten().enumerate() {
        put(400 + 8 * n, &f64::to_le_bytes(*value));
    }
    bytes.extend(plain().data);
    let scan = read_scan(&folder.file("two.nii", &bytes)).unwrap();
    assert_eq!(scan.image.grid().origin_mm(), [1.0 / 3.0, 2.0, 3.0], "double precision is kept");
    assert_eq!(scan.image[[3, 2, 1]], 23.0);
}

#[test]
fn one_volume_in_three_dimensions_is_needed() {
    let folder = Folder::new("nifti-dimensions");
    for (dim, refused) in [
        ([3, 4, 3, 2, 1, 1, 1, 1], None),
        ([4, 4, 3, 2, 1, 1, 1, 1], None),
        ([7, 4, 3, 2, 1, 1, 1, 1], None),
        ([2, 4, 6, 1, 1, 1, 1, 1], Some("2-D image of 4x6 voxels; expected one volume")),
        ([1, 24, 1, 1, 1, 1, 1, 1], Some("1-D image of 24 voxels")),
        ([4, 4, 3, 1, 2, 1, 1, 1], Some("4-D image of 4x3x1x2 voxels")),
        ([5, 2, 2, 2, 1, 3, 1, 1], Some("5-D image of 2x2x2x1x3 voxels")),
        ([0, 4, 3, 2, 1, 1, 1, 1], Some("the number of dimensions, is 0; expected 1 to 7")),
        ([9, 4, 3, 2, 1, 1, 1, 1], Some("is 9; expected 1 to 7")),
        ([3, 4, 0, 2, 1, 1, 1, 1], Some("dim[2] is 0; expected at least 1")),
        ([3, 4, 3, -2, 1, 1, 1, 1], Some("dim[3] is -2; expected at least 1")),
    ] {
        let found = read(&folder, &Nifti { dim, ..plain() });
        match refused {
            None => assert_eq!(found.unwrap().image.grid().shape(), [4, 3, 2]),
            Some(cause) => {
                let message = found.map(|_| ()).unwrap_err();
                assert!(message.contains(cause), "{message}");
            }
        }
    }
}

#[test]
fn impossible_spacing_is_refused_with_what_was_found() {
    let folder = Folder::new("nifti-spacing");
    let sform = |folder: &Folder, z: f32| refusal(folder, |n| n.srow[2][2] = z);
    assert!(sform(&folder, 0.0).contains("the voxel spacing along axis 2 is 0 mm"));
    assert!(sform(&folder, 5000.0).contains("along axis 2 is 5000 mm; expected 0.0001 to 100 mm"));
    assert!(sform(&folder, f32::NAN).contains("not finite"));
    assert!(sform(&folder, f32::INFINITY).contains("not finite"));
    for (z, found) in [(0.0, "0"), (-2.0, "-2"), (f32::NAN, "NaN")] {
        let message = refusal(&folder, |n| {
            n.codes = [1, 0];
            n.pixdim[3] = z;
        });
        assert!(message.contains("pixdim[3]") && message.contains(found), "{message}");
        assert!(message.contains("expected more than 0 mm"), "{message}");
    }
    let flat = refusal(&folder, |n| n.srow[2] = n.srow[0]);
    assert!(flat.contains("lie in one plane") || flat.contains("spacing"), "{flat}");
    let qform = refusal(&folder, |n| {
        n.codes = [1, 0];
        n.quaternion[1] = f32::NAN;
    });
    assert!(qform.contains("not finite"), "{qform}");
}

#[test]
fn voxels_without_a_number_are_counted_and_refused() {
    let folder = Folder::new("nifti-nan");
    let mut values: [f32; VOXELS] = std::array::from_fn(|n| n as f32);
    values[5] = f32::NAN;
    values[17] = f32::INFINITY;
    let of = |values: [f32; VOXELS]| {
        Nifti::of(16, values.iter().flat_map(|v| v.to_le_bytes()).collect())
    };
    let message = read(&folder, &of(values)).map(|_| ()).unwrap_err();
    assert!(
        message.contains("2 of 24 voxels are not finite (the first at [1, 1, 0])"),
        "{message}"
    );
    let message = read(&folder, &of([f32::NAN; VOXELS])).map(|_| ()).unwrap_err();
    assert!(message.contains("24 of 24 voxels are not finite"), "{message}");
}

#[test]
fn sheared_axes_are_straightened_or_refused() {
    let folder = Folder::new("nifti-shear");
    let sheared = |x: f32| {
        let mut nifti = plain();
        nifti.srow[0][2] = x;
        nifti
    };
    let dust = read(&folder, &sheared(0.0015)).unwrap();
    assert!(dust.notes.is_empty() && dust.image.grid().shear() > 0.0, "kept as it is");
    let tilted = read(&folder, &sheared(0.5)).unwrap();
    assert!(tilted.image.grid().shear() < 1e-12);
    assert!(tilted.notes[0].contains("14.04 degrees off a right angle"), "{:?}", tilted.notes);
    let message = read(&folder, &sheared(6.0)).map(|_| ()).unwrap_err();
    assert!(message.contains("degrees off a right angle; expected at most 37"), "{message}");
}

#[test]
fn other_kinds_of_voxels_and_files_are_refused_by_name() {
    let folder = Folder::new("nifti-kinds");
    for (datatype, name) in
        [(1, "1-bit"), (32, "complex"), (128, "colour"), (1536, "128-bit"), (77, "77")]
    {
        let message = refusal(&folder, |n| n.datatype = datatype);
        assert!(message.contains(name), "{message}");
    }
    assert!(refusal(&folder, |n| n.magic = *b"ni1\0").contains("header half of a NIfTI pair"));
    assert!(refusal(&folder, |n| n.magic = [0; 4]).contains("Analyze 7.5"));
    for offset in [100.0, 352.5, -1.0, 1e30, f32::NAN] {
        assert!(refusal(&folder, |n| n.vox_offset = offset).contains("vox_offset"));
    }
    assert!(refusal(&folder, |n| n.scaling = [f32::INFINITY, 0.0]).contains("scl_slope"));
}

#[test]
fn a_file_that_promises_too_much_is_refused_before_memory_is_taken() {
    let folder = Folder::new("nifti-huge");
    // 2^45 voxels.
    let message = refusal(&folder, |n| n.dim = [3, 32767, 32767, 32767, 1, 1, 1, 1]);
    assert!(message.contains("32767x32767x32767 voxels; expected at most 1073741824"), "{message}");
    // Within the limit, but the file is short.
    let message = refusal(&folder, |n| n.dim = [3, 1000, 1000, 1000, 1, 1, 1, 1]);
    assert!(message.contains("has 400 bytes; expected 2000000352"), "{message}");
    let short = Nifti { dim: [3, 1000, 1000, 1000, 1, 1, 1, 1], ..plain() };
    let path = folder.file("short.nii.gz", &gzipped(&short.bytes()));
    let message = read_scan(&path).map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("decompressed at best"), "{message}");
    let options = ReadOptions { max_voxels: 23, ..ReadOptions::default() };
    let path = folder.file("a.nii", &plain().bytes());
    assert!(read_scan_with(&path, &options).is_err());

    // A small gzip file that unpacks to 64 MiB: only what the header asks for is read.
    let mut bomb = plain().bytes();
    bomb.resize(64 << 20, 0);
    let path = folder.file("bomb.nii.gz", &gzipped(&bomb));
    assert!(path.metadata().unwrap().len() < 1 << 20);
    assert_eq!(read_scan(&path).unwrap().image.len(), VOXELS);
}

#[test]
fn truncation_at_any_length_is_refused() {
    let folder = Folder::new("nifti-truncated");
    let plain = plain().bytes();
    let packed = gzipped(&plain);
    for (name, bytes) in [("a.nii", &plain), ("a.nii.gz", &packed)] {
        for length in 0..bytes.len() {
            let path = folder.file(name, &bytes[..length]);
            assert!(read_scan(&path).is_err(), "{length} of {} bytes", bytes.len());
        }
    }
    // One wrong voxel in a gzipped file is found by the checksum.
    let mut stored = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    std::io::Write::write_all(&mut stored, &plain).unwrap();
    let mut stored = stored.finish().unwrap();
    assert!(read_scan(&folder.file("b.nii.gz", &stored)).is_ok());
    let last_voxel = stored.len() - 10;
    stored[last_voxel] ^= 1;
    let wrong = read_scan(&folder.file("b.nii.gz", &stored)).map(|_| ()).unwrap_err().to_string();
    assert!(wrong.contains("damaged: the compressed data"), "{wrong}");
    let half = read_scan(&folder.file("a.nii", &plain[..380])).map(|_| ()).unwrap_err().to_string();
    assert!(half.contains("cut short: the file has 380 bytes; expected 400"), "{half}");
}

#[test]
fn damaged_bytes_never_panic() {
    let folder = Folder::new("nifti-mutations");
    let plain = plain().bytes();
    let packed = gzipped(&plain);
    let mut refused = 0;
    for n in 0..600 {
        let (name, bytes) = if n % 3 == 0 {
            ("a.nii.gz", mutated(&packed, n))
        } else {
            ("a.nii", mutated(&plain, n))
        };
        refused += usize::from(read_scan(&folder.file(name, &bytes)).is_err());
    }
    assert!((100..600).contains(&refused), "{refused}");
}

/// A grid whose every number is a single-precision one, as NIfTI-1 affines are.
fn single_precision_grid(n: u64) -> Grid {
    let mut number = {
        let mut m = 0;
        move |scale: f64| {
            m += 1;
            let unit = (noise(n, m) % 2_000_001) as f64 / 1e6 - 1.0;
            f64::from((unit * scale) as f32)
        }
    };
    let steps = [
        [0.7 + number(0.1), number(1e-4), number(1e-4)],
        [number(1e-4), -0.9 + number(0.1), number(1e-4)],
        [number(1e-4), number(1e-4), 3.0 + number(0.5)],
    ]
    .map(|step| step.map(|v: f64| f64::from(v as f32)));
    Grid::new([5, 4, 3], steps, [number(300.0), number(300.0), number(900.0)]).unwrap()
}

#[test]
fn geometry_from_a_nifti_1_file_comes_back_to_the_last_bit() {
    let folder = Folder::new("nifti-geometry");
    for n in 0..50 {
        let grid = single_precision_grid(n);
        let path = folder.path().join("out.nii.gz");
        write_nifti(&path, &Field::filled(grid, 7_i16), VoxelMeaning::Values).unwrap();
        let back = read_scan(&path).unwrap();
        assert_eq!(*back.image.grid(), grid);
        assert!(back.notes.is_empty(), "sform and qform agree: {:?}", back.notes);
    }
}

#[test]
fn written_values_come_back_and_headers_say_what_they_mean() {
    fn round_trip<T: NiftiVoxel + PartialEq>(
        folder: &Folder,
        field: &Field<T>,
        meaning: VoxelMeaning,
        back: impl Fn(f32) -> T,
    ) {
        for name in ["out.nii", "out.nii.gz"] {
            let path = folder.path().join(name);
            write_nifti(&path, field, meaning).unwrap();
            let read = read_scan(&path).unwrap().image.map(|&value| back(value));
            assert!(read == *field, "{name}");
        }
        let header = std::fs::read(folder.path().join("out.nii")).unwrap();
        let number = |offset: usize| i16::from_le_bytes([header[offset], header[offset + 1]]);
        let intent = if meaning == VoxelMeaning::Labels { 1002 } else { 0 };
        assert_eq!(number(68), intent);
        assert_eq!(number(70), T::DATATYPE);
        assert_eq!(number(72) as usize, 8 * size_of::<T>());
        assert_eq!([number(252), number(254)], [1, 1], "both forms are set");
    }
    let folder = Folder::new("nifti-write");
    // More than one piece of the writer's buffer.
    let grid = Grid::aligned([40, 30, 20], [1.0, 1.5, 2.0], [0.5, -3.0, 8.0]).unwrap();
    let random = |seed: u64| {
        Field::from_fn(grid, move |[i, j, k]| noise(seed, (i + 40 * j + 1200 * k) as u64))
    };
    let hounsfield = random(1).map(|&n| n as i16);
    round_trip(&folder, &hounsfield, VoxelMeaning::Values, |v| v as i16);
    round_trip(&folder, &random(2).map(|&n| n as u8), VoxelMeaning::Labels, |v| v as u8);
    round_trip(&folder, &random(3).map(|&n| n as u16), VoxelMeaning::Labels, |v| v as u16);
    let real = random(4).map(|&n| (n >> 40) as f32 / 3.0 - 2e6);
    round_trip(&folder, &real, VoxelMeaning::Values, |v| v);
}

#[test]
fn what_nifti_cannot_hold_is_not_written() {
    let folder = Folder::new("nifti-unwritable");
    let grid = Grid::aligned([2, 2, 2], [1.0; 3], [0.0; 3]).unwrap();
    let field = Field::filled(grid, 0_u8);
    let write = |name: &str, field: &Field<u8>| {
        write_nifti(&folder.path().join(name), field, VoxelMeaning::Labels)
            .map_err(|error| error.to_string())
    };
    assert!(write("out.nrrd", &field).unwrap_err().contains("ends in .nii or .nii.gz"));
    assert!(write("no/folder/out.nii", &field).unwrap_err().contains("cannot be written"));
    let long = Grid::aligned([32768, 1, 1], [1.0; 3], [0.0; 3]).unwrap();
    let message = write("out.nii", &Field::filled(long, 0)).unwrap_err();
    assert!(message.contains("at most 32767 along each axis"), "{message}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}
