//! Log streams: where log lines are sent to as they are written.

use std::sync::Arc;

use entity::log::Severity;
use entity::{LogStreamId, log_stream};
use sea_orm::ActiveEnum;

use super::Arguments;
use super::builder::{Parameter, Registry, Type, parameter};
use super::connection::Listing;
use super::filter::Filter;
use super::mutation::Mutation;
use super::order::Order;
use super::{id, page};
use crate::ApiError;

impl page::Noun for log_stream::Entity {
    type Id = LogStreamId;
    const ID: log_stream::Column = log_stream::Column::Id;

    fn id(row: &log_stream::Model) -> LogStreamId {
        row.id
    }
}

fn listing() -> Listing<log_stream::Entity> {
    use log_stream::Column as C;
    Listing::new("ExternalLogStream")
        .filters([
            Filter::since("createdAt_Gte", C::CreatedAt),
            Filter::until("createdAt_Lte", C::CreatedAt),
            Filter::contains("name_Icontains", C::Name),
            Filter::since("updatedAt_Gte", C::UpdatedAt),
            Filter::until("updatedAt_Lte", C::UpdatedAt),
        ])
        .orders([
            Order::number("CREATED_AT", "When it was created.", C::CreatedAt),
            Order::text("NAME", "Its name.", C::Name),
            Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
        ])
}

const PAYLOAD: Parameter =
    ("externalLogStream", "ExternalLogStream", "The log stream; null on errors.");

const TEMPLATE: &str = "What is sent for a line, with placeholders in double braces such as \
    {{message}}. Values are escaped if it is JSON.";
const BATCH: &str = "Send many lines in one request, one below the other (NDJSON): up to 1 MB, \
    gathered for up to 5 seconds. Without it, each line is a request.";
const HEADERS: &str = "Headers that are sent along: JSON text of an object. Kept encrypted.";

const INPUTS: [Parameter; 2] = [("headers", "String", HEADERS), ("batch", "Boolean", BATCH)];

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.query(|query| {
        query
            .by_id::<log_stream::Entity>(
                "externalLogStream",
                "ExternalLogStream",
                "One log stream.",
            )
            .list("externalLogStreams", "The log streams you may see.", listing())
    });
    let severity = async_graphql::dynamic::InputObject::new("LogSeverityLevelInput")
        .description("A severity, as `logSeverityLevels` has it.")
        .field(parameter(("id", "Int!", "The number of the severity.")))
        .field(parameter(("name", "String!", "Its name; it must fit the number.")));
    registry.add(severity);
    mutations(registry);
}

fn object() -> Type<log_stream::Model> {
    Type::<log_stream::Model>::new(
        "ExternalLogStream",
        "A URL that log lines are sent to as they are written, those of instances and of tests.",
    )
    .id(|stream| id::encode(stream.id))
    .editable::<log_stream::Entity>()
    .field("name", "String!", "The name.", |stream| stream.name.clone())
    .field("url", "String!", "Where lines are sent to.", |stream| stream.url.clone())
    .field("payloadTemplate", "String!", TEMPLATE, |stream| stream.payload_template.clone())
    .field("severityLevels", "[LogSeverity]!", "The severities of lines that are sent.", |it| {
        domain::log_stream::severities(it).into_iter().map(Arc::new).collect::<Vec<_>>()
    })
    .field("batch", "Boolean!", BATCH, |stream| stream.is_batched)
    .resolve(
        "headers",
        "JSONString",
        "Headers that are sent along: an object.",
        |stream, ask| async move { Ok(domain::log_stream::headers(ask.env(), &stream).await?) },
    )
    .field("createdAt", "DateTime!", "When it was created.", |stream| stream.created_at)
    .field("updatedAt", "DateTime!", "When it was changed last.", |stream| stream.updated_at)
}

fn mutations(registry: &mut Registry) {
    Mutation::new("createExternalLogStream", "Sends log lines to a URL from now on.", PAYLOAD)
        .inputs([
            ("name", "String!", "The name."),
            ("url", "String!", "Where lines are sent to."),
            ("payloadTemplate", "String!", TEMPLATE),
            ("severityLevels", "[LogSeverityLevelInput]!", "What is sent; at least one."),
        ])
        .inputs(INPUTS)
        .run(registry, |input, ask| async move {
            let create = domain::log_stream::Create {
                name: input.require_text("name")?,
                url: input.require_text("url")?,
                payload_template: input.require_text("payloadTemplate")?,
                severities: severities(&input)?.unwrap_or_default(),
                headers: input.text("headers")?,
                is_batched: input.flag("batch")?.unwrap_or(false),
            };
            Ok(Arc::new(domain::log_stream::create(ask.env(), ask.viewer(), create).await?))
        });
    Mutation::new("updateExternalLogStream", "Changes what is given of a log stream.", PAYLOAD)
        .inputs([
            ("id", "ID", "The log stream."),
            ("name", "String", "The name."),
            ("url", "String", "Where lines are sent to."),
            ("payloadTemplate", "String", TEMPLATE),
            ("severityLevels", "[LogSeverityLevelInput]", "What is sent; replaces all of them."),
        ])
        .inputs(INPUTS)
        .run(registry, |input, ask| async move {
            let update = domain::log_stream::Update {
                name: input.text("name")?,
                url: input.text("url")?,
                payload_template: input.text("payloadTemplate")?,
                severities: severities(&input)?,
                headers: input.text("headers")?,
                is_batched: input.flag("batch")?,
            };
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::log_stream::update(ask.env(), ask.viewer(), id, update).await?))
        });
    Mutation::new("deleteExternalLogStream", "Deletes a log stream.", PAYLOAD)
        .inputs([("id", "ID", "The log stream.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::log_stream::delete(ask.env(), ask.viewer(), id).await?))
        });
}

fn severities(input: &Arguments) -> Result<Option<Vec<Severity>>, ApiError> {
    const FIELD: &str = "severityLevels";
    let Some(given) = input.objects(FIELD)? else { return Ok(None) };
    let read = |level: &Arguments| {
        let (number, name) = (level.int("id")?, level.require_text("name")?);
        let number = number.and_then(|number| i32::try_from(number).ok());
        let known = number.and_then(|number| Severity::try_from_value(&number).ok());
        known.filter(|severity| super::log::name(*severity).eq_ignore_ascii_case(&name)).ok_or_else(
            || ApiError::problem(FIELD, "There is no severity of this number and name."),
        )
    };
    given.iter().map(read).collect::<Result<_, _>>().map(Some)
}
