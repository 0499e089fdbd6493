//! The file from outside: what is written is read, and nothing else is taken for it.

use std::fs;
use std::path::{Path, PathBuf};

use super::container::{self, DIGEST, FORMAT, HEAD, MARK, Sound, Values};
use super::{Checkpoint, CheckpointError, Identity, Keeper, Schedule, Shelf};
use crate::case::{CaseFile, Override, Template};
use crate::folder::testing::record;
use crate::golden::model_version;
use crate::record::{Input, Record, Status};

/// A folder of a test's own, removed at its end.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ossicle-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn case(changes: &[&str]) -> CaseFile {
    let text = Template::Sphere.text();
    let changes: Vec<Override> = changes.iter().map(|c| Override::Set((*c).to_owned())).collect();
    let vocabulary = crate::vocabulary();
    CaseFile::from_bytes("case.toml", text.as_bytes(), Path::new(""), &changes, &vocabulary)
        .unwrap()
}

fn scan(digest: &str) -> Vec<Input> {
    [("case", "00"), ("scan", digest)]
        .map(|(role, digest)| Input {
            role: role.to_owned(),
            path: "here".to_owned(),
            blake3: digest.repeat(32),
            bytes: 7,
        })
        .to_vec()
}

fn of_day(day: f64) -> Record {
    Record { day, ..record(Status::Running) }
}

/// Numbers with every kind of bits.
fn arrays() -> Vec<(String, Values<'static>)> {
    let odd = vec![f64::NAN, -f64::NAN, -0.0, f64::INFINITY, f64::MIN_POSITIVE / 8.0, 1.0 / 3.0];
    let long: Vec<f64> = (0..500).map(|n| 1.0 / f64::from(n + 1)).collect();
    vec![
        ("odd".to_owned(), odd.into()),
        ("none".to_owned(), Vec::<f64>::new().into()),
        ("long".to_owned(), long.into()),
        ("counts".to_owned(), vec![0, 1, u64::MAX].into()),
    ]
}

/// A keeper of every step, and a file of it.
fn kept(home: &Home) -> (Keeper, PathBuf) {
    let identity = Identity::of(&case(&[]), &scan("ab"));
    let mut keeper = Keeper::new(&home.0, identity, Schedule::default(), &[60]);
    keeper.keep(&of_day(12.5), 0.25, &arrays()).unwrap();
    (keeper, Shelf::of(&home.0).file(12.5, false))
}

fn bits(values: &Values<'_>) -> Vec<u64> {
    match values {
        Values::Reals(values) => values.iter().map(|v| v.to_bits()).collect(),
        Values::Counts(counts) => counts.to_vec(),
    }
}

#[test]
fn what_is_kept_comes_back_to_the_last_bit() {
    let home = Home::new("checkpoint-round");
    let (_, path) = kept(&home);
    let checkpoint = Checkpoint::read(&path).unwrap();
    assert_eq!(Checkpoint::newest(&home.0).unwrap().path(), checkpoint.path());
    assert_eq!(checkpoint.day(), 12.5);
    checkpoint.check(&Identity::of(&case(&[]), &scan("ab"))).unwrap();
    let (_, found, read) = checkpoint.into_parts();
    assert_eq!(found, of_day(12.5));
    assert_eq!(read.len(), arrays().len());
    for (name, values) in arrays() {
        assert_eq!(bits(&read[&name]), bits(&values), "{name}");
    }
    assert_eq!(Checkpoint::newest_name(&home.0), Some((path, 12.5)));
}

#[test]
fn every_changed_byte_is_found() {
    let home = Home::new("checkpoint-flip");
    let (_, path) = kept(&home);
    let sound = fs::read(&path).unwrap();
    let mut damaged = 0;
    // All of head and digest, and a sample of what lies between.
    let ends = (0..64).chain(sound.len() - 64..sound.len());
    for at in ends.chain((64..sound.len() - 64).step_by(61)) {
        for bit in [0, 7] {
            let mut changed = sound.clone();
            changed[at] ^= 1 << bit;
            fs::write(&path, &changed).unwrap();
            let error = Checkpoint::read(&path).unwrap_err();
            assert!(error.to_string().contains("day-0012.5000.ossicle: "), "byte {at}: {error}");
            match error {
                CheckpointError::Foreign { .. } => assert!(at < MARK.len(), "byte {at}"),
                // A length that has grown reaches beyond the end.
                CheckpointError::Truncated { .. } => {
                    assert!(at >= MARK.len() + 4 && at + 32 < sound.len(), "byte {at}");
                }
                CheckpointError::Damaged { .. } => damaged += 1,
                other => panic!("byte {at}: {other}"),
            }
        }
    }
    assert!(damaged > 300, "{damaged}");
}

#[test]
fn a_file_that_is_cut_short_says_by_how_much() {
    let home = Home::new("checkpoint-cut");
    let (_, path) = kept(&home);
    let sound = fs::read(&path).unwrap();
    // The end of the head, of the header, and of each block.
    let header = u64::from_le_bytes(sound[12..20].try_into().unwrap()) as usize;
    let mut ends = vec![0, 1, MARK.len(), HEAD as usize, HEAD as usize + header];
    while ends.last().is_some_and(|end| end + (DIGEST as usize) < sound.len()) {
        let end = ends[ends.len() - 1];
        let length = u64::from_le_bytes(sound[end..end + 8].try_into().unwrap()) as usize;
        ends.push(end + 8 + length);
    }
    assert_eq!(ends.len(), 5 + arrays().len());
    ends.push(sound.len());
    for length in ends.iter().flat_map(|end| [end.wrapping_sub(1), *end, end + 1]) {
        if length >= sound.len() {
            continue;
        }
        fs::write(&path, &sound[..length]).unwrap();
        let error = Checkpoint::read(&path).unwrap_err();
        let CheckpointError::Truncated { found, expected, .. } = error else {
            panic!("{length} of {} bytes: {error}", sound.len());
        };
        assert_eq!(found, length as u64);
        assert!(expected > found && expected <= sound.len() as u64, "{length}: {expected}");
    }
    let mut longer = sound;
    longer.push(0);
    fs::write(&path, longer).unwrap();
    assert!(matches!(Checkpoint::read(&path), Err(CheckpointError::Damaged { .. })));
}

#[test]
fn foreign_files_and_later_formats_are_told_apart() {
    let home = Home::new("checkpoint-foreign");
    let (_, path) = kept(&home);
    let sound = fs::read(&path).unwrap();
    let refused = |bytes: &[u8], words: &[&str]| {
        fs::write(&path, bytes).unwrap();
        let error = Checkpoint::read(&path).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{error}");
        }
    };
    refused(b"PK\x03\x04 a letter", &["begins with 504b0304", "expected 894f535349434c45"]);
    refused(b"{\"format\": 1}", &["the mark of a checkpoint"]);
    // A later format keeps mark, format and digest where they are.
    let resealed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = sound[..sound.len() - DIGEST as usize].to_vec();
        change(&mut bytes);
        let digest = blake3::hash(&bytes);
        bytes.extend(digest.as_bytes());
        bytes
    };
    let newer = resealed(&|bytes| {
        bytes[8..12].copy_from_slice(&9_u32.to_le_bytes());
        bytes.truncate(100);
    });
    refused(&newer, &["found format 9; expected at most 1", "older than the checkpoint"]);
    assert_eq!(FORMAT, 1);
    // Sound, but of another version of the program, whose header holds what is not known here.
    let version = resealed(&|bytes| {
        let header = String::from_utf8_lossy(&bytes[HEAD as usize..]).into_owned();
        let at = header.find("\"program\":\"").unwrap() + HEAD as usize + 11;
        bytes[at] = b'7';
    });
    let (ours, model) = (env!("CARGO_PKG_VERSION"), model_version());
    let theirs = format!("found a state of Ossicle 7{} with model {model};", &ours[1..]);
    let expected = format!("expected one of Ossicle {ours} with model {model}, which runs now");
    let advice = "go on with the program that began the run, or run the case anew";
    refused(&version, &[&theirs, &expected, advice]);
    // The same program before a change that changed its results.
    let of_model = |other: &'static str| {
        resealed(&|bytes| {
            let header = String::from_utf8_lossy(&bytes[HEAD as usize..]).into_owned();
            let at = header.find(&format!("\"model\":\"{model}")).unwrap() + HEAD as usize + 1;
            bytes[at..at + other.len()].copy_from_slice(other.as_bytes());
        })
    };
    let theirs = format!("found a state of Ossicle {ours} with model fedcba987654;");
    refused(&of_model("model\":\"fedcba987654"), &[&theirs, &expected, advice]);
    let theirs = format!("found a state of Ossicle {ours} with model that is not told;");
    refused(&of_model("m0del"), &[&theirs, &expected, advice]);
    // Sound, but not what is kept of a run.
    let other = home.0.join("other");
    container::write(
        &other,
        &serde_json::json!({ "identity": { "program": ours, "model": model } }),
        &[],
    )
    .unwrap();
    let error = Checkpoint::read(&other).unwrap_err();
    assert!(matches!(error, CheckpointError::Unfit { .. }), "{error}");
    let missing = home.0.join("nothing");
    assert!(matches!(Checkpoint::read(&missing), Err(CheckpointError::Read { .. })));
    assert!(matches!(Sound::open(&home.0).map(drop), Err(CheckpointError::Read { .. })));
}

#[test]
fn another_case_is_refused_with_the_first_difference() {
    let home = Home::new("checkpoint-differs");
    let (_, path) = kept(&home);
    let checkpoint = Checkpoint::read(&path).unwrap();
    let same = Identity::of(&case(&[]), &scan("ab"));
    for (changes, inputs, words) in [
        (vec!["seed=9"], "ab", ["the case differs: found `seed = 9`", "expected `seed = 1`"]),
        (vec!["K_B=0.5"], "ab", ["the case's [parameters] differs: found `K_B", "expected `K_B"]),
        (vec![], "cd", ["an input differs: found a scan of digest cdcd", "expected a scan of"]),
    ] {
        let other = Identity::of(&case(&changes), &scan(inputs));
        assert_ne!(other.digest(), same.digest());
        let error = checkpoint.check(&other).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{error}");
        }
    }
    // Where an input lies does not matter, nor what the case file says beside its values.
    let mut moved = scan("ab");
    moved[0].blake3 = "11".repeat(32);
    moved[1].path = "there".to_owned();
    checkpoint.check(&Identity::of(&case(&[]), &moved)).unwrap();
}

#[test]
fn the_newest_two_stay_and_those_asked_for() {
    let home = Home::new("checkpoint-stay");
    let (mut keeper, _) = kept(&home);
    let shelf = Shelf::of(&home.0);
    let days = || -> Vec<f64> { shelf.list().unwrap().iter().map(|n| n.day).collect() };
    assert!(!keeper.is_due(57.0, 2.0) && keeper.is_due(58.5, 2.0) && keeper.is_due(60.0, 0.1));
    // 58.5 might have been the last before day 60, but the step after it was tried again.
    for (day, next) in [(57.0, 2.0), (58.5, 2.0), (59.25, 1.0), (60.25, 1.0), (61.0, 1.0)] {
        keeper.keep(&of_day(day), next, &arrays()).unwrap();
    }
    assert_eq!(days(), [61.0, 60.25, 59.25]);
    let (before, refused) = Checkpoint::at_or_before(&home.0, 60.0).unwrap();
    assert_eq!((before.map(|c| c.day()), refused.len()), (Some(59.25), 0));
    assert!(Checkpoint::at_or_before(&home.0, 59.0).unwrap().0.is_none());

    // The newest is damaged: the older one is offered, and the run goes on from there.
    let newest = shelf.file(61.0, false);
    fs::write(&newest, b"").unwrap();
    let error = Checkpoint::newest(&home.0).unwrap_err().to_string();
    let older = shelf.file(60.25, false);
    let offered = format!("an older one is whole: take it with --resume-from {}", older.display());
    assert!(error.contains("found 0 bytes") && error.ends_with(&offered), "{error}");
    let (sound, refused) = Checkpoint::at_or_before(&home.0, 400.0).unwrap();
    assert_eq!((sound.map(|c| c.day()), refused.len()), (Some(60.25), 1));
    keeper.go_on_from(older.clone(), 60.25);
    assert_eq!(keeper.last(), Some((older.as_path(), 60.25)));
    assert_eq!(days(), [60.25, 59.25]);
    for path in [older, shelf.file(59.25, true)] {
        fs::write(path, b"text").unwrap();
    }
    let error = Checkpoint::newest(&home.0).unwrap_err().to_string();
    assert!(error.contains("no other one is whole"), "{error}");
    fs::remove_dir_all(shelf.path()).unwrap();
    let error = Checkpoint::newest(&home.0).unwrap_err();
    assert!(matches!(error, CheckpointError::NoCheckpoint { .. }), "{error}");
}
