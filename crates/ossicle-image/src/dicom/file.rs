//! A DICOM file: preamble, meta information, data set.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::DeflateDecoder;

use super::dataset::{DataSet, Encoding, tag_of};
use super::tags::TRANSFER_SYNTAX;
use crate::error::ScanFault;

const PREAMBLE: usize = 128;
const META: Encoding = Encoding { explicit: true, big_endian: false };

/// How the pixels are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Native,
    Rle,
    JpegLossless,
    JpegLs,
    Jpeg2000,
    /// Known by name, not decoded here.
    Unsupported(&'static str),
}

/// A file whose data set is found and unpacked but not yet looked into.
pub(super) struct DicomFile<'a> {
    data: Cow<'a, [u8]>,
    encoding: Encoding,
    pub(super) codec: Codec,
    /// Whether the meta information says how the data set is encoded.
    pub(super) states_syntax: bool,
    /// The SOP class that the meta information states, where there is one.
    pub(super) media_class: Option<String>,
}

/// Whether content begins like a DICOM file, with or without its preamble.
pub(crate) fn is_dicom(first: &[u8]) -> bool {
    has_mark(first) || guessed_encoding(first).is_some()
}

/// Whether the mark of a DICOM file stands behind its preamble.
pub(super) fn has_mark(bytes: &[u8]) -> bool {
    bytes.get(PREAMBLE..PREAMBLE + 4) == Some(b"DICM")
}

/// The encoding of a data set that begins without an announcement: a first element
/// of one of the groups that can come first.
fn guessed_encoding(bytes: &[u8]) -> Option<Encoding> {
    let first = *bytes.first_chunk::<8>()?;
    for big_endian in [false, true] {
        let tag = tag_of([first[0], first[1], first[2], first[3]], big_endian);
        let plausible = matches!(tag >> 16, 0x0002 | 0x0004 | 0x0008) && tag & 0xffff <= 0x2000;
        if !plausible {
            continue;
        }
        let explicit = first[4].is_ascii_uppercase() && first[5].is_ascii_uppercase();
        // Without a representation the length comes next; a first element is short.
        if explicit || (!big_endian && first[6] == 0 && first[7] == 0) {
            return Some(Encoding { explicit, big_endian });
        }
    }
    None
}

impl<'a> DicomFile<'a> {
    /// Finds the data set in the bytes of a file. A deflated one may grow to `limit` bytes.
    pub(super) fn open(bytes: &'a [u8], limit: u64) -> Result<Self, ScanFault> {
        let start = if has_mark(bytes) { PREAMBLE + 4 } else { 0 };
        let body = &bytes[start..];
        let meta_length = meta_length(body)?;
        let meta = DataSet::parse(&body[..meta_length], META)?;
        let data = &body[meta_length..];
        let media_class = meta.text(super::tags::MEDIA_SOP_CLASS);
        let stated = meta.text(TRANSFER_SYNTAX);
        let (encoding, codec, deflated) = match stated.as_deref() {
            Some(uid) => transfer_syntax(uid)?,
            // Old files, and files cut out of a network stream.
            None => match guessed_encoding(data).or_else(|| private_first(data)) {
                Some(encoding) => (encoding, Codec::Native, false),
                None => {
                    return Err(ScanFault::missing(
                        "the transfer syntax (0002,0010)",
                        "the data set cannot be read",
                    ));
                }
            },
        };
        let data = if deflated { Cow::Owned(inflated(data, limit)?) } else { Cow::Borrowed(data) };
        Ok(Self { data, encoding, codec, states_syntax: stated.is_some(), media_class })
    }

    /// The elements of the data set.
    pub(super) fn data_set(&self) -> Result<DataSet<'_>, ScanFault> {
        DataSet::parse(&self.data, self.encoding)
    }
}

/// A data set after meta information may begin with a private group.
fn private_first(data: &[u8]) -> Option<Encoding> {
    let first = *data.first_chunk::<8>()?;
    let explicit = first[4].is_ascii_uppercase() && first[5].is_ascii_uppercase();
    Some(Encoding { explicit, big_endian: false })
}

/// Bytes of the meta information: the elements of group 2, always explicit.
fn meta_length(body: &[u8]) -> Result<usize, ScanFault> {
    let mut at = 0;
    while let Some(&head) = body[at..].first_chunk::<8>() {
        if tag_of([head[0], head[1], head[2], head[3]], false) >> 16 != 2 {
            break;
        }
        let long = matches!(&head[4..6], b"OB" | b"OW" | b"UN" | b"UT" | b"SQ");
        let (start, length) = match (long, body[at..].get(8..12)) {
            (true, Some(&[a, b, c, d])) => (at + 12, u32::from_le_bytes([a, b, c, d]) as usize),
            _ => (at + 8, usize::from(u16::from_le_bytes([head[6], head[7]]))),
        };
        if body.len() - at < start - at + length {
            return Err(ScanFault::Truncated {
                what: "the meta information".into(),
                found: body.len() as u64,
                expected: (start + length) as u64,
            });
        }
        at = start + length;
    }
    Ok(at)
}

fn transfer_syntax(uid: &str) -> Result<(Encoding, Codec, bool), ScanFault> {
    let little = Encoding { explicit: true, big_endian: false };
    let compressed = |codec| Ok((little, codec, false));
    match uid {
        "1.2.840.10008.1.2" => {
            Ok((Encoding { explicit: false, big_endian: false }, Codec::Native, false))
        }
        "1.2.840.10008.1.2.1" => compressed(Codec::Native),
        "1.2.840.10008.1.2.1.99" => Ok((little, Codec::Native, true)),
        "1.2.840.10008.1.2.2" => {
            Ok((Encoding { explicit: true, big_endian: true }, Codec::Native, false))
        }
        "1.2.840.10008.1.2.5" => compressed(Codec::Rle),
        "1.2.840.10008.1.2.4.57" | "1.2.840.10008.1.2.4.70" => compressed(Codec::JpegLossless),
        "1.2.840.10008.1.2.4.80" | "1.2.840.10008.1.2.4.81" => compressed(Codec::JpegLs),
        "1.2.840.10008.1.2.4.90" | "1.2.840.10008.1.2.4.91" => compressed(Codec::Jpeg2000),
        "1.2.840.10008.1.2.4.50" => compressed(Codec::Unsupported("JPEG baseline, 8 bit, lossy")),
        "1.2.840.10008.1.2.4.51" => compressed(Codec::Unsupported("JPEG extended, 12 bit, lossy")),
        _ if uid.starts_with("1.2.840.10008.1.2.4.20") => {
            compressed(Codec::Unsupported("High-Throughput JPEG 2000"))
        }
        _ if uid.starts_with("1.2.840.10008.1.2.4.11") => compressed(Codec::Unsupported("JPEG XL")),
        _ => Err(ScanFault::unsupported(
            format!("transfer syntax {uid}"),
            "save it as Explicit VR Little Endian or one of the lossless JPEG kinds",
        )),
    }
}

fn inflated(data: &[u8], limit: u64) -> Result<Vec<u8>, ScanFault> {
    let mut bytes = Vec::new();
    let found = DeflateDecoder::new(data)
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| ScanFault::damaged("the deflated data set", error))?;
    if found as u64 > limit {
        return Err(ScanFault::header(
            "the deflated data set",
            format!("more than {limit} bytes"),
            "no more than its image needs",
        ));
    }
    Ok(bytes)
}
