//! What the protocols with a server of their own share: where it is, who signs in, how long to
//! wait, and files that pass by pieces.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use egress::Stream;
use flow::Value;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::files::INLINE_BYTES_MAX;
use crate::{Input, InputKind, Inputs, Pieces, Run, StepError};

/// A server as a connection describes it.
pub struct Server {
    pub host: String,
    pub port: u16,
    /// How long connecting and signing in may take.
    pub timeout: Duration,
    fields: Value,
}

/// Longest wait a connection can ask for.
const TIMEOUT_MS_MAX: u64 = 300_000;

impl Server {
    pub fn of(inputs: &Inputs, port: u16, timeout_ms: u64) -> Result<Self, StepError> {
        let connection = inputs.require("connection")?;
        let fields = connection.get("fields").cloned().unwrap_or_default();
        let known = Inputs(fields.as_object().cloned().unwrap_or_default());
        let host = known.get("host").map(Value::to_text).unwrap_or_default();
        if host.trim().is_empty() {
            return Err(StepError::new("The connection names no host."));
        }
        let port = u16::try_from(known.count("port", port.into())?)
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| {
            StepError::new("The connection's port is not one from 1 to 65535.")
        })?;
        let timeout = known.count("timeout", timeout_ms)?.clamp(1, TIMEOUT_MS_MAX);
        let timeout = Duration::from_millis(timeout);
        Ok(Self { host: host.trim().to_owned(), port, timeout, fields })
    }

    /// A field as text; empty when absent.
    pub fn field(&self, key: &str) -> String {
        let field = self.fields.get(key).filter(|field| !field.is_null());
        field.map(Value::to_text).unwrap_or_default()
    }

    pub fn flag(&self, key: &str) -> bool {
        Inputs(self.fields.as_object().cloned().unwrap_or_default()).flag(key)
    }

    pub async fn connect(&self, run: &Run) -> Result<Stream, StepError> {
        let connected = run.services.egress.connect(&self.host, self.port, Some(self.timeout));
        connected.await.map_err(|error| StepError::new(error.to_string()))
    }

    pub async fn encrypt(&self, run: &Run, stream: Stream) -> Result<Stream, StepError> {
        let encrypted = run.services.egress.encrypt(stream, self.flag("ignoreSslErrors"));
        encrypted.await.map_err(|error| StepError::new(error.to_string()))
    }

    /// Carries out the beginning of a dialogue, in the time that the connection gives it. What the
    /// server says in an error is told without the secrets it may repeat.
    pub async fn within<T>(
        &self,
        beginning: impl Future<Output = Result<T, StepError>>,
    ) -> Result<T, StepError> {
        match tokio::time::timeout(self.timeout, beginning).await {
            Ok(result) => result.map_err(|error| self.without_secrets(error)),
            Err(_) => Err(StepError::new(format!(
                "{} did not answer within {} ms.",
                self.host,
                self.timeout.as_millis()
            ))),
        }
    }

    fn without_secrets(&self, mut error: StepError) -> StepError {
        for secret in ["password", "privateKey", "passphrase"].map(|key| self.field(key)) {
            if !secret.trim().is_empty() {
                error.message = error.message.replace(&secret, "***");
            }
        }
        error
    }
}

/// How a mail server is spoken to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encryption {
    None,
    /// Asked for in the dialogue; a server that does not agree gets no password.
    StartTls,
    /// From the first byte.
    Tls,
}

impl Encryption {
    pub fn of(server: &Server) -> Result<Self, StepError> {
        match &*server.field("secure").trim().to_lowercase() {
            "none" => Ok(Self::None),
            "tls" | "ssl" | "true" => Ok(Self::Tls),
            // The ports that encrypt from the first byte, as everybody uses them.
            "" if matches!(server.port, 465 | 993) => Ok(Self::Tls),
            "" | "starttls" | "false" => Ok(Self::StartTls),
            _ => Err(StepError::new("The connection's encryption is not one we know.")),
        }
    }
}

pub const SECURE: Input = Input::new("secure", "Secure")
    .comments(
        "\"tls\" encrypts from the first byte, \"starttls\" after connecting, \"none\" not at all.",
    )
    .choices(&["tls", "starttls", "none"]);

/// What went wrong with a stream, in words for the flow's author.
pub fn told(error: &io::Error) -> StepError {
    StepError::new(egress::Error::of_io(error).to_string())
}

/// Longest part of a server's own words that an error repeats.
const ANSWER_CHARACTERS_MAX: usize = 300;

/// A refusal in the server's own words, on one line.
pub fn refusal(what: &str, words: &str) -> StepError {
    let line: String = words
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(ANSWER_CHARACTERS_MAX)
        .collect();
    match line.trim().trim_end_matches('.') {
        "" => StepError::new(format!("{what}.")),
        line => StepError::new(format!("{what}: {line}.")),
    }
}

/// A path as the author gave it. Line ends and the like would begin another command.
pub fn path(inputs: &Inputs, key: &str) -> Result<String, StepError> {
    let path = inputs.require_text(key)?;
    if path.chars().any(char::is_control) {
        return Err(StepError::new(format!("Input \"{key}\" holds characters no path can have.")));
    }
    Ok(path)
}

/// Reads to the end: a small file into memory, a larger one to where it takes none.
pub async fn take_in(
    run: &mut Run,
    reader: &mut (impl AsyncRead + Send + Unpin),
    path: &str,
) -> Result<Value, StepError> {
    let mut begun = BytesMut::new();
    while begun.len() <= INLINE_BYTES_MAX {
        if reader.read_buf(&mut begun).await.map_err(|error| told(&error))? == 0 {
            return Ok(Value::file(begun.freeze(), &content_type(path)));
        }
    }
    let rest = stream::unfold(reader, async |reader| {
        let mut piece = BytesMut::with_capacity(PIECE_BYTES);
        match reader.read_buf(&mut piece).await {
            Ok(0) => None,
            Ok(_) => Some((Ok(piece.freeze()), reader)),
            Err(error) => Some((Err(error), reader)),
        }
    });
    let begun = stream::once(async { Ok(begun.freeze()) });
    let kept = run.keep(begun.chain(rest).boxed()).await?;
    let kind = content_type(path);
    Ok(Value::object([("data", Value::Blob(kept)), ("contentType", kind.into())]))
}

const PIECE_BYTES: usize = 64 << 10;

/// By the ending of a file's name.
fn content_type(path: &str) -> String {
    mime_guess::from_path(path).first_or_octet_stream().to_string()
}

/// What to send of an input: a file outside memory is read while it is sent.
pub fn pieces(run: &Run, inputs: &Inputs, key: &str) -> Result<Pieces<'static>, StepError> {
    let value = inputs.0.get(key).cloned().unwrap_or_default();
    let file = value.get("data").filter(|_| value.get("contentType").is_some()).unwrap_or(&value);
    if let Value::Blob(blob) = file {
        return Ok(run.files.open(blob));
    }
    if let Some(blob) = value.blobs().first() {
        return Err(StepError::new(format!(
            "Input \"{key}\" has a file of {} bytes among other data. Send the file by itself.",
            blob.length
        )));
    }
    let bytes = if value.is_null() { Bytes::new() } else { crate::file(&value).0 };
    Ok(stream::once(async { Ok(bytes) }).boxed())
}

pub async fn send(
    mut pieces: Pieces<'static>,
    writer: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    while let Some(piece) = pieces.try_next().await? {
        writer.write_all(&piece).await?;
    }
    Ok(())
}

/// Whether a name matches a pattern of `*` (any text) and `?` (one character).
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut read) = (0, 0);
    // Where to go on when what follows the last star does not fit.
    let mut star = None;
    while read < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(expected) if *expected == '?' || *expected == name[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((star_at, from)) = star else {
                    return false;
                };
                star = Some((star_at, from + 1));
                (at, read) = (star_at + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

pub const CONNECTION: Input = Input::new("connection", "Connection")
    .kind(InputKind::Connection)
    .comments("The server, and who signs in there.")
    .required();

pub const HOST: Input =
    Input::new("host", "Host").comments("Name or address of the server.").required();

pub const USERNAME: Input = Input::new("username", "User name").comments("Who signs in.");

pub const PASSWORD: Input = Input::new("password", "Password")
    .kind(InputKind::Password)
    .comments("The password of this user.");

pub const IGNORE_SSL_ERRORS: Input = Input::new("ignoreSslErrors", "Ignore SSL errors")
    .kind(InputKind::Boolean)
    .comments("Accepts any certificate. Only for servers you reach over a trusted network.")
    .default("false");

pub const PATH: Input = Input::new("path", "Path")
    .comments("Where the file is, for example /outbox/orders.csv.")
    .required()
    .aliases(&["inputPath", "filePath", "remotePath"]);

pub const TARGET: Input = Input::new("path", "Path")
    .comments("Where to write, for example /inbox/orders.csv.")
    .required()
    .aliases(&["outputPath", "inputPath", "filePath", "remotePath"]);

pub const DATA: Input = Input::new("data", "Data")
    .kind(InputKind::Data)
    .comments("What to write: text, or a file from an earlier step.");

pub const SOURCE: Input = Input::new("sourcePath", "Source path")
    .comments("Where the file is now.")
    .required()
    .aliases(&["inputPath", "fromPath", "oldPath"]);

pub const DESTINATION: Input = Input::new("destinationPath", "Destination path")
    .comments("Where the file shall be.")
    .required()
    .aliases(&["outputPath", "toPath", "newPath"]);

pub const DIRECTORY: Input = Input::new("path", "Path")
    .comments("Of the directory, for example /outbox.")
    .required()
    .aliases(&["inputPath", "directoryPath", "remotePath"]);

pub const PATTERN: Input = Input::new("pattern", "Pattern").comments(
    "Only names that match it, where * stands for any text and ? for one character; for example \
     *.csv.",
);
