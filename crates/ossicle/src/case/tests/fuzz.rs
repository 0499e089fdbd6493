//! Mangled case files are read or refused, never a crash, and every refusal
//! gives a reason at a place that exists.

use super::*;

/// A small generator of numbers (SplitMix64), so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn one_of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }
}

/// Pieces that mean something to a reader of case files.
const PIECES: &[&str] = &[
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "#",
    "\n",
    "\r",
    "\0",
    "\u{feff}",
    "µ",
    "骨",
    "🦴",
    "e",
    "-",
    "nan",
    "inf",
    "1e999",
    "-0",
    "0x10",
    "999999999999999999999",
    "true",
    "2026-11-22",
    "\"1 mm\"",
    "\"-1 d\"",
    "\"0 mm\"",
    "1 5 mm",
    "\"1 mm2/d per 1e6 cells/mL\"",
    "\"\"\"",
    "\\u0000",
    "[[injury]]\n",
    "[motion]\n",
    "kind = \"contusion\"\n",
    "format = 2\n",
    "injury",
    "position",
    "[[",
    "]]",
    "{ ras = [] }",
    "anatomy.scan = 'x'\n",
    "\"/\"",
    "\" per \"",
    "a.b.c.d = 1\n",
];

fn mangle(numbers: &mut Numbers, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        let end = (at + numbers.below(40)).min(bytes.len());
        match numbers.below(7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece: Vec<u8> = bytes[at..end].to_vec();
                let to = numbers.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            3 if at < bytes.len() => bytes[at] = numbers.next() as u8,
            4 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(7),
            5 => {
                let piece = numbers.one_of(PIECES);
                bytes.splice(at..end, piece.bytes());
            }
            _ => {
                let piece = numbers.one_of(PIECES);
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    bytes
}

/// A change from the command line, as likely wrong as right.
fn change(numbers: &mut Numbers) -> Override {
    let keys =
        ["K_B", "injury[0].severity", "motion[9]", "anatomy", "a[", "", "patient.age", "title"];
    match numbers.below(4) {
        0 => Override::Without(numbers.one_of(&["neurogenic", "", "µ", "neurogenci"]).to_owned()),
        _ => {
            let (key, value) = (numbers.one_of(&keys), numbers.one_of(PIECES));
            Override::Set(format!("{key}{}{value}", numbers.one_of(&["=", "", " = "])))
        }
    }
}

#[test]
fn mangled_cases_are_read_or_refused() {
    let vocabulary = vocabulary();
    let mut numbers = Numbers(2026);
    let resolved = parse(WHOLE).unwrap().case.resolved();
    let texts = [WHOLE, Template::Hip.text(), Template::Mouse.text(), &resolved];
    let (mut read, mut refused) = (0, 0);
    for round in 0..4000 {
        let bytes = mangle(&mut numbers, texts[round % texts.len()]);
        let changes: Vec<Override> = (0..numbers.below(3)).map(|_| change(&mut numbers)).collect();
        let result = CaseFile::from_bytes("c", &bytes, Path::new("/f"), &changes, &vocabulary);
        match result {
            Ok(CaseFile { case, .. }) => {
                read += 1;
                let again = parse(&case.resolved()).unwrap().case;
                assert_eq!(again, case, "{}", String::from_utf8_lossy(&bytes));
            }
            Err(CaseError::Refused(refusal)) => {
                refused += 1;
                let text = std::str::from_utf8(&bytes).unwrap();
                assert!(!refusal.problems.is_empty(), "{text}\n{changes:?}");
                for problem in &refusal.problems {
                    let Place { source, line, column, .. } = &problem.place;
                    let lines = text.split('\n').count();
                    assert!(source != "c" || (1..=lines).contains(line), "{problem}");
                    let width = text.split('\n').nth(line - 1).map_or(0, |l| l.chars().count());
                    assert!(source != "c" || (1..=width + 1).contains(column), "{problem}\n{text}");
                    assert!(!problem.found.is_empty() && !problem.expected.is_empty());
                    assert!(problem.render(Style::Plain).contains(&problem.expected[..1]));
                }
            }
            Err(other) => {
                refused += 1;
                assert!(!other.render(Style::Terminal).is_empty());
            }
        }
    }
    // A test that only ever saw one of the two would say little.
    assert!(read > 150 && refused > 2000, "{read} read, {refused} refused");
}

#[test]
fn every_beginning_of_a_case_is_read_or_refused() {
    for end in (0..WHOLE.len()).step_by(3) {
        match parse(&WHOLE[..end]) {
            Ok(file) => assert_eq!(parse(&file.case.resolved()).unwrap().case, file.case),
            Err(error) => assert!(!error.to_string().is_empty(), "{end}"),
        }
    }
}
