//! Webhooks that are told of alerts: an address, headers, and what to say.

use std::collections::BTreeMap;

use anyhow::Context;
use entity::{AlertWebhookId, alert_webhook};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, PaginatorTrait};
use sea_orm::{QueryFilter, Set};
use serde_json::Value as Json;

use super::link::forget_one;
use crate::delivery;
use crate::destination::{open_headers, seal_headers};
use crate::env::Env;
use crate::error::Error;
use crate::input::Problems;
use crate::policy::{Action, Noun};
use crate::rows;
use crate::secrets::Place;
use crate::viewer::Viewer;

/// Webhooks of one organization.
const WEBHOOKS_MAX: u64 = 1_000;

const URL_CHARS_MAX: usize = 2_048;
const TEMPLATE_BYTES_MAX: usize = 32 * 1024;
const HEADERS_MAX: usize = 50;
const HEADER_BYTES_MAX: usize = 4_096;

/// Headers that the sender sets itself.
const RESERVED: [&str; 6] =
    ["host", "content-length", "content-type", "connection", "transfer-encoding", "upgrade"];

/// What is not given stays as it is; empty headers take them away.
#[derive(Clone, Debug, Default)]
pub struct WebhookInput {
    pub name: Option<String>,
    pub url: Option<String>,
    /// JSON text of an object of texts.
    pub headers: Option<String>,
    pub payload_template: Option<String>,
}

pub async fn create_webhook(
    env: &Env,
    viewer: &Viewer,
    input: WebhookInput,
) -> Result<alert_webhook::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit_in_organization(&tx, Noun::AlertWebhook).await?;
    let organization = permit.row().id;
    let known = Viewer::System(organization).rows::<alert_webhook::Entity>().count(&tx).await?;
    if known >= WEBHOOKS_MAX {
        let limit = format!("an organization has at most {WEBHOOKS_MAX} alert webhooks");
        return Err(Error::LimitReached(limit));
    }
    let mut problems = Problems::default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let now = env.now();
    let mut row = alert_webhook::Model {
        id: env.ids.next(),
        organization_id: organization,
        name: problems.name("name", &text(&input.name)),
        url: check_url(&mut problems, &text(&input.url)),
        sealed_headers: None,
        payload_template: check_template(&mut problems, &text(&input.payload_template)),
        created_at: now,
        updated_at: now,
    };
    let headers = check_headers(&mut problems, &text(&input.headers));
    problems.finish()?;
    row.sealed_headers = seal(env, &tx, &row, headers).await?;
    let created = rows::insert::<alert_webhook::Entity>(&tx, row).await?;
    tx.commit().await?;
    Ok(created)
}

pub async fn update_webhook(
    env: &Env,
    viewer: &Viewer,
    id: AlertWebhookId,
    input: WebhookInput,
) -> Result<alert_webhook::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<alert_webhook::Entity>(&tx, Action::Modify, id).await?;
    let mut problems = Problems::default();
    let mut edit = permit.edit();
    if let Some(name) = &input.name {
        edit.name = Set(problems.name("name", name));
    }
    if let Some(url) = &input.url {
        edit.url = Set(check_url(&mut problems, url));
    }
    if let Some(template) = &input.payload_template {
        edit.payload_template = Set(check_template(&mut problems, template));
    }
    let headers = input.headers.as_deref().map(|text| check_headers(&mut problems, text));
    problems.finish()?;
    if let Some(headers) = headers {
        edit.sealed_headers = Set(seal(env, &tx, permit.row(), headers).await?);
    }
    edit.updated_at = Set(env.now());
    let updated = edit.update(&tx).await?;
    tx.commit().await?;
    Ok(updated)
}

/// Deletes a webhook. Monitors and groups that told it tell the others.
pub async fn delete_webhook(
    env: &Env,
    viewer: &Viewer,
    id: AlertWebhookId,
) -> Result<alert_webhook::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<alert_webhook::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    forget_one(&tx, row.organization_id, id).await?;
    delivery::cancel(env, &tx, row.organization_id, id.0).await?;
    rows::delete::<alert_webhook::Entity>(row.organization_id)
        .filter(alert_webhook::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(row)
}

/// The headers of a webhook, opened.
pub async fn headers_of(
    env: &Env,
    row: &alert_webhook::Model,
) -> Result<BTreeMap<String, String>, Error> {
    let (db, sealed) = (env.db.read(), row.sealed_headers.as_deref());
    let text = open_headers(env, db, row.organization_id, place(row), sealed).await?;
    let headers = text.map(|text| serde_json::from_str(&text)).transpose();
    Ok(headers.context("reading the headers of an alert webhook")?.unwrap_or_default())
}

async fn seal(
    env: &Env,
    tx: &DatabaseTransaction,
    row: &alert_webhook::Model,
    headers: BTreeMap<String, String>,
) -> Result<Option<Vec<u8>>, Error> {
    let text =
        serde_json::to_string(&headers).context("writing the headers of an alert webhook")?;
    seal_headers(env, tx, row.organization_id, place(row), Some(&text)).await
}

fn place(row: &alert_webhook::Model) -> Place {
    Place::new("alert_webhook.sealed_headers", row.id)
}

fn check_url(problems: &mut Problems, text: &str) -> String {
    let url = text.trim();
    let host = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let has_host = host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']));
    if !has_host || url.contains(|sign: char| sign.is_whitespace() || sign.is_control()) {
        problems.add("url", "The URL must start with `https://` or `http://` and name a host.");
    }
    if url.chars().count() > URL_CHARS_MAX {
        problems.add("url", format!("The URL is longer than {URL_CHARS_MAX} characters."));
    }
    url.to_owned()
}

fn check_template(problems: &mut Problems, text: &str) -> String {
    if text.trim().is_empty() {
        problems.add("payloadTemplate", "This must not be empty.");
    }
    if text.len() > TEMPLATE_BYTES_MAX {
        let message = format!("This is longer than {TEMPLATE_BYTES_MAX} bytes.");
        problems.add("payloadTemplate", message);
    }
    text.to_owned()
}

fn check_headers(problems: &mut Problems, text: &str) -> BTreeMap<String, String> {
    if text.trim().is_empty() {
        return BTreeMap::new();
    }
    let Ok(headers) = serde_json::from_str::<BTreeMap<String, Json>>(text) else {
        problems.add("headers", "This is not the JSON text of an object.");
        return BTreeMap::new();
    };
    if headers.len() > HEADERS_MAX {
        problems.add("headers", format!("There are more than {HEADERS_MAX} headers."));
    }
    let mut checked = BTreeMap::new();
    for (name, value) in headers {
        let is_token = !name.is_empty()
            && name
                .chars()
                .all(|sign| sign.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(sign));
        match value {
            _ if !is_token => problems.add("headers", format!("`{name}` is not a header name.")),
            _ if RESERVED.contains(&&*name.to_lowercase()) => {
                problems.add("headers", format!("The header `{name}` cannot be set."));
            }
            Json::String(value) if is_header_value(&value) => drop(checked.insert(name, value)),
            _ => {
                problems.add("headers", format!("The value of `{name}` must be one line of text."));
            }
        }
    }
    checked
}

fn is_header_value(value: &str) -> bool {
    value.len() <= HEADER_BYTES_MAX && value.chars().all(|sign| (' '..='~').contains(&sign))
}
