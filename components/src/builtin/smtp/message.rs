//! A mail of the inputs.

use std::time::{Duration, UNIX_EPOCH};

use flow::Value;
use lettre::Message;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Mailboxes, MessageBuilder, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use crate::{Inputs, Run, StepError};

/// What is handed over, and to whom.
pub struct Mail {
    /// With the angle brackets around it.
    pub id: String,
    pub from: String,
    pub recipients: Vec<String>,
    pub bytes: Vec<u8>,
}

/// Largest mail, encoded.
const MAIL_BYTES_MAX: usize = 64 << 20;

type Add = fn(MessageBuilder, Mailbox) -> MessageBuilder;

pub fn of(run: &Run, inputs: &Inputs) -> Result<Mail, StepError> {
    let from = mailboxes(inputs, "from")?.into_single();
    let from = from.ok_or_else(|| StepError::new("Input \"from\" must be one mail address."))?;
    let sent_at = u64::try_from(run.services.clock.now_micros()).unwrap_or_default();
    let id = message_id(run, from.email.domain());
    let mut builder = Message::builder()
        .date(UNIX_EPOCH + Duration::from_micros(sent_at))
        .message_id(Some(id.clone()))
        .from(from.clone())
        .subject(inputs.text("subject"));
    let lists: [(&str, Add); 4] = [
        ("to", MessageBuilder::to),
        ("cc", MessageBuilder::cc),
        ("bcc", MessageBuilder::bcc),
        ("replyTo", MessageBuilder::reply_to),
    ];
    let mut recipients: Vec<String> = Vec::new();
    for (key, add) in lists {
        for mailbox in mailboxes(inputs, key)? {
            let address = mailbox.email.to_string();
            if key != "replyTo" && !recipients.contains(&address) {
                recipients.push(address);
            }
            builder = add(builder, mailbox);
        }
    }
    if recipients.is_empty() {
        return Err(StepError::new("A mail needs at least one of \"to\", \"cc\" and \"bcc\"."));
    }
    let message = builder.multipart(content(inputs)?);
    let message = message.map_err(|error| StepError::new(format!("{error}.")))?;
    let bytes = message.formatted();
    if bytes.len() > MAIL_BYTES_MAX {
        return Err(StepError::new(format!("The mail is larger than {MAIL_BYTES_MAX} bytes.")));
    }
    Ok(Mail { id, from: from.email.to_string(), recipients, bytes })
}

/// The same for each try of a step, so that programs which know the mail already can tell.
fn message_id(run: &Run, domain: &str) -> String {
    let digest = Sha256::digest(run.idempotency_key.as_bytes());
    let (half, _) = digest.split_at(16);
    let number = half.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    format!("<{number:032x}@{domain}>")
}

/// Addresses of a text or of a list of texts.
fn mailboxes(inputs: &Inputs, key: &str) -> Result<Mailboxes, StepError> {
    let text = match inputs.get(key) {
        None => return Ok(Mailboxes::new()),
        Some(Value::List(items)) => items.iter().map(Value::to_text).collect::<Vec<_>>().join(", "),
        Some(value) => value.to_text(),
    };
    let text = text.trim().trim_end_matches(',');
    text.parse().map_err(|_| {
        StepError::new(format!("Input \"{key}\" must be mail addresses, separated by commas."))
    })
}

fn content(inputs: &Inputs) -> Result<MultiPart, StepError> {
    let (text, html) = (inputs.text("text"), inputs.text("html"));
    let mut mixed = match (text.is_empty(), html.is_empty()) {
        (false, false) => {
            MultiPart::mixed().multipart(MultiPart::alternative_plain_html(text, html))
        }
        (true, false) => MultiPart::mixed().singlepart(SinglePart::html(html)),
        (_, true) => MultiPart::mixed().singlepart(SinglePart::plain(text)),
    };
    for (name, value) in inputs.pairs("attachments")? {
        let (bytes, kind) = crate::file(&value);
        let guessed = || mime_guess::from_path(&*name).first_or_octet_stream().to_string();
        let kind = kind.unwrap_or_else(guessed);
        let kind = ContentType::parse(&kind).map_err(|_| {
            StepError::new(format!("The attachment \"{name}\" has no valid content type."))
        })?;
        mixed = mixed.singlepart(Attachment::new(name.to_string()).body(bytes.to_vec(), kind));
    }
    Ok(mixed)
}
