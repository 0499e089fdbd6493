//! DICOM series made on the spot: encodings, order, gaps, choice, and damage.

mod support;

use ossicle_image::{ReadOptions, Scan, read_scan, read_scan_with};
use support::*;

/// A stored value that differs from voxel to voxel and slice to slice.
fn value(k: usize) -> impl Fn(usize, usize) -> i16 {
    move |i, j| (noise(5, (i + 100 * j + 10_000 * k) as u64) % 4000) as i16
}

/// Five slices, 3 mm apart, in files whose names run the other way.
fn series(folder: &Folder, change: impl Fn(usize, &mut CtSlice)) {
    for k in 0..5 {
        let mut slice = CtSlice::at(50.0 + 3.0 * k as f64, value(k));
        change(k, &mut slice);
        folder.file(&format!("I{}.dcm", 9 - k), &slice.file());
    }
}

fn read(folder: &Folder) -> Result<Scan, String> {
    read_scan(folder.path()).map_err(|error| error.to_string())
}

fn refusal(folder: &Folder) -> String {
    read(folder).map(|scan| scan.image.grid().shape()).unwrap_err()
}

fn check_values(scan: &Scan) {
    assert_eq!(scan.image.grid().shape(), [CtSlice::COLUMNS, CtSlice::ROWS, 5]);
    for k in 0..5 {
        for j in 0..CtSlice::ROWS {
            for i in 0..CtSlice::COLUMNS {
                let expected = f32::from(value(k)(i, j)) - 1024.0;
                assert_eq!(scan.image[[i, j, k]], expected, "at {i} {j} {k}");
            }
        }
    }
}

#[test]
fn slices_are_ordered_by_position_and_placed_in_ras() {
    let folder = Folder::new("dicom-order");
    series(&folder, |_, _| {});
    let scan = read(&folder).unwrap();
    check_values(&scan);
    let grid = scan.image.grid();
    assert_eq!(grid.origin_mm(), [10.0, -20.0, 50.0]);
    // Spacing is given between rows first; x runs between columns.
    assert_eq!(grid.steps_mm(), [[-0.5, 0.0, 0.0], [0.0, -0.75, 0.0], [0.0, 0.0, 3.0]]);
    assert_eq!(scan.modality.as_deref(), Some("CT"));
    assert_eq!(scan.check_hounsfield(), Ok(()));
    assert!(scan.notes.is_empty(), "{:?}", scan.notes);
}

#[test]
fn sagittal_slices_stand_where_they_were_taken() {
    let folder = Folder::new("dicom-sagittal");
    series(&folder, |k, slice| {
        slice.orientation = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0];
        slice.position = [40.0 - 2.0 * k as f64, 5.0, 6.0];
    });
    let grid = *read(&folder).unwrap().image.grid();
    // The normal points to the patient's right, which is -x in LPS.
    assert_eq!(grid.steps_mm(), [[0.0, -0.5, 0.0], [0.0, 0.0, -0.75], [2.0, 0.0, 0.0]]);
    assert_eq!(grid.origin_mm(), [-40.0, -5.0, 6.0]);
}

#[test]
fn all_encodings_give_the_same_image() {
    let slice = CtSlice::at(5.0, value(0));
    let words: Vec<u16> = slice.stored.iter().map(|&v| v as u16).collect();
    let data = |explicit: bool, big_endian: bool| {
        let mut elements = slice.header(explicit, big_endian);
        elements.words(0x7fe0_0010, &words);
        elements.bytes
    };
    let deflated = {
        use std::io::Write;
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&data(true, false)).unwrap();
        encoder.finish().unwrap()
    };
    // Runs of length one: a literal count before each 128 bytes.
    let plane = |shift: u32| {
        let bytes: Vec<u8> = words.iter().map(|w| (w >> shift) as u8).collect();
        let packed = bytes.chunks(128).flat_map(|c| [&[c.len() as u8 - 1], c].concat());
        packed.collect::<Vec<u8>>()
    };
    let (high, low) = (plane(8), plane(0));
    let mut rle = vec![0; 64];
    rle[0] = 2;
    rle[4] = 64;
    rle[8..12].copy_from_slice(&(64 + high.len() as u32).to_le_bytes());
    rle.extend([high, low].concat());
    let encapsulated = |pieces: &[&[u8]]| {
        let mut elements = slice.header(true, false);
        elements.fragments(pieces);
        elements.bytes
    };
    let folder = Folder::new("dicom-encodings");
    let first = read_scan(&folder.file("0.dcm", &slice.file())).unwrap();
    for (name, bytes) in [
        ("implicit", dicom_file(IMPLICIT, &data(false, false))),
        ("explicit", dicom_file(EXPLICIT, &data(true, false))),
        ("big", dicom_file(BIG_ENDIAN, &data(true, true))),
        ("deflated", dicom_file(DEFLATED, &deflated)),
        ("rle", dicom_file(RLE, &encapsulated(&[&rle]))),
        ("rle-pieces", dicom_file(RLE, &encapsulated(&[&rle[..80], &rle[80..]]))),
        ("no-meta-implicit", data(false, false)),
        ("no-meta-explicit", data(true, false)),
        ("no-meta-big", data(true, true)),
    ] {
        let scan = read_scan(&folder.file(name, &bytes))
            .unwrap_or_else(|error| panic!("{name} was refused: {error}"));
        assert!(scan.image == first.image, "{name}");
    }
}

#[test]
fn pixels_of_all_depths_are_read_and_overlay_bits_dropped() {
    let folder = Folder::new("dicom-depths");
    let count = CtSlice::ROWS * CtSlice::COLUMNS;
    let with = |allocated: u16, stored: u16, high: u16, signed: u16, pixels: &[u8]| {
        let slice = CtSlice { intercept: 0.0, slope: 2.0, ..CtSlice::at(5.0, |_, _| 0) };
        // Later elements of the same tag stand for a changed header.
        let mut elements = slice.header(true, false);
        elements
            .number(0x0028_0100, allocated)
            .number(0x0028_0101, stored)
            .number(0x0028_0102, high)
            .number(0x0028_0103, signed)
            .raw(0x7fe0_0010, "OW", pixels);
        let path = folder.file("a.dcm", &dicom_file(EXPLICIT, &elements.bytes));
        read_scan(&path).map(|scan| scan.image.into_vec()).map_err(|error| error.to_string())
    };
    let spread = |n: usize| noise(3, n as u64);
    // 12 bits, unsigned and signed, in the upper and the lower part of 16, with an
    // overlay in the other bits.
    for (high, shift) in [(11, 0), (15, 4)] {
        let words: Vec<u16> = (0..count).map(|n| spread(n) as u16).collect();
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        let unsigned = with(16, 12, high, 0, &bytes).unwrap();
        let signed = with(16, 12, high, 1, &bytes).unwrap();
        for (n, word) in words.iter().enumerate() {
            let bits = i32::from(word >> shift & 0xfff);
            assert_eq!(unsigned[n], 2.0 * bits as f32);
            let number = if bits >= 2048 { bits - 4096 } else { bits };
            assert_eq!(signed[n], 2.0 * number as f32);
        }
    }
    let bytes: Vec<u8> = (0..count).map(|n| spread(n) as u8).collect();
    let found = with(8, 8, 7, 0, &bytes).unwrap();
    assert!(found.iter().zip(&bytes).all(|(value, &byte)| *value == 2.0 * f32::from(byte)));
    let longs: Vec<i32> = (0..count).map(|n| spread(n) as i32 >> 9).collect();
    let bytes: Vec<u8> = longs.iter().flat_map(|v| v.to_le_bytes()).collect();
    let found = with(32, 32, 31, 1, &bytes).unwrap();
    assert!(found.iter().zip(&longs).all(|(value, &long)| *value == 2.0 * long as f32));

    for (allocated, stored, high, cause) in [
        (12, 12, 11, "Bits Allocated (0028,0100) is 12; expected 8, 16 or 32"),
        (16, 17, 16, "Bits Stored (0028,0101) is 17; expected 1 to 16"),
        (16, 0, 0, "Bits Stored (0028,0101) is 0"),
        (16, 12, 5, "High Bit (0028,0102) is 5; expected 11 to 15"),
        (16, 12, 16, "High Bit (0028,0102) is 16"),
    ] {
        let message = with(allocated, stored, high, 0, &vec![0; 2 * count]).unwrap_err();
        assert!(message.contains(cause), "{message}");
    }
    let message = with(16, 16, 15, 0, &vec![0; 2 * count - 4]).unwrap_err();
    assert!(message.contains("Pixel Data (7fe0,0010) has 66 bytes; expected 70"), "{message}");
}

#[test]
fn each_slice_is_rescaled_by_its_own_numbers() {
    let folder = Folder::new("dicom-rescale");
    series(&folder, |k, slice| {
        slice.slope = 1.0 + k as f64;
        slice.intercept = -1000.0 * k as f64;
    });
    let image = read(&folder).unwrap().image;
    for k in 0..5 {
        let stored = f64::from(value(k)(4, 3));
        let expected = stored * (1.0 + k as f64) - 1000.0 * k as f64;
        assert_eq!(f64::from(image[[4, 3, k]]), expected);
    }
    series(&folder, |_, slice| slice.slope = 0.0);
    assert!(refusal(&folder).contains("Rescale Slope (0028,1053) is 0"));
}

#[test]
fn a_gap_is_refused_with_slice_and_millimetres_or_interpolated() {
    let folder = Folder::new("dicom-gap");
    // Values rise evenly with height, so that interpolation is exact.
    for (n, z) in [0.0, 3.0, 6.0, 15.0, 18.0, 21.0].into_iter().enumerate() {
        let slice = CtSlice::at(z, |i, j| (100.0 * z) as i16 + (i + j) as i16);
        folder.file(&format!("{n}.dcm"), &slice.file());
    }
    let message = refusal(&folder);
    assert!(
        message.contains("from 2.dcm to 3.dcm is a step of 9.000 mm; expected 3.000 mm"),
        "{message}"
    );
    let options = ReadOptions { resample_gaps: true, ..ReadOptions::default() };
    let scan = read_scan_with(folder.path(), &options).unwrap();
    assert_eq!(scan.image.grid().shape()[2], 8);
    assert_eq!(scan.image.grid().spacing_mm()[2], 3.0);
    for k in 0..8 {
        assert_eq!(scan.image[[2, 3, k]], 300.0 * k as f32 + 5.0 - 1024.0, "slice {k}");
    }
    assert!(scan.notes[0].contains("2 of 8 slices at 3.000 mm were interpolated"));
}

#[test]
fn rounded_positions_are_even_and_a_shifted_slice_is_not() {
    let folder = Folder::new("dicom-rounding");
    // Every 0.625 mm, told to a tenth: steps of 0.6 and 0.7.
    for k in 0..40 {
        let slice = CtSlice::at((6.25 * f64::from(k)).round() / 10.0, value(0));
        folder.file(&format!("{k:02}.dcm"), &slice.file());
    }
    let grid = *read(&folder).unwrap().image.grid();
    assert!((grid.spacing_mm()[2] - 0.625).abs() < 0.002, "{grid:?}");

    let folder = Folder::new("dicom-sideways");
    series(&folder, |k, slice| slice.position[0] += if k == 2 { 1.5 } else { 0.0 });
    let message = refusal(&folder);
    assert!(message.contains("I7.dcm is shifted sideways by 1.500 mm"), "{message}");
}

#[test]
fn copies_are_left_out_and_other_slices_in_one_place_refused() {
    let folder = Folder::new("dicom-copies");
    series(&folder, |_, _| {});
    folder.file("copy.dcm", &CtSlice::at(53.0, value(1)).file());
    let scan = read(&folder).unwrap();
    check_values(&scan);
    assert!(scan.notes[0].contains("a copy of"), "{:?}", scan.notes);
    let other = CtSlice { instance: "1.2.3.99".into(), ..CtSlice::at(53.0, value(1)) };
    folder.file("copy.dcm", &other.file());
    let message = refusal(&folder);
    assert!(message.contains("lie at the same place (53.000 mm"), "{message}");
    assert!(message.contains("I8.dcm") && message.contains("copy.dcm"), "{message}");
}

#[test]
fn one_of_several_series_has_to_be_chosen() {
    let folder = Folder::new("dicom-series");
    series(&folder, |_, _| {});
    for k in 0..4 {
        let slice = CtSlice {
            series: "1.2.77".into(),
            description: "soft kernel".into(),
            ..CtSlice::at(f64::from(k), value(0))
        };
        folder.file(&format!("soft/{k}.dcm"), &slice.file());
    }
    let message = refusal(&folder);
    for part in ["2 image series", "1.2.3 CT \"bone kernel\" (5 slices of 7x5)", "1.2.77 CT"] {
        assert!(message.contains(part), "{message}");
    }
    let chosen = |choice: &str| {
        let options = ReadOptions { series: Some(choice.into()), ..ReadOptions::default() };
        read_scan_with(folder.path(), &options).map(|scan| scan.image.grid().shape()[2])
    };
    assert_eq!(chosen("1.2.3").unwrap(), 5);
    assert_eq!(chosen("1.2.77").unwrap(), 4);
    assert_eq!(chosen("soft kernel").unwrap(), 4);
    let message = chosen("lung").unwrap_err().to_string();
    assert!(message.contains("no image series \"lung\"; there are"), "{message}");
}

#[test]
fn what_is_no_slice_of_the_series_is_left_out_by_name() {
    let folder = Folder::new("dicom-left-out");
    series(&folder, |_, _| {});
    let scout =
        CtSlice { image_type: "ORIGINAL\\PRIMARY\\LOCALIZER".into(), ..CtSlice::at(1.0, value(0)) };
    folder.file("scout.dcm", &scout.file());
    // A localizer that does not say so lies in another plane.
    let silent =
        CtSlice { orientation: [0.0, 1.0, 0.0, 0.0, 0.0, -1.0], ..CtSlice::at(2.0, value(0)) };
    folder.file("silent.dcm", &silent.file());
    folder.file("notes.txt", b"dictated, not read");
    folder.file(".hidden", &scout.file());
    let scan = read(&folder).unwrap();
    check_values(&scan);
    let notes = scan.notes.join("\n");
    for part in [
        "left out: scout.dcm: a localizer",
        "left out: silent.dcm: a view of one or two slices",
        "left out: notes.txt: not a DICOM file",
    ] {
        assert!(notes.contains(part), "{notes}");
    }
    assert!(!notes.contains(".hidden"), "{notes}");
}

#[test]
fn padding_is_told_from_its_tag_or_by_convention_but_never_from_tissue() {
    let folder = Folder::new("dicom-padding");
    let padded = |padding: Option<i16>, corner: i16| {
        let folder = &folder;
        series(folder, |k, slice| {
            slice.padding = padding;
            slice.stored = (0..slice.stored.len() as i16).map(|n| 1000 + n + k as i16).collect();
            slice.stored[..7].fill(corner);
        });
        read(folder).unwrap()
    };
    for (padding, corner, expected) in [
        (Some(-2000), -2000, Some(-3024.0)),
        (None, -2000, Some(-3024.0)),
        (Some(0), 0, Some(-1024.0)),
        (None, 0, None),
        // A tag that would turn water into air.
        (Some(1024), 1024, None),
    ] {
        let scan = padded(padding, corner);
        assert_eq!(scan.padding.map(|p| p.lowest), expected, "padding {padding:?}");
        let air = scan.hounsfield().iter().filter(|hu| **hu == -1000.0).count();
        assert_eq!(air, if expected.is_some() { 35 } else { 0 });
        assert_eq!(scan.value_range()[0], f32::from(corner.min(1007)) - 1024.0, "values are kept");
    }
    let notes = padded(Some(1024), 1024).notes.join("\n");
    assert!(notes.contains("the stated padding value, 0 after rescaling"), "{notes}");
}

/// An enhanced CT of three frames out of order, each rescaled by itself.
fn enhanced(marked: bool) -> Vec<u8> {
    let item = |fill: &dyn Fn(&mut Elements)| {
        let mut elements = Elements::new(true, false);
        fill(&mut elements);
        elements
    };
    let group = |sequence: u32, fill: &dyn Fn(&mut Elements)| {
        let inside = item(fill);
        item(&|e| {
            e.sequence(sequence, std::slice::from_ref(&inside), marked);
        })
    };
    let joined = |parts: &[Elements]| Elements {
        explicit: true,
        big_endian: false,
        bytes: parts.iter().flat_map(|part| part.bytes.clone()).collect(),
    };
    let shared = joined(&[
        group(0x0020_9116, &|e| {
            e.text(0x0020_0037, "DS", "1\\0\\0\\0\\1\\0");
        }),
        group(0x0028_9110, &|e| {
            e.text(0x0018_0050, "DS", "2").text(0x0028_0030, "DS", "0.75\\0.5");
        }),
    ]);
    let frames: Vec<Elements> = [4.0, 0.0, 2.0]
        .iter()
        .map(|z| {
            joined(&[
                group(0x0020_9113, &|e| {
                    e.text(0x0020_0032, "DS", &format!("-10\\20\\{z}"));
                }),
                group(0x0028_9145, &|e| {
                    e.text(0x0028_1052, "DS", &format!("{}", -1000.0 - z)).text(
                        0x0028_1053,
                        "DS",
                        "2",
                    );
                }),
            ])
        })
        .collect();
    let mut data = Elements::new(true, false);
    data.text(0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.2.1")
        .text(0x0008_0060, "CS", "CT")
        .number(0x0028_0002, 1)
        .text(0x0028_0008, "IS", "3")
        .number(0x0028_0010, 5)
        .number(0x0028_0011, 7)
        .number(0x0028_0100, 16)
        .number(0x0028_0101, 16)
        .number(0x0028_0102, 15)
        .number(0x0028_0103, 1)
        .sequence(0x5200_9229, &[shared], marked)
        .sequence(0x5200_9230, &frames, marked)
        .words(0x7fe0_0010, &(0..105).collect::<Vec<u16>>());
    dicom_file(EXPLICIT, &data.bytes)
}

#[test]
fn frames_of_an_enhanced_file_take_geometry_and_rescale_from_their_groups() {
    let folder = Folder::new("dicom-enhanced");
    for marked in [false, true] {
        let scan = read_scan(&folder.file("enhanced.dcm", &enhanced(marked))).unwrap();
        let grid = scan.image.grid();
        assert_eq!(grid.shape(), [7, 5, 3]);
        assert_eq!(grid.steps_mm(), [[-0.5, 0.0, 0.0], [0.0, -0.75, 0.0], [0.0, 0.0, 2.0]]);
        assert_eq!(grid.origin_mm(), [10.0, -20.0, 0.0]);
        for (k, frame) in [1, 2, 0].into_iter().enumerate() {
            let stored = (frame * 35 + 2 * 7 + 3) as f32;
            assert_eq!(scan.image[[3, 2, k]], stored * 2.0 - 1000.0 - 2.0 * k as f32);
        }
    }
}

#[test]
fn lossy_and_unknown_compressions_are_refused_by_name() {
    let folder = Folder::new("dicom-compressions");
    let mut data = CtSlice::at(5.0, value(0)).header(true, false);
    data.fragments(&[&[0xff, 0xd8, 0xff, 0xd9]]);
    for (syntax, cause) in [
        ("1.2.840.10008.1.2.4.50", "JPEG baseline, 8 bit, lossy"),
        ("1.2.840.10008.1.2.4.51", "JPEG extended, 12 bit, lossy"),
        ("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000"),
        ("1.2.840.10008.1.2.4.110", "JPEG XL"),
        ("1.2.840.10008.1.2.4.70", "damaged: a JPEG lossless frame"),
        ("1.2.840.10008.1.2.4.80", "damaged: a JPEG-LS frame"),
        ("1.2.840.10008.1.2.4.90", "damaged: a JPEG 2000 frame"),
        ("1.2.840.10008.1.2.5", "damaged: an RLE frame"),
        ("1.2.840.10008.1.2.1", "in fragments; expected plain pixels"),
        ("1.2.3.4", "transfer syntax 1.2.3.4 is not read here"),
    ] {
        let path = folder.file("a.dcm", &dicom_file(syntax, &data.bytes));
        let message = read_scan(&path).map(|_| ()).unwrap_err().to_string();
        assert!(message.contains(cause), "{message}");
    }
}

#[test]
fn a_deflated_bomb_and_a_huge_frame_are_refused() {
    use std::io::Write;
    let folder = Folder::new("dicom-bomb");
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let mut header = CtSlice::at(5.0, value(0)).header(true, false);
    header.head(0x0029_1010, "OB", 200 << 20);
    encoder.write_all(&header.bytes).unwrap();
    for _ in 0..200 {
        encoder.write_all(&[0; 1 << 20]).unwrap();
    }
    let bytes = dicom_file(DEFLATED, &encoder.finish().unwrap());
    assert!(bytes.len() < 1 << 20);
    let options = ReadOptions { max_voxels: 1 << 20, ..ReadOptions::default() };
    let path = folder.file("bomb.dcm", &bytes);
    let message = read_scan_with(&path, &options).map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("the deflated data set is more than"), "{message}");

    let mut huge = CtSlice::at(5.0, value(0)).header(true, false);
    huge.number(0x0028_0010, 65535).number(0x0028_0011, 65535).words(0x7fe0_0010, &[0; 8]);
    let path = folder.file("huge.dcm", &dicom_file(EXPLICIT, &huge.bytes));
    let message = read_scan(&path).map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("65535x65535x1 voxels; expected at most"), "{message}");
}

#[test]
fn truncation_at_any_length_is_refused() {
    let folder = Folder::new("dicom-truncated");
    for bytes in [CtSlice::at(5.0, value(0)).file(), enhanced(true)] {
        assert!(read_scan(&folder.file("a.dcm", &bytes)).is_ok());
        for length in 0..bytes.len() {
            let path = folder.file("a.dcm", &bytes[..length]);
            assert!(read_scan(&path).is_err(), "{length} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let folder = Folder::new("dicom-mutations");
    let implicit = {
        let mut elements = CtSlice::at(5.0, value(0)).header(false, false);
        elements.words(0x7fe0_0010, &[7; 35]);
        dicom_file(IMPLICIT, &elements.bytes)
    };
    let mut refused = 0;
    for (seed, bytes) in
        [CtSlice::at(5.0, value(0)).file(), implicit, enhanced(true), enhanced(false)]
            .iter()
            .enumerate()
    {
        for n in 0..300 {
            // The preamble is never read; damage there would test nothing.
            let mut damaged = bytes[..132].to_vec();
            damaged.extend(mutated(&bytes[132..], n + 1000 * seed as u64));
            refused += usize::from(read_scan(&folder.file("a.dcm", &damaged)).is_err());
        }
    }
    assert!((200..1200).contains(&refused), "{refused}");
}

/// Damage in the compressed pixels of real files: refused, or decoded to something.
#[test]
fn damaged_compressed_frames_never_end_the_program() {
    let Some(root) = shared() else { return };
    let folder = Folder::new("dicom-compressed-mutations");
    for (name, begin) in [("CT1_J2KR", 3000), ("CT1_JLSL", 3000), ("CT1_JPLL", 3000)] {
        let bytes = std::fs::read(root.join("odd/wg04_compressed").join(name)).unwrap();
        let mut refused = 0;
        for n in 0..24 {
            let mut damaged = bytes.clone();
            let length = damaged.len();
            let at = begin + noise(17, n) as usize % (length - begin);
            match n % 3 {
                0 => damaged.truncate(at),
                1 => damaged[at..].iter_mut().take(64).for_each(|byte| *byte ^= 0xa5),
                _ => damaged[at] ^= 1 << (n % 8),
            }
            refused += usize::from(read_scan(&folder.file(name, &damaged)).is_err());
        }
        assert!(refused >= 8, "{name}: a cut stream at least is refused ({refused})");
    }
}

#[test]
fn one_thread_and_two_read_the_same_bits() {
    let folder = Folder::new("dicom-threads");
    series(&folder, |k, slice| {
        // A tilted gantry, so that resampling takes part.
        slice.orientation = [1.0, 0.0, 0.0, 0.0, 0.96, -0.28];
        slice.intercept -= k as f64;
    });
    let read = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| read(&folder)).unwrap()
    };
    let (one, two) = (read(1), read(2));
    assert!(one.image == two.image);
    assert_eq!(one.notes, two.notes);
    assert!(one.notes[0].contains("16.26 degrees"), "{:?}", one.notes);
}
