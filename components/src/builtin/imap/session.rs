//! Connecting and signing in.

use async_imap::error::Error;
use async_imap::{Client, Session};
use egress::Stream;

use crate::builtin::wire::{self, Encryption, Server, refusal};
use crate::{Inputs, Run, StepError};

const PORT: u16 = 993;
const TIMEOUT_MS: u64 = 30_000;

pub async fn open(run: &Run, inputs: &Inputs) -> Result<Session<Stream>, StepError> {
    let server = Server::of(inputs, PORT, TIMEOUT_MS)?;
    let encryption = Encryption::of(&server)?;
    let stream = server.connect(run).await?;
    server
        .within(async {
            let stream = match encryption {
                Encryption::Tls => server.encrypt(run, stream).await?,
                Encryption::StartTls | Encryption::None => stream,
            };
            let mut client = Client::new(stream);
            let greeting = client.read_response().await.map_err(|error| wire::told(&error))?;
            greeting.ok_or_else(|| StepError::new("The server closed the connection."))?;
            if encryption == Encryption::StartTls {
                let agreed = client.run_command_and_check_ok("STARTTLS", None).await;
                agreed.map_err(|error| told("The server does not encrypt", &error))?;
                // Whatever it said unencrypted after that is dropped with the client.
                client = Client::new(server.encrypt(run, client.into_inner()).await?);
            }
            let (user, password) = (server.field("username"), server.field("password"));
            let refused = format!("{} does not let the user \"{user}\" in", server.host);
            let session = client.login(&user, &password).await;
            session.map_err(|(error, _)| told(&refused, &error))
        })
        .await
}

/// In the server's own words, where it has any.
pub fn told(what: &str, error: &Error) -> StepError {
    match error {
        Error::Io(error) => wire::told(error),
        Error::No(words) | Error::Bad(words) => refusal(what, &said(words)),
        Error::Validate(_) => StepError::new("A value holds line ends."),
        Error::ConnectionLost => StepError::new("The server closed the connection."),
        _ => refusal(what, "the server's answer cannot be understood"),
    }
}

/// The client tells of an answer as it is printed for debugging; these are the words in it.
fn said(answer: &str) -> String {
    let markers = ["info: Some(\"", "information: Some(\""];
    let Some((_, begun)) = markers.iter().find_map(|marker| answer.split_once(marker)) else {
        return String::new();
    };
    let words = begun.rsplit_once("\")").map_or(begun, |(words, _)| words);
    words.replace("\\\"", "\"").replace("\\\\", "\\")
}
