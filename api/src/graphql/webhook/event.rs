//! Events, for whoever has missed some.

use entity::{EventId, event};
use sea_orm::ColumnTrait;
use sea_orm::sea_query::IntoCondition;

use crate::graphql::argument::int;
use crate::graphql::builder::{Registry, Type};
use crate::graphql::connection::Listing;
use crate::graphql::filter::Filter;
use crate::graphql::order::Order;
use crate::graphql::{id, page};

impl page::Noun for event::Entity {
    type Id = EventId;
    const ID: event::Column = event::Column::Id;

    fn id(row: &event::Model) -> EventId {
        row.id
    }
}

fn listing() -> Listing<event::Entity> {
    use event::Column as C;
    let after = ("afterSequence", "BigInt", "Only those that came after the one with this number.");
    Listing::new("Event")
        .filters([
            Filter::new(after, |value| {
                Ok(C::Sequence.gt(int("afterSequence", value)?).into_condition())
            }),
            Filter::text("eventType", C::EventType),
        ])
        .tie_break(Order::number("SEQUENCE", "Its place among all events.", C::Sequence))
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.query(|query| query.list("events", EVENTS, listing()));
}

const EVENTS: &str = "The events of the last 30 days in the order in which they happened, for \
    those who may see webhook endpoints. Whoever has missed some goes on after the last `sequence` \
    they know.";

fn object() -> Type<event::Model> {
    Type::<event::Model>::new("Event", "Something that has happened.")
        .id(|event| id::encode(event.id))
        .field("sequence", "BigInt!", "Counts up by one with each event.", |it| it.sequence)
        .field("eventType", "String!", "What has happened.", |event| event.event_type.clone())
        .field("occurredAt", "DateTime!", "When it happened.", |event| event.occurred_at)
        .resolve(
            "payload",
            "JSONString!",
            "What endpoints are told, but for `webhook_id`.",
            |event, _| async move { Ok(domain::event::body(&event)?) },
        )
}
