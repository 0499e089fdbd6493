//! Units are read exactly, and what is no unit is told apart.

use super::super::measured::{Misread, read_amount};
use super::super::problem::Cause;
use super::super::quantity::{AgeDays, AngleDeg, DurationDays, Hounsfield, LengthMm, Quantity};
use super::super::units::{Unit, is_pure, with_unit};

#[test]
fn converts_exactly() {
    for (text, unit, number) in [
        ("1 mm", "mm", 1.0),
        ("1mm", "mm", 1.0),
        ("  1   mm ", "mm", 1.0),
        ("+.5 mm", "mm", 0.5),
        ("5. mm", "mm", 5.0),
        ("-2.5e1 mm", "mm", -25.0),
        ("1E-2 m", "mm", 10.0),
        ("0.1 cm", "mm", 1.0),
        ("450 um", "mm", 0.45),
        ("450 µm", "mm", 0.45),
        ("450 μm", "mm", 0.45),
        ("0.3 cm", "mm", 3.0),
        ("7 mm", "m", 0.007),
        ("540 d", "d", 540.0),
        ("1 day", "d", 1.0),
        ("12 weeks", "d", 84.0),
        ("36 h", "d", 1.5),
        ("1 hour", "d", 1.0 / 24.0),
        ("30 min", "d", 30.0 / 1440.0),
        ("86400 s", "d", 1.0),
        ("30 deg", "deg", 30.0),
        ("30°", "deg", 30.0),
        ("4 °C", "degC", 4.0),
        ("10 HU", "HU", 10.0),
        ("700 cGy", "Gy", 7.0),
        ("7 Gy", "Gy", 7.0),
        ("0.7 /d", "1/d", 0.7),
        ("0.7/d", "1/d", 0.7),
        ("0.7 1/d", "/d", 0.7),
        ("0.7 d-1", "1/d", 0.7),
        ("0.7 d^-1", "1/d", 0.7),
        ("0.7 d⁻¹", "1/d", 0.7),
        ("24 /h", "1/d", 576.0),
        ("0.2 mm2/d", "mm2/d", 0.2),
        ("0.2 mm^2/d", "mm2/d", 0.2),
        ("0.2 mm²/d", "mm2/d", 0.2),
        // 1800 um2/min is 1800e-6 * 1440 mm2/d.
        ("1800 um2/min", "mm2/d", 2.592),
        ("1 ng/mL", "ng/mL", 1.0),
        ("1 ug/L", "ng/mL", 1.0),
        ("25 ng/mL/d", "ng/mL/d", 25.0),
        ("3 mV/mm2", "mV/mm2", 3.0),
        ("0.004 mm2/mV/d", "mm2/mV/d", 0.004),
        ("17 GPa", "MPa", 17_000.0),
        ("20 mg/kg", "mg/kg", 20.0),
        ("1.15 g/cm3", "mg/mm3", 1.15),
        ("1 mL", "mm3", 1000.0),
        ("4e4 cells/mL", "1e6 cells/mL", 0.04),
        ("0.04 x 1e6 cells/mL", "1e6 cells/mL", 0.04),
        ("4.7e6 cells/mL", "5e7 cells/mL", 0.094),
        ("0.094 × 5e7 cells/mL", "5e7 cells/mL", 0.094),
        ("45 mmHg", "45 mmHg", 1.0),
        ("60 /d per 1e6 cells/mL", "1/d per 1e6 cells/mL", 60.0),
        ("6e-5 mL/cells/d", "1/d per 1e6 cells/mL", 60.0),
        ("0.1 mm2/d per ng/mL", "mm2/d per ng/mL", 0.1),
        ("0.1 mm2*mL/ng/d", "mm2/d per ng/mL", 0.1),
    ] {
        assert_eq!(read_amount(text, unit, false), Ok(number), "{text} in {unit}");
    }
    // A torr is 101325/760 Pa.
    let kilopascals = read_amount("45 mmHg", "kPa", false).unwrap();
    assert!((kilopascals - 5.999_507).abs() < 1e-6, "{kilopascals}");
}

#[test]
fn reads_ages_by_the_calendar() {
    for (text, days) in [
        ("34 years", 34.0 * 365.25),
        ("1 y", 365.25),
        ("18 months", 547.875),
        ("12 weeks", 84.0),
        ("3 d", 3.0),
    ] {
        assert_eq!(read_amount(text, "d", true), Ok(days), "{text}");
    }
    for (age, written) in [
        (AgeDays::from_years(34.0), "34 years"),
        (AgeDays(84.0), "12 weeks"),
        (AgeDays(547.875), "547.875 d"),
        (AgeDays(0.0), "0 years"),
    ] {
        assert_eq!(age.written(), written);
        assert_eq!(read_amount(written, "d", true), Ok(age.0));
    }
}

#[test]
fn tells_what_is_wrong() {
    let misread = |cause, nearest: &str, hint| {
        let nearest = Some(nearest).filter(|nearest| !nearest.is_empty()).map(str::to_owned);
        Err(Misread { cause, nearest, hint })
    };
    for (text, unit, cause, nearest) in [
        ("12", "mm", Cause::MissingUnit, "\"12 mm\""),
        ("0.5", "1/d", Cause::MissingUnit, "\"0.5 /d\""),
        ("0.5", "5e7 cells/mL", Cause::MissingUnit, "\"0.5 x 5e7 cells/mL\""),
        ("12 mn", "mm", Cause::UnknownUnit, "\"12 mm\""),
        ("12 MM", "mm", Cause::UnknownUnit, "\"12 mm\""),
        ("12 dyas", "d", Cause::UnknownUnit, "\"12 days\""),
        ("12 hu", "HU", Cause::UnknownUnit, "\"12 HU\""),
        ("0.2 mm2/dd", "mm2/d", Cause::UnknownUnit, "\"0.2 mm2/d\""),
        ("12 parsec", "mm", Cause::UnknownUnit, ""),
        ("12 mm mm-1-1", "mm", Cause::UnknownUnit, ""),
        ("12 mm0", "mm", Cause::UnknownUnit, "\"12 mm\""),
        ("1 /", "mm", Cause::UnknownUnit, ""),
        ("1 5 mm", "mm", Cause::UnknownUnit, ""),
        ("1 e5 mm", "mm", Cause::UnknownUnit, ""),
        ("12 d", "mm", Cause::WrongUnit, ""),
        ("12 mm2", "mm", Cause::WrongUnit, ""),
        ("0.7 d", "1/d", Cause::WrongUnit, ""),
        ("10 mg", "mg/kg", Cause::WrongUnit, ""),
        ("mm", "mm", Cause::NotANumber, ""),
        ("", "mm", Cause::NotANumber, ""),
        ("-", "mm", Cause::NotANumber, ""),
        (".", "mm", Cause::NotANumber, ""),
        ("nan mm", "mm", Cause::NotANumber, ""),
        ("inf mm", "mm", Cause::NotANumber, ""),
        ("1e999 mm", "mm", Cause::NotANumber, ""),
        ("1e99999999999999999999 mm", "mm", Cause::NotANumber, ""),
        ("one mm", "mm", Cause::NotANumber, ""),
        ("١ mm", "mm", Cause::NotANumber, ""),
    ] {
        assert_eq!(read_amount(text, unit, false), misread(cause, nearest, ""), "{text:?}");
    }
    assert_eq!(read_amount("1e-999 mm", "mm", false), Ok(0.0));
    assert_eq!(
        read_amount("0,5 mm", "mm", false),
        misread(Cause::NotANumber, "\"0.5 mm\"", "; the decimal sign is a point")
    );
    assert_eq!(
        read_amount("18 months", "d", false),
        misread(Cause::WrongUnit, "\"548 d\"", "; months and years have no fixed length")
    );
}

#[test]
fn every_quantity_writes_what_it_reads() {
    fn check<Q: Quantity + std::fmt::Debug>(numbers: &[f64]) {
        assert!(Unit::parse(Q::UNIT).is_some(), "{}", Q::UNIT);
        assert!(read_amount(Q::EXAMPLE, Q::UNIT, Q::CALENDAR).is_ok(), "{}", Q::EXAMPLE);
        for &number in numbers {
            let written = Q::from_number(number).written();
            assert_eq!(read_amount(&written, Q::UNIT, Q::CALENDAR), Ok(number), "{written}");
        }
    }
    let numbers = [0.0, 1.0, 0.1, 1.0 / 3.0, 1e-9, 123_456.789, f64::MIN_POSITIVE, -2.5];
    check::<LengthMm>(&numbers);
    check::<DurationDays>(&numbers);
    check::<AgeDays>(&numbers);
    check::<AngleDeg>(&numbers);
    check::<Hounsfield>(&numbers);
    for unit in ["1/d", "5e7 cells/mL", "45 mmHg", "1/d per 1e6 cells/mL", "mL/ng/d"] {
        for number in numbers {
            let written = with_unit(&number.to_string(), unit);
            assert_eq!(read_amount(&written, unit, false), Ok(number), "{written}");
        }
    }
}

#[test]
fn knows_the_units_of_the_model() {
    for unit in [
        "1",
        "volume fraction",
        "1/d",
        "1/d/degC",
        "1/degC",
        "1/d per 1e6 cells",
        "1/d per 1e6 cells/mL",
        "1e6 cells/mL",
        "20 mg/kg/d",
        "45 mmHg",
        "5e7 cells/mL",
        "d",
        "deg",
        "mL/ng/d",
        "mm",
        "mm2/d",
        "mm2/d per ng/mL",
        "mm2/mV/d",
        "mV/mm2",
        "MPa",
        "ng/mL",
        "ng/mL/d",
        "HU",
        "g/cm3",
    ] {
        assert!(Unit::parse(unit).is_some(), "{unit}");
    }
    let per_cell = Unit::parse("1/d per 1e6 cells").unwrap();
    assert!(!per_cell.measures_like(&Unit::parse("1/d").unwrap()));
    assert!(is_pure("volume fraction") && is_pure("1") && !is_pure("mg/kg"));
    assert!(!Unit::parse("mg/kg").unwrap().measures_like(&Unit::parse("1").unwrap()));
}
