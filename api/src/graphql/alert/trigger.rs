//! The catalogue of what monitors can watch for.

use std::cmp::Reverse;
use std::sync::Arc;

use async_graphql::Value;
use domain::alert::Trigger;
use entity::{alert_event, alert_monitor};
use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query};
use uuid::Uuid;

use super::monitor;
use crate::ApiError;
use crate::graphql::Arguments;
use crate::graphql::argument::{flag, list, text};
use crate::graphql::builder::{Parameter, Registry, Type, parameter, type_ref};
use crate::graphql::connection::register_pages;
use crate::graphql::filter::Filter;
use crate::graphql::id;
use crate::graphql::order::Order;

const TYPE_NAME: &str = "AlertTrigger";

/// Filters and orders of lists of triggers.
pub const PARAMETERS: [Parameter; 4] = [
    ("isGlobal", "Boolean", "Only those about the whole organization, or the others."),
    ("isInstanceSpecific", "Boolean", "Only those about an instance, or the others."),
    ("orderBy", "AlertTriggerOrder", "How to sort the list."),
    ("sortBy", "[AlertTriggerOrder]", "How to sort the list, by several things in turn."),
];

pub fn register(registry: &mut Registry) {
    registry.add(object());
    register_pages::<Trigger>(registry, TYPE_NAME);
    registry.enumeration(
        "AlertTriggerOrderField",
        "What such a list can be sorted by.",
        &[("NAME", "The name.")],
    );
    registry.add(
        async_graphql::dynamic::InputObject::new("AlertTriggerOrder")
            .description("How to sort such a list.")
            .field(parameter(("direction", "OrderDirection!", "Which end comes first.")))
            .field(
                async_graphql::dynamic::InputValue::new(
                    "field",
                    type_ref("AlertTriggerOrderField!"),
                )
                .description("What to sort by."),
            ),
    );
    registry.query(|query| {
        let arguments = [("id", "ID!", "The id of the trigger.")];
        query
            .resolve_with(
                ("alertTrigger", "AlertTrigger", "Something that monitors can watch for."),
                &arguments,
                |_, ask| async move {
                    ask.viewer().signed_in()?;
                    read(&ask.args.require_text("id")?).map(Arc::new)
                },
            )
            .short_list::<Trigger, _>(
                ("alertTriggers", TYPE_NAME, "Everything that monitors can watch for."),
                &PARAMETERS,
                |_, ask| async move {
                    ask.viewer().signed_in()?;
                    chosen(i32::MAX, &ask.args)
                },
            )
    });
}

fn object() -> Type<Trigger> {
    Type::<Trigger>::new(TYPE_NAME, "Something that monitors can watch for.")
        .id(|trigger| id::encode_as(TYPE_NAME, trigger.id()))
        .field("name", "String!", "What happens.", |trigger| trigger.name())
        .field("isGlobal", "Boolean!", "Whether it is about the whole organization.", |trigger| {
            trigger.is_global()
        })
        .field("isInstanceSpecific", "Boolean!", "Whether it is about an instance.", |trigger| {
            !trigger.is_global()
        })
        .fixed()
        .connection::<alert_monitor::Entity>(
            "monitors",
            "The monitors that watch for it.",
            monitor::listing(),
            |trigger| trigger.id(),
            |id| with_any(Trigger::by_id(id).map_or(0, Trigger::bit)),
        )
}

/// The triggers of a set that a list is asked for.
pub fn chosen(bits: i32, args: &Arguments) -> Result<Vec<Arc<Trigger>>, ApiError> {
    let (global, specific) = (args.flag("isGlobal")?, args.flag("isInstanceSpecific")?);
    let mut triggers: Vec<_> = Trigger::of(bits)
        .filter(|trigger| global.is_none_or(|global| global == trigger.is_global()))
        .filter(|trigger| specific.is_none_or(|specific| specific != trigger.is_global()))
        .map(Arc::new)
        .collect();
    let order = args.value("orderBy").or_else(|| args.value("sortBy"));
    if order.into_iter().flat_map(list).next().is_some_and(is_descending) {
        triggers.sort_by_key(|trigger| Reverse(trigger.bit()));
    }
    Ok(triggers)
}

fn is_descending(order: &Value) -> bool {
    let Value::Object(fields) = order else { return false };
    let direction = Arguments::new(fields.iter()).text("direction");
    direction.is_ok_and(|direction| direction.as_deref() == Some("DESC"))
}

/// Reads the id of a trigger.
pub fn read(text: &str) -> Result<Trigger, ApiError> {
    let key = id::decode_key(TYPE_NAME, text)?;
    let id = Uuid::parse_str(&key).map_err(|_| ApiError::NotFound)?;
    Trigger::by_id(id).ok_or(ApiError::NotFound)
}

/// The triggers of an input.
pub fn read_all(input: &Arguments) -> Result<Option<Vec<Trigger>>, ApiError> {
    let ids = input.texts("triggers")?;
    ids.map(|ids| ids.iter().map(|id| read(id)).collect()).transpose()
}

/// Monitors with any of these triggers.
pub fn with_any(bits: i32) -> Condition {
    let column = Expr::col((alert_monitor::Entity, alert_monitor::Column::Triggers));
    column.bit_and(bits).ne(0).into_condition()
}

/// What monitors can be found by.
pub fn filters() -> [Filter; 3] {
    [
        Filter::new(("triggers", "[ID]", "Only those that watch for one of these."), |value| {
            let ids = list(value).map(|id| read(&text("triggers", id)?));
            let triggers = ids.collect::<Result<Vec<_>, ApiError>>()?;
            Ok(with_any(Trigger::bits(|trigger| triggers.contains(&trigger))))
        }),
        Filter::new(
            ("triggers_IsGlobal", "Boolean", "Only those about the organization, or the others."),
            |value| {
                let global = flag("triggers_IsGlobal", value)?;
                Ok(with_any(Trigger::bits(|trigger| trigger.is_global() == global)))
            },
        ),
        Filter::new(
            ("triggers_Name_Icontains", "String", "Only those with such a trigger, in any case."),
            |value| {
                let part = text("triggers_Name_Icontains", value)?.to_lowercase();
                let has = |trigger: Trigger| trigger.name().to_lowercase().contains(&part);
                Ok(with_any(Trigger::bits(has)))
            },
        ),
    ]
}

/// By the first trigger of a monitor, in the order of their names.
pub fn order() -> Order {
    Order::number_of("TRIGGERS", "The first of its triggers, by their names.", || {
        let bits = || Expr::col((alert_monitor::Entity, alert_monitor::Column::Triggers));
        Query::select().expr(bits().bit_and(Expr::val(0).sub(bits()))).take()
    })
}

/// By what happened, in the order of the names.
pub fn order_of_events() -> Order {
    Order::number("TRIGGERS", "What happened.", alert_event::Column::Trigger)
}

/// Whether anybody could be told at all, for descriptions of recipients.
pub const HOW_TOLD: &str = "by mail, and by text message where they have a phone number, as far \
    as the installation is set up to send them";
