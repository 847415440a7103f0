//! What people and clients show when they sign in.

use entity::{
    OrganizationId, Timestamp, invitation, linked_identity, organization, refresh_token,
    sign_in_code,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::env::Env;
use crate::error::Error;

pub async fn code(
    db: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<sign_in_code::Model>, Error> {
    let found = sign_in_code::Entity::find().filter(sign_in_code::Column::Hash.eq(hash));
    Ok(found.one(db).await?)
}

pub async fn refresh_token(
    db: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<refresh_token::Model>, Error> {
    let found = refresh_token::Entity::find().filter(refresh_token::Column::Hash.eq(hash));
    Ok(found.one(db).await?)
}

pub async fn invitation(
    db: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<invitation::Model>, Error> {
    let found = invitation::Entity::find().filter(invitation::Column::Hash.eq(hash));
    Ok(found.one(db).await?)
}

/// Who this is here, or was.
pub async fn identity(
    db: &impl ConnectionTrait,
    issuer: &str,
    subject: &str,
) -> Result<Option<linked_identity::Model>, Error> {
    let found = linked_identity::Entity::find()
        .filter(linked_identity::Column::Issuer.eq(issuer))
        .filter(linked_identity::Column::Subject.eq(subject));
    Ok(found.one(db).await?)
}

/// Whether there is this organization, where an operator has named one.
pub async fn has_organization(env: &Env, id: OrganizationId) -> Result<bool, Error> {
    let found = organization::Entity::find().filter(organization::Column::Id.eq(id));
    Ok(found.one(env.db.read()).await?.is_some())
}

/// Invitations that are due to be sent, the longest due first.
pub async fn due_invitations(
    env: &Env,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<invitation::Model>, Error> {
    let due = by_time().filter(invitation::Column::MailAt.lte(now)).limit(limit);
    Ok(due.all(env.db.read()).await?)
}

/// When the next invitation is due.
pub async fn next_invitation(env: &Env) -> Result<Option<Timestamp>, Error> {
    let found = by_time().filter(invitation::Column::MailAt.is_not_null()).one(env.db.read());
    Ok(found.await?.and_then(|row| row.mail_at))
}

fn by_time() -> Select<invitation::Entity> {
    invitation::Entity::find().order_by_asc(invitation::Column::MailAt)
}
