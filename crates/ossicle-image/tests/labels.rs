//! Label images made on the spot: folders of structures and multi-label files.

mod support;

use ossicle_field::{Field, Grid};
use ossicle_image::{VoxelMeaning, read_labels, write_nifti};
use support::{Folder, Nifti};

fn grid() -> Grid {
    Grid::aligned([6, 5, 4], [1.0, 1.0, 2.0], [3.0, -4.0, 5.0]).unwrap()
}

fn structure(folder: &Folder, name: &str, inside: impl Fn([usize; 3]) -> bool) {
    let mask = Field::from_fn(grid(), |voxel| u8::from(inside(voxel)));
    write_nifti(&folder.path().join(name), &mask, VoxelMeaning::Labels).unwrap();
}

#[test]
fn a_folder_of_structures_becomes_one_field() {
    let folder = Folder::new("labels-folder");
    structure(&folder, "femur_left.nii.gz", |[i, ..]| i < 2);
    structure(&folder, "hip_left.nii.gz", |[i, ..]| i == 3);
    structure(&folder, "sacrum.nii.gz", |_| false);
    folder.file("notes.txt", b"not an image");
    let set = read_labels(folder.path(), None).unwrap();
    assert_eq!(set.names, ["femur_left", "hip_left"]);
    let expected = Field::from_fn(grid(), |[i, ..]| [1, 1, 0, 2, 0, 0][i]);
    assert!(set.labels == expected);
    assert_eq!(set.notes, ["without a voxel: sacrum"]);
    assert_eq!(set.number("hip_left"), Some(2));
    assert_eq!(set.number("hip_right"), None);
    assert_eq!(set.mask("femur_left").unwrap().iter().filter(|m| **m).count(), 40);
}

#[test]
fn where_structures_overlap_the_smaller_one_holds() {
    // In either order of names.
    for (large, small) in [("a", "b"), ("b", "a")] {
        let folder = Folder::new(&format!("labels-overlap-{large}"));
        structure(&folder, &format!("{large}.nii.gz"), |[i, ..]| i < 4);
        structure(&folder, &format!("{small}.nii.gz"), |[i, ..]| i == 3 || i == 4);
        let set = read_labels(folder.path(), None).unwrap();
        let count = |name: &str| set.mask(name).unwrap().iter().filter(|m| **m).count();
        assert_eq!([count(large), count(small)], [60, 40]);
        let note = &set.notes[0];
        assert!(note.contains("overlap in 20 voxels") && note.ends_with(small), "{note}");
    }
}

#[test]
fn files_of_a_folder_that_do_not_belong_together_are_named() {
    let folder = Folder::new("labels-mismatch");
    structure(&folder, "a.nii.gz", |[i, ..]| i < 2);
    let message = || read_labels(folder.path(), None).map(|_| ()).unwrap_err().to_string();
    let path = folder.path().join("b.nii.gz");

    let shifted = Grid::aligned([6, 5, 4], [1.0, 1.0, 2.0], [3.0, -4.0, 6.5]).unwrap();
    write_nifti(&path, &Field::filled(shifted, 1_u8), VoxelMeaning::Labels).unwrap();
    let found = message();
    assert!(found.contains("b.nii.gz: its voxels lie up to 1.500 mm from"), "{found}");
    assert!(found.contains("a.nii.gz"), "{found}");

    let smaller = Grid::aligned([6, 5, 3], [1.0, 1.0, 2.0], [3.0, -4.0, 5.0]).unwrap();
    write_nifti(&path, &Field::filled(smaller, 1_u8), VoxelMeaning::Labels).unwrap();
    assert!(message().contains("b.nii.gz: [6, 5, 3] voxels; expected [6, 5, 4]"));

    let several = Field::from_fn(grid(), |[i, ..]| i as u8);
    write_nifti(&path, &several, VoxelMeaning::Labels).unwrap();
    assert!(message().contains("b.nii.gz: holds the labels 1 and 5; expected one structure"));

    write_nifti(&path, &Field::filled(grid(), 0.5_f32), VoxelMeaning::Values).unwrap();
    assert!(message().contains("b.nii.gz: voxel [0, 0, 0] holds 0.5; expected a whole number"));

    folder.file("b.nii.gz", b"nonsense");
    assert!(message().contains("b.nii.gz: is no image that is read here"));
}

#[test]
fn nothing_labelled_is_refused() {
    let folder = Folder::new("labels-none");
    let message = || read_labels(folder.path(), None).map(|_| ()).unwrap_err().to_string();
    assert!(message().contains("no label image in the folder"));
    structure(&folder, "a.nii.gz", |_| false);
    assert!(message().contains("no labelled voxel"));
    let file = folder.path().join("a.nii.gz");
    assert!(read_labels(&file, None).unwrap_err().to_string().contains("no labelled voxel"));
}

#[test]
fn a_multi_label_file_takes_its_names_from_a_table_or_has_numbers() {
    let folder = Folder::new("labels-table");
    let path = folder.path().join("all.nii.gz");
    let numbers = Field::from_fn(grid(), |[i, ..]| [0, 75, 3, 3, 500, 0][i] as u16);
    write_nifti(&path, &numbers, VoxelMeaning::Labels).unwrap();

    let set = read_labels(&path, None).unwrap();
    assert_eq!(set.names, ["label_3", "label_75", "label_500"]);
    assert!(set.labels == Field::from_fn(grid(), |[i, ..]| [0, 2, 1, 1, 3, 0][i]));
    assert!(set.notes[0].contains("without a name: 3, 75, 500"), "{:?}", set.notes);

    folder.file("all.csv", b"index,name\n0,background\n3,kidney\n75,femur_left\n9,absent\n");
    let set = read_labels(&path, None).unwrap();
    assert_eq!(set.names, ["kidney", "femur_left", "label_500"]);
    assert!(set.notes[0].contains("all.csv"), "{:?}", set.notes);

    let table = folder.file("other.json", br#"{"3": "x", "75": "y", "500": "z"}"#);
    assert_eq!(read_labels(&path, Some(&table)).unwrap().names, ["x", "y", "z"]);
    let gone = folder.path().join("gone.csv");
    assert!(read_labels(&path, Some(&gone)).unwrap_err().to_string().contains("gone.csv"));
}

#[test]
fn names_in_a_nifti_extension_are_used() {
    let folder = Folder::new("labels-extension");
    let xml = b"<LabelTable><Label Key=\"1\" Red=\"1\"><![CDATA[spleen]]></Label>\
        <Label Key=\"2\" Red=\"0\"><![CDATA[femur_right]]></Label></LabelTable>";
    let mut nifti = Nifti::of(2, (0..24).map(|n| n % 3).collect());
    let length = (8 + xml.len()).next_multiple_of(16);
    nifti.vox_offset = 352.0 + length as f32;
    let mut bytes = nifti.bytes();
    bytes[348] = 1;
    let mut extension = vec![0; length];
    extension[..4].copy_from_slice(&(length as i32).to_le_bytes());
    extension[8..8 + xml.len()].copy_from_slice(xml);
    bytes.splice(352..352, extension);
    let set = read_labels(&folder.file("all.nii", &bytes), None).unwrap();
    assert_eq!(set.names, ["spleen", "femur_right"]);
}

#[test]
fn slicer_segments_in_layers_may_overlap() {
    let folder = Folder::new("labels-slicer");
    let header = "NRRD0004\ntype: unsigned char\ndimension: 4\nspace: left-posterior-superior\n\
        sizes: 2 4 1 1\nspace directions: none (1,0,0) (0,1,0) (0,0,1)\n\
        kinds: list domain domain domain\nencoding: raw\nspace origin: (0,0,0)\n\
        Segment0_Name:=femur\nSegment0_Layer:=0\nSegment0_LabelValue:=1\n\
        Segment1_Name:=hip bone\nSegment1_Layer:=0\nSegment1_LabelValue:=2\n\
        Segment2_Name:=implant\nSegment2_Layer:=1\nSegment2_LabelValue:=1\n\n";
    // Voxel by voxel: first layer, second layer.
    let data = [1, 0, 1, 1, 1, 0, 2, 0];
    let file = [header.as_bytes(), &data].concat();
    let set = read_labels(&folder.file("a.seg.nrrd", &file), None).unwrap();
    assert_eq!(set.names, ["femur", "hip bone", "implant"]);
    assert_eq!(set.labels.clone().into_vec(), [1, 3, 1, 2]);
    assert!(set.notes[0].contains("go to the smaller, implant"), "{:?}", set.notes);
}
