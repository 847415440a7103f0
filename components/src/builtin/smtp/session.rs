//! Handing a mail over to a server.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::message::Mail;
use crate::builtin::dialogue::{Dialogue, Reply};
use crate::builtin::wire::{Encryption, Server};
use crate::{Inputs, Run, StepError};

const PORT: u16 = 587;
const TIMEOUT_MS: u64 = 30_000;
/// Who we say we are: mail clients have no name of their own to give.
const GREETING: &str = "EHLO [127.0.0.1]";

/// What became of a mail.
pub struct Sent {
    pub accepted: Vec<String>,
    pub rejected: Vec<String>,
    /// The server's last words.
    pub response: String,
}

pub async fn send(run: &Run, inputs: &Inputs, mail: &Mail) -> Result<Sent, StepError> {
    let server = Server::of(inputs, PORT, TIMEOUT_MS)?;
    let encryption = Encryption::of(&server)?;
    let stream = server.connect(run).await?;
    let begun = async {
        let stream = match encryption {
            Encryption::Tls => server.encrypt(run, stream).await?,
            Encryption::StartTls | Encryption::None => stream,
        };
        let mut dialogue = Dialogue::new(stream);
        dialogue.hear().await?.expect("The server does not greet", &[220])?;
        let mut offered = greet(&mut dialogue).await?;
        if encryption == Encryption::StartTls {
            let agreed = dialogue.say("STARTTLS").await?;
            agreed.expect("The server does not encrypt", &[220])?;
            dialogue = Dialogue::new(server.encrypt(run, dialogue.into_stream()?).await?);
            offered = greet(&mut dialogue).await?;
        }
        sign_in(&mut dialogue, &server, &offered).await?;
        Ok((dialogue, offered))
    };
    let (mut dialogue, offered) = server.within(begun).await?;
    let sent = hand_over(&mut dialogue, mail, &offered).await?;
    // The mail is theirs now, whatever becomes of the goodbye.
    let _ = dialogue.send(b"QUIT\r\n").await;
    Ok(sent)
}

/// Gives what the server offers, in upper case.
async fn greet(dialogue: &mut Dialogue) -> Result<Vec<String>, StepError> {
    let reply = dialogue.say(GREETING).await?.expect("The server does not greet", &[250])?;
    Ok(reply.lines.iter().skip(1).map(|line| line.to_uppercase()).collect())
}

async fn sign_in(
    dialogue: &mut Dialogue,
    server: &Server,
    offered: &[String],
) -> Result<(), StepError> {
    let (user, password) = (server.field("username"), server.field("password"));
    if user.is_empty() {
        return Ok(());
    }
    let ways = offered.iter().find_map(|line| line.strip_prefix("AUTH")).unwrap_or_default();
    let has = |way: &str| ways.split([' ', '=']).any(|offered| offered == way);
    let refused = format!("{} does not let the user \"{user}\" in", server.host);
    let encoded = |text: &str| BASE64_STANDARD.encode(text);
    let reply = if has("LOGIN") && !has("PLAIN") {
        dialogue.say("AUTH LOGIN").await?.expect(&refused, &[334])?;
        dialogue.say(&encoded(&user)).await?.expect(&refused, &[334])?;
        dialogue.say(&encoded(&password)).await?
    } else {
        dialogue.say(&format!("AUTH PLAIN {}", encoded(&format!("\0{user}\0{password}")))).await?
    };
    reply.expect(&refused, &[235])?;
    Ok(())
}

async fn hand_over(
    dialogue: &mut Dialogue,
    mail: &Mail,
    offered: &[String],
) -> Result<Sent, StepError> {
    let is_ascii = mail.from.is_ascii() && mail.recipients.iter().all(|to| to.is_ascii());
    let utf8 = match is_ascii {
        true => "",
        false if offered.iter().any(|line| line == "SMTPUTF8") => " SMTPUTF8",
        false => return Err(StepError::new("The server takes no addresses with such letters.")),
    };
    let begun = dialogue.say(&format!("MAIL FROM:<{}>{utf8}", mail.from)).await?;
    begun.expect(&format!("The sender {} is refused", mail.from), &[250])?;
    let (mut accepted, mut rejected, mut last) = (Vec::new(), Vec::new(), None::<Reply>);
    for to in &mail.recipients {
        let reply = dialogue.say(&format!("RCPT TO:<{to}>")).await?;
        if reply.is_success() {
            accepted.push(to.clone());
        } else {
            rejected.push(to.clone());
            last = Some(reply);
        }
    }
    if let (true, Some(reply)) = (accepted.is_empty(), last) {
        return Err(reply.error("Every recipient is refused"));
    }
    dialogue.say("DATA").await?.expect("The mail is refused", &[354])?;
    dialogue.send(&stuffed(&mail.bytes)).await?;
    let taken = dialogue.hear().await?.expect("The mail is refused", &[250])?;
    let response = format!("{} {}", taken.code, taken.lines.join(" "));
    Ok(Sent { accepted, rejected, response })
}

/// A line of a single dot ends a mail, so dots at the beginning of its own lines are doubled.
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(mail.len() + 64);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    if !stuffed.ends_with(b"\r\n") {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed.extend_from_slice(b".\r\n");
    stuffed
}
