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
pub const BALL: &str = "3c2cc6da4fc269a1effcc1912cb62b13fc20701ee5ce4ab12d1a3a5b04e05208";
/// A central lesion in a mouse, 4 days.
pub const MOUSE: &str = "44f1c9ebc94389e124d4410ee9ed815f5a159ad5348df3af43ec1734db5f400d";
/// A torn capsule of a hip on voxels that are no cubes, 20 days.
pub const HIP: &str = "9546dbf22d11bb22ebe3adec6905f2f305fe3c58d85087384538d206366eaa72";
/// The same hip, moved and strained by its bones.
pub const BONES: &str = "a2b5616fd485c8796388e51830372004e46907a3b5a960be6295a0f64a9973e3";

/// A ball of damage in muscle on a few hundred voxels, 2 days: for debug builds, too.
pub const SMALL: &str = "acdeb1a5d4050179cf35f4caac94326002ff977054fc95f0aa3e307e1075887d";

/// The version of the model: equal versions give equal bits. A checkpoint of another one is
/// refused.
#[must_use]
pub fn model_version() -> String {
    let digest = blake3::hash([BALL, MOUSE, HIP, BONES, SMALL].concat().as_bytes());
    digest.to_hex()[..DIGITS].to_owned()
}

/// Hexadecimal digits that are enough to tell versions apart.
const DIGITS: usize = 12;
