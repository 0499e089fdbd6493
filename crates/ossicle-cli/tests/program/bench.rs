//! `ossicle bench`: what it refuses. What it measures is tested where it is measured, on sizes
//! that take no time.

use crate::support::Desk;

#[test]
fn what_cannot_be_measured_or_compared_is_refused() {
    let desk = Desk::with_tiny();
    desk.write("other.json", "{\"format\": 2}");
    desk.write("text.json", "none");
    let refused = |arguments: &[&str], parts: &[&str]| {
        desk.ossicle(&[&["bench", "tiny.toml"], arguments].concat()).refused(parts);
    };
    refused(&["--largest", "1e5"], &["found 1e5 voxels", "expected 2e5 to 1e8"]);
    refused(&["--largest", "nan"], &["found NaN voxels"]);
    refused(&["--days", "5"], &["found 5 days", "at most 4"]);
    refused(&["--baseline", "absent.json"], &["absent.json", "ossicle bench --save"]);
    refused(&["--baseline", "text.json"], &["text.json", "line 1", "ossicle bench --save"]);
    refused(&["--baseline", "other.json"], &["other.json: found format 2, expected 1"]);
    refused(&["--save", "tiny.toml"], &["tiny.toml exists", "--force"]);
    refused(&["--save", "absent/now.json"], &["no folder absent"]);
    desk.ossicle(&["bench", "absent.toml"]).refused(&["absent.toml"]);
    assert_eq!(desk.names("."), ["other.json", "text.json", "tiny.toml"]);
}
