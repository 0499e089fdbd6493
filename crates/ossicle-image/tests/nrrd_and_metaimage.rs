//! NRRD and MetaImage files made on the spot.

mod support;

use std::path::Path;

use ossicle_field::Grid;
use ossicle_image::{Scan, read_scan};
use support::{Folder, gzipped, mutated};

/// 3 by 2 by 2 voxels of 16 bits.
fn voxels() -> Vec<u8> {
    (0..12_i16).flat_map(|n| (100 * n - 300).to_le_bytes()).collect()
}

fn check(scan: &Scan, grid: Grid) {
    assert_eq!(*scan.image.grid(), grid);
    let expected: Vec<f32> = (0..12_u8).map(|n| 100.0 * f32::from(n) - 300.0).collect();
    assert_eq!(scan.image.clone().into_vec(), expected);
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn refusal(path: &Path) -> String {
    read_scan(path).map(|scan| scan.image.grid().shape()).unwrap_err().to_string()
}

const NRRD: &str = "NRRD0004\n# a comment\ntype: short\ndimension: 3\nsizes: 3 2 2\n\
    space: left-posterior-superior\n\
    space directions: (0.5,0,0) (0,0.25,0) (0,0,2)\nspace origin: (1,2,3)\n\
    endian: little\nencoding: raw\nmodality:=CT\n";

/// The grid that [`NRRD`] and [`MHA`] describe.
fn lps_grid() -> Grid {
    let steps = [[-0.5, 0.0, 0.0], [0.0, -0.25, 0.0], [0.0, 0.0, 2.0]];
    Grid::new([3, 2, 2], steps, [-1.0, -2.0, 3.0]).unwrap()
}

fn nrrd(header: &str, data: &[u8]) -> Vec<u8> {
    [header.as_bytes(), b"\n", data].concat()
}

#[test]
fn nrrd_in_all_encodings_inside_and_beside() {
    let folder = Folder::new("nrrd");
    let big: Vec<u8> = voxels().chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
    let text: String = (0..12).map(|n| format!("{}\n", 100 * n - 300)).collect();
    let changed = |from: &str, to: &str| NRRD.replace(from, to);
    for (name, file) in [
        ("raw", nrrd(NRRD, &voxels())),
        ("gzip", nrrd(&changed("raw", "gzip"), &gzipped(&voxels()))),
        ("text", nrrd(&changed("raw", "ascii"), text.as_bytes())),
        ("big", nrrd(&changed("little", "big"), &big)),
        ("windows", nrrd(&NRRD.replace('\n', "\r\n"), &[b"\n", &voxels()[..]].concat()[1..])),
        (
            "skip",
            nrrd(
                &changed("encoding", "byte skip: 5\nencoding"),
                &[b"12345", &voxels()[..]].concat(),
            ),
        ),
        (
            "last",
            nrrd(&changed("encoding", "byte skip: -1\nencoding"), &[b"xx", &voxels()[..]].concat()),
        ),
        (
            "lines",
            nrrd(
                &changed("encoding", "line skip: 2\nencoding"),
                &[b"a\nb\n", &voxels()[..]].concat(),
            ),
        ),
    ] {
        let file = if name == "windows" {
            // The blank line has its carriage return, too.
            [NRRD.replace('\n', "\r\n").as_bytes(), b"\r\n", &voxels()].concat()
        } else {
            file
        };
        let path = folder.file(&format!("{name}.nrrd"), &file);
        let scan = read_scan(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        check(&scan, lps_grid());
    }
    folder.file("data.raw.gz", &gzipped(&voxels()));
    let beside = changed("raw", "gzip") + "data file: data.raw.gz\n";
    check(&read_scan(&folder.file("beside.nhdr", beside.as_bytes())).unwrap(), lps_grid());
}

#[test]
fn nrrd_frames_and_units_become_ras_and_millimetres() {
    let folder = Folder::new("nrrd-frames");
    for (space, x, y) in [
        ("right-anterior-superior", 1.0, 1.0),
        ("LPS", -1.0, -1.0),
        ("left-anterior-superior", -1.0, 1.0),
    ] {
        let file = nrrd(&NRRD.replace("left-posterior-superior", space), &voxels());
        let scan = read_scan(&folder.file("a.nrrd", &file)).unwrap();
        assert_eq!(scan.image.grid().origin_mm(), [x, 2.0 * y, 3.0], "{space}");
        assert_eq!(scan.image.grid().steps_mm()[0], [0.5 * x, 0.0, 0.0], "{space}");
    }
    let micrometres = NRRD.to_owned() + "space units: \"um\" \"um\" \"um\"\n";
    let larger = micrometres.replace("0.5,0,0", "500,0,0").replace("0,0.25,0", "0,250,0");
    let larger = larger.replace("0,0,2)", "0,0,2000)").replace("(1,2,3)", "(1000,2000,3000)");
    let scan = read_scan(&folder.file("um.nrrd", &nrrd(&larger, &voxels()))).unwrap();
    assert_eq!(scan.image.grid().spacing_mm(), [0.5, 0.25, 2.0]);
    let plain = "NRRD0001\ntype: short\ndimension: 3\nsizes: 3 2 2\nspacings: 1 2 3\n\
        endian: little\nencoding: raw\n";
    let scan = read_scan(&folder.file("plain.nrrd", &nrrd(plain, &voxels()))).unwrap();
    assert_eq!(scan.image.grid().spacing_mm(), [1.0, 2.0, 3.0]);
    assert!(scan.notes[0].contains("no orientation in the file"), "{:?}", scan.notes);
}

#[test]
fn nrrd_that_cannot_be_read_is_refused_with_its_cause() {
    let folder = Folder::new("nrrd-refused");
    for (from, to, cause) in [
        ("raw", "bzip2", "NRRD encoding bzip2"),
        ("short", "block", "type is block"),
        ("sizes: 3 2 2", "sizes: 3 2 3", "has 24 bytes; expected 36"),
        ("sizes: 3 2 2", "sizes: 3 4", "dimension is 3; expected 2 like sizes"),
        ("sizes: 3 2 2", "sizes: 3 two 2", "sizes is \"two\"; expected a number"),
        ("sizes: 3 2 2", "sizes: 99999 99999 99999", "expected at most"),
        ("sizes: 3 2 2", "sizes: 0 2 2", "every axis needs at least one"),
        ("dimension: 3\nsizes: 3 2 2", "dimension: 2\nsizes: 6 2", "2-D image of 6x2 voxels"),
        ("dimension: 3\nsizes: 3 2 2", "dimension: 4\nsizes: 3 2 1 2", "4-D image of 3x2x1x2"),
        ("left-posterior-superior", "scanner-xyz", "space is scanner-xyz"),
        ("(0,0,2)", "(0,0,0)", "voxel spacing along axis 2 is 0 mm"),
        ("(0,0,2)", "(0,0)", "space directions is"),
        ("(0,0,2)", "", "space directions is"),
        ("encoding: raw\n", "", "encoding is missing"),
        ("encoding", "byte skip: -5\nencoding", "byte skip is -5"),
        ("encoding", "data file: LIST\nencoding", "spread over several files"),
        ("encoding", "data file: gone.raw\nencoding", "gone.raw"),
    ] {
        let file = nrrd(&NRRD.replace(from, to), &voxels());
        let message = refusal(&folder.file("bad.nrrd", &file));
        assert!(message.contains(cause) && message.contains("bad.nrrd"), "{message}");
    }
}

const MHA: &str = "ObjectType = Image\nNDims = 3\nBinaryData = True\n\
    BinaryDataByteOrderMSB = False\nCompressedData = False\n\
    TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 1 2 3\nCenterOfRotation = 0 0 0\n\
    ElementSpacing = 0.5 0.25 2\nDimSize = 3 2 2\nElementType = MET_SHORT\n\
    ElementDataFile = LOCAL\n";

#[test]
fn metaimage_plain_compressed_and_beside() {
    let folder = Folder::new("metaimage");
    let file = |header: &str, data: &[u8]| [header.as_bytes(), data].concat();
    let compressed = MHA.replace("CompressedData = False", "CompressedData = True");
    let text = MHA.replace("BinaryData = True", "BinaryData = False");
    let numbers: String = (0..12).map(|n| format!("{} ", 100 * n - 300)).collect();
    for (name, bytes) in [
        ("plain.mha", file(MHA, &voxels())),
        ("zlib.mha", file(&compressed, &zlib(&voxels()))),
        ("text.mha", file(&text, numbers.as_bytes())),
    ] {
        check(&read_scan(&folder.file(name, &bytes)).unwrap(), lps_grid());
    }
    folder.file("data.raw", &[b"skip me", &voxels()[..]].concat());
    for size in ["-1", "7"] {
        let header = MHA.replace("DimSize", &format!("HeaderSize = {size}\nDimSize"));
        let header = header.replace("LOCAL", "data.raw");
        check(&read_scan(&folder.file("beside.mhd", header.as_bytes())).unwrap(), lps_grid());
    }
    // Row n of the matrix is axis n: here x runs back and y runs left.
    let turned = MHA.replace("1 0 0 0 1 0 0 0 1", "0 1 0 1 0 0 0 0 1");
    let scan = read_scan(&folder.file("turned.mha", &file(&turned, &voxels()))).unwrap();
    assert_eq!(scan.image.grid().steps_mm()[0], [0.0, -0.5, 0.0]);
}

#[test]
fn metaimage_that_cannot_be_read_is_refused_with_its_cause() {
    let folder = Folder::new("metaimage-refused");
    for (from, to, cause) in [
        ("DimSize = 3 2 2", "DimSize = 3 2", "2-D image of 3x2 voxels"),
        ("DimSize = 3 2 2", "DimSize = 3 2 4", "has 24 bytes; expected 48"),
        ("DimSize = 3 2 2", "DimSize = 3 2 -4", "DimSize is \"-4\""),
        ("DimSize = 3 2 2\n", "", "DimSize is missing"),
        ("ElementSpacing = 0.5 0.25 2\n", "", "ElementSpacing is missing"),
        ("ElementSpacing = 0.5 0.25 2", "ElementSpacing = 0.5 nan 2", "not finite"),
        ("MET_SHORT", "MET_STRING", "ElementType is"),
        ("MET_SHORT", "MET_SHORT\nElementNumberOfChannels = 3", "an image of 3 channels"),
        ("LOCAL", "slice%03d.raw 1 2 1", "spread over several files"),
        ("ElementDataFile = LOCAL\n", "", "ElementDataFile is missing"),
        ("DimSize", "HeaderSize = -2\nDimSize", "HeaderSize is -2"),
        ("CompressedData = False", "CompressedData = True", "damaged: the compressed data"),
    ] {
        let file = [MHA.replace(from, to).as_bytes(), &voxels()].concat();
        let message = refusal(&folder.file("bad.mha", &file));
        assert!(message.contains(cause) && message.contains("bad.mha"), "{message}");
    }
}

#[test]
fn truncated_and_damaged_files_never_panic() {
    let folder = Folder::new("text-header-damage");
    let files = [
        nrrd(NRRD, &voxels()),
        nrrd(&NRRD.replace("raw", "gzip"), &gzipped(&voxels())),
        [MHA.as_bytes(), &voxels()].concat(),
    ];
    let mut refused = 0;
    for (seed, bytes) in files.iter().enumerate() {
        for length in 0..bytes.len() {
            let path = folder.file("cut", &bytes[..length]);
            assert!(read_scan(&path).is_err(), "{length} of {} bytes", bytes.len());
        }
        for n in 0..200 {
            let damaged = mutated(bytes, n + 1000 * seed as u64);
            refused += usize::from(read_scan(&folder.file("damaged", &damaged)).is_err());
        }
    }
    assert!((100..600).contains(&refused), "{refused}");
}
