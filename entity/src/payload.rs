//! How values of any size are kept in a row.
//!
//! The first byte says what follows: nothing, MessagePack in the row, or length and key of an
//! object in the payload store. Small values never leave their row; large ones never enter it. A
//! value that was not kept any longer leaves a byte that says so.

/// Values up to this size live in the row.
pub const INLINE_BYTES_MAX: usize = 16 * 1024;

const NOTHING: u8 = 0;
const INLINE: u8 = 1;
/// As it was written before the length was.
const STORED_WITHOUT_LENGTH: u8 = 2;
const STORED: u8 = 3;
const PURGED: u8 = 4;

/// Bytes of the length in front of a key.
const LENGTH_BYTES: usize = 8;

/// A stored value as its row describes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Payload<'a> {
    /// There is no value.
    Nothing,
    /// MessagePack of the value.
    Inline(&'a [u8]),
    /// Key in the payload store, where the same MessagePack lies, and its bytes there.
    Stored { key: &'a str, length: u64 },
    /// It was kept as long as it had to be.
    Purged,
}

impl<'a> Payload<'a> {
    /// Reads a column; `None` if it holds something else.
    pub fn parse(column: &'a [u8]) -> Option<Self> {
        match column.split_first()? {
            (&NOTHING, []) => Some(Self::Nothing),
            (&INLINE, bytes) => Some(Self::Inline(bytes)),
            (&STORED_WITHOUT_LENGTH, key) => Self::stored(0, key),
            (&STORED, rest) => {
                let (length, key) = rest.split_first_chunk::<LENGTH_BYTES>()?;
                Self::stored(u64::from_be_bytes(*length), key)
            }
            (&PURGED, []) => Some(Self::Purged),
            _ => None,
        }
    }

    fn stored(length: u64, key: &'a [u8]) -> Option<Self> {
        std::str::from_utf8(key).ok().map(|key| Self::Stored { key, length })
    }

    pub fn to_column(self) -> Vec<u8> {
        let (kind, length, rest) = match self {
            Self::Nothing => (NOTHING, None, &[][..]),
            Self::Inline(bytes) => (INLINE, None, bytes),
            Self::Stored { key, length } => (STORED, Some(length.to_be_bytes()), key.as_bytes()),
            Self::Purged => (PURGED, None, &[][..]),
        };
        let mut column = Vec::with_capacity(rest.len() + LENGTH_BYTES + 1);
        column.push(kind);
        column.extend(length.iter().flatten());
        column.extend_from_slice(rest);
        column
    }
}

/// Bytes that a value takes in its row and in the store. Its first nine bytes and its length are
/// all that is looked at.
pub fn bytes_kept(head: &[u8], length: usize) -> u64 {
    let stored = match Payload::parse(head) {
        Some(Payload::Stored { length, .. }) => length,
        _ => 0,
    };
    stored + length as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_read_back() {
        let stored = Payload::Stored { key: "a/b", length: 300 };
        for payload in [Payload::Nothing, Payload::Inline(b"\x01"), stored, Payload::Purged] {
            assert_eq!(Payload::parse(&payload.to_column()), Some(payload));
        }
        assert_eq!(Payload::parse(&[]), None);
        assert_eq!(Payload::parse(&[9, 1]), None);
        let old = Payload::Stored { key: "a", length: 0 };
        assert_eq!(Payload::parse(b"\x02a"), Some(old));
        assert_eq!(bytes_kept(&stored.to_column()[..9], 12), 312);
    }
}
