//! Room on the disk.

use std::path::Path;

use super::error::FolderError;

/// Refuses a run for which the disk has no room.
///
/// `path` need not exist: its nearest ancestor that does tells the disk. Where the
/// system does not tell how much is free, nothing is refused.
///
/// # Errors
/// [`FolderError::NoSpace`] with the bytes found and needed.
pub fn check_space(path: &Path, needed_bytes: u64) -> Result<(), FolderError> {
    match free_bytes(path) {
        Some(free_bytes) if free_bytes < needed_bytes => {
            Err(FolderError::NoSpace { path: path.to_owned(), free_bytes, needed_bytes })
        }
        _ => Ok(()),
    }
}

/// Bytes that an ordinary user may still write where the path is, or will be.
#[cfg(unix)]
fn free_bytes(path: &Path) -> Option<u64> {
    let path = std::path::absolute(path).ok()?;
    let disk = path.ancestors().find_map(|ancestor| rustix::fs::statvfs(ancestor).ok())?;
    // What holds no blocks at all is no disk; writing will tell what it is.
    if disk.f_blocks > 0 { disk.f_bavail.checked_mul(disk.f_frsize) } else { None }
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_no_disk_holds_is_refused_with_what_is_free() {
        let path = std::env::temp_dir().join("not/yet/there");
        check_space(&path, 1).unwrap();
        let error = check_space(&path, u64::MAX).unwrap_err();
        let FolderError::NoSpace { free_bytes, needed_bytes: u64::MAX, .. } = error else {
            panic!("{error}");
        };
        // The same as the system's own tool tells.
        let output = std::process::Command::new("df")
            .args(["--output=avail", "-B1"])
            .arg(std::env::temp_dir())
            .output();
        if let Some(avail) = output
            .ok()
            .and_then(|output| String::from_utf8(output.stdout).ok())
            .and_then(|text| text.lines().nth(1)?.trim().parse::<u64>().ok())
        {
            assert!(free_bytes.abs_diff(avail) < avail / 10, "{free_bytes} against {avail}");
        }
    }
}
