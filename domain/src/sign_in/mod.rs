//! Signing in: people say who they are, and clients get tokens that speak for them.
//!
//! * [`Request`]: what a client wants, when it sends a browser here; carried through the pages in a
//!   signed text, so that nothing is written before somebody has signed in.
//! * [`with_password`]: who somebody is; how often that may be tried is limited.
//! * [`oidc`]: the same, where another service says who somebody is.
//! * [`return_to_client`] and [`redeem`]: the code that the browser brings back, and its tokens.
//! * [`refresh()`] and [`revoke_all`]: the next tokens, and the end of them.
//! * [`invitation`]: links with which people set their passwords.
//!
//! What proves something (passwords, codes, tokens, links) is stored as a hash and nothing else.
//! Users that tokens of embedding made have no way in here.

mod attempts;
mod code;
pub mod invitation;
pub mod oidc;
pub mod password;
mod refresh;
mod request;
mod tokens;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, Semaphore};

use crate::env::Env;
use attempts::Attempts;

pub use attempts::TooMany;
pub use code::{Redeem, redeem, return_to_client};
pub use password::{NotSignedIn, with_password};
pub use refresh::{refresh, revoke, revoke_all};
pub use request::{CLIENT_ID, Mistake, Request, is_return_address};
pub use tokens::{Refused, SCOPES, Tokens, audience, subject};

/// What an installation says about signing in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether people may sign in with a password.
    pub password: bool,
    /// Whether links can be sent by mail; known when a server starts.
    pub mail: bool,
    /// Where browsers may be sent back to, beside this machine and the installation itself.
    pub redirect_uris: Vec<String>,
    /// Whether the server is reached through something that says in `X-Forwarded-For` who asks.
    pub forwarded_for: bool,
    /// Where people may sign in instead.
    pub oidc: Option<oidc::Settings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            password: true,
            mail: false,
            redirect_uris: Vec::new(),
            forwarded_for: false,
            oidc: None,
        }
    }
}

/// What a node keeps in memory of people who sign in.
pub struct Desk {
    pub settings: Settings,
    attempts: Attempts,
    /// Passwords that are hashed at the same time.
    hashing: Semaphore,
    mail_written: Notify,
    provider: Option<oidc::Provider>,
}

impl Desk {
    pub fn new(settings: Settings) -> Self {
        Self {
            provider: settings.oidc.clone().map(oidc::Provider::new),
            settings,
            attempts: Attempts::default(),
            hashing: Semaphore::new(password::HASHES_AT_ONCE_MAX),
            mail_written: Notify::new(),
        }
    }

    /// Where people may sign in instead.
    pub fn provider(&self) -> Option<&oidc::Provider> {
        self.provider.as_ref()
    }

    /// Waits until there is a link to send; one that was written before counts.
    pub async fn mail_written(&self) {
        self.mail_written.notified().await;
    }

    /// Whether people can set a password through a link that they are sent.
    pub fn sends_links(&self) -> bool {
        self.settings.password && self.settings.mail
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

/// 256 bits nobody can guess, of unreserved characters.
fn secret(env: &Env) -> String {
    env.ids.secret() + &env.ids.secret()
}

/// What is stored of a secret. It has 256 bits: nobody tries them all, so no salt is needed.
fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}
