//! What a client gets for somebody who has signed in.

use anyhow::Context;
use entity::{Timestamp, user};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret;
use serde::Serialize;

use super::request::CLIENT_ID;
use crate::env::Env;
use crate::error::Error;
use crate::token;

/// Everything a client may ask for.
pub const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// With it a client gets a refresh token.
pub(super) const OFFLINE: &str = "offline_access";

const IDENTITY: &str = "marquetry identity tokens 1";

/// An answer of the token endpoint.
#[derive(Debug, Serialize)]
pub struct Tokens {
    pub access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    pub expires_in: i64,
    pub scope: String,
    pub token_type: &'static str,
}

/// Why a client gets no tokens.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A code that is unknown, used, too old, or not for whoever brings it.
    #[error("The code is not valid, or not any more.")]
    Code,
    /// A refresh token that is unknown, too old, or was taken back.
    #[error("The refresh token is not valid, or not any more. Sign in again.")]
    RefreshToken,
    #[error("You have no access to this tenant.")]
    Tenant,
    #[error("internal error")]
    Internal(#[from] Error),
}

impl From<sea_orm::DbErr> for Refused {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.into())
    }
}

#[derive(Serialize)]
struct Identity {
    iss: String,
    aud: &'static str,
    sub: String,
    iat: i64,
    exp: i64,
    email: String,
    email_verified: bool,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
}

/// Whom access tokens are for.
pub fn audience(env: &Env) -> String {
    format!("{}/api", env.public_url)
}

/// What a user is called in tokens.
pub fn subject(user: &user::Model) -> String {
    user.id.0.to_string()
}

pub(super) fn tokens(
    env: &Env,
    user: &user::Model,
    scope: &str,
    nonce: Option<String>,
    refresh_token: Option<String>,
) -> Result<Tokens, Error> {
    let wants_identity = scope.split(' ').any(|it| it == "openid");
    Ok(Tokens {
        access_token: token::issue(env, user)?,
        refresh_token,
        id_token: wants_identity.then(|| identity(env, user, nonce)).transpose()?,
        expires_in: token::LIFETIME_SECONDS,
        scope: scope.to_owned(),
        token_type: "Bearer",
    })
}

/// Signed with a key of its own, so that nobody can use it in place of an access token.
fn identity(env: &Env, user: &user::Model, nonce: Option<String>) -> Result<String, Error> {
    let Timestamp(micros) = env.now();
    let now = micros / 1_000_000;
    let claims = Identity {
        iss: env.public_url.clone(),
        aud: CLIENT_ID,
        sub: subject(user),
        iat: now,
        exp: now + token::LIFETIME_SECONDS,
        email: user.email.clone(),
        email_verified: true,
        name: user.name.clone(),
        nonce,
    };
    let key = env.secrets.derive(IDENTITY);
    let key = EncodingKey::from_secret(key.expose_secret());
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key);
    Ok(token.context("signing an identity token")?)
}
