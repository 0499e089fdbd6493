//! Bones as rigid bodies.
