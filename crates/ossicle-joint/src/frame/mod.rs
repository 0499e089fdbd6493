//! Joint centre and clinical axes.
