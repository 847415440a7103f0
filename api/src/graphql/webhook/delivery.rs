//! The log of what was sent.

use entity::delivery::State;
use entity::{DeliveryAttemptId, DeliveryId, Id, delivery, delivery_attempt, event};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ActiveEnum, ColumnTrait};

use crate::graphql::argument::text;
use crate::graphql::builder::{Registry, Type};
use crate::graphql::connection::Listing;
use crate::graphql::filter::Filter;
use crate::graphql::order::Order;
use crate::graphql::{id, page};

impl page::Noun for delivery::Entity {
    type Id = DeliveryId;
    const ID: delivery::Column = delivery::Column::Id;

    fn id(row: &delivery::Model) -> DeliveryId {
        row.id
    }
}

impl page::Noun for delivery_attempt::Entity {
    type Id = DeliveryAttemptId;
    const ID: delivery_attempt::Column = delivery_attempt::Column::Id;

    fn id(row: &delivery_attempt::Model) -> DeliveryAttemptId {
        row.id
    }
}

pub fn listing() -> Listing<delivery::Entity> {
    use delivery::Column as C;
    let state = ("state", "WebhookDeliveryState", "Only those in this state.");
    Listing::new("WebhookDelivery")
        .filters([
            Filter::since("createdAt_Gte", C::CreatedAt),
            Filter::until("createdAt_Lte", C::CreatedAt),
            Filter::text("eventType", C::Subject),
            Filter::new(state, |value| {
                let word = text("state", value)?.to_lowercase();
                Ok(C::State
                    .eq(State::try_from_value(&word).unwrap_or(State::Waiting))
                    .into_condition())
            }),
        ])
        .newest_first()
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.enumeration(
        "WebhookDeliveryState",
        "How far a delivery has come.",
        &[
            ("WAITING", "It is to be sent, for the first time or again."),
            ("DELIVERED", "It was answered with a status from 200 to 299."),
            ("FAILED", "All attempts failed, or it was answered with 410."),
            ("CANCELED", "Its endpoint was switched off or deleted before it was sent."),
        ],
    );
    registry.add(object());
    registry.add(attempt());
}

const fn name(state: State) -> &'static str {
    match state {
        State::Waiting => "WAITING",
        State::Delivered => "DELIVERED",
        State::Failed => "FAILED",
        State::Canceled => "CANCELED",
    }
}

fn object() -> Type<delivery::Model> {
    Type::<delivery::Model>::new("WebhookDelivery", "An event on its way to an endpoint.")
        .id(|delivery| id::encode(delivery.id))
        .field("eventType", "String!", "The type of the event.", |delivery| {
            delivery.subject.clone()
        })
        .field("state", "WebhookDeliveryState!", "How far it has come.", |it| name(it.state))
        .field("attemptCount", "Int!", "How often it was sent.", |delivery| delivery.attempts)
        .field("nextAttemptAt", "DateTime", "When it is sent next.", |it| it.next_at)
        .field("createdAt", "DateTime!", "When it was made.", |delivery| delivery.created_at)
        .field("endedAt", "DateTime", "When it arrived, or was given up.", |it| it.ended_at)
        .row::<event::Entity>("event", "Event", "The event; null once it is forgotten.", |it| {
            it.event_id
        })
        .resolve(
            "attempts",
            "[WebhookDeliveryAttempt!]!",
            "What came of each time it was sent, the first one first.",
            |delivery, ask| async move {
                use delivery_attempt::Column as C;
                let order = Order::number("NUMBER", "Which attempt it was.", C::Number);
                page::all_of::<delivery_attempt::Entity>(
                    &ask,
                    ("WebhookDelivery.attempts", |id| C::DeliveryId.eq(id).into_condition()),
                    delivery.id.uuid(),
                    order,
                )
                .await
            },
        )
}

fn attempt() -> Type<delivery_attempt::Model> {
    Type::<delivery_attempt::Model>::new("WebhookDeliveryAttempt", "One time it was sent.")
        .field("number", "Int!", "Counts from 1.", |attempt| attempt.number)
        .field("startedAt", "DateTime!", "When it was sent.", |attempt| attempt.started_at)
        .field("latencyMs", "Int!", "Milliseconds until the end of the answer.", |attempt| {
            attempt.latency_ms
        })
        .field("status", "Int", "The status of the answer; null if there was none.", |attempt| {
            attempt.status
        })
        .field("response", "String!", "The first 20 KB of the answer's body.", |attempt| {
            attempt.response.clone()
        })
        .field("error", "String", "Why there was no answer.", |attempt| attempt.error.clone())
}
