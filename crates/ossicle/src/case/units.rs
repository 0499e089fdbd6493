//! Units of measurement, read exactly.
//!
//! A unit is a product of named units with whole exponents, written as people
//! write them: `mm`, `mm2/d`, `ng/mL/d`, `/d`, `g/cm3`, `µm²/min`. It may start
//! with a number and divide by all that follows "per": `5e7 cells/mL`,
//! `/d per 1e6 cells/mL`. Every named unit is a power of ten times a ratio of
//! whole numbers of its base unit, so a conversion shifts the decimal point of
//! the number *as written* and then multiplies and divides once: `"450 um"` is
//! the same number as `"0.45 mm"`.

/// How many kinds of measure there are; see [`Base`].
const BASES: usize = 11;

/// The base measures, each with the unit that counts as one.
#[derive(Clone, Copy)]
enum Base {
    /// mm
    Length,
    /// d
    Time,
    /// ng, of a substance
    Mass,
    /// kg, of a body: a dose of 1 mg/kg is no pure number
    BodyMass,
    /// cells
    Cells,
    /// deg
    Angle,
    /// degC, a difference of temperature
    Temperature,
    /// mV
    Voltage,
    /// MPa, also of a gas
    Stress,
    /// Gy
    Dose,
    /// HU
    Radiodensity,
}

/// A named unit: `10^shift * numerator / denominator` of `base^exponent`.
struct Named {
    names: &'static [&'static str],
    base: Base,
    exponent: i8,
    shift: i32,
    numerator: u32,
    denominator: u32,
    /// A month or a year: not a fixed number of days except by convention.
    calendar: bool,
}

const fn decimal(names: &'static [&'static str], base: Base, exponent: i8, shift: i32) -> Named {
    Named { names, base, exponent, shift, numerator: 1, denominator: 1, calendar: false }
}

const fn days(names: &'static [&'static str], numerator: u32, denominator: u32) -> Named {
    Named { numerator, denominator, ..decimal(names, Base::Time, 1, 0) }
}

/// Calendar units by the Julian year of 365.25 d, good enough for an age.
const fn calendar(names: &'static [&'static str], numerator: u32, denominator: u32) -> Named {
    Named { calendar: true, ..days(names, numerator, denominator) }
}

/// Every unit there is; the first name of each is the one suggested.
static NAMED: &[Named] = &[
    decimal(&["mm"], Base::Length, 1, 0),
    decimal(&["um", "µm", "μm"], Base::Length, 1, -3),
    decimal(&["cm"], Base::Length, 1, 1),
    decimal(&["m"], Base::Length, 1, 3),
    decimal(&["mL", "ml"], Base::Length, 3, 3),
    decimal(&["uL", "ul", "µL", "μL"], Base::Length, 3, 0),
    decimal(&["L", "l"], Base::Length, 3, 6),
    days(&["d", "day", "days"], 1, 1),
    days(&["weeks", "week", "wk"], 7, 1),
    days(&["h", "hour", "hours"], 1, 24),
    days(&["min", "minute", "minutes"], 1, 1440),
    days(&["s", "second", "seconds"], 1, 86_400),
    calendar(&["years", "year", "yr", "y"], 1461, 4),
    calendar(&["months", "month"], 487, 16),
    decimal(&["ng"], Base::Mass, 1, 0),
    decimal(&["pg"], Base::Mass, 1, -3),
    decimal(&["ug", "µg", "μg"], Base::Mass, 1, 3),
    decimal(&["mg"], Base::Mass, 1, 6),
    decimal(&["g"], Base::Mass, 1, 9),
    decimal(&["kg"], Base::BodyMass, 1, 0),
    decimal(&["cells", "cell"], Base::Cells, 1, 0),
    decimal(&["deg", "degree", "degrees", "°"], Base::Angle, 1, 0),
    decimal(&["degC", "°C", "C", "K"], Base::Temperature, 1, 0),
    decimal(&["mV"], Base::Voltage, 1, 0),
    decimal(&["V"], Base::Voltage, 1, 3),
    decimal(&["uV", "µV", "μV"], Base::Voltage, 1, -3),
    decimal(&["MPa"], Base::Stress, 1, 0),
    decimal(&["kPa"], Base::Stress, 1, -3),
    decimal(&["Pa"], Base::Stress, 1, -6),
    decimal(&["GPa"], Base::Stress, 1, 3),
    Named { numerator: 101_325, denominator: 760, ..decimal(&["mmHg"], Base::Stress, 1, -6) },
    decimal(&["Gy"], Base::Dose, 1, 0),
    decimal(&["cGy"], Base::Dose, 1, -2),
    decimal(&["HU"], Base::Radiodensity, 1, 0),
];

/// What stands for no unit at all.
const PURE: [&str; 3] = ["", "1", "volume fraction"];

/// A unit that was understood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit {
    exponents: [i8; BASES],
    shift: i32,
    numerator: f64,
    denominator: f64,
    calendar: bool,
}

impl Unit {
    const ONE: Self =
        Self { exponents: [0; BASES], shift: 0, numerator: 1.0, denominator: 1.0, calendar: false };

    /// Reads `mm2/d` and its like; see the head of this file.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if is_pure(text) {
            return Some(Self::ONE);
        }
        let mut unit = Self::ONE;
        match text.split_once(" per ") {
            None => unit.multiply_product(text, 1)?,
            Some((above, below)) => {
                unit.multiply_product(above, 1)?;
                unit.multiply_product(below, -1)?;
            }
        }
        Some(unit)
    }

    /// Reads what follows a number: a unit, after a times sign where it starts
    /// with a number itself. (`1 5 mm` is a slip, not five millimetres.)
    pub(super) fn parse_after_number(text: &str) -> Option<Self> {
        match text.trim().strip_prefix(['x', '×', '*']) {
            Some(unit) => Self::parse(unit),
            None => Self::parse(text)
                .filter(|_| Amount::split(text).is_none() || text.starts_with("1/")),
        }
    }

    /// Multiplies by a product such as `5e7 cells/mL`, raised to `sign`.
    fn multiply_product(&mut self, text: &str, sign: i32) -> Option<()> {
        let text = text.trim();
        let names = match Amount::split(text) {
            None => text,
            Some(scale) => {
                let mantissa: f64 = scale.mantissa.parse().ok()?;
                self.shift += scale.exponent * sign;
                if sign > 0 {
                    self.numerator *= mantissa;
                } else {
                    self.denominator *= mantissa;
                }
                scale.unit
            }
        };
        for (divisions, part) in names.split('/').enumerate() {
            let factors: Vec<&str> =
                part.split(['*', '·', ' ']).filter(|factor| !factor.is_empty()).collect();
            // Only the numerator may be empty, as in "/d"; what follows a
            // division sign is one factor, as in "ng/mL/d".
            if divisions > 0 && factors.len() != 1 {
                return None;
            }
            for factor in factors {
                self.multiply(factor, if divisions == 0 { sign } else { -sign })?;
            }
        }
        Some(())
    }

    /// Multiplies by one factor such as `mm2`, raised to `sign`.
    fn multiply(&mut self, factor: &str, sign: i32) -> Option<()> {
        let (name, power) = split_exponent(factor)?;
        let named = NAMED.iter().find(|named| named.names.contains(&name))?;
        let power = power * sign;
        let exponent = &mut self.exponents[named.base as usize];
        *exponent = exponent.checked_add(i8::try_from(power).ok()?.checked_mul(named.exponent)?)?;
        self.shift += named.shift * power;
        let (up, down) = if power > 0 {
            (named.numerator, named.denominator)
        } else {
            (named.denominator, named.numerator)
        };
        for _ in 0..power.unsigned_abs() {
            self.numerator *= f64::from(up);
            self.denominator *= f64::from(down);
        }
        self.calendar |= named.calendar;
        Some(())
    }

    /// Whether both measure the same thing, whatever their size.
    pub(super) fn measures_like(&self, other: &Self) -> bool {
        self.exponents == other.exponents
    }

    /// Whether a month or a year is part of it.
    pub(super) fn is_calendar(&self) -> bool {
        self.calendar
    }
}

/// `mm2`, `mm^2`, `mm²`, `d-1`, `d⁻¹` into name and exponent (1 where none is
/// written; never 0, at most 9).
fn split_exponent(factor: &str) -> Option<(&str, i32)> {
    let is_exponent = |c: char| c.is_ascii_digit() || "^-²³⁻¹".contains(c);
    let name = factor.trim_end_matches(is_exponent);
    let mut negative = false;
    let mut power = None;
    for c in factor[name.len()..].chars() {
        match (c, power) {
            ('^', None) if !negative => {}
            ('-' | '⁻', None) if !negative => negative = true,
            ('¹', None) => power = Some(1),
            ('²', None) => power = Some(2),
            ('³', None) => power = Some(3),
            ('1'..='9', None) => power = c.to_digit(10),
            _ => return None,
        }
    }
    let bare = name.len() == factor.len();
    match power {
        None if bare => Some((name, 1)),
        Some(power) if !name.is_empty() => {
            let power = i32::try_from(power).ok()?;
            Some((name, if negative { -power } else { power }))
        }
        _ => None,
    }
}

/// The names of the units that measure the same as `like` and are one word.
pub(super) fn names_like(like: &Unit, with_calendar: bool) -> Vec<&'static str> {
    NAMED
        .iter()
        .filter(|named| with_calendar || !named.calendar)
        .flat_map(|named| named.names)
        .copied()
        .filter(|name| Unit::parse(name).is_some_and(|unit| unit.measures_like(like)))
        .collect()
}

/// Whether this stands for no unit at all.
pub(super) fn is_pure(unit: &str) -> bool {
    PURE.contains(&unit.trim())
}

/// A number with its unit as people write it: `0.7 /d`, `0.094 x 5e7 cells/mL`.
pub(super) fn with_unit(number: &str, unit: &str) -> String {
    if is_pure(unit) {
        number.to_owned()
    } else if let Some(below) = unit.strip_prefix("1/") {
        format!("{number} /{below}")
    } else if unit.starts_with(|c: char| c.is_ascii_digit()) {
        format!("{number} x {unit}")
    } else {
        format!("{number} {unit}")
    }
}

/// A number as written and what follows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Amount<'a> {
    /// Sign, digits and point, without the exponent.
    mantissa: &'a str,
    exponent: i32,
    /// The number as it stands in the text.
    pub(super) number: &'a str,
    /// The rest, trimmed; empty where no unit was written.
    pub(super) unit: &'a str,
}

impl<'a> Amount<'a> {
    /// Splits `"-1.5e3 mm2/d"`; `None` where the text does not start with a
    /// decimal number.
    pub(super) fn split(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let bytes = text.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
        let whole = digits(at);
        at += whole;
        let mut fraction = 0;
        if bytes.get(at) == Some(&b'.') {
            fraction = digits(at + 1);
            at += 1 + fraction;
        }
        if whole + fraction == 0 {
            return None;
        }
        let mantissa = &text[..at];
        let mut exponent = 0;
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let signed = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let count = bytes.get(signed..).map_or(0, |_| digits(signed));
            if count > 0 {
                // Beyond this every number is zero or infinite.
                let limit = if bytes[at + 1] == b'-' { -99_999 } else { 99_999 };
                exponent = text[at + 1..signed + count].parse().unwrap_or(limit);
                exponent = exponent.clamp(-99_999, 99_999);
                at = signed + count;
            }
        }
        Some(Self { mantissa, exponent, number: &text[..at], unit: text[at..].trim() })
    }

    /// The amount in `target`, given that it was written in `unit`; both must
    /// measure the same thing. Infinite where the number is too large.
    pub(super) fn convert(&self, unit: &Unit, target: &Unit) -> f64 {
        let shift = self.exponent + unit.shift - target.shift;
        // A mantissa and an exponent always parse; were it not so, the caller
        // refuses what is not finite.
        let shifted: f64 = format!("{}e{shift}", self.mantissa).parse().unwrap_or(f64::NAN);
        let up = unit.numerator * target.denominator;
        let down = unit.denominator * target.numerator;
        // In the target's own unit the number stays to the last bit.
        if up == down { shifted } else { shifted * up / down }
    }
}
