//! `ftp`: files on FTP servers, with or without encryption.
//!
//! This file describes the actions; `session` speaks the protocol, `files` carries the actions out,
//! `listing` reads what servers tell of directories.

mod files;
mod listing;
mod session;
#[cfg(test)]
mod test_server;
#[cfg(test)]
mod tests;

use super::wire::{
    CONNECTION, DATA, DESTINATION, DIRECTORY, HOST, IGNORE_SSL_ERRORS, PASSWORD, PATH, PATTERN,
    SOURCE, TARGET, USERNAME,
};
use crate::{Action, Component, Connection, Input, Perform, Safety};

pub fn component() -> Component {
    Component {
        actions: actions(),
        connections: vec![connection()],
        ..Component::new("ftp", "FTP", "Reads and writes files on FTP servers", "Data Platforms")
    }
}

#[rustfmt::skip]
fn actions() -> Vec<Action> {
    use Safety::{Once, Repeatable};
    vec![
        Action::new("readFile", "Read File", "Reads a file",
            Perform::Waiting(|run, inputs| Box::pin(files::read(run, inputs))))
            .inputs([CONNECTION, PATH]).safety(Repeatable),
        Action::new("statFile", "Stat File", "Tells size and time of a file",
            Perform::Waiting(|run, inputs| Box::pin(files::stat(run, inputs))))
            .inputs([CONNECTION, PATH]).safety(Repeatable),
        Action::new("writeFile", "Write File", "Writes a file, in the place of one that is there",
            Perform::Waiting(|run, inputs| Box::pin(files::write(run, inputs))))
            .inputs([CONNECTION, TARGET, DATA]).safety(Once).takes_references(),
        Action::new("appendFile", "Append File", "Writes behind the end of a file",
            Perform::Waiting(|run, inputs| Box::pin(files::append(run, inputs))))
            .inputs([CONNECTION, TARGET, DATA]).safety(Once).takes_references(),
        Action::new("deleteFile", "Delete File", "Deletes a file",
            Perform::Waiting(|run, inputs| Box::pin(files::delete(run, inputs))))
            .inputs([CONNECTION, PATH]).safety(Once),
        Action::new("moveFile", "Move File", "Gives a file another name or place",
            Perform::Waiting(|run, inputs| Box::pin(files::rename(run, inputs))))
            .inputs([CONNECTION, SOURCE, DESTINATION]).safety(Once),
        Action::new("createDirectory", "Create Directory", "Creates a directory",
            Perform::Waiting(|run, inputs| Box::pin(files::create_directory(run, inputs))))
            .inputs([CONNECTION, DIRECTORY]).safety(Once),
        Action::new("listDirectory", "List Directory", "Lists what is in a directory",
            Perform::Waiting(|run, inputs| Box::pin(files::list(run, inputs))))
            .inputs([CONNECTION, DIRECTORY, PATTERN]).safety(Repeatable),
    ]
}

fn connection() -> Connection {
    Connection {
        key: "basic",
        label: "Username, Password and Endpoint",
        comments: "The server and, unless it lets everybody in, user name and password.",
        grant: None,
        inputs: vec![
            HOST,
            Input::new("port", "Port")
                .comments("Where the server listens: mostly 21, or 990 for implicit encryption.")
                .default("21"),
            USERNAME,
            PASSWORD,
            Input::new("secure", "Secure")
                .comments(
                    "\"true\" encrypts after connecting (explicit FTPS), \"implicit\" from the \
                     first byte, \"false\" not at all.",
                )
                .choices(&["false", "true", "implicit"])
                .default("false"),
            IGNORE_SSL_ERRORS,
            Input::new("timeout", "Timeout (ms)")
                .comments("How long connecting and signing in may take.")
                .default("30000"),
        ],
    }
}
