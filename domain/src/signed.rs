//! Texts that travel through a browser and come back: readable by anybody, made by us only.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use crate::env::Env;

const TAG_BYTES: usize = 32;

/// Of unreserved characters.
pub(crate) fn to_text(env: &Env, purpose: &str, said: &impl Serialize) -> String {
    let said = rmp_serde::to_vec(said).unwrap_or_default();
    let tag = mac(env, purpose, &said).finalize().into_bytes();
    URL_SAFE_NO_PAD.encode([&said[..], &tag].concat())
}

/// None if nobody here has made it for this purpose, or somebody has changed it.
pub(crate) fn read<T: DeserializeOwned>(env: &Env, purpose: &str, text: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (said, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG_BYTES)?)?;
    // Compared in constant time.
    mac(env, purpose, said).verify_slice(tag).ok()?;
    rmp_serde::from_slice(said).ok()
}

/// A text of 43 characters that follows from another one and a key of the installation.
pub(crate) fn derived(env: &Env, purpose: &str, from: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(mac(env, purpose, from).finalize().into_bytes())
}

fn mac(env: &Env, purpose: &str, text: &[u8]) -> Hmac<Sha256> {
    let key = env.secrets.derive(purpose);
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret())
        .expect("a MAC takes keys of any length");
    mac.update(text);
    mac
}
