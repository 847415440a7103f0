//! `imap`: mail that waits on a server.
//!
//! This file describes the actions; `session` signs in, `mailboxes` and `messages` carry the
//! actions out, `parsed` reads mails.

mod mailboxes;
mod messages;
mod parsed;
mod session;
#[cfg(test)]
mod tests;

use super::wire::{CONNECTION, HOST, IGNORE_SSL_ERRORS, PASSWORD, SECURE, USERNAME};
use crate::{Action, Component, Connection, Input, InputKind, Perform, Safety};

pub fn component() -> Component {
    Component {
        actions: [mailbox_actions(), message_actions()].into_iter().flatten().collect(),
        connections: vec![connection()],
        ..Component::new("imap", "IMAP", "Reads and files mail on mail servers", "Communication")
    }
}

#[rustfmt::skip]
fn mailbox_actions() -> Vec<Action> {
    use Safety::{Once, Repeatable};
    vec![
        Action::new("listMailboxes", "List Mailboxes", "Lists the mailboxes of the user",
            Perform::Waiting(|run, inputs| Box::pin(mailboxes::list(run, inputs))))
            .inputs([CONNECTION]).safety(Repeatable),
        Action::new("getMailboxStatus", "Get Mailbox Status", "Counts the messages of a mailbox",
            Perform::Waiting(|run, inputs| Box::pin(mailboxes::status(run, inputs))))
            .inputs([CONNECTION, MAILBOX]).safety(Repeatable),
        Action::new("createMailbox", "Create Mailbox", "Creates a mailbox and subscribes to it",
            Perform::Waiting(|run, inputs| Box::pin(mailboxes::create(run, inputs))))
            .inputs([CONNECTION, NEW_MAILBOX]).safety(Once),
        Action::new("renameMailbox", "Rename Mailbox", "Gives a mailbox another name",
            Perform::Waiting(|run, inputs| Box::pin(mailboxes::rename(run, inputs))))
            .inputs([CONNECTION, MAILBOX, DESTINATION]).safety(Once),
    ]
}

#[rustfmt::skip]
fn message_actions() -> Vec<Action> {
    use Safety::{Once, Repeatable};
    vec![
        Action::new("searchMessages", "Search / List Mailbox Messages",
            "Lists the messages of a mailbox, or those that match",
            Perform::Waiting(|run, inputs| Box::pin(messages::search(run, inputs))))
            .inputs([&[CONNECTION, MAILBOX], &SEARCH[..]].concat()).safety(Repeatable),
        Action::new("downloadMessage", "Download Message", "Gives a message as it was sent",
            Perform::Waiting(|run, inputs| Box::pin(messages::download(run, inputs))))
            .inputs([CONNECTION, MAILBOX, MESSAGE]).safety(Repeatable),
        Action::new("readMessage", "Read Message", "Gives text and attachments of a message",
            Perform::Waiting(|run, inputs| Box::pin(messages::read(run, inputs))))
            .inputs([CONNECTION, MAILBOX, MESSAGE]).safety(Repeatable),
        Action::new("appendMessage", "Append Message", "Puts a message into a mailbox",
            Perform::Waiting(|run, inputs| Box::pin(messages::append(run, inputs))))
            .inputs([CONNECTION, MAILBOX, CONTENT, NEW_FLAGS]).safety(Once),
        Action::new("copyMessage", "Copy Message", "Copies a message into another mailbox",
            Perform::Waiting(|run, inputs| Box::pin(messages::copy(run, inputs))))
            .inputs([CONNECTION, MAILBOX, MESSAGE, DESTINATION]).safety(Once),
        Action::new("deleteMessage", "Delete Message", "Deletes a message for good",
            Perform::Waiting(|run, inputs| Box::pin(messages::delete(run, inputs))))
            .inputs([CONNECTION, MAILBOX, MESSAGE]).safety(Once),
        Action::new("addFlags", "Add Flags", "Adds flags to a message",
            Perform::Waiting(|run, inputs| Box::pin(messages::add_flags(run, inputs))))
            .inputs([CONNECTION, MAILBOX, MESSAGE, FLAGS]).safety(Once),
        Action::new("removeFlags", "Remove Flags From Message", "Takes flags from a message",
            Perform::Waiting(|run, inputs| Box::pin(messages::remove_flags(run, inputs))))
            .inputs([CONNECTION, MAILBOX, MESSAGE, FLAGS]).safety(Once),
        Action::new("setFlags", "Set Flags", "Gives a message these flags and no others",
            Perform::Waiting(|run, inputs| Box::pin(messages::set_flags(run, inputs))))
            .inputs([CONNECTION, MAILBOX, MESSAGE, NEW_FLAGS]).safety(Once),
    ]
}

const MAILBOX: Input = Input::new("mailbox", "Mailbox")
    .comments("Its whole name, as List Mailboxes tells it.")
    .default("INBOX")
    .aliases(&["path", "mailboxPath", "mailboxName"]);

const NEW_MAILBOX: Input = Input::new("mailbox", "Mailbox")
    .comments("The whole name of the new mailbox, for example Archive/2026.")
    .required()
    .aliases(&["path", "mailboxPath", "mailboxName"]);

const DESTINATION: Input = Input::new("destination", "Destination mailbox")
    .comments("The whole name of the other mailbox.")
    .required()
    .aliases(&["newPath", "destinationMailbox", "newMailbox"]);

const MESSAGE: Input = Input::new("uid", "Message UID")
    .comments("The number of the message, as Search / List Mailbox Messages tells it.")
    .required()
    .aliases(&["messageUid", "messageId", "range"]);

const FLAGS: Input = Input::new("flags", "Flags")
    .comments("For example Seen, Flagged or a word of your own.")
    .value_list()
    .required();

const NEW_FLAGS: Input = Input::new("flags", "Flags")
    .comments("For example Seen, Flagged or a word of your own; none if empty.")
    .value_list();

const CONTENT: Input = Input::new("content", "Content")
    .kind(InputKind::Data)
    .comments("The whole message with its headers, as it would be sent.")
    .required()
    .aliases(&["message", "data"]);

const SEARCH: [Input; 8] = [
    Input::new("seen", "Seen")
        .comments("Whether only messages count that were read (true) or not (false).")
        .choices(&["", "true", "false"]),
    Input::new("from", "From").comments("Text that the sender must hold."),
    Input::new("to", "To").comments("Text that the recipients must hold."),
    Input::new("subject", "Subject").comments("Text that the subject must hold."),
    Input::new("body", "Body").comments("Text that the message must hold."),
    Input::new("since", "Since").comments("Only messages received on this day or later."),
    Input::new("before", "Before").comments("Only messages received before this day."),
    Input::new("maxMessages", "Max messages")
        .comments("At most this many, the newest ones; 1000 is the most.")
        .default("100"),
];

fn connection() -> Connection {
    Connection {
        key: "basic",
        label: "IMAP Connection",
        comments: "A mail server, and the user whose mail it is.",
        grant: None,
        inputs: vec![
            HOST,
            Input::new("port", "Port")
                .comments("Mostly 993, or 143 for encryption after connecting.")
                .default("993"),
            USERNAME.required(),
            PASSWORD.required(),
            SECURE.default("tls"),
            IGNORE_SSL_ERRORS,
            Input::new("timeout", "Timeout (ms)")
                .comments("How long connecting and signing in may take.")
                .default("30000"),
        ],
    }
}
