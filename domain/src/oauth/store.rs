//! The rows of authorizations: opened, sealed, leased, and changed only by who holds the lease.

use anyhow::Context;
use entity::authorization::{self, Column, Entity, Model, OwnerKind, Status};
use entity::{AuthorizationId, CustomerId, InstanceId, OrganizationId, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Select, UpdateMany,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use uuid::Uuid;

use super::exchange::Token;
use super::settings::Settings;
use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::secrets::Place;
use crate::viewer::Viewer;

/// How long a node may use a refresh token: longer than a request and its commit ever take, as
/// nobody else may use it meanwhile.
pub(super) const LEASE_SECONDS: i64 = 45;

const SETTINGS: &str = "oauth2_authorization.sealed_settings";
const TOKEN: &str = "oauth2_authorization.sealed_token";
const CONTEXT: &str = "oauth2_authorization.sealed_context";

/// Where a connection is stored. Every kind of owner is treated alike.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Owner {
    pub kind: OwnerKind,
    pub id: Uuid,
    /// Tells the connections of one row apart; empty where it has only one.
    pub key: String,
}

impl Owner {
    /// A connection that instances share.
    pub fn scoped_variable(id: entity::ScopedVariableId) -> Self {
        Self { kind: OwnerKind::ScopedVariable, id: id.0, key: String::new() }
    }

    /// The connection of a customer.
    pub fn customer_variable(id: entity::CustomerVariableId) -> Self {
        Self { kind: OwnerKind::CustomerVariable, id: id.0, key: String::new() }
    }

    /// A variable of an instance.
    pub fn instance_value(instance: entity::InstanceId, key: &str) -> Self {
        Self { kind: OwnerKind::InstanceValue, id: instance.0, key: key.to_owned() }
    }

    /// A variable of one user of an instance.
    pub fn user_level_value(config: entity::UserLevelConfigId, key: &str) -> Self {
        Self { kind: OwnerKind::UserLevelValue, id: config.0, key: key.to_owned() }
    }
}

/// Whose an authorization is.
#[derive(Clone, Debug)]
pub struct Scope {
    pub organization: OrganizationId,
    pub customer: Option<CustomerId>,
    pub owner: Owner,
}

fn of_owner(organization: OrganizationId, owner: &Owner) -> Select<Entity> {
    Viewer::System(organization)
        .rows::<Entity>()
        .filter(Column::OwnerKind.eq(owner.kind))
        .filter(Column::OwnerId.eq(owner.id))
        .filter(Column::OwnerKey.eq(owner.key.as_str()))
}

/// As [`find`], and keeps others from changing the row until the transaction ends.
pub(super) async fn find_locked(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    owner: &Owner,
) -> Result<Option<Model>, Error> {
    Ok(of_owner(organization, owner).lock_exclusive().one(tx).await?)
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    owner: &Owner,
) -> Result<Option<Model>, Error> {
    Ok(of_owner(organization, owner).one(db).await?)
}

/// All that one row owns.
pub(super) async fn of_row(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    kind: OwnerKind,
    id: Uuid,
) -> Result<Vec<Model>, Error> {
    let rows = Viewer::System(organization).rows::<Entity>();
    let rows = rows.filter(Column::OwnerKind.eq(kind)).filter(Column::OwnerId.eq(id));
    Ok(rows.all(db).await?)
}

/// All that instances own.
pub(super) async fn of_instances(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    instances: &[InstanceId],
) -> Result<Vec<Model>, Error> {
    let rows = Viewer::System(organization).rows::<Entity>();
    let rows = rows.filter(Column::OwnerKind.eq(OwnerKind::InstanceValue));
    let ids = instances.iter().map(|id| id.0);
    Ok(rows.filter(Column::OwnerId.is_in(ids)).order_by_asc(Column::Id).all(db).await?)
}

pub(super) async fn by_id(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    id: AuthorizationId,
) -> Result<Option<Model>, Error> {
    let rows = Viewer::System(organization).rows::<Entity>();
    Ok(rows.filter(Column::Id.eq(id)).one(db).await?)
}

/// A row for a connection that nobody has authorized yet.
pub(super) async fn blank(
    env: &Env,
    db: &impl ConnectionTrait,
    scope: &Scope,
    settings: &Settings,
) -> Result<Model, Error> {
    let (id, now) = (env.ids.next(), env.now());
    Ok(Model {
        id,
        organization_id: scope.organization,
        customer_id: scope.customer,
        owner_kind: scope.owner.kind,
        owner_id: scope.owner.id,
        owner_key: scope.owner.key.clone(),
        status: Status::Pending,
        sealed_settings: seal(env, db, scope.organization, SETTINGS, id, settings).await?,
        sealed_token: None,
        sealed_context: None,
        token_version: 0,
        expires_at: None,
        refresh_at: None,
        lease_until: None,
        lease_fence: 0,
        failures: 0,
        first_failed_at: None,
        last_error: None,
        last_refreshed_at: None,
        created_at: now,
        updated_at: now,
    })
}

/// Takes the right to use the refresh token of a row that is still as it was seen; `None` if
/// somebody else has it, or has used it.
pub(super) async fn take_lease(env: &Env, seen: &Model) -> Result<Option<Model>, Error> {
    let now = env.now();
    let tx = env.db.begin().await?;
    let taken = rows::update::<Entity>(seen.organization_id)
        .col_expr(Column::LeaseUntil, Expr::value(now.plus_seconds(LEASE_SECONDS)))
        .col_expr(Column::LeaseFence, Expr::col(Column::LeaseFence).add(1))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::TokenVersion.eq(seen.token_version))
        .filter(Column::LeaseFence.eq(seen.lease_fence))
        .filter(Column::LeaseUntil.is_null().or(Column::LeaseUntil.lte(now)))
        .exec_with_returning(&tx)
        .await?;
    tx.commit().await?;
    Ok(taken.into_iter().next())
}

/// Rows that are still held by whoever holds `held`.
pub(super) fn update_held(held: &Model) -> UpdateMany<Entity> {
    rows::update::<Entity>(held.organization_id)
        .filter(Column::Id.eq(held.id))
        .filter(Column::TokenVersion.eq(held.token_version))
        .filter(Column::LeaseFence.eq(held.lease_fence))
}

/// A token with its times.
pub(super) struct Granted<'a> {
    pub token: &'a Token,
    pub expires_at: Option<Timestamp>,
    pub refresh_at: Option<Timestamp>,
}

/// Gives a row a new token, which heals whatever was wrong; false if somebody else has changed it
/// since it was `seen`.
pub(super) async fn grant(
    env: &Env,
    db: &impl ConnectionTrait,
    seen: &Model,
    granted: &Granted<'_>,
) -> Result<bool, Error> {
    let sealed = seal_token(env, db, seen, granted.token).await?;
    let now = env.now();
    let update = update_held(seen)
        .col_expr(Column::Status, Expr::value(Status::Active))
        .col_expr(Column::SealedToken, Expr::value(sealed))
        .col_expr(Column::TokenVersion, Expr::value(seen.token_version + 1))
        .col_expr(Column::ExpiresAt, Expr::value(granted.expires_at))
        .col_expr(Column::RefreshAt, Expr::value(granted.refresh_at))
        .col_expr(Column::LeaseUntil, Expr::value(None::<Timestamp>))
        .col_expr(Column::Failures, Expr::value(0))
        .col_expr(Column::FirstFailedAt, Expr::value(None::<Timestamp>))
        .col_expr(Column::LastError, Expr::value(None::<String>))
        .col_expr(Column::LastRefreshedAt, Expr::value(now))
        .col_expr(Column::UpdatedAt, Expr::value(now));
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Without its token; who is just renewing it comes too late.
pub(super) fn without_token(env: &Env, row: &Model) -> Model {
    Model {
        status: Status::Pending,
        sealed_token: None,
        sealed_context: None,
        token_version: row.token_version + 1,
        expires_at: None,
        refresh_at: None,
        lease_until: None,
        lease_fence: row.lease_fence + 1,
        failures: 0,
        first_failed_at: None,
        last_error: None,
        updated_at: env.now(),
        ..row.clone()
    }
}

/// Writes a row as it is now, if nobody has changed it since it was `seen`.
pub(super) async fn replace(
    db: &impl ConnectionTrait,
    seen: &Model,
    new: Model,
) -> Result<bool, Error> {
    let update = update_held(seen).set(new.into_active_model().reset_all());
    Ok(update.exec(db).await?.rows_affected == 1)
}

pub(super) async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<Model, Error> {
    Ok(rows::insert::<Entity>(db, row).await?)
}

pub(super) async fn delete(db: &impl ConnectionTrait, row: &Model) -> Result<(), Error> {
    let rows = rows::delete::<Entity>(row.organization_id);
    rows.filter(Column::Id.eq(row.id)).exec(db).await?;
    Ok(())
}

pub(super) async fn settings(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &Model,
) -> Result<Settings, Error> {
    open(env, db, row, SETTINGS, &row.sealed_settings).await
}

pub(super) async fn token(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &Model,
) -> Result<Option<Token>, Error> {
    match &row.sealed_token {
        Some(sealed) => Ok(Some(open(env, db, row, TOKEN, sealed).await?)),
        None => Ok(None),
    }
}

pub(super) async fn context(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &Model,
) -> Result<Option<Json>, Error> {
    match &row.sealed_context {
        Some(sealed) => Ok(Some(open(env, db, row, CONTEXT, sealed).await?)),
        None => Ok(None),
    }
}

pub(super) async fn seal_settings(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &Model,
    settings: &Settings,
) -> Result<Vec<u8>, Error> {
    seal(env, db, row.organization_id, SETTINGS, row.id, settings).await
}

pub(super) async fn seal_token(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &Model,
    token: &Token,
) -> Result<Vec<u8>, Error> {
    seal(env, db, row.organization_id, TOKEN, row.id, token).await
}

pub(super) async fn seal_context(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &Model,
    context: &Json,
) -> Result<Vec<u8>, Error> {
    seal(env, db, row.organization_id, CONTEXT, row.id, context).await
}

async fn seal<T: Serialize>(
    env: &Env,
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    column: &'static str,
    id: AuthorizationId,
    value: &T,
) -> Result<Vec<u8>, Error> {
    let plain = serde_json::to_vec(value).context("writing an authorization")?;
    Ok(env.secrets.seal(db, organization, Place::new(column, id), &plain).await?)
}

async fn open<T: DeserializeOwned>(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &Model,
    column: &'static str,
    sealed: &[u8],
) -> Result<T, Error> {
    let place = Place::new(column, row.id);
    let plain = env.secrets.open(db, row.organization_id, place, sealed).await?;
    Ok(serde_json::from_slice(&plain).context("reading an authorization")?)
}

/// A token and what was said beside it, for whoever may see them.
pub async fn token_and_context(
    env: &Env,
    row: &Model,
) -> Result<(Option<Json>, Option<Json>), Error> {
    let db = env.db.read();
    let token = token(env, db, row).await?.map(Json::Object);
    Ok((token, context(env, db, row).await?))
}

/// Writes that a request failed.
pub(super) struct Failed {
    pub message: String,
    pub failures: i32,
    pub first_failed_at: Timestamp,
    pub refresh_at: Option<Timestamp>,
}

/// Ends a lease without a new token; false if somebody else has changed the row meanwhile. The fence
/// moves on, as whoever saw the lease held must not take it to be free now.
pub(super) async fn mark_failed(
    env: &Env,
    db: &impl ConnectionTrait,
    held: &authorization::Model,
    failed: Failed,
) -> Result<bool, Error> {
    let update = update_held(held)
        .col_expr(Column::Status, Expr::value(Status::Error))
        .col_expr(Column::LastError, Expr::value(failed.message))
        .col_expr(Column::Failures, Expr::value(failed.failures))
        .col_expr(Column::FirstFailedAt, Expr::value(failed.first_failed_at))
        .col_expr(Column::RefreshAt, Expr::value(failed.refresh_at))
        .col_expr(Column::LeaseUntil, Expr::value(None::<Timestamp>))
        .col_expr(Column::LeaseFence, Expr::value(held.lease_fence + 1))
        .col_expr(Column::UpdatedAt, Expr::value(env.now()));
    Ok(update.exec(db).await?.rows_affected == 1)
}
