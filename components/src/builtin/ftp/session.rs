//! One visit to an FTP server: signing in, commands, and connections for data.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use egress::Stream;
use tokio::io::{AsyncRead, ReadBuf};

use crate::builtin::dialogue::{Dialogue, Reply};
use crate::builtin::wire::{Server, refusal};
use crate::{Inputs, Run, StepError};

pub struct Session {
    server: Server,
    dialogue: Dialogue,
    is_encrypted: bool,
}

const PORT: u16 = 21;
const TIMEOUT_MS: u64 = 30_000;

#[derive(Clone, Copy, Eq, PartialEq)]
enum Encryption {
    None,
    /// Asked for in the dialogue.
    Explicit,
    /// From the first byte.
    Implicit,
}

impl Session {
    pub async fn open(run: &Run, inputs: &Inputs) -> Result<Self, StepError> {
        let server = Server::of(inputs, PORT, TIMEOUT_MS)?;
        let encryption = match &*server.field("secure").trim().to_lowercase() {
            "" | "false" | "none" => Encryption::None,
            "true" | "explicit" => Encryption::Explicit,
            "implicit" => Encryption::Implicit,
            _ => return Err(StepError::new("The connection's encryption is not one we know.")),
        };
        let stream = server.connect(run).await?;
        let dialogue = server.within(sign_in(run, &server, stream, encryption)).await?;
        Ok(Self { server, dialogue, is_encrypted: encryption != Encryption::None })
    }

    pub async fn say(&mut self, line: &str) -> Result<Reply, StepError> {
        self.dialogue.say(line).await
    }

    /// Says a line that must succeed, with a path in it that an error tells.
    pub async fn command(&mut self, verb: &str, path: &str) -> Result<Reply, StepError> {
        let reply = self.say(&format!("{verb} {path}")).await?;
        if reply.is_success() || reply.code == 350 { Ok(reply) } else { Err(on(path, &reply)) }
    }

    /// Begins a transfer; [`Self::finish`] tells whether it was whole.
    pub async fn transfer(&mut self, run: &Run, line: &str) -> Result<Begun, StepError> {
        let port = self.passive().await?;
        let (egress, timeout) = (&run.services.egress, Some(self.server.timeout));
        let beside = self.dialogue.stream.get_ref();
        let data = egress.connect_beside(beside, port, timeout).await;
        let data = data.map_err(|error| StepError::new(error.to_string()))?;
        let reply = self.say(line).await?;
        if !(100..200).contains(&reply.code) {
            return Ok(Begun::Refused(reply));
        }
        let data = if self.is_encrypted { self.server.encrypt(run, data).await? } else { data };
        Ok(Begun::Data(Data(data)))
    }

    pub async fn finish(&mut self, what: &str) -> Result<(), StepError> {
        let reply = self.dialogue.hear().await?;
        if reply.is_success() { Ok(()) } else { Err(on(what, &reply)) }
    }

    /// The port to fetch data from. The address a server names with it is ignored: data comes from
    /// where the server itself is, or a server could send us to others.
    async fn passive(&mut self) -> Result<u16, StepError> {
        let extended = self.say("EPSV").await?;
        if extended.code == 229 {
            let port =
                extended.lines.first().and_then(|line| line.rsplit('|').nth(1)?.parse().ok());
            return port.ok_or_else(|| extended.error("The server names no port for data"));
        }
        let passive =
            self.say("PASV").await?.expect("The server opens no port for data", &[227])?;
        let port = passive.lines.first().and_then(|line| passive_port(line));
        port.ok_or_else(|| passive.error("The server names no port for data"))
    }

    /// Says goodbye. What was to be done is done, so nothing is lost where this fails.
    pub async fn close(mut self) {
        let _ = self.dialogue.send(b"QUIT\r\n").await;
    }
}

/// Of `Entering Passive Mode (a,b,c,d,high,low)`.
fn passive_port(line: &str) -> Option<u16> {
    let numbers = line.split(|c: char| !c.is_ascii_digit() && c != ',');
    let six = numbers.map(|part| part.split(',').collect::<Vec<_>>()).find(|six| six.len() == 6)?;
    let byte = |at: usize| six[at].parse::<u8>().ok();
    Some(u16::from_be_bytes([byte(4)?, byte(5)?]))
}

async fn sign_in(
    run: &Run,
    server: &Server,
    stream: Stream,
    encryption: Encryption,
) -> Result<Dialogue, StepError> {
    let stream = match encryption {
        Encryption::Implicit => server.encrypt(run, stream).await?,
        Encryption::None | Encryption::Explicit => stream,
    };
    let mut dialogue = Dialogue::new(stream);
    dialogue.hear().await?.expect("The server does not greet", &[220])?;
    if encryption == Encryption::Explicit {
        dialogue.say("AUTH TLS").await?.expect("The server does not encrypt", &[234])?;
        dialogue = Dialogue::new(server.encrypt(run, dialogue.into_stream()?).await?);
    }
    let (user, password) = (server.field("username"), server.field("password"));
    let user = if user.is_empty() { "anonymous" } else { &*user };
    let password = if password.is_empty() { "anonymous@" } else { &*password };
    let refused = format!("{} does not let the user \"{user}\" in", server.host);
    let asked = dialogue.say(&format!("USER {user}")).await?.expect(&refused, &[230, 331])?;
    if asked.code == 331 {
        dialogue.say(&format!("PASS {password}")).await?.expect(&refused, &[230, 202])?;
    }
    if encryption != Encryption::None {
        dialogue.say("PBSZ 0").await?.expect("The server does not encrypt data", &[200])?;
        dialogue.say("PROT P").await?.expect("The server does not encrypt data", &[200])?;
    }
    dialogue.say("TYPE I").await?.expect("The server cannot transfer bytes", &[200])?;
    Ok(dialogue)
}

/// How a server answers a request for data.
pub enum Begun {
    Data(Data),
    Refused(Reply),
}

impl Begun {
    pub fn of(self, path: &str) -> Result<Data, StepError> {
        match self {
            Self::Data(data) => Ok(data),
            Self::Refused(reply) => Err(on(path, &reply)),
        }
    }
}

pub fn on(path: &str, reply: &Reply) -> StepError {
    let words = format!("{} {}", reply.code, reply.lines.join(" "));
    refusal(&format!("\"{path}\" is refused"), &words)
}

/// What is transferred. Many servers just hang up at the end of encrypted data; whether all of it
/// came is said in the dialogue.
pub struct Data(pub Stream);

impl AsyncRead for Data {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.0).poll_read(context, buffer) {
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}
