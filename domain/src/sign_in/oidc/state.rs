//! What goes to the provider with a browser, and comes back with it.

use entity::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::Settings;
use crate::env::Env;
use crate::sign_in::{Request, hash};
use crate::signed;

/// How long people may take at the provider.
pub const SECONDS_MAX: i64 = 10 * 60;

const SIGNING: &str = "marquetry sign-in elsewhere 1";
const VERIFYING: &str = "marquetry sign-in elsewhere verifier 1";
const NONCE: &str = "marquetry sign-in elsewhere nonce 1";

/// PKCE's verifier and the nonce of the identity token follow from `nonce` and a key of the
/// installation: neither can be told from this text.
#[derive(Debug, Serialize, Deserialize)]
pub struct State {
    pub(super) nonce: Uuid,
    pub(super) begun_at: Timestamp,
    /// Hash of the secret that the browser keeps: nobody brings somebody else's answer.
    browser: String,
    /// Of the provider and the client it was made for: no code goes to another.
    fingerprint: String,
    /// What our own client wants.
    pub(super) request: Request,
}

impl State {
    pub(super) fn new(env: &Env, settings: &Settings, browser: &str, request: Request) -> Self {
        Self {
            nonce: Uuid::from_u128(env.ids.bits()),
            begun_at: env.now(),
            browser: hash(browser),
            fingerprint: fingerprint(settings),
            request,
        }
    }

    pub(super) fn to_text(&self, env: &Env) -> String {
        signed::to_text(env, SIGNING, self)
    }

    /// None if nobody here has made it, or somebody has changed it.
    pub(super) fn read(env: &Env, text: &str) -> Option<Self> {
        signed::read(env, SIGNING, text)
    }

    /// Whether it was made for this provider, and in the browser that keeps this secret.
    pub(super) fn is_for(&self, settings: &Settings, browser: Option<&str>) -> bool {
        let Some(browser) = browser else { return false };
        let is_same: bool = hash(browser).as_bytes().ct_eq(self.browser.as_bytes()).into();
        is_same && self.fingerprint == fingerprint(settings)
    }

    pub(super) fn expires_at(&self) -> Timestamp {
        self.begun_at.plus_seconds(SECONDS_MAX)
    }

    pub(super) fn is_over(&self, env: &Env) -> bool {
        self.expires_at() <= env.now()
    }

    pub(super) fn verifier(&self, env: &Env) -> String {
        signed::derived(env, VERIFYING, self.nonce.as_bytes())
    }

    /// What the identity token has to repeat.
    pub(super) fn nonce_of_token(&self, env: &Env) -> String {
        signed::derived(env, NONCE, self.nonce.as_bytes())
    }
}

fn fingerprint(settings: &Settings) -> String {
    let mut digest = Sha256::new();
    digest.update(settings.issuer.len().to_be_bytes());
    digest.update(&settings.issuer);
    digest.update(&settings.client_id);
    digest.finalize()[..8].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
