//! What NRRD and MetaImage share: a text header, then data, here or in another file.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::str::FromStr;

use crate::error::ScanFault;
use crate::raw::{Sample, read_as_much, read_samples};

/// Text headers larger than this are not plausible.
const MOST_HEADER_BYTES: usize = 16 << 20;
/// Deflate cannot make data smaller than this.
const BEST_DEFLATE_RATIO: u64 = 1032;

/// An open file whose header is read line by line.
pub(crate) struct HeaderReader {
    file: BufReader<File>,
    read: usize,
}

impl HeaderReader {
    pub(crate) fn open(path: &Path) -> Result<Self, ScanFault> {
        Ok(Self { file: BufReader::new(File::open(path)?), read: 0 })
    }

    /// The next line without its end, or `None` at the end of the file.
    pub(crate) fn line(&mut self) -> Result<Option<String>, ScanFault> {
        let mut line = Vec::new();
        let room = MOST_HEADER_BYTES - self.read;
        let found = (&mut self.file).take(room as u64).read_until(b'\n', &mut line)?;
        self.read += found;
        if self.read >= MOST_HEADER_BYTES {
            return Err(ScanFault::header(
                "the header",
                format!("more than {MOST_HEADER_BYTES} bytes"),
                "a short text before the image data",
            ));
        }
        let text = String::from_utf8_lossy(&line);
        Ok((found > 0).then(|| text.trim_end_matches(['\n', '\r']).to_owned()))
    }

    /// The data that follow the header, and how many bytes of them there are.
    pub(crate) fn into_data(self) -> Result<Data, ScanFault> {
        let bytes = self.file.get_ref().metadata()?.len().saturating_sub(self.read as u64);
        Ok(Data { reader: self.file, bytes })
    }
}

/// The bytes that hold the voxels.
pub(crate) struct Data {
    reader: BufReader<File>,
    bytes: u64,
}

/// How voxels are packed into those bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zlib,
    /// Numbers as text, separated by white space.
    Text,
}

impl Data {
    /// The data of a file beside the header.
    pub(crate) fn beside(header: &Path, name: &str) -> Result<Self, ScanFault> {
        let path = header.with_file_name(name);
        let file = File::open(&path).map_err(|error| {
            ScanFault::header(
                "the data file",
                format!("{} ({error})", path.display()),
                "a file beside the header",
            )
        })?;
        let bytes = file.metadata()?.len();
        Ok(Self { reader: BufReader::new(file), bytes })
    }

    /// Leaves out the first `count` bytes.
    pub(crate) fn skip(&mut self, count: u64) -> Result<(), ScanFault> {
        let found = std::io::copy(&mut (&mut self.reader).take(count), &mut std::io::sink())?;
        self.bytes -= found.min(self.bytes);
        if found < count {
            return Err(ScanFault::Truncated {
                what: "the part before the image data".into(),
                found,
                expected: count,
            });
        }
        Ok(())
    }

    /// Leaves out all but the last `count` bytes.
    pub(crate) fn keep_last(&mut self, count: u64) -> Result<(), ScanFault> {
        self.skip(self.bytes.saturating_sub(count))
    }

    /// Leaves out the first `count` lines.
    pub(crate) fn skip_lines(&mut self, count: u64) -> Result<(), ScanFault> {
        for _ in 0..count {
            let mut line = Vec::new();
            let read = self.reader.read_until(b'\n', &mut line)? as u64;
            if read == 0 {
                break;
            }
            self.bytes -= read.min(self.bytes);
        }
        Ok(())
    }

    /// `count` voxels.
    pub(crate) fn voxels(
        mut self,
        packing: Packing,
        sample: Sample,
        big_endian: bool,
        count: usize,
    ) -> Result<Vec<f32>, ScanFault> {
        let (most, what) = match packing {
            Packing::Plain => (self.bytes, "the image data"),
            Packing::Gzip | Packing::Zlib => {
                (self.bytes.saturating_mul(BEST_DEFLATE_RATIO), "the image, decompressed at best,")
            }
            Packing::Text => (self.bytes.saturating_mul(sample.bytes() as u64), "the image data"),
        };
        let expected = count as u64 * sample.bytes() as u64;
        if most < expected {
            return Err(ScanFault::Truncated { what: what.into(), found: most, expected });
        }
        let mut reader: Box<dyn Read> = match packing {
            Packing::Plain => Box::new(self.reader),
            Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(self.reader)),
            Packing::Zlib => Box::new(flate2::read::ZlibDecoder::new(self.reader)),
            Packing::Text => return text_voxels(&mut self.reader, count),
        };
        read_samples(&mut reader, sample, big_endian, count, |stored| stored)
    }
}

fn text_voxels(reader: &mut dyn Read, count: usize) -> Result<Vec<f32>, ScanFault> {
    let mut values = crate::raw::reserved(count)?;
    let mut piece = vec![0; 1 << 16];
    let mut word = String::new();
    while values.len() < count {
        let found = read_as_much(reader, &mut piece)?;
        // A last space closes the last word.
        let ending: &[u8] = if found == 0 { b" " } else { b"" };
        for &byte in piece[..found].iter().chain(ending) {
            if !byte.is_ascii_whitespace() {
                word.push(byte.into());
            } else if !word.is_empty() && values.len() < count {
                values.push(parsed("a voxel", &word)?);
                word.clear();
            }
        }
        if found == 0 {
            break;
        }
    }
    if values.len() < count {
        return Err(ScanFault::Truncated {
            what: "the image data, counted in numbers".into(),
            found: values.len() as u64,
            expected: count as u64,
        });
    }
    Ok(values)
}

/// One number of a header entry.
pub(crate) fn parsed<T: FromStr>(entry: &str, text: &str) -> Result<T, ScanFault> {
    text.trim().parse().map_err(|_| ScanFault::header(entry, format!("{text:?}"), "a number"))
}

/// Numbers of a header entry, separated by white space.
pub(crate) fn numbers<T: FromStr>(entry: &str, text: &str) -> Result<Vec<T>, ScanFault> {
    text.split_whitespace().map(|word| parsed(entry, word)).collect()
}

/// Exactly `N` numbers of a header entry.
pub(crate) fn exactly<T: FromStr + Copy, const N: usize>(
    entry: &str,
    text: &str,
) -> Result<[T; N], ScanFault> {
    <[T; N]>::try_from(numbers(entry, text)?)
        .map_err(|_| ScanFault::header(entry, format!("{text:?}"), format!("{N} numbers")))
}

/// How much a header says to leave out before the data.
pub(crate) fn skipped_bytes(entry: &str, count: i64) -> Result<u64, ScanFault> {
    u64::try_from(count).map_err(|_| ScanFault::header(entry, count, "-1 or more"))
}
