//! Golden digests: small cases, to the bit.
//!
//! `ossicle::golden` has the digests, and what a change of them means.

use ossicle::golden::{BALL, BONES, HIP, MOUSE};

use super::support::{Desk, tiny};

/// A central lesion in a mouse, ten times smaller and two and a half times faster.
fn mouse() -> String {
    tiny(&[
        ("Tiny ball", "Tiny ball in a mouse"),
        (
            "[anatomy]\n",
            "[patient]\nspecies = \"mouse\"\nneurological_injury = \"spinal cord\"\n\n[anatomy]\n",
        ),
        ("spacing = \"1.5 mm\"", "spacing = [\"0.2 mm\", \"0.2 mm\", \"0.25 mm\"]"),
        ("size = [\"18 mm\", \"18 mm\", \"18 mm\"]", "size = [\"3 mm\", \"3 mm\", \"3 mm\"]"),
        ("radii = \"6 mm\"", "radii = \"0.8 mm\""),
        ("edge = \"1.5 mm\"", "edge = \"0.2 mm\""),
    ])
}

/// Bone, cartilage, capsule and muscle, on voxels that are no cubes; still, then moved.
pub(crate) const HIP_CASE: &str = r#"format = 1
title = "Small hip"
duration = "20 d"
seed = 3

[anatomy]
builtin = "hip"
side = "left"

[anatomy.lesion_box]
spacing = ["1.5 mm", "1.5 mm", "1.2 mm"]
margin = "6 mm"

[[injury]]
name = "torn capsule"
kind = "capsule_tear"
direction = "anterior"
arc = "60 deg"
severity = 2

[[motion]]
from = "0 d"
to = "7 d"
mode = "still"

[[motion]]
from = "7 d"
mode = "comfortable"
amplitude = 0.6

[outputs]
virtual_ct_days = []
field_days = []
"#;

fn digest(case: &str, threads: &str) -> String {
    let desk = Desk::new();
    desk.write("case.toml", case);
    desk.ossicle(&["run", "case.toml", "-o", "run", "--threads", threads]).ok();
    desk.record("run")["state_digest"].as_str().unwrap().to_owned()
}

#[test]
fn the_digest_of_a_ball() {
    assert_eq!(digest(&tiny(&[("duration = \"4 d\"", "duration = \"40 d\"")]), "2"), BALL);
}

#[test]
fn the_digest_of_a_mouse() {
    assert_eq!(digest(&mouse(), "2"), MOUSE);
}

#[test]
fn the_digest_of_a_hip_for_any_number_of_threads() {
    for threads in ["1", "2", "3", "4", "8"] {
        assert_eq!(digest(HIP_CASE, threads), HIP, "{threads} threads");
    }
}

/// The small hip told by its bones.
pub(crate) fn hip_of_bones() -> String {
    format!("{HIP_CASE}\n[model]\nmechanics = \"bones\"\n")
}

#[test]
fn the_digest_of_a_hip_of_bones_for_any_number_of_threads() {
    for threads in ["1", "3"] {
        assert_eq!(digest(&hip_of_bones(), threads), BONES, "{threads} threads");
    }
}
