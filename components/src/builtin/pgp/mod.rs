//! `pgp`: messages that only the owner of a key can read, as OpenPGP describes them.
//!
//! `keys` reads keys and judges them, `message` makes and opens messages. Signatures on messages
//! are neither made nor checked.

mod keys;
mod message;
#[cfg(test)]
mod tests;

use std::time::Duration;

use flow::Value;
use message::Content;

use crate::{
    Action, Component, Connection, Input, InputKind, Inputs, Output, Perform, Run, Severity,
    StepError,
};

pub fn component() -> Component {
    Component {
        actions: actions(),
        connections: connections(),
        ..Component::new("pgp", "PGP", "Encrypts and decrypts with OpenPGP keys", "Helpers")
    }
}

fn actions() -> Vec<Action> {
    vec![
        Action::new(
            "encryptFile",
            "Encrypt File",
            "Makes a file that only the owner of a key can read",
            Perform::Waiting(|run, inputs| Box::pin(encrypt_file(run, inputs))),
        )
        .inputs([FILE, PUBLIC_KEY, CONNECTION, ARMOR]),
        Action::new(
            "encryptString",
            "Encrypt String",
            "Makes text that only the owner of a key can read",
            Perform::Waiting(|run, inputs| Box::pin(encrypt_string(run, inputs))),
        )
        .inputs([MESSAGE, PUBLIC_KEY, CONNECTION]),
        Action::new(
            "decryptFile",
            "Decrypt File",
            "Gives the file in an encrypted one",
            Perform::Waiting(|run, inputs| Box::pin(decrypt_file(run, inputs))),
        )
        .inputs([FILE, PRIVATE_KEY, PASSPHRASE, CONNECTION]),
        Action::new(
            "decryptString",
            "Decrypt String",
            "Gives the text in an encrypted message",
            Perform::Waiting(|run, inputs| Box::pin(decrypt_string(run, inputs))),
        )
        .inputs([MESSAGE, PRIVATE_KEY, PASSPHRASE, CONNECTION]),
    ]
}

const FILE: Input = Input::new("file", "File")
    .kind(InputKind::Data)
    .comments("The file, or its text.")
    .required()
    .aliases(&["data", "fileData", "fileContents", "input"]);
const MESSAGE: Input = Input::new("message", "Message")
    .kind(InputKind::Text)
    .comments("The text.")
    .required()
    .aliases(&["data", "string", "text", "encryptedMessage", "encryptedString", "input"]);
const ARMOR: Input = Input::new("armor", "Armored")
    .kind(InputKind::Boolean)
    .comments("Writes the file as text, a third longer.")
    .default("false")
    .aliases(&["armored", "asciiArmor"]);
const CONNECTION: Input = Input::new("connection", "Connection")
    .kind(InputKind::Connection)
    .comments("Holds the keys that are not given here.")
    .aliases(&["pgpConnection", "keyConnection"]);
const PUBLIC_KEY: Input = Input::new("publicKey", "Public key")
    .kind(InputKind::Text)
    .comments("The armored key of the reader, or several; the connection's unless given.")
    .aliases(&["publicKeys", "recipientPublicKey"]);
const PRIVATE_KEY: Input = Input::new("privateKey", "Private key")
    .kind(InputKind::Password)
    .comments("The armored key of the reader; the connection's unless given.");
const PASSPHRASE: Input = Input::new("passphrase", "Passphrase")
    .kind(InputKind::Password)
    .comments("What the private key is locked with, if it is.")
    .aliases(&["privateKeyPassphrase", "password"]);

fn connections() -> Vec<Connection> {
    vec![
        Connection {
            key: "privateKey",
            label: "Private Key",
            comments: "Decrypts.",
            grant: None,
            inputs: vec![PRIVATE_KEY.comments("The whole armored key.").required(), PASSPHRASE],
        },
        Connection {
            key: "publicKey",
            label: "Public Key",
            comments: "Encrypts.",
            grant: None,
            inputs: vec![PUBLIC_KEY.comments("The whole armored key, or several.").required()],
        },
    ]
}

/// Opening messages takes multiples of this time. How long RSA takes depends on the key: somebody
/// who sends many messages and measures the answers could compute it otherwise.
const DECRYPTION_STEP: Duration = Duration::from_millis(250);

async fn encrypt_file(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let (content, _) = inputs.require("file").map(crate::file)?;
    let encrypted = if inputs.flag("armor") {
        encrypt(run, inputs, content, message::seal_as_text).await?.into_bytes()
    } else {
        encrypt(run, inputs, content, message::seal).await?
    };
    Ok(Value::file(encrypted, "application/pgp-encrypted").into())
}

async fn encrypt_string(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let content = inputs.require_text("message")?.into();
    let encrypted = encrypt(run, inputs, content, message::seal_as_text).await?;
    Ok(Value::from(encrypted).into())
}

async fn encrypt<T: Send + 'static>(
    run: &Run,
    inputs: &Inputs,
    content: bytes::Bytes,
    seal: fn(message::Draft, &mut keys::Chance) -> Result<T, StepError>,
) -> Result<T, StepError> {
    let keys = key_text(inputs, "publicKey")?;
    let now_seconds = run.services.clock.now_micros() / 1_000_000;
    let mut chance = keys::chance(&*run.services.randomness);
    aside(move || {
        let certificates = keys::certificates(&keys)?;
        let draft = message::Draft { certificates, content, now_seconds };
        seal(draft, &mut chance)
    })
    .await
    .unwrap_or_else(|| Err(StepError::new("The message cannot be encrypted with this key.")))
}

/// Its content type follows from the name that senders may write beside it.
async fn decrypt_file(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let (encrypted, _) = inputs.require("file").map(crate::file)?;
    let content = decrypt(run, inputs, encrypted).await?;
    let kind = mime_guess::from_path(&content.name).first_or_octet_stream();
    Ok(Value::file(content.bytes, kind.essence_str()).into())
}

async fn decrypt_string(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let (encrypted, _) = inputs.require("message").map(crate::file)?;
    let content = decrypt(run, inputs, encrypted).await?;
    let text = String::from_utf8(content.bytes).map_err(|_| {
        StepError::new("The message holds a file, not text; \"decryptFile\" gives files.")
    })?;
    Ok(Value::from(text).into())
}

async fn decrypt(
    run: &mut Run,
    inputs: &Inputs,
    encrypted: bytes::Bytes,
) -> Result<Content, StepError> {
    let key = key_text(inputs, "privateKey")?;
    let passphrase = field(inputs, "passphrase").unwrap_or_default();
    let mut chance = keys::chance(&*run.services.randomness);
    let clock = run.services.clock.clone();
    let began = clock.now_micros();
    let opened = aside(move || {
        let key = keys::private(&key)?;
        message::open(&encrypted, &key, &passphrase, &mut chance)
    })
    .await;
    let took = Duration::from_micros(clock.now_micros().abs_diff(began));
    let steps = took.div_duration_f64(DECRYPTION_STEP).floor() + 1.0;
    clock.sleep(DECRYPTION_STEP.mul_f64(steps).saturating_sub(took)).await;
    let content = opened.unwrap_or_else(|| Err(message::damaged()))?;
    if content.is_signed {
        run.log(Severity::Info, "The message is signed. Its signature was not checked.");
    }
    Ok(content)
}

/// Works on a thread that may be busy for long; gives nothing if the work panics, which what comes
/// from outside must not be able to turn into more than a failed step.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

fn key_text(inputs: &Inputs, key: &str) -> Result<Vec<u8>, StepError> {
    let missing =
        || StepError::new(format!("Input \"{key}\" is required, here or in the connection."));
    let given = inputs.get(key).map(|given| crate::file(given).0.to_vec());
    given.or_else(|| field(inputs, key).map(String::into_bytes)).ok_or_else(missing)
}

/// An input, or what the connection holds in its place.
fn field(inputs: &Inputs, key: &str) -> Option<String> {
    let held = || inputs.get("connection")?.get("fields")?.get(key);
    let value = inputs.get(key).or_else(held)?;
    Some(value.to_text()).filter(|text| !text.is_empty())
}
