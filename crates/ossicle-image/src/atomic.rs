//! Files that appear whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a file was not written. What stood at the path before stands there still.
#[derive(Debug, Error)]
#[error("{}: cannot be written: {cause}", .path.display())]
#[non_exhaustive]
pub struct WriteError {
    /// The file that was to be written.
    pub path: PathBuf,
    /// What the operating system says.
    pub cause: io::Error,
}

/// Writes a file so that it appears at `path` complete or not at all.
///
/// `write` fills a temporary file in the same folder, which is then brought to the
/// disk and renamed. If anything fails, or the program is stopped by a panic, the
/// temporary file is removed and an earlier file at `path` is left as it was.
///
/// # Errors
/// [`WriteError`] when the folder cannot be written to, `write` fails, or the disk
/// is full.
pub fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), WriteError> {
    fill_and_rename(path, write).map_err(|cause| WriteError { path: path.to_owned(), cause })
}

fn fill_and_rename(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let (file, temporary) = create_beside(path)?;
    let mut writer = BufWriter::new(file);
    write(&mut writer)?;
    let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    drop(file);
    temporary.become_file(path)?;
    sync_folder(path)
}

/// A file that is removed unless it takes its final name.
struct Temporary(Option<PathBuf>);

impl Temporary {
    fn become_file(mut self, path: &Path) -> io::Result<()> {
        if let Some(temporary) = &self.0 {
            fs::rename(temporary, path)?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // Nothing more can be done about a file that cannot be removed.
            let _ = fs::remove_file(path);
        }
    }
}

fn create_beside(path: &Path) -> io::Result<(File, Temporary)> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let mut serial = 0_u32;
    loop {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}-{serial}.part", std::process::id()));
        let temporary = path.with_file_name(hidden);
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((file, Temporary(Some(temporary)))),
            // Another thread's, or left behind by a killed process of the same number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => serial += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Brings the new name to the disk; folders can be opened for this on Unix only.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;
    use std::io::Write;

    fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
        write_atomically(path, |writer| writer.write_all(bytes))
    }

    fn names(folder: &Folder) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = Folder::new("atomic-replace");
        let path = folder.path().join("out.csv");
        write_bytes(&path, b"first").unwrap();
        write_bytes(&path, b"second, longer").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second, longer");
        assert_eq!(names(&folder), ["out.csv"]);
    }

    #[test]
    fn a_failed_write_keeps_the_old_file_and_leaves_no_part() {
        let folder = Folder::new("atomic-fail");
        let path = folder.path().join("out.csv");
        write_bytes(&path, b"old").unwrap();
        let error = write_atomically(&path, |writer| {
            writer.write_all(&[0; 100_000])?;
            Err(io::Error::other("no space left"))
        })
        .unwrap_err();
        assert!(error.to_string().contains("out.csv: cannot be written: no space left"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(&folder), ["out.csv"]);
        let absent = folder.path().join("no/such/folder/out.csv");
        assert!(write_bytes(&absent, b"x").is_err());
    }

    #[test]
    fn a_panic_while_writing_leaves_no_part() {
        let folder = Folder::new("atomic-panic");
        let path = folder.path().join("out.csv");
        let outcome = std::panic::catch_unwind(|| {
            write_atomically(&path, |_| panic!("in the middle of writing"))
        });
        assert!(outcome.is_err());
        assert!(names(&folder).is_empty());
    }
}
