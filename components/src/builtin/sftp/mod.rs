//! `sftp`: files on a server that is reached over SSH.
//!
//! This file describes the actions; `session` connects and signs in, `files` carries them out.

mod files;
mod session;
#[cfg(test)]
mod test_server;
#[cfg(test)]
mod tests;

use super::wire::{
    CONNECTION, DATA, DESTINATION, DIRECTORY, HOST, PASSWORD, PATH, PATTERN, SOURCE, TARGET,
    USERNAME,
};
use crate::{Action, Component, Connection, Input, InputKind, Perform, Safety};

pub fn component() -> Component {
    Component {
        actions: actions(),
        connections: connections(),
        ..Component::new("sftp", "SFTP", "Reads and writes files on SFTP servers", "Data Platforms")
    }
}

#[rustfmt::skip]
fn actions() -> Vec<Action> {
    use Safety::{Once, Repeatable};
    vec![
        Action::new("readFile", "Read File", "Reads a file",
            Perform::Waiting(|run, inputs| Box::pin(files::read(run, inputs))))
            .inputs([CONNECTION, PATH]).safety(Repeatable),
        Action::new("fastGet", "Fast Get", "Reads a file with several requests at a time",
            Perform::Waiting(|run, inputs| Box::pin(files::read(run, inputs))))
            .inputs([CONNECTION, PATH]).safety(Repeatable),
        Action::new("statFile", "Stat File", "Tells size, times and rights of a file",
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
            .inputs([CONNECTION, DIRECTORY, PARENTS]).safety(Once),
        Action::new("listDirectory", "List Directory", "Lists what is in a directory",
            Perform::Waiting(|run, inputs| Box::pin(files::list(run, inputs))))
            .inputs([CONNECTION, DIRECTORY, PATTERN, SUBDIRECTORIES]).safety(Repeatable),
    ]
}

const PARENTS: Input = Input::new("includeSubfolders", "Include subfolders")
    .kind(InputKind::Boolean)
    .comments("Creates the missing directories above it, too.")
    .default("false")
    .aliases(&["recursive"]);

const SUBDIRECTORIES: Input = Input::new("recursive", "Recursive")
    .kind(InputKind::Boolean)
    .comments("Lists the directories below as well.")
    .default("false")
    .aliases(&["includeSubfolders"]);

fn connections() -> Vec<Connection> {
    vec![
        Connection {
            key: "basic",
            label: "Basic Username/Password",
            comments: "User name and password.",
            grant: None,
            inputs: vec![
                HOST,
                PORT,
                USERNAME.required(),
                PASSWORD.required(),
                TIMEOUT,
                HOST_KEY_FINGERPRINT,
            ],
        },
        Connection {
            key: "privateKey",
            label: "Private Key",
            comments: "A key whose public half the server knows.",
            grant: None,
            inputs: vec![
                HOST,
                PORT,
                USERNAME.required(),
                Input::new("privateKey", "Private key")
                    .kind(InputKind::Password)
                    .comments("The whole text of an Ed25519 or ECDSA key, in PEM form.")
                    .required(),
                Input::new("passphrase", "Key passphrase")
                    .kind(InputKind::Password)
                    .comments("What the key is encrypted with, if it is.")
                    .aliases(&["keyPassphrase"]),
                PASSWORD.comments("Asked for by servers that want both a key and a password."),
                TIMEOUT,
                HOST_KEY_FINGERPRINT,
            ],
        },
    ]
}

const PORT: Input = Input::new("port", "Port").comments("Where the server listens.").default("22");

const TIMEOUT: Input = Input::new("timeout", "Timeout (ms)")
    .comments("How long connecting and signing in may take.")
    .default("3000");

const HOST_KEY_FINGERPRINT: Input = Input::new("hostKeyFingerprint", "Host key fingerprint")
    .comments(
        "Fingerprint of the server's key, beginning with SHA256:. Any key is accepted without it.",
    );
