//! Connecting and signing in.

use std::sync::Arc;
use std::time::Duration;

use russh::ChannelMsg;
use russh::client::{self, Handle, KeyboardInteractiveAuthResponse as Asked};
use russh::keys::ssh_key::HashAlg;
use russh::keys::{PrivateKeyWithHashAlg, PublicKeyOrCertificate, decode_secret_key};
use russh_sftp::client::{Config as SftpConfig, SftpSession};

use crate::builtin::wire::{self, Server, refusal};
use crate::{Inputs, Run, StepError};

/// Files of a server, and the connection they are reached by.
pub struct Session {
    pub sftp: SftpSession,
    ssh: Handle<HostKey>,
}

const PORT: u16 = 22;
const TIMEOUT_MS: u64 = 3000;
/// Longest wait for the answer to one request.
const REQUEST_SECONDS_MAX: u64 = 60;

impl Session {
    pub async fn open(run: &Run, inputs: &Inputs) -> Result<Self, StepError> {
        let server = Server::of(inputs, PORT, TIMEOUT_MS)?;
        let stream = server.connect(run).await?;
        server
            .within(async {
                let expected = server.field("hostKeyFingerprint").trim().to_owned();
                let host_key = HostKey { expected };
                let ssh = client::connect_stream(Arc::default(), stream, host_key).await;
                let mut ssh = ssh.map_err(|error| told(&error))?;
                sign_in(&mut ssh, &server).await?;
                let sftp = subsystem(&ssh).await?;
                Ok(Self { sftp, ssh })
            })
            .await
    }

    /// Says goodbye. What was to be done is done, so nothing is lost where this fails.
    pub async fn close(self) {
        let _ = self.sftp.close().await;
        let goodbye = self.ssh.disconnect(russh::Disconnect::ByApplication, "", "en");
        let _ = tokio::time::timeout(Duration::from_secs(1), goodbye).await;
    }
}

/// Checks who the server is.
pub struct HostKey {
    /// Empty for any.
    expected: String,
}

impl client::Handler for HostKey {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        key: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        let found = key.public_key().fingerprint(HashAlg::Sha256).to_string();
        Ok(self.expected.is_empty() || self.expected.trim_end_matches('=') == found)
    }
}

async fn sign_in(ssh: &mut Handle<HostKey>, server: &Server) -> Result<(), StepError> {
    let (user, password) = (server.field("username"), server.field("password"));
    let mut is_in = false;
    if let Some(key) = private_key(server)? {
        let result = ssh.authenticate_publickey(&user, key).await;
        is_in = result.map_err(|error| told(&error))?.success();
    }
    if !is_in && !password.is_empty() {
        let result = ssh.authenticate_password(&user, &password).await;
        is_in = result.map_err(|error| told(&error))?.success();
        // Some servers take a password only as the answer to a question.
        is_in = is_in || answer_questions(ssh, &user, &password).await?;
    }
    if is_in {
        return Ok(());
    }
    Err(StepError::new(format!("{} does not let the user \"{user}\" in.", server.host)))
}

fn private_key(server: &Server) -> Result<Option<PrivateKeyWithHashAlg>, StepError> {
    let (key, passphrase) = (server.field("privateKey"), server.field("passphrase"));
    if key.trim().is_empty() {
        return Ok(None);
    }
    let passphrase = (!passphrase.is_empty()).then_some(&*passphrase);
    let key = decode_secret_key(key.trim(), passphrase).map_err(|_| {
        StepError::new(
            "The private key cannot be read. It must be an Ed25519 or ECDSA key in PEM form, and \
             the passphrase the right one.",
        )
    })?;
    Ok(Some(PrivateKeyWithHashAlg::new(Arc::new(key), None)))
}

/// How many rounds of questions are answered.
const QUESTIONS_MAX: u32 = 3;

async fn answer_questions(
    ssh: &mut Handle<HostKey>,
    user: &str,
    password: &str,
) -> Result<bool, StepError> {
    let asked = ssh.authenticate_keyboard_interactive_start(user, None).await;
    let mut asked = asked.map_err(|error| told(&error))?;
    for _ in 0..QUESTIONS_MAX {
        let prompts = match asked {
            Asked::Success => return Ok(true),
            Asked::Failure { .. } => return Ok(false),
            Asked::InfoRequest { prompts, .. } => prompts,
        };
        let answers = prompts.iter().map(|_| password.to_owned()).collect();
        let next = ssh.authenticate_keyboard_interactive_respond(answers).await;
        asked = next.map_err(|error| told(&error))?;
    }
    Ok(false)
}

async fn subsystem(ssh: &Handle<HostKey>) -> Result<SftpSession, StepError> {
    let mut channel = ssh.channel_open_session().await.map_err(|error| told(&error))?;
    channel.request_subsystem(true, "sftp").await.map_err(|error| told(&error))?;
    loop {
        match channel.wait().await {
            Some(ChannelMsg::Success) => break,
            None | Some(ChannelMsg::Failure | ChannelMsg::Close) => {
                return Err(StepError::new("The server speaks SSH, but offers no SFTP."));
            }
            Some(_) => {}
        }
    }
    let config = SftpConfig { request_timeout_secs: REQUEST_SECONDS_MAX, ..SftpConfig::default() };
    let sftp = SftpSession::new_with_config(channel.into_stream(), config).await;
    sftp.map_err(|error| super::files::told("The server offers no files", &error))
}

fn told(error: &russh::Error) -> StepError {
    match error {
        russh::Error::IO(error) => wire::told(error),
        russh::Error::UnknownKey => StepError::new(
            "The server's key is not the one whose fingerprint the connection holds.",
        ),
        error => refusal("The SSH connection failed", &error.to_string()),
    }
}
