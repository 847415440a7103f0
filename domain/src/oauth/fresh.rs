//! A token to use now.

use std::sync::Arc;
use std::time::Duration;

use entity::OrganizationId;
use entity::authorization::{Model, Status};
use flow::Value;
use serde_json::Value as Json;
use tokio::time::Instant;

use super::policy::FRESH_SECONDS;
use super::renew::{Renewal, is_over, renew};
use super::store::{self, Owner};
use crate::env::Env;
use crate::error::Error;

/// How long to wait for another node that is asking for the token.
const PATIENCE: Duration = Duration::from_secs(store::LEASE_SECONDS.unsigned_abs() + 10);
const SHORT_PATIENCE: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How long after a failure nobody tries again for a run: what was refused a moment ago is refused
/// now, and a provider in trouble is not helped by every call of a busy flow.
const PAUSE_SECONDS: i64 = 5;

/// A token as steps see it.
pub struct Fresh {
    pub(super) version: i32,
    /// The provider's answer, with `expires_at`.
    pub token: Value,
    pub context: Value,
    /// What must not be shown to anybody.
    pub secrets: Vec<String>,
    /// A step has said that the connection does not work. The next that succeeds with it knows
    /// better.
    pub is_doubted: bool,
}

/// Why a connection has no token; the text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    #[error("it is not authorized yet. Connect it in the configuration.")]
    NotAuthorized,
    #[error("it has to be authorized again: {0}")]
    AuthorizeAgain(String),
    #[error("its token could not be renewed; this is tried again by itself: {0}")]
    Unavailable(String),
    #[error("its token could not be read.")]
    Internal(#[source] Error),
}

impl From<Error> for NoToken {
    fn from(error: Error) -> Self {
        Self::Internal(error)
    }
}

/// The token of a connection, renewed first where it ends soon. Everybody who asks at the same time
/// waits for the same request.
pub async fn fresh(
    env: &Arc<Env>,
    organization: OrganizationId,
    owner: &Owner,
) -> Result<Arc<Fresh>, NoToken> {
    let began = Instant::now();
    loop {
        let row = store::find(env.db.read(), organization, owner).await?;
        let row = row.ok_or(NoToken::NotAuthorized)?;
        if !ends_soon(env, &row) {
            return Ok(opened(env, &row).await?);
        }
        let lock = env.authorizations.renewing(row.id);
        let _turn = lock.lock().await;
        let row = store::find(env.db.read(), organization, owner).await?;
        let row = row.ok_or(NoToken::NotAuthorized)?;
        if !ends_soon(env, &row) {
            return Ok(opened(env, &row).await?);
        }
        match renewal(env, &row).await? {
            // However short it lives, there will be none that is fresher.
            Attempt::Renewed => return last_resort(env, &row, "It ends at once.").await,
            Attempt::Wait if began.elapsed() > patience(env, &row) => {
                return last_resort(env, &row, "Another server is still asking.").await;
            }
            Attempt::Wait => tokio::time::sleep(LOOK_AGAIN).await,
            Attempt::Useless(reason) => return last_resort(env, &row, &reason).await,
        }
    }
}

enum Attempt {
    Renewed,
    /// Somebody else is at it.
    Wait,
    Useless(String),
}

async fn renewal(env: &Arc<Env>, row: &Model) -> Result<Attempt, NoToken> {
    let settings = store::settings(env, env.db.read(), row).await?;
    let was_disconnected = row.status == Status::Pending && row.refresh_at.is_none();
    if row.sealed_token.is_none() && (!settings.is_for_clients() || was_disconnected) {
        return Err(NoToken::NotAuthorized);
    }
    let reason = || row.last_error.clone().unwrap_or_default();
    let failed_just_now =
        row.failures > 0 && env.now() < row.updated_at.plus_seconds(PAUSE_SECONDS);
    if is_over(row) || failed_just_now {
        return Ok(Attempt::Useless(reason()));
    }
    Ok(match renew(env, row.clone()).await? {
        Renewal::Renewed => Attempt::Renewed,
        Renewal::Busy => Attempt::Wait,
        Renewal::Closed => Attempt::Useless("The provider does not answer.".to_owned()),
        Renewal::Failed(reason) => Attempt::Useless(reason),
    })
}

/// Whoever has a token that is good for the moment does not wait for the next one for long.
fn patience(env: &Env, row: &Model) -> Duration {
    if is_good(env, row) { SHORT_PATIENCE } else { PATIENCE }
}

fn is_good(env: &Env, row: &Model) -> bool {
    row.sealed_token.is_some() && row.expires_at.is_none_or(|end| env.now() < end)
}

/// A token that ends soon is better than none.
async fn last_resort(env: &Env, seen: &Model, reason: &str) -> Result<Arc<Fresh>, NoToken> {
    let row = store::by_id(env.db.read(), seen.organization_id, seen.id).await?;
    let row = row.ok_or(NoToken::NotAuthorized)?;
    if is_good(env, &row) {
        return Ok(opened(env, &row).await?);
    }
    if is_over(&row) {
        return Err(NoToken::AuthorizeAgain(row.last_error.unwrap_or_else(|| reason.to_owned())));
    }
    Err(NoToken::Unavailable(reason.to_owned()))
}

fn ends_soon(env: &Env, row: &Model) -> bool {
    if row.sealed_token.is_none() || row.status == Status::Pending {
        return true;
    }
    let Some(end) = row.expires_at else { return false };
    // Of a short life, half is enough.
    let life = row.last_refreshed_at.map_or(i64::MAX, |since| end.0 - since.0);
    let needed = (life / 2).clamp(0, FRESH_SECONDS * 1_000_000);
    end.0 - env.now().0 < needed
}

async fn opened(env: &Env, row: &Model) -> Result<Arc<Fresh>, Error> {
    let is_doubted = row.status == Status::Error && row.failures == 0;
    if !is_doubted && let Some(known) = env.authorizations.opened(row.id, row.token_version) {
        return Ok(known);
    }
    let db = env.db.read();
    let mut token = store::token(env, db, row).await?.unwrap_or_default();
    let secrets = secrets_of(&Json::Object(token.clone()));
    if let Some(end) = row.expires_at {
        token.insert("expires_at".to_owned(), end.to_iso().into());
    }
    let context = store::context(env, db, row).await?.unwrap_or_default();
    let fresh = Arc::new(Fresh {
        version: row.token_version,
        token: Json::Object(token).into(),
        context: context.into(),
        secrets,
        is_doubted,
    });
    if !is_doubted {
        env.authorizations.remember(row.id, fresh.clone());
    }
    Ok(fresh)
}

/// Texts of a token that would let others in, wherever in the answer they stand.
fn secrets_of(json: &Json) -> Vec<String> {
    let mut found = Vec::new();
    collect(json, &mut found);
    found
}

fn collect(json: &Json, found: &mut Vec<String>) {
    let Json::Object(map) = json else { return };
    for (name, value) in map {
        match value {
            Json::String(text) if name.ends_with("token") && text.len() >= SECRET_BYTES_MIN => {
                found.push(text.clone());
            }
            other => collect(other, found),
        }
    }
}

/// Shorter texts are part of too many others to be hidden.
pub const SECRET_BYTES_MIN: usize = 8;
