//! JPEG-LS frames (ITU-T T.87), lossless and near-lossless, one component.

use super::jpeg_segments::{FrameHeader, Segments};
use super::pixels::{Decoded, check_size};
use crate::error::ScanFault;

/// Run lengths double as runs go on: the exponent for each stage.
const RUN_EXPONENTS: [u32; 32] = [
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13,
    14, 15,
];
const CONTEXTS: usize = 365;

/// Decodes a frame into unsigned samples.
pub(super) fn decode(stream: &[u8], rows: usize, columns: usize) -> Result<Decoded, ScanFault> {
    let damaged = |detail: &str| ScanFault::damaged("a JPEG-LS frame", detail);
    let frame = FrameHeader::find(stream).ok_or_else(|| damaged("no frame header"))?;
    check_size([frame.rows, frame.columns], rows, columns)?;
    if frame.kind != 0xf7 || frame.components != 1 || !(2..=16).contains(&frame.precision) {
        return Err(damaged("not one component of 2 to 16 bits"));
    }
    let mut preset = None;
    let segments = Segments::of(stream).ok_or_else(|| damaged("no start"))?;
    for segment in segments {
        match (segment.marker, segment.body) {
            (0xf8, &[1, ref rest @ ..]) => {
                preset = Some(Preset::parse(rest).ok_or_else(|| damaged("bad parameters"))?)
            }
            (0xf8, _) => return Err(damaged("a mapping table, which is not read here")),
            (0xdd, body) if body.iter().any(|b| *b != 0) => {
                return Err(damaged("restart intervals, which are not read here"));
            }
            // One component, its number and table, the error allowed, no interleaving.
            (0xda, &[1, _, 0, near, 0, 0]) => {
                let coding = Coding::new(frame.precision, near.into(), preset)
                    .ok_or_else(|| damaged("parameters out of range"))?;
                let samples = Scan::new(coding, segment.rest, columns)
                    .lines(rows)
                    .ok_or_else(|| damaged("the coded lines are cut short or inconsistent"))?;
                return Ok(Decoded { samples, precision: frame.precision });
            }
            (0xda, _) => return Err(damaged("a scan that is not of one component")),
            _ => {}
        }
    }
    Err(damaged("no scan"))
}

/// Coding parameters that a stream may state; 0 stands for the default.
#[derive(Clone, Copy)]
struct Preset {
    largest: i32,
    thresholds: [i32; 3],
    reset: i32,
}

impl Preset {
    fn parse(body: &[u8]) -> Option<Self> {
        let word =
            |n: usize| Some(i32::from(u16::from_be_bytes([*body.get(n)?, *body.get(n + 1)?])));
        Some(Self {
            largest: word(0)?,
            thresholds: [word(2)?, word(4)?, word(6)?],
            reset: word(8)?,
        })
    }
}

/// What stays the same for a whole scan.
struct Coding {
    /// Largest sample value.
    largest: i32,
    /// Largest error of a sample; 0 for lossless.
    near: i32,
    thresholds: [i32; 3],
    reset: i64,
    /// Number of different prediction errors.
    range: i32,
    /// Bits of a prediction error written out in full.
    error_bits: u32,
    /// Longest code word.
    limit: u32,
}

impl Coding {
    fn new(precision: u32, near: i32, preset: Option<Preset>) -> Option<Self> {
        let or_default = |value: i32, default: i32| if value == 0 { default } else { value };
        let full = (1 << precision) - 1;
        let largest = or_default(preset.map_or(0, |p| p.largest), full);
        if !(1..=full).contains(&largest) || near > 255.min(largest / 2) {
            return None;
        }
        let defaults = default_thresholds(largest, near);
        let stated = preset.map_or([0; 3], |p| p.thresholds);
        let thresholds: [i32; 3] = std::array::from_fn(|n| or_default(stated[n], defaults[n]));
        let [t1, t2, t3] = thresholds;
        let reset = or_default(preset.map_or(0, |p| p.reset), 64);
        let in_order = near < t1 && t1 <= t2 && t2 <= t3 && t3 <= largest;
        if !in_order || !(3..=255.max(largest)).contains(&reset) {
            return None;
        }
        let range = (largest + 2 * near) / (2 * near + 1) + 1;
        let bits_for = |count: i32| (count - 1).max(1).ilog2() + 1;
        let sample_bits = bits_for(largest + 1).max(2);
        Some(Self {
            largest,
            near,
            thresholds,
            reset: reset.into(),
            range,
            error_bits: bits_for(range),
            limit: 2 * (sample_bits + sample_bits.max(8)),
        })
    }

    /// The class of a local gradient, -4 to 4.
    fn gradient_class(&self, gradient: i32) -> i32 {
        let [t1, t2, t3] = self.thresholds;
        let class = match gradient.abs() {
            size if size <= self.near => 0,
            size if size < t1 => 1,
            size if size < t2 => 2,
            size if size < t3 => 3,
            _ => 4,
        };
        class * gradient.signum()
    }

    /// The sample that a prediction and an error make.
    fn reconstructed(&self, prediction: i32, error: i32) -> i32 {
        let step = 2 * self.near + 1;
        let mut sample = prediction + error * step;
        if sample < -self.near {
            sample += self.range * step;
        } else if sample > self.largest + self.near {
            sample -= self.range * step;
        }
        sample.clamp(0, self.largest)
    }
}

fn default_thresholds(largest: i32, near: i32) -> [i32; 3] {
    let clamped = |value: i32, low: i32| if value > largest || value < low { low } else { value };
    let (basic, factor) = if largest >= 128 {
        let factor = (largest.min(4095) + 128) / 256;
        ([factor + 2, 4 * factor + 3, 17 * factor + 4], None)
    } else {
        ([3, 7, 21], Some(256 / (largest + 1)))
    };
    let floor = [2, 3, 4];
    let slack = [3 * near, 5 * near, 7 * near];
    let raw: [i32; 3] = std::array::from_fn(|n| match factor {
        None => basic[n] + slack[n],
        Some(factor) => floor[n].max(basic[n] / factor + slack[n]),
    });
    let t1 = clamped(raw[0], near + 1);
    let t2 = clamped(raw[1], t1);
    [t1, t2, clamped(raw[2], t2)]
}

/// Statistics of one context.
#[derive(Clone, Copy)]
struct Context {
    /// Sum of error sizes.
    a: i64,
    /// Sum of errors, or for the run contexts the number of negative ones.
    b: i64,
    /// Correction of the prediction.
    c: i32,
    /// Number of errors seen.
    n: i64,
}

impl Context {
    /// The number of bits written out in full after the unary part.
    fn golomb_parameter(&self, sum: i64) -> u32 {
        (0..24).find(|k| self.n << k >= sum).unwrap_or(24)
    }

    /// Counts one more error; old ones fade at every `reset`.
    fn count(&mut self, reset: i64) {
        if self.n == reset {
            self.a >>= 1;
            self.b >>= 1;
            self.n >>= 1;
        }
        self.n += 1;
    }
}

/// A scan being decoded.
struct Scan<'a> {
    coding: Coding,
    bits: Bits<'a>,
    columns: usize,
    contexts: Vec<Context>,
    /// Contexts of samples that end a run: neighbours different, neighbours alike.
    run_contexts: [Context; 2],
    run_stage: usize,
}

impl<'a> Scan<'a> {
    fn new(coding: Coding, data: &'a [u8], columns: usize) -> Self {
        let fresh = Context { a: i64::from((coding.range + 32) / 64).max(2), b: 0, c: 0, n: 1 };
        Self {
            bits: Bits::new(data),
            columns,
            contexts: vec![fresh; CONTEXTS],
            run_contexts: [fresh; 2],
            run_stage: 0,
            coding,
        }
    }

    /// All samples, or `None` where the data do not fit.
    fn lines(mut self, rows: usize) -> Option<Vec<u16>> {
        let width = self.columns;
        let mut samples = Vec::with_capacity(rows * width);
        // One sample more on either side: the neighbours beyond the edges.
        let mut above = vec![0; width + 2];
        let mut line = vec![0; width + 2];
        for _ in 0..rows {
            above[width + 1] = above[width];
            line[0] = above[1];
            self.line(&above, &mut line)?;
            samples.extend(line[1..=width].iter().map(|&sample| sample as u16));
            std::mem::swap(&mut above, &mut line);
        }
        Some(samples)
    }

    fn line(&mut self, above: &[i32], line: &mut [i32]) -> Option<()> {
        let mut x = 1;
        while x <= self.columns {
            let (left, up, up_left, up_right) = (line[x - 1], above[x], above[x - 1], above[x + 1]);
            let classes = [up_right - up, up - up_left, up_left - left]
                .map(|gradient| self.coding.gradient_class(gradient));
            if classes == [0; 3] {
                x = self.run(above, line, x)?;
            } else {
                line[x] = self.regular(classes, left, up, up_left)?;
                x += 1;
            }
        }
        Some(())
    }

    fn regular(&mut self, classes: [i32; 3], left: i32, up: i32, up_left: i32) -> Option<i32> {
        // Contexts that mirror each other are one, with the sign turned round.
        let joint = 81 * classes[0] + 9 * classes[1] + classes[2];
        let sign = joint.signum();
        let coding = &self.coding;
        let context = &mut self.contexts[joint.unsigned_abs() as usize];
        let plain = if up_left >= left.max(up) {
            left.min(up)
        } else if up_left <= left.min(up) {
            left.max(up)
        } else {
            left + up - up_left
        };
        let prediction = (plain + sign * context.c).clamp(0, coding.largest);
        let k = context.golomb_parameter(context.a);
        let mapped = self.bits.golomb(k, coding.limit, coding.error_bits)?;
        let turned = coding.near == 0 && k == 0 && 2 * context.b <= -context.n;
        let error = match (turned, mapped & 1) {
            (false, 0) => mapped / 2,
            (false, _) => -(mapped + 1) / 2,
            (true, 1) => (mapped - 1) / 2,
            (true, _) => -mapped / 2 - 1,
        };
        if error.abs() > coding.range {
            return None;
        }
        let sample = coding.reconstructed(prediction, sign * error);

        context.a += i64::from(error.abs());
        context.b += i64::from(error * (2 * coding.near + 1));
        context.count(coding.reset);
        if context.b <= -context.n {
            context.b = (context.b + context.n).max(1 - context.n);
            context.c = (context.c - 1).max(-128);
        } else if context.b > 0 {
            context.b = (context.b - context.n).min(0);
            context.c = (context.c + 1).min(127);
        }
        Some(sample)
    }

    /// A run of equal samples and the sample that ends it; gives the next place.
    fn run(&mut self, above: &[i32], line: &mut [i32], start: usize) -> Option<usize> {
        let end = self.columns + 1;
        let value = line[start - 1];
        let mut x = start;
        while x < end && self.bits.read(1)? == 1 {
            let whole = 1 << RUN_EXPONENTS[self.run_stage];
            let length = whole.min(end - x);
            line[x..x + length].fill(value);
            x += length;
            if length == whole && self.run_stage < 31 {
                self.run_stage += 1;
            }
            if x == end {
                return Some(end);
            }
        }
        let rest = self.bits.read(RUN_EXPONENTS[self.run_stage])? as usize;
        if rest >= end - x {
            return None;
        }
        line[x..x + rest].fill(value);
        x += rest;
        line[x] = self.run_end(value, above[x])?;
        self.run_stage = self.run_stage.saturating_sub(1);
        Some(x + 1)
    }

    fn run_end(&mut self, left: i32, up: i32) -> Option<i32> {
        let coding = &self.coding;
        let alike = (left - up).abs() <= coding.near;
        let context = &mut self.run_contexts[usize::from(alike)];
        let sum = if alike { context.a + (context.n >> 1) } else { context.a };
        let k = context.golomb_parameter(sum);
        let limit = coding.limit - RUN_EXPONENTS[self.run_stage] - 1;
        let mapped = self.bits.golomb(k, limit, coding.error_bits)?;
        let folded = mapped + i32::from(alike);
        let odd = folded & 1;
        let size = (folded + odd) / 2;
        let negative = (k != 0 || 2 * context.b >= context.n) == (odd == 1);
        let error = if negative { -size } else { size };
        if size > coding.range {
            return None;
        }
        if error < 0 {
            context.b += 1;
        }
        context.a += i64::from((mapped + 1 - i32::from(alike)) >> 1);
        context.count(coding.reset);
        let (prediction, sign) = if alike { (left, 1) } else { (up, (up - left).signum()) };
        Some(coding.reconstructed(prediction, sign * error))
    }
}

/// Bits of coded data, where a byte after ff carries only seven.
struct Bits<'a> {
    data: std::slice::Iter<'a, u8>,
    buffer: u64,
    count: u32,
    after_ff: bool,
}

impl<'a> Bits<'a> {
    fn new(data: &'a [u8]) -> Self {
        Self { data: data.iter(), buffer: 0, count: 0, after_ff: false }
    }

    /// Makes `count` (at most 32) bits available; `None` at a marker or the end.
    fn fill(&mut self, count: u32) -> Option<()> {
        while self.count < count {
            let byte = *self.data.next()?;
            let bits = if self.after_ff { 7 } else { 8 };
            if self.after_ff && byte >= 0x80 {
                return None;
            }
            self.buffer = self.buffer << bits | u64::from(byte);
            self.count += bits;
            self.after_ff = byte == 0xff;
        }
        Some(())
    }

    fn read(&mut self, count: u32) -> Option<u32> {
        self.fill(count)?;
        self.count -= count;
        Some((self.buffer >> self.count) as u32 & ((1_u64 << count) - 1) as u32)
    }

    /// A mapped error: zeros counted up to a one, then bits in full.
    fn golomb(&mut self, k: u32, limit: u32, error_bits: u32) -> Option<i32> {
        let mut zeros = 0;
        while self.read(1)? == 0 {
            zeros += 1;
            if zeros > limit {
                return None;
            }
        }
        if zeros + error_bits + 1 < limit {
            i32::try_from(u64::from(zeros) << k | u64::from(self.read(k)?)).ok()
        } else {
            i32::try_from(self.read(error_bits)? + 1).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;

    const ROWS: usize = 15;
    const COLUMNS: usize = 37;

    /// Streams that CharLS 2.4 made of [`picture`]: bits, allowed error, the stream, and
    /// the sum over all samples CharLS decodes, each times its place from 1.
    const STREAMS: [(u32, i32, &[u8], u64); 6] = [
        (2, 0, include_bytes!("../../tests/fixtures/charls_2bit_near0.jls"), 237_396),
        (8, 0, include_bytes!("../../tests/fixtures/charls_8bit_near0.jls"), 18_546_145),
        (8, 3, include_bytes!("../../tests/fixtures/charls_8bit_near3.jls"), 18_561_029),
        (12, 0, include_bytes!("../../tests/fixtures/charls_12bit_near0.jls"), 295_073_850),
        (12, 2, include_bytes!("../../tests/fixtures/charls_12bit_near2.jls"), 295_099_349),
        (16, 0, include_bytes!("../../tests/fixtures/charls_16bit_near0.jls"), 4_605_571_796),
    ];

    /// Runs in the upper third, a ramp in the middle, noise in the lower third.
    fn picture(bits: u32) -> Vec<i32> {
        let top = (1 << bits) - 1;
        (0..ROWS * COLUMNS)
            .map(|n| {
                let (x, y) = ((n % COLUMNS) as i32, n / COLUMNS);
                let random = noise(bits.into(), n as u64);
                match y * 3 / ROWS {
                    0 => top / 4 + (x / 9) % 2,
                    1 => top.min(top * x / COLUMNS as i32 + (random % 5) as i32),
                    _ => (random % (top as u64 + 1)) as i32,
                }
            })
            .collect()
    }

    #[test]
    fn streams_of_charls_decode_as_charls_decodes_them() {
        for (bits, near, stream, weighted_sum) in STREAMS {
            let decoded = decode(stream, ROWS, COLUMNS).unwrap();
            assert_eq!(decoded.precision, bits);
            for (sample, original) in decoded.samples.iter().zip(picture(bits)) {
                let error = (i32::from(*sample) - original).abs();
                assert!(error <= near, "{bits} bits, near {near}: off by {error}");
            }
            let weighted = decoded.samples.iter().zip(1..).map(|(&s, n)| u64::from(s) * n);
            assert_eq!(weighted.sum::<u64>(), weighted_sum, "{bits} bits, near {near}");
        }
    }

    #[test]
    fn damaged_streams_are_refused_or_decoded_but_never_panic() {
        let [.., (_, _, stream, _)] = STREAMS;
        for length in 0..stream.len() - 2 {
            assert!(decode(&stream[..length], ROWS, COLUMNS).is_err(), "{length} bytes");
        }
        let mut refused = 0;
        for n in 0..4000_u64 {
            let mut damaged = stream.to_vec();
            let place = noise(1, n) as usize % damaged.len();
            damaged[place] ^= 1 << (noise(2, n) % 8);
            refused += usize::from(decode(&damaged, ROWS, COLUMNS).is_err());
        }
        assert!(refused > 100, "{refused}");
        assert!(decode(stream, ROWS, COLUMNS + 1).is_err(), "another size than stated");
    }
}
