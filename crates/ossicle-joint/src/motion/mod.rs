//! Range of motion by collision.
