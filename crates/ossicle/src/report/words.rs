//! Numbers and quantities in words.

/// A number with at most `digits` significant digits, thousands apart, very small and very
/// large ones as powers of ten.
pub(crate) fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return "not a number".to_owned();
    }
    let rounded = format!("{value:.*e}", digits.saturating_sub(1));
    let Some((mantissa, exponent)) = rounded.split_once('e') else { return rounded };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-3..7).contains(&exponent) {
        return format!("{}×10{}", trimmed(mantissa), superscript(exponent));
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    let plain = format!("{:.decimals$}", rounded.parse::<f64>().unwrap_or(value));
    thousands_apart(if decimals > 0 { trimmed(&plain) } else { &plain })
}

/// A number with three significant digits.
pub(super) fn number(value: f64) -> String {
    significant(value, 3)
}

/// A number as it was given, to the last digit.
pub(super) fn exact(value: f64) -> String {
    let (plain, scientific) = (format!("{value}"), format!("{value:e}"));
    match scientific.split_once('e') {
        Some((mantissa, exponent)) if plain.len() > scientific.len() + 4 => {
            format!("{mantissa}×10{}", superscript(exponent.parse().unwrap_or(0)))
        }
        _ => plain,
    }
}

/// Without the zeros that end a decimal fraction.
fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A count, thousands apart.
pub(crate) fn count(count: u64) -> String {
    thousands_apart(&count.to_string())
}

/// With a comma between thousands.
fn thousands_apart(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, fraction) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
    let mut out = sign.to_owned();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n) % 3 == 0 && whole.len() > 4 {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

fn superscript(exponent: i32) -> String {
    let raised = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32('⁴' as u32 + c as u32 - '4' as u32).unwrap_or(c),
        _ => '⁰',
    };
    exponent.to_string().chars().map(raised).collect()
}

/// The factor and name of the unit that suits volumes up to this one.
pub(super) fn volume_unit(largest_mm3: f64) -> (f64, &'static str) {
    if largest_mm3 >= 100.0 { (1e-3, "cm³") } else { (1.0, "mm³") }
}

/// The factor and name of the unit that suits masses up to this one.
pub(super) fn mass_unit(largest_mg: f64) -> (f64, &'static str) {
    if largest_mg >= 1000.0 { (1e-3, "g") } else { (1.0, "mg") }
}

/// A volume in the unit that suits it.
pub(super) fn volume(mm3: f64) -> String {
    let (factor, unit) = volume_unit(mm3);
    format!("{} {unit}", number(factor * mm3))
}

/// A mass in the unit that suits it.
pub(super) fn mass(mg: f64) -> String {
    let (factor, unit) = mass_unit(mg);
    format!("{} {unit}", number(factor * mg))
}

/// Numbers below one another, with as many decimals as give the largest `digits` significant
/// ones. What is too small for them is told from nothing: `<0.01` and `0`.
pub(super) fn column(values: &[f64], digits: i32) -> Vec<String> {
    let largest = values.iter().filter(|v| v.is_finite()).fold(0.0_f64, |m, v| m.max(v.abs()));
    let size = if largest > 0.0 { libm::floor(libm::log10(largest)) as i32 } else { 0 };
    let decimals = (digits - 1 - size).clamp(0, 12) as usize;
    let least = libm::pow(10.0, -(decimals as f64));
    let cell = |v: &f64| match v.abs() {
        0.0 => "0".to_owned(),
        size if !size.is_finite() => "–".to_owned(),
        size if size < 0.5 * least => format!("<{least:.decimals$}"),
        _ => thousands_apart(&format!("{v:.decimals$}")),
    };
    values.iter().map(cell).collect()
}

/// A share in per cent.
pub(super) fn per_cent(share: f64) -> String {
    format!("{} %", significant(100.0 * share, 2))
}

/// An angle.
pub(super) fn degrees(angle: f64) -> String {
    format!("{angle:.0}°")
}

/// A moment: `day 42`.
pub(super) fn day(day: f64) -> String {
    format!("day {day:.0}")
}

/// A time that a computer took.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds < 100.0 {
        return format!("{} s", significant(seconds, 2));
    }
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// An amount of memory or storage.
pub(super) fn bytes(bytes: u64) -> String {
    let units = [(1_u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(size, _)| bytes >= *size) {
        Some((size, unit)) => format!("{} {unit}", number(bytes as f64 / size as f64)),
        None => format!("{bytes} bytes"),
    }
}

/// A name from a file in words: `cartilage_matrix` as `cartilage matrix`.
pub(super) fn spoken(name: &str) -> String {
    match name {
        "bmp" => "BMP".to_owned(),
        "vegf" => "VEGF".to_owned(),
        "tgf_beta" => "TGF-β".to_owned(),
        "tendon_ligament" => "tendon, ligament".to_owned(),
        _ => name.replace('_', " "),
    }
}

/// Things one after the other: `a`, `a and b`, `a, b and c`.
pub(super) fn listed<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// With a capital letter at its beginning.
pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_significant_digits() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (2.6561, "2.66"),
            (2.0, "2"),
            (0.5, "0.5"),
            (0.001234, "0.00123"),
            (999.6, "1000"),
            (12345.0, "12,300"),
            (1_234_567.0, "1,230,000"),
            (-45.67, "−45.7"),
            (4.3e-16, "4.3×10⁻¹⁶"),
            (1.5e21, "1.5×10²¹"),
            (1e9, "1×10⁹"),
            (9.999e6, "1×10⁷"),
            (f64::NAN, "not a number"),
        ] {
            assert_eq!(number(value), text, "{value}");
        }
        assert_eq!(significant(12345.6, 5), "12,346");
        assert_eq!(exact(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(exact(1e-12), "1×10⁻¹²");
    }

    #[test]
    fn quantities_come_in_the_unit_that_suits_them() {
        assert_eq!(volume(2656.0), "2.66 cm³");
        assert_eq!(volume(84.21), "84.2 mm³");
        assert_eq!(volume(0.0), "0 mm³");
        assert_eq!(mass(1091.3), "1.09 g");
        assert_eq!(mass(6.6), "6.6 mg");
        assert_eq!(per_cent(0.8705), "87 %");
        assert_eq!(degrees(93.6), "94°");
        assert_eq!(day(42.85), "day 43");
        assert_eq!(seconds(12.34), "12 s");
        assert_eq!(seconds(135.8), "2 min 16 s");
        assert_eq!(seconds(7265.0), "2 h 1 min");
        assert_eq!(bytes(75_235_328), "71.8 MiB");
        assert_eq!(bytes(886), "886 bytes");
    }

    #[test]
    fn columns_have_the_decimals_of_their_largest_number() {
        let texts = |values: &[f64]| column(values, 3).join(" ");
        assert_eq!(texts(&[0.0, 1e-10, 0.66, 10.356]), "0 <0.1 0.7 10.4");
        assert_eq!(texts(&[0.0012, 0.0312]), "0.0012 0.0312");
        assert_eq!(texts(&[12345.0, -3.0, f64::NAN]), "12,345 −3 –");
        assert_eq!(texts(&[0.0, 0.0]), "0 0");
    }

    #[test]
    fn words_are_joined_as_in_a_sentence() {
        assert_eq!(listed(&["bone"]), "bone");
        assert_eq!(listed(&[0, 14, 42]), "0, 14 and 42");
        assert_eq!(listed::<u8>(&[]), "");
        assert_eq!(capitalised("éclat"), "Éclat");
        assert_eq!(spoken("articular_cartilage"), "articular cartilage");
        assert_eq!(spoken("tgf_beta"), "TGF-β");
    }
}
