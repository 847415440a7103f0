//! Refresh tokens: how clients go on without asking people again.

use entity::{Timestamp, refresh_token, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};

use super::tokens::{Refused, Tokens, tokens};
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::viewer::Viewer;
use crate::{rows, token};

/// How long a refresh token is good for after it was used last.
const IDLE_SECONDS_MAX: i64 = 30 * 24 * 60 * 60;

/// How exactly that is known: uses within this time are written once.
const USE_SECONDS: i64 = 60 * 60;

/// Refresh tokens of one user. One more, and the one that was not used for longest goes.
const TOKENS_PER_USER_MAX: u64 = 50;

/// A new refresh token. It stays the same for as long as it lives: clients keep the first one.
pub(super) async fn issue(
    env: &Env,
    db: &impl ConnectionTrait,
    user: &user::Model,
    scope: &str,
) -> Result<String, Error> {
    let now = env.now();
    let secret = super::secret(env);
    let row = refresh_token::Model {
        hash: super::hash(&secret),
        organization_id: user.organization_id,
        user_id: user.id,
        scope: scope.to_owned(),
        used_at: now,
        created_at: now,
    };
    rows::insert::<refresh_token::Entity>(db, row).await?;
    let kept: Vec<String> = Viewer::System(user.organization_id)
        .rows::<refresh_token::Entity>()
        .filter(refresh_token::Column::UserId.eq(user.id))
        .order_by_desc(refresh_token::Column::UsedAt)
        .order_by_desc(refresh_token::Column::Hash)
        .limit(TOKENS_PER_USER_MAX)
        .select_only()
        .column(refresh_token::Column::Hash)
        .into_tuple()
        .all(db)
        .await?;
    rows::delete::<refresh_token::Entity>(user.organization_id)
        .filter(refresh_token::Column::UserId.eq(user.id))
        .filter(
            Condition::any()
                .add(refresh_token::Column::Hash.is_not_in(kept))
                .add(refresh_token::Column::UsedAt.lte(idle_since(now))),
        )
        .exec(db)
        .await?;
    Ok(secret)
}

/// The next tokens. Who names a tenant must belong to it.
pub async fn refresh(env: &Env, secret: &str, tenant: Option<&str>) -> Result<Tokens, Refused> {
    let now = env.now();
    let found = token::sign_in::refresh_token(env.db.read(), &super::hash(secret)).await?;
    let found = found.filter(|row| row.used_at > idle_since(now)).ok_or(Refused::RefreshToken)?;
    let is_own = |tenant: &str| tenant == found.organization_id.0.to_string();
    if !tenant.is_none_or(is_own) {
        return Err(Refused::Tenant);
    }
    let viewer = Viewer::System(found.organization_id);
    let user = match viewer.find::<user::Entity>(env.db.read(), found.user_id).await {
        Err(Error::NotFound(Kind::User)) => return Err(Refused::RefreshToken),
        found => found?,
    };
    if found.used_at.plus_seconds(USE_SECONDS) <= now {
        let tx = env.db.begin().await?;
        rows::update::<refresh_token::Entity>(found.organization_id)
            .col_expr(refresh_token::Column::UsedAt, Expr::val(now))
            .filter(refresh_token::Column::Hash.eq(found.hash))
            .exec(&tx)
            .await?;
        tx.commit().await?;
    }
    Ok(tokens(env, &user, &found.scope, None, None)?)
}

/// Ends one refresh token; nothing happens if there is none.
pub async fn revoke(env: &Env, secret: &str) -> Result<(), Error> {
    let hash = super::hash(secret);
    let tx = env.db.begin().await?;
    if let Some(found) = token::sign_in::refresh_token(&tx, &hash).await? {
        rows::delete::<refresh_token::Entity>(found.organization_id)
            .filter(refresh_token::Column::Hash.eq(hash))
            .exec(&tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

/// Ends all refresh tokens of whoever has this one.
pub async fn revoke_all(env: &Env, secret: &str) -> Result<(), Error> {
    let tx = env.db.begin().await?;
    if let Some(found) = token::sign_in::refresh_token(&tx, &super::hash(secret)).await? {
        let viewer = Viewer::System(found.organization_id);
        let user = viewer.find::<user::Entity>(&tx, found.user_id).await?;
        end_all(&tx, &user).await?;
    }
    Ok(tx.commit().await?)
}

/// Ends all refresh tokens of a user.
pub(super) async fn end_all(db: &impl ConnectionTrait, user: &user::Model) -> Result<(), Error> {
    rows::delete::<refresh_token::Entity>(user.organization_id)
        .filter(refresh_token::Column::UserId.eq(user.id))
        .exec(db)
        .await?;
    Ok(())
}

/// Tokens that were used last before then are no longer good.
fn idle_since(now: Timestamp) -> Timestamp {
    now.plus_seconds(-IDLE_SECONDS_MAX)
}
