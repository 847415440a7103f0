//! Webhooks that are told of alerts.

use std::sync::Arc;

use domain::Action;
use domain::alert::WebhookInput;
use entity::{AlertWebhookId, Id, alert_group, alert_link, alert_monitor, alert_webhook};
use sea_orm::sea_query::{IntoCondition, Query};
use sea_orm::{ColumnTrait, Condition};

use super::{group, monitor};
use crate::ApiError;
use crate::graphql::builder::{Parameter, Registry, Type};
use crate::graphql::connection::Listing;
use crate::graphql::filter::Filter;
use crate::graphql::mutation::Mutation;
use crate::graphql::order::Order;
use crate::graphql::{Arguments, id, page};

impl page::Noun for alert_webhook::Entity {
    type Id = AlertWebhookId;
    const ID: alert_webhook::Column = alert_webhook::Column::Id;

    fn id(row: &alert_webhook::Model) -> AlertWebhookId {
        row.id
    }
}

pub fn listing() -> Listing<alert_webhook::Entity> {
    use alert_webhook::Column as C;
    Listing::new("AlertWebhook")
        .filters([
            Filter::since("createdAt_Gte", C::CreatedAt),
            Filter::until("createdAt_Lte", C::CreatedAt),
            Filter::contains("name_Icontains", C::Name),
            Filter::since("updatedAt_Gte", C::UpdatedAt),
            Filter::until("updatedAt_Lte", C::UpdatedAt),
            Filter::contains("url_Icontains", C::Url),
        ])
        .orders([
            Order::number("CREATED_AT", "When it was made.", C::CreatedAt),
            Order::text("NAME", "The name.", C::Name),
            Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
            Order::text("URL", "The address.", C::Url),
        ])
}

/// The webhooks that a monitor or group tells.
pub fn told_by(owner: uuid::Uuid) -> Condition {
    let targets = domain::alert::targets_of(owner);
    alert_webhook::Column::Id.in_subquery(targets).into_condition()
}

/// The ids of what tells this group, user or webhook.
pub fn tellers_of(target: uuid::Uuid) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(alert_link::Column::OwnerId)
        .from(alert_link::Entity)
        .and_where(alert_link::Column::TargetId.eq(target))
        .take()
}

const HEADERS: &str = "Headers of the requests: an object of texts. Only for those who may \
    change it, since they may hold keys.";

const TEMPLATE: &str = "The body of the requests. Words such as `$NAME`, `$TRIGGER`, `$CUSTOMER`, \
    `$INSTANCE`, `$FLOW`, `$STEP`, `$EXECUTION_ID` and `$DETAILS` stand for what has happened; in \
    a body that is JSON, their values are escaped.";

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.query(|query| {
        query.by_id::<alert_webhook::Entity>("alertWebhook", "AlertWebhook", "One webhook.").list(
            "alertWebhooks",
            "The webhooks that can be told of alerts.",
            listing(),
        )
    });
    mutations(registry);
}

fn object() -> Type<alert_webhook::Model> {
    Type::<alert_webhook::Model>::new("AlertWebhook", "An address that is told of alerts.")
        .id(|webhook| id::encode(webhook.id))
        .editable::<alert_webhook::Entity>()
        .field("name", "String!", "The name.", |webhook| webhook.name.clone())
        .field("url", "String!", "Where requests go.", |webhook| webhook.url.clone())
        .field("payloadTemplate", "String!", TEMPLATE, |it| it.payload_template.clone())
        .resolve("headers", "JSONString", HEADERS, |webhook, ask| async move {
            let action = Action::Modify;
            if !ask.viewer().can_on::<alert_webhook::Entity>(action, &webhook) {
                return Ok(None);
            }
            let headers = domain::alert::headers_of(ask.env(), &webhook).await?;
            Ok(serde_json::to_string(&headers).ok().filter(|_| !headers.is_empty()))
        })
        .field("createdAt", "DateTime!", "When it was made.", |webhook| webhook.created_at)
        .field("updatedAt", "DateTime!", "When it was changed last.", |it| it.updated_at)
        .connection::<alert_group::Entity>(
            "groups",
            "The groups it is in.",
            group::listing(),
            |webhook| webhook.id.uuid(),
            |id| alert_group::Column::Id.in_subquery(tellers_of(id)).into_condition(),
        )
        .connection::<alert_monitor::Entity>(
            "monitors",
            "The monitors that name it; those of its groups tell it as well.",
            monitor::listing(),
            |webhook| webhook.id.uuid(),
            |id| alert_monitor::Column::Id.in_subquery(tellers_of(id)).into_condition(),
        )
}

const PAYLOAD: Parameter = ("alertWebhook", "AlertWebhook", "The webhook; null on errors.");

fn mutations(registry: &mut Registry) {
    Mutation::new("createAlertWebhook", "Adds an address that can be told of alerts.", PAYLOAD)
        .inputs([
            ("name", "String!", "The name."),
            ("url", "String!", "Where requests go."),
            ("headers", "String", "Headers of the requests: JSON text of an object of texts."),
            ("payloadTemplate", "String!", TEMPLATE),
        ])
        .run(registry, |input, ask| async move {
            let input = read(&input)?;
            Ok(Arc::new(domain::alert::create_webhook(ask.env(), ask.viewer(), input).await?))
        });
    Mutation::new("updateAlertWebhook", "Changes what is given of a webhook.", PAYLOAD)
        .inputs([
            ("id", "ID", "The webhook."),
            ("name", "String", "The name."),
            ("url", "String", "Where requests go."),
            ("headers", "String", "Headers of the requests; empty text for none."),
            ("payloadTemplate", "String", TEMPLATE),
        ])
        .run(registry, |input, ask| async move {
            let (id, input) = (input.require_id("id")?, read(&input)?);
            let updated = domain::alert::update_webhook(ask.env(), ask.viewer(), id, input);
            Ok(Arc::new(updated.await?))
        });
    Mutation::new("deleteAlertWebhook", "Deletes a webhook.", PAYLOAD)
        .inputs([("id", "ID", "The webhook.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::alert::delete_webhook(ask.env(), ask.viewer(), id).await?))
        });
}

fn read(input: &Arguments) -> Result<WebhookInput, ApiError> {
    Ok(WebhookInput {
        name: input.text("name")?,
        url: input.text("url")?,
        headers: input.text("headers")?,
        payload_template: input.text("payloadTemplate")?,
    })
}
