//! Golden digests of the final states of small cases, and the version of the model that they make.
//!
//! A digest covers every slow field and the joint, bit by bit; `crates/ossicle-cli/tests/program/golden.rs` and, for
//! the smallest, `crates/ossicle/tests/golden.rs` have the cases. One that changes means that results change: find out which commit moved them and by how
//! much, say so in `CHANGELOG.md` with the read-outs, enter it in `docs/known-wrong-results.md` if
//! the old result was wrong, and only then write the new digest here. A change that was meant to
//! be faster, tidier or better documented must not change one.
//!
//! Results cannot change without a digest here, or the test fails; so the digests together tell
//! versions of the model apart, and no one has to remember to count one up.

/// A ball of damage in muscle, 40 days.
pub const BALL: &str = "c9f7a9bd9a35caceab02a86ccaeeb8135cbc32b6239ce389e6972bfc51ce69e3";
/// A central lesion in a mouse, 4 days.
pub const MOUSE: &str = "47a8aebdd26c49c0773a43a326734354095282fe3bbe15eeb2e10da92bf6481a";
/// A torn capsule of a hip on voxels that are no cubes, 20 days.
pub const HIP: &str = "a27e7c262c0f2800266def4da3b636f8bcb9b0336cfdece7abb0b4577c0ffe93";
/// The same hip, moved and strained by its bones.
pub const BONES: &str = "ec27e693de0047f84e338f200e174c81e7b7ff8e231c8273c4ff65b4933c1759";

/// A ball of damage in muscle on a few hundred voxels, 2 days: for debug builds, too.
pub const SMALL: &str = "a2061cab8d4358e6211cc3ff36cfcef11f7ef85659d679b3979842c29fab90cd";

/// The version of the model: equal versions give equal bits. A checkpoint of another one is
/// refused.
#[must_use]
pub fn model_version() -> String {
    let digest = blake3::hash([BALL, MOUSE, HIP, BONES, SMALL].concat().as_bytes());
    digest.to_hex()[..DIGITS].to_owned()
}

/// Hexadecimal digits that are enough to tell versions apart.
const DIGITS: usize = 12;
