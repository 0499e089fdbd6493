//! One writer to a folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::error::FolderError;
use super::layout::LOCK;

/// How a lock file begins.
const MARK: &str = "ossicle, process ";

/// The right to write to a folder, held until it is dropped.
///
/// The lock is the operating system's, on a file of the folder, so that it ends with
/// its process, however that ends; the number in the file serves the message only.
/// Where a file system has no locks, everyone is let in.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the lock of a folder, or tells who holds it.
    pub(super) fn acquire(folder: &Path) -> Result<Self, FolderError> {
        let path = folder.join(LOCK);
        let fault = |cause| FolderError::write(&folder.join(LOCK))(cause);
        loop {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(&fault)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(FolderError::InUse {
                        path: folder.to_owned(),
                        holder: holder(&mut file),
                    });
                }
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(fault(error)),
            }
            // The file may have been removed by its last holder since it was opened.
            if is_at(&file, &path) {
                let mut lock = Self { path, file };
                lock.sign().map_err(fault)?;
                return Ok(lock);
            }
        }
    }

    /// Whether a process holds the lock of a folder; what cannot be told counts as held.
    pub(super) fn is_held(folder: &Path) -> bool {
        match File::open(folder.join(LOCK)).map(|file| file.try_lock()) {
            Ok(Ok(())) => false,
            Ok(Err(TryLockError::Error(error))) => error.kind() != io::ErrorKind::Unsupported,
            _ => true,
        }
    }

    fn sign(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        writeln!(self.file, "{MARK}{}", std::process::id())
    }

    /// Follows the folder to its new place.
    pub(super) fn moved_to(&mut self, folder: &Path) {
        self.path = folder.join(LOCK);
    }

    /// Lets others in, and removes the lock's file from the folder.
    pub(super) fn release(&self) {
        // Neither may fail harmfully: the lock ends with the process at the latest, and a
        // lock file that stays locks nobody out.
        if is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
        // Said in words, as a process that is just being started may share the open file.
        let _ = self.file.unlock();
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.release();
    }
}

/// The process whose lock is in a folder, held or not.
pub(super) fn signed_by(folder: &Path) -> Option<u32> {
    let text = fs::read_to_string(folder.join(LOCK)).ok()?;
    text.strip_prefix(MARK)?.trim_end().parse().ok()
}

/// Whether a run has ever locked the folder and been killed before it said more.
pub(super) fn has_mark(folder: &Path) -> bool {
    fs::read(folder.join(LOCK)).is_ok_and(|bytes| bytes.starts_with(MARK.as_bytes()))
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    match (read, text.trim().strip_prefix(MARK)) {
        (Ok(_), Some(process)) => format!("process {process}"),
        _ => "another process".to_owned(),
    }
}

/// Whether an open file is the one at a path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => open.dev() == there.dev() && open.ino() == there.ino(),
        _ => false,
    }
}

/// Whether an open file is the one at a path: it is, as an open file cannot be replaced.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::testing::Folder;

    #[test]
    fn a_lock_keeps_others_out_and_leaves_nothing() {
        let folder = Folder::new("lock");
        let lock = Lock::acquire(folder.path()).unwrap();
        assert!(has_mark(folder.path()));
        let refused = Lock::acquire(folder.path()).unwrap_err().to_string();
        let expected = format!("process {} is writing a run to it", std::process::id());
        assert!(refused.contains(&expected), "{refused}");
        drop(lock);
        assert_eq!(folder.names(), [""; 0]);
    }

    #[test]
    fn what_a_dead_process_left_is_taken_over() {
        let folder = Folder::new("stale-lock");
        fs::write(folder.path().join(LOCK), format!("{MARK}4194304, and more\n")).unwrap();
        assert!(has_mark(folder.path()));
        let lock = Lock::acquire(folder.path()).unwrap();
        let expected = format!("{MARK}{}\n", std::process::id());
        assert_eq!(fs::read_to_string(folder.path().join(LOCK)).unwrap(), expected);
        drop(lock);
        assert_eq!(folder.names(), [""; 0]);
    }

    #[test]
    fn a_lock_never_removes_that_of_another_folder_in_its_place() {
        let folder = Folder::new("moved-lock");
        let (here, there) = (folder.path().join("here"), folder.path().join("there"));
        fs::create_dir(&here).unwrap();
        let mut moved = Lock::acquire(&here).unwrap();
        fs::rename(&here, &there).unwrap();
        fs::create_dir(&here).unwrap();
        let second = Lock::acquire(&here).unwrap();
        moved.moved_to(&there);
        drop(moved);
        assert!(!there.join(LOCK).exists() && here.join(LOCK).exists());
        fs::rename(&here, folder.path().join("elsewhere")).unwrap();
        drop(second);
        assert!(folder.path().join("elsewhere").join(LOCK).exists(), "not followed");
    }

    #[test]
    fn many_threads_at_one_folder_never_hold_it_together() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let folder = Folder::new("contended-lock");
        let holders = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut taken = 0;
                    while taken < 100 {
                        match Lock::acquire(folder.path()) {
                            Ok(_lock) => {
                                assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                                taken += 1;
                                holders.fetch_sub(1, Ordering::SeqCst);
                            }
                            Err(FolderError::InUse { .. }) => std::thread::yield_now(),
                            Err(error) => panic!("{error}"),
                        }
                    }
                });
            }
        });
        assert_eq!(folder.names(), [""; 0]);
    }
}
