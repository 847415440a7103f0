//! Webhook endpoints: where the organization hears of its events, and what was sent there.

mod delivery;
mod event;
mod mutation;

use std::sync::Arc;

use domain::event::EventType;
use domain::webhook::Trial;
use entity::{Id, WebhookEndpointId, webhook_endpoint};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;

use super::builder::{Registry, Type};
use super::connection::Listing;
use super::filter::Filter;
use super::order::Order;
use super::{id, page};

impl page::Noun for webhook_endpoint::Entity {
    type Id = WebhookEndpointId;
    const ID: webhook_endpoint::Column = webhook_endpoint::Column::Id;

    fn id(row: &webhook_endpoint::Model) -> WebhookEndpointId {
        row.id
    }
}

fn listing() -> Listing<webhook_endpoint::Entity> {
    use webhook_endpoint::Column as C;
    Listing::new("WebhookEndpoint")
        .filters([
            Filter::since("createdAt_Gte", C::CreatedAt),
            Filter::until("createdAt_Lte", C::CreatedAt),
            Filter::flag("enabled", C::Enabled),
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

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.add(event_type());
    registry.add(trial());
    registry.query(|query| {
        query
            .by_id::<webhook_endpoint::Entity>(
                "webhookEndpoint",
                "WebhookEndpoint",
                "One webhook endpoint.",
            )
            .list("webhookEndpoints", "The webhook endpoints you may see.", listing())
            .resolve(
                "webhookEventTypes",
                "[WebhookEventTypeInfo]!",
                "The types of events there are.",
                |_, ask| async move {
                    ask.viewer().signed_in()?;
                    Ok(EventType::ALL.iter().map(|event| Arc::new(*event)).collect::<Vec<_>>())
                },
            )
    });
    delivery::register(registry);
    event::register(registry);
    mutation::register(registry);
}

fn object() -> Type<webhook_endpoint::Model> {
    Type::<webhook_endpoint::Model>::new("WebhookEndpoint", "A URL that is told of events.")
        .id(|endpoint| id::encode(endpoint.id))
        .editable::<webhook_endpoint::Entity>()
        .field("name", "String!", "The name.", |endpoint| endpoint.name.clone())
        .field("description", "String", "What it is for.", |endpoint| endpoint.description.clone())
        .field("url", "String!", "Where events are sent to.", |endpoint| endpoint.url.clone())
        .field("eventTypes", "[String!]!", "The types of events it is told of.", |endpoint| {
            endpoint.event_types.clone()
        })
        .field("enabled", "Boolean!", "Whether anything is sent to it.", |endpoint| {
            endpoint.enabled
        })
        .field("disabledReason", "String", DISABLED_REASON, |endpoint| {
            endpoint.disabled_reason.clone()
        })
        .resolve(
            "headers",
            "JSONString",
            "Headers that are sent along: an object.",
            |endpoint, ask| async move {
                Ok(domain::webhook::headers(ask.env(), &endpoint).await?)
            },
        )
        .field("secret", "String", SECRET, |_| None::<String>)
        .field("createdAt", "DateTime!", "When it was created.", |endpoint| endpoint.created_at)
        .field("updatedAt", "DateTime!", "When it was changed last.", |endpoint| {
            endpoint.updated_at
        })
        .connection::<entity::delivery::Entity>(
            "deliveries",
            "What was sent to it in the last 14 days and what waits to be, the newest first.",
            delivery::listing(),
            |endpoint| endpoint.id.uuid(),
            |id| entity::delivery::Column::TargetId.eq(id).into_condition(),
        )
}

const DISABLED_REASON: &str = "Why the platform switched it off: it answered 410, or it failed \
    for five days on end. Null if it did not.";

const SECRET: &str = "Always null: the secret can be set and changed, but not be read back.";

fn event_type() -> Type<EventType> {
    Type::<EventType>::new("WebhookEventTypeInfo", "A type of events.")
        .field("id", "String!", "What the type is called in requests.", |event| event.name())
        .field("name", "String!", "What people call it.", |event| event.label())
}

fn trial() -> Type<Trial> {
    Type::<Trial>::new("TestWebhookEndpointResult", "What came of trying an endpoint.")
        .field("success", "Boolean!", "Whether it answered with a status from 200 to 299.", |it| {
            it.is_success
        })
        .field("message", "String!", "What came back, for people.", |it| it.message.clone())
        .field("webhookEndpoint", "WebhookEndpoint!", "The endpoint.", |it| {
            Arc::new(it.endpoint.clone())
        })
}
