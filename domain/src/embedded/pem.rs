//! Keys as text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const LINE_CHARS: usize = 64;

pub const PUBLIC: &str = "PUBLIC KEY";
pub const PRIVATE: &str = "PRIVATE KEY";

/// The text of a key, ending in a line break.
pub fn write(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(LINE_CHARS.min(rest.len()));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text + &format!("-----END {label}-----\n")
}

/// What is between the lines that begin and end a key of this kind. Whatever stands around it is
/// nobody's business.
pub fn read(label: &str, text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let der: Vec<u8> = (0..=200).collect();
        let text = write(PUBLIC, &der);
        assert!(text.lines().all(|line| line.len() <= LINE_CHARS), "{text}");
        assert_eq!(read(PUBLIC, &text.replace('\n', "\r\n")), Some(der));
        assert_eq!(read(PRIVATE, &text), None);
    }
}
