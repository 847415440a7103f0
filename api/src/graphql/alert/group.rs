//! Groups: people and webhooks who are told together.

use std::sync::Arc;

use domain::alert::GroupInput;
use entity::{AlertGroupId, Id, alert_group, alert_monitor, alert_webhook, user};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, Condition};

use super::webhook::{self, tellers_of};
use super::{monitor, trigger};
use crate::ApiError;
use crate::graphql::builder::{Parameter, Registry, Type};
use crate::graphql::connection::Listing;
use crate::graphql::filter::Filter;
use crate::graphql::mutation::Mutation;
use crate::graphql::order::Order;
use crate::graphql::{Arguments, id, page, user as users};

impl page::Noun for alert_group::Entity {
    type Id = AlertGroupId;
    const ID: alert_group::Column = alert_group::Column::Id;

    fn id(row: &alert_group::Model) -> AlertGroupId {
        row.id
    }
}

pub fn listing() -> Listing<alert_group::Entity> {
    use alert_group::Column as C;
    Listing::new("AlertGroup")
        .filters([
            Filter::since("createdAt_Gte", C::CreatedAt),
            Filter::until("createdAt_Lte", C::CreatedAt),
            Filter::since("updatedAt_Gte", C::UpdatedAt),
            Filter::until("updatedAt_Lte", C::UpdatedAt),
        ])
        .orders([
            Order::number("CREATED_AT", "When it was made.", C::CreatedAt),
            Order::text("NAME", "The name.", C::Name),
            Order::number("UPDATED_AT", "When it was changed last.", C::UpdatedAt),
        ])
}

/// The groups that a monitor tells.
pub fn told_by(monitor: uuid::Uuid) -> Condition {
    let targets = domain::alert::targets_of(monitor);
    alert_group::Column::Id.in_subquery(targets).into_condition()
}

/// The users that a monitor or group tells.
pub fn users_told_by(owner: uuid::Uuid) -> Condition {
    user::Column::Id.in_subquery(domain::alert::targets_of(owner)).into_condition()
}

pub fn register(registry: &mut Registry) {
    listing().register(registry);
    registry.add(object());
    registry.query(|query| {
        query.by_id::<alert_group::Entity>("alertGroup", "AlertGroup", "One alert group.").list(
            "alertGroups",
            "The groups that can be told of alerts.",
            listing(),
        )
    });
    mutations(registry);
}

fn object() -> Type<alert_group::Model> {
    let about = format!("Its people, who are told {}.", trigger::HOW_TOLD);
    Type::<alert_group::Model>::new("AlertGroup", "People and webhooks who are told together.")
        .id(|group| id::encode(group.id))
        .editable::<alert_group::Entity>()
        .field("name", "String!", "The name.", |group| group.name.clone())
        .field("createdAt", "DateTime!", "When it was made.", |group| group.created_at)
        .field("updatedAt", "DateTime!", "When it was changed last.", |group| group.updated_at)
        .connection::<alert_monitor::Entity>(
            "monitors",
            "The monitors that tell it.",
            monitor::listing(),
            |group| group.id.uuid(),
            |id| alert_monitor::Column::Id.in_subquery(tellers_of(id)).into_condition(),
        )
        .connection::<user::Entity>(
            "users",
            &about,
            users::listing(),
            |group| group.id.uuid(),
            users_told_by,
        )
        .connection::<alert_webhook::Entity>(
            "webhooks",
            "Its webhooks.",
            webhook::listing(),
            |group| group.id.uuid(),
            webhook::told_by,
        )
}

const PAYLOAD: Parameter = ("alertGroup", "AlertGroup", "The group; null on errors.");

fn mutations(registry: &mut Registry) {
    Mutation::new("createAlertGroup", "Adds a group that can be told of alerts.", PAYLOAD)
        .inputs([
            ("name", "String", "The name; it is needed."),
            ("users", "[ID]", "Its people."),
            ("webhooks", "[ID]", "Its webhooks."),
        ])
        .run(registry, |input, ask| async move {
            let input = read(&input)?;
            Ok(Arc::new(domain::alert::create_group(ask.env(), ask.viewer(), input).await?))
        });
    Mutation::new("updateAlertGroup", "Changes what is given of a group.", PAYLOAD)
        .inputs([
            ("id", "ID", "The group."),
            ("name", "String", "The name."),
            ("users", "[ID]", "Its people; replaces all of them."),
            ("webhooks", "[ID]", "Its webhooks; replaces all of them."),
        ])
        .run(registry, |input, ask| async move {
            let (id, input) = (input.require_id("id")?, read(&input)?);
            Ok(Arc::new(domain::alert::update_group(ask.env(), ask.viewer(), id, input).await?))
        });
    Mutation::new("deleteAlertGroup", "Deletes a group, not what is in it.", PAYLOAD)
        .inputs([("id", "ID", "The group.")])
        .run(registry, |input, ask| async move {
            let id = input.require_id("id")?;
            Ok(Arc::new(domain::alert::delete_group(ask.env(), ask.viewer(), id).await?))
        });
}

fn read(input: &Arguments) -> Result<GroupInput, ApiError> {
    Ok(GroupInput {
        name: input.text("name")?,
        users: input.ids("users")?,
        webhooks: input.ids("webhooks")?,
    })
}
