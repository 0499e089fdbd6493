//! The marker segments that JPEG and JPEG-LS streams are made of.

/// The frame header of a JPEG or JPEG-LS stream.
#[derive(Debug, PartialEq)]
pub(super) struct FrameHeader {
    /// The marker's second byte: c3 for JPEG lossless, f7 for JPEG-LS.
    pub(super) kind: u8,
    pub(super) precision: u32,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) components: u8,
}

impl FrameHeader {
    /// Reads the segments of a stream up to its frame header.
    pub(super) fn find(stream: &[u8]) -> Option<Self> {
        let mut segments = Segments::of(stream)?;
        segments.find_map(|segment| {
            let is_frame = matches!(segment.marker, 0xc0..=0xcf | 0xf7)
                && !matches!(segment.marker, 0xc4 | 0xc8 | 0xcc);
            match *segment.body {
                [precision, r0, r1, c0, c1, components, ..] if is_frame => Some(Self {
                    kind: segment.marker,
                    precision: precision.into(),
                    rows: u16::from_be_bytes([r0, r1]).into(),
                    columns: u16::from_be_bytes([c0, c1]).into(),
                    components,
                }),
                _ => None,
            }
        })
    }
}

/// One marker segment of a JPEG or JPEG-LS stream.
pub(super) struct Segment<'a> {
    pub(super) marker: u8,
    pub(super) body: &'a [u8],
    /// What follows the segment.
    pub(super) rest: &'a [u8],
}

/// The marker segments of a stream, one after the other.
pub(super) struct Segments<'a>(&'a [u8]);

impl<'a> Segments<'a> {
    /// The segments after the start-of-image marker; `None` without that marker.
    pub(super) fn of(stream: &'a [u8]) -> Option<Self> {
        stream.strip_prefix(&[0xff, 0xd8]).map(Self)
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        // Fill bytes may stand before a marker.
        while self.0.get(1) == Some(&0xff) {
            self.0 = &self.0[1..];
        }
        let &[0xff, marker, high, low, ref after @ ..] = self.0 else { return None };
        let length = usize::from(u16::from_be_bytes([high, low])).checked_sub(2)?;
        let body = after.get(..length)?;
        let rest = &after[length..];
        self.0 = rest;
        Some(Segment { marker, body, rest })
    }
}
