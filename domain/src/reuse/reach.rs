//! Which shared connections integrations and instances refer to.

use entity::{
    InstanceId, IntegrationId, config_value, config_variable, customer_variable,
    deployment_connection, instance, scoped_variable, user_level_value,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition};

/// The scoped variables that a draft or version refers to.
pub fn scoped_of_integration(id: IntegrationId) -> Condition {
    let is_it = config_variable::Column::IntegrationId.eq(id);
    scoped_variable::Column::Id.in_subquery(referred_to(is_it)).into_condition()
}

/// The scoped variables that the version of an instance refers to.
pub fn scoped_of_instance(id: InstanceId) -> Condition {
    let version = Query::select()
        .column(instance::Column::IntegrationId)
        .from(instance::Entity)
        .and_where(instance::Column::Id.eq(id))
        .take();
    let is_it = config_variable::Column::IntegrationId.in_subquery(version);
    scoped_variable::Column::Id.in_subquery(referred_to(is_it)).into_condition()
}

/// What was entered for the scoped variables that a draft or version refers to.
pub fn values_of_integration(id: IntegrationId) -> Condition {
    let is_it = config_variable::Column::IntegrationId.eq(id);
    customer_variable::Column::ScopedVariableId.in_subquery(referred_to(is_it)).into_condition()
}

/// What an instance or one of its users is configured with, or runs with.
pub fn values_of_instance(id: InstanceId) -> Condition {
    use deployment_connection::{Column as D, Entity};
    let chosen = Query::select()
        .column(config_value::Column::CustomerVariableId)
        .from(config_value::Entity)
        .and_where(config_value::Column::InstanceId.eq(id))
        .and_where(config_value::Column::CustomerVariableId.is_not_null())
        .take();
    let of_users = Query::select()
        .column(user_level_value::Column::CustomerVariableId)
        .from(user_level_value::Entity)
        .and_where(user_level_value::Column::InstanceId.eq(id))
        .and_where(user_level_value::Column::CustomerVariableId.is_not_null())
        .take();
    let running = Query::select()
        .column((Entity, D::CustomerVariableId))
        .from(Entity)
        .inner_join(
            instance::Entity,
            Expr::col((Entity, D::DeploymentId))
                .equals((instance::Entity, instance::Column::DeploymentId)),
        )
        .and_where(instance::Column::Id.eq(id))
        .and_where(D::CustomerVariableId.is_not_null())
        .take();
    Condition::any()
        .add(customer_variable::Column::Id.in_subquery(chosen))
        .add(customer_variable::Column::Id.in_subquery(of_users))
        .add(customer_variable::Column::Id.in_subquery(running))
}

/// The ids of scoped variables that some config variables stand for. An integration of a customer
/// refers to those of this customer, and to the organization's.
fn referred_to(some: Expr) -> SelectStatement {
    use config_variable::Column as V;
    use scoped_variable::Column as S;
    let of_scoped = |column: S| Expr::col((scoped_variable::Entity, column));
    let matches =
        |column: S, variable: V| of_scoped(column).equals((config_variable::Entity, variable));
    Query::select()
        .column((scoped_variable::Entity, S::Id))
        .from(scoped_variable::Entity)
        .inner_join(
            config_variable::Entity,
            matches(S::StableKey, V::ScopedKey).and(matches(S::OrganizationId, V::OrganizationId)),
        )
        .and_where(of_scoped(S::CustomerId).is_null().or(matches(S::CustomerId, V::CustomerId)))
        .and_where(some)
        .take()
}
