//! Webhook endpoints: where an organization wants to hear of its events.

mod letters;
mod log;
mod secret;
mod trial;

use entity::{Labels, OrganizationId, WebhookEndpointId, webhook_endpoint};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, PaginatorTrait, QueryFilter, Set,
};
use serde_json::json;

use crate::delivery;
use crate::destination::{check_headers, check_url, open_headers, seal_headers};
use crate::env::Env;
use crate::error::Error;
use crate::event::{self, EventType, Slots};
use crate::global_id;
use crate::input::Problems;
use crate::policy::{Action, Noun};
use crate::rows;
use crate::secrets::Place;
use crate::viewer::Viewer;

pub use log::{resend, resend_failed};
pub(crate) use secret::addressee;
pub use secret::{OLD_SECRET_SECONDS, rotate_secret};
pub use trial::{Trial, test};

/// Endpoints of one organization.
const ENDPOINTS_MAX: u64 = 20_000;

pub struct Create {
    pub name: String,
    pub description: Option<String>,
    pub url: String,
    pub event_types: Vec<String>,
    pub enabled: Option<bool>,
    /// JSON text of an object, name to text.
    pub headers: Option<String>,
    pub secret: Option<String>,
}

/// What is not given stays as it is; empty texts take headers and the secret away.
#[derive(Default)]
pub struct Update {
    pub name: Option<String>,
    pub description: Option<String>,
    pub url: Option<String>,
    pub event_types: Option<Vec<String>>,
    pub enabled: Option<bool>,
    pub headers: Option<String>,
    pub secret: Option<String>,
}

pub async fn create(
    env: &Env,
    viewer: &Viewer,
    input: Create,
) -> Result<webhook_endpoint::Model, Error> {
    let tx = env.db.begin().await?;
    let noun = Noun::WebhookEndpoint;
    let organization = viewer.permit_in_organization(&tx, noun).await?.into_row().id;
    let mut problems = Problems::default();
    let now = env.now();
    let mut row = webhook_endpoint::Model {
        id: env.ids.next(),
        organization_id: organization,
        name: problems.name("name", &input.name),
        description: problems.text("description", &input.description.unwrap_or_default()),
        url: check_url(&mut problems, &input.url),
        event_types: check_types(&mut problems, &input.event_types),
        enabled: input.enabled.unwrap_or(true),
        disabled_reason: None,
        sealed_headers: None,
        sealed_secret: None,
        sealed_old_secret: None,
        old_secret_until: None,
        created_at: now,
        updated_at: now,
    };
    let headers = check_headers(&mut problems, input.headers.as_deref());
    problems.finish()?;
    let known = Viewer::System(organization).rows::<webhook_endpoint::Entity>().count(&tx).await?;
    if known >= ENDPOINTS_MAX {
        let limit = format!("an organization has at most {ENDPOINTS_MAX} webhook endpoints");
        return Err(Error::LimitReached(limit));
    }
    let place = headers_place(&row);
    row.sealed_headers = seal_headers(env, &tx, organization, place, headers.as_deref()).await?;
    row.sealed_secret = secret::seal(env, &tx, &row, input.secret.as_deref()).await?;
    let created = rows::insert::<webhook_endpoint::Entity>(&tx, row).await?;
    tx.commit().await?;
    Ok(created)
}

pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: WebhookEndpointId,
    input: Update,
) -> Result<webhook_endpoint::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<webhook_endpoint::Entity>(&tx, Action::Modify, id).await?;
    let row = permit.row();
    let mut problems = Problems::default();
    let mut edit = permit.edit();
    if let Some(name) = &input.name {
        edit.name = Set(problems.name("name", name));
    }
    if let Some(description) = &input.description {
        edit.description = Set(problems.text("description", description));
    }
    if let Some(url) = &input.url {
        edit.url = Set(check_url(&mut problems, url));
    }
    if let Some(types) = &input.event_types {
        edit.event_types = Set(check_types(&mut problems, types));
    }
    let headers = check_headers(&mut problems, input.headers.as_deref());
    problems.finish()?;
    if headers.is_some() {
        let (organization, place) = (row.organization_id, headers_place(row));
        let sealed = seal_headers(env, &tx, organization, place, headers.as_deref()).await?;
        edit.sealed_headers = Set(sealed);
    }
    if input.secret.is_some() {
        edit.sealed_secret = Set(secret::seal(env, &tx, row, input.secret.as_deref()).await?);
        edit.sealed_old_secret = Set(None);
        edit.old_secret_until = Set(None);
    }
    match input.enabled {
        Some(true) => {
            edit.enabled = Set(true);
            edit.disabled_reason = Set(None);
        }
        Some(false) => {
            edit.enabled = Set(false);
            delivery::cancel(env, &tx, row.organization_id, id.0).await?;
        }
        None => {}
    }
    if input.enabled == Some(true) || input.url.is_some() {
        delivery::forget_failures(&tx, row.organization_id, [id.0]).await?;
    }
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    tx.commit().await?;
    Ok(updated)
}

/// Deletes an endpoint. What waited for it ends; what was sent to it is forgotten in time.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: WebhookEndpointId,
) -> Result<webhook_endpoint::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<webhook_endpoint::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    delivery::cancel(env, &tx, row.organization_id, id.0).await?;
    rows::delete::<webhook_endpoint::Entity>(row.organization_id)
        .filter(webhook_endpoint::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(row)
}

/// Nothing is sent to it any more until somebody switches it on again, which is for people to
/// decide: they get a mail. After the commit, `env.alerts_arrived()` makes haste with that.
pub(crate) async fn switch_off(
    env: &Env,
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    id: WebhookEndpointId,
    reason: &str,
) -> Result<(), Error> {
    use webhook_endpoint::Column as C;
    let switched_off = rows::update::<webhook_endpoint::Entity>(organization)
        .col_expr(C::Enabled, false.into())
        .col_expr(C::DisabledReason, reason.into())
        .col_expr(C::UpdatedAt, env.now().into())
        .filter(C::Id.eq(id))
        .filter(C::Enabled.eq(true))
        .exec_with_returning(tx)
        .await?;
    let Some(row) = switched_off.into_iter().next() else { return Ok(()) };
    let endpoint = json!({ "id": global_id(id), "name": row.name, "disabled_reason": reason });
    let slots = Slots::default().extra("webhook_endpoint", endpoint);
    let system = Viewer::System(organization);
    event::record(env, tx, &system, EventType::WebhookEndpointDisabled, slots).await?;
    letters::write(env, tx, &row, reason).await?;
    tracing::warn!(webhook_endpoint = %id.0, reason, "a webhook endpoint was switched off");
    Ok(())
}

/// The headers that an endpoint gets beside ours: JSON text of an object.
pub async fn headers(env: &Env, row: &webhook_endpoint::Model) -> Result<Option<String>, Error> {
    let (db, sealed) = (env.db.read(), row.sealed_headers.as_deref());
    open_headers(env, db, row.organization_id, headers_place(row), sealed).await
}

fn headers_place(row: &webhook_endpoint::Model) -> Place {
    Place::new("webhook_endpoint.sealed_headers", row.id)
}

fn check_types(problems: &mut Problems, names: &[String]) -> Labels {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if EventType::named(name).is_none() {
            problems.add("eventTypes", format!("There is no event type `{name}`."));
        } else if !kept.contains(name) {
            kept.push(name.clone());
        }
    }
    if names.is_empty() {
        problems.add("eventTypes", "There must be at least one event type.");
    }
    Labels(kept)
}
