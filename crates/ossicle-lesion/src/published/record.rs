//! Published values with what is known about them.

/// One published value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// Its symbol in the equations.
    pub symbol: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// The value.
    pub value: f64,
    /// Its unit; `1` for a pure number.
    pub unit: &'static str,
    /// Least and greatest value given, if any.
    pub range: Option<(f64, f64)>,
    /// Where it comes from.
    pub source: &'static str,
}

/// Declares a model's values: a struct with one `f64` each, whose default is what was
/// published, and the records.
///
/// Each line reads `field = "symbol" value [low, high] "unit", "meaning";`, the range optional.
macro_rules! records {
    ($(#[$doc:meta])* $name:ident from $source:literal {
        $($field:ident = $symbol:literal $value:literal $([$low:literal, $high:literal])?
          $unit:literal, $meaning:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name { $(
            #[doc = concat!($meaning, " (", $unit, ")")]
            pub $field: f64,
        )* }

        impl $name {
            /// Every value with its unit, range and source.
            pub const RECORDS: &'static [$crate::published::Record] = &[$(
                $crate::published::Record {
                    symbol: $symbol, meaning: $meaning, value: $value, unit: $unit,
                    range: $crate::published::record::records!(@range $($low, $high)?),
                    source: $source,
                },
            )*];
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $value,)* }
            }
        }
    };
    (@range) => { None };
    (@range $low:literal, $high:literal) => { Some(($low, $high)) };
}
pub(super) use records;
