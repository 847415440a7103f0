//! Changes of an authorization from outside: other inputs, another token by hand, no token at all.

use std::sync::Arc;
use std::time::Duration;

use entity::authorization::{Model, OwnerKind, Status};
use entity::{InstanceId, OrganizationId, Timestamp};
use sea_orm::{ActiveEnum, ConnectionTrait, DatabaseTransaction, Iterable};
use serde_json::Value as Json;
use tokio::time::Instant;
use uuid::Uuid;

use super::announce;
use super::authorize::Place;
use super::exchange::{Asking, Token};
use super::policy::Life;
use super::settings::Settings;
use super::store::{self, Owner, Scope};
use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::viewer::Viewer;

/// What can be set of a token by hand, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// How long a change waits for a request that is under way.
const PATIENCE: Duration = Duration::from_secs(store::LEASE_SECONDS.unsigned_abs() + 10);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Makes an authorization follow the inputs of its connection, in the transaction that changes
/// them. What belongs to another client or provider is forgotten.
///
/// Connections of clients need nobody's consent: their first token is asked for at once.
pub async fn keep(
    env: &Env,
    tx: &DatabaseTransaction,
    scope: &Scope,
    settings: &Settings,
) -> Result<(), Error> {
    let asks_at_once = settings.is_for_clients() && settings.check().is_ok();
    let Some(row) = store::find_locked(tx, scope.organization, &scope.owner).await? else {
        if asks_at_once {
            let blank = store::blank(env, tx, scope, settings).await?;
            store::insert(tx, Model { refresh_at: Some(env.now()), ..blank }).await?;
        }
        return Ok(());
    };
    let old = store::settings(env, tx, &row).await?;
    let is_same = old == *settings;
    let is_waiting = asks_at_once && row.status == Status::Pending && row.refresh_at.is_none();
    if is_same && !is_waiting {
        return Ok(());
    }
    let mut new = row.clone();
    if !settings.continues(&old) {
        new = store::without_token(env, &row);
    }
    new.sealed_settings = store::seal_settings(env, tx, &row, settings).await?;
    // Whatever was wrong may be right now.
    if asks_at_once || (new.status == Status::Error && new.sealed_token.is_some()) {
        new.refresh_at = Some(env.now());
        new.failures = 0;
        new.first_failed_at = None;
    }
    store::replace(tx, &row, new).await?;
    Ok(())
}

/// Removes what a row owns, except for the keys that it still has.
pub async fn forget(
    env: &Env,
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    (kind, id): (OwnerKind, Uuid),
    is_kept: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    for row in store::of_row(tx, organization, kind, id).await? {
        if !is_kept(&row.owner_key) {
            store::delete(tx, &row).await?;
            announce::deleted(env, tx, &row).await?;
        }
    }
    Ok(())
}

/// Tells that the connections of instances go with them, in the transaction that removes those.
pub(crate) async fn go_with(
    env: &Env,
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    instances: &[InstanceId],
) -> Result<(), Error> {
    for row in store::of_instances(tx, organization, instances).await? {
        announce::deleted(env, tx, &row).await?;
    }
    Ok(())
}

/// Removes what a row owns, for owners that tell of it themselves.
pub(crate) async fn drop_tokens(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    (kind, id): (OwnerKind, Uuid),
) -> Result<(), Error> {
    for row in store::of_row(tx, organization, kind, id).await? {
        store::delete(tx, &row).await?;
    }
    Ok(())
}

/// What a caller says of a token; what is not given stays as it is.
#[derive(Clone, Default)]
pub struct Update {
    pub access_token: Option<String>,
    pub refresh_token: Option<String>,
    pub token_type: Option<String>,
    /// Seconds from now.
    pub expires_in: Option<i64>,
    pub refresh_at: Option<Timestamp>,
    /// JSON text of an object.
    pub additional_token_fields: Option<String>,
    /// JSON text; replaces what was there.
    pub context: Option<String>,
    pub status: Option<String>,
}

impl std::fmt::Debug for Update {
    /// There are secrets among them.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Update")
    }
}

/// As an [`Update`], with everything read.
struct Checked {
    fields: Token,
    context: Option<Json>,
    status: Option<Status>,
}

impl Update {
    fn check(&self) -> Result<Checked, Error> {
        let mut problems = Problems::default();
        for (field, text) in [
            ("accessToken", &self.access_token),
            ("refreshToken", &self.refresh_token),
            ("tokenType", &self.token_type),
            ("additionalTokenFields", &self.additional_token_fields),
            ("context", &self.context),
        ] {
            if text.as_ref().is_some_and(|text| text.len() > TEXT_BYTES_MAX) {
                problems.add(field, format!("This is longer than {TEXT_BYTES_MAX} bytes."));
            }
        }
        if self.expires_in.is_some_and(|seconds| seconds < 0) {
            problems.add("expiresIn", "This must not be negative.".to_owned());
        }
        let fields = self.additional_token_fields.as_deref().filter(|text| !text.is_empty());
        let fields = fields.map(serde_json::from_str).transpose().unwrap_or_else(|_| {
            problems.add("additionalTokenFields", "This must be a JSON object.".to_owned());
            None
        });
        let context = self.context.as_deref().filter(|text| !text.is_empty());
        let context = context.map(serde_json::from_str).transpose().unwrap_or_else(|_| {
            problems.add("context", "This must be JSON.".to_owned());
            None
        });
        let status = self.status.as_ref().and_then(|name| {
            let found = Status::iter().find(|it| it.to_value().eq_ignore_ascii_case(name));
            if found.is_none() {
                let message = "This must be PENDING, ACTIVE, ERROR or FAILED.";
                problems.add("status", message.to_owned());
            }
            found
        });
        problems.finish()?;
        Ok(Checked { fields: fields.unwrap_or_default(), context, status })
    }

    /// The token as it is after the change.
    fn apply(&self, mut token: Token, checked: &Checked) -> Token {
        token.extend(checked.fields.clone());
        let texts = [
            ("access_token", &self.access_token),
            ("refresh_token", &self.refresh_token),
            ("token_type", &self.token_type),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                token.insert(name.to_owned(), text.as_str().into());
            }
        }
        if let Some(seconds) = self.expires_in {
            token.insert("expires_in".to_owned(), seconds.into());
        }
        token
    }
}

/// Sets a token by hand. Waits for a request that is under way, since what it brings would be lost.
pub async fn update(
    env: &Env,
    viewer: &Viewer,
    place: &Place,
    update: &Update,
) -> Result<(), Error> {
    let checked = update.check()?;
    let began = Instant::now();
    loop {
        let tx = env.db.begin().await?;
        let row = store::find_locked(&tx, place.scope.organization, &place.scope.owner).await?;
        let is_busy = row.as_ref().and_then(|row| row.lease_until).is_some_and(|t| env.now() < t);
        if is_busy && began.elapsed() < PATIENCE {
            tx.rollback().await?;
            tokio::time::sleep(LOOK_AGAIN).await;
            continue;
        }
        let row = if let Some(row) = row {
            row
        } else {
            let blank = store::blank(env, &tx, &place.scope, &place.settings).await?;
            store::insert(&tx, blank).await?
        };
        let Some(new) = changed(env, &tx, &row, place, update, &checked).await? else {
            tx.rollback().await?;
            return Ok(());
        };
        store::replace(&tx, &row, new).await?;
        announce::updated(env, &tx, viewer, &row).await?;
        tx.commit().await?;
        env.authorizations.nudge();
        env.deliveries_arrived();
        return Ok(());
    }
}

/// The row after the change; nothing if that is the row as it is.
async fn changed(
    env: &Env,
    tx: &impl ConnectionTrait,
    row: &Model,
    place: &Place,
    update: &Update,
    checked: &Checked,
) -> Result<Option<Model>, Error> {
    let now = env.now();
    let old = store::token(env, tx, row).await?.unwrap_or_default();
    let token = update.apply(old.clone(), checked);
    let has_token = token.get("access_token").is_some_and(Json::is_string);
    let mut new = row.clone();
    if token != old {
        new.sealed_token = Some(store::seal_token(env, tx, row, &token).await?);
    }
    if let Some(context) = &checked.context
        && store::context(env, tx, row).await?.as_ref() != Some(context)
    {
        new.sealed_context = Some(store::seal_context(env, tx, row, context).await?);
    }
    if update.access_token.is_some() || update.refresh_token.is_some() {
        new.status = Status::Active;
    }
    if update.access_token.is_some() && update.expires_in.is_none() {
        // The end that is known is that of another token.
        (new.expires_at, new.refresh_at) = (None, None);
    }
    if let Some(seconds) = update.expires_in {
        let life = Life {
            grant: place.settings.grant,
            has_refresh_token: token.get("refresh_token").is_some_and(Json::is_string),
            expires_in: Some(seconds),
        };
        new.expires_at = life.expires_at(now);
        new.refresh_at = life.refresh_at(now, 0.0);
    }
    new.refresh_at = update.refresh_at.or(new.refresh_at);
    new.status = checked.status.unwrap_or(new.status);
    if new.status == Status::Active || update.refresh_at.is_some() {
        new.failures = 0;
        new.first_failed_at = None;
        new.last_error = None;
    }
    if new.status == Status::Pending || !has_token {
        new.refresh_at = None;
    }
    let is_same = new == *row;
    Ok((!is_same).then(|| Model {
        token_version: row.token_version + 1,
        lease_fence: row.lease_fence + 1,
        lease_until: None,
        updated_at: now,
        ..new
    }))
}

/// Forgets the token and stops renewing it. The provider hears of it, but need not agree.
pub async fn disconnect(env: &Arc<Env>, scope: &Scope) -> Result<(), Error> {
    let tx = env.db.begin().await?;
    let Some(row) = store::find_locked(&tx, scope.organization, &scope.owner).await? else {
        tx.rollback().await?;
        return Ok(());
    };
    let settings = store::settings(env, &tx, &row).await?;
    let token = store::token(env, &tx, &row).await?;
    store::replace(&tx, &row, store::without_token(env, &row)).await?;
    tx.commit().await?;
    if let Some(token) = token {
        let env = env.clone();
        let tracker = env.authorizations.tracker().clone();
        tracker.spawn(async move { revoke_token(&env, &settings, &token).await });
    }
    Ok(())
}

/// Tells the provider that nobody needs this token any more.
pub(super) async fn revoke_token(env: &Env, settings: &Settings, token: &Token) {
    let Ok(egress) = env.egress() else { return };
    let asking = Asking { egress, settings, now: env.now() };
    for hint in ["refresh_token", "access_token"] {
        if let Some(token) = token.get(hint).and_then(Json::as_str) {
            asking.revoke(token, hint).await;
        }
    }
}

impl Scope {
    pub fn new(
        organization: OrganizationId,
        customer: Option<entity::CustomerId>,
        owner: Owner,
    ) -> Self {
        Self { organization, customer, owner }
    }
}
