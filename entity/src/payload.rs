//! How values of any size are kept in a row.
//!
//! The first byte says what follows: nothing, MessagePack in the row, or the key of an object in
//! the payload store. Small values never leave their row; large ones never enter it.

/// Values up to this size live in the row.
pub const INLINE_BYTES_MAX: usize = 16 * 1024;

const NOTHING: u8 = 0;
const INLINE: u8 = 1;
const STORED: u8 = 2;

/// A stored value as its row describes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Payload<'a> {
    /// There is no value.
    Nothing,
    /// MessagePack of the value.
    Inline(&'a [u8]),
    /// Key in the payload store, where the same MessagePack lies.
    Stored(&'a str),
}

impl<'a> Payload<'a> {
    /// Reads a column; `None` if it holds something else.
    pub fn parse(column: &'a [u8]) -> Option<Self> {
        match column.split_first()? {
            (&NOTHING, []) => Some(Self::Nothing),
            (&INLINE, bytes) => Some(Self::Inline(bytes)),
            (&STORED, key) => std::str::from_utf8(key).ok().map(Self::Stored),
            _ => None,
        }
    }

    pub fn to_column(self) -> Vec<u8> {
        let (kind, rest) = match self {
            Self::Nothing => (NOTHING, &[][..]),
            Self::Inline(bytes) => (INLINE, bytes),
            Self::Stored(key) => (STORED, key.as_bytes()),
        };
        let mut column = Vec::with_capacity(rest.len() + 1);
        column.push(kind);
        column.extend_from_slice(rest);
        column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_read_back() {
        for payload in [Payload::Nothing, Payload::Inline(b"\x01"), Payload::Stored("a/b")] {
            assert_eq!(Payload::parse(&payload.to_column()), Some(payload));
        }
        assert_eq!(Payload::parse(&[]), None);
        assert_eq!(Payload::parse(&[9, 1]), None);
    }
}
