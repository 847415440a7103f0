//! Log streams: log lines of an organization, sent to a URL of its own as they are written.
//!
//! Lines are taken when they are durable, into a buffer of limited size for each stream; `tasks`
//! sends what is in it. A stream that does not take its lines loses the oldest of them, never
//! more: runs and other streams do not wait for it.

mod buffer;
mod facts;
mod field;
mod hub;
mod send;
mod template;

use entity::log::Severity;
use entity::{LogStreamId, log_stream};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, Iterable, PaginatorTrait, QueryFilter, Set,
};

use crate::destination::{check_headers, check_url, open_headers, seal_headers};
use crate::env::Env;
use crate::error::Error;
use crate::event::{self, EventType, Slot, Slots, Subject};
use crate::input::Problems;
use crate::policy::{Action, Noun};
use crate::rows;
use crate::secrets::Place;
use crate::viewer::Viewer;

pub use buffer::{BUFFER_LINES_MAX, Chunk, Line};
pub use facts::Names;
pub use hub::{Hub, Stream};
pub use send::{BATCH_BYTES_MAX, Letter, Sent};
use template::Template;

/// Streams of one organization.
const STREAMS_MAX: u64 = 10;

const TEMPLATE_BYTES_MAX: usize = 64 * 1024;

pub struct Create {
    pub name: String,
    pub url: String,
    pub payload_template: String,
    pub severities: Vec<Severity>,
    /// JSON text of an object, name to text.
    pub headers: Option<String>,
    pub is_batched: bool,
}

/// What is not given stays as it is; empty headers take them away.
#[derive(Default)]
pub struct Update {
    pub name: Option<String>,
    pub url: Option<String>,
    pub payload_template: Option<String>,
    pub severities: Option<Vec<Severity>>,
    pub headers: Option<String>,
    pub is_batched: Option<bool>,
}

pub async fn create(env: &Env, viewer: &Viewer, input: Create) -> Result<log_stream::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit_in_organization(&tx, Noun::LogStream).await?;
    let organization = permit.into_row().id;
    let mut problems = Problems::default();
    let now = env.now();
    let mut row = log_stream::Model {
        id: env.ids.next(),
        organization_id: organization,
        name: problems.name("name", &input.name),
        url: check_url(&mut problems, &input.url),
        payload_template: input.payload_template,
        severity_bits: check_severities(&mut problems, &input.severities),
        is_batched: input.is_batched,
        sealed_headers: None,
        created_at: now,
        updated_at: now,
    };
    check_template(&mut problems, &row);
    let headers = check_headers(&mut problems, input.headers.as_deref());
    problems.finish()?;
    let known = Viewer::System(organization).rows::<log_stream::Entity>().count(&tx).await?;
    if known >= STREAMS_MAX {
        let limit = format!("an organization has at most {STREAMS_MAX} log streams");
        return Err(Error::LimitReached(limit));
    }
    let place = headers_place(&row);
    row.sealed_headers = seal_headers(env, &tx, organization, place, headers.as_deref()).await?;
    let created = rows::insert::<log_stream::Entity>(&tx, row).await?;
    event::record(env, &tx, viewer, EventType::LogStreamCreated, slots(&created)).await?;
    tx.commit().await?;
    changed(env).await?;
    Ok(created)
}

pub async fn update(
    env: &Env,
    viewer: &Viewer,
    id: LogStreamId,
    input: Update,
) -> Result<log_stream::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<log_stream::Entity>(&tx, Action::Modify, id).await?;
    let before = permit.row();
    let mut problems = Problems::default();
    let mut after = before.clone();
    if let Some(name) = &input.name {
        after.name = problems.name("name", name);
    }
    if let Some(url) = &input.url {
        after.url = check_url(&mut problems, url);
    }
    if let Some(severities) = &input.severities {
        after.severity_bits = check_severities(&mut problems, severities);
    }
    after.payload_template = input.payload_template.unwrap_or(after.payload_template);
    after.is_batched = input.is_batched.unwrap_or(after.is_batched);
    check_template(&mut problems, &after);
    let headers = check_headers(&mut problems, input.headers.as_deref());
    problems.finish()?;
    let (organization, place) = (before.organization_id, headers_place(before));
    let sealed = before.sealed_headers.as_deref();
    if headers.is_some() && headers != open_headers(env, &tx, organization, place, sealed).await? {
        after.sealed_headers =
            seal_headers(env, &tx, organization, place, headers.as_deref()).await?;
    }
    if after == *before {
        return Ok(after);
    }
    after.updated_at = env.now();
    let mut edit = permit.edit();
    edit.name = Set(after.name);
    edit.url = Set(after.url);
    edit.payload_template = Set(after.payload_template);
    edit.severity_bits = Set(after.severity_bits);
    edit.is_batched = Set(after.is_batched);
    edit.sealed_headers = Set(after.sealed_headers);
    edit.updated_at = Set(after.updated_at);
    let updated = edit.update(&tx).await?;
    event::record(env, &tx, viewer, EventType::LogStreamUpdated, slots(&updated)).await?;
    tx.commit().await?;
    changed(env).await?;
    Ok(updated)
}

/// Deletes a stream. What waits in it is not sent any more.
pub async fn delete(
    env: &Env,
    viewer: &Viewer,
    id: LogStreamId,
) -> Result<log_stream::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<log_stream::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    rows::delete::<log_stream::Entity>(row.organization_id)
        .filter(log_stream::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    event::record(env, &tx, viewer, EventType::LogStreamDeleted, slots(&row)).await?;
    tx.commit().await?;
    changed(env).await?;
    Ok(row)
}

/// The severities that a stream sends, the least first.
pub fn severities(row: &log_stream::Model) -> Vec<Severity> {
    Severity::iter().filter(|severity| row.severity_bits & bit(*severity) != 0).collect()
}

/// The headers that are sent along: JSON text of an object.
pub async fn headers(env: &Env, row: &log_stream::Model) -> Result<Option<String>, Error> {
    let (db, sealed) = (env.db.read(), row.sealed_headers.as_deref());
    open_headers(env, db, row.organization_id, headers_place(row), sealed).await
}

async fn changed(env: &Env) -> Result<(), Error> {
    env.deliveries_arrived();
    env.log_streams.refresh(env).await
}

/// Without the URL: many have a token in it.
fn slots(row: &log_stream::Model) -> Slots {
    let subject = Subject::new(row.id, &row.name, row.created_at, row.updated_at);
    Slots::of(Slot::LogStream, subject)
}

fn bit(severity: Severity) -> i32 {
    1 << severity.to_value()
}

fn check_severities(problems: &mut Problems, severities: &[Severity]) -> i32 {
    if severities.is_empty() {
        problems.add("severityLevels", "There must be at least one severity.");
    }
    severities.iter().fold(0, |bits, severity| bits | bit(*severity))
}

fn check_template(problems: &mut Problems, row: &log_stream::Model) {
    const FIELD: &str = "payloadTemplate";
    let text = &row.payload_template;
    if text.trim().is_empty() {
        problems.add(FIELD, "This must not be empty.");
    }
    if text.len() > TEMPLATE_BYTES_MAX {
        problems.add(FIELD, format!("This is longer than {TEMPLATE_BYTES_MAX} bytes."));
    }
    match Template::parse(text) {
        Err(message) => problems.add(FIELD, message),
        Ok(template) if row.is_batched && !template.is_json() => {
            problems.add(FIELD, "Lines that are sent together must be JSON.");
        }
        Ok(_) => {}
    }
}

fn headers_place(row: &log_stream::Model) -> Place {
    Place::new("log_stream.sealed_headers", row.id)
}
