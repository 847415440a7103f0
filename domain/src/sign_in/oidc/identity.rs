//! Identity tokens: what makes one good, and whom it speaks of.

use entity::Timestamp;
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Header, Validation};
use serde_json::{Map, Value as Json};
use subtle::ConstantTimeEq;

use super::Refused;

/// How far clocks of others may be off.
const LEEWAY_SECONDS: i64 = 60;

const TOKEN_BYTES_MAX: usize = 32 * 1024;

/// No provider calls anybody longer than the standard allows.
const SUBJECT_CHARS_MAX: usize = 255;

/// With keys of two halves only: a secret that both sides know, or nothing at all, proves nothing.
const ALGORITHMS: [(Algorithm, AlgorithmFamily); 9] = [
    (Algorithm::RS256, AlgorithmFamily::Rsa),
    (Algorithm::RS384, AlgorithmFamily::Rsa),
    (Algorithm::RS512, AlgorithmFamily::Rsa),
    (Algorithm::PS256, AlgorithmFamily::Rsa),
    (Algorithm::PS384, AlgorithmFamily::Rsa),
    (Algorithm::PS512, AlgorithmFamily::Rsa),
    (Algorithm::ES256, AlgorithmFamily::Ec),
    (Algorithm::ES384, AlgorithmFamily::Ec),
    (Algorithm::EdDSA, AlgorithmFamily::Ed),
];

/// What a token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: Timestamp,
    /// Nobody asked for a token before then.
    pub not_before: Timestamp,
}

/// Somebody a provider vouches for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Person {
    pub subject: String,
    pub email: Option<String>,
    pub is_email_verified: bool,
    pub name: Option<String>,
}

/// A token of which nothing is proven but that it could be one.
pub(super) struct Unverified<'a> {
    text: &'a str,
    header: Header,
    /// What kind of key signs like this.
    family: AlgorithmFamily,
}

impl<'a> Unverified<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, Refused> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(Refused::Token("malformed"));
        }
        // An algorithm that the library does not know, such as none, is an error here.
        let header = jsonwebtoken::decode_header(text).map_err(|_| Refused::Token("algorithm"))?;
        let known = ALGORITHMS.iter().find(|(algorithm, _)| *algorithm == header.alg);
        let known = known.filter(|_| header.crit.is_none()).ok_or(Refused::Token("algorithm"))?;
        Ok(Self { text, family: known.1, header })
    }

    /// Its claims, if one of these keys has signed it.
    pub(super) fn open(&self, keys: &[Jwk]) -> Option<Map<String, Json>> {
        let mut validation = Validation::new(self.header.alg);
        // Time comes from our clock, and everything else is compared in one place.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        keys.iter().filter_map(|key| self.fitting(key)).find_map(|key| {
            let opened = jsonwebtoken::decode::<Map<String, Json>>(self.text, &key, &validation);
            Some(opened.ok()?.claims)
        })
    }

    /// Whether it names one of these keys: newer ones would not help then.
    pub(super) fn is_of(&self, keys: &[Jwk]) -> bool {
        self.header.kid.is_some() && keys.iter().any(|key| self.fitting(key).is_some())
    }

    /// A key that may have signed it. The key says what it is for, never the token.
    fn fitting(&self, key: &Jwk) -> Option<DecodingKey> {
        let common = &key.common;
        let is_named = self.header.kid.is_none() || common.key_id == self.header.kid;
        let signs = common.public_key_use.as_ref().is_none_or(|it| *it == PublicKeyUse::Signature);
        let algorithm = KeyAlgorithm::from(self.header.alg);
        if !is_named || !signs || common.key_algorithm.is_some_and(|it| it != algorithm) {
            return None;
        }
        DecodingKey::from_jwk(key).ok().filter(|key| key.family() == self.family)
    }
}

/// Whom these claims speak of, if they are for us, for this sign-in and for now.
pub(super) fn check(
    claims: &Map<String, Json>,
    expected: &Expected<'_>,
) -> Result<Person, Refused> {
    let wrong = |part| Err(Refused::Token(part));
    let text = |name: &str| claims.get(name).and_then(Json::as_str);
    if text("iss") != Some(expected.issuer) {
        return wrong("issuer");
    }
    let audiences = match claims.get("aud") {
        Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).collect(),
        Some(Json::String(one)) => vec![one.as_str()],
        _ => Vec::new(),
    };
    let for_whom = claims.get("azp").map(|it| it.as_str().unwrap_or_default());
    let is_only_audience = audiences.len() == 1 && for_whom.is_none();
    if !audiences.contains(&expected.client_id)
        || !(is_only_audience || for_whom == Some(expected.client_id))
    {
        return wrong("audience");
    }
    let nonce = text("nonce").unwrap_or_default();
    if !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return wrong("nonce");
    }
    check_times(claims, expected)?;
    let subject = text("sub").unwrap_or_default();
    if subject.is_empty() || subject.chars().count() > SUBJECT_CHARS_MAX {
        return wrong("subject");
    }
    let mut person = Person { subject: subject.to_owned(), ..Person::default() };
    person.learn(claims);
    Ok(person)
}

fn check_times(claims: &Map<String, Json>, expected: &Expected<'_>) -> Result<(), Refused> {
    let seconds = |name: &str| {
        #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second is dropped")]
        let whole = |it: f64| it as i64;
        claims.get(name).map(|it| it.as_i64().or_else(|| it.as_f64().map(whole)))
    };
    let malformed = Refused::Token("malformed");
    let (Some(Some(issued)), Some(Some(ends))) = (seconds("iat"), seconds("exp")) else {
        return Err(malformed);
    };
    let begins = match seconds("nbf") {
        None => issued,
        Some(Some(begins)) => begins,
        Some(None) => return Err(malformed),
    };
    let now = expected.now.0 / 1_000_000;
    if now >= ends.saturating_add(LEEWAY_SECONDS) {
        return Err(Refused::Token("expired"));
    }
    if now < begins.max(issued).saturating_sub(LEEWAY_SECONDS) {
        return Err(Refused::Token("not_yet_valid"));
    }
    if issued < expected.not_before.0 / 1_000_000 - LEEWAY_SECONDS {
        return Err(Refused::Token("too_old"));
    }
    Ok(())
}

impl Person {
    /// Takes what else is said of them.
    pub(super) fn learn(&mut self, claims: &Map<String, Json>) {
        let text = |name: &str| {
            let text = claims.get(name).and_then(Json::as_str).map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        self.email = text("email").map(|email| email.to_lowercase());
        // Some providers write it as text.
        self.is_email_verified = claims
            .get("email_verified")
            .is_some_and(|it| it.as_bool() == Some(true) || it.as_str() == Some("true"));
        self.name = text("name").or_else(|| self.name.take());
    }

    /// What stands behind the last at sign of the address.
    pub(super) fn domain(&self) -> Option<&str> {
        Some(self.email.as_deref()?.rsplit_once('@')?.1)
    }
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
