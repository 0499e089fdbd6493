//! Numbers with their units and where they come from.

/// How a value was checked against its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checked {
    /// Read in the source itself.
    InSource,
    /// Read in another text that quotes the source.
    Quoted,
    /// From memory of the source; not read again.
    No,
}

/// One number of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// Its symbol.
    pub symbol: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Its unit; `1` for a pure number.
    pub unit: &'static str,
    /// The value used unless another is given.
    pub value: f64,
    /// Least and greatest sensible value.
    pub range: (f64, f64),
    /// Where it comes from; `assumed` marks a choice of this project.
    pub source: &'static str,
    /// How it was checked.
    pub checked: Checked,
}
