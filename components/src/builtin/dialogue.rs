//! Dialogues of lines, as FTP and SMTP hold them: a command, and a reply that begins with a code of
//! three digits.

use egress::Stream;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::wire::{refusal, told};
use crate::StepError;

pub struct Dialogue {
    pub stream: BufReader<Stream>,
}

/// What a server said, without the code in front of each line.
#[derive(Debug)]
pub struct Reply {
    pub code: u16,
    pub lines: Vec<String>,
}

impl Reply {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// The reply, if it has one of these codes.
    pub fn expect(self, what: &str, codes: &[u16]) -> Result<Self, StepError> {
        if codes.contains(&self.code) { Ok(self) } else { Err(self.error(what)) }
    }

    pub fn error(&self, what: &str) -> StepError {
        refusal(what, &format!("{} {}", self.code, self.lines.join(" ")))
    }
}

/// Longest line of a reply.
const LINE_BYTES_MAX: u64 = 8192;
/// Most lines of a reply.
const LINES_MAX: usize = 500;

impl Dialogue {
    pub fn new(stream: Stream) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    /// Says a line and hears the reply. Says nothing that would be more than one line.
    pub async fn say(&mut self, line: &str) -> Result<Reply, StepError> {
        if line.chars().any(char::is_control) {
            return Err(StepError::new("A value holds line ends or other control characters."));
        }
        self.send(format!("{line}\r\n").as_bytes()).await?;
        self.hear().await
    }

    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), StepError> {
        self.stream.write_all(bytes).await.map_err(|error| told(&error))?;
        self.stream.flush().await.map_err(|error| told(&error))
    }

    /// A line with a dash behind its code is followed by others, up to one without.
    pub async fn hear(&mut self) -> Result<Reply, StepError> {
        let mut lines = Vec::new();
        let first = self.line().await?;
        let code = first.get(..3).and_then(|code| code.parse().ok()).ok_or_else(unreadable)?;
        let mut is_last = first.as_bytes().get(3) != Some(&b'-');
        lines.push(first.get(4..).unwrap_or_default().to_owned());
        while !is_last {
            let line = self.line().await?;
            is_last = line.get(..3) == first.get(..3) && line.as_bytes().get(3) != Some(&b'-');
            let has_code = is_last || line.get(..4) == first.get(..4);
            let text = if has_code { line.get(4..).unwrap_or_default() } else { &line };
            lines.push(text.to_owned());
            if lines.len() > LINES_MAX {
                return Err(unreadable());
            }
        }
        Ok(Reply { code, lines })
    }

    async fn line(&mut self) -> Result<String, StepError> {
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(LINE_BYTES_MAX);
        limited.read_until(b'\n', &mut line).await.map_err(|error| told(&error))?;
        if !line.ends_with(b"\n") {
            return Err(match line.len() as u64 {
                LINE_BYTES_MAX => unreadable(),
                _ => StepError::new("The server closed the connection."),
            });
        }
        Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    }

    /// The stream under the dialogue, to go on encrypted. Words that were said before encryption
    /// must not be taken for words said after it.
    pub fn into_stream(self) -> Result<Stream, StepError> {
        if self.stream.buffer().is_empty() {
            Ok(self.stream.into_inner())
        } else {
            Err(StepError::new("The server went on unencrypted after it agreed to encrypt."))
        }
    }
}

fn unreadable() -> StepError {
    StepError::new("The server's reply cannot be understood; it may speak another protocol.")
}
