//! The elements of a DICOM data set, found without copying.
//!
//! Lengths in a damaged file can be anything, so every element is a slice of the
//! bytes that are there; nothing is allocated by a length that the file states.

use std::collections::BTreeMap;

use super::tags::{ITEM, ITEM_END, PIXEL_DATA, SEQUENCE_END};
use crate::error::ScanFault;

/// How elements are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    /// Whether each element states its value representation.
    pub(super) explicit: bool,
    pub(super) big_endian: bool,
}

/// One data set: that of a file, or that of an item of a sequence.
#[derive(Debug)]
pub(super) struct DataSet<'a> {
    encoding: Encoding,
    elements: BTreeMap<u32, Value<'a>>,
}

#[derive(Debug)]
enum Value<'a> {
    Bytes {
        bytes: &'a [u8],
        /// The length that the file states; more than there is in a truncated file.
        stated: usize,
    },
    Items(Vec<DataSet<'a>>),
    /// Pieces of compressed pixel data, the offset table first.
    Fragments(Vec<&'a [u8]>),
}

/// Pixel data as they stand in the file.
#[derive(Debug)]
pub(super) enum PixelData<'s, 'a> {
    /// All frames one after the other, and how many bytes the file states.
    Native { bytes: &'a [u8], stated: usize },
    /// Compressed pieces, the offset table first.
    Encapsulated(&'s [&'a [u8]]),
}

const UNDEFINED: u32 = u32::MAX;
/// Sequences nested deeper than this are not plausible.
const DEEPEST: usize = 32;
const LONG_REPRESENTATIONS: [&[u8; 2]; 13] =
    [b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"];

impl<'a> DataSet<'a> {
    /// The elements in `bytes`, up to and with the pixel data.
    pub(super) fn parse(bytes: &'a [u8], encoding: Encoding) -> Result<Self, ScanFault> {
        Cursor { bytes, at: 0 }.data_set(encoding, 0)
    }

    /// The bytes of an element, without padding at the end.
    pub(super) fn bytes(&self, tag: u32) -> Option<&'a [u8]> {
        match self.elements.get(&tag)? {
            Value::Bytes { bytes, .. } => Some(bytes),
            Value::Items(_) | Value::Fragments(_) => None,
        }
    }

    /// The text of an element, trimmed; `None` if it is absent or empty.
    pub(super) fn text(&self, tag: u32) -> Option<String> {
        let bytes = self.bytes(tag)?;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // Latin-1, or an encoding of which the parts that matter are ASCII.
            Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
        };
        let trimmed = text.trim_matches([' ', '\0']);
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// The decimal numbers of an element; `None` if it is absent or empty.
    pub(super) fn decimals(&self, tag: u32) -> Result<Option<Vec<f64>>, ScanFault> {
        let Some(text) = self.text(tag) else { return Ok(None) };
        let parse = |part: &str| part.trim().parse::<f64>().ok().filter(|v| v.is_finite());
        match text.split('\\').map(parse).collect() {
            Some(numbers) => Ok(Some(numbers)),
            None => Err(ScanFault::header(named(tag), format!("{text:?}"), "decimal numbers")),
        }
    }

    /// An unsigned 16-bit number.
    pub(super) fn unsigned(&self, tag: u32) -> Option<u16> {
        let pair = *self.bytes(tag)?.first_chunk()?;
        Some(if self.encoding.big_endian {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        })
    }

    /// The items of a sequence; none if it is absent or empty.
    pub(super) fn items(&self, tag: u32) -> Result<Items<'_, 'a>, ScanFault> {
        match self.elements.get(&tag) {
            Some(Value::Items(items)) => Ok(Items::There(items)),
            Some(Value::Bytes { bytes, .. }) => {
                Ok(Items::Parsed(Cursor { bytes, at: 0 }.items(self.encoding, 0)?))
            }
            _ => Ok(Items::There(&[])),
        }
    }

    pub(super) fn pixel_data(&self) -> Option<PixelData<'_, 'a>> {
        match self.elements.get(&PIXEL_DATA)? {
            Value::Bytes { bytes, stated } => Some(PixelData::Native { bytes, stated: *stated }),
            Value::Fragments(fragments) => Some(PixelData::Encapsulated(fragments)),
            Value::Items(_) => None,
        }
    }

    pub(super) fn contains(&self, tag: u32) -> bool {
        self.elements.contains_key(&tag)
    }

    pub(super) fn is_big_endian(&self) -> bool {
        self.encoding.big_endian
    }
}

/// The items of a sequence, found before or just now.
pub(super) enum Items<'s, 'a> {
    There(&'s [DataSet<'a>]),
    Parsed(Vec<DataSet<'a>>),
}

impl<'a> std::ops::Deref for Items<'_, 'a> {
    type Target = [DataSet<'a>];
    fn deref(&self) -> &[DataSet<'a>] {
        match self {
            Self::There(items) => items,
            Self::Parsed(items) => items,
        }
    }
}

/// A tag as DICOM writes it.
pub(super) fn named(tag: u32) -> String {
    use super::tags;
    let name = match tag {
        tags::POSITION => "Image Position (Patient) ",
        tags::ORIENTATION => "Image Orientation (Patient) ",
        tags::PIXEL_SPACING => "Pixel Spacing ",
        tags::SLICE_THICKNESS => "Slice Thickness ",
        tags::SPACING_BETWEEN_SLICES => "Spacing Between Slices ",
        tags::RESCALE_SLOPE => "Rescale Slope ",
        tags::RESCALE_INTERCEPT => "Rescale Intercept ",
        tags::ROWS => "Rows ",
        tags::COLUMNS => "Columns ",
        tags::BITS_ALLOCATED => "Bits Allocated ",
        tags::BITS_STORED => "Bits Stored ",
        tags::HIGH_BIT => "High Bit ",
        tags::NUMBER_OF_FRAMES => "Number of Frames ",
        tags::PIXEL_DATA => "Pixel Data ",
        _ => "element ",
    };
    format!("{name}({:04x},{:04x})", tag >> 16, tag & 0xffff)
}

/// The first four bytes of an element: its group and its number.
pub(super) fn tag_of(bytes: [u8; 4], big_endian: bool) -> u32 {
    let half = |a: u8, b: u8| {
        if big_endian { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) }
    };
    u32::from(half(bytes[0], bytes[1])) << 16 | u32::from(half(bytes[2], bytes[3]))
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at.min(self.bytes.len())..]
    }

    fn take<const N: usize>(&mut self, what: &dyn Fn() -> String) -> Result<[u8; N], ScanFault> {
        let Some(bytes) = self.rest().first_chunk() else {
            return Err(ScanFault::Truncated {
                what: what(),
                found: self.rest().len() as u64,
                expected: N as u64,
            });
        };
        self.at += N;
        Ok(*bytes)
    }

    fn length_32(&mut self, encoding: Encoding, tag: u32) -> Result<u32, ScanFault> {
        let bytes = self.take(&|| format!("the length of {}", named(tag)))?;
        Ok(if encoding.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn length_16(&mut self, encoding: Encoding, tag: u32) -> Result<u32, ScanFault> {
        let bytes = self.take(&|| format!("the length of {}", named(tag)))?;
        let length =
            if encoding.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) };
        Ok(length.into())
    }

    /// `length` bytes, or as many as there are.
    fn slice(&mut self, length: usize) -> &'a [u8] {
        let rest = self.rest();
        let slice = &rest[..length.min(rest.len())];
        self.at += slice.len();
        slice
    }

    /// Elements until the end, or until the mark that ends an item.
    fn data_set(&mut self, encoding: Encoding, depth: usize) -> Result<DataSet<'a>, ScanFault> {
        if depth > DEEPEST {
            return Err(ScanFault::header(
                "the nesting of sequences",
                depth,
                format!("at most {DEEPEST}"),
            ));
        }
        let mut elements = BTreeMap::new();
        // Odd bytes at the end of a file are padding, not an element.
        while self.rest().len() >= 8 {
            let tag = tag_of(self.take(&|| "a tag".into())?, encoding.big_endian);
            if matches!(tag, ITEM_END | SEQUENCE_END) {
                self.length_32(encoding, tag)?;
                break;
            }
            let value = self.value(encoding, tag, depth)?;
            elements.insert(tag, value);
            if tag == PIXEL_DATA && depth == 0 {
                break;
            }
        }
        Ok(DataSet { encoding, elements })
    }

    fn value(
        &mut self,
        encoding: Encoding,
        tag: u32,
        depth: usize,
    ) -> Result<Value<'a>, ScanFault> {
        let mut inner = encoding;
        let length = if !encoding.explicit || tag == ITEM {
            self.length_32(encoding, tag)?
        } else {
            let representation: [u8; 2] = self.take(&|| named(tag))?;
            if !representation.iter().all(u8::is_ascii_uppercase) {
                return Err(ScanFault::header(
                    format!("the value representation of {}", named(tag)),
                    format!("{representation:02x?}"),
                    "two capital letters",
                ));
            }
            if LONG_REPRESENTATIONS.contains(&&representation) {
                self.take::<2>(&|| named(tag))?;
                if &representation == b"UN" {
                    // What an archive did not know it kept as it was: implicit, little endian.
                    inner = Encoding { explicit: false, big_endian: false };
                }
                self.length_32(encoding, tag)?
            } else {
                self.length_16(encoding, tag)?
            }
        };
        if length == UNDEFINED {
            return if tag == PIXEL_DATA && depth == 0 {
                Ok(Value::Fragments(self.fragments(encoding)?))
            } else {
                Ok(Value::Items(self.items(inner, depth + 1)?))
            };
        }
        let stated = length as usize;
        let bytes = self.slice(stated);
        if bytes.len() < stated && tag != PIXEL_DATA {
            return Err(ScanFault::Truncated {
                what: named(tag),
                found: bytes.len() as u64,
                expected: stated as u64,
            });
        }
        Ok(Value::Bytes { bytes, stated })
    }

    /// Items until the end, or until the mark that ends a sequence.
    fn items(&mut self, encoding: Encoding, depth: usize) -> Result<Vec<DataSet<'a>>, ScanFault> {
        let mut items = Vec::new();
        while !self.rest().is_empty() {
            let tag = tag_of(self.take(&|| "an item of a sequence".into())?, encoding.big_endian);
            let length = self.length_32(encoding, tag)?;
            match tag {
                SEQUENCE_END => break,
                ITEM if length == UNDEFINED => items.push(self.data_set(encoding, depth + 1)?),
                ITEM => {
                    let mut inside = Cursor { bytes: self.slice(length as usize), at: 0 };
                    items.push(inside.data_set(encoding, depth + 1)?);
                }
                other => {
                    return Err(ScanFault::header("a part of a sequence", named(other), "an item"));
                }
            }
        }
        Ok(items)
    }

    fn fragments(&mut self, encoding: Encoding) -> Result<Vec<&'a [u8]>, ScanFault> {
        let mut fragments = Vec::new();
        loop {
            let tag = tag_of(
                self.take(&|| "the end mark of the pixel data".into())?,
                encoding.big_endian,
            );
            let stated = self.length_32(encoding, tag)? as usize;
            match tag {
                SEQUENCE_END => return Ok(fragments),
                ITEM => {
                    let bytes = self.slice(stated);
                    if bytes.len() < stated {
                        return Err(ScanFault::Truncated {
                            what: "the compressed pixel data".into(),
                            found: bytes.len() as u64,
                            expected: stated as u64,
                        });
                    }
                    fragments.push(bytes);
                }
                other => {
                    return Err(ScanFault::header(
                        "a part of the compressed pixel data",
                        named(other),
                        "an item",
                    ));
                }
            }
        }
    }
}
