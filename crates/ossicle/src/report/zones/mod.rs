//! The zonal profile: what the lesion is made of from its rim to its centre.
//!
//! | step | file |
//! |---|---|
//! | what counts as the lesion, and how deep a voxel lies in it | `depth.rs` |
//! | means of the fields by depth | `profile.rs` |
//! | what each depth is called | `names.rs` |
//! | the figure | `figure.rs` |

mod depth;
mod figure;
mod names;
mod profile;

pub(super) use figure::figure;
