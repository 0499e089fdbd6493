//! Golden digests of the final states of small cases, and the version of the model that they make.
//!
//! A digest covers every value of a state; `crates/ossicle-cli/tests/program/golden.rs` and, for
//! the smallest, `crates/ossicle/tests/golden.rs` have the cases. One that changes means that results change: find out which commit moved them and by how
//! much, say so in `CHANGELOG.md` with the read-outs, enter it in `docs/known-wrong-results.md` if
//! the old result was wrong, and only then write the new digest here. A change that was meant to
//! be faster, tidier or better documented must not change one.
//!
//! Results cannot change without a digest here, or the test fails; so the digests together tell
//! versions of the model apart, and no one has to remember to count one up.

/// A ball of damage in muscle, 40 days.
pub const BALL: &str = "1450ed0b593bc874c04ad9f19c561fce3dc245a9915d20594db1f429576922ec";
/// A central lesion in a mouse, 4 days.
pub const MOUSE: &str = "6b70a9ce0a2c7f64ede0780fdd0b00ea06cce5ef3528d4291ca71ca5b7caf196";
/// A torn capsule of a hip on voxels that are no cubes, 20 days.
pub const HIP: &str = "8a79decabe0b6933fa6adaff7ea9876f65aae213d8284896af28799d4c11d6f5";

/// A ball of damage in muscle on a few hundred voxels, 2 days: for debug builds, too.
pub const SMALL: &str = "95f9dd6723a5d61781eed132261f1813632687bc0eb877796c4fcde0e65713a3";

/// The version of the model: equal versions give equal bits. A checkpoint of another one is
/// refused.
#[must_use]
pub fn model_version() -> String {
    let digest = blake3::hash([BALL, MOUSE, HIP, SMALL].concat().as_bytes());
    digest.to_hex()[..DIGITS].to_owned()
}

/// Hexadecimal digits that are enough to tell versions apart.
const DIGITS: usize = 12;
