//! Asking for the next token.
//!
//! Providers that rotate refresh tokens take a second use of one for theft and end the whole
//! authorization. So whoever uses one holds the lease of its row, and writes what came back before
//! anybody else may use anything. Asking and writing are a task of their own: nobody who waits for
//! a token can cut them by going away.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use entity::authorization::{self, Column, Model};
use entity::log::Severity;
use entity::{Timestamp, authorization::Status};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use tokio::time::Instant;

use super::announce;
use super::change::revoke_token;
use super::exchange::{Asking, Failure, Token, expires_in};
use super::policy::{Life, retry_at};
use super::settings::Settings;
use super::store::{self, Failed, Granted};
use crate::env::Env;
use crate::error::Error;
use crate::{log_line, rows};

/// A token that could not be written is tried again this often, for this long.
const WRITE_PAUSE: Duration = Duration::from_millis(200);
const WRITE_PATIENCE: Duration = Duration::from_mins(10);

const NO_REFRESH_TOKEN: &str = "The provider handed out no refresh token.";

/// What came of asking for a token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Renewal {
    Renewed,
    /// Somebody else is asking, or has asked.
    Busy,
    /// Nobody asks this provider at the moment.
    Closed,
    Failed(String),
}

/// Asks for the next token of a row as it was `seen`.
pub async fn renew(env: &Arc<Env>, seen: Model) -> Result<Renewal, Error> {
    let task = perform(env.clone(), seen);
    let renewal = env.authorizations.tracker().spawn(task).await;
    renewal.context("a task that renews a token ended early")?
}

async fn perform(env: Arc<Env>, seen: Model) -> Result<Renewal, Error> {
    let settings = store::settings(&env, env.db.read(), &seen).await?;
    let host = settings.host();
    if let Some(until) = env.authorizations.closed_until(&host, env.now()) {
        postpone(&env, &seen, until).await?;
        return Ok(Renewal::Closed);
    }
    let Some(held) = store::take_lease(&env, &seen).await? else {
        return Ok(Renewal::Busy);
    };
    let old = store::token(&env, env.db.read(), &held).await?.unwrap_or_default();
    let refresh_token = old.get("refresh_token").and_then(|token| token.as_str());
    let asked = if settings.is_for_clients() {
        ask(&env, &settings, None).await
    } else if let Some(refresh_token) = refresh_token {
        ask(&env, &settings, Some(refresh_token)).await
    } else {
        Err(Failure::Terminal(NO_REFRESH_TOKEN.to_owned()))
    };
    match asked {
        Ok(token) => {
            env.authorizations.works(&host);
            keep(&env, &settings, &held, merged(old, token)).await
        }
        Err(failure) => {
            match &failure {
                Failure::Transient { is_outage: true, .. } => {
                    env.authorizations.fails(&host, env.now());
                }
                Failure::Terminal(_) | Failure::Transient { .. } => env.authorizations.works(&host),
            }
            fail(&env, &held, &failure, seen.lease_until.is_some()).await
        }
    }
}

async fn ask(
    env: &Env,
    settings: &Settings,
    refresh_token: Option<&str>,
) -> Result<Token, Failure> {
    if let Err(missing) = settings.check() {
        return Err(Failure::Terminal(format!("The connection lacks these inputs: {missing}.")));
    }
    let egress = env.egress().map_err(|error| Failure::Transient {
        message: error.to_string(),
        retry_after: None,
        is_outage: false,
    })?;
    Asking { egress, settings, now: env.now() }.renew(refresh_token).await
}

/// A new answer, with what only earlier ones said. A provider that sends no new refresh token means
/// the old one to be used again.
fn merged(old: Token, new: Token) -> Token {
    let mut token = old;
    token.remove("expires_in");
    token.extend(new);
    token
}

/// The times of a token that was handed out now.
pub(super) fn granted<'a>(env: &Env, settings: &Settings, token: &'a Token) -> Granted<'a> {
    let life = Life {
        grant: settings.grant,
        has_refresh_token: token.get("refresh_token").is_some_and(serde_json::Value::is_string),
        expires_in: expires_in(token),
    };
    let now = env.now();
    let expires_at = life.expires_at(now);
    Granted { token, expires_at, refresh_at: life.refresh_at(now, chance(env)) }
}

/// From 0 to 1.
fn chance(env: &Env) -> f64 {
    let bits = u32::try_from(env.ids.bits() >> 96).unwrap_or_default();
    f64::from(bits) / f64::from(u32::MAX)
}

/// Writes a token. The old one is worth nothing any more, so this is tried for as long as it takes.
async fn keep(
    env: &Arc<Env>,
    settings: &Settings,
    held: &Model,
    token: Token,
) -> Result<Renewal, Error> {
    let began = Instant::now();
    loop {
        let error = match write(env, settings, held, &token).await {
            Ok(true) => {
                env.authorizations.nudge();
                return Ok(Renewal::Renewed);
            }
            Ok(false) => {
                // Disconnected or authorized anew in the meantime: nobody wants this one.
                revoke_token(env, settings, &token).await;
                return Ok(Renewal::Busy);
            }
            Err(error) => error,
        };
        tracing::error!(%error, authorization = %held.id.0, "a new token is not written yet");
        if began.elapsed() > WRITE_PATIENCE {
            return Err(error);
        }
        tokio::time::sleep(WRITE_PAUSE).await;
    }
}

async fn write(env: &Env, settings: &Settings, held: &Model, token: &Token) -> Result<bool, Error> {
    let tx = env.db.begin().await?;
    let is_ours = store::grant(env, &tx, held, &granted(env, settings, token)).await?;
    // The first token of a client is no refresh.
    if is_ours && held.sealed_token.is_some() {
        announce::renewed(env, &tx, held).await?;
    }
    let line = if is_ours {
        let message = "The provider handed out a new token.";
        log_line::of_connection(env, &tx, held, Severity::Info, message).await?
    } else {
        None
    };
    tx.commit().await?;
    log_line::tell(env, line.as_ref());
    env.deliveries_arrived();
    Ok(is_ours)
}

async fn fail(env: &Env, held: &Model, failure: &Failure, was_cut: bool) -> Result<Renewal, Error> {
    let now = env.now();
    let failures = held.failures + 1;
    let first_failed_at = held.first_failed_at.unwrap_or(now);
    let refresh_at = match failure {
        Failure::Terminal(_) => None,
        Failure::Transient { retry_after, .. } => {
            retry_at(now, first_failed_at, failures, *retry_after)
        }
    };
    let mut message = failure.message().to_owned();
    if refresh_at.is_none() && was_cut {
        message.push_str(
            " The server stopped during the request before this one, so what the provider \
             answered to that may be lost.",
        );
    }
    let failed = Failed { message: message.clone(), failures, first_failed_at, refresh_at };
    let tx = env.db.begin().await?;
    let is_ours = store::mark_failed(env, &tx, held, failed).await?;
    let is_last = refresh_at.is_none();
    if is_ours && (failures == 1 || is_last) {
        announce::renewal_failed(env, &tx, held, (failures, is_last)).await?;
        announce::alert(env, &tx, held, (failures, &message)).await?;
    }
    let line = if is_ours {
        let next = if is_last { " It is not asked again by itself." } else { "" };
        let text = format!("No new token was handed out: {message}{next}");
        log_line::of_connection(env, &tx, held, Severity::Error, &text).await?
    } else {
        None
    };
    tx.commit().await?;
    log_line::tell(env, line.as_ref());
    env.deliveries_arrived();
    env.alerts_arrived();
    if !is_ours {
        return Ok(Renewal::Busy);
    }
    env.authorizations.nudge();
    let level = if is_last { "for good" } else { "for now" };
    tracing::warn!(authorization = %held.id.0, level, reason = message, "no token was handed out");
    Ok(Renewal::Failed(message))
}

/// Leaves a row alone until its provider is asked again. Nothing failed, so nothing is counted.
async fn postpone(env: &Env, seen: &Model, until: Timestamp) -> Result<(), Error> {
    let tx = env.db.begin().await?;
    rows::update::<authorization::Entity>(seen.organization_id)
        .col_expr(Column::RefreshAt, Expr::value(until))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::TokenVersion.eq(seen.token_version))
        .filter(Column::RefreshAt.lt(until))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Whether asking could still help.
pub(super) fn is_over(row: &Model) -> bool {
    row.status == Status::Error && row.refresh_at.is_none() && row.failures > 0
}
