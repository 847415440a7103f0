//! `smtp`: sending mail.
//!
//! This file describes the action; `message` makes a mail of its inputs, `session` hands it over.

mod message;
mod session;
#[cfg(test)]
mod tests;

use flow::Value;
use futures::future::BoxFuture;

use super::wire::{CONNECTION, HOST, IGNORE_SSL_ERRORS, PASSWORD, SECURE, USERNAME};
use crate::{
    Action, Component, Connection, Input, InputKind, Inputs, Output, Perform, Run, Safety,
    StepError,
};

pub fn component() -> Component {
    let send = Action::new("sendEmail", "Send Email", "Sends a mail", Perform::Waiting(send));
    Component {
        actions: vec![send.inputs(INPUTS).safety(Safety::Once)],
        connections: vec![connection()],
        ..Component::new("smtp", "SMTP", "Sends mail by any mail server", "Communication")
    }
}

fn send<'a>(run: &'a mut Run, inputs: &'a Inputs) -> BoxFuture<'a, Result<Output, StepError>> {
    Box::pin(async move {
        let mail = message::of(run, inputs)?;
        let sent = session::send(run, inputs, &mail).await?;
        let list = |addresses: Vec<String>| {
            Value::from(addresses.into_iter().map(Value::from).collect::<Vec<_>>())
        };
        let envelope = Value::object([
            ("from", Value::from(mail.from.as_str())),
            ("to", list(mail.recipients.clone())),
        ]);
        Ok(Value::object([
            ("messageId", Value::from(mail.id)),
            ("accepted", list(sent.accepted)),
            ("rejected", list(sent.rejected)),
            ("envelope", envelope),
            ("response", sent.response.into()),
        ])
        .into())
    })
}

const INPUTS: [Input; 10] = [
    CONNECTION,
    Input::new("from", "From")
        .comments("Who sends the mail: an address, or Name <address>.")
        .required(),
    Input::new("to", "To").comments("Who gets it; several addresses are separated by commas."),
    Input::new("cc", "CC").comments("Who gets a copy; several are separated by commas."),
    Input::new("bcc", "BCC")
        .comments("Who gets a copy without the others seeing it; separated by commas."),
    Input::new("replyTo", "Reply to")
        .comments("Where answers shall go, if not to the sender.")
        .aliases(&["replyto"]),
    Input::new("subject", "Subject").comments("What the mail is about."),
    Input::new("text", "Text")
        .kind(InputKind::Text)
        .comments("The mail as plain text.")
        .aliases(&["body", "textBody"]),
    Input::new("html", "HTML")
        .kind(InputKind::Text)
        .comments("The mail as HTML; with a text as well, the reader's program chooses.")
        .aliases(&["htmlBody"]),
    Input::new("attachments", "Attachments")
        .kind(InputKind::Data)
        .comments("File name and content of each file to send along.")
        .key_value_list(),
];

fn connection() -> Connection {
    Connection {
        key: "basic",
        label: "SMTP Connection",
        comments: "A mail server and, if it asks for them, user name and password.",
        grant: None,
        inputs: vec![
            HOST,
            Input::new("port", "Port")
                .comments("Mostly 587, or 465 for encryption from the first byte.")
                .default("587"),
            USERNAME,
            PASSWORD,
            SECURE.default("starttls"),
            IGNORE_SSL_ERRORS,
            Input::new("timeout", "Timeout (ms)")
                .comments("How long connecting and signing in may take.")
                .default("30000"),
        ],
    }
}
