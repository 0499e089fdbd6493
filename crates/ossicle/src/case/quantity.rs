//! Physical quantities of a case, each a type that names its unit.

/// A physical quantity held in one fixed unit.
pub trait Quantity: Copy + PartialEq {
    /// What it is, with its article: "a length".
    const WHAT: &'static str;
    /// The unit it is held in, as a case file writes it.
    const UNIT: &'static str;
    /// A value as a case file writes it.
    const EXAMPLE: &'static str;
    /// Whether months and years may be used.
    const CALENDAR: bool = false;

    /// From a number of [`Quantity::UNIT`]s.
    fn from_number(number: f64) -> Self;

    /// How many [`Quantity::UNIT`]s.
    fn number(self) -> f64;

    /// As a case file writes it: `1 mm`. Reading that back gives this value to
    /// the last bit.
    fn written(self) -> String {
        format!("{} {}", self.number(), Self::UNIT)
    }
}

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $what:literal, $unit:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
        pub struct $name(
            #[doc = concat!("How many ", $unit, ".")]
            pub f64,
        );

        impl Quantity for $name {
            const WHAT: &'static str = $what;
            const UNIT: &'static str = $unit;
            const EXAMPLE: &'static str = $example;

            fn from_number(number: f64) -> Self {
                Self(number)
            }

            fn number(self) -> f64 {
                self.0
            }
        }
    };
}

quantity! {
    /// A length in millimetres.
    LengthMm, "a length", "mm", "1 mm"
}
quantity! {
    /// A span of time, or a time since the start of the case, in days.
    DurationDays, "a time", "d", "14 d"
}
quantity! {
    /// An angle in degrees.
    AngleDeg, "an angle", "deg", "30 deg"
}
quantity! {
    /// A difference of radiodensity in Hounsfield units.
    Hounsfield, "a radiodensity", "HU", "10 HU"
}

/// An age in days; a year counts 365.25 d and a month a twelfth of that.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct AgeDays(
    /// How many days.
    pub f64,
);

/// Days in a year of age.
const DAYS_PER_YEAR: f64 = 365.25;

impl AgeDays {
    /// An age from years.
    #[must_use]
    pub fn from_years(years: f64) -> Self {
        Self(years * DAYS_PER_YEAR)
    }

    /// The age in years.
    #[must_use]
    pub fn years(self) -> f64 {
        self.0 / DAYS_PER_YEAR
    }
}

impl Quantity for AgeDays {
    const WHAT: &'static str = "an age";
    const UNIT: &'static str = "d";
    const EXAMPLE: &'static str = "34 years";
    const CALENDAR: bool = true;

    fn from_number(number: f64) -> Self {
        Self(number)
    }

    fn number(self) -> f64 {
        self.0
    }

    /// In whole years or whole weeks where it is that, else in days.
    fn written(self) -> String {
        let (years, weeks) = (self.years(), self.0 / 7.0);
        if years.fract() == 0.0 {
            format!("{years} years")
        } else if weeks.fract() == 0.0 {
            format!("{weeks} weeks")
        } else {
            format!("{} d", self.0)
        }
    }
}
