//! Colours that people with any colour vision tell apart (Okabe and Ito, 2008).
//!
//! A line's colour is too light for text on white, so each comes with a darker one whose
//! contrast with white is at least 4.5 to 1.

/// A colour for lines and areas, its darker form for text, and a dash of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) struct Ink {
    /// For lines and areas.
    pub(in crate::report) line: &'static str,
    /// For words on white.
    pub(in crate::report) text: &'static str,
    /// Dashes of the line, empty for none.
    pub(in crate::report) dash: &'static str,
}

const fn ink(line: &'static str, text: &'static str, dash: &'static str) -> Ink {
    Ink { line, text, dash }
}

/// New bone, mineral.
pub(in crate::report) const BONE: Ink = ink("#D55E00", "#A34800", "");
/// Osteoid, osteoblasts.
pub(in crate::report) const OSTEOID: Ink = ink("#CC79A7", "#9C3F74", "7 3");
/// Cartilage, chondrocytes.
pub(in crate::report) const CARTILAGE: Ink = ink("#0072B2", "#00598C", "2 3");
/// Progenitors.
pub(in crate::report) const PROGENITORS: Ink = ink("#009E73", "#006B4E", "");
/// Inflammation.
pub(in crate::report) const INFLAMMATION: Ink = ink("#E69F00", "#8A5F00", "");
/// Vessels and oxygen.
pub(in crate::report) const PERFUSION: Ink = ink("#56B4E9", "#1F6F9E", "");
/// What has no colour of its own.
pub(in crate::report) const PLAIN: Ink = ink("#3B4754", "#3B4754", "");

/// Words.
pub(in crate::report) const TEXT: &str = "#1B242C";
/// Words of less weight: units, ticks.
pub(in crate::report) const QUIET: &str = "#55606B";
/// Axes and frames.
pub(in crate::report) const FRAME: &str = "#8B96A1";
/// Lines to read values by.
pub(in crate::report) const GUIDE: &str = "#E3E7EB";

/// Share of red, green and blue, 0 to 255, of a colour written `#RRGGBB`.
pub(in crate::report) fn channels(colour: &str) -> [u8; 3] {
    let of = |n: usize| {
        let digits = colour.get(1 + 2 * n..3 + 2 * n).unwrap_or_default();
        u8::from_str_radix(digits, 16).unwrap_or(0)
    };
    [of(0), of(1), of(2)]
}

/// A colour as `#rrggbb`.
pub(in crate::report) fn written([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
pub(in crate::report) mod tests {
    use super::*;

    /// Shares of light, red, green and blue, of a colour of a screen.
    pub(in crate::report) fn light(colour: [u8; 3]) -> [f64; 3] {
        colour.map(|c| {
            let share = f64::from(c) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
        })
    }

    /// Contrast of a colour with white by WCAG 2.
    fn contrast_with_white(colour: &str) -> f64 {
        let linear = light(channels(colour));
        1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
    }

    #[test]
    fn text_is_readable_on_white() {
        assert!((contrast_with_white("#FFFFFF") - 1.0).abs() < 1e-12);
        assert!((contrast_with_white("#000000") - 21.0).abs() < 1e-12);
        let inks = [BONE, OSTEOID, CARTILAGE, PROGENITORS, INFLAMMATION, PERFUSION, PLAIN];
        for colour in inks.map(|ink| ink.text).into_iter().chain([TEXT, QUIET]) {
            let contrast = contrast_with_white(colour);
            assert!(contrast >= 4.5, "{colour}: {contrast}");
        }
    }

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(channels("#D55E00"), [213, 94, 0]);
        assert_eq!(written([213, 94, 0]), "#d55e00");
    }
}
