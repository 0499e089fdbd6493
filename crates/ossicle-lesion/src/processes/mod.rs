//! The processes of the lesion, one file each.

pub mod adipogenesis;
pub mod angiogenesis;
pub mod bmp;
pub mod cartilage_matrix;
pub mod chondrogenesis;
pub mod debris;
pub mod endochondral;
pub mod fibrosis;
pub mod inflammation;
pub mod mechanics;
pub mod mechanoregulation;
pub mod migration;
pub mod mineralisation;
pub mod neurogenic;
pub mod osteoblasts;
pub mod osteogenesis;
pub mod osteoid;
pub mod proliferation;
pub mod prostaglandin;
pub mod resorption;
