//! Codes: what a browser brings to a client, and what the client gets for it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{sign_in_code, user};
use sea_orm::{ColumnTrait, QueryFilter};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::refresh;
use super::request::{CLIENT_ID, Request};
use super::tokens::{OFFLINE, Refused, Tokens, tokens};
use crate::env::Env;
use crate::error::Error;
use crate::viewer::Viewer;
use crate::{rows, token};

/// How long a client may take to redeem a code.
const CODE_SECONDS_MAX: i64 = 60;

/// A code as a client brings it.
#[derive(Clone, Debug)]
pub struct Redeem {
    pub client_id: String,
    pub code: String,
    pub redirect_uri: String,
    pub verifier: String,
}

/// Where the browser of somebody who has signed in goes: back to the client, with a code.
pub async fn return_to_client(
    env: &Env,
    user: &user::Model,
    request: &Request,
) -> Result<String, Error> {
    let now = env.now();
    let code = super::secret(env);
    let row = sign_in_code::Model {
        hash: super::hash(&code),
        organization_id: user.organization_id,
        user_id: user.id,
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        scope: request.scope.clone(),
        nonce: request.nonce.clone(),
        expires_at: now.plus_seconds(CODE_SECONDS_MAX),
    };
    let tx = env.db.begin().await?;
    rows::delete::<sign_in_code::Entity>(user.organization_id)
        .filter(sign_in_code::Column::ExpiresAt.lt(now))
        .exec(&tx)
        .await?;
    rows::insert::<sign_in_code::Entity>(&tx, row).await?;
    tx.commit().await?;
    Ok(request.answer(&[("code", &code)]))
}

/// Tokens for a code. Whatever comes of it, the code is used.
pub async fn redeem(env: &Env, asked: &Redeem) -> Result<Tokens, Refused> {
    let tx = env.db.begin().await?;
    let hash = super::hash(&asked.code);
    let found = token::sign_in::code(&tx, &hash).await?.ok_or(Refused::Code)?;
    let deleted = rows::delete::<sign_in_code::Entity>(found.organization_id)
        .filter(sign_in_code::Column::Hash.eq(hash))
        .exec(&tx)
        .await?;
    // Somebody else may have been faster since the look.
    if deleted.rows_affected != 1 || !fits(env, &found, asked) {
        tx.commit().await?;
        return Err(Refused::Code);
    }
    let viewer = Viewer::System(found.organization_id);
    let user = viewer.find::<user::Entity>(&tx, found.user_id).await?;
    let wants_more = found.scope.split(' ').any(|it| it == OFFLINE);
    let refresh_token =
        if wants_more { Some(refresh::issue(env, &tx, &user, &found.scope).await?) } else { None };
    tx.commit().await?;
    Ok(tokens(env, &user, &found.scope, found.nonce, refresh_token)?)
}

fn fits(env: &Env, found: &sign_in_code::Model, asked: &Redeem) -> bool {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&asked.verifier));
    let is_same: bool = challenge.as_bytes().ct_eq(found.challenge.as_bytes()).into();
    is_same
        && asked.client_id == CLIENT_ID
        && asked.redirect_uri == found.redirect_uri
        && env.now() < found.expires_at
}
