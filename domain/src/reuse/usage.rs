//! Who uses a shared connection.

use std::collections::HashMap;

use entity::{
    CustomerId, CustomerVariableId, InstanceId, OrganizationId, ScopedVariableId, config_value,
    config_variable, customer_variable, deployment_connection, instance, scoped_variable,
    user_level_value,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, PaginatorTrait, QueryFilter,
    QuerySelect,
};

use crate::error::Error;
use crate::rows;
use crate::viewer::Viewer;

/// One or the other kind of shared connection.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Used {
    Scoped(ScopedVariableId),
    Value(CustomerVariableId),
}

/// Instances that run with a scoped variable, or with any value for it, and those whose version
/// refers to it.
pub fn instances_of_scoped(id: ScopedVariableId) -> Condition {
    Condition::any()
        .add(instance::Column::IntegrationId.in_subquery(integrations_of_scoped(id)))
        .add(runs_with(Used::Scoped(id)))
}

/// Drafts and versions that refer to a scoped variable.
pub fn integrations_of_scoped(id: ScopedVariableId) -> SelectStatement {
    references(id, config_variable::Column::IntegrationId)
}

/// Config variables that stand for a scoped variable.
pub fn variables_of_scoped(id: ScopedVariableId) -> SelectStatement {
    references(id, config_variable::Column::Id)
}

fn references(id: ScopedVariableId, column: config_variable::Column) -> SelectStatement {
    use scoped_variable::Column as C;
    Query::select()
        .column((config_variable::Entity, column))
        .from(config_variable::Entity)
        .inner_join(
            scoped_variable::Entity,
            Expr::col((scoped_variable::Entity, C::StableKey))
                .equals((config_variable::Entity, config_variable::Column::ScopedKey)),
        )
        .and_where(C::Id.eq(id))
        .and_where(
            Expr::col((scoped_variable::Entity, C::OrganizationId))
                .equals((config_variable::Entity, config_variable::Column::OrganizationId)),
        )
        .and_where(
            C::CustomerId.is_null().or(Expr::col((scoped_variable::Entity, C::CustomerId))
                .equals((config_variable::Entity, config_variable::Column::CustomerId))),
        )
        .take()
}

/// Instances that run with a value, and those that it was chosen for.
pub fn instances_of_value(id: CustomerVariableId) -> Condition {
    let [of_instances, of_users] = chosen_for(
        config_value::Column::CustomerVariableId.eq(id),
        user_level_value::Column::CustomerVariableId.eq(id),
    );
    Condition::any()
        .add(instance::Column::Id.in_subquery(of_instances))
        .add(instance::Column::Id.in_subquery(of_users))
        .add(runs_with(Used::Value(id)))
}

/// Instances that are configured with some values, by themselves or by one of their users.
fn chosen_for(by_instance: Expr, by_user: Expr) -> [SelectStatement; 2] {
    let of_instances = Query::select()
        .column(config_value::Column::InstanceId)
        .from(config_value::Entity)
        .and_where(by_instance)
        .take();
    let of_users = Query::select()
        .column(user_level_value::Column::InstanceId)
        .from(user_level_value::Entity)
        .and_where(by_user)
        .take();
    [of_instances, of_users]
}

/// Whether this is what an instance is deployed with.
pub(super) fn runs_with(used: Used) -> Expr {
    instance::Column::DeploymentId.in_subquery(deployments(used))
}

fn deployments(used: Used) -> SelectStatement {
    let is_it = match used {
        Used::Scoped(id) => deployment_connection::Column::ScopedVariableId.eq(id),
        Used::Value(id) => deployment_connection::Column::CustomerVariableId.eq(id),
    };
    Query::select()
        .column(deployment_connection::Column::DeploymentId)
        .from(deployment_connection::Entity)
        .and_where(is_it)
        .take()
}

/// Instances that run with it, but for test instances.
pub async fn users_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    used: Used,
) -> Result<Vec<InstanceId>, Error> {
    let ids = in_use(organization, runs_with(used).into_condition())
        .select_only()
        .column(instance::Column::Id);
    Ok(ids.into_tuple().all(db).await?)
}

pub(super) fn in_use(
    organization: OrganizationId,
    of: Condition,
) -> sea_orm::Select<instance::Entity> {
    Viewer::System(organization)
        .rows::<instance::Entity>()
        .filter(instance::Column::RemovedAt.is_null())
        .filter(instance::Column::IsSystem.eq(false))
        .filter(of)
}

/// Refuses to take away what instances need.
pub(super) async fn require_unused(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    used: Used,
) -> Result<(), Error> {
    let of = match used {
        Used::Scoped(id) => {
            let values = Query::select()
                .column(customer_variable::Column::Id)
                .from(customer_variable::Entity)
                .and_where(customer_variable::Column::ScopedVariableId.eq(id))
                .take();
            let [of_instances, of_users] = chosen_for(
                config_value::Column::CustomerVariableId.in_subquery(values.clone()),
                user_level_value::Column::CustomerVariableId.in_subquery(values),
            );
            Condition::any()
                .add(runs_with(used))
                .add(instance::Column::Id.in_subquery(of_instances))
                .add(instance::Column::Id.in_subquery(of_users))
        }
        Used::Value(id) => instances_of_value(id),
    };
    let count = in_use(organization, of).count(tx).await?;
    if count == 0 {
        return Ok(());
    }
    let message = format!(
        "{count} instances use this connection. Configure and deploy them with another one, or \
         delete them, first."
    );
    Err(Error::invalid("id", message))
}

/// What runs with it is no longer what is configured.
pub(super) async fn mark_users(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    used: Used,
) -> Result<(), Error> {
    rows::update::<instance::Entity>(organization)
        .col_expr(instance::Column::NeedsDeploy, true.into())
        .filter(runs_with(used))
        .exec(tx)
        .await?;
    Ok(())
}

/// How much a shared connection is used.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Use {
    /// Some instance runs with it.
    pub is_deployed: bool,
    /// Some instance runs with it, or is configured to.
    pub is_chosen: bool,
}

/// How much each of these is used, by others than test instances; with two statements. With a
/// customer, others do not count.
pub async fn uses(
    db: &impl ConnectionTrait,
    (organization, customer): (OrganizationId, Option<CustomerId>),
    of: &[Used],
) -> Result<HashMap<Used, Use>, Error> {
    use deployment_connection::Column as D;
    let scoped = || {
        of.iter().filter_map(|used| match used {
            Used::Scoped(id) => Some(*id),
            Used::Value(_) => None,
        })
    };
    let values = || {
        of.iter().filter_map(|used| match used {
            Used::Value(id) => Some(*id),
            Used::Scoped(_) => None,
        })
    };
    let mut uses: HashMap<Used, Use> = HashMap::new();
    let is_counted = |column: Expr| {
        let own = customer.map(|customer| column.eq(customer));
        Condition::all().add_option(own)
    };
    let of_live = Query::select()
        .column(instance::Column::DeploymentId)
        .from(instance::Entity)
        .and_where(instance::Column::OrganizationId.eq(organization))
        .and_where(instance::Column::DeploymentId.is_not_null())
        .and_where(instance::Column::RemovedAt.is_null())
        .and_where(instance::Column::IsSystem.eq(false))
        .take();
    let deployed: Vec<(ScopedVariableId, Option<CustomerVariableId>)> =
        Viewer::System(organization)
            .rows::<deployment_connection::Entity>()
            .filter(D::ScopedVariableId.is_in(scoped()).or(D::CustomerVariableId.is_in(values())))
            .filter(D::DeploymentId.in_subquery(of_live))
            .filter(is_counted(D::CustomerId.into_expr()))
            .select_only()
            .column(D::ScopedVariableId)
            .column(D::CustomerVariableId)
            .distinct()
            .into_tuple()
            .all(db)
            .await?;
    for (scoped, value) in deployed {
        for used in [Some(Used::Scoped(scoped)), value.map(Used::Value)].into_iter().flatten() {
            uses.insert(used, Use { is_deployed: true, is_chosen: true });
        }
    }
    let chosen: Vec<(ScopedVariableId, CustomerVariableId)> = Viewer::System(organization)
        .rows::<customer_variable::Entity>()
        .filter(is_chosen(organization))
        .filter(is_counted(customer_variable::Column::CustomerId.into_expr()))
        .filter(
            customer_variable::Column::ScopedVariableId
                .is_in(scoped())
                .or(customer_variable::Column::Id.is_in(values())),
        )
        .select_only()
        .column(customer_variable::Column::ScopedVariableId)
        .column(customer_variable::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    for (scoped, value) in chosen {
        for used in [Used::Scoped(scoped), Used::Value(value)] {
            uses.entry(used).or_default().is_chosen = true;
        }
    }
    Ok(uses)
}

/// Whether a value was chosen for an instance, or by one of its users.
fn is_chosen(organization: OrganizationId) -> Condition {
    let live = Query::select()
        .column(instance::Column::Id)
        .from(instance::Entity)
        .and_where(instance::Column::OrganizationId.eq(organization))
        .and_where(instance::Column::RemovedAt.is_null())
        .and_where(instance::Column::IsSystem.eq(false))
        .take();
    let for_instances = Query::select()
        .column(config_value::Column::CustomerVariableId)
        .from(config_value::Entity)
        .and_where(config_value::Column::CustomerVariableId.is_not_null())
        .and_where(config_value::Column::InstanceId.in_subquery(live.clone()))
        .take();
    let by_users = Query::select()
        .column(user_level_value::Column::CustomerVariableId)
        .from(user_level_value::Entity)
        .and_where(user_level_value::Column::CustomerVariableId.is_not_null())
        .and_where(user_level_value::Column::InstanceId.in_subquery(live))
        .take();
    Condition::any()
        .add(customer_variable::Column::Id.in_subquery(for_instances))
        .add(customer_variable::Column::Id.in_subquery(by_users))
}
