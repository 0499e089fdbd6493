//! Published models that the lesion model was built from, as they were published.
//!
//! Each is one file: the equations, the values with unit, range and source, and a way to run
//! it. They use the same numerics as the lesion model, so that reproducing their figures
//! checks both. The lesion model does not call them.
//!
//! | model | what it describes | form |
//! |---|---|---|
//! | [`trejo_2019`] | macrophages, cytokines and repair after a fracture | 10 ordinary equations |
//! | [`komarova_2015`] | matrix maturation, inhibitor and mineral | 5 ordinary equations |
//! | [`lemaire_2004`] | osteoblasts and osteoclasts in balance | 3 ordinary equations |
//! | [`anderson_chaplain_1998`] | endothelial cells on their way to a tumour | 1-D, taxis and diffusion |
//! | [`bailon_plaza_2001`] | cells, matrices and growth factors in a callus | 1-D, reaction and movement |

pub mod anderson_chaplain_1998;
pub mod bailon_plaza_2001;
mod course;
pub mod komarova_2015;
pub mod lemaire_2004;
mod record;
pub mod trejo_2019;

pub use course::{Course, Peak};
pub use record::Record;
