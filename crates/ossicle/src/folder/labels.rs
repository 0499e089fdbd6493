//! What the codes of the anatomy's labels mean.

use std::fmt::Write;

use ossicle_anatomy::Tissue;

/// A colour table as 3D Slicer reads it from comma-separated values, and any table
/// reader does.
///
/// ITK-SNAP reads its own format only, see [`itk_snap_table`].
pub(super) fn slicer_table() -> String {
    let mut table = "LabelValue,Name,Color_R,Color_G,Color_B,Color_A\n".to_owned();
    for tissue in Tissue::ALL {
        let [red, green, blue] = tissue.colour();
        let opacity = if tissue.is_outside() { 0 } else { 255 };
        let (code, name) = (tissue.code(), tissue.name());
        // Writing to a string does not fail.
        let _ = writeln!(table, "{code},{name},{red},{green},{blue},{opacity}");
    }
    table
}

/// The colours and names as a label description of ITK-SNAP: code, red, green, blue,
/// opacity, visible in slices, visible as a surface, name in quotation marks.
pub(super) fn itk_snap_table() -> String {
    let mut table = "# ITK-SnAP Label Description File\n".to_owned();
    for tissue in Tissue::ALL {
        let [red, green, blue] = tissue.colour();
        let shown = u8::from(!tissue.is_outside());
        let (code, name) = (tissue.code(), tissue.name());
        let _ = writeln!(
            table,
            "{code:5} {red:5} {green:4} {blue:4} {shown:4} {shown:3} {shown:3}  \"{name}\""
        );
    }
    table
}
