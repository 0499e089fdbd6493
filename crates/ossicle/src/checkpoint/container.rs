//! The file: what is said of the numbers, the numbers, a digest of it all.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | the mark, [`MARK`] |
//! | 4 | format, [`FORMAT`] |
//! | 8 | length of the header |
//! | … | the header: JSON, with the name, kind and length of each array |
//! | 8, … | per array: length of its block, and the block: little-endian numbers through zstd |
//! | 32 | BLAKE3 of everything before |
//!
//! Integers are little-endian. The mark, the format and the digest at the end stay what they are
//! in every format, so that a later one is told from damage.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use ossicle_image::{WriteError, write_atomically};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::error::CheckpointError;

/// What every checkpoint begins with; its first byte is no text.
pub(super) const MARK: [u8; 8] = *b"\x89OSSICLE";
/// The version of the layout.
pub(super) const FORMAT: u32 = 1;
/// Bytes of mark, format and length of the header.
pub(super) const HEAD: u64 = 20;
/// Bytes of the digest.
pub(super) const DIGEST: u64 = 32;
/// Fast: fields change in every bit from voxel to voxel, and what compresses is the emptiness
/// outside the lesion.
const ZSTD_LEVEL: i32 = 1;

/// An array of a checkpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values<'a> {
    /// Measures.
    Reals(Cow<'a, [f64]>),
    /// Counts.
    Counts(Cow<'a, [u64]>),
}

impl From<Vec<f64>> for Values<'_> {
    fn from(values: Vec<f64>) -> Self {
        Self::Reals(values.into())
    }
}

impl From<Vec<u64>> for Values<'_> {
    fn from(values: Vec<u64>) -> Self {
        Self::Counts(values.into())
    }
}

/// Arrays that were read, by name.
pub(crate) type Arrays = BTreeMap<String, Values<'static>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    F64,
    U64,
}

/// What the header says of an array.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    name: String,
    kind: Kind,
    length: usize,
}

/// The header: the arrays, and what else is to be known.
#[derive(Serialize, Deserialize)]
struct Header<T> {
    arrays: Vec<Entry>,
    about: T,
}

impl Values<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::Reals(_) => Kind::F64,
            Self::Counts(_) => Kind::U64,
        }
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Reals(values) => values.len(),
            Self::Counts(values) => values.len(),
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; 8 * self.len()];
        let words = bytes.as_chunks_mut::<8>().0;
        match self {
            Self::Reals(values) => {
                words.iter_mut().zip(values.iter()).for_each(|(b, v)| *b = v.to_le_bytes());
            }
            Self::Counts(values) => {
                words.iter_mut().zip(values.iter()).for_each(|(b, v)| *b = v.to_le_bytes());
            }
        }
        bytes
    }
}

impl Values<'static> {
    fn from_bytes(kind: Kind, bytes: &[u8]) -> Self {
        let words = bytes.as_chunks::<8>().0.iter();
        match kind {
            Kind::F64 => words.map(|b| f64::from_le_bytes(*b)).collect::<Vec<f64>>().into(),
            Kind::U64 => words.map(|b| u64::from_le_bytes(*b)).collect::<Vec<u64>>().into(),
        }
    }
}

/// Writes a file, whole or not at all, brought to the disk before it has its name.
///
/// # Errors
/// If it cannot be written; what stood at the path stands there still.
pub(super) fn write<T: Serialize>(
    path: &Path,
    about: &T,
    arrays: &[(String, Values<'_>)],
) -> Result<(), WriteError> {
    write_atomically(path, |file| {
        let mut hashed = Hashed { to: &mut *file, hasher: blake3::Hasher::new() };
        let entries = arrays.iter().map(|(name, values)| Entry {
            name: name.clone(),
            kind: values.kind(),
            length: values.len(),
        });
        let header = serde_json::to_vec(&Header { arrays: entries.collect(), about })?;
        hashed.write_all(&MARK)?;
        hashed.write_all(&FORMAT.to_le_bytes())?;
        hashed.write_all(&(header.len() as u64).to_le_bytes())?;
        hashed.write_all(&header)?;
        for (_, values) in arrays {
            let block = zstd::bulk::compress(&values.to_bytes(), ZSTD_LEVEL)?;
            hashed.write_all(&(block.len() as u64).to_le_bytes())?;
            hashed.write_all(&block)?;
        }
        let digest = hashed.hasher.finalize();
        file.write_all(digest.as_bytes())
    })
}

/// Passes bytes on and keeps their digest.
struct Hashed<W> {
    to: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A file whose every byte is as it was written.
pub(super) struct Sound<'a> {
    path: &'a Path,
    file: BufReader<File>,
    header: Vec<u8>,
}

impl<'a> Sound<'a> {
    /// Opens a file and checks it to the last byte.
    ///
    /// # Errors
    /// Tells what is foreign, cut short, damaged or of a later format.
    pub(super) fn open(path: &'a Path) -> Result<Self, CheckpointError> {
        let fault = |cause| CheckpointError::Read { path: path.to_owned(), cause };
        let mut file = File::open(path).map_err(fault)?;
        let bytes = file.metadata().map_err(fault)?.len();
        let mut mark = Vec::new();
        Read::by_ref(&mut file).take(MARK.len() as u64).read_to_end(&mut mark).map_err(fault)?;
        let truncated =
            |expected| CheckpointError::Truncated { path: path.to_owned(), found: bytes, expected };
        if !MARK.starts_with(&mark) {
            let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect();
            let (found, expected) = (hex(&mark), hex(&MARK));
            return Err(CheckpointError::Foreign { path: path.to_owned(), found, expected });
        }
        if bytes < HEAD + DIGEST {
            return Err(truncated(HEAD + DIGEST));
        }
        file.seek(SeekFrom::Start(0)).map_err(fault)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(Read::by_ref(&mut file).take(bytes - DIGEST)).map_err(fault)?;
        let mut digest = [0; DIGEST as usize];
        file.read_exact(&mut digest).map_err(fault)?;
        let (found, expected) = (hasher.finalize(), blake3::Hash::from_bytes(digest));

        file.seek(SeekFrom::Start(MARK.len() as u64)).map_err(fault)?;
        let mut file = BufReader::new(file);
        let format = u32::from_le_bytes(read_word(&mut file).map_err(fault)?);
        if found == expected && format > FORMAT {
            return Err(CheckpointError::Newer {
                path: path.to_owned(),
                found: format,
                newest: FORMAT,
            });
        }
        let damaged = || CheckpointError::Damaged {
            path: path.to_owned(),
            found: found.to_hex().to_string(),
            expected: expected.to_hex().to_string(),
        };
        let length = u64::from_le_bytes(read_word(&mut file).map_err(fault)?);
        let end = length.saturating_add(HEAD + DIGEST);
        if end > bytes {
            return Err(truncated(end));
        }
        let mut header = vec![0; length as usize];
        file.read_exact(&mut header).map_err(fault)?;
        let mut sound = Self { path, file, header };
        if found != expected {
            // Cut short or changed: the blocks tell how far the file should reach.
            return Err(match sound.announced() {
                Some(announced) if announced > bytes => truncated(announced),
                _ => damaged(),
            });
        }
        Ok(sound)
    }

    /// The bytes that the file should have at the least, as far as its header can be read.
    fn announced(&mut self) -> Option<u64> {
        let header: Header<IgnoredAny> = serde_json::from_slice(&self.header).ok()?;
        let mut at = HEAD + self.header.len() as u64;
        for _ in &header.arrays {
            let Ok(length) = read_word(&mut self.file).map(u64::from_le_bytes) else {
                return Some(at.saturating_add(8 + DIGEST));
            };
            at = at.saturating_add(8).saturating_add(length);
            if self.file.seek(SeekFrom::Start(at)).is_err() {
                break;
            }
        }
        Some(at.saturating_add(DIGEST))
    }

    /// What the header says besides the arrays.
    ///
    /// # Errors
    /// If it says something else.
    pub(super) fn about<T: DeserializeOwned>(&self) -> Result<T, CheckpointError> {
        let header: Header<T> = serde_json::from_slice(&self.header).map_err(|e| self.unfit(e))?;
        Ok(header.about)
    }

    /// The arrays.
    ///
    /// # Errors
    /// If they are not what the header announces.
    pub(super) fn arrays(mut self) -> Result<Arrays, CheckpointError> {
        let header: Header<IgnoredAny> =
            serde_json::from_slice(&self.header).map_err(|e| self.unfit(e))?;
        let mut arrays = Arrays::new();
        for Entry { name, kind, length } in header.arrays {
            let bytes = self.block(length).map_err(|e| self.unfit(format!("{name}: {e}")))?;
            arrays.insert(name, Values::from_bytes(kind, &bytes));
        }
        Ok(arrays)
    }

    fn block(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let stored = u64::from_le_bytes(read_word(&mut self.file)?);
        let mut block = Vec::new();
        Read::by_ref(&mut self.file).take(stored).read_to_end(&mut block)?;
        let bytes = zstd::bulk::decompress(&block, 8 * length)?;
        if bytes.len() == 8 * length {
            Ok(bytes)
        } else {
            Err(io::Error::other(format!("{} bytes of {}", bytes.len(), 8 * length)))
        }
    }

    fn unfit(&self, found: impl ToString) -> CheckpointError {
        CheckpointError::Unfit {
            path: self.path.to_owned(),
            found: found.to_string(),
            expected: "the header and arrays of a checkpoint".to_owned(),
        }
    }
}

fn read_word<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}
