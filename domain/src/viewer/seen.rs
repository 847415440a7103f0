//! Which rows of a table users see, where that takes more than one of its columns.

use entity::delivery::TargetKind;
use entity::scoped_variable::Manager;
use entity::{
    CustomerId, UserId, config_variable, customer_variable, delivery, delivery_attempt, instance,
    integration, scoped_variable, user_level_config,
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

/// Whether a connection, or a log line, is of what this user configured for themselves.
pub fn is_configured_by<E: EntityTrait>(user: UserId) -> Expr {
    let own = Query::select()
        .column(user_level_config::Column::Id)
        .from(user_level_config::Entity)
        .and_where(user_level_config::Column::UserId.eq(user))
        .take();
    Expr::col((E::default(), "owner_id")).in_subquery(own)
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

/// Shared connections that users of a customer come across: those that customers fill in.
pub fn scoped_variables_of(customer: CustomerId) -> Condition {
    use scoped_variable::Column;
    let is_anybodys = Column::CustomerId.is_null().or(Column::CustomerId.eq(customer));
    Condition::all().add(Column::ManagedBy.eq(Manager::Customer)).add(is_anybodys)
}

/// What customers fill in, and not what the organization filled in for them.
pub fn is_filled_by_customers() -> Expr {
    let theirs = Query::select()
        .column(scoped_variable::Column::Id)
        .from(scoped_variable::Entity)
        .and_where(scoped_variable::Column::ManagedBy.eq(Manager::Customer))
        .take();
    customer_variable::Column::ScopedVariableId.in_subquery(theirs)
}

/// Whether a config variable stands for nothing that only the organization fills in.
pub fn is_for_customers() -> Expr {
    use config_variable::{Column, Entity};
    let hidden = Query::select()
        .expr(Expr::val(1))
        .from(scoped_variable::Entity)
        .and_where(
            Expr::col((scoped_variable::Entity, scoped_variable::Column::OwnerId))
                .equals((Entity, Column::OrganizationId)),
        )
        .and_where(
            Expr::col((scoped_variable::Entity, scoped_variable::Column::StableKey))
                .equals((Entity, Column::ScopedKey)),
        )
        .and_where(scoped_variable::Column::ManagedBy.eq(Manager::Org))
        .take();
    Expr::exists(hidden).not()
}
