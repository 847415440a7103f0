//! What an endpoint's requests are signed with.

use std::collections::BTreeMap;

use anyhow::Context;
use entity::{WebhookEndpointId, webhook_endpoint};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DatabaseTransaction, Set};

use super::headers_place;
use crate::delivery::Addressee;
use crate::destination::open_headers;
use crate::env::Env;
use crate::error::Error;
use crate::policy::Action;
use crate::secrets::Place;
use crate::viewer::Viewer;

/// How long the secret before the last rotation still signs.
pub const OLD_SECRET_SECONDS: i64 = 24 * 60 * 60;

const SECRET_BYTES_MAX: usize = 1_024;

/// Signs with another secret from now on, and for a while with the old one too.
pub async fn rotate_secret(
    env: &Env,
    viewer: &Viewer,
    id: WebhookEndpointId,
    secret: &str,
) -> Result<webhook_endpoint::Model, Error> {
    if secret.is_empty() {
        return Err(Error::invalid("secret", "This must not be empty."));
    }
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<webhook_endpoint::Entity>(&tx, Action::Modify, id).await?;
    let row = permit.row();
    let mut edit = permit.edit();
    if let Some(sealed) = &row.sealed_secret {
        let old = open(env, &tx, row, sealed, NEWEST).await?;
        edit.sealed_old_secret = Set(Some(seal_in(env, &tx, row, &old, OLD).await?));
        edit.old_secret_until = Set(Some(env.now().plus_seconds(OLD_SECRET_SECONDS)));
    }
    edit.sealed_secret = Set(seal(env, &tx, row, Some(secret)).await?);
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    tx.commit().await?;
    Ok(updated)
}

/// Encrypts a secret for its row; an empty one is none.
pub(super) async fn seal(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &webhook_endpoint::Model,
    secret: Option<&str>,
) -> Result<Option<Vec<u8>>, Error> {
    let Some(secret) = secret.filter(|secret| !secret.is_empty()) else { return Ok(None) };
    if secret.len() > SECRET_BYTES_MAX {
        let message = format!("This is longer than {SECRET_BYTES_MAX} bytes.");
        return Err(Error::invalid("secret", message));
    }
    Ok(Some(seal_in(env, tx, row, secret, NEWEST).await?))
}

/// Where to send and what to sign with.
pub(crate) async fn addressee(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &webhook_endpoint::Model,
) -> Result<Addressee, Error> {
    let mut secrets = Vec::new();
    if let Some(sealed) = &row.sealed_secret {
        secrets.push(open(env, db, row, sealed, NEWEST).await?);
    }
    if let Some(sealed) = &row.sealed_old_secret
        && row.old_secret_until.is_some_and(|until| env.now() < until)
    {
        secrets.push(open(env, db, row, sealed, OLD).await?);
    }
    let (place, sealed) = (headers_place(row), row.sealed_headers.as_deref());
    let headers = match open_headers(env, db, row.organization_id, place, sealed).await? {
        Some(text) => serde_json::from_str::<BTreeMap<String, String>>(&text)
            .context("reading the headers of an endpoint")?,
        None => BTreeMap::new(),
    };
    let (id, url) = (row.id.0, row.url.clone());
    Ok(Addressee { id, url, headers: headers.into_iter().collect(), secrets })
}

const NEWEST: &str = "webhook_endpoint.sealed_secret";
const OLD: &str = "webhook_endpoint.sealed_old_secret";

async fn seal_in(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &webhook_endpoint::Model,
    secret: &str,
    column: &'static str,
) -> Result<Vec<u8>, Error> {
    let place = Place::new(column, row.id);
    Ok(env.secrets.seal(tx, row.organization_id, place, secret.as_bytes()).await?)
}

async fn open(
    env: &Env,
    db: &impl ConnectionTrait,
    row: &webhook_endpoint::Model,
    sealed: &[u8],
    column: &'static str,
) -> Result<String, Error> {
    let place = Place::new(column, row.id);
    let plain = env.secrets.open(db, row.organization_id, place, sealed).await?;
    Ok(String::from_utf8(plain).context("reading a secret")?)
}
