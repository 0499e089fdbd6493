//! Where a result comes from: inputs by their content, the machine, the time.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::FolderError;
use crate::record::{Input, Machine};

/// An input file or folder by its content.
///
/// The digest of a folder is that of the digests (32 bytes each) of its files, those in
/// subfolders included, in the order of their paths. Renaming a folder, or its files
/// without changing their order, keeps it.
///
/// # Errors
/// [`FolderError::ReadInput`] where a file cannot be read.
pub fn input(role: &str, path: &Path) -> Result<Input, FolderError> {
    let (digest, bytes) = if path.is_dir() { of_folder(path)? } else { of_file(path)? };
    Ok(Input {
        role: role.to_owned(),
        path: path.display().to_string(),
        blake3: digest.to_hex().to_string(),
        bytes,
    })
}

fn fault(path: &Path) -> impl Fn(io::Error) -> FolderError + '_ {
    |cause| FolderError::ReadInput { path: path.to_owned(), cause }
}

fn of_file(path: &Path) -> Result<(blake3::Hash, u64), FolderError> {
    let mut hasher = blake3::Hasher::new();
    let file = File::open(path).map_err(fault(path))?;
    hasher.update_reader(file).map_err(fault(path))?;
    Ok((hasher.finalize(), hasher.count()))
}

fn of_folder(folder: &Path) -> Result<(blake3::Hash, u64), FolderError> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    files.sort();
    let (mut hasher, mut total) = (blake3::Hasher::new(), 0);
    for file in &files {
        let (digest, bytes) = of_file(file)?;
        hasher.update(digest.as_bytes());
        total += bytes;
    }
    Ok((hasher.finalize(), total))
}

/// The files beneath a folder; links to folders are not followed, as they may lead back.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), FolderError> {
    for entry in fs::read_dir(folder).map_err(fault(folder))? {
        let entry = entry.map_err(fault(folder))?;
        let path = entry.path();
        if entry.file_type().map_err(fault(&path))?.is_dir() {
            list(&path, files)?;
        } else if path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// The machine as it is now, `threads` of it in use.
///
/// Linux tells the processor's name and the largest resident memory so far; elsewhere
/// they are the architecture and 0.
#[must_use]
pub fn machine(threads: usize) -> Machine {
    let processor = line_after("/proc/cpuinfo", "model name").map(|name| name.replace('\t', " "));
    let peak = line_after("/proc/self/status", "VmHWM")
        .and_then(|text| text.strip_suffix("kB")?.trim().parse::<u64>().ok());
    Machine {
        processor: processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        threads,
        peak_memory_bytes: peak.unwrap_or(0) * 1024,
    }
}

/// What follows `key:` in a file of the system.
fn line_after(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let values = text.lines().filter_map(|line| line.split_once(':'));
    let mut matching = values.filter(|(found, _)| found.trim() == key);
    matching.next().map(|(_, value)| value.trim().to_owned())
}

/// The present time in UTC, to the second, as in RFC 3339: `2026-11-22T08:15:00Z`.
#[must_use]
pub fn utc_now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    utc(since.as_secs())
}

/// The date and time that many seconds after the beginning of 1970, in UTC.
fn utc(seconds: u64) -> String {
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    // In years that begin with March the leap day comes last; 400 of them, counted from
    // 1 March of the year 0, are always 146,097 days.
    let day = day + 719_468;
    let (era, day_of_era) = (day / 146_097, day % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = 400 * era + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day_of_month:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::testing::Folder;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_164_799, "2024-02-28T23:59:59Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_795_305_600, "2026-11-22T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(seconds), expected);
        }
        assert!(utc_now() > utc(1_795_000_000 - 400 * 86_400), "this is not the past");
    }

    #[test]
    fn digests_are_those_of_the_content() {
        let folder = Folder::new("digest");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        write("series/b.dcm", b"abc");
        write("series/a.dcm", b"");
        write("series/deeper/c.dcm", &[7; 100_000]);
        // The published digest of "abc".
        let file = input("scan", &folder.path().join("series/b.dcm")).unwrap();
        assert_eq!(file.blake3, "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
        assert_eq!((file.bytes, file.role.as_str()), (3, "scan"));
        let whole = input("scan", &folder.path().join("series")).unwrap();
        let mut expected = blake3::Hasher::new();
        for bytes in [&b""[..], b"abc", &[7; 100_000]] {
            expected.update(blake3::hash(bytes).as_bytes());
        }
        assert_eq!(whole.blake3, expected.finalize().to_hex().as_str());
        assert_eq!(whole.bytes, 100_003);
        write("series/b.dcm", b"abd");
        assert_ne!(input("scan", &folder.path().join("series")).unwrap().blake3, whole.blake3);
        let error = input("scan", &folder.path().join("absent")).unwrap_err().to_string();
        assert!(error.contains("absent: cannot be read"), "{error}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_machine_tells_its_name_and_how_much_memory_was_used() {
        let before = machine(3);
        assert!(!before.processor.is_empty() && before.cores > 0 && before.threads == 3);
        let large = vec![1_u8; 64 << 20];
        let sum: u64 = large.iter().step_by(4096).map(|&b| u64::from(b)).sum();
        let after = machine(sum as usize).peak_memory_bytes;
        assert!(after > 64 << 20 && after < 1 << 40, "{after} bytes");
    }
}
