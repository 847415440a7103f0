//! Which rows of a table users see, where that takes more than one of its columns.

use entity::delivery::TargetKind;
use entity::{
    CustomerId, UserId, authorization, delivery, delivery_attempt, instance, integration,
    user_level_config,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait};

/// Integrations that users of a customer may come across: their own, the offers of the
/// marketplace, and what they have instances of.
pub fn integrations_of(customer: CustomerId) -> Condition {
    use integration::Column;
    let offered = Condition::all()
        .add(Column::CustomerId.is_null())
        .add(Column::IsDraft.eq(false))
        .add(Column::VersionIsAvailable.eq(true))
        .add(
            Column::MarketplaceConfiguration
                .ne(integration::MarketplaceConfiguration::NotAvailableInMarketplace),
        );
    let in_use = Query::select()
        .column(instance::Column::IntegrationId)
        .from(instance::Entity)
        .and_where(instance::Column::CustomerId.eq(customer))
        .and_where(instance::Column::RemovedAt.is_null())
        .to_owned();
    Condition::any()
        .add(Column::CustomerId.eq(customer))
        .add(offered)
        .add(Column::Id.in_subquery(in_use))
}

pub fn part_of_integrations<E: EntityTrait>(
    column: &'static str,
    customer: CustomerId,
) -> Condition {
    let visible: SelectStatement = Query::select()
        .column((integration::Entity, integration::Column::Id))
        .from(integration::Entity)
        .cond_where(integrations_of(customer))
        .to_owned();
    Expr::col((E::default(), column)).in_subquery(visible).into_condition()
}

/// Whether a connection is this user's own.
pub fn is_connection_of(user: UserId) -> Expr {
    let own = Query::select()
        .column(user_level_config::Column::Id)
        .from(user_level_config::Entity)
        .and_where(user_level_config::Column::UserId.eq(user))
        .take();
    authorization::Column::OwnerId.in_subquery(own)
}

/// Whether a delivery goes to a webhook endpoint.
pub fn is_to_endpoint() -> Expr {
    delivery::Column::TargetKind.eq(TargetKind::WebhookEndpoint)
}

pub fn attempts_of_endpoints() -> Condition {
    use delivery_attempt::{Column, Entity};
    let deliveries = Query::select()
        .expr(Expr::val(1))
        .from(delivery::Entity)
        .and_where(delivery::Column::Id.into_expr().equals((Entity, Column::DeliveryId)))
        .and_where(is_to_endpoint())
        .take();
    Expr::exists(deliveries).into_condition()
}
