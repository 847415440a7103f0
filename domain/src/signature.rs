//! Links that carry their own authorization: whoever holds one may read one object for a while.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;

use crate::Env;

const PURPOSE: &str = "signed links";

/// The signature of a link to `subject` that is good until `until`.
pub fn sign(env: &Env, subject: &str, until: Timestamp) -> String {
    URL_SAFE_NO_PAD.encode(mac(env, subject, until).finalize().into_bytes())
}

/// Whether the signature fits and the link is still good.
pub fn is_valid(env: &Env, subject: &str, until: Timestamp, signature: &str) -> bool {
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
    // Compared in constant time.
    until >= env.now() && mac(env, subject, until).verify_slice(&signature).is_ok()
}

fn mac(env: &Env, subject: &str, until: Timestamp) -> Hmac<Sha256> {
    let key = env.secrets.derive(PURPOSE);
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret())
        .expect("a MAC takes keys of any length");
    mac.update(&until.0.to_be_bytes());
    mac.update(subject.as_bytes());
    mac
}
